"""The blocks that stories, static pages and front pages are made of; how they look is the theme's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.images.blocks import ImageChooserBlock

INLINE = [
    "bold",
    "italic",
    "superscript",
    "subscript",
    "strikethrough",
    "code",
    "link",
    "document-link",
]


EMPTY_TABLE = {
    "data": [[None] * 3] * 3,
    "first_row_is_table_header": True,
    "table_header_choice": "row",
}
"""What a new table starts from; nearly every table names its columns in its first row."""


class HeadingBlock(blocks.StructBlock):
    """A heading inside a story; the story's own headline is level 1."""

    text = blocks.CharBlock(label=_("Heading"))
    level = blocks.ChoiceBlock(choices=[("2", "2"), ("3", "3"), ("4", "4")], default="2")

    class Meta:
        icon = "title"


class QuotationBlock(blocks.StructBlock):
    """Words that somebody said or wrote, and who."""

    text = blocks.TextBlock(label=_("Quotation"))
    speaker = blocks.CharBlock(required=False, label=_("Speaker"))
    role = blocks.CharBlock(required=False, label=_("Who the speaker is"))

    class Meta:
        icon = "openquote"


class PullQuoteBlock(blocks.StructBlock):
    """A sentence of the story itself, set large beside it."""

    text = blocks.TextBlock(label=_("Words of this story"))

    class Meta:
        icon = "openquote"


class FactBoxBlock(blocks.StructBlock):
    """What a reader may look up beside the story."""

    heading = blocks.CharBlock(label=_("Heading"))
    text = blocks.RichTextBlock(features=["ul", "ol", *INLINE], label=_("Text"))

    class Meta:
        icon = "info-circle"


class PictureBlock(blocks.StructBlock):
    """A picture with what it shows, for those who see it and those who do not."""

    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        required=False,
        label=_("Alternative text"),
        help_text=_("What the picture shows, for who cannot see it."),
    )
    caption = blocks.TextBlock(required=False, label=_("Caption"))
    credit = blocks.CharBlock(
        required=False,
        label=_("Credit"),
        help_text=_("Leave empty to use the picture's own credit."),
    )

    class Meta:
        icon = "image"


class StoryTableBlock(blocks.StructBlock):
    """A table of plain text cells and what it is about."""

    caption = blocks.CharBlock(required=False, label=_("Caption"))
    table = TableBlock(label=_("Table"), default=EMPTY_TABLE)

    class Meta:
        icon = "table"


class BarBlock(blocks.StructBlock):
    """One number of a chart."""

    name = blocks.CharBlock(label=_("What is counted"), help_text=_("A year, a place, a name."))
    number = blocks.DecimalBlock(min_value=0, label=_("Number"))
    shown = blocks.CharBlock(
        required=False,
        label=_("How it is written"),
        help_text=_("For example $112 million; left empty, the number itself."),
    )
    is_marked = blocks.BooleanBlock(required=False, label=_("The one the story is about"))

    class Meta:
        icon = "minus"


class ChartBlock(blocks.StructBlock):
    """Numbers as bars, the longest as wide as the chart."""

    caption = blocks.CharBlock(label=_("What the chart shows"))
    bars = blocks.ListBlock(BarBlock(), min_num=1, label=_("Bars"))
    source = blocks.CharBlock(required=False, label=_("Source"))

    class Meta:
        icon = "list-ul"


class EmbedBlock(blocks.StructBlock):
    """A place for something that lives elsewhere: shown as a link, never loaded from there."""

    url = blocks.URLBlock(label=_("Address"))
    title = blocks.CharBlock(required=False, label=_("What it is"))

    class Meta:
        icon = "link-external"


class StoryBody(blocks.StreamBlock):
    """What a story or a static page may hold, in reading order."""

    paragraph = blocks.RichTextBlock(features=INLINE, icon="pilcrow", label=_("Paragraph"))
    heading = HeadingBlock(label=_("Heading"))
    quotation = QuotationBlock(label=_("Quotation"))
    picture = PictureBlock(label=_("Picture"))
    list = blocks.RichTextBlock(features=["ul", "ol", *INLINE], icon="list-ul", label=_("List"))
    table = StoryTableBlock(label=_("Table"))
    chart = ChartBlock(label=_("Chart"))
    embed = EmbedBlock(label=_("Embed"))
    preformatted = blocks.TextBlock(icon="code", label=_("Preformatted text"))
    separator = blocks.StaticBlock(icon="horizontalrule", label=_("Separator"))
    pull_quote = PullQuoteBlock(label=_("Pull quote"))
    fact_box = FactBoxBlock(label=_("Fact box"))
    footnotes = blocks.ListBlock(
        blocks.RichTextBlock(features=INLINE),
        icon="list-ol",
        label=_("Footnotes"),
        help_text=_("In the text, write [^1] where the first one belongs."),
    )


class ChosenStory(blocks.PageChooserBlock):
    """A story picked by an editor; it disappears from the page by itself when it is withdrawn."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(page_type=["newsroom.Article"], **kwargs)


class LeadBlock(blocks.StructBlock):
    """The most important story; the newest one when none is chosen."""

    story = ChosenStory(required=False, label=_("Story"))

    class Meta:
        icon = "pick"


class ChosenStoriesBlock(blocks.StructBlock):
    """Stories picked by hand under a heading."""

    heading = blocks.CharBlock(required=False, label=_("Heading"))
    stories = blocks.ListBlock(ChosenStory(), label=_("Stories"))

    class Meta:
        icon = "list-ul"


class SectionRailBlock(blocks.StructBlock):
    """The newest stories of a section, chosen by themselves."""

    section = blocks.PageChooserBlock(page_type=["newsroom.SectionPage"], label=_("Section"))
    count = blocks.IntegerBlock(default=4, min_value=1, max_value=12, label=_("How many"))

    class Meta:
        icon = "folder-open-inverse"


class LatestBlock(blocks.StructBlock):
    """The newest stories of all sections that stand nowhere above."""

    heading = blocks.CharBlock(required=False, label=_("Heading"))
    count = blocks.IntegerBlock(default=8, min_value=1, max_value=30, label=_("How many"))

    class Meta:
        icon = "history"


class FrontBody(blocks.StreamBlock):
    """How a front page is arranged. Left empty, it arranges itself."""

    lead = LeadBlock(label=_("Lead story"))
    stories = ChosenStoriesBlock(label=_("Chosen stories"))
    section = SectionRailBlock(label=_("Section"))
    latest = LatestBlock(label=_("Most recent"))
    strip = blocks.StaticBlock(
        icon="placeholder",
        label=_("Strip"),
        admin_text=_("The running campaign, when there is one."),
    )

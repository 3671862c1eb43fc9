"""The blocks that stories, static pages and front pages are made of; how they look is the theme's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import StructBlockValidationError
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from broadsheet.kit import clock
from broadsheet.newsroom.rules.recordings import AUDIO, CAPTIONS, VIDEO, ending

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


class RecordingBlock(blocks.StructBlock):
    """A file of the newsroom's own that browsers play; `kinds` says which endings of file names fit which field."""

    kinds: ClassVar[dict[str, Collection[str]]]

    file = DocumentChooserBlock(label=_("File"))
    title = blocks.CharBlock(label=_("What it is"))
    length = blocks.RegexBlock(
        regex=r"^(\d+:)?[0-5]?\d:[0-5]\d$",
        required=False,
        label=_("How long it lasts"),
        help_text=_("Left empty, it is read from the file. Minutes and seconds: 4:32."),
        error_messages={"invalid": _("Write minutes and seconds with a colon between: 4:32.")},
    )
    transcript = blocks.RichTextBlock(
        features=["ul", "ol", *INLINE],
        required=False,
        label=_("What is said"),
        help_text=_("For who cannot hear it, or would rather read."),
    )

    def clean(self, value: Any) -> Any:
        """Raises StructBlockValidationError for a file that browsers do not play as what it is used for."""
        cleaned = super().clean(value)
        errors = {}
        for name, endings in self.kinds.items():
            file = cleaned.get(name)
            if file is not None and ending(file.filename) not in endings:
                wanted = ", ".join(f".{one}" for one in endings)
                errors[name] = ValidationError(
                    _("“%(file)s” cannot be played here. Choose a file that ends in %(wanted)s.")
                    % {"file": file.filename, "wanted": wanted}
                )
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return cleaned


class AudioBlock(RecordingBlock):
    """Something to listen to."""

    kinds: ClassVar[dict[str, Collection[str]]] = {"file": AUDIO}

    class Meta:
        icon = "media"


class VideoBlock(RecordingBlock):
    """Something to watch, and the picture that stands for it until then."""

    kinds: ClassVar[dict[str, Collection[str]]] = {"file": VIDEO, "captions": CAPTIONS}

    poster = ImageChooserBlock(
        label=_("Picture"), help_text=_("Shown until the film is started; it has the film's shape.")
    )
    captions = DocumentChooserBlock(
        required=False,
        label=_("Captions"),
        help_text=_("A WebVTT file (.vtt) in the language of the story."),
    )

    class Meta:
        icon = "media"


class CorrectionBlock(blocks.StructBlock):
    """What was wrong in a story, and since when it is right."""

    text = blocks.TextBlock(label=_("What was wrong, and what is right"))
    published = blocks.DateTimeBlock(default=clock.now, label=_("When it was corrected"))

    class Meta:
        icon = "warning"


class SourceBlock(blocks.StructBlock):
    """Something that a story rests on."""

    name = blocks.CharBlock(label=_("Source"), help_text=_("A document, a record, a conversation."))
    url = blocks.URLBlock(required=False, label=_("Address"))
    note = blocks.CharBlock(
        required=False, label=_("Note"), help_text=_("For example: PDF, 1.2 MB.")
    )

    class Meta:
        icon = "doc-full"


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
    audio = AudioBlock(label=_("Sound"))
    video = VideoBlock(label=_("Film"))
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
    sources = blocks.ListBlock(
        SourceBlock(),
        icon="doc-full",
        label=_("Sources"),
        help_text=_("What the story rests on, as far as readers may know it."),
    )
    corrections = blocks.ListBlock(
        CorrectionBlock(),
        icon="warning",
        label=_("Corrections"),
        help_text=_("The newest first. Never take one away."),
    )

    class Meta:
        block_counts: ClassVar[dict[str, dict[str, int]]] = {
            name: {"max_num": 1} for name in ("footnotes", "sources", "corrections")
        }


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

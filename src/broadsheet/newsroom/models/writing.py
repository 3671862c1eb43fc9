"""How the desk takes what is written into the fields of our pages: whole, however long it is."""

from __future__ import annotations

import re
from typing import Any

from django.forms import CharField
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.widgets import AdminAutoHeightTextInput, SlugInput


class WholeLine(AdminAutoHeightTextInput):
    """A line that keeps and shows all that is pasted into it: it grows, and too much is said in a sentence, never
    cut off without one."""

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        attrs = super().build_attrs(base_attrs, extra_attrs)
        attrs.pop("maxlength", None)
        return attrs

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        """What was written, in one line."""
        value = super().value_from_datadict(data, files, name)
        return " ".join(value.split()) if value else value


class ShortSlug(SlugInput):
    """A slug that is made of the first `longest` characters of a title, whole words where it has some.

    The desk's script writes it while the title is typed. Whoever is faster than the script, or leaves the slug
    empty, gets the same one.
    """

    def __init__(self, source: str, longest: int) -> None:
        self.source = source
        self.cuts = (
            rf"^(?=.{{{longest},}}\S)(.{{1,{longest}}})\s.*$",
            rf"^(.{{{longest}}}).+$",
        )
        super().__init__(formatters=[(cut, "$1") for cut in self.cuts])

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        """What was written, or what follows from the title where nothing was."""
        written: str | None = super().value_from_datadict(data, files, name)
        if written is None or written.strip():
            return written
        title = " ".join(data.get(self.source, "").split())
        for cut in self.cuts:
            title = re.sub(cut, r"\1", title)
        return slugify(title, allow_unicode=True)


class StoryForm(WagtailAdminPageForm):
    """A story at the desk: its headline is as long as it has to be, although a page's title is not."""

    title = CharField(label=_("Headline"), widget=WholeLine)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["title"] = self.instance.headline

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if "title" in cleaned:
            self.instance.headline = cleaned["title"]
            cleaned["title"] = self.instance.title
        return cleaned

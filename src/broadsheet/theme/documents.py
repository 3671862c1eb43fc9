"""Making a document from a template: the language it is rendered in, the headers it is served with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import get_template
from django.utils import translation

from broadsheet.kit.public import Document
from broadsheet.theme.filters import without_unspeakable
from broadsheet.theme.looks import has_web_face, look_style
from broadsheet.theme.pictures import Made
from broadsheet.theme.stylesheet import plain_style, stylesheet


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """What other sites show beside a link to a page, and what it says for who cannot see it."""

    file: Made
    alt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What a page says of itself to browsers, search engines and those who share it.

    `path` is its canonical address; `alternates` are pairs of language code and path of its
    translations, itself included; `data` is its structured data; `listed` is false for a page that
    no search engine should show; `feeds` is the address below which the feeds of just this page lie;
    `is_challenge` where a form of it has to be sent with a proof that a browser worked for it.
    """

    title: str
    path: str
    description: str = ""
    alternates: Sequence[tuple[str, str]] = ()
    image: SharedPicture | None = None
    kind: str = "website"
    data: Any = None
    listed: bool = True
    is_front: bool = False
    feeds: str = ""
    is_challenge: bool = False

    @property
    def script(self) -> str:
        """The script that the page loads, if any: stories can be copied, kept and told from now."""
        if self.is_challenge:
            return "challenge"
        return "reader" if self.kind == "article" else ""


def page_policy(*, form_targets: Sequence[str] = (), has_script: bool = False) -> str:
    """The Content-Security-Policy of a reader page: our own styles and pictures, no script at all.

    `form_targets` are origins besides our own that its forms may lead to, redirects included. `has_script`
    lets in files of our own, never a script in the page. What a page may fetch from us harms nobody where
    nothing can ask for it, and programs that look at a page fetch robots.txt as if they were in it.
    """
    targets = " ".join(["'self'", *form_targets])
    mine = look_style()
    styles = " ".join(one.source for one in (stylesheet(), plain_style(), mine) if one)
    script = "script-src 'self'; worker-src 'self'; " if has_script else ""
    font = "font-src 'self'; " if has_web_face() else ""
    return (
        f"default-src 'none'; style-src {styles}; {font}img-src 'self'; media-src 'self'; "
        f"connect-src 'self'; {script}form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


def html_text(template: str, *, code: str, **context: Any) -> str:
    """A template rendered in the language of a code. Raises what the template raises."""
    with translation.override(code):
        return without_unspeakable(get_template(template, using="jinja2").render(context))


def html_document(
    template: str, *, code: str, head: Head, status: int = 200, **context: Any
) -> Document:
    """A page at the address of its head, in the language of a code."""
    text = html_text(template, code=code, head=head, **context)
    headers = (
        ("content-language", code),
        ("content-security-policy", page_policy(has_script=bool(head.script))),
    )
    return Document(head.path, text.encode(), status=status, headers=headers)

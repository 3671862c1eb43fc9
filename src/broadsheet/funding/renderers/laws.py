"""The words that laws want in a statement of gifts, each in the language of its law and never translated.

They are templates, `funding/laws/<form>.txt`, of which each names its law: empty lines part the paragraphs, the first
one is the heading. A newsroom can lay its own over them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadsheet.funding.choices import StatementForm
from broadsheet.funding.models import YearlyStatement
from broadsheet.funding.rules.yearly import german_digits
from broadsheet.theme.documents import html_text

LANGUAGES = {
    StatementForm.US.value: "en",
    StatementForm.DE.value: "de",
    StatementForm.FR.value: "fr",
    StatementForm.GB.value: "en",
}


@dataclass(frozen=True, slots=True)
class Law:
    """A heading and paragraphs in one language."""

    language: str
    title: str
    paragraphs: list[str]


def law_of(statement: YearlyStatement) -> Law | None:
    """The words of the law that a statement follows; None for the general form, which follows none."""
    language = LANGUAGES.get(statement.form)
    if language is None:
        return None
    text = html_text(
        f"funding/laws/{statement.form}.txt",
        code=language,
        giver=statement.giver or "–",
        issuer=statement.issuer,
        year=statement.year,
        sums=[(total.format(language), german_digits(total)) for total in statement.totals],
    )
    title, *paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))
    return Law(language, title, paragraphs)

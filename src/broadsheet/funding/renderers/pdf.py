"""A yearly statement as PDF: set in our own faces, in both directions of writing, by fpdf2 and HarfBuzz."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from fpdf import FPDF

from broadsheet.funding.renderers.yearly import Sheet
from broadsheet.theme.faces import FOLDER
from broadsheet.theme.languages import language
from broadsheet.theme.typesetting import MARKAZI, NEWSREADER, face_of

SIZE = 11
LEADING = 1.45
MARGIN = 20
SCRIPTS = {"ar": "arab", "fa": "arab", "ur": "arab", "he": "hebr"}
WIDTHS = (26, 34, 18, 18, 18)
"""Shares of the columns: day, reference, paid, given back, remains."""


def statement_pdf(sheet: Sheet, code: str, at: dt.datetime) -> bytes:
    """A sheet in the language of a code; the same bytes for the same sheet, as of the instant it was written."""
    page = _Page(sheet, code)
    page.set_creation_date(at)
    page.add_page()
    page.say(sheet.title, 1.7)
    page.ln(3)
    for label, said in sheet.facts:
        page.say(f"{label} {said}")
    page.ln(4)
    page.rows([sheet.columns, *sheet.rows])
    page.ln(3)
    for label, said in sheet.totals:
        page.say(f"{label}: {said}", 1.2)
    for note in sheet.notes:
        page.ln(3)
        page.say(note)
    if sheet.law:
        page.ln(5)
        page.turn(sheet.law.language)
        page.say(sheet.law.title, 1.3)
        for paragraph in sheet.law.paragraphs:
            page.ln(2)
            page.say(paragraph, 0.9)
    return bytes(page.output())


class _Page(FPDF):
    """A4 pages whose text begins on the side where its language does."""

    def __init__(self, sheet: Sheet, code: str) -> None:
        super().__init__(format="A4")
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)  # noqa: FBT003 - fpdf2 names it so
        self.set_title(sheet.title)
        self.set_lang(code)
        self.faces = self._load(sheet)
        self.turn(code)

    def _load(self, sheet: Sheet) -> list[str]:
        """Load only the faces that the sheet's letters need, since each takes its time."""
        texts = [sheet.title, *sheet.columns, *sheet.notes]
        texts += [part for pair in (*sheet.facts, *sheet.totals) for part in pair]
        texts += [cell for row in sheet.rows for cell in row]
        texts += [sheet.law.title, *sheet.law.paragraphs] if sheet.law else []
        found = {face_of(each) for text in texts for each in text}
        found |= {FOLDER / f"{NEWSREADER[0]}.woff2"}
        if any(face and face.stem == MARKAZI[0] for face in found):
            found |= {FOLDER / f"{MARKAZI[1]}.woff2"}
        faces: list[Path] = sorted(face for face in found if face)
        for face in faces:
            self.add_font(face.stem, fname=face)
        return [face.stem for face in faces]

    def turn(self, code: str) -> None:
        """Go on in a language: its direction, and its faces before the others."""
        is_rtl = language(code).direction == "rtl"
        first = MARKAZI if SCRIPTS.get(code[:2]) == "arab" else NEWSREADER
        best = [*first, *(face for face in self.faces if face not in first)]
        main, *others = [face for face in best if face in self.faces]
        self.side = "R" if is_rtl else "L"
        self.scale = 1.16 if main == MARKAZI[0] else 1.0
        self.set_text_shaping(
            True,
            direction="rtl" if is_rtl else "ltr",
            script=SCRIPTS.get(code[:2], "latn"),
            language=code,
        )
        self.set_font(main, size=SIZE)
        self.set_fallback_fonts(others, exact_match=False)

    def say(self, text: str, larger: float = 1) -> None:
        """A paragraph."""
        self.set_font_size(SIZE * self.scale * larger)
        height = SIZE * larger * LEADING / self.k
        self.multi_cell(0, height, text, align=self.side, new_x="LMARGIN", new_y="NEXT")

    def rows(self, rows: list[tuple[str, ...]]) -> None:
        """A table with a line under each row, its first column where reading begins."""
        self.set_font_size(SIZE * self.scale * 0.9)
        turned = self.side == "R"
        with self.table(
            first_row_as_headings=False,
            borders_layout="HORIZONTAL_LINES",
            text_align="RIGHT" if turned else "LEFT",
            col_widths=WIDTHS[::-1] if turned else WIDTHS,
            line_height=SIZE * LEADING / self.k,
        ) as table:
            for row in rows:
                line = table.row()
                for cell in row[::-1] if turned else row:
                    line.cell(cell)

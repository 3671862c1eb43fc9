"""Where a supporter reads a year's statement, by a link from an e-mail: no cookie is set, looking changes nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from broadsheet.funding.actions.stating import signature_of, statement_path
from broadsheet.funding.models import YearlyStatement
from broadsheet.funding.queries import last_statement
from broadsheet.funding.renderers import sheet_of
from broadsheet.theme.answers import page_answer


@gzip_page
@require_safe
def read(request: HttpRequest, key: str, signature: str) -> HttpResponse:
    """A statement as a page, with its PDF beside it; one that was corrected leads to the one that holds."""
    statement = _found(key, signature)
    if statement is None:
        return _nothing(key, signature)
    code = get_language() or statement.language
    last = last_statement(statement.supporter, statement.year)
    sheet = sheet_of(statement, code)
    return page_answer(
        "funding/statement.html",
        title=sheet.title,
        path=f"/give/statement/{key}/{signature}/",
        sheet=sheet,
        newer=statement_path(last) if last and last != statement else "",
        pdf=f"{statement_path(statement)}statement.pdf",
    )


@require_safe
def download(request: HttpRequest, key: str, signature: str) -> HttpResponse:
    """The same as a file for the printer."""
    statement = _found(key, signature)
    if statement is None:
        return _nothing(key, signature)
    return pdf_answer(statement, get_language() or statement.language)


def pdf_answer(statement: YearlyStatement, code: str) -> HttpResponse:
    """A statement's PDF in the language of a code, which is active; kept by nobody on its way."""
    from broadsheet.funding.renderers.pdf import statement_pdf

    body = statement_pdf(sheet_of(statement, code), code, statement.issued_at)
    name = statement.label.replace("/", "-")
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        },
    )


def _found(key: str, signature: str) -> YearlyStatement | None:
    if not constant_time_compare(signature, signature_of(key)):
        return None
    rows = YearlyStatement.objects.select_related("series", "supporter")
    return rows.filter(key=key, supporter__erased_at=None).first()


def _nothing(key: str, signature: str) -> HttpResponse:
    return page_answer(
        "funding/statement.html",
        title=_("There is no such link"),
        path=f"/give/statement/{key}/{signature}/",
        status=404,
        sheet=None,
    )

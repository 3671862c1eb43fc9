"""Words in every language we ship: none missing, none stale, the right form for each number, shown to readers."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import ngettext

from broadsheet.funding.actions.accounts import open_account
from broadsheet.kit.public import kinds
from broadsheet.theme import translating
from paper import Paper


@pytest.mark.parametrize("code", translating.LANGUAGES)
def test_no_word_is_missing_and_the_files_agree_with_the_code(code: str) -> None:
    words = translating.catalogue(code)
    folder = translating.LOCALE / code / "LC_MESSAGES"
    assert len(words) > 80
    assert translating.missing(words) == []
    again = "run: python -m broadsheet.theme.translating"
    assert (folder / "django.po").read_bytes() == translating.po_bytes(words), again
    assert (folder / "django.mo").read_bytes() == translating.mo_bytes(words), again


@pytest.mark.parametrize("code", translating.LANGUAGES)
def test_translations_name_the_same_things_as_the_english(code: str) -> None:
    for message in translating.read(code):
        english = message.id if message.pluralizable else (message.id,)
        names = {name for text in english for name in re.findall(r"%\(\w+\)s", text)}
        for text in translating.forms_of(message):
            used = set(re.findall(r"%\(\w+\)s", text))
            # "One gift" and "two gifts" may stand without their digit.
            assert used == names or (message.pluralizable and used < names), text


def test_arabic_counts_in_six_forms() -> None:
    with translation.override("ar"):
        forms = {
            number: ngettext("%(shown)s gift.", "%(shown)s gifts.", number) % {"shown": number}
            for number in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103)
        }
    assert forms[0] == "لا تبرعات بعد."
    assert forms[1] == "تبرع واحد."
    assert forms[2] == "تبرعان."
    assert [forms[number] for number in (3, 10, 103)] == ["3 تبرعات.", "10 تبرعات.", "103 تبرعات."]
    assert [forms[number] for number in (11, 99)] == ["11 تبرعًا.", "99 تبرعًا."]
    assert [forms[number] for number in (100, 102)] == ["100 تبرع.", "102 تبرع."]


def test_an_arabic_page_says_its_own_words_in_arabic(paper: Paper) -> None:
    missing = kinds()["missing"].render("ar")
    assert missing is not None
    page = missing.body.decode()
    assert "لا توجد صفحة في هذا العنوان" in page
    words = re.sub(r"<(style|script|bdi|title).*?</\1>|<[^>]+>", "", page, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{2,}", words)) == {"English", "RSS"}


def test_a_supporter_reads_what_is_wrong_in_their_language(paper: Paper) -> None:
    open_account(by="test")
    said = {"amount": "25", "email": "nobody", "nonce": ""}
    answer = Client().post("/ar/give/confirm/", said, headers={"origin": "http://testserver"})
    assert answer.status_code == 422
    assert "يرجى كتابة عنوان بريد إلكتروني" in answer.content.decode()

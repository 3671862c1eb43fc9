"""Giving again and again as readers see it: the choice, what they agree to, the page behind the link in a message."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client

from broadsheet.funding import tasks
from broadsheet.funding.actions.telling import pledge_path
from broadsheet.funding.choices import Cadence
from broadsheet.funding.errors import TooMany
from broadsheet.funding.models import Consent, Donation, Pledge
from broadsheet.funding.views import pledges
from broadsheet.kit.public import kinds
from promises import Promises, raising, today

CONFIRM = "/give/confirm/"
ORIGIN = {"Origin": "http://testserver"}


def shown(path: str = CONFIRM, **link: str) -> str:
    return Client().get(path, link).content.decode()


def typed(page: str, **more: str) -> dict[str, str]:
    """What a browser sends of the confirm page, the box of the agreement ticked."""
    found = dict(
        re.findall(r'name="(nonce|campaign|currency|cadence|agrees)" value="([^"]*)"', page)
    )
    return {**found, "amount": "25", "email": "sam@example.org", **more}


def post(path: str, data: dict[str, str]) -> tuple[int, str, str]:
    answer = Client().post(path, data, headers=ORIGIN)
    return answer.status_code, answer.headers.get("Location", ""), answer.content.decode()


def test_giving_page_offers_once_first_and_every_month_and_year(promises: Promises) -> None:
    for code, often in (("en", "Every month"), ("ar", "كل شهر")):
        page = kinds()["give"].render(code)
        assert page
        text = page.body.decode()
        assert re.findall(r'name="cadence" value="(\w*)"( checked)?', text) == [
            ("", " checked"), ("monthly", ""), ("yearly", ""),
        ]  # fmt: skip
        assert often in text


@pytest.mark.parametrize(("prefix", "said"), [("", "every month"), ("/ar", "كل شهر")])
def test_monthly_gift_is_agreed_to_word_by_word_and_begins(
    promises: Promises, prefix: str, said: str
) -> None:
    page = shown(prefix + CONFIRM, amount="25", cadence="monthly")
    assert said in page
    status, where, _ = post(prefix + CONFIRM, typed(page))
    assert status == 303
    consent = Consent.objects.get()
    assert consent.text in page
    assert (consent.language, consent.version) == (prefix.strip("/") or "en", "2026-11")
    promises.press_pay(where)
    promises.stage.settle()
    pledge = Pledge.objects.get()
    assert (pledge.state, pledge.cadence) == ("active", "monthly")
    thanks = shown(f"{prefix}/give/thanks/{Donation.objects.get().reference}/")
    assert ("February 28, 2026" in thanks) is (prefix == "")
    assert pledge_path(pledge) not in thanks, "the link is in their mail alone"


def test_who_does_not_agree_gives_nothing_and_can_give_once(promises: Promises) -> None:
    promises.stage.campaign()
    page = shown(amount="25", cadence="yearly", campaign="floods")
    assert "The first gift counts for this campaign." in page
    data = typed(page)
    for wrong in ({"agrees": ""}, {"agrees": "2020-01"}):
        status, _, again = post(CONFIRM, {**data, **wrong})
        assert status == 422
        assert "Please agree to this, or give once instead." in again
    assert not Donation.objects.exists()
    found = re.search(r'href="([^"]+)">Give once instead', page)
    assert found
    once = shown(found[1].replace("&amp;", "&"))
    assert 'name="cadence" value=""' in once
    assert "agrees" not in once
    assert post(CONFIRM, typed(once))[0] == 303
    assert not Pledge.objects.exists()


def test_cadence_that_there_is_not_is_once(promises: Promises) -> None:
    assert 'name="cadence" value=""' in shown(amount="25", cadence="hourly")


def test_page_that_began_a_monthly_gift_does_not_begin_a_single_one(promises: Promises) -> None:
    data = typed(shown(amount="25", cadence="monthly"))
    assert post(CONFIRM, data)[0] == 303
    assert post(CONFIRM, data)[0] == 303
    status, _, page = post(CONFIRM, {**data, "cadence": ""})
    assert status == 422
    assert "You changed something" in page
    assert Donation.objects.count() == 1


def test_first_gift_that_was_not_completed_is_begun_anew_as_often(promises: Promises) -> None:
    donation = promises.stage.give(2500, "abandon", cadence=Cadence.MONTHLY)
    promises.wait(days=2)
    tasks.look_at_attempts()
    page = shown(f"/give/thanks/{donation.reference}/")
    assert "cadence=monthly" in page


# The page that the link leads to --------------------------------------------------------------


def link(pledge: Pledge, code: str = "") -> str:
    return code + pledge_path(pledge)


def test_d1_link_is_good_for_its_pledge_alone_and_looking_changes_nothing(
    promises: Promises,
) -> None:
    mine, other = promises.make(), promises.make(email="ann@example.org")
    stolen = link(mine).replace(mine.key, other.key)
    for path in (stolen, "/give/pledge/nobody/nothing/"):
        assert Client().get(path).status_code == 404
        assert Client().post(path, {"do": "cancel"}).status_code == 404
    answer = Client().get(link(mine))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    page = answer.content.decode()
    assert "$25" in page
    assert "February 28, 2026" in page
    assert "card 4242" in page
    assert "sam@example.org" not in page
    assert set(Pledge.objects.values_list("state", flat=True)) == {"active"}


def test_supporter_skips_pauses_goes_on_changes_the_day_gives_less_and_cancels(
    promises: Promises,
) -> None:
    pledge = promises.make()
    path = link(pledge)

    def do(wish: str, **more: str) -> str:
        status, where, page = post(path, {"do": wish, **more})
        assert status == 303, page
        pledge.refresh_from_db()
        return shown(where)

    assert "The gift is skipped." in do("skip")
    assert str(pledge.next_on) == "2026-03-31"
    assert "Your gift is paused." in do("pause", months="3")
    assert pledge.paused_until == today() + dt.timedelta(days=90)
    assert "Go on giving now" in shown(path)
    assert "Your gift goes on." in do("resume")
    assert "The day is changed." in do("date", next_on="2026-03-15")
    assert str(pledge.next_on) == "2026-03-15"
    assert "The amount is changed" in do("amount", amount="10")
    assert pledge.gift_minor == 1000
    page = do("cancel", reason="I moved")
    assert "Your gift is cancelled" in page
    assert "Cancel my gift" not in page
    assert (pledge.state, pledge.reason) == ("canceled", "I moved")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"do": "amount", "amount": "26"}, "Please write less"),
        ({"do": "amount", "amount": "lots"}, "Please write the amount in digits"),
        ({"do": "date", "next_on": ""}, "Please fill in this field."),
        ({"do": "date", "next_on": "2026-01-01"}, "a day that is still to come"),
        ({"do": "date", "next_on": "2026-09-01"}, "choose an earlier day"),
        ({"do": "pause"}, ""),
        ({"do": "resume"}, "This cannot be done as things are now."),
        ({"do": "dance"}, ""),
        ({"do": "pay"}, "There is nothing to pay now."),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_changed(
    promises: Promises, data: dict[str, str], said: str
) -> None:
    pledge = promises.make()
    before = Pledge.objects.values().get()
    status, _, page = post(link(pledge), data)
    assert status == 422
    assert said in page
    assert Pledge.objects.values().get() == before


def test_day_in_a_month_that_has_its_gift_is_refused(promises: Promises) -> None:
    pledge = promises.make()
    promises.to("2026-02-10")
    page = post(link(pledge), {"do": "skip"})[2]
    _, _, page = post(link(pledge), {"do": "date", "next_on": "2026-02-20"})
    assert "This period has its gift already." in page


def test_refused_gift_is_paid_by_the_link_in_the_message(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "authentication_required")
    promises.to("2026-02-28")
    promises.work()
    found = re.search(r"http://testserver(/give/pledge/\S+)", str(mail.outbox[-1].body))
    assert found
    assert "Pay now" in shown(found[1])
    promises.stage.sandbox.is_away = True
    status, _, page = post(found[1], {"do": "pay"})
    assert status == 503
    assert "Nothing was charged." in page
    promises.stage.sandbox.is_away = False
    promises.wait(minutes=6)
    status, where, _ = post(found[1], {"do": "pay"})
    assert status == 303
    promises.press_pay(where)
    promises.stage.settle()
    assert promises.facts(pledge)["state"] == "active"
    assert "All is well" in shown(found[1])


def test_link_while_a_charge_is_in_doubt_opens_no_checkout(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "insufficient_funds")
    promises.to("2026-02-28")
    promises.work()
    promises.card(pledge, "pay")
    promises.wait(days=3, minutes=1)
    promises.stage.faults(lose_answer=1)
    tasks.take_gifts()
    status, where, _ = post(link(pledge), {"do": "pay"})
    assert status == 303
    donation = promises.last_gift(pledge)
    assert where == f"/give/thanks/{donation.reference}/"
    promises.stage.settle()
    assert len(promises.payments()) == 2
    assert promises.facts(pledge)["state"] == "active"


def test_link_while_nobody_knows_whether_the_charge_arrived_waits(promises: Promises) -> None:
    """A key that may be a charge's opens no checkout: the processor would refuse it, and nothing would be known."""
    pledge = promises.make()
    promises.card(pledge, "insufficient_funds")
    promises.to("2026-02-28")
    promises.work()
    promises.wait(days=3, minutes=1)
    promises.stage.sandbox.is_away = True
    tasks.take_gifts()
    promises.stage.sandbox.is_away = False
    promises.stage.sandbox.calls.clear()
    status, where, _ = post(link(pledge), {"do": "pay"})
    assert (status, where) == (303, f"/give/thanks/{promises.last_gift(pledge).reference}/")
    assert promises.stage.sandbox.calls == ["GET /v1/payments"], "it was looked for, no more"
    promises.wait(minutes=6)
    status, where, _ = post(link(pledge), {"do": "pay"})
    assert "/checkout/" in where, "it never arrived: now it can be paid"


def test_who_begins_too_much_by_the_link_is_told_to_wait(
    promises: Promises, monkeypatch: pytest.MonkeyPatch
) -> None:
    pledge = promises.make()
    promises.card(pledge, "expired_card")
    promises.to("2026-02-28")
    promises.work()
    monkeypatch.setattr(pledges, "open_checkout", raising(TooMany("wait")))
    status, _, page = post(link(pledge), {"do": "pay"})
    assert (status, "Please try again in an hour." in page) == (429, True)


def test_unpaid_gift_of_a_pledge_leads_back_to_its_page(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "expired_card")
    promises.to("2026-02-28")
    promises.work()
    donation = promises.last_gift(pledge)
    assert pledge_path(pledge) in shown(f"/give/thanks/{donation.reference}/")


def test_message_in_arabic_is_arabic(promises: Promises) -> None:
    promises.stage.give(2500, cadence=Cadence.MONTHLY, language="ar")
    promises.stage.settle()
    mail.outbox.clear()
    tasks.send_pledge_mails()
    [message] = mail.outbox
    assert "وصل تبرعك الأول" in str(message.body)
    assert "/ar/give/pledge/" in str(message.body)
    assert message.alternatives
    assert 'dir="rtl"' in str(message.alternatives[0][0])

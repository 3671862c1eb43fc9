"""Connecting Stripe, letting processors drain, switching ways to pay off; a sentence for each mistake."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import (
    Gift,
    change_account,
    collect_events,
    expect_gift,
    open_account,
    switch_method,
)
from broadsheet.funding.choices import AccountState, Method
from broadsheet.funding.errors import BadAmount, NotTaken
from broadsheet.funding.gateways.protocol import Fees
from broadsheet.funding.models import InboxEvent, ProcessorAccount
from broadsheet.funding.queries import taking_account
from broadsheet.kit.models import AuditEntry
from broadsheet.kit.money import Money
from broadsheet.project.cli import broadsheet
from broadsheet.project.cli.failures import sentence_for
from broadsheet.project.directory import choose
from broadsheet.project.env import load
from lookalike.serving import served_lookalike
from stage import Stage
from stripe_stage import StripeStage

Run = Callable[..., str]


@pytest.fixture(scope="module")
def lookalike() -> Iterator[httpx.Client]:
    with served_lookalike() as client:
        yield client


@pytest.fixture
def stripe(db: None, lookalike: httpx.Client, settings: Settings) -> StripeStage:
    """Stripe before anybody connected it."""
    return StripeStage(lookalike, settings)


def found(stage: StripeStage) -> list[str]:
    """What the doctor says of processors."""
    return [problem for problem, _mend in checks.processors()]


# Connecting -----------------------------------------------------------------------------------


def test_connecting_makes_an_endpoint_and_again_changes_nothing(stripe: StripeStage) -> None:
    done = stripe.connect(fees=Fees(150, {"USD": 25}))
    assert done.is_new_secret
    assert found(stripe) == []
    account = stripe.account
    assert (account.livemode, account.fee_rate_bp, account.fee_fixed) == (False, 150, {"USD": 25})
    [endpoint] = stripe.objects("webhook_endpoint")
    assert endpoint["url"] == "https://ledger.example/processors/stripe/events/"
    assert endpoint["api_version"] == "2026-10-28.endive"
    kept = dict(stripe.kept)
    assert not stripe.connect().is_new_secret
    assert stripe.kept == kept
    assert stripe.objects("webhook_endpoint") == [endpoint]
    assert stripe.account.fee_rate_bp == 150


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"status": "disabled"}, "disabled"),
        ({"url": "https://old.example/x/"}, "go to https://old.example/x/"),
        ({"enabled_events": ["refund.created"]}, "does not tell us of charge.dispute.closed"),
    ],
)
def test_endpoint_that_was_changed_is_named_and_mended(
    stripe: StripeStage, broken: dict[str, object], said: str
) -> None:
    stripe.connect()
    stripe.act(f"change/{stripe.account.endpoint}", **broken)
    assert said in " ".join(found(stripe))
    assert not stripe.connect().is_new_secret
    assert found(stripe) == []


def test_endpoint_of_another_version_or_gone_is_made_anew(stripe: StripeStage) -> None:
    stripe.connect()
    first = stripe.account.endpoint
    stripe.act(f"change/{first}", api_version="2020-08-27")
    assert "version 2020-08-27" in " ".join(found(stripe))
    assert stripe.connect().is_new_secret
    assert [each["id"] for each in stripe.objects("webhook_endpoint")] == [stripe.account.endpoint]
    ProcessorAccount.objects.update(endpoint="we_gone")
    assert "no webhook endpoint" in " ".join(found(stripe))
    assert stripe.connect().is_new_secret
    assert [each["id"] for each in stripe.objects("webhook_endpoint")] == [stripe.account.endpoint]
    assert len(stripe.secrets) == 2


def test_secret_that_was_lost_is_replaced(stripe: StripeStage) -> None:
    stripe.connect()
    stripe.set(stripe_webhook_secrets=())
    assert "no secret" in " ".join(found(stripe))
    assert stripe.connect().is_new_secret
    assert len(stripe.objects("webhook_endpoint")) == 1


def test_worker_follows_a_changed_address_and_makes_no_endpoint(stripe: StripeStage) -> None:
    stripe.connect()
    stripe.set(url="https://new.example")
    tasks.look_at_accounts()
    [endpoint] = stripe.objects("webhook_endpoint")
    assert endpoint["url"] == "https://new.example/processors/stripe/events/"
    ProcessorAccount.objects.update(endpoint="", webhook_url="", listed_at=None)
    tasks.look_at_accounts()
    assert len(stripe.objects("webhook_endpoint")) == 1
    assert stripe.account.webhook_url == ""
    assert stripe.account.listed_at, "events are fetched all the same"


def test_address_that_stripe_cannot_reach_has_its_events_fetched(stripe: StripeStage) -> None:
    stripe.set(url="http://127.0.0.1:8000")
    done = stripe.connect()
    assert (done.is_new_secret, done.is_reached) == (False, False)
    assert stripe.objects("webhook_endpoint") == []
    [said] = found(stripe)
    assert "they are fetched" in said
    stripe.give()
    assert collect_events(account=stripe.account, by="test") == 3


def test_events_of_before_are_not_fetched(stripe: StripeStage) -> None:
    stripe.connect()
    stripe.give()
    ProcessorAccount.objects.update(last_event="")
    stripe.connect()
    assert collect_events(account=stripe.account, by="test") == 0


def test_doctor_says_when_every_event_had_to_be_fetched(stripe: StripeStage) -> None:
    stripe.connect()
    for _ in range(2):
        stripe.give()
    collect_events(account=stripe.account, by="test")
    assert "none of the last 6 events came by itself" in " ".join(found(stripe))
    stripe.give()
    stripe.deliver(stripe.objects("event")[-1])
    assert found(stripe) == []


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("sk_test_revoked", "does not accept our key"),
        ("", "no key of Stripe's"),
        ("rk_test_limited", "does not let our key do this: The provided key"),
    ],
)
def test_doctor_says_what_is_wrong_with_a_key(stripe: StripeStage, key: str, said: str) -> None:
    stripe.connect()
    stripe.set(stripe_key=key)
    assert said in " ".join(found(stripe))


def test_key_of_another_account_is_refused_once_gifts_were_taken(stripe: StripeStage) -> None:
    stripe.connect()
    assert stripe.connect("sk_test_other").account.ident == "acct_other"
    assert stripe.connect().account.ident == f"acct_{stripe.name}"
    stripe.give()
    with pytest.raises(NotTaken, match=r"takes gifts through acct_.*the key is of acct_other"):
        stripe.connect("sk_test_other")
    assert stripe.kept["stripe_key"] == stripe.key


def test_real_money_is_not_booked_beside_a_rehearsal(stripe: StripeStage) -> None:
    stripe.connect()
    stripe.give()
    stripe.settle()
    with pytest.raises(NotTaken, match="gifts of a rehearsal"):
        stripe.connect("sk_live_real")


def test_live_key_closes_the_sandbox_and_keeps_it_closed(
    stage: Stage, lookalike: httpx.Client, settings: Settings
) -> None:
    sandbox = stage.account
    live = StripeStage(lookalike, settings, mode="live")
    assert live.connect().account.livemode
    sandbox.refresh_from_db()
    assert sandbox.state == AccountState.CLOSED
    with pytest.raises(NotTaken, match="beside a processor that takes real money"):
        change_account(account=sandbox, state=AccountState.ACTIVE, by="test")


# The command ----------------------------------------------------------------------------------


@pytest.fixture
def run(newsroom_dir: Path, stripe: StripeStage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the command in this newsroom and returns what it said; what it changed there is put back."""
    settings, secrets = newsroom_dir / "settings.toml", newsroom_dir / "secrets"
    before = settings.read_bytes()
    secrets.mkdir()
    for name in ("PROCESSOR", "STRIPE_KEY"):
        monkeypatch.delenv(f"BROADSHEET_{name}", raising=False)

    def run(*words: str, typed: str = "") -> str:
        arguments = ["funding", *words, "--dir", str(newsroom_dir)]
        ended = CliRunner().invoke(broadsheet, arguments, input=typed, catch_exceptions=True)
        if ended.exception and not isinstance(ended.exception, SystemExit):
            sentence = sentence_for(ended.exception)  # type: ignore[arg-type]
            assert sentence, ended.exception
            return f"Error: {sentence}"
        return ended.output

    yield run
    shutil.rmtree(secrets)
    settings.write_bytes(before)


def test_command_connects_keeps_secrets_and_chooses_stripe(
    run: Run, stripe: StripeStage, newsroom_dir: Path
) -> None:
    fees = ("--rate", "1.5", "--fixed", "USD 0.25", "--fixed", "JPY 30")
    said = run("connect", "stripe", *fees, typed=f"{stripe.key}\n")
    assert f"Connected acct_{stripe.name} (test mode: no money moves)." in said
    assert "Stop and start" in said
    assert stripe.key not in said
    values = load(newsroom_dir, {})
    assert (values.processor, values.stripe_key) == ("stripe", stripe.key)
    assert len(values.stripe_webhook_secrets) == 1
    secret = newsroom_dir / "secrets" / "stripe_webhook_secrets"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stripe.account.fee_fixed == {"USD": 25, "JPY": 30}
    again = run("connect", "stripe")
    assert "Connected" in again
    assert "cannot cover" not in again


def test_command_says_what_a_local_newsroom_misses(run: Run, stripe: StripeStage) -> None:
    stripe.set(url="http://127.0.0.1:8000")
    said = run("connect", "stripe", typed=f"{stripe.key}\n")
    assert "fetched once a minute" in said
    assert "cannot cover fees" in said


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        ((), "pk_test_abc", "publishable key"),
        ((), "swordfish", "no key of Stripe's"),
        ((), "sk_test_revoked", "does not accept our key"),
        (("--rate", "x"), "KEY", "--rate is a percentage"),
        (("--rate", "1.5", "--fixed", "nothing"), "KEY", "--fixed is a currency and an amount"),
    ],
    ids=str,
)
def test_command_says_what_is_wrong_and_keeps_nothing(
    run: Run, stripe: StripeStage, newsroom_dir: Path, words: tuple[str, ...], typed: str, said: str
) -> None:
    key = stripe.key if typed == "KEY" else typed
    assert said in run("connect", "stripe", *words, typed=f"{key}\n")
    assert not (newsroom_dir / "secrets" / "stripe_key").exists()
    assert not ProcessorAccount.objects.exists()


def test_command_refuses_where_the_environment_rules(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_STRIPE_KEY", "sk_test_x")
    assert "would rule. Unset it" in run("connect", "stripe")


def test_setting_is_chosen_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    for before, after in (
        ('a = 1\n# processor = "none"\nb = 2\n', 'a = 1\nprocessor = "stripe"\nb = 2\n'),
        ('processor = "sandbox"\n', 'processor = "stripe"\n'),
        ("a = 1\n", 'a = 1\nprocessor = "stripe"\n'),
    ):
        path.write_text(before)
        choose(tmp_path, "processor", "stripe")
        assert path.read_text() == after


# States and ways to pay -----------------------------------------------------------------------


def test_f1_draining_stripe_finishes_what_was_begun_and_takes_nothing_new(
    run: Run, stripe: StripeStage
) -> None:
    assert "There are no processors yet." in run("processors")
    with pytest.raises(NotTaken, match="Connect it"):
        open_account(by="test")
    assert "takes no gifts" in found(stripe)[0]
    stripe.connect()
    assert run("processors") == "stripe: Active, takes new gifts\n"
    donation = stripe.give()
    assert run("processor", "stripe", "draining") == "stripe: Draining\n"
    assert taking_account() is None
    with pytest.raises(NotTaken):
        stripe.begin()
    assert "still open at stripe" in run("processor", "stripe", "closed")
    stripe.settle()
    donation.refresh_from_db()
    assert donation.state == "settled"
    for _ in range(2):
        assert run("processor", "stripe", "closed") == "stripe: Closed\n"
    changed = AuditEntry.objects.filter(action="processor.changed")
    assert changed.count() == 2
    said = run("connect", "stripe", typed=f"{stripe.key}\n")
    assert "It takes no gifts: it is closed." in said
    assert run("processor", "stripe", "active") == "stripe: Active\n"
    assert taking_account() == stripe.account
    assert "There is no processor x" in run("processor", "x", "closed")


def test_way_to_pay_that_is_off_is_not_offered_by_stripe(run: Run, stripe: StripeStage) -> None:
    stripe.connect()
    assert run("method", "stripe", "paypal", "off") == "stripe: Active, without paypal\n"
    run("method", "stripe", "klarna", "off")
    run("method", "stripe", "klarna", "on")
    assert "no way to pay “gold”. It has: alipay" in run("method", "stripe", "gold", "off")
    stripe.open(stripe.begin())
    session = stripe.objects("checkout.session")[-1]
    assert session["excluded_payment_method_types"] == ["paypal"]
    assert session["customer_email"] == "sam@example.org"


def test_way_to_pay_that_is_off_is_not_offered_by_the_sandbox(stage: Stage) -> None:
    switch_method(account=stage.account, method="debit", is_on=False, by="test")
    attempt = stage.open(stage.begin())
    page = stage.web.get(f"/checkout/{attempt.checkout_id}/").text
    assert 'value="pay"' in page
    assert 'value="delay"' not in page
    sent = stage.web.post(f"/checkout/{attempt.checkout_id}/", data={"outcome": "delay"})
    assert sent.status_code == 409


def test_way_to_pay_by_hand_that_is_off_is_not_expected(db: None) -> None:
    gift = Gift(amount=Money(2500, "USD"), email="pat@example.org")
    expect_gift(gift=gift, method=Method.CASH, by="test")
    bank = ProcessorAccount.objects.get()
    switch_method(account=bank, method="cash", is_on=False, by="test")
    with pytest.raises(BadAmount, match="Gifts by cash are switched off"):
        expect_gift(gift=gift, method=Method.CASH, by="test")


# The page -------------------------------------------------------------------------------------


def test_d7_only_the_page_that_confirms_may_lead_to_stripe(stripe: StripeStage) -> None:
    stripe.connect()
    donation = stripe.give()
    confirm = Client().get("/give/confirm/?amount=25")
    thanks = Client().get(f"/give/thanks/{donation.reference}/")
    policies = [answer.headers["Content-Security-Policy"] for answer in (confirm, thanks)]
    assert "form-action 'self' https://checkout.stripe.com;" in policies[0] + ";"
    assert "stripe" not in policies[1]


def test_event_that_cannot_be_checked_is_sent_again(stripe: StripeStage) -> None:
    stripe.connect()
    stripe.give()
    stripe.set(stripe_key="")
    assert stripe.deliver(stripe.objects("event")[-1]).status_code == 503
    assert InboxEvent.objects.count() == 0


def test_notice_keeps_its_signature_for_whoever_looks_into_it(stripe: StripeStage) -> None:
    stripe.connect()
    stripe.give()
    stripe.deliver(stripe.objects("event")[-1])
    event = InboxEvent.objects.get()
    assert "v1=" in event.headers["Stripe-Signature"]
    assert json.loads(bytes(event.body))["id"] == event.event_id

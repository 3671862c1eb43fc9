"""What supporters type, checked: amounts written in any of the usual ways, addresses, a few words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from broadsheet.funding.actions import Gift
from broadsheet.funding.actions.pledging import CONSENT_VERSION
from broadsheet.funding.choices import Cadence, Dedication
from broadsheet.funding.models import Campaign, Pledge
from broadsheet.funding.queries import accepted_currencies, last_period, running_campaign
from broadsheet.funding.rules.giving import problem_with
from broadsheet.funding.rules.promising import problem_with_date
from broadsheet.kit import clock
from broadsheet.kit.money import Money, MoneyError, parse_money

PAUSES = (1, 2, 3, 6)
"""Months for which a supporter can pause by a link."""


class ConfirmForm(forms.Form):
    """The confirm page's form. What was typed stays as it was typed, whatever is wrong with it."""

    amount = forms.CharField(max_length=40)
    campaign = forms.CharField(required=False)
    origin = forms.CharField(required=False)
    email = forms.EmailField(max_length=254)
    name = forms.CharField(max_length=120, required=False)
    organisation = forms.CharField(max_length=120, required=False)
    named = forms.BooleanField(required=False)
    dedication = forms.ChoiceField(choices=Dedication.pairs(), required=False)
    dedicated_to = forms.CharField(max_length=120, required=False)
    receipt_language = forms.CharField(required=False)
    message = forms.CharField(max_length=500, required=False)
    covers_fees = forms.BooleanField(required=False)
    cadence = forms.CharField(required=False)
    agrees = forms.CharField(required=False)
    nonce = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill in this field.")
        self.fields["email"].error_messages["invalid"] = _(
            "Please write an e-mail address such as name@example.org."
        )
        self.chosen = running_campaign(self._slug)

    @property
    def _slug(self) -> str:
        return str(self.data.get("campaign", ""))

    @property
    def chosen_cadence(self) -> Cadence:
        """How often the supporter wants to give; once, where nothing else is understood."""
        named = str(self.data.get("cadence", ""))
        return Cadence(named) if named in list(Cadence) else Cadence.ONCE  # type: ignore[call-arg]

    @property
    def has_missed_campaign(self) -> bool:
        """Whether a campaign is named that takes no gifts now."""
        return bool(self._slug) and self.chosen is None

    @property
    def currency(self) -> str:
        """The campaign's, else the one that is named, else the newsroom's own."""
        if self.chosen:
            return self.chosen.currency
        named = str(self.data.get("currency", ""))
        accepted = accepted_currencies()
        return named if named in accepted else accepted[0]

    def clean_amount(self) -> Money:
        return read_amount(self.cleaned_data["amount"], self.currency)

    def clean_campaign(self) -> Campaign | None:
        if self.has_missed_campaign:
            raise forms.ValidationError(missed_campaign())
        return self.chosen

    def clean_receipt_language(self) -> str:
        named: str = self.cleaned_data["receipt_language"]
        return named if named in dict(settings.LANGUAGES) else ""

    def clean_origin(self) -> str:
        origin: str = self.cleaned_data["origin"]
        is_ours = origin.startswith("/") and not origin.startswith("//") and len(origin) <= 300
        return origin if is_ours else ""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.chosen_cadence and values.get("agrees") != CONSENT_VERSION:
            self.add_error("agrees", _("Please agree to this, or give once instead."))
        if values.get("named") and not (values.get("name") or values.get("organisation")):
            self.add_error("name", _("Please write the name that shall be shown."))
        if values.get("dedication") and not values.get("dedicated_to"):
            self.add_error("dedicated_to", _("Please write in whose honour or memory you give."))
        if values.get("dedicated_to") and not values.get("dedication"):
            self.add_error("dedication", _("Please choose whether it is in honour or in memory."))
        return values

    def gift(self) -> Gift:
        """The gift of a valid form."""
        values = self.cleaned_data
        return Gift(
            amount=values["amount"],
            email=values["email"],
            name=values["name"],
            organisation=values["organisation"],
            is_anonymous=not values["named"],
            dedication=Dedication(values["dedication"]),  # type: ignore[call-arg]
            dedicated_to=values["dedicated_to"],
            message=values["message"],
            campaign=values["campaign"],
            origin=values["origin"],
            language=get_language() or settings.LANGUAGE_CODE,
            receipt_language=values["receipt_language"],
            covers_fees=values["covers_fees"],
            cadence=self.chosen_cadence,
        )


class PledgeForm(forms.Form):
    """What a supporter asks for who looks after a pledge; only the field of `wish` has to be filled in."""

    months = forms.TypedChoiceField(
        choices=[(count, count) for count in PAUSES], coerce=int, required=False
    )
    next_on = forms.DateField(required=False)
    amount = forms.CharField(max_length=40, required=False)
    reason = forms.CharField(max_length=300, required=False)
    wish = ""

    def __init__(self, *args: Any, pledge: Pledge, may_raise: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pledge, self._may_raise = pledge, may_raise

    def pause_ends(self) -> dt.date:
        """The day on which the pause of a valid form ends: so many months of thirty days from today."""
        return clock.day_of(clock.now()) + dt.timedelta(days=30 * self.cleaned_data["months"])

    def clean_months(self) -> int:
        months: int | str = self.cleaned_data["months"]
        if self.wish == "pause" and not months:
            raise forms.ValidationError(_("Please fill in this field."))
        return int(months or 0)

    def clean_next_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["next_on"]
        if self.wish != "date":
            return None
        if day is None:
            raise forms.ValidationError(_("Please fill in this field."))
        problem = problem_with_date(
            self._pledge.rhythm.beginning_on(day),
            day,
            clock.day_of(clock.now()),
            last_period(self._pledge),
        )
        if problem:
            raise forms.ValidationError(
                {
                    "past": _("Please choose a day that is still to come."),
                    "taken": _("This period has its gift already. Please choose a later day."),
                    "far": _("Please choose an earlier day. To wait longer, pause."),
                }[problem]
            )
        return day

    def clean_amount(self) -> Money | None:
        """An amount below the present one; more than that, where it may be, is agreed to anew.

        By a link that may have been passed on, nobody gives more.
        """
        if self.wish != "amount":
            return None
        amount = read_amount(self.cleaned_data["amount"], self._pledge.currency)
        is_more = amount.minor > self._pledge.gift_minor
        if self._may_raise and is_more and self.data.get("agrees") != CONSENT_VERSION:
            raise forms.ValidationError(_("To give more, please agree to it below."))
        if amount.minor == self._pledge.gift_minor or (is_more and not self._may_raise):
            now = self._pledge.gift.format(get_language() or "en")
            said = _("You give %(amount)s now. Please write less, or begin another gift.")
            if self._may_raise:
                said = _("You give %(amount)s now. Please write another amount.")
            raise forms.ValidationError(said % {"amount": now})
        return amount


class AddressForm(forms.Form):
    """The address of somebody who wants to come into their room."""

    email = forms.EmailField(max_length=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wrong = _("Please write an e-mail address such as name@example.org.")
        self.fields["email"].error_messages.update(required=wrong, invalid=wrong)


def missed_campaign() -> str:
    """What is said to somebody who wants to give to a campaign that takes no gifts now."""
    return _(
        "This campaign takes no gifts now. If you go on, yours goes wherever it is needed most: "
        "please look at it once more."
    )


def read_amount(text: str, currency: str) -> Money:
    """An amount that somebody typed and that can be taken. Raises ValidationError with a sentence that helps."""
    try:
        amount = parse_money(text, currency)
    except MoneyError as error:
        raise forms.ValidationError(
            _("Please write the amount in digits, for example 25 or 25.50.")
        ) from error
    problem = problem_with(amount)
    if problem is None:
        return amount
    limit = problem.limit.format(get_language() or "en") if problem.limit else ""
    sentences = {
        "too_small": _("The smallest gift that can be taken is %(limit)s: fees would eat less."),
        "too_large": _(
            "The largest gift that can be taken at once is %(limit)s. Please write to us."
        ),
        "rounder": _("Please write a rounder amount: the last decimal has to be zero."),
        "currency": _("Gifts in this currency cannot be taken."),
    }
    raise forms.ValidationError(sentences[problem.kind] % {"limit": limit})

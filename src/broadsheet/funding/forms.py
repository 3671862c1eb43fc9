"""What supporters and staff type, checked: amounts written in any of the usual ways, addresses, a few words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from broadsheet.funding.actions import Gift
from broadsheet.funding.actions.banking import Layout
from broadsheet.funding.actions.campaigns import Words
from broadsheet.funding.choices import Dedication, Method
from broadsheet.funding.models import Campaign
from broadsheet.funding.queries import accepted_currencies, running_campaign, told_of
from broadsheet.funding.rules.giving import problem_with
from broadsheet.funding.rules.statements import Unreadable, named_columns
from broadsheet.kit import clock
from broadsheet.kit.money import Money, MoneyError, parse_money

SUPPORTERS = "supporters"
"""The unit of a campaign's goal that is no currency."""

MOST_DIGITS = 9
"""Of a number of supporters: more than there are people in any country we know would not fit the database."""


class _Instant(forms.DateTimeInput):
    """A day and a minute, as browsers ask for them."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


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
        )


class ExpectForm(forms.Form):
    """A gift that somebody of the staff expects by hand."""

    amount = forms.CharField(max_length=40, label="Amount")
    currency = forms.ChoiceField(label="Currency")
    method = forms.ChoiceField(label="Method", choices=Method.pairs()[1:])
    name = forms.CharField(max_length=120, required=False, label="Who gives, for the receipt")
    organisation = forms.CharField(max_length=120, required=False, label="Organisation that gives")
    email = forms.EmailField(
        max_length=254, required=False, label="E-mail address; none: receipt by hand"
    )
    campaign = forms.ModelChoiceField(
        queryset=Campaign.objects.order_by("slug"), required=False, label="Campaign"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaigns = Campaign.objects.values_list("currency", flat=True)
        codes = dict.fromkeys((*accepted_currencies(), *campaigns))
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("amount") and values.get("currency"):
            try:
                values["money"] = parse_money(values["amount"], values["currency"])
            except MoneyError as error:
                self.add_error("amount", str(error))
        return values

    def gift(self) -> Gift:
        """The gift of a valid form, in the newsroom's first language."""
        values = self.cleaned_data
        return Gift(
            amount=values["money"],
            email=values["email"],
            name=values["name"],
            organisation=values["organisation"],
            campaign=values["campaign"],
            language=settings.LANGUAGE_CODE,
        )


class StatementForm(forms.Form):
    """A bank's statement as a file, and how the bank writes it."""

    file = forms.FileField(label="Statement (CSV)")
    account = forms.SlugField(max_length=40, initial="main", label="Account at the bank")
    dates = forms.CharField(max_length=20, initial="%Y-%m-%d", label="How dates are written")
    headings = forms.CharField(
        max_length=400, required=False, label="Headings, such as date=Valuta, words=Payer"
    )
    encoding = forms.CharField(max_length=20, initial="utf-8-sig", label="Encoding")
    dry_run = forms.BooleanField(
        required=False, initial=True, label="Only say what would become of it"
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        try:
            pairs = [each for each in values.get("headings", "").split(",") if each.strip()]
            values["columns"] = named_columns(pairs)
        except Unreadable as error:
            self.add_error("headings", str(error))
        if values.get("file") and values.get("encoding"):
            self.name: str = values["file"].name
            try:
                values["file"] = values["file"].read().decode(values["encoding"])
            except (UnicodeDecodeError, LookupError):
                self.add_error("encoding", "The file is not written so. Try cp1252 or utf-16.")
        return values

    def layout(self) -> Layout:
        """How the bank of a valid form writes."""
        values = self.cleaned_data
        currency = settings.BROADSHEET.currency
        return Layout(currency=currency, columns=values["columns"], date_format=values["dates"])


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


class UpdateForm(forms.Form):
    """An update of a campaign, in one of its languages."""

    language = forms.ChoiceField(label="Language")
    title = forms.CharField(label="Title", max_length=120)
    body = forms.CharField(label="Text; empty lines part paragraphs", widget=forms.Textarea)
    is_mailed = forms.BooleanField(label="Send it to those who gave", required=False)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = campaign.texts.values_list("language", flat=True)
        told = [(code, told_of(campaign, code).count()) for code in codes]
        names = dict(settings.LANGUAGES)
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (code, f"{names.get(code, code)} ({count} would get it)") for code, count in told
        ]


class FundForm(forms.Form):
    """What a sponsor promises to add to a campaign's gifts; instants are the newsroom's."""

    sponsor = forms.CharField(label="Sponsor, as readers see it", max_length=120)
    cap = forms.CharField(label="Adds at most, in all", max_length=40)
    adds = forms.IntegerField(label="Adds", min_value=1, max_value=100, initial=1)
    per = forms.IntegerField(label="For every", min_value=1, max_value=100, initial=1)
    most = forms.CharField(label="At most a gift (empty: any)", max_length=40, required=False)
    starts_at = forms.DateTimeField(label="From", widget=_Instant())
    ends_at = forms.DateTimeField(label="Until", widget=_Instant())

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        self._campaign = campaign
        instants = {"starts_at": clock.now(), "ends_at": campaign.ends_at}
        super().__init__(*args, **{"initial": instants, **kwargs})
        self.fields["cap"].label = f"Adds at most, in all, in {campaign.currency}"

    def clean_cap(self) -> Money:
        return self._money("cap")

    def clean_most(self) -> Money | None:
        return self._money("most") if self.cleaned_data["most"] else None

    def terms(self) -> dict[str, Any]:
        """What `open_fund` wants to know besides the campaign."""
        said = dict(self.cleaned_data)
        ratio = (said.pop("adds"), said.pop("per"))
        return {**said, "ratio": ratio}

    def _money(self, name: str) -> Money:
        try:
            return parse_money(self.cleaned_data[name], self._campaign.currency)
        except MoneyError as error:
            raise forms.ValidationError(str(error)) from error


class CampaignForm(forms.Form):
    """A campaign: its goal, when it runs, and its words in each language of the newsroom; instants are the newsroom's.

    Without a campaign it makes one, and asks for its address.
    """

    slug = forms.SlugField(
        label="Address: the part after /campaigns/, in Latin letters", max_length=80
    )
    goal = forms.CharField(label="Goal", max_length=40)
    unit = forms.ChoiceField(label="Of what")
    starts_at = forms.DateTimeField(label="From", widget=_Instant())
    ends_at = forms.DateTimeField(label="Until", widget=_Instant())

    def __init__(self, *args: Any, campaign: Campaign | None = None, **kwargs: Any) -> None:
        self._currencies = (campaign.currency,) if campaign else accepted_currencies()
        super().__init__(*args, **{"initial": _said(campaign) if campaign else {}, **kwargs})
        if campaign:
            del self.fields["slug"]
        units = [*((code, code) for code in self._currencies), (SUPPORTERS, "Supporters")]
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        for code, name in settings.LANGUAGES:
            self.fields |= _words_fields(code, name)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("goal") and values.get("unit"):
            try:
                values["terms"] = self._goal(values["goal"], values["unit"])
            except MoneyError as error:
                self.add_error("goal", str(error))
        for code, name in settings.LANGUAGES:
            said = [values.get(f"{part}_{code}") for part in ("summary", "body")]
            if any(said) and not values.get(f"title_{code}"):
                self.add_error(f"title_{code}", f"The words in {name} need a title.")
        return values

    def terms(self) -> dict[str, Any]:
        """What `create_campaign` and `change_campaign` want to know of a valid form."""
        said = self.cleaned_data
        texts = {
            code: Words(said[f"title_{code}"], said[f"summary_{code}"], said[f"body_{code}"])
            for code, _name in settings.LANGUAGES
            if said[f"title_{code}"]
        }
        own = {name: said[name] for name in ("slug", "starts_at", "ends_at") if name in said}
        return {**own, **said["terms"], "texts": texts}

    def _goal(self, typed: str, unit: str) -> dict[str, Any]:
        if unit != SUPPORTERS:
            return {"goal": parse_money(typed, unit)}
        if not (typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS):
            raise MoneyError("Please write how many supporters in digits, for example 500.")
        return {"goal": Money(0, self._currencies[0]), "supporters": int(typed)}


def _words_fields(code: str, name: str) -> dict[str, forms.Field]:
    """What is asked for each language; a language without a title has no page."""
    about = "Why, and what the money is for; empty lines part paragraphs"
    return {
        f"title_{code}": forms.CharField(label=f"Title, {name}", max_length=120, required=False),
        f"summary_{code}": forms.CharField(
            label=f"In one sentence, as it asks on the front page, {name}",
            max_length=300,
            required=False,
        ),
        f"body_{code}": forms.CharField(
            label=f"{about}, {name}", widget=forms.Textarea, required=False
        ),
    }


def _said(campaign: Campaign) -> dict[str, Any]:
    """What a campaign's form begins with."""
    counts = campaign.goal_supporters
    said: dict[str, Any] = {
        "goal": counts or campaign.goal.decimal,
        "unit": SUPPORTERS if counts else campaign.currency,
        "starts_at": campaign.starts_at,
        "ends_at": campaign.ends_at,
    }
    for text in campaign.texts.all():
        parts = {"title": text.title, "summary": text.summary, "body": text.body}
        said |= {f"{part}_{text.language}": words for part, words in parts.items()}
    return said

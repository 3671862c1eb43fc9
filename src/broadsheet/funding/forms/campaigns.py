"""What staff type of campaigns, their sponsors and updates, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from broadsheet.funding.actions.campaigns import Words
from broadsheet.funding.models import Campaign
from broadsheet.funding.queries import accepted_currencies, told_of
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

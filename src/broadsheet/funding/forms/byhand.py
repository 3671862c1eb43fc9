"""What staff type of gifts by hand and of the bank, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from broadsheet.funding.actions import Gift
from broadsheet.funding.actions.banking import Layout
from broadsheet.funding.choices import Method
from broadsheet.funding.models import Campaign
from broadsheet.funding.queries import accepted_currencies
from broadsheet.funding.rules.statements import Unreadable, named_columns
from broadsheet.kit.money import MoneyError, parse_money


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

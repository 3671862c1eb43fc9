"""What supporters and staff type, checked: amounts written in any of the usual ways, addresses, a few words."""

from broadsheet.funding.forms.byhand import ExpectForm, StatementForm
from broadsheet.funding.forms.campaigns import CampaignForm, FundForm, UpdateForm
from broadsheet.funding.forms.giving import (
    PAUSES,
    AddressForm,
    ConfirmForm,
    PledgeForm,
    missed_campaign,
    read_amount,
)

__all__ = [
    "PAUSES",
    "AddressForm",
    "CampaignForm",
    "ConfirmForm",
    "ExpectForm",
    "FundForm",
    "PledgeForm",
    "StatementForm",
    "UpdateForm",
    "missed_campaign",
    "read_amount",
]

"""Questions about money asked more than once; answers are data. The staff's own are in `staff`."""

from broadsheet.funding.queries.banking import (
    candidates_for,
    expected_attempts,
    payouts_on_their_way,
    refunds_by_hand,
    unexplained_lines,
)
from broadsheet.funding.queries.books import (
    chain_breaks,
    ledger_sum,
)
from broadsheet.funding.queries.campaigns import (
    CampaignView,
    Progress,
    accepted_currencies,
    campaign_path,
    campaign_view,
    gifts_to_choose,
    matching_funds,
    open_campaigns,
    progress,
    running_campaign,
    takes_gifts,
    taking_account,
)
from broadsheet.funding.queries.guarding import raised_breaker
from broadsheet.funding.queries.pledges import (
    is_of_pledge,
    last_period,
    pledge_of,
    to_announce,
    to_remind,
    unpaid_gift,
    whose_card_ends,
)
from broadsheet.funding.queries.room import (
    gifts_of,
    given_by,
    next_day,
    pledges_of,
    session_of,
    shows_name,
    supporter_at,
)
from broadsheet.funding.queries.updates import campaign_updates, told_of
from broadsheet.funding.queries.yearly import (
    gifts_of_year,
    kept_giver,
    last_statement,
    statements_of,
    to_state,
)

__all__ = [
    "CampaignView",
    "Progress",
    "accepted_currencies",
    "campaign_path",
    "campaign_updates",
    "campaign_view",
    "candidates_for",
    "chain_breaks",
    "expected_attempts",
    "gifts_of",
    "gifts_of_year",
    "gifts_to_choose",
    "given_by",
    "is_of_pledge",
    "kept_giver",
    "last_period",
    "last_statement",
    "ledger_sum",
    "matching_funds",
    "next_day",
    "open_campaigns",
    "payouts_on_their_way",
    "pledge_of",
    "pledges_of",
    "progress",
    "raised_breaker",
    "refunds_by_hand",
    "running_campaign",
    "session_of",
    "shows_name",
    "statements_of",
    "supporter_at",
    "takes_gifts",
    "taking_account",
    "to_announce",
    "to_remind",
    "to_state",
    "told_of",
    "unexplained_lines",
    "unpaid_gift",
    "whose_card_ends",
]

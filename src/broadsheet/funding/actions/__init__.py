"""What changes money and what belongs to it; each function one transaction, processors called between them."""

from broadsheet.funding.actions.accounts import (
    change_account,
    connect_account,
    open_account,
    open_sandbox_account,
    switch_method,
    webhook_address,
)
from broadsheet.funding.actions.advancing import advance_gift
from broadsheet.funding.actions.altering import (
    cancel_pledge,
    change_amount,
    change_date,
    pause_pledge,
    release_pledge,
    resume_pledge,
    skip_gift,
)
from broadsheet.funding.actions.banking import (
    import_statement,
    match_line,
    match_obvious,
    set_line_aside,
)
from broadsheet.funding.actions.bringing import BroughtRow, bring_supporters
from broadsheet.funding.actions.campaigns import (
    change_campaign,
    create_campaign,
    tell_time,
    turn_phase,
)
from broadsheet.funding.actions.caring import add_note, send_receipt_again
from broadsheet.funding.actions.checkout import open_checkout
from broadsheet.funding.actions.choosing import show_name, start_updates
from broadsheet.funding.actions.connecting import connect_stripe
from broadsheet.funding.actions.entering import (
    ask_to_enter,
    enter_by_code,
    enter_by_link,
    leave_room,
    prove_again,
    send_entry,
)
from broadsheet.funding.actions.erasing import erase_supporter
from broadsheet.funding.actions.forgetting import forget_kept_words, forget_method
from broadsheet.funding.actions.giving import Gift, begin_donation
from broadsheet.funding.actions.guarding import (
    Asker,
    Proof,
    forget_marks,
    raise_breaker,
    release_breaker,
    watch_breaker,
)
from broadsheet.funding.actions.inbox import (
    collect_events,
    process_event,
    process_events,
    receive_event,
    replay_event,
)
from broadsheet.funding.actions.linking import ask_for_link, send_link
from broadsheet.funding.actions.merging import merge_supporters, take_apart
from broadsheet.funding.actions.moving import MovedRow, left_behind, move_methods
from broadsheet.funding.actions.offline import expect_gift, give_up_gift
from broadsheet.funding.actions.periods import close_period
from broadsheet.funding.actions.receipts import send_receipt
from broadsheet.funding.actions.reconciling import Reconciliation, reconcile
from broadsheet.funding.actions.reconciling_bank import reconcile_bank
from broadsheet.funding.actions.recording import record_donation
from broadsheet.funding.actions.refunding import (
    approve_refund,
    decline_refund,
    money_left,
    propose_refund,
    submit_refund,
)
from broadsheet.funding.actions.renewing import (
    charge_occurrence,
    end_waiting,
    plan_renewals,
    wake_pledge,
)
from broadsheet.funding.actions.resolving import expire_attempt, resolve_attempt
from broadsheet.funding.actions.settling import settle_donation
from broadsheet.funding.actions.sponsoring import close_fund, open_fund
from broadsheet.funding.actions.stating import send_statement, state_year
from broadsheet.funding.actions.telling import send_pledge_mail, tell_what_comes
from broadsheet.funding.actions.updating import publish_update, send_update, stop_updates

__all__ = [
    "Asker",
    "BroughtRow",
    "Gift",
    "MovedRow",
    "Proof",
    "Reconciliation",
    "add_note",
    "advance_gift",
    "approve_refund",
    "ask_for_link",
    "ask_to_enter",
    "begin_donation",
    "bring_supporters",
    "cancel_pledge",
    "change_account",
    "change_amount",
    "change_campaign",
    "change_date",
    "charge_occurrence",
    "close_fund",
    "close_period",
    "collect_events",
    "connect_account",
    "connect_stripe",
    "create_campaign",
    "decline_refund",
    "end_waiting",
    "enter_by_code",
    "enter_by_link",
    "erase_supporter",
    "expect_gift",
    "expire_attempt",
    "forget_kept_words",
    "forget_marks",
    "forget_method",
    "give_up_gift",
    "import_statement",
    "leave_room",
    "left_behind",
    "match_line",
    "match_obvious",
    "merge_supporters",
    "money_left",
    "move_methods",
    "open_account",
    "open_checkout",
    "open_fund",
    "open_sandbox_account",
    "pause_pledge",
    "plan_renewals",
    "process_event",
    "process_events",
    "propose_refund",
    "prove_again",
    "publish_update",
    "raise_breaker",
    "receive_event",
    "reconcile",
    "reconcile_bank",
    "record_donation",
    "release_breaker",
    "release_pledge",
    "replay_event",
    "resolve_attempt",
    "resume_pledge",
    "send_entry",
    "send_link",
    "send_pledge_mail",
    "send_receipt",
    "send_receipt_again",
    "send_statement",
    "send_update",
    "set_line_aside",
    "settle_donation",
    "show_name",
    "skip_gift",
    "start_updates",
    "state_year",
    "stop_updates",
    "submit_refund",
    "switch_method",
    "take_apart",
    "tell_time",
    "tell_what_comes",
    "turn_phase",
    "wake_pledge",
    "watch_breaker",
    "webhook_address",
]

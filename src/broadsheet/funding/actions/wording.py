"""What messages about pledges say: one subject and one paragraph each, in the language that is active."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadsheet.funding.choices import Decline, PledgeNews


def subject_of(news: str, facts: dict[str, str]) -> str:
    """The subject of a message."""
    subjects = {
        PledgeNews.BEGUN.value: _("Thank you: your gift of %(amount)s comes again and again"),
        PledgeNews.UPCOMING.value: _("Your next gift of %(amount)s"),
        PledgeNews.LATE.value: _("Your gift of %(amount)s was taken late"),
        PledgeNews.DECLINED.value: _("Your gift of %(amount)s could not be taken"),
        PledgeNews.LINK.value: _("Your gift of %(amount)s waits for you"),
        PledgeNews.REMINDER.value: _("Your gift of %(amount)s still waits for you"),
        PledgeNews.EXPIRING.value: _("The card for your gift of %(amount)s ends soon"),
        PledgeNews.CHANGED.value: _("Your gift was changed: %(amount)s"),
        PledgeNews.LAPSED.value: _("Your gift of %(amount)s has come to rest"),
        PledgeNews.CANCELED.value: _("Your gift of %(amount)s is cancelled"),
    }
    return subjects[news] % facts


def paragraph_of(news: str, facts: dict[str, str]) -> str:
    """What a message says. `facts` are shown as they are: amounts and days as the language writes them."""
    if news == PledgeNews.LINK:
        return _asked(facts)
    paragraphs = {
        PledgeNews.BEGUN.value: _(
            "Your first gift of %(amount)s has arrived, and the next one is taken on %(next_on)s. You agreed "
            "to this: %(agreed)s"
        ),
        PledgeNews.UPCOMING.value: _(
            "We take %(amount)s from your card on %(next_on)s, as you asked us to. If that does not suit you, "
            "change or skip it before."
        ),
        PledgeNews.LATE.value: _(
            "Your gift of %(amount)s was due on %(due_on)s. Because of a fault of ours it was taken only now. "
            "Nothing was taken twice."
        ),
        PledgeNews.DECLINED.value: _(
            "Your card did not let us take %(amount)s, and nothing was charged. You need not do anything: we "
            "try once more on %(retry_on)s. You can also pay with another card."
        ),
        PledgeNews.REMINDER.value: _(
            "Your gift of %(amount)s still waits for you, and nothing was charged. We do not remind you again."
        ),
        PledgeNews.EXPIRING.value: _(
            "Your card is good until %(ends_on)s, and your next gift of %(amount)s is due on %(next_on)s. Often "
            "a bank tells us of its new card by itself. If it does not, we send you a link with which you can "
            "use another one."
        ),
        PledgeNews.CHANGED.value: _("From your next gift on, %(amount)s are taken each time."),
        PledgeNews.LAPSED.value: _(
            "We could not take your gift of %(amount)s, and we do not try any more: nothing else is charged. "
            "If you want to go on giving, you can do so with any card."
        ),
        PledgeNews.CANCELED.value: _(
            "Your gift of %(amount)s is cancelled, and nothing is taken any more. Thank you for all that you gave."
        ),
    }
    return paragraphs[news] % facts


def _asked(facts: dict[str, str]) -> str:
    if facts["kind"] == Decline.AUTHENTICATION:
        return (
            _(
                "Your bank wants to hear from you before it lets us take %(amount)s. Nothing was charged. Please "
                "confirm the payment yourself."
            )
            % facts
        )
    return (
        _(
            "Your card cannot be used any more for your gift of %(amount)s. Nothing was charged. Please pay with "
            "another card: later gifts are then taken from that one."
        )
        % facts
    )

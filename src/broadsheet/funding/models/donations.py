"""Who gives, what they give, and each attempt to collect it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.funding.choices import AttemptState, Dedication, DonationState, Method
from broadsheet.funding.models.accounts import ProcessorAccount
from broadsheet.funding.models.campaigns import Campaign
from broadsheet.funding.models.methods import PaymentMethod
from broadsheet.funding.rules.folding import OPEN
from broadsheet.kit.money import Money


class Supporter(models.Model):
    """Somebody who gives, known by an e-mail address in lower case; `key` stands for them in books.

    Who gives by hand may have no address; each such gift is a supporter of its own. Who was merged into somebody
    keeps address and key, by which that one is found and gives; everything else has moved there. Who was erased is a
    key and nothing else.
    """

    key = models.CharField(max_length=30, unique=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=20)
    created_at = models.DateTimeField()
    stopped_updates_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="aliases"
    )

    class Meta:
        permissions = (("export_people", "Can take supporters and their gifts out as files"),)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("pk")),
                name="funding_supporter_is_not_its_own_alias",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(email="", name=""),
                name="funding_supporter_erased_is_nobody",
            ),
            models.UniqueConstraint(
                fields=("email",),
                condition=~models.Q(email=""),
                name="funding_supporter_email_once",
            ),
        )

    def __str__(self) -> str:
        return self.key


class SupporterMerge(models.Model):
    """That two supporters are one, by whom, and all that moved: what takes them apart again. Never deleted.

    `moved` holds keys: `donations`, `pledges` and `notes` of the duplicate, `aliases` that it had, whether
    it lent its `name`, and that it wants no updates (`stopped`).
    """

    kept = models.ForeignKey(Supporter, on_delete=models.PROTECT, related_name="merges")
    duplicate = models.ForeignKey(Supporter, on_delete=models.PROTECT, related_name="merged")
    moved = models.JSONField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("duplicate",),
                condition=models.Q(undone_at__isnull=True),
                name="funding_merge_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.duplicate_id} into {self.kept_id}"


class SupporterNote(models.Model):
    """What one of the staff wants others to know of a supporter.

    Whose account is deleted is named nowhere any more but in the audit trail, by its key.
    """

    supporter = models.ForeignKey(Supporter, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("note"), max_length=2000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.supporter_id} {self.at:%Y-%m-%d}"


class Donation(models.Model):
    """One gift, once. `gift_minor` is what the supporter wants to give and is never altered.

    `name` and `organisation` are for the receipt alone; `shown_name` is what everybody may see.
    """

    reference = models.CharField(_("reference"), max_length=30, unique=True)
    nonce = models.CharField(max_length=64)
    supporter = models.ForeignKey(
        Supporter, verbose_name=_("supporter"), on_delete=models.PROTECT, related_name="donations"
    )
    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="donations",
    )
    gift_minor = models.BigIntegerField(_("gift"))
    covers_fees = models.BooleanField(_("covers fees"), default=False)
    cover_minor = models.BigIntegerField(_("cover for fees"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    origin = models.CharField(_("page it came from"), max_length=300, blank=True)
    name = models.CharField(_("name for the receipt"), max_length=120, blank=True)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    shown_name = models.CharField(_("name as shown"), max_length=120, blank=True)
    is_anonymous = models.BooleanField(_("anonymous"), default=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    dedication = models.CharField(
        _("dedication"), max_length=10, choices=Dedication.pairs(), blank=True
    )
    dedicated_to = models.CharField(_("dedicated to"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=20)
    receipt_language = models.CharField(_("language of the receipt"), max_length=20)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=DonationState.pairs(),
        default=DonationState.PENDING.value,
    )
    created_at = models.DateTimeField(_("begun"), db_index=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=("organisation",),
                condition=~models.Q(organisation=""),
                name="funding_donation_organisation",
            ),
        )
        permissions = (("see_amounts", "Can see amounts of money"),)
        constraints = (
            models.UniqueConstraint(fields=("nonce",), name="funding_donation_nonce_once"),
            models.CheckConstraint(
                condition=models.Q(gift_minor__gt=0), name="funding_donation_gift_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(cover_minor__gte=0), name="funding_donation_cover_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="funding_donation_currency_is_a_code",
            ),
            models.CheckConstraint(
                condition=models.Q(state=DonationState.SETTLED.value, settled_at__isnull=False)
                | (
                    ~models.Q(state=DonationState.SETTLED.value) & models.Q(settled_at__isnull=True)
                ),
                name="funding_donation_settled_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(is_anonymous=False) | models.Q(shown_name=""),
                name="funding_donation_anonymous_shows_no_name",
            ),
            models.CheckConstraint(
                condition=models.Q(dedication="", dedicated_to="")
                | (~models.Q(dedication="") & ~models.Q(dedicated_to="")),
                name="funding_donation_dedication_is_to_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def gift(self) -> Money:
        return Money(self.gift_minor, self.currency)

    @property
    def gross(self) -> Money:
        return Money(self.gift_minor + self.cover_minor, self.currency)

    @property
    def returned(self) -> Money:
        """What went back of the payment that settled it, by refund or dispute."""
        paid = self.attempts.filter(state=AttemptState.SUCCEEDED, is_extra=False).first()
        return Money(paid.returned_minor if paid else 0, self.currency)


class Attempt(models.Model):
    """One attempt to collect a donation, with the private key under which the processor knows it.

    `submitted_at` is when the key was first sent, None as long as it never was. `captured_minor` is what it
    brought, `returned_minor` what went back of that; `is_extra` where the donation was paid already; `stopped_at`
    where its checkout is to be closed because too many cards were declined there. `charges` is what it takes the
    money from without the supporter, None where they pay at a checkout.
    """

    donation = models.ForeignKey(Donation, on_delete=models.PROTECT, related_name="attempts")
    account = models.ForeignKey(ProcessorAccount, on_delete=models.PROTECT, related_name="attempts")
    idempotency_key = models.CharField(max_length=64)
    method = models.CharField(_("method"), max_length=10, choices=Method.pairs(), blank=True)
    charges = models.ForeignKey(
        PaymentMethod, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        max_length=16, choices=AttemptState.pairs(), default=AttemptState.CREATED.value
    )
    checkout_id = models.CharField(max_length=100, blank=True)
    checkout_url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveIntegerField(default=0)
    look_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    payment_id = models.CharField(max_length=100, blank=True)
    captured_minor = models.BigIntegerField(default=0)
    returned_minor = models.BigIntegerField(default=0)
    is_extra = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(
                fields=("stopped_at",),
                condition=models.Q(stopped_at__isnull=False),
                name="funding_attempt_stopped",
            ),
            models.Index(fields=("state", "look_at"), name="funding_attempt_by_state"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    returned_minor__gte=0, returned_minor__lte=models.F("captured_minor")
                ),
                name="funding_attempt_returns_what_it_captured",
            ),
            models.UniqueConstraint(fields=("idempotency_key",), name="funding_attempt_key_once"),
            models.UniqueConstraint(
                fields=("donation",),
                condition=models.Q(state__in=sorted(state.value for state in OPEN)),
                name="funding_attempt_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.donation_id}/{self.pk}"

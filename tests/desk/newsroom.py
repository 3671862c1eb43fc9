"""A newsroom full of what must not be seen by everybody, and one person of each role."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.admin.models import EditingSession
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Site,
    Task,
    UploadedFile,
    Workflow,
)

from broadsheet.funding.actions import Gift, begin_donation, create_campaign, open_fund
from broadsheet.funding.actions.campaigns import Words
from broadsheet.funding.choices import Cadence
from broadsheet.funding.models import (
    BankLine,
    BankStatement,
    Donation,
    InboxEvent,
    ReceiptSeries,
    Refund,
    Supporter,
    SupporterMerge,
    YearlyStatement,
)
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.newsroom.actions.registers import add_download, create_author
from broadsheet.newsroom.actions.stories import write_story
from broadsheet.newsroom.models import Article, Picture, Series
from broadsheet.readers.actions import create_account
from broadsheet.readers.models import User
from broadsheet.theme.models import Look
from paper import Paper
from proving import sign_in

PASSWORD = "a long and quiet river"
ROLES = ("nobody", "outsider", "neighbour", "reporter", "editor", "administrator")
"""Each may what the one before may. An outsider has an account that opens nothing; a neighbour is a reporter
whose rights end at another section and another collection."""

SECRETS = {
    "draft": "Zebrafinch contract leaked",
    "revision": "Quoll dossier rewritten",
    "scheduled": "Okapi embargo tomorrow",
    "picture": "Pangolin unpublished photograph",
    "download": "Axolotl unpublished spreadsheet",
    "giver": "Tamarin Secretgiver",
    "address": "tamarin@giver.example",
    "colleague": "wombat@ledger.example",
}
"""Words that only those may meet who have a right to them."""


NAMES: dict[str, object] = {
    "action_name": "publish",
    "desk/pages/workflow/|action_name": "approve",
    "content_type_app_name": "newsroom",
    "content_type_model_name": "article",
    "app_label": "newsroom",
    "model_name": "article",
    "desk/workflows/|app_label": "wagtailcore",
    "desk/workflows/|model_name": "groupapprovaltask",
    "app_name": "newsroom",
    "revision_id_a": "earliest",
    "revision_id_b": "latest",
    "filter_spec": "original",
    "release": "any",
    "desk/static/|path": "desk/desk.css",
    "restriction_id": 1,
    "uidb64": "MQ",
    "token": "a-b",
}
"""What stands in addresses without being a thing of this newsroom."""


@dataclass
class Newsroom:
    """Everything that an address of the desk can be about."""

    paper: Paper
    folder: Path
    things: dict[str, object] = field(init=False)
    people: dict[str, User] = field(init=False)
    signed_in: dict[str, dict[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.private = Collection.get_first_root_node().add_child(name="Private")
        self.picture = self.paper.picture(SECRETS["picture"], (90, 60))
        self.download = self._download()
        self.draft = self._story("draft", "draft")
        self.revised = self._revised()
        self.scheduled = self._scheduled()
        self.gift = self._gift()
        self.people = {role: self._person(role) for role in ROLES[1:]}
        self.colleague = create_account(
            email=SECRETS["colleague"], password=PASSWORD, role="editor", by="test"
        )
        self.signed_in = {role: self._cookies(role) for role in ROLES}
        self.state = self._submitted()
        self.things = self._things()

    def client(self, role: str) -> Client:
        """A new browser in which somebody of this role is signed in; each goes on from the one time they did."""
        client = Client(raise_request_exception=False)
        client.cookies.load(self.signed_in[role])
        return client

    def _cookies(self, role: str) -> dict[str, str]:
        if role == "nobody":
            return {}
        cookies = sign_in(Client(), self.people[role]).cookies
        return {name: cookie.value for name, cookie in cookies.items()}

    def _story(self, secret: str, slug: str) -> Article:
        draft = self.paper.draft(SECRETS[secret], slug, picture=self.picture)
        return write_story(section=self.paper.city, draft=draft, by="test")

    def _revised(self) -> Article:
        story = self.paper.story("Known to all", "known-to-all")
        story.title = SECRETS["revision"]
        story.save_revision()
        return Article.objects.get(pk=story.pk)

    def _scheduled(self) -> Article:
        story = self._story("scheduled", "scheduled")
        story.go_live_at = clock.now() + dt.timedelta(days=1)
        story.save_revision(approved_go_live_at=story.go_live_at)
        story.save()
        return story

    def _download(self) -> Any:
        file = self.folder / "axolotl.csv"
        file.write_text(SECRETS["download"], "utf-8")
        return add_download(file=file, title=SECRETS["download"], by="test")

    def _gift(self) -> Donation:
        gift = Gift(
            amount=Money(2500, "USD"),
            email=SECRETS["address"],
            name=SECRETS["giver"],
            cadence=Cadence.MONTHLY,
        )
        return begin_donation(gift=gift, nonce="n" * 30, by="supporter")

    def _person(self, role: str) -> User:
        if role == "outsider":
            return User.objects.create_user("outsider@ledger.example", PASSWORD)
        if role != "neighbour":
            return create_account(
                email=f"{role}@ledger.example", password=PASSWORD, role=role, by="test"
            )
        person = User.objects.create_user("neighbour@ledger.example", PASSWORD)
        person.groups.add(self._neighbours())
        return person

    def _neighbours(self) -> Group:
        """Reporters as there are, but of the river alone."""
        reporters, group = Group.objects.get(name="Reporters"), Group.objects.create(name="River")
        group.permissions.set(reporters.permissions.all())
        for right in GroupPagePermission.objects.filter(group=reporters):
            GroupPagePermission.objects.create(
                group=group, page=self.paper.river, permission=right.permission
            )
        for held in GroupCollectionPermission.objects.filter(group=reporters):
            GroupCollectionPermission.objects.create(
                group=group, collection=self.private, permission=held.permission
            )
        return group

    def _submitted(self) -> Any:
        """The draft waits for an editor's approval."""
        workflow = Workflow.objects.get()
        return workflow.start(self.draft, self.people["reporter"]).current_task_state

    def _things(self) -> dict[str, object]:
        return {
            **NAMES,
            **self._pages(),
            **self._media(),
            **self._registers(),
            **self._house(),
            **self._money(),
        }

    def _pages(self) -> dict[str, object]:
        draft, city, waiting = self.draft, self.paper.city.pk, "desk/pages/<int:page_id>/revisions/"
        session = EditingSession.objects.create(
            user=self.colleague,
            content_type=ContentType.objects.get_for_model(Article),
            object_id=draft.pk,
            last_seen_at=clock.now(),
        )
        names = (
            "page_id page_pk page_to_move_id page object_id desk/api/main/pages/|pk desk/pages/|pk"
        )
        return {
            **dict.fromkeys(names.split(), draft.pk),
            "desk/bulk/wagtailcore/page/unpublish|page": self.revised.pk,
            "desk/pages/<int:page_id>/unpublish/|page_id": self.revised.pk,
            f"{waiting}<int:revision_id>/unschedule/|page_id": self.scheduled.pk,
            f"{waiting}<int:revision_id>/unschedule/|revision_id": self.scheduled.latest_revision.pk,
            "parent_page_id": city,
            "destination_id": city,
            "revision_id": draft.latest_revision.pk,
            "task_state_id": self.state.pk,
            "workflow_state_id": self.state.workflow_state.pk,
            "session_id": session.pk,
        }

    def _media(self) -> dict[str, object]:
        pictures = "picture image_id desk/api/main/images/|pk desk/images/chooser/|pk"
        downloads = r"download document_id doc_id \d+ desk/api/main/documents/|pk desk/documents/chooser/|pk"
        return {
            **dict.fromkeys(pictures.split(), self.picture.pk),
            **dict.fromkeys(downloads.split(), self.download.pk),
            "uploaded_file_id": self._upload().pk,
            "path": self.picture.file.name,
            ".*": Path(self.download.file.name).name,
        }

    def _registers(self) -> dict[str, object]:
        english = self.paper.english
        rows = {
            "author": create_author(name="Nobody's Byline", locale=english, by="test"),
            "topic": self.paper.floods,
            "series": Series.objects.create(name="Floods", slug="floods", locale=english),
        }
        return {
            f"{before}{after}": row.pk
            for name, row in rows.items()
            for before, after in (
                (name, ""),
                (f"desk/snippets/newsroom/{name}/", "|pk"),
                (f"desk/snippets/choose/newsroom/{name}/", "|pk"),
                ("desk/translation/", "|pk"),
            )
        }

    def _house(self) -> dict[str, object]:
        task, workflow, site = Task.objects.get(), Workflow.objects.get(), Site.objects.get()
        return {
            "user": self.colleague.pk,
            "desk/users/|pk": self.colleague.pk,
            "desk/groups/|pk": Group.objects.get(name="Editors").pk,
            "desk/locales/|pk": Locale.objects.get(language_code="ar").pk,
            "desk/sites/|pk": site.pk,
            "desk/settings/|pk": Look.load().pk,
            "task_id": task.pk,
            "desk/workflows/tasks/|pk": task.pk,
            "desk/workflows/|pk": workflow.pk,
            "workflow_pk": workflow.pk,
            "collection_id": self.private.pk,
            "desk/collections/|pk": self.private.pk,
            "redirect_id": Redirect.add_redirect("/old/", "/new/").pk,
        }

    def _money(self) -> dict[str, object]:
        """A supporter, a gift, a refund of it, an event about it and a line of the bank, each naming the giver."""
        attempt, now = self.gift.attempts.get(), clock.now()
        refund = Refund.objects.create(
            attempt=attempt, minor=100, source="staff", reason=SECRETS["giver"], state="proposed",
            key="k", created_at=now, look_at=now,
        )  # fmt: skip
        event = InboxEvent.objects.create(
            account=attempt.account, event_id="evt_1", type="payment.succeeded", object_id="pay_1",
            body=SECRETS["address"].encode(), received_at=now, due_at=now,
        )  # fmt: skip
        statement = BankStatement.objects.create(
            bank="main", name="b.csv", imported_by=self.colleague, imported_at=now
        )
        line = BankLine.objects.create(
            bank="main", ref="1", statement=statement, booked_on=now.date(), minor=2500,
            currency="USD", words=SECRETS["giver"],
        )  # fmt: skip
        other = Supporter.objects.create(key="o", language="en", created_at=now)
        merge = SupporterMerge.objects.create(
            kept=self.gift.supporter, duplicate=other, moved={}, at=now
        )
        campaign = create_campaign(
            slug="floods", goal=Money(100, "USD"), starts_at=now, ends_at=now + dt.timedelta(days=1),
            texts={"en": Words("Floods", "Boats.")}, by="test",
        )  # fmt: skip
        fund = open_fund(
            campaign=campaign, sponsor="A trust", cap=Money(100, "USD"), starts_at=now,
            ends_at=campaign.ends_at, by="test",
        )  # fmt: skip
        stated = YearlyStatement.objects.create(
            key="s", series=ReceiptSeries.objects.create(name="S2025"), number=1, year=2025,
            supporter=self.gift.supporter, form="general", language="en", giver=SECRETS["giver"],
            issuer={"name": "A", "address": ""}, issued_at=now, due_at=now,
        )  # fmt: skip
        return {
            "desk/money/merges/|number": merge.pk,
            "desk/money/campaigns/|slug": campaign.slug,
            "desk/money/funds/|number": fund.pk,
            "desk/second-factor/|number": 1,
            "desk/money/going/|name": "months",
            "desk/money/tables/|name": "supporters",
            "desk/money/statements/|key": stated.key,
            "desk/money/pledges/|key": self.gift.occurrence.pledge.key,
            "desk/money/|key": self.gift.supporter.key,
            "desk/money/|reference": self.gift.reference,
            "desk/money/refunds/|number": refund.pk,
            "desk/money/events/|number": event.pk,
            "desk/money/by-hand/|number": line.pk,
        }

    def _upload(self) -> UploadedFile:
        """A picture that a colleague is just bringing in."""
        return UploadedFile.objects.create(
            for_content_type=ContentType.objects.get_for_model(Picture),
            uploaded_by_user=self.colleague,
            file=ContentFile(Path(self.picture.file.path).read_bytes(), "upload.jpg"),
        )


FORM = {
    "slug": "s",
    "title": "T",
    "kind": "news",
    "body-count": "0",
    **{
        f"{forms}-{count}_FORMS": "0"
        for forms in ("bylines", "related", "comments", "child-bylines")
        for count in ("TOTAL", "INITIAL")
    },
}
"""What a story's form has to send; other forms do not mind it."""

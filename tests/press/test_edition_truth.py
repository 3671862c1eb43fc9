"""The sentence: after any sequence of edits the edition equals a full run, byte for byte, and has no dead link."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from pytest_django import Settings
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from broadsheet.kit.models import Change
from broadsheet.kit.wishes import PREFIX
from broadsheet.newsroom.actions.stories import publish_page, withdraw_page, write_story
from broadsheet.newsroom.models import Article, Author, Picture, SectionPage, Topic
from broadsheet.press.actions import check_edition, press_pending
from broadsheet.press.actions.following import follow
from broadsheet.press.actions.granting import Granter
from broadsheet.press.actions.office import Standing, standing
from broadsheet.press.edition import Edition
from broadsheet.theme import tones
from broadsheet.theme.choices import Density, Faces
from broadsheet.theme.looks import KEY, styles
from broadsheet.theme.models import Look
from links import dead_links
from machines import Machine, become, differences
from paper import Paper
from soaking import Budget

SLUGS = st.sampled_from(["one", "two", "three", "four"])
PICK = st.integers(min_value=0, max_value=20)
WORDS = st.sampled_from(
    ["River rises", "Bridge shut", "Vote tonight", "حريق في السوق", "<b>&amp;</b>"]
)


class Desk(RuleBasedStateMachine):
    """Editors do what editors do, in any order, and the press runs now and then."""

    folder: Path

    @initialize()
    def found(self) -> None:
        cache.clear()
        self.paper = Paper(self.folder)

    def _some(self, model: type[Page], pick: int) -> Page | None:
        found = list(model.objects.order_by("pk"))
        return found[pick % len(found)] if found else None

    def _try(self, act: object, *args: object, **kwargs: object) -> None:
        """Refused edits (a slug that is taken) change nothing; that is part of the game."""
        try:
            with transaction.atomic():
                act(*args, **kwargs)  # type: ignore[operator]
        except ValidationError:
            return

    @rule(slug=SLUGS, headline=WORDS, pick=PICK, topical=st.booleans())
    def write_and_publish(self, slug: str, headline: str, pick: int, topical: bool) -> None:
        section = self._some(SectionPage, pick)
        if section is None:
            return
        names = [self.paper.ann, self.paper.bo][: 1 + pick % 2]
        topics = list(Topic.objects.all()) if topical else []
        draft = self.paper.draft(headline, slug, bylines=names, topics=topics)

        def act() -> None:
            publish_page(page=write_story(section=section, draft=draft, by="test"), by="test")

        self._try(act)

    @rule(pick=PICK, headline=WORDS, slug=SLUGS, publish=st.booleans())
    def edit(self, pick: int, headline: str, slug: str, publish: bool) -> None:
        story = self._some(Article, pick)
        if story is None:
            return

        def act() -> None:
            story.title, story.slug = headline, slug
            revision = story.save_revision()
            if publish:
                revision.publish()

        self._try(act)

    @rule(pick=PICK)
    def withdraw(self, pick: int) -> None:
        story = self._some(Article, pick)
        if story is not None and story.live:
            withdraw_page(page=story, by="test")

    @rule(pick=PICK, model=st.sampled_from([Article, SectionPage]))
    def delete(self, pick: int, model: type[Page]) -> None:
        page = self._some(model, pick)
        if page is not None:
            page.delete()

    @rule(pick=PICK, to=PICK)
    def move_story(self, pick: int, to: int) -> None:
        story, section = self._some(Article, pick), self._some(SectionPage, to)
        if story is not None and section is not None:
            self._try(story.move, section, pos="first-child")

    @rule(pick=PICK, to=PICK, pos=st.sampled_from(["first-child", "left", "right"]))
    def move_section(self, pick: int, to: int, pos: str) -> None:
        section, target = self._some(SectionPage, pick), self._some(SectionPage, to)
        if section is None or target is None or target.path.startswith(section.path):
            return
        parent = target if pos == "first-child" else target.get_parent()
        taken = parent.get_children().filter(slug=section.slug).exclude(pk=section.pk)
        if not taken.exists():
            self._try(section.move, target, pos=pos)

    @rule(pick=PICK, title=WORDS, slug=SLUGS)
    def rename_section(self, pick: int, title: str, slug: str) -> None:
        section = self._some(SectionPage, pick)
        if section is None:
            return

        def act() -> None:
            section.title, section.slug = title, slug
            section.save_revision().publish()

        self._try(act)

    @rule(name=WORDS, slug=SLUGS)
    def rename_author(self, name: str, slug: str) -> None:
        author = Author.objects.get(pk=self.paper.ann.pk)
        author.name, author.slug = name, slug
        author.save()

    @rule()
    def drop_topic(self) -> None:
        Topic.objects.all().delete()

    @rule(pick=PICK, slug=SLUGS, outside=st.booleans())
    def redirect(self, pick: int, slug: str, outside: bool) -> None:
        story = self._some(Article, pick)
        if story is None:
            return
        Redirect.objects.update_or_create(
            old_path=f"/{slug}",
            site=Site.objects.get(),
            defaults={"redirect_page": None, "redirect_link": "https://example.org/"}
            if outside
            else {"redirect_page": story, "redirect_link": ""},
        )

    @rule(
        accent=st.sampled_from([tones.ACCENT, "#0a5c4a"]),
        faces=st.sampled_from(Faces.values),
        density=st.sampled_from(Density.values),
        has_logo=st.booleans(),
    )
    def choose_look(self, accent: str, faces: str, density: str, has_logo: bool) -> None:
        press_pending()
        look = Look.load()
        before = styles(look), look.logo_id
        look.accent, look.faces, look.density = accent, faces, density
        look.logo = self.logo() if has_logo else None
        look.save()
        is_new = before != (styles(look), look.logo_id)
        pages, readers = self.pages_and_readers_of_the_look()
        outcome = press_pending()
        if is_new:
            assert outcome.renders == len(readers)
        else:  # whoever read it may be asked again, but no byte differs
            assert (outcome.renders in (0, len(readers)), outcome.step) == (True, None)
        # Every page shows the look; what is none does not, but that the way to where a page is now asks for it.
        assert {name for name in readers if not name.startswith("forwarding:")} == pages

    def pages_and_readers_of_the_look(self) -> tuple[set[str], set[str]]:
        edition = Edition(django_settings.EDITION_DIR)
        pages = {e.resource for e in edition.entries() if e.content_type.startswith("text/html")}
        readers = edition.readers_of([KEY])
        edition.close()
        return {name for name in pages if not name.startswith("forwarding:")}, readers

    def logo(self) -> Picture:
        return Picture.objects.first() or self.paper.picture("Logo", (300, 60))

    @rule(pick=PICK, credit=WORDS)
    def illustrate(self, pick: int, credit: str) -> None:
        """A story gets the picture, or the picture another credit."""
        picture, story = self.logo(), self._some(Article, pick)
        if story is not None and story.picture is None:
            story.picture = picture
            story.save_revision().publish()
        else:
            picture.credit = credit
            picture.save()

    @rule()
    def make_what_is_wished_for(self) -> None:
        press_pending()
        Granter().work(most=2)
        made = set(Change.objects.values_list("key", flat=True))
        assert all(key.startswith(PREFIX) for key in made)
        current = Edition(django_settings.EDITION_DIR)
        readers = current.readers_of(made)
        current.close()
        assert press_pending().renders == len(readers)

    @rule()
    def drop_redirect(self) -> None:
        for row in Redirect.objects.all()[:1]:
            row.delete()

    @rule()
    def press(self) -> None:
        press_pending()
        assert check_edition() == []
        assert dead_links() == []
        outcome = press_pending()
        assert (outcome.changes, outcome.renders, outcome.step) == (0, 0, None)

    def teardown(self) -> None:
        press_pending()
        assert check_edition() == []
        assert dead_links() == []


@pytest.mark.early
@pytest.mark.django_db
def test_edition_after_any_edits_equals_a_full_run(
    tmp_path: Path, settings_for_machine: None
) -> None:
    edit_at_will(tmp_path, examples=9, steps=20)


@pytest.mark.soak(minutes=4)
@pytest.mark.django_db
def test_edition_after_many_more_edits_equals_a_full_run(
    tmp_path: Path, settings_for_machine: None, budget: Budget
) -> None:
    for _piece in budget.pieces(100):
        edit_at_will(tmp_path, examples=5, steps=60)


class Machines(Desk):
    """Two machines with one newsroom: any of them presses, the other follows, and readers of both get the same."""

    settings: Settings

    @initialize()
    def found(self) -> None:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        self.here, self.there = (Machine(name, self.settings, folder) for name in ("one", "two"))
        become(self.here.knows)
        self.here.move_in()
        super().found()
        self.have_the_other_follow()

    @rule()
    def press_elsewhere(self) -> None:
        self.here.knows = dataclasses.replace(standing)
        self.here, self.there = self.there, self.here
        become(self.here.knows)
        self.here.move_in()

    @rule()
    def press(self) -> None:
        """Comparing is far cheaper than rendering everything, which is done in the end."""
        self.have_the_other_follow()

    @rule(pick=PICK)
    def withdraw(self, pick: int) -> None:
        super().withdraw(pick)
        self.have_the_other_follow()

    @rule()
    def have_the_other_follow(self) -> None:
        press_pending()
        self.here.knows = dataclasses.replace(standing)
        with self.there.at_work():
            follow()
        become(self.here.knows)
        self.here.move_in()
        assert differences(self.here, self.there) == []
        assert list(self.there.edition.verify()) == []

    def teardown(self) -> None:
        self.have_the_other_follow()
        super().teardown()
        become(Standing())


@pytest.mark.only_on_postgres
@pytest.mark.soak(minutes=2)
@pytest.mark.django_db
@pytest.mark.usefixtures("settings_for_machine")
def test_readers_of_two_machines_get_the_same_whoever_presses(
    tmp_path: Path, stored: Settings, budget: Budget
) -> None:
    Machines.settings = stored
    for _piece in budget.pieces(100):
        edit_at_will(tmp_path, examples=5, steps=40, machine=Machines)


# Of several examples Hypothesis makes the first of the simplest steps and the second of none.
def edit_at_will(folder: Path, *, examples: int, steps: int, machine: type[Desk] = Desk) -> None:
    machine.folder = folder
    run_state_machine_as_test(
        _rolled_back(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            print_blob=True,
            phases=(
                Phase.generate,
            ),  # shrinking whole newsrooms takes longer than reading the steps
            suppress_health_check=list(HealthCheck),
        ),
    )


def _rolled_back(machine: type[Desk]) -> type[Desk]:
    """The machine, each of whose runs starts from the same empty database and an empty edition."""

    class RolledBack(machine):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__()
            django_settings.EDITION_DIR = Path(tempfile.mkdtemp(dir=self.folder)) / "edition"
            self._transaction = transaction.atomic()
            self._transaction.__enter__()

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                transaction.set_rollback(True)
                self._transaction.__exit__(None, None, None)
                cache.clear()

    return RolledBack


@pytest.fixture
def settings_for_machine(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EDITION_DIR = tmp_path / "edition"

"""Taking over what was published elsewhere before: written and public in one step, with its own dates."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from wagtail.models import Page

from broadsheet.kit import audit
from broadsheet.kit.events import announce
from broadsheet.newsroom.actions.stories import Draft, new_story
from broadsheet.newsroom.models import Article, SectionPage


@transaction.atomic
def take_over_story(
    *,
    section: SectionPage,
    draft: Draft,
    first_published: dt.datetime,
    last_published: dt.datetime,
    by: audit.Actor,
) -> Article:
    """Make a story public in a section as it was elsewhere, with a first revision; its date decides its address.

    The same as writing, then publishing it, at half the price: an archive has many. Raises django's
    ValidationError where its slug or address is taken.
    """
    story = new_story(section, draft)
    story.live, story.has_unpublished_changes = True, False
    story.first_published_at, story.last_published_at = first_published, last_published
    section.refresh_from_db()
    section.add_child(instance=story)
    story.live_revision = story.save_revision(changed=False, clean=False)  # add_child has looked
    Page.objects.filter(pk=story.pk).update(live_revision=story.live_revision)
    audit.record("story.taken_over", story, by=by)
    announce("page.published", page=story.pk)
    return story

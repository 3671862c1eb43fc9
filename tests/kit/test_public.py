"""What is public is registered by name, and an object's key leads back to the object."""

from __future__ import annotations

from broadsheet.kit import public
from broadsheet.kit.jobs import Job
from broadsheet.kit.models import AuditEntry, Change
from broadsheet.newsroom.models import Article, SectionPage
from paper import Paper


def test_load_of_a_key_is_the_object_as_its_own_class(paper: Paper) -> None:
    story = paper.story()
    wanted = {public.key_of(one): one for one in (story, paper.city, paper.ann, paper.floods)}
    loaded = public.load_many(wanted)
    assert loaded == wanted
    assert all(type(loaded[key]) is type(instance) for key, instance in wanted.items())
    assert public.key_of(story.page_ptr) == public.key_of(story)


def test_load_of_what_is_gone_or_not_public_is_nothing(paper: Paper) -> None:
    story = paper.story()
    key = public.key_of(story)
    story.delete()
    root = paper.front.get_parent()
    gone = (key, public.key_of(root), "newsroom.author:999999", "readers.user:1", "page:0", "a:b")
    assert public.load_many(gone) == {}


def test_watched_models_have_lists_even_where_none_were_said(paper: Paper) -> None:
    watched = public.watched()
    assert list(watched[type(paper.ann)].lists(paper.ann)) == []
    assert {Article, SectionPage} <= watched.keys()
    assert set(watched[SectionPage].dependants(paper.city)) == set()
    paper.story()
    assert len(list(watched[SectionPage].dependants(paper.city))) == 1


def test_rows_of_the_kit_say_what_they_are() -> None:
    assert str(Change(key="page:1")) == "page:1"
    assert str(AuditEntry(action="page.published", subject="page:1")) == "page.published page:1"
    assert Job("tick", 5, lambda: "done").run() == "done"


def test_what_is_found_where_something_was_withdrawn_is_the_newsrooms_to_say() -> None:
    document = public.Document("/gone/", b"", status=410)
    kept = list(public._gone)
    try:
        public._gone.clear()
        assert public.gone_document("/gone/") is None
        public.register_gone(lambda path: document if path == "/gone/" else None)
        assert public.gone_document("/gone/") is document
        assert public.gone_document("/other/") is None
    finally:
        public._gone[:] = kept
    assert {"give", "campaign", "meter"} <= public.kinds().keys()


def test_reading_what_was_said_to_be_ambient_needs_no_record() -> None:
    public.regard_as_ambient("nobody.nothing")
    assert public.is_ambient("nobody.nothing")
    assert not public.is_ambient("nobody.something")


def test_keys_held_are_those_of_all_that_was_loaded_with_an_instance(paper: Paper) -> None:
    picture = paper.picture()
    made = paper.story(topics=[paper.floods], picture=picture)
    bare = Article.objects.get(pk=made.pk)
    assert public.keys_held([bare]) == {public.key_of(bare)}
    whole = (
        Article.objects.select_related("picture", "locale")
        .prefetch_related("bylines__author__portrait", "topics")
        .get(pk=made.pk)
    )
    assert public.keys_held([whole, whole]) == {
        public.key_of(one) for one in (whole, picture, paper.ann, paper.floods)
    }
    assert public.keys_held([]) == set()


def test_kind_registered_without_an_imposition_has_none() -> None:
    name, imposition = next(iter(public.impositions().items()))
    kind = public.kinds()[name]
    public.register_kind(kind)
    assert name not in public.impositions()
    public.register_kind(kind, imposition)
    assert public.impositions()[name] is imposition

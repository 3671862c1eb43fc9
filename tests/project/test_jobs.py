"""What the worker does with the tasks that wait."""

from __future__ import annotations

from django_tasks_db.models import DBTaskResult

from broadsheet.project.jobs import forget_repeated
from paper import Paper


def waiting(path: str) -> int:
    return DBTaskResult.objects.ready().filter(task_path__startswith=path).count()


def test_object_saved_again_and_again_is_indexed_once(paper: Paper) -> None:
    DBTaskResult.objects.all().delete()
    story = paper.story()
    for _ in range(3):
        story.save()
    before = waiting("modelsearch"), waiting("wagtail"), waiting("")
    assert min(before[:2]) > 3
    forgotten = forget_repeated()
    assert (waiting("modelsearch"), waiting("")) == (1, before[2] - forgotten)
    assert waiting("wagtail") == 2, "the story, and its byline"
    assert forget_repeated() == 0

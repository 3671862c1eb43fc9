"""How fast everything is rendered and with how much memory; how long a publication takes; how large a story is."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Iterator

TARGET_RATE = 700
TARGET_MEMORY = 600
TARGET_COMMIT = 100
TARGET_SIZE = 14_000
PUBLICATIONS = 20
SIZED = 100
"""Stories whose size is looked at."""


def bring_up() -> None:
    """Press what is not pressed yet."""
    from broadsheet.press.actions import press_pending

    press_pending()


def measure(stories: int) -> None:
    """Press everything once and publish some stories; print what that took."""
    from broadsheet.press.actions import press_everything

    begun, worked = time.perf_counter(), time.process_time()
    outcome = press_everything()
    rate = outcome.renders / (time.perf_counter() - begun)
    of_work = outcome.renders / (time.process_time() - worked)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"full run: {outcome.renders} documents, {rate:.0f} a second "
        f"({rate / TARGET_RATE:.2f} of {TARGET_RATE}), {of_work:.0f} for each second of a processor; "
        f"at most {memory} MB "
        f"({memory / TARGET_MEMORY:.2f} of {TARGET_MEMORY})"
    )
    median = statistics.median(_story_sizes())
    print(
        f"story document, br: median {median:.0f} bytes ({median / TARGET_SIZE:.2f} of {TARGET_SIZE})"
    )
    _publications(stories)


def _story_sizes() -> Iterator[int]:
    """Bytes of some stories, br, as a reader gets them once the worker has polished."""
    from broadsheet.press.queries import edition

    pages = (entry for entry in edition().entries() if entry.resource.startswith("page:"))
    found = [entry for entry in pages if entry.path.count("/") == 4][:SIZED]
    edition().polish(entry.digest for entry in found)
    for entry in found:
        polished = edition().find(entry.path)
        if polished is not None:
            yield polished.variants["br"].size


def _publications(stories: int) -> None:
    from benchmarks.newsroom import story
    from broadsheet.newsroom.models import Article, Author, SectionPage, Topic
    from broadsheet.press.actions import press_pending

    section, author = SectionPage.objects.first(), Author.objects.first()
    topics = list(Topic.objects.all()[:2])
    saving, pressing, working, renders = [], [], [], []
    first = Article.objects.latest("pk").pk + 1
    for number in range(first, first + PUBLICATIONS):
        begun = time.perf_counter()
        story(number, section, [author], topics, None)
        committed, worked = time.perf_counter(), time.process_time()
        renders.append(press_pending().renders)
        saving.append((committed - begun) * 1000)
        pressing.append((time.perf_counter() - committed) * 1000)
        working.append((time.process_time() - worked) * 1000)
    p50, worst = statistics.median(pressing), max(pressing)
    print(
        f"publication in an archive of {stories}: from the commit p50 {p50:.0f} ms "
        f"({p50 / TARGET_COMMIT:.2f} of {TARGET_COMMIT}), slowest {worst:.0f} ms, of a processor p50 {statistics.median(working):.0f} ms; "
        f"{statistics.median(renders):.0f} documents each; writing and committing p50 "
        f"{statistics.median(saving):.0f} ms"
    )

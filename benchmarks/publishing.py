"""How soon readers see what an editor publishes, on every page and feed that has to show it."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from benchmarks.serving import answer, served, wait_for

FROM_CALL, FROM_COMMIT, SLOWEST = 250, 100, 300
"""Milliseconds: the median from the call and from the commit, and 99 of 100 from the commit."""

PUBLICATIONS = 50


def measure(newsroom: Path) -> None:
    """Publish into a newsroom that is served, one story after the other, and ask for it as readers do."""
    from benchmarks.newsroom import story
    from broadsheet.newsroom.models import Article, Author, SectionPage, Topic

    section, author = SectionPage.objects.first(), Author.objects.first()
    topics = list(Topic.objects.all()[:2])
    lists = [
        "/",
        f"/{section.slug}/",
        f"/authors/{author.slug}/",
        *(f"/topics/{topic.slug}/" for topic in topics),
    ]
    lists += [f"{path}feed.{ending}" for path in lists for ending in ("xml", "atom", "json")]
    archive = Article.objects.count()
    from_call, from_commit = [], []
    with served(newsroom) as port:
        wait_for(port, "/desk/login/")
        for number in range(PUBLICATIONS + 2):
            begun = time.perf_counter()
            made = story(time.time_ns(), section, [author], topics, None)
            committed = time.perf_counter()
            wait_for(port, made.address)
            shown = time.perf_counter()
            missing = [path for path in lists if made.slug not in answer(port, path)[1]]
            if missing:
                raise SystemExit(f"{made.address} is there, but not on {', '.join(missing)}")
            if number > 1:  # the worker has just begun
                from_call.append((shown - begun) * 1000)
                from_commit.append((shown - committed) * 1000)
            time.sleep(0.5)
    call, commit = statistics.median(from_call), statistics.median(from_commit)
    slowest = statistics.quantiles(from_commit, n=100)[-1]
    print(
        f"publication into {archive} stories, {PUBLICATIONS} times, until the story and {len(lists)} lists and feeds "
        f"show it: from the call p50 {call:.0f} ms ({call / FROM_CALL:.2f} of {FROM_CALL}), from the commit p50 "
        f"{commit:.0f} ms ({commit / FROM_COMMIT:.2f} of {FROM_COMMIT}), p99 {slowest:.0f} ms "
        f"({slowest / SLOWEST:.2f} of {SLOWEST})"
    )

"""Exports: servers answer from them as the newsstand does, and they keep up with the edition in the right order."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from broadsheet.press.edition import Edition, Picture, Pressed
from broadsheet.press.errors import ExportBusy, NotAnExport, ReloadFailed
from broadsheet.press.export import Export, Site, alone, enter, refresh_exports
from broadsheet.press.export.layout import address_of, file_of, stamp
from broadsheet.press.newsstand import Newsstand
from commanding import clean_environment, run
from exported import Server, ask_newsstand, served_by_caddy, served_by_nginx
from paper import Paper
from running import wait_until

HTML = "text/html; charset=utf-8"
SITE = Site(("en", "ar"), ("/desk/",), frozenset({"/search/"}), "127.0.0.1:9")
CODINGS = ("", "gzip", "br", "zstd", "br;q=0, gzip", "gzip, deflate, br, zstd", "zstd;q=0.5")
WORDS = b"<p>The river rose again.</p>" * 40


def page(name: str, path: str, body: bytes = WORDS, status: int = 200, **headers: str) -> Pressed:
    told = tuple((key.replace("_", "-"), value) for key, value in headers.items())
    return Pressed(f"trap:{name}", path, status, HTML, told, name.encode() + body)


def moved(name: str, path: str, target: str, status: int = 301) -> Pressed:
    headers = (("location", target),)
    return Pressed(f"trap:{name}", path, status, "text/plain; charset=utf-8", headers, b"")


def traps(folder: Path) -> list[Pressed]:
    """What a tree of files and two servers could get wrong."""
    song = folder / "song.mp3"
    song.write_bytes(bytes(range(256)) * 8192)
    return [
        page("front", "/"),
        page("policy", "/give/", content_security_policy="default-src x; form-action *"),
        page("story", "/2026/11/river/", content_language="en"),
        page("plain", "/2026/11/plain/", content_language="en", content_security_policy="none"),
        page("other", "/2026/11/other/", content_language="en"),
        page("short", "/short/", b""),
        page("arabic", "/ar/2026/11/خبر-اليوم/", content_language="ar"),
        page("words", "/2026/11/a b+c&d'e(f)$g[h]{i}^j|k/", content_language="en"),
        page("quoted", '/2026/11/"quoted"/'),
        page("withdrawn", "/2026/11/withdrawn/", status=410, content_language="en"),
        page("withdrawn file", "/withdrawn.xml", status=410),
        page("late", "/2026/11/late/", status=503, retry_after="30"),
        page("capital", "/About/"),
        moved("small", "/about/", "/About/"),
        moved("moved", "/old/", "/2026/11/river/"),
        moved("alike", "/Old/", "/short/"),
        moved("arabic", "/ar/قديم/", "/ar/2026/11/%D8%AE%D8%A8%D8%B1-%D8%A7%D9%84%D9%8A%D9%88%D9%85/"),
        moved("for now", "/now/", "https://elsewhere.example/?a=1&b=2", 302),
        moved("query", "/?p=12", "/2026/11/river/"),
        page("missing", "/404/", status=404, content_language="en"),
        page("missing in Arabic", "/ar/404/", status=404, content_language="ar"),
        Pressed("feed:1", "/feed.xml", 200, "application/rss+xml", (), b"<rss/>" * 99),
        Pressed("feed:2", "/sitemap.xml", 200, "application/xml", (), b"<urlset/>" * 99),
        Pressed("feed:3", "/odd.xml", 200, "text/x-odd", (), b"<odd/>" * 99),
        Pressed("text:1", "/.well-known/security.txt", 200, "text/plain", (), b"Contact: us"),
        Pressed(
            "page:song", "/song/", 200, HTML, (), b"song",
            pictures=(Picture("/media/s/song.mp3", song, "audio/mpeg"),),
        ),
    ]  # fmt: skip


UNHELD = ("/2026/11/" + "ا" * 200 + "/", "/data.csv.gz", "/a/index.html")
"""Addresses that a plain tree cannot hold."""

ABSENT = (
    "/nowhere/", "/ar/nowhere", "/nowhere?x=1", "/2026/11/river", "/feed.xml/", "/index.html", "/feed.xml.gz",
    "/2026/11/river/index.html", "/2026/11/withdrawn/index.html.410", "/index%2ehtml", "//feed.xml", "/FEED.xml",
    "/a%2fb", "/a%5cb", "/2026/../feed.xml", "/2026/%2e/", "/2026/11/river?a=%20b", "/404/", "/ar/404/", "/2026/",
    "/old", "/old?x=1", "/withdrawn.xml/", "/?p=13", "/?utm=x", "/2026/11/river/?p=12", "/%7f",
)  # fmt: skip


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    """One with documents as a newsroom presses them, and traps beside them; some not polished yet."""
    made = Edition.create(tmp_path / "edition")
    made.step(traps(tmp_path), (), {}, "test")
    made.polish(made.hasty(8))
    return made


Serve = Callable[[Path], AbstractContextManager[Server]]


@pytest.fixture(
    params=[
        pytest.param("nginx", marks=pytest.mark.nginx),
        pytest.param("caddy", marks=pytest.mark.caddy),
    ]
)
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Serve:
    found = request.getfixturevalue(request.param)
    by = {"nginx": served_by_nginx, "caddy": served_by_caddy}[request.param]
    return lambda directory: by(found, directory, tmp_path / "server")


def differing(server: Server, edition: Edition) -> list[tuple[str, str, str]]:
    """Requests that the server answers otherwise than the newsstand; every address, coding and method."""

    def behind() -> None:
        raise AssertionError

    stand = Newsstand(edition, SITE.dynamic, behind)  # type: ignore[arg-type]
    held = [entry.path for entry in edition.entries() if entry.path not in UNHELD]
    targets = [quote(path, safe="/?=") for path in held] + list(ABSENT)
    return [
        (target, method, coding)
        for target in targets
        for method, coding in [*(("GET", coding) for coding in CODINGS), ("HEAD", "br, gzip")]
        if server.ask(target, method, coding).told()
        != ask_newsstand(stand, target, method, coding).told()
    ]


def test_export_is_answered_as_the_newsstand_answers(
    serve: Serve, edition: Edition, tmp_path: Path
) -> None:
    for number, path in enumerate(UNHELD):
        edition.step([page(f"unheld {number}", path)], (), {}, "test")
    Export(edition, tmp_path / "export", SITE, None).bring_up()
    with serve(tmp_path / "export") as server:
        assert differing(server, edition) == []
        written = server.ask("/", "POST", Content_Length="0")
        stand = Newsstand(edition, (), lambda: None)  # type: ignore[arg-type, return-value]
        assert written.told() == ask_newsstand(stand, "/", "POST", "").told()
        part = server.ask("/media/s/song.mp3", Range="bytes=7-9")
        assert (part.status, part.body) == (206, b"\x07\x08\x09")
        # Nobody listens where the newsstand would: that it is asked is what counts.
        for target in ("/desk/login/", "/search/?q=x", *(quote(path) for path in UNHELD)):
            assert server.ask(target).status == 502, target


def test_export_of_a_pressed_newsroom_is_answered_as_the_newsstand_answers(
    paper: Paper, nginx: str, tmp_path: Path
) -> None:
    from broadsheet.press.actions import press_everything
    from broadsheet.press.queries import edition

    picture = paper.picture()
    paper.story("Bridge closes", "bridge-closes", topics=[paper.floods], picture=picture)
    paper.story("Second", "second", section=paper.river)
    press_everything()
    Export(edition(), tmp_path / "export", SITE, None).bring_up()
    with served_by_nginx(nginx, tmp_path / "export", tmp_path / "server") as server:
        assert differing(server, edition()) == []
    assert edition().count() > 50


def test_entity_tag_changes_exactly_when_bytes_do(
    serve: Serve, edition: Edition, tmp_path: Path
) -> None:
    export = Export(edition, tmp_path / "export", SITE, None)
    export.bring_up()
    with serve(tmp_path / "export") as server:
        first = server.ask("/feed.xml").headers["etag"]
        again = server.ask("/feed.xml", If_None_Match=first)
        assert (again.status, again.body) == (304, b"")
        # As long, and within the same second.
        feed = Pressed("feed:1", "/feed.xml", 200, "application/rss+xml", (), b"<srs/>" * 99)
        edition.step([feed], (), {}, "test")
        export.follow()
        changed = server.ask("/feed.xml", If_None_Match=first)
        assert changed.status == 200
        assert "last-modified" not in changed.headers
        edition.step([traps(tmp_path)[21]], (), {}, "test")
        export.follow()
        assert server.ask("/feed.xml").headers["etag"] == first


# In the right order ---------------------------------------------------------------------------


def test_step_shows_new_pages_then_lists_then_redirects_then_removals(
    edition: Edition, tmp_path: Path
) -> None:
    # The reload command sees what readers could get at the moment in which redirects take effect.
    seen, root = tmp_path / "seen", tmp_path / "export" / "site"
    look = tmp_path / "look"
    look.write_text(
        f"#!/bin/sh\ncd {root} && ls -d short/* moved-to/* >{seen}; cat index.html >>{seen}\n"
    )
    look.chmod(0o755)
    export = Export(edition, tmp_path / "export", SITE, str(look))
    export.bring_up()
    new = [
        page("front", "/", b"links to /moved-to/"),
        page("short", "/moved-to/", b""),
        moved("small", "/short/", "/moved-to/"),
    ]
    edition.step(new, (), {}, "test")
    assert export.follow().reloaded
    assert seen.read_text().splitlines() == [
        "moved-to/index.html",
        "short/index.html",
        "frontlinks to /moved-to/",
    ]
    assert not (root / "short").exists()
    assert (root / "moved-to/index.html").stat().st_ctime_ns < (
        root / "index.html"
    ).stat().st_ctime_ns


def test_step_without_new_addresses_leaves_the_configuration_alone(
    edition: Edition, tmp_path: Path
) -> None:
    export = Export(edition, tmp_path / "export", SITE, "true")
    assert export.bring_up().reloaded
    edition.step([page("second", "/2026/11/second/", content_language="en")], (), {}, "test")
    done = export.follow()
    assert (done.written, done.removed, done.reloaded) == (2, 0, False)
    edition.step([page("third", "/2026/11/third/", content_language="xx")], (), {}, "test")
    assert export.follow().reloaded


def test_reload_that_failed_is_run_again(edition: Edition, tmp_path: Path) -> None:
    target = tmp_path / "export"
    with pytest.raises(ReloadFailed, match="failed"):
        Export(edition, target, SITE, f"ls {tmp_path}/flag").bring_up()
    (tmp_path / "flag").touch()
    assert Export(edition, target, SITE, f"ls {tmp_path}/flag").bring_up().reloaded
    assert not Export(edition, target, SITE, f"ls {tmp_path}/flag").bring_up().reloaded


def test_better_forms_follow_without_a_step(edition: Edition, tmp_path: Path) -> None:
    export = Export(edition, tmp_path / "export", SITE, None)
    export.bring_up()
    edition.polish(edition.hasty(99))
    assert export.follow().written > 0
    assert tree(tmp_path / "export") == fresh(edition, tmp_path)


def tree(export: Path) -> dict[str, bytes]:
    """Every file of an export's tree."""
    root = export / "site"
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def fresh(edition: Edition, folder: Path) -> dict[str, bytes]:
    """The tree of an export made anew."""
    shutil.rmtree(folder / "fresh", ignore_errors=True)
    Export(edition, folder / "fresh", SITE, None).bring_up()
    return tree(folder / "fresh")


def test_any_steps_followed_are_an_export_made_anew(edition: Edition, tmp_path: Path) -> None:
    chance = random.Random(11)
    export = Export(edition, tmp_path / "export", SITE, None)
    export.bring_up()
    known = traps(tmp_path)
    for number in range(12):
        put, drop = [], []
        for pressed in chance.sample(known, 5):
            if chance.random() < 0.3:
                drop.append(pressed.resource)
            else:
                status = chance.choice((200, 200, 410))
                body = chance.randbytes(3) + WORDS * chance.randrange(2)
                put.append(Pressed(pressed.resource, pressed.path, status, HTML, (), body))
        edition.step(put, drop, {}, f"step {number}")
        if chance.random() < 0.5:
            edition.polish(edition.hasty(3))
        if chance.random() < 0.7:
            export.follow()
    export.follow()
    assert tree(tmp_path / "export") == fresh(edition, tmp_path)


# What a directory is ---------------------------------------------------------------------------


def test_directory_that_is_no_export_is_refused_and_left_alone(
    edition: Edition, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    with pytest.raises(NotAnExport, match="has files in it"):
        Export(edition, tmp_path / "home", SITE, None)
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["letter.txt"]
    Export(edition, tmp_path / "export", SITE, None)
    other = Edition.create(tmp_path / "other")
    with pytest.raises(NotAnExport, match="another newsroom"):
        Export(other, tmp_path / "export", SITE, None)
    (tmp_path / "export" / "broadsheet-export.json").write_text("{}")
    with pytest.raises(NotAnExport, match="cannot be read"):
        Export(edition, tmp_path / "export", SITE, None)


def test_export_has_one_writer(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(ExportBusy, match="Stop that one"), alone(tmp_path):
        pass


@pytest.mark.parametrize("path", ["/", "/a/", "/a.xml", "/a/b.c/", "/ا/", "/a b/"])
@pytest.mark.parametrize("status", [200, 404, 410])
def test_file_leads_back_to_its_address(path: str, status: int) -> None:
    file = file_of(path, status)
    assert file is not None
    assert address_of(file) == address_of(f"{file}.br") == (path, status)


def test_file_of_an_unheld_address_is_none() -> None:
    assert [file_of(path, 200) for path in (*UNHELD, "/a.410", "//a/", "/?p=1", "/a//")] == [
        None
    ] * 7


# Processes -------------------------------------------------------------------------------------


@contextmanager
def exporting(newsroom: Path, target: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "broadsheet.project.cli", "press", "export", str(target)]
    process = subprocess.Popen(
        [*command, "--dir", str(newsroom), *options],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=180)


def test_export_killed_at_any_point_is_taken_up(newsroom: Path, tmp_path: Path) -> None:
    edition = Edition(newsroom / "data" / "edition")
    many = [page(f"{n}", f"/2026/11/story-{n}/", WORDS + b"%d" % n) for n in range(1500)]
    edition.step(many, (), {}, "test")
    target = tmp_path / "export"
    chance, written = random.Random(5), [0]
    for _turn in range(3):
        with exporting(newsroom, target) as process:
            more = written[-1] + chance.randrange(50, 400)
            wait_until(lambda enough=more: count(target) >= enough, "some files are written")  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
            process.wait(20)
        written.append(count(target))
        torn = [
            path
            for path in (target / "site").rglob("*")
            if path.is_file() and not is_whole(edition, path)
        ]
        assert torn == []
    assert 0 < written[1] < 3000, "it was killed in the middle"
    said = run("press", "export", target, "--dir", newsroom).stdout
    assert f" {len(tree(target)) - written[-1]} files written" in said
    assert tree(target) == fresh(edition, tmp_path)


def count(target: Path) -> int:
    return sum(1 for path in (target / "site").rglob("*") if path.is_file())


def is_whole(edition: Edition, file: Path) -> bool:
    """Whether a file holds the bytes that its time promises, and these are the edition's."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return file.stat().st_mtime == stamp(digest) and edition.blobs.is_whole(digest)


@pytest.mark.nginx
def test_watch_follows_a_publication_a_move_and_a_withdrawal(
    newsroom: Path, nginx: str, tmp_path: Path
) -> None:
    edition, target = Edition(newsroom / "data" / "edition"), tmp_path / "export"
    edition.step([page("story", "/2026/11/river/")], (), {}, "test")
    edition.step([moved("old", "/old/", "/")], (), {}, "test")
    run("press", "export", target, "--dir", newsroom)
    with (
        served_by_nginx(nginx, target, tmp_path / "server") as server,
        exporting(newsroom, target, "--watch", "--reload", server.reload) as watching,
    ):
        edition.step([page("new", "/2026/11/new/")], (), {}, "test")
        wait_until(lambda: server.ask("/2026/11/new/").status == 200, "the new page is there")
        edition.step(
            [moved("2", "/2026/11/new/", "/2026/11/newer/"), page("new", "/2026/11/newer/")],
            (),
            {},
            "t",
        )
        wait_until(lambda: server.ask("/2026/11/new/").status == 301, "it has moved")
        assert server.ask("/2026/11/new/").headers["location"] == "/2026/11/newer/"
        assert server.ask("/2026/11/newer/").status == 200
        edition.step([page("story", "/2026/11/river/", b"withdrawn", 410)], (), {}, "test")
        wait_until(lambda: server.ask("/2026/11/river/").status == 410, "it is withdrawn")
        assert server.ask("/2026/11/river/").body == b"storywithdrawn"
        watching.send_signal(signal.SIGTERM)
        assert "The server was told." in watching.communicate(timeout=180)[0]
        assert watching.returncode == 0
    assert tree(target) == fresh(edition, tmp_path)


def test_purge_reaches_every_export(edition: Edition, tmp_path: Path) -> None:
    first, gone = tmp_path / "first", tmp_path / "gone"
    for directory in (first, gone):
        Export(edition, directory, SITE, None).bring_up()
        enter(edition, directory, None)
    shutil.rmtree(gone)
    # Somebody's copy of the compressed page, which no step would look at.
    shutil.copy(first / "site/2026/11/river/index.html.gz", first / "site/2026/11/river/copy.html")
    edition.step([page("story", "/2026/11/river/", b"withdrawn", 410)], ["page:song"], {}, "test")
    found = dict(refresh_exports(edition, SITE))
    assert found[first] is None
    assert isinstance(found[gone], FileNotFoundError)
    assert [name for name in tree(first) if "river" in name] == ["2026/11/river/index.html.410"]
    assert not list((first / "site").rglob("song.mp3"))
    assert dict(refresh_exports(edition, SITE)) == {first: None}


def test_purge_waits_for_whoever_keeps_an_export_current(newsroom: Path, tmp_path: Path) -> None:
    edition, target = Edition(newsroom / "data" / "edition"), tmp_path / "export"
    edition.step([page("story", "/2026/11/river/")], (), {}, "test")
    with exporting(newsroom, target, "--watch"):
        wait_until((target / "site/2026/11/river/index.html").exists, "it is exported")
        edition.step([page("story", "/2026/11/river/", b"", 410)], (), {}, "test")
        said = run("press", "purge", "/2026/11/river/", "--dir", newsroom).stdout
        assert f"{target} is brought up to date." in said
        assert not (target / "site/2026/11/river/index.html").exists()
        time.sleep(0.1)
        assert run("press", "export", target, "--dir", newsroom, ok=False).stderr.startswith(
            "Error: Another process"
        )

"""Fetching the old site's files: whom we ask, how much we take, and what we believe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.imports.wordpress.errors import NotFetched
from broadsheet.imports.wordpress.gateways import downloads
from broadsheet.imports.wordpress.gateways.downloads import Downloads
from broadsheet.imports.wordpress.gateways.hosts import locate
from imports.oldsite import OldSite, old_site, picture


@pytest.fixture
def site() -> Iterator[OldSite]:
    with old_site() as running:
        yield running


@pytest.fixture
def fetch(site: OldSite) -> Iterator[Downloads]:
    made = Downloads(site.url)
    yield made
    made.close()


def refusal(fetch: Downloads, url: str, folder: Path) -> str:
    with pytest.raises(NotFetched) as refused:
        fetch.fetch(url, folder)
    return str(refused.value)


@pytest.mark.parametrize(
    ("kind", "name", "kept"),
    [
        ("JPEG", "/a/Photo%20of%20me.PNG", "Photo-of-me.jpg"),
        ("PNG", "/evil.php", "evil.png"),
        ("WEBP", "/x", "x.webp"),
        ("GIF", "/..%2f..%2fetc%2fpasswd.gif", "passwd.gif"),
        ("JPEG", "/" + "l" * 200 + ".jpeg", "l" * 80 + ".jpg"),
        ("JPEG", "/%D8%B9%D8%B1%D8%A8%D9%8A.jpg", "عربي.jpg"),
    ],
)
def test_picture_is_named_by_what_it_is(
    site: OldSite, fetch: Downloads, tmp_path: Path, kind: str, name: str, kept: str
) -> None:
    fetched = fetch.fetch(site.serve(name, picture(kind)), tmp_path)
    assert (fetched.file.name, fetched.is_picture) == (kept, True)
    assert fetched.file.read_bytes() == picture(kind)


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("/a.jpg", b"<!doctype html><p>Not found", "a web page"),
        ("/a.jpg", picture()[:300], "damaged picture"),
        ("/a.svg", b"<svg onload='x'/>", "a .svg file"),
        ("/a.pdf", b"<html><script>x</script>", "a web page"),
        ("/a.txt", b"<script>alert(1)</script>", "a .txt file"),
        ("/a.mp3", b"ID3....", "a .mp3 file"),
        ("/a.exe", b"MZ...", "a .exe file"),
        ("/a.jpg", b"", "is empty"),
    ],
)
def test_what_is_not_what_it_says_is_refused(
    site: OldSite, fetch: Downloads, tmp_path: Path, name: str, body: bytes, reason: str
) -> None:
    assert reason in refusal(fetch, site.serve(name, body), tmp_path)


def test_documents_are_taken(site: OldSite, fetch: Downloads, tmp_path: Path) -> None:
    for name, body in (("/b.pdf", b"%PDF-1.7 x"), ("/b.docx", b"PK\x03\x04x"), ("/b.csv", b"a,b")):
        fetched = fetch.fetch(site.serve(name, body), tmp_path)
        assert (fetched.file.name, fetched.is_picture) == (name[1:], False)


def test_answers_that_are_no_file_are_said(site: OldSite, fetch: Downloads, tmp_path: Path) -> None:
    assert "answered 404" in refusal(fetch, f"{site.url}/none.jpg", tmp_path)
    short = site.serve("/short.jpg", picture(), **{"Content-Length": "999999"})
    assert "broke off" in refusal(fetch, short, tmp_path)


def test_limits_of_size_and_time_hold(
    site: OldSite, fetch: Downloads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = site.serve("/a.jpg", picture(size=(600, 600)))
    monkeypatch.setattr(downloads, "LARGEST", 1000)
    assert "larger than" in refusal(fetch, url, tmp_path)
    monkeypatch.setattr(downloads, "LARGEST", 10**7)
    monkeypatch.setattr(downloads, "LONGEST", -1.0)
    assert "longer than" in refusal(fetch, url, tmp_path)
    monkeypatch.setattr(downloads, "LONGEST", 10.0)
    monkeypatch.setattr(downloads, "MOST_POINTS", 100)
    assert "million points" in refusal(fetch, url, tmp_path)


def test_redirects_are_followed_some_times(site: OldSite, fetch: Downloads, tmp_path: Path) -> None:
    site.serve("/end.jpg", picture())
    url = site.serve("/1", status=302, Location="/end.jpg")
    assert fetch.fetch(url, tmp_path).file.name == "end.jpg"
    ring = site.serve("/ring", status=301, Location="/ring")
    assert "more than 5 times" in refusal(fetch, ring, tmp_path)
    assert site.asked["/ring"] == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:1/x.jpg",
        "http://localhost:1/x.jpg",
        "http://[::1]:1/x.jpg",
        "http://10.0.0.1/x.jpg",
        "http://192.168.0.1/x.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]:1/x.jpg",
        "http://2130706433:1/x.jpg",
        "http://0.0.0.0:1/x.jpg",
        "http://100.64.0.1/x.jpg",
        "http://[fe80::1]/x.jpg",
        "http://[fd00::1]/x.jpg",
        "ftp://127.0.0.1/x.jpg",
        "file:///etc/passwd",
        "http://user:word@127.0.0.1/x.jpg",
        "http://[broken/x.jpg",
        "http://x:99999999/x.jpg",
        "//nothing",
    ],
)
def test_inner_network_is_never_asked_directly_or_by_a_redirect(
    site: OldSite, fetch: Downloads, tmp_path: Path, target: str
) -> None:
    assert refusal(fetch, target, tmp_path)
    assert refusal(fetch, site.serve("/away", status=302, Location=target), tmp_path)


def test_old_site_may_be_in_the_inner_network_but_not_link_local() -> None:
    own = "http://127.0.0.1:8080/blog"
    assert locate("http://127.0.0.1:8080/x.jpg", own).number == "127.0.0.1"
    for other in ("http://127.0.0.1:8081/x.jpg", "https://127.0.0.1:8080/x.jpg"):
        with pytest.raises(NotFetched, match="inner network"):
            locate(other, own)
    with pytest.raises(NotFetched, match="inner network"):
        locate("http://169.254.169.254/x", "http://169.254.169.254")


def test_connection_goes_to_the_number_that_was_looked_at() -> None:
    place = locate("http://localhost:8080/a?b=1", "http://localhost:8080")
    assert (place.url, place.authority) == ("http://127.0.0.1:8080/a?b=1", "localhost:8080")


def test_host_that_never_answers_is_given_up(site: OldSite, tmp_path: Path) -> None:
    fetch = Downloads("http://127.0.0.1:1")
    said = [refusal(fetch, "http://127.0.0.1:1/x.jpg", tmp_path) for _ in range(7)]
    fetch.close()
    assert "did not answer" in said[0]
    assert said[5:] == ["127.0.0.1 did not answer 5 times and is not asked again"] * 2

"""A public site as docs/run/install.md makes it: `init --production`, its units' commands, behind nginx and Caddy."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from commanding import run, run_program
from journeys.desk import Desk, at_desk
from journeys.published import Published, behind_caddy, behind_nginx, running
from journeys.visitor import PHONE, Visitor
from proxies import DOMAIN, Door, make_certificate, swap
from running import fetch, free_port, wait_until

pytestmark = pytest.mark.xdist_group("public site")

URL = f"https://{DOMAIN}"
ONE_YEAR = "public, max-age=31536000, immutable"
HEADLINE = "Mill opens its doors"
PROTOCOL = "performance.getEntriesByType('navigation')[0].nextHopProtocol"
CHOSEN = ["--domain", DOMAIN, "--name", "The Ledger", "--language", "en", "--language", "ar"]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("public")
    web = free_port()
    made = Published(folder / "ledger", make_certificate(folder), web, web + 1)
    run("init", made.directory, "--production", *CHOSEN)
    settings = made.directory / "settings.toml"
    text = swap(
        settings.read_text("utf-8"),
        ('# processor = "none"', 'processor = "sandbox"'),
        ("# sandbox_port = 8001", f"sandbox_port = {made.sandbox}"),
        ('# sandbox_url = ""', f'sandbox_url = "http://127.0.0.1:{made.sandbox}"'),
    )
    settings.write_text(text, encoding="utf-8")
    run_program("journeys/public.py", made.directory)
    with running(made.processes(), folder, SSL_CERT_FILE=str(made.certificate.chain)):
        # A request for the desk waits by itself until Django has loaded.
        wait_until(lambda: fetch(web, "/")[0] == 200, "the front page is served")
        yield made


@pytest.fixture(scope="module")
def nginx_door(
    published: Published, nginx: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    with behind_nginx(published, nginx, tmp_path_factory.mktemp("nginx")) as door:
        yield door


@pytest.fixture(scope="module")
def caddy_door(
    published: Published, caddy: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    with behind_caddy(published, caddy, tmp_path_factory.mktemp("caddy")) as door:
        yield door


@pytest.fixture(
    params=[
        pytest.param("nginx_door", marks=pytest.mark.nginx),
        pytest.param("caddy_door", marks=pytest.mark.caddy),
    ]
)
def door(request: pytest.FixtureRequest) -> Door:
    door: Door = request.getfixturevalue(request.param)
    return door


def test_http_leads_to_https_with_the_whole_address(door: Door) -> None:
    answer = door.get_plain("/search/?q=river%20bank")
    assert answer.status in (301, 308)
    assert answer.all("location") == [f"{URL}/search/?q=river%20bank"]


def test_page_arrives_as_the_newsstand_sent_it(door: Door, published: Published) -> None:
    known = []

    def is_known() -> bool:
        """Whether Brotli has come and the page is not sent again; it is pressed anew when its pictures' forms come."""
        answer = door.get("/", accept_encoding="br")
        (etag,) = answer.all("etag")
        again = door.get("/", accept_encoding="br", if_none_match=etag)
        sent = fetch(published.web, "/", **{"Accept-Encoding": "br"})[1]
        known.append(answer)
        return (
            answer.all("content-encoding") == ["br"] and again.status == 304 and answer.body == sent
        )

    wait_until(is_known, "a page in Brotli, as the newsstand sends it, that is not sent again")
    answer = known[-1]
    assert answer.status == 200
    assert answer.all("strict-transport-security") == ["max-age=31536000"]
    assert answer.all("cache-control") == ["no-cache"]
    assert answer.all("vary") == ["Accept-Encoding"]
    assert "'unsafe-inline'" not in answer.all("content-security-policy")[0]
    (etag,) = answer.all("etag")
    assert not etag.startswith("W/")


def test_files_of_a_page_may_be_kept_for_a_year(door: Door) -> None:
    page = door.get(story_path(door)).body.decode()
    files = re.findall(r'(?:href|src)="(/(?:assets|media)/[^"]+)"', page)
    assert {file.split("/")[1] for file in files} == {"assets", "media"}
    for file in files:
        answer = door.get(file)
        assert (answer.status, answer.all("cache-control")) == (200, [ONE_YEAR]), file


def test_readers_answers_set_no_cookie(door: Door) -> None:
    paths = ["/", story_path(door), "/give/", "/give/confirm/?amount=25", "/search/", "/missing/"]
    setting = [path for path in paths if door.get(path).all("set-cookie")]
    assert setting == []


def test_desks_cookies_are_for_https_and_the_desk_alone(door: Door) -> None:
    (cookie,) = door.get("/desk/login/").all("set-cookie")
    said = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/desk/", "SameSite=Lax"} <= said


def test_large_upload_reaches_the_desk(door: Door) -> None:
    sent = door.get("/desk/images/add/", method="POST", body=bytes(12_000_000))
    assert sent.status == 403  # from the desk, which misses its token


def test_other_host_is_not_the_desk_and_no_alarm(door: Door) -> None:
    assert b"password" not in door.get("/desk/login/", Host="evil.example").body.lower()


def test_processors_event_reaches_us_and_a_forged_one_is_refused(door: Door) -> None:
    forged = door.get("/processors/sandbox/events/", method="POST", body=b'{"id": "evt_1"}')
    assert forged.status == 400


def story_path(door: Door) -> str:
    found = re.search(r'href="(/\d{4}/\d\d/bridge-closes/)"', door.get("/").body.decode())
    assert found
    return found[1]


# In Chromium, behind nginx ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def host_rules(nginx_door: Door) -> str:
    plain, tls = (f"127.0.0.1:{port}" for port in (nginx_door.ports.http, nginx_door.ports.https))
    return f"MAP {DOMAIN}:80 {plain}, MAP {DOMAIN}:443 {tls}"


@pytest.fixture
def reader(browser: Browser, published: Published) -> Iterator[Visitor]:
    options = {"viewport": PHONE, "java_script_enabled": False, "ignore_https_errors": True}
    reader = Visitor(browser, URL, options)
    reader.hosts.add(f"127.0.0.1:{published.sandbox}")
    yield reader
    assert reader.context.cookies() == []
    assert (reader.strangers, reader.said) == ([], [])
    reader.close()


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[Desk]:
    desk = at_desk(browser, URL, "editor", ignore_https_errors=True)
    yield desk
    desk.close()


def rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.nginx
@pytest.mark.browser
def test_reader_gives_at_the_end_of_a_story(
    reader: Visitor, published: Published, nginx_door: Door
) -> None:
    data = published.directory / "data"
    known = "SELECT 1 FROM funding_processoraccount WHERE webhook_url <> ''"
    wait_until(lambda: rows(data / "newsroom.sqlite3", known), "the processor knows the newsroom")
    published.send_events_to(
        f"https://localhost:{nginx_door.ports.https}/processors/sandbox/events/"
    )
    page = reader.page
    page.goto(f"http://{DOMAIN}/")
    assert page.url == f"{URL}/"
    page.get_by_role("link", name="Bridge closes").first.click()
    page.get_by_role("link", name="$25", exact=True).click()
    page.get_by_role("textbox", name="E-mail").fill("sam@reader.example")
    page.get_by_role("button", name="Go to the checkout").click()
    assert page.url.startswith(f"http://127.0.0.1:{published.sandbox}/")
    page.get_by_role("button", name="Pay", exact=True).click()
    assert page.url.startswith(f"{URL}/give/thanks/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(page.get_by_role("main")).to_contain_text("Your gift of $25 has arrived.")
    taken = "SELECT answer FROM delivery WHERE state = 'done'"
    (store,) = (data / "sandbox").glob("*.sqlite3")
    wait_until(lambda: rows(store, taken), "an event came through the proxy")


@pytest.mark.nginx
@pytest.mark.browser
def test_desk_signs_in_over_https_and_takes_a_large_picture(
    desk: Desk, nginx_door: Door, tmp_path: Path
) -> None:
    cookies = desk.context.cookies()
    assert {cookie["name"] for cookie in cookies} == {"desk", "desk_csrf"}
    assert all(cookie["secure"] and cookie["httpOnly"] for cookie in cookies)
    assert {(cookie["path"], cookie["sameSite"]) for cookie in cookies} == {("/desk/", "Lax")}
    assert desk.page.evaluate(PROTOCOL) == "h2"
    mill = tmp_path / "mill.png"
    Image.linear_gradient("L").resize((2100, 2000)).convert("RGB").save(mill, compress_level=0)
    assert mill.stat().st_size > 12_000_000
    desk.write(HEADLINE)
    desk.upload_lead_picture(mill, shows="A brick mill", credit="Bo Reed")
    desk.publish()
    path = desk.live_address()
    wait_until(lambda: b"A brick mill" in nginx_door.get(path).body, "readers see the picture")
    page = nginx_door.get(path).body.decode()
    (link,) = re.findall(r'property="og:url" content="([^"]+)"', page)
    assert link.startswith(f"{URL}/2")


@pytest.mark.nginx
def test_guessing_passwords_is_slowed_down(nginx_door: Door) -> None:
    """The last test: everybody here has the same address."""
    # One after the other, a slow machine would slow them down by itself.
    with ThreadPoolExecutor(40) as at_once:
        answers = list(at_once.map(lambda _: nginx_door.get("/desk/login/"), range(40)))
    assert {answer.status for answer in answers} == {200, 429}
    assert nginx_door.get("/").status == 200

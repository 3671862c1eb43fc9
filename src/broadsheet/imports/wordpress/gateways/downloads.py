"""Fetching files from the old site: within limits of size and time, and believed only for what they hold."""

from __future__ import annotations

import re
import time
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from PIL import Image, UnidentifiedImageError

from broadsheet.imports.wordpress.errors import NotFetched
from broadsheet.imports.wordpress.gateways.hosts import Place, locate
from broadsheet.imports.wordpress.mapping.addresses import host_of

LARGEST = 60 * 1024 * 1024
"""Bytes of one file."""
LONGEST = 120.0
"""Seconds for one file, from the first request to the last byte."""
TIMEOUT = httpx.Timeout(20.0, connect=10.0)
MOST_REDIRECTS = 5
PATIENCE = 5
"""Times that a host may fail to answer before it is not asked again in this run."""
MOST_POINTS = 80_000_000

PICTURES = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}
DOCUMENTS = {
    ".pdf": b"%PDF-",
    **dict.fromkeys((".docx", ".odt", ".ods", ".pptx", ".xlsx", ".zip"), b"PK"),
}
"""Files that readers may download, and how each begins."""
WRITTEN = (".txt", ".csv")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched and looked into. Its name ends as what it is."""

    file: Path
    is_picture: bool


class Downloads:
    """Fetches over http and https. `own` is the old site's address, which alone may be in an inner network."""

    def __init__(self, own: str) -> None:
        self._own = own
        self._silent: Counter[str] = Counter()
        self._client = httpx.Client(
            timeout=TIMEOUT,
            trust_env=False,  # a proxy would resolve names by itself, past our refusal of inner networks
            headers={"Accept-Encoding": "identity", "User-Agent": "Broadsheet import"},
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def fetch(self, url: str, folder: Path) -> Fetched:
        """The file at an address, put into `folder`. Raises NotFetched, whose message says why."""
        host = host_of(url)
        if self._silent[host] >= PATIENCE:
            raise NotFetched(f"{host} did not answer {PATIENCE} times and is not asked again")
        try:
            file = self._fetch(url, folder)
        except NotFetched as error:
            self._silent[host] += error.is_silent
            raise
        return _looked_into(file)

    def _fetch(self, url: str, folder: Path) -> Path:
        end = time.monotonic() + LONGEST
        for _ in range(MOST_REDIRECTS + 1):
            place = locate(url, self._own)
            try:
                target = self._take(place, folder / _name_of(url), end)
            except httpx.HTTPError as error:
                is_silent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
                said = "did not answer" if is_silent else f"broke off ({type(error).__name__})"
                raise NotFetched(f"{place.host} {said}", is_silent=is_silent) from error
            if isinstance(target, Path):
                return target
            try:
                url = urljoin(url, target)
            except ValueError as error:
                raise NotFetched("it was redirected to no valid address") from error
        raise NotFetched(f"it was redirected more than {MOST_REDIRECTS} times")

    def _take(self, place: Place, file: Path, end: float) -> Path | str:
        """The file, or where a redirect leads."""
        with self._client.stream(
            "GET",
            place.url,
            headers={"Host": place.authority},
            extensions={"sni_hostname": place.host},
        ) as response:
            if response.is_redirect:
                return response.headers["location"]
            if response.status_code != 200:
                raise NotFetched(f"{place.host} answered {response.status_code}")
            self._save(response, file, end)
        return file

    def _save(self, response: httpx.Response, file: Path, end: float) -> None:
        size = 0
        with file.open("wb") as target:
            for piece in response.iter_raw(64 * 1024):
                size += len(piece)
                if size > LARGEST:
                    raise NotFetched(f"it is larger than {LARGEST // 1024 // 1024} MB")
                if time.monotonic() > end:
                    raise NotFetched(f"it took longer than {LONGEST:.0f} seconds")
                target.write(piece)
        promised = response.headers.get("content-length", "")
        if not size or (promised.isdecimal() and int(promised) != size):
            raise NotFetched("it came incomplete" if size else "it is empty")


def _name_of(url: str) -> str:
    """A file name of ours for an address: no path, no dots that hide, and not too long."""
    last = unquote(urlsplit(url).path, errors="ignore").rstrip("/").rpartition("/")[2]
    stem, dot, ending = last.rpartition(".")
    name = re.sub(r"[^\w-]+", "-", stem if dot else last).strip("-")[:80] or "file"
    return f"{name}.{re.sub(r'[^a-z0-9]', '', ending.lower())[:5]}" if dot else name


def _looked_into(file: Path) -> Fetched:
    """Say what a file is by what it holds, and name it so. Raises NotFetched for what no newsroom publishes."""
    picture = _picture_format(file)
    if picture:
        return Fetched(file.rename(file.with_suffix(PICTURES[picture])), is_picture=True)
    ending = file.suffix
    with file.open("rb") as opened:
        head = opened.read(1024)
    begins_well = ending in DOCUMENTS and head.startswith(DOCUMENTS[ending])
    is_written = (
        ending in WRITTEN
        and b"\0" not in head
        and not re.search(rb"<\s*(?:!doctype|html|script|\?)", head, re.IGNORECASE)
    )
    if begins_well or is_written:
        return Fetched(file, is_picture=False)
    kind = f"a {ending} file" if ending else "of no known kind"
    if re.search(rb"<\s*(?:!doctype|html)", head, re.IGNORECASE):
        kind = "a web page, not the file"
    raise NotFetched(
        f"it is {kind}; pictures and documents are brought over, sound and film stay where they are"
    )


def _picture_format(file: Path) -> str:
    """The format of a picture that can be read, empty where it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=list(PICTURES)) as opened:
                if opened.width * opened.height > MOST_POINTS:
                    raise NotFetched(f"it has more than {MOST_POINTS // 1_000_000} million points")
                opened.load()
                return str(opened.format)
    except UnidentifiedImageError:
        return ""
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotFetched("it is a damaged picture") from error

"""Telling a content delivery network what it has to let go of, in the form that it understands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from broadsheet.press.errors import NotTold

AT_ONCE = 30
"""Keys in one request; the strictest network takes so many."""

PATIENCE = httpx.Timeout(10.0)


@dataclass(frozen=True, slots=True)
class Network:
    """How a network is told: where, in which form (`keys`, `tags` or `paths`), by which method, with which secret.

    `address` may hold `{path}` and `{url}` in the form `paths`; `header` is a whole line, `Name: value`.
    """

    address: str
    form: str
    method: str
    header: str
    site: str

    def tell(self, keys: Iterable[str], paths: Iterable[str]) -> None:
        """Have it let go of all documents with these keys, or at these paths. Raises NotTold at the first failure."""
        name, _, value = self.header.partition(":")
        headers = {name.strip(): value.strip()} if name.strip() else {}
        with httpx.Client(timeout=PATIENCE, trust_env=False, headers=headers) as client:
            for address, more in self._requests(keys, paths):
                try:
                    answer = client.request(self.method, address, **more)
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    raise NotTold(
                        f"it cannot be reached: {error or type(error).__name__}"
                    ) from error
                if not answer.is_success:
                    raise NotTold(f"it answered {answer.status_code} {answer.reason_phrase}")

    def _requests(
        self, keys: Iterable[str], paths: Iterable[str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        if self.form == "paths":
            for path in sorted(paths):
                sent = quote(path, safe="/?=&:@!$'()*+,;~")
                url = quote(self.site.rstrip("/") + sent, safe="")
                yield self.address.replace("{path}", sent).replace("{url}", url), {}
            return
        ordered = sorted(keys)
        for first in range(0, len(ordered), AT_ONCE):
            some = ordered[first : first + AT_ONCE]
            if self.form == "tags":
                yield self.address, {"json": {"tags": some}}
            else:
                yield self.address, {"headers": {"Surrogate-Key": " ".join(some)}}

"""What a setting's value must be; each rule returns what is wrong with a value, in words that follow it, or None."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from email.utils import parseaddr
from ipaddress import ip_network
from urllib.parse import urlsplit
from zoneinfo import available_timezones

_ORIGIN = re.compile(r"https?://([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:\d{1,5})?/?")


def is_origin(value: str) -> str | None:
    if _ORIGIN.fullmatch(value):
        return None
    if not value.isascii():
        return "must be written in the letters a to z; a domain of others has a form that begins with xn--"
    return "must be an address such as https://example.org, in lower case and without a path"


def is_time_zone(value: str) -> str | None:
    if value in available_timezones():
        return None
    near = difflib.get_close_matches(value, available_timezones(), 1)
    return "is no time zone" + (
        f"; do you mean {near[0]}?" if near else "; an example is Europe/Lisbon"
    )


def are_languages(value: tuple[str, ...]) -> str | None:
    # Late, because the newsstand is to serve before anything of this size is loaded.
    from babel.core import Locale, UnknownLocaleError

    try:
        for code in value:
            Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return f"names “{code}”, which is no language; a language code is en, ar or pt-br"
    if not value or len(set(value)) < len(value) or any(code != code.lower() for code in value):
        return 'must list at least one language code, each once and in lower case, such as ["en", "ar"]'
    return None


def is_currency(value: str) -> str | None:
    if len(value) == 3 and value.isalpha() and value.isupper():
        return None
    return "must be a currency code of three capital letters, such as USD"


def are_currencies(value: tuple[str, ...]) -> str | None:
    if len(set(value)) == len(value) and not any(is_currency(code) for code in value):
        return None
    return 'must list currency codes of three capital letters, each once, such as ["EUR", "GBP"]'


def are_gifts(value: tuple[str, ...]) -> str | None:
    lines = [line.split() for line in value]
    known = {words[0] for words in lines if words}
    amounts = [word for words in lines for word in words[1:]]
    if (
        len(known) == len(lines)
        and not any(is_currency(code) for code in known)
        and all(2 <= len(words) <= 7 for words in lines)
        and all(re.fullmatch(r"[1-9]\d{0,8}(\.\d{1,3})?", word) for word in amounts)
    ):
        return None
    return (
        'must list one to six amounts for each currency, such as ["USD 10 25 50", "JPY 1000 3000"]'
    )


def is_amount(value: str) -> str | None:
    if value.isascii() and value.isdigit():
        return None
    return 'must be a whole amount in digits and quotes, such as "100"'


def is_port(value: int) -> str | None:
    return None if 1 <= value <= 65535 else "is no port; ports are the numbers 1 to 65535"


def is_days(value: int) -> str | None:
    return None if 0 <= value <= 36500 else "must be a number of days from 0 to 36500"


def is_line(value: str) -> str | None:
    return None if value.strip() and value.isprintable() else "must be one line that is not empty"


def is_node(value: str) -> str | None:
    if re.fullmatch(r"[a-z0-9-]{0,40}", value):
        return None
    return "must be a short name of small letters, digits and hyphens"


def is_sender(value: str) -> str | None:
    local, _at, domain = parseaddr(value)[1].rpartition("@")
    if local and domain and value.isprintable():
        return None
    return "must be an address such as news@example.org or The Ledger <news@example.org>"


def are_hosts(value: tuple[str, ...]) -> str | None:
    if all(re.fullmatch(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]", host) for host in value):
        return None
    return "must list host names in lower case, without http:// and without a port"


def are_networks(value: tuple[str, ...]) -> str | None:
    try:
        for one in value:
            ip_network(one)
    except ValueError:
        return f"names “{one}”, which is no address or network such as 10.0.0.2 or 10.0.0.0/24"
    return None


def between(least: int, most: int) -> Callable[[int], str | None]:
    def check(value: int) -> str | None:
        return None if least <= value <= most else f"must be from {least} to {most}"

    return check


def one_of(*choices: str) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        return None if value in choices else f"must be one of: {', '.join(choices)}"

    return check


def scheme(*schemes: str) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        if not value:
            return None
        try:
            parts = urlsplit(value)
            _valid_port = parts.port
        except ValueError as error:
            return f"cannot be read ({error}); special characters in a password are written as %40 and so on"
        if parts.scheme in schemes:
            return None
        return f"must begin with {' or '.join(s + '://' for s in schemes)}"

    return check


def is_cdn_address(value: str) -> str | None:
    """An address that may hold `{path}`, where a path will be."""
    return scheme("http", "https")(value.replace("{path}", "/"))


def is_header(value: str) -> str | None:
    """A header's whole line, or nothing."""
    if not value or re.fullmatch(r"[A-Za-z0-9-]+:[\x20-\x7e]+", value):
        return None
    return "must be the whole line of a header, as in Fastly-Key: abc"

"""The table of settings: each declared once, with where its value comes from; Django's own are in `settings`."""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from broadsheet.project import rules

PREFIX = "BROADSHEET_"
FILE_NAME = "settings.toml"
READING = Path("data") / "run" / "reading.sqlite3"
"""Where the newsstands leave their counts for the worker, in the newsroom's directory."""


class SettingsError(Exception):
    """A setting that cannot be used; the message names it, where it came from and how to mend it."""

    exit_status = 78  # EX_CONFIG of sysexits.h: no restart helps


def _setting(
    default: Any,
    help: str,  # noqa: A002 - the word that the table's readers expect
    *,
    check: Callable[[Any], str | None] | None = None,
    secret: bool = False,
    title: str = "",
) -> Any:
    return dataclasses.field(
        default=default,
        metadata={"help": help, "check": check, "secret": secret, "title": title},
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Values:
    """Every setting of a newsroom with its type, default and meaning; read by `load`."""

    name: str = _setting(
        "The Broadsheet",
        "What the newsroom is called on its pages and in its e-mail.",
        check=rules.is_line,
        title="The newsroom",
    )
    url: str = _setting(
        "http://127.0.0.1:8000",
        "Where readers find the site: scheme and host, no path.",
        check=rules.is_origin,
    )
    time_zone: str = _setting(
        "UTC",
        "The newsroom's time zone: its dates are shown and its addresses formed in it.",
        check=rules.is_time_zone,
    )
    languages: tuple[str, ...] = _setting(
        ("en",),
        "Language codes. The first is the site's own; each other has its prefix (/ar/).",
        check=rules.are_languages,
    )
    currency: str = _setting(
        "USD", "The currency that gifts are asked for in.", check=rules.is_currency
    )
    currencies: tuple[str, ...] = _setting(
        (),
        "Other currencies that gifts may be made in, each with a giving page of its own.",
        check=rules.are_currencies,
    )
    suggested_gifts: tuple[str, ...] = _setting(
        (),
        'Amounts to choose from, by currency: "USD 10 25 50". Usual ones where a currency is not named.',
        check=rules.are_gifts,
    )
    secret_key: str = _setting(
        "",
        "Signs sessions and links. `broadsheet init` makes one; a new one signs everybody out.",
        secret=True,
        title="Serving",
    )
    hosts: tuple[str, ...] = _setting(
        (),
        "Other host names that the desk answers to, besides that of `url`.",
        check=rules.are_hosts,
    )
    behind_proxy: bool = _setting(
        False,
        "Whether a proxy of yours sets X-Forwarded-Proto and X-Forwarded-For. Never true without one.",
    )
    proxies: tuple[str, ...] = _setting(
        ("127.0.0.1", "::1"),
        "Addresses or networks of these proxies; what anybody else says of where a request comes from is not believed.",
        check=rules.are_networks,
    )
    database_url: str = _setting(
        "",
        "postgres://user:password@host:5432/name; empty for SQLite in the data folder.",
        check=rules.scheme("postgres", "postgresql"),
        secret=True,
        title="Storing",
    )
    cache_url: str = _setting(
        "",
        "redis://host:6379/0; empty for a cache in memory.",
        check=rules.scheme("redis", "rediss"),
        secret=True,
    )
    bucket: str = _setting(
        "",
        "The name of an S3-compatible bucket for pictures and recordings; empty keeps them in the data folder only.",
    )
    bucket_url: str = _setting(
        "",
        "Where the bucket's service is: scheme and host; empty for Amazon's own.",
        check=rules.scheme("http", "https"),
    )
    bucket_region: str = _setting("us-east-1", "The region that the service wants to be named.")
    bucket_key: str = _setting("", "The access key that lets us in.")
    bucket_secret: str = _setting("", "Its secret.", secret=True)
    node: str = _setting(
        "",
        "This machine's name where several serve one newsroom (docs/run/nodes.md); empty on the only one.",
        check=rules.is_node,
    )
    cdn_address: str = _setting(
        "",
        "Where your content delivery network is told what changed (docs/run/cdn.md); empty tells nobody.",
        check=rules.is_cdn_address,
    )
    cdn_form: str = _setting(
        "keys",
        "How it is told: `keys` in a header, `tags` as JSON, or `paths`, a request for each.",
        check=rules.one_of("keys", "tags", "paths"),
    )
    cdn_method: str = _setting(
        "POST",
        "The method of these requests: `POST`, `PURGE` or `BAN`.",
        check=rules.one_of("POST", "PURGE", "BAN"),
    )
    cdn_header: str = _setting(
        "",
        "The header that lets us in, as a whole line: `Fastly-Key: …`.",
        check=rules.is_header,
        secret=True,
    )
    reading_kept: int = _setting(
        730,
        "Days that it is known how often each page was read, by nobody in particular; 0 counts nothing.",
        check=rules.is_days,
    )
    email: str = _setting(
        "file",
        "Where e-mail goes: `file` writes it to data/mail, `console` prints it, `smtp` sends it.",
        check=rules.one_of("file", "console", "smtp"),
        title="E-mail",
    )
    email_from: str = _setting(
        "newsroom@localhost",
        "The sender's address of what the newsroom sends.",
        check=rules.is_sender,
    )
    email_host: str = _setting("localhost", "The SMTP server's name.")
    email_port: int = _setting(587, "The SMTP server's port.", check=rules.is_port)
    email_user: str = _setting("", "The account at the SMTP server; empty for none.")
    email_password: str = _setting("", "Its password.", secret=True)
    email_security: str = _setting(
        "starttls",
        "How the connection is encrypted: `starttls`, `tls` or `none`.",
        check=rules.one_of("starttls", "tls", "none"),
    )
    statement_form: str = _setting(
        "general",
        "What yearly statements are: `general` (no tax receipt), `us`, `de`, `fr` or `gb` (docs/raise/statements.md).",
        check=rules.one_of("general", "us", "de", "fr", "gb"),
        title="Yearly statements",
    )
    legal_name: str = _setting("", "Who receives the gifts in law; empty for the newsroom’s name.")
    legal_address: str = _setting("", "Their postal address, its lines divided by commas.")
    tax_number: str = _setting("", "Their EIN, Steuernummer, SIREN or charity number.")
    tax_notice: str = _setting("", "What their tax office decided: kind of notice, office, day.")
    tax_purpose: str = _setting("", "The purpose that their gifts are recognised for.")
    processor: str = _setting(
        "none",
        "Who takes payments: `none`, `stripe`, or `sandbox`, which plays a payment processor without any money.",
        check=rules.one_of("none", "stripe", "sandbox"),
        title="Payments",
    )
    refund_alone: str = _setting(
        "100",
        "Up to this much, in `currency`, one person may give a gift back; above it a second must agree.",
        check=rules.is_amount,
    )
    challenge_after: int = _setting(
        3,
        "So many gifts an hour may begin from one e-mail address or line without proof that it is no machine.",
        check=rules.between(0, 100),
    )
    decline_alarm: int = _setting(
        50,
        "From this percentage of declined cards on, every gift has to be proven; 0 never looks.",
        check=rules.between(0, 100),
    )
    stripe_key: str = _setting(
        "",
        "The key of your account at Stripe. `broadsheet funding connect stripe` stores it.",
        secret=True,
    )
    stripe_webhook_secrets: tuple[str, ...] = _setting(
        (),
        "What Stripe signs its messages to us with; two, divided by a comma, while one is changed.",
        secret=True,
    )
    stripe_url: str = _setting(
        "https://api.stripe.com",
        "Where Stripe is asked; another address only to rehearse with something that plays Stripe.",
        check=rules.is_origin,
    )
    stripe_checkout_url: str = _setting(
        "https://checkout.stripe.com",
        "Where Stripe's checkout page is; another address only if you have a domain of your own there.",
        check=rules.is_origin,
    )
    sandbox_port: int = _setting(
        8001, "The port of the sandbox's own checkout page.", check=rules.is_port
    )
    sandbox_url: str = _setting(
        "",
        "Where a browser reaches the sandbox; empty for its port on the host of `url`.",
        check=rules.scheme("http", "https"),
    )
    sandbox_key: str = _setting("", "What we show the sandbox to be let in.", secret=True)
    sandbox_webhook_secret: str = _setting(
        "", "What the sandbox signs its messages to us with.", secret=True
    )

    @property
    def sandbox_address(self) -> str:
        """Where a browser reaches the sandbox: scheme, host and port, an origin of its own."""
        host = urlsplit(self.url).hostname
        return self.sandbox_url.rstrip("/") or f"http://{host}:{self.sandbox_port}"

    @property
    def checkout_origins(self) -> tuple[str, ...]:
        """Where the page that confirms a gift may lead on to: the checkout page of the processor."""
        origins = {"sandbox": self.sandbox_address, "stripe": self.stripe_checkout_url.rstrip("/")}
        origin = origins.get(self.processor)
        return (origin,) if origin else ()


@dataclasses.dataclass(frozen=True)
class Setting:
    """One row of the table."""

    name: str
    type: Any
    default: Any
    help: str
    check: Callable[[Any], str | None] | None
    secret: bool
    title: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()


def table() -> Iterator[Setting]:
    """All settings in the order of their declaration."""
    hints = get_type_hints(Values)
    for field in dataclasses.fields(Values):
        yield Setting(field.name, hints[field.name], field.default, **field.metadata)


def newsroom_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """The directory that BROADSHEET_DIR names. Raises SettingsError where it is not a newsroom's."""
    named = environ.get(PREFIX + "DIR")
    if not named:
        raise SettingsError(
            "Which newsroom? Name its directory with --dir DIR or in BROADSHEET_DIR."
        )
    directory = Path(named).resolve()
    if not (directory / FILE_NAME).is_file():
        raise SettingsError(
            f"{directory} is not a newsroom directory: it has no {FILE_NAME}. "
            f"Make one with: broadsheet init {named}"
        )
    return directory


def load(directory: Path, environ: Mapping[str, str] = os.environ) -> Values:
    """The settings of a newsroom directory.

    Each comes from the first of: the variable BROADSHEET_<NAME>, the file that BROADSHEET_<NAME>_FILE
    names, the file secrets/<name>, settings.toml, its default. Raises SettingsError for a mistake in any.
    """
    written = _read_file(directory / FILE_NAME)
    found = (_find(setting, directory, written, environ) for setting in table())
    return Values(**{name: value for name, value in found if value is not None})


def need_key(directory: Path, values: Values) -> None:
    """Raise SettingsError for a newsroom without the one secret that nothing works without."""
    if not values.secret_key:
        raise SettingsError(
            f"{directory} has no secret key. Restore secrets/secret_key from a backup, or make a new one "
            "(everybody has to sign in again): openssl rand -hex 32 > secrets/secret_key"
        )


def need_shared(values: Values) -> None:
    """Raise SettingsError for one machine of several that would keep to itself what all of them need."""
    wanted = {
        "database_url (PostgreSQL)": bool(values.database_url),
        "bucket": bool(values.bucket),
        "processor: the sandbox is on one machine only": values.processor != "sandbox",
    }
    missing = [name for name, is_there in wanted.items() if not is_there]
    if values.node and missing:
        raise SettingsError(
            f"Several machines serve this newsroom (node is “{values.node}”), which needs another "
            f"{'; '.join(missing)}. Set it, or empty node."
        )


def chosen_values(chosen: Mapping[str, Any]) -> Values:
    """Settings of which some are chosen and all others have their default. Raises SettingsError."""
    rows = {setting.name: setting for setting in table()}
    return Values(
        **{name: _checked(rows[name], value, "what you chose") for name, value in chosen.items()}
    )


def _read_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        last = f"at the end, line {len(path.read_text(encoding='utf-8').splitlines())}"
        raise SettingsError(
            f"{path} cannot be read: {str(error).replace('at end of document', last)}. "
            "Strings need quotes; lists need [ ]; each setting stands there once."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from error
    names = [setting.name for setting in table()]
    for key in values:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1)
            mend = (
                f"Do you mean “{near[0]}”?"
                if near
                else "Remove it; docs/run/configuration.md lists all."
            )
            raise SettingsError(f"{path} has a setting “{key}” that does not exist. {mend}")
    return values


def _find(
    setting: Setting, directory: Path, written: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[str, Any]:
    """The setting's name and its checked value, None where nobody sets it."""
    variable = setting.variable
    secret = directory / "secrets" / setting.name
    if variable in environ:
        return setting.name, _checked(
            setting, _parsed(setting, environ[variable], variable), variable
        )
    for source in (environ.get(variable + "_FILE"), str(secret) if secret.is_file() else None):
        if source:
            return setting.name, _checked(
                setting, _parsed(setting, _contents(source), source), source
            )
    if setting.name in written:
        source = str(directory / FILE_NAME)
        return setting.name, _checked(
            setting, _typed(setting, written[setting.name], source), source
        )
    return setting.name, None


def _contents(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read: {error}. Correct its name or its permissions."
        ) from error


def _parsed(setting: Setting, text: str, source: str) -> Any:
    """A value from text: an environment variable or a file of its own."""
    if setting.type is bool:
        if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise SettingsError(f"{setting.name} in {source} must be true or false, not “{text}”.")
        return text.lower() in ("true", "1", "yes")
    if setting.type is int:
        if not text.isascii() or not text.isdigit():
            raise SettingsError(f"{setting.name} in {source} must be a whole number, not “{text}”.")
        return int(text)
    if isinstance(setting.type, types.GenericAlias):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _typed(setting: Setting, value: Any, source: str) -> Any:
    """A value from TOML, whose type must be the declared one."""
    if isinstance(setting.type, types.GenericAlias):
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return tuple(value)
        raise SettingsError(
            f'{setting.name} in {source} must be a list of strings, such as ["a", "b"].'
        )
    if type(value) is not setting.type:
        kind = {str: "text in quotes", int: "a whole number", bool: "true or false"}[setting.type]
        raise SettingsError(f"{setting.name} in {source} must be {kind}, not {value!r}.")
    return value


def _checked(setting: Setting, value: Any, source: str) -> Any:
    problem = setting.check(value) if setting.check else None
    if problem:
        text = ", ".join(value) if isinstance(value, tuple) else value
        shown = "its value" if setting.secret else f"“{' '.join(str(text).split())}”"
        raise SettingsError(f"{setting.name} in {source} is wrong: {shown} {problem}.")
    return value

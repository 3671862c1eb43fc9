"""The table of settings: each declared once, with its type, default and meaning; `env` says where values come from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from broadsheet.project import rules

PREFIX = "BROADSHEET_"


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

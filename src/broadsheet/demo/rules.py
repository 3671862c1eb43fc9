"""Who gives what, when and with which words: decided by dice that always fall the same way."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from typing import TypeVar

from broadsheet.demo.dice import Dice
from broadsheet.demo.reading import CONTENT

T = TypeVar("T")

DOMAIN = "post.example"
NEWEST = dt.timedelta(minutes=25)


@dataclass(frozen=True, slots=True)
class Words:
    """What the campaign says in one language."""

    title: str
    summary: str
    story: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """The campaign; `goal` in whole major units of the currency, `opened` and `runs` from now back and on."""

    slug: str
    goal: int
    currency: str
    opened: dt.timedelta
    runs: dt.timedelta
    words: dict[str, Words]


@dataclass(frozen=True, slots=True)
class Gift:
    """One invented person's gift; `amount` in whole major units of the currency."""

    name: str
    email: str
    language: str
    amount: int
    age: dt.timedelta
    anonymous: bool
    message: str


def read_campaign() -> Campaign:
    table = tomllib.loads((CONTENT / "campaign.toml").read_text("utf-8"))
    return Campaign(
        slug=table["slug"],
        goal=table["goal"],
        currency=table["currency"],
        opened=dt.timedelta(days=table["opened_days_ago"]),
        runs=dt.timedelta(days=table["closes_in_days"]),
        words={language: Words(**table[language]) for language in ("en", "ar")},
    )


def gifts() -> tuple[Gift, ...]:
    """All gifts of the campaign, from the oldest to the newest; the same ones each time."""
    table = tomllib.loads((CONTENT / "campaign.toml").read_text("utf-8"))
    chosen, dice = table["supporters"], Dice("supporters")
    amounts = [int(amount) for amount, times in chosen["amounts"].items() for _ in range(times)]
    people = _people(chosen["names"], len(amounts), dice)
    words = {code: list(lines) for code, lines in chosen["messages"].items()}
    span = dt.timedelta(days=table["opened_days_ago"]) - NEWEST
    made = []
    for (name, email, language), amount in zip(people, _shuffled(amounts, dice), strict=True):
        speaks = words[language] and dice.happens(0.4 if language == "ar" else 0.16)
        gift = Gift(
            name=name,
            email=email,
            language=language,
            amount=amount,
            age=NEWEST + span * dice.fraction() ** 1.2,
            anonymous=dice.happens(chosen["anonymous_percent"] / 100),
            message=words[language].pop(0) if speaks else "",
        )
        made.append(gift)
    return tuple(sorted(made, key=lambda gift: gift.age, reverse=True))


def _people(names: dict[str, list[str]], count: int, dice: Dice) -> list[tuple[str, str, str]]:
    """Name, e-mail address and language of `count` different people."""
    arabic = [(name, f"reader-{n}@{DOMAIN}", "ar") for n, name in enumerate(names["arabic"], 1)]
    pairs = _shuffled([(g, f) for g in names["given"] for f in names["family"]], dice)
    english = [
        (f"{given} {family}", f"{given}.{family}@{DOMAIN}".lower(), "en")
        for given, family in pairs[: count - len(arabic)]
    ]
    return _shuffled(arabic + english, dice)


def _shuffled(items: list[T], dice: Dice) -> list[T]:
    mixed = list(items)
    for last in range(len(mixed) - 1, 0, -1):
        other = dice.whole(0, last)
        mixed[last], mixed[other] = mixed[other], mixed[last]
    return mixed

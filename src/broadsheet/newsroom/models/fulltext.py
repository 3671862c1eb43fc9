"""The words of public stories in the index of SQLite or PostgreSQL: the search's only SQL of one database.

A story is a set of tokens: its words as `rules.words` cuts them; those of its headline once more as
`h:word`, those that say what it is about as `l:word`; its marks as `=p12`, its language as `=en`, its month
as `=m202611`. Both databases answer which stories have certain tokens, newest first, without reading a text.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connections, transaction

from broadsheet.newsroom.models.searching import SearchEntry, SearchMark, SearchWord, second_of

ENTRY, MARK, WORD = (model._meta.db_table for model in (SearchEntry, SearchMark, SearchWord))
INDEX = "newsroom_search"
"""SQLite: the table of tokens and texts beside the entries. PostgreSQL: the index over the entries' tokens."""

_LEAST, _MOST = -(2**63), 2**63 - 1
_DOUBLE, _SINGLE = '"', "'"
# That a mark has a story is said for PostgreSQL, which can read them all by their index then, once.
_SILENT = f"NOT EXISTS (SELECT 1 FROM {MARK} m WHERE m.story IS NOT NULL AND m.story = e.story)"  # noqa: S608 - names of ours


@dataclass(frozen=True, slots=True)
class Indexed:
    """A story as it enters the index. `text` is its folded words, as `running` makes it."""

    place: int
    story: int
    language: str
    marks: str
    version: int
    words: frozenset[str]
    tokens: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Sought:
    """What stories must have: of each group one token, none of `unwanted`, a place from `first` to `last`."""

    language: str
    groups: tuple[tuple[str, ...], ...]
    unwanted: tuple[str, ...] = ()
    first: int = _LEAST
    last: int = _MOST


Row = tuple[int, str]
"""A place and its marks."""

MOST = 5000
"""Up to so many stories are all found; of more, only the newest."""

SOME = 1000
"""How many of the newest are found where there are more than `MOST`."""


@dataclass(frozen=True, slots=True)
class Found:
    """Stories that have what was sought, newest first: all of them, or some where there are more than `MOST`."""

    rows: list[Row]
    is_all: bool


def running(fields: Iterable[Sequence[str]]) -> str:
    """Words in their order, one field after the other, so that a phrase is found in one field only."""
    return "\n".join(f" {' '.join(words)} " for words in fields)


def month_token(place: int) -> str:
    """The token of the month (UTC) that a place lies in."""
    return f"=m{dt.datetime.fromtimestamp(second_of(place), dt.UTC):%Y%m}"


# Both databases, in the same order ------------------------------------------------------------


def install(alias: str = "default") -> None:
    """Make what the index needs where it is missing. Follows every migration."""
    with connections[alias].cursor() as cursor:
        for statement in _INSTALL[connections[alias].vendor]:
            cursor.execute(statement)


def on_migrated(using: str = "default", **_: Any) -> None:
    """Install once the tables are there."""
    if ENTRY in connections[using].introspection.table_names():
        install(using)


def empty() -> None:
    """Forget every entry and word, and make the index itself anew."""
    SearchWord.objects.all().delete()
    with connections["default"].cursor() as cursor:
        cursor.execute(f"DELETE FROM {ENTRY}")  # noqa: S608 - a name of ours
        if _is_sqlite():
            cursor.execute(f"DROP TABLE IF EXISTS {INDEX}")
    install()


def tidy() -> None:
    """Bring the index into the form that is read fastest, after many changes. Takes seconds to minutes."""
    with connections["default"].cursor() as cursor:
        if _is_sqlite():
            cursor.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES('optimize')")
        else:
            cursor.execute(f"ANALYZE {ENTRY}")


def be_alone() -> None:
    """Wait until no other process writes the index; holds until the transaction ends."""
    if not _is_sqlite():  # whose transactions are alone anyhow
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [INDEX])


def drop(stories: Iterable[int]) -> None:
    """Take stories out of the index; one that is not in it is no harm."""
    entries = SearchEntry.objects.filter(story__in=list(stories))
    if _is_sqlite():
        with connections["default"].cursor() as cursor:
            gone = [[place] for place in entries.values_list("place", flat=True)]
            cursor.executemany(f"DELETE FROM {INDEX} WHERE rowid = %s", gone)  # noqa: S608
    entries.delete()


def put(found: Sequence[Indexed]) -> None:
    """Take stories into the index, each in place of what was known of it."""
    drop(one.story for one in found)
    rows = [(one.place, one.story, one.language, one.marks, one.version) for one in found]
    contents = [(_document(one), one.text) for one in found]
    columns = "place, story, language, marks, version"
    with connections["default"].cursor() as cursor:
        if _is_sqlite():
            cursor.executemany(f"INSERT INTO {ENTRY} ({columns}) VALUES (%s, %s, %s, %s, %s)", rows)  # noqa: S608
            cursor.executemany(f"DELETE FROM {INDEX} WHERE rowid = %s", [row[:1] for row in rows])  # noqa: S608
            cursor.executemany(
                f"INSERT INTO {INDEX} (rowid, tokens, words) VALUES (%s, %s, %s)",  # noqa: S608
                [(row[0], *content) for row, content in zip(rows, contents, strict=True)],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {ENTRY} ({columns}, tokens, words)"  # noqa: S608
                " VALUES (%s, %s, %s, %s, %s, %s::tsvector, %s)",
                [(*row, *content) for row, content in zip(rows, contents, strict=True)],
            )


def find(*questions: Sought) -> list[Found]:
    """For each question the stories that have what is sought, newest first; none of which a change waits to be
    looked at."""
    with connections["default"].cursor() as cursor:
        if _is_sqlite():
            return [_find_on_sqlite(cursor, sought) for sought in questions]
        with transaction.atomic():
            cursor.execute(_POSTGRES_SETTINGS)
            return [_find_on_postgres(cursor, sought) for sought in questions]


def holding(places: Sequence[int], phrase: Sequence[str]) -> set[int]:
    """Those of the places whose story has the words of a phrase one after the other in one field."""
    needle = f" {' '.join(phrase)} "
    with connections["default"].cursor() as cursor:
        if _is_sqlite():
            marks = ",".join(["%s"] * len(places))
            cursor.execute(
                f"SELECT rowid FROM {INDEX} WHERE rowid IN ({marks}) AND instr(words, %s)",  # noqa: S608
                [*places, needle],
            )
        else:
            cursor.execute(
                f"SELECT place FROM {ENTRY} WHERE place = ANY(%s) AND strpos(words, %s) > 0",  # noqa: S608
                [list(places), needle],
            )
        return {place for (place,) in cursor.fetchall()}


def learn(language: str, words: Sequence[str]) -> None:
    """Keep words of a language's stories; those that are kept already are no harm."""
    listed = "SELECT %s, value FROM json_each(%s)"
    if not _is_sqlite():
        listed = "SELECT %s, value FROM json_array_elements_text(%s::json) AS value"
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {WORD} (language, word) {listed} WHERE true ON CONFLICT DO NOTHING",
            [language, json.dumps(words)],
        )


def words_beginning(language: str, start: str, limit: int) -> list[str]:
    """The shortest words of a language's stories that begin with some letters."""
    with connections["default"].cursor() as cursor:
        # LIKE finds its index only here, a range only there. Words hold neither % nor _.
        if _is_sqlite():
            condition, values = "word >= %s AND word < %s", [start, start + chr(0x10FFFF)]
        else:
            condition, values = "word LIKE %s", [f"{start}%"]
        cursor.execute(
            f"SELECT word FROM {WORD} WHERE language = %s AND {condition}"  # noqa: S608
            " ORDER BY length(word), word LIMIT %s",
            [language, *values, limit],
        )
        return [word for (word,) in cursor.fetchall()]


# One database or the other --------------------------------------------------------------------

_INSTALL = {
    "sqlite": [
        # The words come first: what is read of a story is read from its beginning.
        f"""CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(words UNINDEXED, tokens,
        detail=none, columnsize=0, tokenize="ascii tokenchars ':='")"""
    ],
    "postgresql": [
        f"ALTER TABLE {ENTRY} ADD COLUMN IF NOT EXISTS tokens tsvector",
        f"ALTER TABLE {ENTRY} ADD COLUMN IF NOT EXISTS words text",
        # Rows stay narrow: lists are read without the texts, which lie apart and are not packed.
        f"ALTER TABLE {ENTRY} SET (toast_tuple_target = 128)",
        f"ALTER TABLE {ENTRY} ALTER COLUMN words SET STORAGE EXTERNAL",
        f"CREATE INDEX IF NOT EXISTS {INDEX} ON {ENTRY} USING gin (tokens) WITH (fastupdate = off)",
        f"CREATE INDEX IF NOT EXISTS {WORD}_beginning ON {WORD} (language, word varchar_pattern_ops)",
    ],
}

_SQLITE_COUNT = (
    f"SELECT count(*) FROM (SELECT 1 FROM {INDEX} "  # noqa: S608
    f"WHERE {INDEX} MATCH %s AND rowid BETWEEN %s AND %s LIMIT %s)"
)
_SQLITE_FIND = (
    f"SELECT e.place, e.marks FROM {INDEX} s CROSS JOIN {ENTRY} e ON e.place = s.rowid "  # noqa: S608
    f"WHERE s.{INDEX} MATCH %s AND s.rowid BETWEEN %s AND %s AND {_SILENT} "
    "ORDER BY s.rowid DESC LIMIT %s"
)
# `+ 0`: no condition and no order but the words' may lead it to an index.
_POSTGRES_FIND = (
    f"SELECT e.place, e.marks FROM {ENTRY} e WHERE e.tokens @@ %s::tsquery "  # noqa: S608
    f"AND e.language = %s AND e.place + 0 BETWEEN %s AND %s AND {_SILENT} "
)
_POSTGRES_NTH = (
    f"SELECT place FROM {ENTRY} WHERE place BETWEEN %s AND %s "  # noqa: S608
    "ORDER BY place DESC OFFSET %s LIMIT 1"
)
_POSTGRES_SETTINGS = "SELECT " + ", ".join(
    f"set_config('{setting}', '{value}', true)"
    for setting, value in (
        ("enable_seqscan", "off"),
        ("enable_indexscan", "off"),
        ("enable_nestloop", "off"),
        ("max_parallel_workers_per_gather", "0"),
        ("jit", "off"),
    )
)
"""Until the transaction ends. Whatever it believes of their frequency, the words' own index is the quickest way to
them: any other reads the tokens of story after story. Without nested loops marks are not looked for once a story."""


def _is_sqlite() -> bool:
    return connections["default"].vendor == "sqlite"


def _document(one: Indexed) -> str:
    tokens = sorted(one.tokens)
    if _is_sqlite():
        return " ".join([*tokens, f"={one.language}"])
    return " ".join(f"'{token}'" for token in [*tokens, month_token(one.place)])


def _match(sought: Sought) -> str:
    """The query in the language of SQLite's FTS5."""
    groups = [(f"={sought.language}",), *sought.groups]
    wanted = " AND ".join(_one_of(group, _DOUBLE, " OR ") for group in groups)
    if sought.unwanted:
        wanted = f"({wanted}) NOT {_one_of(sought.unwanted, _DOUBLE, ' OR ')}"
    return wanted


def _tsquery(sought: Sought) -> str:
    """The query in the language of PostgreSQL's tsquery."""
    parts = [_one_of(group, _SINGLE, " | ") for group in sought.groups]
    if sought.unwanted:
        parts.append(f"!{_one_of(sought.unwanted, _SINGLE, ' | ')}")
    return " & ".join(parts)


def _one_of(tokens: Sequence[str], quote: str, mark: str) -> str:
    """Any of some tokens. None holds a quotation mark: `rules.words` leaves letters and digits only."""
    return f"({mark.join(f'{quote}{token}{quote}' for token in tokens)})"


def _find_on_sqlite(cursor: Any, sought: Sought) -> Found:
    values = [_match(sought), sought.first, sought.last]
    cursor.execute(_SQLITE_COUNT, [*values, MOST + 1])
    is_all = cursor.fetchone()[0] <= MOST
    cursor.execute(_SQLITE_FIND, [*values, MOST if is_all else SOME])
    return Found(cursor.fetchall(), is_all)


def _find_on_postgres(cursor: Any, sought: Sought) -> Found:
    if sought.first > _LEAST and sought.last < _MOST:
        sought = _in_months(sought, sought.first, sought.last)
    values = [_tsquery(sought), sought.language, sought.first, sought.last]
    cursor.execute(f"{_POSTGRES_FIND} LIMIT %s", [*values, MOST + 1])
    rows: list[Row] = cursor.fetchall()
    if len(rows) <= MOST:
        return Found(sorted(rows, reverse=True), is_all=True)
    return Found(_newest(cursor, sought), is_all=False)


def _newest(cursor: Any, sought: Sought) -> list[Row]:
    """`SOME` of very many, which to sort would take too long: they are looked for in the newest months,
    as many as it takes."""
    newest, window = _nth_newest(cursor, sought, 0), SOME * 2
    while True:
        oldest = _nth_newest(cursor, sought, window)
        inside = sought
        if newest is not None and oldest is not None:
            inside = _in_months(sought, oldest, newest)
        cursor.execute(
            f"{_POSTGRES_FIND} ORDER BY e.place + 0 DESC LIMIT %s",
            [_tsquery(inside), sought.language, sought.first, sought.last, SOME],
        )
        rows: list[Row] = cursor.fetchall()
        if len(rows) == SOME or inside is sought:
            return rows
        window = max(window * 2, int(1.5 * window * SOME / (len(rows) + 1)))


def _nth_newest(cursor: Any, sought: Sought, number: int) -> int | None:
    """The place of the story that so many are newer than, in any language; None where there is none."""
    cursor.execute("SET LOCAL enable_indexscan = on")  # along the places
    cursor.execute(_POSTGRES_NTH, [sought.first, sought.last, number])
    found = cursor.fetchone()
    cursor.execute("SET LOCAL enable_indexscan = off")
    return found[0] if found else None


def _in_months(sought: Sought, oldest: int, newest: int) -> Sought:
    """What is sought, in the months (UTC) from one place to another: their tokens are found as words are."""
    first, last = (
        dt.datetime.fromtimestamp(second_of(place), dt.UTC) for place in (oldest, newest)
    )
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    months = tuple(f"=m{number // 12:04d}{number % 12 + 1:02d}" for number in numbers)
    return replace(sought, groups=(*sought.groups, months))

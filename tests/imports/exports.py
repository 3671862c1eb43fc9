"""Writes WordPress exports for tests, from three lines to hundreds of megabytes.

As a program it writes a large one: `python tests/imports/exports.py FILE --posts 10000` or `--megabytes 300`.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

SITE = "https://old.example"
NAMESPACES = """xmlns:excerpt="http://wordpress.org/export/{0}/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/{0}/\""""
WORDS = "river council bridge flood budget vote mayor street water school tram market nurse rent court".split()


def cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def item(
    ident: int | str, title: str = "A story", content: str = "<p>Words.</p>", **more: Any
) -> str:
    """One `<item>`; what is None is left out."""
    kind = more.pop("kind", "post")
    slug = more.pop("slug", f"story-{ident}")
    labels = more.pop("labels", [("category", "city", "City")])
    meta = more.pop("meta", {})
    extra = more.pop("extra", "")
    fields: dict[str, Any] = {
        "title": title,
        "link": f"{SITE}/2020/01/{slug}/",
        "pubDate": "Wed, 15 Jan 2020 10:00:00 +0000",
        "dc:creator": "ann",
        "guid": f"{SITE}/?p={ident}",
        "content:encoded": content,
        "excerpt:encoded": "",
        "wp:post_id": ident,
        "wp:post_date": "2020-01-15 10:00:00",
        "wp:post_date_gmt": "2020-01-15 10:00:00",
        "wp:post_modified_gmt": "2020-01-16 11:00:00",
        "wp:post_name": slug,
        "wp:status": "publish",
        "wp:post_parent": 0,
        "wp:post_type": kind,
        "wp:post_password": "",
        "wp:is_sticky": 0,
        **{name.replace("__", ":"): value for name, value in more.items()},
    }
    lines = [
        f"<{name}>{cdata(str(value))}</{name}>"
        for name, value in fields.items()
        if value is not None
    ]
    lines += [
        f'<category domain="{domain}" nicename="{escape(slug)}">{cdata(name)}</category>'
        for domain, slug, name in labels
    ]
    lines += [
        f"<wp:postmeta><wp:meta_key>{cdata(key)}</wp:meta_key><wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>"
        for key, value in meta.items()
    ]
    return "<item>\n" + "\n".join(lines) + f"\n{extra}</item>\n"


def attachment(ident: int, url: str, **more: Any) -> str:
    given = {
        "wp__status": "inherit",
        "wp__attachment_url": url,
        "labels": [],
        "content": "",
        "guid": url,
    }
    return item(ident, more.pop("title", "A picture"), kind="attachment", **{**given, **more})


def category(slug: str, name: str, parent: str = "", ident: int = 1) -> str:
    return (
        f"<wp:category><wp:term_id>{ident}</wp:term_id><wp:category_nicename>{cdata(slug)}</wp:category_nicename>"
        f"<wp:category_parent>{cdata(parent)}</wp:category_parent><wp:cat_name>{cdata(name)}</wp:cat_name></wp:category>\n"
    )


def author(login: str, name: str, biography: str = "") -> str:
    return (
        f"<wp:author><wp:author_login>{cdata(login)}</wp:author_login><wp:author_email>secret@old.example"
        f"</wp:author_email><wp:author_display_name>{cdata(name)}</wp:author_display_name>"
        f"<wp:author_description>{cdata(biography)}</wp:author_description></wp:author>\n"
    )


def head(before: str = "", *, version: str = "1.2", site: str = SITE) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" {NAMESPACES.format(version)}>\n<channel>\n'
        f"<title>The Old Example</title>\n<link>{site}</link>\n<wp:wxr_version>{version}</wp:wxr_version>\n"
        f"<wp:base_site_url>{site}</wp:base_site_url>\n<wp:base_blog_url>{site}</wp:base_blog_url>\n{before}"
    )


FOOT = "</channel>\n</rss>\n"


def export(*items: str, before: str | None = None, **more: Any) -> str:
    """A whole export."""
    usual = author("ann", "Ann Bell", "Ann reports.") + category("city", "City")
    return head(usual if before is None else before, **more) + "".join(items) + FOOT


def many(posts: int, seed: int = 7) -> Iterator[str]:
    """The text of an export of that many posts, in pieces; some link to each other."""
    dice = random.Random(seed)
    sections = "".join(category(f"section-{n}", f"Section {n}", ident=n) for n in range(1, 9))
    people = "".join(author(f"writer{n}", f"Writer {n}") for n in range(1, 21))
    yield head(people + sections)
    for ident in range(1, posts + 1):
        year, month, day = 2005 + ident * 15 // posts, dice.randint(1, 12), dice.randint(1, 28)
        date = f"{year}-{month:02}-{day:02} {dice.randint(0, 23):02}:{dice.randint(0, 59):02}:00"
        yield item(
            ident,
            f"{' '.join(dice.choices(WORDS, k=6)).capitalize()} {ident}",
            "\n\n".join(_paragraphs(dice, ident, posts)),
            **{
                "dc:creator": f"writer{dice.randint(1, 20)}",
                "wp:post_date_gmt": date,
                "wp:post_modified_gmt": date,
            },
            link=f"{SITE}/{year}/{month:02}/{day:02}/story-{ident}/",
            excerpt__encoded=" ".join(dice.choices(WORDS, k=15)),
            labels=[
                ("category", f"section-{dice.randint(1, 8)}", "Section"),
                *(("post_tag", f"tag-{n}", f"Tag {n}") for n in dice.sample(range(200), 3)),
            ],
        )
    yield FOOT


def _paragraphs(dice: random.Random, ident: int, posts: int) -> Iterable[str]:
    for _ in range(10):
        yield " ".join(dice.choices(WORDS, k=70))
    if ident % 5 == 0:
        yield f'As <a href="{SITE}/?p={dice.randint(1, posts)}">we reported</a>, nothing changed.'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--posts", type=int, default=0)
    parser.add_argument("--megabytes", type=int, default=0)
    chosen = parser.parse_args()
    posts = chosen.posts or chosen.megabytes * 1_000_000 // 6_400
    with chosen.file.open("w", encoding="utf-8") as file:
        for piece in many(posts):
            file.write(piece)


if __name__ == "__main__":
    main()

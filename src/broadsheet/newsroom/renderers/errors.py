"""Errors (plain)."""

from broadsheet.kit.public import Document
from broadsheet.newsroom.models import Article


def missing_document(code: str) -> Document | None:
    prefix = "" if code == "en" else f"/{code}"
    return Document(f"{prefix}/404/", b"<!doctype html><title>Not found</title>", status=404)


def gone(story: Article) -> Document | None:
    return Document(story.address or "", b"<!doctype html><title>Gone</title>", status=410)

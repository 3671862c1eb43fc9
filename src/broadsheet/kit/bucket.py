"""An S3-compatible bucket: files that several machines share, by key."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import obstore
from django.conf import settings
from obstore.exceptions import BaseError
from obstore.store import S3Store

PATIENCE = dt.timedelta(seconds=20)
"""How long a request is tried again before it counts as failed."""

TRIES = 4

NO_BUCKET = "<Code>NoSuchBucket</Code>"


class BucketAway(Exception):
    """The bucket did not do what it was asked; what it has is not known. No OSError: nothing is wrong with the file."""


class Bucket:
    """Files by key. Each is whole or absent. What is put is durable when `put` returns.

    All raise BucketAway where the bucket cannot be reached or refuses.
    """

    def __init__(self, store: S3Store) -> None:
        self._store = store

    def put(self, key: str, file: bytes | Path) -> None:
        """Store a file in place of whatever has the key."""
        with _asking(key):
            obstore.put(self._store, key, file)

    def get(self, key: str) -> Iterator[bytes]:
        """A file in pieces. Raises FileNotFoundError where there is none, before the first of them."""
        with _asking(key):
            for piece in obstore.get(self._store, key).stream():
                yield bytes(piece)

    def delete(self, keys: Iterable[str]) -> None:
        """Remove files; those that are not there are passed by."""
        for key in keys:
            with _asking(key):
                obstore.delete(self._store, key)

    def under(self, prefix: str) -> Iterator[tuple[str, dt.datetime]]:
        """All files whose keys begin with `prefix`, which ends with a slash: what follows it, and when each was put."""
        with _asking(prefix):
            for some in obstore.list(self._store, prefix):
                for one in some:
                    yield one["path"].removeprefix(prefix), one["last_modified"]


@contextmanager
def _asking(key: str) -> Iterator[None]:
    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        # No file of this name, or no such bucket at all: S3 says both with 404 (its API, "Error responses").
        if isinstance(error, FileNotFoundError) and NO_BUCKET not in str(error):
            raise
        said = str(error).partition("\n")[0]
        raise BucketAway(
            f"The bucket did not do what it was asked with {key}: {said} Is its service up, and are bucket, "
            "bucket_url, bucket_region, bucket_key and secrets/bucket_secret right?"
        ) from error


def bucket() -> Bucket:
    """The newsroom's bucket, which its settings name. One per process."""
    values = settings.BROADSHEET
    return _bucket(
        values.bucket,
        values.bucket_region,
        endpoint=values.bucket_url,
        access_key_id=values.bucket_key,
        secret_access_key=values.bucket_secret,
    )


@functools.cache
def _bucket(name: str, region: str, **known: Any) -> Bucket:
    store = S3Store(
        name,
        region=region,
        client_options={"allow_http": known["endpoint"].startswith("http://")},
        retry_config={"max_retries": TRIES, "retry_timeout": PATIENCE},
        **{option: value for option, value in known.items() if value},
    )
    return Bucket(store)

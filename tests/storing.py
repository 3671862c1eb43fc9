"""A bucket for tests: of moto's server, which plays S3, or of a real service that the environment names."""

from __future__ import annotations

import dataclasses
import logging
import os
import urllib.request
import uuid
from collections.abc import Iterator

import pytest
from pytest_django import Settings

REAL = {
    "bucket": "BUCKET_NAME",
    "bucket_url": "BUCKET_URL",
    "bucket_region": "BUCKET_REGION",
    "bucket_key": "BUCKET_KEY",
    "bucket_secret": "BUCKET_SECRET",
}
"""Settings, and the variables that name a real bucket: `BUCKET_NAME=… BUCKET_URL=… pytest tests/kit/test_bucket.py`."""


@pytest.fixture(scope="session")
def storage_service() -> Iterator[str]:
    """The address of a service that plays S3 on this machine."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """What a newsroom sets to use an empty bucket of this test's own."""
    if "BUCKET_NAME" in os.environ:
        return {name: os.environ[variable] for name, variable in REAL.items()}
    service, name = request.getfixturevalue("storage_service"), f"test-{uuid.uuid4().hex}"
    made = urllib.request.Request(f"{service}/{name}", method="PUT")  # noqa: S310 - this machine
    urllib.request.urlopen(made).close()  # noqa: S310
    return {
        "bucket": name,
        "bucket_url": service,
        "bucket_region": "us-east-1",
        "bucket_key": "tests",
        "bucket_secret": "tests",
    }


@pytest.fixture
def stored(settings: Settings, bucket_settings: dict[str, str]) -> Settings:
    """Settings of a newsroom whose files are in a bucket."""
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, **bucket_settings)
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "broadsheet.kit.media.MirroredStorage"},
    }
    return settings

"""The scripts of stories: small, named by their content, and let in where they are used only."""

from __future__ import annotations

import base64
import hashlib

import pytest

from broadsheet.kit.public import kinds
from broadsheet.theme.documents import page_policy
from broadsheet.theme.scripts import page_script


def test_scripts_are_named_by_their_content_and_small() -> None:
    size = 0
    for name in ("reader", "challenge", "offline"):
        document = kinds()["script"].render(name)
        assert document is not None
        size += len(document.body)
        if name == "offline":
            assert document.path == "/offline.js"
            continue
        digest = hashlib.sha384(document.body).digest()
        assert document.path == page_script(name).path == f"/assets/{name}-{digest.hex()[:12]}.js"
        assert page_script(name).integrity == f"sha384-{base64.b64encode(digest).decode()}"
    assert size < 10_000


@pytest.mark.django_db
def test_pages_without_a_script_let_none_in() -> None:
    assert "script-src" not in page_policy()
    assert "script-src 'self';" in page_policy(has_script=True)
    assert "unsafe" not in page_policy(has_script=True)

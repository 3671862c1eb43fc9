"""What version of the software runs, as short names that change with it; found without loading Django."""

from __future__ import annotations

import hashlib
from pathlib import Path

import allauth
import django
import wagtail

import broadsheet


def release() -> str:
    """A name of 12 hexadecimal digits; it changes when a file of the desk's interface may have."""
    own = Path(broadsheet.__file__).parent.glob("*/static/**/*")
    changed = max((file.stat().st_mtime_ns for file in own), default=0)
    versions = f"{broadsheet.__version__} {django.__version__} {wagtail.__version__} {changed}"
    return hashlib.sha256(versions.encode()).hexdigest()[:12]


def schema() -> str:
    """A name of 12 hexadecimal digits; it changes when this version may expect other tables."""
    package = Path(broadsheet.__file__).parent
    migrations = sorted(
        f"{file.parts[-3]}/{file.stem}" for file in package.glob("*/migrations/0*.py")
    )
    others = f"{django.__version__} {wagtail.__version__} {allauth.__version__}"
    versions = f"{others} {' '.join(migrations)}"
    return hashlib.sha256(versions.encode()).hexdigest()[:12]

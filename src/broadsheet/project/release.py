"""What version of the software runs, as a short name for addresses that may be kept for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

import django
import wagtail

import broadsheet


def release() -> str:
    """A name of 12 hexadecimal digits; it changes when a file of the desk's interface may have."""
    own = Path(broadsheet.__file__).parent.glob("*/static/**/*")
    changed = max((file.stat().st_mtime_ns for file in own), default=0)
    versions = f"{broadsheet.__version__} {django.__version__} {wagtail.__version__} {changed}"
    return hashlib.sha256(versions.encode()).hexdigest()[:12]

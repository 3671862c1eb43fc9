"""Sound, film and captions as files: which ones browsers play, how large one may be, whether it is what it says."""

from __future__ import annotations

from typing import BinaryIO

from tinytag import TinyTag, TinyTagException

AUDIO = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
}
VIDEO = {"mp4": "video/mp4", "webm": "video/webm"}
CAPTIONS = {"vtt": "text/vtt; charset=utf-8"}
MEDIA_TYPES = AUDIO | VIDEO | CAPTIONS
"""File name endings, and the media types they are served as (MP4: RFC 4337, Ogg: RFC 5334, WebVTT: W3C)."""

LARGEST = 45 * 1024 * 1024
"""Bytes of a file at most: an hour and a half of speech as MP3, five minutes of film. The proxy lets 50 MB through."""

LONGEST = 24 * 3600
"""Seconds that a recording lasts at most: what says more of itself is broken."""

HEAD = 16
"""Bytes from which `is_what_it_says` can tell."""


def ending(name: str) -> str:
    """What follows a file name's last dot, in small letters; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def seconds_of(name: str, file: BinaryIO) -> int | None:
    """How long a sound or film lasts, in whole seconds, as the file itself says; None where it does not (WebM, a
    file that is broken or neither). Reads the file from its start."""
    if ending(name) not in AUDIO | VIDEO:
        return None
    try:
        lasts = TinyTag.get(name, file_obj=file, tags=False).duration
    except TinyTagException:
        return None
    return round(lasts) if lasts and lasts < LONGEST else None


def clock_time(seconds: int) -> str:
    """A length as players show it: `4:32`, `1:02:03`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def is_what_it_says(name: str, head: bytes) -> bool:
    """Whether a file that begins with these bytes can be what its ending says; true for an ending not known here."""
    kind = ending(name)
    if kind == "mp3":  # an ID3 tag, or the eleven set bits of a frame (ISO 11172-3)
        return head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] >= b"\xe0")
    if kind in ("m4a", "mp4"):
        return head[4:8] == b"ftyp"
    if kind in ("ogg", "opus"):
        return head.startswith(b"OggS")
    if kind == "webm":
        return head.startswith(b"\x1a\x45\xdf\xa3")
    if kind == "vtt":
        return head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT")
    return True

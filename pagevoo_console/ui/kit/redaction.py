"""Passwords taken out of texts that leave the window: details that are copied, logs that are shown, bug reports."""

from __future__ import annotations

import re

HIDDEN = "…"

_IN_URL = re.compile(r"(?P<before>[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(?=@)")
_NAMED = re.compile(
    r"""(?P<before>\b\w*(?:password|passwd|passwort|pwd|secret|token|api_?key)\w*["']?\s*(?:=>|[=:])\s*)"""
    r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,;)}\]]+)""",
    re.IGNORECASE,
)
_IDENTIFIED = re.compile(r"(?P<before>\b(?:IDENTIFIED\s+BY|PASSWORD)\s+)'(?:[^'\\]|\\.)*'", re.IGNORECASE)


def redacted(text: str) -> str:
    """The text with what looks like a password replaced: in URLs, behind `password=`, in `IDENTIFIED BY`."""
    for pattern in (_IN_URL, _NAMED, _IDENTIFIED):
        text = pattern.sub(rf"\g<before>{HIDDEN}", text)
    return text

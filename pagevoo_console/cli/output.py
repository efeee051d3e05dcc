"""What a command says: one JSON document, or something for people, on stdout; everything else on stderr.

Data never becomes markup, an escape sequence or an encoding error, whatever the terminal and the locale are.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

from pagevoo_console.domain.errors import Failed
from pagevoo_console.domain.text import visible

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper

_UNSEEN = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]")


class Output:
    """One call's way to the outside. `is_json` decides which of its two faces a document shows."""

    def __init__(self, is_json: bool) -> None:
        self.is_json = is_json

    def answer(self, document: dict[str, Any], show: Callable[[Paper], None]) -> None:
        """Say the one thing this call has to say: the document, or what `show` draws for people."""
        if self.is_json:
            self.document(document)
            return
        from pagevoo_console.cli.paper import Paper

        paper = Paper(sys.stdout)
        show(paper)
        _write(sys.stdout, paper.text())

    def document(self, document: dict[str, Any]) -> None:
        """Print the document, on one line unless a person is looking at it."""
        indent = 2 if is_terminal(sys.stdout) else None
        text = _UNSEEN.sub(_escaped, json.dumps(document, ensure_ascii=False, indent=indent)) + "\n"
        try:
            text.encode(sys.stdout.encoding or "utf-8")
        except UnicodeEncodeError:
            text = json.dumps(document, indent=indent) + "\n"
        _write(sys.stdout, text)

    def note(self, text: str) -> None:
        """A line on stderr: a warning, a hint, an error."""
        with contextlib.suppress(OSError):
            sys.stderr.write(visible(text, keep_newlines=True) + "\n")
            sys.stderr.flush()


def settle_streams() -> None:
    """Make the standard streams bear everything: closed ones, and characters that the locale has no code for."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False


def _write(stream: TextIO, text: str) -> None:
    """Write it all. A reader who has gone away is no fault; a full disk is one."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _send_to_nowhere(stream)
    except OSError as error:
        _send_to_nowhere(stream)
        raise Failed(f"The answer could not be written: {error.strerror}", code="output") from error


def _send_to_nowhere(stream: TextIO) -> None:
    """What is still buffered goes nowhere, so that the interpreter's last flush does not complain."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"

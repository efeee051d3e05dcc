"""Small files of our own: readable by their owner alone, never seen half-written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pagevoo_console.domain.errors import Failed, NotFound

MAX_BYTES = 1_000_000


def make_folder(folder: Path) -> Path:
    """Create a folder, closed to everybody else, where there is none; what exists is left as it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Failed(
            f"{folder} cannot be made: {os.strerror(error.errno or 0)}",
            code="folder",
            hint="Give this user of the machine the right to write there, or set PAGEVOO_HOME to another folder.",
        ) from error
    return folder


def write_private(path: Path, text: str) -> None:
    """Put a text in the place of a file, as a whole or not at all; survives a power cut. Raises Failed."""
    make_folder(path.parent)
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        flush_folder(path.parent)
    except OSError as error:
        raise Failed(
            f"{path} could not be written: {os.strerror(error.errno or 0)}",
            code="not_written",
            hint="What it held before is still there. Check the disk and the folder's rights.",
        ) from error


def read_small(path: Path) -> str:
    """The text of a small UTF-8 file, a byte order mark taken off. Raises NotFound or Failed."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}", hint="Check the path.") from error
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise Failed(f"{path} cannot be read: {reason}", code="not_readable", hint="Check its rights.") from error
    if len(data) > MAX_BYTES:
        raise Failed(f"{path} is longer than {MAX_BYTES} bytes", code="too_long", hint="Is this the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Failed(f"{path}, line {line}: not UTF-8", code="not_utf8", hint="Save the file as UTF-8.") from error


def flush_folder(folder: Path) -> None:
    """Make a rename itself survive a power cut, where folders can be opened at all (not on Windows)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

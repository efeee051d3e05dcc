"""Opening a dump that somebody hands us: one file, opened once, unpacked as it is read, and never more than it says.

What is read is hashed on the way, so that the text which was looked at can be told from the text which is carried out.
"""

from __future__ import annotations

import bz2
import hashlib
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import zstandard

from pagevoo_console.domain.dump_xray import DumpFile
from pagevoo_console.domain.errors import Corrupt, NotFound, Refused

FREE_BYTES = 256 * 1024 * 1024
MOST_RATIO = 100
"""A file may unpack to `FREE_BYTES`, and beyond that to so many times its own size."""

_PIECE_BYTES = 2048
"""Fed to a decompressor at once. The worst bomb makes some 50 MB of one such piece, which bounds our memory."""
_CHUNK_BYTES = 256 * 1024
_BOM = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_NOT_TEXT = {
    b"PGDMP": ("an archive of pg_dump's own format", "Make it SQL first: pg_restore --no-owner -f FILE.sql ARCHIVE."),
    b"SQLite format 3\0": ("a database file of SQLite, not a dump", "Make a dump of it: sqlite3 FILE .dump"),
    b"age-encryption.org/": ("encrypted with age", "Decrypt it first, or restore it as a backup of this console."),
    b"Rar!": ("a RAR archive", "Unpack it first."),
    b"7z\xbc\xaf\x27\x1c": ("a 7-Zip archive", "Unpack it first."),
    b"LZIP": ("packed with lzip", "Unpack it first."),
}


class Decompressor(Protocol):
    """What zlib, bz2, lzma and zstandard have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


_DECOMPRESSORS: dict[bytes, tuple[str, Callable[[], Decompressor]]] = {
    b"\x1f\x8b": ("gzip", lambda: zlib.decompressobj(31)),
    b"BZh": ("bzip2", bz2.BZ2Decompressor),
    b"\xfd7zXZ\0": ("xz", lzma.LZMADecompressor),
    b"\x28\xb5\x2f\xfd": ("zstd", lambda: zstandard.ZstdDecompressor().decompressobj()),
}


class ForeignText:
    """The SQL text of a dump, decompressed while it is read, without its byte-order mark. Read it to its end."""

    def __init__(self, path: Path, size_bytes: int, compression: str, pieces: Iterator[bytes]) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._pieces = pieces
        self._hash = hashlib.sha256()
        self._is_begun = False
        self._lines = 0
        self.compression = compression
        self.text_bytes = 0

    def read(self, _size: int = -1, /) -> bytes:
        """The next piece, of any length; empty at the end. Raises Corrupt, or Refused for text that is too much."""
        for piece in self._pieces:
            if piece:
                return self._taken(piece)
        return b""

    def _taken(self, piece: bytes) -> bytes:
        self._hash.update(piece)
        self._lines += piece.count(b"\n")
        self.text_bytes += len(piece)
        if self.text_bytes > max(FREE_BYTES, MOST_RATIO * self._size_bytes) and self.compression:
            raise Refused(
                f"{self._path} unpacks to more than {MOST_RATIO} times its own size",
                code="too_much",
                hint="If that is right, unpack it yourself and import the text.",
            )
        if self._is_begun:
            return piece
        self._is_begun = True
        _ensure_text(self._path, piece)
        return piece.removeprefix(_BOM)

    @property
    def facts(self) -> DumpFile:
        """What is known of the file once it has been read to its end."""
        return DumpFile(
            str(self._path), self._size_bytes, self.compression, self.text_bytes, self._lines, self._hash.hexdigest()
        )


@contextmanager
def open_foreign(path: Path) -> Iterator[ForeignText]:
    """Open a dump: plain, gzip, bzip2, xz, zstd, or a zip archive of one `.sql`. Raises NotFound, Refused, Corrupt."""
    path = path.absolute()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        raise NotFound(f"{path} cannot be opened: {error.strerror}", hint="Check the path and who may read it.") from (
            error
        )
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise Refused(f"{path} is not a regular file", code="not_a_file", hint="Name a file with a dump in it.")
    with open(descriptor, "rb") as file:
        head = file.read(32)
        file.seek(0)
        for magic, (what, hint) in _NOT_TEXT.items():
            if head.startswith(magic):
                raise Refused(f"{path} is {what}", code="not_a_dump", hint=hint)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            with _member(path, file) as member:
                yield ForeignText(path, status.st_size, "zip", _plain(path, member))
            return
        for magic, (name, factory) in _DECOMPRESSORS.items():
            if head.startswith(magic):
                yield ForeignText(path, status.st_size, name, _decompressed(path, name, file, factory))
                return
        yield ForeignText(path, status.st_size, "", _plain(path, file))


@contextmanager
def _member(path: Path, file: IO[bytes]) -> Iterator[IO[bytes]]:
    """The one dump in a zip archive. No name in it is ever used as a path; a suspicious one is refused all the same."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) != 1:
                raise Refused(
                    f"{path} holds {len(entries)} files",
                    code="unsafe_archive",
                    hint="An archive with exactly one dump in it can be imported.",
                )
            entry = entries[0]
            name = entry.filename.replace("\\", "/")
            mode = entry.external_attr >> 16
            if (
                name.startswith("/")
                or ".." in name.split("/")
                or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode))
            ):
                raise Refused(
                    f"{path} holds something that is not simply a file: {entry.filename!r}",
                    code="unsafe_archive",
                    hint="Unpack it where it can do no harm, look at it, and import the text.",
                )
            if entry.flag_bits & 1:
                raise Refused(f"{path} is encrypted", code="unsafe_archive", hint="Unpack it first.")
            with archive.open(entry) as member:
                yield member
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _damaged(path, "zip", error) from error


def _plain(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    try:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise _damaged(path, "read", error) from error


def _decompressed(path: Path, name: str, file: IO[bytes], factory: Callable[[], Decompressor]) -> Iterator[bytes]:
    """Every member of it in turn. A last one that does not come to its end was cut off."""
    current: Decompressor | None = None
    try:
        rest = b""
        while piece := rest or file.read(_PIECE_BYTES):
            if current is None:
                current = factory()
            yield current.decompress(piece)
            rest = b""
            if current.eof:
                rest = current.unused_data.lstrip(b"\0")
                current = None
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, ValueError) as error:
        raise _damaged(path, name, error) from error
    if current is not None:
        raise Corrupt(f"{path} is cut off: its {name} data do not come to an end", hint="Get the file again.")


def _ensure_text(path: Path, beginning: bytes) -> None:
    is_wide = beginning.startswith(_WIDE_MARKS) or (len(beginning) > 3 and beginning[:4].count(0) >= 2)
    if is_wide:
        raise Refused(
            f"{path} is UTF-16 or UTF-32",
            code="wide_text",
            hint="Dumps are read in UTF-8 and the like: iconv -f UTF-16 -t UTF-8 FILE > NEW, and import that.",
        )
    if beginning.startswith(b"-- pagevoo:dump "):
        raise Refused(
            f"{path} is a backup of this console",
            code="is_backup",
            hint="`backup restore` brings it back; it compares every row, which an import cannot.",
        )
    if beginning[257:262] == b"ustar":
        raise Refused(f"{path} holds a tar archive", code="not_a_dump", hint="Unpack it first.")


def _damaged(path: Path, name: str, error: BaseException) -> Corrupt:
    return Corrupt(f"{path} cannot be unpacked ({name}): {error}", hint="Get the file again.")

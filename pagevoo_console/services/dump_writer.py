"""A dump on its way to the disk: compressed, sealed where that was asked for, hashed, flushed and read back."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import zstandard

from pagevoo_console.domain.backup import FileEntry
from pagevoo_console.domain.errors import Failed, NotFound
from pagevoo_console.services.encryption import Sealing
from pagevoo_console.services.failpoints import failpoint

COMPRESSION_LEVEL = 3
_CHUNK = 1024 * 1024


class DumpWriter:
    """A dump on its way: hidden, locked, compressed while it is written, hashed as it reaches the disk."""

    def __init__(self, part: Path, sealing: Sealing | None = None) -> None:
        self.part = part
        self.sealing = sealing
        self._descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        self._file = os.fdopen(self._descriptor, "wb", buffering=_CHUNK)
        self._hash = hashlib.sha256()
        self.size_bytes = 0
        self._sealer = None if sealing is None else sealing.sealer(self.keep)
        self._tee = _Tee(self.keep if self._sealer is None else self._sealer.write, is_hashed=sealing is not None)
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL, threads=1, write_checksum=True)
        self._stream: Any = self._compressor.stream_writer(cast("IO[bytes]", self._tee), closefd=False)

    def write(self, data: bytes, /) -> int:
        """Plain SQL in; raises Failed (`disk_full`) with the path when there is no room."""
        with telling_about(self.part):
            return int(self._stream.write(data))

    def keep(self, data: bytes) -> None:
        """Bytes as they lie in the file, on their way to the disk."""
        self._file.write(data)
        self._hash.update(data)
        self.size_bytes += len(data)

    def finish(self) -> FileEntry:
        """Flush to the disk, read it back, compare, and open what was sealed. The name is still the hidden one."""
        with telling_about(self.part):
            self._stream.close()
            if self._sealer is not None:
                failpoint("backup.sealing")
                self._sealer.close()
            self._file.flush()
            os.fsync(self._descriptor)
            self._file.close()
            found = sha256_of(self.part)
        written = self._hash.hexdigest()
        if found != written:
            raise Failed(
                f"What was written to {self.part} is not what is on the disk",
                code="disk_error",
                hint="The disk or the memory of this machine is faulty. Nothing was kept.",
            )
        if self.sealing is not None:
            failpoint("backup.sealed")
            with telling_about(self.part), self.part.open("rb") as file:
                self.sealing.ensure_opens(file, self._tee.sha256)
        return FileEntry("", self.size_bytes, written)

    def close(self) -> None:
        """Let go of the file, whatever state it is in."""
        if self._sealer is not None:
            self._sealer.abandon()
        if not self._file.closed:
            try:
                self._file.close()
            except OSError:
                return


class _Tee:
    """What the compressor writes to; hashes what is to be sealed, which is how it is known again."""

    def __init__(self, target: Callable[[bytes], object], *, is_hashed: bool) -> None:
        self._target = target
        self._hash = hashlib.sha256() if is_hashed else None

    @property
    def sha256(self) -> str:
        return "" if self._hash is None else self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        if self._hash is not None:
            self._hash.update(data)
        self._target(data)
        return len(data)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def telling_about(path: Path) -> Iterator[None]:
    """Turn the disk's errors into ours, with the path and what is free."""
    try:
        yield
    except OSError as error:
        folder = path if os.path.isdir(path) else path.parent
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            try:
                free = f"{shutil.disk_usage(folder).free:,} bytes are free there"
            except OSError:
                free = "nothing more can be written there"
            raise Failed(
                f"There is no room to write {path}", code="disk_full", hint=f"{free}; free some space and try again."
            ) from error
        if isinstance(error, FileNotFoundError):
            raise NotFound(f"There is no {error.filename or path}") from error
        raise Failed(
            f"{error.filename or path}: {error.strerror or error}", code="disk_error", hint="Check the folder."
        ) from error

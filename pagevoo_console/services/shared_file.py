"""A file that several read at once, each at its own place, by one descriptor: all of them read the very same file."""

from __future__ import annotations

import io
import os
import threading

_CHUNK = 1024 * 1024
_seeking = threading.Lock()


class SharedFile(io.RawIOBase):
    """Reads an open file from its beginning by its descriptor, whose own place does not matter. Closing leaves it open.

    Where the system has no reading at a place, readers seek and read one after the other.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        match whence:
            case io.SEEK_SET:
                self._place = offset
            case io.SEEK_CUR:
                self._place += offset
            case _:
                self._place = os.fstat(self._descriptor).st_size + offset
        return self._place

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        if hasattr(os, "preadv"):
            count = os.preadv(self._descriptor, [buffer], self._place)
        else:
            count = self._read_after_seeking(buffer)
        self._place += count
        return count

    def _read_after_seeking(self, buffer: memoryview) -> int:
        with _seeking:
            os.lseek(self._descriptor, self._place, os.SEEK_SET)
            data = os.read(self._descriptor, min(len(buffer), _CHUNK))
        buffer[: len(data)] = data
        return len(data)

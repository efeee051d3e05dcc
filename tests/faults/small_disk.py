"""A place where there is little room: a small file system of its own, or a limit on the size of files."""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MNT_DETACH = 2


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """A folder in which no more than so many bytes can be written: a tmpfs where we may mount one.

    Elsewhere no file of this process may grow beyond that size, which fails in the same way.
    """
    folder.mkdir(mode=0o700)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"size={size_bytes},mode=700".encode()
    if libc.mount(b"none", os.fsencode(folder), b"tmpfs", 0, options) == 0:
        try:
            yield folder
        finally:
            libc.umount2(os.fsencode(folder), MNT_DETACH)
    else:
        with files_no_larger_than(size_bytes):
            yield folder


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """No file that this process writes can grow beyond this; Python turns the signal into EFBIG."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

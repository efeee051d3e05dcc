"""Opening a dump: whatever packs it the text is the same, and a file that is not whole never comes to an end."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from pagevoo_console.domain.dump_xray import DumpFile
from pagevoo_console.domain.errors import Corrupt, NotFound, Refused
from pagevoo_console.services.dump_files import open_foreign

TEXT = b"-- a dump\n" + b"".join(b"INSERT INTO t VALUES (%d, 'x%d');\n" % (n, n * 7919) for n in range(4000))


def zipped(data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dump.sql", data)
    return made.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress, "zip": zipped,
}  # fmt: skip


def read(path: Path) -> tuple[bytes, DumpFile]:
    with open_foreign(path) as text:
        pieces = []
        while piece := text.read():
            pieces.append(piece)
        return b"".join(pieces), text.facts


@pytest.mark.parametrize("kind", PACKERS)
def test_whatever_it_is_packed_with_the_text_is_the_same(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(PACKERS[kind](TEXT))
    found, facts = read(path)
    assert found == TEXT
    assert (facts.compression, facts.text_bytes, facts.lines) == (kind, len(TEXT), TEXT.count(b"\n"))
    assert facts.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert facts.size_bytes == path.stat().st_size


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd"])
def test_several_members_behind_each_other_are_one_text(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(PACKERS[kind](TEXT[:5000]) + PACKERS[kind](TEXT[5000:]))
    assert read(path)[0] == TEXT


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd", "zip"])
def test_fault_163_a_packed_file_that_is_cut_off_or_flipped_is_corrupt(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "dump"
    packed = PACKERS[kind](TEXT)
    for part in range(1, 16):
        path.write_bytes(packed[: len(packed) * part // 16])
        with pytest.raises((Corrupt, Refused)):
            read(path)
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 4
    path.write_bytes(damaged)
    if kind != "zstd":
        with pytest.raises(Corrupt):
            read(path)


def test_a_mark_of_utf_8_is_no_part_of_the_text_and_wide_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT)
    assert read(path)[0] == TEXT
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        path.write_bytes("SELECT 1;\n".encode(encoding))
        with pytest.raises(Refused) as caught:
            read(path)
        assert caught.value.code == "wide_text"


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read(tmp_path / "none.sql")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises((Refused, NotFound)):
            read(path)

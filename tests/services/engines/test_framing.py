"""The frame around a dump: what is written is what is read, and nothing else is."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagevoo_console.domain.errors import Corrupt, Unsupported
from pagevoo_console.services.engines import framing
from pagevoo_console.services.engines.framing import Frame, FrameKind, FrameReader, FrameWriter


def a_dump() -> bytes:
    sink = io.BytesIO()
    writer = FrameWriter(sink)
    writer.header("mysql", "10.11.6-MariaDB 0+deb12u1")
    writer.statement(b"CREATE TABLE t (a INT);\n")
    writer.rows("t", 2, b"INSERT INTO t VALUES (1),(2);\n")
    writer.statement(b"DELIMITER ;;\nCREATE TRIGGER x ;;\nDELIMITER ;\n", executable=b"CREATE TRIGGER x")
    writer.end(1, 2)
    return sink.getvalue()


def read(data: bytes) -> list[Frame]:
    return list(FrameReader(io.BytesIO(data)))


def test_a_dump_reads_back_frame_by_frame() -> None:
    reader = FrameReader(io.BytesIO(a_dump()))
    assert (reader.engine, reader.version) == ("mysql", "10.11.6-MariaDB 0+deb12u1")
    create = b"CREATE TABLE t (a INT);\n"
    insert = b"INSERT INTO t VALUES (1),(2);\n"
    trigger = b"DELIMITER ;;\nCREATE TRIGGER x ;;\nDELIMITER ;\n"
    assert list(reader) == [
        Frame(FrameKind.STATEMENT, "", 0, create, create),
        Frame(FrameKind.ROWS, "t", 2, insert, insert),
        Frame(FrameKind.STATEMENT, "", 0, trigger, b"CREATE TRIGGER x"),
    ]
    assert (reader.tables, reader.rows) == (1, 2)
    assert reader.bytes_read == len(a_dump())


def test_the_file_is_plain_text_with_comment_lines_between_its_statements() -> None:
    assert a_dump().splitlines() == [
        b"-- pagevoo:dump 1 mysql 10.11.6-MariaDB%200%2Bdeb12u1",
        b"-- pagevoo:statement 24",
        b"CREATE TABLE t (a INT);",
        b"-- pagevoo:rows t 2 30",
        b"INSERT INTO t VALUES (1),(2);",
        b"-- pagevoo:statement 45 13 16",
        b"DELIMITER ;;",
        b"CREATE TRIGGER x ;;",
        b"DELIMITER ;",
        b"-- pagevoo:end 1 2",
    ]


def test_a_dump_cut_anywhere_is_corrupt() -> None:
    whole = a_dump()
    for length in range(len(whole)):
        with pytest.raises(Corrupt):
            read(whole[:length])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"pagevoo:dump 1 ", b"pagevoo:dump 2 "),
        (b"-- pagevoo:dump", b"-- somebody:dump"),
        (b"statement 24", b"statement 23"),
        (b"statement 24", b"statement 25"),
        (b"statement 24", b"statement -1"),
        (b"statement 24", b"statement 0"),
        (b"statement 24", b"statement 99999999999999999999"),
        (b"statement 24", b"statement"),
        (b"statement 45 13 16", b"statement 45 13 160"),
        (b"rows t 2", b"rows t 3"),
        (b"rows t 2", b"rows t x"),
        (b"end 1 2", b"end 1 3"),
        (b"end 1 2", b"end 1"),
        (b"-- pagevoo:end 1 2\n", b"-- pagevoo:end 1 2\nDROP TABLE t;\n"),
        (b"-- pagevoo:rows", b"DROP TABLE t;\n-- pagevoo:rows"),
        (b"-- pagevoo:rows t", b"-- pagevoo:rows \xc3\xa4"),
        (b"-- pagevoo:end", b"-- pagevoo:" + b"e" * 100_000),
    ],
)
def test_a_dump_that_was_changed_is_corrupt(before: bytes, after: bytes) -> None:
    assert a_dump().count(before) == 1
    with pytest.raises(Corrupt):
        read(a_dump().replace(before, after))


def test_an_empty_file_is_corrupt() -> None:
    with pytest.raises(Corrupt):
        read(b"")


def test_a_frame_beyond_the_limit_is_refused_by_the_table_that_it_belongs_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "MAX_FRAME_BYTES", 100)
    writer = FrameWriter(io.BytesIO())
    writer.rows("photos", 1, b"x" * 99)
    with pytest.raises(Unsupported, match="photos") as refusal:
        writer.rows("photos", 1, b"x" * 100)
    assert refusal.value.code == "unsupported_object"
    with pytest.raises(Unsupported):
        writer.statement(b"x" * 101)


def test_a_frame_that_claims_more_than_the_limit_is_corrupt_before_it_is_read() -> None:
    claim = b"-- pagevoo:dump 1 sqlite 3\n-- pagevoo:statement %d\n" % (framing.MAX_FRAME_BYTES + 1)
    with pytest.raises(Corrupt, match="none is larger"):
        read(claim)


def test_the_writer_does_not_sign_a_wrong_total() -> None:
    writer = FrameWriter(io.BytesIO())
    writer.rows("t", 2, b"INSERT")
    with pytest.raises(ValueError, match="2 rows"):
        writer.end(1, 3)


@given(st.lists(st.tuples(st.text(), st.integers(0, 10**9), st.binary())), st.text())
def test_no_name_and_no_data_break_out_of_their_frame(blocks: list[tuple[str, int, bytes]], version: str) -> None:
    sink = io.BytesIO()
    writer = FrameWriter(sink)
    writer.header("sqlite", version)
    for table, rows, data in blocks:
        writer.rows(table, rows, data)
    writer.end(len(blocks), sum(rows for _, rows, _ in blocks))
    reader = FrameReader(io.BytesIO(sink.getvalue()))
    closed = [(t, n, d if d.endswith(b"\n") else d + b"\n") for t, n, d in blocks]
    assert [(frame.table, frame.rows, frame.data) for frame in reader] == closed
    assert reader.version == version


def test_a_name_that_is_no_text_survives() -> None:
    name = b"caf\xe9\n".decode("utf-8", "surrogateescape")
    sink = io.BytesIO()
    writer = FrameWriter(sink)
    writer.header("sqlite", "3")
    writer.rows(name, 1, b"INSERT;")
    writer.end(1, 1)
    assert [frame.table for frame in read(sink.getvalue())] == [name]


def test_a_name_too_long_for_a_line_is_refused() -> None:
    with pytest.raises(Unsupported, match="name"):
        FrameWriter(io.BytesIO()).rows("t" * 20_000, 1, b"INSERT;")


class Dripping:
    """A source that hands out one byte at a time, as a slow pipe may."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(min(size, 1))


def test_a_source_that_drips_reads_the_same() -> None:
    assert list(FrameReader(Dripping(a_dump()))) == read(a_dump())

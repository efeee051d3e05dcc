"""Large objects: rows of no table, read and written a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator

from pagevoo_console.domain.backup import TableContent
from pagevoo_console.services.engines.postgresql_definitions import rows_of
from pagevoo_console.services.engines.postgresql_session import WatchedConnection
from pagevoo_console.services.jobs import JobContext

PIECE_BYTES = 1024 * 1024
_MODULUS = 1 << 64


def statements(connection: WatchedConnection, job: JobContext) -> Iterator[bytes]:
    """Statements that make every large object again under its own number."""
    for (oid,) in rows_of(connection, "SELECT oid::bigint FROM pg_catalog.pg_largeobject_metadata ORDER BY oid"):
        offset = 0
        while True:
            job.check()
            ((piece,),) = rows_of(connection, f"SELECT pg_catalog.lo_get({oid}, {offset}, {PIECE_BYTES})")
            if not offset:
                yield b"SELECT pg_catalog.lo_from_bytea(%d, '\\x%b');" % (oid, piece.hex().encode())
            elif piece:
                yield b"SELECT pg_catalog.lo_put(%d, %d, '\\x%b');" % (oid, offset, piece.hex().encode())
            if len(piece) < PIECE_BYTES:
                break
            offset += PIECE_BYTES


def content(connection: WatchedConnection, job: JobContext) -> TableContent:
    """How many there are, and a checksum of their numbers and bytes by the server."""
    rows = rows_of(
        connection, f"SELECT oid::bigint, {_hashed('oid', '0')} FROM pg_catalog.pg_largeobject_metadata ORDER BY oid"
    )
    total = 0
    for oid, found in rows:
        offset = 0
        while True:
            length, _, number = found.partition(" ")
            total += int(number)
            if int(length) < PIECE_BYTES:
                break
            job.check()
            offset += PIECE_BYTES
            ((found,),) = rows_of(connection, f"SELECT {_hashed(str(oid), str(offset))}")
    return TableContent(len(rows), str(total % _MODULUS))


def _hashed(oid: str, offset: str) -> str:
    """A piece's length and its hash, as text."""
    piece = f"pg_catalog.lo_get({oid}, {offset}, {PIECE_BYTES})"
    return (
        f"(SELECT length(piece)::text || ' ' || hashtextextended(concat_ws(' ', {oid}, {offset}, md5(piece)), 0)::text"
        f" FROM (SELECT {piece} AS piece OFFSET 0) AS read)"
    )

"""COPY in blocks. The driver's own loop wakes up for every row, which costs more than the server's work."""

from __future__ import annotations

from collections.abc import Generator

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Wait

from pagevoo_console.services.engines.postgresql_session import CANCEL_TIMEOUT, WatchedConnection


def copy_out(
    connection: WatchedConnection, statement: bytes, block_bytes: int
) -> Generator[tuple[int, bytearray], None, None]:
    """How many rows, and the rows as COPY … TO STDOUT sends them: blocks of about `block_bytes` or, the last, shorter.

    Close the generator to stop early: what the server still sends is cancelled and thrown away.
    """
    pgconn = connection.pgconn
    with connection.lock:
        pgconn.send_query(statement)
        result = connection.wait(generators.execute(pgconn))[-1]
        if result.status != ExecStatus.COPY_OUT:
            raise psycopg.errors.error_from_result(result)
        is_over = False
        try:
            while not is_over:
                count, rows, is_over = connection.wait(_block(pgconn, block_bytes))
                if rows:
                    yield count, rows
        finally:
            if pgconn.transaction_status == TransactionStatus.ACTIVE:
                _abandon(connection, block_bytes)


def _block(pgconn: PGconn, limit: int) -> PQGen[tuple[int, bytearray, bool]]:
    """A row is copied and let go at once: thousands of live views cost the garbage collector more than the copying.

    Where a block ends follows from its rows alone, and never from what has arrived: two dumps of the same rows are the
    same to the byte.
    """
    next_row = pgconn.get_copy_data
    rows = bytearray()
    count = 0
    while True:
        size, row = next_row(1)
        while size > 0:
            rows += row
            count += 1
            if len(rows) >= limit:
                return count, rows, False
            size, row = next_row(1)
        if size < 0:
            result = (yield from generators.fetch_many(pgconn))[-1]
            if result.status != ExecStatus.COMMAND_OK:
                raise psycopg.errors.error_from_result(result)
            return count, rows, True
        while not (yield Wait.R):
            continue
        pgconn.consume_input()


def _abandon(connection: WatchedConnection, block_bytes: int) -> None:
    """A server that does not let go of the COPY in time loses the session."""
    try:
        connection.cancel_safe(timeout=CANCEL_TIMEOUT)
        is_over = False
        while not is_over:
            _, _, is_over = psycopg.Connection.wait(
                connection, _block(connection.pgconn, block_bytes), timeout=CANCEL_TIMEOUT
            )
    except psycopg.errors.QueryCanceled:
        return
    except psycopg.Error:
        connection.close()

"""Advisory locks of a PostgreSQL server: one session holds one, as long as it lives, and may be ended for it."""

from __future__ import annotations

import hashlib

import psycopg
import sqlalchemy as sa

from pagevoo_console.domain.errors import Refused, Unsupported
from pagevoo_console.services.engines.postgresql_session import driver_connection

_END_SECONDS = 5.0

_THE_LOCK = (
    " FROM pg_catalog.pg_locks"
    " WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND classid::bigint = %s AND objid::bigint = %s"
    " AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
)
_HELD = "SELECT count(*) FILTER (WHERE pid = pg_catalog.pg_backend_pid()), count(*)" + _THE_LOCK
_END = "SELECT pg_catalog.pg_terminate_backend(pid, %s)" + _THE_LOCK + " AND pid <> pg_catalog.pg_backend_pid()"


def try_lock(server: sa.Connection, key: str) -> bool:
    connection = driver_connection(server)
    number = lock_number(key)
    row = connection.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
    if row is None or row[0] != connection.info.backend_pid:
        raise Unsupported(
            "A connection pooler stands between the console and PostgreSQL; a lock taken through it does not hold",
            hint="Save the server's own address and port, not the pooler's.",
        )
    if holds_lock(server, key):
        return True
    row = connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", [number]).fetchone()
    return bool(row and row[0])


def holds_lock(server: sa.Connection, key: str) -> bool:
    return _lock_counts(server, key)[0] > 0


def unlock(server: sa.Connection, key: str) -> None:
    if holds_lock(server, key):
        driver_connection(server).execute("SELECT pg_catalog.pg_advisory_unlock(%s)", [lock_number(key)])


def lock_is_free(server: sa.Connection, key: str) -> bool:
    return _lock_counts(server, key)[1] == 0


def end_lock_holder(server: sa.Connection, key: str) -> None:
    try:
        driver_connection(server).execute(_END, [int(_END_SECONDS * 1000), *_halves(key)])
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refused(
            "This account may not end the session that holds the lock",
            code="may_not_end_sessions",
            hint="Grant it pg_signal_backend, or have an administrator end that session.",
        ) from error


def _lock_counts(server: sa.Connection, key: str) -> tuple[int, int]:
    row = driver_connection(server).execute(_HELD, _halves(key)).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def _halves(key: str) -> list[int]:
    """A lock's number as `pg_locks` shows it."""
    unsigned = lock_number(key) & 0xFFFF_FFFF_FFFF_FFFF
    return [unsigned >> 32, unsigned & 0xFFFF_FFFF]


def lock_number(key: str) -> int:
    """The number that stands for a name."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)

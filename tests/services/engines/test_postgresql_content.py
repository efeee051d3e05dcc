"""PostgreSQL's checksums tell everything apart, and a second session that takes them changes nothing."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.postgresql_companion import hashing
from pagevoo_console.services.engines.postgresql_content import relations
from pagevoo_console.services.jobs import JobContext
from tests.servers import PostgresqlServer
from tests.services.engines.contract import wait_until
from tests.services.engines.postgresql_place import PostgresqlPlace

BULK = (
    "CREATE TABLE bulk (id bigint PRIMARY KEY, body text)",
    "INSERT INTO bulk SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 12000) AS n",
    "CREATE TABLE empty_one ()",
)
"""More than is hashed by the dump's own session."""


@pytest.fixture
def place(postgresql_server: PostgresqlServer) -> Iterator[PostgresqlPlace]:
    place = PostgresqlPlace(postgresql_server)
    yield place
    place.drop_all()


def checksums(place: PostgresqlPlace, columns: str, cases: list[str]) -> set[str]:
    """The different checksums of a table that holds these rows, one case after the other."""
    tables = [f"CREATE TABLE t{number:02} ({columns})" for number in range(len(cases))]
    rows = [f"INSERT INTO t{number:02} VALUES {case}" for number, case in enumerate(cases)]
    collation = "CREATE COLLATION lax (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
    contents = place.content(place.create(collation, *tables, *rows))
    assert len(contents) == len(cases)
    return {content.checksum for content in contents.values()}


@pytest.mark.parametrize(
    ("columns", "cases"),
    [
        ("a bigint", ["(1)", "(4294967296)", "(-4294967297)", "(-2)", "(0)", "(-1)", "(NULL)"]),
        ("a integer", ["(0)", "(-1)", "(1)", "(NULL)"]),
        ("a smallint, b boolean", ["(0, NULL)", "(NULL, false)", "(0, false)", "(1, false)", "(0, true)"]),
        ("a numeric", ["(1)", "(1.0)", "(-1)", "('NaN')", "('Infinity')", "(0)", "(NULL)"]),
        ("a float8", ["('0')", "('-0')", "('NaN')", "(NULL)"]),
        (
            "a timestamptz",
            [
                "('2000-01-01 00:00:00Z')",
                "('2000-01-01 00:00:00.000001Z')",
                "('2000-01-01 01:11:34.967296Z')",
                "('infinity')",
                "('-infinity')",
                "(NULL)",
            ],
        ),
        ("a interval", ["('1 day')", "('24:00')", "('30 days')", "('1 mon')"]),
        ("a jsonb", ["('1')", "('1.0')", "('null')", "(NULL)", "('\"1\"')"]),
        ("a text COLLATE lax", ["('a')", "('A')", "('')", "(NULL)"]),
        ("a bpchar, b uuid", ["('a', NULL)", "('a ', NULL)", "('', '00000000-0000-0000-0000-000000000000')"]),
        ("a bytea", ["('')", "(NULL)", "('\\x00')", "('\\x0000')"]),
        ("a inet, b text[]", ["('10.0.0.1', '{a,b}')", "('10.0.0.1/24', '{a,b}')", "('10.0.0.1', '{\"a,b\"}')"]),
        ("a integer, b integer", ["(1, 2)", "(2, 1)", "(NULL, 1)", "(1, NULL)", "(1, 1)"]),
        ("a integer, b integer", ["(1, 1), (2, 2)", "(1, 2), (2, 1)", "(1, 2), (2, 2)"]),
        ("a bytea, b bytea", ["('a', 'b'), ('c', 'd')", "('a', 'd'), ('c', 'b')", "('b', 'a'), ('d', 'c')"]),
    ],
)
def test_fault_129_values_that_an_operator_calls_equal_are_different_content(
    place: PostgresqlPlace, columns: str, cases: list[str]
) -> None:
    assert len(checksums(place, columns, cases)) == len(cases)


def test_a_column_that_may_be_null_hashes_like_one_that_may_not(place: PostgresqlPlace) -> None:
    types = ["bigint", "smallint", "text", "bytea", "numeric", "timestamptz", "uuid", "bool"]
    row = "(1, 2, 'x', 'y', 1.5, '2024-01-01', '00000000-0000-0000-0000-000000000001', true)"
    free = ", ".join(f"c{number} {kind}" for number, kind in enumerate(types))
    bound = ", ".join(f"c{number} {kind} NOT NULL" for number, kind in enumerate(types))
    database = place.create(
        f"CREATE TABLE a ({free})",
        f"CREATE TABLE b ({bound})",
        f"INSERT INTO a VALUES {row}",
        f"INSERT INTO b VALUES {row}",
    )
    contents = place.content(database)
    assert contents["a"] == contents["b"]


def test_a_table_of_very_many_columns_is_hashed_to_its_last(place: PostgresqlPlace) -> None:
    columns = ", ".join(f"c{number} bigint" for number in range(1500))
    database = place.create(
        f"CREATE TABLE a ({columns})",
        f"CREATE TABLE b ({columns})",
        "INSERT INTO a (c0, c1499) VALUES (1, 1)",
        "INSERT INTO b (c0, c1499) VALUES (1, 2)",
    )
    contents = place.content(database)
    assert contents["a"].checksum != contents["b"].checksum


class Watchful(io.BytesIO):
    """A sink that looks how many sessions of ours are on the database while rows arrive."""

    def __init__(self, place: PostgresqlPlace, database: str) -> None:
        super().__init__()
        self.place = place
        self.database = database
        self.seen = 0

    def write(self, data: Any, /) -> int:
        if len(data) > 100_000 and not self.seen:
            self.seen = sessions(self.place, self.database)
        return super().write(data)


def sessions(place: PostgresqlPlace, database: str) -> int:
    statement = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'"
    return int(place.host.execute(statement)[0][0])


def test_a_second_session_hashes_the_same_snapshot_and_is_gone_with_the_dump(place: PostgresqlPlace) -> None:
    original, copy = place.create(*BULK), place.create()
    before = place.content(original)
    sink = Watchful(place, original)

    def meddle() -> None:
        place.run(original, "UPDATE bulk SET body = 'changed'", "INSERT INTO bulk VALUES (0, 'new')")

    class Meddling(JobContext):
        def progress(self, title: str, done: int = 0, total: int | None = None, unit: str = "") -> None:
            if title == "bulk" and done == 0:
                meddle()
            super().progress(title, done, total, unit)

    with place.open(original, read_timeout=None) as session:
        facts = place.engine.dump(session, sink, Meddling())
        assert sink.seen == 2
        assert wait_until(lambda: sessions(place, original) == 1)
    assert facts.tables == before
    assert place.content(original) != before
    place.load(copy, sink.getvalue())
    assert place.content(copy) == before


def test_an_account_of_one_session_is_dumped_by_that_session(place: PostgresqlPlace) -> None:
    original = place.create(*BULK)
    server = place.new_role("CONNECTION LIMIT 1")
    place.run(original, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {server.user}")
    sink = Watchful(place, original)
    with place.open(original, server=server, read_timeout=None) as session:
        facts = place.engine.dump(session, sink, JobContext())
    assert sink.seen == 1
    assert facts.tables == place.content(original)


def test_nobody_waits_behind_one_who_waits_for_the_dump(place: PostgresqlPlace) -> None:
    original = place.create(*BULK)
    before = place.content(original)
    options = SessionOptions(read_timeout=None)
    with closing(place.engine.connect(place.server, place.password, original, options)) as connection:
        connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]
        tables = relations(connection)
        for table in tables:
            connection.execute(f"LOCK TABLE ONLY {table.qualified} IN ACCESS SHARE MODE")
        waiter = threading.Thread(target=place.run, args=(original, "ALTER TABLE bulk ADD COLUMN more integer"))
        waiter.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE%'"
        assert wait_until(lambda: place.host.execute(waiting)[0][0] == 1)
        with hashing(connection, snapshot, tables, 1 << 30, JobContext()) as content_of:
            assert {table.shown: content_of(table) for table in tables} == before
        connection.rollback()
        waiter.join()


def test_a_dump_whose_disk_is_full_leaves_no_session_behind(place: PostgresqlPlace) -> None:
    original = place.create(*BULK)

    class Full(io.BytesIO):
        def write(self, data: Any, /) -> int:
            if self.tell() > 2_000_000:
                raise OSError(28, "No space left on device")
            return super().write(data)

    with place.open(original, read_timeout=None) as session:
        with pytest.raises(OSError, match="No space left"):
            place.engine.dump(session, Full(), JobContext())
        assert wait_until(lambda: sessions(place, original) == 1)
        assert session.exec_driver_sql("SELECT 1").scalar() == 1

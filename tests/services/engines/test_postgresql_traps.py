"""What PostgreSQL does that nobody expects, each tried on a real server."""

from __future__ import annotations

import io
import re
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from pagevoo_console.domain.errors import (
    AccessDenied,
    Busy,
    Cancelled,
    ConsoleError,
    Corrupt,
    Failed,
    MissingPrivilege,
    Refused,
    Unreachable,
    Unsupported,
)
from pagevoo_console.domain.server import Server, Tls
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.framing import FrameWriter
from pagevoo_console.services.engines.postgresql import PostgresqlEngine
from pagevoo_console.services.engines.postgresql_catalogue import normalised
from pagevoo_console.services.engines.postgresql_names import quote, shown_name
from pagevoo_console.services.jobs import JobContext
from tests.servers import PostgresqlServer, make_tls_files, start_postgresql
from tests.services.engines.postgresql_place import PostgresqlPlace
from tests.services.engines.postgresql_schema import SCHEMA

NOTES = "CREATE TABLE notes (id integer PRIMARY KEY, label varchar(100), amount integer)"


@pytest.fixture
def place(postgresql_server: PostgresqlServer) -> Iterator[PostgresqlPlace]:
    place = PostgresqlPlace(postgresql_server)
    yield place
    place.drop_all()


def privileges(place: PostgresqlPlace, name: str) -> set[Any]:
    """The database's privileges, the default ones spelt out."""
    return set(
        place.host.execute(
            "SELECT grantor, grantee, privilege_type, is_grantable FROM pg_database,"
            f" aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE datname = '{name}'"
        )
    )


# --- names and databases --------------------------------------------------------------------------------------------


def test_fault_82_a_name_of_64_bytes_never_means_the_database_of_63(place: PostgresqlPlace) -> None:
    name = place.new_name().ljust(63, "x")
    place.names.append(name)
    with place.open(writable=True) as server:
        place.engine.create_database(server, name, "the long one")
        for longer in (name + "y", name[:-1] + "é"):
            assert place.engine.name_problem(longer)
            assert not place.engine.exists(server, longer)
            assert place.engine.marker(server, longer) is None
            assert place.engine.sizes(server, [longer]) == {}
            with pytest.raises(Refused):
                place.engine.drop_database(server, longer)
        assert place.engine.marker(server, name) == "the long one"


def test_fault_141_what_an_interrupted_drop_left_is_named_so_and_can_be_dropped(place: PostgresqlPlace) -> None:
    name = place.create()
    place.host.execute(f"UPDATE pg_database SET datconnlimit = -2 WHERE datname = '{name}'")
    with pytest.raises(Failed) as caught, place.open(name):
        pass
    assert caught.value.code == "invalid_database"
    result = place.engine.check(place.server, place.password, name)
    assert [step.layer for step in result.steps if not step.ok] == ["database"]
    with place.open(writable=True) as server:
        assert name in place.engine.databases(server)
        assert name in place.engine.sizes(server)
        place.engine.drop_database(server, name)
        assert not place.engine.exists(server, name)


def test_a_first_try_that_died_between_making_and_naming_is_cleared_away_by_the_second(place: PostgresqlPlace) -> None:
    name = place.new_name()
    with place.open(writable=True) as server:
        before = place.engine.databases(server)
        place.engine.create_database(server, name, "the same operation")
        (draft,) = [row[0] for row in place.host.execute(f"SELECT oid FROM pg_database WHERE datname = '{name}'")]
        assert draft
        place.host.execute(f"ALTER DATABASE {name} RENAME TO {_draft(name, 'the same operation')}")
        place.engine.create_database(server, name, "the same operation")
        assert place.engine.databases(server) == before | {name}


def _draft(name: str, marker: str) -> str:
    import hashlib
    import json

    return f"pagevoo_new_{hashlib.sha256(json.dumps([name, marker]).encode()).hexdigest()[:24]}"


def test_a_new_database_is_utf_8_whatever_template1_holds(place: PostgresqlPlace) -> None:
    name = place.create()
    rows = place.run(name, "SELECT getdatabaseencoding(), (SELECT count(*) FROM pg_class WHERE oid >= 16384)")
    assert rows == [("UTF8", 0)]


def test_fault_142_a_database_in_use_is_busy_until_it_was_quiesced(place: PostgresqlPlace) -> None:
    name = place.create()
    with closing(place.raw(name)) as visitor, place.open(writable=True) as server:
        assert place.engine.sessions(server, name) == 1
        with pytest.raises(Busy) as caught:
            place.engine.drop_database(server, name)
        assert caught.value.hint
        place.engine.quiesce(server, name)
        assert place.engine.sessions(server, name) == 0
        with pytest.raises(psycopg.OperationalError):
            visitor.execute("SELECT 1")
        with closing(place.raw(name)):
            place.engine.drop_database(server, name)
        assert not place.engine.exists(server, name)


@pytest.mark.parametrize(
    "grants",
    [
        (),
        ("REVOKE ALL ON DATABASE {db} FROM PUBLIC",),
        ("GRANT CONNECT ON DATABASE {db} TO {role} WITH GRANT OPTION",),
        ("REVOKE CONNECT ON DATABASE {db} FROM PUBLIC", "GRANT TEMP, CONNECT ON DATABASE {db} TO {role}"),
        (
            "GRANT CONNECT ON DATABASE {db} TO {role} WITH GRANT OPTION",
            "SET ROLE {role}",
            "GRANT CONNECT ON DATABASE {db} TO {other}",
        ),
        ("ALTER DATABASE {db} OWNER TO {role}", "REVOKE CONNECT ON DATABASE {db} FROM {role}"),
    ],
)
def test_quiesce_keeps_others_out_and_gives_back_exactly_what_it_took(
    place: PostgresqlPlace, grants: tuple[str, ...]
) -> None:
    role, other = place.new_role(), place.new_role()
    name = place.create(marker="the marker")
    place.host.execute(*(text.format(db=name, role=role.user, other=other.user) for text in grants))
    before = privileges(place, name)

    def may_connect(server: Any) -> bool:
        try:
            with place.open(name, server=server):
                return True
        except MissingPrivilege:
            return False

    allowed = [may_connect(role), may_connect(other)]
    with place.open(writable=True) as server:
        place.engine.quiesce(server, name)
    assert [may_connect(role), may_connect(other)] == [False, False]
    with place.open(writable=True) as server:
        place.engine.quiesce(server, name)
        assert place.engine.marker(server, name) == "the marker"
        place.engine.unquiesce(server, name)
        assert place.engine.marker(server, name) == "the marker"
    assert privileges(place, name) == before
    assert [may_connect(role), may_connect(other)] == allowed


def test_an_owner_who_is_no_superuser_still_reads_what_he_quiesced(place: PostgresqlPlace) -> None:
    role = place.new_role("CREATEDB")
    name = place.new_name()
    with place.open(server=role, writable=True) as server:
        place.engine.create_database(server, name, "x")
        place.engine.quiesce(server, name)
        with place.open(name, server=role) as session:
            assert place.engine.tables(session) == ()
        place.engine.unquiesce(server, name)
        place.engine.drop_database(server, name)
        assert not place.engine.exists(server, name)


def test_a_comment_that_somebody_wrote_is_no_marker_and_outlives_a_quiesce(place: PostgresqlPlace) -> None:
    name = place.create()
    place.host.execute(f"COMMENT ON DATABASE {name} IS 'mine since 2019'")
    with place.open(writable=True) as server:
        assert place.engine.marker(server, name) is None
        place.engine.quiesce(server, name)
        place.engine.unquiesce(server, name)
    comment = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'"
    assert place.host.execute(comment) == [("mine since 2019",)]


def test_a_swap_hands_owner_privileges_and_settings_over(place: PostgresqlPlace) -> None:
    role = place.new_role()
    live, staged, aside = place.create(), place.create(), place.new_name()
    place.host.execute(
        f"ALTER DATABASE {live} OWNER TO {role.user}",
        f"REVOKE ALL ON DATABASE {live} FROM PUBLIC",
        f"ALTER DATABASE {live} SET work_mem = '7MB'",
        f"ALTER DATABASE {live} SET custom.word = 'a=b c'",
        f"ALTER DATABASE {live} CONNECTION LIMIT 9",
    )
    before = privileges(place, live)
    facts = (
        "SELECT pg_get_userbyid(datdba), datconnlimit, (SELECT setconfig FROM pg_db_role_setting"
        f" WHERE setdatabase = d.oid) FROM pg_database AS d WHERE datname = '{live}'"
    )
    described = place.host.execute(facts)
    with place.open(writable=True) as server, closing(place.raw(staged)):
        place.engine.quiesce(server, live)
        memo = place.engine.swap_memo(server, live, staged)
        place.engine.swap(server, live, staged, aside, memo)
    assert privileges(place, live) == before
    assert place.host.execute(facts) == described


def test_a_swap_that_was_planned_for_other_databases_is_a_conflict(place: PostgresqlPlace) -> None:
    live, staged, aside = place.create(), place.create(), place.new_name()
    with place.open(writable=True) as server:
        memo = place.engine.swap_memo(server, live, staged)
        place.engine.drop_database(server, staged)
        place.engine.create_database(server, staged, "another of that name")
        with pytest.raises(Refused) as caught:
            place.engine.swap(server, live, staged, aside, memo)
        assert caught.value.code == "conflict"


# --- sessions -------------------------------------------------------------------------------------------------------


def test_fault_47_variables_of_libpq_lead_nobody_astray(
    place: PostgresqlPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOSTADDR", "203.0.113.1")
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=off")
    monkeypatch.setenv("PGSSLMODE", "require")
    with place.open() as server:
        assert server.execute(sa.text("SHOW default_transaction_read_only")).scalar() == "on"


def test_a_local_socket_needs_no_tls(place: PostgresqlPlace) -> None:
    local = replace(place.server, host="", socket=place.host.socket)
    with place.open(server=local) as server:
        assert server.execute(sa.text("SELECT inet_client_addr()")).scalar() is None
    result = place.engine.check(local, place.password, None)
    assert result.reachable
    assert [step.layer for step in result.steps] == ["tcp", "login", "privileges"]
    missing = replace(local, socket="/nonexistent")
    assert [step.layer for step in place.engine.check(missing, place.password, None).steps] == ["tcp"]


def test_fault_45_46_seed_s8_tls_is_verified_required_or_off_and_never_falls_back(
    place: PostgresqlPlace, tmp_path: Path
) -> None:
    files = make_tls_files(tmp_path / "good", "127.0.0.1", "db.example")
    stranger = make_tls_files(tmp_path / "bad", "127.0.0.1")
    with start_postgresql(tls=files) as host:
        protected = replace(PostgresqlPlace(host).server, tls=Tls.VERIFIED, tls_ca=str(files.authority))
        encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        for server in (protected, replace(protected, tls=Tls.REQUIRED, tls_ca="")):
            with place.open(server=server) as session:
                assert session.execute(sa.text(encrypted)).scalar() is True
            result = place.engine.check(server, place.password, None)
            assert result.reachable
            assert "tls" in [step.layer for step in result.steps]
        with place.open(server=replace(protected, tls=None)) as session:
            assert session.execute(sa.text(encrypted)).scalar() is False
        refused = [
            replace(protected, tls_ca=str(stranger.authority)),
            replace(protected, tls_ca=""),
            replace(protected, host="localhost"),
            replace(place.server, tls=Tls.REQUIRED),
        ]
        for server in refused:
            with pytest.raises(Unreachable) as caught, place.open(server=server):
                pass
            assert caught.value.code == "tls"
            result = place.engine.check(server, place.password, None)
            assert [step.layer for step in result.steps if not step.ok] == ["tls"]
            assert result.hint


def test_fault_43_a_password_is_not_given_to_a_server_that_wants_it_in_clear(place: PostgresqlPlace) -> None:
    with start_postgresql() as host:
        rules = host.data_dir / "pg_hba.conf"
        for method in ("password", "trust"):
            rules.write_text(f"local all all scram-sha-256\nhost all all 127.0.0.1/32 {method}\n")
            with closing(
                psycopg.connect(host=host.socket, port=host.port, user=host.user, password=host.password)
            ) as raw:
                raw.execute("SELECT pg_reload_conf()")
            time.sleep(0.3)
            with pytest.raises(AccessDenied), place.open(server=PostgresqlPlace(host).server):
                pass


def test_fault_69_an_account_that_may_not_create_databases_is_told_so_and_reachable(place: PostgresqlPlace) -> None:
    role = place.new_role()
    place.create()
    result = place.engine.check(role, place.password, None)
    assert result.reachable
    assert [(step.layer, step.ok) for step in result.steps][-1] == ("privileges", False)
    assert result.problem
    assert "CREATEDB" in (result.hint or "")
    with place.open(server=role, writable=True) as server:
        assert not any(place.engine.privileges(server).values())
        assert place.engine.facts(server).identity
        assert place.engine.databases(server)
        assert isinstance(place.engine.sizes(server), dict)
        with pytest.raises(MissingPrivilege):
            place.engine.create_database(server, place.new_name(), "x")


def test_a_database_that_others_may_not_enter_is_left_out_of_their_sizes(place: PostgresqlPlace) -> None:
    role = place.new_role()
    name = place.create()
    place.host.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    with place.open(server=role) as server:
        assert name in place.engine.databases(server)
        assert name not in place.engine.sizes(server)
    result = place.engine.check(role, place.password, name)
    assert [step.layer for step in result.steps if not step.ok] == ["database"]


def test_a_role_without_a_session_left_is_told_that_there_is_none(place: PostgresqlPlace) -> None:
    with pytest.raises(Unreachable) as caught, place.open(server=place.new_role("CONNECTION LIMIT 0")):
        pass
    assert caught.value.code == "too_many_connections"


def test_fault_32_a_server_that_is_read_only_says_so(place: PostgresqlPlace) -> None:
    role = place.new_role()
    with place.open(server=role, writable=True) as server:
        assert not place.engine.facts(server).is_read_only
    place.host.execute(f"ALTER ROLE {role.user} SET default_transaction_read_only = on")
    with place.open(server=role, writable=True) as server:
        assert place.engine.facts(server).is_read_only


def test_fault_36_waiting_for_a_lock_ends_busy_and_a_slow_statement_ends_in_a_timeout(place: PostgresqlPlace) -> None:
    name = place.create(NOTES)
    with closing(place.raw(name)) as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE notes")
        with place.open(name, writable=True, lock_timeout=0.2) as session, pytest.raises(sa.exc.DBAPIError) as caught:
            session.execute(sa.text("DELETE FROM notes"))
        assert isinstance(place.engine.explain(caught.value, place.server), Busy)
    with place.open(name, read_timeout=0.3) as session, pytest.raises(sa.exc.DBAPIError) as caught:
        session.execute(sa.text("SELECT pg_sleep(30)"))
    assert place.engine.explain(caught.value, place.server).code == "timeout"


def test_fault_21_23_a_frozen_server_is_given_up_and_a_cancel_cuts_it_off() -> None:
    with start_postgresql() as host:
        place = PostgresqlPlace(host)
        with place.open(read_timeout=1.0) as session, place.open() as other:
            backends = [
                connection.execute(sa.text("SELECT pg_backend_pid()")).scalar() for connection in (session, other)
            ]
            assert all(backends)
            cancel = place.engine.canceller(other, place.server, place.password)
            host.pause()
            try:
                began = time.monotonic()
                with pytest.raises(ConsoleError) as told:
                    place.engine.tables(session)
                assert time.monotonic() - began < 10
                assert isinstance(told.value, Unreachable)
                timer = threading.Timer(0.5, cancel)
                timer.start()
                began = time.monotonic()
                with pytest.raises(ConsoleError) as told:
                    place.engine.tables(other)
                assert time.monotonic() - began < 8
                assert isinstance(told.value, Unreachable | Cancelled)
                timer.join()
            finally:
                host.resume()


def test_an_error_never_repeats_a_value_that_was_bound(place: PostgresqlPlace) -> None:
    with place.open() as session:
        for statement in ("SELECT CAST(:value AS integer)", "SELECT 1 / length(:value || '') FROM nothing_there"):
            with pytest.raises(sa.exc.DBAPIError) as caught:
                session.execute(sa.text(statement), {"value": "s3cret-value"})
            told = place.engine.explain(caught.value, place.server)
            assert "s3cret-value" not in f"{told.message}{told.hint}{told!r}"
            assert place.server.address in told.message


def test_a_name_cannot_pass_for_the_servers_words(place: PostgresqlPlace) -> None:
    for name in ("x password authentication failed", "too many clients", "certificate"):
        with pytest.raises(ConsoleError) as caught, place.open(name):
            pass
        assert caught.value.code == "not_found"


# --- content and the console ----------------------------------------------------------------------------------------


def test_fault_73_135_row_level_security_is_an_error_and_never_fewer_rows(place: PostgresqlPlace) -> None:
    role = place.new_role()
    name = place.create(
        NOTES,
        "INSERT INTO notes VALUES (1, 'hidden', 1)",
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
        f"GRANT SELECT ON notes TO {role.user}",
    )
    with place.open(name, server=role) as session, pytest.raises(MissingPrivilege):
        place.engine.content(session, "notes", JobContext())


def test_fault_126_content_is_the_same_whatever_the_database_prefers_to_print(place: PostgresqlPlace) -> None:
    table = "CREATE TABLE t (a timestamptz, b interval, c float8, d bytea, e date, f money, g regclass)"
    row = "INSERT INTO t VALUES ('2024-01-01 12:00Z', '1 mon 2 days', 0.1, '\\x00ff', 'infinity', 12.5, 't')"
    plain, peculiar = place.create(table, row), place.create(table, row)
    for setting in (
        "datestyle = 'SQL, DMY'",
        "timezone = 'Asia/Kathmandu'",
        "intervalstyle = 'iso_8601'",
        "extra_float_digits = -5",
        "bytea_output = 'escape'",
        "search_path = 'nowhere'",
    ):
        place.host.execute(f"ALTER DATABASE {peculiar} SET {setting}")
    assert place.content(plain) == place.content(peculiar)


def test_one_bit_of_a_float_and_one_byte_of_a_blob_make_a_difference(place: PostgresqlPlace) -> None:
    values = ["0.1", "0.1::float8 + 1.3877787807814457e-17", "'-0'", "0", "'NaN'", "NULL"]
    names = [place.create("CREATE TABLE t (a float8)", f"INSERT INTO t VALUES ({value})") for value in values]
    assert len({place.content(name)["t"].checksum for name in names}) == len(values)


def test_fault_140_tables_of_two_schemas_never_share_a_name(place: PostgresqlPlace) -> None:
    name = place.create(
        "CREATE SCHEMA a",
        "CREATE TABLE a.b (x integer)",
        'CREATE TABLE "a.b" (x integer)',
        "CREATE TABLE b (x integer)",
        "INSERT INTO a.b VALUES (1)",
        'INSERT INTO "a.b" VALUES (1), (2)',
    )
    assert {table: content.rows for table, content in place.content(name).items()} == {
        "a.b": 1,
        '"public"."a.b"': 2,
        "b": 0,
    }
    assert shown_name("public", "plain") == "plain"
    assert quote('a\n"\\') == 'U&"a\\000A""\\005C"'


def test_fault_127_the_console_shows_what_python_could_not_hold(place: PostgresqlPlace) -> None:
    statement = (
        "SELECT 'infinity'::date AS d, '4713-01-01 BC'::timestamp AS b, '10000 years 1 mon'::interval AS i,"
        " '[0:1]={1,2}'::int[] AS a, 'NaN'::float8 AS n, 0.1::float8 AS f, 1e400::numeric AS m, '\\x00ff'::bytea AS y,"
        " true AS t, 9223372036854775807 AS g, NULL AS z, '100%' LIKE '%0%' AS p, '24:00'::time AS h"
    )
    with place.open() as session:
        answer = place.engine.read_only_sql(session, statement, 10)
    assert dict(zip(answer.columns, answer.rows[0], strict=True)) == {
        "d": "infinity",
        "b": "4713-01-01 00:00:00 BC",
        "i": "10000 years 1 mon",
        "a": "[0:1]={1,2}",
        "n": "NaN",
        "f": 0.1,
        "m": "1" + "0" * 400,
        "y": "0x00ff",
        "t": True,
        "g": 9223372036854775807,
        "z": None,
        "p": True,
        "h": "24:00:00",
    }


def test_a_million_rows_in_the_console_are_not_waited_for(place: PostgresqlPlace) -> None:
    began = time.monotonic()
    with place.open() as session:
        answer = place.engine.read_only_sql(session, "SELECT generate_series(1, 100000000)", 5)
        assert answer.rows == ((1,), (2,), (3,), (4,), (5,))
        assert answer.truncated
        assert place.engine.read_only_sql(session, "SHOW server_encoding", 5).rows == (("UTF8",),)
        assert place.engine.read_only_sql(session, "SELECT 1 AS a WHERE false", 5).columns == ("a",)
    assert time.monotonic() - began < 20


# --- dumps ----------------------------------------------------------------------------------------------------------


def test_fault_132_pg_dump_finds_no_difference_between_an_original_and_its_copy(place: PostgresqlPlace) -> None:
    original = place.create(*SCHEMA)
    copy = place.create()
    place.load(copy, place.dump(original)[0])

    def seen_by_pg_dump(name: str) -> list[str]:
        outcome = place.client("pg_dump", name)
        assert outcome.returncode == 0, outcome.stderr
        lines = normalised(outcome.stdout.decode()).splitlines()
        return [line for line in lines if not re.match(r"\\(un)?restrict ", line)]

    assert seen_by_pg_dump(copy) == seen_by_pg_dump(original)


def test_sequences_go_on_where_they_stood(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE TABLE t (id serial, other integer GENERATED ALWAYS AS IDENTITY)",
        "INSERT INTO t DEFAULT VALUES",
        "INSERT INTO t DEFAULT VALUES",
        "CREATE SEQUENCE untouched START WITH 5",
    )
    copy = place.create()
    place.load(copy, place.dump(original)[0])
    assert place.run(copy, "INSERT INTO t DEFAULT VALUES RETURNING id, other, nextval('untouched')") == [(3, 3, 5)]


def test_fault_38_a_schema_that_changes_during_a_dump_fails_the_dump(place: PostgresqlPlace) -> None:
    original = place.create(NOTES, "INSERT INTO notes VALUES (1, 'x', 1)")

    class Migration(io.BytesIO):
        is_done = False

        def write(self, data: Any, /) -> int:
            if not self.is_done:
                self.is_done = True
                place.run(original, "CREATE TABLE late (id integer)")
            return super().write(data)

    with place.open(original, read_timeout=None) as session, pytest.raises(Failed) as caught:
        place.engine.dump(session, Migration(), JobContext())
    assert caught.value.code == "schema_changed"


def test_fault_39_a_table_being_dumped_cannot_be_altered_or_truncated(place: PostgresqlPlace) -> None:
    original = place.create(NOTES, "INSERT INTO notes VALUES (1, 'x', 1)")
    blocked: list[str] = []

    class Migration(io.BytesIO):
        def write(self, data: Any, /) -> int:
            if not blocked:
                for statement in ("ALTER TABLE notes ADD COLUMN late integer", "TRUNCATE notes", "DROP TABLE notes"):
                    blocked.append(statement)
                    with closing(place.raw(original)) as other:
                        other.execute("SET lock_timeout = '100ms'")
                        with pytest.raises(psycopg.errors.LockNotAvailable):
                            other.execute(statement)
            return super().write(data)

    with place.open(original, read_timeout=None) as session:
        place.engine.dump(session, Migration(), JobContext())
    assert len(blocked) == 3


def test_a_dump_is_cancelled_in_the_middle_of_a_table_and_its_session_goes_on(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE TABLE bulk (id integer, body text)",
        "INSERT INTO bulk SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 30000) AS n",
    )
    job = JobContext()

    class Impatient(io.BytesIO):
        def write(self, data: Any, /) -> int:
            if len(data) > 100_000:
                job.cancel()
            return super().write(data)

    with place.open(original, read_timeout=None) as session:
        began = time.monotonic()
        with pytest.raises(Cancelled):
            place.engine.dump(session, Impatient(), job)
        assert time.monotonic() - began < 5
        assert session.execute(sa.text("SELECT 1")).scalar() == 1


def test_fault_17_a_dump_ten_times_as_long_takes_no_more_memory(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE TABLE bulk (id integer, body text)",
        "INSERT INTO bulk SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 60000) AS n",
    )

    class Counter:
        size = 0

        def write(self, data: bytes, /) -> None:
            self.size += len(data)

    sink = Counter()
    with place.open(original, read_timeout=None) as session:
        tracemalloc.start()
        try:
            place.engine.dump(session, sink, JobContext())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert sink.size > 55_000_000
    assert peak < 25_000_000


def test_fault_70_a_database_of_which_only_a_part_can_be_read_is_not_dumped(place: PostgresqlPlace) -> None:
    role = place.new_role()
    name = place.create(NOTES, "CREATE TABLE closed (id serial)", f"GRANT SELECT ON notes TO {role.user}")
    with place.open(name, server=role, read_timeout=None) as session, pytest.raises(MissingPrivilege) as caught:
        place.engine.dump(session, io.BytesIO(), JobContext())
    assert "closed" in caught.value.message
    assert "closed_id_seq" in caught.value.message
    assert "notes" not in caught.value.message


def test_fault_137_an_owner_who_is_no_superuser_dumps_and_loads_everything(place: PostgresqlPlace) -> None:
    role = place.new_role("CREATEDB")
    dump, facts = place.dump(place.create(*SCHEMA))
    first, second = place.new_name(), place.new_name()
    for name, source in ((first, dump), (second, None)):
        with place.open(server=role, writable=True) as server:
            place.engine.create_database(server, name, "x")
        if source is None:
            sink = io.BytesIO()
            with place.open(first, server=role, read_timeout=None) as session:
                assert place.engine.dump(session, sink, JobContext()).losses == ()
            source = sink.getvalue()
        with place.open(name, server=role, writable=True, read_timeout=None) as session:
            place.engine.load(session, io.BytesIO(source), JobContext())
    assert place.content(second) == facts.tables
    assert place.fingerprint(second) == facts.fingerprint
    place.host.drop(first)
    place.host.drop(second)


def test_owners_privileges_and_settings_are_named_as_losses(place: PostgresqlPlace) -> None:
    role = place.new_role()
    name = place.create(NOTES, f"ALTER TABLE notes OWNER TO {role.user}", "CREATE TABLE shared (id integer)")
    place.run(name, f"GRANT SELECT ON shared TO {role.user}", f"GRANT SELECT (id) ON shared TO {role.user}")
    place.host.execute(f"ALTER DATABASE {name} SET work_mem = '7MB'", f"COMMENT ON DATABASE {name} IS 'the shop''s'")
    assert place.dump(name)[1].losses == (
        f"owner {role.user} of table public.notes",
        f'privileges of role "{role.user}", on a server that has no such role',
        "setting work_mem of the database",
        "the comment on the database",
    )


def test_fault_130_extensions_come_back_in_the_order_in_which_they_rest_on_each_other(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE SCHEMA tools",
        "CREATE EXTENSION cube WITH SCHEMA tools",
        "CREATE EXTENSION earthdistance WITH SCHEMA tools",
        "CREATE EXTENSION citext",
        "CREATE EXTENSION btree_gist",
        "CREATE TABLE t (a citext, b tools.cube, c integer, EXCLUDE USING gist (c WITH =))",
        "INSERT INTO t VALUES ('A', '(1,2)', 1)",
        "CREATE INDEX ON t (a)",
    )
    dump, facts = place.dump(original)
    copy = place.create()
    place.load(copy, dump)
    assert place.content(copy) == facts.tables
    assert place.fingerprint(copy) == facts.fingerprint
    with place.open(copy) as session:
        assert [table.name for table in place.engine.tables(session)] == ["t"]


def test_fault_143_another_encoding_is_translated_and_one_without_meaning_is_refused(place: PostgresqlPlace) -> None:
    latin, ascii_ = place.new_name(), place.new_name()
    place.host.execute(
        f"CREATE DATABASE {latin} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'",
        f"CREATE DATABASE {ascii_} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'",
    )
    place.run(latin, "CREATE TABLE straße (größe text)", "INSERT INTO straße VALUES ('Ärger'), (chr(255))")
    dump, facts = place.dump(latin)
    assert facts.character_set == "LATIN1"
    assert facts.losses == ("the encoding LATIN1: a copy keeps the same text in UTF8",)
    copy = place.create()
    place.load(copy, dump)
    assert place.content(copy) == facts.tables == place.content(latin)
    with place.open(ascii_, read_timeout=None) as session, pytest.raises(Unsupported) as caught:
        place.engine.dump(session, io.BytesIO(), JobContext())
    assert "SQL_ASCII" in caught.value.message


def test_a_failed_load_leaves_the_database_empty_and_the_session_as_it_was(place: PostgresqlPlace) -> None:
    dump, _ = place.dump(place.create(*SCHEMA))
    target = place.create()
    with place.open(target, writable=True, read_timeout=None) as session:
        with pytest.raises(Corrupt):
            place.engine.load(session, io.BytesIO(dump[: dump.rindex(b"-- pagevoo:end")]), JobContext())
        assert place.engine.tables(session) == ()
        assert session.execute(sa.text("SHOW search_path")).scalar() == '"$user", public'
        place.engine.load(session, io.BytesIO(dump), JobContext())
        assert place.engine.tables(session)


@pytest.mark.parametrize(
    "statement", [b"COMMIT;", b"ROLLBACK;", b"CREATE TABLE a (); CREATE TABLE b ();", b"DROP DATABASE template1;"]
)
def test_a_statement_of_a_file_cannot_leave_the_transaction_of_its_load(
    place: PostgresqlPlace, statement: bytes
) -> None:
    sink = io.BytesIO()
    writer = FrameWriter(sink)
    writer.header("postgresql", "15")
    writer.statement(statement)
    writer.statement(b"CREATE TABLE intruder ();")
    writer.end(1, 0)
    target = place.create()
    with pytest.raises(ConsoleError):
        place.load(target, sink.getvalue())
    assert place.content(target) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "((s)::text = ANY ((ARRAY['a'::character varying, 'b, (x'::character varying])::text[]))",
            "((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b, (x'::character varying)::text]))",
        ),
        ('(ARRAY[f(1, 2), \']\'])::"My x"."t"[]', 'ARRAY[(f(1, 2))::"My x"."t", (\']\')::"My x"."t"]'),
        ("(ARRAY[1])::character varying[] || x", "ARRAY[(1)::character varying] || x"),
        ("(ARRAY['a'::text])", "(ARRAY['a'::text])"),
        ("(ARRAY['unfinished", "(ARRAY['unfinished"),
    ],
)
def test_an_array_that_is_cast_as_a_whole_is_cast_element_by_element(text: str, expected: str) -> None:
    assert normalised(text) == expected
    assert normalised(expected) == expected


def test_a_fingerprint_needs_no_dump(place: PostgresqlPlace) -> None:
    statements = ("CREATE TABLE parted (a integer) PARTITION BY RANGE (a)", "CREATE TABLE p (a integer)")
    plain = place.create(*statements)
    attached = place.create(*statements, "ALTER TABLE parted ATTACH PARTITION p FOR VALUES FROM (1) TO (2)")
    assert place.fingerprint(plain) != place.fingerprint(attached)
    with place.open(attached) as session:
        assert [table.name for table in place.engine.tables(session)] == ["p", "parted"]


def test_a_session_without_a_database_goes_to_the_maintenance_database(place: PostgresqlPlace) -> None:
    with closing(place.engine.connect(place.server, place.password, None, SessionOptions())) as connection:
        assert connection.info.dbname == "postgres"


def test_why_a_server_does_not_answer_is_said_once(tmp_path: Path) -> None:
    """libpq names the address up to twice before it comes to the point."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    engine = PostgresqlEngine()
    told = {}
    for host, folder in (("127.0.0.1", ""), ("localhost", ""), ("", str(tmp_path))):
        server = Server("pg", "postgresql", host=host, port=port, user="nobody", socket=folder)
        with pytest.raises(Unreachable) as caught:
            engine.connect(server, None, "postgres", SessionOptions())
        told[host] = str(caught.value)
        assert caught.value.hint
    assert told == {
        "127.0.0.1": f"127.0.0.1:{port} does not answer: Connection refused",
        "localhost": f"localhost:{port} does not answer: Connection refused",
        "": f"{tmp_path} does not answer: No such file or directory",
    }


def test_a_server_that_accepts_and_stays_silent_does_not_answer_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        server = Server("pg", "postgresql", host="127.0.0.1", port=port, user="nobody")
        with pytest.raises(Unreachable) as caught:
            PostgresqlEngine().connect(server, None, "postgres", SessionOptions(connect_timeout=2))
    assert str(caught.value) == f"127.0.0.1:{port} does not answer in time"


def test_a_role_that_was_dropped_while_a_database_was_closed_keeps_nobody_else_out(place: PostgresqlPlace) -> None:
    name = place.create(NOTES)
    reader = place.new_role()
    place.host.execute(f"GRANT CONNECT ON DATABASE {name} TO {reader.user}")
    staged = place.create(NOTES)
    with place.open(writable=True) as server:
        place.engine.quiesce(server, name)
        memo = place.engine.swap_memo(server, name, staged)
        place.host.execute(f"DROP ROLE {reader.user}")
        place.roles.remove(reader.user)

        place.engine.swap(server, name, staged, place.new_name(), memo)
        place.engine.quiesce(server, name)
        place.engine.unquiesce(server, name)

    other = place.new_role()
    with closing(place.engine.connect(other, place.password, name, SessionOptions())) as session:
        assert session.execute("SELECT current_database()").fetchone() == (name,)


def test_unquiesce_passes_over_a_role_that_was_dropped(place: PostgresqlPlace) -> None:
    name = place.create(NOTES)
    reader = place.new_role()
    place.host.execute(f"GRANT CONNECT ON DATABASE {name} TO {reader.user}")
    with place.open(writable=True) as server:
        place.engine.quiesce(server, name)
        place.host.execute(f"DROP ROLE {reader.user}")
        place.roles.remove(reader.user)

        place.engine.unquiesce(server, name)

    other = place.new_role()
    with closing(place.engine.connect(other, place.password, name, SessionOptions())) as session:
        assert session.execute("SELECT current_database()").fetchone() == (name,)


def test_a_database_that_could_not_be_made_leaves_no_draft(place: PostgresqlPlace) -> None:
    name = place.new_name()
    before = place.host.databases()
    with place.open(writable=True) as server, pytest.raises(ConsoleError):
        place.engine.create_database(server, name, "a marker\0that no server takes")
    assert place.host.databases() == before

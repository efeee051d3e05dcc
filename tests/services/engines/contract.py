"""What every engine promises, written once: each engine's test module inherits `EngineContract` and adds its own traps.

A module gives the fixture `place` (a `Place`: a real server or folder) and the class attributes below. Statements here
are portable: INTEGER, VARCHAR, single quotes. Nothing in this module knows which engine it is testing.
"""

from __future__ import annotations

import base64
import io
import json
import random
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.domain.errors import (
    AccessDenied,
    Cancelled,
    ConsoleError,
    Corrupt,
    NotFound,
    Refused,
    Unreachable,
    Unsupported,
    WrongUsage,
)
from pagevoo_console.domain.server import Server
from pagevoo_console.services.engines.base import DatabaseEngine, FeatureRecord, SessionOptions
from pagevoo_console.services.jobs import JobContext
from tests.services.engines.stalled_server import stalled_server

HOSTILE_NAMES = (
    'quote"d',
    "back`tick",
    "apo'strophe",
    "semi;colon",
    "per%cent%s",
    "back\\slash",
    "comment--x",
    "new\nline",
    "tab\tstop",
    "select",
    "UPPER",
    "straße_ü",
    "smile_\N{GRINNING FACE}",
    "bidi_\u202egnp",
    "<img src=x>",
    "host=evil port=1",
)
"""Names of databases and tables that somebody will have one day."""


class Place(ABC):
    """Where an engine is tested: a server of this test session and an account that may do everything on it."""

    engine: DatabaseEngine
    server: Server
    password: str | None

    @abstractmethod
    def new_name(self) -> str:
        """A database name that nobody used before; what is created under it is dropped after the test."""

    @abstractmethod
    def raw(self, database: str) -> Any:
        """A DB-API connection of the plain driver in autocommit mode; the caller closes it."""

    @abstractmethod
    def restore_natively(self, database: str, dump: Path) -> subprocess.CompletedProcess[bytes]:
        """Feed the file to the engine's own client, stopping at the first error."""

    @contextmanager
    def open(
        self, database: str | None = None, *, server: Server | None = None, password: str | None = None, **options: Any
    ) -> Iterator[sa.Connection]:
        connection = self.engine.open(
            server or self.server, self.password if password is None else password, database, SessionOptions(**options)
        )
        try:
            yield connection
        finally:
            connection.close()

    def create(self, *statements: str, marker: str = "made by a test") -> str:
        """A new database in which these statements have been run; returns its name."""
        name = self.new_name()
        with self.open(writable=True) as server:
            self.engine.create_database(server, name, marker)
        self.run(name, *statements)
        return name

    def run(self, database: str, *statements: str) -> list[Any]:
        """Run statements through the plain driver; the rows of the last one that gave any."""
        rows: list[Any] = []
        with closing(self.raw(database)) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
                if cursor.description is not None:
                    rows = list(cursor.fetchall())
            cursor.close()
        return rows

    def content(self, database: str) -> dict[str, TableContent]:
        with self.open(database) as session:
            job = JobContext()
            return {facts.name: self.engine.content(session, facts.name, job) for facts in self.engine.tables(session)}

    def fingerprint(self, database: str) -> str:
        with self.open(database) as session:
            return self.engine.fingerprint(session)

    def dump(self, database: str) -> tuple[bytes, DumpFacts]:
        sink = io.BytesIO()
        with self.open(database, read_timeout=None) as session:
            facts = self.engine.dump(session, sink, JobContext())
        return sink.getvalue(), facts

    def load(self, database: str, dump: bytes) -> None:
        with self.open(database, writable=True, read_timeout=None) as session:
            self.engine.load(session, io.BytesIO(dump), JobContext())


def wait_until(claim: Any, seconds: float = 10.0) -> bool:
    """Whether the claim became true in time."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _insert_and_fail(session: sa.Connection) -> None:
    session.execute(sa.text("INSERT INTO notes VALUES (2, 'lost', 1)"))
    raise ZeroDivisionError


def still_holds(engine: DatabaseEngine, session: sa.Connection, key: str) -> bool:
    """Whether a session holds a lock, as far as it is alive at all."""
    try:
        return engine.holds_lock(session, key)
    except (ConsoleError, sa.exc.DBAPIError):
        return False


class EngineContract:
    """Inherit as `class TestXyz(EngineContract)` in `test_xyz.py`, with a fixture `place` and these attributes."""

    schema: ClassVar[Sequence[str]] = ()
    """Ordinary tables, views, triggers, routines of every ordinary type and their rows, as a real tenant has them."""
    unsupported: ClassVar[Sequence[tuple[Sequence[str], str]]] = ()
    """Statements that make an object which cannot be dumped faithfully, and the name the refusal must mention."""
    slow_statement: ClassVar[str] = ""
    """A SELECT that runs for half a minute unless it is stopped."""
    refused_statements: ClassVar[Sequence[str]] = ()
    """What the read-only console of this engine must refuse beside the statements refused everywhere."""
    small_table = "CREATE TABLE notes (id INTEGER PRIMARY KEY, label VARCHAR(100), amount INTEGER)"

    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError

    # --- connecting -------------------------------------------------------------------------------------------------

    def test_a_session_answers_and_carries_its_server_and_database(self, place: Place) -> None:
        name = place.create()
        with place.open(name) as session:
            assert session.execute(sa.text("SELECT 1")).scalar() == 1
            assert session.info["server"] == place.server
            assert session.info["database"] == name
        with place.open() as server:
            assert server.info["database"] is None

    def test_a_session_that_is_not_writable_is_read_only_by_the_servers_word(self, place: Place) -> None:
        name = place.create(self.small_table, "INSERT INTO notes VALUES (1, 'kept', 1)")
        for statement in (
            "INSERT INTO notes VALUES (2, 'x', 2)",
            "UPDATE notes SET amount = 2",
            "DELETE FROM notes",
            "CREATE TABLE other (id INTEGER)",
            "DROP TABLE notes",
        ):
            with place.open(name) as session, pytest.raises(sa.exc.DBAPIError) as caught:
                session.execute(sa.text(statement))
            assert isinstance(place.engine.explain(caught.value, place.server), ConsoleError)
        assert [tuple(row) for row in place.run(name, "SELECT * FROM notes")] == [(1, "kept", 1)]

    def test_a_writable_session_writes_at_once(self, place: Place) -> None:
        name = place.create(self.small_table)
        with place.open(name, writable=True) as session:
            session.execute(sa.text("INSERT INTO notes VALUES (1, 'x', 1)"))
            assert len(place.run(name, "SELECT * FROM notes")) == 1

    def test_a_transaction_commits_at_its_end_and_rolls_back_on_an_error(self, place: Place) -> None:
        name = place.create(self.small_table)
        with place.open(name, writable=True) as session:
            with place.engine.transaction(session):
                session.execute(sa.text("INSERT INTO notes VALUES (1, 'kept', 1)"))
            with pytest.raises(ZeroDivisionError), place.engine.transaction(session):
                _insert_and_fail(session)
            session.execute(sa.text("INSERT INTO notes VALUES (3, 'kept', 1)"))
        assert [row[0] for row in place.run(name, "SELECT id FROM notes ORDER BY id")] == [1, 3]

    def test_a_database_that_is_not_there_is_not_found(self, place: Place) -> None:
        missing = place.new_name()
        with pytest.raises(NotFound) as caught, place.open(missing):
            pass
        assert missing in caught.value.message
        assert caught.value.hint
        with place.open() as server:
            assert not place.engine.exists(server, missing)

    @pytest.mark.parametrize("password", ["Tr0ub4dor", "", "пароль-\N{KEY}", "quote'd \\ = {x}"])
    def test_a_wrong_password_is_access_denied_and_never_told(self, place: Place, password: str) -> None:
        if not place.engine.is_server:
            with place.open(password=password) as server:
                assert server.info["database"] is None
            return
        with pytest.raises(AccessDenied) as caught, place.open(password=password):
            pass
        told = f"{caught.value.message} {caught.value.hint} {caught.value!r}"
        assert not password or password not in told
        assert place.server.address in told

    def test_an_address_where_nobody_answers_is_unreachable(self, place: Place) -> None:
        nowhere = self.unreachable(place)
        with pytest.raises((Unreachable, NotFound)) as caught, place.open(server=nowhere):
            pass
        assert nowhere.address in caught.value.message
        assert caught.value.hint

    def unreachable(self, place: Place) -> Server:
        if place.engine.is_server:
            return replace(place.server, host="127.0.0.1", port=1, socket="")
        return replace(place.server, directory=place.server.directory + "/nowhere")

    def test_a_host_that_does_not_exist_is_unreachable(self, place: Place) -> None:
        if not place.engine.is_server:
            return
        unknown = replace(place.server, host="no-such-host.invalid", socket="")
        with pytest.raises(Unreachable) as caught, place.open(server=unknown):
            pass
        assert "no-such-host.invalid" in caught.value.message
        result = place.engine.check(unknown, place.password, None)
        assert not result.reachable
        assert [step.layer for step in result.steps] == ["name"]

    def test_fault_22_a_server_that_accepts_and_never_greets_is_given_up_in_time(self, place: Place) -> None:
        if not place.engine.is_server:
            return
        with stalled_server() as port:
            stalled = replace(place.server, host="127.0.0.1", port=port, socket="")
            began = time.monotonic()
            with pytest.raises(Unreachable), place.open(server=stalled, connect_timeout=1.0):
                pass
            assert time.monotonic() - began < 5
            began = time.monotonic()
            result = place.engine.check(stalled, place.password, None)
            assert time.monotonic() - began < 15
        assert not result.reachable
        assert result.problem

    # --- check and facts --------------------------------------------------------------------------------------------

    def test_a_check_of_a_healthy_database_holds_in_every_layer(self, place: Place) -> None:
        result = place.engine.check(place.server, place.password, place.create())
        assert result.reachable
        assert result.problem is None
        assert all(step.ok for step in result.steps)
        assert result.latency_ms is not None
        assert 0 < result.latency_ms < 5000
        assert result.server_version

    def test_a_check_stops_at_the_first_layer_that_fails_and_says_what_to_do(self, place: Place) -> None:
        cases = [(self.unreachable(place), place.password, None), (place.server, place.password, place.new_name())]
        if place.engine.is_server:
            cases.append((place.server, "Tr0ub4dor", None))
        for server, password, database in cases:
            result = place.engine.check(server, password, database)
            assert not result.reachable
            assert result.problem
            assert result.hint
            assert [step.ok for step in result.steps][-1] is False
            assert all(step.ok for step in result.steps[:-1])
            assert result.steps[-1].hint
            assert "Tr0ub4dor" not in result.problem

    def test_a_servers_identity_is_the_same_in_every_session(self, place: Place) -> None:
        with place.open() as one, place.open() as other:
            facts = place.engine.facts(one)
            assert facts.identity
            assert facts.version
            assert facts.product
            assert not facts.is_read_only
            assert place.engine.facts(other).identity == facts.identity

    def test_the_all_powerful_account_has_every_privilege(self, place: Place) -> None:
        with place.open() as server:
            privileges = place.engine.privileges(server)
        assert set(privileges) == {"create_database", "drop_database", "create_user", "end_sessions", "read_sizes"}
        assert all(privileges.values())

    # --- databases --------------------------------------------------------------------------------------------------

    def test_a_created_database_is_listed_and_carries_its_marker_until_it_is_dropped(self, place: Place) -> None:
        name = place.new_name()
        with place.open(writable=True) as server:
            place.engine.create_database(server, name, "operation 7 'quoted' \\ %s")
            assert name in place.engine.databases(server)
            assert place.engine.exists(server, name)
            assert place.engine.marker(server, name) == "operation 7 'quoted' \\ %s"
            place.engine.drop_database(server, name)
            assert name not in place.engine.databases(server)
            assert not place.engine.exists(server, name)
            assert place.engine.marker(server, name) is None
            place.engine.drop_database(server, name)

    def test_seed_s3_a_database_that_exists_is_never_adopted(self, place: Place) -> None:
        name = place.create(self.small_table, marker="the first")
        with place.open(writable=True) as server:
            with pytest.raises(Refused) as caught:
                place.engine.create_database(server, name, "the second")
            assert caught.value.code == "database_exists"
            assert place.engine.marker(server, name) == "the first"
        assert place.run(name, "SELECT COUNT(*) FROM notes")[0][0] == 0

    def test_of_two_that_create_the_same_database_at_once_exactly_one_does(self, place: Place) -> None:
        name = place.new_name()
        barrier = threading.Barrier(4)
        outcomes: list[str] = []

        def create(number: int) -> None:
            with place.open(writable=True) as server:
                barrier.wait()
                try:
                    place.engine.create_database(server, name, f"marker {number}")
                except ConsoleError as error:
                    outcomes.append(error.code)
                else:
                    outcomes.append(f"marker {number}")

        threads = [threading.Thread(target=create, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        winners = [outcome for outcome in outcomes if outcome.startswith("marker")]
        assert len(outcomes) == 4
        assert len(winners) == 1
        assert outcomes.count("database_exists") == 3
        with place.open() as server:
            assert place.engine.marker(server, name) == winners[0]

    @pytest.mark.parametrize("suffix", HOSTILE_NAMES)
    def test_fault_78_79_80_81_88_91_a_hostile_name_is_either_refused_or_meant_exactly(
        self, place: Place, suffix: str
    ) -> None:
        self.refused_or_meant_exactly(place, f"{place.new_name()}{suffix}")

    @pytest.mark.parametrize("letter", ["x", "ü", "日"])
    @pytest.mark.parametrize("size", [63, 64, 65])
    def test_fault_82_83_a_name_at_the_limit_is_either_refused_or_meant_exactly(
        self, place: Place, letter: str, size: int
    ) -> None:
        name = place.new_name()
        while len(name.encode()) < size:
            name += letter
        self.refused_or_meant_exactly(place, name)

    @pytest.mark.parametrize("form", ["{} ", " {}", "{}\t", "{}."])
    def test_fault_84_a_name_with_a_space_at_an_end_is_either_refused_or_meant_exactly(
        self, place: Place, form: str
    ) -> None:
        self.refused_or_meant_exactly(place, form.format(place.new_name()))

    def refused_or_meant_exactly(self, place: Place, name: str) -> None:
        """Beside a database of another name, which stays."""
        bystander = place.create()
        with place.open(writable=True) as server:
            if place.engine.name_problem(name) is not None:
                with pytest.raises((Refused, WrongUsage)):
                    place.engine.create_database(server, name, "x")
                assert name not in place.engine.databases(server)
                return
            try:
                place.engine.create_database(server, name, "x")
                assert name in place.engine.databases(server)
                assert place.engine.marker(server, name) == "x"
                assert place.engine.sizes(server, [name]).keys() == {name}
                with place.open(name) as session:
                    assert place.engine.tables(session) == ()
            finally:
                place.engine.drop_database(server, name)
            assert name not in place.engine.databases(server)
            assert bystander in place.engine.databases(server)

    @pytest.mark.parametrize("name", ["", "nul\0byte", "x" * 300, "../escape", "/etc/passwd"])
    def test_fault_84_89_a_name_that_cannot_be_is_a_problem_with_a_sentence(self, place: Place, name: str) -> None:
        problem = place.engine.name_problem(name)
        if name in ("../escape", "/etc/passwd") and place.engine.is_server:
            return
        assert problem
        with place.open(writable=True) as server:
            with pytest.raises((Refused, WrongUsage)):
                place.engine.create_database(server, name, "x")
            with pytest.raises((Refused, WrongUsage)):
                place.engine.drop_database(server, name)

    def test_fault_59_a_system_database_is_neither_listed_nor_dropped(self, place: Place) -> None:
        with place.open(writable=True) as server:
            assert place.engine.databases(server).isdisjoint(place.engine.system_databases)
            for name in place.engine.system_databases:
                assert place.engine.name_problem(name)
                with pytest.raises((Refused, WrongUsage)):
                    place.engine.drop_database(server, name)

    def test_fault_87_an_underscore_in_a_name_is_no_wildcard(self, place: Place) -> None:
        name = place.create()
        lookalike = name.replace("_", "x")
        assert lookalike != name
        with place.open(writable=True) as server:
            assert not place.engine.exists(server, lookalike)
            place.engine.create_database(server, lookalike, "the lookalike")
            try:
                place.engine.drop_database(server, name)
                assert place.engine.marker(server, lookalike) == "the lookalike"
            finally:
                place.engine.drop_database(server, lookalike)

    def test_a_quiesced_database_lets_our_readers_in_and_is_itself_again_afterwards(self, place: Place) -> None:
        name = place.create(self.small_table, "INSERT INTO notes VALUES (1, 'kept', 1)")
        with place.open(writable=True) as server:
            place.engine.quiesce(server, name)
            place.engine.quiesce(server, name)
            assert place.engine.sessions(server, name) == 0
            assert place.content(name)["notes"].rows == 1
            place.engine.unquiesce(server, name)
            place.engine.unquiesce(server, name)
        assert place.run(name, "SELECT COUNT(*) FROM notes")[0][0] == 1

    def test_a_swapped_database_holds_the_staged_content_and_its_own_stands_aside(self, place: Place) -> None:
        live = place.create(self.small_table, "INSERT INTO notes VALUES (1, 'old', 1)")
        staged = place.create(self.small_table, "INSERT INTO notes VALUES (2, 'new', 2)")
        aside = place.new_name()
        with place.open(writable=True) as server:
            place.engine.quiesce(server, live)
            memo = json.loads(json.dumps(place.engine.swap_memo(server, live, staged)))
            place.engine.swap(server, live, staged, aside, memo)
            place.engine.swap(server, live, staged, aside, memo)
            place.engine.unquiesce(server, live)
            assert place.engine.exists(server, live)
        assert [tuple(row) for row in place.run(live, "SELECT * FROM notes")] == [(2, "new", 2)]
        assert place.content(aside)["notes"].rows == 1
        with place.open(aside) as session:
            assert session.execute(sa.text("SELECT label FROM notes")).scalar() == "old"

    # --- sizes and tables -------------------------------------------------------------------------------------------

    def test_twenty_megabytes_just_inserted_are_in_the_size(self, place: Place) -> None:
        name = place.create("CREATE TABLE bulk (id INTEGER PRIMARY KEY, body VARCHAR(10000))")
        bystander = place.create()
        with place.open(name) as session, place.open() as server:
            before = place.engine.size(session)
            assert before.used >= 0
        self.insert_bulk(place, name, megabytes=20)
        with place.open(name) as session, place.open() as server:
            after = place.engine.size(session)
            assert 18_000_000 < after.used - before.used < 40_000_000
            sizes = place.engine.sizes(server)
            assert {name, bystander} <= set(sizes)
            assert sizes[bystander].used < 18_000_000
            assert place.engine.sizes(server, [bystander]).keys() == {bystander}
            assert place.engine.sizes(server, []) == {}
            assert place.engine.sizes(server, [place.new_name()]) == {}
            assert wait_until(lambda: place.engine.sizes(server)[name].allocated > 18_000_000, 20)

    def insert_bulk(self, place: Place, name: str, megabytes: int) -> None:
        """Rows of ten thousand characters that no server can compress, a hundred a statement."""
        noise = random.Random(name)
        statements = []
        for start in range(0, megabytes * 100, 100):
            bodies = [base64.b64encode(noise.randbytes(7_500)).decode() for _ in range(100)]
            rows = ", ".join(f"({number}, '{body}')" for number, body in enumerate(bodies, start))
            statements.append(f"INSERT INTO bulk VALUES {rows}")
        place.run(name, *statements)

    def test_tables_are_listed_by_name_and_views_are_not_tables(self, place: Place) -> None:
        name = place.create(
            "CREATE TABLE b (id INTEGER)", "CREATE TABLE a (id INTEGER)", "CREATE VIEW c AS SELECT id FROM a"
        )
        with place.open(name) as session:
            tables = place.engine.tables(session)
        assert [table.name for table in tables] == ["a", "b"]
        assert all(table.size_bytes >= 0 and table.rows_estimated >= 0 for table in tables)

    # --- content and fingerprint ------------------------------------------------------------------------------------

    def test_equal_rows_in_another_order_are_equal_content(self, place: Place) -> None:
        table = "CREATE TABLE pairs (a VARCHAR(20), b VARCHAR(20))"
        rows = ["('1', 'one')", "('2', 'two')", "('3', NULL)"]
        one = place.create(table, *(f"INSERT INTO pairs VALUES {row}" for row in rows))
        other = place.create(table, *(f"INSERT INTO pairs VALUES {row}" for row in reversed(rows)))
        assert place.content(one) == place.content(other)
        assert place.content(one)["pairs"].rows == 3

    def test_content_tells_apart_what_is_easily_confused(self, place: Place) -> None:
        cases = [
            "('a', 'b')",
            "('ab', '')",
            "('', 'ab')",
            "('ab', NULL)",
            "(NULL, 'ab')",
            "('b', 'a')",
            "('A', 'b')",
            "('a ', 'b')",
            "('a', 'b'), ('a', 'b')",
            "('a', 'b'), ('a', 'b'), ('a', 'b')",
            "('a', 'b'), ('c', 'd')",
            "('a', 'd'), ('c', 'b')",
            "('NULL', 'b')",
            "(NULL, 'b')",
            "('1:a', 'b')",
            "('a,b', '')",
            "('é', 'b')",
        ]
        name = place.create()
        for number, values in enumerate(cases):
            place.run(
                name,
                f"CREATE TABLE pairs_{number:02} (a VARCHAR(20), b VARCHAR(20))",
                f"INSERT INTO pairs_{number:02} VALUES {values}",
            )
        contents = place.content(name)
        assert [content.rows for _, content in sorted(contents.items())] == [values.count("(") for values in cases]
        checksums = {content.checksum for content in contents.values()}
        assert len(checksums) == len(cases)

    def test_an_empty_table_has_content_too(self, place: Place) -> None:
        content = place.content(place.create(self.small_table))["notes"]
        assert content.rows == 0
        assert content.checksum

    def test_the_content_of_a_table_that_is_not_there_is_not_found(self, place: Place) -> None:
        with place.open(place.create()) as session, pytest.raises(NotFound):
            place.engine.content(session, "nothing", JobContext())

    def test_equal_definitions_have_equal_fingerprints_and_rows_do_not_matter(self, place: Place) -> None:
        one, other = place.create(*self.schema), place.create(*self.schema)
        assert place.fingerprint(one) == place.fingerprint(other)
        plain, filled = place.create(self.small_table), place.create(self.small_table)
        place.run(filled, "INSERT INTO notes VALUES (1, 'x', 1)")
        assert place.fingerprint(plain) == place.fingerprint(filled)

    def test_every_change_of_a_definition_changes_the_fingerprint(self, place: Place) -> None:
        variants = [
            [self.small_table],
            [self.small_table.replace("100", "101")],
            [self.small_table.replace("label VARCHAR(100)", "label VARCHAR(100) NOT NULL")],
            [self.small_table.replace("amount INTEGER", "amount INTEGER DEFAULT 5")],
            [self.small_table.replace("notes", "jottings")],
            [self.small_table, "CREATE INDEX notes_label ON notes (label)"],
            [self.small_table, "CREATE UNIQUE INDEX notes_label ON notes (label)"],
            [self.small_table, "CREATE INDEX notes_label ON notes (label, amount)"],
            [self.small_table, "CREATE VIEW labels AS SELECT label FROM notes"],
            [self.small_table, "CREATE VIEW labels AS SELECT label FROM notes WHERE amount = 1"],
            [self.small_table, "ALTER TABLE notes ADD COLUMN more INTEGER"],
        ]
        name = place.create()
        fingerprints = {place.fingerprint(name)}
        for statements in variants:
            place.run(name, *statements)
            fingerprints.add(place.fingerprint(name))
            view = "DROP VIEW labels" if "VIEW" in statements[-1] else "SELECT 1"
            place.run(name, view, f"DROP TABLE {'jottings' if 'jottings' in statements[0] else 'notes'}")
        variants.append([])
        assert len(fingerprints) == len(variants)

    # --- features ---------------------------------------------------------------------------------------------------

    def test_the_features_of_many_databases_come_with_the_errors_of_the_broken_ones(self, place: Place) -> None:
        table = "CREATE TABLE installed_features (feature_type VARCHAR(60) PRIMARY KEY, is_active BOOLEAN)"
        shop = place.create(
            table,
            "INSERT INTO installed_features VALUES ('shop', TRUE)",
            "INSERT INTO installed_features VALUES ('blog', FALSE)",
        )
        empty = place.create(table)
        foreign = place.create(self.small_table)
        upgraded = place.create(
            table,
            "INSERT INTO installed_features VALUES ('shop', TRUE)",
            "CREATE TABLE console_features (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
            "INSERT INTO console_features VALUES ('shop_0002')",
        )
        missing = place.new_name()
        opened: list[sa.Connection] = []

        def open_database(name: str) -> sa.Connection:
            connection = place.engine.open(place.server, place.password, name, SessionOptions())
            opened.append(connection)
            return connection

        with place.open() as server:
            found = dict(place.engine.feature_rows(server, [shop, missing, foreign, empty, upgraded], open_database))
        assert set(found) == {shop, missing, foreign, empty, upgraded}
        assert found[shop] == FeatureRecord({"shop": True, "blog": False})
        assert found[empty] == FeatureRecord({})
        assert found[upgraded] == FeatureRecord({"shop": True}, ("shop_0002",))
        assert isinstance(found[missing], NotFound)
        assert isinstance(found[foreign], ConsoleError)
        assert len(opened) <= len(found)
        assert all(connection.closed for connection in opened)

    # --- locks and cancelling ---------------------------------------------------------------------------------------

    def test_a_lock_is_one_sessions_until_it_lets_go_or_ends(self, place: Place) -> None:
        key = f"tenant/{place.new_name()}/ü"
        engine = place.engine
        with place.open(writable=True) as second:
            with place.open(writable=True) as first:
                assert engine.lock_is_free(first, key)
                assert engine.try_lock(first, key)
                assert engine.holds_lock(first, key)
                assert not engine.holds_lock(second, key)
                assert not engine.lock_is_free(second, key)
                assert not engine.try_lock(second, key)
                assert engine.try_lock(second, key + "other")
                engine.unlock(first, key)
                assert not engine.holds_lock(first, key)
                assert engine.try_lock(second, key)
                engine.unlock(second, key)
                assert engine.try_lock(first, key)
            assert wait_until(lambda: engine.lock_is_free(second, key))
            assert engine.try_lock(second, key)

    def test_fault_29_a_lock_can_be_taken_away_and_who_held_it_knows(self, place: Place) -> None:
        key = f"tenant/{place.new_name()}/ü"
        engine = place.engine
        with place.open(writable=True) as second:
            engine.end_lock_holder(second, key)
            with place.open(writable=True) as first:
                assert engine.try_lock(first, key)
                engine.end_lock_holder(second, key)
                assert engine.lock_is_free(second, key)
                assert engine.try_lock(second, key)
                engine.end_lock_holder(second, key)
                assert engine.holds_lock(second, key)
                assert not still_holds(engine, first, key)
            assert engine.holds_lock(second, key)

    def test_a_cancel_from_another_thread_stops_the_statement_on_the_server(self, place: Place) -> None:
        with place.open(place.create()) as session:
            cancel = place.engine.canceller(session, place.server, place.password)
            timer = threading.Timer(0.5, cancel)
            timer.start()
            began = time.monotonic()
            with pytest.raises(sa.exc.DBAPIError) as caught:
                session.execute(sa.text(self.slow_statement)).all()
            assert time.monotonic() - began < 5
            timer.join()
            assert isinstance(place.engine.explain(caught.value, place.server), Cancelled)
        cancel()

    # --- the read-only console --------------------------------------------------------------------------------------

    def test_the_read_only_console_answers_with_columns_rows_and_whether_more_were_cut_off(self, place: Place) -> None:
        name = place.create(
            self.small_table,
            "INSERT INTO notes VALUES (1, 'one', 10)",
            "INSERT INTO notes VALUES (2, NULL, 20)",
            "INSERT INTO notes VALUES (3, 'three', NULL)",
        )
        with place.open(name) as session:
            answer = place.engine.read_only_sql(session, "SELECT id, label, amount FROM notes ORDER BY id", 2)
        assert answer.columns == ("id", "label", "amount")
        assert answer.rows == ((1, "one", 10), (2, None, 20))
        assert answer.truncated
        assert answer.elapsed_ms > 0
        with place.open(name) as session:
            answer = place.engine.read_only_sql(session, "WITH n AS (SELECT 1 AS a) SELECT a FROM n;", 2)
        assert answer.rows == ((1,),)
        assert not answer.truncated

    def test_the_read_only_console_refuses_what_writes_and_what_could_leave_its_transaction(self, place: Place) -> None:
        name = place.create(self.small_table, "INSERT INTO notes VALUES (1, 'kept', 1)")
        everywhere = (
            "",
            ";",
            "INSERT INTO notes VALUES (2, 'x', 1)",
            "UPDATE notes SET amount = 2",
            "DELETE FROM notes",
            "DROP TABLE notes",
            "CREATE TABLE other (id INTEGER)",
            "SELECT 1; DELETE FROM notes",
            "ROLLBACK",
            "COMMIT",
            "BEGIN",
            "ROLLBACK; BEGIN; DELETE FROM notes",
            "WITH gone AS (DELETE FROM notes RETURNING id) SELECT * FROM gone",
            "not sql at all",
        )
        for statement in (*everywhere, *self.refused_statements):
            with place.open(name) as session, pytest.raises((Refused, WrongUsage)):
                place.engine.read_only_sql(session, statement, 10)
        assert [tuple(row) for row in place.run(name, "SELECT * FROM notes")] == [(1, "kept", 1)]

    def test_the_read_only_console_explains_a_mistake_in_the_statement(self, place: Place) -> None:
        with place.open(place.create()) as session, pytest.raises(ConsoleError) as caught:
            place.engine.read_only_sql(session, "SELECT missing FROM nowhere", 10)
        assert "nowhere" in caught.value.message

    # --- dump and load ----------------------------------------------------------------------------------------------

    def test_a_dump_loaded_elsewhere_is_the_same_database(self, place: Place) -> None:
        original = place.create(*self.schema)
        dump, facts = place.dump(original)
        copy = place.create()
        place.load(copy, dump)
        assert place.content(copy) == place.content(original) == facts.tables
        assert place.fingerprint(copy) == place.fingerprint(original) == facts.fingerprint
        assert facts.consistent
        assert facts.inconsistencies == ()

    def test_the_dump_of_a_load_is_a_fixpoint(self, place: Place) -> None:
        first = place.create()
        place.load(first, place.dump(place.create(*self.schema))[0])
        second_dump, _ = place.dump(first)
        second = place.create()
        place.load(second, second_dump)
        assert place.dump(second)[0] == second_dump

    def test_the_engines_own_client_restores_the_dump(self, place: Place, tmp_path: Path) -> None:
        original = place.create(*self.schema)
        dump, facts = place.dump(original)
        file = tmp_path / "dump.sql"
        file.write_bytes(dump)
        copy = place.create()
        outcome = place.restore_natively(copy, file)
        assert outcome.returncode == 0, outcome.stderr.decode(errors="replace")
        assert outcome.stderr == b""
        assert place.content(copy) == facts.tables
        assert place.fingerprint(copy) == facts.fingerprint

    def test_a_dump_never_names_its_database(self, place: Place) -> None:
        original = place.create(*self.schema)
        assert original.encode() not in place.dump(original)[0]

    def test_an_empty_database_is_dumped_and_loaded_too(self, place: Place) -> None:
        dump, facts = place.dump(place.create())
        assert facts.tables == {}
        copy = place.create()
        place.load(copy, dump)
        assert place.fingerprint(copy) == facts.fingerprint

    def test_fault_78_79_80_tables_of_hostile_names_survive(self, place: Place) -> None:
        original = place.create()
        made = 0
        for name in HOSTILE_NAMES:
            quoted = place.engine.quote(name)
            with place.open(original, writable=True) as session:
                try:
                    session.execute(sa.text(f"CREATE TABLE {quoted} ({quoted} INTEGER, plain VARCHAR(30))"))
                except sa.exc.DBAPIError as error:
                    assert place.engine.explain(error, place.server).message  # noqa: PT017
                    continue
            place.run(original, f"INSERT INTO {quoted} VALUES ({made}, 'one')")
            made += 1
        assert made >= len(HOSTILE_NAMES) - 1
        dump, facts = place.dump(original)
        copy = place.create()
        place.load(copy, dump)
        assert place.content(copy) == facts.tables
        assert [content.rows for content in facts.tables.values()] == [1] * made

    def test_rows_that_come_and_go_during_a_dump_are_not_in_it(self, place: Place) -> None:
        original = place.create(
            "CREATE TABLE a_first (id INTEGER PRIMARY KEY, body VARCHAR(1000))",
            "CREATE TABLE z_last (id INTEGER PRIMARY KEY)",
            *(f"INSERT INTO a_first VALUES ({number}, '{'x' * 900}')" for number in range(300)),
            "INSERT INTO z_last VALUES (1)",
        )
        before = place.content(original)

        class Meddler(io.BytesIO):
            meddled = False

            def write(self, data: Any, /) -> int:
                if not self.meddled:
                    self.meddled = True
                    place.run(original, "INSERT INTO z_last VALUES (2)", "DELETE FROM z_last WHERE id = 1")
                return super().write(data)

        sink = Meddler()
        with place.open(original, read_timeout=None) as session:
            facts = place.engine.dump(session, sink, JobContext())
        assert sink.meddled
        assert facts.tables == before
        copy = place.create()
        place.load(copy, sink.getvalue())
        assert place.content(copy) == before

    def test_a_cancelled_dump_stops_with_cancelled(self, place: Place) -> None:
        original = place.create(*self.schema)
        job = JobContext()
        job.cancel()
        with place.open(original, read_timeout=None) as session, pytest.raises(Cancelled):
            place.engine.dump(session, io.BytesIO(), job)

    def test_a_dump_that_lost_its_end_or_a_piece_is_corrupt(self, place: Place) -> None:
        dump, _ = place.dump(place.create(*self.schema))
        end = dump.rindex(b"-- pagevoo:end")
        damaged = [
            b"",
            dump[:end],
            dump[: len(dump) // 2],
            dump[:end] + b"-- pagevoo:end 0 0\n",
            b"\n" + dump,
            dump + b"x",
        ]
        middle = dump.index(b"\n", len(dump) // 3)
        damaged.append(dump[: middle + 1] + dump[middle + 2 :])
        target = place.create()
        for data in damaged:
            with pytest.raises(Corrupt):
                place.load(target, data)
            if not place.engine.can_roll_back_ddl:
                target = place.create()

    def test_a_dump_of_another_engine_is_refused(self, place: Place) -> None:
        dump, _ = place.dump(place.create())
        header, rest = dump.split(b"\n", 1)
        assert place.engine.name.encode() in header
        with pytest.raises((Corrupt, Refused)):
            place.load(place.create(), header.replace(place.engine.name.encode(), b"oracle") + b"\n" + rest)

    def test_a_database_that_is_not_empty_is_not_loaded_into(self, place: Place) -> None:
        dump, _ = place.dump(place.create(self.small_table))
        target = place.create("CREATE TABLE mine (id INTEGER)")
        with pytest.raises(Refused):
            place.load(target, dump)
        assert list(place.content(target)) == ["mine"]

    def test_what_cannot_be_dumped_faithfully_is_refused_by_name_before_the_first_byte(self, place: Place) -> None:
        for statements, named in self.unsupported:
            name = place.create(self.small_table, *statements)
            sink = io.BytesIO()
            with place.open(name, read_timeout=None) as session, pytest.raises(Unsupported) as caught:
                place.engine.dump(session, sink, JobContext())
            assert sink.getvalue() == b""
            assert caught.value.code == "unsupported_object"
            assert named in caught.value.message
            assert caught.value.hint

    def test_progress_of_a_dump_names_tables_and_ends_at_its_total(self, place: Place) -> None:
        original = place.create(*self.schema)
        seen: list[tuple[str, int, int | None]] = []
        job = JobContext(on_progress=lambda progress: seen.append((progress.title, progress.done, progress.total)))
        with place.open(original, read_timeout=None) as session:
            place.engine.dump(session, io.BytesIO(), job)
        assert seen
        assert all(total is None or done <= total for _, done, total in seen)

"""A load that may open a second session and read the dump twice: tables two at a time, and just as exact."""

from __future__ import annotations

import io
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar

import pytest
import sqlalchemy as sa

from pagevoo_console.domain.backup import DumpFacts
from pagevoo_console.domain.errors import Cancelled, Corrupt, Unreachable
from pagevoo_console.services.engines.base import Companions, Source
from pagevoo_console.services.jobs import JobContext
from tests.servers import MariadbServer, PostgresqlServer
from tests.services.engines.contract import Place, wait_until
from tests.services.engines.mysql_place import MariadbPlace
from tests.services.engines.postgresql_place import PostgresqlPlace


class Helpers:
    """What a load is given beside its session, and what it made of it."""

    def __init__(self, place: Place, database: str, dump: bytes) -> None:
        self._place = place
        self._database = database
        self._dump = dump
        self.sessions = 0

    @contextmanager
    def open_session(self) -> Iterator[sa.Connection]:
        self.sessions += 1
        with self._place.open(self._database, writable=True) as session:
            yield session

    def open_source(self) -> AbstractContextManager[Source]:
        return io.BytesIO(self._dump)

    @property
    def companions(self) -> Companions:
        return Companions(self.open_session, self.open_source)


def load(place: Place, database: str, dump: bytes, helpers: Helpers, job: JobContext | None = None) -> None:
    with place.open(database, writable=True) as session:
        place.engine.load(session, io.BytesIO(dump), job or JobContext(), helpers.companions)


class TwoAtATime(ABC):
    """What both engines promise."""

    _made: ClassVar[dict[type, tuple[bytes, DumpFacts]]] = {}

    @abstractmethod
    def make(self, place: Place) -> str:
        """A database of some megabytes and several tables."""

    def dump(self, place: Place) -> tuple[bytes, DumpFacts]:
        """The dump of such a database, made once."""
        if type(self) not in self._made:
            self._made[type(self)] = place.dump(self.make(place))
        return self._made[type(self)]

    def test_every_table_arrives_once_and_exact(self, place: Place) -> None:
        dump, facts = self.dump(place)
        copy = place.create()
        helpers = Helpers(place, copy, dump)

        load(place, copy, dump, helpers)

        assert helpers.sessions == 1
        assert place.content(copy) == facts.tables
        assert place.fingerprint(copy) == facts.fingerprint

    def test_a_small_dump_is_loaded_by_one_session(self, place: Place) -> None:
        dump, facts = place.dump(place.create("CREATE TABLE t (id INTEGER)", "INSERT INTO t VALUES (1), (2)"))
        copy = place.create()
        helpers = Helpers(place, copy, dump)

        load(place, copy, dump, helpers)

        assert helpers.sessions == 0
        assert place.content(copy) == facts.tables

    def test_a_second_session_that_is_not_to_be_had_is_done_without(self, place: Place) -> None:
        dump, facts = self.dump(place)
        copy = place.create()

        def refused() -> AbstractContextManager[sa.Connection]:
            raise Unreachable("Too many connections", code="too_many_connections")

        with place.open(copy, writable=True) as session:
            companions = Companions(refused, lambda: io.BytesIO(dump))
            place.engine.load(session, io.BytesIO(dump), JobContext(), companions)

        assert place.content(copy) == facts.tables

    def test_a_dump_that_is_cut_off_is_an_error_of_the_load(self, place: Place) -> None:
        dump, _ = self.dump(place)
        copy = place.create()
        cut = dump[: len(dump) * 9 // 10]

        with pytest.raises(Corrupt):
            load(place, copy, cut, Helpers(place, copy, cut))

    def test_what_fails_in_the_second_session_fails_the_load(self, place: Place) -> None:
        dump, _ = self.dump(place)
        copy = place.create()

        def open_source() -> AbstractContextManager[Source]:
            return io.BytesIO(dump[: len(dump) // 2])

        helpers = Companions(lambda: place.open(copy, writable=True), open_source)

        with place.open(copy, writable=True) as session, pytest.raises(Corrupt):
            place.engine.load(session, io.BytesIO(dump), JobContext(), helpers)

    def test_a_cancel_ends_both_sessions(self, place: Place) -> None:
        dump, _ = self.dump(place)
        copy = place.create()
        helpers = Helpers(place, copy, dump)
        job = JobContext(on_progress=lambda _: job.cancel() if helpers.sessions else None)
        before = threading.active_count()

        with pytest.raises(Cancelled):
            load(place, copy, dump, helpers, job)

        assert wait_until(lambda: threading.active_count() <= before)


class TestMariadb(TwoAtATime):
    """Both by INSERT and by LOAD DATA."""

    @pytest.fixture(params=["ON", "OFF"], autouse=True)
    def place(self, request: pytest.FixtureRequest, mariadb_server: MariadbServer) -> Iterator[MariadbPlace]:
        ((before,),) = mariadb_server.execute("SELECT @@GLOBAL.local_infile")
        mariadb_server.execute(f"SET GLOBAL local_infile = {request.param}")
        place = MariadbPlace(mariadb_server)
        yield place
        place.close()
        mariadb_server.execute(f"SET GLOBAL local_infile = {before}")

    def make(self, place: Place) -> str:
        return place.create(
            "CREATE TABLE a_parent (id INT PRIMARY KEY)",
            "INSERT INTO a_parent SELECT seq FROM seq_1_to_20000",
            "CREATE TABLE child (id INT AUTO_INCREMENT PRIMARY KEY, parent INT, name VARCHAR(60), KEY (name),"
            " FOREIGN KEY (parent) REFERENCES a_parent (id))",
            "INSERT INTO child SELECT seq, seq MOD 20000 + 1, REPEAT(MD5(seq), 1) FROM seq_1_to_60000",
            "CREATE TABLE other LIKE child",
            "INSERT INTO other SELECT * FROM child",
            "CREATE TABLE wide (id INT PRIMARY KEY, b LONGBLOB)",
            "INSERT INTO wide VALUES (1, REPEAT('x', 5000000)), (2, 'small')",
            "CREATE TABLE z_last (id INT PRIMARY KEY)",
            "INSERT INTO z_last VALUES (0), (7)",
            "CREATE TRIGGER t BEFORE INSERT ON a_parent FOR EACH ROW SET NEW.id = NEW.id + 1",
            "CREATE VIEW v AS SELECT COUNT(*) AS n FROM child",
        )

    def test_rows_come_by_the_server_s_fastest_road_where_it_allows_that(self, place: MariadbPlace) -> None:
        dump, _ = self.dump(place)
        ((_, before),) = place.running.execute("SHOW GLOBAL STATUS LIKE 'Com_load'")
        place.load(place.create(), dump)
        ((_, after),) = place.running.execute("SHOW GLOBAL STATUS LIKE 'Com_load'")
        ((allowed,),) = place.running.execute("SELECT @@GLOBAL.local_infile")

        assert int(after) - int(before) == (2 if allowed else 0)

    def test_any_value_is_exact_by_any_road(self, place: MariadbPlace) -> None:
        columns = {
            "y": ("YEAR NULL", ("0", "'2155'", "'1901'", "NULL")),
            "e": ("ENUM('2', '1', 'x''y', '') NULL", ("'2'", "'1'", "'x''y'", "''", "NULL")),
            "s": ("SET('2', '1', 'b') NULL", ("'2'", "'1,b'", "''", "NULL")),
            "b": ("BIT(64) NULL", ("0", "18446744073709551615", "NULL")),
            "f": ("FLOAT NULL", ("0.1", "-3.4e38", "1.17549435e-38", "NULL")),
            "d": ("DOUBLE NULL", ("0.1", "1.7976931348623157e308", "5e-324", "NULL")),
            "m": ("DECIMAL(20,5) NULL", ("-12.34567", "0", "NULL")),
            "t": (
                "VARCHAR(80) NULL",
                (
                    "''", "'NULL'", "'\\\\N'", "'),\\n('", "''','''", "'\\0\\r\\n\\t\\Z\\\\'", "'\U0001f600'",
                    "'(' ", "'x''41'''", "' ,'", "NULL",
                ),
            ),
            "v": ("VARBINARY(20) NULL", ("''", "x'00ff27'", "'NULL'", "NULL")),
            "w": ("DATETIME(6) NULL", ("'2000-02-29 23:59:59.999999'", "NULL")),
            "h": ("TIME(3) NULL", ("'-838:59:59.000'", "'00:00:00.001'", "NULL")),
            "u": ("UUID NULL", ("'00112233-4455-6677-8899-aabbccddeeff'", "NULL")),
            "j": ("JSON NULL", ("'{\"a\": \"\\\\\\\\n\"}'", "NULL")),
        }  # fmt: skip
        declared = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
        values = ", ".join(
            " ".join((
                f"CASE seq MOD {len(chosen)}",
                *(f"WHEN {turn} THEN {value}" for turn, value in enumerate(chosen)),
                "END",
            ))
            for _, chosen in columns.values()
        )  # fmt: skip
        database = place.create(
            f"CREATE TABLE t (id INT PRIMARY KEY, {declared})",
            f"INSERT INTO t SELECT seq, {values} FROM seq_1_to_9000",
        )
        dump, facts = place.dump(database)
        copy = place.create()

        place.load(copy, dump)

        assert len(dump) > 1_000_000
        assert place.content(copy) == facts.tables


class TestPostgresql(TwoAtATime):
    @pytest.fixture
    def place(self, postgresql_server: PostgresqlServer) -> Iterator[PostgresqlPlace]:
        place = PostgresqlPlace(postgresql_server)
        yield place
        place.drop_all()

    def make(self, place: Place) -> str:
        return place.create(
            "CREATE TABLE a_parent (id int PRIMARY KEY)",
            "INSERT INTO a_parent SELECT n FROM generate_series(1, 20000) AS n",
            "CREATE TABLE child (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, parent int REFERENCES a_parent,"
            " name text)",
            "INSERT INTO child SELECT n, n % 20000 + 1, md5(n::text) FROM generate_series(1, 60000) AS n",
            "CREATE TABLE other AS SELECT * FROM child",
            "CREATE TABLE wide (id int PRIMARY KEY, b bytea)",
            "INSERT INTO wide VALUES (1, convert_to(repeat('x', 5000000), 'UTF8')), (2, '')",
            "CREATE TABLE z_last (id int PRIMARY KEY)",
            "INSERT INTO z_last VALUES (0), (7)",
            "CREATE VIEW v AS SELECT count(*) AS n FROM child",
            "SELECT lo_from_bytea(0, 'a large object')",
        )

"""Freezing on each engine: the promise of all, and the traps of each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

from pagevoo_console.domain.errors import Busy
from pagevoo_console.services.engines.freezing import BY_HAND, FrozenTables, message
from pagevoo_console.services.jobs import JobContext
from tests.servers import MariadbServer, PostgresqlServer
from tests.services.engines.contract import Place
from tests.services.engines.freeze_contract import LIMIT, NOTES, ROWS, SAID, FreezeContract
from tests.services.engines.mysql_place import MariadbPlace
from tests.services.engines.postgresql_place import PostgresqlPlace
from tests.services.engines.sqlite_place import SqlitePlace

OWN_LOG = "CREATE TABLE log (line VARCHAR(100))"


@pytest.mark.parametrize("limit", [None, 1, 999, 1_000, 50_000_000, 999_999_999, 10_000_000_000, 2**62])
def test_what_is_said_fits_into_the_servers_limit(limit: int | None) -> None:
    assert len(message(limit)) <= 128
    assert message(limit).isascii()


def test_the_limit_is_named_as_the_tier_names_it() -> None:
    assert "its limit of 500 MB." in message(LIMIT)
    assert "its limit of 10 GB." in message(10_000_000_000)


class TestMysqlFreezing(FreezeContract):
    impossible_names = ("smile_\N{GRINNING FACE}",)
    inserts = (
        "INSERT INTO notes VALUES (3, 'x')",
        "INSERT IGNORE INTO notes VALUES (3, 'x')",
        "REPLACE INTO notes VALUES (1, 'x')",
        "INSERT INTO notes VALUES (1, 'x') ON DUPLICATE KEY UPDATE body = 'y'",
        "INSERT INTO notes SELECT 3, 'x'",
    )
    own_trigger = (
        "CREATE TRIGGER console_freeze_mine BEFORE UPDATE ON notes FOR EACH ROW INSERT INTO log VALUES ('mine')",
    )

    @pytest.fixture
    def place(self, mariadb_server: MariadbServer) -> Iterator[Place]:
        place = MariadbPlace(mariadb_server)
        yield place
        place.close()

    def test_a_file_is_not_loaded(self, place: MariadbPlace, tmp_path: Path) -> None:
        rows = tmp_path / "rows.txt"
        rows.write_text("3\tx\n")
        database = place.create(NOTES, ROWS)
        self.freeze(place, database)
        loading = pymysql.connect(
            unix_socket=str(place.running.socket), user="root", password=place.running.password, database=database,
            local_infile=True,
        )  # fmt: skip
        place.running.execute("SET GLOBAL local_infile = 1")
        with (
            closing(loading),
            loading.cursor() as cursor,
            pytest.raises(pymysql.Error, match="This database is frozen"),
        ):
            cursor.execute(f"LOAD DATA LOCAL INFILE '{rows}' INTO TABLE notes")

    def test_it_fires_before_the_tenants_own_trigger(self, place: Place) -> None:
        database = place.create(
            NOTES, "CREATE TABLE seen (line VARCHAR(10)) ENGINE=MyISAM",
            "CREATE TRIGGER first_of_all BEFORE INSERT ON notes FOR EACH ROW INSERT INTO seen VALUES ('fired')",
        )  # fmt: skip
        self.freeze(place, database)
        self.refused(place, database, "INSERT INTO notes VALUES (1, 'x')")
        assert place.run(database, "SELECT count(*) FROM seen")[0][0] == 0

    def test_partitions_and_renamed_tables_stay_frozen_and_views_are_untouched(self, place: Place) -> None:
        database = place.create(
            NOTES, "CREATE VIEW shown AS SELECT * FROM notes",
            "CREATE TABLE halves (id INT) PARTITION BY HASH (id) PARTITIONS 4",
        )  # fmt: skip
        assert self.freeze(place, database) == 2
        self.refused(place, database, "INSERT INTO halves VALUES (1)")
        self.refused(place, database, "INSERT INTO shown VALUES (1, 'x')")
        place.run(database, "RENAME TABLE notes TO renamed", NOTES)
        self.refused(place, database, "INSERT INTO renamed VALUES (1, 'x')")
        assert self.freeze(place, database) == 1
        self.refused(place, database, "INSERT INTO notes VALUES (1, 'x')")
        assert self.thaw(place, database) == 3

    def test_a_trigger_with_our_name_and_another_body_is_worked_around(self, place: Place) -> None:
        database = place.create(NOTES, OWN_LOG)
        self.freeze(place, database)
        ((name,),) = place.run(
            database,
            "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()"
            " AND EVENT_OBJECT_TABLE = 'notes'",
        )
        self.thaw(place, database)
        place.run(database, f"CREATE TRIGGER {name} BEFORE INSERT ON log FOR EACH ROW SET @x = 1")
        assert self.freeze(place, database) == 2
        assert self.thaw(place, database) == 2
        assert place.run(database, "SHOW TRIGGERS")[0][0] == name

    def test_a_table_that_somebody_holds_is_named_and_the_others_are_frozen(self, place: Place) -> None:
        database = place.create(NOTES, ROWS, OWN_LOG)
        with closing(place.raw(database)) as reader:
            reader.begin()
            reader.cursor().execute("SELECT * FROM notes")
            with pytest.raises(Busy, match="notes"):
                self.freeze(place, database)
        assert self.state(place, database) == FrozenTables(1, 1)
        assert self.freeze(place, database) == 1

    def test_a_frozen_database_can_be_swapped(self, place: Place) -> None:
        live, staged = place.create(NOTES, ROWS), place.create(NOTES)
        aside = place.new_name()
        self.freeze(place, live)
        with place.open(writable=True) as server:
            memo = place.engine.swap_memo(server, live, staged)
            place.engine.swap(server, live, staged, aside, memo)
        assert place.run(aside, "SELECT count(*) FROM notes")[0][0] == 2
        assert self.state(place, live) == FrozenTables(0, 1)

    def test_deleted_rows_are_no_longer_used(self, place: Place) -> None:
        database = place.create("CREATE TABLE bulk (id INT PRIMARY KEY, body LONGTEXT)")
        place.run(database, "INSERT INTO bulk SELECT seq, REPEAT('x', 100000) FROM seq_1_to_200")
        self.freeze(place, database)
        with place.open(database) as session:
            (full,) = place.engine.table_sizes(session)
            place.run(database, "DELETE FROM bulk")
            deadline = time.monotonic() + 30
            while (emptied := place.engine.table_sizes(session)[0]).used > full.used // 2:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        with place.open(database, writable=True, read_timeout=None) as session:
            place.engine.compact(session, JobContext())
            assert place.engine.table_sizes(session)[0].allocated < full.allocated // 2
        assert emptied.allocated > full.allocated // 2


class TestPostgresqlFreezing(FreezeContract):
    inserts = (
        "INSERT INTO notes VALUES (3, 'x')",
        "INSERT INTO notes VALUES (1, 'x') ON CONFLICT (id) DO NOTHING",
        "INSERT INTO notes VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET body = 'y'",
        "WITH new AS (INSERT INTO notes VALUES (3, 'x') RETURNING id) SELECT * FROM new",
        "MERGE INTO notes USING (SELECT 3 AS id) AS s ON notes.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (3, 'x')",
    )
    own_trigger = (
        "CREATE FUNCTION console_freeze_mine() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO log VALUES ('mine'); RETURN NULL; END $$",
        "CREATE TRIGGER console_freeze_mine AFTER UPDATE ON notes FOR EACH STATEMENT"
        " EXECUTE FUNCTION console_freeze_mine()",
    )

    @pytest.fixture
    def place(self, postgresql_server: PostgresqlServer) -> Iterator[Place]:
        place = PostgresqlPlace(postgresql_server)
        yield place
        place.drop_all()

    def test_copy_is_refused_and_a_replica_is_no_way_around(self, place: Place) -> None:
        database = place.create(NOTES, ROWS)
        self.freeze(place, database)
        with closing(place.raw(database)) as connection:
            cursor = connection.cursor()
            with pytest.raises(psycopg.Error, match="This database is frozen"), cursor.copy("COPY notes FROM STDIN"):
                pass
            cursor.execute("SET session_replication_role = replica")
            with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
                cursor.execute("INSERT INTO notes VALUES (3, 'x')")
            cursor.close()

    def test_schemas_partitions_and_inheritance_are_frozen_too(self, place: Place) -> None:
        database = place.create(
            'CREATE SCHEMA "odd ""one"',
            'CREATE TABLE "odd ""one".notes (id INT)',
            "CREATE TABLE parts (id INT) PARTITION BY LIST (id)",
            "CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1)",
            "CREATE TABLE part_2 PARTITION OF parts FOR VALUES IN (2)",
            "CREATE TABLE base (id INT)",
            "CREATE TABLE child () INHERITS (base)",
            "CREATE VIEW shown AS SELECT * FROM base",
        )
        assert self.freeze(place, database) == 6
        for table in ('"odd ""one".notes', "parts", "part_1", "base", "child", "shown"):
            self.refused(place, database, f"INSERT INTO {table} VALUES (1)")
        assert self.thaw(place, database) == 6
        functions = "SELECT count(*) FROM pg_proc WHERE proname LIKE 'console_freeze_%'"
        assert place.run(database, functions) == [(0,)]

    def test_a_row_may_move_to_another_partition(self, place: Place) -> None:
        database = place.create(
            "CREATE TABLE parts (id INT) PARTITION BY LIST (id)",
            "CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1)",
            "CREATE TABLE part_2 PARTITION OF parts FOR VALUES IN (2)",
            "INSERT INTO parts VALUES (1)",
        )
        self.freeze(place, database)
        place.run(database, "UPDATE parts SET id = 2")
        assert place.run(database, "SELECT count(*) FROM part_2") == [(1,)]

    def test_a_trigger_that_somebody_switched_off_is_switched_on_again(self, place: Place) -> None:
        database = place.create(NOTES, ROWS)
        self.freeze(place, database)
        place.run(database, "ALTER TABLE notes DISABLE TRIGGER ALL")
        assert self.state(place, database) == FrozenTables(0, 1)
        assert self.freeze(place, database) == 1
        self.refused(place, database, "INSERT INTO notes VALUES (3, 'x')")

    def test_a_function_of_the_tenants_own_with_our_name_is_worked_around(self, place: Place) -> None:
        database = place.create(
            NOTES,
            "CREATE FUNCTION console_freeze_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
            "CREATE TRIGGER console_freeze_rows BEFORE INSERT ON notes FOR EACH ROW"
            " EXECUTE FUNCTION console_freeze_rows()",
        )
        before = place.fingerprint(database)
        assert self.freeze(place, database) == 1
        self.refused(place, database, "INSERT INTO notes VALUES (3, 'x')")
        assert place.fingerprint(database) == before
        assert self.thaw(place, database) == 1
        place.run(database, "INSERT INTO notes VALUES (3, 'x')")

    def test_a_trigger_of_the_tenants_own_on_our_function_keeps_the_function(self, place: Place) -> None:
        database = place.create(NOTES)
        self.freeze(place, database)
        place.run(
            database,
            "CREATE TRIGGER theirs BEFORE DELETE ON notes FOR EACH STATEMENT"
            " EXECUTE FUNCTION console_freeze_rows('no deleting')",
        )
        self.thaw(place, database)
        dump, _ = place.dump(database)
        copy = place.create()
        place.load(copy, dump)
        with pytest.raises(psycopg.Error, match="no deleting"):
            place.run(copy, "DELETE FROM notes")

    def test_a_table_that_somebody_holds_is_named_and_the_others_are_frozen(self, place: Place) -> None:
        database = place.create(NOTES, ROWS, OWN_LOG)
        with closing(place.raw(database)) as writer:
            writer.execute("BEGIN")
            writer.execute("UPDATE notes SET body = 'z'")
            with pytest.raises(Busy, match="notes"):
                self.freeze(place, database)
            writer.execute("ROLLBACK")
        assert self.state(place, database) == FrozenTables(1, 1)
        assert self.freeze(place, database) == 1

    def test_deleted_rows_are_reusable_once_they_were_vacuumed(self, place: Place) -> None:
        database = place.create("CREATE TABLE bulk (id INT PRIMARY KEY, body TEXT, far TEXT)")
        place.run(
            database,
            "ALTER TABLE bulk SET (autovacuum_enabled = off)",
            "ALTER TABLE bulk ALTER far SET STORAGE EXTERNAL",
            "INSERT INTO bulk SELECT n, repeat('x', 1000), repeat('y', 5000) FROM generate_series(1, 4000) AS n",
            "VACUUM ANALYZE bulk",
        )
        with place.open(database, writable=True, read_timeout=None) as session:
            full = place.engine.size(session)
            assert full.reusable < full.allocated // 20
            place.run(database, "DELETE FROM bulk WHERE id < 3000")
            assert place.engine.size(session).used > full.used * 0.95
            place.engine.reclaim(session, JobContext())
            emptied = place.engine.size(session)
            assert emptied.allocated > full.allocated * 0.9
            assert emptied.used < full.used * 0.55
            assert not emptied.exact
            place.run(
                database, "INSERT INTO bulk SELECT n, repeat('x', 1000), '' FROM generate_series(5001, 7000) AS n"
            )
            place.run(database, "SELECT pg_sleep(1.2)")
            assert place.engine.size(session).used > emptied.used + 1_500_000
            place.engine.compact(session, JobContext())
            assert place.engine.size(session).allocated < full.allocated * 0.6


class TestSqliteFreezing(FreezeContract):
    inserts = (
        "INSERT INTO notes VALUES (3, 'x')",
        "INSERT OR IGNORE INTO notes VALUES (3, 'x')",
        "INSERT OR FAIL INTO notes VALUES (3, 'x')",
        "REPLACE INTO notes VALUES (1, 'x')",
        "INSERT INTO notes VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET body = 'y'",
        "INSERT INTO notes SELECT 3, 'x'",
    )
    own_trigger = (
        "CREATE TRIGGER console_freeze_mine AFTER UPDATE ON notes BEGIN INSERT INTO log VALUES ('mine'); END",
    )

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return SqlitePlace(tmp_path)

    def test_renamed_tables_stay_ours(self, place: Any) -> None:
        database = place.create(NOTES, ROWS)
        self.freeze(place, database, BY_HAND)
        place.run(database, 'ALTER TABLE notes RENAME TO "other one"')
        assert self.state(place, database) == FrozenTables(1, 0)
        self.refused(place, database, "INSERT INTO \"other one\" VALUES (3, 'x')")
        assert self.thaw(place, database) == 1
        place.run(database, "INSERT INTO \"other one\" VALUES (3, 'x')")

    def test_deleted_rows_are_no_longer_used(self, place: Place) -> None:
        database = place.create(NOTES)
        with closing(place.raw(database)) as connection:
            self.fill(connection, 20_000)
        with place.open(database, writable=True, read_timeout=None) as session:
            full = place.engine.size(session)
            place.run(database, "DELETE FROM notes")
            emptied = place.engine.size(session)
            assert emptied.allocated == full.allocated
            assert emptied.used < full.used // 10
            place.engine.compact(session, JobContext())
            assert place.engine.size(session).allocated < full.allocated // 10


def test_the_words_are_the_same_on_every_engine() -> None:
    assert SAID == (
        "This database is frozen: it has reached its limit of 500 MB. Delete rows to make room; no new rows until then."
    )

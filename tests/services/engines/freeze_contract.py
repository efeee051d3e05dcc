"""What freezing promises on every engine, written once and inherited by each engine's tests."""

from __future__ import annotations

from contextlib import closing
from typing import Any, ClassVar

import pytest

from pagevoo_console.services.engines.freezing import BY_HAND, FrozenTables, message
from pagevoo_console.services.jobs import JobContext
from tests.services.engines.contract import HOSTILE_NAMES, Place

LIMIT = 500_000_000
SAID = message(LIMIT)
NOTES = "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, body VARCHAR(100))"
ROWS = "INSERT INTO notes VALUES (1, 'one'), (2, 'two')"


class FreezeContract:
    """Inherited with a fixture `place`."""

    inserts: ClassVar[tuple[str, ...]]
    """Every way into `notes` that the engine has."""
    own_trigger: ClassVar[tuple[str, ...]]
    """A tenant's own trigger on `notes` that bears a name like ours and adds a row to `log` on UPDATE."""
    impossible_names: ClassVar[tuple[str, ...]] = ()

    def freeze(self, place: Place, database: str, said: str = SAID) -> int:
        with place.open(database, writable=True, lock_timeout=1) as session:
            return place.engine.freeze(session, said, JobContext())

    def thaw(self, place: Place, database: str) -> int:
        with place.open(database, writable=True, lock_timeout=1) as session:
            return place.engine.thaw(session, JobContext())

    def state(self, place: Place, database: str) -> FrozenTables:
        with place.open(database) as session:
            return place.engine.frozen_tables(session)

    def refused(self, place: Place, database: str, statement: str) -> str:
        """What the server says to whoever may do everything."""
        with closing(place.raw(database)) as connection:
            cursor = connection.cursor()
            with pytest.raises(Exception, match="This database is frozen") as caught:
                cursor.execute(statement)
            cursor.close()
            return str(caught.value)

    def test_every_way_to_insert_is_refused_and_says_the_limit(self, place: Place) -> None:
        database = place.create(NOTES, ROWS)
        assert self.freeze(place, database) == 1
        for statement in self.inserts:
            assert "500 MB" in self.refused(place, database, statement)
        assert place.run(database, "SELECT count(*) FROM notes") in ([(2,)], ((2,),))

    def test_reading_changing_and_deleting_work(self, place: Place) -> None:
        database = place.create(NOTES, ROWS)
        self.freeze(place, database)
        place.run(database, "UPDATE notes SET body = 'other' WHERE id = 1", "DELETE FROM notes WHERE id = 2")
        assert [tuple(row) for row in place.run(database, "SELECT id, body FROM notes")] == [(1, "other")]

    def test_it_is_idempotent_and_catches_tables_made_later(self, place: Place) -> None:
        database = place.create(NOTES, ROWS)
        assert self.freeze(place, database) == 1
        assert self.freeze(place, database) == 0
        place.run(database, "CREATE TABLE later (id INTEGER)", "INSERT INTO later VALUES (1)")
        assert self.state(place, database) == FrozenTables(1, 1)
        assert self.freeze(place, database) == 1
        self.refused(place, database, "INSERT INTO later VALUES (2)")
        assert self.state(place, database) == FrozenTables(2, 0)

    def test_thawing_takes_exactly_that_back(self, place: Place) -> None:
        database = place.create(NOTES, ROWS, "CREATE TABLE log (line VARCHAR(100))", *self.own_trigger)
        before = place.fingerprint(database)
        self.freeze(place, database)
        self.refused(place, database, "UPDATE notes SET body = 'x' WHERE id = 1")
        assert self.thaw(place, database) == 2
        assert self.thaw(place, database) == 0
        assert place.fingerprint(database) == before
        place.run(database, "INSERT INTO notes VALUES (3, 'three')", "UPDATE notes SET body = 'y' WHERE id = 1")
        assert place.run(database, "SELECT count(*) FROM log")[0][0] == 1

    def test_a_dump_and_a_fingerprint_know_nothing_of_it(self, place: Place) -> None:
        database = place.create(NOTES, ROWS, "CREATE TABLE log (line VARCHAR(100))", *self.own_trigger)
        fingerprint, content = place.fingerprint(database), place.content(database)
        _, free = place.dump(database)
        self.freeze(place, database)
        dump, facts = place.dump(database)
        assert (place.fingerprint(database), place.content(database)) == (fingerprint, content)
        assert (facts.fingerprint, facts.objects, facts.losses) == (fingerprint, free.objects, free.losses)
        assert b"This database is frozen" not in dump
        copy = place.create()
        place.load(copy, dump)
        place.run(copy, "INSERT INTO notes VALUES (3, 'three')")
        assert place.fingerprint(copy) == fingerprint
        place.run(copy, "UPDATE notes SET body = 'x' WHERE id = 1")
        assert place.run(copy, "SELECT count(*) FROM log")[0][0] == 1

    def test_a_trigger_of_the_tenants_own_with_such_a_name_is_data(self, place: Place) -> None:
        database = place.create(NOTES, ROWS, "CREATE TABLE log (line VARCHAR(100))", *self.own_trigger)
        assert self.state(place, database) == FrozenTables(0, 2)
        assert self.thaw(place, database) == 0
        dump, _ = place.dump(database)
        assert b"console_freeze_mine" in dump

    def test_fault_78_79_80_hostile_names_are_frozen_and_thawed(self, place: Place) -> None:
        names = [name for name in HOSTILE_NAMES if name not in self.impossible_names]
        database = place.create(*(f"CREATE TABLE {place.engine.quote(name)} (id INTEGER)" for name in names))
        assert self.freeze(place, database, BY_HAND) == len(names)
        for name in names:
            self.refused(place, database, f"INSERT INTO {place.engine.quote(name)} VALUES (1)")
        assert self.thaw(place, database) == len(names)
        for name in names:
            place.run(database, f"INSERT INTO {place.engine.quote(name)} VALUES (1)")

    def test_the_lineages_own_table_goes_on_taking_rows(self, place: Place) -> None:
        database = place.create("CREATE TABLE console_features (version_num VARCHAR(32))")
        assert self.freeze(place, database) == 0
        place.run(database, "INSERT INTO console_features VALUES ('core_0001')")

    def test_tables_are_measured_and_compacted(self, place: Place) -> None:
        database = place.create(NOTES, "CREATE TABLE empty (id INTEGER)")
        with closing(place.raw(database)) as connection:
            self.fill(connection, 2_000)
        with place.open(database, writable=True, read_timeout=None) as session:
            place.engine.reclaim(session, JobContext())
            sizes = {table.name: table for table in place.engine.table_sizes(session)}
            assert sizes.keys() == {"notes", "empty"}
            assert sizes["notes"].allocated > 100_000
            place.engine.compact(session, JobContext())
        assert place.run(database, "SELECT count(*) FROM notes")[0][0] == 2_000

    def fill(self, connection: Any, rows: int) -> None:
        cursor = connection.cursor()
        for start in range(0, rows, 500):
            values = ", ".join(f"({number}, '{'x' * 90}')" for number in range(start, start + 500))
            cursor.execute(f"INSERT INTO notes VALUES {values}")
        cursor.close()

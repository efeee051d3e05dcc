"""Giving a database another name: the promise of every engine, and the traps of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import NotFound, Refused, Unsupported
from tests.faults.killing import killed_at
from tests.servers import MariadbServer, PostgresqlServer
from tests.services.engines.contract import Place
from tests.services.engines.mysql_place import MariadbPlace
from tests.services.engines.postgresql_place import PostgresqlPlace
from tests.services.engines.sqlite_place import SqlitePlace

TABLES = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(50))",
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id), body VARCHAR(50))",
    "INSERT INTO people VALUES (1, 'Ada')",
    "INSERT INTO notes VALUES (1, 1, 'kept')",
    "CREATE VIEW names AS SELECT name FROM people",
)
MARK = "trash:7"


@pytest.fixture(params=["sqlite", "mysql", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield SqlitePlace(tmp_path)
        return
    server = request.getfixturevalue("mariadb_server" if request.param == "mysql" else "postgresql_server")
    if isinstance(server, PostgresqlServer):
        yield PostgresqlPlace(server)
        return
    made = MariadbPlace(server)
    yield made
    made.close()


def move(place: Place, source: str, target: str, memo: dict[str, object], mark: str = MARK) -> None:
    with place.open(writable=True) as server:
        place.engine.move(server, source, target, memo, mark)


def noted(place: Place, name: str) -> dict[str, object]:
    with place.open() as server:
        memo: dict[str, object] = json.loads(json.dumps(place.engine.move_memo(server, name)))
        return memo


def exists(place: Place, name: str) -> bool:
    with place.open() as server:
        return place.engine.exists(server, name)


def test_a_moved_database_has_everything_under_its_new_name_and_back_again(place: Place) -> None:
    name, aside = place.create(*TABLES, marker="op3-7"), place.new_name()
    before, rows = place.fingerprint(name), place.content(name)
    with place.open(writable=True) as server:
        place.engine.quiesce(server, name)
    memo = noted(place, name)
    move(place, name, aside, memo)
    move(place, name, aside, memo)
    assert not exists(place, name)
    assert (place.fingerprint(aside), place.content(aside)) == (before, rows)
    assert place.run(aside, "SELECT name FROM names") == [("Ada",)]
    with place.open() as server:
        assert place.engine.is_moved(server, aside, memo, MARK)
    move(place, aside, name, memo, "op3-7")
    assert not exists(place, aside)
    assert (place.fingerprint(name), place.content(name)) == (before, rows)
    with place.open(writable=True) as server:
        place.engine.unquiesce(server, name)
        assert place.engine.marker(server, name) == "op3-7"
    place.run(name, "INSERT INTO notes VALUES (2, 1, 'new')")


@pytest.mark.parametrize("failpoint", ["moving.tables", "moving.emptied"])
def test_fault_1_a_move_that_was_killed_is_finished_by_doing_it_again(place: Place, failpoint: str) -> None:
    name, aside = place.create(*TABLES), place.new_name()
    before, rows = place.fingerprint(name), place.content(name)
    memo = noted(place, name)
    assert killed_at(failpoint, lambda: move(place, name, aside, memo))
    move(place, name, aside, memo)
    assert not exists(place, name)
    assert (place.fingerprint(aside), place.content(aside)) == (before, rows)


@pytest.mark.parametrize("failpoint", ["moving.tables", "moving.emptied"])
def test_fault_1_a_move_that_was_killed_can_be_taken_back(place: Place, failpoint: str) -> None:
    name, aside = place.create(*TABLES), place.new_name()
    before, rows = place.fingerprint(name), place.content(name)
    memo = noted(place, name)
    assert killed_at(failpoint, lambda: move(place, name, aside, memo))
    move(place, aside, name, memo, "made by a test")
    assert not exists(place, aside)
    assert (place.fingerprint(name), place.content(name)) == (before, rows)


def test_a_database_without_tables_is_moved_too(place: Place) -> None:
    name, aside = place.create(), place.new_name()
    move(place, name, aside, noted(place, name))
    assert (exists(place, name), exists(place, aside)) == (False, True)


def test_fault_54_a_database_that_was_made_anew_is_not_moved(place: Place) -> None:
    name, aside = place.create(*TABLES), place.new_name()
    memo = noted(place, name)
    with place.open(writable=True) as server:
        place.engine.drop_database(server, name)
        kept = place.create("CREATE TABLE other (id INTEGER PRIMARY KEY)")
        place.engine.create_database(server, name, "of somebody else")
    place.run(name, "CREATE TABLE fresh (id INTEGER PRIMARY KEY)")
    with pytest.raises(Refused) as caught:
        move(place, name, aside, memo)
    assert caught.value.code == "generation_changed"
    assert set(place.content(name)) == {"fresh"}
    assert set(place.content(kept)) == {"other"}


def test_a_name_that_is_taken_is_not_overwritten(place: Place) -> None:
    name, taken = place.create(*TABLES), place.create("CREATE TABLE other (id INTEGER PRIMARY KEY)", marker="another")
    memo = noted(place, name)
    with pytest.raises(Refused) as caught:
        move(place, name, taken, memo)
    assert caught.value.code == "database_exists"
    assert set(place.content(taken)) == {"other"}
    assert set(place.content(name)) == {"people", "notes"}
    with place.open() as server:
        assert not place.engine.is_moved(server, taken, memo, MARK)


def test_a_database_that_is_not_there_has_no_memo(place: Place) -> None:
    with pytest.raises(NotFound):
        noted(place, place.new_name())


def test_triggers_and_routines_come_along_on_mariadb(mariadb_server: MariadbServer) -> None:
    place = MariadbPlace(mariadb_server)
    name, aside = place.create(*TABLES), place.new_name()
    place.run(
        name,
        "CREATE TABLE log (line VARCHAR(50))",
        "CREATE TRIGGER told AFTER INSERT ON notes FOR EACH ROW INSERT INTO log VALUES (NEW.body)",
        "CREATE FUNCTION twice (n INT) RETURNS INT DETERMINISTIC RETURN 2 * n",
    )
    memo = noted(place, name)
    assert killed_at("moving.emptied", lambda: move(place, name, aside, memo))
    move(place, name, aside, memo)
    place.run(aside, "INSERT INTO notes VALUES (2, 1, 'told')")
    assert place.run(aside, "SELECT line, twice(4) FROM log") == [("told", 8)]
    place.close()


def test_a_table_made_while_the_move_was_half_done_is_not_dropped(mariadb_server: MariadbServer) -> None:
    place = MariadbPlace(mariadb_server)
    name, aside = place.create(*TABLES), place.new_name()
    memo = noted(place, name)
    assert killed_at("moving.tables", lambda: move(place, name, aside, memo))
    place.run(name, "CREATE TABLE late (id INTEGER PRIMARY KEY)")
    with pytest.raises(Refused):
        move(place, name, aside, memo)
    assert set(place.content(name)) == {"late"}
    move(place, aside, name, memo, "made by a test")
    assert set(place.content(name)) == {"late", "notes", "people"}
    place.close()


def test_a_broken_view_is_named_before_anything_is_moved(mariadb_server: MariadbServer) -> None:
    place = MariadbPlace(mariadb_server)
    name = place.create(*TABLES, "CREATE TABLE gone (id INT)", "CREATE VIEW broken AS SELECT id FROM gone")
    place.run(name, "DROP TABLE gone")
    with pytest.raises(Unsupported, match="broken"):
        noted(place, name)
    place.close()


def test_a_damaged_file_is_moved_as_it_is(tmp_path: Path) -> None:
    place = SqlitePlace(tmp_path)
    name = place.create(*TABLES)
    aside = place.new_name()
    (folder,) = {path.parent for path in tmp_path.rglob(f"{name}.db")}
    (folder / f"{name}.db").write_bytes(b"no database at all" * 300)
    memo = noted(place, name)
    move(place, name, aside, memo)
    assert (folder / f"{aside}.db").read_bytes() == b"no database at all" * 300
    assert not list(folder.glob(f"{name}.db*"))

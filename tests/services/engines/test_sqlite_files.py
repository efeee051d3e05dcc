"""SQLite's databases are files: what may be opened, made, removed, fenced and put in another's place."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from pagevoo_console.domain.errors import Busy, Corrupt, Failed, NotFound, Refused, Unreachable
from pagevoo_console.services.engines import sqlite_check
from tests.services.engines.contract import wait_until
from tests.services.engines.sqlite_place import SqlitePlace, process

NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, label TEXT)"
HOLD_OPEN = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA cache_size = 5")
for statement in sys.argv[2:]:
    c.execute(statement).fetchone()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path) -> SqlitePlace:
    return SqlitePlace(tmp_path)


# --- opening ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../etc/x", "/etc/passwd", "x?mode=rwc", "file:x", "..", ".", "-rf", "CON", "a/b", "é", ""]
)
def test_fault_89_90_a_registry_row_cannot_lead_out_of_the_folder(place: SqlitePlace, name: str) -> None:
    for writable in (False, True):
        with pytest.raises(Refused) as refusal, place.open(name, writable=writable):
            pass
        assert refusal.value.code == "invalid_name"
    with place.open(writable=True) as server:
        assert not place.engine.exists(server, name)
        assert place.engine.sizes(server, [name]) == {}
    assert not place.engine.check(place.server, None, name).reachable
    assert list(place.folder.iterdir()) == []


def test_fault_147_connecting_never_creates_a_file(place: SqlitePlace) -> None:
    with pytest.raises(NotFound), place.open("missing", writable=True):
        pass
    assert list(place.folder.iterdir()) == []


def test_fault_90_what_is_not_a_regular_file_is_neither_opened_nor_listed_nor_dropped(place: SqlitePlace) -> None:
    outside = place.folder.parent / "outside.db"
    with closing(sqlite3.connect(outside)) as connection:
        connection.execute(NOTES)
    place.file("link").symlink_to(outside)
    place.file("folder").mkdir()
    os.mkfifo(place.file("pipe"))
    with place.open(writable=True) as server:
        assert place.engine.databases(server) == frozenset()
        assert place.engine.sizes(server) == {}
        for name in ("link", "folder", "pipe"):
            with pytest.raises(Refused), place.open(name):
                pass
            with pytest.raises(Refused):
                place.engine.drop_database(server, name)
            with pytest.raises(Refused):
                place.engine.marker(server, name)
            assert not place.engine.check(place.server, None, name).reachable
    assert outside.stat().st_size > 0


def test_a_platforms_master_is_opened_by_its_own_file_name(place: SqlitePlace) -> None:
    with closing(sqlite3.connect(place.folder / "core.sqlite")) as connection:
        connection.execute(NOTES)
    with place.open("core.sqlite") as session:
        assert [table.name for table in place.engine.tables(session)] == ["notes"]
    with place.open(place.create()) as session, place.open() as server:
        assert place.engine.databases(server) == {session.info["database"]}


def test_a_folder_that_is_none_is_unreachable(place: SqlitePlace) -> None:
    place.server = SqlitePlace(place.folder / "nowhere").server
    with pytest.raises(Unreachable), place.open():
        pass
    result = place.engine.check(place.server, None, None)
    assert not result.reachable
    assert [step.layer for step in result.steps] == ["file"]


def test_a_folder_that_cannot_be_written_is_reachable_and_lacks_a_privilege(place: SqlitePlace) -> None:
    result = sqlite_check.check_folder(place.folder, is_writable=False)
    assert result.reachable
    assert result.problem is None
    assert [(step.layer, step.ok) for step in result.steps] == [("file", True), ("privileges", False)]
    assert result.steps[-1].hint


def test_a_read_only_session_stays_one_whatever_it_is_told(place: SqlitePlace) -> None:
    name = place.create(NOTES)
    with place.open(name) as session:
        session.execute(sa.text("PRAGMA query_only = OFF"))
        with pytest.raises(sa.exc.OperationalError, match="readonly"):
            session.execute(sa.text("INSERT INTO notes VALUES (1, 'x')"))
        with pytest.raises(sa.exc.OperationalError, match="attached"):
            session.execute(sa.text("ATTACH :file AS other"), {"file": str(place.folder / "new.db")})
    assert not place.file("new").exists()


def test_fault_149_no_session_trusts_the_schema_or_loads_extensions(place: SqlitePlace) -> None:
    name = place.create("CREATE VIEW evil AS SELECT load_extension('/tmp/evil')")
    for writable in (False, True):
        with place.open(name, writable=writable) as session:
            assert session.execute(sa.text("PRAGMA trusted_schema")).scalar() == 0
            with pytest.raises(sa.exc.OperationalError):
                session.execute(sa.text("SELECT * FROM evil"))


def test_text_that_is_no_utf8_does_not_fail_the_row(place: SqlitePlace) -> None:
    name = place.create(NOTES, "INSERT INTO notes VALUES (1, CAST(X'FF41' AS TEXT))")
    with place.open(name) as session:
        (label,) = session.execute(sa.text("SELECT label FROM notes")).one()
        assert label.encode("utf-8", "surrogateescape") == b"\xffA"
        assert place.engine.read_only_sql(session, "SELECT label FROM notes", 1).rows == (("0xff41",),)


def test_the_console_shows_values_as_json_can_carry_them(place: SqlitePlace) -> None:
    name = place.create()
    with place.open(name, writable=True) as session:
        statement = "SELECT 9e999, -9e999, X'00ff', 9223372036854775807, 0.1, NULL, 'a' || char(0) || 'b'"
        answer = place.engine.read_only_sql(session, statement, 1)
        assert answer.rows == (("Infinity", "-Infinity", "0x00ff", 9223372036854775807, 0.1, None, "a\0b"),)
        assert place.engine.read_only_sql(session, "SELECT name FROM pragma_table_info('x')", 1).rows == ()
        session.execute(sa.text(NOTES))
    assert len(place.run(name, "SELECT * FROM sqlite_master WHERE name = 'notes'")) == 1


def test_a_statement_that_takes_too_long_is_stopped_and_says_so(place: SqlitePlace) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    with place.open(place.create(), read_timeout=0.2) as session:
        began = time.monotonic()
        with pytest.raises(sa.exc.OperationalError) as caught:
            session.execute(sa.text(endless))
        assert time.monotonic() - began < 5
        failure = place.engine.explain(caught.value, place.server)
        assert failure.code == "timeout"
        assert session.execute(sa.text("SELECT 1")).scalar() == 1
        with pytest.raises(Failed) as refused:
            place.engine.read_only_sql(session, endless, 1)
        assert refused.value.code == "timeout"


def test_an_explanation_tells_no_parameter(place: SqlitePlace) -> None:
    name = place.create(NOTES + " STRICT")
    with place.open(name, writable=True) as session:
        for label in ("secret", 5):
            with pytest.raises(sa.exc.DBAPIError) as caught:
                session.execute(sa.text("INSERT INTO notes VALUES ('secret', :label)"), {"label": label})
            failure = place.engine.explain(caught.value, place.server)
            assert "secret" not in f"{failure.message} {failure.hint}"


def test_fault_9_a_full_disk_is_told_as_one(place: SqlitePlace) -> None:
    with place.open(place.create("CREATE TABLE bulk (body)"), writable=True) as session:
        session.execute(sa.text("PRAGMA max_page_count = 5"))
        with pytest.raises(sa.exc.DBAPIError) as caught:
            session.execute(sa.text("INSERT INTO bulk VALUES (zeroblob(1000000))"))
        assert place.engine.explain(caught.value).code == "disk_full"


def test_a_transaction_holds_the_write_lock_from_its_beginning(place: SqlitePlace) -> None:
    name = place.create(NOTES)
    with place.open(name, writable=True) as first, place.open(name, writable=True, lock_timeout=0.1) as second:
        with place.engine.transaction(first):
            with pytest.raises(Busy), place.engine.transaction(second):
                pass
            first.execute(sa.text("INSERT INTO notes VALUES (1, 'kept')"))
        with place.engine.transaction(second):
            second.execute(sa.text("INSERT INTO notes VALUES (2, 'kept')"))
    assert place.content(name)["notes"].rows == 2


# --- what a killed process leaves ---------------------------------------------------------------------------------


@pytest.mark.parametrize("keeps_index", [True, False])
def test_fault_145_the_log_of_a_killed_process_is_read(place: SqlitePlace, keeps_index: bool) -> None:
    name = place.create(NOTES)
    with process(HOLD_OPEN, place.file(name), "INSERT INTO notes VALUES (1, 'in the log')"):
        pass
    assert (place.folder / f"{name}.db-wal").stat().st_size > 0
    if not keeps_index:
        (place.folder / f"{name}.db-shm").unlink()
    assert place.content(name)["notes"].rows == 1


def test_fault_146_a_write_left_half_done_is_named_and_not_repaired_by_reading(place: SqlitePlace) -> None:
    filling = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)"
    name = place.without_marker(NOTES, f"{filling} INSERT INTO notes SELECT i, hex(randomblob(100)) FROM n")
    with process(HOLD_OPEN, place.file(name), "BEGIN", "UPDATE notes SET label = 'half'"):
        pass
    journal = place.folder / f"{name}.db-journal"
    assert journal.stat().st_size > 0
    with pytest.raises(Failed) as caught, place.open(name):
        pass
    assert caught.value.code == "needs_recovery"
    assert not place.engine.check(place.server, None, name).reachable
    assert journal.exists()
    with place.open(name, writable=True) as session:
        assert session.execute(sa.text("SELECT COUNT(*) FROM notes WHERE label = 'half'")).scalar() == 0


@pytest.mark.parametrize(
    ("damage", "layer"),
    [("nothing", None), ("garbage", "header"), ("empty", "header"), ("truncated", "header"), ("page", "integrity")],
)
def test_a_check_finds_what_is_wrong_with_a_file(place: SqlitePlace, damage: str, layer: str | None) -> None:
    filling = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)"
    name = place.without_marker(NOTES, f"{filling} INSERT INTO notes SELECT i, hex(randomblob(50)) FROM n")
    whole = place.file(name).read_bytes()
    damaged = {
        "nothing": whole,
        "garbage": b"garbage " * 2000,
        "empty": b"",
        "truncated": whole[: len(whole) // 2],
        "page": whole[:8192] + b"\x0d" + os.urandom(4095) + whole[12288:],
    }[damage]
    place.file(name).write_bytes(damaged)
    result = place.engine.check(place.server, None, name)
    assert [step.layer for step in result.steps if not step.ok] == ([layer] if layer else [])
    assert result.reachable is (layer is None)
    assert bool(result.problem) is (layer is not None)
    assert place.file(name).read_bytes() == damaged


def test_fault_146_a_file_that_is_no_database_is_corrupt_and_stops_nobody_else(place: SqlitePlace) -> None:
    whole = place.create(NOTES)
    place.file("broken").write_bytes(b"<html>not a database</html>" * 200)
    with pytest.raises(Corrupt), place.open("broken"):
        pass
    with place.open() as server:
        assert place.engine.sizes(server).keys() == {whole, "broken"}
        with pytest.raises(Corrupt):
            place.engine.marker(server, "broken")


# --- making and removing ------------------------------------------------------------------------------------------


def test_fault_148_a_new_database_is_its_owners_alone_and_the_folder_holds_nothing_else(place: SqlitePlace) -> None:
    before = os.umask(0)
    try:
        name = place.create()
        with place.open(name, writable=True) as session:
            session.execute(sa.text(NOTES))
            files = {path.name: path.stat().st_mode & 0o777 for path in place.folder.iterdir()}
    finally:
        os.umask(before)
    assert files == {f"{name}.db": 0o600, f"{name}.db-wal": 0o600, f"{name}.db-shm": 0o600}
    assert place.run(name, "PRAGMA journal_mode") == [("wal",)]


@pytest.mark.parametrize("suffix", ["-wal", "-journal", "-shm"])
def test_what_is_left_of_an_earlier_database_is_never_taken_over(place: SqlitePlace, suffix: str) -> None:
    leftover = place.folder / f"gone.db{suffix}"
    leftover.write_bytes(b"of another generation")
    with place.open(writable=True) as server:
        with pytest.raises(Refused) as refusal:
            place.engine.create_database(server, "gone", "x")
        assert refusal.value.code == "leftover_files"
        assert leftover.exists()
        place.engine.drop_database(server, "gone")
        assert not leftover.exists()
        place.engine.create_database(server, "gone", "x")


def test_a_drop_takes_everything_of_that_database_and_nothing_of_its_neighbours(place: SqlitePlace) -> None:
    with place.open(writable=True) as server:
        for name in ("site_1", "site_11", "site_1-old"):
            place.engine.create_database(server, name, name)
        with process(HOLD_OPEN, place.file("site_1"), NOTES):
            pass
        half_made = place.folder / ".site_1.db.0a1b2c.new"
        half_gone = place.folder / ".site_1.db.0a1b2c.dropped"
        half_made.touch()
        half_gone.touch()
        assert place.engine.databases(server) == {"site_1", "site_11", "site_1-old"}
        place.engine.drop_database(server, "site_1")
    assert {path.name for path in place.folder.iterdir()} == {"site_11.db", "site_1-old.db"}


def test_a_database_of_somebody_else_has_no_marker(place: SqlitePlace) -> None:
    name = place.without_marker(NOTES)
    with place.open() as server:
        assert place.engine.marker(server, name) is None


# --- fencing ------------------------------------------------------------------------------------------------------


def test_looking_at_a_file_does_not_drop_the_locks_that_this_process_holds_on_it(place: SqlitePlace) -> None:
    name = place.without_marker(NOTES)
    writing = "INSERT INTO notes VALUES (1, 'x')"
    code = HOLD_OPEN.replace("isolation_level=None", "isolation_level=None, timeout=0")
    intruder = f"import sqlite3, sys\ntry:\n  exec({code!r})\nexcept sqlite3.OperationalError as error: print(error)"
    with (
        place.open(name, writable=True) as session,
        place.open(writable=True) as server,
        place.engine.transaction(session),
    ):
        session.execute(sa.text(writing))
        place.engine.sizes(server)
        place.engine.databases(server)
        place.engine.exists(server, name)
        place.engine.marker(server, name)
        place.engine.check(place.server, None, name)
        with pytest.raises(Refused):
            place.engine.create_database(server, name, "x")
        with process(intruder, place.file(name), writing) as said:
            assert said == "database is locked"
    assert place.content(name)["notes"].rows == 1


def test_quiesce_folds_the_log_and_fails_while_somebody_stays(place: SqlitePlace) -> None:
    name = place.create(NOTES)
    with place.open(writable=True) as server:
        with process(HOLD_OPEN, place.file(name), "INSERT INTO notes VALUES (1, 'x')"), pytest.raises(Busy):
            place.engine.quiesce(server, name)
        place.engine.quiesce(server, name)
        assert place.run(name, "PRAGMA journal_mode") == [("delete",)]
        assert [path.name for path in place.folder.iterdir()] == [f"{name}.db"]
        assert place.content(name)["notes"].rows == 1
    with place.open(writable=True) as another:
        place.engine.unquiesce(another, name)
    assert place.run(name, "PRAGMA journal_mode") == [("wal",)]


def test_quiesce_waits_for_somebody_who_only_looks(place: SqlitePlace) -> None:
    name = place.create(NOTES)
    looking = sqlite3.connect(place.file(name), check_same_thread=False)
    looking.execute("SELECT * FROM notes").fetchall()
    leaving = threading.Timer(0.3, looking.close)
    leaving.start()
    with place.open(writable=True) as server:
        place.engine.quiesce(server, name)
    leaving.join()
    assert place.run(name, "PRAGMA journal_mode") == [("delete",)]


def test_quiesce_leaves_the_journal_mode_of_a_foreign_database_as_it_was(place: SqlitePlace) -> None:
    plain, logged = place.without_marker(NOTES), place.without_marker(NOTES, "PRAGMA journal_mode = WAL")
    with place.open(writable=True) as server:
        for name in (plain, logged):
            place.engine.quiesce(server, name)
            place.engine.unquiesce(server, name)
    assert place.run(plain, "PRAGMA journal_mode") == [("delete",)]
    assert place.run(logged, "PRAGMA journal_mode") == [("wal",)]


def test_the_lock_of_a_killed_process_is_free_again(place: SqlitePlace) -> None:
    code = """
import sys
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.sqlite import Server, SqliteEngine
engine = SqliteEngine()
session = engine.open(Server("files", "sqlite", directory=sys.argv[1]), None, None, SessionOptions())
print(engine.try_lock(session, "tenant 7"), flush=True)
sys.stdin.read()
"""
    with place.open() as server:
        with process(code, place.folder) as said:
            assert said == "True"
            assert not place.engine.lock_is_free(server, "tenant 7")
            assert not place.engine.try_lock(server, "tenant 7")
        assert wait_until(lambda: place.engine.lock_is_free(server, "tenant 7"))
        assert place.engine.try_lock(server, "tenant 7")
        assert place.engine.try_lock(server, "tenant 7")
        assert place.engine.databases(server) == frozenset()


# --- swapping -----------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(place: SqlitePlace) -> tuple[str, str]:
    live = place.create(NOTES, "INSERT INTO notes VALUES (1, 'old')", marker="generation 7")
    staged = place.create(NOTES, "INSERT INTO notes VALUES (1, 'new')", marker="restore 3")
    return live, staged


def swap(place: SqlitePlace, live: str, staged: str, memo: dict[str, object] | None = None) -> dict[str, object]:
    with place.open(writable=True) as server:
        memo = memo or place.engine.swap_memo(server, live, staged)
        place.engine.swap(server, live, staged, "aside", memo)
        assert place.engine.databases(server) == {live, "aside"}
        assert place.engine.marker(server, live) == "generation 7"
    assert place.run(live, "SELECT label FROM notes") == [("new",)]
    assert place.run("aside", "SELECT label FROM notes") == [("old",)]
    return memo


def test_a_swap_gives_the_live_name_the_staged_content_and_keeps_its_marker(
    place: SqlitePlace, pair: tuple[str, str]
) -> None:
    memo = swap(place, *pair)
    swap(place, *pair, memo)


def test_a_swap_that_a_crash_stopped_is_finished(place: SqlitePlace, pair: tuple[str, str]) -> None:
    live, staged = pair
    with place.open() as server:
        memo = place.engine.swap_memo(server, live, staged)
    os.link(place.file(live), place.file("aside"))
    swap(place, live, staged, memo)


def test_a_swap_refuses_files_that_are_not_those_it_began_with(place: SqlitePlace, pair: tuple[str, str]) -> None:
    live, staged = pair
    with place.open(writable=True) as server:
        memo = place.engine.swap_memo(server, live, staged)
        place.file(staged).rename(place.file("elsewhere"))
        place.engine.create_database(server, staged, "an impostor")
        with pytest.raises(Refused) as refusal:
            place.engine.swap(server, live, staged, "aside", memo)
    assert refusal.value.code == "generation_changed"
    assert place.run(live, "SELECT label FROM notes") == [("old",)]


def test_a_swap_never_overwrites_what_stands_aside(place: SqlitePlace, pair: tuple[str, str]) -> None:
    with place.open(writable=True) as server:
        memo = place.engine.swap_memo(server, *pair)
        place.engine.create_database(server, "aside", "somebody's")
        with pytest.raises(Failed):
            place.engine.swap(server, *pair, "aside", memo)
        assert place.engine.marker(server, "aside") == "somebody's"
    assert place.run(pair[0], "SELECT label FROM notes") == [("old",)]


def test_a_swap_waits_for_nobody_longer_than_the_lock_timeout(place: SqlitePlace, pair: tuple[str, str]) -> None:
    with place.open(writable=True) as server:
        memo = place.engine.swap_memo(server, *pair)
        with process(HOLD_OPEN, place.file(pair[0]), "BEGIN", "SELECT * FROM notes"), pytest.raises(Busy):
            place.engine.swap(server, *pair, "aside", memo)
    assert place.run(pair[0], "SELECT label FROM notes") == [("old",)]

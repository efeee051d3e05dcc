"""What a dump of SQLite brings back, to the bit, and what it refuses; what a load lets through."""

from __future__ import annotations

import io
import math
import sqlite3
import struct
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pagevoo_console.domain.errors import Busy, Cancelled, ConsoleError, Corrupt, Failed, Unsupported
from pagevoo_console.services.engines.framing import FrameWriter
from pagevoo_console.services.engines.sqlite_values import exact_text, row_literal
from pagevoo_console.services.jobs import JobContext
from tests.services.engines.sqlite_place import SqlitePlace

Value = None | int | float | str | bytes


@pytest.fixture
def place(tmp_path: Path) -> SqlitePlace:
    return SqlitePlace(tmp_path)


def copied(place: SqlitePlace, original: str, tmp_path: Path) -> list[str]:
    """Two copies of a database: by our load, and by the native client."""
    dump, facts = place.dump(original)
    file = tmp_path / "dump.sql"
    file.write_bytes(dump)
    loaded, restored = place.create(), place.create()
    place.load(loaded, dump)
    outcome = place.restore_natively(restored, file)
    assert (outcome.returncode, outcome.stderr) == (0, b"")
    for copy in (loaded, restored):
        assert place.content(copy) == facts.tables
        assert place.fingerprint(copy) == facts.fingerprint
    return [loaded, restored]


# --- values -------------------------------------------------------------------------------------------------------


def exact(value: Value) -> object:
    return ("real", struct.pack("<d", value)) if isinstance(value, float) else value


@given(st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.binary())
@example(5e-324)
@example(2.2250738585072014e-308)
@example(1.7976931348623157e308)
@example(-2.8605349588899406e-303)
@example(-0.0)
@example(math.inf)
@example(-math.inf)
@example(1e15)
@example(0.1)
@example(-(2**63))
@example("NULL")
@example("it's\r\nX'00'")
@example("nul\0inside")
@example("")
@example(b"")
def test_a_literal_gives_back_the_very_same_value(value: Value) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (v)")
        literal = row_literal((value,))
        assert literal is not None
        connection.execute(f"INSERT INTO t VALUES {literal.decode()}")
        (found,) = connection.execute("SELECT v FROM t").fetchone()
    assert exact(found) == exact(value)


def test_fault_150_text_that_is_no_utf8_stays_text_and_a_blob_a_blob() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = exact_text
        row = connection.execute("SELECT CAST(X'FF00' AS TEXT), X'FF00', CAST(X'41' AS TEXT), X'41'").fetchone()
        literal = row_literal(row)
        assert literal == b"(CAST(X'ff00' AS TEXT),X'ff00','A',X'41')"
        assert connection.execute(f"SELECT * FROM (VALUES {literal.decode()})").fetchone() == row


def test_fault_150_every_kind_of_value_survives_in_every_kind_of_column(place: SqlitePlace, tmp_path: Path) -> None:
    values = (
        "NULL, 0, -1, 9223372036854775807, -9223372036854775808, 0.1, -0.0, 1e-310, 1.5e308, 9e999, 3.0,"
        " 9007199254740993, '', '0', '007', ' 5 ', '1e3', '9223372036854775808', 'é😀', 'it''s', X'', X'00',"
        " X'27', '--', '/*', ';', '.dump', char(0), 'a' || char(13,10) || 'b', char(13),"
        " char(10) || '.quit' || char(10), char(65279), CAST(X'80' AS TEXT)"
    )
    columns = "i INTEGER, t TEXT, n NUMERIC, r REAL, b BLOB, d DECIMAL(10,2), x"
    rows = ", ".join(f"({', '.join([value.strip()] * 7)})" for value in values.split(", "))
    original = place.create(
        f"CREATE TABLE plain ({columns})",
        f"INSERT INTO plain VALUES {rows}",
        "CREATE TABLE strictly (i INTEGER, a ANY) STRICT",
        "INSERT INTO strictly VALUES (1, '007'), (2, 7.0), (3, X'37'), (4, 7)",
    )
    query = "SELECT " + ", ".join(f"typeof({c}) || '=' || quote(CAST({c} AS BLOB))" for c in "itnrbdx") + " FROM plain"
    for copy in copied(place, original, tmp_path):
        assert place.run(copy, query) == place.run(original, query)
        assert place.run(copy, "SELECT typeof(a), a FROM strictly") == place.run(
            original, "SELECT typeof(a), a FROM strictly"
        )


def test_large_values_come_back_whole_and_satisfy_their_checks(place: SqlitePlace, tmp_path: Path) -> None:
    original = place.create(
        "CREATE TABLE photos (id INTEGER PRIMARY KEY, body BLOB CHECK (length(body) > 4000000), label TEXT NOT NULL)",
        "INSERT INTO photos VALUES (1, randomblob(9000000), 'small')",
        "INSERT INTO photos VALUES (2, randomblob(5000000), hex(randomblob(500000)))",
        "INSERT INTO photos VALUES (3, zeroblob(5000000), CAST(randomblob(2000000) AS TEXT))",
        "INSERT INTO photos VALUES (4, zeroblob(4000001), printf('%.*c', 300000, 'é') || char(0) || 'end')",
    )
    copied(place, original, tmp_path)


# --- schema -------------------------------------------------------------------------------------------------------


def test_sequences_statistics_and_versions_come_back(place: SqlitePlace, tmp_path: Path) -> None:
    original = place.create(
        "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, label TEXT)",
        "CREATE TABLE emptied (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE TABLE said (note TEXT DEFAULT 'AUTOINCREMENT' /* AUTOINCREMENT */)",
        "CREATE INDEX counted_label ON counted (label)",
        "INSERT INTO counted VALUES (5, 'x'), (700, 'y')",
        "INSERT INTO emptied VALUES (41)",
        "DELETE FROM counted WHERE id = 700",
        "DELETE FROM emptied",
        "ANALYZE",
        "PRAGMA user_version = 12",
        "PRAGMA application_id = -5",
    )
    statistics = "SELECT * FROM sqlite_stat1 WHERE tbl <> '_pagevoo_console' ORDER BY tbl, idx"
    for copy in copied(place, original, tmp_path):
        for query in ("PRAGMA user_version", "PRAGMA application_id", statistics):
            assert place.run(copy, query) == place.run(original, query)
        assert place.run(copy, "SELECT * FROM sqlite_sequence ORDER BY name") == [("counted", 700), ("emptied", 41)]


def test_a_word_in_quotes_makes_no_sequence(place: SqlitePlace, tmp_path: Path) -> None:
    copied(place, place.create("CREATE TABLE said (note TEXT DEFAULT 'AUTOINCREMENT' /* AUTOINCREMENT */)"), tmp_path)


def test_definitions_with_comments_quotes_and_windows_line_ends_come_back(place: SqlitePlace, tmp_path: Path) -> None:
    original = place.create(
        'CREATE TABLE [order] ("a;b" INTEGER, `c``d` TEXT, "e""f" -- comment; here\r\n, g /* and; here */ TEXT)\r\n',
        "CREATE VIEW ending AS SELECT 1 -- it's; open",
        "CREATE VIEW another AS SELECT ';' AS \"';\" FROM [order] WHERE 1 /* ; */",
        "CREATE TRIGGER busy BEFORE UPDATE ON [order] WHEN new.g = 'x;\nEND;' BEGIN\r\n  SELECT CASE WHEN 1 THEN 2 END;"
        "\r\n  SELECT RAISE(ABORT, 'no; really') WHERE 0;\r\nEND",
        'CREATE INDEX "index; of" ON [order] (lower("a;b"), `c``d` COLLATE NOCASE DESC) WHERE g IS NOT NULL',
        "CREATE TABLE wide (" + ", ".join(f"c{number}" for number in range(1500)) + ")",
        "INSERT INTO wide (c0, c1499) VALUES (1, 'last')",
    )
    copied(place, original, tmp_path)


def test_the_consoles_own_marker_is_in_no_dump(place: SqlitePlace) -> None:
    name = place.create("CREATE TABLE notes (id INTEGER)", marker="secret marker")
    dump, facts = place.dump(name)
    assert b"secret marker" not in dump
    assert b"_pagevoo_console" not in dump
    assert facts.tables.keys() == {"notes"}
    assert place.fingerprint(name) == place.fingerprint(place.without_marker("CREATE TABLE notes (id INTEGER)"))


def refused(place: SqlitePlace, name: str) -> str:
    sink = io.BytesIO()
    with place.open(name) as session, pytest.raises(Unsupported) as refusal:
        place.engine.dump(session, sink, JobContext())
    assert sink.getvalue() == b""
    assert refusal.value.code == "unsupported_object"
    return refusal.value.message


def test_what_needs_more_than_plain_sqlite_is_refused_by_name(place: SqlitePlace) -> None:
    name = place.without_marker("CREATE TABLE notes (a TEXT, b TEXT)")
    with closing(sqlite3.connect(place.file(name), isolation_level=None)) as connection:
        connection.create_function("slugify", 1, str, deterministic=True)
        connection.create_collation("GERMAN", lambda one, other: (one > other) - (one < other))
        connection.execute("CREATE INDEX by_slug ON notes (slugify(a))")
        connection.execute("CREATE INDEX by_name ON notes (b COLLATE GERMAN)")
        connection.execute("CREATE VIRTUAL TABLE pages USING fts5(body, content='')")
    message = refused(place, name)
    for named in ("by_slug", "by_name", "'pages'"):
        assert named in message
    assert "pages_data" not in message


def test_tables_that_others_keep_for_themselves_are_not_listed(place: SqlitePlace) -> None:
    name = place.create("CREATE TABLE notes (a)", "CREATE VIRTUAL TABLE pages USING fts5(body)", "ANALYZE")
    assert place.content(name).keys() == {"notes"}


# --- dumping and loading ------------------------------------------------------------------------------------------


def test_fault_17_a_dump_holds_no_more_than_a_block_in_memory(place: SqlitePlace) -> None:
    filling = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)"
    name = place.create(
        "CREATE TABLE bulk (id, body)", f"{filling} INSERT INTO bulk SELECT i, hex(randomblob(500)) FROM n"
    )

    class Counting:
        total = 0

        def write(self, data: bytes, /) -> object:
            self.total += len(data)
            return None

    sink = Counting()
    with place.open(name) as session:
        tracemalloc.start()
        try:
            place.engine.dump(session, sink, JobContext())
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert sink.total > 20_000_000
    assert peak < 4_000_000


def framed(*statements: str) -> bytes:
    sink = io.BytesIO()
    writer = FrameWriter(sink)
    writer.header("sqlite", "3")
    for statement in statements:
        writer.statement(statement.encode())
    writer.end(1, 0)
    return sink.getvalue()


@pytest.mark.parametrize(
    "hostile",
    [
        "ATTACH '{folder}/stolen.db' AS stolen;",
        "PRAGMA journal_mode = OFF;",
        "PRAGMA writable_schema = ON;",
        "SELECT load_extension('/tmp/evil');",
        "CREATE VIRTUAL TABLE sizes USING dbstat;",
        "PRAGMA page_size = 512;",
        "DROP TABLE notes;",
        "VACUUM INTO '{folder}/stolen.db';",
        "CREATE TABLE one (a); CREATE TABLE two (a);",
        "INSERT INTO notes VALUES (1, 2, 3, 4);",
        "CREATE TABLE another (a);",
        "COMMIT; BEGIN;",
        "BEGIN;",
        "this is no SQL;",
        "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
    ],
)
def test_fault_149_a_load_does_what_a_dump_does_and_leaves_nothing_when_it_fails(
    place: SqlitePlace, hostile: str
) -> None:
    target = place.create()
    dump = framed("BEGIN;", "CREATE TABLE notes (a);", hostile.format(folder=place.folder), "COMMIT;")
    with pytest.raises(ConsoleError):
        place.load(target, dump)
    assert place.content(target) == {}
    assert {path.stem for path in place.folder.glob("*.db")} == {target}
    place.load(target, framed("BEGIN;", "CREATE TABLE notes (a);", "COMMIT;"))
    assert place.content(target).keys() == {"notes"}


def test_a_dump_without_its_end_leaves_nothing_though_it_commits(place: SqlitePlace) -> None:
    dump, _ = place.dump(place.create("CREATE TABLE notes (a)", "INSERT INTO notes VALUES (1)"))
    target = place.create()
    for end in (b"", b"-- pagevoo:end 1 2\n", b"-- pagevoo:end 2 1\n", b"-- pagevoo:end 1 1\n\n"):
        with pytest.raises(Corrupt):
            place.load(target, dump[: dump.rindex(b"-- pagevoo:end")] + end)
        assert place.content(target) == {}
    place.load(target, dump)


def test_nothing_is_done_outside_the_dumps_transaction(place: SqlitePlace) -> None:
    target = place.create()
    with pytest.raises(Corrupt):
        place.load(target, framed("CREATE TABLE early (a);", "BEGIN;", "CREATE TABLE notes (a);", "COMMIT;"))
    assert place.content(target) == {}


def test_a_load_that_does_not_commit_is_corrupt(place: SqlitePlace) -> None:
    target = place.create()
    with pytest.raises(Corrupt):
        place.load(target, framed("BEGIN;", "CREATE TABLE notes (a);"))
    assert place.content(target) == {}


def test_the_sessions_own_settings_outlive_a_load(place: SqlitePlace) -> None:
    dump, _ = place.dump(place.create("CREATE TABLE notes (a INTEGER REFERENCES notes (a))"))
    with place.open(place.create(), writable=True, read_timeout=7.0) as session:
        place.engine.load(session, io.BytesIO(dump), JobContext())
        raw = session.connection.dbapi_connection
        assert raw is not None
        cursor = raw.cursor()
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert cursor.execute("CREATE TABLE more (a)").fetchone() is None
        cursor.close()


def test_fault_146_a_dump_that_meets_damage_says_so(place: SqlitePlace) -> None:
    filling = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)"
    name = place.without_marker(
        "CREATE TABLE bulk (a)", f"{filling} INSERT INTO bulk SELECT hex(randomblob(100)) FROM n"
    )
    whole = bytearray(place.file(name).read_bytes())
    middle = len(whole) // 2 // 4096 * 4096
    whole[middle : middle + 4096] = b"\xff" * 4096
    place.file(name).write_bytes(whole)
    with pytest.raises(Corrupt):
        place.dump(name)


def test_a_cancelled_load_leaves_nothing(place: SqlitePlace) -> None:
    filling = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)"
    dump, _ = place.dump(place.create("CREATE TABLE bulk (a)", f"{filling} INSERT INTO bulk SELECT i FROM n"))
    target = place.create()
    job = JobContext(on_progress=lambda progress: job.cancel() if progress.title == "Loading bulk" else None)
    with place.open(target, writable=True) as session, pytest.raises(Cancelled):
        place.engine.load(session, io.BytesIO(dump), job)
    assert place.content(target) == {}


def test_a_load_waits_for_a_writer_no_longer_than_the_lock_timeout(place: SqlitePlace) -> None:
    dump, _ = place.dump(place.create("CREATE TABLE notes (a)"))
    target = place.create()
    with closing(place.raw(target)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with place.open(target, writable=True, lock_timeout=0.2) as session, pytest.raises(Busy):
            place.engine.load(session, io.BytesIO(dump), JobContext())
    place.load(target, dump)


def test_a_failing_sink_ends_the_dump_and_frees_the_session(place: SqlitePlace) -> None:
    class Full:
        def write(self, data: bytes, /) -> object:
            raise Failed("No space left", code="disk_full")

    with place.open(place.create("CREATE TABLE notes (a)")) as session:
        with pytest.raises(Failed, match="No space"):
            place.engine.dump(session, Full(), JobContext())
        _, facts = place.dump(session.info["database"])
        assert place.engine.dump(session, io.BytesIO(), JobContext()) == facts

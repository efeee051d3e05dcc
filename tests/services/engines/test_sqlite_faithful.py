"""Rows 145 to 150 of the fault matrix, group H: what a copy of a SQLite database holds beside tables and rows."""

from __future__ import annotations

import io
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pagevoo_console.domain.backup import TableContent
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.services.jobs import JobContext
from tests.services.engines.sqlite_place import SqlitePlace

POSTS = (
    "CREATE TABLE posts (title TEXT, body TEXT)",
    "INSERT INTO posts (rowid, title, body) VALUES (5, 'five', 'the quick fox'), (9, 'nine', 'lazy dogs')",
)


@pytest.fixture
def place(tmp_path: Path) -> SqlitePlace:
    return SqlitePlace(tmp_path)


def others(place: SqlitePlace, database: str) -> dict[str, TableContent]:
    with place.open(database) as session:
        return place.engine.other_content(session, JobContext())


def copies(place: SqlitePlace, original: str) -> list[str]:
    """Two copies, by our load and by the native client, that are alike to the byte of their own dumps."""
    dump, facts = place.dump(original)
    file = place.folder / "dump.sql"
    file.write_bytes(dump)
    loaded, restored = place.create(), place.create()
    place.load(loaded, dump)
    outcome = place.restore_natively(restored, file)
    assert (outcome.returncode, outcome.stderr) == (0, b"")
    for copy in (loaded, restored):
        assert place.content(copy) == facts.tables
        assert place.fingerprint(copy) == facts.fingerprint
        assert others(place, copy) == facts.others
    assert place.dump(loaded)[0] == place.dump(restored)[0]
    return [loaded, restored]


def test_fault_149_150_what_calls_json_is_dumped_and_checked_in_the_copy(place: SqlitePlace) -> None:
    original = place.create(
        'CREATE TABLE orders (id INTEGER PRIMARY KEY, value TEXT CHECK ((JSON_VALID("value") OR value IS NULL)),'
        " total REAL AS (json_extract(value, '$.total')) STORED)",
        "CREATE INDEX by_name ON orders (value ->> '$.name')",
        "CREATE TRIGGER named BEFORE INSERT ON orders WHEN json_type(NEW.value, '$.name') IS NULL"
        " BEGIN SELECT RAISE(ABORT, 'no name'); END",
        "CREATE VIEW names AS SELECT json_extract(value, '$.name') AS name FROM orders",
        """INSERT INTO orders (value) VALUES ('{"name": "Ada", "total": 1.5}')""",
    )
    for copy in copies(place, original):
        assert place.run(copy, "SELECT name, total FROM names, orders") == [("Ada", 1.5)]
        with pytest.raises(sqlite3.IntegrityError, match="no name"):
            place.run(copy, "INSERT INTO orders (value) VALUES ('{}')")


def test_fault_145_a_live_database_is_dumped_as_it_was_at_one_moment(place: SqlitePlace) -> None:
    name = place.create(
        "CREATE TABLE a (n)", "CREATE TABLE z (n)", "INSERT INTO a VALUES (0)", "INSERT INTO z VALUES (0)"
    )
    with closing(place.raw(name)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    stop, began = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(place.file(name), isolation_level=None, timeout=10)) as writer:
            while not stop.is_set():
                writer.execute("BEGIN IMMEDIATE")
                writer.execute("INSERT INTO a SELECT max(n) + 1 FROM a")
                writer.execute("INSERT INTO z SELECT max(n) + 1 FROM z")
                writer.execute("COMMIT")
                began.set()

    class Slow(io.BytesIO):
        def write(self, data: Any, /) -> int:
            began.clear()
            began.wait(1)
            return super().write(data)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert began.wait(10)
        sink = Slow()
        with place.open(name, read_timeout=None) as session:
            facts = place.engine.dump(session, sink, JobContext())
    finally:
        stop.set()
        thread.join()
    assert facts.tables["a"].rows == facts.tables["z"].rows < place.content(name)["a"].rows
    copy = place.create()
    place.load(copy, sink.getvalue())
    assert place.content(copy) == facts.tables


def test_fault_146_a_damaged_text_index_is_named_and_no_dump(place: SqlitePlace) -> None:
    name = place.without_marker("CREATE VIRTUAL TABLE pages USING fts5(body)", "INSERT INTO pages VALUES ('text')")
    with closing(sqlite3.connect(place.file(name), isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'pages_content'")
    with pytest.raises(ConsoleError) as refusal:
        place.dump(name)
    assert name in refusal.value.message
    assert "pages_content" in refusal.value.message


def test_fault_150_text_search_finds_the_same_in_a_copy(place: SqlitePlace) -> None:
    original = place.create(
        *POSTS,
        "CREATE VIRTUAL TABLE pages USING fts5(title, body, tokenize='porter unicode61', prefix='2 3')",
        "INSERT INTO pages (rowid, title, body) VALUES (3, 'running', 'foxes run'), (-4, 'it''s', 'o')",
        "INSERT INTO pages (pages, rank) VALUES ('rank', 'bm25(10.0, 5.0)')",
        "CREATE VIRTUAL TABLE words USING fts5vocab('pages', 'row')",
        'CREATE VIRTUAL TABLE old USING fts4(subject, body, languageid="lid")',
        "INSERT INTO old (docid, subject, body, lid) VALUES (4, 's', 'b', 2), (2, 'x', 'y', 0)",
        "CREATE VIRTUAL TABLE oldest USING fts3(a)",
        "INSERT INTO oldest VALUES ('hello')",
        "CREATE VIRTUAL TABLE beside USING fts5(title, body, content='posts', content_rowid='rowid')",
        "INSERT INTO beside (beside) VALUES ('rebuild')",
        "CREATE TRIGGER posts_ai AFTER INSERT ON posts BEGIN"
        " INSERT INTO beside (rowid, title, body) VALUES (new.rowid, new.title, new.body); END",
    )
    asked = (
        "SELECT rowid FROM pages WHERE pages MATCH 'run'",
        "SELECT * FROM words ORDER BY term",
        "SELECT k, v FROM pages_config ORDER BY k",
        "SELECT docid FROM old WHERE old MATCH 'b' AND lid = 2",
        "SELECT a FROM oldest WHERE oldest MATCH 'hello'",
        "SELECT rowid, title FROM beside WHERE beside MATCH 'dogs'",
    )
    for copy in copies(place, original):
        assert [place.run(copy, query) for query in asked] == [place.run(original, query) for query in asked]
        place.run(copy, "INSERT INTO posts VALUES ('ten', 'more dogs')")
        assert place.run(copy, "SELECT rowid FROM beside WHERE beside MATCH 'dogs' ORDER BY 1") == [(9,), (10,)]


def test_fault_150_a_page_changed_in_the_copy_of_an_index_fails_the_proof(place: SqlitePlace) -> None:
    original = place.create(
        "CREATE VIRTUAL TABLE pages USING fts5(body)",
        "INSERT INTO pages VALUES ('one'), ('two')",
        "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, +label)",
        "INSERT INTO boxes VALUES (1, 1.1, 2.2, 'x'), (2, 3, 4, NULL)",
    )
    facts = place.dump(original)[1]
    copy, other = copies(place, original)
    place.run(copy, "UPDATE pages SET body = 'twa' WHERE body = 'two'")
    assert others(place, copy)["virtual table pages"] != facts.others["virtual table pages"]
    place.run(other, "UPDATE boxes SET x1 = 2.3 WHERE id = 1")
    assert others(place, other)["virtual table boxes"] != facts.others["virtual table boxes"]


def test_fault_150_an_ordinary_table_named_like_a_part_of_an_index_is_in_the_dump(place: SqlitePlace) -> None:
    original = place.create(
        "CREATE VIRTUAL TABLE pages USING fts5(body)",
        "CREATE TABLE pages_tags (tag)",
        "INSERT INTO pages_tags VALUES ('mine')",
        "CREATE INDEX pages_by_tag ON pages_tags (tag)",
    )
    dump, facts = place.dump(original)
    assert facts.tables.keys() == {"pages_tags"}
    assert b"pages_data" not in dump
    copies(place, original)


def test_fault_150_counters_and_the_numbers_in_the_header_are_part_of_the_proof(place: SqlitePlace) -> None:
    original = place.create(
        "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "INSERT INTO counted VALUES (44)",
        "PRAGMA user_version = 9",
        "PRAGMA application_id = -5",
    )
    facts = place.dump(original)[1]
    copy, other = copies(place, original)
    place.run(copy, "UPDATE sqlite_sequence SET seq = 45")
    assert others(place, copy) != facts.others
    place.run(other, "PRAGMA user_version = 8")
    assert others(place, other) != facts.others


def test_fault_150_another_text_encoding_keeps_its_text_and_is_named_as_a_loss(place: SqlitePlace) -> None:
    original = place.without_marker(
        "PRAGMA encoding = 'UTF-16le'",
        "CREATE TABLE notes (a, b TEXT)",
        "INSERT INTO notes VALUES ('ä😀', 'x' || char(0) || 'y'), ('a' || char(13, 10) || 'b', X'ff')",
    )
    assert place.dump(original)[1].losses == ("the text encoding UTF-16le: a copy keeps the same text in UTF-8",)
    for copy in copies(place, original):
        asked = "SELECT a, b, typeof(b), length(a) FROM notes ORDER BY rowid"
        assert place.run(copy, asked) == place.run(original, asked)

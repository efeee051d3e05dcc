"""SQLite keeps what every engine promises, and the traps that files have of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from tests.services.engines.contract import EngineContract
from tests.services.engines.sqlite_place import SqlitePlace

SCHEMA = (
    "CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE,"
    " email VARCHAR(255) UNIQUE, born DATE DEFAULT (date('now')), score REAL DEFAULT 0.5, photo BLOB,"
    " loud TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL, length INTEGER AS (length(name)) STORED,"
    " CHECK (length(name) > 0))",
    "CREATE TABLE orders (number TEXT, line INTEGER, customer INTEGER REFERENCES customers (id) ON DELETE CASCADE,"
    " amount DECIMAL(10, 2), PRIMARY KEY (number, line)) WITHOUT ROWID",
    "CREATE TABLE readings (at INTEGER NOT NULL, value REAL, anything ANY) STRICT",
    "CREATE TABLE left_half (id INTEGER PRIMARY KEY, other INTEGER REFERENCES right_half (id))",
    "CREATE TABLE right_half (id INTEGER PRIMARY KEY, other INTEGER REFERENCES left_half (id))",
    "CREATE TABLE loose (a, b)",
    "CREATE INDEX orders_customer ON orders (customer, amount DESC)",
    "CREATE UNIQUE INDEX customers_loud ON customers (lower(name)) WHERE email IS NOT NULL",
    "CREATE VIEW totals AS SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer -- by customer",
    "CREATE VIEW rich AS SELECT * FROM totals WHERE total > 100",
    "CREATE TRIGGER customers_ai AFTER INSERT ON customers BEGIN\n"
    "  INSERT INTO loose VALUES ('inserted; really', new.id);\n"
    "  UPDATE customers SET score = CASE WHEN new.score > 1 THEN 1 ELSE new.score END WHERE id = new.id;\nEND",
    "CREATE TRIGGER rich_io INSTEAD OF INSERT ON rich BEGIN SELECT 1; END",
    "INSERT INTO customers (id, name, email, born, score, photo) VALUES"
    " (0, 'Zero', NULL, '0000-00-00', 0.1, X''), (-5, 'O''Hara', 'o@hara', NULL, 1e300, X'00FF27'),"
    " (9223372036854775807, 'Последний 😀', '', '2024-02-31', -1.5, NULL)",
    "DELETE FROM customers WHERE id = 0",
    "INSERT INTO orders VALUES ('A-1', 1, -5, 19.99), ('A-1', 2, -5, 100), ('A-2', 1, NULL, '12.50')",
    "INSERT INTO readings VALUES (1, 0.1, 'text'), (2, 1e308, 5), (3, 5e-324, X'41'), (4, 9e999, 2.0),"
    " (5, -9e999, NULL)",
    "INSERT INTO left_half VALUES (1, 1)",
    "INSERT INTO right_half VALUES (1, 1)",
    "INSERT INTO loose VALUES ('same', 1), ('same', 1), (1, '1'), (1.0, X'31'), ('line\nend', 'cr\r\nlf'),"
    " (CAST(X'FF00FE' AS TEXT), CAST(X'610062' AS TEXT)), (-0.0, 9007199254740993), ('', NULL)",
    "CREATE VIRTUAL TABLE pages USING fts5(title, body, tokenize='porter unicode61', prefix='2 3')",
    "INSERT INTO pages (rowid, title, body) VALUES (3, 'running', 'foxes run'), (-4, 'it''s', NULL)",
    "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, +label)",
    "INSERT INTO boxes VALUES (7, 1.1, 2.2, 'seven'), (1, 0, 1, X'41')",
    "CREATE TABLE pages_of (page TEXT)",
    "INSERT INTO pages_of VALUES ('an ordinary table with the name of an index before it')",
)


class TestSqlite(EngineContract):
    schema: ClassVar[Sequence[str]] = SCHEMA
    slow_statement = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    unsupported: ClassVar[Sequence[tuple[Sequence[str], str]]] = (
        (("CREATE VIRTUAL TABLE pages USING fts5(title, body, content='')",), "'pages'"),
        (('CREATE VIRTUAL TABLE pages USING fts4(title, body, content="")',), "'pages'"),
        (("CREATE VIRTUAL TABLE sizes USING dbstat",), "'sizes'"),
        (("CREATE VIEW odd AS SELECT 'a\r\nb' AS two_lines",), "'odd'"),
    )
    refused_statements: ClassVar[Sequence[str]] = (
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version",
        "ATTACH 'other.db' AS other",
        "VACUUM",
        "SELECT load_extension('x')",
        "REPLACE INTO notes VALUES (1, 'x', 1)",
        "EXPLAIN DELETE FROM notes",
        "SELECT * FROM pragma_journal_mode",
        "SELECT ?",
        "SELECT 1\0",
        "SAVEPOINT a",
    )

    @pytest.fixture
    def place(self, tmp_path: Path) -> SqlitePlace:
        folder = tmp_path / "databases %20?mode=rwc#ü"
        folder.mkdir()
        return SqlitePlace(folder)

"""Any schema that SQLite takes, any values: dumped, restored, equal. A few of them each time, others each time."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pagevoo_console.services.engines.sqlite_schema import quoted
from pagevoo_console.services.jobs import JobContext
from tests.services.engines.sqlite_place import SqlitePlace

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1, max_size=12).filter(
    lambda name: not name.lower().startswith(("sqlite_", "_pagevoo"))
)
VALUES = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.binary(max_size=30)
)
TYPES = ["", "INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC", "VARCHAR(20)", "DECIMAL(10, 2)", "DATE", "BOOLEAN", "ANY"]
STRICT = {"INTEGER": st.integers(-5, 5), "TEXT": st.text(max_size=5), "BLOB": st.binary(max_size=5), "ANY": VALUES}
COLLATIONS = ["", " COLLATE NOCASE", " COLLATE RTRIM"]


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[str, tuple[Any, ...]]]:
    """Statements, each with its parameters, of which SQLite may refuse some."""
    made: list[tuple[str, tuple[Any, ...]]] = []
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=str.casefold))
    for name in names:
        table = quoted(name)
        columns = draw(st.lists(NAMES, min_size=1, max_size=4, unique_by=str.casefold))
        is_strict = draw(st.booleans())
        types = [draw(st.sampled_from(sorted(STRICT) if is_strict else TYPES)) for _ in columns]
        parts = [
            f"{quoted(column)} {kind}{draw(st.sampled_from(COLLATIONS))}"
            + (
                f" DEFAULT {draw(st.sampled_from(['7', '(1 + 1)', 'NULL', chr(39) * 2]))}"
                if draw(st.booleans())
                else ""
            )
            for column, kind in zip(columns, types, strict=True)
        ]
        key = draw(
            st.sampled_from(
                ["", "id INTEGER PRIMARY KEY", "id INTEGER PRIMARY KEY AUTOINCREMENT", "id TEXT PRIMARY KEY"]
            )
        )
        if key and not any(column.lower() == "id" for column in columns):
            parts.insert(0, key)
        if draw(st.booleans()):
            kind = draw(st.sampled_from(["STORED", "VIRTUAL"]))
            parts.append(f"made__ TEXT GENERATED ALWAYS AS (typeof({quoted(columns[0])})) {kind}")
        if draw(st.booleans()):
            to = quoted(draw(st.sampled_from(names)))
            parts.append(f"up__ INTEGER REFERENCES {to} (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED")
        options = ["STRICT"] * is_strict + ["WITHOUT ROWID"] * (key == "id TEXT PRIMARY KEY" and draw(st.booleans()))
        made.append((f"CREATE TABLE {table} ({', '.join(parts)}) {', '.join(options)}", ()))
        for number in range(draw(st.integers(0, 5))):
            values = [draw(STRICT[kind] if is_strict else VALUES) for kind in types]
            into, given_values = [quoted(column) for column in columns], [*values]
            if key == "id TEXT PRIMARY KEY":
                into.insert(0, "id")
                given_values.insert(0, str(number))
            marks = ", ".join("?" * len(into))
            made.append((f"INSERT INTO {table} ({', '.join(into)}) VALUES ({marks})", tuple(given_values)))
        index, view = (quoted(f"{prefix} {name}") for prefix in ("i", "v"))
        made.append(
            (f"CREATE INDEX {index} ON {table} ({quoted(columns[-1])} DESC) WHERE {quoted(columns[0])} > 0", ())
        )
        made.append((f"CREATE VIEW {view} AS SELECT {quoted(columns[0])} AS a, ';' FROM {table}", ()))
        made.append(
            (f"CREATE TRIGGER {quoted('t ' + name)} AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END", ())
        )
    if draw(st.booleans()):
        made.append(("CREATE VIRTUAL TABLE searched__ USING fts5(a, b)", ()))
        texts = st.tuples(st.integers(-9, 9), VALUES, VALUES)
        for row in draw(st.lists(texts, max_size=3, unique_by=lambda row: row[0])):
            made.append(("INSERT INTO searched__ (rowid, a, b) VALUES (?, ?, ?)", row))
    return made


@settings(derandomize=True, max_examples=12, deadline=None)
@given(tables())
def test_any_database_restores_to_itself(statements: list[tuple[str, tuple[Any, ...]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = SqlitePlace(Path(folder))
        original = place.create()
        with closing(sqlite3.connect(place.file(original), isolation_level=None)) as connection:
            refused = 0
            for statement, values in statements:
                try:
                    connection.execute(statement, values)
                except (sqlite3.OperationalError, sqlite3.IntegrityError):
                    refused += 1
            assert refused < len(statements)
        dump, facts = place.dump(original)
        file = Path(folder) / "dump.sql"
        file.write_bytes(dump)
        loaded, restored = place.create(), place.create()
        place.load(loaded, dump)
        outcome = place.restore_natively(restored, file)
        assert (outcome.returncode, outcome.stderr) == (0, b"")
        for copy in (loaded, restored):
            assert place.content(copy) == facts.tables
            assert place.fingerprint(copy) == facts.fingerprint
            with place.open(copy) as session:
                assert place.engine.other_content(session, JobContext()) == facts.others
            assert place.dump(copy)[0] == dump

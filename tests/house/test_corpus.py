"""`./run corpus DIR`: exact databases pass, whatever they begin with; one that its own client refuses is a failure."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.corpus import main, round_trips

FOREIGN = """/* Drop database if it exists */
DROP DATABASE IF EXISTS {name};
CREATE DATABASE {name};
{use}
CREATE TABLE notes (id INT PRIMARY KEY, body VARCHAR(100));
INSERT INTO notes VALUES (1, 'USE nothing;'), (2, 'häßlich ✓');
"""


def test_databases_that_begin_as_foreign_dumps_do_go_round_exactly(tmp_path: Path) -> None:
    (tmp_path / "shop.mysql.sql").write_text(FOREIGN.format(name="shop", use="USE shop;"), "utf-8")
    (tmp_path / "shop.postgresql.sql").write_text(FOREIGN.format(name="shop", use="\\c shop"), "utf-8")
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as database:
        database.executescript("CREATE TABLE notes (id INT PRIMARY KEY, body); INSERT INTO notes VALUES (1, x'00ff');")
    results = list(round_trips(tmp_path))
    assert [(result.engine, result.rows, result.verdict) for result in results] == [
        ("mysql", 2, "exact"),
        ("postgresql", 2, "exact"),
        ("sqlite", 1, "exact"),
    ]


def test_what_the_client_cannot_load_is_not_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.postgresql.sql").write_text("CREATE TABLE notes (id INT PRIMARY KEY\n", "utf-8")
    assert main([str(tmp_path)]) == 1
    assert "NOT EXACT" in capsys.readouterr().out

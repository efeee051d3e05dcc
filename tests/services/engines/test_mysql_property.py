"""Any schema that MariaDB takes, any values: dumped, restored, equal. A few of them each time, others each time."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pymysql
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pagevoo_console.services.jobs import JobContext
from tests.servers import MariadbServer
from tests.services.engines.mysql_place import MariadbPlace

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SAID = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
"""What stands in a program: the server itself cuts one off at a NUL."""
UNSEEN = "".join(map(chr, range(0x21))) + "\x7f"
NAMES = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1, max_size=12
).filter(lambda name: not name[-1].isspace() and not name.lower().startswith("#mysql50#") and name.strip(UNSEEN) != "")
BYTES = st.binary(max_size=30)
SINGLE = st.floats(allow_nan=False, allow_infinity=False, width=32)
DOUBLE = st.floats(allow_nan=False, allow_infinity=False)
DATES = st.dates().map(str) | st.sampled_from(["0000-00-00", "2024-02-31", "2023-00-10"])
TIMES = st.tuples(st.integers(-838, 838), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999_999)).map(
    lambda parts: "{:02d}:{:02d}:{:02d}.{:06d}".format(*parts)
)
PLACES = st.tuples(DOUBLE, DOUBLE, st.integers(0, 5000))

TYPES: dict[str, st.SearchStrategy[Any]] = {
    "TINYINT": st.integers(-128, 127),
    "BIGINT UNSIGNED": st.integers(0, 2**64 - 1),
    "INT ZEROFILL": st.integers(0, 2**32 - 1),
    "FLOAT": SINGLE,
    "DOUBLE": DOUBLE,
    "DECIMAL(65, 30)": st.decimals(-(10**34), 10**34, places=30),
    "BIT(13)": st.integers(0, 2**13 - 1),
    "VARCHAR(60)": TEXT,
    "VARCHAR(60) CHARACTER SET utf16": TEXT,
    "TEXT COLLATE utf8mb4_bin": TEXT,
    "LONGTEXT CHARACTER SET latin1": st.text(st.characters(max_codepoint=0xFF), max_size=20),
    "VARCHAR(30) CHARACTER SET ascii": BYTES,
    "VARBINARY(40)": BYTES,
    "BINARY(30)": BYTES,
    "LONGBLOB": BYTES,
    "ENUM('', 'a', 'it''s', '日')": st.sampled_from(["", "a", "it's", "日"]),
    "SET('a', 'b', ' c')": st.sampled_from(["", "a", "a,b", "a, c"]),
    "DATE": DATES,
    "DATETIME(6)": st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S.%f").zfill(26)),
    "TIME(6)": TIMES,
    "YEAR": st.integers(1901, 2155) | st.just(0),
    "UUID": st.uuids().map(str),
    "INET6": st.ip_addresses().map(str),
    "POINT": PLACES,
    "JSON": st.sampled_from(["{}", "[1, null]", '{"a":  1e400}', '"é\\n"']),
}


OPTIONS = [
    "", "WITH SYSTEM VERSIONING", "ENGINE=Aria", "ROW_FORMAT=COMPRESSED", "PARTITION BY HASH (id__) PARTITIONS 3",
    "PARTITION BY RANGE (id__) (PARTITION few VALUES LESS THAN (3), PARTITION `it's` VALUES LESS THAN MAXVALUE)",
]  # fmt: skip


@dataclass
class Schema:
    """Statements that make a database, of which the server may refuse some, and rows as (statement, values)."""

    statements: list[str] = field(default_factory=list)
    rows: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    made = Schema()
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=str.casefold))
    for number, name in enumerate(names):
        columns = draw(st.lists(NAMES, min_size=1, max_size=5, unique_by=str.casefold))
        types = [draw(st.sampled_from(sorted(TYPES))) for _ in columns]
        parts = [_column(draw, column, kind) for column, kind in zip(columns, types, strict=True)]
        if draw(st.booleans()):
            parts.insert(0, "id__ INT AUTO_INCREMENT PRIMARY KEY")
            if number and draw(st.booleans()):
                parts.append(f"up__ INT, CONSTRAINT {quoted(f'k {number}')} FOREIGN KEY (up__) REFERENCES made__0 (id)")
        if draw(st.booleans()):
            kind = draw(st.sampled_from(["STORED", "VIRTUAL", "VIRTUAL INVISIBLE"]))
            parts.append(f"made__ VARCHAR(200) AS (HEX(LEFT({quoted(columns[0])}, 9))) {kind}")
        if draw(st.booleans()):
            parts.append(f"CHECK ({quoted(columns[0])} IS NULL OR LENGTH({quoted(columns[0])}) < 9999)")
        options = draw(st.sampled_from(OPTIONS))
        comment = draw(TEXT).replace("\\", "\\\\").replace("'", "''")
        made.statements.append(f"CREATE TABLE {quoted(name)} ({', '.join(parts)}) COMMENT='{comment}' {options}")
        made.statements.append(
            f"ALTER TABLE made__0 ADD COLUMN back{number}__ INT,"
            f" ADD FOREIGN KEY (back{number}__) REFERENCES {quoted(name)} (id__)"
        )
        into = ", ".join(quoted(column) for column in columns)
        marks = ", ".join("ST_GeomFromWKB(%s, %s)" if kind == "POINT" else "%s" for kind in types)
        for _ in range(draw(st.integers(0, 4))):
            values = tuple(part for kind in types for part in _value(draw, kind))
            told = f"INSERT INTO {quoted(name)} ({into}) VALUES".replace("%", "%%")
            made.rows.append((f"{told} ({marks})", values))
        made.rows.append((f"UPDATE {quoted(name)} SET {quoted(columns[0])} = {quoted(columns[-1])}", ()))
        state = draw(st.sampled_from(["", "DISABLE"]))
        said = draw(SAID).replace("\\", "\\\\").replace("'", "''")
        view, trigger, event = (quoted(f"{name[:10]}{kind}") for kind in "vte")
        made.programs += [
            f"CREATE VIEW {view} AS SELECT {quoted(columns[0])}, '{said}' AS said__ FROM {quoted(name)}",
            f"CREATE TRIGGER {trigger} BEFORE INSERT ON {quoted(name)} FOR EACH ROW SET @said = '{said}'",
            f"CREATE EVENT {event} ON SCHEDULE EVERY 3 HOUR {state} DO SELECT '{said}'",
        ]
    made.programs.append(
        f"CREATE SEQUENCE numbers__ START WITH {draw(st.integers(1, 50))} INCREMENT {draw(st.integers(1, 5))} NOCACHE"
    )
    return made


def _column(draw: st.DrawFn, name: str, kind: str) -> str:
    extra = draw(st.sampled_from(["", "NOT NULL", "DEFAULT NULL", "INVISIBLE", "UNIQUE", "COMMENT 'a`b'';'"]))
    return f"{quoted(name)} {kind} {extra}"


def _value(draw: st.DrawFn, kind: str) -> tuple[Any, ...]:
    """The parameters of one value: two of a place, one of any other."""
    if draw(st.integers(0, 5)) == 0:
        return (None, 0) if kind == "POINT" else (None,)
    value = draw(TYPES[kind])
    if kind != "POINT":
        return (value,)
    x, y, system = value
    return bytes([1, 1, 0, 0, 0]) + _packed(x) + _packed(y), system


def _packed(number: float) -> bytes:
    return struct.pack("<d", number)


@pytest.fixture(scope="module")
def place(mariadb_server: MariadbServer) -> Iterator[MariadbPlace]:
    place = MariadbPlace(mariadb_server)
    yield place
    place.close()


@settings(
    derandomize=True,
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(schema=schemas())
def test_any_database_restores_to_itself(place: MariadbPlace, schema: Schema) -> None:
    original = place.create("CREATE TABLE made__0 (id INT PRIMARY KEY)")
    refused = 0
    with closing(place.raw(original)) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = 'ALLOW_INVALID_DATES', foreign_key_checks = 0")
        for statement, values in [*((one, ()) for one in schema.statements), *schema.rows]:
            refused += _refused(cursor, statement, values)
        cursor.execute("SET sql_mode = 'STRICT_ALL_TABLES'")
        for statement in schema.programs:
            refused += _refused(cursor, statement, ())
    assert refused < len(schema.statements) + len(schema.rows) + len(schema.programs)
    dump, facts = place.dump(original)
    copy = place.create()
    place.load(copy, dump)
    assert place.content(copy) == facts.tables
    assert place.fingerprint(copy) == facts.fingerprint
    with place.open(copy, writable=True) as session:
        assert place.engine.other_content(session, JobContext()) == facts.others
        assert place.engine.awaken(session) == ()
    assert place.dump(copy)[0] == dump


def _refused(cursor: Any, statement: str, values: tuple[Any, ...]) -> bool:
    try:
        cursor.execute(statement, values or None)
    except pymysql.Error:
        return True
    return False

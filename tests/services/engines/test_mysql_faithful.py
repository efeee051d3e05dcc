"""What a MariaDB database may hold comes back exactly or is named: the rows of the fault matrix, one after another."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pagevoo_console.domain.backup import DumpFacts, TableContent
from pagevoo_console.domain.errors import ConsoleError, Unsupported
from pagevoo_console.services.engines.framing import FrameKind, FrameReader, FrameWriter
from pagevoo_console.services.jobs import JobContext
from tests.servers import MariadbServer, start_mariadb
from tests.services.engines.contract import wait_until
from tests.services.engines.mysql_place import MariadbPlace

NOTES = "CREATE TABLE notes (id INT PRIMARY KEY, label VARCHAR(100))"


@pytest.fixture
def place(mariadb_server: MariadbServer) -> Iterator[MariadbPlace]:
    place = MariadbPlace(mariadb_server)
    yield place
    place.close()


@dataclass(frozen=True)
class Copied:
    """A database, its dump, and two copies: one that the console loaded, one that the engine's own client restored."""

    place: MariadbPlace
    original: str
    ours: str
    theirs: str
    dump: bytes
    facts: DumpFacts

    def same(self, query: str) -> list[Any]:
        """What the query answers in the original, after both copies have answered the same."""
        told = self.place.run(self.original, query)
        assert self.place.run(self.ours, query) == told
        assert self.place.run(self.theirs, query) == told
        return told

    @property
    def losses(self) -> list[str]:
        """Without definers: the tests' account comes from another address than the one that is noted."""
        return [loss for loss in self.facts.losses if not loss.startswith("definer of ")]


def other_content(place: MariadbPlace, database: str) -> dict[str, TableContent]:
    with place.open(database) as session:
        return place.engine.other_content(session, JobContext())


def copied(place: MariadbPlace, original: str, tmp_path: Path) -> Copied:
    """Dump, load, restore natively; content and schema are the same, and a dump of a copy is the same to the byte."""
    dump, facts = place.dump(original)
    ours, theirs, last = place.create(), place.create(), place.create()
    place.load(ours, dump)
    (tmp_path / "dump.sql").write_bytes(dump)
    outcome = place.restore_natively(theirs, tmp_path / "dump.sql")
    assert (outcome.returncode, outcome.stderr) == (0, b"")
    for copy in (ours, theirs):
        assert place.content(copy) == facts.tables
        assert other_content(place, copy) == facts.others
        assert place.fingerprint(copy) == facts.fingerprint
    second, _ = place.dump(ours)
    place.load(last, second)
    assert place.dump(last)[0] == second == place.dump(theirs)[0]
    return Copied(place, original, ours, theirs, dump, facts)


def reframed(dump: bytes, before: bytes, after: bytes) -> bytes:
    """The dump with these bytes changed, and the sizes that it announces set right again."""
    sink = io.BytesIO()
    reader, writer = FrameReader(io.BytesIO(dump)), FrameWriter(sink)
    writer.header(reader.engine, reader.version)
    for frame in reader:
        data = frame.data.replace(before, after)
        if frame.kind is FrameKind.ROWS:
            writer.rows(frame.table, frame.rows, data)
        else:
            writer.statement(data, frame.executable.replace(before, after))
    writer.end(reader.tables or 0, reader.rows or 0)
    return sink.getvalue()


# --- values -----------------------------------------------------------------------------------------------------------


def test_fault_95_96_numbers_keep_every_bit(place: MariadbPlace, tmp_path: Path) -> None:
    floats = ("1/3", "16777216", "-0e0", "3.4028234e38", "1.17549435e-38", "1e-45", "123456789", "0.1", "-7.00649e-45")
    doubles = ("-0e0", "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "0.1", "9007199254740993")
    copy = copied(
        place,
        place.create(
            "CREATE TABLE numbers (f FLOAT, d DOUBLE, m DECIMAL(65,30), b BIGINT UNSIGNED, short FLOAT(7,3))",
            *(f"INSERT INTO numbers (f, short) VALUES ({one}, LEAST({one}, 9999.999))" for one in floats),
            *(f"INSERT INTO numbers (d) VALUES ({one})" for one in doubles),
            f"INSERT INTO numbers (m) VALUES ({'9' * 35}.{'9' * 30}), (-0.{'0' * 29}1)",
            "INSERT INTO numbers (b) VALUES (18446744073709551615)",
        ),
        tmp_path,
    )
    exact = copy.same("SELECT CONCAT(f + 0e0), CONCAT(d), CONCAT(m), b, CONCAT(short + 0e0) FROM numbers")
    assert ("0.3333333432674408", None, None, None, "0.3330000042915344") in exact


def test_fault_97_dates_that_cannot_be_survive_a_strict_server(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(
        "SET sql_mode = 'ALLOW_INVALID_DATES'",
        "CREATE TABLE days (a DATE DEFAULT '0000-00-00', b DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', c TIMESTAMP"
        " NOT NULL DEFAULT '0000-00-00 00:00:00')",
        "INSERT INTO days VALUES ('0000-00-00', '2024-02-31 10:00:00', '0000-00-00 00:00:00'),"
        " ('2024-02-31', '0000-00-00', DEFAULT), ('2023-00-00', '2023-05-00 01:02:03', '2038-01-19 03:14:07')",
    )
    strict = "TRADITIONAL,NO_ZERO_DATE,NO_ZERO_IN_DATE"
    before = place.running.execute("SELECT @@global.sql_mode")[0][0]
    place.running.execute(f"SET GLOBAL sql_mode = '{strict}'")
    try:
        copy = copied(place, original, tmp_path)
    finally:
        place.running.execute(f"SET GLOBAL sql_mode = '{before}'")
    assert ("2024-02-31", "0000-00-00 00:00:00") in copy.same("SELECT CONCAT(a), CONCAT(b) FROM days")


def test_fault_98_99_times_are_those_of_the_clock_that_wrote_them(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE TABLE times (id INT PRIMARY KEY, t TIME(6), s TIMESTAMP(6) NULL, y YEAR)",
            "SET time_zone = '+00:00'",
            "INSERT INTO times VALUES (1, '-838:59:59.000000', '2024-10-27 00:30:00', 1901), (2, '838:59:59.999999',"
            " '2024-10-27 01:30:00.000001', 2155), (3, '-00:00:00.000001', '1970-01-01 00:00:01', 0)",
        ),
        tmp_path,
    )
    first, _, third = copy.same("SELECT CONCAT(t), UNIX_TIMESTAMP(s), y FROM times ORDER BY id")
    assert (first[0], str(first[1])) == ("-838:59:59.000000", "1729989000.000000")
    assert third[0] == "-00:00:00.000001"


def test_fault_100_automatic_numbers_go_on_where_they_stood(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE TABLE counted (id INT AUTO_INCREMENT PRIMARY KEY, label VARCHAR(9))",
            "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
            "INSERT INTO counted VALUES (0, 'zero'), (-3, 'less'), (7, 'seven')",
            "INSERT INTO counted (label) SELECT 'gone' FROM seq_1_to_90",
            "DELETE FROM counted WHERE label = 'gone'",
        ),
        tmp_path,
    )
    assert copy.same("SELECT id FROM counted ORDER BY id") == [(-3,), (0,), (7,)]
    following = ("INSERT INTO counted (label) VALUES ('next')", "SELECT MAX(id) FROM counted")
    expected = place.run(copy.original, *following)
    assert expected[0][0] > 97
    assert place.run(copy.ours, *following) == place.run(copy.theirs, *following) == expected


def test_fault_101_bytes_are_told_from_nothing_and_keep_their_zeros(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE TABLE bytes (a BIT(1), b BIT(64), c BINARY(6), d VARBINARY(9), e BLOB, f TINYBLOB)",
            "INSERT INTO bytes VALUES (b'1', b'1', x'616200', x'00', '', ''), (0, ~0, x'fefffbfdfc00', '', NULL, NULL),"
            " (NULL, NULL, NULL, NULL, x'00ff0a0d1a275c22fe', x'fe')",
        ),
        tmp_path,
    )
    assert copy.same("SELECT HEX(c), LENGTH(d), e IS NULL FROM bytes")[0] == ("616200000000", 1, 0)


def test_fault_101_values_that_fill_a_packet_go_in_pieces(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE TABLE files (id INT PRIMARY KEY, data LONGBLOB, note LONGTEXT, old LONGTEXT CHARACTER SET latin1,"
            " wide LONGTEXT CHARACTER SET utf16, shape GEOMETRY, small VARCHAR(90), at DATETIME)",
            "INSERT INTO files (id, data, small) VALUES (1, REPEAT(x'00ff27', 2900000), 'it''s')",
            "INSERT INTO files VALUES (2, x'ff', REPEAT('q''\\\\é\\n', 1000000), REPEAT('ü', 3000000),"
            " REPEAT('😀', 90000), ST_GeomFromText('POINT(1 2)', 7), NULL, '2024-01-01')",
            "INSERT INTO files (id, note, old) VALUES (3, REPEAT('''', 4000000), 'x'), (4, 'short', NULL)",
        ),
        tmp_path,
    )
    assert max(len(line) for line in copy.dump.splitlines()) < 10_000_000
    copy.same(
        "SELECT id, MD5(data), MD5(note), MD5(old), MD5(wide), HEX(shape), small, CONCAT(at) FROM files ORDER BY id"
    )


def test_fault_102_103_any_bytes_in_any_character_set_stay_what_they_are(place: MariadbPlace, tmp_path: Path) -> None:
    sets = (
        "utf8mb3",
        "latin1",
        "cp1251",
        "sjis",
        "gbk",
        "big5",
        "ucs2",
        "utf16",
        "utf16le",
        "utf32",
        "euckr",
        "tis620",
    )
    columns = ", ".join(f"{name} VARCHAR(60) CHARACTER SET {name}" for name in sets)
    copy = copied(
        place,
        place.create(
            f"CREATE TABLE tongues (id INT PRIMARY KEY, four VARCHAR(40) COLLATE utf8mb4_czech_ci, raw VARBINARY(60),"
            f" {columns})",
            "INSERT INTO tongues (id, four, raw, latin1, cp1251, sjis, ucs2, utf16, utf32) VALUES"
            " (1, '😀日é', 'x', _latin1 x'808182939495a0ff', 'привет', '表ソ', 'Ж', '😀', '😀'),"
            " (2, 'Ã©', x'c3a9', _latin1 x'c3a9', _cp1251 x'98a0', _sjis x'835c', '', '', '')",
            "INSERT INTO tongues (id, gbk, big5, euckr, tis620, utf16le, utf8mb3) VALUES"
            " (3, '縗', '功', '한', 'ก', 'é', '日')",
        ),
        tmp_path,
    )
    answers = copy.same("SELECT HEX(latin1), HEX(sjis), HEX(gbk), HEX(big5), HEX(utf16le) FROM tongues ORDER BY id")
    assert answers[0][0] == "808182939495A0FF"
    assert answers[1][1] == "835C"


def test_fault_102_bytes_that_are_no_ascii_survive_in_a_column_of_it(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE TABLE codes (a VARCHAR(20) CHARACTER SET ascii, b CHAR(5) CHARACTER SET ascii NOT NULL,"
            " c LONGTEXT COLLATE ascii_bin, d ENUM('a', 'b') CHARACTER SET ascii)",
            "INSERT INTO codes VALUES (_ascii x'e9fe41ff', _ascii x'fe', x'ff', 'b'), ('it''s', 'x ', 'plain', 'a'),"
            " (NULL, '', REPEAT(_ascii x'fe', 2500000), NULL)",
        ),
        tmp_path,
    )
    assert copy.same("SELECT HEX(a), HEX(b), MD5(c), d FROM codes")[0][:2] == ("E9FE41FF", "FE")


def test_fault_103_a_collation_that_this_server_has_not_is_said_and_never_guessed(place: MariadbPlace) -> None:
    dump, _ = place.dump(place.create("CREATE TABLE eight (a VARCHAR(9) COLLATE utf8mb4_german2_ci)"))
    assert b"utf8mb4_german2_ci" in dump
    with pytest.raises(ConsoleError) as caught:
        place.load(place.create(), reframed(dump, b"utf8mb4_german2_ci", b"utf8mb4_0900_as_cs"))
    assert "utf8mb4_0900_as_cs" in caught.value.message


def test_fault_104_places_keep_their_shape_and_their_reference_system(place: MariadbPlace, tmp_path: Path) -> None:
    shapes = (
        "POINT(1 2)",
        "LINESTRING(0 0,1 1,2 2)",
        "POLYGON((0 0,10 0,10 10,0 10,0 0),(5 5,7 5,7 7,5 7,5 5))",
        "MULTIPOINT(1 1,2 2)",
        "GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))",
    )
    copy = copied(
        place,
        place.create(
            "CREATE TABLE places (id INT AUTO_INCREMENT PRIMARY KEY, spot POINT REF_SYSTEM_ID=4326, shape GEOMETRY,"
            " `odd ``name` POLYGON REF_SYSTEM_ID=25832 COMMENT 'a `spot` point', area GEOMETRY NOT NULL,"
            " SPATIAL KEY (area))",
            *(
                f"INSERT INTO places (spot, shape, area) VALUES (ST_GeomFromText('POINT(13.4 52.5)', {system}),"
                f" ST_GeomFromText('{shape}', {system}), ST_GeomFromText('{shape}'))"
                for system, shape in enumerate(shapes)
            ),
            "INSERT INTO places (shape, area) VALUES (NULL, x'0000000001070000000000000000')",
        ),
        tmp_path,
    )
    assert copy.same("SELECT HEX(shape), ST_SRID(shape), HEX(area) FROM places ORDER BY id")[-1][0] is None
    systems = copy.same(
        "SELECT G_GEOMETRY_COLUMN, SRID FROM information_schema.GEOMETRY_COLUMNS WHERE G_TABLE_SCHEMA = DATABASE()"
        " ORDER BY 1"
    )
    assert systems == [("area", 0), ("odd `name", 25832), ("shape", 0), ("spot", 4326)]


def test_fault_104_a_place_that_is_none_is_refused_by_name(place: MariadbPlace) -> None:
    original = place.create(
        "CREATE TABLE shops (id INT PRIMARY KEY)",
        "INSERT INTO shops VALUES (1)",
        "ALTER TABLE shops ADD COLUMN spot POINT NOT NULL",
    )
    assert place.run(original, "SELECT LENGTH(spot) FROM shops") == [(0,)]
    with pytest.raises(Unsupported) as caught:
        place.dump(original)
    assert "places that are none in the column 'spot' of the table 'shops'" in caught.value.message


def test_fault_105_106_107_112_json_generated_and_invisible_columns_are_what_they_were(
    place: MariadbPlace, tmp_path: Path
) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE TABLE mixed (id INT PRIMARY KEY DEFAULT (7 * 3), settings JSON, hidden VARCHAR(9) INVISIBLE DEFAULT"
            " 'h', stored INT AS (id * 2) STORED, lazy VARCHAR(40) AS (JSON_VALUE(settings, '$.a')) VIRTUAL INVISIBLE,"
            " made UUID DEFAULT UUID(), at DATETIME DEFAULT (NOW() + INTERVAL 1 DAY) ON UPDATE CURRENT_TIMESTAMP,"
            " address INET6, KEY (lazy), CONSTRAINT small CHECK (id < 1000), CHECK (hidden <> 'it''s \\\\'))",
            "INSERT INTO mixed (id, settings, hidden, address) VALUES"
            " (1, '{\"a\": \"x\",  \"a\":1e400}', 'seen', '::1'),"
            " (2, '[]', NULL, NULL), (3, NULL, '', '1:2::3')",
            "SET check_constraint_checks = 0",
            "INSERT INTO mixed (id, settings) VALUES (4, 'no json'), (5000, '')",
        ),
        tmp_path,
    )
    rows = copy.same("SELECT id, settings, hidden, stored, lazy, made, at, CONCAT(address) FROM mixed ORDER BY id")
    assert (rows[0][1], rows[3][1], rows[4][3]) == ('{"a": "x",  "a":1e400}', "no json", 10_000)


def test_fault_124_a_wrong_estimate_of_the_server_counts_for_nothing(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(
        "CREATE TABLE guessed (id INT PRIMARY KEY)", "INSERT INTO guessed SELECT seq FROM seq_1_to_500"
    )
    with closing(place.raw(original)) as elsewhere, elsewhere.cursor() as cursor:
        elsewhere.begin()
        cursor.execute("DELETE FROM guessed WHERE id > 7")
        estimate = "SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
        assert place.run(original, estimate) != [(500,)]
        copy = copied(place, original, tmp_path)
    assert copy.facts.tables["guessed"].rows == 500


# --- tables -----------------------------------------------------------------------------------------------------------

HISTORY = (
    "CREATE TABLE plain (id INT PRIMARY KEY, label VARCHAR(30)) WITH SYSTEM VERSIONING",
    "INSERT INTO plain VALUES (1, 'one'), (2, 'two'), (3, 'three')",
    "UPDATE plain SET label = 'changed' WHERE id = 1",
    "DELETE FROM plain WHERE id = 2",
)


def test_fault_108_system_versioned_tables_keep_their_history(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            *HISTORY,
            "CREATE TABLE named (id INT, note MEDIUMTEXT, free INT WITHOUT SYSTEM VERSIONING, since TIMESTAMP(6)"
            " GENERATED ALWAYS AS ROW START INVISIBLE, till TIMESTAMP(6) GENERATED ALWAYS AS ROW END,"
            " PERIOD FOR SYSTEM_TIME (since, till)) WITH SYSTEM VERSIONING",
            "INSERT INTO named (id, note) VALUES (1, 'a'), (1, 'a')",
            "UPDATE named SET note = REPEAT('b', 90000), free = 1",
            "CREATE TABLE parted (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 2"
            " (PARTITION p0 HISTORY, PARTITION p1 HISTORY, PARTITION now CURRENT)",
            "INSERT INTO parted VALUES (1, 1)",
            *(f"UPDATE parted SET v = {number}" for number in range(2, 8)),
            "CREATE TABLE held (who INT, since DATE, till DATE, PERIOD FOR held (since, till),"
            " UNIQUE (who, held WITHOUT OVERLAPS))",
            "INSERT INTO held VALUES (1, '2020-01-01', '2021-01-01'), (1, '2021-01-01', '2022-01-01')",
        ),
        tmp_path,
    )
    assert {name: content.rows for name, content in copy.facts.tables.items()} == {
        "held": 2, "named": 4, "parted": 7, "plain": 4,
    }  # fmt: skip
    assert copy.losses == []
    copy.same("SELECT *, ROW_START, ROW_END FROM plain FOR SYSTEM_TIME ALL ORDER BY id, ROW_END")
    copy.same("SELECT id, note, since, till FROM named FOR SYSTEM_TIME ALL ORDER BY till, since, note")
    assert len(copy.same("SELECT * FROM plain")) == 2
    copy.same("SELECT * FROM plain FOR SYSTEM_TIME AS OF (SELECT MIN(ROW_START) FROM plain)")


def test_fault_108_a_row_of_history_that_was_changed_fails_the_proof(place: MariadbPlace) -> None:
    dump, facts = place.dump(place.create(*HISTORY))
    assert dump.count(b"'two'") == 1
    forged = place.create()
    place.load(forged, reframed(dump, b"'two'", b"'TWO'"))
    assert place.content(forged) != facts.tables


def test_fault_108_history_by_transaction_numbers_is_named_as_a_loss(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE TABLE numbered (id INT, a BIGINT UNSIGNED GENERATED ALWAYS AS ROW START, b BIGINT UNSIGNED"
            " GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (a, b)) WITH SYSTEM VERSIONING",
            "INSERT INTO numbered (id) VALUES (1), (2)",
            "UPDATE numbered SET id = id + 10",
        ),
        tmp_path,
    )
    assert copy.facts.tables["numbered"].rows == 2
    assert [loss.partition(":")[0] for loss in copy.losses] == ["history of the table numbered"]


SEQUENCES = (
    "CREATE SEQUENCE plain",
    "CREATE SEQUENCE back START WITH 50 INCREMENT BY -3 MINVALUE -100 MAXVALUE 50 NOCACHE CYCLE COMMENT 'it''s'",
    "CREATE SEQUENCE spent MAXVALUE 3 NOCACHE",
    "SELECT NEXTVAL(spent), NEXTVAL(spent), NEXTVAL(back)",
    "SELECT NEXTVAL(spent)",
    "CREATE SEQUENCE round START WITH 2 MINVALUE 1 MAXVALUE 2 NOCACHE CYCLE",
    "SELECT NEXTVAL(round), NEXTVAL(round), NEXTVAL(round)",
)


def test_fault_109_sequences_give_their_next_number(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            *SEQUENCES,
            "CREATE TABLE a_drawn (id INT NOT NULL DEFAULT NEXTVAL(back), twice INT DEFAULT (NEXTVAL(back) * 2), `val(`"
            " VARCHAR(90) DEFAULT 'nextval(`x`.`y`)')",
            "INSERT INTO a_drawn () VALUES (), ()",
        ),
        tmp_path,
    )
    assert copy.facts.objects["sequences"] == 4
    assert copy.losses == []
    for name in (copy.original, copy.ours, copy.theirs):
        assert place.run(name, "SELECT NEXTVAL(back), NEXTVAL(round)") == [(35, 1)]
        assert place.run(name, "SELECT cycle_count FROM round")[0][0] >= 1
        assert place.run(name, "INSERT INTO a_drawn () VALUES ()", "SELECT MIN(id) FROM a_drawn") == [(32,)]
        with pytest.raises(Exception, match="has run out"):
            place.run(name, "SELECT NEXTVAL(spent)")


def test_fault_109_a_sequence_that_was_moved_fails_the_proof(place: MariadbPlace) -> None:
    original = place.create(*SEQUENCES)
    dump, facts = place.dump(original)
    copy = place.create()
    place.load(copy, dump)
    place.run(copy, "SELECT NEXTVAL(back)")
    moved = {name for name, content in other_content(place, copy).items() if content != facts.others[name]}
    assert moved == {"sequence back"}
    assert set(facts.others) == {"sequence back", "sequence plain", "sequence round", "sequence spent"}
    assert facts.tables == {}
    assert place.fingerprint(copy) == facts.fingerprint


def test_fault_110_partitions_of_every_kind_come_back(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE TABLE ranges (id INT, at DATE) PARTITION BY RANGE COLUMNS (at) SUBPARTITION BY HASH (id)"
            " SUBPARTITIONS 2 (PARTITION `old` VALUES LESS THAN ('2020-01-01') COMMENT 'it''s', PARTITION rest VALUES"
            " LESS THAN (MAXVALUE))",
            "CREATE TABLE lists (a VARCHAR(9)) PARTITION BY LIST COLUMNS (a) (PARTITION x VALUES IN ('a', NULL),"
            " PARTITION other DEFAULT)",
            "CREATE TABLE keyed (id INT PRIMARY KEY) PARTITION BY LINEAR KEY ALGORITHM = 2 (id) PARTITIONS 4",
            "CREATE TABLE stamped (s TIMESTAMP) PARTITION BY RANGE (UNIX_TIMESTAMP(s)) (PARTITION a VALUES LESS THAN"
            " (1600000000), PARTITION b VALUES LESS THAN MAXVALUE)",
            "INSERT INTO ranges VALUES (1, '2019-05-05'), (2, '2021-01-01'), (2, NULL)",
            "INSERT INTO lists VALUES ('a'), (NULL), ('z')",
            "INSERT INTO keyed SELECT seq FROM seq_1_to_50",
        ),
        tmp_path,
    )
    copy.same("SELECT id FROM ranges PARTITION (old)")
    assert copy.losses == []


def test_fault_111_keys_in_circles_and_into_other_databases(place: MariadbPlace, tmp_path: Path) -> None:
    other = place.create("CREATE TABLE parents (id INT PRIMARY KEY)", "INSERT INTO parents VALUES (1)")
    copy = copied(
        place,
        place.create(
            "SET foreign_key_checks = 0",
            "CREATE TABLE a (id INT PRIMARY KEY, b INT, CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id))",
            "CREATE TABLE b (id INT PRIMARY KEY, c INT, CONSTRAINT bc FOREIGN KEY (c) REFERENCES c (id))",
            "CREATE TABLE c (id INT PRIMARY KEY, a INT, CONSTRAINT ca FOREIGN KEY (a) REFERENCES a (id) ON UPDATE"
            " CASCADE)",
            f"CREATE TABLE out_there (id INT, CONSTRAINT outside FOREIGN KEY (id) REFERENCES {other}.parents (id))",
            "INSERT INTO a VALUES (1, 1)",
            "INSERT INTO b VALUES (1, 1)",
            "INSERT INTO c VALUES (1, 1), (2, NULL)",
            "INSERT INTO out_there VALUES (1)",
        ),
        tmp_path,
    )
    assert copy.losses == [
        f"foreign key outside of the table out_there points into the database {other}, which is not in this backup"
    ]
    for name in (copy.ours, copy.theirs):
        with pytest.raises(Exception, match="foreign key constraint fails"):
            place.run(name, "INSERT INTO a VALUES (2, 99)")


def test_fault_120_wide_tables_duplicates_and_many_keys(place: MariadbPlace, tmp_path: Path) -> None:
    columns = ", ".join(f"c{number} TINYINT" for number in range(1000))
    keys = ", ".join(f"KEY k{number} (c{number}, c{number + 1})" for number in range(62))
    copy = copied(
        place,
        place.create(
            f"CREATE TABLE wide ({columns}, words TEXT, FULLTEXT KEY (words), {keys}) ROW_FORMAT=COMPRESSED"
            " KEY_BLOCK_SIZE=8",
            "INSERT INTO wide (c0, c999, words) VALUES (1, 2, 'said'), (NULL, 127, NULL)",
            "CREATE TABLE twins (n INT)",
            "INSERT INTO twins VALUES (7), (7), (9), (7)",
        ),
        tmp_path,
    )
    other = place.create("CREATE TABLE twins (n INT)", "INSERT INTO twins VALUES (9), (9), (9), (7)")
    assert place.content(other)["twins"] != copy.facts.tables["twins"]


def test_fault_121_storage_engines_with_rows_of_their_own_are_dumped_and_said_to_be_outside_the_snapshot(
    place: MariadbPlace, tmp_path: Path
) -> None:
    engines = ("Aria", "MyISAM", "MEMORY", "CSV")
    copy = copied(
        place,
        place.create(
            *(f"CREATE TABLE t_{name} (id INT NOT NULL, label CHAR(9) NOT NULL) ENGINE={name}" for name in engines),
            *(f"INSERT INTO t_{name} VALUES (1, 'one'), (1, 'a\"b\\\\')" for name in engines),
        ),
        tmp_path,
    )
    assert not copy.facts.consistent
    assert [text.partition(" ")[0] for text in copy.facts.inconsistencies] == sorted(f"t_{name}" for name in engines)


def test_fault_121_122_folders_outside_the_server_are_left_out_and_named(place: MariadbPlace, tmp_path: Path) -> None:
    folder = place.running.directory / "elsewhere"
    folder.mkdir()
    place.running.account.own(folder)
    copy = copied(
        place,
        place.create(
            f"CREATE TABLE far (id INT COMMENT 'DATA DIRECTORY=''/x/''') COMMENT='DATA DIRECTORY=1'"
            f" DATA DIRECTORY='{folder}'",
            f"CREATE TABLE parts (id INT) PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (5) DATA DIRECTORY ="
            f" '{folder}', PARTITION b VALUES LESS THAN MAXVALUE)",
            "INSERT INTO far VALUES (1)",
            "INSERT INTO parts VALUES (1), (9)",
        ),
        tmp_path,
    )
    assert str(folder).encode() not in copy.dump
    assert [loss.partition(":")[0] for loss in copy.losses] == ["folder of the table far", "folder of the table parts"]
    assert str(folder) in copy.losses[0]


def test_fault_121_a_storage_engine_whose_rows_are_elsewhere_is_refused_by_name(place: MariadbPlace) -> None:
    original = place.create(
        "CREATE TABLE part (id INT) ENGINE=MyISAM", "CREATE TABLE whole (id INT) ENGINE=MERGE UNION=(part)"
    )
    with pytest.raises(Unsupported) as caught:
        place.dump(original)
    assert "'whole'" in caught.value.message
    assert "MRG_M" in caught.value.message


def test_fault_121_a_storage_engine_that_the_other_server_has_not_is_never_replaced(
    place: MariadbPlace, tmp_path: Path
) -> None:
    dump, _ = place.dump(place.create("CREATE TABLE held (id INT) ENGINE=Aria"))
    foreign = reframed(dump, b"ENGINE=Aria", b"ENGINE=Moon")
    with pytest.raises(ConsoleError):
        place.load(place.create(), foreign)
    (tmp_path / "dump.sql").write_bytes(foreign)
    outcome = place.restore_natively(place.create(), tmp_path / "dump.sql")
    assert b"Unknown storage engine" in outcome.stderr


def test_fault_125_hundreds_of_tables_are_dumped_one_after_another(place: MariadbPlace) -> None:
    original = place.create(*(f"CREATE TABLE t{number} (id INT PRIMARY KEY) ENGINE=MEMORY" for number in range(400)))
    dump, facts = place.dump(original)
    copy = place.create()
    place.load(copy, dump)
    assert len(facts.tables) == 400
    assert place.fingerprint(copy) == facts.fingerprint


# --- programs ---------------------------------------------------------------------------------------------------------


def test_fault_113_triggers_do_not_fire_while_their_rows_are_restored(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            NOTES,
            "CREATE TABLE log (line VARCHAR(90))",
            "INSERT INTO notes VALUES (1, 'x'), (2, 'y')",
            "CREATE TRIGGER told AFTER INSERT ON notes FOR EACH ROW INSERT INTO log VALUES (NEW.label)",
            "CREATE TRIGGER later BEFORE DELETE ON notes FOR EACH ROW INSERT INTO log VALUES (OLD.label)",
        ),
        tmp_path,
    )
    assert copy.same("SELECT COUNT(*) FROM log") == [(0,)]
    for name in (copy.ours, copy.theirs):
        assert place.run(name, "INSERT INTO notes VALUES (3, 'z')", "SELECT * FROM log") == [("z",)]


def test_fault_114_115_routines_packages_and_aggregates_keep_every_character(
    place: MariadbPlace, tmp_path: Path
) -> None:
    copy = copied(
        place,
        place.create(
            NOTES,
            "CREATE PROCEDURE said() COMMENT 'DELIMITER ;' BEGIN /*!50000 SELECT ';' */; /*M!100000 SELECT 2 */;"
            " -- it's\n # $$\n SELECT '$$ // DELIMITER'; END",
            "SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'",
            "CREATE FUNCTION ansi() RETURNS VARCHAR(9) DETERMINISTIC COMMENT 'a\\b''c' RETURN 'q\"\\'",
            "SET sql_mode = 'ORACLE'",
            "CREATE PACKAGE parcel AS\n  -- what it does\n  FUNCTION one RETURN INT;\n  PROCEDURE two(a INT);\nEND",
            "CREATE PACKAGE BODY parcel AS\n  held INT := 5;\n  FUNCTION one RETURN INT AS BEGIN RETURN held; END;\n"
            "  PROCEDURE two(a INT) AS BEGIN SELECT a || 'x'; END;\nEND",
            "CREATE PROCEDURE oracular(a IN INT) AS BEGIN NULL; END",
            "SET sql_mode = ''",
            "CREATE AGGREGATE FUNCTION added(x INT) RETURNS INT BEGIN DECLARE s INT DEFAULT 0; DECLARE CONTINUE HANDLER"
            " FOR NOT FOUND RETURN s; LOOP FETCH GROUP NEXT ROW; SET s = s + x; END LOOP; END",
            "INSERT INTO notes VALUES (1, 'x'), (5, 'y')",
        ),
        tmp_path,
    )
    assert b"DEFINER" not in copy.dump
    assert copy.same("SELECT added(id) FROM notes") == [(6,)]
    assert copy.same("SELECT ansi()") == [('q"\\',)]
    for name in (copy.ours, copy.theirs):
        assert place.run(name, "SET sql_mode = 'ORACLE'", "SELECT parcel.one()") == [(5,)]


EVENTS = (
    NOTES,
    "SET time_zone = '+02:00'",
    "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2020-01-01 03:00:00' COMMENT 'it''s' DO DELETE FROM notes",
    "SET time_zone = '-05:30'",
    "CREATE EVENT `once ``only` ON SCHEDULE AT '2035-05-05 05:05:05' ON COMPLETION PRESERVE DO BEGIN /* a */ DELETE"
    " FROM notes; -- b\n END",
    "CREATE EVENT off ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2020-01-01' ENDS '2035-01-01' DISABLE DO SELECT 1",
    "SET timestamp = 1",
    "CREATE EVENT over_and_off ON SCHEDULE AT '2020-01-01 10:00:00' DISABLE DO SELECT 1",
    "SET timestamp = DEFAULT",
    "SET NAMES latin1, sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'",
    "CREATE EVENT ansi ON SCHEDULE EVERY 2 WEEK STARTS '2021-01-01' COMMENT 'a\\' DO SELECT \"id\", 'é' FROM \"notes\"",
)
STATES = "SELECT EVENT_NAME, STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME"


def test_fault_115_events_rest_until_they_are_awakened(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(place, place.create(*EVENTS), tmp_path)
    states = dict(place.run(copy.original, STATES))
    assert dict(place.run(copy.theirs, STATES)) == states
    resting = dict(place.run(copy.ours, STATES))
    assert resting == {
        name: "DISABLED" if state == "DISABLED" else "SLAVESIDE_DISABLED" for name, state in states.items()
    }
    with place.open(copy.ours, writable=True) as session:
        assert place.engine.awaken(session) == ()
        assert place.engine.awaken(session) == ()
    assert dict(place.run(copy.ours, STATES)) == states
    assert place.fingerprint(copy.ours) == copy.facts.fingerprint
    copy.same(
        "SELECT EVENT_NAME, EVENT_DEFINITION, TIME_ZONE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, SQL_MODE, STARTS,"
        " ENDS, ON_COMPLETION, EVENT_COMMENT, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION FROM"
        " information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME"
    )


def test_fault_115_an_event_whose_time_has_passed_meanwhile_stays_and_never_fires(place: MariadbPlace) -> None:
    with start_mariadb(config={"event-scheduler": "ON"}) as running:
        busy = MariadbPlace(running)
        dump, facts = busy.dump(
            busy.create(
                NOTES,
                "INSERT INTO notes VALUES (1, 'x')",
                "CREATE EVENT soon ON SCHEDULE AT '2030-01-01 00:00:00' DO DELETE FROM notes",
                "CREATE EVENT often ON SCHEDULE EVERY 1 SECOND STARTS '2020-01-01 00:00:00' DO INSERT INTO notes SELECT"
                " MAX(id) + 1, 'fired' FROM notes",
            )
        )
        late = reframed(dump, b"2030-01-01", b"2020-01-01")
        copy = busy.create()
        busy.load(copy, late)
        quiet = busy.run(copy, "SELECT SLEEP(1.6), COUNT(*) FROM notes")
        assert quiet[0][1] == facts.tables["notes"].rows
        with busy.open(copy, writable=True) as session:
            assert busy.engine.awaken(session) == ("soon",)
        assert dict(busy.run(copy, STATES)) == {"soon": "DISABLED", "often": "ENABLED"}
        assert wait_until(lambda: busy.run(copy, "SELECT COUNT(*) FROM notes")[0][0] > facts.tables["notes"].rows)


def test_fault_115_an_event_that_was_changed_fails_the_proof(place: MariadbPlace) -> None:
    dump, facts = place.dump(place.create(*EVENTS))
    changes = (
        (b"EVERY 1 DAY", b"EVERY 2 DAY"),
        (b"DO DELETE FROM", b"DO DELETE from"),
        (b" DISABLE DO", b" ENABLE DO"),
        (b"time_zone = '+02:00'", b"time_zone = '+03:00'"),
        (b"COMMENT 'it''s'", b"COMMENT 'it''S'"),
    )
    for before, after in changes:
        assert before in dump
        copy = place.create()
        place.load(copy, reframed(dump, before, after))
        assert place.fingerprint(copy) != facts.fingerprint, before


def test_fault_123_a_time_zone_that_this_server_does_not_know_is_said(place: MariadbPlace) -> None:
    dump, _ = place.dump(place.create(*EVENTS[:3]))
    with pytest.raises(ConsoleError) as caught:
        place.load(place.create(), reframed(dump, b"time_zone = '+02:00'", b"time_zone = 'Mars/X'"))
    assert "Mars/X" in caught.value.message


def test_fault_116_a_broken_view_stops_nothing_and_is_named_with_its_wording(
    place: MariadbPlace, tmp_path: Path
) -> None:
    copy = copied(
        place,
        place.create(
            NOTES,
            "CREATE VIEW a_broken AS SELECT id, label AS said FROM notes WITH CHECK OPTION",
            "CREATE VIEW b_above AS SELECT said FROM a_broken",
            "CREATE USER 'nobody_any_more'@'%'",
            "GRANT SELECT ON *.* TO 'nobody_any_more'@'%'",
            "CREATE DEFINER='nobody_any_more'@'%' VIEW orphan AS SELECT id FROM notes",
            "CREATE DEFINER='nobody_any_more'@'%' VIEW orphan_above AS SELECT id FROM orphan",
            "DROP USER 'nobody_any_more'@'%'",
            "ALTER TABLE notes RENAME COLUMN label TO other",
            "CREATE TABLE z_last (id INT)",
            "INSERT INTO z_last VALUES (1)",
        ),
        tmp_path,
    )
    assert [loss.partition(",")[0] for loss in copy.losses] == [
        "view a_broken is broken and left out", "view b_above is broken and left out",
    ]  # fmt: skip
    assert "definer of view orphan: nobody_any_more@%" in copy.facts.losses
    assert b"VIEW `a_broken` AS select" in copy.dump
    assert copy.facts.objects["views"] == 2
    assert place.run(copy.ours, "SELECT COUNT(*) FROM orphan_above") == [(0,)]
    assert copy.same("SELECT id FROM z_last") == [(1,)]


def test_fault_116_117_views_of_other_databases_are_named_and_those_of_this_one_in_order(
    place: MariadbPlace, tmp_path: Path
) -> None:
    other = place.create(NOTES, "CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1")
    copy = copied(
        place,
        place.create(
            NOTES,
            "CREATE ALGORITHM=TEMPTABLE VIEW z AS SELECT id, label FROM notes",
            "CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW y AS SELECT id FROM notes WHERE id > 1 WITH LOCAL CHECK"
            " OPTION",
            "CREATE VIEW x AS SELECT y.id FROM y JOIN z ON z.id = y.id",
            f"CREATE VIEW out_1 AS SELECT o.id FROM {other}.notes AS o",
            f"CREATE VIEW out_2 AS SELECT COUNT(*) FROM {other}.notes",
            f"CREATE VIEW out_3 AS SELECT {other}.one() AS n",
        ),
        tmp_path,
    )
    assert copy.losses == [
        f"view out_{number} reads the database {other}, which is not in this backup" for number in (1, 2, 3)
    ]


def test_fault_118_definers_are_left_out_of_every_kind_of_program_and_named(
    place: MariadbPlace, tmp_path: Path
) -> None:
    account = "'som`e\"body'@'%'"
    copy = copied(
        place,
        place.create(
            NOTES,
            f"CREATE DEFINER={account} VIEW v AS SELECT 1",
            f"CREATE DEFINER={account} TRIGGER t BEFORE INSERT ON notes FOR EACH ROW SET @a = 1",
            f"CREATE DEFINER={account} PROCEDURE p() SQL SECURITY INVOKER SELECT 1",
            f"CREATE DEFINER={account} EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
            "SET sql_mode = 'ANSI_QUOTES'",
            f"CREATE DEFINER={account} FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1",
        ),
        tmp_path,
    )
    assert b"DEFINER=" not in copy.dump
    assert sorted(loss for loss in copy.facts.losses) == sorted(
        f'definer of {kind}: som`e"body@%' for kind in ("view v", "trigger t", "procedure p", "event e", "function f")
    )


def test_fault_119_programs_of_any_character_set_sql_mode_and_collation(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(NOTES)
    with closing(place.raw(original)) as connection:
        cursor = connection.cursor()
        for number, (character_set, text) in enumerate((("cp1251", "привет"), ("gbk", "縗"), ("latin2", "ł"))):
            cursor.execute(f"ALTER DATABASE COLLATE {character_set}_bin")
            cursor.execute(
                f"SET @made = 'CREATE FUNCTION f{number}() RETURNS VARCHAR(20) DETERMINISTIC RETURN \\'{text}\\''"
            )
            cursor.execute(f"SET @seen = 'CREATE VIEW v{number} AS SELECT \\'{text}\\' AS said'")
            cursor.execute(f"SET @fired = 'CREATE EVENT e{number} ON SCHEDULE EVERY 1 DAY DO SELECT \\'{text}\\''")
            cursor.execute(f"SET character_set_client = {character_set}, collation_connection = {character_set}_bin")
            for variable in ("@made", "@seen", "@fired"):
                cursor.execute(f"EXECUTE IMMEDIATE {variable}")
            cursor.execute("SET NAMES utf8mb4")
        cursor.execute("ALTER DATABASE COLLATE utf8mb4_unicode_ci")
        cursor.close()
    copy = copied(place, original, tmp_path)
    assert copy.same("SELECT f0(), f1(), f2()") == [("привет", "縗", "ł")]
    assert copy.same("SELECT v0.said, v1.said FROM v0, v1") == [("привет", "縗")]
    assert b"ALTER DATABASE `" not in copy.dump
    with place.open(copy.ours, writable=True) as session:
        place.engine.awaken(session)
    assert place.fingerprint(copy.ours) == copy.facts.fingerprint
    assert dict(place.run(copy.ours, STATES))["e1"] == "ENABLED"


# --- putting in place -------------------------------------------------------------------------------------------------

LIVELY = (
    "CREATE SEQUENCE numbers",
    "CREATE TABLE notes (id INT PRIMARY KEY DEFAULT NEXTVAL(numbers), label VARCHAR(50))",
    "CREATE TABLE past (id INT DEFAULT (NEXTVAL(numbers) + 1), v INT) WITH SYSTEM VERSIONING",
    "CREATE VIEW seen AS SELECT * FROM notes",
    "SET sql_mode = 'ORACLE'",
    "CREATE PACKAGE parcel AS PROCEDURE p; END",
    "CREATE PACKAGE BODY parcel AS PROCEDURE p AS BEGIN SELECT 1; END; END",
    "SET sql_mode = ''",
    "CREATE EVENT works ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    "CREATE EVENT sleeps ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
    "INSERT INTO notes (label) VALUES ('a')",
    "INSERT INTO past (v) VALUES (1)",
    "UPDATE past SET v = 2",
)


def test_a_swap_takes_sequences_history_packages_and_events_along(place: MariadbPlace) -> None:
    live = place.create(*LIVELY)
    dump, facts = place.dump(place.create(*LIVELY, "INSERT INTO notes (label) VALUES ('new')"))
    staged, aside = place.create(), place.new_name()
    place.load(staged, dump)
    before = (place.content(live), place.fingerprint(live))
    with place.open(writable=True) as server:
        memo = json.loads(json.dumps(place.engine.swap_memo(server, live, staged)))
        place.engine.swap(server, live, staged, aside, memo)
        place.engine.swap(server, live, staged, aside, memo)
        place.engine.drop_database(server, staged)
    assert (place.content(live), place.fingerprint(live)) == (facts.tables, facts.fingerprint)
    assert other_content(place, live) == facts.others
    assert (place.content(aside), place.fingerprint(aside)) == before
    assert dict(place.run(live, STATES)) == {"works": "ENABLED", "sleeps": "DISABLED"}
    assert dict(place.run(aside, STATES)) == {"works": "SLAVESIDE_DISABLED", "sleeps": "DISABLED"}
    for name in (live, aside):
        assert place.run(name, "INSERT INTO notes (label) VALUES ('next')", "INSERT INTO past (v) VALUES (3)") == []


# --- what MariaDB's own tests leave behind ----------------------------------------------------------------------------


def test_fault_108_rows_of_a_history_that_were_true_for_no_moment_are_named(
    place: MariadbPlace, tmp_path: Path
) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE TABLE plain (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING",
            "SET timestamp = 1589245268.41934",
            "REPLACE INTO plain VALUES (1, 1), (1, 2)",
            "DELETE HISTORY FROM plain BEFORE SYSTEM_TIME '2001-01-01'",
        ),
        tmp_path,
    )
    assert place.run(copy.original, "SELECT COUNT(*) FROM plain FOR SYSTEM_TIME ALL") == [(2,)]
    assert copy.losses == ["rows in the history of the table plain that were true for no moment"]
    copy.same("SELECT * FROM plain")


def test_fault_108_a_column_left_out_of_a_history_that_is_off_is_named(place: MariadbPlace) -> None:
    original = place.create(
        "SET system_versioning_alter_history = KEEP",
        "CREATE TABLE told (a INT WITHOUT SYSTEM VERSIONING COMMENT 'is WITHOUT SYSTEM VERSIONING', b INT DEFAULT 1)"
        " WITH SYSTEM VERSIONING",
        "ALTER TABLE told DROP SYSTEM VERSIONING",
    )
    dump, facts = place.dump(original)
    assert facts.losses == ("that columns of the table told would be left out of a history that it does not keep",)
    copy = place.create()
    place.load(copy, dump)
    assert (place.fingerprint(copy), place.dump(copy)[0]) == (facts.fingerprint, dump)
    assert b"COMMENT 'is WITHOUT SYSTEM VERSIONING'" in dump


def test_fault_100_an_automatic_column_may_hold_nothing(place: MariadbPlace, tmp_path: Path) -> None:
    numbered = "ADD COLUMN b INT AUTO_INCREMENT NULL UNIQUE COMMENT 'NOT NULL AUTO_INCREMENT'"
    copy = copied(
        place,
        place.create(
            "CREATE TABLE old (a INT)", "INSERT INTO old VALUES (1), (2)", f"ALTER TABLE old {numbered}",
            "CREATE TABLE new (a INT)", f"ALTER TABLE new {numbered}", "INSERT INTO new VALUES (1, NULL), (2, 5)",
            "CREATE TABLE past (a INT) WITH SYSTEM VERSIONING", "INSERT INTO past VALUES (1), (2)",
            "DELETE FROM past WHERE a = 1", "SET system_versioning_alter_history = KEEP",
            f"ALTER TABLE past {numbered}",
        ),
        tmp_path,
    )  # fmt: skip
    assert copy.same("SELECT b FROM old UNION ALL SELECT b FROM new") == [(None,), (None,), (None,), (5,)]


def test_fault_106_a_generated_column_may_warn_again_when_it_is_filled(place: MariadbPlace, tmp_path: Path) -> None:
    copied(
        place,
        place.create(
            "SET sql_mode = ''",
            "CREATE TABLE odd (a DATE NOT NULL, b MEDIUMTEXT AS (a NOT IN (a, a)) VIRTUAL,"
            " c TIMESTAMP AS (a NOT IN (b, b)) STORED)",
            "INSERT INTO odd (a) VALUES ('0000-00-00'), ('2024-01-01')",
        ),
        tmp_path,
    )


def test_fault_120_keys_stand_in_the_order_that_a_server_gives_them(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(
        "CREATE TABLE early (x INT, y INT, `,\n  KEY ``z``` INT, KEY (y), FULLTEXT KEY f (t), UNIQUE uy (y),"
        " UNIQUE ux (x), UNIQUE p (t(3)), t VARCHAR(20) NOT NULL COMMENT 'a,\n  UNIQUE KEY', PRIMARY KEY (x),"
        " KEY (x, y), CONSTRAINT odd CHECK (x <> 7))",
        "INSERT INTO early VALUES (1, NULL, 2, 'x')",
        "CREATE TABLE late (a INT, b INT NOT NULL, UNIQUE (b), UNIQUE (a), KEY (b))",
        "ALTER TABLE late MODIFY a INT NOT NULL, MODIFY b INT NULL, ALGORITHM = INPLACE",
    )
    shown = place.run(original, "SHOW CREATE TABLE early")[0][1]
    copied(place, original, tmp_path)
    assert shown.index("UNIQUE KEY `uy`") < shown.index("UNIQUE KEY `ux`")


def test_fault_112_columns_without_any_default_are_named(place: MariadbPlace) -> None:
    original = place.create(
        "CREATE TABLE told SELECT PAGE_NO, SPACE AS `a``b` FROM information_schema.INNODB_SYS_INDEXES LIMIT 2",
        "CREATE TABLE kinds SELECT ROW_FORMAT FROM information_schema.INNODB_SYS_TABLES LIMIT 2",
        "ALTER TABLE kinds ADD COLUMN id INT COMMENT 'b'",
    )
    dump, facts = place.dump(original)
    assert facts.losses == (
        "that the column ROW_FORMAT of the table kinds has no default; it is NULL",
        "that the column PAGE_NO of the table told has no default; it is NULL",
        "that the column a`b of the table told has no default; it is NULL",
    )
    copy = place.create()
    place.load(copy, dump)
    assert (place.content(copy), place.fingerprint(copy)) == (facts.tables, facts.fingerprint)
    assert place.dump(copy)[0] == dump


def test_an_option_that_the_server_only_remembers_is_named(place: MariadbPlace) -> None:
    original = place.create(
        "SET sql_mode = 'IGNORE_BAD_TABLE_OPTIONS'",
        "CREATE TABLE told (a INT foo='it''s', b INT COMMENT 'x /* `no`=1 */') bar=7",
    )
    dump, facts = place.dump(original)
    assert facts.losses == (
        "option foo of the table told, which this server does not know",
        "option bar of the table told, which this server does not know",
    )
    copy = place.create()
    place.load(copy, dump)
    assert place.fingerprint(copy) == facts.fingerprint
    assert b"COMMENT 'x /* `no`=1 */'" in dump


def test_fault_113_a_trigger_that_speaks_of_a_column_that_is_gone_is_refused_by_name(place: MariadbPlace) -> None:
    statements = (
        "CREATE TABLE `odd ``table` (`it``s` INT, kept INT, gone INT)",
        "CREATE TRIGGER sound BEFORE UPDATE ON `odd ``table` FOR EACH ROW SET NEW . `it``s` = old.KEPT,"
        " @a = 'NEW.nothing' /* OLD.nothing */, @b = @new.x",
        "CREATE TRIGGER later BEFORE INSERT ON `odd ``table` FOR EACH ROW SET NEW.kept = NEW.gone",
    )
    original = place.create(*statements)
    place.dump(original)
    place.run(original, "ALTER TABLE `odd ``table` DROP COLUMN gone")
    with pytest.raises(Unsupported) as caught:
        place.dump(original)
    assert "the trigger 'later', which speaks of a column 'gone' that 'odd `table' has not" in caught.value.message
    assert "sound" not in caught.value.message


def test_fault_109_117_a_view_that_draws_numbers_comes_back(place: MariadbPlace, tmp_path: Path) -> None:
    copy = copied(
        place,
        place.create(
            "CREATE SEQUENCE numbers",
            "CREATE TABLE goods (a INT)",
            "CREATE VIEW drawn AS SELECT NEXTVAL(numbers) AS n, `a` AS `it's` FROM goods WHERE a > 1 WITH CHECK OPTION",
        ),
        tmp_path,
    )
    copy.same("SELECT * FROM drawn")


def test_fault_117_a_view_with_a_column_without_a_name_is_refused_by_name(place: MariadbPlace, tmp_path: Path) -> None:
    original = place.create(
        "CREATE TABLE kept (` a` INT, `\x7fb` INT, `\x04` INT)",
        "CREATE VIEW trimmed AS SELECT ` a`, `\x7fb` FROM kept",
    )
    copied(place, original, tmp_path)
    place.run(original, "CREATE VIEW seen AS SELECT `\x04` FROM kept")
    with pytest.raises(Unsupported) as caught:
        place.dump(original)
    assert "the view 'seen', a column of which has no name" in caught.value.message


def test_fault_116_a_view_that_the_server_does_not_even_show_is_named(place: MariadbPlace) -> None:
    original = place.create(
        "CREATE TABLE kept (a INT) WITH SYSTEM VERSIONING",
        "CREATE VIEW once AS SELECT a FROM kept FOR SYSTEM_TIME AS OF TIMESTAMP '2020-01-01 00:00:00'",
        "DROP TABLE kept",
        "CREATE TABLE kept (a INT)",
    )
    dump, facts = place.dump(original)
    assert [loss for loss in facts.losses if loss.startswith("view once is broken and left out, the server does not")]
    place.load(place.create(), dump)

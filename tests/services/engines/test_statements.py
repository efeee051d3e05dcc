"""The parser's half of the read-only guard: what is let through to a server at all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pagevoo_console.domain.errors import Refused, WrongUsage
from pagevoo_console.services.engines.statements import ensure_read_only

ENGINES = ("mysql", "postgresql", "sqlite")

READS = (
    "SELECT 1",
    "select 1;",
    " SELECT 1 ; ; ",
    "(SELECT 1) UNION (SELECT 2)",
    "WITH a AS (SELECT 1) SELECT * FROM a",
    "SELECT replace(label, 'a', 'b') FROM notes WHERE label LIKE '%;%' -- the end",
    "SELECT 'DELETE FROM notes; -- /* */'",
    "SELECT /* a comment */ count(*) FROM notes GROUP BY label HAVING count(*) > 1",
    "SELECT CASE WHEN amount > 1 THEN 'much' ELSE 'little' END FROM notes",
)

WRITES = (
    "INSERT INTO notes VALUES (1)",
    "UPDATE notes SET amount = 1",
    "DELETE FROM notes",
    "REPLACE INTO notes VALUES (1)",
    "DROP TABLE notes",
    "CREATE TABLE t AS SELECT 1",
    "TRUNCATE TABLE notes",
    "SELECT 1; DELETE FROM notes",
    "SELECT 1; SELECT 2",
    "BEGIN",
    "COMMIT",
    "ROLLBACK; BEGIN; DELETE FROM notes",
    "SET x = 1",
    "CALL something()",
    "DO 1",
    "WITH gone AS (DELETE FROM notes RETURNING id) SELECT * FROM gone",
    "SELECT id INTO other FROM notes",
    "EXPLAIN DELETE FROM notes",
    "GRANT ALL ON notes TO somebody",
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("statement", READS)
def test_what_only_reads_is_let_through(engine: str, statement: str) -> None:
    ensure_read_only(statement, engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("statement", WRITES)
def test_what_writes_or_leaves_its_transaction_is_refused(engine: str, statement: str) -> None:
    with pytest.raises((Refused, WrongUsage)) as caught:
        ensure_read_only(statement, engine)
    assert caught.value.hint


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "statement", ["", " ", ";", "; ;", "-- nothing", "/* nothing */", "SELECT 'open", "SELECT\0 1"]
)
def test_what_is_no_statement_is_wrong_usage(engine: str, statement: str) -> None:
    with pytest.raises(WrongUsage):
        ensure_read_only(statement, engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_statement_nested_too_deeply_is_wrong_usage_and_no_crash(engine: str) -> None:
    with pytest.raises((WrongUsage, Refused)):
        ensure_read_only("SELECT " + "(" * 50_000 + "1" + ")" * 50_000, engine)


@pytest.mark.parametrize(
    "statement",
    [
        "SHOW TABLES",
        "SHOW CREATE TABLE `a;b`",
        "EXPLAIN FORMAT=JSON SELECT 1",
        "EXPLAIN EXTENDED SELECT 1",
        "DESCRIBE notes",
        "DESC `a`.`b`",
        "SELECT 5--1",
        "SELECT \"a;b\", 'it\\'s ; one' # and a comment",
        "SELECT insert('abc', 1, 1, 'x')",
    ],
)
def test_mysqls_own_ways_to_read_are_let_through(statement: str) -> None:
    ensure_read_only(statement, "mysql")


@pytest.mark.parametrize(
    "statement",
    [
        "SET STATEMENT max_statement_time = 1 FOR INSERT INTO notes VALUES (1)",
        "SELECT /*!50000 1 INTO OUTFILE '/tmp/x' */",
        "SELECT 1 /*M!100000 FOR UPDATE */",
        "SELECT 1 --1 INTO OUTFILE '/tmp/x'",
        "SELECT 1 INTO DUMPFILE '/tmp/x'",
        "SELECT 'a\\' INTO OUTFILE ', 1 INTO @b, '\\' '",
        "SELECT sleep (3)",
        "SELECT `sleep`(3)",
        "SELECT /**/sleep/**/(3)",
        "SELECT load_file('/etc/passwd')",
        "SELECT get_lock('x', 1)",
        "SELECT nextval(s)",
        "SELECT NEXT VALUE FOR s",
        "SELECT * FROM notes FOR UPDATE",
        "SELECT * FROM notes LOCK IN SHARE MODE",
        "HANDLER notes OPEN",
        "ANALYZE UPDATE notes SET amount = 1",
        "EXECUTE IMMEDIATE 'DROP TABLE notes'",
        "DESCRIBE UPDATE notes SET amount = 1",
        "BEGIN NOT ATOMIC DELETE FROM notes; END",
    ],
)
def test_mysqls_ways_out_are_refused(statement: str) -> None:
    with pytest.raises((Refused, WrongUsage)):
        ensure_read_only(statement, "mysql")


@pytest.mark.parametrize(
    "statement",
    ["EXPLAIN (ANALYZE, BUFFERS) SELECT 1", "SHOW search_path", "SELECT $$;$$", "SELECT lower(loc) FROM lo"],
)
def test_postgresqls_own_ways_to_read_are_let_through(statement: str) -> None:
    ensure_read_only(statement, "postgresql")


@pytest.mark.parametrize(
    "statement",
    [
        "EXPLAIN ANALYZE DELETE FROM notes",
        "EXPLAIN EXECUTE x",
        "EXPLAIN notes",
        "SELECT pg_catalog.pg_sleep(1)",
        'SELECT "pg_sleep"(1)',
        'SELECT U&"pg\\005fsleep"(1)',
        "SELECT pg_terminate_backend(1)",
        "SELECT nextval('s')",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT lo_import('/etc/passwd')",
        "SELECT query_to_xml('SELECT 1', true, true, '')",
        "SELECT * FROM notes FOR SHARE",
        "COPY notes TO PROGRAM 'id'",
        "DO $$ BEGIN DELETE FROM notes; END $$",
        "rollback; begin read write",
    ],
)
def test_postgresqls_ways_out_are_refused(statement: str) -> None:
    with pytest.raises((Refused, WrongUsage)):
        ensure_read_only(statement, "postgresql")


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA writable_schema = 1",
        "ATTACH 'x' AS y",
        "SELECT load_extension('x')",
        "SELECT writefile('x', 'y')",
        "VACUUM",
    ],
)
def test_sqlites_ways_out_are_refused(statement: str) -> None:
    with pytest.raises((Refused, WrongUsage)):
        ensure_read_only(statement, "sqlite")


def test_importing_the_guard_does_not_import_the_parser() -> None:
    code = "import sys, pagevoo_console.services.engines.statements; sys.exit('sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

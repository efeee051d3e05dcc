"""What tells that nothing was altered while a dump was made: it must change with every definition."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pagevoo_console.services.engines.postgresql_session import driver_connection
from pagevoo_console.services.engines.postgresql_stamp import stamp
from tests.servers import PostgresqlServer
from tests.services.engines.postgresql_place import PostgresqlPlace

ALTERATIONS = (
    "CREATE TABLE t (id int)",
    "ALTER TABLE t ADD COLUMN name text DEFAULT 'x'",
    "ALTER TABLE t ALTER COLUMN name SET DEFAULT 'y'",
    "ALTER TABLE t ALTER COLUMN name SET STORAGE EXTERNAL",
    "ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0) NOT VALID",
    "ALTER TABLE t VALIDATE CONSTRAINT positive",
    "ALTER TABLE t ADD PRIMARY KEY (id)",
    "CREATE INDEX by_name ON t (name)",
    "ALTER INDEX by_name RENAME TO named",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "ALTER TABLE t DISABLE TRIGGER tr",
    "CREATE VIEW v AS SELECT id FROM t",
    "CREATE OR REPLACE VIEW v AS SELECT id + 0 AS id FROM t",
    "COMMENT ON VIEW v IS 'a view'",
    "COMMENT ON VIEW v IS 'another'",
    "COMMENT ON SCHEMA public IS 'ours'",
    "GRANT SELECT ON t TO PUBLIC",
    "GRANT SELECT (id) ON v TO PUBLIC",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "CREATE TYPE mood AS ENUM ('sad')",
    "ALTER TYPE mood ADD VALUE 'ok'",
    "CREATE DOMAIN d AS int CHECK (VALUE > 0)",
    "CREATE SEQUENCE s",
    "ALTER SEQUENCE s INCREMENT 5",
    "CREATE SCHEMA other",
    "CREATE POLICY p ON t USING (id = 1)",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING",
    "CREATE STATISTICS st ON id, name FROM t",
    "CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int)",
    "CREATE PUBLICATION pub FOR TABLE t",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
    "CREATE TABLE part PARTITION OF parted FOR VALUES FROM (1) TO (9)",
    "ALTER TABLE parted DETACH PARTITION part",
    "CREATE TEXT SEARCH CONFIGURATION words (COPY = simple)",
    "ALTER TEXT SEARCH CONFIGURATION words DROP MAPPING FOR url",
    "DROP VIEW v",
)


@pytest.fixture
def place(postgresql_server: PostgresqlServer) -> Iterator[PostgresqlPlace]:
    place = PostgresqlPlace(postgresql_server)
    yield place
    place.drop_all()


def test_every_alteration_is_seen_and_rows_are_not(place: PostgresqlPlace) -> None:
    database = place.create()
    with place.open(database) as session:
        connection = driver_connection(session)
        seen = [stamp(connection)]
        for statement in ALTERATIONS:
            place.run(database, statement)
            seen.append(stamp(connection))
        unseen = [
            statement
            for statement, before, after in zip(ALTERATIONS, seen, seen[1:], strict=False)
            if before == after or after is None
        ]
        place.run(database, "INSERT INTO part SELECT n FROM generate_series(1, 8) AS n", "SELECT nextval('s')")
        after_rows = stamp(connection)

    assert unseen == []
    assert after_rows == seen[-1]


def test_who_may_not_read_every_catalogue_is_told_nothing(place: PostgresqlPlace) -> None:
    database = place.create("REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC")
    role = place.new_role()
    with place.open(database, server=role) as session:
        assert stamp(driver_connection(session)) is None

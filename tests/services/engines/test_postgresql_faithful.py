"""Rows 126 to 144 of the fault matrix: what a copy of a PostgreSQL database holds beside tables and rows.

`postgresql_schema` has each object once, and the contract takes all of it through a dump, a load and the native client;
here is what must hold of single ones.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from pagevoo_console.domain.backup import TableContent
from pagevoo_console.domain.errors import MissingPrivilege, Unsupported
from pagevoo_console.services.jobs import JobContext
from tests.servers import PostgresqlServer
from tests.services.engines.postgresql_place import PostgresqlPlace


@pytest.fixture
def place(postgresql_server: PostgresqlServer) -> Iterator[PostgresqlPlace]:
    place = PostgresqlPlace(postgresql_server)
    yield place
    place.drop_all()


def others(place: PostgresqlPlace, database: str) -> dict[str, TableContent]:
    with place.open(database) as session:
        return place.engine.other_content(session, JobContext())


def copy_of(place: PostgresqlPlace, original: str) -> str:
    copy = place.create()
    place.load(copy, place.dump(original)[0])
    return copy


def test_fault_128_values_that_no_driver_could_carry_come_back_in_any_order(place: PostgresqlPlace) -> None:
    """Rows 126 to 129: dates beyond a calendar, intervals, bounds of arrays, numbers beyond a float."""
    rows = (
        "('infinity', '24:00:00', '10000 years 1 mon', '[0:1]={1,2}', '{\"n\": 1e400}', '{\"a\": 1, \"a\": 2}', 'NaN')",
        "('4713-01-01 BC', '00:00:00', '-3 days 04:05:06.789', '{{1},{NULL}}', '[]', '[ 1 ]', '-0.000')",
        "('5874897-12-31', NULL, NULL, '{}', 'null', 'null', 'Infinity')",
    )
    made = "CREATE TABLE t (d date, t time, i interval, a integer[], b jsonb, j json, n numeric)"
    original = place.create(made, *(f"INSERT INTO t VALUES {row}" for row in rows))
    copy = copy_of(place, original)
    texts = "SELECT array_agg(t::text ORDER BY t::text) FROM t"
    assert place.run(copy, texts) == place.run(original, texts)
    assert place.content(copy) == place.content(original)


def test_fault_144_where_a_block_ends_follows_from_its_rows_alone(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE TABLE many (id integer, text text)",
        "INSERT INTO many SELECT 10000 + n, repeat('x', 1000) FROM generate_series(1, 4000) AS n",
        "CREATE AGGREGATE counted(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0')",
        "COMMENT ON AGGREGATE counted(*) IS 'how many'",
    )
    dump, _ = place.dump(original)
    blocks = [int(line.split()[3]) for line in dump.splitlines() if line.startswith(b"-- pagevoo:rows many ")]
    assert len(blocks) > 3
    assert len(set(blocks[:-1])) == 1
    copy = place.create()
    place.load(copy, dump)
    assert place.dump(copy)[0] == dump


def test_fault_144_rows_in_another_order_are_the_same_content(place: PostgresqlPlace) -> None:
    made = "CREATE TABLE t (a integer, b text)"
    forwards, backwards = (
        place.create(made, f"INSERT INTO t SELECT n, 'x' || n / 2 FROM generate_series(1, 99) AS n ORDER BY n {order}")
        for order in ("ASC", "DESC")
    )
    assert place.dump(forwards)[1].tables == place.dump(backwards)[1].tables
    assert place.dump(forwards)[0] != place.dump(backwards)[0]


def test_fault_130_the_rows_that_an_extension_leaves_to_its_user_are_not_dropped_silently(
    place: PostgresqlPlace,
) -> None:
    """An extension's own table of settings: dumped as part of it while it is as the extension made it."""
    name = place.create("CREATE EXTENSION citext", "CREATE TABLE settings (a integer)")
    place.run(
        name,
        "INSERT INTO settings VALUES (1)",
        "UPDATE pg_extension SET extconfig = ARRAY['settings'::regclass::oid], extcondition = ARRAY['WHERE a > 1']"
        " WHERE extname = 'citext'",
    )
    assert place.dump(name)[1].tables.keys() == {"settings"}
    place.run(name, "INSERT INTO settings VALUES (2)")
    with pytest.raises(Unsupported) as refusal:
        place.dump(name)
    assert "rows of table public.settings, which extension citext leaves to its user" in refusal.value.message


def test_fault_131_a_position_that_moved_in_the_copy_fails_the_proof(place: PostgresqlPlace) -> None:
    original = place.create("CREATE TABLE t (id serial, n integer GENERATED ALWAYS AS IDENTITY)", "CREATE SEQUENCE s")
    place.run(original, "INSERT INTO t DEFAULT VALUES", "SELECT nextval('s'), nextval('s')")
    dump, facts = place.dump(original)
    copy = place.create()
    place.load(copy, dump)
    assert others(place, copy) == facts.others
    assert facts.others["positions of sequences"].rows == 3
    place.run(copy, "SELECT setval('s', 2, false)")
    assert others(place, copy) != facts.others


def test_fault_133_rows_of_a_partition_stay_in_it_and_are_counted_once_by_the_whole(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE TABLE h (a integer, b text) PARTITION BY HASH (a)",
        "CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
        "CREATE TABLE h1 (b text, gone integer, a integer)",
        "ALTER TABLE h1 DROP COLUMN gone",
        "ALTER TABLE h ATTACH PARTITION h1 FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
        "INSERT INTO h SELECT n, 'x' || n FROM generate_series(1, 100) AS n",
        "CREATE TABLE parent (a integer)",
        "CREATE TABLE child () INHERITS (parent)",
        "INSERT INTO child VALUES (1), (2)",
    )
    copy = copy_of(place, original)
    rows = {name: content.rows for name, content in place.content(copy).items()}
    assert rows["h"] == rows["h0"] + rows["h1"] == 100
    assert (rows["parent"], rows["child"]) == (0, 2)
    where = "SELECT tableoid::regclass::text, a, b FROM h ORDER BY a"
    assert place.run(copy, where) == place.run(original, where)
    place.run(copy, "UPDATE h SET b = 'y' WHERE a = 7")
    assert place.content(copy)["h"] != place.content(original)["h"]


def test_fault_133_a_child_keeps_the_order_of_its_columns_and_what_that_costs_is_named(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE TABLE parent (a integer DEFAULT 1)",
        "CREATE TABLE child (own integer) INHERITS (parent)",
        "ALTER TABLE parent ADD COLUMN late integer",
        "INSERT INTO child VALUES (1, 2, 3)",
    )
    dump, facts = place.dump(original)
    assert facts.losses == ("that a, late of table child would go with its parent's",)
    copy = place.create()
    place.load(copy, dump)
    assert place.run(copy, "SELECT * FROM child") == [(1, 2, 3)]
    assert place.run(copy, "SELECT * FROM parent") == [(1, 3)]
    second, facts = place.dump(copy)
    assert (second, facts.losses) == (dump, ())


def test_fault_132_133_a_child_that_joined_later_generates_its_column_as_its_parent(
    place: PostgresqlPlace,
) -> None:
    original = place.create(
        "CREATE TABLE parent (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED)",
        "CREATE TABLE child (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED)",
        "ALTER TABLE child INHERIT parent",
        "CREATE TABLE plain (a integer, b integer)",
        "CREATE TABLE other (a integer, b integer GENERATED ALWAYS AS (a * 3) STORED)",
        "ALTER TABLE other INHERIT plain",
        "INSERT INTO child VALUES (21)",
        "INSERT INTO other VALUES (21)",
    )
    dump, facts = place.dump(original)
    copy = place.create()
    place.load(copy, dump)
    assert place.run(copy, "UPDATE child SET a = 3 RETURNING b") == [(6,)]
    assert place.run(copy, "UPDATE other SET a = 3 RETURNING b") == [(9,)]
    assert place.fingerprint(copy) == facts.fingerprint


def test_fault_134_a_materialised_view_is_filled_from_the_views_beneath_it(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE TABLE t (n integer)",
        "INSERT INTO t VALUES (1), (2)",
        "CREATE MATERIALIZED VIEW z_first AS SELECT sum(n) AS total FROM t",
        "CREATE MATERIALIZED VIEW a_second AS SELECT total * 2 AS twice FROM z_first",
        "CREATE MATERIALIZED VIEW never AS SELECT * FROM a_second WITH NO DATA",
    )
    copy = copy_of(place, original)
    assert place.run(copy, "SELECT twice FROM a_second") == [(6,)]
    assert place.run(copy, "SELECT relispopulated FROM pg_class WHERE relname = 'never'") == [(False,)]


def test_fault_135_policies_hide_the_same_rows_in_the_copy(place: PostgresqlPlace) -> None:
    role = place.new_role()
    original = place.create(
        "CREATE TABLE t (who text)",
        f"INSERT INTO t VALUES ('{role.user}'), ('somebody')",
        f"CREATE POLICY own ON t FOR SELECT TO {role.user} USING (who = current_user)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        f"GRANT SELECT ON t TO {role.user}",
    )
    copy = copy_of(place, original)
    assert place.content(copy)["t"].rows == 2
    assert place.run(copy, f"SET ROLE {role.user}", "SELECT who FROM t") == [(role.user,)]
    with place.open(copy, server=role, read_timeout=None) as session, pytest.raises(MissingPrivilege) as refusal:
        place.engine.dump(session, io.BytesIO(), JobContext())
    assert "Row level security" in refusal.value.message
    assert "public.t" in refusal.value.message


def test_fault_135_a_grant_to_a_role_that_is_gone_is_left_out_and_the_rest_kept(place: PostgresqlPlace) -> None:
    place.host.execute('CREATE ROLE "gone o\'role"', "CREATE ROLE staying")
    original = place.create(
        "CREATE TABLE t (a integer, b integer)",
        'GRANT SELECT ON t TO "gone o\'role", staying',
        "GRANT UPDATE (b) ON t TO staying WITH GRANT OPTION",
    )
    dump, facts = place.dump(original)
    assert facts.losses == (
        'privileges of role "gone o\'role", on a server that has no such role',
        'privileges of role "staying", on a server that has no such role',
    )
    place.run(original, 'REVOKE ALL ON t FROM "gone o\'role"')
    place.host.execute('DROP ROLE "gone o\'role"')
    copy = place.create()
    told: list[str] = []
    with place.open(copy, writable=True, read_timeout=None) as session:
        place.engine.load(session, io.BytesIO(dump), JobContext(on_line=told.append))
    assert told == ["Warning: role gone o'role does not exist: SELECT on TABLE public.t left out"]
    assert place.fingerprint(copy) == facts.fingerprint
    held = "SELECT relacl::text, (SELECT attacl::text FROM pg_attribute WHERE attrelid = oid AND attname = 'b')"
    where = " FROM pg_class WHERE relname = 't'"
    assert place.run(copy, held + where) == place.run(original, held + where)
    for name in (original, copy):
        place.run(name, "DROP OWNED BY staying")
    place.host.execute("DROP ROLE staying")


def test_fault_136_event_triggers_and_publications_come_back_where_a_superuser_restores(
    place: PostgresqlPlace,
) -> None:
    role = place.new_role("CREATEDB")
    original = place.create(
        "CREATE TABLE t (a integer PRIMARY KEY, b text)",
        "CREATE SCHEMA s",
        "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no %'', tg_tag; END'",
        "CREATE PUBLICATION news FOR TABLE t WHERE (a > 1), TABLES IN SCHEMA s WITH (publish = 'insert, delete')",
        "CREATE PUBLICATION columns FOR TABLE t (a)",
        'CREATE PUBLICATION "every\'one" FOR ALL TABLES WITH (publish_via_partition_root)',
        "COMMENT ON PUBLICATION news IS 'it''s'",
        "CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION refuse()",
        "CREATE EVENT TRIGGER asleep ON sql_drop EXECUTE FUNCTION refuse()",
        "COMMENT ON EVENT TRIGGER refuse IS 'stays'",
        "ALTER EVENT TRIGGER asleep DISABLE",
    )
    dump, facts = place.dump(original)
    assert facts.losses == (
        "event trigger asleep, where no superuser restores",
        "event trigger refuse, where no superuser restores",
        "publication columns, where no superuser restores",
        "publication every'one, where no superuser restores",
        "publication news, where no superuser restores",
    )
    copy = place.create()
    place.load(copy, dump)
    assert place.dump(copy)[0] == dump
    with closing(place.raw(copy)) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("DROP TABLE t")
    lesser = place.new_name()
    with place.open(server=role, writable=True) as server:
        place.engine.create_database(server, lesser, "x")
    told: list[str] = []
    with place.open(lesser, server=role, writable=True, read_timeout=None) as session:
        place.engine.load(session, io.BytesIO(dump), JobContext(on_line=told.append))
    assert "Warning: event trigger refuse left out: only a superuser can make it" in told
    assert len(told) == 5
    assert place.fingerprint(lesser) == facts.fingerprint
    place.host.drop(lesser)


def test_fault_136_a_rule_and_a_trigger_that_sleep_go_on_sleeping(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE TABLE t (a integer)",
        "CREATE RULE no_delete AS ON DELETE TO t DO INSTEAD NOTHING",
        "CREATE RULE no_update AS ON UPDATE TO t DO INSTEAD NOTHING",
        "ALTER TABLE t DISABLE RULE no_update",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''awake''; END'",
        "CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse()",
        "ALTER TABLE t DISABLE TRIGGER refuse",
        "INSERT INTO t VALUES (1), (2)",
    )
    copy = copy_of(place, original)
    place.run(copy, "INSERT INTO t VALUES (3)", "DELETE FROM t WHERE a = 1", "UPDATE t SET a = 20 WHERE a = 2")
    assert place.run(copy, "SELECT a FROM t ORDER BY a") == [(1,), (3,), (20,)]


def test_fault_138_large_objects_come_back_and_one_changed_byte_fails_the_proof(place: PostgresqlPlace) -> None:
    original = place.create(
        "SELECT lo_from_bytea(4711, 'small'), lo_create(4712)",
        "SELECT lo_from_bytea(4713, decode(repeat('00ff5c27', 600000), 'hex'))",
        "SELECT lo_put(lo_from_bytea(4714, ''), 3000000, 'far away')",
    )
    dump, facts = place.dump(original)
    assert facts.others["large objects"].rows == 4
    copy = place.create()
    place.load(copy, dump)
    assert others(place, copy) == facts.others
    assert place.run(copy, "SELECT lo_get(4714) = lo_get(4714, 0, 3000008), length(lo_get(4714))") == [(True, 3000008)]
    place.run(copy, "SELECT lo_put(4713, 2399999, 'x')")
    assert others(place, copy)["large objects"] != facts.others["large objects"]


def test_fault_139_text_is_searched_and_sorted_in_the_copy_as_in_the_original(place: PostgresqlPlace) -> None:
    original = place.create(
        "CREATE TEXT SEARCH DICTIONARY short (TEMPLATE = simple, STOPWORDS = english)",
        "CREATE TEXT SEARCH CONFIGURATION own (COPY = simple)",
        "ALTER TEXT SEARCH CONFIGURATION own ALTER MAPPING FOR asciiword WITH short",
        "ALTER TEXT SEARCH CONFIGURATION own DROP MAPPING FOR email",
        "CREATE COLLATION lax (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "CREATE TABLE t (body text COLLATE lax UNIQUE)",
        "INSERT INTO t VALUES ('the Foxes a@b.example')",
    )
    copy = copy_of(place, original)
    search = "SELECT to_tsvector('own', body)::text FROM t WHERE body = 'THE FOXES A@B.EXAMPLE'"
    assert place.run(copy, search) == place.run(original, search) == [("'foxes':2",)]
    with closing(place.raw(copy)) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO t VALUES ('THE foxes a@b.example')")

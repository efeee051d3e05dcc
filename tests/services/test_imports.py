"""Dumps of other tools: what the engine's own client loads, an import loads equally, and nothing else happens."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pagevoo_console.domain.dump_xray import Treatment, XrayTopic
from pagevoo_console.domain.errors import ConsoleError, Corrupt, Failed, Refused
from pagevoo_console.services.imports import ImportPlan
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.restores import RestoreMode
from tests import native_tools
from tests.services.platform_world import World

SHOP = {
    "mysql": [
        "CREATE TABLE customers (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(60) COLLATE utf8mb4_bin, notes BLOB,"
        " since DATE DEFAULT '2024-01-01')",
        "CREATE TABLE orders (id INT PRIMARY KEY, customer INT, total DECIMAL(10,2),"
        " KEY (customer), FOREIGN KEY (customer) REFERENCES customers (id))",
        "INSERT INTO customers (name, notes) VALUES ('Ada; -- x', x'00ff5c27'), ('O''Brien \\\\ /*!', 'a\nb'),"
        " (NULL, '')",
        "INSERT INTO orders VALUES (1, 1, 9.99), (2, NULL, 0)",
        "CREATE VIEW totals AS SELECT customer, SUM(total) AS total FROM orders GROUP BY customer",
        "CREATE TRIGGER guarded BEFORE INSERT ON orders FOR EACH ROW BEGIN"
        " IF NEW.total < 0 THEN SET NEW.total = 0; END IF; END",
        "CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2",
        "CREATE PROCEDURE tidy(IN wanted INT) BEGIN DELETE FROM orders WHERE id = wanted; SELECT 1; END",
    ],
    "postgresql": [
        "CREATE TYPE mood AS ENUM ('sad', 'it''s fine')",
        "CREATE TABLE customers (id SERIAL PRIMARY KEY, name TEXT, notes BYTEA, mood mood, tags TEXT[])",
        "CREATE TABLE orders (id INT PRIMARY KEY, customer INT REFERENCES customers, total NUMERIC(10,2))",
        "INSERT INTO customers (name, notes, mood, tags) VALUES (E'Ada; \\\\.\\n--\\t', '\\x00ff5c', 'it''s fine',"
        " '{a,\"b c\"}'),"
        " (NULL, NULL, NULL, '{}')",
        "INSERT INTO orders VALUES (1, 1, 9.99), (2, NULL, 0)",
        "CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer",
        "CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.total := coalesce(NEW.total, 0);"
        " RETURN NEW; END$$",
        "CREATE TRIGGER guarded BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touched()",
    ],
    "sqlite": [
        "CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, notes BLOB)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INT REFERENCES customers, total REAL)",
        "INSERT INTO customers (name, notes) VALUES ('Ada; -- x', x'00ff5c27'), ('O''Brien' || char(10) || 'b', NULL)",
        "INSERT INTO orders VALUES (1, 1, 9.99), (2, NULL, 0)",
        "CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer",
        "CREATE TRIGGER guarded AFTER INSERT ON orders BEGIN UPDATE orders SET total = CASE WHEN total < 0 THEN 0 ELSE"
        " total END WHERE id = NEW.id; END",
        "CREATE VIRTUAL TABLE words USING fts5(body)",
        "INSERT INTO words VALUES ('hello world'), ('hello there')",
    ],
}
PLATFORM = ("installed_features", "feature_settings", "console_features")


def shop(world: World, name: str = "their_shop") -> str:
    """A database that the platform knows nothing of."""
    native_tools.create(world.master, name)
    world.master.execute(*SHOP[world.master.engine], database=name)
    return name


def written(tmp_path: Path, text: bytes, name: str = "dump.sql") -> Path:
    file = tmp_path / name
    file.write_bytes(text)
    return file


def planned(world: World, file: Path, tenant: str) -> ImportPlan:
    return world.console.imports.plan(file, tenant, JobContext())


def imported(world: World, file: Path, tenant: str) -> dict[str, object]:
    plan = planned(world, file, tenant)
    assert plan.xray.refusals == ()
    return world.console.imports.run(plan, plan.database, JobContext())


def test_what_the_native_tool_dumps_is_imported_as_its_client_would_load_it(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    source = shop(world)
    text = native_tools.dump(world.master, source)
    plan = planned(world, written(tmp_path, text), tenant)
    assert plan.mode is RestoreMode.REPLACE
    assert {one.name for one in plan.xray.of_kind("table")} >= {"customers", "orders"}
    assert [one.name for one in plan.xray.of_kind("view")] == ["totals"]
    assert [one.name for one in plan.xray.of_kind("trigger")] == ["guarded"]

    done = world.console.imports.run(plan, plan.database, JobContext())

    native_tools.create(world.master, "by_client")
    native_tools.load(world.master, "by_client", text)
    expected = native_tools.content(world.master, "by_client")
    assert expected == native_tools.content(world.master, source)
    assert native_tools.content(world.master, world.name(tenant), *PLATFORM) == expected
    assert done["rows"] == sum(len(expected[name]) for name in ("customers", "orders"))
    assert set(PLATFORM) <= set(native_tools.tables(world.master, world.name(tenant)))
    assert not [name for name in world.master.databases() if name.startswith("pagevoo_stage_")]


def test_a_compressed_dump_is_the_same_dump(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    text = native_tools.dump(world.master, shop(world))
    plain = planned(world, written(tmp_path, text), tenant)
    packed = planned(world, written(tmp_path, gzip.compress(text), "dump.sql.gz"), tenant)
    assert packed.xray.file.compression == "gzip"
    assert packed.xray.file.sha256 == plain.xray.file.sha256
    assert packed.xray.objects == plain.xray.objects


def test_looking_through_changes_nothing(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    file = written(tmp_path, native_tools.dump(world.master, shop(world)))
    before = world.master.databases()
    planned(world, file, tenant)
    assert world.master.databases() == before
    assert world.console.operations.list(tenant=tenant, open_only=True) == ()


def test_replacing_takes_the_database_s_name_typed(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    plan = planned(world, written(tmp_path, native_tools.dump(world.master, shop(world))), tenant)
    with pytest.raises(Refused) as caught:
        world.console.imports.run(plan, None, JobContext())
    assert caught.value.code == "confirmation_mismatch"


def test_a_tenant_without_a_database_gets_one(world: World, tmp_path: Path) -> None:
    tenant, (website,) = world.add_tenant()
    text = native_tools.dump(world.master, shop(world))
    with pytest.raises(Refused) as caught:
        planned(world, written(tmp_path, text), tenant)
    assert caught.value.code == "no_website"
    plan = world.console.imports.plan(tmp_path / "dump.sql", tenant, JobContext(), website)
    assert plan.mode is RestoreMode.REVIVE
    assert not plan.needs_confirmation
    world.console.imports.run(plan, None, JobContext())
    assert native_tools.content(world.master, world.name(tenant), *PLATFORM)["orders"]
    assert world.console.databases.status(tenant).website == website


def test_fault_162_a_file_that_changed_since_it_was_looked_through_is_not_imported(
    world: World, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    text = native_tools.dump(world.master, shop(world))
    file = written(tmp_path, text)
    plan = planned(world, file, tenant)
    file.write_bytes(text.replace(b"Ada", b"Eve"))
    before = native_tools.content(world.master, world.name(tenant))
    with pytest.raises(Corrupt) as caught:
        world.console.imports.run(plan, plan.database, JobContext())
    assert caught.value.code == "file_changed"
    assert native_tools.content(world.master, world.name(tenant)) == before
    assert world.console.operations.list(tenant=tenant, open_only=True) == ()


def test_a_dump_of_another_engine_is_refused_in_words(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    other = b"-- PostgreSQL database dump\nSET x = 1;\n" if world.master.engine == "mysql" else b"-- MySQL dump 10.13\n"
    with pytest.raises(Refused) as caught:
        planned(world, written(tmp_path, other), tenant)
    assert caught.value.code == "other_engine"
    assert caught.value.hint


def test_a_statement_that_fails_is_named_by_its_line_and_nothing_is_changed(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    text = native_tools.dump(world.master, shop(world)) + b"\nINSERT INTO customers (nothing) VALUES (1);\n"
    before = native_tools.content(world.master, world.name(tenant))
    plan = planned(world, written(tmp_path, text), tenant)
    with pytest.raises(ConsoleError, match=f"Line {text.count(bytes([10]))}: INSERT INTO customers"):
        world.console.imports.run(plan, plan.database, JobContext())
    assert native_tools.content(world.master, world.name(tenant)) == before
    assert world.console.operations.list(tenant=tenant, open_only=True) == ()


def test_rows_without_their_tables_are_no_database(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    head, end = {
        "mysql": ("-- MySQL dump 10.13", "-- Dump completed"),
        "postgresql": ("-- PostgreSQL database dump", "-- PostgreSQL database dump complete"),
        "sqlite": ("PRAGMA foreign_keys=OFF;", ""),
    }[world.master.engine]
    file = written(tmp_path, f"{head}\nINSERT INTO customers VALUES (1);\n{end}\n".encode())
    plan = planned(world, file, tenant)
    assert [one.topic for one in plan.xray.refusals] == [XrayTopic.WHOLE]
    with pytest.raises(Refused) as caught:
        world.console.imports.run(plan, plan.database, JobContext())
    assert caught.value.code == "not_importable"


def test_rows_that_point_nowhere_stop_an_import(world: World, tmp_path: Path) -> None:
    if world.master.engine == "postgresql":
        bad = b"\nALTER TABLE orders DROP CONSTRAINT orders_customer_fkey;\nINSERT INTO orders VALUES (7, 99, 1);\n"
        bad += b"ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (customer) REFERENCES customers NOT VALID;\n"
    elif world.master.engine == "mysql":
        bad = b"\nSET FOREIGN_KEY_CHECKS = 0;\nINSERT INTO orders VALUES (7, 99, 1);\n"
    else:
        bad = b"\nINSERT INTO orders VALUES (7, 99, 1);\n"
    tenant, _ = world.provisioned()
    text = native_tools.dump(world.master, shop(world)).replace(
        b"SELECT pg_catalog.set_config('search_path', '', false);", b""
    )
    before = native_tools.content(world.master, world.name(tenant))
    plan = planned(world, written(tmp_path, text + bad), tenant)
    with pytest.raises(Failed) as caught:
        world.console.imports.run(plan, plan.database, JobContext())
    assert caught.value.code == "not_sound"
    assert "orders" in caught.value.message
    assert native_tools.content(world.master, world.name(tenant)) == before


def test_a_dump_without_the_platform_s_tables_says_what_that_means(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    plan = planned(world, written(tmp_path, native_tools.dump(world.master, shop(world))), tenant)
    (told,) = [one for one in plan.xray.findings if one.topic is XrayTopic.PLATFORM]
    assert told.treatment is Treatment.REWRITTEN
    assert "installed_features" in told.text
    world.console.imports.run(plan, plan.database, JobContext())
    states = {one.name: one.state for one in world.console.features.list(tenant)}
    assert states
    text = native_tools.dump(world.master, world.name(tenant))
    (told,) = [
        one for one in planned(world, written(tmp_path, text), tenant).xray.findings if one.topic is XrayTopic.PLATFORM
    ]
    assert told.treatment is Treatment.KEPT


AWKWARD = {
    "mysql": r"""-- MySQL dump 10.13
CREATE TABLE t (id INT, v TEXT, b BLOB);
INSERT INTO t VALUES (1, 'a\'b;--
c', "d""e;\\"), (2, 'x'  -- comment; with 'quote
, 0x00ff), (3, 'it''s # no comment', b'1'); INSERT INTO t VALUES (4,'same line',NULL);
/* a comment; */ INSERT /* inner ; */ INTO t /*!50000 (id, v) */ VALUES (5, '/*!50000 kept */');
/*!99999 INSERT INTO t VALUES (6, 'never', 1) */;
DELIMITER //
INSERT INTO t VALUES (7, 'a;b', '//'); //
INSERT INTO t (id) VALUES (8--1) //
delimiter ;
SET @a = 'x;y'; INSERT INTO t VALUES (9, @a, 'é');
SET SQL_MODE = 'NO_BACKSLASH_ESCAPES';
INSERT INTO t VALUES (10, 'c:\dir\', 1);
SET SQL_MODE = 'ANSI_QUOTES';
INSERT INTO "t" ("id") VALUES (11);
-- Dump completed
""",
    "postgresql": r"""-- PostgreSQL database dump
CREATE TABLE t (id int, v text, b bytea);
INSERT INTO t VALUES (1, 'a''b;\', '\x00'), (2, E'x\';\n', NULL), (3, $x$;$y$'$x$, NULL); INSERT INTO t VALUES (4);
/* a /* nested; */ ; */ INSERT INTO t /* ; */ VALUES (5, U&'\0041;');
SET standard_conforming_strings = off;
SET escape_string_warning = off;
INSERT INTO t VALUES (6, 'c:\\dir\';', NULL);
SET standard_conforming_strings = on;
COPY t (id, v) FROM stdin;
7	a\tb;\\.
8	\N
9	'--
\.
CREATE FUNCTION plus(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END;
CREATE RULE r AS ON DELETE TO t DO INSTEAD (SELECT 1; SELECT 2);
INSERT INTO t SELECT plus(9), 'é';
-- PostgreSQL database dump complete
""",
    "sqlite": """PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE t (id INT, [v;] TEXT, "b" BLOB);
INSERT INTO t VALUES (1, 'a''b;--
c', x'00'), (2, 'x', NULL /* ; */); INSERT INTO t VALUES (3, 'same', 'line');
CREATE TABLE seen (n INT);
CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO seen VALUES (CASE WHEN 1 THEN NEW.id END); SELECT 1; END;
INSERT INTO t VALUES (4, replace('a\\nb', '\\n', char(10)), 'é');
COMMIT;
""",
}


def test_awkward_texts_are_split_as_the_client_splits_them(world: World, tmp_path: Path) -> None:
    text = AWKWARD[world.master.engine]
    for number, awkward in enumerate((text, text.replace("\n", "\r\n"))):
        native_tools.create(world.master, f"by_client{number}")
        native_tools.load(world.master, f"by_client{number}", awkward.encode())
        tenant, (website,) = world.add_tenant()
        plan = world.console.imports.plan(written(tmp_path, awkward.encode()), tenant, JobContext(), website)
        assert plan.xray.refusals == ()
        world.console.imports.run(plan, None, JobContext())
        expected = native_tools.content(world.master, f"by_client{number}")
        assert native_tools.content(world.master, world.name(tenant), *PLATFORM) == expected
        assert len(expected["t"]) >= 4


def test_what_an_import_replaced_can_be_had_back(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    world.write(
        "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})",
        "core", "kept", '"yes"', database=world.name(tenant),
    )  # fmt: skip
    before = native_tools.content(world.master, world.name(tenant))
    imported(world, written(tmp_path, native_tools.dump(world.master, shop(world))), tenant)
    assert "orders" in native_tools.content(world.master, world.name(tenant))
    (entry,) = [one for one in world.console.trash.list() if one.tenant == tenant]
    undelete = world.console.trash.plan_undelete(entry.operation)
    world.console.trash.undelete(undelete, JobContext(), world.name(tenant))
    assert native_tools.content(world.master, world.name(tenant)) == before

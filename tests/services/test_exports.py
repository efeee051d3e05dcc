"""Exports: exact values in every format, one snapshot, nothing half-written, nothing that a spreadsheet would run."""

import base64
import csv
import hashlib
import json
import sqlite3
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pagevoo_console.domain.errors import Cancelled, ConsoleError, NotFound, Refused, Unsupported
from pagevoo_console.domain.export import ExportFormat, ExportRequest, ExportResult
from pagevoo_console.services.jobs import JobContext
from tests.services.platform_world import World

TEXTS = (None, "", "plain", 'a "quoted", comma', "two\nlines\r\n", "back\\slash'", "=1+1", "日本 👩‍👧 \u202e", "NULL")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠x")
BYTES = bytes(range(256))


@pytest.fixture
def tenant(world: World) -> str:
    """A tenant whose database holds a table of everything that is hard to write down."""
    tenant, _ = world.provisioned()
    kinds = {
        "sqlite": ("TEXT", "BLOB", "DECIMAL(12,2)", "REAL", "INTEGER", "TEXT"),
        "mysql": ("LONGTEXT", "LONGBLOB", "DECIMAL(30,10)", "DOUBLE", "BIGINT", "DATETIME(6)"),
        "postgresql": ("TEXT", "BYTEA", "NUMERIC(30,10)", "DOUBLE PRECISION", "BIGINT", "TIMESTAMP(6)"),
    }[world.master.engine]
    names = ("words", "raw", "price", "ratio", "number", "moment")
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(names, kinds, strict=True))
    world.write(f"CREATE TABLE hard (id INTEGER PRIMARY KEY, {columns})", database=world.name(tenant))
    for number, text in enumerate(TEXTS):
        world.write(
            "INSERT INTO hard VALUES ({0}, {1}, {2}, {3}, {4}, {5}, {6})",
            number, text, BYTES if number % 2 else None, "19.99" if number else None, 0.1 if number else 1e300,
            2**62 + number, "2026-03-29 02:30:00.123456",
            database=world.name(tenant),
        )  # fmt: skip
    return tenant


def export(world: World, tenant: str, directory: Path, form: ExportFormat, **options: Any) -> ExportResult:
    return world.console.exports.run(ExportRequest(tenant, directory, form, **options), JobContext())


def manifest_of(directory: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((directory / "manifest.json").read_text())
    return manifest


def file_of(directory: Path, table: str) -> Path:
    (entry,) = [one for one in manifest_of(directory)["tables"] if one["name"] == table]
    return directory / str(entry["file"])


def test_json_lines_hold_every_value_exactly(world: World, tenant: str, tmp_path: Path) -> None:
    export(world, tenant, tmp_path / "copy", ExportFormat.JSONL)

    rows = [json.loads(line) for line in file_of(tmp_path / "copy", "hard").read_text().split("\n")[:-1]]
    assert [row["words"] for row in rows] == list(TEXTS)
    assert [row["raw"] for row in rows[:2]] == [None, {"base64": base64.b64encode(BYTES).decode()}]
    assert [row["number"] for row in rows] == [2**62 + number for number in range(len(TEXTS))]
    assert (rows[0]["ratio"], rows[1]["ratio"], rows[0]["price"]) == (1e300, 0.1, None)
    assert Decimal(str(rows[1]["price"])) == Decimal("19.99")
    assert rows[1]["moment"] == "2026-03-29 02:30:00.123456"


def test_csv_tells_null_from_an_empty_text_and_can_be_read_back(world: World, tenant: str, tmp_path: Path) -> None:
    export(world, tenant, tmp_path / "copy", ExportFormat.CSV, spreadsheet_safe=False)

    data = file_of(tmp_path / "copy", "hard").read_bytes()
    assert data.startswith(b"id,words,raw,price,ratio,number,moment\r\n0,,,,1e+300,4611686018427387904,")
    assert b'\r\n1,"",0x000102' in data
    with file_of(tmp_path / "copy", "hard").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert [row[1] for row in rows[1:]] == [text or "" for text in TEXTS]
    assert manifest_of(tmp_path / "copy")["spreadsheet_safe"] is False


def test_fault_164_cells_that_a_spreadsheet_would_run_are_defused_unless_asked_for_raw(
    world: World, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    kind = "TEXT" if world.master.engine != "mysql" else "LONGTEXT"
    world.write(f"CREATE TABLE evil (a {kind}, n INTEGER)", database=world.name(tenant))
    for formula in FORMULAS:
        world.write("INSERT INTO evil VALUES ({0}, {1})", formula, -5, database=world.name(tenant))

    export(world, tenant, tmp_path / "safe", ExportFormat.CSV, tables=("evil",))
    export(world, tenant, tmp_path / "raw", ExportFormat.CSV, tables=("evil",), spreadsheet_safe=False)

    def cells(directory: Path) -> list[list[str]]:
        with file_of(directory, "evil").open(newline="", encoding="utf-8") as file:
            return sorted(list(csv.reader(file))[1:])

    assert cells(tmp_path / "safe") == sorted([f"'{formula}", "-5"] for formula in FORMULAS)
    assert cells(tmp_path / "raw") == sorted([formula, "-5"] for formula in FORMULAS)
    manifest = manifest_of(tmp_path / "safe")
    assert (manifest["spreadsheet_safe"], manifest["tables"][0]["defused"]) == (True, len(FORMULAS))


def test_sql_is_restored_by_the_engines_own_client(world: World, tenant: str, tmp_path: Path) -> None:
    world.console.features.install(world.console.features.plan_install(tenant, ["shop", "blog"]), JobContext())
    result = export(world, tenant, tmp_path / "copy", ExportFormat.SQL)
    statements = b"".join(path.read_bytes() for path in sorted((tmp_path / "copy").glob("*.sql")))

    restored = f"restored_{tenant}"
    carry_out(world, restored, statements)

    for table in result.tables:
        name = quoted(world, table)
        counted = world.write(f"SELECT count(*) FROM {name}", database=restored)[0][0]
        assert counted == result.tables[table]
    query = "SELECT * FROM hard ORDER BY id"
    assert world.write(query, database=restored) == world.write(query, database=world.name(tenant))


def carry_out(world: World, database: str, statements: bytes) -> None:
    """Hand statements to the client program, which must not complain."""
    master = world.master
    if master.server is None:
        assert master.directory is not None
        command = ["sqlite3", "-bail", str(master.directory / f"{database}.db")]
        environment: dict[str, str] = {}
    elif master.engine == "mysql":
        master.execute(f"CREATE DATABASE {database}")
        command = ["mariadb", "-h", "127.0.0.1", "-P", str(master.server.port), "-u", master.server.user, database]
        environment = {"MYSQL_PWD": master.password}
    else:
        master.execute(f"CREATE DATABASE {database}")
        command = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(master.server.port),
                   "-U", master.server.user, database]  # fmt: skip
        environment = {"PGPASSWORD": master.password}
    done = subprocess.run(
        command,
        input=statements,
        capture_output=True,
        timeout=120,
        check=False,
        env={"PATH": "/usr/bin", **environment},
    )
    assert (done.returncode, done.stderr) == (0, b"")


def quoted(world: World, name: str) -> str:
    mark = "`" if world.master.engine == "mysql" else '"'
    return f"{mark}{name}{mark}"


def test_the_manifest_says_what_is_true_of_the_files(world: World, tenant: str, tmp_path: Path) -> None:
    result = export(world, tenant, tmp_path / "copy", ExportFormat.JSONL)

    manifest = manifest_of(tmp_path / "copy")
    assert (manifest["tenant"], manifest["database"], manifest["engine"], manifest["format"]) == (
        tenant, world.name(tenant), world.master.engine, "jsonl",
    )  # fmt: skip
    for entry in manifest["tables"]:
        data = (tmp_path / "copy" / entry["file"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["size_bytes"], entry["sha256"])
        assert data.count(b"\n") == entry["rows"]
    columns = {column["name"]: column["type"].lower() for column in next(
        one["columns"] for one in manifest["tables"] if one["name"] == "hard"
    )}  # fmt: skip
    assert set(columns) == {"id", "words", "raw", "price", "ratio", "number", "moment"}
    assert all(columns.values())
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "copy").iterdir()} == {0}
    assert set(result.files) == set((tmp_path / "copy").iterdir())
    action = world.console.audit.events(tenant=tenant, action="tenant.export")[1][0]
    assert action.outcome == "done"


def test_fault_89_hostile_names_of_tables_never_become_paths(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    name = "../../x `y' <b>\u202e"
    mark = "`" if world.master.engine == "mysql" else '"'
    table = mark + name.replace(mark, mark * 2) + mark
    world.write(f"CREATE TABLE {table} (a INTEGER)", database=world.name(tenant))
    world.write(f"INSERT INTO {table} VALUES (7)", database=world.name(tenant))

    for form in (ExportFormat.CSV, ExportFormat.JSONL, ExportFormat.SQL):
        result = export(world, tenant, tmp_path / "deep" / "er" / form.value, form)
        assert [rows for shown, rows in result.tables.items() if name in shown] == [1]
        assert {path.parent for path in result.files} == {tmp_path / "deep" / "er" / form.value}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep"]


def test_a_folder_that_holds_something_is_refused_and_an_empty_one_is_filled(
    world: World, tenant: str, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").touch()
    (tmp_path / "empty").mkdir()

    with pytest.raises(Refused) as caught:
        export(world, tenant, tmp_path / "full", ExportFormat.CSV)
    assert caught.value.code == "not_empty"
    export(world, tenant, tmp_path / "empty", ExportFormat.CSV)
    assert (tmp_path / "empty" / "manifest.json").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "full"]


def test_an_unknown_table_or_format_is_an_error_and_leaves_nothing(world: World, tenant: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        export(world, tenant, tmp_path / "copy", ExportFormat.CSV, tables=("hard", "bogus"))
    for form in (ExportFormat.PARQUET, ExportFormat.XLSX):
        with pytest.raises(Unsupported):
            export(world, tenant, tmp_path / "copy", form)
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_export_leaves_nothing_but_its_trace(world: World, tenant: str, tmp_path: Path) -> None:
    job = JobContext(on_progress=lambda progress: job.cancel() if "hard" in progress.title else None)
    with pytest.raises(Cancelled):
        world.console.exports.run(ExportRequest(tenant, tmp_path / "copy", ExportFormat.CSV), job)
    assert list(tmp_path.iterdir()) == []
    assert world.console.audit.events(tenant=tenant, action="tenant.export")[1][0].outcome == "cancelled"


def test_everything_is_read_as_of_one_moment(world: World, tenant: str, tmp_path: Path) -> None:
    """While the first table is written somebody adds to the last one: the copy does not have it."""
    name = world.name(tenant)
    for table in ("aaa", "zzz"):
        world.write(f"CREATE TABLE {table} (a INTEGER)", database=name)
    if world.master.engine == "sqlite":
        world.write("PRAGMA journal_mode = WAL", database=name)
    written: list[str] = []

    def meddle(title: str) -> None:
        if "aaa" in title and not written:
            written.append(title)
            try:
                world.write("INSERT INTO zzz VALUES (1)", database=name)
            except sqlite3.OperationalError as error:
                raise AssertionError("the writer was locked out") from error

    job = JobContext(on_progress=lambda progress: meddle(progress.title))
    result = world.console.exports.run(ExportRequest(tenant, tmp_path / "copy", ExportFormat.JSONL), job)

    assert written
    assert result.tables["zzz"] == 0
    assert world.write("SELECT count(*) FROM zzz", database=name) == [(1,)]


def test_a_tenant_without_a_database_has_nothing_to_export(world: World, tmp_path: Path) -> None:
    tenant, _ = world.add_tenant()
    with pytest.raises(ConsoleError) as caught:
        export(world, tenant, tmp_path / "copy", ExportFormat.CSV)
    assert caught.value.code == "database_required"

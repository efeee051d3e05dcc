"""`backup import`: what the file would do as one document, and the exit codes of what is refused."""

from __future__ import annotations

from pathlib import Path

from tests import native_tools
from tests.cli.calling import Desk, database_of
from tests.faults.foreign_texts import foreign_text


def written(tmp_path: Path, desk: Desk, body: str = "") -> str:
    file = tmp_path / "shop.sql"
    file.write_bytes(foreign_text(desk.engine, body))
    return str(file)


def test_a_dry_run_says_what_the_file_would_do_and_an_import_does_it(desk: Desk, tmp_path: Path) -> None:
    tenant, database = desk.provisioned()
    file = written(tmp_path, desk)
    told = desk.json("backup", "import", file, "--tenant", tenant, "--dry-run")
    assert (told["ok"], told["dry_run"], told["importable"], told["operation"]) == (True, True, True, None)
    assert (told["tenant"], told["database"], told["mode"]) == (tenant, database, "replace")
    assert told["dump"]["engine"] == desk.engine
    assert told["file"]["path"] == file
    (table,) = told["objects"]
    assert (table["kind"], table["name"], table["rows"]) == ("table", "goods", 2)
    assert {one["action"] for one in told["findings"]} == {"replaced", "rewritten"}
    assert "goods" not in native_tools.tables(desk.master, database)

    assert desk.refused("backup", "import", file, "--tenant", tenant, code=3) == "confirmation_mismatch"
    done = desk.json("backup", "import", file, "--tenant", tenant, "--confirm", database)
    assert (done["ok"], done["rows"], done["database"]) == (True, 2, database)
    assert done["operation"]
    assert native_tools.content(desk.master, database)["goods"] == [(1, "one"), (2, "two")]
    assert {"backup.import"} <= {one["action"] for one in desk.json("audit", "list", "--tenant", tenant)["events"]}


def test_a_tenant_that_never_had_a_database_names_the_website(sqlite_desk: Desk, tmp_path: Path) -> None:
    tenant, website = sqlite_desk.add_tenant()
    file = written(tmp_path, sqlite_desk)
    assert sqlite_desk.refused("backup", "import", file, "--tenant", tenant, code=3) == "no_website"
    done = sqlite_desk.json("backup", "import", file, "--tenant", tenant, "--website", website)
    assert done["mode"] == "revive"
    assert native_tools.content(sqlite_desk.master, database_of(tenant))["goods"]


def test_what_cannot_be_imported_is_refused_with_its_reason(sqlite_desk: Desk, tmp_path: Path) -> None:
    tenant, _ = sqlite_desk.provisioned()
    assert (
        sqlite_desk.refused("backup", "import", str(tmp_path / "none.sql"), "--tenant", tenant, code=1) == "not_found"
    )
    (tmp_path / "letter.sql").write_text("Dear Sir,\n")
    assert (
        sqlite_desk.refused("backup", "import", str(tmp_path / "letter.sql"), "--tenant", tenant, code=3)
        == "not_a_dump"
    )
    cut = tmp_path / "cut.sql"
    cut.write_bytes(foreign_text(sqlite_desk.engine)[:-30])
    answer = sqlite_desk.call("--json", "backup", "import", str(cut), "--tenant", tenant, code=3)
    assert answer.document["error"]["code"] in ("cut_off", "not_importable")
    assert "Traceback" not in answer.err


def test_people_read_the_same_in_columns(sqlite_desk: Desk, tmp_path: Path) -> None:
    tenant, database = sqlite_desk.provisioned()
    answer = sqlite_desk.call("backup", "import", written(tmp_path, sqlite_desk), "--tenant", tenant, "--dry-run")
    assert database in answer.out
    assert "goods" in answer.out
    assert "installed_features" in answer.out

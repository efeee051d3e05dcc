"""Find, create, install, export, back up, verify, restore and delete, through the command line, on every engine."""

import json
import re
import secrets
import time
from pathlib import Path
from typing import Any

from tests.cli.calling import Desk, database_of

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
TENANT = {"id", "name", "email", "tier", "status", "locked_to_website", "database"}
DATABASE = {"name", "engine", "server", "exclusive", "size_bytes", "created_at", "state"}
FEATURE = {"name", "title", "state", "revision", "head", "tables"}
QUOTA = {"quota", "used", "limit", "unit", "level", "runs_out_at"}
BACKUP = {
    "id", "tenant", "database", "generation", "path", "size_bytes", "created_at", "sha256", "encrypted", "verified_at",
    "tables",
}  # fmt: skip


def test_the_whole_job_from_finding_a_customer_to_deleting_their_database(desk: Desk, tmp_path: Path) -> None:
    tenant, website = desk.add_tenant("Zoë Ümläut", tier="pro")
    name = database_of(tenant)

    found = desk.json("tenant", "list", "--search", "ümlä")
    assert (found["total"], [one["id"] for one in found["tenants"]]) == (1, [tenant])
    assert found["tenants"][0].keys() >= TENANT | {"domain", "used", "level", "seen_at", "backup_at", "features"}
    assert found["tenants"][0]["database"] is None

    created = desk.json("database", "create", tenant, "--website", website)
    assert (created["ok"], created["database"]["name"], created["database"]["state"]) == (True, name, "active")
    assert created["operation"].isdigit()
    assert name in desk.master.databases()

    shown = desk.json("tenant", "show", tenant)
    assert shown.keys() >= TENANT | {"websites", "features", "quotas", "backups"}
    assert shown["database"].keys() >= DATABASE
    assert shown["locked_to_website"] == website
    assert isinstance(shown["database"]["size_bytes"], int)
    assert TIME.fullmatch(shown["database"]["created_at"])

    installed = desk.json("feature", "install", tenant, "shop", "blog")
    assert (installed["ok"], sorted(installed["installed"])) == (True, ["blog", "shop"])
    again = desk.json("feature", "install", tenant, "shop")
    assert (again["operation"], again["already"]) == (None, ["shop"])
    features = desk.json("feature", "list", tenant)
    assert all(one.keys() >= FEATURE for one in features["features"])
    names = {one["name"] for one in features["features"] if one["state"] == "installed"}
    assert (names, features["total"]) == ({"blog", "shop"}, 9)
    assert {one["state"] for one in features["features"]} == {"installed", "available"}
    assert desk.json("feature", "drift", tenant) == {"differences": []}

    quotas = desk.json("quota", "show", tenant)
    assert quotas["quotas"][0].keys() >= QUOTA
    assert (quotas["quotas"][0]["limit"], quotas["quotas"][0]["level"]) == (10_000_000_000, "ok")

    exported = desk.json("tenant", "export", tenant, "--to", str(tmp_path / "copy"), "--format", "jsonl")
    assert exported["ok"]
    manifest = json.loads((tmp_path / "copy" / "manifest.json").read_text())
    assert {table["name"] for table in manifest["tables"]} == set(exported["tables"])

    backup = desk.json("backup", "create", tenant, "--to", str(tmp_path / "backups"))["backup"]
    assert backup.keys() >= BACKUP
    assert Path(backup["path"]).parent == tmp_path / "backups"
    assert (backup["tenant"], backup["database"], backup["verified_at"]) == (tenant, name, None)
    assert (re.fullmatch(r".+-\d{8}T\d{6}Z\.sql\.zst", backup["path"])) is not None

    quick = desk.json("backup", "verify", backup["id"], "--quick")
    assert quick["ok"]
    verdict = desk.json("backup", "verify", backup["path"])
    assert verdict["ok"]
    assert {one["name"]: (one["rows"], one["matches"]) for one in verdict["tables"]} == {
        table: (rows, True) for table, rows in backup["tables"].items()
    }
    listed = desk.json("backup", "list", "--tenant", tenant)
    assert (listed["total"], listed["backups"][0]["id"]) == (1, backup["id"])
    assert TIME.fullmatch(listed["backups"][0]["verified_at"])

    assert desk.refused("database", "delete", tenant, "--confirm", "something else", code=3) == "confirmation_mismatch"
    assert name in desk.master.databases()
    plan = desk.json("database", "delete", tenant, "--dry-run")
    assert [step["name"] for step in plan["steps"]] == ["backup", "verify", "unpublish", "quiesce", "trash", "compare"]
    assert name in desk.master.databases()
    deleted = desk.json("database", "delete", tenant, "--confirm", name, "--backup-to", str(tmp_path / "last"))
    assert (deleted["ok"], deleted["database"]) == (True, name)
    assert Path(deleted["backup_path"]).is_file()
    assert name not in desk.master.databases()
    assert desk.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]
    assert not desk.write("SELECT is_published FROM user_websites WHERE id = {0}", int(website))[0][0]
    assert desk.json("database", "status", tenant)["state"] == "deleted"

    assert desk.json("operation", "list")["total"] == 0
    trail = desk.json("audit", "list", "--tenant", tenant)
    assert trail["total"] == len(trail["events"])
    assert {
        "database.create",
        "feature.install",
        "tenant.export",
        "backup.create",
        "backup.verify",
        "database.delete",
    } <= {event["action"] for event in trail["events"]}
    assert desk.json("audit", "verify")["ok"]


def test_a_backup_brings_a_deleted_database_back(desk: Desk, tmp_path: Path) -> None:
    tenant, name = desk.provisioned()
    desk.json("feature", "install", tenant, "contact_form")
    deleted = desk.json("database", "delete", tenant, "--confirm", name, "--grace", "0")

    restored = desk.json("backup", "restore", deleted["backup"], "--tenant", tenant)

    assert (restored["ok"], restored["database"], restored["mode"]) == (True, name, "revive")
    assert name in desk.master.databases()
    assert desk.json("database", "status", tenant)["state"] == "active"


def test_a_restore_over_a_live_database_needs_its_name(desk: Desk) -> None:
    tenant, name = desk.provisioned()
    backup = desk.json("backup", "create", tenant)["backup"]
    desk.write(
        "INSERT INTO installed_features (feature_type, is_active) VALUES ({0}, {1})", "later", True, database=name
    )

    assert desk.refused("backup", "restore", backup["id"], "--tenant", tenant, code=3) == "confirmation_mismatch"
    assert len(desk.write("SELECT * FROM installed_features", database=name)) == 1

    desk.json("backup", "restore", backup["id"], "--tenant", tenant, "--confirm", name)
    assert desk.write("SELECT * FROM installed_features", database=name) == []


def test_a_backup_that_was_changed_does_not_hold(desk: Desk) -> None:
    tenant, _ = desk.provisioned()
    path = Path(desk.json("backup", "create", tenant)["backup"]["path"])
    path.write_bytes(path.read_bytes()[:-1] + b"\0")

    for options in ((), ("--quick",)):
        verdict = desk.json("backup", "verify", str(path), *options, code=1)
        assert (verdict["ok"], len(verdict["problems"])) == (False, 1)


def test_the_master_says_what_it_has_and_what_the_account_may_do(empty_desk: Desk) -> None:
    before = empty_desk.json("master", "status")
    assert (before["revision"], "users" in before["missing_tables"]) == (None, True)

    made = empty_desk.json("master", "init")
    assert made["ok"]
    assert {"users", "user_websites", "user_databases", "console_operations"} <= set(made["created"])
    again = empty_desk.json("master", "init")
    assert (again["created"], set(again["adopted"])) == ([], set(made["created"]))

    after = empty_desk.json("master", "status")
    assert (after["revision"], after["missing_tables"]) == (after["head"], [])
    assert after["privileges"]["create_database"] is True
    assert after["server"]["version"]


def test_the_fleet_is_told_in_figures(desk: Desk) -> None:
    tenant, name = desk.provisioned()
    lost, _ = desk.add_tenant()
    desk.register(lost, database_of(lost))
    orphan = database_of("987654321")
    if desk.engine == "sqlite":
        desk.write("CREATE TABLE t (a INTEGER)", database=orphan)
    else:
        desk.master.execute(f"CREATE DATABASE {orphan}")

    fleet = desk.json("fleet", "status")

    assert (fleet["missing"], fleet["orphans"], fleet["databases"]) == ([lost], [orphan], 2)
    assert fleet["by_state"] == {"active": 1, "missing": 1}
    assert fleet["size_bytes"] > 0
    assert {"near", "over", "unreachable", "outdated"} <= fleet.keys()
    states = {one["id"]: one["database"]["state"] for one in desk.json("tenant", "list")["tenants"]}
    assert states == {tenant: "active", lost: "missing"}
    assert [one["id"] for one in desk.json("tenant", "list", "--state", "missing")["tenants"]] == [lost]
    assert name in desk.master.databases()


def test_quotas_that_are_over_are_listed_and_fail_where_asked(desk: Desk) -> None:
    tenant, name = desk.provisioned(tier="trial")
    assert desk.json("quota", "list", "--level", "over", "--fail") == {"total": 0, "quotas": []}
    desk.write(f"CREATE TABLE big (a {'LONGTEXT' if desk.engine == 'mysql' else 'TEXT'})", database=name)
    for _ in range(11):
        desk.write("INSERT INTO big VALUES ({0})", random_text(5_000_000), database=name)

    shown = desk.json("quota", "show", tenant)["quotas"][0]
    assert (shown["level"], shown["used"] >= 50_000_000) == ("over", True)
    listed = wait_for_statistics(desk)
    assert [(one["tenant"], one["level"], one["limit"]) for one in listed] == [(tenant, "over", 50_000_000)]
    assert desk.json("quota", "list", "--level", "near", "--fail")["total"] == 0


def wait_for_statistics(desk: Desk) -> list[dict[str, Any]]:
    """The quotas that are over; a fleet's figures on MariaDB follow an insert within some ten seconds."""
    for _ in range(30 if desk.engine == "mysql" else 1):
        answer = desk.call("--json", "quota", "list", "--level", "over", "--fail", code=None)
        if answer.code == 1:
            break
        time.sleep(1)
    assert answer.code == 1
    quotas: list[dict[str, Any]] = answer.document["quotas"]
    return quotas


def random_text(length: int) -> str:
    """Text that nothing compresses."""
    return secrets.token_hex(length // 2)


def test_one_statement_that_reads_is_run_and_anything_else_is_refused(desk: Desk) -> None:
    tenant, name = desk.provisioned()
    desk.write("CREATE TABLE t (a INTEGER, b VARCHAR(20))", database=name)
    desk.write("INSERT INTO t VALUES (1, 'x'), (2, NULL), (3, '<b>')", database=name)

    answer = desk.json("sql", tenant, "SELECT a, b FROM t ORDER BY a", "--limit", "2")
    assert (answer["columns"], answer["rows"], answer["truncated"]) == (["a", "b"], [[1, "x"], [2, None]], True)
    assert isinstance(answer["elapsed_ms"], float)

    for statement in ("DELETE FROM t", "SELECT 1; DROP TABLE t", "DROP TABLE t", "BEGIN"):
        desk.refused("sql", tenant, statement, code=3)
    assert len(desk.write("SELECT * FROM t", database=name)) == 3


def test_a_check_goes_from_the_network_to_privileges(desk: Desk) -> None:
    tenant, _ = desk.provisioned()
    answer = desk.json("database", "check", tenant)
    assert answer.keys() >= {"reachable", "latency_ms", "server_version", "problem"}
    assert (answer["reachable"], answer["problem"]) == (True, None)


def test_an_interrupted_creation_is_taken_up_by_the_next_one(desk: Desk) -> None:
    tenant, website = desk.add_tenant()
    killed = desk.spawn("--json", "database", "create", tenant, "--website", website,
                        PAGEVOO_FAIL="database.create.after.create=kill")  # fmt: skip
    assert killed.code == -9
    left = desk.json("operation", "list")["operations"]
    assert [(one["kind"], one["tenant"], one["state"]) for one in left] == [("database.create", tenant, "interrupted")]
    assert desk.json("database", "status", tenant)["state"] == "provisioning"

    created = desk.json("database", "create", tenant, "--website", website)
    assert (created["operation"], created["database"]["state"]) == (left[0]["id"], "active")


def test_an_interrupted_creation_is_taken_back(desk: Desk) -> None:
    tenant, website = desk.add_tenant()
    killed = desk.spawn("database", "create", tenant, "--website", website,
                        PAGEVOO_FAIL="database.create.after.core=kill")  # fmt: skip
    assert killed.code == -9
    number = desk.json("operation", "list")["operations"][0]["id"]

    abandoned = desk.json("operation", "abandon", number)

    assert (abandoned["ok"], abandoned["operation"], abandoned["state"]) == (True, number, "abandoned")
    assert database_of(tenant) not in desk.master.databases()
    assert desk.refused("operation", "resume", number, code=3) == "ended"


def test_an_interrupted_deletion_is_resumed(desk: Desk) -> None:
    tenant, name = desk.provisioned()
    killed = desk.spawn("database", "delete", tenant, "--confirm", name,
                        PAGEVOO_FAIL="database.delete.after.trash=kill")  # fmt: skip
    assert killed.code == -9
    number = desk.json("operation", "list")["operations"][0]["id"]

    resumed = desk.json("operation", "resume", number)

    assert (resumed["ok"], resumed["state"]) == (True, "done")
    assert desk.json("database", "status", tenant)["state"] == "deleted"
    assert name not in desk.master.databases()

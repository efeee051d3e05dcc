"""`database trash`, `undelete`, `purge` and `certificate`, as programs see them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.calling import Desk


def test_what_is_deleted_is_had_back_or_purged(desk: Desk, tmp_path: Path) -> None:
    tenant, name = desk.provisioned()
    planned = desk.json("database", "delete", tenant, "--grace", "3", "--dry-run")
    assert (planned["grace_days"], planned["rows_exact"]) == (3, True)
    assert planned["purge_after"].endswith("Z")
    assert {"last_write", "open_orders", "open_bookings", "sessions"} <= planned.keys()
    deleted = desk.json("database", "delete", tenant, "--confirm", name, "--grace", "3", "--reason", "asked for")
    operation = deleted["operation"]

    listed = desk.json("database", "trash")
    (entry,) = listed["trash"]
    assert listed["total"] == 1
    assert (entry["operation"], entry["tenant"], entry["database"]) == (operation, tenant, name)
    assert (entry["grace_days"], entry["days_left"], entry["purge_after"]) == (3, 3, deleted["purge_after"])
    assert (entry["reason"], entry["missing"], entry["name"]) == ("asked for", False, deleted["trash"])
    assert isinstance(entry["size_bytes"], int)
    assert desk.json("database", "trash", "--tenant", "987654")["total"] == 0
    status = desk.json("fleet", "status")
    assert (status["orphans"], status["trash"]) == ([], 1)

    assert desk.json("database", "undelete", operation, "--dry-run")["steps"][0]["name"] == "back"
    back = desk.json("database", "undelete", operation)
    assert (back["ok"], back["tenant"], back["database"]) == (True, tenant, name)
    assert "unpublished" in back["warnings"][0]
    assert desk.json("database", "status", tenant)["state"] == "active"
    assert desk.json("database", "trash")["total"] == 0
    assert desk.refused("database", "undelete", operation, code=3) == "not_in_trash"

    again = desk.json("database", "delete", tenant, "--confirm", name)["operation"]
    purge = ("database", "purge", again)
    assert desk.refused(*purge, code=3) == "confirmation_mismatch"
    assert desk.refused("--yes", *purge, "--confirm", f"{name}0", code=3) == "confirmation_mismatch"
    assert desk.json(*purge, "--confirm", name)["ok"] is True
    assert not [one for one in desk.master.databases() if one.startswith(f"pagevoo_trash_{again}_")]
    assert desk.refused(*purge, "--confirm", name, code=3) == "not_in_trash"
    assert desk.json("audit", "list", "--action", "database.purge")["total"] >= 2

    page = tmp_path / "certificate.html"
    told = desk.json("database", "certificate", again, "--to", str(page))
    assert told["certificate"]["state"] == "purged"
    assert told["certificate"]["database"] == name
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    written = tmp_path / "certificate.json"
    desk.json("database", "certificate", again, "--to", str(written))
    assert json.loads(written.read_text(encoding="utf-8")) == told["certificate"]
    assert desk.refused("database", "certificate", again, "--to", str(written), code=3) == "file_exists"
    assert desk.refused("database", "certificate", "999999", code=1) == "not_found"


def test_what_a_restore_replaced_is_had_back_by_its_name(desk: Desk) -> None:
    tenant, name = desk.provisioned()
    backup = desk.json("backup", "create", tenant)["backup"]["id"]
    restore = ("backup", "restore", backup, "--tenant", tenant)
    assert desk.json(*restore, "--dry-run")["steps"][-1]["destructive"] is False
    assert desk.json(*restore, "--dry-run", "--grace", "0")["steps"][-1]["destructive"] is True
    done = desk.json(*restore, "--confirm", name, "--grace", "2")

    (entry,) = desk.json("database", "trash", "--tenant", tenant)["trash"]
    assert (entry["operation"], entry["name"], entry["purge_after"]) == (
        done["operation"], done["trash"], done["purge_after"],
    )  # fmt: skip
    assert (entry["kind"], entry["replaced"], entry["grace_days"]) == ("backup.restore", True, 2)

    undelete = ("database", "undelete", done["operation"])
    assert desk.json(*undelete, "--dry-run")["replaces"] is True
    assert desk.refused(*undelete, code=3) == "confirmation_mismatch"
    back = desk.json(*undelete, "--confirm", name, "--grace", "0")
    assert (back["replaced"], back["database"]) == (True, name)
    assert desk.json("database", "trash", "--tenant", tenant)["total"] == 0
    assert desk.json(*restore, "--confirm", name, "--grace", "0")["trash"] is None
    assert desk.refused(*restore, "--grace", "-1", "--dry-run", code=2)


def test_nothing_is_given_back_over_a_new_database(desk: Desk) -> None:
    tenant, name = desk.provisioned()
    operation = desk.json("database", "delete", tenant, "--confirm", name)["operation"]
    ((website,),) = desk.write("SELECT id FROM user_websites WHERE user_id = {0}", int(tenant))
    desk.json("database", "create", tenant, "--website", str(website))

    assert desk.refused("database", "undelete", operation, code=3) == "database_exists"


def test_an_interrupted_purge_is_resumed(desk: Desk) -> None:
    tenant, name = desk.provisioned()
    operation = desk.json("database", "delete", tenant, "--confirm", name)["operation"]
    killed = desk.spawn("database", "purge", operation, "--confirm", name,
                        PAGEVOO_FAIL="database.purge.after.purge=kill")  # fmt: skip
    assert killed.code == -9
    number = desk.json("operation", "list")["operations"][0]["id"]
    assert desk.refused("operation", "abandon", number, code=3) == "too_late"
    assert desk.json("operation", "resume", number)["state"] == "done"
    assert desk.json("database", "trash")["total"] == 0


def test_rows_of_a_table_come_back_out_of_a_backup(desk: Desk) -> None:
    tenant, name = desk.provisioned()
    desk.json("feature", "install", tenant, "blog")
    backup = desk.json("backup", "create", tenant)["backup"]["id"]
    restore = ("backup", "restore", backup, "--tenant", tenant, "--table", "installed_features")
    planned = desk.json(*restore, "--rows", "feature_type=blog", "--dry-run")
    assert (planned["mode"], planned["rows"], planned["live_rows"]) == ("part", {"feature_type": ["blog"]}, 1)
    assert [step["name"] for step in planned["steps"]] == ["safety", "stage", "compare", "copy", "clean"]

    assert desk.refused(*restore, code=3) == "confirmation_mismatch"
    done = desk.json(*restore, "--rows", "feature_type=blog", "--confirm", name)

    assert (done["removed"], done["written"], done["table"]) == (1, 1, "installed_features")
    assert desk.refused(*restore, "--into", "look", "--dry-run", code=2)
    assert desk.refused("backup", "restore", backup, "--tenant", tenant, "--rows", "id=1", "--dry-run", code=2)

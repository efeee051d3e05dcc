"""`fleet reconcile`, `server status` and `account` from outside: shapes, exit codes, and what gates them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.calling import Desk, database_of


def ghost(desk: Desk) -> str:
    """A tenant whose row names a database that does not exist."""
    tenant, website = desk.add_tenant()
    desk.register(tenant, database_of(tenant), website)
    return tenant


def orphan(desk: Desk) -> str:
    """A database with core tables that no row names; its tenant's id."""
    tenant, _ = desk.provisioned()
    desk.write("DELETE FROM user_databases WHERE user_id = {0}", int(tenant))
    return tenant


def test_a_dry_run_tells_everything_and_changes_nothing(desk: Desk) -> None:
    tenant = ghost(desk)

    answer = desk.json("fleet", "reconcile", "--dry-run")

    (finding,) = answer["findings"]
    assert answer["total"] == 1
    assert answer["counts"] == {"ghost": 1}
    assert (finding["kind"], finding["tenant"], finding["database"]) == ("ghost", tenant, database_of(tenant))
    assert finding["evidence"]
    assert finding["risk"]
    repair = finding["repair"]
    assert (repair["action"], repair["destructive"], repair["reversible"]) == ("change_registry", False, True)
    assert [step["name"] for step in repair["steps"]] == ["recheck", "registry"]
    assert desk.json("fleet", "reconcile", "--dry-run")["findings"] == answer["findings"]


def test_fault_55_without_repair_it_mends_what_needs_no_choice_and_the_next_look_is_clean(desk: Desk) -> None:
    tenant = ghost(desk)

    answer = desk.json("fleet", "reconcile", "--yes")

    (done,) = answer["repaired"]
    assert answer["ok"] is True
    assert (answer["failed"], answer["left"]) == ([], [])
    assert done["operation"] == answer["operation"]
    assert desk.json("fleet", "reconcile", "--dry-run")["findings"] == []
    assert desk.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]


def test_what_is_a_choice_is_left_and_the_exit_code_says_so(desk: Desk) -> None:
    tenant = orphan(desk)
    ghost(desk)

    answer = desk.json("fleet", "reconcile", code=4)

    assert len(answer["repaired"]) == 2
    (left,) = answer["left"]
    assert desk.json("fleet", "reconcile", "--repair", left)["ok"] is True
    assert desk.json("database", "status", tenant)["state"] == "active"


def test_what_drops_data_needs_the_databases_name(desk: Desk, tmp_path: Path) -> None:
    tenant = orphan(desk)
    name = database_of(tenant)
    (finding,) = (
        one["id"] for one in desk.json("fleet", "reconcile", "--dry-run")["findings"] if one["kind"] == "orphan"
    )
    retire = ("fleet", "reconcile", "--repair", finding, "--retire", "--backup-to", str(tmp_path))

    assert desk.refused(*retire, code=3) == "confirmation_mismatch"
    assert desk.refused(*retire, "--confirm", "pagevoo_website_", "--yes", code=3) == "confirmation_mismatch"
    assert name in desk.master.databases()

    answer = desk.json(*retire, "--confirm", name)

    assert name not in desk.master.databases()
    assert desk.json("backup", "verify", answer["repaired"][0]["backup"])["ok"] is True
    assert list(tmp_path.glob("*.manifest.json"))


def test_an_unknown_finding_is_1_and_contradicting_options_are_2(desk: Desk) -> None:
    assert desk.refused("fleet", "reconcile", "--repair", "0123456789ab", code=1) == "not_found"
    assert desk.refused("fleet", "reconcile", "--no-backup", "--backup-to", "/nowhere", code=2) == "usage"
    assert desk.refused("fleet", "reconcile", "--undo", "99", code=1) == "not_found"


def test_a_repair_is_taken_back_by_its_operation(desk: Desk) -> None:
    ghost(desk)
    operation = desk.json("fleet", "reconcile")["operation"]

    assert desk.json("fleet", "reconcile", "--undo", operation)["undone"] == operation

    assert desk.json("fleet", "reconcile", "--dry-run")["counts"] == {"ghost": 1}


def test_without_contradictions_there_is_nothing_to_do(desk: Desk) -> None:
    desk.provisioned()

    assert desk.json("fleet", "reconcile")["repaired"] == []
    assert "agree" in desk.call("fleet", "reconcile", "--dry-run").out


def test_the_status_of_servers_has_the_shape_it_should_have(desk: Desk) -> None:
    desk.provisioned()

    answer = desk.json("server", "status")

    (server,) = answer["servers"]
    assert server["engine"] == desk.engine
    assert server["databases"]["limit"] == 1000
    assert set(server["connections"]) == {"max", "in_use", "ours"}
    assert set(server["disk"]) == {"free_bytes", "why"}
    assert server["missing_privileges"] == []
    assert abs(server["time_skew_seconds"]) < 5
    assert desk.json("server", "status", server["name"])["total"] == 1
    assert desk.refused("server", "status", "elsewhere", code=1) == "not_found"
    assert "Version" in desk.call("server", "status").out


def test_an_account_of_its_own_is_made_shown_and_removed(desk: Desk, tmp_path: Path) -> None:
    tenant, database = desk.provisioned()
    file = tmp_path / "password"
    if desk.engine == "sqlite":
        assert desk.json("account", "show", tenant)["possible"] is False
        assert desk.refused("account", "create", tenant, code=3) == "no_accounts"
        return
    shown = desk.json("account", "show", tenant)
    assert (shown["own"], shown["possible"]) == (False, True)
    assert "serves all" in shown["note"]
    planned = desk.json("account", "create", tenant, "--dry-run")
    assert [step["name"] for step in planned["steps"]] == ["account", "grant", "password"]

    answer = desk.call("--json", "account", "create", tenant, "--password-to", str(file))

    assert answer.document["isolated"] is True
    assert answer.document["database"] == database
    assert file.read_text().strip() not in answer.out + answer.err
    assert desk.json("account", "create", tenant)["operation"] is None
    assert desk.json("account", "remove", tenant)["own"] is False


def test_without_a_keyring_and_without_a_file_no_account_is_made(desk: Desk) -> None:
    tenant, _ = desk.provisioned()
    expected = "no_accounts" if desk.engine == "sqlite" else "no_secret_store"

    assert desk.refused("account", "create", tenant, code=3) == expected

    assert desk.json("account", "show", tenant)["own"] is False
    assert [one["state"] for one in desk.json("operation", "list")["operations"] if one["state"] != "done"] in (
        [], ["abandoned"],
    )  # fmt: skip

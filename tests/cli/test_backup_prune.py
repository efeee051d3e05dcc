"""`backup prune`: a preview that is kept to."""

from __future__ import annotations

from tests.cli.calling import Desk


def test_what_the_preview_names_goes_and_nothing_else(sqlite_desk: Desk) -> None:
    tenant, _ = sqlite_desk.provisioned()
    first, second, third = (sqlite_desk.json("backup", "create", tenant)["backup"]["id"] for _ in range(3))
    sqlite_desk.json("backup", "verify", first)

    usual = sqlite_desk.json("backup", "prune", "--dry-run")
    assert (usual["removed"], usual["dry_run"], len(usual["kept"])) == ([], True, 3)
    planned = sqlite_desk.json("backup", "prune", "--dry-run", "--keep-last", "1")
    assert [one["id"] for one in planned["removed"]] == [second]
    assert {one["id"]: one["why"] for one in planned["kept"]} == {
        third: ["last", "newest"], first: ["newest proved"],
    }  # fmt: skip
    assert sqlite_desk.json("backup", "list")["total"] == 3
    done = sqlite_desk.json("backup", "prune", "--tenant", tenant, "--keep-last", "1")
    assert ([one["id"] for one in done["removed"]], done["dry_run"]) == ([second], False)
    assert {one["id"] for one in sqlite_desk.json("backup", "list")["backups"]} == {first, third}
    assert sqlite_desk.refused("backup", "prune", "--keep-last", "0", code=2) == "retention"
    assert sqlite_desk.json("backup", "prune", "--save", "--keep-days", "9")["policy"].startswith("last=0 days=9 ")
    assert sqlite_desk.json("backup", "prune", "--dry-run")["policy"].startswith("last=0 days=9 ")
    assert "kept: " in sqlite_desk.call("backup", "prune", "--dry-run").out
    assert sqlite_desk.json("audit", "list", "--action", "backup.prune")["total"] >= 1

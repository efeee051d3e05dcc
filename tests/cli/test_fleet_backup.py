"""`fleet backup` and `fleet verify`: the contract's JSON and exit codes."""

from __future__ import annotations

from pathlib import Path

from tests.cli.calling import Desk


def test_everybody_is_backed_up_and_verified(sqlite_desk: Desk, tmp_path: Path) -> None:
    tenants = sorted(sqlite_desk.provisioned()[0] for _ in range(2))
    bare, _ = sqlite_desk.add_tenant()
    planned = sqlite_desk.json("fleet", "backup", "--dry-run")
    assert (sorted(planned["tenants"]), planned["dry_run"]) == (tenants, True)

    made = sqlite_desk.json("fleet", "backup", "--workers", "2", "--to", str(tmp_path / "out"))

    assert (made["done"], made["failed"], made["skipped"], made["ok"]) == (tenants, [], [], True)
    assert len(list((tmp_path / "out").glob("*.sql.zst"))) == 2
    assert sqlite_desk.json("fleet", "verify")["done"] == tenants
    assert sqlite_desk.json("fleet", "verify")["skipped"] == tenants
    assert sqlite_desk.json("fleet", "verify", "--quick")["done"] == tenants
    named = sqlite_desk.json("fleet", "backup", "--tenants", f"{tenants[0]},{bare},nobody", code=4)
    assert (named["done"], named["skipped"], named["ok"]) == ([tenants[0]], [bare], False)
    assert [one["tenant"] for one in named["failed"]] == ["nobody"]
    assert "Backed up" in sqlite_desk.call("fleet", "backup", "--anew", "--tenants", tenants[0]).out

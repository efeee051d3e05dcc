"""`backup create --to s3://…` and `backup fetch`, against a real server of S3."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import Desk


def test_a_copy_is_sent_and_fetched(
    sqlite_desk: Desk,
    storage: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tenant, _ = sqlite_desk.provisioned()
    to = ("backup", "create", tenant, "--to", "s3://backups/cli")
    assert sqlite_desk.refused(*to, code=3) == "no_credentials"
    assert sqlite_desk.json("backup", "list")["total"] == 0, "nothing is dumped that could not be sent"
    assert sqlite_desk.refused(*to[:-1], "ftp://backups", code=2) == "usage"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", storage)

    made = sqlite_desk.json(*to)

    assert made["place"] == f"s3://backups/cli/{Path(made['backup']['path']).name}"
    fetched = sqlite_desk.json("backup", "fetch", made["place"], "--to", str(tmp_path / "home"))["backup"]
    assert (fetched["id"], fetched["sha256"]) == (made["backup"]["id"], made["backup"]["sha256"])
    assert sqlite_desk.json("backup", "verify", fetched["path"])["ok"]
    everybody = sqlite_desk.json("fleet", "backup", "--to", "s3://backups/everybody")
    assert everybody["done"] == [tenant]
    newest = sqlite_desk.json("backup", "list", "--tenant", tenant)["backups"][0]["path"]
    copied = sqlite_desk.json(
        "backup", "fetch", f"s3://backups/everybody/{Path(newest).name}", "--to", str(tmp_path / "everybody")
    )
    assert copied["ok"]


def test_a_backup_is_listed_verified_restored_and_pruned_by_its_address(
    sqlite_desk: Desk, storage_credentials: str
) -> None:
    tenant, database = sqlite_desk.provisioned()
    assert storage_credentials
    place = f"s3://backups/desk-{tenant}"
    assert sqlite_desk.json("backup", "place", "test", place)["ok"]
    url = sqlite_desk.json("backup", "create", tenant, "--to", place)["place"]

    listed = sqlite_desk.json("backup", "list", "--place", place)

    assert [(one["path"], one["place"], one["verified_at"]) for one in listed["backups"]] == [(url, url, None)]
    assert sqlite_desk.json("backup", "verify", url, "--quick")["ok"]
    assert sqlite_desk.json("backup", "verify", url)["ok"]
    (proved,) = sqlite_desk.json("backup", "list", "--place", place, "--tenant", tenant)["backups"]
    assert proved["verified_at"]
    restored = sqlite_desk.json("backup", "restore", url, "--tenant", tenant, "--confirm", database)
    assert (restored["ok"], restored["database"]) == (True, database)
    pruned = sqlite_desk.json("backup", "prune", "--place", place, "--keep-last", "1", "--dry-run")
    assert (pruned["place"], pruned["removed"], len(pruned["kept"])) == (place, [], 1)
    assert sqlite_desk.refused("backup", "verify", f"{place}/nothing.sql.zst", code=1) == "not_found"
    assert sqlite_desk.refused("backup", "list", "--place", "ftp://backups", code=2) == "usage"
    assert sqlite_desk.json("backup", "place", "list")["places"] == []

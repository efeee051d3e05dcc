"""`schedule`: from the plan to the call that a scheduler makes, and how it ended."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.calling import Desk
from tests.services.test_schedules import CRONTAB, stand_in


def test_what_the_crontab_was_told_runs_and_is_shown(
    sqlite_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, _ = sqlite_desk.provisioned()
    table = tmp_path / "table"
    stand_in(tmp_path, monkeypatch, "crontab", CRONTAB.replace("{file}", str(table)))
    add = ("schedule", "add", "backup", "--with", "cron", "--at", "03:15")
    assert sqlite_desk.json(*add, "--dry-run")["schedule"]["at"] == "03:15"
    assert not table.exists()
    assert sqlite_desk.refused(*add, "--", "--nonsense", code=2) == "usage"

    made = sqlite_desk.json(*add, "--", "--tenants", f"{tenant},nobody")["schedule"]
    line = table.read_text().splitlines()[-1]
    done = subprocess.run(["sh", "-c", line.split(" ", 5)[5].replace(r"\%", "%")], check=False, timeout=120)

    assert done.returncode == 4
    (listed,) = sqlite_desk.json("schedule", "list")["schedules"]
    assert (listed["id"], listed["installed"], listed["last_run"]["exit_code"]) == (made["id"], True, 4)
    assert "some tenants failed" in sqlite_desk.call("schedule", "list").out
    assert sqlite_desk.json("backup", "list", "--tenant", tenant)["total"] == 1
    assert sqlite_desk.json("schedule", "remove", made["id"])["schedule"]["installed"] is False
    assert sqlite_desk.json("schedule", "list")["total"] == 0
    assert sqlite_desk.refused("schedule", "remove", made["id"], code=1) == "not_found"

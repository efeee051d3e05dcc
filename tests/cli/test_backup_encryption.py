"""Encrypted backups through the command line: made, verified, restored, and a wrong key told as such."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import Desk
from tests.secret_service import SecretService

PASSPHRASE = "six words that nobody would guess"


@pytest.fixture
def keys(tmp_path: Path) -> tuple[str, Path]:
    path = tmp_path / "key.txt"
    subprocess.run(["age-keygen", "-o", str(path)], check=True, capture_output=True)
    done = subprocess.run(["age-keygen", "-y", str(path)], check=True, capture_output=True, text=True)
    return done.stdout.strip(), path


def test_an_encrypted_backup_is_made_verified_and_restored_with_its_identity(
    desk: Desk, tmp_path: Path, keys: tuple[str, Path]
) -> None:
    tenant, name = desk.provisioned()
    recipient, identity = keys

    made = desk.json("backup", "create", tenant, "--to", str(tmp_path / "out"), "--recipient", recipient)["backup"]

    assert (made["encrypted"], made["path"].endswith(".sql.zst.age")) == (True, True)
    assert desk.json("backup", "verify", made["path"], "--quick")["ok"]
    assert desk.refused("backup", "verify", made["id"], code=1) == "no_key"
    other = tmp_path / "other.txt"
    subprocess.run(["age-keygen", "-o", str(other)], check=True, capture_output=True)
    assert desk.refused("backup", "verify", made["id"], "--identity", str(other), code=1) == "wrong_key"
    assert desk.json("backup", "verify", made["id"], "--identity", str(identity))["ok"]
    (listed,) = desk.json("backup", "list", "--tenant", tenant)["backups"]
    assert (listed["encrypted"], listed["verified_at"] is None) == (True, False)
    wrong = ("backup", "restore", made["path"], "--tenant", tenant, "--confirm", name, "--identity")
    assert desk.refused(*wrong, str(other), code=1) == "wrong_key"
    assert desk.json("operation", "list")["total"] == 0, "the key is tried before anything begins"
    assert desk.json(*wrong, str(identity))["ok"]


def test_a_passphrase_comes_on_standard_input(sqlite_desk: Desk) -> None:
    tenant, _ = sqlite_desk.provisioned()
    made = piped(sqlite_desk, PASSPHRASE, "backup", "create", tenant, "--passphrase-stdin")["backup"]

    assert piped(sqlite_desk, PASSPHRASE, "backup", "verify", made["id"], "--passphrase-stdin")["ok"]
    wrong = piped(sqlite_desk, "something else", "backup", "verify", made["id"], "--passphrase-stdin", code=1)
    assert wrong["error"]["code"] == "wrong_key"
    short = piped(sqlite_desk, "hunter2", "backup", "create", tenant, "--passphrase-stdin", code=2)
    assert short["error"]["code"] == "short_passphrase"


def test_an_identity_is_kept_in_the_keyring_and_found_there(
    sqlite_desk: Desk, secret_service: SecretService, tmp_path: Path
) -> None:
    tenant, _ = sqlite_desk.provisioned()

    def call(*arguments: str, stdin: str = "") -> dict[str, object]:
        done = secret_service.run(
            [sys.executable, "-m", "pagevoo_console", "--json", *arguments],
            extra_environment=sqlite_desk.master.environment,
            stdin=stdin,
        )
        document = json.loads(done.stdout)
        assert isinstance(document, dict)
        return document

    recipient = str(call("backup", "key", "new")["recipient"])
    made = call("backup", "create", tenant, "--recipient", recipient)["backup"]
    assert isinstance(made, dict)

    assert call("backup", "verify", made["id"])["ok"]
    assert call("backup", "key", "save", recipient, str(tmp_path / "safe.txt"))["ok"]
    assert call("--yes", "backup", "key", "remove", recipient)["ok"]
    assert "error" in call("backup", "verify", made["id"])
    assert call("backup", "key", "add", stdin=(tmp_path / "safe.txt").read_text())["recipients"] == [recipient]
    assert call("backup", "verify", made["id"])["ok"]


def piped(desk: Desk, stdin: str, *arguments: str, code: int = 0) -> Any:
    """What a process of its own answers that reads this on its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "pagevoo_console", "--json", *arguments],
        env={**os.environ, **desk.master.environment},
        input=f"{stdin}\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done
    assert stdin not in done.stdout + done.stderr
    return json.loads(done.stdout)

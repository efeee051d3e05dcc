"""What protects the data, through the real window: places, keys, everybody's backup, pruning, schedules."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt

from tests.cli.calling import Desk
from tests.journeys.conftest import Customer, Platform
from tests.journeys.person import Person
from tests.keyrings import keyring_here
from tests.secret_service import SecretService
from tests.services.test_schedules import CRONTAB, stand_in

__all__ = ["keyring_here"]
OpenWindow = Callable[[], Person]
WORDS = "four words nobody guesses"
ON_SERVERS = pytest.mark.parametrize("engine_server", ["mysql", "postgresql"], indirect=True)
ON_MARIADB = pytest.mark.parametrize("engine_server", ["mysql"], indirect=True)
ON_FILES = pytest.mark.parametrize("engine_server", ["sqlite"], indirect=True)
PUT = "INSERT INTO installed_features (feature_type) VALUES ('{0}')"


def with_database(platform: Platform, desk: Desk, name: str) -> Customer:
    """A customer with a database."""
    customer = platform.add_customer(name)
    desk.json("database", "create", customer.id, "--website", customer.website)
    return customer


def stored(storage: str, prefix: str) -> list[str]:
    """What lies in the bucket, by the server's own listing."""
    with urllib.request.urlopen(f"{storage}/backups?list-type=2&prefix={prefix}/", timeout=10) as answer:
        tree = ElementTree.fromstring(answer.read())
    return sorted(each.text or "" for each in tree.iter() if each.tag.endswith("}Key"))


def placed(storage: str, prefix: str) -> list[dict[str, object]]:
    """The manifests in the bucket."""
    found = []
    for name in stored(storage, prefix):
        if name.endswith(".manifest.json"):
            found.append(json.loads(content(storage, name)))
    return found


def content(storage: str, name: str) -> bytes:
    """A file in the bucket; this server looks at no signature."""
    signed = "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    request = urllib.request.Request(f"{storage}/backups/{name}", headers={"Authorization": signed})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def manifests(folder: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text()) for path in sorted(folder.rglob("*.manifest.json"))]


@ON_SERVERS
def test_a_backup_goes_encrypted_to_a_place_and_is_had_back_from_there(
    at_window: OpenWindow, platform: Platform, desk: Desk, storage: str, keyring_here: SecretService, pagevoo_home: Path
) -> None:
    assert keyring_here
    grace = with_database(platform, desk, "Grace Hopper")
    platform.asks(PUT.format("kept"), grace.database)
    person = at_window()
    person.presses(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    person.turns_to("preferencesTabs", "Places")
    person.clicks("addPlaceButton")
    for field, text in (
        ("bucketEdit", "backups"), ("prefixEdit", f"journey-{grace.id}"), ("endpointEdit", storage),
        ("accessKeyEdit", "key"), ("secretKeyEdit", "a-secret-nobody-sees"),
    ):  # fmt: skip
        person.types(field, text)
    person.clicks("savePlaceButton")
    person.sees(f"try.s3://backups/journey-{grace.id}")
    person.clicks("cancelPreferencesButton")
    person.finds_tenant(grace.search, grace.name)
    person.clicks("backUpButton")
    person.clicks("toPlace")
    person.goes_on()
    person.clicks("sealPassphrase")
    person.types("passphraseEdit", WORDS)
    person.types("passphraseAgainEdit", WORDS)
    person.goes_on()
    person.confirms()
    person.waits_for(lambda: len(stored(storage, f"journey-{grace.id}")) == 3, "dump, manifest and proof to be there")

    (dump,) = [name for name in stored(storage, f"journey-{grace.id}") if name.endswith(".sql.zst.age")]
    assert content(storage, dump).startswith(b"age-encryption.org/v1")
    for path in (pagevoo_home / "backups").rglob("*"):
        if path.is_file():
            path.unlink()
    platform.asks(PUT.format("lost"), grace.database)
    person.finds_tenant(grace.search, grace.name)
    person.presses(Qt.Key.Key_F5)
    person.opens_menu("manageDatabaseButton")
    person.chooses("backup.restore")
    person.clicks("lookInPlaceButton")
    person.waits_for(lambda: "Encrypted" in person.screen(), "the backup in the place")
    (made,) = [one["id"] for one in placed(storage, f"journey-{grace.id}")]
    person.clicks(f"backup-{made}")
    while person.can_go_on():
        person.goes_on()
    person.types("confirmNameEdit", grace.database)
    person.confirms()
    person.waits_for(lambda: platform.operations(grace)[-1:] == [("backup.restore", "done")], "the end of the restore")
    assert platform.asks("SELECT feature_type FROM installed_features", grace.database) == [("kept",)]


@ON_MARIADB
def test_everybody_is_backed_up_and_the_failed_one_is_tried_again(
    at_window: OpenWindow, platform: Platform, desk: Desk, pagevoo_home: Path
) -> None:
    good, broken = with_database(platform, desk, "Grace Hopper"), with_database(platform, desk, "Alan Turing")
    platform.asks(f"DROP DATABASE {broken.database}")
    person = at_window()
    person.presses(Qt.Key.Key_7, Qt.KeyboardModifier.AltModifier)
    person.clicks("backUpAllButton")
    person.goes_on()
    person.ticks("proveAllBox")
    while person.can_go_on():
        person.goes_on()
    person.confirms()
    person.sees_text("1 database could not be backed up")
    assert [one["tenant"] for one in manifests(pagevoo_home / "backups")] == [good.id]
    assert len(list((pagevoo_home / "backups").rglob("*.proof.json"))) == 1
    platform.asks(f"CREATE DATABASE {broken.database}")
    person.clicks("tryAgainButton")
    while person.can_go_on():
        person.goes_on()
    person.confirms()
    person.waits_for(lambda: len(manifests(pagevoo_home / "backups")) == 2, "the other backup")
    assert {one["tenant"] for one in manifests(pagevoo_home / "backups")} == {good.id, broken.id}


@ON_MARIADB
def test_old_backups_go_once_their_number_was_typed(
    at_window: OpenWindow, platform: Platform, desk: Desk, pagevoo_home: Path
) -> None:
    grace = with_database(platform, desk, "Grace Hopper")
    made = [desk.json("backup", "create", grace.id)["backup"]["id"] for _ in range(3)]
    desk.json("backup", "verify", made[0])
    person = at_window()
    person.presses(Qt.Key.Key_7, Qt.KeyboardModifier.AltModifier)
    person.clicks("pruneButton")
    for name, number in (("last", 1), ("days", 0), ("weeks", 0), ("months", 0), ("years", 0)):
        person.sets(f"keep-{name}", number)
    person.sees_text("1 would go")
    person.goes_on()
    person.sees("confirmNameEdit")
    assert not person.can_confirm()
    person.types("confirmNameEdit", "1")
    person.confirms()
    person.waits_for(lambda: len(manifests(pagevoo_home / "backups")) == 2, "one to be gone")
    assert {one["id"] for one in manifests(pagevoo_home / "backups")} == {made[0], made[2]}


@ON_FILES
def test_what_was_scheduled_is_called_and_told_of(
    at_window: OpenWindow,
    platform: Platform,
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pagevoo_home: Path,
) -> None:
    grace = with_database(platform, desk, "Grace Hopper")
    table = tmp_path / "table"
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    stand_in(tmp_path, monkeypatch, "crontab", CRONTAB.replace("{file}", str(table)))
    person = at_window()
    person.presses(Qt.Key.Key_8, Qt.KeyboardModifier.AltModifier)
    person.clicks("addScheduleButton")
    while person.can_go_on():
        person.goes_on()
    person.confirms()
    person.sees_text("It was not called yet")
    line = table.read_text().splitlines()[-1]
    assert line.startswith("30 2 * * * ")
    subprocess.run(["sh", "-c", line.split(" ", 5)[5].replace(r"\%", "%")], check=True, timeout=120)
    assert [one["tenant"] for one in manifests(pagevoo_home / "backups")] == [grace.id]
    person.clicks("refreshSchedulesButton")
    person.sees_text("Well, ")
    person.clicks("removeScheduleButton")
    person.clicks("yesButton")
    person.sees_text("Nothing happens by itself yet")
    assert "fleet backup" not in table.read_text()

"""Backups in a place: listed by their manifests, proved and restored from there, pruned by the same rule as any."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import obstore
import pytest

from pagevoo_console.domain.errors import ConsoleError, Corrupt, NotFound, Refused, WrongUsage
from pagevoo_console.domain.piece import Piece
from pagevoo_console.domain.place import Place
from pagevoo_console.domain.retention import RetentionPolicy
from pagevoo_console.services import backup_files
from pagevoo_console.services.encryption import new_identity
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.values import iso, now
from tests.faults.killing import killed_at
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world

pytestmark = pytest.mark.usefixtures("storage_credentials")
PUT = "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})"
ONE = RetentionPolicy(1, 0, 0, 0, 0)


@pytest.fixture
def file_world(tmp_path: Path, pagevoo_home: Path) -> World:
    folder = tmp_path / "masters"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


def sent(
    world: World, tenant: str, place: Place, *, days: float = 0, proved: bool = False, seal: bool = False,
    server: str = "",
) -> str:  # fmt: skip
    """A copy of a backup there, made so long ago and by that server; returns its URL."""
    backups = world.console.backups
    sealing = backups.keys.sealing([new_identity()[0]]) if seal else None
    backup = backups.create(tenant, JobContext(), sealing=sealing)
    path = backups.manifest_path(backup)
    if days or server:
        manifest = replace(backup_files.read_manifest(path), created_at=iso(now() - timedelta(days=days)) or "")
        manifest = replace(manifest, server_identity=server or manifest.server_identity)
        path.write_bytes(backup_files._encode(manifest))
        backup = backup_files.describe(path)
    if proved:
        backup = backups.prove(backup, JobContext())
    return world.console.places.send(backup, place, JobContext())


def stored(world: World, place: Place) -> set[str]:
    found = obstore.list(world.console.places._store(place), prefix=place.prefix).collect()
    return {str(one["path"]).rpartition("/")[2] for one in found}


def copies(world: World) -> list[Path]:
    return list(world.folders.state.rglob("*.sql.zst*"))


def settings(world: World, tenant: str) -> list[str]:
    return [str(key) for (key,) in world.write("SELECT setting_key FROM feature_settings", database=world.name(tenant))]


def test_a_backup_is_listed_proved_and_restored_from_a_place(world: World) -> None:
    tenant, _ = world.provisioned()
    placed, place = world.console.placed_backups, Place("backups", f"whole-{tenant}")
    world.write(PUT, "core", "kept", '"1"', database=world.name(tenant))
    url = sent(world, tenant, place)
    world.write(PUT, "core", "lost", '"1"', database=world.name(tenant))
    for local in world.console.backups.list(tenant):
        backup_files.remove(local)

    (found,) = placed.list(place, tenant)
    assert (found.where, found.tenant, found.verified_at) == (url, tenant, None)
    assert placed.list(place, "987654321") == ()
    assert placed.verify(found, JobContext(), quick=True).ok
    assert placed.verify(found, JobContext()).ok
    proved = placed.get(url)
    assert proved.verified_at is not None, "the proof lies there, too"
    plan = world.console.restores.plan(placed.prepared(proved), tenant)
    assert copies(world) == [], "a plan brings no dump"
    with pytest.raises(Refused):
        placed.restore(plan, "something else", JobContext())
    placed.restore(plan, world.name(tenant), JobContext())

    assert settings(world, tenant) == ["kept"]
    assert copies(world) == [], "nothing is left on the way"
    assert world.console.audit.verify().ok


def test_one_table_comes_back_from_a_place_and_the_rest_stays(file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    placed, place = file_world.console.placed_backups, Place("backups", f"part-{tenant}")
    file_world.write(PUT, "core", "kept", '"1"', database=file_world.name(tenant))
    url = sent(file_world, tenant, place)
    file_world.write("DELETE FROM feature_settings", database=file_world.name(tenant))

    plan = file_world.console.part_restores.plan(placed.prepared(placed.get(url)), tenant, Piece("feature_settings"))
    placed.restore(plan, file_world.name(tenant), JobContext())

    assert settings(file_world, tenant) == ["kept"]
    assert copies(file_world) == []


def test_an_encrypted_one_is_planned_with_its_beginning_and_restored_with_its_key(file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    placed, place = file_world.console.placed_backups, Place("backups", f"sealed-{tenant}")
    found = placed.get(sent(file_world, tenant, place, seal=True))

    plan = file_world.console.restores.plan(placed.prepared(found), tenant)
    placed.restore(plan, file_world.name(tenant), JobContext())

    file_world.console.backups.keys._trials.clear()
    with pytest.raises(ConsoleError) as caught:
        file_world.console.restores.plan(placed.prepared(found), tenant)
    assert caught.value.code in ("no_key", "wrong_key")


def test_what_is_damaged_there_is_neither_proved_nor_restored(file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    placed, place = file_world.console.placed_backups, Place("backups", f"damaged-{tenant}")
    found = placed.get(sent(file_world, tenant, place))
    store, key = file_world.console.places._store(place), place.key(found.where.rpartition("/")[2])
    whole = bytes(obstore.get(store, key).bytes())
    plan = file_world.console.restores.plan(placed.prepared(found), tenant)
    obstore.put(store, key, whole[:-1] + bytes([whole[-1] ^ 1]))

    assert not placed.verify(found, JobContext(), quick=True).ok
    assert not placed.verify(found, JobContext()).ok
    with pytest.raises(Corrupt):
        placed.restore(plan, file_world.name(tenant), JobContext())
    obstore.put(store, key, whole[:-1])
    assert placed.list(place) == (), "what is not whole is no backup"
    with pytest.raises(NotFound):
        placed.get(found.where)
    obstore.put(store, place.key("x-20261122T000000Z.manifest.json"), b"{" * 1000)
    obstore.put(store, place.key("..%2f..%2fx.manifest.json"), b"{}")
    assert placed.list(place) == ()
    with pytest.raises(WrongUsage):
        placed.get("s3://backups/../x.sql.zst")
    assert copies(file_world) == []


def test_a_restore_that_was_cut_off_finds_its_copy_and_goes_on(file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    placed, place = file_world.console.placed_backups, Place("backups", f"cut-{tenant}")
    file_world.write(PUT, "core", "kept", '"1"', database=file_world.name(tenant))
    copy = placed.prepared(placed.get(sent(file_world, tenant, place)))
    file_world.write(PUT, "core", "lost", '"1"', database=file_world.name(tenant))
    plan = file_world.console.restores.plan(copy, tenant)
    placed.bring(copy, JobContext())

    assert killed_at(
        "backup.restore.before.compare", lambda: placed.restore(plan, file_world.name(tenant), JobContext())
    )

    assert [path.name for path in copies(file_world)] == [copy.path.name]
    (left,) = file_world.console.operations.list(open_only=True)
    file_world.console.operations.resume(left.id, JobContext())
    assert settings(file_world, tenant) == ["kept"]


def test_a_place_is_pruned_by_the_same_rule_and_never_of_its_last_proved_backup(file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    retention, placed = file_world.console.retention, file_world.console.placed_backups
    place = Place("backups", f"pruned-{tenant}")
    old = sent(file_world, tenant, place, days=9)
    proved = sent(file_world, tenant, place, days=5, proved=True)
    new = sent(file_world, tenant, place, days=1)

    plan = retention.plan(policy=ONE, place=place)

    assert [backup.where for backup in plan.removed] == [old]
    done = retention.prune(plan, JobContext())
    assert [backup.where for backup in done.removed] == [old]
    assert {backup.where for backup in placed.list(place)} == {proved, new}
    left = {
        name.removesuffix(".manifest.json") for name in stored(file_world, place) if name.endswith(".manifest.json")
    }
    assert left == {Path(url).name.removesuffix(".sql.zst") for url in (proved, new)}
    assert Path(old).name not in stored(file_world, place)
    _, (event, *_) = file_world.console.audit.events(action="backup.prune", limit=1)
    assert old in str(event.before)
    assert len(file_world.console.backups.list(tenant)) == 3, "this machine's own folder is another matter"


def test_what_another_masters_server_made_is_never_pruned(file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    place = Place("backups", f"foreign-{tenant}")
    for days in (9, 1):
        sent(file_world, tenant, place, days=days, server="another")

    plan = file_world.console.retention.plan(policy=ONE, place=place)

    assert plan.removed == ()
    assert {one.reasons for one in plan.keepings} == {("it is of a server that this connection does not have",)}


def test_places_are_remembered_and_tried_out(file_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    places, place = file_world.console.places, Place("backups", "tried")

    places.try_out(place)

    assert stored(file_world, place) == set()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(Refused, match="credentials"):
        places.try_out(place)
    assert places.saved() == ()

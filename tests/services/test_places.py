"""Places: backups in storage that speaks S3, against a real server of it: whole, compared, and never half."""

from __future__ import annotations

from pathlib import Path

import obstore
import pytest

from pagevoo_console.domain.errors import ConsoleError, Corrupt, Failed, NotFound, Refused, Unreachable, WrongUsage
from pagevoo_console.services.encryption import new_identity
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.places import Place, Places, read_place
from pagevoo_console.services.settings import Settings
from tests.masters import SqliteFolder
from tests.servers import free_port
from tests.services.platform_world import World, folders_in, make_world

PLACE = Place("backups", "pagevoo/nightly")


@pytest.fixture
def places(storage_credentials: str) -> Places:
    return Places()


@pytest.fixture
def file_world(tmp_path: Path, pagevoo_home: Path) -> World:
    folder = tmp_path / "masters"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


def names(places: Places, place: Place = PLACE) -> list[str]:
    found = obstore.list(places._store(place), prefix=place.prefix).collect()
    return sorted(str(one["path"]).rpartition("/")[2] for one in found)


def test_a_backup_goes_there_and_comes_back_the_same(places: Places, file_world: World, tmp_path: Path) -> None:
    tenant, _ = file_world.provisioned()
    backups = file_world.console.backups
    made = backups.create(tenant, JobContext(), sealing=backups.keys.sealing([new_identity()[0]]))
    manifest = made.manifest_path or made.path

    url = places.send(made, PLACE, JobContext())
    assert places.send(made, PLACE, JobContext()) == url, "sent twice is sent once"

    assert url == f"s3://backups/pagevoo/nightly/{made.path.name}"
    assert {made.path.name, manifest.name} <= set(names(places))
    fetched = places.fetch(PLACE, made.path.name, tmp_path / "home", JobContext())
    assert (fetched.id, fetched.sha256, fetched.path.read_bytes()) == (made.id, made.sha256, made.path.read_bytes())
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == sorted([made.path.name, manifest.name])
    assert backups.verify(fetched, JobContext()).ok


def test_what_was_changed_there_is_not_taken_for_a_backup(places: Places, file_world: World, tmp_path: Path) -> None:
    tenant, _ = file_world.provisioned()
    made = file_world.console.backups.create(tenant, JobContext())
    place = Place("backups", f"changed-{tenant}")
    places.send(made, place, JobContext())
    whole = made.path.read_bytes()
    for damaged in (whole[:-1], whole[:-1] + b"x", whole + b"x"):
        obstore.put(places._store(place), place.key(made.path.name), damaged)

        with pytest.raises(Corrupt):
            places.fetch(place, made.path.name, tmp_path / "home", JobContext())
        with pytest.raises(Failed, match="is not what was sent"):
            places.send(made, place, JobContext())
    assert list((tmp_path / "home").iterdir()) == []
    with pytest.raises(NotFound):
        places.fetch(place, "other.sql.zst", tmp_path / "home", JobContext())


def test_stopped_before_the_manifest_nothing_there_is_a_backup(places: Places, file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    made = file_world.console.backups.create(tenant, JobContext())
    place = Place("backups", f"stopped-{tenant}")
    job = JobContext(on_progress=lambda progress: job.cancel() if progress.title.startswith("Reading") else None)

    with pytest.raises(ConsoleError, match="Cancelled"):
        places.send(made, place, job)

    assert names(places, place) == [made.path.name]
    assert places.send(made, place, JobContext()), "sent again it is whole"
    assert len(names(places, place)) == 2


def test_what_cannot_be_reached_is_told(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConsoleError):
        places.ensure_usable(Place("nowhere-at-all"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        places.ensure_usable(PLACE)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://storage.example")
    with pytest.raises(WrongUsage, match="not protected"):
        places.ensure_usable(PLACE)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(Refused) as caught:
        places.ensure_usable(PLACE)
    assert caught.value.code == "no_credentials"


def test_a_forgotten_bucket_takes_its_places_with_it(file_world: World) -> None:
    settings = Settings(file_world.folders)
    settings.change(backup_places=("s3://backups/a", "s3://backups/b", "s3://others", "s3://others/c"))
    places = Places(settings=settings)

    places.forget(Place("others"))
    assert [place.address for place in places.saved()] == ["s3://backups/a", "s3://backups/b", "s3://others/c"]
    places.forget(Place("backups"))
    assert [place.address for place in places.saved()] == ["s3://others/c"]
    places.forget(Place("nowhere", "x"))
    assert [place.address for place in places.saved()] == ["s3://others/c"]


def test_a_place_is_read_strictly() -> None:
    assert read_place("s3://backups/a/b/") == Place("backups", "a/b")
    assert read_place("s3://backups") == Place("backups")
    for url in (
        "s3://",
        "s3:///a",
        "ftp://backups/a",
        "s3://UPPER/a",
        "s3://key:secret@backups/a",
        "s3://backups/../x",
    ):
        with pytest.raises(WrongUsage):
            read_place(url)

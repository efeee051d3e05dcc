"""Places for backups beyond a folder: storage that speaks S3. What was sent is read back, and the manifest goes last.

A dump without its manifest is no backup there either, so that a cut cable leaves nothing that could be taken for one.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore import exceptions
from obstore.store import S3Store

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import Corrupt, Failed, NotFound, Refused, Unreachable, WrongUsage
from pagevoo_console.domain.place import Place as Place
from pagevoo_console.domain.place import PlaceFacts
from pagevoo_console.domain.place import is_place as is_place
from pagevoo_console.domain.place import read_place as read_place
from pagevoo_console.services import backup_files as files
from pagevoo_console.services.dump_writer import telling_about
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.keyring_access import KeyringAccess, NoKeyring
from pagevoo_console.services.part_files import PartKind, holding, new_part
from pagevoo_console.services.secrets import Secret
from pagevoo_console.services.settings import Settings
from pagevoo_console.services.values import as_time

SERVICE = "pagevoo-console:place"
_CHUNK = 8 * 1024 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class PlaceAccess:
    """How a place is reached. `endpoint` is empty for Amazon's own."""

    access_key: str
    secret: Secret
    endpoint: str = ""
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in a place. `tag` changes whenever its content does."""

    name: str
    size_bytes: int
    tag: str


class Places:
    """Sends backups to storage and fetches them from there. Safe to call from any thread.

    `settings` remember which places there are; without them every place has to be named.
    """

    def __init__(self, keyring: KeyringAccess | None = None, settings: Settings | None = None) -> None:
        self._keyring = keyring or KeyringAccess()
        self._settings = settings

    # --- which there are --------------------------------------------------------------------------------------------

    def saved(self) -> tuple[Place, ...]:
        """The places that were kept, in the order in which they were."""
        if self._settings is None:
            return ()
        return tuple(read_place(url) for url in self._settings.load().preferences.backup_places)

    def facts(self) -> tuple[PlaceFacts, ...]:
        """The saved places with what the keyring holds for each; nothing secret. Asks the keyring, which may block."""
        found = []
        for place in self.saved():
            try:
                access = self._of_keyring(place)
            except Refused:
                access = None
            if access is None:
                found.append(PlaceFacts(place))
            else:
                found.append(PlaceFacts(place, access.access_key, access.endpoint, access.region))
        return tuple(found)

    def _remember(self, change: Callable[[tuple[str, ...]], Iterable[str]]) -> None:
        if self._settings is not None:
            before = self._settings.load().preferences.backup_places
            self._settings.change(backup_places=tuple(dict.fromkeys(change(before))))

    # --- credentials ------------------------------------------------------------------------------------------------

    def keep(self, place: Place, access: PlaceAccess) -> None:
        """Put the credentials into the keyring. Raises Refused where there is none, WrongUsage for a bad endpoint."""
        ensure_protected(access.endpoint)
        kept = {
            "access_key": access.access_key, "secret": access.secret.reveal(), "endpoint": access.endpoint,
            "region": access.region,
        }  # fmt: skip
        self._keyring.set(SERVICE, place.name, json.dumps(kept))
        self._remember(lambda urls: (*urls, place.address))

    def forget(self, place: Place) -> None:
        """Forget a place, and its credentials with the last place of its bucket. What lies there stays.

        A bucket that is no saved place itself stands for all those in it.
        """
        saved = self.saved()
        gone = {place.address}
        if place not in saved and not place.prefix:
            gone = {other.address for other in saved if other.name == place.name}
        self._remember(lambda urls: (url for url in urls if url not in gone))
        if all(other.name != place.name for other in self.saved()):
            self._keyring.delete(SERVICE, place.name)

    def access(self, place: Place) -> PlaceAccess:
        """The credentials: the keyring's, or those of `AWS_…`. Raises Refused where nobody knows any."""
        try:
            known = self._of_keyring(place)
        except NoKeyring:
            known = None
        if known is not None:
            return known
        key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if not key or not secret:
            raise Refused(
                f"Nobody knows the credentials of {place.name}",
                code="no_credentials",
                hint="`backup place add` puts them into the keyring; AWS_ACCESS_KEY_ID and its secret work, too.",
            )
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
        return PlaceAccess(key, Secret(secret), endpoint, os.environ.get("AWS_REGION", "us-east-1"))

    def _of_keyring(self, place: Place) -> PlaceAccess | None:
        text = self._keyring.get(SERVICE, place.name)
        if text is None:
            return None
        kept = json.loads(text)
        return PlaceAccess(kept["access_key"], Secret(kept["secret"]), kept["endpoint"], kept["region"])

    def try_out(self, place: Place, access: PlaceAccess | None = None) -> None:
        """Write a small file there, read it back and remove it, by these credentials or the known ones.

        Raises Refused, Unreachable, NotFound or Failed with what did not work.
        """
        store = self._store(place, access)
        key, content = place.key(f".pagevoo-{secrets.token_hex(8)}.try"), secrets.token_bytes(64)
        with _explained(place):
            obstore.put(store, key, content, mode="create")
            try:
                came_back = bytes(obstore.get(store, key).bytes())
            finally:
                obstore.delete(store, key)
        if came_back != content:
            raise Failed(f"{place.address} gave back something else than was written", code="upload_mismatch")

    # --- sending ----------------------------------------------------------------------------------------------------

    def ensure_usable(self, place: Place) -> None:
        """Raise Refused, Unreachable or NotFound now rather than after the dump. Reads only."""
        with _explained(place):
            next(iter(obstore.list(self._store(place), prefix=place.prefix or None, chunk_size=1)), None)

    def send(self, backup: Backup, place: Place, job: JobContext) -> str:
        """Copy a backup there and read it back; returns the dump's URL. The one here stays.

        A name that is taken by the same content is that content already sent; by another it is Refused.
        """
        manifest = backup.manifest_path or files.manifest_of(backup.path)
        files.ensure_intact(backup)
        store = self._store(place)
        for path in (backup.path, manifest):
            job.progress(f"Sending {path.name}")
            with telling_about(path):
                wanted = files.sha256_of(path)
                with _explained(place), path.open("rb") as file:
                    try:
                        obstore.put(store, place.key(path.name), file, mode="create", chunk_size=_CHUNK)
                    except exceptions.AlreadyExistsError:
                        job.line(f"{place.url(path.name)} is there already")
            job.progress(f"Reading {path.name} back")
            if self._sha256(store, place, path.name, job) != wanted:
                raise Failed(
                    f"What lies at {place.url(path.name)} is not what was sent",
                    code="upload_mismatch",
                    hint="The backup here is whole. Send it again under another prefix.",
                )
        self.send_proof(backup, place)
        return place.url(backup.path.name)

    def send_proof(self, backup: Backup, place: Place) -> None:
        """Copy the proof that lies beside a backup there, if one does; a newer one takes the place of an older."""
        proof = files.proof_of(backup.manifest_path or files.manifest_of(backup.path))
        with telling_about(proof), suppress(FileNotFoundError):
            content = proof.read_bytes()
            with _explained(place):
                obstore.put(self._store(place), place.key(proof.name), content)

    # --- looking ----------------------------------------------------------------------------------------------------

    def stored(self, place: Place) -> dict[str, StoredFile]:
        """What lies directly in a place, by its name."""
        with _explained(place):
            found = obstore.list_with_delimiter(self._store(place), prefix=place.prefix or None)["objects"]
        stored = {}
        for one in found:
            name = str(one["path"]).rpartition("/")[2]
            stored[name] = StoredFile(name, int(one["size"]), str(one["e_tag"] or one["last_modified"]))
        return stored

    def content(self, place: Place, name: str, most: int) -> bytes:
        """A small file, whole. Raises NotFound, or Corrupt where it is larger than `most` bytes."""
        data = bytearray()
        for chunk in self._chunks(self._store(place), place, name):
            data += chunk
            if len(data) > most:
                raise Corrupt(f"{place.url(name)} is too large to be what it claims")
        return bytes(data)

    def beginning(self, place: Place, name: str, size_bytes: int) -> bytes:
        """The first bytes of a file, or all of it where it is shorter."""
        with _explained(place):
            return bytes(obstore.get_range(self._store(place), place.key(name), start=0, length=size_bytes))

    def sha256(self, place: Place, name: str, job: JobContext) -> str:
        """What a file there hashes to, read in full. Raises NotFound."""
        return self._sha256(self._store(place), place, name, job)

    def remove(self, place: Place, names: Sequence[str]) -> None:
        """Take files away, one after the other in this order; what is gone already counts as removed."""
        store = self._store(place)
        for name in names:
            with _explained(place):
                obstore.delete(store, place.key(name))

    # --- fetching ---------------------------------------------------------------------------------------------------

    def fetch(self, place: Place, name: str, directory: Path, job: JobContext) -> Backup:
        """Copy a backup from there into a folder, compared with its manifest. Raises NotFound or Corrupt."""
        store = self._store(place)
        manifest_name = files.manifest_of(Path(name)).name
        with telling_about(directory):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = new_part(directory, PartKind.DUMP)
        pending = Path(f"{part}.manifest")
        with holding(part), telling_about(directory):
            try:
                self._copy(store, place, manifest_name, pending, job, files.MAX_MANIFEST_BYTES)
                manifest = files.read_manifest(pending)
                entry = manifest.files[0]
                digest = self._copy(store, place, entry.name, part, job, entry.size_bytes)
                if digest != entry.sha256:
                    raise Corrupt(
                        f"{place.url(entry.name)} is not the file that was backed up", code="checksum_mismatch"
                    )
                moment = as_time(manifest.created_at)
                assert moment is not None, "read_manifest has looked"
                return files.describe(files.publish(directory, part, entry, manifest, moment))
            finally:
                part.unlink(missing_ok=True)
                pending.unlink(missing_ok=True)

    def download(self, place: Place, name: str, target: Path, size_bytes: int, job: JobContext) -> str:
        """Copy a file into a new one of the owner's alone; returns its SHA-256. Raises Corrupt where it is longer."""
        with telling_about(target):
            return self._copy(self._store(place), place, name, target, job, size_bytes)

    def _copy(self, store: S3Store, place: Place, name: str, target: Path, job: JobContext, most: int) -> str:
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in self._chunks(store, place, name):
                job.progress(f"Fetching {name}", size, most, "bytes")
                size += len(chunk)
                if size > most:
                    raise Corrupt(f"{place.url(name)} is larger than it should be")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(descriptor)
        return digest.hexdigest()

    def _sha256(self, store: S3Store, place: Place, name: str, job: JobContext) -> str:
        digest = hashlib.sha256()
        for chunk in self._chunks(store, place, name):
            job.check()
            digest.update(chunk)
        return digest.hexdigest()

    def _chunks(self, store: S3Store, place: Place, name: str) -> Iterator[bytes]:
        with _explained(place):
            for chunk in obstore.get(store, place.key(name)).stream(min_chunk_size=_CHUNK):
                yield bytes(chunk)

    def _store(self, place: Place, access: PlaceAccess | None = None) -> S3Store:
        access = access or self.access(place)
        ensure_protected(access.endpoint)
        options: dict[str, Any] = {"endpoint": access.endpoint} if access.endpoint else {}
        return S3Store(
            place.bucket,
            access_key_id=access.access_key,
            secret_access_key=access.secret.reveal(),
            region=access.region,
            client_options={"allow_http": access.endpoint.startswith("http://"), "timeout": "120s"},
            retry_config={"max_retries": 2},
            **options,
        )


def ensure_protected(endpoint: str) -> None:
    """Raise WrongUsage unless credentials sent there are seen by nobody else: https, or a loopback address."""
    parts = urlsplit(endpoint)
    if parts.username or parts.password:
        raise WrongUsage("An endpoint holds no password", code="password_in_url")
    if endpoint and (parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise WrongUsage(f"{endpoint!r} is not protected", hint="Write it with https://.")


@contextmanager
def _explained(place: Place) -> Iterator[None]:
    """The library's errors as ours. Their own words may hold addresses, never the secret."""
    try:
        yield
    except exceptions.NotFoundError as error:
        raise NotFound(f"There is no such thing in {place.name}", hint="Check bucket and name.") from error
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise Refused(f"{place.name} does not let these credentials in", code="access_denied") from error
    except exceptions.AlreadyExistsError:
        raise
    except exceptions.BaseError as error:
        first = str(error).strip().partition("\n")[0][:200]
        raise Unreachable(f"{place.name}: {first}", hint="Check the endpoint and the network.") from error

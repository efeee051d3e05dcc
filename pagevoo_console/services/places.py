"""Places for backups beyond a folder: storage that speaks S3. What was sent is read back, and the manifest goes last.

A dump without its manifest is no backup there either, so that a cut cable leaves nothing that could be taken for one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore import exceptions
from obstore.store import S3Store

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import Corrupt, Failed, NotFound, Refused, Unreachable, WrongUsage
from pagevoo_console.services import backup_files as files
from pagevoo_console.services.dump_writer import telling_about
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.keyring_access import KeyringAccess, NoKeyring
from pagevoo_console.services.part_files import PartKind, holding, new_part
from pagevoo_console.services.secrets import Secret
from pagevoo_console.services.values import as_time

SERVICE = "pagevoo-console:place"
SCHEME = "s3://"
_CHUNK = 8 * 1024 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket and what the keys in it begin with."""

    bucket: str
    prefix: str = ""

    @property
    def name(self) -> str:
        """What its credentials are kept under."""
        return f"{SCHEME}{self.bucket}"

    def key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    def url(self, name: str) -> str:
        return f"{self.name}/{self.key(name)}"


@dataclass(frozen=True, slots=True)
class PlaceAccess:
    """How a place is reached. `endpoint` is empty for Amazon's own."""

    access_key: str
    secret: Secret
    endpoint: str = ""
    region: str = "us-east-1"


class Places:
    """Sends backups to storage and fetches them from there. Safe to call from any thread."""

    def __init__(self, keyring: KeyringAccess | None = None) -> None:
        self._keyring = keyring or KeyringAccess()

    # --- credentials ------------------------------------------------------------------------------------------------

    def keep(self, place: Place, access: PlaceAccess) -> None:
        """Put the credentials into the keyring. Raises Refused where there is none, WrongUsage for a bad endpoint."""
        _ensure_protected(access.endpoint)
        kept = {
            "access_key": access.access_key, "secret": access.secret.reveal(), "endpoint": access.endpoint,
            "region": access.region,
        }  # fmt: skip
        self._keyring.set(SERVICE, place.name, json.dumps(kept))

    def forget(self, place: Place) -> None:
        """Take the credentials out of the keyring. What lies there stays."""
        self._keyring.delete(SERVICE, place.name)

    def access(self, place: Place) -> PlaceAccess:
        """The credentials: the keyring's, or those of `AWS_…`. Raises Refused where nobody knows any."""
        try:
            text = self._keyring.get(SERVICE, place.name)
        except NoKeyring:
            text = None
        if text is not None:
            kept = json.loads(text)
            return PlaceAccess(kept["access_key"], Secret(kept["secret"]), kept["endpoint"], kept["region"])
        key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if not key or not secret:
            raise Refused(
                f"Nobody knows the credentials of {place.name}",
                code="no_credentials",
                hint="`backup place add` puts them into the keyring; AWS_ACCESS_KEY_ID and its secret work, too.",
            )
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
        return PlaceAccess(key, Secret(secret), endpoint, os.environ.get("AWS_REGION", "us-east-1"))

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
        return place.url(backup.path.name)

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

    def _copy(self, store: S3Store, place: Place, name: str, target: Path, job: JobContext, most: int) -> str:
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in self._chunks(store, place, name):
                job.progress(f"Fetching {name}", size, None, "bytes")
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

    def _store(self, place: Place) -> S3Store:
        access = self.access(place)
        _ensure_protected(access.endpoint)
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


def is_place(text: str) -> bool:
    """Whether a `--to` names storage and no folder."""
    return "://" in text


def read_place(url: str) -> Place:
    """A place as its URL says it: `s3://bucket/prefix`. Raises WrongUsage."""
    bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
    is_bucket = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket) is not None
    is_harmless = re.fullmatch(r"[A-Za-z0-9!_.*'()/ -]*", prefix) is not None and ".." not in prefix.split("/")
    if not (url.startswith(SCHEME) and is_bucket and is_harmless):
        raise WrongUsage(f"{url!r} is no place for backups", hint="It is written as s3://bucket or s3://bucket/prefix.")
    return Place(bucket, prefix.strip("/"))


def _ensure_protected(endpoint: str) -> None:
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

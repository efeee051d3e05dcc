"""Places for backups beyond this machine: storage that speaks S3, by its URL."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pagevoo_console.domain.errors import WrongUsage

SCHEME = "s3://"


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket and what the keys in it begin with."""

    bucket: str
    prefix: str = ""

    @property
    def name(self) -> str:
        """What its credentials are kept under."""
        return f"{SCHEME}{self.bucket}"

    @property
    def address(self) -> str:
        """Its own URL: `s3://bucket/prefix`."""
        return f"{self.name}/{self.prefix}" if self.prefix else self.name

    def key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    def url(self, name: str) -> str:
        return f"{self.name}/{self.key(name)}"


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What is known of a saved place. `access_key` is empty where the keyring holds no credentials for it."""

    place: Place
    access_key: str = ""
    endpoint: str = ""
    region: str = ""


def is_place(text: str) -> bool:
    """Whether a text names storage and no folder."""
    return "://" in text


def read_place(url: str) -> Place:
    """A place as its URL says it: `s3://bucket/prefix`. Raises WrongUsage."""
    bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
    is_bucket = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket) is not None
    is_harmless = re.fullmatch(r"[A-Za-z0-9!_.*'()/ -]*", prefix) is not None and ".." not in prefix.split("/")
    if not (url.startswith(SCHEME) and is_bucket and is_harmless):
        raise WrongUsage(f"{url!r} is no place for backups", hint="It is written as s3://bucket or s3://bucket/prefix.")
    return Place(bucket, prefix.strip("/"))


def read_placed(url: str) -> tuple[Place, str]:
    """The place and the file's name of a backup there: `s3://bucket/prefix/NAME.sql.zst`. Raises WrongUsage."""
    folder, _, name = url.rpartition("/")
    return read_place(folder), name

"""A faithful dump of one database, made to be restored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pagevoo_console.domain.encryption import SealFacts

MANIFEST_FORMAT = 2
PLAIN_FORMAT = 1
"""What a manifest in clear says: an older console reads it as ever, and refuses one whose file it could not open."""


@dataclass(frozen=True, slots=True)
class TableContent:
    """One table's content: how many rows, and a checksum that their order does not change and duplicates do."""

    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class DumpFacts:
    """What a finished dump says of itself.

    `consistent` is False where tables were read outside the snapshot; `losses` names what could not be represented.
    `fingerprint` is the schema's, equal at start and end or the dump would have failed. `others` is what holds content
    without being a table (large objects, positions of sequences), by what the engine calls it.
    """

    tables: dict[str, TableContent]
    fingerprint: str
    character_set: str = ""
    collation: str = ""
    consistent: bool = True
    inconsistencies: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    objects: dict[str, int] = field(default_factory=dict)
    others: dict[str, TableContent] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a backup as the manifest lists it."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What is true of a backup; without it there is no backup. Written last, read strictly.

    `checksum` is the SHA-256 of the manifest's own canonical JSON without this field, and without `seal` where the file
    is not encrypted. `audit_head` is the hash of the newest entry of the trail, `audit_seq` its number, `audit_trail`
    the hash of the first: a tail that is cut off later is missed by whoever compares.
    """

    format: int
    id: str
    console_version: str
    platform: str
    tenant: str
    database: str
    generation: str
    engine: str
    server: str
    server_identity: str
    server_version: str
    character_set: str
    collation: str
    created_at: str
    features: dict[str, str]
    tables: dict[str, TableContent]
    fingerprint: str
    consistent: bool
    inconsistencies: tuple[str, ...]
    losses: tuple[str, ...]
    objects: dict[str, int]
    files: tuple[FileEntry, ...]
    audit_head: str = ""
    checksum: str = ""
    seal: SealFacts | None = None
    others: dict[str, TableContent] = field(default_factory=dict)
    audit_seq: int = 0
    audit_trail: str = ""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in the catalogue. `verified_at` is None until it has been restored and compared.

    `place` is the URL of its dump where that lies in storage; `path` is then where a copy of it is, or would be.
    """

    id: str
    tenant: str
    database: str
    generation: str
    path: Path
    size_bytes: int
    created_at: datetime
    sha256: str
    encrypted: bool
    verified_at: datetime | None
    tables: dict[str, int]
    engine: str = ""
    manifest_path: Path | None = None
    seal: SealFacts | None = None
    server_identity: str = ""
    place: str = ""

    @property
    def where(self) -> str:
        """Where its dump lies: a path, or a URL."""
        return self.place or str(self.path)


@dataclass(frozen=True, slots=True)
class TableVerdict:
    """One table of a verification: its rows in the copy and whether they are what the manifest says."""

    name: str
    rows: int | None
    matches: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """A backup was restored and compared; a file of its own beside it.

    `manifest` is the manifest's checksum, `checksum` the proof's own, made like the manifest's.
    """

    backup: str
    manifest: str
    verified_at: str
    console_version: str
    server_version: str
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found. `quick` when checksums alone were compared."""

    ok: bool
    quick: bool
    tables: tuple[TableVerdict, ...]
    problems: tuple[str, ...] = ()
    verified_at: datetime | None = None

"""What a dump that another tool made would do, found without carrying any of it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class XrayTopic(StrEnum):
    """What a finding is about."""

    LEAVES = "leaves_database"
    """It speaks of another database than the tenant's: USE, CREATE or DROP DATABASE, qualified names."""
    CLIENT = "client_command"
    ACCOUNTS = "accounts"
    """Privileges, owners, definers, users and roles."""
    SERVER = "server"
    """Settings of the server, replication, plugins, files of the server."""
    COLLATION = "collation"
    STORAGE = "storage"
    """Table engines, folders and table spaces."""
    HIDDEN = "executable_comment"
    VALUES = "values"
    """SQL modes and zero dates: what decides whether values come in as they are."""
    SIZE = "size"
    """A statement larger than the server takes, or more than the tenant's tier has room for."""
    COLLISION = "collision"
    PLATFORM = "platform"
    """The platform's own tables in a tenant's database, and what their absence means."""
    EXTENSION = "extension"
    EVENT = "event"
    WHOLE = "whole"
    """Whether the file is all there."""


class Treatment(StrEnum):
    """What the import does about a finding. One that is `REFUSED` means that nothing of the file is imported."""

    KEPT = "kept"
    REPLACED = "replaced"
    """It is live, and goes where a restore puts what it replaces."""
    REWRITTEN = "rewritten"
    LEFT_OUT = "left_out"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class XrayFinding:
    """One thing worth knowing: where it first stands, in what words, how often, and what the import does about it."""

    topic: XrayTopic
    treatment: Treatment
    text: str
    line: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class DumpObject:
    """Something that the file makes. `rows` and `size_bytes` of a table are roughly what its rows are as SQL."""

    kind: str
    name: str
    line: int
    rows: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class DumpFile:
    """The file itself. `text_bytes` is its SQL without compression, and `sha256` is of that text."""

    path: str
    size_bytes: int
    compression: str
    text_bytes: int
    lines: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DumpXray:
    """What a file is, what it would make, and everything in it that is not simply loaded.

    `engine` is the kind of server that it is for; `tool` and the versions are what the file says of itself, empty where
    it does not. `databases` are the databases that it was made from or changes into.
    """

    file: DumpFile
    engine: str
    tool: str = ""
    tool_version: str = ""
    server_version: str = ""
    character_set: str = ""
    databases: tuple[str, ...] = ()
    statements: int = 0
    left_out: int = 0
    rewritten: int = 0
    objects: tuple[DumpObject, ...] = ()
    findings: tuple[XrayFinding, ...] = field(default=())

    def of_kind(self, kind: str) -> tuple[DumpObject, ...]:
        return tuple(one for one in self.objects if one.kind == kind)

    @property
    def rows(self) -> int:
        """About how many rows it holds."""
        return sum(one.rows for one in self.objects)

    @property
    def refusals(self) -> tuple[XrayFinding, ...]:
        """Why nothing of it can be imported; empty where it can."""
        return tuple(finding for finding in self.findings if finding.treatment is Treatment.REFUSED)

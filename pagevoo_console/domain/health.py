"""How a server stands: its limits, how much of them is used, and what its version is known for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KnownProblem:
    """A fact about a version, and what to do about it. `code` is a stable word."""

    code: str
    title: str
    advice: str


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What a server says of its limits. Bytes; None with `why_no_disk` where it does not tell. `clock` is in UTC."""

    charset: str
    collation: str
    is_collation_right: bool
    clock: datetime
    max_connections: int | None = None
    connections: int | None = None
    our_connections: int | None = None
    free_bytes: int | None = None
    why_no_disk: str = ""


@dataclass(frozen=True, slots=True)
class ServerHealth:
    """One server with everything that is known of how it stands; `problem` is why nothing is, where it is not reached.

    `databases` counts tenants' databases, `database_limit` is the platform's. `grant_statement` gives what is missing,
    to be run by whoever may; empty where nothing is. `clock_skew` is in seconds, positive where the server is ahead of
    this machine.
    """

    name: str
    engine: str
    address: str
    holds_tenants: bool
    problem: str = ""
    product: str = ""
    version: str = ""
    is_read_only: bool = False
    known_problems: tuple[KnownProblem, ...] = ()
    warnings: tuple[str, ...] = ()
    databases: int | None = None
    database_limit: int | None = None
    limits: ServerLimits | None = None
    privileges: dict[str, bool] = field(default_factory=dict, hash=False)
    missing_privileges: tuple[str, ...] = ()
    grant_statement: str = ""
    clock_skew: float | None = None

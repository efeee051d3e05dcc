"""Who did what to whom, when, from where, before and after, with what outcome."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GENESIS = "0" * 64
"""What the first entry of a trail follows."""


class Outcome(StrEnum):
    """`INTENT` is written before a change begins; an intent without an outcome is a change nobody saw the end of."""

    INTENT = "intent"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One entry of the trail. `hash` covers every other field and the entry before; both are hexadecimal SHA-256."""

    seq: int
    at: str
    actor: str
    host: str
    action: str
    tenant: str | None
    database: str | None
    outcome: Outcome
    operation: str | None
    before: str | None
    after: str | None
    detail: str | None
    version: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class TrailHead:
    """The newest entry of a trail as it was at some moment. `trail` is the hash of its first entry, which tells trails
    apart; all of it is empty, and `seq` 0, where there was no entry yet.
    """

    trail: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class TrailWitness:
    """Something outside of a trail that remembers one of its entries: what it is for people, and the entry.

    `is_ours` where it is certain that it speaks of this master's trail and of no other.
    """

    name: str
    head: TrailHead
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether the trail is whole. `first_bad` is the first sequence number that does not fit, None when all do.

    `witnesses` is how many manifests of backups remember an entry of this trail, and were compared with it.
    """

    ok: bool
    checked: int
    first_bad: int | None = None
    problem: str | None = None
    witnesses: int = 0

"""Where the registry and the servers contradict each other: what was seen, what it risks, and how it is mended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pagevoo_console.domain.operation import Step


class FindingKind(StrEnum):
    """One kind of contradiction each; a row or a database is in as few of them as tell what is wrong with it."""

    ORPHAN = "orphan"
    GHOST = "ghost"
    UNDEAD = "undead"
    SHARED = "shared"
    WRONG_OWNER = "wrong_owner"
    FOREIGN_NAME = "foreign_name"
    TWO_ACTIVE = "two_active"
    NO_SUCH_TENANT = "no_such_tenant"
    WEBSITE_OF_ANOTHER = "website_of_another"
    PUBLISHED_WITHOUT_DATABASE = "published_without_database"
    WILDCARD_GRANT = "wildcard_grant"
    STALE_GRANT = "stale_grant"
    LEFTOVER = "leftover"
    TRASH_MISSING = "trash_missing"
    WRONG_INDEX = "wrong_index"
    WRONG_CHARSET = "wrong_charset"


class RepairAction(StrEnum):
    """What a repair does. `BY_HAND` ones are told and never carried out: the platform's own tables are not altered."""

    CHANGE_REGISTRY = "change_registry"
    ADOPT = "adopt"
    RETIRE = "retire"
    DROP_LEFTOVER = "drop_leftover"
    CHANGE_GRANT = "change_grant"
    CHANGE_CHARSET = "change_charset"
    DROP_ACCOUNT = "drop_account"
    CLOSE_RECORD = "close_record"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Remedy:
    """How a finding is mended. `is_destructive`: a tenant's data is dropped, after a proved backup.

    `is_choice`: the facts do not say which of several repairs is right, so somebody has to ask for it. `data` is all
    that carrying it out needs, as JSON.
    """

    action: RepairAction
    title: str
    steps: tuple[Step, ...]
    data: dict[str, Any] = field(hash=False)
    is_destructive: bool = False
    is_reversible: bool = True
    is_choice: bool = False

    @property
    def is_automatic(self) -> bool:
        """Whether it may be carried out without being asked for by its id."""
        return not (self.is_destructive or self.is_choice or self.action is RepairAction.BY_HAND)


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction. `id` is stable: the same contradiction has it again tomorrow.

    `target` is what nobody else may work on meanwhile: the tenant, or `database:NAME` where there is none.
    """

    id: str
    kind: FindingKind
    tenant: str | None
    database: str | None
    server: str
    evidence: str
    risk: str
    repair: Remedy

    @property
    def target(self) -> str:
        return self.tenant or f"database:{self.database or self.server}"[:190]


@dataclass(frozen=True, slots=True)
class Findings:
    """A whole look. `at_work` are tenants left out because somebody works on them, `unreachable` servers with why."""

    findings: tuple[Finding, ...]
    at_work: tuple[str, ...] = ()
    unreachable: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind, kinds without any left out."""
        return dict(sorted(Counter(finding.kind.value for finding in self.findings).items()))

    def get(self, finding: str) -> Finding | None:
        return next((one for one in self.findings if one.id == finding), None)


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """How somebody wants a repair done. `retire`: remove an orphan that could be given back.

    `no_backup` needs a `reason`; `backup_to` is a folder, the default one where it is None. `grace_days` is how long
    what is removed can be had back, 0 not at all, None the usual time.
    """

    retire: bool = False
    backup_to: Path | None = None
    no_backup: bool = False
    reason: str = ""
    grace_days: int | None = None


@dataclass(frozen=True, slots=True)
class RepairResult:
    """What came of one repair; `problem` says why it did not happen, empty where it did."""

    finding: Finding
    operation: str | None
    problem: str = ""
    backup: str | None = None

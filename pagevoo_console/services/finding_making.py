"""Putting findings together: stable ids, and the repairs that more than one kind of finding has."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from pagevoo_console.domain.finding import Finding, FindingKind, Remedy, RepairAction
from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.text import visible

REGISTRY = "registry"
COMPARE = Step("compare", "Compare with the backup once more")
RECHECK = Step("recheck", "Look again whether it is still so")
_SHOWN = 80


def found(
    kind: FindingKind,
    subject: str,
    *,
    tenant: str | None,
    database: str | None,
    server: str,
    evidence: str,
    risk: str,
    repair: Remedy,
) -> Finding:
    """A finding about this subject: a row's id, a website's, or a name on a server."""
    number = hashlib.sha256(f"{kind.value}\0{subject}".encode(errors="surrogatepass")).hexdigest()[:12]
    return Finding(number, kind, tenant, database, server, evidence, risk, repair)


def shown(text: str) -> str:
    """Data within a sentence: without what would hide or forge anything, and cut where it is long."""
    clean = visible(text)
    return clean if len(clean) <= _SHOWN else f"{clean[:_SHOWN]}…"


def retirement(
    database: str, marker: str | None, tenant: str, *, generation: str, changes: list[dict[str, Any]]
) -> Remedy:
    """Back up, prove, into the trash: what is done with a database that nobody owns and that cannot be given back.

    `generation` is the row that last named it, empty where none did.
    """
    steps = (
        RECHECK,
        Step("backup", f"Back up {database}"),
        Step("verify", "Restore the backup into a scratch database and compare every table"),
        Step("quiesce", f"Keep others out of {database}"),
        Step("trash", f"Put {database} into the trash"),
        COMPARE,
    )
    data = {"marker": marker, "tenant": tenant, "generation": generation, "changes": changes}
    return Remedy(
        RepairAction.RETIRE,
        f"Back up {database}, prove the backup, then put it into the trash",
        steps,
        data,
        is_destructive=True,
    )


def at_once(repair: Remedy, database: str) -> Remedy:
    """The same retirement without a way back: compared where it is, then dropped."""
    steps = tuple(step for step in repair.steps if step.name not in ("trash", "compare"))
    return replace(repair, steps=(*steps, COMPARE, Step("drop", f"Drop {database}", is_destructive=True)))

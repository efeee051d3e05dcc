"""How one kind of operation is carried out, and what it is handed while that is done."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sqlalchemy as sa

from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.server import Server
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.leases import Lease


@dataclass(slots=True)
class Run:
    """One operation as it is being carried out. `evidence` is saved with every step and is what a resume is handed.

    `session` is on the tenant's server, writable, and holds the tenant's lock.
    """

    operation: int
    kind: str
    tenant: str
    database: str
    server: Server
    epoch: int
    plan: dict[str, Any]
    job: JobContext
    session: sa.Connection
    evidence: dict[str, Any] = field(default_factory=dict)
    step: str = ""
    keep: Callable[[Run], None] = field(default=lambda run: None, repr=False)

    @property
    def lease(self) -> Lease:
        return Lease(self.operation, self.epoch)

    @property
    def steps_done(self) -> list[str]:
        return list(self.evidence.get("steps_done", ()))

    def save(self) -> None:
        """Keep the evidence gathered within a step, before the step goes on to what rests on it."""
        self.keep(self)


class Procedure(ABC):
    """How one kind of operation is carried out. Steps look before they act, so that doing one twice is safe."""

    kind: ClassVar[str]
    looks: ClassVar[frozenset[str]] = frozenset()
    """Steps that only look, for the next one to rest on: where that one comes after a crash, they look once more."""

    @abstractmethod
    def steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        """What will be done, in order, from the plan alone."""

    @abstractmethod
    def perform(self, step: str, run: Run) -> None:
        """Carry out one step; looks first whether it was done already."""

    @abstractmethod
    def finish(self, master: sa.Connection, run: Run) -> dict[str, Any]:
        """The last word, in one transaction with the operation's end; returns what the audit keeps as after."""

    @abstractmethod
    def has_changed(self, run: Run) -> bool:
        """Whether anything outside the console's own tables is not as it was before."""

    @abstractmethod
    def undo(self, run: Run) -> None:
        """Take back what was done. Raises Refused when it is too late for that."""

    def result(self, run: Run) -> Any:
        """What the caller is handed at the end."""
        return dict(run.evidence)

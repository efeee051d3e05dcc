"""Putting one database in the place of another that is live: backed up first, swapped, and kept in the trash."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from pagevoo_console.domain.errors import Corrupt, Failed, Refused, Unsupported, WrongUsage
from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.text import counted
from pagevoo_console.domain.trash import DEFAULT_GRACE_DAYS, LONGEST_GRACE_DAYS
from pagevoo_console.services.backups import Backups, compare
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Procedure, Run
from pagevoo_console.services.tenants import Tenants, ensure_same
from pagevoo_console.services.trash_moves import TRASH, TrashMoves, keep

DAMAGED = "damaged"
"""In the evidence: what is wrong with the live database, which is kept as it is instead of being backed up."""
SWAP = "swap_memo"
_SAFETY = "safety"


class Replacement(Procedure):
    """The steps that every replacement shares. Where what takes the live one's place comes from is a subclass's.

    `grace_days` in its plan says how long the replaced one stays in the trash; 0 drops it, which a backup has.
    """

    looks: ClassVar[frozenset[str]] = frozenset({"unwritten"})

    def __init__(
        self, master: Master, connections: Connections, tenants: Tenants, backups: Backups,
        before_reopening: Callable[[Run], None],
    ) -> None:  # fmt: skip
        self._master = master
        self._connections = connections
        self._tenants = tenants
        self._backups = backups
        self._moves = TrashMoves(master, connections)
        self._before_reopening = before_reopening

    @abstractmethod
    def staged(self, run: Run) -> str:
        """The database that takes the live one's place."""

    def safety_step(self, name: str) -> Step:
        return Step("safety", f"Back up what is in {name} now")

    def swap_steps(self, plan: dict[str, Any]) -> tuple[Step, ...]:
        """From keeping others out until what was replaced is where it belongs."""
        name, grace = plan["database"], grace_of(plan)
        last = f"Put what was replaced into the trash, where it stays for {counted(grace, 'day')}"
        return (
            Step("quiesce", f"Keep others out of {name}"),
            Step("unwritten", f"Make sure that nothing was written to {name} since it was backed up"),
            Step("swap", f"Put the restored database in the place of {name}", is_destructive=not grace),
            Step("reopen", f"Let people into {name} again"),
            Step("clean", last if grace else "Drop what was replaced", is_destructive=not grace),
        )

    def perform(self, step: str, run: Run) -> None:
        engine = self._connections.engine(run.server)
        match step:
            case "safety":
                with self._sparing(run):
                    self._back_up(run)
            case "quiesce":
                ensure_same(self._tenants, run)
                with self._sparing(run):
                    engine.quiesce(run.session, run.database)
            case "unwritten":
                if DAMAGED not in run.evidence and SWAP not in run.evidence:
                    self._ensure_unwritten(run)
            case "swap":
                self._swap(run)
            case "reopen":
                self._before_reopening(run)
                engine.unquiesce(run.session, run.database)
            case "clean":
                self._clean(run)
            case _:
                raise Failed(f"{run.kind} has no step {step!r}")

    def has_changed(self, run: Run) -> bool:
        return run.step not in ("", "safety")

    def ensure_not_swapped(self, run: Run) -> None:
        """Raise Refused (`too_late`) once the swap has begun."""
        if SWAP in run.evidence or {"reopen", "clean"} & {run.step, *run.steps_done}:
            raise Refused(
                "The databases may have been swapped already; resume the operation to finish it",
                code="too_late",
                hint=f"`operation resume {run.operation}`",
            )

    def settle(self, run: Run) -> dict[str, Any]:
        """Say in the evidence that what was replaced stays in the trash; returns where, for the audit."""
        told = run.evidence.get(TRASH)
        if told is None:
            return {}
        run.evidence[TRASH] = told = keep(told, grace_of(run.plan) or DEFAULT_GRACE_DAYS)
        return {"trash": told["name"], "purge_after": told["purge_after"]}

    @contextmanager
    def _sparing(self, run: Run) -> Iterator[None]:
        """Go on where the live database turns out to be damaged, and remember that it was: it is kept as it is."""
        try:
            yield
        except Corrupt as error:
            run.evidence[DAMAGED] = error.message
            run.job.line(f"{error.message}; it is kept as it is")

    def _back_up(self, run: Run) -> None:
        backup = self._backups.dump(ensure_same(self._tenants, run), run.job)
        run.evidence |= {
            _SAFETY: str(backup.path), "backup": backup.id, "backup_path": str(backup.path),
            "backup_sha256": backup.sha256,
        }  # fmt: skip

    def _ensure_unwritten(self, run: Run) -> None:
        located = ensure_same(self._tenants, run)
        manifest = self._backups.manifest(self._backups.get(run.evidence[_SAFETY]))
        with self._connections.open(run.server, run.database, read_timeout=None) as session:
            _, problems = compare(located.engine, session, manifest, run.job)
        if problems:
            self._back_up(run)

    def _swap(self, run: Run) -> None:
        """What is where is written down before anything moves."""
        engine = self._connections.engine(run.server)
        if SWAP not in run.evidence:
            ensure_same(self._tenants, run)
            run.evidence[SWAP] = engine.swap_memo(run.session, run.database, self.staged(run))
            if grace_of(run.plan) or DAMAGED in run.evidence:
                self._reserve(run)
            run.save()
        engine.swap(run.session, run.database, self.staged(run), _aside(run), run.evidence[SWAP])

    def _reserve(self, run: Run) -> None:
        try:
            run.evidence[TRASH] = self._moves.reserve(run)
        except Unsupported as error:
            run.job.line(f"What is replaced cannot go into the trash and is dropped, its backup has it: {error}")

    def _clean(self, run: Run) -> None:
        """Drop whatever is left of the staging, and what was replaced where it is not in the trash."""
        engine = self._connections.engine(run.server)
        engine.drop_database(run.session, self.staged(run))
        if TRASH not in run.evidence and DAMAGED not in run.evidence:
            engine.drop_database(run.session, _aside(run))


def ensure_grace(days: int | None) -> int:
    """How long that is, a week where nobody says. Raises WrongUsage for what is no grace period."""
    grace = DEFAULT_GRACE_DAYS if days is None else days
    if not 0 <= grace <= LONGEST_GRACE_DAYS:
        raise WrongUsage(f"--grace takes 0 to {LONGEST_GRACE_DAYS} days", hint="0 drops it at once.")
    return grace


def grace_of(plan: dict[str, Any]) -> int:
    """How many days what is replaced can be had back."""
    return int(plan.get("grace_days", DEFAULT_GRACE_DAYS))


def _aside(run: Run) -> str:
    """What the replaced one is called from the swap on."""
    return str(run.evidence.get(TRASH, {}).get("name") or f"pagevoo_aside_{run.operation}")

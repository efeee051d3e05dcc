"""Backing up many at once, and proving their backups: whom, how, the plan with its sizes, then one job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import EVERYTHING
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.fleet_backup import FleetPlan, FleetWork
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.fleet_backups.crowds import Crowd
from pagevoo_console.ui.fleet_backups.pages import BackupHowPage, Load, VerifyHowPage, WhomPage
from pagevoo_console.ui.fleet_backups.results import Again, tell, tenants_option, warnings_of
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.backup_target import BackupTarget
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.seal_choice import SealChoice, SealPage
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.tenant_names import names_of

if TYPE_CHECKING:
    from pagevoo_console.domain.backup import Backup
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.encryption import Sealing
    from pagevoo_console.services.jobs import JobContext
    from pagevoo_console.ui.kit.messages import Message


@dataclass(frozen=True, slots=True)
class BackupRun:
    """What was reviewed."""

    plan: FleetPlan
    target: BackupTarget
    sealing: Sealing | None
    prove: bool
    load: Load


@dataclass(frozen=True, slots=True)
class VerifyRun:
    """What was reviewed."""

    plan: FleetPlan
    quick: bool
    load: Load


class FleetBackupWizard(TaskWizard):
    """Leads to a backup of many. `chosen` are offered first; `query` is what the list of tenants shows.

    The job's result is a Message whose action tries the failed ones again through `again`.
    """

    def __init__(
        self, console: Console, runner: Runner, chosen: Sequence[str], query: TenantQuery, again: Again,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        self._console, self._again = console, again
        self.whom_page = WhomPage(console, runner, FleetWork.BACKUP, query, chosen)
        self.how_page = BackupHowPage(console, runner)
        self.seal_page = SealPage(console.backups.keys.usual)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("fleet_backups", "Back everybody up"),
            (self.whom_page, self.how_page, self.seal_page, self.review_page),
            self._task,
            verb=translate("fleet_backups", "Back up"),
            parent=parent,
        )

    def _review(self) -> Callable[[], Review]:
        crowd, how = self.whom_page.crowd, self.how_page
        assert crowd is not None
        return partial(
            review_of_backup, self._console, crowd, how.where.target, self.seal_page.choice, how.prove.isChecked(),
            how.anew.isChecked(), how.figures.load,
        )  # fmt: skip

    def _task(self) -> Task:
        assert self.review_page.review is not None
        run = cast("BackupRun", self.review_page.review.result)
        return Task(
            translate("fleet_backups", "Back up {count} databases").format(count=format.count(len(run.plan.tenants))),
            self._console.connection.master.name,
            partial(back_up, self._console, run, self._again),
            changes=lambda _message: EVERYTHING,
        )


class FleetVerifyWizard(TaskWizard):
    """Leads to a proof of many newest backups; otherwise as the other."""

    def __init__(
        self, console: Console, runner: Runner, chosen: Sequence[str], query: TenantQuery, again: Again,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        self._console, self._again = console, again
        self.whom_page = WhomPage(console, runner, FleetWork.VERIFY, query, chosen)
        self.how_page = VerifyHowPage()
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("fleet_backups", "Prove everybody's backup"),
            (self.whom_page, self.how_page, self.review_page),
            self._task,
            verb=translate("fleet_backups", "Prove"),
            parent=parent,
        )

    def _review(self) -> Callable[[], Review]:
        crowd, how = self.whom_page.crowd, self.how_page
        assert crowd is not None
        return partial(
            review_of_proof, self._console, crowd, how.again.isChecked(), how.quick.isChecked(), how.figures.load
        )

    def _task(self) -> Task:
        assert self.review_page.review is not None
        run = cast("VerifyRun", self.review_page.review.result)
        return Task(
            translate("fleet_backups", "Prove {count} backups").format(count=format.count(len(run.plan.tenants))),
            self._console.connection.master.name,
            partial(verify, self._console, run, self._again),
            changes=lambda _message: EVERYTHING,
        )


def review_of_backup(
    console: Console, crowd: Crowd, target: BackupTarget, seal: SealChoice, prove: bool, anew: bool, load: Load
) -> Review:
    """Whom a run would back up now, and what it takes. Blocks; asks the servers, and the place that copies go to."""
    sealing = seal.sealing(console.backups.keys)
    if target.place is not None:
        console.places.ensure_usable(target.place)
    plan = console.fleet_backups.plan(crowd.tenants, anew=anew)
    _ensure_some(plan)
    steps = [
        ReviewStep(
            translate("fleet_backups", "Dump each from one consistent snapshot of its own"),
            translate("fleet_backups", "{count} at a time").format(count=format.count(load.workers)),
            "database-backup",
        ),
        *seal.steps,
    ]
    if prove:
        steps.append(ReviewStep(translate("fleet_backups", "Restore each into a scratch database and compare"),
                                icon="shield-check"))  # fmt: skip
    if target.place is not None:
        title = translate("fleet_backups", "Send each to {place} and read it back")
        steps.append(ReviewStep(title.format(place=target.place.address), icon="upload"))
    steps.append(_last_step())
    where = (
        target.place.address if target.place else str(target.folder or translate("fleet_backups", "Each tenant's own"))
    )
    facts = [
        *_facts(console, plan, crowd, load),
        (translate("fleet_backups", "Where"), where),
        (translate("fleet_backups", "Encryption"), seal.told),
    ]
    if plan.taken_up is not None:
        taken_up = translate("fleet_backups", "The run of {moment}; whom it did is left out")
        facts.insert(
            0, (translate("fleet_backups", "Gone on with"), taken_up.format(moment=format.moment(plan.taken_up)))
        )
    tenants = tenants_option(crowd.tenants)
    options = (*target.words, *seal.words, *(("--prove",) if prove else ()), *(("--anew",) if anew else ()))
    command = "" if tenants is None else command_line(console, "fleet", "backup", *tenants, *options, *load.words)
    names = names_of(console.directory, plan.failed)
    run = BackupRun(plan, target, sealing, prove, load)
    return Review(run, tuple(steps), tuple(facts), warnings_of(plan, names), command)


def review_of_proof(console: Console, crowd: Crowd, again: bool, quick: bool, load: Load) -> Review:
    """Whose backups would be proved now. Blocks."""
    plan = console.fleet_backups.plan_verification(crowd.tenants, again=again or quick)
    _ensure_some(plan)
    steps = [ReviewStep(translate("fleet_backups", "Compare each file with its manifest"), icon="file-text")]
    if not quick:
        steps += [
            ReviewStep(translate("fleet_backups", "Restore each into a scratch database"), icon="archive-restore"),
            ReviewStep(translate("fleet_backups", "Compare every table, then drop the scratch database"),
                       icon="list-checks"),
        ]  # fmt: skip
    steps.append(_last_step())
    tenants = tenants_option(crowd.tenants)
    options = (*(("--again",) if again else ()), *(("--quick",) if quick else ()))
    command = "" if tenants is None else command_line(console, "fleet", "verify", *tenants, *options, *load.words)
    names = names_of(console.directory, plan.failed)
    facts = tuple(_facts(console, plan, crowd, load))
    return Review(VerifyRun(plan, quick, load), tuple(steps), facts, warnings_of(plan, names), command)


def back_up(console: Console, run: BackupRun, again: Again, job: JobContext) -> Message:
    """Carry a run out and tell what became of each. Blocks."""
    place = run.target.place

    def send(made: Backup, share: JobContext) -> object:
        assert place is not None
        return console.places.send(made, place, share)

    result = console.fleet_backups.backup(
        run.plan, job, workers=run.load.workers, to=run.target.folder, sealing=run.sealing, prove=run.prove,
        send=None if place is None else send, connections=run.load.connections,
    )  # fmt: skip
    return tell(console, FleetWork.BACKUP, result, again, job)


def verify(console: Console, run: VerifyRun, again: Again, job: JobContext) -> Message:
    """Carry a proof out and tell what became of each. Blocks."""
    result = console.fleet_backups.verify(
        run.plan, job, workers=run.load.workers, quick=run.quick, connections=run.load.connections
    )
    return tell(console, FleetWork.VERIFY, result, again, job)


def _facts(console: Console, plan: FleetPlan, crowd: Crowd, load: Load) -> list[tuple[str, str]]:
    words = console.platform.words
    sizes = [console.directory.entry(tenant) for tenant in plan.tenants]
    together = sum((entry.allocated or 0) for entry in sizes if entry is not None)
    budgets = console.fleet_backups.budgets(plan, load.workers, load.connections)
    servers = ", ".join(f"{server}: {format.count(number)}" for server, number in sorted(budgets.items()))
    return [
        (translate("fleet_backups", "Whom"), f"{crowd.title} · {format.count(len(plan.tenants))} {words.tenants}"),
        (translate("fleet_backups", "Together"), translate("fleet_backups", "{size}, as last seen").format(
            size=format.size(together))),
        (translate("fleet_backups", "At a time on each server"), servers),
        (translate("fleet_backups", "Left out"), format.count(len(plan.skipped))),
    ]  # fmt: skip


def _last_step() -> ReviewStep:
    return ReviewStep(
        translate("fleet_backups", "Tell what became of each"),
        translate("fleet_backups", "One that fails stops nobody else, and can be tried again."),
        "clipboard-list",
    )


def _ensure_some(plan: FleetPlan) -> None:
    if not plan.tenants:
        reasons = list(dict.fromkeys((*plan.failed.values(), *plan.skipped.values())))
        raise Refused(
            translate("fleet_backups", "There is nobody left to do it for"),
            code="nothing_to_do",
            hint=reasons[0] + "." if reasons else "",
        )

"""Backing up a tenant's database: where to, whether to prove it at once, and what will be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.backup_target import BackupTarget, TargetChoice
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.seal_choice import SealChoice, SealPage
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.domain.backup import Backup
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.encryption import Sealing
    from pagevoo_console.services.jobs import JobContext
    from pagevoo_console.services.tenants import Located


class WherePage(WizardPage):
    """Chooses where it goes, and whether the backup is restored and compared as soon as it is made."""

    def __init__(self, console: Console, runner: Runner, folder: Path) -> None:
        super().__init__(
            translate("backup", "Where to"),
            translate("backup", "The live database is only read. The website stays online all the while."),
        )
        self.where = TargetChoice(console, runner, folder)
        self.where.changed.connect(self.touch)
        self.prove = QCheckBox(translate("backup", "Prove it: restore it into a scratch database and compare"))
        self.prove.setObjectName("proveBackupBox")
        self.prove.setAccessibleName(self.prove.text())
        self.prove.setChecked(True)
        self.prove.toggled.connect(lambda _on: self.touch())
        text = translate(
            "backup", "Only a backup that has been restored once is known to hold. It takes about as long."
        )
        note = plain_label(text, muted=True, wrap=True)
        note.setContentsMargins(28, 0, 0, 0)
        self.body.addWidget(self.where)
        self.body.addSpacing(Space.S)
        self.body.addWidget(self.prove, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(note)
        self.require(lambda: self.where.is_decided)


class BackupWizard(TaskWizard):
    """Leads to a new backup of a tenant's database. The job's result is the Backup, with its path."""

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        self._console = console
        self._tenant = tenant_id
        self.where_page = WherePage(console, runner, console.backups.folder(tenant_id))
        self.seal_page = SealPage(console.backups.keys.usual)
        self.review_page = PlanPage(
            console,
            runner,
            self._review,
            explanation=translate("backup", "Nothing has been written yet. This is what will be done."),
        )
        super().__init__(
            console,
            runner,
            translate("backup", "Back up database"),
            (self.where_page, self.seal_page, self.review_page),
            self._task,
            verb=translate("backup", "Back up"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        page, seal = self.where_page, self.seal_page.choice
        return partial(review_of, self._console, self._tenant, page.where.target, page.prove.isChecked(), seal)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("BackupPlan", self.review_page.review.result)
        tenant = self._tenant
        return Task(
            translate("backup", "Back up {database}").format(database=plan.located.database.name),
            plan.located.server.name,
            partial(back_up, self._console, plan),
            tenant,
            lambda _backup: Changes(frozenset({tenant}), frozenset({"backups", "audit"})),
        )


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """What was reviewed: whose database, where to, how it is sealed, and whether it is proved right away."""

    located: Located
    target: BackupTarget
    prove: bool
    sealing: Sealing | None


def back_up(console: Console, plan: BackupPlan, job: JobContext) -> Backup:
    """Make a backup and, where wanted, prove and send it. A backup that does not hold fails the job; its file stays."""
    backup = console.backups.create(plan.located.tenant.id, job, plan.target.folder, plan.sealing)
    if plan.prove:
        backup = console.backups.prove(backup, job)
    if plan.target.place is not None:
        console.places.send(backup, plan.target.place, job)
    return backup


def review_of(console: Console, tenant: str, target: BackupTarget, prove: bool, seal: SealChoice) -> Review:
    """What backing up would do, put into words. Blocks; asks the place whether it can be used."""
    located = console.tenants.locate(tenant)
    measured = console.tenants.measured(located.database, located.server, located.engine)
    if measured.state in (DatabaseState.MISSING, DatabaseState.UNREACHABLE):
        raise Refused(
            translate("backup", "{database} cannot be backed up").format(database=located.database.name),
            code="database_" + measured.state.value,
            hint=measured.note,
        )
    sealing = seal.sealing(console.backups.keys)
    if target.place is not None:
        console.places.ensure_usable(target.place)
    name = located.database.name
    words = console.platform.words
    facts = [
        (f"{words.tenant.capitalize()} {tenant}", located.tenant.name),
        (translate("backup", "Database"), name),
        (translate("backup", "Server"), f"{located.server.name} · {format.engine(located.engine.name)}"),
        (translate("backup", "Size now"), format.size(measured.size_bytes)),
        (translate("backup", "Folder"), str(target.folder or console.backups.folder(tenant))),
        (translate("backup", "Encryption"), seal.told),
    ]
    if target.place is not None:
        facts.insert(-1, (translate("backup", "Place"), target.place.address))
    command = ["backup", "create", tenant, *target.words, *seal.words]
    plan = BackupPlan(located, target, prove, sealing)
    return Review(
        plan, _steps(name, plan, seal), tuple(facts), warnings_of(measured.note), command_line(console, *command)
    )


def _steps(name: str, plan: BackupPlan, seal: SealChoice) -> tuple[ReviewStep, ...]:
    steps = [
        ReviewStep(
            translate("backup", "Dump {database} from one consistent snapshot").format(database=name),
            translate("backup", "Compressed, readable without this console"),
            "database-backup",
        ),
        *seal.steps,
        ReviewStep(translate("backup", "Write the manifest with every table's checksum"), icon="file-text"),
    ]
    if plan.prove:
        steps += [
            ReviewStep(translate("backup", "Restore it into a scratch database"), icon="archive-restore"),
            ReviewStep(translate("backup", "Compare every table, then drop the scratch database"), icon="list-checks"),
        ]
    if plan.target.place is not None:
        steps.append(
            ReviewStep(
                translate("backup", "Send it to {place} and read it back").format(place=plan.target.place.address),
                translate("backup", "The one in the folder stays."),
                "upload",
            )
        )
    return tuple(steps)


def warnings_of(note: str) -> tuple[str, ...]:
    """What was wrong when the database was looked at, if anything."""
    return (note,) if note else ()

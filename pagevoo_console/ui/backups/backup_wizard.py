"""Backing up a tenant's database: where to, whether to prove it at once, and what will be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.folders import FolderField
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.domain.backup import Backup
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext
    from pagevoo_console.services.tenants import Located


class WherePage(WizardPage):
    """Chooses the folder, and whether the backup is restored and compared as soon as it is made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            translate("backup", "Where to"),
            translate("backup", "The live database is only read. The website stays online all the while."),
        )
        self._usual = folder
        self.folder = FolderField(folder, translate("backup", "Backup folder"))
        self.folder.field.setObjectName("backupFolderEdit")
        self.folder.changed.connect(self.touch)
        self.prove = QCheckBox(translate("backup", "Prove it: restore it into a scratch database and compare"))
        self.prove.setObjectName("proveBackupBox")
        self.prove.setAccessibleName(self.prove.text())
        self.prove.setChecked(True)
        self.prove.toggled.connect(lambda _on: self.touch())
        text = translate(
            "backup", "Only a backup that has been restored once is known to hold. It takes about as long."
        )
        title = plain_label(translate("backup", "Folder"), Text.STRONG)
        title.setBuddy(self.folder.field)
        note = plain_label(text, muted=True, wrap=True)
        note.setContentsMargins(28, 0, 0, 0)
        self.body.addWidget(title)
        self.body.addWidget(self.folder)
        self.body.addSpacing(Space.M)
        self.body.addWidget(self.prove, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(note)
        self.require(lambda: self.folder.folder is not None)

    @property
    def to(self) -> Path | None:
        """The folder, None where it is the usual one."""
        return None if self.folder.folder == self._usual else self.folder.folder


class BackupWizard(TaskWizard):
    """Leads to a new backup of a tenant's database. The job's result is the Backup, with its path."""

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        self._console = console
        self._tenant = tenant_id
        self.where_page = WherePage(console.backups.folder(tenant_id))
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
            (self.where_page, self.review_page),
            self._task,
            verb=translate("backup", "Back up"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        page = self.where_page
        return partial(review_of, self._console, self._tenant, page.to, page.prove.isChecked())

    def _task(self) -> Task:
        assert self.review_page.review is not None
        located: Located = self.review_page.review.result  # type: ignore[assignment]
        tenant = self._tenant
        return Task(
            translate("backup", "Back up {database}").format(database=located.database.name),
            located.server.name,
            partial(back_up, self._console, tenant, self.where_page.to, self.where_page.prove.isChecked()),
            tenant,
            lambda _backup: Changes(frozenset({tenant}), frozenset({"backups", "audit"})),
        )


def back_up(console: Console, tenant: str, to: Path | None, prove: bool, job: JobContext) -> Backup:
    """Make a backup and, where wanted, prove it. A backup that does not hold fails the job; its file stays."""
    backup = console.backups.create(tenant, job, to)
    return console.backups.prove(backup, job) if prove else backup


def review_of(console: Console, tenant: str, to: Path | None, prove: bool) -> Review:
    """What backing up would do, put into words. Blocks."""
    located = console.tenants.locate(tenant)
    measured = console.tenants.measured(located.database, located.server, located.engine)
    if measured.state in (DatabaseState.MISSING, DatabaseState.UNREACHABLE):
        raise Refused(
            translate("backup", "{database} cannot be backed up").format(database=located.database.name),
            code="database_" + measured.state.value,
            hint=measured.note,
        )
    folder = to or console.backups.folder(tenant)
    name = located.database.name
    words = console.platform.words
    facts = (
        (f"{words.tenant.capitalize()} {tenant}", located.tenant.name),
        (translate("backup", "Database"), name),
        (translate("backup", "Server"), f"{located.server.name} · {format.engine(located.engine.name)}"),
        (translate("backup", "Size now"), format.size(measured.size_bytes)),
        (translate("backup", "Folder"), str(folder)),
    )
    steps = [
        ReviewStep(
            translate("backup", "Dump {database} from one consistent snapshot").format(database=name),
            translate("backup", "Compressed, readable without this console"),
            "database-backup",
        ),
        ReviewStep(translate("backup", "Write the manifest with every table's checksum"), icon="file-text"),
    ]
    if prove:
        steps += [
            ReviewStep(translate("backup", "Restore it into a scratch database"), icon="archive-restore"),
            ReviewStep(translate("backup", "Compare every table, then drop the scratch database"), icon="list-checks"),
        ]
    command = ["backup", "create", tenant, *(() if to is None else ("--to", str(to)))]
    return Review(located, tuple(steps), facts, warnings_of(measured.note), command_line(console, *command))


def warnings_of(note: str) -> tuple[str, ...]:
    """What was wrong when the database was looked at, if anything."""
    return (note,) if note else ()

"""Exporting a tenant's rows: the format, which tables, where to, and a summary."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.export import ExportFormat, ExportPlan, ExportRequest
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.exports.tables_page import TablesPage
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.folders import FolderField
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.tokens import Text
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class FormatPage(WizardPage):
    """Chooses how each table is written."""

    def __init__(self) -> None:
        super().__init__(
            translate("export", "Format"),
            translate("export", "One file for each table, and a manifest that says what each of them holds."),
        )
        described = {
            ExportFormat.SQL: ("SQL", translate("export", "Statements that make the tables and fill them again.")),
            ExportFormat.CSV: ("CSV", translate("export", "For spreadsheets and everything else that reads tables.")),
            ExportFormat.JSONL: (
                translate("export", "JSON lines"),
                translate("export", "One object a row, with its types: for programs."),
            ),
        }
        self.cards: dict[ExportFormat, ChoiceCard] = {}
        self._group = QButtonGroup(self)
        for form, (title, text) in described.items():
            card = ChoiceCard(title, text)
            card.control.setObjectName(f"format-{form.value}")
            self.cards[form] = card
            self._group.addButton(card.control)
            self.body.addWidget(card)
        safe = translate("export", "Safe for spreadsheets: cells that look like formulas are defused")
        self.safe = QCheckBox(safe)
        self.safe.setObjectName("spreadsheetSafeBox")
        self.safe.setAccessibleName(safe)
        self.safe.setChecked(True)
        self.cards[ExportFormat.CSV].add_below(self.safe)
        self.cards[ExportFormat.SQL].control.setChecked(True)
        self.safe.setEnabled(False)
        self.safe.toggled.connect(lambda _on: self.touch())
        self._group.buttonToggled.connect(self._chosen)

    @property
    def format(self) -> ExportFormat:
        return next(form for form, card in self.cards.items() if card.is_chosen)

    def _chosen(self, _button: object, on: bool) -> None:
        if on:
            self.safe.setEnabled(self.format is ExportFormat.CSV)
            self.touch()


class FolderPage(WizardPage):
    """Chooses the folder, which appears when all of it is complete."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            translate("export", "Folder"),
            translate("export", "The folder appears when the export is complete; until then nothing is seen of it."),
        )
        self.folder = FolderField(folder, translate("export", "Export folder"))
        self.folder.field.setObjectName("exportFolderEdit")
        self.folder.changed.connect(self.touch)
        title = plain_label(translate("export", "A folder that is not there yet, or is empty"), Text.STRONG)
        title.setBuddy(self.folder.field)
        text = translate("export", "The files hold customers' data. They can be read by your account alone.")
        for widget in (title, self.folder, plain_label(text, muted=True, wrap=True)):
            self.body.addWidget(widget)
        self.require(lambda: self.folder.folder is not None)


class ExportWizard(TaskWizard):
    """Leads to a portable copy of a tenant's rows. The job's result is the ExportResult, with its folder."""

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        self._console = console
        self._tenant = tenant_id
        self.format_page = FormatPage()
        self.tables_page = TablesPage(console, runner, tenant_id)
        self.folder_page = FolderPage(usual_folder(console, tenant_id))
        self.review_page = PlanPage(
            console,
            runner,
            self._review,
            explanation=translate("export", "Nothing has been written yet. The database is only read."),
        )
        super().__init__(
            console,
            runner,
            translate("export", "Export data"),
            (self.format_page, self.tables_page, self.folder_page, self.review_page),
            self._task,
            verb=translate("export", "Export"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    @property
    def request(self) -> ExportRequest:
        """What was chosen."""
        folder = self.folder_page.folder.folder
        assert folder is not None
        return ExportRequest(
            self._tenant, folder, self.format_page.format, self.tables_page.names, self.format_page.safe.isChecked()
        )

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self.request)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan: ExportPlan = self.review_page.review.result  # type: ignore[assignment]
        tenant = self._tenant
        return Task(
            translate("export", "Export {database}").format(database=plan.database.name),
            plan.database.server,
            partial(self._console.exports.run, plan.request),
            tenant,
            lambda _result: Changes(frozenset(), frozenset({"audit"})),
        )


def usual_folder(console: Console, tenant: str) -> Path:
    """A folder of its own for this minute, where the system keeps documents."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    words = console.platform.words
    return Path(place or Path.home()) / f"{words.tenant}-{tenant}-{datetime.now():%Y-%m-%d-%H%M}"


def review_of(console: Console, request: ExportRequest) -> Review:
    """What an export would write, put into words. Blocks."""
    plan = console.exports.plan(request)
    tables = f"{format.tables(len(plan.tables))}: {', '.join(plan.tables)}"
    facts = (
        (translate("export", "Database"), f"{plan.database.name} · {plan.database.server}"),
        (translate("export", "Format"), format_word(request)),
        (translate("export", "Tables"), tables),
        (translate("export", "Rows"), translate("export", "about {rows}").format(rows=format.count(plan.rows))),
        (translate("export", "Size"), translate("export", "{size} in the database").format(
            size=format.size(plan.size_bytes))),
        (translate("export", "Folder"), str(request.directory)),
    )  # fmt: skip
    steps = (
        ReviewStep(translate("export", "Open one consistent snapshot of the database"), icon="database"),
        ReviewStep(
            translate("export", "Write {tables} into a hidden folder").format(tables=format.tables(len(plan.tables))),
            icon="table-2",
        ),
        ReviewStep(translate("export", "Write the manifest with every file's checksum"), icon="file-text"),
        ReviewStep(translate("export", "Give the folder its name"), icon="folder-open"),
    )
    return Review(plan, steps, facts, warnings_of(request), command_of(console, request))


def format_word(request: ExportRequest) -> str:
    """The format as people call it."""
    if request.format is ExportFormat.JSONL:
        return translate("export", "JSON lines")
    if request.format is ExportFormat.CSV and request.spreadsheet_safe:
        return translate("export", "CSV, safe for spreadsheets")
    return request.format.value.upper()


def warnings_of(request: ExportRequest) -> tuple[str, ...]:
    """What somebody who opens the files later would want to have known."""
    if request.format is ExportFormat.CSV and not request.spreadsheet_safe:
        return (translate("export", "A cell that looks like a formula may be run by the spreadsheet that opens it."),)
    return ()


def command_of(console: Console, request: ExportRequest) -> str:
    """The same export on a command line."""
    words = ["tenant", "export", request.tenant, "--to", str(request.directory), "--format", request.format.value]
    if request.tables:
        words += ["--tables", ",".join(request.tables)]
    if request.format is ExportFormat.CSV and not request.spreadsheet_safe:
        words.append("--raw")
    return command_line(console, *words)

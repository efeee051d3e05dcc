"""Importing a dump that another tool made: which file, what is in it, and the plan in full."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.dump_xray import Treatment, XrayTopic
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.text import counted
from pagevoo_console.ui.imports.xray_page import XrayPage, made_words
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.files import FileField
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.reviews import Confirmation, Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps
from pagevoo_console.ui.kit.tokens import Text
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.imports import ImportPlan


class FilePage(WizardPage):
    """Which file."""

    def __init__(self) -> None:
        super().__init__(
            translate("import", "Choose the file"),
            translate("import", "A dump as SQL, made by mysqldump, mariadb-dump, phpMyAdmin, pg_dump or sqlite3, "
                      "packed or not. It is looked through first, and nothing is done without being told."),
        )  # fmt: skip
        kinds = "*.sql *.gz *.zst *.bz2 *.xz *.zip *.dump"
        self.file = FileField(
            translate("import", "File"),
            (f"{translate('import', 'Dumps')} ({kinds})", f"{translate('import', 'All files')} (*)"),
        )
        self.file.field.setObjectName("importFileEdit")
        self.file.field.setPlaceholderText(str(Path.home() / "shop.sql.gz"))
        self.file.changed.connect(self.touch)
        title = plain_label(translate("import", "File"), Text.STRONG)
        title.setBuddy(self.file.field)
        self.body.addWidget(title)
        self.body.addWidget(self.file)
        self.require(lambda: self.file.file is not None)


class ImportWizard(TaskWizard):
    """Leads from a file to a tenant's database. `file` is chosen beforehand where it is given."""

    def __init__(
        self,
        console: Console,
        runner: Runner,
        tenant_id: str,
        file: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._console = console
        self._tenant = tenant_id
        self.file_page = FilePage()
        if file is not None:
            self.file_page.file.set_file(file)
        self.xray_page = XrayPage(console, runner, tenant_id, lambda: self.file_page.file.file)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("import", "Import a dump"),
            (self.file_page, self.xray_page, self.review_page),
            self._task,
            verb=translate("import", "Import"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)
        self.review_page.reviewed.connect(lambda review: self.set_dangerous(review.confirmation is not None))

    def _review(self) -> Callable[[], Review]:
        plan = self.xray_page.content
        assert plan is not None
        return partial(review_of, self._console, plan)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("ImportPlan", self.review_page.review.result)
        tenant = self._tenant
        return Task(
            translate("import", "Import {file} into {database}").format(
                file=Path(plan.xray.file.path).name, database=plan.database
            ),
            plan.server,
            partial(self._console.imports.run, plan, plan.database if plan.needs_confirmation else None),
            tenant,
            lambda _evidence: Changes(frozenset({tenant}), frozenset({"backups", "operations", "audit"})),
        )


def review_of(console: Console, plan: ImportPlan) -> Review:
    """The plan of an import, put into words. Blocks."""
    xray, words = plan.xray, console.platform.words
    facts = (
        (f"{words.tenant.capitalize()} {plan.tenant}", plan.tenant_name),
        (translate("import", "File"), xray.file.path),
        (translate("import", "Makes"), made_words(xray)),
        (translate("import", "Into"), f"{plan.database} · {plan.server}"),
    )
    command = ["backup", "import", xray.file.path, "--tenant", plan.tenant]
    steps = plan_steps(plan.steps)
    warnings = [
        finding.text
        for finding in xray.findings
        if finding.treatment is Treatment.REPLACED or finding.topic is XrayTopic.SIZE
    ]
    if xray.left_out:
        text = translate("import", "Left out, as was told: {statements} of the file.")
        warnings.append(text.format(statements=counted(xray.left_out, "statement")))
    confirmation = None
    if plan.needs_confirmation:
        command += ["--confirm", plan.database]
        prompt = translate("import", "Type the name of the database to replace it")
        confirmation = Confirmation(plan.database, prompt)
    elif plan.data["generation"] is None:
        steps = (*steps, ReviewStep(translate("import", "Enter it in the registry as active"), icon="check"))
    return Review(plan, steps, facts, tuple(warnings), command_line(console, *command), confirmation)

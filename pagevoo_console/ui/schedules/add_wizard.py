"""Having something called every day, or once a week: what, when, by which scheduler, and what will be written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, QTime
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QGridLayout, QTimeEdit, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.schedule import WEEKDAYS, ScheduledWork, SchedulePlan, SchedulerKind
from pagevoo_console.ui.kit.backup_target import TargetChoice
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import LOCAL, Runner
from pagevoo_console.ui.kit.seal_choice import shortened_key
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.kit.wizard_pages import WizardPage
from pagevoo_console.ui.schedules.words import day_word, kind_word, when_word, work_about, work_icon, work_word

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.start import StartOptions

USUAL_TIMES = {
    ScheduledWork.BACKUP: ("02:30", ""),
    ScheduledWork.VERIFY: ("05:00", "sun"),
    ScheduledWork.PRUNE: ("04:00", ""),
    ScheduledWork.TICK: ("01:00", ""),
}
"""One after the other in one night; proofs, which take longest, once a week."""


class WhatPage(WizardPage):
    """Chooses what is called."""

    def __init__(self) -> None:
        super().__init__(
            translate("schedules", "What"),
            translate("schedules", "This machine's own scheduler calls it, whether or not the console is open."),
        )
        self._group = QButtonGroup(self)
        self.cards: dict[ScheduledWork, ChoiceCard] = {}
        for work in ScheduledWork:
            card = ChoiceCard(work_word(work), work_about(work), icon_name=work_icon(work))
            card.control.setObjectName(f"schedule-{work}")
            self.cards[work] = card
            self._group.addButton(card.control)
            self.body.addWidget(card)
        self.cards[ScheduledWork.BACKUP].control.setChecked(True)
        self._group.buttonToggled.connect(lambda _button, on: self.touch() if on else None)

    @property
    def work(self) -> ScheduledWork:
        return next(work for work, card in self.cards.items() if card.is_chosen)


class WhenPage(WizardPage):
    """Chooses the time, the day, and who calls. The time is this machine's."""

    def __init__(self, kinds: Callable[[], Sequence[SchedulerKind]], runner: Runner) -> None:
        super().__init__(
            translate("schedules", "When"), translate("schedules", "By this machine's clock, where it is on then.")
        )
        self._work: ScheduledWork | None = None
        self.time = QTimeEdit()
        self.time.setObjectName("scheduleTimeEdit")
        self.time.setDisplayFormat("HH:mm")
        self.time.setMinimumWidth(110)
        self.time.lineEdit().setTextMargins(int(Space.XS), 0, 0, 0)
        self.day = QComboBox()
        self.day.setObjectName("scheduleDayCombo")
        for weekday in ("", *WEEKDAYS):
            self.day.addItem(day_word(weekday), weekday)
        self.kind = QComboBox()
        self.kind.setObjectName("schedulerCombo")
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(2, 1)
        for line, (name, field) in enumerate(
            (
                (translate("schedules", "Time of day"), self.time),
                (translate("schedules", "Day"), self.day),
                (translate("schedules", "Called by"), self.kind),
            )
        ):
            label = plain_label(name, Text.STRONG)
            label.setBuddy(field)
            field.setAccessibleName(name)
            grid.addWidget(label, line, 0)
            grid.addWidget(field, line, 1)
        self.body.addLayout(grid)
        self.time.timeChanged.connect(lambda _time: self.touch())
        self.day.currentIndexChanged.connect(lambda _index: self.touch())
        self.kind.currentIndexChanged.connect(lambda _index: self.touch())
        self.require(lambda: self.kind.currentData() is not None)
        runner.query(kinds, self._show_kinds, key="kinds", owner=self, lane=LOCAL)

    def suggest(self, work: ScheduledWork) -> None:
        """Begin with what is usual for this work; what was chosen stays as long as the work does."""
        if work is not self._work:
            self._work = work
            at, weekday = USUAL_TIMES[work]
            self.time.setTime(QTime.fromString(at, "HH:mm"))
            self.day.setCurrentIndex(self.day.findData(weekday))

    def _show_kinds(self, kinds: Sequence[SchedulerKind]) -> None:
        for kind in kinds:
            self.kind.addItem(kind_word(kind), kind)
        if not kinds:
            self.kind.addItem(translate("schedules", "No scheduler that the console knows"), None)
            self.kind.setEnabled(False)
        self.completeness_changed.emit()


class BackupOptionsPage(WizardPage):
    """Where a scheduled backup goes, and whether it is proved. Others need no such page."""

    def __init__(self, console: Console, runner: Runner, what: WhatPage) -> None:
        super().__init__(translate("schedules", "Where to"))
        self._what = what
        self.where = TargetChoice(console, runner, None)
        self.where.changed.connect(self.touch)
        self.prove = QCheckBox(translate("schedules", "Prove each right away: restore and compare"))
        self.prove.setObjectName("proveAllBox")
        self.prove.setAccessibleName(self.prove.text())
        self.prove.toggled.connect(lambda _on: self.touch())
        usual = console.backups.keys.usual
        sealed = translate("schedules", "Each is encrypted for {keys}, as the preferences say.")
        clear = translate("schedules", "They are not encrypted: the preferences name nobody. A passphrase cannot be "
                          "part of a schedule.")  # fmt: skip
        told = sealed.format(keys=", ".join(map(shortened_key, usual))) if usual else clear
        self.body.addWidget(self.where)
        self.body.addWidget(self.prove, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(plain_label(told, muted=True, wrap=True))
        self.require(lambda: self.where.is_decided)

    @property
    def is_needed(self) -> bool:
        return self._what.work is ScheduledWork.BACKUP

    @property
    def options(self) -> tuple[str, ...]:
        """What stands behind the command."""
        if not self.is_needed:
            return ()
        return (*self.where.target.words, *(("--prove",) if self.prove.isChecked() else ()))


class AddScheduleWizard(TaskWizard):
    """Leads to a new schedule, which takes the place of one for the same work on the same connection."""

    def __init__(self, console: Console, runner: Runner, parent: QWidget | None = None) -> None:
        self._console = console
        self.what_page = WhatPage()
        self.when_page = WhenPage(lambda: console.schedules.kinds(), runner)
        self.options_page = BackupOptionsPage(console, runner, self.what_page)
        self.review_page = PlanPage(
            console,
            runner,
            self._review,
            explanation=translate("schedules", "Nothing has been written yet. This is what will be."),
        )
        super().__init__(
            console,
            runner,
            translate("schedules", "Add a schedule"),
            (self.what_page, self.when_page, self.options_page, self.review_page),
            self._task,
            verb=translate("schedules", "Add"),
            parent=parent,
        )
        self.what_page.changed.connect(self._suggest)
        self._suggest()

    def _suggest(self) -> None:
        self.when_page.suggest(self.what_page.work)

    def _review(self) -> Callable[[], Review]:
        when = self.when_page
        return partial(
            review_of, self._console, self.what_page.work, when.time.time().toString("HH:mm"),
            str(when.day.currentData()), SchedulerKind(when.kind.currentData()), self.options_page.options,
        )  # fmt: skip

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan = cast("SchedulePlan", self.review_page.review.result)
        return Task(
            translate("schedules", "Add schedule: {work}").format(work=work_word(plan.schedule.work)),
            LOCAL,
            lambda _job: self._console.schedules.add(plan),
            changes=lambda _added: Changes(kinds=frozenset({"schedules"})),
        )


def review_of(
    console: Console, work: ScheduledWork, at: str, weekday: str, kind: SchedulerKind, extra: tuple[str, ...]
) -> Review:
    """What adding it would write and call. Blocks."""
    from pagevoo_console.services.start import PASSWORD_FILE

    options = options_of(console)
    plan = console.schedules.plan(work, at, options, console.connection.name, weekday=weekday, extra=extra, kind=kind)
    steps = [
        ReviewStep(translate("schedules", "Write {path}").format(path=path), icon="file-text") for path in plan.files
    ]
    if kind is SchedulerKind.CRON:
        steps.append(ReviewStep(translate("schedules", "Add a line to this user's crontab"),
                                translate("schedules", "Whatever else stands in it stays."), "file-text"))  # fmt: skip
    steps += [ReviewStep(translate("schedules", "Tell the scheduler"), " ".join(command), "terminal") for command in
              plan.commands]  # fmt: skip
    facts = (
        (translate("schedules", "Calls"), " ".join(("pagevoo-console", *plan.schedule.arguments))),
        (translate("schedules", "When"), when_word(plan.schedule)),
        (translate("schedules", "Called by"), kind_word(kind)),
    )
    warnings = []
    if any(server.credential for server in console.connection.servers) and not os.environ.get(PASSWORD_FILE):
        warnings.append(
            translate("schedules", "A scheduler may have no keyring. Start the console with PAGEVOO_PASSWORD_FILE "
                      "naming a file with the password, and the schedule will know it, too.")
        )  # fmt: skip
    if kind is SchedulerKind.SYSTEMD:
        warnings.append(
            translate("schedules", "While nobody is logged in, a user's timers work only after `loginctl "
                      "enable-linger`.")
        )  # fmt: skip
    day = ("--weekday", weekday) if weekday else ()
    behind = ("--", *extra) if extra else ()
    command = command_line(console, "schedule", "add", work.value, "--at", at, *day, "--with", kind.value, *behind)
    return Review(plan, tuple(steps), facts, tuple(warnings), command)


def options_of(console: Console) -> StartOptions:
    """How a call reaches the same master: by the saved connection's name, or by its URL. Reads a file."""
    from pagevoo_console.services.saved_connections import SavedConnections
    from pagevoo_console.services.secrets import Secrets
    from pagevoo_console.services.server_url import server_url
    from pagevoo_console.services.start import DEFAULT_PLATFORM, StartOptions

    here = console.connection
    try:
        saved = SavedConnections(console.folders.config, Secrets()).get(here.name)
    except ConsoleError:
        saved = None
    if saved is not None and (saved.master, saved.master_database) == (here.master, here.master_database):
        return StartOptions(connection=here.name)
    platform = None if here.platform == DEFAULT_PLATFORM else here.platform
    return StartOptions(master_url=server_url(here.master, here.master_database), platform=platform)

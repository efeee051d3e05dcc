"""The jobs of this session, newest first: how far each is, Cancel, and what went wrong until somebody has read it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.job import Job, JobEvent, JobState
from pagevoo_console.ui.jobs.job_row import JobRow
from pagevoo_console.ui.jobs.job_texts import summary
from pagevoo_console.ui.kit.controls import ButtonKind, button, icon_button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Ground, ScrollPage, row
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness, StateStack, View
from pagevoo_console.ui.kit.tokens import Space, Text

KEPT_FINISHED = 50


class ActivityPanel(QWidget):
    """Follows every job of a runner. Failed ones stay until dismissed, of the others the newest 50.

    `head` can stand elsewhere, as the title of a dock.

    Signals: summary_changed(text, jobs under way), for the status bar; close_wanted().
    """

    summary_changed = Signal(str, int)
    close_wanted = Signal()

    def __init__(self, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("activityPanel")
        self.setAccessibleName(translate("jobs", "Activity"))
        self._runner = runner
        self._rows: dict[int, JobRow] = {}
        self._dismissed: set[int] = set()
        self._summary = summary(())
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._summarise)
        self._words = plain_label(self._summary[0], muted=True)
        self._words.setObjectName("jobSummary")
        self.clear_finished = button(
            translate("jobs", "Clear finished"), kind=ButtonKind.QUIET, on_click=self.dismiss_finished,
            hint=translate("jobs", "Take away what has succeeded or was cancelled; failures stay"),
        )  # fmt: skip
        self.clear_finished.setObjectName("clearFinishedButton")
        self._list = ScrollPage(translate("jobs", "Jobs"))
        self._list.parts.setContentsMargins(0, 0, 0, 0)
        self._list.parts.setSpacing(0)
        self._list.parts.addStretch(1)
        inside = self._list.widget()
        assert inside is not None
        inside.setProperty("ground", Ground.SURFACE)
        self.states = StateStack(self._list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        close = icon_button("x", translate("jobs", "Close the activity"), self.close_wanted.emit)
        close.setObjectName("closeActivityButton")
        self.head = row(
            plain_label(translate("jobs", "Activity"), Text.SUBTITLE), self._words, None, self.clear_finished, close,
            margins=(Space.M, Space.XS, Space.S, Space.XS),
        )  # fmt: skip
        layout.addWidget(self.head)
        layout.addWidget(rule())
        layout.addWidget(self.states, 1)
        for job in runner.jobs.jobs():
            self._row_of(job)
        self._summarise()
        runner.job_event.connect(self._take)

    @property
    def summary(self) -> tuple[str, int]:
        """What the status bar shows, and how many jobs are under way."""
        return self._summary

    def row_of(self, job_id: int) -> JobRow | None:
        """The row of a job, None once it is dismissed."""
        return self._rows.get(job_id)

    def shown(self) -> tuple[int, ...]:
        """The jobs in sight, from the top."""
        return tuple(sorted(self._rows, reverse=True))

    def dismiss_finished(self) -> None:
        """Take away every job that has ended well or was cancelled."""
        for number, each in list(self._rows.items()):
            if each.job.state.is_final and each.job.state is not JobState.FAILED:
                self._dismiss(number)

    def _take(self, event: JobEvent) -> None:
        shown = self._row_of(event.job)
        if shown is None:
            return
        is_news = shown.job.state is not event.job.state
        shown.take(event)
        if is_news:
            self._later.start()

    def _row_of(self, job: Job) -> JobRow | None:
        if job.id in self._dismissed:
            return None
        shown = self._rows.get(job.id)
        if shown is None:
            shown = self._rows[job.id] = JobRow(job)
            shown.cancel_wanted.connect(self._runner.cancel)
            shown.dismissed.connect(self._dismiss)
            newer = sum(other > job.id for other in self._rows)
            self._list.parts.insertWidget(newer, shown)
            self._later.start()
        return shown

    def _dismiss(self, number: int) -> None:
        self._dismissed.add(number)
        gone = self._rows.pop(number)
        gone.hide()
        self._list.parts.removeWidget(gone)
        gone.deleteLater()
        self._later.start()

    def _summarise(self) -> None:
        """Once after any number of events."""
        ended = [
            number
            for number, each in self._rows.items()
            if each.job.state.is_final and each.job.state is not JobState.FAILED
        ]
        for number in sorted(ended)[:-KEPT_FINISHED]:
            self._dismiss(number)
        self.clear_finished.setEnabled(bool(ended))
        if self._rows and self.states.view is not View.CONTENT:
            self.states.show_content()
        elif not self._rows:
            text = translate("jobs", "Backups, installations and whatever else takes a while will be shown here.")
            self.states.show_empty(Emptiness(translate("jobs", "Nothing is running"), text, "activity"))
        told = summary(each.job.state for each in self._rows.values())
        self._words.setText(told[0])
        if told != self._summary:
            self._summary = told
            self.summary_changed.emit(*told)

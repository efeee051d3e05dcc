"""One job in the activity: its head, Cancel, what went wrong, and its log folded away below."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from pagevoo_console.domain.job import Job, JobEvent, JobState
from pagevoo_console.domain.text import visible
from pagevoo_console.ui.jobs.job_head import JobHead
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import button, icon_button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.icons import icon
from pagevoo_console.ui.kit.labels import set_tooltip
from pagevoo_console.ui.kit.messages import message_of
from pagevoo_console.ui.kit.redaction import redacted
from pagevoo_console.ui.kit.tokens import Space

KEPT_LINES = 2_000
LOG_HEIGHT = 120


class JobRow(QFrame):
    """Follows one job. The log is a widget only once somebody unfolds it.

    Signals: cancel_wanted(job id); dismissed(job id) when somebody has seen enough of a job that has ended.
    """

    cancel_wanted = Signal(int)
    dismissed = Signal(int)

    def __init__(self, job: Job, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"jobRow{job.id}")
        self.job = job
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._log: QPlainTextEdit | None = None
        self._problem: Banner | None = None
        self.head = JobHead(job)
        self.cancel = button(
            translate("jobs", "Cancel"), "circle-stop", on_click=lambda: self.cancel_wanted.emit(self.job.id)
        )
        self.cancel.setObjectName("cancelJobButton")
        self._keep_width()
        self.dismiss = icon_button("x", "", lambda: self.dismissed.emit(self.job.id))
        self.dismiss.setObjectName("dismissJobButton")
        self.unfold = icon_button("chevron-down", "", self._turn)
        self.unfold.setObjectName("jobLogButton")
        self._name_buttons()
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(self.head, 1)
        for made in (self.cancel, self.unfold, self.dismiss):
            top.addWidget(made, alignment=Qt.AlignmentFlag.AlignVCenter)
        self._below = QVBoxLayout()
        self._below.setContentsMargins(Space.L + Space.XS, 0, 0, 0)
        self._below.setSpacing(Space.S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S + Space.HAIR, Space.S, 0)
        layout.setSpacing(Space.S)
        layout.addLayout(top)
        layout.addLayout(self._below)
        layout.addWidget(rule())
        self._enter(job.state)

    @property
    def is_unfolded(self) -> bool:
        """Whether the log is in sight."""
        return self._log is not None and not self._log.isHidden()

    @property
    def lines(self) -> tuple[str, ...]:
        """The newest lines of the log, as they are shown."""
        return tuple(self._lines)

    def take(self, event: JobEvent) -> None:
        """Something happened to the job."""
        is_news = event.job.state is not self.job.state
        self.job = event.job
        self.head.show_job(event.job)
        if event.line is not None:
            line = visible(redacted(event.line), keep_newlines=True)
            self._lines.append(line)
            if self._log is not None:
                self._log.appendPlainText(line)
        if is_news:
            self._enter(event.job.state)

    def _enter(self, state: JobState) -> None:
        self.cancel.setVisible(not state.is_final)
        self.cancel.setEnabled(state is not JobState.CANCELLING)
        if state is JobState.CANCELLING:
            self.cancel.setText(_cancelling())
        self.dismiss.setVisible(state.is_final)
        error = self.job.error
        if state is JobState.FAILED and error is not None and self._problem is None:
            message = message_of(error)
            self._problem = Banner()
            self._problem.setObjectName("jobProblem")
            self._problem.show_message(
                replace(
                    message,
                    title=redacted(message.title),
                    text=redacted(message.text),
                    details=redacted(message.details),
                )
            )
            self._below.insertWidget(0, self._problem)

    def _turn(self) -> None:
        if self._log is None:
            self._log = self._make_log()
            self._below.addWidget(self._log)
            self._log.show()
        else:
            self._log.setVisible(self._log.isHidden())
        self.unfold.setIcon(icon("chevron-up" if self.is_unfolded else "chevron-down"))
        self._name_buttons()

    def _make_log(self) -> QPlainTextEdit:
        made = QPlainTextEdit("\n".join(self._lines))
        made.setObjectName("jobLog")
        made.setReadOnly(True)
        made.setMaximumBlockCount(KEPT_LINES)
        made.setProperty("ground", "log")
        made.setFont(theme.mono_font())
        made.setFixedHeight(LOG_HEIGHT)
        made.setPlaceholderText(translate("jobs", "Nothing was written to the log yet"))
        made.setAccessibleName(translate("jobs", "Log of {job}").format(job=visible(self.job.title)))
        made.verticalScrollBar().setValue(made.verticalScrollBar().maximum())
        return made

    def _keep_width(self) -> None:
        """Give the button the room of its longer word at once, so that pressing it moves nothing."""
        word = self.cancel.text()
        self.cancel.setText(_cancelling())
        self.cancel.setMinimumWidth(self.cancel.sizeHint().width())
        self.cancel.setText(word)

    def _name_buttons(self) -> None:
        job = visible(self.job.title)
        fold = translate("jobs", "Hide the log of {job}") if self.is_unfolded else translate("jobs", "Log of {job}")
        for made, name in (
            (self.cancel, translate("jobs", "Cancel {job}")),
            (self.dismiss, translate("jobs", "Dismiss {job}")),
            (self.unfold, fold),
        ):
            made.setAccessibleName(name.format(job=job))
            if made is not self.cancel:
                set_tooltip(made, name.format(job=job))


def _cancelling() -> str:
    return translate("jobs", "Cancelling…")

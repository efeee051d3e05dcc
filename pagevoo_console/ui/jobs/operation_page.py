"""One operation: what it does, which steps are behind it, and the way on where it was cut off."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.operation import Operation, OperationState, Step
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import KeyValues, PageHeader, ScrollPage, clear, row, section_title
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.redaction import redacted
from pagevoo_console.ui.kit.reviews import ReviewStep
from pagevoo_console.ui.kit.tokens import Space, Tone
from pagevoo_console.ui.kit.trail import action_word, operation_badge, step_title
from pagevoo_console.ui.kit.wizard_pages import StepList

LAST = "finish"
"""The step that only writes down the end; it is in no plan."""


class OperationPage(ScrollPage):
    """Shows one operation.

    Signals: resume_wanted(Operation); abandon_wanted(Operation); take_over_wanted(Operation).
    """

    resume_wanted = Signal(object)
    abandon_wanted = Signal(object)
    take_over_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(translate("operations", "Operation"), parent)
        self._shown: Operation | None = None
        self.header = PageHeader("")
        self.banner = Banner()
        self.banner.setObjectName("operationMessage")
        self.resume = button(
            translate("operations", "Resume"), "play", ButtonKind.PRIMARY, on_click=self._resume,
            hint=translate("operations", "Go on where it stopped"),
        )  # fmt: skip
        self.resume.setObjectName("resumeOperationButton")
        self.abandon = button(
            translate("operations", "Abandon…"), "undo-2", on_click=self._abandon,
            hint=translate("operations", "Take back what was done, where it is not too late"),
        )  # fmt: skip
        self.abandon.setObjectName("abandonOperationButton")
        self.take_over = button(
            translate("operations", "Take over…"), "log-in", on_click=self._take_over,
            hint=translate("operations", "Go on with it here; the console that gives no sign of life stops"),
        )  # fmt: skip
        self.take_over.setObjectName("takeOverOperationButton")
        self.decision = row(self.resume, self.abandon, self.take_over, None)
        self._steps = QVBoxLayout()
        self._facts = QVBoxLayout()
        self.parts.addWidget(self.header)
        self.parts.addWidget(self.banner)
        self.parts.addWidget(self.decision)
        self.parts.addWidget(section_title(translate("operations", "Steps")))
        self.parts.addLayout(self._steps)
        self.parts.addSpacing(Space.S)
        self.parts.addLayout(self._facts)
        self.parts.addStretch(1)

    @property
    def shown(self) -> Operation | None:
        return self._shown

    def show_operation(self, operation: Operation, whom: str, *, can_decide: bool) -> None:
        """Show it; `whom` is its tenant by name, `can_decide` False while it is being resumed or abandoned already."""
        if operation == self._shown and self.resume.isEnabled() == can_decide:
            return
        self._shown = operation
        self.header.set_title(action_word(operation.kind), f"{whom} · {operation.database or format.NOTHING}")
        self.header.set_badges(BadgeView(operation_badge(operation.state)))
        stopped = operation.state in (OperationState.INTERRUPTED, OperationState.FAILED)
        self.decision.setVisible(stopped or operation.is_silent)
        for choice, is_offered in ((self.resume, stopped), (self.abandon, stopped), (self.take_over, not stopped)):
            choice.setVisible(is_offered)
            choice.setEnabled(can_decide)
        self._say(operation)
        clear(self._steps)
        steps = tuple(review_step(step, state, operation) for step, state in steps_of(operation))
        if steps:
            self._steps.addWidget(StepList(steps))
        else:
            text = translate("operations", "This console does not know the steps of such an operation.")
            self._steps.addWidget(plain_label(text, muted=True, wrap=True))
        clear(self._facts)
        self._facts.addWidget(_facts(operation))
        self.verticalScrollBar().setValue(0)

    def _say(self, operation: Operation) -> None:
        if operation.state is OperationState.INTERRUPTED:
            title = translate("operations", "It was cut off at “{step}”").format(step=step_title(operation))
            text = redacted(operation.error or "")
            more = translate("operations", "Resume goes on with it, Abandon takes back what was done.")
            self.banner.show_message(Message(MessageKind.WARNING, title, f"{text}\n{more}".strip()))
        elif operation.is_silent:
            title = translate("operations", "{owner} gives no sign of life").format(owner=operation.owner)
            text = translate(
                "operations",
                "The last one was {age}. If that console sleeps or hangs, take the operation over: it goes on here, and"
                " that console stops as soon as it wakes.",
            )
            text = text.format(age=format.age(operation.heartbeat_at))
            self.banner.show_message(Message(MessageKind.WARNING, title, text))
        elif operation.error:
            failed = operation.state is OperationState.FAILED
            title = (
                translate("operations", "It failed at “{step}”").format(step=step_title(operation))
                if failed
                else translate("operations", "It was not brought to its end")
            )
            kind = MessageKind.ERROR if failed else MessageKind.INFO
            self.banner.show_message(Message(kind, title, redacted(operation.error)))
        else:
            self.banner.clear()

    def _resume(self) -> None:
        if self._shown is not None:
            self.resume_wanted.emit(self._shown)

    def _take_over(self) -> None:
        if self._shown is not None:
            self.take_over_wanted.emit(self._shown)

    def _abandon(self) -> None:
        if self._shown is not None:
            self.abandon_wanted.emit(self._shown)


class StepState:
    """Where one step stands."""

    DONE = "done"
    CURRENT = "current"
    PENDING = "pending"


def steps_of(operation: Operation) -> list[tuple[Step, str]]:
    """Every step with its StepState: those before the one that was begun last are done."""
    names = [step.name for step in operation.steps]
    if operation.state is OperationState.DONE or operation.step == LAST:
        reached = len(names)
    else:
        reached = names.index(operation.step) if operation.step in names else 0
    begun = operation.step in names and operation.state is not OperationState.DONE
    return [
        (
            step,
            StepState.DONE
            if place < reached
            else StepState.CURRENT
            if begun and place == reached
            else StepState.PENDING,
        )
        for place, step in enumerate(operation.steps)
    ]


def review_step(step: Step, state: str, operation: Operation) -> ReviewStep:
    """A step with a word and an icon for where it stands."""
    if state == StepState.DONE:
        return ReviewStep(step.title, translate("operations", "Done"), "circle-check", Tone.GOOD)
    if state == StepState.PENDING:
        gone = operation.state is OperationState.ABANDONED
        word = translate("operations", "Not done") if gone else translate("operations", "Still to do")
        return ReviewStep(step.title, word, "circle-dashed", Tone.NEUTRAL)
    match operation.state:
        case OperationState.RUNNING:
            return ReviewStep(step.title, translate("operations", "Under way"), "loader-circle", Tone.ACCENT)
        case OperationState.FAILED:
            return ReviewStep(step.title, translate("operations", "Failed here"), "circle-x", Tone.DANGER)
        case OperationState.ABANDONED:
            return ReviewStep(step.title, translate("operations", "Stopped here"), "ban", Tone.NEUTRAL)
        case _:
            return ReviewStep(step.title, translate("operations", "Cut off here"), "triangle-alert", Tone.WARNING)


def _facts(operation: Operation) -> KeyValues:
    facts = KeyValues()
    facts.add(translate("operations", "Number"), operation.id)
    facts.add(translate("operations", "Tenant"), operation.tenant)
    facts.add(translate("operations", "Database"), operation.database or format.NOTHING)
    facts.add(translate("operations", "Server"), operation.server or format.NOTHING)
    facts.add(translate("operations", "By"), operation.owner)
    facts.add(translate("operations", "Begun"), format.moment(operation.created_at))
    facts.add(translate("operations", "Last sign of life"), format.moment(operation.heartbeat_at))
    facts.add(translate("operations", "Ended"), format.moment(operation.finished_at))
    return facts

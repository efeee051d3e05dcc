"""The pages every wizard shares: a plain page to build on, and the review with its plan and its confirmation."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.breaking_text import BreakingText
from pagevoo_console.ui.kit.controls import IconView, copy_button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import menu_text, plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind, WaysOut, no_ways
from pagevoo_console.ui.kit.pages import Ground, KeyValues, ScrollPage, clear, column, row
from pagevoo_console.ui.kit.reviews import Confirmation, Review, ReviewStep
from pagevoo_console.ui.kit.states import StateStack
from pagevoo_console.ui.kit.tokens import Space, Text

Reviewed = Callable[[Review], None]
Failed = Callable[[BaseException], None]


class WizardPage(QWidget):
    """One page. Put widgets into `body`; call `touch()` when something was changed. `ways` are what it offers where
    something was refused.

    Signals: changed() when something was edited; completeness_changed() when `is_complete` may answer otherwise.
    """

    changed = Signal()
    completeness_changed = Signal()

    def __init__(self, title: str, explanation: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.S + Space.XS)
        self.ways: WaysOut = no_ways
        self._complete: Callable[[], bool] = lambda: True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addWidget(plain_label(title, Text.TITLE, wrap=True))
        if explanation:
            layout.addWidget(plain_label(explanation, muted=True, wrap=True))
        layout.addLayout(self.body)
        layout.addStretch(1)

    @property
    def is_complete(self) -> bool:
        """Whether one may go on from here."""
        return self._complete()

    @property
    def is_needed(self) -> bool:
        """Whether it comes up at all; what earlier pages found can make it superfluous. Asked when one goes on."""
        return True

    def require(self, condition: Callable[[], bool]) -> None:
        """Go on only while this holds."""
        self._complete = condition
        self.completeness_changed.emit()

    def touch(self) -> None:
        """Something was changed: later pages have to be seen again."""
        self.changed.emit()
        self.completeness_changed.emit()

    def enter(self) -> None:
        """Called each time the page comes up."""


class StepList(QWidget):
    """The steps of a plan, numbered, joined by a line: what will happen, in the order in which it will."""

    def __init__(self, steps: tuple[ReviewStep, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S + Space.XS)
        self._lines: list[QWidget] = []
        self.setAccessibleName(translate("wizard", "Steps"))
        self.show_steps(steps)

    def show_steps(self, steps: tuple[ReviewStep, ...]) -> None:
        clear(self._layout)
        self._lines = []
        for number, step in enumerate(steps, 1):
            words = [plain_label(f"{number}.  {step.title}", Text.STRONG, wrap=True)]
            if step.detail:
                words.append(plain_label(step.detail, muted=True, wrap=True))
            icon = column(IconView(step.icon, 16, step.tone), None, margins=(0, Space.HAIR, 0, 0))
            line = row(icon, (column(*words, spacing=0), 1), spacing=Space.M)
            line.setAccessibleName(f"{number}. {step.title}. {step.detail}".rstrip(". "))
            self._lines.append(line)
            self._layout.addWidget(line)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme.colours().hairline))
        for above, below in zip(self._lines, self._lines[1:], strict=False):
            painter.drawLine(8, above.y() + 20, 8, below.y() - 3)

    def resizeEvent(self, event: QEvent) -> None:
        self.update()


class NameField(QWidget):
    """Asks for a name to be typed. Shows the name with everything hidden in it written out; pasting is allowed.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, confirmation: Confirmation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._confirmation = confirmation
        self.field = QLineEdit()
        self.field.setObjectName("confirmNameEdit")
        self.field.setAccessibleName(confirmation.prompt)
        self.field.setPlaceholderText(confirmation.shown)
        self.field.setFont(theme.mono_font())
        self.field.textChanged.connect(self._typed)
        prompt = plain_label(confirmation.prompt, Text.STRONG, wrap=True)
        prompt.setBuddy(self.field)
        name = plain_label(confirmation.shown, wrap=True, selectable=True)
        name.setFont(theme.mono_font())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS + Space.HAIR)
        for part in (prompt, name, self.field):
            layout.addWidget(part)
        if confirmation.has_hidden_characters:
            text = translate("wizard", "This name holds hidden characters; type them as shown, such as ⟦U+202E⟧.")
            layout.addWidget(plain_label(text, muted=True, wrap=True))

    @property
    def is_right(self) -> bool:
        return self._confirmation.accepts(self.field.text())

    def _typed(self, typed: str) -> None:
        self.field.setProperty("state", "right" if self.is_right else "")
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)
        self.changed.emit()


class ReviewPage(WizardPage):
    """The last page: the plan in full, its warnings, the command that does the same, and what must be typed or ticked.

    `load(deliver, failed)` is asked for the review each time the page comes up; it goes through the runner.

    Signals: reviewed(Review), when one has come and is shown.
    """

    reviewed = Signal(object)

    def __init__(
        self,
        title: str,
        load: Callable[[Reviewed, Failed], object],
        *,
        explanation: str = "",
        confirmation: Confirmation | None = None,
        consent: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, explanation, parent)
        self._load = load
        self.review: Review | None = None
        self._turn = 0
        self._inside = ScrollPage(translate("wizard", "Plan"))
        self._inside.parts.setContentsMargins(0, 0, Space.S, 0)
        self._shown = QVBoxLayout()
        self._shown.setSpacing(Space.M)
        self._inside.parts.addLayout(self._shown)
        self._inside.parts.addStretch(1)
        self.states = StateStack(self._inside)
        self.body.addWidget(self.states, 1)
        self._confirmation = confirmation
        self.name_field: NameField | None = None
        self._asking = QVBoxLayout()
        self.body.addLayout(self._asking)
        self._ask_for(confirmation)
        self.consent = QCheckBox(menu_text(consent))
        self.consent.setObjectName("consentBox")
        self.consent.setAccessibleName(consent)
        self.consent.setVisible(bool(consent))
        self._needs_consent = bool(consent)
        self.body.addWidget(self.consent)
        self.consent.toggled.connect(lambda _on: self.completeness_changed.emit())
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)
        outer.takeAt(outer.count() - 1)
        outer.setStretchFactor(self.body, 1)

    @property
    def is_complete(self) -> bool:
        typed = self.name_field is None or self.name_field.is_right
        return self.review is not None and typed and (self.consent.isChecked() or not self._needs_consent)

    def enter(self) -> None:
        self.review = None
        self._turn += 1
        turn = self._turn
        self.completeness_changed.emit()
        self.states.show_loading(translate("wizard", "Making the plan…"))
        self._load(lambda review: self._deliver(turn, review), lambda error: self._fail(turn, error))

    def _deliver(self, turn: int, review: Review) -> None:
        if turn != self._turn:
            return
        self.review = review
        if review.confirmation is not None or self._confirmation is None:
            self._ask_for(review.confirmation)
        clear(self._shown)
        if review.facts:
            facts = KeyValues()
            for key, value in review.facts:
                facts.add(key, value)
            self._shown.addWidget(facts)
        for warning in review.warnings:
            self._shown.addWidget(banner(Message(MessageKind.WARNING, warning)))
        self._shown.addWidget(StepList(review.steps))
        if review.command:
            self._shown.addWidget(self._command(review.command))
        self.states.show_content()
        self.completeness_changed.emit()
        self.reviewed.emit(review)
        if self.name_field is not None:
            self.name_field.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_for(self, confirmation: Confirmation | None) -> None:
        clear(self._asking)
        self.name_field = None
        if confirmation is not None:
            self.name_field = NameField(confirmation)
            self._asking.addWidget(self.name_field)
            self.name_field.changed.connect(self.completeness_changed)

    def _fail(self, turn: int, error: BaseException) -> None:
        if turn == self._turn:
            self.states.show_error(error, self.enter, self.ways(error))

    def _command(self, command: str) -> QWidget:
        shown = BreakingText(command)
        shown.setObjectName("commandText")
        shown.setFont(theme.mono_font())
        shown.setAccessibleName(translate("wizard", "The same on the command line"))
        copy = copy_button(lambda: command, translate("wizard", "command"))
        line = row((shown, 1), column(copy, None), margins=(Space.S + Space.XS, Space.S, Space.S, Space.S))
        title = plain_label(translate("wizard", "The same on the command line"), Text.CAPTION, muted=True)
        return column(title, column(line, ground=Ground.SUNKEN), spacing=Space.XS)

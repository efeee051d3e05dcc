"""Dialogs that ask or tell: a question with a verb on its button, and a bug report that can be copied.

They are opened, never executed: the window goes on living behind them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from pagevoo_console.domain.text import visible
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import bug_report
from pagevoo_console.ui.kit.tokens import Space, Text, Tone


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `verb` stands on the button that does it; the other button is always the safe way out."""

    title: str
    text: str
    verb: str
    is_dangerous: bool = False
    way_out: str = ""


class QuestionDialog(QDialog):
    """Asks one question. Enter and Escape take the safe way out; the verb has to be meant."""

    def __init__(self, question: Question, on_yes: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(visible(question.title))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(440)
        kind = ButtonKind.DANGER if question.is_dangerous else ButtonKind.PRIMARY
        self.yes = button(question.verb, kind=kind, on_click=self.accept)
        self.no = button(question.way_out or translate("questions", "Cancel"), on_click=self.reject)
        self.yes.setObjectName("yesButton")
        self.no.setObjectName("noButton")
        self.no.setDefault(True)
        self.accepted.connect(lambda: on_yes())
        icon, tone = ("triangle-alert", Tone.DANGER) if question.is_dangerous else ("circle-question-mark", Tone.ACCENT)
        words = QVBoxLayout()
        words.setSpacing(Space.S)
        words.addWidget(plain_label(question.title, Text.SUBTITLE, wrap=True))
        words.addWidget(plain_label(question.text, wrap=True))
        words.addStretch(1)
        _arrange(self, IconView(icon, 24, tone), words, self.no, self.yes)
        self.no.setFocus()


def ask(question: Question, on_yes: Callable[[], object], parent: QWidget) -> QuestionDialog:
    """Open a question over a window; `on_yes` is called when its verb was pressed."""
    dialog = QuestionDialog(question, on_yes, parent)
    dialog.open()
    return dialog


class BugReportDialog(QDialog):
    """Our own fault: what the console was doing and where it failed, to be copied into a report."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = translate("questions", "Something in the console itself went wrong")
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(640)
        self.report = QPlainTextEdit(visible(bug_report(error), keep_newlines=True))
        self.report.setReadOnly(True)
        self.report.setFont(theme.mono_font())
        self.report.setMinimumHeight(200)
        self.report.setAccessibleName(translate("questions", "Report"))
        self.copy = button(translate("questions", "Copy report"), "copy", on_click=self._copy)
        self.close_button = button(translate("questions", "Close"), kind=ButtonKind.PRIMARY, on_click=self.reject)
        self.close_button.setDefault(True)
        words = QVBoxLayout()
        words.setSpacing(Space.S)
        words.addWidget(plain_label(title, Text.SUBTITLE, wrap=True))
        text = translate(
            "questions", "Work that had begun is written down and can be resumed. Read the report before you send it."
        )
        words.addWidget(plain_label(text, wrap=True))
        words.addWidget(self.report)
        _arrange(self, IconView("octagon-x", 24, Tone.DANGER), words, self.copy, self.close_button)
        self.close_button.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())


def _arrange(dialog: QDialog, icon: QWidget, words: QVBoxLayout, *buttons: QWidget) -> None:
    top = QHBoxLayout()
    top.setSpacing(Space.M)
    top.addWidget(icon, alignment=Qt.AlignmentFlag.AlignTop)
    top.addLayout(words, 1)
    bottom = QHBoxLayout()
    bottom.setSpacing(Space.S)
    bottom.addStretch(1)
    for made in buttons:
        bottom.addWidget(made)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
    layout.setSpacing(Space.L)
    layout.addLayout(top)
    layout.addLayout(bottom)

"""The banner of an operation that did not come to its end: go on with it, or take it back."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.operation import Operation, OperationState
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind
from pagevoo_console.ui.kit.pages import clear, row
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.trail import action_word, step_title


class InterruptedBanner(QWidget):
    """Hidden while there is nothing to decide."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("interruptedBanner")
        self._doors = context.doors
        self._shown: Operation | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S)
        self.hide()

    def clear(self) -> None:
        self._shown = None
        self.hide()

    def show_operation(self, operation: Operation | None) -> None:
        """Offer to resume or abandon it; None says that there is nothing any more."""
        if operation is None:
            self.clear()
            return
        if operation == self._shown:
            return
        self._shown = operation
        clear(self._layout)
        what = action_word(operation.kind)
        if operation.state is OperationState.FAILED:
            title = translate("tenants", "{what} failed").format(what=what)
        else:
            title = translate("tenants", "{what} was interrupted").format(what=what)
        text = translate("tenants", "Begun {age} by {who}, stopped at step “{step}”. {error}").format(
            age=format.age(operation.created_at),
            who=operation.owner,
            step=step_title(operation),
            error=operation.error or "",
        )
        resume = MessageAction(translate("tenants", "Resume"), lambda: self._doors.resume(operation))
        abandon = button(
            translate("tenants", "Abandon…"), on_click=lambda: self._doors.abandon(operation),
            hint=translate("tenants", "Take back what was done, where it is not too late"),
        )  # fmt: skip
        abandon.setObjectName("abandonOperationButton")
        shown = banner(Message(MessageKind.WARNING, title, text.strip(), resume))
        shown.setObjectName("interruptedMessage")
        self._layout.addWidget(row((shown, 1), abandon))
        self.show()

"""Cards to choose from: a radio button or a check box with its title, what it means, and why it cannot be chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QFrame, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from pagevoo_console.ui.kit.controls import IconView
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Ground
from pagevoo_console.ui.kit.tokens import Space

_ICON = 18


class ChoiceCard(QFrame):
    """One choice. `control` is the button itself; a click anywhere on the card presses it.

    The title stands beside the button, so that the longest of names is cut and does not push the window apart.
    """

    def __init__(
        self,
        title: str,
        description: str = "",
        *,
        many: bool = False,
        icon_name: str = "",
        reason: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`many` makes it a check box. A `reason` is why it cannot be chosen, and takes the choice away."""
        super().__init__(parent)
        self.setProperty("ground", Ground.CARD)
        self.control: QAbstractButton = QCheckBox() if many else QRadioButton()
        self.control.setProperty("bare", True)
        self.control.setAccessibleName(title)
        self.control.setAccessibleDescription(reason or description)
        self._head = QHBoxLayout()
        self._head.setSpacing(0)
        indent = 0
        if icon_name:
            self._head.addWidget(IconView(icon_name, _ICON))
            self._head.addSpacing(Space.S)
            indent = _ICON + Space.S
        self.control.ensurePolished()
        indent += self.control.sizeHint().width() + Space.S + Space.XS
        self._head.addWidget(self.control)
        self._head.addSpacing(Space.S + Space.XS)
        self._head.addWidget(plain_label(title, muted=bool(reason), elide=True), 1)
        self._below = QVBoxLayout()
        self._below.setContentsMargins(indent, 0, 0, 0)
        self._below.setSpacing(Space.XS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.S + Space.XS, Space.S, Space.M, Space.S + Space.HAIR)
        layout.setSpacing(Space.HAIR)
        layout.addLayout(self._head)
        layout.addLayout(self._below)
        for text in (description, reason):
            if text:
                self._below.addWidget(plain_label(text, muted=True, wrap=True))
        self.control.toggled.connect(self._show_chosen)
        if reason:
            self.control.setEnabled(False)
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def is_chosen(self) -> bool:
        return self.control.isChecked()

    def add_badge(self, badge: QWidget) -> None:
        """Put something at the right of the title."""
        self._head.addSpacing(Space.S)
        self._head.addWidget(badge)

    def add_below(self, widget: QWidget) -> None:
        """Put something below what it means."""
        self._below.addWidget(widget)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.control.isEnabled() and self.rect().contains(event.position().toPoint()):
            self.control.setFocus(Qt.FocusReason.MouseFocusReason)
            self.control.click()
        super().mouseReleaseEvent(event)

    def _show_chosen(self, on: bool) -> None:
        self.setProperty("chosen", on)
        self.style().unpolish(self)
        self.style().polish(self)

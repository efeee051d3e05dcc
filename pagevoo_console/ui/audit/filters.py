"""What of the trail is shown: one tenant, one kind of action, or all of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from pagevoo_console.ui.kit.controls import ButtonKind, SearchField, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.trail import ACTIONS, action_word


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """None means all of them. `tenant` is an id, `action` the word of the trail."""

    tenant: str | None = None
    action: str | None = None


class AuditFilters(QWidget):
    """The fields above the trail.

    Signals: changed(AuditFilter).
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tenant = SearchField(translate("audit", "Id of a tenant"))
        self.tenant.setObjectName("auditTenantEdit")
        self.tenant.setMaximumWidth(220)
        self.action = QComboBox()
        self.action.setObjectName("auditActionCombo")
        self.action.setAccessibleName(translate("audit", "Action"))
        self.action.addItem(translate("audit", "All actions"), None)
        for action in ACTIONS:
            self.action.addItem(action_word(action), action)
        self.reset = button(translate("audit", "Clear"), kind=ButtonKind.LINK, on_click=self.clear)
        self.reset.setObjectName("auditClearFilters")
        self.reset.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        for field in (self.tenant, self.action, self.reset):
            layout.addWidget(field)
        layout.addStretch(1)
        self._told = AuditFilter()
        self.tenant.searched.connect(lambda _text: self._tell())
        self.action.activated.connect(lambda _place: self._tell())

    @property
    def filter(self) -> AuditFilter:
        """What the fields say."""
        return AuditFilter(self.tenant.text().strip() or None, self.action.currentData())

    def clear(self) -> None:
        self.tenant.clear()
        self.action.setCurrentIndex(0)
        self._tell()

    def _tell(self) -> None:
        now = self.filter
        self.reset.setVisible(now != AuditFilter())
        if now != self._told:
            self._told = now
            self.changed.emit(now)

"""What a database means for its tenant, in the platform's own words, and the box that says it was understood."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from pagevoo_console.ui.kit.controls import IconView
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import menu_text, plain_label
from pagevoo_console.ui.kit.pages import Ground, column, row
from pagevoo_console.ui.kit.tokens import Space, Text, Tone


class LockConsent(QWidget):
    """The platform's three warnings before a database is made, word for word, and its consent.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, website: str, parent: QWidget | None = None) -> None:
        """`website` is the platform's word for one."""
        super().__init__(parent)
        warnings = (
            ("database", translate("create", "You can only have one active database at a time")),
            ("lock", translate("create", "Once created, you can only work on this {website}").format(website=website)),
            ("puzzle", translate("create", "Required for Shop, Blog, User Accounts, and other features")),
        )
        lines = [
            row(IconView(icon, 20, Tone.WARNING), (plain_label(text, wrap=True), 1), spacing=Space.M)
            for icon, text in warnings
        ]
        title = plain_label(translate("create", "Important"), Text.STRONG)
        consent = translate("create", "I understand I'll be locked to this {website}").format(website=website)
        self.box = QCheckBox(menu_text(consent))
        self.box.setObjectName("lockConsentBox")
        self.box.setAccessibleName(consent)
        self.box.toggled.connect(lambda _on: self.changed.emit())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S + Space.XS)
        layout.addWidget(column(title, *lines, spacing=Space.M, margins=(16, 14, 16, 16), ground=Ground.CARD))
        layout.addSpacing(Space.S)
        layout.addWidget(self.box, alignment=Qt.AlignmentFlag.AlignLeft)

    @property
    def is_given(self) -> bool:
        """Whether the box is ticked."""
        return self.box.isChecked()

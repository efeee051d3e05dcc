"""The second page of a deletion: where the backup goes that brings everything back, and how to waive it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QSpinBox

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.trash import DEFAULT_GRACE_DAYS, LONGEST_GRACE_DAYS
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.folders import FolderField
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import Ground, column
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.kit.wizard_pages import WizardPage


class BackupPage(WizardPage):
    """Edits what the deletion keeps. A backup is the rule; doing without has to be looked for, and explained."""

    def __init__(self, tenant: str, folder: Path) -> None:
        super().__init__(
            translate("delete", "Backup"),
            translate(
                "delete",
                "Before anything goes, the database is backed up, and the backup is restored into a scratch "
                "database and compared table by table.",
            ),
        )
        self._tenant = tenant
        self._usual = folder
        self.folder = FolderField(folder, translate("delete", "Backup folder"))
        self.folder.field.setObjectName("backupFolderEdit")
        self.more = button(translate("delete", "More"), "chevron-down", kind=ButtonKind.QUIET, on_click=self._turn_more)
        self.more.setObjectName("moreButton")
        self.waive = QCheckBox(translate("delete", "Delete without making a backup"))
        self.waive.setObjectName("waiveBackupBox")
        self.waive.setAccessibleName(self.waive.text())
        self.reason = QLineEdit()
        self.reason.setObjectName("reasonEdit")
        self.reason.setPlaceholderText(translate("delete", "Why? It is written into the audit trail."))
        self.reason.setAccessibleName(translate("delete", "Reason for deleting without a backup"))
        self.reason.setEnabled(False)
        self._warning = Banner()
        self._hidden = column(
            self.waive,
            self.reason,
            self._warning,
            margins=(Space.M, Space.S + Space.XS, Space.M, Space.M),
            ground=Ground.CARD,
        )
        self._hidden.hide()
        self._nothing = Banner()
        self.grace = QSpinBox()
        self.grace.setObjectName("graceDaysBox")
        self.grace.setRange(0, LONGEST_GRACE_DAYS)
        self.grace.setValue(DEFAULT_GRACE_DAYS)
        self.grace.setSuffix(translate("delete", " days"))
        self.grace.setSpecialValueText(translate("delete", "Not at all: drop it at once"))
        self.grace.setAccessibleName(translate("delete", "How long it can be had back from the trash"))
        self.grace.valueChanged.connect(lambda _days: self.touch())
        title = plain_label(translate("delete", "Where the backup goes"), Text.STRONG)
        title.setBuddy(self.folder.field)
        self.body.addWidget(self._nothing)
        self.body.addWidget(title)
        self.body.addWidget(self.folder)
        self.body.addSpacing(Space.M)
        stays = plain_label(translate("delete", "How long it can be had back from the trash"), Text.STRONG)
        stays.setBuddy(self.grace)
        self.body.addWidget(stays)
        self.body.addWidget(self.grace, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(Space.S)
        self.body.addWidget(self.more, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self._hidden)
        self._is_missing = False
        self.folder.changed.connect(self.touch)
        self.reason.textChanged.connect(lambda _text: self.touch())
        self.waive.toggled.connect(self._waived)
        self.require(self._is_decided)

    @property
    def request(self) -> DeletionRequest:
        """What was chosen. The usual folder is left to the service, so that the command stays short."""
        if self.waive.isChecked():
            reason = self.reason.text().strip()
            return DeletionRequest(self._tenant, no_backup=True, reason=reason, grace_days=self._grace_days)
        folder = self.folder.folder
        return DeletionRequest(self._tenant, None if folder == self._usual else folder, grace_days=self._grace_days)

    @property
    def _grace_days(self) -> int | None:
        """The usual time is left to the service, so that the command stays short."""
        days = self.grace.value()
        return None if days == DEFAULT_GRACE_DAYS else days

    def show_missing(self) -> None:
        """There is nothing to back up: the database is not there."""
        self._is_missing = True
        self._nothing.show_message(
            Message(
                MessageKind.INFO,
                translate("delete", "There is nothing to back up"),
                translate("delete", "The database does not exist any more; only the registry says that it does."),
            )
        )
        for widget in (self.folder, self.more, self.grace):
            widget.setEnabled(False)
        self.completeness_changed.emit()

    def _is_decided(self) -> bool:
        if self._is_missing:
            return True
        if self.waive.isChecked():
            return bool(self.reason.text().strip())
        return self.folder.folder is not None

    def _turn_more(self) -> None:
        self._hidden.setVisible(self._hidden.isHidden())

    def _waived(self, on: bool) -> None:
        self.folder.setEnabled(not on)
        self.reason.setEnabled(on)
        if on:
            text = translate("delete", "Nothing will bring the data back once it is not in the trash any more.")
            title = translate("delete", "What leaves the trash is gone for good")
            self._warning.show_message(Message(MessageKind.ERROR, title, text))
            self.reason.setFocus()
        else:
            self._warning.clear()
        self.touch()

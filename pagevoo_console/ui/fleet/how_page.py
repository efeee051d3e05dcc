"""How a database that nobody owns is dealt with: given back or removed, and where its backup goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLineEdit

from pagevoo_console.domain.finding import Finding, RepairAction, RepairOptions
from pagevoo_console.ui.kit.backup_place import BackupPlace
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import column, row
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.wizard_pages import WizardPage


class HowPage(WizardPage):
    """Edits the options of a repair that can drop a database. A proved backup is the rule; to waive it takes a reason.

    Where the database can be given back to its tenant, that is what is chosen beforehand.
    """

    def __init__(self, finding: Finding, folder: Path) -> None:
        super().__init__(
            translate("fleet", "How"),
            translate("fleet", "Nothing is dropped that has not been backed up, restored into a scratch database and "
                      "compared table by table before."),
        )  # fmt: skip
        self._can_be_given_back = finding.repair.action is RepairAction.ADOPT
        self.give_back = ChoiceCard(
            finding.repair.title,
            translate("fleet", "Its core tables are compared first. The database itself is not touched."),
            icon_name="undo-2",
        )
        self.give_back.control.setObjectName("giveBackChoice")
        self.retire = ChoiceCard(
            translate("fleet", "Back it up, prove the backup, then put it into the trash"),
            translate("fleet", "For a database that is nobody's any more."), icon_name="trash-2",
        )  # fmt: skip
        self.retire.control.setObjectName("retireChoice")
        group = QButtonGroup(self)
        for card in (self.give_back, self.retire):
            group.addButton(card.control)
            card.setVisible(self._can_be_given_back)
            self.body.addWidget(card)
        (self.give_back if self._can_be_given_back else self.retire).control.setChecked(True)
        self.place = BackupPlace(folder)
        self.waive = QCheckBox(translate("fleet", "Remove it without a backup"))
        self.waive.setObjectName("waiveBackupBox")
        self.waive.setAccessibleName(self.waive.text())
        self.reason = QLineEdit()
        self.reason.setObjectName("reasonEdit")
        self.reason.setPlaceholderText(translate("fleet", "Why? It is written into the audit trail."))
        self.reason.setAccessibleName(translate("fleet", "Reason for removing it without a backup"))
        self._warning = Banner()
        self._backup = column(self.place, Space.XS, row(self.waive, None), self.reason, self._warning, spacing=Space.S)
        self.body.addSpacing(Space.S)
        self.body.addWidget(self._backup)
        group.buttonToggled.connect(lambda _button, on: self._changed() if on else None)
        self.waive.toggled.connect(lambda _on: self._changed())
        self.place.changed.connect(self.touch)
        self.reason.textChanged.connect(lambda _text: self.touch())
        self.require(self._is_decided)
        self._show_what_counts()

    @property
    def options(self) -> RepairOptions:
        """What was chosen. The usual folder is left to the service, so that the command stays short."""
        if not self.retire.is_chosen:
            return RepairOptions()
        if self.waive.isChecked():
            return RepairOptions(self._can_be_given_back, no_backup=True, reason=self.reason.text().strip())
        return RepairOptions(self._can_be_given_back, self.place.backup_to)

    def _is_decided(self) -> bool:
        if not self.retire.is_chosen:
            return True
        return bool(self.reason.text().strip()) if self.waive.isChecked() else self.place.is_decided

    def _changed(self) -> None:
        self._show_what_counts()
        self.touch()

    def _show_what_counts(self) -> None:
        waived = self.waive.isChecked()
        self._backup.setVisible(self.retire.is_chosen)
        self.place.setEnabled(not waived)
        self.reason.setVisible(waived)
        if waived:
            title = translate("fleet", "What is dropped is gone for good")
            text = translate("fleet", "Nothing will bring the data back.")
            self._warning.show_message(Message(MessageKind.ERROR, title, text))
        else:
            self._warning.clear()

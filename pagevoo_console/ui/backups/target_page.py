"""What of a backup is restored, and where to: in the place of the live database, a part of it, beside it, or back."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QButtonGroup, QLineEdit, QVBoxLayout

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.piece import Piece
from pagevoo_console.domain.platform import Platform
from pagevoo_console.ui.backups.choice_page import Situation
from pagevoo_console.ui.backups.part_fields import PartFields
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pages import clear
from pagevoo_console.ui.kit.tokens import Space
from pagevoo_console.ui.kit.wizard_pages import WizardPage


class TargetPage(WizardPage):
    """Chooses the target. What is not possible is shown with the reason."""

    def __init__(self, platform: Platform, tenant: str) -> None:
        super().__init__(
            translate("restore", "Restore to"),
            translate("restore", "The backup is always restored beside the live database first, and compared there."),
        )
        self._platform = platform
        self._tenant = tenant
        self._cards = QVBoxLayout()
        self._cards.setSpacing(Space.S + Space.HAIR)
        self.body.addLayout(self._cards)
        self._shown: tuple[Situation, Backup | None] | None = None
        self.replace = self.revive = self.beside = self.part = ChoiceCard("")
        self.name = QLineEdit()
        self.part_fields = PartFields(())
        self._group = QButtonGroup(self)
        self.require(self._is_decided)

    @property
    def into(self) -> str | None:
        """The name of another database, None for the tenant's own."""
        return self.name.text().strip() if self.beside.is_chosen else None

    @property
    def piece(self) -> Piece | None:
        """The table, or the rows of it, that is wanted alone. Raises WrongUsage for rows that are not named as such."""
        return self.part_fields.piece if self.part.is_chosen else None

    def show_situation(self, situation: Situation, backup: Backup | None) -> None:
        """Offer what is possible for this backup; None is one that has not been read yet. Keeps what was chosen."""
        if self._shown == (situation, backup):
            return
        self._shown = (situation, backup)
        clear(self._cards)
        self._group = QButtonGroup(self)
        database = self._platform.database_name(self._tenant)
        is_earlier = (
            backup is not None
            and situation.live_generation is not None
            and backup.generation != situation.live_generation
        )
        self.replace = ChoiceCard(
            translate("restore", "Replace the live database"),
            translate(
                "restore", "{database} is backed up and swapped for the restored one; it can be had back for a week."
            ).format(database=database),
            icon_name="refresh-cw",
            reason=self._why_not_replace(situation, is_earlier),
        )
        self.revive = ChoiceCard(
            translate("restore", "Bring the database back"),
            translate("restore", "{database} is made again from the backup, for the same {website}.").format(
                database=database, website=self._platform.words.website
            ),
            icon_name="undo-2",
            reason=self._why_not_revive(situation, is_earlier),
        )
        self.beside = ChoiceCard(
            translate("restore", "Beside it, under a new name"),
            translate("restore", "To look into it. Nothing live is touched, and no {website} uses it.").format(
                website=self._platform.words.website
            ),
            icon_name="plus",
        )
        self.part = ChoiceCard(
            translate("restore", "One table, or some of its rows"),
            translate("restore", "Everything else in {database} stays as it is.").format(database=database),
            icon_name="table-2",
            reason=self._why_no_part(situation, backup),
        )
        self._name_field()
        self.part_fields = PartFields(() if backup is None else tuple(sorted(backup.tables)))
        self.part_fields.changed.connect(self.touch)
        self.part.add_below(self.part_fields)
        for card, name in (
            (self.replace, "Replace"), (self.revive, "Revive"), (self.part, "Part"), (self.beside, "Beside"),
        ):  # fmt: skip
            card.control.setObjectName(f"restore{name}")
            self._group.addButton(card.control)
            self._cards.addWidget(card)
        usual = next(card for card in (self.replace, self.revive, self.beside) if card.control.isEnabled())
        usual.control.setChecked(True)
        self._enable_fields()
        self._group.buttonToggled.connect(lambda _button, on: self._chosen() if on else None)
        self.completeness_changed.emit()

    def _name_field(self) -> None:
        self.name = QLineEdit(f"restored_{self._tenant}_{datetime.now():%Y%m%d}")
        self.name.setObjectName("restoreIntoEdit")
        self.name.setFont(theme.mono_font())
        self.name.setAccessibleName(translate("restore", "Name of the new database"))
        self.name.textEdited.connect(lambda _text: self.touch())
        self.beside.add_below(self.name)

    def _chosen(self) -> None:
        self._enable_fields()
        self.touch()

    def _enable_fields(self) -> None:
        self.name.setEnabled(self.beside.is_chosen)
        self.part_fields.setVisible(self.part.is_chosen)

    def _is_decided(self) -> bool:
        return self._shown is not None and self.into != "" and (not self.part.is_chosen or self.part_fields.is_whole)

    def _why_not_replace(self, situation: Situation, is_earlier: bool) -> str:
        if not situation.is_live:
            return translate("restore", "There is no live database to replace.")
        return self._why_not_earlier() if is_earlier else ""

    def _why_not_revive(self, situation: Situation, is_earlier: bool) -> str:
        if situation.is_live:
            return translate("restore", "The database is live; there is nothing to bring back.")
        return self._why_not_earlier() if is_earlier else ""

    def _why_no_part(self, situation: Situation, backup: Backup | None) -> str:
        if not situation.is_live:
            return translate("restore", "There is no live database to put it into.")
        if backup is None or backup.place:
            return translate("restore", "Only of a backup of this machine that has been read: choose it from the list.")
        return ""

    def _why_not_earlier(self) -> str:
        return translate(
            "restore", "This backup is of an earlier database of the same name, which has been deleted since."
        )

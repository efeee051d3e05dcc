"""One database in the trash: whose it was, how long it stays, and what can be done with it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.operation import OperationKind
from pagevoo_console.domain.trash import TrashEntry
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pages import KeyValues, PageHeader, ScrollPage, clear, row
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.tokens import Tone

SOON_DAYS = 1


class EntryPage(ScrollPage):
    """Shows one entry.

    Signals: undelete_wanted(TrashEntry); purge_wanted(TrashEntry); certificate_wanted(TrashEntry).
    """

    undelete_wanted = Signal(object)
    purge_wanted = Signal(object)
    certificate_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(translate("trash", "In the trash"), parent)
        self._shown: TrashEntry | None = None
        self.header = PageHeader("")
        self.banner = Banner()
        self.banner.setObjectName("trashEntryMessage")
        self.undelete = button(
            translate("trash", "Undelete…"), "archive-restore", ButtonKind.PRIMARY,
            on_click=lambda: self.undelete_wanted.emit(self._shown),
            hint=translate("trash", "Give it back under its old name"),
        )  # fmt: skip
        self.undelete.setObjectName("undeleteButton")
        self.purge = button(
            translate("trash", "Purge…"), "trash-2",
            on_click=lambda: self.purge_wanted.emit(self._shown), hint=translate("trash", "Drop it for good"),
        )  # fmt: skip
        self.purge.setObjectName("purgeButton")
        self.certificate = button(
            translate("trash", "Save certificate…"), "file-text",
            on_click=lambda: self.certificate_wanted.emit(self._shown),
            hint=translate("trash", "What was deleted, by whom, why and when: a page to print, or JSON"),
        )  # fmt: skip
        self.certificate.setObjectName("certificateButton")
        self._facts = QVBoxLayout()
        self.parts.addWidget(self.header)
        self.parts.addWidget(self.banner)
        self.parts.addWidget(row(self.undelete, self.purge, self.certificate, None))
        self.parts.addLayout(self._facts)
        self.parts.addStretch(1)

    def show_entry(self, entry: TrashEntry, whom: str, moment: datetime) -> None:
        """Show this one, of the tenant who is called `whom`, as it stands at that moment."""
        self._shown = entry
        self.header.set_title(entry.database, whom)
        self.banner.clear()
        if entry.is_missing:
            title = translate("trash", "It is not on its server any more")
            text = translate("trash", "Its backup brings it back, where there is one.")
            self.banner.show_message(Message(MessageKind.ERROR, title, text))
        elif entry.is_expired(moment):
            title = translate("trash", "Its time in the trash is over")
            text = translate("trash", "The next daily look purges it. Until then it can still be had back.")
            self.banner.show_message(Message(MessageKind.WARNING, title, text))
        self.undelete.setEnabled(not entry.is_missing)
        clear(self._facts)
        facts = KeyValues()
        for key, value in _facts(entry):
            facts.add(key, value)
        self._facts.addWidget(facts)


def days_badge(entry: TrashEntry, moment: datetime) -> Badge:
    """How long it stays, in words and colour."""
    days = entry.days_left(moment)
    if not days:
        return Badge(translate("trash", "Time is over"), Tone.DANGER, "triangle-alert")
    left = translate("trash", "1 day left") if days == 1 else translate("trash", "{days} days left").format(days=days)
    return Badge(left, Tone.WARNING if days <= SOON_DAYS else Tone.NEUTRAL, "hourglass", is_quiet=days > SOON_DAYS)


def what_happened(entry: TrashEntry) -> str:
    """What put it there, as the heading of when."""
    return translate("trash", "Replaced") if entry.is_replaced else translate("trash", "Deleted")


def why(entry: TrashEntry) -> str:
    """The reason somebody gave, or what took its place."""
    if entry.reason or not entry.is_replaced:
        return entry.reason or translate("trash", "No reason was given")
    if entry.kind == OperationKind.RESTORE:
        return translate("trash", "A backup was restored in its place")
    if entry.kind == OperationKind.IMPORT:
        return translate("trash", "A dump was imported in its place")
    return translate("trash", "An earlier one was had back in its place")


def _facts(entry: TrashEntry) -> tuple[tuple[str, str], ...]:
    none = translate("trash", "None")
    return (
        (translate("trash", "Can be had back until"), format.moment(entry.purge_after)),
        (what_happened(entry), f"{format.moment(entry.deleted_at)} · {entry.by}"),
        (translate("trash", "Why"), why(entry)),
        (translate("trash", "Size"), format.size(entry.size_bytes)),
        (translate("trash", "In the trash as"), f"{entry.name} · {entry.server}"),
        (translate("trash", "Backup"), entry.backup_path or none),
        (translate("trash", "Operation"), entry.operation),
    )

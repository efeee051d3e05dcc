"""One tenant's backups, newest first, each with whether it was proved by restoring it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.backup import Backup
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, button, icon_button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label, set_tooltip
from pagevoo_console.ui.kit.pages import clear, column, row
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.section import Section
from pagevoo_console.ui.kit.states import Emptiness, View
from pagevoo_console.ui.kit.tokens import Space, Text, Tone

SHOWN = 5


class BackupPanel(Section[tuple[Backup, ...]]):
    """The card *Backups*. The last five are shown, and all of them when asked for."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        title = translate("backups", "Backups")
        super().__init__(title, "database-backup", context.runner, context.master_lane, parent)
        self.setObjectName("backupPanel")
        self._context = context
        self._has_database = True
        self._shows_all = False
        self._shown: tuple[Backup, ...] | None = None
        self._layout = QVBoxLayout(self.inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S)
        self.back_up_button = button(
            translate("backups", "Back up…"), on_click=lambda: context.doors.back_up(self.tenant)
        )
        self.back_up_button.setObjectName("backUpButton")
        self.restore_button = button(
            translate("backups", "Restore…"), kind=ButtonKind.QUIET,
            on_click=lambda: context.doors.restore(self.tenant, None),
        )  # fmt: skip
        self.restore_button.setObjectName("restoreButton")
        self.add_to_head(self.restore_button)
        self.add_to_head(self.back_up_button)

    def show_tenant(self, tenant: str) -> None:
        if tenant != self.tenant:
            self._shows_all, self._shown = False, None
        super().show_tenant(tenant)

    def set_has_database(self, has_database: bool) -> None:
        """Whether there is something to back up now."""
        changed, self._has_database = has_database != self._has_database, has_database
        self.back_up_button.setEnabled(has_database)
        if changed and self.states.view is View.EMPTY:
            self.states.show_empty(self._nothing())

    def fetch(self, tenant: str) -> tuple[Backup, ...]:
        return self._context.console.backups.list(tenant)

    def present(self, content: tuple[Backup, ...]) -> Emptiness | None:
        self.restore_button.setVisible(bool(content))
        if not content:
            self._shown = None
            return self._nothing()
        if content != self._shown:
            self._shown = content
            self._show()
        return None

    def _nothing(self) -> Emptiness:
        title = translate("backups", "No backups yet")
        if not self._has_database:
            return Emptiness(title, translate("backups", "There is no database to back up."), "database-backup")
        text = translate("backups", "Nothing could be brought back if this database were lost.")
        verb = translate("backups", "Back up now…")
        return Emptiness(title, text, "database-backup", verb, lambda: self._context.doors.back_up(self.tenant))

    def _show(self) -> None:
        clear(self._layout)
        backups = self._shown or ()
        for place, backup in enumerate(backups if self._shows_all else backups[:SHOWN]):
            if place:
                self._layout.addWidget(rule())
            self._layout.addWidget(self._line(backup))
        if len(backups) > SHOWN and not self._shows_all:
            text = translate("backups", "Show all {count}").format(count=format.count(len(backups)))
            self._layout.addWidget(row(button(text, kind=ButtonKind.LINK, on_click=self._show_all), None))
        import_button = button(
            translate("backups", "Import a dump…"), kind=ButtonKind.LINK,
            on_click=lambda: self._context.doors.import_dump(self.tenant),
        )  # fmt: skip
        import_button.setObjectName("importButton")
        self._layout.addWidget(row(import_button, None))
        self._layout.addStretch(1)

    def _show_all(self) -> None:
        self._shows_all = True
        self._show()

    def _line(self, backup: Backup) -> QWidget:
        made = plain_label(format.age(backup.created_at), Text.STRONG)
        set_tooltip(made, format.moment(backup.created_at))
        rows = sum(backup.tables.values())
        detail = f"{format.size(backup.size_bytes)} · {format.tables(len(backup.tables))}, {format.rows(rows)}"
        words = column(made, plain_label(detail, Text.CAPTION, muted=True, elide=True), spacing=0)
        doors = self._context.doors
        verify = icon_button(
            "shield-check", translate("backups", "Verify by restoring a copy"), lambda: doors.verify(backup)
        )
        restore = icon_button(
            "archive-restore", translate("backups", "Restore this backup…"),
            lambda: doors.restore(backup.tenant, backup.id),
        )  # fmt: skip
        folder = icon_button("folder-open", translate("backups", "Open the folder"), lambda: doors.open_folder(backup))
        for name, made_button in (("verify", verify), ("restore", restore), ("folder", folder)):
            made_button.setObjectName(f"{name}.{backup.id}")
        line = row((words, 1), BadgeView(proof_badge(backup)), verify, restore, folder, spacing=Space.XS)
        line.setObjectName(f"backup.{backup.id}")
        line.setAccessibleName(f"{format.moment(backup.created_at)}, {detail}, {proof_badge(backup).text}")
        return line


def proof_badge(backup: Backup) -> Badge:
    """Whether the backup was restored and compared, and how long ago."""
    if backup.verified_at is None:
        return Badge(translate("backups", "Not proved"), Tone.NEUTRAL, "clock")
    return Badge(translate("backups", "Proved"), Tone.GOOD, "shield-check")

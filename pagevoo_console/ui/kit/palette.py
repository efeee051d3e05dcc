"""The command palette: every action and every tenant, a few letters away, without touching the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from pagevoo_console.ui.kit.controls import SearchField, rule
from pagevoo_console.ui.kit.fuzzy import ranked
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import Ground
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.tokens import Space

LIMIT = 40
ROWS = 9
ROW_HEIGHT = 40
WIDTH = 620


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """Something to go to or to do. `keywords` are looked at and not shown."""

    title: str
    run: Callable[[], object]
    detail: str = ""
    icon: str = "arrow-right"
    keys: str = ""
    keywords: str = ""


Deliver = Callable[[Sequence[PaletteEntry]], None]
Provider = Callable[[str, Deliver], object]


class CommandPalette(QFrame):
    """Lies over the window until something was chosen or Escape was pressed, and then gives the focus back.

    `provide` is called with what was typed and hands its entries, such as tenants, to the callable it is given, now or
    later; answers to an older text are dropped.
    """

    def __init__(
        self, entries: Callable[[], Sequence[PaletteEntry]], provide: Provider | None, window: QWidget
    ) -> None:
        super().__init__(window)
        self._window = window
        self._entries = entries
        self._provide = provide
        self._typed = ""
        self._found: Sequence[PaletteEntry] = ()
        self._had_focus: QWidget | None = None
        self.setProperty("ground", Ground.RAISED)
        self.setAccessibleName(translate("palette", "Command palette"))
        self.field = SearchField(translate("palette", "Go to a tenant, or do something…"), self)
        self.field.textChanged.connect(self._search)
        self._nothing = plain_label(translate("palette", "Nothing is called that."), muted=True)
        self._nothing.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        columns = (
            Column[PaletteEntry](
                "title", "", 400, lambda e: e.title, detail=lambda e: e.detail, icon=lambda e: e.icon, stretch=True
            ),
            Column[PaletteEntry]("keys", "", 160, lambda e: e.keys, kind=Kind.MUTED),
        )
        self._records = RecordsModel(columns, self._source(()), self)
        self.list = RecordView(
            self._records, translate("palette", "What was found"), row_height=ROW_HEIGHT, has_lines=False
        )
        self.list.horizontalHeader().hide()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(lambda _index: self._run())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        layout.setSpacing(Space.S)
        for part in (self.field, rule(), self.list, self._nothing):
            layout.addWidget(part)
        self.field.installEventFilter(self)
        window.installEventFilter(self)
        self.hide()

    @property
    def titles(self) -> list[str]:
        """What is offered now, best first."""
        return [entry.title for entry in self._records.source.rows(0, LIMIT) or ()]

    def open(self) -> None:
        """Come up, empty, with the keyboard."""
        self._had_focus = self._window.focusWidget()
        self.field.clear()
        self._search("")
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_(self) -> None:
        """Go away and give the focus back."""
        self.hide()
        if self._had_focus is not None:
            self._had_focus.setFocus(Qt.FocusReason.OtherFocusReason)
            self._had_focus = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._take(event)
        if watched is self.field and event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        return super().eventFilter(watched, event)

    def _take(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_()
        elif event.key() in steps:
            row = self.list.currentIndex().row() + steps[Qt.Key(event.key())]
            self._go_to(max(0, min(row, self._records.rowCount() - 1)))
        else:
            return False
        return True

    def _search(self, typed: str) -> None:
        self._typed = typed
        self._found = ()
        self._show()
        if self._provide is not None and typed.strip():
            self._provide(typed.strip(), lambda found: self._arrived(typed, found))

    def _arrived(self, typed: str, found: Sequence[PaletteEntry]) -> None:
        if typed == self._typed:
            self._found = tuple(found)
            self._show()

    def _show(self) -> None:
        fitting = ranked(self._typed, self._entries(), lambda e: f"{e.title} {e.detail} {e.keywords}", LIMIT)
        offered = [*self._found, *fitting] if len(self._typed.strip()) > 2 else [*fitting, *self._found]
        self._records.set_source(self._source(offered[:LIMIT]))
        self.list.setVisible(bool(offered))
        self._nothing.setVisible(not offered)
        self._go_to(0)
        self._place()

    def _go_to(self, row: int) -> None:
        if self._records.rowCount():
            self.list.selectRow(row)

    def _run(self) -> None:
        entry = self.list.current_record()
        if isinstance(entry, PaletteEntry):
            self.close_()
            entry.run()

    def _place(self) -> None:
        width = min(WIDTH, self._window.width() - 2 * Space.L)
        rows = min(ROWS, self._records.rowCount())
        self.list.setFixedHeight(rows * ROW_HEIGHT + Space.HAIR)
        tall = rows * ROW_HEIGHT if rows else self._nothing.sizeHint().height()
        self.resize(width, tall + self.field.sizeHint().height() + 4 * Space.S)
        self.move((self._window.width() - width) // 2, max(Space.L, self._window.height() // 8))

    @staticmethod
    def _source(entries: Sequence[PaletteEntry]) -> ListSource[PaletteEntry]:
        return ListSource(entries, identity=id)

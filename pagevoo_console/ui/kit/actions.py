"""Actions as records: menus, context menus, toolbars, shortcuts and the palette are projections of one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.feature import Feature
from pagevoo_console.domain.tenant import Tenant, Website
from pagevoo_console.ui.kit.icons import icon
from pagevoo_console.ui.kit.labels import menu_text, tooltip
from pagevoo_console.ui.kit.palette import PaletteEntry

Shortcut = str | QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Selection:
    """What is in hand: rooms publish it, actions ask it whether they apply."""

    room: str = ""
    tenants: tuple[Tenant, ...] = ()
    website: Website | None = None
    backup: Backup | None = None
    feature: Feature | None = None
    is_connected: bool = False
    is_read_only: bool = False

    @property
    def tenant(self) -> Tenant | None:
        """The one tenant in hand, None when there are none or several."""
        return self.tenants[0] if len(self.tenants) == 1 else None


def always(_selection: Selection) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done. `id` is `noun.verb`; `menu` is the title of the menu it stands in, empty for none.

    `run` is handed the selection of the moment it is triggered. `keywords` are other words people look for it by.
    """

    id: str
    title: str
    icon: str
    run: Callable[[Selection], object]
    menu: str = ""
    shortcut: Shortcut | None = None
    applies_to: Callable[[Selection], bool] = always
    is_dangerous: bool = False
    keywords: tuple[str, ...] = field(default=())
    begins_group: bool = False


class ActionSet(QObject):
    """The window's actions, each with one QAction, kept enabled or not as the selection changes."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, Action] = {}
        self._shown: dict[str, QAction] = {}
        self._selection = Selection()

    @property
    def selection(self) -> Selection:
        return self._selection

    def add(self, actions: Iterable[Action]) -> None:
        """Register actions. Two of one id, or of one shortcut, are our own fault."""
        for action in actions:
            if action.id in self._actions:
                raise ValueError(f"There are two actions called {action.id}")
            self._actions[action.id] = action
            self._shown[action.id] = self._project(action)
            self._window.addAction(self._shown[action.id])
        self._refuse_shared_shortcuts()

    def select(self, selection: Selection) -> None:
        """Something else is in hand now."""
        self._selection = selection
        for key, action in self._actions.items():
            self._shown[key].setEnabled(action.applies_to(selection))

    def __getitem__(self, action_id: str) -> QAction:
        return self._shown[action_id]

    def trigger(self, action_id: str) -> None:
        """Do it, if it applies to what is in hand."""
        action = self._actions[action_id]
        if action.applies_to(self._selection):
            action.run(self._selection)

    def fill_menu(self, menu: QMenu) -> QMenu:
        """Put the actions of the menu's title into it, in the order they were registered."""
        for action in self._actions.values():
            if action.menu == menu.title().replace("&", ""):
                if action.begins_group and not menu.isEmpty():
                    menu.addSeparator()
                menu.addAction(self._shown[action.id])
        return menu

    def context_menu(self, action_ids: Iterable[str], parent: QWidget) -> QMenu:
        """A menu of those among the actions that apply to what is in hand; `-` is a separator. Opened with `popup`."""
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action_id in action_ids:
            if action_id == "-":
                menu.addSeparator()
            elif self._actions[action_id].applies_to(self._selection):
                menu.addAction(self._shown[action_id])
        return menu

    def palette_entries(self) -> list[PaletteEntry]:
        """Every action that applies now, for the command palette."""
        return [
            PaletteEntry(
                title=action.title,
                detail=action.menu,
                icon=action.icon,
                keys=self._shown[action.id].shortcut().toString(QKeySequence.SequenceFormat.NativeText),
                keywords=" ".join(action.keywords),
                run=partial(self.trigger, action.id),
            )
            for action in self._actions.values()
            if action.applies_to(self._selection)
        ]

    def shortcuts(self) -> list[tuple[str, str]]:
        """Every shortcut and what it does, for the keyboard help."""
        return [
            (shown.shortcut().toString(QKeySequence.SequenceFormat.NativeText), self._actions[key].title)
            for key, shown in self._shown.items()
            if not shown.shortcut().isEmpty()
        ]

    def _project(self, action: Action) -> QAction:
        made = QAction(icon(action.icon), menu_text(action.title), self)
        made.setObjectName(action.id)
        made.setMenuRole(QAction.MenuRole.NoRole)
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if action.shortcut is not None:
            made.setShortcut(QKeySequence(action.shortcut))
        keys = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        made.setToolTip(tooltip(f"{action.title}  {keys}".strip()))
        made.setEnabled(action.applies_to(self._selection))
        made.triggered.connect(lambda _checked=False, action_id=action.id: self.trigger(action_id))
        return made

    def _refuse_shared_shortcuts(self) -> None:
        taken: dict[str, str] = {}
        for key, shown in self._shown.items():
            keys = shown.shortcut().toString()
            if keys and taken.setdefault(keys, key) != key:
                raise ValueError(f"{taken[keys]} and {key} share the shortcut {keys}")

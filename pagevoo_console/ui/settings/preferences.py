"""The preferences: colours, language, where backups go, and every shortcut there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import JobEvent, JobState, Task
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, SearchField, button, rule
from pagevoo_console.ui.kit.folders import FolderField
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import ScrollPage, column, row
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.runner import LOCAL, Runner
from pagevoo_console.ui.kit.states import StateStack
from pagevoo_console.ui.kit.theme import Scheme, Theme
from pagevoo_console.ui.kit.tokens import Space, Text, Tone
from pagevoo_console.ui.settings.keys_page import KeysPage
from pagevoo_console.ui.settings.places_page import PlacesPage

if TYPE_CHECKING:
    from pagevoo_console.services.backup_keys import BackupKeys
    from pagevoo_console.services.places import Places
    from pagevoo_console.services.settings import Preferences, Settings

Shortcut = tuple[str, str]
"""Keys, and what they do."""
LANGUAGES = (("", "As the system"), ("en", "English"))
FEWEST_ROWS, MOST_ROWS = 1, 10_000


@dataclass(frozen=True, slots=True)
class Read:
    """What the file of preferences says."""

    preferences: Preferences
    usual_backups: Path
    warning: str = ""


class PreferencesDialog(QDialog):
    """What a person can choose. Colours change at once and go back on Cancel; everything is saved by Save."""

    def __init__(
        self,
        settings: Settings,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        runner: Runner,
        shortcuts: Sequence[Shortcut] = (),
        places: Places | None = None,
        keys: BackupKeys | None = None,
    ) -> None:
        """`places` and `keys` of the console in the window; without one their pages are left out."""
        super().__init__(parent)
        self.setObjectName("preferencesDialog")
        self.setWindowTitle(translate("settings", "Preferences"))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(660, 600)
        self._settings, self._theme, self._runner = settings, theme, runner
        self._scheme_before = theme.scheme
        self._read: Read | None = None
        self._job = 0
        self.banner = Banner()
        self.banner.setObjectName("preferencesMessage")
        self.tabs = QTabWidget()
        self.tabs.setObjectName("preferencesTabs")
        self.tabs.setAccessibleName(translate("settings", "Preferences"))
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._make_general(), translate("settings", "General"))
        if places is not None:
            self.tabs.addTab(PlacesPage(places, runner), translate("settings", "Places"))
        if keys is not None:
            self.tabs.addTab(KeysPage(settings, keys, runner), translate("settings", "Backup keys"))
        self.tabs.addTab(ShortcutList(shortcuts), translate("settings", "Keyboard"))
        self.states = StateStack(column(self.banner, (self.tabs, 1), spacing=Space.S))
        self.save = button(translate("settings", "Save"), kind=ButtonKind.PRIMARY, on_click=self._save)
        self.save.setObjectName("savePreferencesButton")
        self.save.setDefault(True)
        self.save.setEnabled(False)
        leave = button(translate("settings", "Cancel"), on_click=self.reject)
        leave.setObjectName("cancelPreferencesButton")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(
            column((self.states, 1), margins=(Space.L, Space.M, Space.L, Space.M)),
            1,
        )
        layout.addWidget(rule())
        layout.addWidget(row(None, leave, self.save, margins=(Space.L, Space.S, Space.L, Space.S)))
        self.rejected.connect(lambda: theme.set_scheme(self._scheme_before))
        runner.job_event.connect(self._job_event)
        self.states.show_loading()
        self.load()

    def load(self) -> None:
        """Read the file again, in another thread."""
        self._runner.query(lambda: read(self._settings), self._arrived, self._failed, key="read", owner=self)

    # --- the page ---------------------------------------------------------------------------------------------------

    def _make_general(self) -> QWidget:
        self.schemes = QButtonGroup(self)
        choices = QHBoxLayout()
        choices.setSpacing(Space.S)
        for scheme, word, picture in (
            (Scheme.SYSTEM, translate("settings", "As the system"), "settings"),
            (Scheme.LIGHT, translate("settings", "Light"), "sun"),
            (Scheme.DARK, translate("settings", "Dark"), "moon"),
        ):
            chip = button(word, picture, ButtonKind.CHIP)
            chip.setObjectName(f"{scheme}SchemeButton")
            chip.setProperty("scheme", str(scheme))
            self.schemes.addButton(chip)
            choices.addWidget(chip)
        choices.addStretch(1)
        self.schemes.buttonClicked.connect(lambda chip: self._theme.set_scheme(Scheme(chip.property("scheme"))))
        self.language = QComboBox()
        self.language.setObjectName("languageCombo")
        for code, word in LANGUAGES:
            self.language.addItem(translate("settings", word), code)
        self.folder = FolderField(Path(), translate("settings", "Folder for backups"))
        self.folder.field.setObjectName("backupFolderEdit")
        self.folder.changed.connect(self._check)
        self._folder_problem = plain_label("", Text.CAPTION, tone=Tone.DANGER, wrap=True)
        self._folder_problem.hide()
        self.rows = QSpinBox()
        self.rows.setObjectName("pageSizeSpin")
        self.rows.setRange(FEWEST_ROWS, MOST_ROWS)
        self.rows.setMaximumWidth(140)
        self.rows.lineEdit().setTextMargins(int(Space.XS), 0, 0, 0)
        self.rows.lineEdit().setAccessibleName(translate("settings", "Rows of a list on the command line"))
        made = ScrollPage(translate("settings", "General"))
        layout = made.parts
        layout.setContentsMargins(0, Space.M, Space.S, 0)
        layout.setSpacing(Space.L)
        colours = QWidget()
        colours.setLayout(choices)
        choices.setContentsMargins(0, 0, 0, 0)
        for name, about, field in (
            (translate("settings", "Colours"), "", colours),
            (
                translate("settings", "Language"),
                translate("settings", "Dates, times and figures follow the system. A change shows after a restart."),
                self.language,
            ),
            (
                translate("settings", "Folder for backups"),
                translate("settings", "Left empty, backups go where the console keeps them usually."),
                column(self.folder, self._folder_problem, spacing=Space.XS),
            ),
            (
                translate("settings", "Rows of a list on the command line"),
                translate("settings", "How many a list command shows at most. The window always shows all."),
                self.rows,
            ),
        ):
            layout.addWidget(_setting(name, about, field))
        layout.addStretch(1)
        return made

    def _check(self) -> None:
        """A folder is an absolute path or nothing at all."""
        text = self.folder.field.text().strip()
        wrong = bool(text) and self.folder.folder is None
        self._folder_problem.setText(translate("settings", "Give the whole path, beginning at the root"))
        self._folder_problem.setVisible(wrong)
        self.save.setEnabled(self._read is not None and not wrong)

    # --- reading and saving -----------------------------------------------------------------------------------------

    def _arrived(self, found: Read) -> None:
        self._read = found
        preferences = found.preferences
        self._scheme_before = self._theme.scheme
        for chip in self.schemes.buttons():
            chip.setChecked(chip.property("scheme") == str(preferences.theme))
        self.language.setCurrentIndex(max(0, self.language.findData(preferences.language)))
        self.folder.field.setText(preferences.backup_folder)
        self.folder.field.setPlaceholderText(str(found.usual_backups))
        self.rows.setValue(preferences.page_size)
        if found.warning:
            title = translate("settings", "The file of preferences could not be used")
            self.banner.show_message(Message(MessageKind.WARNING, title, found.warning))
        self.states.show_content()
        self._check()

    def _failed(self, error: Exception) -> None:
        self.states.show_error(error, self.load)

    def _save(self) -> None:
        chosen = self.schemes.checkedButton()
        scheme = "" if chosen is None else str(chosen.property("scheme"))
        folder = self.folder.folder
        changes: dict[str, str | int] = {
            "language": str(self.language.currentData()),
            "backup_folder": "" if folder is None else str(folder),
            "page_size": self.rows.value(),
        }
        settings = self._settings
        self.save.setEnabled(False)
        task = Task(
            translate("settings", "Save preferences"),
            LOCAL,
            lambda _job: write(settings, scheme, changes),
            changes=lambda _result: Changes(kinds=frozenset({"settings"})),
        )
        self._job = self._runner.run(task).id

    def _job_event(self, event: JobEvent) -> None:
        if event.job.id != self._job or not event.job.state.is_final:
            return
        if event.job.state is JobState.SUCCEEDED:
            self.accept()
        elif event.job.error is not None:
            self.banner.show_message(message_of(event.job.error))
            self._check()


class ShortcutList(QWidget):
    """Every shortcut and what it does, narrowed down by typing."""

    def __init__(self, shortcuts: Sequence[Shortcut], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all = tuple(shortcuts)
        self.search = SearchField(translate("settings", "Search shortcuts"))
        self.search.setObjectName("shortcutSearch")
        columns: tuple[Column[Shortcut], ...] = (
            Column("what", translate("settings", "What it does"), 300, lambda one: one[1], stretch=True),
            Column("keys", translate("settings", "Keys"), 180, lambda one: one[0], Kind.MONO),
        )
        self.records: RecordsModel[Shortcut] = RecordsModel(columns, _source(self._all))
        self.list = RecordView(self.records, translate("settings", "Keyboard shortcuts"), row_height=32)
        self.list.setObjectName("shortcutList")
        self.search.searched.connect(self._narrow)
        self.search.moved_on.connect(self.list.setFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, Space.M, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)

    def _narrow(self, text: str) -> None:
        wanted = text.casefold()
        self.records.set_source(_source([one for one in self._all if wanted in f"{one[0]} {one[1]}".casefold()]))


def read(settings: Settings) -> Read:
    """In another thread: the preferences, or the usual ones with a warning where the file is damaged."""
    loaded = settings.load()
    return Read(loaded.preferences, settings.folders.backups, loaded.warning)


def write(settings: Settings, scheme: str, changes: dict[str, str | int]) -> Preferences:
    """In another thread: save what was chosen beside everything else the file says."""
    from pagevoo_console.services.settings import Theme as SavedTheme

    before = settings.load().preferences
    wanted = replace(before, theme=SavedTheme(scheme) if scheme else before.theme, **changes)  # type: ignore[arg-type]
    settings.save(wanted)
    return wanted


def _setting(name: str, about: str, field: QWidget) -> QWidget:
    title = plain_label(name, Text.STRONG)
    title.setBuddy(field)
    if not field.accessibleName():
        field.setAccessibleName(name)
    words = [title, plain_label(about, muted=True, wrap=True)] if about else [title]
    return column(*words, 2, field, spacing=Space.XS)


def _source(shortcuts: Sequence[Shortcut]) -> ListSource[Shortcut]:
    return ListSource(shortcuts, identity=lambda one: one)

"""The form of a connection: its fields, each with what is wrong with it right below."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from pagevoo_console.domain.server import Environment, Server, Tls
from pagevoo_console.ui.connections.drafts import (
    ENGINES,
    PORTS,
    ConnectionDraft,
    Problems,
    ServerDraft,
)
from pagevoo_console.ui.connections.work import Password
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.environment import environment_word
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import PlainLabel, plain_label
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.tokens import Space, Text, Tone


def tls_word(tls: Tls | None) -> str:
    """How a connection is protected, in words."""
    return {
        None: translate("connections", "As usual: verified, off on this machine"),
        Tls.OFF: translate("connections", "Off"),
        Tls.REQUIRED: translate("connections", "Required"),
        Tls.VERIFIED: translate("connections", "Verified"),
    }[tls]


class FieldGrid(QWidget):
    """Names at the left, fields at the right, and below each field room for what is wrong with it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.M)
        self._grid.setVerticalSpacing(Space.XS)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, 128)
        self._problems: dict[str, PlainLabel] = {}
        self._fields: dict[str, QWidget] = {}
        self._lines: dict[str, tuple[QWidget, ...]] = {}

    def add(self, key: str, name: str, field: QWidget, beside: QWidget | None = None) -> None:
        """Add a line; `field` is what gets the accessible name and the mark when it is wrong."""
        place = self._grid.rowCount()
        label = plain_label(name, muted=True)
        label.setBuddy(field)
        field.setAccessibleName(name)
        line = field if beside is None else row((field, 1), beside)
        problem = plain_label("", Text.CAPTION, tone=Tone.DANGER, wrap=True)
        problem.hide()
        self._grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(line, place, 1)
        self._grid.addWidget(problem, place + 1, 1)
        self._grid.setRowMinimumHeight(place + 1, Space.XS)
        self._fields[key], self._problems[key] = field, problem
        self._lines[key] = (label, line)

    def show_line(self, key: str, *, shown: bool) -> None:
        for each in self._lines[key]:
            each.setVisible(shown)

    def show_problems(self, problems: Problems) -> None:
        """Mark what is wrong and say why; clear the marks of what is right."""
        for key, label in self._problems.items():
            text = problems.get(key, "")
            label.setText(text)
            label.setVisible(bool(text))
            field = self._fields[key]
            state = "wrong" if text else ""
            if (field.property("state") or "") != state:
                field.setProperty("state", state)
                field.style().unpolish(field)
                field.style().polish(field)


class ServerFields(FieldGrid):
    """Where a server is and how to log in.

    Signals: changed().
    """

    changed = Signal()

    def __init__(self, *, path_is_file: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path_is_file = path_is_file
        self.engine = combo("engineCombo", ((format.engine(engine), engine) for engine in ENGINES))
        self.host, self.port = line_edit("hostEdit"), line_edit("portEdit")
        self.port.setMaximumWidth(110)
        self.socket = line_edit("socketEdit", translate("connections", "Instead of host and port, on this machine"))
        self.path = line_edit("pathEdit")
        self.user = line_edit("userEdit")
        self.tls = combo("tlsCombo", ((tls_word(tls), tls) for tls in (None, *Tls)))
        self.tls_ca = line_edit("tlsCaEdit", translate("connections", "Of the system, if left empty"))
        self.password = line_edit("passwordEdit")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.add("engine", translate("connections", "Engine"), self.engine)
        self.add("host", translate("connections", "Host"), self.host)
        self.add("port", translate("connections", "Port"), self.port)
        self.add("socket", translate("connections", "Local socket"), self.socket)
        name = translate("connections", "File") if path_is_file else translate("connections", "Folder")
        self.add("path", name, self.path, button(translate("connections", "Choose…"), on_click=self._choose_path))
        self.add("user", translate("connections", "User"), self.user)
        self.add("password", translate("connections", "Password"), self.password)
        self.add("tls", translate("connections", "Encryption"), self.tls)
        ca = translate("connections", "Authority file")
        self.add("tls_ca", ca, self.tls_ca, button(translate("connections", "Choose…"), on_click=self._choose_ca))
        for field in (self.host, self.port, self.socket, self.path, self.user, self.tls_ca, self.password):
            field.textEdited.connect(lambda _text: self.changed.emit())
        self.tls.activated.connect(lambda _place: self.changed.emit())
        self.engine.activated.connect(lambda _place: self._engine_chosen())
        self._arrange()

    def draft(self) -> ServerDraft:
        """What the fields say. Qt hands an enum back as the plain text it is made of."""
        tls = self.tls.currentData()
        return ServerDraft(
            str(self.engine.currentData()), self.host.text().strip(), self.port.text().strip(),
            self.socket.text().strip(), self.path.text().strip(), self.user.text().strip(),
            Tls(tls) if tls else None, self.tls_ca.text().strip(),
        )  # fmt: skip

    def typed_password(self) -> Password:
        return Password(self.password.text())

    def show_draft(self, draft: ServerDraft) -> None:
        self.engine.setCurrentIndex(max(0, self.engine.findData(draft.engine)))
        self.tls.setCurrentIndex(max(0, self.tls.findData(draft.tls)))
        for field, text in (
            (self.host, draft.host), (self.port, draft.port), (self.socket, draft.socket), (self.path, draft.path),
            (self.user, draft.user), (self.tls_ca, draft.tls_ca), (self.password, ""),
        ):  # fmt: skip
            field.setText(text)
            field.setCursorPosition(0)
        self._arrange()

    def _engine_chosen(self) -> None:
        if self.port.text() in PORTS.values():
            self.port.setText(PORTS[self.engine.currentData()])
        self._arrange()
        self.changed.emit()

    def _arrange(self) -> None:
        """Show the fields of this kind of server alone."""
        is_file = self.draft().is_file
        self.show_line("path", shown=is_file)
        for key in ("host", "port", "socket", "user", "password", "tls", "tls_ca"):
            self.show_line(key, shown=not is_file)

    def _choose_path(self) -> None:
        if self._path_is_file:
            title, mode = translate("connections", "Choose the master's file"), QFileDialog.FileMode.ExistingFile
        else:
            title, mode = translate("connections", "Choose a folder"), QFileDialog.FileMode.Directory
        self._choose(self.path, title, mode)

    def _choose_ca(self) -> None:
        title = translate("connections", "Choose the authority's certificate")
        self._choose(self.tls_ca, title, QFileDialog.FileMode.ExistingFile)

    def _choose(self, field: QLineEdit, title: str, mode: QFileDialog.FileMode) -> None:
        def chosen(path: str) -> None:
            field.setText(path)
            self.changed.emit()

        dialog = QFileDialog(self, title, field.text())
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class ConnectionForm(QWidget):
    """Everything about a connection but its tenant servers, which are kept as they are.

    Signals: changed() when somebody edited a field.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._servers: tuple[Server, ...] = ()
        self._env: dict[str, str] = {}
        self.general = FieldGrid()
        self.name = line_edit("connectionNameEdit")
        self.platform = combo("platformCombo", (("pagevoo", "pagevoo"),))
        self.platform.setEditable(True)
        typed = self.platform.lineEdit()
        assert typed is not None
        typed.setAccessibleName(translate("connections", "Platform"))
        self.environment = combo("environmentCombo", ((environment_word(each), each) for each in Environment))
        self.general.add("name", translate("connections", "Name"), self.name)
        self.general.add("platform", translate("connections", "Platform"), self.platform)
        self.general.add("environment", translate("connections", "Environment"), self.environment)
        self.server = ServerFields(path_is_file=True)
        self.database = line_edit("databaseEdit")
        self.server.add("database", translate("connections", "Master database"), self.database)
        self.keyring_note = plain_label("", Text.CAPTION, muted=True, wrap=True)
        self.keyring_note.setObjectName("keyringNote")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addWidget(self.general)
        layout.addWidget(self.server)
        layout.addWidget(self.keyring_note)
        for field in (self.name, self.database):
            field.textEdited.connect(lambda _text: self.changed.emit())
        self.platform.editTextChanged.connect(lambda _text: self.changed.emit())
        self.environment.activated.connect(lambda _place: self.changed.emit())
        self.server.changed.connect(self._server_changed)

    def set_platforms(self, names: Iterable[str]) -> None:
        """Offer these platforms; a path of another one can be typed."""
        self.platform.blockSignals(True)
        now = self.platform.currentText()
        self.platform.clear()
        for name in names:
            self.platform.addItem(name, name)
        self.platform.setEditText(now)
        self.platform.blockSignals(False)

    def draft(self) -> ConnectionDraft:
        """What the fields say."""
        return ConnectionDraft(
            self.name.text().strip(), self.platform.currentText().strip(), Environment(self.environment.currentData()),
            self.server.draft(), self.database.text().strip(), self._servers, self._env,
        )  # fmt: skip

    def show_draft(self, draft: ConnectionDraft, *, is_new: bool) -> None:
        """Fill the fields; the name of a saved connection stays, since its passwords are kept under it."""
        self._servers, self._env = draft.tenant_servers, draft.env_overrides
        self.platform.blockSignals(True)
        self.platform.setEditText(draft.platform)
        self.platform.blockSignals(False)
        self.name.setText(draft.name)
        self.name.setReadOnly(not is_new)
        self.environment.setCurrentIndex(self.environment.findData(draft.environment))
        self.server.show_draft(draft.server)
        self.database.setText(draft.database)
        self.server.show_line("database", shown=not draft.server.is_file)
        self.keyring_note.setVisible(not draft.server.is_file)
        placeholder = "" if is_new else translate("connections", "Unchanged, if left empty")
        self.server.password.setPlaceholderText(placeholder)
        self.show_problems({})

    def show_problems(self, problems: Problems) -> None:
        self.general.show_problems(problems)
        self.server.show_problems(problems)

    def _server_changed(self) -> None:
        is_file = self.server.draft().is_file
        self.server.show_line("database", shown=not is_file)
        self.keyring_note.setVisible(not is_file)
        self.changed.emit()


def line_edit(object_name: str, placeholder: str = "") -> QLineEdit:
    """A field for a text."""
    made = QLineEdit()
    made.setObjectName(object_name)
    made.setPlaceholderText(placeholder)
    return made


def combo(object_name: str, choices: Iterable[tuple[str, object]]) -> QComboBox:
    """A field for one of several, with the words people read and what they mean."""
    made = QComboBox()
    made.setObjectName(object_name)
    for word, value in choices:
        made.addItem(word, value)
    return made

"""The servers that hold a connection's tenants: a short list, and the dialog that adds one."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from pagevoo_console.domain.server import Connection, Server
from pagevoo_console.ui.connections.drafts import ServerDraft
from pagevoo_console.ui.connections.form import FieldGrid, ServerFields, line_edit
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, IconView, button, icon_button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import clear, row
from pagevoo_console.ui.kit.tokens import Space, Text


class TenantServers(QWidget):
    """Where the tenants of one connection live.

    Signals: add_wanted(); remove_wanted(server's name).
    """

    add_wanted = Signal()
    remove_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tenantServers")
        self.add = button(translate("connections", "Add server…"), "plus", on_click=self.add_wanted.emit)
        self.add.setObjectName("addServerButton")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(Space.XS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addLayout(self._lines)
        layout.addWidget(self.add, alignment=Qt.AlignmentFlag.AlignLeft)

    def show_connection(self, connection: Connection | None) -> None:
        """List the servers; a connection that is not saved yet can get none."""
        clear(self._lines)
        self.add.setEnabled(connection is not None)
        if connection is None:
            self._lines.addWidget(
                plain_label(translate("connections", "Save the connection first."), muted=True, wrap=True)
            )
        elif not connection.tenant_servers:
            text = translate("connections", "Tenants live on the master's server.")
            self._lines.addWidget(plain_label(text, muted=True, wrap=True))
        else:
            for server in connection.tenant_servers:
                self._lines.addWidget(self._line(server, can_go=server.name != connection.master.name))

    def _line(self, server: Server, *, can_go: bool) -> QWidget:
        words = plain_label(f"{format.engine(server.engine)} · {server.address}", muted=True, elide=True)
        line = row(IconView("server"), plain_label(server.name, Text.STRONG), (words, 1))
        if can_go:
            title = translate("connections", "Remove server {name}").format(name=server.name)
            remove = icon_button("trash-2", title, lambda: self.remove_wanted.emit(server.name))
            remove.setObjectName("removeServerButton")
            inside = line.layout()
            assert inside is not None
            inside.addWidget(remove)
        return line


class ServerDialog(QDialog):
    """Asks for a tenant server.

    Signals: chosen(Server, Password).
    """

    chosen = Signal(object, object)

    def __init__(self, engine: str, keyring_note: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("serverDialog")
        self.setWindowTitle(translate("connections", "Add a tenant server"))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self._naming = FieldGrid()
        self.name = line_edit("serverNameEdit")
        self._naming.add("name", translate("connections", "Name"), self.name)
        self.fields = ServerFields(path_is_file=False)
        self.fields.show_draft(replace(ServerDraft(), engine=engine))
        self.add = button(translate("connections", "Add"), kind=ButtonKind.PRIMARY, on_click=self._add)
        self.add.setObjectName("confirmServerButton")
        self.add.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        layout.setSpacing(Space.M)
        text = translate("connections", "The name will stand in the platform's registry beside every tenant put there.")
        layout.addWidget(plain_label(translate("connections", "Add a tenant server"), Text.SUBTITLE))
        layout.addWidget(plain_label(text, muted=True, wrap=True))
        layout.addWidget(self._naming)
        layout.addWidget(self.fields)
        if keyring_note:
            layout.addWidget(plain_label(keyring_note, Text.CAPTION, muted=True, wrap=True))
        layout.addWidget(row(None, button(translate("connections", "Cancel"), on_click=self.reject), self.add))
        self.name.setFocus()

    def _add(self) -> None:
        draft, name = self.fields.draft(), self.name.text().strip()
        problems = draft.problems()
        self.fields.show_problems(problems)
        nameless = {} if name else {"name": translate("connections", "Give the server a name")}
        self._naming.show_problems(nameless)
        if not problems and not nameless:
            self.chosen.emit(draft.server(name), self.fields.typed_password())
            self.accept()

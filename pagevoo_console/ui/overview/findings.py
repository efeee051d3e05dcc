"""All that one line of *Needs attention* is about, where the list of tenants has no filter for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from pagevoo_console.domain.sighting import Orphan
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.tenant_names import Names
from pagevoo_console.ui.kit.tokens import Space, Text


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. `tenant` is whose page it leads to, empty where it belongs to nobody."""

    name: str
    detail: str
    size: str = ""
    tenant: str = ""


def orphans_found(orphans: Sequence[Orphan]) -> tuple[Finding, ...]:
    """Databases that no live row owns, with where they are and why nobody owns them."""
    deleted = translate("overview", "the registry says that it was deleted")
    unknown = translate("overview", "no row of the registry names it")
    return tuple(
        Finding(one.name, f"{one.server} · {deleted if one.is_undead else unknown}", format.size(one.allocated))
        for one in orphans
    )


def tenants_found(tenants: Sequence[str], names: Names) -> tuple[Finding, ...]:
    """Tenants by their names, each leading to its page."""
    identity = translate("overview", "ID {id}")
    return tuple(Finding(names.get(one, one), identity.format(id=one), tenant=one) for one in tenants)


class FindingsDialog(QDialog):
    """Lists what was found. Enter or a double click goes to the tenant, Ctrl+C copies the chosen rows."""

    def __init__(
        self,
        title: str,
        about: str,
        findings: Sequence[Finding],
        on_tenant: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("findingsDialog")
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 460)
        self._on_tenant = on_tenant
        columns = [
            Column[Finding](
                "name", translate("overview", "Name"), 320, lambda one: one.name, detail=lambda one: one.detail,
                stretch=True,
            )
        ]  # fmt: skip
        if any(one.size for one in findings):
            columns.append(
                Column[Finding]("size", translate("overview", "Size"), 110, lambda one: one.size, Kind.NUMBER)
            )
        source = ListSource(findings, identity=lambda one: (one.name, one.detail))
        self.list = RecordView(RecordsModel(columns, source, self), title, row_height=46, many=True)
        self.list.setObjectName("findingsList")
        self.list.record_opened.connect(self._open)
        close = button(translate("overview", "Close"), kind=ButtonKind.PRIMARY, on_click=self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, Space.M, 0, Space.S + Space.XS)
        layout.setSpacing(Space.S)
        for part in (plain_label(title, Text.SUBTITLE, wrap=True), plain_label(about, muted=True, wrap=True)):
            part.setContentsMargins(Space.M, 0, Space.M, 0)
            layout.addWidget(part)
        layout.addWidget(rule())
        layout.addWidget(self.list, 1)
        layout.addWidget(rule())
        layout.addWidget(row(None, close, margins=(Space.M, Space.XS, Space.M, 0)))
        self.list.setFocus()
        self.list.selectRow(0)

    def _open(self, found: Finding) -> None:
        if found.tenant:
            self.accept()
            self._on_tenant(found.tenant)

"""Drift: how a tenant's tables, rows and revisions differ from what the installed revisions say. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.feature import Difference
from pagevoo_console.ui.features.changing import titles_of
from pagevoo_console.ui.features.differences import Compared, DifferenceTable, compared
from pagevoo_console.ui.features.words import differences_text
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import MessageAction, message_of
from pagevoo_console.ui.kit.pages import PageHeader, column
from pagevoo_console.ui.kit.states import Emptiness, StateStack, View
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.ways_out import DRIFT, ways_out

if TYPE_CHECKING:
    from pagevoo_console.ui.context import Context

NO_DATABASE = "database_required"


@dataclass(frozen=True, slots=True)
class Drift:
    """What was found, the features' titles, and the tenant's name."""

    differences: tuple[Difference, ...]
    titles: dict[str, str]
    names: Names
    laravel: int


class DriftView(QWidget):
    """The differences of one tenant, and the way to their repair."""

    def __init__(self, context: Context, tenant: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("driftView")
        self._context = context
        self._tenant = tenant
        self.header = PageHeader(translate("features", "Drift"))
        back = button(
            translate("features", "Back"), "arrow-left", on_click=lambda: context.doors.show_tenant(self._tenant)
        )
        back.setObjectName("backToTenantButton")
        again = button(translate("features", "Compare again"), "refresh-cw", on_click=self.refresh)
        again.setObjectName("compareAgainButton")
        self.repair = button(
            translate("features", "Repair…"), "wrench", ButtonKind.PRIMARY,
            on_click=lambda: context.doors.features.repair(self._tenant, ()),
        )  # fmt: skip
        self.repair.setObjectName("repairAllButton")
        self.repair.setEnabled(False)
        for made in (back, again, self.repair):
            self.header.add_action(made)
        self.list = DifferenceTable(translate("features", "Differences"))
        self.list.record_opened.connect(self._open)
        self._told = plain_label("", Text.CAPTION, muted=True, wrap=True)
        self.states = StateStack(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(
            column(self.header, self._told, margins=(Space.L, Space.M + Space.XS, Space.L, Space.M), spacing=Space.S)
        )
        layout.addWidget(self.states, 1)
        self.states.show_loading(translate("features", "Comparing every table…"))

    def refresh(self) -> None:
        """Compare again; what is there stays in sight until the answer has come."""
        context, tenant = self._context, self._tenant
        if self.states.view is not View.CONTENT:
            self.states.show_loading(translate("features", "Comparing every table…"))
        context.runner.query(lambda: context.lane_of(tenant), self._ask, self._failed, key="drift", owner=self)

    def _ask(self, lane: str) -> None:
        self._context.runner.query(self._read, self._arrived, self._failed, key="drift", owner=self, lane=lane)

    def _read(self) -> Drift:
        console, tenant = self._context.console, self._tenant
        titles = titles_of(console)
        differences, laravel = console.features.drift(tenant), console.features.migrations(tenant)
        return Drift(differences, titles, names_of(console.directory, (tenant,)), len(laravel))

    def _arrived(self, found: Drift) -> None:
        mendable = sum(one.is_repairable for one in found.differences)
        self.repair.setEnabled(bool(mendable))
        parts = [named(self._tenant, found.names)]
        if found.differences:
            parts.append(differences_text(len(found.differences)))
            parts.append(translate("features", "{count} can be repaired").format(count=format.count(mendable)))
        self.header.set_title(translate("features", "Drift"), " · ".join(parts))
        laravel = translate(
            "features",
            "The platform wrote down 1 migration of its own in this database."
            if found.laravel == 1
            else "The platform wrote down {count} migrations of its own in this database.",
        )
        self._told.setText(laravel.format(count=format.count(found.laravel)) if found.laravel else "")
        self._told.setVisible(bool(found.laravel))
        if not found.differences:
            about = translate("features", "Tables, rows and revisions are what the installed features made them.")
            self.states.show_empty(Emptiness(translate("features", "No difference"), about, "shield-check"))
            return
        core = self._context.console.platform.core_lineage
        self.list.show_differences(compared(found.differences, found.titles, core=core))
        self.states.show_content()

    def _failed(self, error: Exception) -> None:
        self.repair.setEnabled(False)
        if isinstance(error, ConsoleError) and error.code == NO_DATABASE:
            about = translate("features", "Features live in the tenant's database, and there is none yet.")
            emptiness = Emptiness(translate("features", "Nothing to compare"), about, "database")
            self.states.show_empty(emptiness, self._ways(error))
        elif self.states.view is View.CONTENT:
            self.states.banner.show_message(message_of(error))
        else:
            self.states.show_error(error, self.refresh, self._ways(error))

    def _ways(self, error: Exception) -> tuple[MessageAction, ...]:
        return ways_out(self._context, error, self._tenant, but=(DRIFT.name,))

    def _open(self, chosen: Compared) -> None:
        """To the repair of that feature, or to taking its tables over."""
        doors, feature = self._context.doors.features, chosen.difference.feature
        if chosen.difference.kind in ("missing_revision", "tables_without_row"):
            doors.adopt(self._tenant, feature)
        else:
            doors.repair(self._tenant, (feature,))

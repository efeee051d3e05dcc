"""One server: how it stands, what the console may and may not do there, and what its version is known for."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.health import ServerHealth, ServerLimits
from pagevoo_console.domain.quota import QuotaUsage
from pagevoo_console.domain.server import CheckResult, Server
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.check_steps import CheckSteps
from pagevoo_console.ui.kit.controls import button, rule
from pagevoo_console.ui.kit.gauge import QuotaGauge
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label, set_tooltip
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import Card, CardGrid, KeyValues, clear, column, row
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.states import StateStack
from pagevoo_console.ui.kit.tokens import Space, Tone
from pagevoo_console.ui.servers.privileges import privileges

SKEW_SECONDS = 5.0
"""So far apart two clocks may be before moments in the registry and in the trail tell different stories."""
NARROWEST_PART = 260


class ServerCard(Card):
    """Loads by itself. *Test connection* shows each layer, and leaves a failure in the trail."""

    def __init__(self, context: Context, server: Server, parent: QWidget | None = None) -> None:
        super().__init__(server.name, "server", parent=parent)
        self.setObjectName(f"server.{server.name}")
        self._context = context
        self._server = server
        self.health: ServerHealth | None = None
        self._badges = column(spacing=0)
        self.add_to_head(self._badges)
        address = plain_label(server.address, muted=True, elide=True, selectable=True)
        self.add(address)
        self._inside = QWidget()
        self._facts = QVBoxLayout(self._inside)
        self._facts.setContentsMargins(0, Space.XS, 0, 0)
        self._facts.setSpacing(Space.M)
        self.states = StateStack(self._inside)
        self.steps = CheckSteps()
        self.check_button = button(
            translate("servers", "Test connection"), "plug-zap", on_click=self.check,
            hint=translate("servers", "From name resolution to privileges; nothing is changed"),
        )  # fmt: skip
        self.check_button.setObjectName(f"check.{server.name}")
        self.check_button.setAccessibleName(f"{translate('servers', 'Test connection')}: {server.name}")
        self.add(self.states, self.steps, row(self.check_button, None))
        self.states.show_loading()

    def refresh(self) -> None:
        """Ask the server; the newest answer counts."""
        health, name = self._context.console.server_health, self._server.name
        self._context.runner.query(
            lambda: health.look(name)[0], self.present, self._failed, key="health", owner=self, lane=name
        )

    def check(self) -> None:
        """Test the connection, layer by layer."""
        health, name = self._context.console.server_health, self._server.name
        self.check_button.setEnabled(False)
        self.check_button.setText(translate("servers", "Testing…"))
        self._context.runner.query(
            lambda: health.check(name), self._checked, self._not_checked, key="check", owner=self, lane=name
        )

    # --- how it stands ----------------------------------------------------------------------------------------------

    def present(self, found: ServerHealth) -> None:
        """Show how it stands."""
        self.health = found
        if found.problem or found.limits is None:
            self._show_badges(Badge(translate("servers", "Does not answer"), Tone.DANGER, "server-off"))
            title = translate("servers", "{server} cannot be used now").format(server=found.name)
            told = Message(MessageKind.ERROR, title, found.problem)
            self.states.show_error(told, self._again)
            return
        self._fill(found, found.limits)
        self.states.show_content()

    def _failed(self, error: Exception) -> None:
        self.states.show_error(error, self._again)

    def _again(self) -> None:
        self.states.show_loading()
        self.refresh()

    def _show_badges(self, *badges: Badge) -> None:
        layout = self._badges.layout()
        assert layout is not None
        clear(layout)
        layout.addWidget(row(*(BadgeView(badge) for badge in badges)))

    def _fill(self, found: ServerHealth, limits: ServerLimits) -> None:
        answers = Badge(translate("servers", "Answers"), Tone.GOOD, "circle-check", is_quiet=True)
        read_only = Badge(translate("servers", "Read-only"), Tone.WARNING, "lock")
        self._show_badges(*((read_only,) if found.is_read_only else ()), answers)
        clear(self._facts)
        for problem in found.known_problems:
            self._facts.addWidget(banner(Message(MessageKind.WARNING, problem.title, problem.advice)))
        for warning in found.warnings:
            self._facts.addWidget(banner(Message(MessageKind.INFO, warning)))
        grid = CardGrid(NARROWEST_PART)
        for usage, note in _usages(found, limits):
            grid.add(_gauge(usage, note))
        grid.add(column(_values(found, limits), None))
        self._facts.addWidget(grid)
        self._facts.addWidget(rule())
        self._facts.addWidget(privileges(found))
        self._facts.addStretch(1)

    # --- Test connection --------------------------------------------------------------------------------------------

    def _checked(self, result: CheckResult) -> None:
        self._ready()
        self.steps.show_result(result)

    def _not_checked(self, error: Exception) -> None:
        self._ready()
        told = message_of(error)
        self.steps.show_result(CheckResult(False, (), problem=told.title, hint=told.text))

    def _ready(self) -> None:
        self.check_button.setEnabled(True)
        self.check_button.setText(translate("servers", "Test connection"))


def _usages(found: ServerHealth, limits: ServerLimits) -> list[tuple[QuotaUsage, str]]:
    """What has a limit, each with what to know of it."""
    made = []
    if found.holds_tenants:
        title = translate("servers", "Tenant databases")
        note = translate("servers", "At the limit no database is created here; another server takes it, or nobody.")
        if found.database_limit is None:
            note = translate("servers", "The platform sets no limit.")
        made.append((QuotaUsage("databases", found.databases, found.database_limit, "", title), note))
    if limits.max_connections is not None:
        title = translate("servers", "Connections")
        note = translate("servers", "{count} of them ours").format(count=format.count(limits.our_connections))
        made.append((QuotaUsage("connections", limits.connections, limits.max_connections, "", title), note))
    return made


def _gauge(usage: QuotaUsage, note: str) -> QWidget:
    shown = QuotaGauge(usage)
    shown.setObjectName(f"gauge.{usage.quota}")
    return column(shown, plain_label(note, muted=True, wrap=True), None, spacing=Space.XS)


def _values(found: ServerHealth, limits: ServerLimits) -> KeyValues:
    values = KeyValues()
    number = re.split(r"[ -]", found.version)[0]
    version = values.add(translate("servers", "Version"), f"{found.product} {number}".strip())
    if version is not None and number != found.version:
        set_tooltip(version, found.version)
    if limits.free_bytes is None:
        values.add(translate("servers", "Free on disk"), limits.why_no_disk or format.NOTHING)
    else:
        free = values.add(translate("servers", "Free on disk"), format.size(limits.free_bytes))
        if free is not None:
            set_tooltip(free, format.size_exactly(limits.free_bytes))
    charset = f"{limits.charset} / {limits.collation}"
    if limits.is_collation_right:
        values.add(translate("servers", "Character set"), charset)
    else:
        differs = BadgeView(Badge(translate("servers", "Differs"), Tone.WARNING, "triangle-alert"))
        why = translate("servers", "Tenants' databases are made right all the same; what others make here is not.")
        set_tooltip(differs, why)
        differs.setAccessibleDescription(why)
        shown = plain_label(charset, wrap=True, selectable=True)
        values.add(translate("servers", "Character set"), column(shown, row(differs, None), spacing=Space.XS))
    values.add(translate("servers", "Clock"), _clock(found.clock_skew))
    return values


def _clock(skew: float | None) -> str:
    """How far the server's clock is from this machine's."""
    if skew is None:
        return format.NOTHING
    if abs(skew) < SKEW_SECONDS:
        return translate("servers", "as here")
    apart = format.duration(abs(skew))
    told = translate("servers", "{time} ahead of here") if skew > 0 else translate("servers", "{time} behind here")
    return told.format(time=apart)

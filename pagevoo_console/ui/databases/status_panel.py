"""What is known of one tenant's database: state, place, size, age, features, backups, and whether it answers."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.database import DatabaseState, TenantDatabase
from pagevoo_console.domain.server import CheckResult
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.domain.tenant import Tenant
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import banner
from pagevoo_console.ui.kit.check_steps import CheckSteps
from pagevoo_console.ui.kit.controls import ButtonKind, button, copy_button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import set_tooltip
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import Card, KeyValues, clear, row
from pagevoo_console.ui.kit.pills import Badge, BadgeView, state_badge
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tokens import Space, Tone
from pagevoo_console.ui.ways_out import FINDINGS, SERVERS, Way, actions_of

_WAYS: dict[DatabaseState, tuple[Way, ...]] = {
    DatabaseState.MISSING: (FINDINGS,),
    DatabaseState.UNREACHABLE: (SERVERS,),
}


class StatusPanel(Card):
    """The card *Database*. The page hands it what was read; only *Test connection* asks by itself."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(translate("databases", "Database"), "database", parent=parent)
        self.setObjectName("databasePanel")
        self._context = context
        self._tenant: Tenant | None = None
        self._inside = QWidget()
        self._layout = QVBoxLayout(self._inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S + Space.XS)
        self._facts = QVBoxLayout()
        self.steps = CheckSteps()
        self.check_button = button(
            translate("databases", "Test connection"), "plug-zap", on_click=self.check,
            hint=translate("databases", "From name resolution to privileges; nothing is changed"),
        )  # fmt: skip
        self.check_button.setObjectName("testConnectionButton")
        self._layout.addLayout(self._facts)
        self._layout.addWidget(self.steps)
        self._layout.addWidget(row(self.check_button, None))
        self.states = StateStack(self._inside)
        self.add(self.states)

    def add_below(self, widget: QWidget) -> None:
        """Put something of another room's below the facts, such as who can log in."""
        self._layout.insertWidget(1, widget)

    def show_loading(self) -> None:
        """Another tenant was chosen; what is known of this one's database is on its way."""
        self._tenant = None
        self.steps.reset()
        self._context.runner.drop("check", self)
        self.states.show_loading()

    def show_error(self, error: Exception) -> None:
        self.states.show_error(error, self._context.doors.refresh)

    def show_status(self, tenant: Tenant, entry: TenantEntry | None) -> None:
        """What the server says now, and what was last seen besides."""
        if self._tenant is not None and self._tenant.id != tenant.id:
            self.steps.reset()
        self._tenant = tenant
        database = tenant.database
        if database is None:
            self.states.show_empty(
                Emptiness(
                    translate("databases", "No database yet"),
                    translate("databases", "Publishing the website makes one, and so can you."),
                    "database",
                    translate("databases", "Create database…"),
                    lambda: self._context.doors.create_database(tenant.id),
                )
            )
            return
        clear(self._facts)
        if database.note and database.state not in (DatabaseState.ACTIVE, DatabaseState.SUSPENDED):
            self._facts.addWidget(banner(self._problem(tenant.id, database)))
        self._facts.addWidget(self._values(database, entry))
        self.check_button.setVisible(database.state not in (DatabaseState.DELETED, DatabaseState.PROVISIONING))
        self.states.show_content()

    def check(self) -> None:
        """Test the connection to the tenant's database, layer by layer."""
        if self._tenant is None or self._tenant.database is None:
            return
        tenant, databases = self._tenant.id, self._context.console.databases
        self.check_button.setEnabled(False)
        self.check_button.setText(translate("databases", "Testing…"))
        self._context.runner.query(
            lambda: databases.check(tenant),
            lambda result: self._checked(tenant, result),
            lambda error: self._not_checked(tenant, error),
            key="check",
            owner=self,
            lane=self._tenant.database.server,
        )

    def _values(self, database: TenantDatabase, entry: TenantEntry | None) -> KeyValues:
        values = KeyValues()
        values.add(translate("databases", "State"), row(BadgeView(state_badge(database.state)), None))
        name = translate("databases", "Name")
        values.add(name, database.name, copy_button(lambda: database.name, name))
        values.add(translate("databases", "Engine"), format.engine(database.engine))
        values.add(translate("databases", "Server"), self._address(database.server))
        size = values.add(translate("databases", "Size"), format.size(database.size_bytes))
        if size is not None and database.size_bytes is not None:
            set_tooltip(size, format.size_exactly(database.size_bytes))
        values.add(translate("databases", "Created"), _when(database))
        if entry is not None:
            features = ", ".join(entry.features) or translate("databases", "None active")
            values.add(translate("databases", "Features"), features)
            values.add(translate("databases", "Last backup"), row(*_backup(entry), None))
        return values

    def _address(self, name: str) -> str:
        for server in self._context.console.connection.servers:
            if server.name == name and server.address != name:
                return f"{name} · {server.address}" if not server.directory else server.address
        return name

    def _problem(self, tenant: str, database: TenantDatabase) -> Message:
        """What is wrong with it, and where that is looked into."""
        kind = MessageKind.INFO if database.state is DatabaseState.PROVISIONING else MessageKind.WARNING
        ways = actions_of(self._context, _WAYS.get(database.state, ()), tenant)
        return Message(kind, state_badge(database.state).text, database.note, next(iter(ways), None))

    def _checked(self, tenant: str, result: CheckResult) -> None:
        self._ready()
        if self._tenant is not None and self._tenant.id == tenant:
            self.steps.show_result(result)

    def _not_checked(self, tenant: str, error: Exception) -> None:
        self._ready()
        if self._tenant is not None and self._tenant.id == tenant:
            told = message_of(error)
            self.steps.show_result(CheckResult(False, (), problem=told.title, hint=told.text))

    def _ready(self) -> None:
        self.check_button.setEnabled(True)
        self.check_button.setText(translate("databases", "Test connection"))


def create_button(context: Context, tenant: str) -> QWidget:
    """The way out of having no database."""
    made = button(
        translate("databases", "Create database…"), "database", ButtonKind.PRIMARY,
        on_click=lambda: context.doors.create_database(tenant),
    )  # fmt: skip
    made.setObjectName("createDatabaseButton")
    return made


def _when(database: TenantDatabase) -> str:
    if database.deleted_at is not None:
        return translate("databases", "{made}, deleted {gone}").format(
            made=format.moment(database.created_at), gone=format.moment(database.deleted_at)
        )
    if database.created_at is None:
        return format.NOTHING
    return f"{format.moment(database.created_at)} ({format.age(database.created_at)})"


def _backup(entry: TenantEntry) -> tuple[QWidget, ...]:
    if entry.backup_at is None:
        return (BadgeView(Badge(translate("databases", "Never"), Tone.WARNING, "triangle-alert")),)
    if entry.proved_at is not None and entry.proved_at >= entry.backup_at:
        proof = Badge(translate("databases", "Proved"), Tone.GOOD, "shield-check")
    else:
        proof = Badge(translate("databases", "Not proved"), Tone.NEUTRAL, "clock")
    return (BadgeView(Badge(format.age(entry.backup_at), is_quiet=True)), BadgeView(proof))

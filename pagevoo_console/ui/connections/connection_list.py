"""The list of saved connections, each with its environment in colour and in words."""

from __future__ import annotations

from collections.abc import Callable

from pagevoo_console.domain.server import Connection, Environment
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.environment import environment_word
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, ListSource, RecordsModel
from pagevoo_console.ui.kit.records import Kind as CellKind
from pagevoo_console.ui.kit.tokens import Tone

_LOOKS: dict[Environment, tuple[Tone, str]] = {
    Environment.DEMO: (Tone.ACCENT, "flask-conical"),
    Environment.LOCAL: (Tone.GOOD, "hard-drive"),
    Environment.STAGING: (Tone.WARNING, "layers"),
    Environment.PRODUCTION: (Tone.DANGER, "shield-alert"),
}


def environment_badge(environment: Environment) -> Badge:
    """The environment as a badge, in the hue that its bar has."""
    tone, icon = _LOOKS[environment]
    return Badge(environment_word(environment), tone, icon)


def columns(is_default: Callable[[Connection], bool]) -> tuple[Column[Connection], ...]:
    """What is shown of a connection in the list."""

    def detail(one: Connection) -> str:
        usual = (translate("connections", "Default"),) if is_default(one) else ()
        return " · ".join((*usual, format.engine(one.master.engine), one.master.address))

    return (
        Column(
            "name",
            translate("connections", "Connection"),
            200,
            lambda one: one.name,
            detail=detail,
            hint=lambda one: f"{one.name}\n{one.platform}\n{one.master.address}\n{one.master_database}",
            stretch=True,
        ),
        Column(
            "environment",
            translate("connections", "Environment"),
            152,
            lambda one: environment_word(one.environment),
            CellKind.BADGE,
            badge=lambda one: environment_badge(one.environment),
        ),
    )


class ConnectionList(RecordView):
    """The saved connections by name."""

    def __init__(self) -> None:
        self._default = ""
        shown = columns(lambda one: one.name == self._default)
        self.model_of_connections: RecordsModel[Connection] = RecordsModel(shown, _source(()))
        super().__init__(self.model_of_connections, translate("connections", "Saved connections"), row_height=52)
        self.setObjectName("connectionList")

    def show_connections(self, connections: tuple[Connection, ...], default: str) -> None:
        """Show them; `default` is the name of the one that is opened where none is named."""
        self._default = default
        self.model_of_connections.set_source(_source(connections))


def _source(connections: tuple[Connection, ...]) -> ListSource[Connection]:
    return ListSource(connections, identity=lambda one: one.name)

"""The pages of a run over many: whom it is for, where to, and how much of the servers it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QGridLayout, QWidget

from pagevoo_console.domain.fleet_backup import FleetWork
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.fleet_backups.crowds import Crowd, read
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.backup_target import TargetChoice
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.numbers import number_field
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

USUAL_WORKERS, MOST_WORKERS = 2, 64
SESSIONS_EACH = 4
USUAL_CONNECTIONS, MOST_CONNECTIONS = 32, 1024


@dataclass(frozen=True, slots=True)
class Load:
    """How much a run takes of the servers: tenants at a time, and sessions on a server at most."""

    workers: int = USUAL_WORKERS
    connections: int = USUAL_CONNECTIONS

    @property
    def words(self) -> tuple[str, ...]:
        """As options of the command line; the usual is left out."""
        workers = () if self.workers == USUAL_WORKERS else ("--workers", str(self.workers))
        connections = () if self.connections == USUAL_CONNECTIONS else ("--connections", str(self.connections))
        return (*workers, *connections)


class WhomPage(LoadedPage[tuple[Crowd, ...]]):
    """Chooses among what `read` finds."""

    def __init__(
        self, console: Console, runner: Runner, work: FleetWork, query: TenantQuery, chosen: Sequence[str]
    ) -> None:
        super().__init__(
            translate("fleet_backups", "Whom"),
            translate("fleet_backups", "One that fails stops nobody else. A run that is cut off is gone on with."),
            runner,
            console.connection.master.name,
        )
        self._console, self._work, self._query, self._chosen = console, work, query, tuple(chosen)
        self._group = QButtonGroup(self)
        self.cards: list[tuple[Crowd, ChoiceCard]] = []

    @property
    def crowd(self) -> Crowd | None:
        """Who was chosen."""
        return next((crowd for crowd, card in self.cards if card.is_chosen), None)

    @property
    def is_ready(self) -> bool:
        return self.crowd is not None and self.crowd.number > 0

    def fetch(self) -> tuple[Crowd, ...]:
        return read(self._console, self._work, self._query, self._chosen)

    def present(self, content: tuple[Crowd, ...]) -> None:
        words = self._console.platform.words
        for crowd in content:
            noun = words.tenant if crowd.number == 1 else words.tenants
            counted = f"{format.count(crowd.number)} {noun} · {format.size(crowd.size_bytes)}"
            card = ChoiceCard(crowd.title, "\n".join(filter(None, (counted, crowd.about))), icon_name="users")
            card.control.setObjectName(f"crowd-{crowd.key}")
            self._group.addButton(card.control)
            self.cards.append((crowd, card))
            self.parts.addWidget(card)
        self.parts.addStretch(1)
        self.cards[0][1].control.setChecked(True)
        self._group.buttonToggled.connect(lambda _button, on: self.touch() if on else None)


class LoadFields(QWidget):
    """Two figures: how many tenants at a time, and how many sessions a server is asked for at most."""

    def __init__(self, page: WizardPage) -> None:
        super().__init__()
        self.workers = number_field(
            "workersSpin", translate("fleet_backups", "At a time"), 1, MOST_WORKERS, USUAL_WORKERS
        )
        self.connections = number_field(
            "connectionsSpin", translate("fleet_backups", "Connections a server"), SESSIONS_EACH, MOST_CONNECTIONS,
            USUAL_CONNECTIONS,
        )  # fmt: skip
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(2, 1)
        for line, (spin, about) in enumerate(
            (
                (self.workers, translate("fleet_backups", "Databases that are worked on at the same time.")),
                (self.connections, translate("fleet_backups", "At most, and never more than half of what a server has "
                                             "to spare: its websites come first.")),
            )
        ):  # fmt: skip
            name = plain_label(spin.accessibleName(), Text.STRONG)
            name.setBuddy(spin)
            grid.addWidget(name, line, 0)
            grid.addWidget(spin, line, 1)
            grid.addWidget(plain_label(about, muted=True, wrap=True), line, 2)
            spin.valueChanged.connect(lambda _number: page.touch())

    @property
    def load(self) -> Load:
        return Load(self.workers.value(), self.connections.value())


class BackupHowPage(WizardPage):
    """Where the backups go, whether each is proved, and how much of the servers it takes."""

    def __init__(self, console: Console, runner: Runner) -> None:
        super().__init__(
            translate("fleet_backups", "How"),
            translate("fleet_backups", "Live databases are only read. The websites stay online all the while."),
        )
        self.where = TargetChoice(console, runner, None)
        self.where.changed.connect(self.touch)
        self.prove = _box("proveAllBox", translate("fleet_backups", "Prove each right away: restore and compare"))
        self.anew = _box("anewBox", translate("fleet_backups", "Begin with everybody, whatever an earlier run did"))
        self.figures = LoadFields(self)
        self.body.addWidget(self.where)
        for box in (self.prove, self.anew):
            box.toggled.connect(lambda _on: self.touch())
            self.body.addWidget(box, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(Space.S)
        self.body.addWidget(self.figures)
        self.require(lambda: self.where.is_decided)


class VerifyHowPage(WizardPage):
    """How deep a proof goes, whom it leaves out, and how much of the servers it takes."""

    def __init__(self) -> None:
        super().__init__(
            translate("fleet_backups", "How"),
            translate("fleet_backups", "Each is restored into a scratch database that is dropped afterwards."),
        )
        self.again = _box("againBox", translate("fleet_backups", "Prove what was proved before, too"))
        self.quick = _box("quickBox", translate("fleet_backups", "Compare checksums only, which proves nothing about "
                                                "restoring"))  # fmt: skip
        self.figures = LoadFields(self)
        for box in (self.again, self.quick):
            box.toggled.connect(lambda _on: self.touch())
            self.body.addWidget(box, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(Space.S)
        self.body.addWidget(self.figures)


def _box(name: str, text: str) -> QCheckBox:
    made = QCheckBox(text)
    made.setObjectName(name)
    made.setAccessibleName(text)
    return made

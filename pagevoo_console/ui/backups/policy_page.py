"""Which backups are kept: a policy in figures, and live below it what would go and what stays, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QVBoxLayout

from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.place import Place
from pagevoo_console.domain.retention import Keeping, PrunePlan, RetentionPolicy
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.numbers import number_field
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of
from pagevoo_console.ui.kit.tokens import Space, Text, Tone
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console

PAUSE_MS = 250
MOST = 10_000
LANE = "places"
NAMES = ("last", "days", "weeks", "months", "years")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a policy would do, and what the tenants concerned are called."""

    plan: PrunePlan
    names: Names


class PolicyPage(WizardPage):
    """Edits a policy. Each change makes the plan anew, in another thread; the newest wins."""

    def __init__(self, console: Console, runner: Runner) -> None:
        super().__init__(
            translate("prune", "What is kept"),
            translate("prune", "Of each database: the newest ones, and the newest of each day, week, month and year. "
                      "The last proved backup of a live database is never removed."),
        )  # fmt: skip
        self._console, self._runner = console, runner
        self._names: dict[str, str] = {}
        self._is_known = False
        self.preview: Preview | None = None
        self.places = QComboBox()
        self.places.setObjectName("prunePlaceCombo")
        self.places.setAccessibleName(translate("prune", "Where"))
        self.places.addItem(translate("prune", "This machine's folders"), None)
        self.spins = {name: number_field(f"keep-{name}", _word(name), 0, MOST, 0) for name in NAMES}
        self.save = QCheckBox(translate("prune", "Keep this policy for the nightly run, too"))
        self.save.setObjectName("savePolicyBox")
        self.save.setAccessibleName(self.save.text())
        self.told = plain_label("", Text.STRONG, wrap=True)
        self.told.setObjectName("prunePreview")
        self.records: RecordsModel[Keeping] = RecordsModel(columns(self._names), _source(()))
        self.list = RecordView(self.records, translate("prune", "Backups"), row_height=44)
        self.list.setObjectName("pruneList")
        self.states = StateStack(self.list)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.S)
        grid.setVerticalSpacing(Space.XS)
        for place, (name, spin) in enumerate(self.spins.items()):
            label = plain_label(_word(name), muted=True)
            label.setBuddy(spin)
            grid.addWidget(label, 0, place)
            grid.addWidget(spin, 1, place)
        grid.setColumnStretch(len(self.spins), 1)
        where = plain_label(translate("prune", "Where"), muted=True)
        where.setBuddy(self.places)
        self.body.addWidget(row(where, (self.places, 1)))
        self.body.addLayout(grid)
        self.body.addWidget(self.save)
        self.body.addWidget(self.told)
        self.body.addWidget(self.states, 1)
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)
        outer.takeAt(outer.count() - 1)
        outer.setStretchFactor(self.body, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._look)
        for spin in self.spins.values():
            spin.valueChanged.connect(lambda _number: self._changed())
        self.places.currentIndexChanged.connect(lambda _index: self._changed())
        self.save.toggled.connect(lambda _on: self.touch())
        self.require(lambda: self.preview is not None and (bool(self.preview.plan.removed) or self.save.isChecked()))
        self.states.show_loading()
        runner.query(
            lambda: (console.retention.policy(), console.places.saved()), self._known, self._failed,
            key="policy", owner=self, lane=console.connection.master.name,
        )  # fmt: skip

    @property
    def policy(self) -> RetentionPolicy:
        """As it stands in the fields. Raises WrongUsage where it keeps nothing."""
        return RetentionPolicy(**{name: spin.value() for name, spin in self.spins.items()})

    @property
    def place(self) -> Place | None:
        """Where the backups lie, None for this machine's folders."""
        place: Place | None = self.places.currentData()
        return place

    def _known(self, found: tuple[RetentionPolicy, tuple[Place, ...]]) -> None:
        policy, places = found
        for name, spin in self.spins.items():
            spin.blockSignals(True)
            spin.setValue(getattr(policy, name))
            spin.blockSignals(False)
        self.places.blockSignals(True)
        for place in places:
            self.places.addItem(place.address, place)
        self.places.blockSignals(False)
        self._is_known = True
        self._look()

    def _changed(self) -> None:
        self.preview = None
        self.touch()
        self._pause.start()

    def _look(self) -> None:
        if not self._is_known:
            return
        try:
            policy = self.policy
        except WrongUsage as error:
            self.told.setText("")
            self.states.show_empty(Emptiness(error.message, error.hint, "triangle-alert"))
            return
        console, place = self._console, self.place

        def read() -> Preview:
            plan = console.retention.plan(None, policy, place)
            return Preview(plan, names_of(console.directory, {one.backup.tenant for one in plan.keepings}))

        self._runner.query(
            read, self._arrived, self._failed, key="prune", owner=self,
            lane=console.connection.master.name if place is None else LANE,
        )  # fmt: skip

    def _arrived(self, preview: Preview) -> None:
        self.preview = preview
        self._names.update(preview.names)
        plan = preview.plan
        self.told.setText(told_of(plan))
        if plan.keepings:
            self.records.set_source(_source(tuple(sorted(plan.keepings, key=lambda one: one.is_kept))))
            self.states.show_content()
        else:
            text = translate("prune", "Nothing is there that could be kept or removed.")
            self.states.show_empty(Emptiness(translate("prune", "There are no backups"), text, "archive"))
        self.completeness_changed.emit()

    def _failed(self, error: Exception) -> None:
        self.told.setText("")
        self.states.show_error(error, self._look, self.ways(error))


def told_of(plan: PrunePlan) -> str:
    """The plan in one line."""
    going, kept = len(plan.removed), sum(one.is_kept for one in plan.keepings)
    words = [
        translate("prune", "{count} would go, {size}").format(
            count=format.count(going), size=format.size(plan.freed_bytes)
        ),
        translate("prune", "{count} stay").format(count=format.count(kept)),
    ]
    if plan.skipped:
        words.append(translate("prune", "{count} are worked on").format(count=format.count(len(plan.skipped))))
    return " · ".join(words)


def why_kept(keeping: Keeping) -> str:
    """The reasons in words; one that we have no word for as the service has it."""
    words = {
        "last": translate("prune", "one of the newest"),
        "day": translate("prune", "of a day"),
        "week": translate("prune", "of a week"),
        "month": translate("prune", "of a month"),
        "year": translate("prune", "of a year"),
        "newest": translate("prune", "the newest of a live database"),
        "newest proved": translate("prune", "the last proved one"),
        "trash": translate("prune", "the trash rests on it"),
    }
    reasons = [reason for reason in keeping.reasons if reason != "newest" or "last" not in keeping.reasons]
    told = ", ".join(words.get(reason, reason) for reason in reasons)
    return told[:1].upper() + told[1:]


def columns(names: Mapping[str, str]) -> tuple[Column[Keeping], ...]:
    """What is shown of each backup."""
    return (
        Column(
            "database", translate("prune", "Database"), 190, lambda one: one.backup.database,
            detail=lambda one: named(one.backup.tenant, names), stretch=True, sort_key="database",
        ),
        Column(
            "made", translate("prune", "Made"), 100, lambda one: format.age(one.backup.created_at), Kind.MUTED,
            sort_key="made", hint=lambda one: format.moment(one.backup.created_at),
        ),
        Column(
            "size", translate("prune", "Size"), 80, lambda one: format.size(one.backup.size_bytes), Kind.NUMBER,
            sort_key="size",
        ),
        Column(
            "fate", translate("prune", "What becomes of it"), 260, _fate, Kind.BADGE, sort_key="fate", badge=fate_badge,
            hint=_fate,
        ),
    )  # fmt: skip


def fate_badge(keeping: Keeping) -> Badge:
    """Whether it goes, or why it stays."""
    if keeping.is_kept:
        return Badge(why_kept(keeping), Tone.NEUTRAL, "shield", is_quiet=True)
    return Badge(translate("prune", "Would go"), Tone.DANGER, "trash-2")


def _fate(keeping: Keeping) -> str:
    return fate_badge(keeping).text


def _word(name: str) -> str:
    return {
        "last": translate("prune", "Newest"),
        "days": translate("prune", "Days"),
        "weeks": translate("prune", "Weeks"),
        "months": translate("prune", "Months"),
        "years": translate("prune", "Years"),
    }[name]


def _source(keepings: tuple[Keeping, ...]) -> ListSource[Keeping]:
    return ListSource(
        keepings,
        identity=lambda one: one.backup.id,
        sort_values={
            "database": lambda one: one.backup.database,
            "made": lambda one: one.backup.created_at,
            "size": lambda one: one.backup.size_bytes,
            "fate": lambda one: (one.is_kept, why_kept(one)),
        },
    )

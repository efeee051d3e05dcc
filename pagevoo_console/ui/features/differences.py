"""A table of differences: where, what, in words, and what becomes of each. Shared by drift, repair and adoption."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.feature import Difference, Repair
from pagevoo_console.ui.features import words
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.reviews import ReviewStep
from pagevoo_console.ui.kit.tokens import Tone

ROW_HEIGHT = 48
TABLE, KIND, FATE = 0, 1, 3
NARROW_WIDTHS = {TABLE: 150, FATE: 132}
LONGEST_STATEMENT = 160


@dataclass(frozen=True, slots=True)
class Compared:
    """One difference, and what becomes of it: `fate` as a badge, `because` why or by which statement."""

    difference: Difference
    title: str
    fate: Badge
    because: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        found = self.difference
        return (found.feature, found.table, found.kind, found.detail)


class DifferenceTable(RecordView):
    """The differences, as they were handed in; sorted by a click. A narrow one tells the kind by the words alone."""

    def __init__(self, accessible_name: str, *, is_narrow: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(RecordsModel(_columns(), _source(())), accessible_name, row_height=ROW_HEIGHT, parent=parent)
        self.setObjectName("differenceTable")
        if is_narrow:
            self.setColumnHidden(KIND, True)
            for column, width in NARROW_WIDTHS.items():
                self.setColumnWidth(column, width)

    def show_differences(self, compared: tuple[Compared, ...]) -> None:
        """Show other ones."""
        self.records.set_source(_source(compared))


def compared(differences: Iterable[Difference], titles: dict[str, str], *, core: str) -> tuple[Compared, ...]:
    """The differences as drift tells them: can each be repaired, and why not."""
    found = []
    for one in differences:
        mendable = Badge(translate("features", "Repairable"), Tone.ACCENT, "wrench")
        stays = Badge(translate("features", "Stays"), Tone.NEUTRAL, "circle-pause", is_quiet=True)
        because = one.why or translate("features", "no value is lost by its repair")
        fate = mendable if one.is_repairable else stays
        found.append(Compared(one, titles.get(one.feature, core), fate, because))
    return tuple(found)


def fated(
    repairs: Iterable[Repair], left: Iterable[Difference], titles: dict[str, str], done: str, *, core: str
) -> tuple[Compared, ...]:
    """The differences as a plan settles them: `done` is what the console will have done to those it mends."""
    mended = Badge(done, Tone.GOOD, "wrench")
    stays = Badge(translate("features", "Stays"), Tone.NEUTRAL, "circle-pause", is_quiet=True)
    how = translate("features", "the review shows by which statements")
    found = [
        Compared(difference, titles.get(difference.feature, core), mended, how)
        for repair in repairs
        for difference in repair.differences
    ]
    found += [Compared(one, titles.get(one.feature, core), stays, one.why) for one in left]
    return tuple(sorted(found, key=lambda one: one.key))


def repair_steps(repairs: Iterable[Repair]) -> tuple[ReviewStep, ...]:
    """Each repair as a step: what it mends, and by which statements, long ones up to where they repeat the table."""
    return tuple(
        ReviewStep(
            "; ".join(f"{one.table}: {one.detail}" for one in repair.differences),
            "\n".join(shortened(statement) for statement in repair.statements),
            "wrench",
            Tone.ACCENT,
        )
        for repair in repairs
    )


def shortened(statement: str) -> str:
    """A statement on one line, its end left out where it is long."""
    line = " ".join(statement.split())
    return line if len(line) <= LONGEST_STATEMENT else f"{line[:LONGEST_STATEMENT].rstrip()} …"


def _columns() -> tuple[Column[Compared], ...]:
    return (
        Column(
            "table", translate("features", "Table"), 175, lambda one: one.difference.table,
            detail=lambda one: one.title, sort_key="table",
        ),
        Column("kind", translate("features", "Kind"), 150, lambda one: words.kind_word(one.difference), Kind.MUTED,
               sort_key="kind"),
        Column(
            "detail", translate("features", "Difference"), 300, lambda one: one.difference.detail,
            detail=lambda one: one.because, stretch=True,
            hint=lambda one: "\n".join(part for part in (one.difference.detail, one.because) if part),
        ),
        Column("fate", translate("features", "Repair"), 160, lambda one: one.fate.text, Kind.BADGE,
               badge=lambda one: one.fate, sort_key="fate"),
    )  # fmt: skip


def _source(rows: tuple[Compared, ...]) -> ListSource[Compared]:
    return ListSource(
        rows,
        identity=lambda one: one.key,
        sort_values={
            "table": lambda one: (one.difference.table, one.difference.kind),
            "kind": lambda one: (words.kind_word(one.difference), one.difference.table),
            "fate": lambda one: (one.fate.text, one.difference.table),
        },
    )

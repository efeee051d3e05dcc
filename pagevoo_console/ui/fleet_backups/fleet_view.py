"""Everybody's backups: how old, whether proved, what came of the newest run, and the ways to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from pagevoo_console.domain.fleet_backup import FleetRun, FleetWork
from pagevoo_console.domain.job import JobEvent
from pagevoo_console.domain.sighting import TenantEntry
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.context import Context
from pagevoo_console.ui.fleet_backups.crowds import owners
from pagevoo_console.ui.fleet_backups.results import came_of
from pagevoo_console.ui.fleet_backups.rows import BackupRow, Filter, columns, rows_of, source_of
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.flow import FlowLayout
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.list_and_page import list_and_page
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind, message_of
from pagevoo_console.ui.kit.pages import KeyValues, PageHeader, ScrollPage, clear, row
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import RecordsModel
from pagevoo_console.ui.kit.states import Emptiness, View
from pagevoo_console.ui.kit.tokens import Space

SHOWN = 5_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What the view shows: who has a database, the newest runs, and one that did not get to its end."""

    entries: tuple[TenantEntry, ...]
    backups: FleetRun | None
    proofs: FleetRun | None
    unfinished: datetime | None
    unfinished_done: int


class FleetBackupsView(QWidget):
    """A list above, the chosen tenant below. Reads the directory and what the runs have written down."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetBackupsView")
        self._context = context
        self._rows: tuple[BackupRow, ...] = ()
        self._seen: Reading | None = None
        self._filter = Filter.ALL
        doors = context.doors
        self.header = PageHeader(translate("fleet_backups", "Everybody's backups"))
        prove = button(
            translate("fleet_backups", "Prove…"), "shield-check", on_click=lambda: doors.prove_all(()),
            hint=translate("fleet_backups", "Restore and compare the newest backups"),
        )  # fmt: skip
        prove.setObjectName("proveAllButton")
        back_up = button(
            translate("fleet_backups", "Back up…"), "database-backup", ButtonKind.PRIMARY,
            on_click=lambda: doors.back_up_all(()),
        )  # fmt: skip
        back_up.setObjectName("backUpAllButton")
        prune = button(translate("fleet_backups", "Prune…"), "archive", ButtonKind.QUIET, on_click=doors.prune)
        prune.setObjectName("pruneButton")
        schedules = button(
            translate("fleet_backups", "Schedules"), "calendar", ButtonKind.QUIET, on_click=doors.show_schedules
        )
        schedules.setObjectName("schedulesButton")
        self.header.add_action(prove)
        self.header.add_action(back_up)
        self.banner = Banner()
        self.banner.setObjectName("fleetBackupsMessage")
        self._chips = QButtonGroup(self)
        narrow = QWidget()
        flow = FlowLayout(narrow, Space.XS + Space.HAIR)
        for each in (*(self._chip(which) for which in Filter), prune, schedules):
            flow.addWidget(each)
        self.records: RecordsModel[BackupRow] = RecordsModel(columns(), source_of(()))
        self.list = RecordView(self.records, translate("fleet_backups", "Everybody's backups"), row_height=48)
        self.list.setObjectName("fleetBackupsList")
        self.list.record_chosen.connect(self._show)
        self.page = TenantPart(context)
        self.split, self.states = list_and_page(
            self, "fleetBackupsSplitter", self.header, self.banner, narrow, records=self.list,
            page=self.page, heights=(420, 220),
        )  # fmt: skip
        context.runner.job_event.connect(self._job_event)
        self.states.show_loading()

    def refresh(self) -> None:
        """Read again; what is there stays in sight until the answer has come."""
        console = self._context.console

        def read() -> Reading:
            everybody = tuple(owners(console, TenantQuery()))
            fleet = console.fleet_backups
            began, done = fleet.unfinished()
            return Reading(everybody[:SHOWN], fleet.last(FleetWork.BACKUP), fleet.last(FleetWork.VERIFY), began, done)

        self._context.runner.query(
            read, self._arrived, self._failed, key="fleet backups", owner=self, lane=self._context.master_lane
        )

    def _chip(self, which: Filter) -> QWidget:
        made = button(_filter_word(which), kind=ButtonKind.CHIP, on_click=lambda: self.narrow(which))
        made.setObjectName(f"filter-{which}")
        made.setChecked(which is self._filter)
        self._chips.addButton(made)
        return made

    def narrow(self, which: Filter) -> None:
        """Show only these lines."""
        self._filter = which
        self._fill()

    def _arrived(self, reading: Reading) -> None:
        self.states.show_online()
        if reading == self._seen and self.states.view is not View.ERROR:
            return
        self._seen = reading
        self._rows = rows_of(reading.entries, reading.backups, reading.proofs)
        for chip, which in zip(self._chips.buttons(), Filter, strict=True):
            number = sum(one.passes(which) for one in self._rows)
            chip.setText(f"{_filter_word(which)}  {format.count(number)}")
        self.header.set_title(translate("fleet_backups", "Everybody's backups"), self._told(reading))
        self._tell(reading)
        self._fill()

    def _told(self, reading: Reading) -> str:
        parts = []
        for run, words in (
            (reading.backups, translate("fleet_backups", "Backed up {age}: {came}")),
            (reading.proofs, translate("fleet_backups", "proved {age}: {came}")),
        ):
            if run is not None:
                came = came_of(len(run.done), len(run.failed), len(run.skipped))
                parts.append(words.format(age=format.age(run.ended), came=came))
        return " · ".join(parts) or translate("fleet_backups", "No run over everybody was made from this machine yet")

    def _tell(self, reading: Reading) -> None:
        """What is not as it should be, with the way on."""
        self.banner.clear()
        doors = self._context.doors
        for run, failed, forms, again in (
            (
                reading.proofs,
                tuple(one.entry.id for one in self._rows if one.proof_failed),
                ("1 backup could not be proved", "{count} backups could not be proved"),
                doors.prove_all,
            ),
            (
                reading.backups,
                tuple(one.entry.id for one in self._rows if one.backup_failed),
                ("1 database could not be backed up", "{count} databases could not be backed up"),
                doors.back_up_all,
            ),
        ):
            if run is not None and failed:
                action = MessageAction(
                    translate("fleet_backups", "Try again…"), partial(again, failed), "tryAgainButton"
                )
                title = translate("fleet_backups", forms[len(failed) != 1])
                text = translate("fleet_backups", "In the run that ended {age}. Each line says why.")
                self.banner.show_message(
                    Message(MessageKind.WARNING, title.format(count=format.count(len(failed))),
                            text.format(age=format.age(run.ended)), action)
                )  # fmt: skip
        running = any(not job.state.is_final for job in self._context.runner.jobs.jobs())
        if reading.unfinished is not None and not running and (
            reading.backups is None or reading.backups.began < reading.unfinished
        ):  # fmt: skip
            action = MessageAction(
                translate("fleet_backups", "Go on…"), partial(doors.back_up_all, ()), "goOnButton"
            )  # fmt: skip
            text = translate("fleet_backups", "It began {age} and did {count}. Unless it is still at work somewhere "
                             "else, the next one goes on with the others.")  # fmt: skip
            self.banner.show_message(
                Message(MessageKind.WARNING, translate("fleet_backups", "A backup of everybody has not got to its end"),
                        text.format(age=format.age(reading.unfinished), count=format.count(reading.unfinished_done)),
                        action)
            )  # fmt: skip

    def _fill(self) -> None:
        shown = tuple(one for one in self._rows if one.passes(self._filter))
        if not self._rows:
            text = translate("fleet_backups", "They appear here once a database was created.")
            self.states.show_empty(Emptiness(translate("fleet_backups", "There are no databases"), text, "database"))
            return
        if not shown:
            text = translate("fleet_backups", "That is how it should be.")
            title = translate("fleet_backups", "None of {count}").format(count=format.count(len(self._rows)))
            self.states.show_empty(Emptiness(title, text, "circle-check"))
            return
        chosen = self.list.current_record()
        self.records.set_source(source_of(shown))
        self.states.show_content()
        if chosen is None or not self.list.choose(chosen.entry.id):
            self.list.choose(shown[0].entry.id)
        self._show(self.list.current_record())

    def _failed(self, error: Exception) -> None:
        if self.states.view is View.CONTENT:
            self.states.banner.show_message(message_of(error))
        else:
            self.states.show_error(error, self._again)

    def _again(self) -> None:
        self.states.show_loading()
        self.refresh()

    def _show(self, shown: BackupRow | None) -> None:
        if shown is not None:
            self.page.show_row(shown)

    def _job_event(self, event: JobEvent) -> None:
        if event.job.state.is_final and self.isVisible():
            self.refresh()


class TenantPart(ScrollPage):
    """One tenant of the list: what the runs say of it in full, and what can be done."""

    def __init__(self, context: Context) -> None:
        super().__init__(translate("fleet_backups", "Chosen"))
        self._context = context
        self._row: BackupRow | None = None
        self.header = PageHeader("")
        doors = context.doors
        self.again = button(translate("fleet_backups", "Try again…"), "refresh-cw", on_click=self._try_again)
        self.again.setObjectName("tryThisAgainButton")
        back_up = button(
            translate("fleet_backups", "Back up…"), on_click=lambda: self._row and doors.back_up(self._row.entry.id)
        )
        back_up.setObjectName("backUpThisButton")
        show = button(
            translate("fleet_backups", "Show"), on_click=lambda: self._row and doors.show_tenant(self._row.entry.id)
        )
        show.setObjectName("showThisButton")
        self._facts = QVBoxLayout()
        self.parts.addWidget(self.header)
        self.parts.addWidget(row(self.again, back_up, show, None))
        self.parts.addLayout(self._facts)
        self.parts.addStretch(1)

    def show_row(self, shown: BackupRow) -> None:
        """Show this one."""
        self._row = shown
        entry = shown.entry
        self.header.set_title(shown.name, f"{entry.database} · {entry.server}")
        self.again.setVisible(bool(shown.backup_failed or shown.proof_failed))
        clear(self._facts)
        facts = KeyValues()
        for key, value in (
            (translate("fleet_backups", "Backup failed"), shown.backup_failed),
            (translate("fleet_backups", "Proof failed"), shown.proof_failed),
            (translate("fleet_backups", "Newest backup"), format.moment(entry.backup_at)),
            (translate("fleet_backups", "Newest proved one"), format.moment(entry.proved_at)),
            (translate("fleet_backups", "Size"), format.size(entry.allocated)),
        ):
            if value:
                facts.add(key, value)
        self._facts.addWidget(facts)

    def _try_again(self) -> None:
        if self._row is not None:
            doors = self._context.doors
            (doors.back_up_all if self._row.backup_failed else doors.prove_all)((self._row.entry.id,))


def _filter_word(which: Filter) -> str:
    return {
        Filter.ALL: translate("fleet_backups", "All"),
        Filter.FAILED: translate("fleet_backups", "Failed"),
        Filter.NEVER: translate("fleet_backups", "Never backed up"),
        Filter.UNPROVED: translate("fleet_backups", "Not proved"),
    }[which]

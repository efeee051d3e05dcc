"""The audit trail: newest first, by pages, with what was before and after, and whether it is whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.audit import AuditEvent, AuditVerdict, Outcome
from pagevoo_console.domain.job import JobEvent
from pagevoo_console.ui.audit.event_page import EventPage
from pagevoo_console.ui.audit.filters import AuditFilter, AuditFilters
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.list_and_page import list_and_page
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.moments import age_of_text, read_moment
from pagevoo_console.ui.kit.paged import PAGE, Page, PagedSource
from pagevoo_console.ui.kit.pages import PageHeader
from pagevoo_console.ui.kit.pills import Badge
from pagevoo_console.ui.kit.record_view import RecordView
from pagevoo_console.ui.kit.records import Column, Kind, ListSource, RecordsModel
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness, View
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of
from pagevoo_console.ui.kit.trail import action_word, outcome_badge

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console


class AuditView(QWidget):
    """The entries above, the chosen one below."""

    def __init__(self, console: Console, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("auditView")
        self._console, self._runner = console, runner
        self._lane = console.connection.master.name
        self._paged: PagedSource[AuditEvent] | None = None
        self._names: Names = {}
        self.header = PageHeader(translate("audit", "Audit trail"))
        self.verify = button(
            translate("audit", "Verify trail"), "shield-check", on_click=self.verify_trail,
            hint=translate("audit", "See whether an entry was changed, removed or cut off"),
        )  # fmt: skip
        self.verify.setObjectName("verifyTrailButton")
        again = button(translate("audit", "Refresh"), "refresh-cw", on_click=self.refresh)
        again.setObjectName("refreshAuditButton")
        self.header.add_action(self.verify)
        self.header.add_action(again)
        self.verdict = Banner()
        self.verdict.setObjectName("auditVerdict")
        self.filters = AuditFilters()
        self.filters.changed.connect(self._filter_changed)
        empty: ListSource[AuditEvent] = ListSource(identity=lambda event: event.seq)
        self.records: RecordsModel[AuditEvent] = RecordsModel(
            columns(lambda tenant: self._names.get(tenant, "")), empty
        )
        self.list = RecordView(self.records, translate("audit", "Entries of the audit trail"), row_height=44)
        self.list.setObjectName("auditList")
        self.list.record_chosen.connect(self._show)
        self.page = EventPage()
        self.split, self.states = list_and_page(
            self, "auditSplitter", self.header, self.verdict, self.filters,
            records=self.list, page=self.page, heights=(320, 320),
        )  # fmt: skip
        runner.job_event.connect(self._job_event)
        self.states.show_loading()
        self.refresh()

    def refresh(self) -> None:
        """Read the newest entries again; what is there stays in sight until the answer has come."""
        wanted = self.filters.filter
        self._runner.query(
            lambda: self._load(wanted, 0, PAGE),
            lambda page: self._arrived(wanted, page),
            self._failed,
            key="trail",
            owner=self,
            lane=self._lane,
        )

    def show_only(self, wanted: AuditFilter) -> None:
        """Narrow the trail down from elsewhere."""
        self.filters.tenant.setText(wanted.tenant or "")
        self.filters.action.setCurrentIndex(max(0, self.filters.action.findData(wanted.action)))

    def verify_trail(self) -> None:
        """Check every entry against the chain, in another thread."""
        self.verify.setEnabled(False)
        self.verify.setText(translate("audit", "Verifying…"))
        self._runner.query(
            self._console.audit.verify, self._verified, self._not_verified, key="verify", owner=self, lane=self._lane
        )

    # --- reading ----------------------------------------------------------------------------------------------------

    def _load(self, wanted: AuditFilter, offset: int, limit: int) -> Page[AuditEvent]:
        """In another thread. What is known of names is replaced as a whole, before the rows that need them arrive."""
        total, events = self._console.audit.events(
            tenant=wanted.tenant, action=wanted.action, limit=limit, offset=offset
        )
        fresh = {event.tenant for event in events} - self._names.keys()
        self._names = {**self._names, **names_of(self._console.directory, fresh)}
        return Page(total, events)

    def _arrived(self, wanted: AuditFilter, page: Page[AuditEvent]) -> None:
        self.states.show_online()
        text = translate("audit", "1 entry" if page.total == 1 else "{count} entries, newest first")
        text = text.format(count=format.count(page.total)) if page.total else ""
        self.header.set_title(translate("audit", "Audit trail"), text)
        if not page.rows:
            self._show_nothing(wanted)
            return
        chosen = self.list.current_record()
        old = self._paged
        self._paged = PagedSource(
            self._runner,
            lambda _sort, offset, limit: self._load(wanted, offset, limit),
            page,
            identity=lambda event: event.seq,
            on_rows=self.records.arrived,
            on_resorted=self.records.refresh,
            on_error=self._page_failed,
            parent=self,
        )
        self.records.set_source(self._paged)
        if old is not None:
            old.deleteLater()
        self.states.show_content()
        if chosen is None or not self.list.choose(chosen.seq):
            self.list.choose(page.rows[0].seq)
        self._show(self.list.current_record())

    def _show_nothing(self, wanted: AuditFilter) -> None:
        if wanted == AuditFilter():
            about = translate("audit", "Every change, and every look into a tenant's rows, will be written down here.")
            self.states.show_empty(Emptiness(translate("audit", "The trail is empty"), about, "scroll-text"))
            return
        title = translate("audit", "No entry fits")
        about = translate("audit", "Nothing of that kind was written down.")
        clear = translate("audit", "Clear filters")
        self.states.show_empty(Emptiness(title, about, "search-x", clear, self.filters.clear))

    def _failed(self, error: Exception) -> None:
        if self.states.view is View.CONTENT:
            self.states.banner.show_message(message_of(error))
        else:
            self.states.show_error(error, self._again)

    def _page_failed(self, error: Exception) -> None:
        self.states.banner.show_message(message_of(error))

    def _again(self) -> None:
        self.states.show_loading()
        self.refresh()

    def _filter_changed(self, _wanted: AuditFilter) -> None:
        self.refresh()

    def _show(self, event: AuditEvent | None) -> None:
        if event is not None:
            self.page.show_event(event, named(event.tenant, self._names) if event.tenant else "")

    def _job_event(self, event: JobEvent) -> None:
        if event.job.state.is_final and self.isVisible():
            self.refresh()

    # --- verifying --------------------------------------------------------------------------------------------------

    def _verified(self, verdict: AuditVerdict) -> None:
        self._may_verify()
        self.verdict.show_message(verdict_message(verdict))

    def _not_verified(self, error: Exception) -> None:
        self._may_verify()
        self.verdict.show_message(message_of(error))

    def _may_verify(self) -> None:
        self.verify.setEnabled(True)
        self.verify.setText(translate("audit", "Verify trail"))


def verdict_message(verdict: AuditVerdict) -> Message:
    """What was found, and what to do where the trail is not whole."""
    checked = format.count(verdict.checked)
    if verdict.ok:
        title = translate("audit", "The trail is whole")
        text = translate(
            "audit", "{count} entries follow each other, and none was changed. Backups that remember one: {witnesses}."
        ).format(count=checked, witnesses=format.count(verdict.witnesses))
        return Message(MessageKind.GOOD, title, text)
    title = translate("audit", "The trail is not whole: {problem}").format(problem=verdict.problem or "")
    text = translate(
        "audit", "{count} entries before it are sound. Compare with a backup of the master, and ask who had access."
    )
    details = f"ok: {verdict.ok}\nchecked: {verdict.checked}\nfirst bad: {verdict.first_bad}\n{verdict.problem}"
    return Message(MessageKind.ERROR, title, text.format(count=checked), details=details)


def columns(name_of: Callable[[str], str]) -> tuple[Column[AuditEvent], ...]:
    """What is shown of an entry in the list; `name_of` tells a tenant's name, empty where it is not known."""
    return (
        Column("seq", translate("audit", "No."), 72, lambda event: format.count(event.seq), Kind.NUMBER),
        Column(
            "action",
            translate("audit", "Action"),
            200,
            lambda event: action_word(event.action),
            detail=lambda event: f"{event.actor} @ {event.host}",
            stretch=True,
        ),
        Column(
            "tenant",
            translate("audit", "Tenant"),
            150,
            lambda event: name_of(event.tenant or "") or event.tenant or format.NOTHING,
            detail=lambda event: (event.tenant or "") if name_of(event.tenant or "") else "",
        ),
        Column(
            "outcome",
            translate("audit", "Outcome"),
            140,
            lambda event: outcome_badge(event.outcome).text,
            Kind.BADGE,
            badge=_badge,
        ),
        Column(
            "when",
            translate("audit", "When"),
            104,
            lambda event: age_of_text(event.at),
            Kind.MUTED,
            hint=lambda event: format.moment(read_moment(event.at)),
        ),
    )


def _badge(event: AuditEvent) -> Badge:
    badge = outcome_badge(event.outcome)
    return badge.quietly if event.outcome in (Outcome.DONE, Outcome.INTENT, Outcome.CANCELLED) else badge

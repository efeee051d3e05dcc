"""Places for backups in the preferences: which there are, adding one, trying one out, forgetting one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import JobEvent, JobState, Task
from pagevoo_console.domain.place import PlaceFacts
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import button, icon_button, rule
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import ScrollPage, clear, column, row
from pagevoo_console.ui.kit.questions import Question, ask
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness, StateStack
from pagevoo_console.ui.kit.tokens import Space, Text
from pagevoo_console.ui.settings.place_dialog import PlaceDialog

if TYPE_CHECKING:
    from pagevoo_console.services.places import Places

LANE = "places"


class PlacesPage(QWidget):
    """The saved places. What is done here is done at once: credentials are the keyring's, and no draft is kept."""

    def __init__(self, places: Places, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places, self._runner = places, runner
        self._job, self._done = 0, ""
        self.banner = Banner()
        self.banner.setObjectName("placesMessage")
        self.add_button = button(translate("places", "Add a place…"), "plus", on_click=self.add)
        self.add_button.setObjectName("addPlaceButton")
        page = ScrollPage(translate("places", "Places"))
        page.parts.setContentsMargins(0, 0, Space.S, 0)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(Space.S)
        page.parts.addLayout(self._lines)
        page.parts.addStretch(1)
        self.states = StateStack(page)
        about = translate("places", "Storage that speaks S3 takes copies of backups. The secret keys lie in the "
                          "keyring of this machine. What is changed here counts at once.")  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, Space.M, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(plain_label(about, muted=True, wrap=True))
        layout.addWidget(self.banner)
        layout.addSpacing(Space.S)
        layout.addWidget(self.states, 1)
        layout.addWidget(row(self.add_button, None))
        runner.job_event.connect(self._job_event)
        self.states.show_loading()
        self.load()

    def load(self) -> None:
        """Read what there is, and ask the keyring for what it holds; in another thread."""
        self._runner.query(self._places.facts, self._arrived, self._failed, key="places", owner=self, lane=LANE)

    def add(self) -> PlaceDialog:
        """Ask for a new place."""
        dialog = PlaceDialog(self._places, self._runner, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(self.load)
        dialog.open()
        return dialog

    def _arrived(self, found: tuple[PlaceFacts, ...]) -> None:
        clear(self._lines)
        if not found:
            text = translate("places", "A backup beside its database burns with it. A place beyond this machine takes "
                             "copies.")  # fmt: skip
            self.states.show_empty(Emptiness(translate("places", "No place is saved"), text, "upload"))
            return
        for number, facts in enumerate(found):
            if number:
                self._lines.addWidget(rule())
            self._lines.addWidget(self._line(facts))
        self.states.show_content()

    def _failed(self, error: Exception) -> None:
        self.states.show_error(error, self.load)

    def _line(self, facts: PlaceFacts) -> QWidget:
        place = facts.place
        known = (
            translate("places", "{key} at {endpoint} · {region}").format(
                key=facts.access_key,
                endpoint=facts.endpoint or translate("places", "Amazon"),
                region=facts.region,
            )
            if facts.access_key
            else translate("places", "The keyring holds no credentials for it")
        )
        words = column(
            plain_label(place.address, Text.STRONG, elide=True),
            plain_label(known, Text.CAPTION, muted=True, elide=True),
            spacing=0,
        )
        try_out = button(
            translate("places", "Try it out"), on_click=lambda: self._try_out(facts),
            hint=translate("places", "Write a small file there, read it back and remove it"),
        )  # fmt: skip
        try_out.setObjectName(f"try.{place.address}")
        try_out.setAccessibleName(f"{translate('places', 'Try it out')}: {place.address}")
        remove = icon_button(
            "trash-2", translate("places", "Forget {place}").format(place=place.address), lambda: self._ask(facts)
        )
        remove.setObjectName(f"forget.{place.address}")
        return row((words, 1), try_out, remove)

    def _try_out(self, facts: PlaceFacts) -> None:
        works = translate("places", "{place} takes files, gives them back and lets them be removed")
        self._run(
            translate("places", "Try out {place}").format(place=facts.place.address),
            lambda: self._places.try_out(facts.place),
            works.format(place=facts.place.address),
        )

    def _ask(self, facts: PlaceFacts) -> None:
        question = Question(
            translate("places", "Forget {place}?").format(place=facts.place.address),
            translate("places", "Its credentials leave the keyring. What lies there stays, and schedules that send "
                      "there will fail."),
            translate("places", "Forget"),
        )  # fmt: skip
        gone = translate("places", "{place} is forgotten").format(place=facts.place.address)
        ask(question, lambda: self._run(gone, lambda: self._places.forget(facts.place), gone), self)

    def _run(self, title: str, work: Callable[[], object], done: str) -> None:
        self.banner.clear()
        self._done = done
        settings = Changes(kinds=frozenset({"settings"}))
        self._job = self._runner.run(Task(title, LANE, lambda _job: work(), changes=lambda _none: settings)).id

    def _job_event(self, event: JobEvent) -> None:
        if event.job.id != self._job or not event.job.state.is_final:
            return
        if event.job.state is JobState.SUCCEEDED:
            self.banner.show_message(Message(MessageKind.GOOD, self._done))
        elif event.job.error is not None:
            self.banner.show_message(message_of(event.job.error))
        self.load()

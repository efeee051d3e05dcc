"""A room of its own, without a window: its context, the doors that were opened from it, and hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from pagevoo_console.domain.job import Job
from pagevoo_console.ui.context import Context, Doors, FeatureDoors
from pagevoo_console.ui.kit.messages import Messenger
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import TaskWizard
from tests.services.platform_world import World

Shown = TypeVar("Shown", bound=QWidget)


@dataclass
class Hands:
    """Waits for answers and jobs, and presses what can be pressed. `opened` are the doors with what they were given."""

    world: World
    runner: Runner
    qtbot: QtBot
    opened: list[tuple[Any, ...]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    @property
    def context(self) -> Context:
        doors: dict[str, Any] = {each.name: self._door(each.name) for each in fields(Doors)}
        named = {each.name: self._door(f"features.{each.name}") for each in fields(FeatureDoors)}
        doors["features"] = FeatureDoors(**named)
        return Context(self.world.console, self.runner, Messenger(self.runner), Doors(**doors))

    def show(self, room: Shown) -> Shown:
        self.qtbot.addWidget(room)
        room.resize(1000, 760)
        room.show()
        return room

    def submitted(self, job: object) -> None:
        """What rooms and wizards are given to tell of their jobs."""
        assert isinstance(job, Job)
        self.jobs.append(job)

    def settle(self) -> None:
        """Wait for every answer, and until what it brought is laid out."""
        self.qtbot.waitUntil(lambda: self.runner.is_idle, timeout=20_000)
        self.qtbot.wait(1)

    def press(self, place: QWidget, name: str) -> None:
        self.qtbot.wait(10)
        (found,) = [one for one in place.findChildren(QAbstractButton, name) if one.isVisible()]
        assert found.isEnabled(), name
        found.click()
        self.settle()

    def wizard(self, place: QWidget) -> TaskWizard:
        """The one that is open over this place."""
        self.settle()
        (shown,) = [one for one in place.findChildren(TaskWizard) if one.isVisible()]
        return shown

    def finish(self, wizard: TaskWizard) -> Job:
        """Press the verb, and wait until the work has ended and was told."""
        wizard.submitted.connect(self.submitted)
        self.press(wizard, "finishButton")
        return self.wait_for(self.jobs[-1])

    def wait_for(self, job: Job) -> Job:
        self.qtbot.waitUntil(lambda: self.runner.jobs.job(job.id).state.is_final, timeout=60_000)
        self.qtbot.wait(50)
        self.settle()
        return self.runner.jobs.job(job.id)

    def texts(self, place: QWidget) -> str:
        """Everything that can be read there, once it is laid out."""
        self.qtbot.wait(10)
        labels = [one.text() for one in place.findChildren(QLabel) if one.isVisible()]
        return "\n".join(labels + [one.toPlainText() for one in place.findChildren(QPlainTextEdit) if one.isVisible()])

    def _door(self, name: str) -> Callable[..., None]:
        return lambda *given: self.opened.append((name, *given))

"""The daily look from the window: whether it freezes, what it will do, and afterwards what came of it, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QWidget

from pagevoo_console.domain.changes import EVERYTHING
from pagevoo_console.domain.job import Task
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.daily_look import Tally, came_of, last_look, told_of
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageKind
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of
from pagevoo_console.ui.kit.tokens import Tone
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext
    from pagevoo_console.services.ticks import TickResult

NAMED = 5


class WhoIsOverPage(WizardPage):
    """What becomes of those who are over a limit; the platform's own rule is chosen beforehand."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(
            translate("daily", "Who is over a limit"),
            translate(
                "daily", "Everybody is measured, gets a sample for today, and is told of once a limit is crossed."
            ),
        )
        rule_freezes = platform.lifecycle.freeze_when_over
        self.freeze = ChoiceCard(
            translate("daily", "Freeze them"),
            translate("daily", "New rows are refused until less than 90 % of the limit is used. Reading, changing and "
                      "deleting go on."),
            icon_name="snowflake",
        )  # fmt: skip
        self.tell = ChoiceCard(
            translate("daily", "Only report them"),
            translate("daily", "Nobody is frozen by this look. Whoever is frozen already and well below thaws all the "
                      "same."),
            icon_name="bell",
        )  # fmt: skip
        self.freeze.control.setObjectName("tickFreezes")
        self.tell.control.setObjectName("tickTells")
        usual = self.freeze if rule_freezes else self.tell
        usual.add_badge(BadgeView(Badge(translate("daily", "The platform's rule"), Tone.NEUTRAL)))
        usual.control.setChecked(True)
        self._group = QButtonGroup(self)
        for card in (self.freeze, self.tell):
            self._group.addButton(card.control)
            self.body.addWidget(card)
        self._group.buttonClicked.connect(lambda _button: self.touch())

    @property
    def freezes(self) -> bool:
        return self.freeze.is_chosen


class DailyLookWizard(TaskWizard):
    """Leads to one daily look at the whole fleet. The job's result is a Message with what came of it."""

    def __init__(self, console: Console, runner: Runner, parent: QWidget | None = None) -> None:
        self._console = console
        self.over_page = WhoIsOverPage(console.platform)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("daily", "Daily look"),
            (self.over_page, self.review_page),
            self._task,
            verb=translate("daily", "Look now"),
            parent=parent,
        )

    def _review(self) -> Callable[[], Review]:
        return partial(review_of, self._console, self.over_page.freezes)

    def _task(self) -> Task:
        return Task(
            translate("daily", "Daily look"),
            self._console.connection.master.name,
            partial(look, self._console, self.over_page.freezes),
            changes=lambda _message: EVERYTHING,
        )


def review_of(console: Console, freezes: bool) -> Review:
    """What the look will do, by what was last seen. Blocks. Raises ConsoleError where the trail cannot be read."""
    summary, platform = console.directory.summary(), console.platform
    frozen = [entry.id for entry in console.directory.page(TenantQuery(states=("suspended",))).entries]
    over = [tenant for tenant in summary.over if tenant not in frozen]
    names = names_of(console.directory, [*over[:NAMED], *frozen[:NAMED]])
    again = translate("daily", "Each is measured anew before anything is done to it.")
    steps = [
        ReviewStep(
            translate("daily", "Look at every server"),
            translate("daily", "Databases by the registry: {count}").format(count=format.count(summary.databases)),
            "server",
        ),
        ReviewStep(translate("daily", "Measure those near a limit themselves"), icon="gauge"),
    ]
    if freezes:
        about = f"{_some(over, names)} {again}" if over else translate("daily", "Nobody, as last seen.")
        title = translate("daily", "Freeze who is over a limit")
        steps.append(ReviewStep(title, about, "snowflake", Tone.WARNING if over else Tone.NEUTRAL))
    about = f"{_some(frozen, names)} {again}" if frozen else translate("daily", "Nobody is frozen, as last seen.")
    steps += [
        ReviewStep(translate("daily", "Thaw who is below 90 % of the limit again"), about, "sun"),
        ReviewStep(
            translate("daily", "Write today's samples"),
            translate("daily", "A second look on the same day takes the place of the first."),
            "activity",
        ),
        ReviewStep(translate("daily", "Report newly crossed limits: 80, 90 and 100 %"), icon="bell"),
    ]
    rule = platform.lifecycle.freeze_when_over
    options = () if freezes == rule else ("--freeze" if freezes else "--no-freeze",)
    last = last_look(console.audit)
    facts = ((translate("daily", "Ran last"), told_of(last)),)
    return Review(None, tuple(steps), facts, (), command_line(console, "fleet", "tick", *options))


def look(console: Console, freezes: bool, job: JobContext) -> Message:
    """Look at everybody, and say what came of it; the log names each. Blocks."""
    result = console.fleet_tick.run(job, freezes=freezes)
    concerned = {*result.frozen, *result.thawed, *result.failed, *(alert.tenant for alert in result.alerts)}
    names = names_of(console.directory, concerned)
    for line in _lines(result, names):
        job.line(line)
    return message_of_look(result, names)


def message_of_look(result: TickResult, names: Names) -> Message:
    """What came of a look; bad news stay in sight until somebody has read them."""
    tally = Tally(len(result.done), len(result.alerts), len(result.frozen), len(result.thawed), len(result.failed))
    sentences = [came_of(tally)]
    for tenants, sentence in (
        (result.frozen, translate("daily", "Frozen: {tenants}")),
        (result.thawed, translate("daily", "Thawed: {tenants}")),
        (result.failed, translate("daily", "Failed: {tenants}")),
    ):
        if tenants:
            sentences.append(sentence.format(tenants=_some(tenants, names)))
    is_bad = bool(result.failed or result.frozen or result.alerts)
    return Message(
        MessageKind.WARNING if is_bad else MessageKind.GOOD,
        translate("daily", "The daily look has ended"),
        "\n".join(sentences),
    )


def _lines(result: TickResult, names: Names) -> Iterable[str]:
    """Everything by name, for the job's log."""
    for alert in result.alerts:
        yield translate("daily", "{tenant} has reached {percent} % of the limit of {limit}").format(
            tenant=named(alert.tenant, names), percent=alert.threshold, limit=format.size(alert.limit)
        )
    for tenants, sentence in (
        (result.frozen, translate("daily", "{tenant} is frozen")),
        (result.thawed, translate("daily", "{tenant} takes new rows again")),
    ):
        for tenant in tenants:
            yield sentence.format(tenant=named(tenant, names))
    for tenant, why in (*result.skipped.items(), *result.failed.items()):
        yield f"{named(tenant, names)}: {why}"


def _some(tenants: Iterable[str], names: Names) -> str:
    """The first of them by name, and how many more there are."""
    all_of_them = tuple(tenants)
    shown = ", ".join(named(tenant, names) for tenant in all_of_them[:NAMED])
    more = len(all_of_them) - NAMED
    if more > 0:
        shown = translate("daily", "{tenants} and {count} more").format(tenants=shown, count=format.count(more))
    return f"{shown}."

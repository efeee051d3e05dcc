"""Switching a feature off and on: no wizard, since nothing is lost; off is asked for, because a website feels it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.feature import DisabledBy
from pagevoo_console.domain.job import Job, Task
from pagevoo_console.ui.features.changing import Planned, planned, task_of
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.questions import Question, ask
from pagevoo_console.ui.kit.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Callable

    from pagevoo_console.services.console import Console


def switch(
    console: Console,
    runner: Runner,
    tenant: str,
    name: str,
    *,
    turns_on: bool,
    window: QWidget,
    on_submitted: Callable[[Job], object],
) -> None:
    """Plan it in another thread, then do it; a refusal is told by the window, with its way out."""

    def arrived(found: Planned) -> None:
        def run() -> None:
            on_submitted(runner.run(switching_task(console, found)))

        if turns_on:
            run()
        else:
            ask(question_of(console, found), run, window)

    runner.query(
        partial(plan_of, console, tenant, name, turns_on=turns_on),
        arrived,
        key="switch",
        owner=window,
        lane=console.connection.master.name,
    )


def plan_of(console: Console, tenant: str, name: str, *, turns_on: bool) -> Planned:
    """What is about to be done. Blocks."""
    features = console.features
    if turns_on:
        return planned(console, tenant, "feature.enable", lambda: features.plan_enable(tenant, name))
    return planned(console, tenant, "feature.disable", lambda: features.plan_disable(tenant, name, DisabledBy.USER))


def question_of(console: Console, found: Planned) -> Question:
    """What is asked before a feature is switched off."""
    title = translate("features", "Disable {feature}?").format(feature=found.plan.title)
    text = translate("features", "The {website} goes on without it. Its tables and all they hold stay.")
    return Question(
        title, text.format(website=console.platform.words.website), translate("features", "Disable")
    )  # fmt: skip


def switching_task(console: Console, found: Planned) -> Task:
    """The work of a switch."""
    plan = found.plan
    title = translate(
        "features", "Enable {feature} in {database}" if plan.turns_on else "Disable {feature} in {database}"
    )
    return task_of(
        found,
        title.format(feature=plan.title, database=plan.database),
        partial(console.features.switch, plan),
    )

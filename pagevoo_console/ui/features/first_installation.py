"""Installing where there is no database yet: one plan and one job that makes it and then goes on with the features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.task_wizard import plan_steps

if TYPE_CHECKING:
    from pagevoo_console.domain.feature import Feature
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.databases import CreationPlan
    from pagevoo_console.services.jobs import JobContext
    from pagevoo_console.services.websites import PublishPlan


@dataclass(frozen=True, slots=True)
class FirstInstallation:
    """Whose features are wanted, and for which website the database is made that they need."""

    tenant: str
    names: tuple[str, ...]
    website: str
    publishes: bool


@dataclass(frozen=True, slots=True)
class FirstPlan:
    """The plan of the database, with publishing or without. The features are planned once it is there."""

    request: FirstInstallation
    publishing: PublishPlan | None
    creation: CreationPlan | None
    server: str


def first_review_of(console: Console, request: FirstInstallation) -> Review:
    """What makes the database, and what follows, put into words. Blocks."""
    plan = plan_of(console, request)
    words, person = console.platform.words, console.tenants.show(request.tenant)
    features = console.features.overview(request.tenant).features
    wanted = [feature for feature in features if feature.name in request.names]
    made = plan.publishing if plan.publishing is not None else plan.creation
    assert made is not None
    site = made.website
    tables = ", ".join(table for feature in wanted for table in feature.tables)
    titles = ", ".join(feature.title for feature in wanted)
    facts = (
        (f"{words.tenant.capitalize()} {request.tenant}", person.name),
        (words.website.capitalize(), " · ".join(part for part in (site.name, site.domain) if part)),
        *(((translate("install", "Database"), plan.creation.database),) if plan.creation is not None else ()),
        (translate("install", "Features"), titles),
        (translate("install", "New tables"), tables),
    )
    install = translate("install", "Create the tables of {features}, and record them as installed")
    return Review(
        plan,
        (*plan_steps(made.steps), ReviewStep(install.format(features=titles), "", "package-plus")),
        facts,
        (),
        commands_of(console, request, wanted),
    )


def plan_of(console: Console, request: FirstInstallation) -> FirstPlan:
    """The plan of the database. Raises Refused where a rule forbids it."""
    if request.publishes:
        publishing = console.websites.plan_publish(request.website)
        creation = publishing.creation
        server = console.connection.master.name if creation is None else creation.server
        return FirstPlan(request, publishing, creation, server)
    creation = console.databases.plan_creation(request.tenant, request.website)
    return FirstPlan(request, None, creation, creation.server)


def commands_of(console: Console, request: FirstInstallation, wanted: list[Feature]) -> str:
    """The same on a command line: the second is run once the first has succeeded."""
    if request.publishes:
        first = command_line(console, "website", "publish", request.website)
    else:
        first = command_line(console, "database", "create", request.tenant, "--website", request.website)
    then = command_line(console, "feature", "install", request.tenant, *(feature.name for feature in wanted))
    return f"{first} && {then}"


def first_task_of(console: Console, plan: FirstPlan) -> Task:
    """The work of both, one after the other: an installation that fails leaves the database that was made."""
    tenant = plan.request.tenant
    title = translate("install", "Create the database and install {features}")
    return Task(
        title.format(features=", ".join(plan.request.names)),
        plan.server,
        partial(carry_out, console, plan),
        tenant,
        lambda _features: Changes(frozenset({tenant}), frozenset({"operations", "audit"})),
    )


def carry_out(console: Console, plan: FirstPlan, job: JobContext) -> tuple[Feature, ...]:
    """Make the database, then plan and install what was wanted."""
    if plan.publishing is not None:
        console.websites.publish(plan.publishing, job)
    else:
        assert plan.creation is not None
        console.databases.create(plan.creation, job)
    return console.features.install(console.features.plan_install(plan.request.tenant, plan.request.names), job)

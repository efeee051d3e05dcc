"""Creating a tenant's database: for which website, what it means for the tenant, and what will be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QWidget

from pagevoo_console.domain.changes import Changes
from pagevoo_console.domain.job import Task
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.choices import ChoiceCard
from pagevoo_console.ui.kit.command_lines import command_line
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.loaded_page import LoadedPage
from pagevoo_console.ui.kit.lock_consent import LockConsent
from pagevoo_console.ui.kit.pills import Badge, BadgeView
from pagevoo_console.ui.kit.reviews import Review, ReviewStep
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import Emptiness
from pagevoo_console.ui.kit.task_wizard import PlanPage, TaskWizard, plan_steps
from pagevoo_console.ui.kit.tokens import Tone
from pagevoo_console.ui.kit.wizard_pages import WizardPage

if TYPE_CHECKING:
    from pagevoo_console.domain.tenant import Website
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.databases import CreationPlan


@dataclass(frozen=True, slots=True)
class Candidates:
    """Whose database it will be, and the websites that it can be for."""

    tenant_name: str
    websites: tuple[Website, ...]


class WebsitePage(LoadedPage[Candidates]):
    """Chooses the website. Where a rule forbids a database altogether it says so before anything is chosen."""

    def __init__(self, console: Console, runner: Runner, tenant: str) -> None:
        words = console.platform.words
        text = translate("create", "The database is made for one {website}, and its data belongs to that one.")
        super().__init__(
            translate("create", "Choose the {website}").format(website=words.website),
            text.format(website=words.website),
            runner,
            console.connection.master.name,
        )
        self._console = console
        self._tenant = tenant
        self.choices: dict[str, ChoiceCard] = {}
        self._group = QButtonGroup(self)

    @property
    def website(self) -> Website | None:
        """The one that was chosen."""
        if self.content is None:
            return None
        return next((site for site in self.content.websites if self.choices[site.id].is_chosen), None)

    @property
    def is_ready(self) -> bool:
        return self.website is not None

    def fetch(self) -> Candidates:
        websites = self._console.tenants.websites(self._tenant)
        if websites:
            self._console.databases.plan_creation(self._tenant, websites[0].id)
        return Candidates(self._console.tenants.show(self._tenant).name, websites)

    def present(self, content: Candidates) -> Emptiness | None:
        if not content.websites:
            return self._nothing()
        for site in content.websites:
            card = ChoiceCard(site.name, site.domain or translate("create", "No domain yet"))
            card.control.setObjectName(f"website-{site.id}")
            card.add_badge(BadgeView(published_badge(site)))
            self.choices[site.id] = card
            self._group.addButton(card.control)
            self.parts.addWidget(card)
        self.parts.addStretch(1)
        published = [site for site in content.websites if site.is_published]
        usual = published if len(published) == 1 else content.websites
        if len(usual) == 1:
            self.choices[usual[0].id].control.setChecked(True)
        self._group.buttonToggled.connect(lambda _button, on: self.touch() if on else None)
        return None

    def _nothing(self) -> Emptiness:
        words = self._console.platform.words
        return Emptiness(
            translate("create", "This {tenant} has no {website} yet").format(
                tenant=words.tenant, website=words.website
            ),
            translate(
                "create",
                "A database is always made for a {website}. Come back once the {tenant} has made one in {platform}.",
            ).format(website=words.website, tenant=words.tenant, platform=self._console.platform.title),
            "globe",
        )


class MeaningPage(WizardPage):
    """What a database means for its tenant, in the platform's own words, and that this was understood."""

    def __init__(self, website: str) -> None:
        super().__init__(
            translate("create", "What it means"),
            translate("create", "This will create a dedicated database for dynamic features."),
        )
        self.consent = LockConsent(website)
        self.consent.changed.connect(self.touch)
        self.body.addWidget(self.consent)
        self.require(lambda: self.consent.is_given)


class CreateDatabaseWizard(TaskWizard):
    """Leads to a new database for one of a tenant's websites."""

    def __init__(self, console: Console, runner: Runner, tenant_id: str, parent: QWidget | None = None) -> None:
        self._console = console
        self._tenant = tenant_id
        self.website_page = WebsitePage(console, runner, tenant_id)
        self.meaning_page = MeaningPage(console.platform.words.website)
        self.review_page = PlanPage(console, runner, self._review)
        super().__init__(
            console,
            runner,
            translate("create", "Create database"),
            (self.website_page, self.meaning_page, self.review_page),
            self._task,
            verb=translate("create", "Create database"),
            parent=parent,
        )
        self.name_whom(lambda: console.tenants.show(tenant_id).name, console.connection.master.name)

    def _review(self) -> Callable[[], Review]:
        website = self.website_page.website
        assert website is not None
        return partial(review_of, self._console, self._tenant, website.id)

    def _task(self) -> Task:
        assert self.review_page.review is not None
        plan: CreationPlan = self.review_page.review.result  # type: ignore[assignment]
        tenant = self._tenant
        return Task(
            translate("create", "Create {database}").format(database=plan.database),
            plan.server,
            partial(self._console.databases.create, plan),
            tenant,
            lambda _database: Changes(frozenset({tenant}), frozenset({"operations", "audit"})),
        )


def review_of(console: Console, tenant: str, website: str) -> Review:
    """The plan of a creation, put into words. Blocks."""
    plan = console.databases.plan_creation(tenant, website)
    words = console.platform.words
    facts = (
        (f"{words.tenant.capitalize()} {tenant}", plan.tenant_name),
        (
            words.website.capitalize(),
            f"{plan.website.name} · {plan.website.domain or translate('create', 'no domain')}",
        ),
        (translate("create", "Database"), plan.database),
        (translate("create", "Server"), f"{plan.server} · {format.engine(plan.engine)}"),
    )
    return Review(
        plan,
        (*plan_steps(plan.steps), ReviewStep(translate("create", "Enter it in the registry as active"), icon="check")),
        facts,
        command=command_line(console, "database", "create", tenant, "--website", website),
    )


def published_badge(website: Website) -> Badge:
    """Whether the world can see it."""
    if website.is_published:
        return Badge(translate("create", "Published"), Tone.GOOD, "globe")
    return Badge(translate("create", "Not published"), Tone.NEUTRAL, "eye-off")

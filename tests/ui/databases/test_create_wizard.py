"""Creating a database: for which website, with what consent, and what a rule says before anything is chosen."""

import pytest
from PySide6.QtWidgets import QCheckBox, QRadioButton

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.job import JobState
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.databases.create_wizard import CreateDatabaseWizard
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def test_a_database_is_created_for_the_website_that_was_chosen(world: World, runner: Runner, driver: Driver) -> None:
    tenant, websites = world.add_tenant(websites=2)
    wizard = driver.open(CreateDatabaseWizard(world.console, runner, tenant))

    assert not wizard.next_button.isEnabled()
    driver.press(driver.find(wizard, QRadioButton, f"website-{websites[1]}"))
    driver.go_on(wizard)
    assert not wizard.next_button.isEnabled()
    driver.find(wizard, QCheckBox, "lockConsentBox").click()
    driver.go_on(wizard)
    command = driver.command(wizard)
    assert world.console.tenants.show(tenant).database is None
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert command.endswith(f"database create {tenant} --website {websites[1]}")
    shown = world.console.tenants.show(tenant)
    assert shown.database is not None
    assert (shown.database.state, shown.locked_to_website) == (DatabaseState.ACTIVE, websites[1])


def test_the_platforms_three_warnings_and_its_consent_are_there_word_for_word(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.add_tenant()
    wizard = driver.open(CreateDatabaseWizard(world.console, runner, tenant))
    driver.go_on(wizard)

    texts = driver.texts(wizard)
    for sentence in (
        "You can only have one active database at a time",
        "Once created, you can only work on this website",
        "Required for Shop, Blog, User Accounts, and other features",
    ):
        assert sentence in texts
    assert driver.find(wizard, QCheckBox, "lockConsentBox").text() == "I understand I'll be locked to this website"


def test_the_review_shows_every_step_and_changes_nothing(world: World, runner: Runner, driver: Driver) -> None:
    tenant, (website,) = world.add_tenant()
    wizard = driver.open(CreateDatabaseWizard(world.console, runner, tenant))
    driver.go_on(wizard)
    driver.find(wizard, QCheckBox, "lockConsentBox").click()
    driver.go_on(wizard)

    texts = driver.texts(wizard)
    plan = world.console.databases.plan_creation(tenant, website)
    for number, step in enumerate(plan.steps, 1):
        assert f"{number}.  {step.title}" in texts
    assert world.name(tenant) in texts
    driver.press(wizard.cancel_button)
    assert driver.submitted == []
    assert world.console.operations.list(tenant=tenant) == ()


def test_somebody_without_a_website_is_told_to_make_one_first(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant(websites=0)
    wizard = driver.open(CreateDatabaseWizard(world.console, runner, tenant))

    assert wizard.website_page.states.view is View.EMPTY
    assert "This user has no website yet" in driver.texts(wizard)
    assert not wizard.next_button.isEnabled()


@pytest.mark.parametrize("websites", [1, 3])
def test_a_second_database_is_refused_on_the_first_page(
    world: World, runner: Runner, driver: Driver, websites: int
) -> None:
    tenant, made = world.add_tenant(websites=websites)
    world.console.databases.create(world.console.databases.plan_creation(tenant, made[0]), JobContext())
    wizard = driver.open(CreateDatabaseWizard(world.console, runner, tenant))

    assert wizard.website_page.states.view is View.ERROR
    assert f"User {tenant} already has an active database: {world.name(tenant)}" in driver.texts(wizard)
    assert "Delete it before creating one for another website." in driver.texts(wizard)
    assert not wizard.next_button.isEnabled()


def test_a_hostile_name_is_shown_as_it_is(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant(name="<b>Bold & Co</b>")
    wizard = driver.open(CreateDatabaseWizard(world.console, runner, tenant))

    assert "<b>Bold & Co</b>" in driver.texts(wizard)

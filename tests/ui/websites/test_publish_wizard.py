"""Publishing a website: with the database it creates and the consent for that, without one, and what is locked."""

from PySide6.QtWidgets import QCheckBox, QRadioButton

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.job import JobState
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.websites.publish_wizard import PublishWebsiteWizard
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def create(world: World, tenant: str, website: str) -> None:
    world.console.databases.create(world.console.databases.plan_creation(tenant, website), JobContext())


def test_publishing_the_first_time_creates_the_database_after_the_platforms_consent(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, websites = world.add_tenant(websites=2)
    wizard = driver.open(PublishWebsiteWizard(world.console, runner, tenant, websites[1]))

    assert driver.find(wizard, QRadioButton, f"website-{websites[1]}").isChecked()
    driver.go_on(wizard)
    texts = driver.texts(wizard)
    for sentence in (
        "Publishing creates a dedicated database for dynamic features.",
        "You can only have one active database at a time",
        "Once created, you can only work on this website",
        "Required for Shop, Blog, User Accounts, and other features",
    ):
        assert sentence in texts
    assert not wizard.next_button.isEnabled()
    driver.find(wizard, QCheckBox, "lockConsentBox").click()
    driver.go_on(wizard)
    assert driver.command(wizard).endswith(f"website publish {websites[1]}")
    assert world.name(tenant) in driver.texts(wizard)
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    shown = world.console.tenants.show(tenant)
    assert shown.database is not None
    assert (shown.database.state, shown.locked_to_website) == (DatabaseState.ACTIVE, websites[1])
    assert [site.is_published for site in world.console.tenants.websites(tenant)] == [False, True]


def test_with_a_database_publishing_only_publishes_and_asks_for_no_consent(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, website = world.provisioned()
    wizard = driver.open(PublishWebsiteWizard(world.console, runner, tenant))
    driver.go_on(wizard)

    assert "No database is created, and no data is changed" in driver.texts(wizard)
    assert wizard.findChildren(QCheckBox, "lockConsentBox") == []
    driver.go_on(wizard)
    steps = [text for text in driver.texts(wizard) if text.startswith("1.  ")]
    assert steps == [f"1.  Publish website {website}"]
    assert driver.finish(wizard).state is JobState.SUCCEEDED
    assert world.console.tenants.websites(tenant)[0].is_published


def test_another_website_than_the_databases_is_locked_with_why_and_the_way_out(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, websites = world.add_tenant(websites=2)
    create(world, tenant, websites[0])
    wizard = driver.open(PublishWebsiteWizard(world.console, runner, tenant, websites[1]))

    locked = driver.find(wizard, QRadioButton, f"website-{websites[1]}")
    assert not locked.isEnabled()
    assert not locked.isChecked()
    assert any(
        text.startswith("Locked, because the active database belongs to “Website 0”. Move the database")
        for text in driver.texts(wizard)
    )
    assert driver.find(wizard, QRadioButton, f"website-{websites[0]}").isChecked()


def test_what_is_published_without_its_database_can_be_published_again_to_get_one(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, (website,) = world.add_tenant()
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(website))
    wizard = driver.open(PublishWebsiteWizard(world.console, runner, tenant))
    driver.go_on(wizard)
    driver.find(wizard, QCheckBox, "lockConsentBox").click()
    driver.go_on(wizard)

    assert driver.finish(wizard).state is JobState.SUCCEEDED
    assert world.console.databases.status(tenant).state is DatabaseState.ACTIVE


def test_another_choice_asks_for_the_consent_again(world: World, runner: Runner, driver: Driver) -> None:
    tenant, websites = world.add_tenant(websites=2)
    wizard = driver.open(PublishWebsiteWizard(world.console, runner, tenant, websites[0]))
    driver.go_on(wizard)
    driver.find(wizard, QCheckBox, "lockConsentBox").click()
    driver.press(wizard.back_button)
    driver.press(driver.find(wizard, QRadioButton, f"website-{websites[1]}"))
    driver.go_on(wizard)

    assert not driver.find(wizard, QCheckBox, "lockConsentBox").isChecked()
    assert not wizard.next_button.isEnabled()


def test_somebody_without_a_website_has_nothing_to_publish(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant(websites=0)
    wizard = driver.open(PublishWebsiteWizard(world.console, runner, tenant))

    assert wizard.website_page.states.view is View.EMPTY
    assert "This user has no website yet" in driver.texts(wizard)
    assert not wizard.next_button.isEnabled()

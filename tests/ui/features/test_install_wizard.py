"""Installing features: what can be chosen and why not, what will be created, and without a database."""

import pytest
from PySide6.QtWidgets import QCheckBox, QPushButton, QRadioButton

from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.job import JobState
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.features.install_wizard import InstallFeaturesWizard
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def states(world: World, tenant: str) -> dict[str, FeatureState]:
    return {feature.name: feature.state for feature in world.console.features.list(tenant)}


def test_what_was_ticked_is_installed_and_what_was_not_is_not(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(InstallFeaturesWizard(world.console, runner, tenant, ("blog",)))

    assert driver.find(wizard, QCheckBox, "feature-blog").isChecked()
    driver.find(wizard, QCheckBox, "feature-contact_form").click()
    driver.go_on(wizard)
    command = driver.command(wizard)
    assert any("blog_posts" in text for text in driver.texts(wizard))
    assert states(world, tenant)["blog"] is FeatureState.AVAILABLE
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    found = states(world, tenant)
    assert (found["blog"], found["contact_form"]) == (FeatureState.INSTALLED, FeatureState.INSTALLED)
    assert found["shop"] is FeatureState.AVAILABLE
    assert set(command.split()[-2:]) == {"blog", "contact_form"}


def test_nothing_ticked_is_nothing_to_go_on_with(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(InstallFeaturesWizard(world.console, runner, tenant))

    before = wizard.next_button.isEnabled()
    driver.find(wizard, QCheckBox, "feature-blog").click()

    assert not before
    assert wizard.next_button.isEnabled()


def test_what_is_installed_cannot_be_ticked_again(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    world.console.features.install(world.console.features.plan_install(tenant, ["blog"]), JobContext())
    wizard = driver.open(InstallFeaturesWizard(world.console, runner, tenant, ("blog",)))

    assert not driver.find(wizard, QCheckBox, "feature-blog").isEnabled()
    assert "It is installed." in driver.texts(wizard)
    assert wizard.features_page.names == ()


def test_a_tier_that_does_not_include_a_feature_says_which_ones_do(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.provisioned(tier="brochure")
    gated = [feature for feature in world.console.features.list(tenant) if not feature.allowed]
    assert gated
    wizard = driver.open(InstallFeaturesWizard(world.console, runner, tenant, (gated[0].name,)))

    assert not driver.find(wizard, QCheckBox, f"feature-{gated[0].name}").isEnabled()
    assert any(text.startswith("Not part of this tier. It comes with: ") for text in driver.texts(wizard))


def test_with_a_database_nobody_is_asked_how_to_make_one(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(InstallFeaturesWizard(world.console, runner, tenant, ("blog",)))

    driver.go_on(wizard)

    assert wizard.current_page.title == "Review"
    marks = [each.text() for each in wizard.findChildren(QPushButton) if each.isVisible() and each.text()[0].isdigit()]
    assert marks == ["1.  Choose features", "2.  Review"]
    driver.press(wizard.back_button)
    assert wizard.current_page.title == "Choose features"


@pytest.mark.parametrize(("way", "is_published"), [("choosePublish", True), ("chooseCreateOnly", False)])
def test_without_a_database_it_asks_how_to_make_one_and_goes_on_with_installing(
    way: str, is_published: bool, world: World, runner: Runner, driver: Driver
) -> None:
    tenant, (website,) = world.add_tenant()
    wizard = driver.open(InstallFeaturesWizard(world.console, runner, tenant, ("blog",)))
    driver.go_on(wizard)

    assert "Database required. Please publish website or create database first." in driver.texts(wizard)
    assert not wizard.next_button.isEnabled()
    driver.find(wizard, QRadioButton, way).click()
    assert not wizard.next_button.isEnabled()
    driver.find(wizard, QCheckBox, "lockConsentBox").click()
    driver.go_on(wizard)
    command = driver.command(wizard)
    assert any("blog_posts" in text for text in driver.texts(wizard))
    assert world.write("SELECT count(*) FROM user_databases") == [(0,)]
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert states(world, tenant)["blog"] is FeatureState.INSTALLED
    assert bool(world.write("SELECT is_published FROM user_websites")[0][0]) is is_published
    first, then = command.split(" && ")
    assert first.endswith(
        f"website publish {website}" if is_published else f"database create {tenant} --website {website}"
    )
    assert then.endswith(f"feature install {tenant} blog")


def test_cancelling_where_there_is_no_database_makes_none(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant()
    wizard = driver.open(InstallFeaturesWizard(world.console, runner, tenant, ("blog",)))
    driver.go_on(wizard)

    driver.press(wizard.cancel_button)

    assert driver.submitted == []
    assert world.write("SELECT count(*) FROM user_databases") == [(0,)]


def test_without_a_website_there_is_nothing_to_make_a_database_for(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.add_tenant(websites=0)
    wizard = driver.open(InstallFeaturesWizard(world.console, runner, tenant, ("blog",)))
    driver.go_on(wizard)

    assert wizard.database_page.states.view is View.EMPTY
    assert "This user has no website yet" in driver.texts(wizard)
    assert not wizard.next_button.isEnabled()

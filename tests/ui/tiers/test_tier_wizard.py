"""Changing a tier: its simulation, what to tell the customer, and that nothing is lost by it."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QRadioButton, QToolButton

from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.quota import QuotaLevel
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.gauge import QuotaGauge
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.tiers.tier_wizard import TierWizard
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def with_booking(world: World) -> str:
    tenant, _ = world.provisioned("pro")
    features = world.console.features
    features.install(features.plan_install(tenant, ["booking"]), JobContext())
    return tenant


def state_of(world: World, tenant: str, feature: str) -> FeatureState:
    return next(one.state for one in world.console.features.list(tenant) if one.name == feature)


def test_a_downgrade_is_simulated_told_and_switches_off_what_the_tier_lacks(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant = with_booking(world)
    plan = world.console.tier_changes.plan(tenant, "trial")
    assert plan.disables == ("booking",)
    wizard = driver.open(TierWizard(world.console, runner, tenant))

    assert "Now" in [badge.badge.text for badge in wizard.findChildren(BadgeView) if badge.isVisible()]
    assert not wizard.next_button.isEnabled()
    driver.press(driver.find(wizard, QRadioButton, "tier-trial"))
    driver.go_on(wizard)
    texts = driver.texts(wizard)
    assert {"Switched off", "Booking", "Every table and row stays as it is."} <= set(texts)
    assert driver.find(wizard, QPlainTextEdit, "customerMessage").toPlainText() == plan.message
    driver.find(wizard, QToolButton, "copyMessageButton").click()
    assert QGuiApplication.clipboard().text() == plan.message
    assert state_of(world, tenant, "booking") is FeatureState.INSTALLED
    driver.go_on(wizard)
    assert driver.command(wizard).endswith(f"tenant tier {tenant} trial")
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert world.console.tenants.show(tenant).tier == "trial"
    assert state_of(world, tenant, "booking") is FeatureState.DISABLED


def test_an_upgrade_brings_back_what_the_smaller_tier_switched_off(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant = with_booking(world)
    changes = world.console.tier_changes
    changes.run(changes.plan(tenant, "trial"), JobContext())
    wizard = driver.open(TierWizard(world.console, runner, tenant, "pro"))
    driver.go_on(wizard)

    assert {"Switched on again", "Booking"} <= set(driver.texts(wizard))
    driver.go_on(wizard)
    assert driver.finish(wizard).state is JobState.SUCCEEDED
    assert state_of(world, tenant, "booking") is FeatureState.INSTALLED


def test_a_limit_that_would_be_exceeded_is_shown_with_how_much(world: World, runner: Runner, driver: Driver) -> None:
    tenant = with_booking(world)
    world.write(
        "INSERT INTO tier_permissions (tier, permission, is_allowed, limit_value) VALUES ({0}, {1}, {2}, {3})",
        "niche", "limit:database_size", None, 1000,
    )  # fmt: skip
    wizard = driver.open(TierWizard(world.console, runner, tenant, "niche"))
    assert any(text.replace("\u00a0", " ").endswith("1 kB") for text in driver.texts(wizard))
    driver.go_on(wizard)

    assert "Over the new limits" in driver.texts(wizard)
    (gauge,) = [each for each in wizard.findChildren(QuotaGauge) if each.isVisible()]
    assert gauge.reading.level is QuotaLevel.OVER


def test_the_tier_that_it_is_already_leaves_nothing_to_do(world: World, runner: Runner, driver: Driver) -> None:
    tenant = with_booking(world)
    wizard = driver.open(TierWizard(world.console, runner, tenant, "pro"))
    driver.go_on(wizard)

    assert wizard.simulation_page.states.view is View.EMPTY
    assert "Nothing is left to do" in driver.texts(wizard)
    assert not wizard.next_button.isEnabled()


def test_another_choice_is_simulated_anew(world: World, runner: Runner, driver: Driver) -> None:
    tenant = with_booking(world)
    wizard = driver.open(TierWizard(world.console, runner, tenant, "trial"))
    driver.go_on(wizard)
    assert "Switched off" in driver.texts(wizard)
    driver.press(wizard.back_button)
    driver.press(driver.find(wizard, QRadioButton, "tier-niche"))
    driver.go_on(wizard)

    assert "Switched off" not in driver.texts(wizard)
    assert "No feature is switched, and no limit is exceeded." in driver.texts(wizard)


def test_a_customer_without_a_database_only_changes_the_tier(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant("trial")
    wizard = driver.open(TierWizard(world.console, runner, tenant, "pro"))
    driver.go_on(wizard)
    driver.go_on(wizard)
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert world.console.tenants.show(tenant).tier == "pro"


def test_each_tier_tells_its_limits_and_features(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant("trial")
    wizard = driver.open(TierWizard(world.console, runner, tenant))

    texts = driver.texts(wizard)
    assert any("50 MB" in text.replace("\u00a0", " ") for text in texts)
    assert "With every feature" in texts

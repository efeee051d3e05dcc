"""Moving the database to another website: which one, what is lost, the typed name, and what is asked again."""

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QRadioButton

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.switch import SwitchResult
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.pills import BadgeView
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.switches.switch_wizard import SwitchWizard
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def with_blog(world: World, websites: int = 3) -> tuple[str, list[str]]:
    """A tenant whose first website has a database with a blog in it."""
    console, job = world.console, JobContext()
    tenant, made = world.add_tenant(websites=websites)
    console.databases.create(console.databases.plan_creation(tenant, made[0]), job)
    console.features.install(console.features.plan_install(tenant, ["blog"]), job)
    return tenant, made


def test_the_database_moves_backed_up_proved_and_empty(
    world: World, runner: Runner, driver: Driver, tmp_path: Path
) -> None:
    tenant, websites = with_blog(world)
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(websites[0]))
    wizard = driver.open(SwitchWizard(world.console, runner, tenant))

    assert not driver.find(wizard, QRadioButton, f"website-{websites[0]}").isEnabled()
    assert not wizard.next_button.isEnabled()
    driver.press(driver.find(wizard, QRadioButton, f"website-{websites[2]}"))
    driver.go_on(wizard)
    assert "These features are lost with their data" in driver.texts(wizard)
    assert "Blog" in [badge.badge.text for badge in wizard.findChildren(BadgeView) if badge.isVisible()]
    driver.paste(wizard, "backupFolderEdit", str(tmp_path / "kept"))
    driver.go_on(wizard)

    plan = world.console.switches.plan(tenant, websites[2])
    texts = driver.texts(wizard)
    for number, step in enumerate(plan.steps, 1):
        assert f"{number}.  {step.title}" in texts
    assert not wizard.finish_button.isEnabled()
    assert wizard.cancel_button.isDefault()
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert isinstance(job.result, SwitchResult)
    assert job.result.backup_path is not None
    assert job.result.backup_path.parent == tmp_path / "kept"
    assert world.console.backups.get(str(job.result.backup_path)).verified_at is not None
    shown = world.console.tenants.show(tenant)
    assert shown.database is not None
    assert (shown.database.state, shown.locked_to_website) == (DatabaseState.ACTIVE, websites[2])
    assert not any(site.is_published for site in world.console.tenants.websites(tenant))


def test_the_website_that_was_asked_for_is_chosen_beforehand_and_in_the_command(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, websites = with_blog(world)
    wizard = driver.open(SwitchWizard(world.console, runner, tenant, websites[1]))
    driver.go_on(wizard)
    driver.go_on(wizard)

    name = world.name(tenant)
    assert driver.command(wizard).endswith(f"database switch {tenant} --website {websites[1]} --confirm {name}")


def test_the_other_website_is_published_in_the_end_where_that_is_asked_for(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, websites = with_blog(world)
    wizard = driver.open(SwitchWizard(world.console, runner, tenant, websites[1]))
    driver.go_on(wizard)
    driver.press(driver.find(wizard, QCheckBox, "publishBox"))
    driver.go_on(wizard)

    texts = driver.texts(wizard)
    assert any(text.endswith(f"Make it live and publish website {websites[1]}") for text in texts)
    assert driver.command(wizard).endswith(" --publish")
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    published = {site.id for site in world.console.tenants.websites(tenant) if site.is_published}
    assert published == {websites[1]}


def test_where_there_is_no_other_website_it_says_so(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(SwitchWizard(world.console, runner, tenant))

    assert wizard.target_page.states.view is View.EMPTY
    assert "There is no other website" in driver.texts(wizard)


def test_without_a_database_it_says_what_comes_first(world: World, runner: Runner, driver: Driver) -> None:
    tenant, _ = world.add_tenant(websites=2)
    wizard = driver.open(SwitchWizard(world.console, runner, tenant))

    assert wizard.target_page.states.view is View.EMPTY
    assert "Database required. Please publish website or create database first." in driver.texts(wizard)


def test_a_database_that_changed_since_the_review_is_asked_about_again(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, websites = with_blog(world)
    wizard = driver.open(SwitchWizard(world.console, runner, tenant, websites[1]))
    driver.go_on(wizard)
    driver.go_on(wizard)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    world.write("CREATE TABLE written_meanwhile (id INTEGER)", database=world.name(tenant))

    driver.press(wizard.finish_button)

    assert driver.submitted == []
    assert any(text.startswith("The database has changed since you looked:") for text in driver.texts(wizard))
    assert world.console.tenants.show(tenant).locked_to_website == websites[0]

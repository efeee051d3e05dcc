"""Deleting a website: alone with its name typed, and with its database as one plan (edge case 1)."""

from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QPushButton

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.job import JobState
from pagevoo_console.domain.tenant import Website
from pagevoo_console.domain.website import WebsiteResult
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.websites.delete_wizard import DeleteWebsiteWizard
from tests.services.platform_world import World
from tests.ui.wizard_driver import Driver


def sites(world: World, tenant: str) -> tuple[Website, ...]:
    return world.console.tenants.websites(tenant)


def both_wanted(world: World, runner: Runner, driver: Driver, tenant: str) -> DeleteWebsiteWizard:
    wizard = driver.open(DeleteWebsiteWizard(world.console, runner, sites(world, tenant)[0]))
    (both,) = [each for each in wizard.findChildren(QPushButton) if each.text() == "Delete website and database…"]
    driver.press(both)
    return wizard


def test_a_website_without_a_database_goes_with_its_name_typed(world: World, runner: Runner, driver: Driver) -> None:
    tenant, websites = world.add_tenant(websites=2)
    wizard = driver.open(DeleteWebsiteWizard(world.console, runner, sites(world, tenant)[1]))

    assert wizard.findChildren(QLineEdit, "backupFolderEdit")[0].isVisible() is False
    driver.go_on(wizard)
    assert not wizard.finish_button.isEnabled()
    driver.paste(wizard, "confirmNameEdit", "website 1")
    assert not wizard.finish_button.isEnabled()
    driver.paste(wizard, "confirmNameEdit", "Website 1")
    assert driver.command(wizard).endswith(f"website delete {websites[1]} --confirm 'Website 1'")
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert [site.id for site in sites(world, tenant)] == [websites[0]]


def test_a_website_that_has_a_database_is_refused_alone_and_both_are_offered(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.provisioned()
    wizard = driver.open(DeleteWebsiteWizard(world.console, runner, sites(world, tenant)[0]))

    assert wizard.gone_page.states.view is View.EMPTY
    assert "This website has the active database" in driver.texts(wizard)
    assert not wizard.next_button.isEnabled()
    assert world.name(tenant) in world.master.databases()


def test_website_and_database_go_as_one_plan_with_the_databases_name_typed(
    world: World, runner: Runner, driver: Driver, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    wizard = both_wanted(world, runner, driver, tenant)
    assert wizard.finish_button.text() == "Delete website and database"
    driver.paste(wizard, "backupFolderEdit", str(tmp_path / "kept"))
    driver.go_on(wizard)

    driver.paste(wizard, "confirmNameEdit", "Website 0")
    assert not wizard.finish_button.isEnabled()
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    assert f"--with-database {world.name(tenant)} --backup-to {tmp_path / 'kept'}" in driver.command(wizard)
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert isinstance(job.result, WebsiteResult)
    assert job.result.backup_path is not None
    assert job.result.backup_path.parent == tmp_path / "kept"
    assert sites(world, tenant) == ()
    shown = world.console.tenants.show(tenant).database
    assert shown is not None
    assert shown.state is DatabaseState.DELETED


def test_what_was_written_since_the_review_has_to_be_confirmed_again(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, _ = world.provisioned()
    wizard = both_wanted(world, runner, driver, tenant)
    driver.go_on(wizard)
    driver.paste(wizard, "confirmNameEdit", world.name(tenant))
    world.write("CREATE TABLE written_meanwhile (id INTEGER)", database=world.name(tenant))

    driver.press(wizard.finish_button)

    assert driver.submitted == []
    assert any(text.startswith("The database has changed since you looked:") for text in driver.texts(wizard))
    assert not wizard.finish_button.isEnabled()
    assert len(sites(world, tenant)) == 1


def test_a_website_that_was_renamed_meanwhile_has_to_be_confirmed_again(
    world: World, runner: Runner, driver: Driver
) -> None:
    tenant, (website,) = world.add_tenant()
    wizard = driver.open(DeleteWebsiteWizard(world.console, runner, sites(world, tenant)[0]))
    driver.go_on(wizard)
    driver.paste(wizard, "confirmNameEdit", "Website 0")
    world.write("UPDATE user_websites SET name = {0} WHERE id = {1}", "Another", int(website))

    driver.press(wizard.finish_button)

    assert driver.submitted == []
    assert "What belongs to it has changed since you looked. Please confirm again." in driver.texts(wizard)
    driver.paste(wizard, "confirmNameEdit", "Another")
    assert driver.finish(wizard).state is JobState.SUCCEEDED


def test_a_website_without_a_name_is_confirmed_by_its_domain(world: World, runner: Runner, driver: Driver) -> None:
    tenant, (website,) = world.add_tenant()
    world.write("UPDATE user_websites SET name = {0} WHERE id = {1}", "", int(website))
    wizard = driver.open(DeleteWebsiteWizard(world.console, runner, sites(world, tenant)[0]))
    driver.go_on(wizard)

    assert not wizard.finish_button.isEnabled()
    driver.paste(wizard, "confirmNameEdit", f"site{website}.example")
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert sites(world, tenant) == ()

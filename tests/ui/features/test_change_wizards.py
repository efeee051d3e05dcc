"""Upgrading, uninstalling, repairing and adopting: the plan is shown first, and only then anything is changed."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.job import JobState
from pagevoo_console.ui.features.adopt_wizard import AdoptFeatureWizard
from pagevoo_console.ui.features.differences import DifferenceTable, shortened
from pagevoo_console.ui.features.repair_wizard import RepairFeaturesWizard
from pagevoo_console.ui.features.uninstall_wizard import UninstallFeatureWizard
from pagevoo_console.ui.features.upgrade_wizard import UpgradeFeaturesWizard
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.states import View
from pagevoo_console.ui.kit.task_wizard import TaskWizard
from tests.ui.features.conftest import Blog
from tests.ui.wizard_driver import Driver


def state(blog: Blog) -> FeatureState:
    found = blog.world.console.features.list(blog.tenant)
    return next(feature.state for feature in found if feature.name == "blog")


def said(driver: Driver, wizard: TaskWizard) -> str:
    return "\n".join(driver.texts(wizard))


def cells(wizard: TaskWizard) -> list[list[str]]:
    """What the table of differences in sight says, without its kinds."""
    (table,) = [each for each in wizard.findChildren(DifferenceTable) if each.isVisible()]
    records = table.records
    return [[records.cell(row, column).text for column in (0, 2, 3)] for row in range(records.rowCount())]


# --- upgrading --------------------------------------------------------------------------------------------------------


def test_an_upgrade_shows_its_revisions_and_brings_the_tables(blog: Blog, runner: Runner, driver: Driver) -> None:
    blog.set_back()
    wizard = driver.open(UpgradeFeaturesWizard(blog.world.console, runner, blog.tenant, ("blog",)))

    shown = said(driver, wizard)
    assert "blog_0004" in shown
    assert "blog_0005" in shown
    assert driver.command(wizard).endswith(f"feature upgrade {blog.tenant} blog")
    assert "blog_comments" not in blog.tables()
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert state(blog) is FeatureState.INSTALLED
    assert "blog_comments" in blog.tables()


def test_core_that_is_behind_is_named_among_what_is_upgraded(blog: Blog, runner: Runner, driver: Driver) -> None:
    blog.write("DROP TABLE feature_settings", "UPDATE console_features SET version_num = 'core_0001'")
    wizard = driver.open(UpgradeFeaturesWizard(blog.world.console, runner, blog.tenant, ()))

    shown = driver.texts(wizard)
    assert "Core" in shown
    assert "1.  Bring the tables of Core up to date" in shown
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    overview = blog.world.console.features.overview(blog.tenant)
    assert overview.core is not None
    assert overview.core.state is FeatureState.INSTALLED


def test_where_nothing_is_outdated_there_is_no_upgrade_to_confirm(blog: Blog, runner: Runner, driver: Driver) -> None:
    wizard = driver.open(UpgradeFeaturesWizard(blog.world.console, runner, blog.tenant, ()))

    assert "There is nothing to upgrade" in said(driver, wizard)
    assert not wizard.finish_button.isEnabled()


# --- uninstalling -----------------------------------------------------------------------------------------------------


def test_uninstalling_names_what_goes_asks_for_the_name_and_backs_up_first(
    blog: Blog, runner: Runner, driver: Driver
) -> None:
    blog.write("INSERT INTO blog_tags (name, slug) VALUES ('A', 'a')")
    wizard = driver.open(UninstallFeatureWizard(blog.world.console, runner, blog.tenant, "blog"))

    shown = said(driver, wizard)
    assert "Rows that go with the tables: " in shown
    assert "Drop blog_" in shown
    assert not wizard.finish_button.isEnabled()
    driver.paste(wizard, "confirmNameEdit", "Blog")
    assert not wizard.finish_button.isEnabled()
    driver.paste(wizard, "confirmNameEdit", "blog")
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert state(blog) is FeatureState.AVAILABLE
    assert blog.tables() == set()
    (backup,) = blog.world.console.backups.list(blog.tenant)
    assert backup.tables["blog_tags"] == 1
    assert backup.verified_at is not None


def test_what_changed_since_one_looked_is_shown_again_before_anything_goes(
    blog: Blog, runner: Runner, driver: Driver
) -> None:
    wizard = driver.open(UninstallFeatureWizard(blog.world.console, runner, blog.tenant, "blog"))
    driver.paste(wizard, "confirmNameEdit", "blog")
    blog.write("DROP TABLE blog_comments")

    driver.press(wizard.finish_button)

    assert wizard.isVisible()
    assert "It has changed since you looked: 4 tables instead of 5 tables." in said(driver, wizard)
    assert driver.submitted == []
    assert "blog_posts" in blog.tables()


def test_a_refused_uninstallation_says_why_and_the_way_out_and_is_noted(
    blog: Blog, runner: Runner, driver: Driver
) -> None:
    blog.give_to_laravel()
    wizard = driver.open(UninstallFeatureWizard(blog.world.console, runner, blog.tenant, "blog"))

    assert wizard.review_page.states.view is View.ERROR
    shown = said(driver, wizard)
    assert "this console neither made nor took over" in shown
    assert "feature adopt" in shown
    assert not wizard.finish_button.isEnabled()
    _, events = blog.world.console.audit.events(tenant=blog.tenant)
    assert (events[0].action, events[0].outcome) == ("feature.uninstall", Outcome.REFUSED)


# --- repairing --------------------------------------------------------------------------------------------------------


def test_a_repair_shows_each_difference_with_its_fate_then_the_statements(
    blog: Blog, runner: Runner, driver: Driver
) -> None:
    blog.harm()
    wizard = driver.open(RepairFeaturesWizard(blog.world.console, runner, blog.tenant, ("blog",)))

    assert cells(wizard) == [
        ["blog_comments", "the table is missing", "Is repaired"],
        ["blog_posts", "there is a column legacy that should not be", "Stays"],
        ["blog_posts", "there is no column meta_title", "Is repaired"],
    ]
    driver.go_on(wizard)
    shown = said(driver, wizard)
    assert "blog_posts: there is no column meta_title" in shown
    assert "CREATE TABLE blog_comments" in shown
    assert "1 difference stays as it is" in shown
    assert "Restore the backup into a scratch database" in shown
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert [one.kind for one in blog.world.console.features.drift(blog.tenant)] == ["extra_column"]


def test_what_cannot_be_repaired_is_told_and_not_gone_on_with(blog: Blog, runner: Runner, driver: Driver) -> None:
    blog.write("ALTER TABLE blog_posts ADD COLUMN legacy VARCHAR(9)")
    wizard = driver.open(RepairFeaturesWizard(blog.world.console, runner, blog.tenant, ()))

    assert "Nothing of this can be repaired by the console." in said(driver, wizard)
    assert not wizard.next_button.isEnabled()


def test_where_nothing_differs_there_is_nothing_to_repair(blog: Blog, runner: Runner, driver: Driver) -> None:
    wizard = driver.open(RepairFeaturesWizard(blog.world.console, runner, blog.tenant, ()))

    assert wizard.differences_page.states.view is View.EMPTY
    assert "Nothing to repair" in said(driver, wizard)


def test_a_long_statement_ends_before_it_fills_the_page() -> None:
    assert shortened("ALTER TABLE a\n  ADD COLUMN b") == "ALTER TABLE a ADD COLUMN b"
    assert shortened("x" * 500) == "x" * 160 + " …"


# --- adopting ---------------------------------------------------------------------------------------------------------


def test_adopting_shows_the_comparison_and_laravels_own_migrations_then_records_the_tables(
    blog: Blog, runner: Runner, driver: Driver
) -> None:
    blog.give_to_laravel()
    blog.write("ALTER TABLE blog_posts DROP COLUMN meta_title", "ALTER TABLE blog_posts ADD COLUMN legacy VARCHAR(9)")
    wizard = driver.open(AdoptFeatureWizard(blog.world.console, runner, blog.tenant, "blog"))

    assert "2025_11_22_400001_create_blog_posts_table" in said(driver, wizard)
    assert cells(wizard) == [
        ["blog_posts", "there is a column legacy that should not be", "Stays"],
        ["blog_posts", "there is no column meta_title", "Is added"],
    ]
    driver.go_on(wizard)
    assert "Record Blog as installed" in said(driver, wizard)
    assert state(blog) is FeatureState.DRIFTED
    job = driver.finish(wizard)

    assert job.state is JobState.SUCCEEDED, job.error
    assert state(blog) is FeatureState.INSTALLED


def test_tables_that_are_as_ours_are_recorded_without_being_altered(blog: Blog, runner: Runner, driver: Driver) -> None:
    blog.give_to_laravel()
    wizard = driver.open(AdoptFeatureWizard(blog.world.console, runner, blog.tenant, "blog"))

    assert "Every table is what the newest revision would have made; none is altered." in said(driver, wizard)
    driver.go_on(wizard)
    assert "Back up" not in said(driver, wizard)


def test_where_there_are_no_tables_there_is_nothing_to_adopt(blog: Blog, runner: Runner, driver: Driver) -> None:
    wizard = driver.open(AdoptFeatureWizard(blog.world.console, runner, blog.tenant, "events"))

    assert wizard.comparison_page.states.view is View.EMPTY
    assert "There are no tables of Events to take over" in said(driver, wizard)


def test_what_a_tenant_wrote_into_laravels_ledger_is_shown_and_never_rendered(
    blog: Blog, runner: Runner, driver: Driver
) -> None:
    blog.give_to_laravel()
    blog.write("INSERT INTO migrations VALUES (2, '<b>bold</b>' || char(10) || 'x' || char(8238), 1)")
    wizard = driver.open(AdoptFeatureWizard(blog.world.console, runner, blog.tenant, "blog"))

    (label,) = [each for each in wizard.findChildren(QLabel) if "<b>bold</b>" in each.text()]
    assert label.text().splitlines() == ["2025_11_22_400001_create_blog_posts_table", "<b>bold</b>⟦U+000A⟧x⟦U+202E⟧"]
    assert label.textFormat().name == "PlainText"

"""The life of a feature on each engine: installed, upgraded, switched, uninstalled; looked at through a raw driver."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import ConsoleError, NotFound, Refused
from pagevoo_console.domain.feature import DisabledBy, Feature, FeatureState
from pagevoo_console.services.console import Console
from pagevoo_console.services.feature_rows import disable_in, enable_in
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineage_files import schema_dir
from pagevoo_console.services.lineages import Lineages
from tests.services.platform_world import World


def install(world: World, tenant: str, *names: str) -> None:
    features = world.console.features
    features.install(features.plan_install(tenant, names), JobContext())


def feature(world: World, tenant: str, name: str) -> Feature:
    return next(one for one in world.console.features.list(tenant) if one.name == name)


def tables(world: World, tenant: str) -> set[str]:
    database = world.name(tenant)
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
        "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    }[world.master.engine]
    return {str(name) for (name,) in world.write(query, database=database)} - {"sqlite_sequence"}


def rows(world: World, tenant: str) -> list[tuple[str, bool]]:
    found = world.write(
        "SELECT feature_type, is_active FROM installed_features ORDER BY feature_type", database=world.name(tenant)
    )
    return [(str(name), bool(active)) for name, active in found]


def reasons(world: World, tenant: str) -> list[tuple[str, object]]:
    query = "SELECT feature_type, setting_value FROM feature_settings WHERE setting_key = 'console_disabled_by'"
    found = world.write(f"{query} AND setting_value IS NOT NULL", database=world.name(tenant))
    return [
        (str(name), json.loads(value) if str(value).startswith('"') else value) for name, value in found
    ]  # fmt: skip


def set_back(world: World, tenant: str) -> None:
    """Make an installed blog look as an older console left it, two tables short."""
    database = world.name(tenant)
    for statement in (
        "DROP TABLE blog_comments",
        "DROP TABLE blog_post_tags",
        "UPDATE console_features SET version_num = 'blog_0003' WHERE version_num = 'blog_0005'",
    ):
        world.write(statement, database=database)


THIRD_OF_CORE = """import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "core_0003", "core_0002", None, None
def upgrade(op):
    op.add_column("feature_settings", sa.Column("note", sa.String(190)))
def downgrade(op):
    op.drop_column("feature_settings", "note")
"""
CARELESS = """
revision, down_revision, branch_labels, depends_on = "blog_0006", "blog_0005", None, None
def upgrade(op):
    op.execute("INSERT INTO nowhere VALUES (1)")
def downgrade(op):
    pass
"""


def with_a_revision(world: World, tmp_path: Path, lineage: str, name: str, text: str) -> World:
    """The same master before a console of the next version, which has one revision more."""
    root = tmp_path / "feature_schemas"
    shutil.copytree(schema_dir(), root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / lineage / "versions" / f"{name}.py").write_text(text, encoding="utf-8")
    console = world.console
    newer = Console(console.connection, console.platform, console.connections, Lineages(root), console.folders)
    return World(newer, world.master, world.folders)


# --- installing -------------------------------------------------------------------------------------------------------


def test_without_a_database_installing_says_what_the_document_says_and_both_ways_out(world: World) -> None:
    tenant, _ = world.add_tenant()
    with pytest.raises(Refused) as caught:
        world.console.features.plan_install(tenant, ["blog"])
    assert caught.value.code == "database_required"
    assert caught.value.message == "Database required. Please publish website or create database first."
    assert "`website publish WID`" in caught.value.hint
    assert f"`database create {tenant} --website WID`" in caught.value.hint


def test_several_features_are_one_operation_of_two_steps(world: World) -> None:
    tenant, _ = world.provisioned()
    plan = world.console.features.plan_install(tenant, ["blog", "contact_form"])
    assert [step.name for step in plan.steps] == ["tables", "record"]
    world.console.features.install(plan, JobContext())
    assert rows(world, tenant) == [("blog", True), ("contact_form", True)]
    assert set(plan.tables) < tables(world, tenant)
    again = world.console.features.plan_install(tenant, ["blog", "contact_form"])
    assert (again.features, again.already, again.steps) == ((), ("contact_form", "blog"), ())


def test_a_disabled_feature_counts_as_installed_and_stays_off(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    features = world.console.features
    features.switch(features.plan_disable(tenant, "blog"), JobContext())
    plan = features.plan_install(tenant, ["blog"])
    features.install(plan, JobContext())
    assert plan.already == ("blog",)
    assert rows(world, tenant) == [("blog", False)]


def test_what_fails_in_rehearsal_never_touches_the_database(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    careless = with_a_revision(world, tmp_path, "blog", "blog_0006", CARELESS)
    before = (tables(world, tenant), world.master.databases())
    plan = careless.console.features.plan_install(tenant, ["blog"], rehearse=True)
    assert [step.name for step in plan.steps] == ["backup", "verify", "rehearse", "tables", "record"]

    with pytest.raises(ConsoleError, match="nowhere"):
        careless.console.features.install(plan, JobContext())

    assert (tables(world, tenant), world.master.databases()) == before
    assert careless.console.operations.list(tenant=tenant, open_only=True) == ()
    console = world.console
    lines: list[str] = []
    console.features.install(
        console.features.plan_install(tenant, ["blog"], rehearse=True), JobContext(on_line=lines.append)
    )
    assert feature(world, tenant, "blog").state is FeatureState.INSTALLED
    assert not [line for line in lines if "Warning" in line]


# --- upgrading --------------------------------------------------------------------------------------------------------


def test_an_outdated_feature_is_upgraded_and_another_time_is_nothing(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog", "contact_form")
    set_back(world, tenant)
    assert feature(world, tenant, "blog").state is FeatureState.OUTDATED
    assert world.console.features.drift(tenant) == ()
    plan = world.console.features.plan_upgrade(tenant)
    assert plan.features == ("blog",)
    assert [step.name for _, step in plan.revisions] == ["blog_0004", "blog_0005"]
    assert not plan.needs_backup
    world.console.features.upgrade(plan, JobContext())
    assert feature(world, tenant, "blog").state is FeatureState.INSTALLED
    assert world.console.features.drift(tenant) == ()
    assert world.console.features.plan_upgrade(tenant, ["blog"]).features == ()


def test_core_that_is_behind_is_upgraded_by_itself_and_has_no_row(world: World) -> None:
    tenant, _ = world.provisioned()
    database = world.name(tenant)
    world.write("DROP TABLE feature_settings", database=database)
    world.write("UPDATE console_features SET version_num = 'core_0001'", database=database)
    plan = world.console.features.plan_upgrade(tenant)
    assert (plan.features, plan.already) == (("core",), ())
    assert [(name, step.name) for name, step in plan.revisions] == [("core", "core_0002")]
    assert [step.title for step in plan.steps] == ["Bring the tables of Core up to date"]

    world.console.features.upgrade(plan, JobContext())

    assert world.write("SELECT version_num FROM console_features", database=database) == [("core_0002",)]
    assert world.write("SELECT feature_type FROM installed_features", database=database) == []
    assert world.console.features.drift(tenant) == ()
    again = world.console.features.plan_upgrade(tenant, ["core"])
    assert (again.features, again.already, again.steps) == ((), ("core",), ())


def test_core_beneath_installed_features_is_upgraded_with_a_proved_backup_before_tables_are_altered(
    world: World, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    newer = with_a_revision(world, tmp_path, "core", "core_0003", THIRD_OF_CORE)
    plan = newer.console.features.plan_upgrade(tenant)
    assert (plan.features, plan.already) == (("core",), ("blog",))
    assert [step.name for step in plan.steps] == ["backup", "verify", "rehearse", "tables"]

    newer.console.features.upgrade(plan, JobContext())

    query = "SELECT version_num FROM console_features ORDER BY version_num"
    assert world.write(query, database=world.name(tenant)) == [("blog_0005",), ("core_0003",)]
    assert newer.console.features.drift(tenant) == ()
    assert newer.console.features.plan_upgrade(tenant).features == ()
    (backup,) = world.console.backups.list(tenant)
    assert backup.verified_at is not None


def test_what_is_not_installed_cannot_be_upgraded(world: World) -> None:
    tenant, _ = world.provisioned()
    with pytest.raises(Refused) as caught:
        world.console.features.plan_upgrade(tenant, ["blog"])
    assert caught.value.code == "not_installed"
    with pytest.raises(NotFound):
        world.console.features.plan_upgrade(tenant, ["wiki"])


# --- switching --------------------------------------------------------------------------------------------------------


def test_a_disabled_feature_keeps_its_data_and_says_who_disabled_it(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    features, database = world.console.features, world.name(tenant)
    world.write("INSERT INTO blog_tags (name, slug) VALUES ({0}, {1})", "Bread", "bread", database=database)
    off = features.switch(features.plan_disable(tenant, "blog"), JobContext())
    assert (off.state, off.disabled_by) == (FeatureState.DISABLED, DisabledBy.USER)
    assert reasons(world, tenant) == [("blog", "user")]
    assert features.plan_disable(tenant, "blog").steps == ()
    on = features.switch(features.plan_enable(tenant, "blog"), JobContext())
    assert (on.state, on.disabled_by) == (FeatureState.INSTALLED, None)
    assert reasons(world, tenant) == []
    assert features.plan_enable(tenant, "blog").steps == ()
    assert world.write("SELECT name FROM blog_tags", database=database) == [("Bread",)]


def test_what_the_tier_lacks_is_not_enabled_and_what_is_not_installed_is_not_found(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "shop")
    features = world.console.features
    features.switch(features.plan_disable(tenant, "shop", DisabledBy.TIER), JobContext())
    assert reasons(world, tenant) == [("shop", "tier")]
    world.write("UPDATE users SET tier = {0} WHERE id = {1}", "brochure", int(tenant))
    with pytest.raises(Refused) as caught:
        features.plan_enable(tenant, "shop")
    assert caught.value.code == "not_in_tier"
    with pytest.raises(NotFound):
        features.plan_disable(tenant, "blog")


def test_a_tier_does_not_take_over_what_a_person_disabled(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    located = world.console.tenants.locate(tenant)
    with world.console.connections.open(located.server, located.database.name, writable=True) as session:
        assert disable_in(session, located.engine, "blog", DisabledBy.TIER)
        assert not disable_in(session, located.engine, "blog", DisabledBy.TIER)
        assert disable_in(session, located.engine, "blog", DisabledBy.USER)
        assert not disable_in(session, located.engine, "blog", DisabledBy.TIER)
    assert reasons(world, tenant) == [("blog", "user")]
    with world.console.connections.open(located.server, located.database.name, writable=True) as session:
        assert enable_in(session, located.engine, "blog")
        assert not enable_in(session, located.engine, "blog")
        with pytest.raises(NotFound):
            enable_in(session, located.engine, "shop")
    assert (rows(world, tenant), reasons(world, tenant)) == ([("blog", True)], [])


# --- uninstalling -----------------------------------------------------------------------------------------------------


def test_uninstalling_backs_up_proves_and_drops_its_own_tables_alone(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog", "contact_form")
    features, database = world.console.features, world.name(tenant)
    world.write("INSERT INTO blog_tags (name, slug) VALUES ({0}, {1})", "Bread", "bread", database=database)
    world.write("CREATE TABLE blog_of_their_own (id INTEGER PRIMARY KEY)", database=database)
    put = "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})"
    world.write(put, "blog", "title", '"x"', database=database)
    plan = features.plan_uninstall(tenant, "blog")
    assert [step.name for step in plan.steps] == ["backup", "verify", "compare", "drop", "forget"]
    assert plan.tables.index("blog_comments") < plan.tables.index("blog_posts") < plan.tables.index("blog_categories")
    before = tables(world, tenant)
    with pytest.raises(Refused, match="type blog exactly"):
        features.uninstall(plan, "Blog", JobContext())
    assert tables(world, tenant) == before
    gone = features.uninstall(plan, "blog", JobContext())
    assert gone.state is FeatureState.AVAILABLE
    assert before - tables(world, tenant) == set(plan.tables)
    assert rows(world, tenant) == [("contact_form", True)]
    assert world.write("SELECT version_num FROM console_features", database=database) == [("contact_form_0004",)]
    query = "SELECT feature_type FROM feature_settings WHERE feature_type <> 'contact_form'"
    assert world.write(query, database=database) == []
    (backup,) = world.console.backups.list(tenant)
    assert backup.verified_at is not None
    assert backup.tables["blog_tags"] == 1
    again = features.plan_uninstall(tenant, "blog")
    assert again.steps == ()
    assert features.uninstall(again, "blog", JobContext()).state is FeatureState.AVAILABLE


def test_core_and_what_others_refer_to_are_not_uninstalled(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    number = "INTEGER" if world.master.engine == "sqlite" else "BIGINT"
    world.write(
        f"CREATE TABLE reviews (id INTEGER PRIMARY KEY, post {number}, FOREIGN KEY (post) REFERENCES blog_posts (id))",
        database=world.name(tenant),
    )
    with pytest.raises(Refused, match="reviews refers to blog_posts") as caught:
        world.console.features.plan_uninstall(tenant, "blog")
    assert caught.value.code == "referenced"
    with pytest.raises(Refused) as caught:
        world.console.features.plan_uninstall(tenant, "core")
    assert caught.value.code == "required"


def test_what_reads_a_feature_s_tables_is_named_and_nothing_is_dropped(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    features, database = world.console.features, world.name(tenant)
    for view, query in (
        ("newest", "SELECT p.title AS heading FROM blog_posts AS p JOIN blog_categories AS c ON c.id = p.category_id"),
        ("of_newest", "SELECT heading FROM newest"),
        ("blog_tags_view", "SELECT 'blog_tags' AS blog_tags, feature_type FROM installed_features"),
    ):
        world.write(f"CREATE VIEW {view} AS {query}", database=database)
    before = tables(world, tenant)

    with pytest.raises(Refused) as caught:
        features.plan_uninstall(tenant, "blog")

    assert caught.value.code == "referenced"
    clauses = caught.value.message.partition(": ")[2].split("; ")
    read = {"the view newest reads blog_categories", "the view newest reads blog_posts"}
    assert read <= set(clauses) <= read | {clause.replace("newest", "of_newest") for clause in read}
    assert tables(world, tenant) == before
    world.write("DROP VIEW of_newest", database=database)
    world.write("DROP VIEW newest", database=database)
    assert features.uninstall(features.plan_uninstall(tenant, "blog"), "blog", JobContext()).state is (
        FeatureState.AVAILABLE
    )
    assert world.write("SELECT count(*) FROM blog_tags_view", database=database) == [(0,)]


def test_a_view_that_came_after_the_plan_keeps_the_tables_too(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "contact_form")
    features, database = world.console.features, world.name(tenant)
    plan = features.plan_uninstall(tenant, "contact_form")
    world.write("CREATE VIEW open_tickets AS SELECT subject FROM support_tickets", database=database)
    before = tables(world, tenant)

    with pytest.raises(Refused, match="the view open_tickets reads support_tickets"):
        features.uninstall(plan, "contact_form", JobContext())

    assert tables(world, tenant) == before
    assert world.console.operations.list(tenant=tenant, open_only=True) == ()


def test_a_foreign_key_and_a_view_of_another_schema_or_database_are_named(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    database = world.name(tenant)
    place = {"mysql": f"{database}_aside", "postgresql": "aside", "sqlite": ""}[world.master.engine]
    if not place:
        return
    kind = "DATABASE" if world.master.engine == "mysql" else "SCHEMA"
    target = f"{database}.blog_posts" if world.master.engine == "mysql" else "public.blog_posts"
    world.write(f"CREATE {kind} {place}", database=database)
    world.write(
        f"CREATE TABLE {place}.reviews (id INT PRIMARY KEY, post BIGINT, FOREIGN KEY (post) REFERENCES {target} (id))",
        database=database,
    )
    world.write(f"CREATE VIEW {place}.titles AS SELECT title FROM {target}", database=database)
    world.write(f"CREATE VIEW {place}.blog_tags AS SELECT id FROM {place}.reviews", database=database)
    try:
        with pytest.raises(Refused, match=f"{place}.reviews refers to blog_posts") as caught:
            world.console.features.plan_uninstall(tenant, "blog")
        assert caught.value.code == "referenced"
        assert "titles reads blog_posts" in caught.value.message
        assert "reads blog_tags" not in caught.value.message
    finally:
        for view in ("titles", "blog_tags"):
            world.write(f"DROP VIEW {place}.{view}", database=database)
        world.write(f"DROP TABLE {place}.reviews", database=database)
        world.write(f"DROP {kind} {place}", database=database)


def test_tables_that_nobody_took_over_are_not_dropped(world: World) -> None:
    tenant, _ = world.provisioned()
    world.write("CREATE TABLE blog_tags (id INTEGER PRIMARY KEY)", database=world.name(tenant))
    with pytest.raises(Refused) as caught:
        world.console.features.plan_uninstall(tenant, "blog")
    assert caught.value.code == "not_adopted"

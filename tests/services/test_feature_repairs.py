"""Drift from the revision that is installed, its repair, and the adoption of what Laravel made, on each engine."""

from __future__ import annotations

import pytest

from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.services.jobs import JobContext
from tests.services.platform_world import World
from tests.services.test_features import feature, install, rows, set_back, tables

DAMAGE = {
    "sqlite": (
        "DROP TABLE contact_form_ticket_messages",
        "DROP INDEX support_tickets_status_created_at_idx",
        "ALTER TABLE contact_forms DROP COLUMN redirect_url",
        "ALTER TABLE contact_forms ADD COLUMN colour VARCHAR(20)",
        "ALTER TABLE contact_forms DROP COLUMN is_active",
        "ALTER TABLE contact_forms ADD COLUMN is_active VARCHAR(5)",
    ),
    "mysql": (
        "DROP TABLE contact_form_ticket_messages",
        "DROP INDEX support_tickets_status_created_at_idx ON support_tickets",
        "ALTER TABLE contact_forms DROP COLUMN redirect_url, ADD COLUMN colour VARCHAR(20),"
        " MODIFY is_active VARCHAR(5)",
    ),
    "postgresql": (
        "DROP TABLE contact_form_ticket_messages",
        "DROP INDEX support_tickets_status_created_at_idx",
        "ALTER TABLE contact_forms DROP COLUMN redirect_url, ADD COLUMN colour VARCHAR(20),"
        " ALTER is_active DROP DEFAULT, ALTER is_active DROP NOT NULL, ALTER is_active TYPE VARCHAR(5) USING '1'",
    ),
}  # fmt: skip


def kinds(world: World, tenant: str) -> list[tuple[str, str, bool]]:
    return [(one.table, one.kind, one.is_repairable) for one in world.console.features.drift(tenant)]


def index_name(world: World) -> str:
    (name,) = [
        str(index.name)
        for index in world.console.lineages.metadata("contact_form").tables["support_tickets"].indexes
        if next(column.name for column in index.columns) == "status"
    ]
    return name


def test_drift_is_told_and_mended_without_losing_a_value(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "contact_form")
    database, features = world.name(tenant), world.console.features
    world.write("INSERT INTO contact_forms (name, slug) VALUES ({0}, {1})", "Write to us", "write", database=database)
    for statement in DAMAGE[world.master.engine]:
        world.write(statement.replace("support_tickets_status_created_at_idx", index_name(world)), database=database)
    world.write("UPDATE contact_forms SET is_active = {0}, colour = {1}", "1", "red", database=database)
    assert kinds(world, tenant) == [
        ("contact_form_ticket_messages", "missing_table", True),
        ("contact_forms", "default", True),
        ("contact_forms", "extra_column", False),
        ("contact_forms", "missing_column", True),
        ("contact_forms", "nullable", True),
        ("contact_forms", "type", True),
        ("support_tickets", "missing_index", True),
    ]
    plan = features.plan_repair(tenant)
    assert [step.name for step in plan.steps] == ["backup", "verify", "mend:contact_form"]
    assert all(repair.statements for repair in plan.repairs)
    assert [one.kind for one in plan.left] == ["extra_column"]
    assert len(kinds(world, tenant)) == 7
    left = features.repair(plan, JobContext())
    assert [(one.kind, one.why) for one in left] == [("extra_column", "nothing is dropped that somebody may need")]
    ((name, active, colour),) = world.write("SELECT name, is_active, colour FROM contact_forms", database=database)
    assert (name, int(active), colour) == ("Write to us", 1, "red")
    world.write("INSERT INTO contact_forms (name, slug) VALUES ({0}, {1})", "Two", "two", database=database)
    assert features.plan_repair(tenant).steps == ()
    assert features.repair(features.plan_repair(tenant), JobContext()) == left


def test_what_would_lose_a_value_is_left_and_says_how_many(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    database, features = world.name(tenant), world.console.features
    change = {
        "sqlite": (
            "CREATE TABLE new_tags (id INTEGER NOT NULL, name VARCHAR(255), slug VARCHAR(300) NOT NULL,"
            " created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, CONSTRAINT blog_tags_pkey PRIMARY KEY (id))",
            "DROP TABLE blog_tags", "ALTER TABLE new_tags RENAME TO blog_tags",
        ),
        "mysql": (
            "ALTER TABLE blog_tags MODIFY name VARCHAR(255), MODIFY slug VARCHAR(300) NOT NULL,"
            " DROP INDEX blog_tags_slug_key",
        ),
        "postgresql": (
            "ALTER TABLE blog_tags ALTER name DROP NOT NULL, ALTER slug TYPE VARCHAR(300),"
            " DROP CONSTRAINT blog_tags_slug_key",
        ),
    }[world.master.engine]  # fmt: skip
    for statement in change:
        world.write(statement, database=database)
    for name, slug in ((None, "same"), ("B", "same"), ("C", "s" * 200)):
        world.write("INSERT INTO blog_tags (name, slug) VALUES ({0}, {1})", name, slug, database=database)
    found = {one.kind: one.why for one in features.drift(tenant)}
    assert found == {
        "missing_key": "1 values stand more than once",
        "nullable": "1 row hold NULL",
        "type": "1 row would lose their value",
    }
    assert features.plan_repair(tenant).steps == ()
    world.write("DELETE FROM blog_tags WHERE slug <> {0}", "x", database=database)
    features.repair(features.plan_repair(tenant, ["blog"]), JobContext())
    assert features.drift(tenant) == ()


def test_a_foreign_key_is_mended_once_nobody_refers_to_what_is_not_there(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    database, features = world.name(tenant), world.console.features
    if world.master.engine == "sqlite":
        ((text,),) = world.write("SELECT sql FROM sqlite_master WHERE name = 'blog_posts'", database=database)
        start = text.index("CONSTRAINT blog_posts_category_id_fkey")
        end = text.index("SET NULL", start) + len("SET NULL")
        without = (text[:start] + text[end:].lstrip(" ,\n\t")).replace("blog_posts (", "new_posts (", 1)
        without = without.rstrip().removesuffix(")").rstrip().rstrip(",") + ")"
        statements = [without, "DROP TABLE blog_posts", "ALTER TABLE new_posts RENAME TO blog_posts",
                      "CREATE INDEX blog_posts_category_id_idx ON blog_posts (category_id)",
                      "CREATE INDEX blog_posts_status_published_at_idx ON blog_posts (status, published_at)",
                      "CREATE TRIGGER keeps AFTER INSERT ON blog_posts BEGIN SELECT 1; END"]  # fmt: skip
    else:
        word = "FOREIGN KEY" if world.master.engine == "mysql" else "CONSTRAINT"
        statements = [f"ALTER TABLE blog_posts DROP {word} blog_posts_category_id_fkey"]
    for statement in statements:
        world.write(statement, database=database)
    world.write("INSERT INTO blog_posts (category_id, title, slug) VALUES (99, {0}, {1})", "T", "t", database=database)
    (stuck,) = features.drift(tenant)
    assert (stuck.kind, stuck.why) == (
        "missing_foreign_key",
        "1 row refer to a row of blog_categories that is not there",
    )
    world.write("UPDATE blog_posts SET category_id = NULL", database=database)
    features.repair(features.plan_repair(tenant), JobContext())
    assert features.drift(tenant) == ()
    assert world.write("SELECT title FROM blog_posts", database=database) == [("T",)]
    if world.master.engine == "sqlite":
        triggers = world.write("SELECT name FROM sqlite_master WHERE type = 'trigger'", database=database)
        assert triggers == [("keeps",)]


def test_rows_revisions_and_tables_that_contradict_each_other_are_told(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    database, features = world.name(tenant), world.console.features
    world.write("DELETE FROM installed_features", database=database)
    assert kinds(world, tenant) == [("installed_features", "missing_row", True)]
    world.write("INSERT INTO installed_features (feature_type) VALUES ({0})", "contact_form", database=database)
    assert kinds(world, tenant) == [
        ("installed_features", "row_without_tables", True),
        ("installed_features", "missing_row", True),
    ]
    world.write("CREATE TABLE shop_products (id INTEGER PRIMARY KEY)", database=database)
    world.write("CREATE TABLE blog_drafts (id INTEGER PRIMARY KEY)", database=database)
    world.write("CREATE TABLE recipes (id INTEGER PRIMARY KEY)", database=database)
    assert sorted(kinds(world, tenant)) == [
        ("blog_drafts", "extra_table", False),
        ("installed_features", "missing_row", True),
        ("installed_features", "row_without_tables", True),
        ("installed_features", "tables_without_row", False),
    ]
    features.repair(features.plan_repair(tenant), JobContext())
    assert sorted(kinds(world, tenant)) == [
        ("blog_drafts", "extra_table", False),
        ("installed_features", "tables_without_row", False),
    ]
    assert rows(world, tenant) == [("blog", True), ("contact_form", True)]


def test_an_outdated_feature_is_compared_with_its_own_revision(world: World) -> None:
    tenant, _ = world.provisioned()
    install(world, tenant, "blog")
    set_back(world, tenant)
    assert world.console.features.drift(tenant) == ()
    world.write("DROP TABLE blog_posts", database=world.name(tenant))
    assert kinds(world, tenant) == [("blog_posts", "missing_table", True)]
    assert feature(world, tenant, "blog").state is FeatureState.DRIFTED
    features = world.console.features
    features.repair(features.plan_repair(tenant), JobContext())
    assert features.drift(tenant) == ()
    assert "blog_comments" not in tables(world, tenant)


# --- adopting ---------------------------------------------------------------------------------------------------------

LARAVEL = {
    "sqlite": ("integer primary key autoincrement not null", "integer", "datetime", "tinyint(1)", ""),
    "mysql": (
        "bigint unsigned not null auto_increment primary key", "bigint unsigned", "timestamp null", "tinyint(1)",
        " default character set utf8mb4 collate 'utf8mb4_unicode_ci'",
    ),
    "postgresql": ("bigserial primary key not null", "bigint", "timestamp(0) without time zone", "boolean", ""),
}  # fmt: skip


def made_by_laravel(world: World, tenant: str) -> None:
    """Tags and categories as Laravel's blueprints write them, and its ledger."""
    key, number, moment, _, tail = LARAVEL[world.master.engine]
    stamps = f"created_at {moment}, updated_at {moment}"
    migrations = "int unsigned not null auto_increment primary key" if world.master.engine == "mysql" else key
    for statement in (
        f"CREATE TABLE blog_categories (id {key}, parent_id {number} null, name varchar(255) not null,"
        f" slug varchar(190) not null, {stamps}){tail}",
        "CREATE UNIQUE INDEX blog_categories_slug_unique ON blog_categories (slug)",
        f"CREATE TABLE blog_tags (id {key}, name varchar(255) not null, slug varchar(190) not null, {stamps}){tail}",
        f"CREATE TABLE migrations (id {migrations}, migration varchar(255) not null, batch int not null){tail}",
        "INSERT INTO migrations (migration, batch) VALUES ('2025_11_22_400001_create_blog_posts_table', 1)",
        "INSERT INTO migrations (migration, batch) VALUES ('2025_11_22_400002_create_blog_categories_table', 1)",
        "INSERT INTO blog_tags (name, slug) VALUES ('Bread', 'bread')",
    ):
        world.write(statement, database=world.name(tenant))


def test_what_laravel_made_is_taken_over_and_what_it_lacks_is_added(world: World) -> None:
    tenant, _ = world.provisioned()
    made_by_laravel(world, tenant)
    features = world.console.features
    assert features.migrations(tenant) == (
        "2025_11_22_400001_create_blog_posts_table",
        "2025_11_22_400002_create_blog_categories_table",
    )
    with pytest.raises(Refused) as caught:
        features.plan_install(tenant, ["blog"])
    assert caught.value.code == "table_exists"
    plan = features.plan_adopt(tenant, "blog")
    assert plan.tables == ("blog_categories", "blog_tags")
    mended = {(one.table, one.kind) for repair in plan.repairs for one in repair.differences}
    assert mended == {
        ("blog_categories", "missing_column"), ("blog_posts", "missing_table"), ("blog_post_tags", "missing_table"),
        ("blog_comments", "missing_table"),
    }  # fmt: skip
    assert [step.name for step in plan.steps] == ["backup", "verify", "mend", "stamp", "record"]
    found = features.adopt(plan, JobContext())
    assert (found.state, found.revision) == (FeatureState.INSTALLED, found.head)
    assert world.write("SELECT name FROM blog_tags", database=world.name(tenant)) == [("Bread",)]
    assert rows(world, tenant) == [("blog", True)]
    assert not any(one.kind in ("missing_column", "missing_table") for one in features.drift(tenant))
    assert features.plan_adopt(tenant, "blog").steps == ()


def test_what_cannot_be_mended_is_refused_by_its_name(world: World) -> None:
    tenant, _ = world.provisioned()
    key, _, _, _, tail = LARAVEL[world.master.engine]
    database = world.name(tenant)
    world.write(f"CREATE TABLE blog_tags (id {key}, name varchar(255) not null){tail}", database=database)
    world.write("INSERT INTO blog_tags (name) VALUES ('Bread')", database=database)
    before = tables(world, tenant)
    with pytest.raises(Refused, match="there is no column slug, and 1 row would have no value for it") as caught:
        world.console.features.plan_adopt(tenant, "blog")
    assert caught.value.code == "misfits"
    assert tables(world, tenant) == before
    with pytest.raises(Refused) as caught:
        world.console.features.plan_adopt(tenant, "shop")
    assert caught.value.code == "nothing_to_adopt"


@pytest.mark.filterwarnings("ignore:Could not instantiate type:sqlalchemy.exc.SAWarning")
def test_a_database_whose_core_laravel_made_gets_features_too(world: World) -> None:
    tenant, _ = world.provisioned()
    key, _, moment, boolean, tail = LARAVEL[world.master.engine]
    yes = "true" if boolean == "boolean" else "1"
    database = world.name(tenant)
    for statement in (
        "DROP TABLE console_features", "DROP TABLE installed_features", "DROP TABLE feature_settings",
        f"CREATE TABLE installed_features (id {key}, feature_type varchar(190) not null unique, configuration json,"
        f" is_active {boolean} not null default {yes}, installed_at {moment}){tail}",
        f"CREATE TABLE feature_settings (id {key}, feature_type varchar(190) not null,"
        f" setting_key varchar(190) not null, setting_value json, created_at {moment}, updated_at {moment}){tail}",
    ):  # fmt: skip
        world.write(statement, database=database)
    install(world, tenant, "blog")
    assert feature(world, tenant, "blog").state is FeatureState.INSTALLED
    found = world.console.features.switch(world.console.features.plan_disable(tenant, "blog"), JobContext())
    assert found.state is FeatureState.DISABLED

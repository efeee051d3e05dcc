"""What stands in `feature_schemas/`, looked at without a database."""

import ast
import configparser
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.lineage_files import schema_dir
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.platforms.reader import Platforms
from tests.feature_schemas.databases import FEATURES, LINEAGES

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "features.md"
ICONS = PROJECT / "pagevoo_console" / "ui" / "assets" / "icons"
INNODB_KEY_BYTES = 3072

NAMED_BY_PAGEVOO = {
    "pagevoo_master": {
        "users", "templates", "template_pages", "template_sections", "user_websites", "user_pages", "user_sections",
        "tier_permissions", "settings", "user_databases",
    },
    "core": {"installed_features", "feature_settings"},
    "contact_form": {"contact_forms", "form_submissions", "support_tickets"},
    "shop": {"shop_products", "shop_categories", "shop_orders", "shop_order_items", "shop_carts"},
    "blog": {"blog_posts", "blog_categories", "blog_tags", "blog_comments"},
    "user_access": {"website_users", "website_roles", "website_permissions"},
    "events": {"events", "event_categories", "event_rsvps"},
    "booking": {"booking_services", "booking_availability", "bookings"},
    "file_hoster": {"hosted_files", "file_downloads"},
    "video_sharing": {"videos", "video_playlists"},
    "social_platform": {"social_posts", "social_comments", "social_likes", "social_follows", "notifications"},
    "console": set(),
}  # fmt: skip


@pytest.fixture(scope="module")
def lineages() -> Lineages:
    return Lineages()


def revision_files() -> list[Path]:
    return sorted(schema_dir().glob("*/versions/*_[0-9]*.py"))


def test_every_lineage_is_there_masters_first_and_features_last(lineages: Lineages) -> None:
    assert [(lineage.name, lineage.kind) for lineage in lineages.all()] == [
        ("pagevoo_master", "master"),
        ("console", "console"),
        ("core", "core"),
        *((name, "feature") for name in FEATURES),
    ]


def test_there_is_a_lineage_for_each_of_the_features_that_pagevoo_names(lineages: Lineages) -> None:
    platform = Platforms(Engines()).get("pagevoo")
    assert sorted(platform.features) == [lineage.name for lineage in lineages.all() if lineage.kind == "feature"]


@pytest.mark.parametrize("name", LINEAGES)
def test_a_lineage_has_the_tables_pagevoo_names_and_others_only_under_its_own_name(
    lineages: Lineages, name: str
) -> None:
    tables = set(lineages.get(name).tables)
    assert tables >= NAMED_BY_PAGEVOO[name]
    assert all(table.startswith(f"{name}_") for table in tables - NAMED_BY_PAGEVOO[name])


def test_features_require_core_alone_and_everything_else_requires_nothing(lineages: Lineages) -> None:
    for lineage in lineages.all():
        assert lineage.requires == (("core",) if lineage.kind == "feature" else ())


def test_a_feature_says_which_tiers_may_have_it(lineages: Lineages) -> None:
    tiers = {lineage.name: lineage.tiers for lineage in lineages.all() if lineage.kind == "feature"}
    assert tiers == {
        "blog": ("trial", "brochure", "niche", "pro"),
        "booking": ("niche", "pro"),
        "contact_form": ("trial", "brochure", "niche", "pro"),
        "events": ("niche", "pro"),
        "file_hoster": ("niche", "pro"),
        "shop": ("trial", "niche", "pro"),
        "social_platform": ("pro",),
        "user_access": ("niche", "pro"),
        "video_sharing": ("pro",),
    }


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_says_why_its_tiers_may_have_it_and_has_an_icon(lineages: Lineages, name: str) -> None:
    first, *_ = (schema_dir() / name / "feature.toml").read_text(encoding="utf-8").splitlines()
    assert first.startswith("# ")
    assert first.endswith(".")
    assert (ICONS / f"{lineages.get(name).icon}.svg").is_file()


def test_no_two_features_share_an_icon(lineages: Lineages) -> None:
    icons = [lineage.icon for lineage in lineages.all()]
    assert sorted(icons) == sorted(set(icons))


def test_no_foreign_key_leaves_its_lineage(lineages: Lineages) -> None:
    for name in FEATURES:
        for table in lineages.metadata(name).tables.values():
            targets = {key.target_fullname.partition(".")[0] for key in table.foreign_keys}
            assert targets <= set(lineages.get(name).tables)


@pytest.mark.parametrize("name", FEATURES)
def test_a_number_of_a_row_is_a_key_or_says_which_table_of_another_feature_it_means(
    lineages: Lineages, name: str
) -> None:
    others = {table: lineage.name for lineage in lineages.all() for table in lineage.tables}
    for table in lineages.metadata(name).tables.values():
        for column in table.columns:
            if column.name.endswith(("_id", "_by")) and not isinstance(column.type, sa.String):
                target = column.info.get("soft_reference")
                is_tied = bool(column.foreign_keys) or column.computed is not None
                assert is_tied == (target is None), f"{table.name}.{column.name}"
                assert target is None or others[target.removesuffix(".id")] not in (name, None)


def test_keys_and_indexes_fit_into_what_innodb_allows(lineages: Lineages) -> None:
    for name in LINEAGES:
        for table in lineages.metadata(name).tables.values():
            for item in keys_of(table):
                assert sum(key_bytes(column) for column in item.columns) <= INNODB_KEY_BYTES, item.name


def keys_of(table: sa.Table) -> list[sa.Index | sa.UniqueConstraint]:
    """Its unique keys and indexes."""
    uniques = [item for item in table.constraints if isinstance(item, sa.UniqueConstraint)]
    return [*uniques, *table.indexes]


def key_bytes(column: sa.Column[Any]) -> int:
    """What a column takes of an InnoDB key in utf8mb4, generously."""
    if isinstance(column.type, sa.String):
        assert column.type.length is not None, f"{column} cannot be part of a key"
        return 4 * column.type.length
    return 16


def test_what_refers_to_another_row_is_found_by_an_index(lineages: Lineages) -> None:
    for name in FEATURES:
        for table in lineages.metadata(name).tables.values():
            leading = {next(iter(item.columns)).name for item in (*keys_of(table), table.primary_key)}
            referring = {column.name for column in table.columns if column.foreign_keys or column.info}
            assert referring <= leading, table.name


def test_times_have_no_zone_of_their_own_since_all_are_utc(lineages: Lineages) -> None:
    for name in LINEAGES:
        for table in lineages.metadata(name).tables.values():
            for column in table.columns:
                assert not isinstance(column.type, sa.TIMESTAMP | sa.Time)
                assert not (isinstance(column.type, sa.DateTime) and column.type.timezone)
                assert not column.name.endswith("_at") or isinstance(column.type, sa.DateTime), column.name


@pytest.mark.parametrize("name", ["core", *FEATURES])
def test_the_page_of_features_tells_each_with_its_title_description_and_tiers(lineages: Lineages, name: str) -> None:
    lineage = lineages.get(name)
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"\n## {lineage.title} (`{name}`)\n")
    section, _, _ = rest.partition("\n## ")
    assert lineage.description in section
    assert not lineage.tiers or f"Tiers: {', '.join(lineage.tiers)}." in section
    for table in lineage.tables:
        assert f"`{table}`" in section


def test_installed_features_holds_exactly_what_the_contract_says_plus_a_key(lineages: Lineages) -> None:
    table = lineages.metadata("core").tables["installed_features"]
    assert table.columns.keys() == ["id", "feature_type", "configuration", "is_active", "installed_at"]


def test_nothing_but_keys_and_the_status_constrains_a_row_of_the_platform(lineages: Lineages) -> None:
    strict = {
        f"{table.name}.{column.name}"
        for table in lineages.metadata("pagevoo_master").tables.values()
        for column in table.columns
        if not column.nullable and not column.primary_key
    }
    assert strict == {"user_databases.status"}


def test_names_of_keys_and_constraints_are_explicit_and_fit_every_engine(lineages: Lineages) -> None:
    for name in LINEAGES:
        for table in lineages.metadata(name).tables.values():
            names = [item.name for item in table.constraints] + [item.name for item in table.indexes]
            assert all(name is not None and len(str(name)) < 60 for name in names)


def test_amounts_are_decimals_with_two_places_never_floats(lineages: Lineages) -> None:
    for table in [table for name in FEATURES for table in lineages.metadata(name).tables.values()]:
        assert not any(isinstance(column.type, sa.Float) for column in table.columns)
        for column in table.columns:
            if column.name.endswith(("price", "total", "amount", "deposit")):
                assert isinstance(column.type, sa.Numeric)
                assert (column.type.precision, column.type.scale) == (12, 2)


def test_mysql_tables_are_innodb_in_utf8mb4(lineages: Lineages) -> None:
    for name in LINEAGES:
        collation = "utf8mb4_bin" if name == "console" else "utf8mb4_unicode_ci"
        for table in lineages.metadata(name).tables.values():
            statement = str(sa.schema.CreateTable(table).compile(dialect=sa.URL.create("mysql").get_dialect()()))
            assert f"ENGINE=InnoDB CHARSET=utf8mb4 COLLATE {collation}" in statement


def test_keys_on_postgresql_take_given_numbers_and_make_their_own(lineages: Lineages) -> None:
    users = lineages.metadata("pagevoo_master").tables["users"]
    statement = str(sa.schema.CreateTable(users).compile(dialect=sa.URL.create("postgresql").get_dialect()()))
    assert "id BIGINT GENERATED BY DEFAULT AS IDENTITY" in statement


@pytest.mark.parametrize("path", revision_files(), ids=lambda path: path.stem)
def test_a_revision_creates_one_table_in_one_call_and_drops_it_again(path: Path) -> None:
    module = ast.parse(path.read_text(encoding="utf-8"))
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    calls = {}
    for name, function in functions.items():
        assert len(function.body) == 1
        assert isinstance(function.body[0], ast.Expr)
        call = function.body[0].value
        assert isinstance(call, ast.Call)
        assert isinstance(call.args[0], ast.Constant)
        calls[name] = (ast.unparse(call.func), call.args[0].value)
    table = calls["upgrade"][1]
    assert calls == {"upgrade": ("op.create_table", table), "downgrade": ("op.drop_table", table)}
    assert path.stem.endswith(str(table).removeprefix(f"{path.parent.parent.name}_"))


def test_revisions_import_neither_the_console_nor_alembics_process_wide_proxy() -> None:
    for path in schema_dir().rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] in {"sqlalchemy", "alembic", "typing"}
                assert not (node.module == "alembic" and any(name.name == "op" for name in node.names))


def test_the_stock_commands_file_names_every_lineage() -> None:
    parser = configparser.ConfigParser(defaults={"here": "HERE"})
    parser.read(schema_dir() / "alembic.ini", encoding="utf-8")
    named = parser["alembic"]["version_locations"].split()
    assert sorted(named) == sorted(f"HERE/{name}/versions" for name in LINEAGES)

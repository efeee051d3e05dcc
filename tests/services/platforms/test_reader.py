"""Platform files: what ships is complete, all tenancies fit, and a mistake is named with the nearest right key."""

from pathlib import Path

import pytest

from pagevoo_console.domain.errors import Failed, WrongUsage
from pagevoo_console.domain.platform import (
    ConnectionKind,
    Platform,
    SettingsTable,
    SoftReference,
    TableClass,
    TableRule,
    TenancyKind,
)
from pagevoo_console.domain.quota import QuotaMetric
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.platforms import reader
from pagevoo_console.services.platforms.reader import Platforms, read_platform

HERE = Path(__file__).parent
PAGEVOO = Path(reader.__file__).with_name("pagevoo.toml").read_text()
SHOP = (HERE / "shop.toml").read_text()
BUILDER = (HERE / "builder.toml").read_text()
ENGINES = ("mysql", "postgresql", "sqlite")


def pagevoo() -> Platform:
    return Platforms(Engines()).get("pagevoo")


def mistakes(text: str) -> list[str]:
    with pytest.raises(Failed) as caught:
        read_platform(text, file="own.toml", engines=ENGINES)
    assert caught.value.code == "platform_file"
    assert caught.value.hint
    return caught.value.message.splitlines()


def changed(text: str, before: str, after: str) -> str:
    assert text.count(before) == 1, f"{before!r} occurs {text.count(before)} times"
    return text.replace(before, after)


def test_pagevoo_comes_first_among_the_shipped_platforms() -> None:
    assert Platforms(Engines()).names()[0] == "pagevoo"


def test_pagevoo_is_a_database_per_user_found_by_its_name() -> None:
    platform = pagevoo()

    assert platform.tenancy is TenancyKind.DATABASE_PER_TENANT
    assert platform.database_name("42") == "pagevoo_website_42"
    assert (platform.master_database, platform.master_lineage) == ("pagevoo_core", "pagevoo_master")
    assert (platform.words.tenant, platform.words.tenants) == ("user", "users")
    assert platform.engines == ("mysql", "postgresql", "sqlite")


def test_pagevoo_has_its_four_tiers_with_decimal_megabytes() -> None:
    limits = [(tier.name, tier.rank, tier.limits) for tier in pagevoo().tiers]

    assert limits == [
        ("trial", 0, {"database_size": 50_000_000}),
        ("brochure", 1, {"database_size": 500_000_000}),
        ("niche", 2, {"database_size": 2_000_000_000}),
        ("pro", 3, {"database_size": 10_000_000_000}),
    ]


def test_pagevoo_names_every_feature_of_its_document() -> None:
    platform = pagevoo()

    assert platform.core_lineage == "core"
    assert platform.features == (
        "contact_form", "shop", "blog", "user_access", "events", "booking", "file_hoster", "video_sharing",
        "social_platform",
    )  # fmt: skip


def test_pagevoo_keeps_its_rules_and_its_registry() -> None:
    platform = pagevoo()

    assert platform.lifecycle.max_databases_per_server == 1000
    assert platform.lifecycle.one_database_per_tenant
    assert platform.registry is not None
    assert (platform.registry.table, platform.registry.website, platform.registry.server) == (
        "user_databases",
        "website_id",
        "server",
    )
    assert platform.registry.states == {"active": "active", "deleted": "deleted"}
    assert platform.websites is not None
    assert platform.websites.is_published == "is_published"


def test_a_platform_with_a_connection_per_tenant_says_how_its_settings_are_written() -> None:
    platform = Platforms(Engines()).get(str(HERE / "shop.toml"))

    assert platform.tenancy is TenancyKind.CONNECTION_PER_TENANT
    assert platform.registry is not None
    assert platform.registry.states["suspended"] == "suspended"
    assert platform.connections is not None
    assert platform.connections.settings == SettingsTable(
        "integration_configs", "store_id", "integration_type", "config_data", "is_active"
    )
    assert platform.connections.kinds["supabase-database"] == ConnectionKind(
        "postgresql", url="projectUrl", password="serviceRoleKey"
    )
    assert platform.tiers[0].limits == {"products": 10, "orders": 50}
    assert platform.tiers[1].limits == {"products": None, "orders": None}
    assert [quota.metric for quota in platform.quotas] == [QuotaMetric.ROW_COUNT, QuotaMetric.ROWS_THIS_MONTH]


def test_a_shared_schema_declares_its_tables_and_its_soft_references() -> None:
    platform = read_platform(BUILDER, file="builder.toml", engines=ENGINES)

    shared = platform.shared_schema
    assert shared is not None
    assert (shared.schema, shared.key_columns) == ("public", ("organizationId",))
    assert shared.rule("assets") == TableRule("assets", TableClass.OWNED, column="organizationId")
    assert shared.rule("payments") == TableRule("payments", TableClass.RETAINED, why="kept for ten years by tax law")
    assert shared.rule("pages") is None
    assert shared.references == (
        SoftReference("job_queue", "payload", "projects", "id", "projectId"),
        SoftReference("page_views", "pageId", "pages", "id"),
    )
    assert (platform.registry, platform.database_pattern, platform.connections) == (None, "", None)


def test_a_misspelled_key_is_named_with_its_place_and_the_nearest_right_one() -> None:
    text = PAGEVOO + '\n[registry2]\ncredentail = "x"\n'
    assert mistakes(text)[0] == "own.toml: unknown key 'registry2'; did you mean 'registry'?"

    text = changed(PAGEVOO, 'deleted_at = "deleted_at"', 'deleted_at = "deleted_at"\ncredentail = "x"')
    assert mistakes(text) == ["own.toml: unknown key 'registry.credentail'; did you mean 'credential'?"]


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = changed(PAGEVOO, 'email = "email"', 'e_mail = "email"').replace('title = "Trial"', "title = 5")

    assert mistakes(text) == [
        "own.toml: unknown key 'tenants.e_mail'; did you mean 'email'?",
        "own.toml: 'tiers[1].title' must be a text, not a whole number",
    ]


def test_a_file_that_is_no_toml_names_the_line() -> None:
    assert mistakes('name = "x"\ntitle = \n') == ["own.toml: not TOML at line 2, column 9: Invalid value"]


def test_deep_nesting_is_a_mistake_and_no_crash() -> None:
    assert mistakes("a = " + "[" * 100_000) == ["own.toml: nested too deeply"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('name = "pagevoo"\n', "", "missing key 'name'"),
        (
            'name = "pagevoo"\n',
            'name = "Page Voo"\n',
            "'name' cannot be 'Page Voo': lower-case letters, digits, _ and -",
        ),
        (
            '"database_per_tenant"',
            '"database_per_tennant"',
            "'tenancy.kind' cannot be 'database_per_tennant'; did you mean 'database_per_tenant'?",
        ),
        (
            '["mysql", "postgresql", "sqlite"]',
            '["mysqll"]',
            "'engines[1]' names no engine: 'mysqll'; did you mean 'mysql'?",
        ),
        ('["mysql", "postgresql", "sqlite"]', '["mysql", "mysql"]', "'engines' has 'mysql' 2 times"),
        ('["mysql", "postgresql", "sqlite"]', "[]", "'engines' names none"),
        (
            '"pagevoo_website_{tenant}"',
            '"pagevoo_website_"',
            "'tenancy.pattern' must hold {tenant}, and 'pagevoo_website_' does not",
        ),
        (
            'pattern = "pagevoo_website_{tenant}"',
            "",
            "missing key 'tenancy.pattern': each tenant's database is found by its name",
        ),
        ('table = "users"', 'table = ""', "'tenants.table' is empty"),
        (
            'email = "email"',
            'email = "e\\nmail"',
            "'tenants.email' cannot be 'e\\nmail': at most 63 printable characters",
        ),
        (
            'default_tier = "trial"',
            'default_tier = "trail"',
            "'tenants.default_tier' names no tier: 'trail'; did you mean 'trial'?",
        ),
        (
            'limits = { database_size = "50 MB" }',
            "limits = { database_sise = 1 }",
            "'tiers[1].limits.database_sise' names no quota; did you mean",
        ),
        (
            'limits = { database_size = "50 MB" }',
            "limits = { database_size = -1 }",
            "'tiers[1].limits.database_size' cannot be negative; leave it out or say \"unlimited\"",
        ),
        (
            '"50 MB"',
            '"50 megs"',
            "'tiers[1].limits.database_size' cannot be '50 megs': a whole number",
        ),
        ('"50 MB"', "true", "'tiers[1].limits.database_size' must be a whole number or a text, not true or false"),
        ('name = "niche"', 'name = "pro"', "'tiers' has 'pro' 2 times"),
        ('    "blog",', '    "blog", "blog",', "'features.names' has 'blog' 2 times"),
        ('    "blog",', '    "core",', "'features.names' lists 'core', which comes with every database"),
        (
            "max_databases_per_server = 1000",
            "max_databases_per_server = -1",
            "'lifecycle.max_databases_per_server' cannot be negative",
        ),
        (
            "locks_website = true",
            'locks_website = "yes"',
            "'lifecycle.locks_website' must be true or false, not a text",
        ),
        (
            'metric = "database_bytes"',
            'metric = "row_count"',
            "missing key 'quotas[1].table': row_count is measured there",
        ),
        (
            "tiers.niche.limits.database_size",
            "tiers.nice.limits.database_size",
            "'env.MAX_DATABASE_SIZE_MB_NICHE.sets' 'tiers.nice.limits.database_size' names no tier",
        ),
        (
            'sets = "lifecycle.max_databases_per_server"',
            'sets = "words.tenant"',
            "'env.MAX_USER_DATABASES_PER_SERVER.sets' 'words.tenant' is no place that can be set",
        ),
        (
            '[registry.states]\nactive = "active"',
            '[registry.states]\nactive = "activ"',
            "'registry.states.active' cannot be 'activ'; did you mean 'active'?",
        ),
        ('status = "status"\n', "", "missing key 'registry.status'"),
        (
            'kind = "database_per_tenant"',
            'kind = "database_per_tenant"\nkey_columns = ["user_id"]',
            "'tenancy.key_columns' belongs to shared_schema, and this platform is database_per_tenant",
        ),
    ],
)
def test_a_mistake_in_the_meaning_is_named(before: str, after: str, told: str) -> None:
    assert any(told in line for line in mistakes(changed(PAGEVOO, before, after)))


@pytest.mark.parametrize("pattern", ["{tenant}", "a_{tenant}_{tenant}", "web-{tenant}", "a_{tenant}_{website}"])
def test_a_pattern_that_could_name_somebody_elses_database_is_refused(pattern: str) -> None:
    found = mistakes(changed(PAGEVOO, '"pagevoo_website_{tenant}"', f'"{pattern}"'))

    assert len(found) == 1
    assert found[0].startswith(f"own.toml: 'tenancy.pattern' cannot be {pattern!r}")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("[tenancy.settings]", "[tenancy.setings]", "unknown key 'tenancy.setings'; did you mean 'settings'?"),
        (
            'url = "projectUrl"\n',
            "",
            "'tenancy.connections.supabase-database' must name 'url', or 'host' and 'database'",
        ),
        (
            'engine = "postgresql"\nurl',
            'engine = "oracle"\nurl',
            "'tenancy.connections.supabase-database.engine' names no engine: 'oracle'",
        ),
        (
            'suspended = "suspended"',
            'suspended = "asleep"',
            "'registry.states.suspended' cannot be 'asleep'; known are active, provisioning",
        ),
        (
            "products = 10",
            'products = "10 MB"',
            "'tiers[1].limits.products' cannot be '10 MB': this quota counts products, not bytes",
        ),
    ],
)
def test_a_mistake_of_a_connection_per_tenant_is_named(before: str, after: str, told: str) -> None:
    assert any(told in line for line in mistakes(changed(SHOP, before, after)))


def test_without_a_table_of_settings_the_registry_must_hold_them() -> None:
    section = SHOP[SHOP.index("[tenancy.settings]") : SHOP.index("[tenancy.connections.postgresql]")]

    assert "own.toml: missing key 'registry.config', or a section 'tenancy.settings'" in mistakes(
        changed(SHOP, section, "")
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "[tenancy.ignored]",
            '[tenancy.ignored]\npayments = "x"',
            "table 'payments' is declared 2 times: tenancy.retained, tenancy.ignored",
        ),
        (
            'payments = "kept for ten years by tax law"',
            'payments = ""',
            "'tenancy.retained.payments' is empty: it must say the reason",
        ),
        (
            'assets = "organizationId"',
            'assets = ""',
            "'tenancy.owned.assets' is empty: it must say the column with the tenant's key",
        ),
        (
            'source = "job_queue.payload"',
            'source = "job_queue"',
            "'tenancy.references[1].source' must be table.column, not 'job_queue'",
        ),
        (
            'key_columns = ["organizationId"]',
            'key_columns = ["organizationId"]\npattern = "x_{tenant}"',
            "'tenancy.pattern' belongs to database_per_tenant, and this platform is shared_schema",
        ),
    ],
)
def test_a_mistake_of_a_shared_schema_is_named(before: str, after: str, told: str) -> None:
    assert any(told in line for line in mistakes(changed(BUILDER, before, after)))


def test_an_unknown_platform_is_wrong_usage_and_names_the_nearest() -> None:
    with pytest.raises(WrongUsage, match="did you mean 'pagevoo'"):
        Platforms(Engines()).get("pagevo")


def test_mistakes_in_a_file_of_ones_own_name_its_path(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(changed(PAGEVOO, 'title = "Pagevoo"', 'titel = "Pagevoo"'))

    with pytest.raises(Failed) as caught:
        Platforms(Engines()).get(str(path))
    assert f"{path}: unknown key 'titel'; did you mean 'title'?" in caught.value.message

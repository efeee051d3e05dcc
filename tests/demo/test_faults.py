"""Each thing that is wrong in the demo is really wrong, and nothing else is."""

import sqlite3
from contextlib import closing

import pytest

from pagevoo_console.demo.faults import (
    DEMO_FAULTS,
    FAULTS,
    HOSTILE_NAMES,
    ORPHAN_FROM,
    ORPHAN_ID,
    Fault,
    faults_within,
)
from tests.demo.looking import Demo, look

MEGABYTE = 1_000_000


def one(fault: Fault) -> int:
    """The only customer with this fault."""
    (number,) = [number for number, found in FAULTS.items() if found is fault]
    return number


def test_every_fault_is_somewhere_and_told_in_words() -> None:
    assert set(FAULTS.values()) == set(Fault)
    assert set(DEMO_FAULTS) == set(FAULTS)
    assert all(DEMO_FAULTS.values())


def test_every_hostile_name_belongs_to_a_customer_with_that_fault() -> None:
    assert set(HOSTILE_NAMES) == {number for number, fault in FAULTS.items() if fault is Fault.HOSTILE_NAME}


def test_a_small_demo_has_the_faults_that_it_reaches() -> None:
    assert faults_within(5) == {}
    assert faults_within(ORPHAN_FROM) == {6: Fault.MISSING_DATABASE, ORPHAN_ID: Fault.ORPHAN_DATABASE}


def test_a_missing_database_is_in_the_registry_and_not_in_the_folder(demo: Demo) -> None:
    who = one(Fault.MISSING_DATABASE)

    assert demo.registry(who) == [(f"pagevoo_website_{who}", "active")]
    assert not demo.path(who).exists()


def test_a_drifted_shop_lost_a_column_gained_one_and_has_another_type(demo: Demo) -> None:
    def columns(customer: int) -> dict[str, str]:
        return {row[1]: row[2] for row in demo.tenant(customer, "PRAGMA table_info(shop_products)")}

    drifted, healthy = columns(one(Fault.DRIFTED_SCHEMA)), columns(1)

    assert set(healthy) - set(drifted) == {"weight_grams"}
    assert set(drifted) - set(healthy) == {"legacy_erp_code"}
    assert {name for name in set(drifted) & set(healthy) if drifted[name] != healthy[name]} == {"price"}
    assert drifted["price"] == "TEXT"
    assert demo.tenant(one(Fault.DRIFTED_SCHEMA), "PRAGMA integrity_check") == [("ok",)]


def test_a_corrupt_file_opens_and_its_largest_tables_cannot_be_read(demo: Demo) -> None:
    who = one(Fault.CORRUPT_PAGES)

    assert demo.path(who).read_bytes()[:16] == b"SQLite format 3\0"
    assert "shop_orders" in demo.tables(who)
    assert demo.tenant(who, "SELECT COUNT(*) FROM installed_features") == [(2,)]
    for table in ("shop_orders", "form_submissions"):
        with pytest.raises(sqlite3.DatabaseError, match="malformed"):
            demo.tenant(who, f"SELECT * FROM {table} LIMIT 1")


def test_a_file_that_is_an_error_page_is_no_database(demo: Demo) -> None:
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        demo.tables(one(Fault.NOT_A_DATABASE))


def test_a_published_website_without_a_database_has_neither_row_nor_file(demo: Demo) -> None:
    who = one(Fault.PUBLISHED_WITHOUT_DATABASE)

    assert demo.master("SELECT MAX(is_published) FROM user_websites WHERE user_id = ?", who) == [(1,)]
    assert demo.registry(who) == []
    assert not demo.path(who).exists()


def test_somebody_has_no_website(demo: Demo) -> None:
    who = one(Fault.NO_WEBSITE)

    assert demo.master("SELECT COUNT(*) FROM user_websites WHERE user_id = ?", who) == [(0,)]
    assert demo.registry(who) == []


@pytest.mark.parametrize(
    ("fault", "at_least", "below"), [(Fault.NEAR_QUOTA, 45, 50), (Fault.OVER_QUOTA, 50, 55)], ids=["near", "over"]
)
def test_trials_near_and_over_their_50_megabytes(demo: Demo, fault: Fault, at_least: int, below: int) -> None:
    who = one(fault)
    ((free,),) = demo.tenant(who, "PRAGMA freelist_count")

    assert demo.master("SELECT tier FROM users WHERE id = ?", who) == [("trial",)]
    assert at_least * MEGABYTE <= demo.path(who).stat().st_size < below * MEGABYTE
    assert free == 0


def test_a_trial_that_ended_over_a_year_ago_is_still_live(demo: Demo) -> None:
    who = one(Fault.EXPIRED_TRIAL)

    rows = demo.master("SELECT tier, created_at < '2025-03-01' FROM users WHERE id = ?", who)
    assert rows == [("trial", 1)]
    assert demo.registry(who) == [(f"pagevoo_website_{who}", "active")]
    assert demo.path(who).exists()


def test_an_undead_database_was_deleted_in_the_registry_alone(demo: Demo) -> None:
    who = one(Fault.UNDEAD_DATABASE)

    assert demo.registry(who) == [(f"pagevoo_website_{who}", "deleted")]
    assert "installed_features" in demo.tables(who)


def test_a_feature_is_listed_whose_tables_do_not_exist(demo: Demo) -> None:
    who = one(Fault.ROW_WITHOUT_TABLES)

    assert ("blog",) in demo.tenant(who, "SELECT feature_type FROM installed_features")
    assert "blog_posts" not in demo.tables(who)


def test_tables_exist_whose_feature_is_not_listed(demo: Demo) -> None:
    who = one(Fault.TABLES_WITHOUT_ROW)

    assert demo.tenant(who, "SELECT COUNT(*) FROM installed_features") == [(0,)]
    assert "contact_forms" in demo.tables(who)


def test_an_interrupted_creation_left_an_operation_and_an_empty_file(demo: Demo) -> None:
    who = one(Fault.INTERRUPTED_OPERATION)

    operations = demo.master("SELECT kind, tenant, state, step, live_target FROM console_operations")
    assert operations == [("database.create", str(who), "running", "core", str(who))]
    assert demo.registry(who) == []
    assert "installed_features" not in demo.tables(who)


def test_registry_rows_name_databases_that_are_not_the_customers(demo: Demo) -> None:
    assert demo.registry(one(Fault.FOREIGN_DATABASE)) == [("pagevoo_website_15", "active")]
    assert demo.registry(one(Fault.SYSTEM_DATABASE)) == [("mysql", "active")]


def test_a_tier_is_not_sold_any_more(demo: Demo) -> None:
    rows = demo.master("SELECT id FROM users WHERE tier NOT IN ('trial', 'brochure', 'niche', 'pro')")

    assert rows == [(one(Fault.UNKNOWN_TIER),)]


def test_hostile_names_stand_in_the_master_as_they_are(demo: Demo) -> None:
    for who, name in HOSTILE_NAMES.items():
        assert demo.master("SELECT name FROM users WHERE id = ?", who) == [(name,)]
        assert (name,) in demo.master("SELECT name FROM user_websites WHERE user_id = ?", who)
    assert max(len(name) for name in HOSTILE_NAMES.values()) == 200


def test_the_orphan_belongs_to_nobody(demo: Demo) -> None:
    assert demo.path(ORPHAN_ID).exists()
    assert demo.registry(ORPHAN_ID) == []
    assert demo.master("SELECT COUNT(*) FROM users WHERE id = ?", ORPHAN_ID) == [(0,)]


def test_whoever_is_not_on_the_list_is_healthy(demo: Demo) -> None:
    live = demo.master("SELECT user_id, database_name FROM user_databases WHERE status = 'active'")
    healthy = [(user, name) for user, name in live if FAULTS.get(user) in (None, Fault.HOSTILE_NAME)]

    assert len(healthy) > 80
    for user, name in healthy:
        assert name == f"pagevoo_website_{user}"
        with closing(sqlite3.connect(f"{demo.path(user).as_uri()}?mode=ro", uri=True)) as connection:
            assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    files = {path.stem for path in demo.folder.glob("pagevoo_website_*.db")}
    with_fault = {f"pagevoo_website_{number}" for number, fault in FAULTS.items() if fault is not Fault.HOSTILE_NAME}
    assert files - {name for _, name in healthy} <= with_fault
    assert look(demo.folder / "pagevoo_core.db", "PRAGMA foreign_key_check") == []

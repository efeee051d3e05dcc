"""Making the demo: what is in it, that it is made once, whole, and the same every time."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pagevoo_console.demo.faults import FAULTS
from pagevoo_console.demo.platform import MAX_TENANTS, create_demo
from pagevoo_console.demo.tenant_files import FILLERS
from pagevoo_console.domain.errors import Refused, WrongUsage
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.server_url import parse_master_url
from tests.demo.conftest import TODAY
from tests.demo.looking import Demo, contents


def databases(folder: Path) -> dict[str, list[str]]:
    """Every database of a small demo that can be read, as SQL."""
    return {path.name: contents(path) for path in sorted(folder.glob("*.db")) if path.stem != "pagevoo_website_8"}


def test_the_default_is_200_customers_most_of_them_with_a_website(demo: Demo) -> None:
    assert demo.master("SELECT COUNT(*), MIN(id), MAX(id) FROM users") == [(200, 1, 200)]
    ((websites,),) = demo.master("SELECT COUNT(*) FROM user_websites")
    assert 200 < websites < 400
    most = demo.master("SELECT MAX(n) FROM (SELECT SUM(is_published) AS n FROM user_websites GROUP BY user_id)")
    assert most == [(1,)]


def test_every_tier_has_customers_and_every_month_has_newcomers(demo: Demo) -> None:
    tiers = dict(demo.master("SELECT tier, COUNT(*) FROM users GROUP BY tier"))
    assert tiers["brochure"] > tiers["niche"] > tiers["pro"] > 5
    assert tiers["trial"] > 40
    ((first, last),) = demo.master("SELECT MIN(created_at), MAX(created_at) FROM users")
    assert first < "2023-12"
    assert "2026-02-20" < last < TODAY.isoformat()


def test_ids_and_times_of_registration_rise_together(demo: Demo) -> None:
    out_of_order = demo.master(
        "SELECT a.id FROM users a JOIN users b ON b.id = a.id + 1"
        " WHERE a.created_at > b.created_at AND 18 NOT IN (a.id, b.id)"
    )
    assert out_of_order == []


def test_sizes_go_from_nothing_to_over_the_limit_and_fit_on_a_disk(demo: Demo) -> None:
    sizes = sorted(path.stat().st_size for path in demo.folder.glob("pagevoo_website_*.db"))

    assert sizes[0] < 150_000
    assert sum(1 for size in sizes if 1_000_000 < size < 20_000_000) > 5
    assert sizes[-1] > 50_000_000
    assert sum(sizes) < 250_000_000


def test_shops_have_orders_with_items_that_add_up(demo: Demo) -> None:
    ((orders,),) = demo.tenant(1, "SELECT COUNT(*) FROM shop_orders")
    wrong = demo.tenant(
        1,
        "SELECT o.id, o.subtotal, SUM(i.line_total) FROM shop_orders o JOIN shop_order_items i ON i.order_id = o.id"
        " GROUP BY o.id HAVING ABS(o.subtotal - SUM(i.line_total)) > 0.005",
    )

    assert orders > 100
    assert wrong == []
    assert demo.tenant(1, "SELECT COUNT(*) FROM shop_orders WHERE placed_at > '2026-03-14'") == [(0,)]


def test_every_feature_is_somewhere_and_only_where_the_tier_has_it(demo: Demo) -> None:
    lineages = Lineages()
    tiers = dict(demo.master("SELECT id, tier FROM users"))
    with_feature: dict[str, set[str]] = {name: set() for name in FILLERS}
    for who in (who for who in tiers if FAULTS.get(who) is None and demo.path(who).exists()):
        for (name,) in demo.tenant(who, "SELECT feature_type FROM installed_features"):
            with_feature[name].add(tiers[who])
    for name, found in with_feature.items():
        assert found, name
        assert found <= set(lineages.get(name).tiers)


def test_what_is_counted_beside_a_row_is_what_is_there(demo: Demo) -> None:
    def counted(table: str, column: str, rows: str) -> list[tuple[object, ...]]:
        return demo.tenant(
            1, f"SELECT id, {column}, n FROM (SELECT *, ({rows}) AS n FROM {table} t) WHERE {column} <> n"
        )

    assert counted("videos", "view_count", "SELECT COUNT(*) FROM video_sharing_views WHERE video_id = t.id") == []
    assert counted("videos", "comment_count", "SELECT COUNT(*) FROM video_sharing_comments WHERE video_id = t.id") == []
    assert counted("social_posts", "like_count", "SELECT COUNT(*) FROM social_likes WHERE post_id = t.id") == []
    assert counted("social_posts", "share_count", "SELECT COUNT(*) FROM social_posts WHERE shared_post_id = t.id") == []
    written = "SELECT COUNT(*) FROM social_posts WHERE profile_id = t.id"
    assert counted("social_platform_profiles", "post_count", written) == []
    complete = "SELECT COUNT(*) FROM file_downloads WHERE file_id = t.id AND status = 'complete'"
    assert counted("hosted_files", "download_count", complete) == []


def test_no_event_has_more_guests_than_places(demo: Demo) -> None:
    overfull = demo.tenant(
        1,
        "SELECT e.id, SUM(r.party_size) FROM events e JOIN event_rsvps r ON r.event_id = e.id AND r.status = 'going'"
        " GROUP BY e.id HAVING SUM(r.party_size) > e.capacity",
    )
    assert overfull == []
    assert demo.tenant(1, "SELECT COUNT(*) > 20 FROM event_rsvps") == [(1,)]


def test_the_first_five_are_healthy_and_one_of_each_kind(demo: Demo) -> None:
    tiers = demo.master("SELECT tier FROM users WHERE id <= 5 ORDER BY id")
    assert tiers == [("pro",), ("niche",), ("brochure",), ("trial",), ("brochure",)]
    features = {
        who: {name for (name,) in demo.tenant(who, "SELECT feature_type FROM installed_features")}
        for who in range(1, 5)
    }
    assert features == {
        1: set(FILLERS),
        2: {"contact_form", "shop"},
        3: {"contact_form", "blog"},
        4: {"contact_form"},
    }
    assert demo.registry(5) == []
    assert demo.master("SELECT SUM(is_published) FROM user_websites WHERE user_id = 5") == [(0,)]


def test_the_address_is_one_that_the_console_takes(small_demo: Demo) -> None:
    made = create_demo(small_demo.folder)
    server, database, password = parse_master_url(made.master_url)

    assert made.platform == "pagevoo"
    assert (server.engine, server.directory, database, password) == (
        "sqlite", str(small_demo.folder), "pagevoo_core", None,
    )  # fmt: skip


def test_the_same_seed_and_day_make_the_same_data(tmp_path: Path, small_demo: Demo) -> None:
    create_demo(tmp_path / "again", 11, today=TODAY)
    create_demo(tmp_path / "other", 11, today=TODAY, seed=7)

    assert databases(tmp_path / "again") == databases(small_demo.folder)
    assert databases(tmp_path / "other") != databases(small_demo.folder)


def test_a_demo_that_is_there_is_opened_as_it_is(small_demo: Demo) -> None:
    with closing(sqlite3.connect(small_demo.folder / "pagevoo_core.db")) as connection:
        connection.execute("UPDATE users SET name = 'Renamed' WHERE id = 1")
        connection.commit()

    create_demo(small_demo.folder, 50)

    assert small_demo.master("SELECT name FROM users WHERE id = 1") == [("Renamed",)]
    assert small_demo.master("SELECT COUNT(*) FROM users") == [(11,)]


@pytest.mark.parametrize("name", ["letter.txt", "pagevoo_core.db", "pagevoo_website_1.db"])
def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")

    with pytest.raises(Refused, match="is not empty") as refused:
        create_demo(tmp_path, 3)

    assert refused.value.code == "not_empty"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_master_that_is_no_demo_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "pagevoo_core.db")) as connection:
        connection.execute("CREATE TABLE users (id INTEGER)")

    with pytest.raises(Refused, match="holds no demo"):
        create_demo(tmp_path, 3)


@pytest.mark.parametrize("tenants", [0, -1, MAX_TENANTS + 1])
def test_an_impossible_number_of_customers_is_wrong_usage(tmp_path: Path, tenants: int) -> None:
    with pytest.raises(WrongUsage):
        create_demo(tmp_path / "demo", tenants)

    assert not (tmp_path / "demo").exists()


def test_a_making_that_fails_leaves_nothing_behind_and_can_be_repeated(tmp_path: Path) -> None:
    def fail(done: int, total: int, title: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create_demo(tmp_path, 4, fail)
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []

    create_demo(tmp_path, 4)
    assert Demo(tmp_path).master("SELECT COUNT(*) FROM users") == [(4,)]


def test_what_a_killed_making_left_behind_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".pagevoo-demo.making" / "templates").mkdir(parents=True)
    (tmp_path / "pagevoo_website_1.db").write_text("half")

    create_demo(tmp_path, 2)

    assert Demo(tmp_path).tables(1) >= {"installed_features"}
    assert not (tmp_path / ".pagevoo-demo.making").exists()


def test_progress_is_told_from_none_to_all(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    create_demo(tmp_path, 3, lambda done, total, title: told.append((done, total)))

    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_files_are_for_their_owner_alone_and_the_readme_says_what_is_broken(small_demo: Demo) -> None:
    for path in small_demo.folder.glob("*.db"):
        assert path.stat().st_mode & 0o077 == 0, path.name
    assert "the file is gone" in (small_demo.folder / "README.txt").read_text(encoding="utf-8")

"""Which crossed limits are news on this workstation: each once, also what no tick has seen yet."""

from __future__ import annotations

import time
from datetime import timedelta

from pagevoo_console.domain.quota import UsageSample
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.quota_news import QuotaNews
from pagevoo_console.services.values import now
from tests.services.limited_world import fill, with_room
from tests.services.platform_world import World

MB = 1_000_000
PATIENCE = 60.0


def ticked(world: World, tenant: str, used: int, days: int = 0) -> None:
    """What a tick elsewhere has written of this tenant."""
    located = world.console.tenants.locate(tenant)
    sample = UsageSample(tenant, located.row.id, "database_size", now() + timedelta(days=days), used, 50 * MB)
    with world.console.master.writing() as master:
        world.console.quota_alerts.settle(master, [sample])


def news(world: World) -> list[tuple[str, int]]:
    return [(alert.tenant, alert.threshold) for alert in world.console.quota_news.look()]


def scan(world: World) -> None:
    world.console.sightings.scan(JobContext())


def test_what_a_tick_told_is_news_once_and_higher_thresholds_are_news_again(world: World) -> None:
    tenant, _ = world.provisioned("trial")
    scan(world)
    assert news(world) == []

    ticked(world, tenant, 41 * MB)
    first, again = news(world), news(world)
    ticked(world, tenant, 46 * MB, days=1)
    higher = news(world)

    assert (first, again, higher) == ([(tenant, 80)], [], [(tenant, 90)])
    assert [alert.threshold for alert in world.console.quota_news.open()] == [90]


def test_what_held_at_the_first_look_ever_is_no_news_and_another_start_tells_nothing_twice(world: World) -> None:
    tenant, _ = world.provisioned("trial")
    scan(world)
    ticked(world, tenant, 41 * MB)
    first = news(world)
    ticked(world, tenant, 51 * MB, days=1)
    console = world.console
    file = next(console.folders.state.glob("quota-news-*.json"))

    def another_start() -> QuotaNews:
        return QuotaNews(console.platform, console.directory, console.quota_alerts, file)

    assert first == []
    assert [alert.threshold for alert in another_start().look()] == [100]
    assert another_start().look() == ()


def test_below_again_it_is_forgotten_and_another_crossing_is_news(world: World) -> None:
    tenant, _ = world.provisioned("trial")
    scan(world)
    news(world)
    ticked(world, tenant, 41 * MB)
    told = news(world)

    ticked(world, tenant, 30 * MB, days=1)
    below = (news(world), world.console.quota_news.open())
    ticked(world, tenant, 42 * MB, days=2)

    assert told == [(tenant, 80)]
    assert below == ([], ())
    assert news(world) == [(tenant, 80)]


def test_what_the_window_saw_by_itself_is_news_before_any_tick(world: World) -> None:
    world, tenant = with_room(world)
    scan(world)
    news(world)

    fill(world, tenant, 8)
    deadline = time.monotonic() + PATIENCE
    seen: list[tuple[str, int]] = []
    while not seen or seen[-1][1] < 100:
        assert time.monotonic() < deadline, "the server's own figures never followed"
        world.console.sightings.look(tenant)
        seen += news(world)

    assert [who for who, _ in seen] == [tenant] * len(seen)
    assert world.console.quota_alerts.open() == ()
    assert news(world) == []


def test_a_damaged_memory_is_as_none(world: World) -> None:
    tenant, _ = world.provisioned("trial")
    scan(world)
    news(world)
    next(world.console.folders.state.glob("quota-news-*.json")).write_text("{broken", encoding="utf-8")
    ticked(world, tenant, 41 * MB)

    assert news(world) == []
    assert [alert.threshold for alert in world.console.quota_news.open()] == [80]

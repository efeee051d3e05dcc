"""Samples: one a day, thinner with age, bound to the database they were taken of; alerts: once a crossing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pagevoo_console.domain.quota import UsageSample
from tests.services.platform_world import World

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=4000)
LIMIT = 100


def sample(
    used: int, *, tenant: str = "7", generation: str = "1", at: datetime = NOW, limit: int | None = LIMIT
) -> UsageSample:
    return UsageSample(tenant, generation, "database_size", at, used, limit)


def record(world: World, *samples: UsageSample) -> None:
    with world.console.master.writing() as master:
        world.console.usage_samples.record(master, samples)


def kept(world: World, generation: str = "1") -> list[UsageSample]:
    series = world.console.usage_samples.series({"7": generation}, LONG_AGO)
    return series.get(("7", "database_size"), [])


def test_the_last_sample_of_a_day_is_the_one_that_is_kept(world: World) -> None:
    record(world, sample(1, at=NOW - timedelta(days=1)))
    record(world, sample(2), sample(5, tenant="8"))
    record(world, sample(3, at=NOW + timedelta(hours=3)))
    assert [one.used for one in kept(world)] == [1, 3]
    assert kept(world)[1] == sample(3, at=NOW + timedelta(hours=3))


def test_a_database_made_anew_begins_anew(world: World) -> None:
    record(world, sample(90, at=NOW - timedelta(days=1)))
    record(world, sample(1, generation="2"))
    assert [one.used for one in kept(world, "2")] == [1]


def test_an_unlimited_quota_is_sampled_too(world: World) -> None:
    record(world, sample(2**40, limit=None))
    assert kept(world) == [sample(2**40, limit=None)]


def test_old_samples_are_thinned_to_weeks_and_then_to_months(world: World) -> None:
    for age in range(850):
        if age < 200 or age > 700:
            record(world, sample(age + 1, at=NOW - timedelta(days=age)))
    with world.console.master.writing() as master:
        gone = world.console.usage_samples.thin(master, NOW.date())
    days = [one.sampled_at.date() for one in kept(world)]
    assert gone > 150
    daily = [day for day in days if day >= NOW.date() - timedelta(days=90)]
    assert len(daily) == 91
    weekly = [day for day in days if NOW.date() - timedelta(days=190) < day < NOW.date() - timedelta(days=90)]
    assert weeks(weekly) == len(weekly)
    assert 13 <= len(weekly) <= 16
    monthly = [day for day in days if NOW.date() - timedelta(days=830) <= day < NOW.date() - timedelta(days=730)]
    assert len({(day.year, day.month) for day in monthly}) == len(monthly)
    with world.console.master.writing() as master:
        assert world.console.usage_samples.thin(master, NOW.date()) == 0


def weeks(days: list[date]) -> int:
    return len({day.isocalendar()[:2] for day in days})


def settle(world: World, used: int, generation: str = "1") -> list[int]:
    """The thresholds that were told."""
    with world.console.master.writing() as master:
        return [
            one.threshold for one in world.console.quota_alerts.settle(master, [sample(used, generation=generation)])
        ]


def test_each_crossing_is_told_once_and_audited(world: World) -> None:
    assert [settle(world, used) for used in (79, 80, 85, 89, 95, 100, 120)] == [[], [80], [], [], [90], [100], []]
    assert [one.threshold for one in world.console.quota_alerts.open()] == [100]
    total, events = world.console.audit.events(action="quota.alert")
    assert total == 3
    assert events[0].tenant == "7"


def test_a_little_below_is_not_below_and_well_below_is(world: World) -> None:
    assert [settle(world, used) for used in (91, 89, 91, 88, 91, 87, 91)] == [[90], [], [], [], [], [], [90]]
    assert settle(world, 10) == []
    assert world.console.quota_alerts.open() == ()
    assert settle(world, 100) == [100]


def test_a_database_made_anew_is_told_of_anew(world: World) -> None:
    assert settle(world, 95) == [90]
    assert settle(world, 95, generation="2") == [90]
    assert [one.generation for one in world.console.quota_alerts.open()] == ["2"]

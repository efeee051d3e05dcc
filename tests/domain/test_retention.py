"""What a retention policy says of a list of backups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.retention import RetentionPolicy, choose

START = datetime(2026, 1, 31, 3, tzinfo=UTC)
NONE = {"last": 0, "days": 0, "weeks": 0, "months": 0, "years": 0}


def backup(name: str, made: datetime, *, proved: bool = False, generation: str = "1") -> Backup:
    return Backup(
        name, "7", "d", generation, Path(f"/b/{name}.sql.zst"), 10, made, "ab", False, made if proved else None, {}
    )


def kept(backups: list[Backup], generation: str | None = None, **policy: int) -> dict[str, tuple[str, ...]]:
    chosen = choose(backups, RetentionPolicy(**{**NONE, **policy}), generation)
    return {one.backup.id: one.reasons for one in chosen if one.is_kept}


def daily(count: int) -> list[Backup]:
    """One a day, `d0` the newest."""
    return [backup(f"d{number}", START - timedelta(days=number)) for number in range(count)]


def test_the_newest_are_kept_and_the_newest_of_each_period() -> None:
    backups = [*daily(60), backup("noon", START - timedelta(hours=12))]

    assert list(kept(backups, last=3)) == ["d0", "noon", "d1"]
    assert list(kept(backups, days=3)) == ["d0", "noon", "d2"], "the later one of a day stands for it"
    assert list(kept(backups, weeks=2)) == ["d0", "d6"]
    assert list(kept(backups, months=3)) == ["d0", "d31"]
    assert list(kept(backups, years=2)) == ["d0", "d31"]
    assert kept(backups, last=1, months=1) == {"d0": ("last", "month")}


def test_a_pause_in_backing_up_costs_no_older_backup() -> None:
    backups = [backup("new", START), backup("old", START - timedelta(days=400))]

    assert set(kept(backups, days=2)) == {"new", "old"}


def test_the_last_proved_backup_of_a_live_database_is_kept_whatever_the_policy_says() -> None:
    backups = [*daily(5), backup("proved", START - timedelta(days=90), proved=True)]

    assert kept(backups, "1", last=1) == {"d0": ("last", "newest"), "proved": ("newest proved",)}
    assert set(kept(backups, None, last=1)) == {"d0"}, "of a database that is gone only the policy speaks"


def test_a_proof_of_the_live_database_counts_before_one_of_an_earlier_database() -> None:
    mine = backup("mine", START - timedelta(days=9), proved=True, generation="2")
    earlier = backup("earlier", START - timedelta(days=8), proved=True)

    assert "mine" in kept([*daily(2), mine, earlier], "2", last=1)
    assert "earlier" in kept([*daily(2), earlier], "2", last=1)


@given(st.lists(st.integers(0, 5000), max_size=40), st.integers(0, 5), st.integers(0, 5), st.sampled_from([None, "1"]))
def test_pruning_what_was_pruned_removes_nothing_more(
    hours: list[int], last: int, days: int, generation: str | None
) -> None:
    backups = [backup(f"b{n}", START - timedelta(hours=age), proved=age % 3 == 0) for n, age in enumerate(hours)]
    policy = RetentionPolicy(last, days, 1, 1, 1)

    first = choose(backups, policy, generation)
    left = [one.backup for one in first if one.is_kept]

    assert all(one.is_kept for one in choose(left, policy, generation))
    assert len(left) >= min(last, len(backups))
    if generation and any(one.verified_at for one in backups):
        assert max((one.created_at for one in left if one.verified_at), default=None) == max(
            one.created_at for one in backups if one.verified_at
        )


def test_a_policy_is_read_as_it_is_written_and_nonsense_is_refused() -> None:
    assert RetentionPolicy.read(RetentionPolicy().text) == RetentionPolicy()
    assert RetentionPolicy.read("days=7") == RetentionPolicy(0, 7, 0, 0, 0)
    for text in ("", "day=7", "days=-1", "days=²", "days=1e3", "last=0", "days=999999"):
        with pytest.raises(WrongUsage):
            RetentionPolicy.read(text)

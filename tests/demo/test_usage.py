"""The samples and alerts of the demo: as many ticks would have written them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pagevoo_console.demo.platform import create_demo
from pagevoo_console.domain.server import Environment
from pagevoo_console.services.console import Console
from pagevoo_console.services.start import StartOptions, open_console

MB = 1_000_000
HEALTHY, NEAR, OVER = "1", "12", "17"


def opened(folder: Path) -> Console:
    """The console on a demo that was made today."""
    made = create_demo(folder, 20)
    return open_console(StartOptions(master_url=made.master_url, platform=made.platform, environment=Environment.DEMO))


def test_whoever_is_near_a_limit_has_ninety_days_of_growth_and_a_date(tmp_path: Path, pagevoo_home: Path) -> None:
    console = opened(tmp_path / "demo")
    long_ago = datetime.now(UTC) - timedelta(days=100)

    (near,) = console.quotas.show(NEAR)
    ((_, samples),) = console.quotas.history(NEAR, long_ago).items()
    ((_, healthy),) = console.quotas.history(HEALTHY, long_ago).items()

    assert near.forecast is not None
    assert near.forecast.likely < 60
    used = [sample.used for sample in samples]
    assert used == sorted(used)
    assert 0.97 <= used[-1] / (near.used or 1) <= 1.0
    assert samples[-1].sampled_at < datetime.now(UTC)
    assert len({sample.sampled_at.date() for sample in samples}) == len(samples) <= 90
    assert healthy[-1].limit == 10_000 * MB


def test_what_was_crossed_is_told_as_a_tick_would_have_told_it(tmp_path: Path, pagevoo_home: Path) -> None:
    console = opened(tmp_path / "demo")

    told = {alert.tenant: alert.threshold for alert in console.quota_alerts.open()}

    assert told == {NEAR: 90, OVER: 100}
    assert all(alert.raised_at < datetime.now(UTC) for alert in console.quota_alerts.open())

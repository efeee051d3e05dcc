"""One demo for the room's tests that only look."""

from datetime import date
from pathlib import Path

import pytest

from pagevoo_console.demo.platform import DemoPlatform, create_demo
from tests.demo.looking import Demo

TODAY = date(2026, 3, 14)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo of 200 customers. Nobody changes it; only its trail grows by what is looked at."""
    folder = tmp_path_factory.mktemp("demo")
    made = create_demo(folder, today=TODAY)
    assert isinstance(made, DemoPlatform)
    return Demo(folder)


@pytest.fixture
def small_demo(tmp_path: Path) -> Demo:
    """A demo of eleven customers, to be changed."""
    create_demo(tmp_path / "small", 11, today=TODAY)
    return Demo(tmp_path / "small")

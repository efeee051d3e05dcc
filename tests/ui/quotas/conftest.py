"""A window on a small Pagevoo, and hands for a tenant's database."""

from tests.ui.window.conftest import open_window, world

__all__ = ["open_window", "world"]

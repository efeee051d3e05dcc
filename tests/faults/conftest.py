"""A console over a fresh master on each engine, for breaking things on purpose."""

from __future__ import annotations

from tests.services.conftest import world

__all__ = ["world"]

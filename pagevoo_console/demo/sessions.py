"""Writable sessions on the demo's files, as the console itself opens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from pagevoo_console.domain.server import Server
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.sqlite import SqliteEngine


@contextmanager
def opened(folder: Path, database: str | None = None) -> Iterator[sa.Connection]:
    """A session on a database of the folder, or on the folder itself. It does not wait for the disk."""
    server = Server("demo", "sqlite", directory=str(folder))
    options = SessionOptions(writable=True, read_timeout=None)
    session = SqliteEngine().open(server, None, database, options)
    try:
        session.exec_driver_sql("PRAGMA synchronous = OFF")
        yield session
    finally:
        session.close()
        session.engine.dispose()

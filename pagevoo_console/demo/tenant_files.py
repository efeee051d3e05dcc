"""Making tenant databases fast: each feature is migrated once; sets of them are put together, copied and filled."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pagevoo_console.demo.blog import blog_rows
from pagevoo_console.demo.booking import booking_rows
from pagevoo_console.demo.contact_form import contact_form_rows
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.events import events_rows
from pagevoo_console.demo.file_hoster import file_hoster_rows
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Rows, bulk, insert, moments, stamp
from pagevoo_console.demo.sessions import opened
from pagevoo_console.demo.shop import shop_rows
from pagevoo_console.demo.social_platform import social_platform_rows
from pagevoo_console.demo.user_access import user_access_rows
from pagevoo_console.demo.video_sharing import video_sharing_rows
from pagevoo_console.services.lineages import VERSION_TABLE, Lineages

Filler = Callable[[Dice, Customer, datetime, datetime], Iterator[Rows]]

FILLERS: dict[str, Filler] = {
    "contact_form": contact_form_rows,
    "shop": shop_rows,
    "blog": blog_rows,
    "user_access": user_access_rows,
    "events": events_rows,
    "booking": booking_rows,
    "file_hoster": file_hoster_rows,
    "video_sharing": video_sharing_rows,
    "social_platform": social_platform_rows,
}
CORE = "core"
_DEFINITIONS = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"


@dataclass(frozen=True, slots=True)
class _Made:
    """What a feature's migrations leave in a database: statements in their order, and rows of the ledger."""

    statements: list[str] = field(hash=False)
    heads: list[tuple[Any, ...]] = field(hash=False)


def migrate(path: Path, lineages: Lineages, names: tuple[str, ...]) -> None:
    """Make the file, if there is none, and run these lineages on it."""
    path.touch(mode=0o600)
    with opened(path.parent, path.stem) as session:
        for name in names:
            lineages.upgrade(session, name)


class TenantFiles:
    """Makes `pagevoo_website_….db` files in one folder. Templates live in a folder of their own and go away with it."""

    def __init__(self, folder: Path, templates: Path, lineages: Lineages, seed: int, today: datetime) -> None:
        self._folder = folder
        self._templates = templates
        self._lineages = lineages
        self._seed = seed
        self._today = today
        self._made: dict[str, _Made] = {}

    def path(self, database: str) -> Path:
        return self._folder / f"{database}.db"

    def make(self, database: str, tables: tuple[str, ...]) -> Path:
        """A database with the core tables and those of these features, empty."""
        path = self.path(database)
        shutil.copyfile(self._template(tuple(sorted(tables))), path)
        path.chmod(0o600)
        return path

    def fill(self, path: Path, customer: Customer, since: datetime, listed: tuple[str, ...]) -> None:
        """Give it what such a website gathers, from `since` to today. `listed` go into `installed_features`."""
        dice = Dice(f"{self._seed}:content:{customer.id}")
        with bulk(path) as connection:
            insert(connection, _installed(dice, listed, since, self._today))
            for name in customer.features:
                for rows in FILLERS[name](dice, customer, since, self._today):
                    insert(connection, rows)

    def _template(self, features: tuple[str, ...]) -> Path:
        """The template for these features; only those of a single one are migrated."""
        path = self._templates / f"{'-'.join((CORE, *features))}.db"
        if not path.exists():
            if features:
                shutil.copyfile(self._template(()), path)
            if len(features) > 1:
                self._join(path, features)
            else:
                migrate(path, self._lineages, features or (CORE,))
        return path

    def _join(self, path: Path, features: tuple[str, ...]) -> None:
        """Give it the tables of each feature as its own migrations made them: there are too many sets to migrate."""
        with bulk(path) as connection:
            connection.execute(f"DELETE FROM {VERSION_TABLE}")
            for name in features:
                made = self._made_by(name)
                for statement in made.statements:
                    connection.execute(statement)
                connection.executemany(f"INSERT INTO {VERSION_TABLE} VALUES (?)", made.heads)

    def _made_by(self, feature: str) -> _Made:
        """What stands in a feature's own template and not in the core's."""
        if feature not in self._made:
            core = set(_look(self._template(()), _DEFINITIONS))
            template = self._template((feature,))
            statements = [sql for (sql,) in _look(template, _DEFINITIONS) if (sql,) not in core]
            self._made[feature] = _Made(statements, _look(template, f"SELECT * FROM {VERSION_TABLE}"))
        return self._made[feature]


def grow(path: Path, size_bytes: int, make_rows: Callable[[], Rows]) -> None:
    """Add rows, a few at a time, until the file holds at least so many bytes."""
    with bulk(path) as connection:
        page_size = _number(connection, "PRAGMA page_size")
        while _number(connection, "PRAGMA page_count") * page_size < size_bytes:
            insert(connection, make_rows())


def _look(path: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def _number(connection: sqlite3.Connection, statement: str) -> int:
    return int(connection.execute(statement).fetchone()[0])


def _installed(dice: Dice, features: tuple[str, ...], since: datetime, until: datetime) -> Rows:
    when = moments(dice, len(features), since, since + (until - since) / 4)
    return Rows(
        "installed_features",
        ("feature_type", "configuration", "is_active", "installed_at"),
        [(name, json.dumps({}), 1, stamp(moment)) for name, moment in zip(features, when, strict=True)],
    )

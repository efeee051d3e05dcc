"""Making tenant databases fast: each set of features is migrated once, kept as a template, copied and filled."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from pagevoo_console.demo.blog import blog_rows
from pagevoo_console.demo.contact_form import contact_form_rows
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.population import Customer
from pagevoo_console.demo.rows import Rows, bulk, insert, moments, stamp
from pagevoo_console.demo.sessions import opened
from pagevoo_console.demo.shop import shop_rows
from pagevoo_console.services.lineages import Lineages

Filler = Callable[[Dice, Customer, datetime, datetime], Iterator[Rows]]

FILLERS: dict[str, Filler] = {"contact_form": contact_form_rows, "shop": shop_rows, "blog": blog_rows}
CORE = "core"


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
        """The template for these features: the one without the last of them, and then that one migrated."""
        path = self._templates / f"{'-'.join((CORE, *features))}.db"
        if not path.exists():
            if features:
                shutil.copyfile(self._template(features[:-1]), path)
            migrate(path, self._lineages, features[-1:] or (CORE,))
        return path


def grow(path: Path, size_bytes: int, make_rows: Callable[[], Rows]) -> None:
    """Add rows, a few at a time, until the file holds at least so many bytes."""
    with bulk(path) as connection:
        page_size = _number(connection, "PRAGMA page_size")
        while _number(connection, "PRAGMA page_count") * page_size < size_bytes:
            insert(connection, make_rows())


def _number(connection: sqlite3.Connection, statement: str) -> int:
    return int(connection.execute(statement).fetchone()[0])


def _installed(dice: Dice, features: tuple[str, ...], since: datetime, until: datetime) -> Rows:
    when = moments(dice, len(features), since, since + (until - since) / 4)
    return Rows(
        "installed_features",
        ("feature_type", "configuration", "is_active", "installed_at"),
        [(name, json.dumps({}), 1, stamp(moment)) for name, moment in zip(features, when, strict=True)],
    )

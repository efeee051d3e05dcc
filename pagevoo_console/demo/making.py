"""Making a demo, file by file, in a folder that nobody looks into yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from pagevoo_console.demo import breakage
from pagevoo_console.demo.blog import picture_post
from pagevoo_console.demo.dice import Dice
from pagevoo_console.demo.faults import DEMO_FAULTS, ORPHAN_ID, Fault, faults_within
from pagevoo_console.demo.history import History, draw_events
from pagevoo_console.demo.master_rows import write_master
from pagevoo_console.demo.population import Customer, database_name, draw_customers
from pagevoo_console.demo.rows import bulk, insert
from pagevoo_console.demo.sessions import opened
from pagevoo_console.demo.tenant_files import FILLERS, TenantFiles, grow, migrate
from pagevoo_console.demo.usage import Measured, usage_rows
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import CONSOLE_LINEAGE, Master

MASTER = "pagevoo_core"
README = "README.txt"
BUSY_UP_TO = 400
"""Demos with more customers than this get less content each, so that a large one is still quick to make."""

_NEAR_BYTES = 46_300_000
_OVER_BYTES = 52_400_000
_NO_FILE = (
    Fault.MISSING_DATABASE, Fault.FOREIGN_DATABASE, Fault.SYSTEM_DATABASE, Fault.PUBLISHED_WITHOUT_DATABASE,
    Fault.INTERRUPTED_OPERATION,
)  # fmt: skip

Progress = Callable[[int, int, str], None]


class Making:
    """One demo in the making. `workshop` is an empty folder; `master` knows where the demo will be in the end."""

    def __init__(self, workshop: Path, seed: int, today: datetime, master: Master, lineages: Lineages) -> None:
        self._workshop = workshop
        self._seed = seed
        self._today = today
        self._master = master
        self._lineages = lineages
        self._templates = workshop / "templates"
        self._files = TenantFiles(workshop, self._templates, lineages, seed, today)

    def run(self, tenants: int, application_id: int, progress: Progress) -> list[Path]:
        """Make everything; the files to be moved to where they belong, the master left out."""
        self._templates.mkdir()
        tiers_of = {name: self._lineages.get(name).tiers for name in FILLERS}
        customers = list(draw_customers(self._seed, tenants, self._today.date(), tiers_of))
        made = []
        for number, customer in enumerate(customers):
            progress(number, tenants, f"Customer {customer.id}: {customer.business.name}")
            path = self._make_database(customer, min(1.0, BUSY_UP_TO / tenants))
            if path is not None:
                made.append(path)
        if ORPHAN_ID in faults_within(tenants):
            made.append(self._make_orphan(customers[0]))
        progress(tenants, tenants, "The master database")
        made.extend(self._make_master(customers, application_id))
        made.append(self._write_readme(tenants))
        return made

    def _make_database(self, customer: Customer, share: float) -> Path | None:
        """This customer's file, filled and then broken as its fault demands; None where there is none."""
        entry = customer.live or (customer.registry[-1] if customer.fault is Fault.UNDEAD_DATABASE else None)
        if entry is None or customer.fault in _NO_FILE:
            return None
        listed: tuple[str, ...] = customer.features
        if customer.fault is Fault.ROW_WITHOUT_TABLES:
            listed = (*listed, "blog")
        elif customer.fault is Fault.TABLES_WITHOUT_ROW:
            listed = ()
        path = self._files.make(database_name(customer.id), customer.features)
        busy = replace(customer, activity=customer.activity * share)
        self._files.fill(path, busy, entry.created_at, listed)
        self._break(path, customer)
        return path

    def _break(self, path: Path, customer: Customer) -> None:
        dice = Dice(f"{self._seed}:fault:{customer.id}")
        match customer.fault:
            case Fault.NEAR_QUOTA:
                grow(path, _NEAR_BYTES, lambda: picture_post(dice, customer, self._today))
            case Fault.OVER_QUOTA:
                grow(path, _OVER_BYTES, lambda: picture_post(dice, customer, self._today))
            case Fault.DRIFTED_SCHEMA:
                breakage.drift(path, "shop_products", "weight_grams", "price")
            case Fault.CORRUPT_PAGES:
                breakage.garble_pages(path, ("shop_orders", "form_submissions"), dice)
            case Fault.NOT_A_DATABASE:
                breakage.replace_with_error_page(path)

    def _make_orphan(self, like: Customer) -> Path:
        """A database that somebody forgot when its owner went away."""
        owner = replace(like, id=ORPHAN_ID, features=("contact_form",), activity=0.4)
        path = self._files.make(database_name(ORPHAN_ID), owner.features)
        self._files.fill(path, owner, self._today - timedelta(days=400), owner.features)
        return path

    def _make_master(self, customers: Sequence[Customer], application_id: int) -> list[Path]:
        """The master's file stays in the workshop; the file of an operation cut off is handed back."""
        path = self._workshop / f"{MASTER}.db"
        migrate(path, self._lineages, (self._master.platform.master_lineage, CONSOLE_LINEAGE))
        with bulk(path) as connection:
            write_master(connection, customers, self._today)
            measured = self._measured(connection, customers)
            for rows in usage_rows(self._master.platform, measured, self._seed, self._today):
                insert(connection, rows)
        cut_off = [who for who in customers if who.fault is Fault.INTERRUPTED_OPERATION]
        history = History(self._master, self._lineages, self._today)
        with opened(self._workshop, MASTER) as session, self._master.engine.transaction(session):
            events = draw_events(customers, self._seed, self._today)
            events += [history.interrupt_creation(session, self._workshop, who) for who in cut_off]
            history.write(session, sorted(events, key=lambda event: event.at))
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA application_id = {application_id}")
            connection.execute("PRAGMA journal_mode = WAL")
        return [self._files.path(database_name(who.id)) for who in cut_off]

    def _measured(self, connection: sqlite3.Connection, customers: Sequence[Customer]) -> list[Measured]:
        """How much each live database holds, by its file."""
        live = dict(connection.execute("SELECT user_id, id FROM user_databases WHERE status = 'active'").fetchall())
        paths = {who.id: self._files.path(database_name(who.id)) for who in customers if who.id in live}
        return [
            Measured(who, live[who.id], paths[who.id].stat().st_size)
            for who in customers
            if who.id in live and who.fault not in _NO_FILE and paths[who.id].exists()
        ]

    def _write_readme(self, tenants: int) -> Path:
        """What is broken here, for somebody who finds the folder."""
        lines = [f"  {number:>6}  {DEMO_FAULTS[number]}" for number in faults_within(tenants)]
        path = self._workshop / README
        path.write_text(
            f"A demo of Pagevoo with {tenants} made-up customers. Nobody in it is real.\n\n"
            "Broken on purpose, by customer:\n" + "\n".join(lines) + "\n",
            encoding="utf-8",
        )
        return path

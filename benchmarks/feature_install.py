"""Installing every feature in one database, against sending the same DDL by hand; and a hundred tenants in threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
import pymysql
import sqlalchemy as sa

from benchmarks.figures import Comparison, Figure, Spread, interleaved
from benchmarks.options import Options, main
from benchmarks.reaching import by_socket
from pagevoo_console.domain.server import Server
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.platforms.reader import Platforms
from pagevoo_console.services.secrets import Secret, Secrets
from tests.servers import DatabaseServer, MariadbServer, start_mariadb, start_postgresql

GOAL = 1.1
FLEET_GOAL = 0.8
WORKERS = 4


class Workshop:
    """Databases on one server that hold the core tables already, as they do when features are installed."""

    def __init__(self, server: DatabaseServer, lineages: Lineages) -> None:
        self._server = server
        self._lineages = lineages
        self._where: Server = by_socket(server)
        secrets = Secrets()
        secrets.remember(self._where, Secret(server.password))
        self._engines = Engines()
        self._connections = Connections(self._engines, secrets)
        known = {lineage.name for lineage in lineages.all()}
        self.features = tuple(name for name in Platforms(self._engines).get("pagevoo").features if name in known)
        self._number = 0

    def database(self) -> str:
        self._number += 1
        name = f"bench_{self._number}"
        with self._connections.open(self._where, writable=True) as session:
            self._engines.get(self._where.engine).create_database(session, name, "bench")
        with self._connections.open(self._where, name, writable=True) as session:
            self._lineages.upgrade(session, "core")
        return name

    def statements(self) -> list[str]:
        """What installing sends that changes the schema, as the driver gets it."""
        sent: list[str] = []
        name = self.database()
        with self._connections.open(self._where, name, writable=True) as session:

            def note(_connection: object, _cursor: object, text: str, *_: object) -> None:
                if text.lstrip().upper().startswith(("CREATE", "ALTER")):
                    sent.append(text)

            sa.event.listen(session.engine, "before_cursor_execute", note)
            self._lineages.upgrade(session, *self.features)
        self.drop(name)
        return sent

    def install(self, name: str) -> None:
        with self._connections.open(self._where, name, writable=True, read_timeout=None) as session:
            self._lineages.upgrade(session, *self.features)

    def by_hand(self, name: str, statements: list[str]) -> None:
        """The same statements through the bare driver, in one transaction where that is possible."""
        with closing(self._driver(name)) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def drop(self, name: str) -> None:
        with self._connections.open(self._where, writable=True) as session:
            self._engines.get(self._where.engine).drop_database(session, name)

    def _driver(self, name: str) -> Any:
        server = self._server
        if isinstance(server, MariadbServer):
            return pymysql.connect(
                unix_socket=server.socket, user=server.user, password=server.password, database=name,
                autocommit=True, ssl_disabled=True,
            )  # fmt: skip
        return psycopg.connect(
            host=server.socket, port=server.port, user=server.user, password=server.password, dbname=name
        )


def measure(options: Options) -> Figure:
    """Seconds of one database, connect included; and of many with one worker and with four."""
    lineages = Lineages()
    tenants = options.size(options.tenants, 100, 2)
    comparisons: list[Comparison] = []
    notes = []
    for title, start in (("MariaDB", start_mariadb), ("PostgreSQL", start_postgresql)):
        with start(is_durable=not options.is_smoke) as server:
            shop = Workshop(server, lineages)
            statements = shop.statements()
            notes.append(f"{title}: {len(shop.features)} features, {len(statements)} statements")
            ours, hand = interleaved(
                options.rounds * (1 if options.is_smoke else 3),
                lambda shop=shop: _one(shop, shop.install),  # type: ignore[misc]
                lambda shop=shop, sent=statements: _one(shop, lambda name: shop.by_hand(name, sent)),  # type: ignore[misc]
            )
            comparisons.append(
                Comparison(
                    f"{title}, one database", Spread("ms", ours), "the same DDL by hand", Spread("ms", hand),
                    goal=GOAL, is_speed=False,
                )
            )  # fmt: skip
            four, one = interleaved(
                1 if options.is_smoke else max(1, options.rounds // 2),
                lambda shop=shop: _fleet(shop, tenants, WORKERS),  # type: ignore[misc]
                lambda shop=shop: _fleet(shop, tenants, 1),  # type: ignore[misc]
            )
            comparisons.append(
                Comparison(
                    f"{title}, {tenants} databases, {WORKERS} workers", Spread("s", four), "one worker",
                    Spread("s", one), goal=FLEET_GOAL, is_speed=False,
                )
            )  # fmt: skip
    return Figure("feature_install", "install every feature of the catalogue", tuple(comparisons), notes=tuple(notes))


def _one(shop: Workshop, work: Callable[[str], None]) -> float:
    """Milliseconds; making the database before and dropping it after are not counted."""
    name = shop.database()
    begin = time.perf_counter()
    work(name)
    taken = (time.perf_counter() - begin) * 1000
    shop.drop(name)
    return taken


def _fleet(shop: Workshop, tenants: int, workers: int) -> float:
    """Seconds; the databases go with their server, since a durable one takes longer to drop them than to fill them."""
    names = [shop.database() for _ in range(tenants)]
    begin = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(shop.install, names))
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(measure)

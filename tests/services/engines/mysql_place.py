"""Where MySQL's tests live: the session's MariaDB and what a test makes on it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from pagevoo_console.domain.server import Server
from pagevoo_console.services.engines.mysql import MysqlEngine
from tests.servers import MariadbServer
from tests.services.engines.contract import Place


class MariadbPlace(Place):
    """A running MariaDB; `close` drops the databases that were made."""

    def __init__(self, running: MariadbServer) -> None:
        self.engine = MysqlEngine()
        self.running = running
        self.server = Server("test", "mysql", running.host, running.port, running.user)
        self.password = running.password
        self._made: list[str] = []

    def new_name(self) -> str:
        name = self.running.fresh_name("engine_my")
        self._made.append(name)
        return name

    def raw(self, database: str) -> Any:
        return self.running.admin_connection(database)

    def restore_natively(self, database: str, dump: Path) -> subprocess.CompletedProcess[bytes]:
        with dump.open("rb") as source:
            return subprocess.run(
                ["mariadb", "--no-defaults", f"--socket={self.running.socket}", "--user=root", database],
                stdin=source,
                capture_output=True,
                env={"MYSQL_PWD": self.running.password, "PATH": "/usr/bin:/bin"},
                timeout=120,
                check=False,
            )

    def close(self) -> None:
        for name in reversed(self._made):
            self.running.drop(name)

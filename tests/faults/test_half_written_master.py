"""A master file that a killed writer left half written is read all the same, as it was before."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

from tests.masters import SqliteFolder
from tests.services.platform_world import folders_in, make_world


def test_a_master_with_a_hot_journal_is_rolled_back_and_read(pagevoo_home: Path, tmp_path: Path) -> None:
    world = make_world(SqliteFolder(lambda: tmp_path).make_master(), folders_in(pagevoo_home))
    tenant, _ = world.add_tenant(name="Ada Lovelace")
    child = os.fork()
    if not child:
        database = sqlite3.connect(tmp_path / "pagevoo_core.db", isolation_level=None)
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE users SET name = printf('%.*c', 2000, 'x')")
        database.execute("INSERT INTO settings (setting_key) SELECT hex(randomblob(40)) FROM (WITH RECURSIVE n(i) AS"
                         " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i FROM n)")  # fmt: skip
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (tmp_path / "pagevoo_core.db-journal").exists()

    assert world.console.tenants.show(tenant).name == "Ada Lovelace"

"""Tables that were put together out of templates are those that migrating makes."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from pagevoo_console.demo.tenant_files import CORE, FILLERS, TenantFiles, migrate
from pagevoo_console.services.lineages import Lineages
from tests.demo.looking import contents


def test_sets_of_features_have_the_tables_and_the_ledger_that_migrating_them_makes(tmp_path: Path) -> None:
    lineages = Lineages()
    (tmp_path / "templates").mkdir()
    files = TenantFiles(tmp_path, tmp_path / "templates", lineages, 1, datetime(2026, 3, 14))
    for number, features in enumerate(((), ("shop",), ("shop", "blog"), tuple(FILLERS))):
        made = files.make(f"made_{number}", features)
        migrated = tmp_path / f"migrated_{number}.db"
        migrate(migrated, lineages, (CORE, *features))
        assert contents(made) == contents(migrated)
        assert ledger(made) == ledger(migrated)


def test_the_same_set_in_another_order_is_one_template(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    files = TenantFiles(tmp_path, tmp_path / "templates", Lineages(), 1, datetime(2026, 3, 14))
    one, other = files.make("one", ("shop", "blog")), files.make("other", ("blog", "shop"))
    assert one.read_bytes() == other.read_bytes()
    assert sorted(path.stem for path in (tmp_path / "templates").iterdir()) == [
        "core", "core-blog", "core-blog-shop", "core-shop",
    ]  # fmt: skip


def ledger(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {head for (head,) in connection.execute("SELECT version_num FROM console_features")}

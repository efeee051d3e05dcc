"""That bystanders are watched: whatever is done to one of them is seen, and fails the run of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import bystanders
from tests.servers import DatabaseServer

REPOSITORY = Path(__file__).parents[2]
MINE = ("bystander_one", "bystander_two")

TOUCHES = {
    "a row": "UPDATE bookings SET price = 11 WHERE id = 1",
    "another row": "UPDATE bookings SET guest = 'Ada' WHERE id = 2",
    "one row more": "INSERT INTO feature_settings VALUES (3, 'core', 'more', '1')",
    "a table more": "CREATE TABLE console_visits (id INTEGER)",
    "a view less": "DROP VIEW guests",
    "a trigger more": "CREATE TRIGGER frozen BEFORE DELETE ON bookings FOR EACH ROW ",
    "a table that was emptied": "DELETE FROM bookings",
    "a column more": "ALTER TABLE bookings ADD COLUMN seen INTEGER",
}
_TRIGGER_ENDS = {"mysql": "SET @deleted = 1", "postgresql": "EXECUTE FUNCTION priced()"}


@pytest.fixture(params=["mariadb_server", "postgresql_server"])
def server(request: pytest.FixtureRequest) -> Iterator[DatabaseServer]:
    """Each shared server, with two more bystanders who may be touched."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    bystanders.make(server, MINE)
    yield server
    for name in MINE:
        server.drop(name)


def test_whatever_is_done_to_a_bystander_is_seen(server: DatabaseServer) -> None:
    first, second = MINE
    before = bystanders.seen(server, MINE)
    assert bystanders.differences(before, bystanders.seen(server, MINE)) == []

    for what, statement in TOUCHES.items():
        ending = _TRIGGER_ENDS[server.engine] if "TRIGGER" in statement else ""
        server.execute(statement + ending, database=first)
        now = bystanders.seen(server, MINE)
        assert bystanders.differences(before, now) != [], what
        assert not [found for found in bystanders.differences(before, now) if second in found]
        before = now
    server.drop(second)
    server.execute(f"CREATE DATABASE {second}")
    assert bystanders.differences(before, bystanders.seen(server, MINE)) != []


def test_a_file_that_was_written_replaced_or_joined_is_seen(tmp_path: Path) -> None:
    with bystanders.files_standing_by(tmp_path):
        name = tmp_path / f"{bystanders.NAMES[0]}.db"
        before = bystanders.files_seen(tmp_path)
        content = name.read_bytes()
        kept = tmp_path / "kept"
        name.rename(kept)
        gone = bystanders.files_seen(tmp_path)
        name.write_bytes(content)
        replaced = bystanders.files_seen(tmp_path)
        kept.rename(name)
        journal = tmp_path / f"{bystanders.NAMES[0]}.db-wal"
        journal.touch()
        joined = bystanders.files_seen(tmp_path)
        journal.unlink()
    for changed in (gone, replaced, joined):
        assert bystanders.differences(before, changed) != []


def test_a_run_in_which_a_bystander_is_touched_fails(tmp_path: Path) -> None:
    (tmp_path / "test_careless.py").write_text(
        "from tests.bystanders import NAMES\n"
        "def test_that_passes(postgresql_server):\n"
        "    postgresql_server.execute('DELETE FROM bookings WHERE id = 2', database=NAMES[2])\n"
        "def test_that_passes_too(engine_server):\n"
        "    made = engine_server.make_master()\n"
        "    if made.directory: (made.directory / f'{NAMES[1]}.db').unlink()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.conftest", "-k", "not mysql",
         f"--rootdir={tmp_path}", str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"somebody touched bystanders on postgresql: rows of bookings in {bystanders.NAMES[2]}" in done.stdout
    assert f"the file {bystanders.NAMES[1]}" in done.stdout
    assert "3 passed" in done.stdout
    assert "2 errors" in done.stdout

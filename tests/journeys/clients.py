"""The engines' own client programs: whether our files are what they say they are is theirs to judge."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.masters import MasterHandle


def load(master: MasterHandle, database: str, *files: Path) -> None:
    """Make a database and carry these files out in it, unpacked where they are packed. Nothing may be complained of."""
    assert master.server is not None
    master.execute(f"CREATE DATABASE {database}")
    where = ["-h", master.server.host, f"-{'P' if master.engine == 'mysql' else 'p'}", str(master.server.port)]
    if master.engine == "mysql":
        command = ["mariadb", "--no-defaults", *where, "-u", master.server.user, database]
        password = {"MYSQL_PWD": master.password}
    else:
        command = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, *where, "-U", master.server.user, database]
        password = {"PGPASSWORD": master.password}
    done = subprocess.run(
        command,
        input=b"".join(_statements(file) for file in files),
        capture_output=True,
        timeout=120,
        check=False,
        env={"PATH": os.environ["PATH"], **password},
    )
    assert (done.returncode, done.stderr) == (0, b"")


def _statements(file: Path) -> bytes:
    if file.suffix != ".zst":
        return file.read_bytes()
    return subprocess.run(["zstd", "-dc", str(file)], check=True, capture_output=True, timeout=60).stdout

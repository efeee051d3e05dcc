"""A password that must not be found again: not in what is printed, not in a file of ours, not in a process list."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.masters import MasterHandle, ServerMasters
from tests.servers import DatabaseServer, fresh_id

OURS = f"{os.getpid():07d}"
"""Another worker's canary sings in the process list too; this tells ours."""
CANARY = f"c4nary{OURS}-Zx9!q{OURS}"
WRONG = f"wr0ng-c4nary{OURS}"
FORMS = (f"c4nary{OURS}", f"Zx9!q{OURS}", f"Zx9%21q{OURS}")


@pytest.fixture(params=["mysql", "postgresql"])
def master(request: pytest.FixtureRequest) -> Iterator[MasterHandle]:
    """A master on each real server, reached with a password that is easily found again."""
    name = {"mysql": "mariadb_server", "postgresql": "postgresql_server"}[request.param]
    server: DatabaseServer = request.getfixturevalue(name)
    masters = ServerMasters(server)
    user = server.fresh_name("canary")
    if server.engine == "mysql":
        server.execute(f"CREATE USER {user} IDENTIFIED BY '{CANARY}'", f"GRANT ALL ON *.* TO {user}")
    else:
        server.execute(f"CREATE ROLE {user} LOGIN SUPERUSER PASSWORD '{CANARY}'")
    made = masters.make_master()
    yield MasterHandle(made.engine, made.name, server.url(made.name, user=user), CANARY, None, server, made.connect)
    masters.clean_up()


class Watch:
    """Looks at the arguments of every process for as long as it is asked to."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._over = threading.Event()

    def look(self) -> None:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                arguments = path.read_bytes().decode(errors="replace")
            except OSError:
                continue
            if any(form in arguments for form in FORMS):
                self.seen.add(arguments.replace("\0", " "))

    @contextmanager
    def watching(self) -> Iterator[None]:
        def watch() -> None:
            while not self._over.wait(0.05):
                self.look()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


def say(master: MasterHandle, password: str, *arguments: str) -> tuple[int, str]:
    """One command with this password in the environment; its exit code, and all that it printed."""
    environment = {**os.environ, "PAGEVOO_MASTER_URL": master.url, "PAGEVOO_MASTER_PASSWORD": password}
    done = subprocess.run(
        [sys.executable, "-m", "pagevoo_console", "--json", *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_password_leaves_no_trace(master: MasterHandle, pagevoo_home: Path, tmp_path: Path) -> None:
    tenant, website = fresh_id(), fresh_id()
    database = f"pagevoo_website_{tenant}"
    watch = Watch()
    said: list[str] = []

    def run(expected: int, *arguments: str, password: str = CANARY) -> None:
        code, output = say(master, password, *arguments)
        assert code == expected, (arguments, output)
        assert "Traceback" not in output
        said.append(output)

    with watch.watching():
        run(0, "master", "init")
        master.execute(
            f"INSERT INTO users (id, name, email, tier) VALUES ({tenant}, 'Ada', 'ada@example.org', 'pro')",
            f"INSERT INTO user_websites (id, user_id, name, domain) VALUES ({website}, {tenant}, 'Shop', 'a.example')",
        )
        run(0, "database", "create", str(tenant), "--website", str(website))
        run(0, "backup", "create", str(tenant), "--to", str(tmp_path / "backups"))
        run(0, "tenant", "show", str(tenant))
        run(1, "sql", str(tenant), "SELECT * FROM there_is_no_such_table")
        run(3, "database", "delete", str(tenant), "--confirm", "something else")
        run(5, "tenant", "show", str(tenant), password=WRONG)
        run(5, "database", "delete", str(tenant), "--confirm", database, password=WRONG)
        master_with = master.url.replace("@", f":{CANARY}@")
        watch.look()
    assert watch.seen == set()

    code, output = say(master, CANARY, "--master-url", master_with, "tenant", "list")
    assert code == 2
    said.append(output)

    for output in said:
        assert not [form for form in FORMS if form in output]
    for folder in (pagevoo_home, tmp_path):
        for path in folder.rglob("*"):
            if path.is_file():
                assert not [form for form in FORMS if form.encode() in path.read_bytes()], path
    for (entry,) in master.execute("SELECT detail FROM console_audit_events"):
        assert not [form for form in FORMS if form in str(entry)]

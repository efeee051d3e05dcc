"""A password that must not be found again: not in what is printed, not in a file of ours, not in a process list."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import obstore
import pytest
import zstandard
from obstore.store import S3Store

from tests.cli.calling import Desk
from tests.masters import MasterHandle, ServerMasters
from tests.servers import DatabaseServer, fresh_id
from tests.services.test_schedules import CRONTAB, stand_in

OURS = f"{os.getpid():07d}"
"""Another worker's canary sings in the process list too; this tells ours."""
CANARY = f"c4nary{OURS}-Zx9!q{OURS}"
WRONG = f"wr0ng-c4nary{OURS}"
FORMS = (f"c4nary{OURS}", f"Zx9!q{OURS}", f"Zx9%21q{OURS}")
PASSPHRASE = f"seven words around {CANARY} are long enough"


_TELLING = {
    "mysql": ("SET GLOBAL general_log_file = '{log}'", "SET GLOBAL general_log = ON"),
    "postgresql": ("ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()"),
}
_TELLING_NO_MORE = {
    "mysql": ("SET GLOBAL general_log = OFF",),
    "postgresql": ("ALTER SYSTEM RESET log_statement", "SELECT pg_reload_conf()"),
}
"""A server that writes every statement into its log."""


@pytest.fixture(params=["mysql", "postgresql"])
def master(request: pytest.FixtureRequest) -> Iterator[MasterHandle]:
    """A master on each real server, which logs all it is told, reached with a password that is easily found again."""
    name = {"mysql": "mariadb_server", "postgresql": "postgresql_server"}[request.param]
    server: DatabaseServer = request.getfixturevalue(name)
    masters = ServerMasters(server)
    user = server.fresh_name("canary")
    if server.engine == "mysql":
        server.execute(f"CREATE USER {user} IDENTIFIED BY '{CANARY}'", f"GRANT ALL ON *.* TO {user} WITH GRANT OPTION")
    else:
        server.execute(f"CREATE ROLE {user} LOGIN SUPERUSER PASSWORD '{CANARY}'")
    made = masters.make_master()
    server.execute(*(one.format(log=server.directory / "statements.log") for one in _TELLING[server.engine]))
    yield MasterHandle(made.engine, made.name, server.url(made.name, user=user), CANARY, None, server, made.connect)
    server.execute(*_TELLING_NO_MORE[server.engine])
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
            while not self._over.wait(0.2):
                self.look()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


def say(master: MasterHandle, password: str, *arguments: str, stdin: str = "") -> tuple[int, str]:
    """One command with this password in the environment; its exit code, and all that it printed."""
    environment = {**os.environ}
    if "--connection" not in arguments:
        environment |= {"PAGEVOO_MASTER_URL": master.url, "PAGEVOO_MASTER_PASSWORD": password}
    done = subprocess.run(
        [sys.executable, "-m", "pagevoo_console", "--json", *arguments],
        env=environment, input=stdin, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def sings(content: bytes) -> bool:
    return any(form.encode() in content for form in FORMS)


def plain(path: Path) -> bytes:
    """What a file holds, without its compression."""
    content = path.read_bytes()
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return content


def test_fault_174_a_secret_leaves_no_trace(
    master: MasterHandle,
    storage_credentials: str,
    pagevoo_home: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    password_file = tmp_path_factory.mktemp("credentials") / "password"
    password_file.write_text(CANARY)
    password_file.chmod(0o600)
    monkeypatch.setenv("PAGEVOO_PASSWORD_FILE", str(password_file))
    stand_in(tmp_path, monkeypatch, "crontab", CRONTAB.replace("{file}", str(tmp_path / "table")))
    tenant, website = fresh_id(), fresh_id()
    database, prefix = f"pagevoo_website_{tenant}", f"kept-{master.engine}-{os.getpid()}"
    watch = Watch()
    said: list[str] = []

    def run(expected: int, *arguments: str, password: str = CANARY, stdin: str = "") -> dict[str, Any]:
        code, output = say(master, password, *arguments, stdin=stdin)
        assert code == expected, (arguments, output)
        assert "Traceback" not in output
        said.append(output)
        document = json.loads(output.splitlines()[0])
        assert isinstance(document, dict)
        return document

    desk = Desk(master)

    def at(code: int, *arguments: str) -> dict[str, Any]:
        answer = desk.call("--json", *arguments, code=code)
        said.append(answer.out + answer.err)
        return answer.document

    at(0, "master", "init")
    with watch.watching():
        desk.write("INSERT INTO users (id, name, email, tier) VALUES ({0}, 'Ada', 'ada@example.org', 'pro')", tenant)
        desk.write(
            "INSERT INTO user_websites (id, user_id, name, domain) VALUES ({0}, {1}, 'Shop', 'a.example')",
            website, tenant,
        )  # fmt: skip
        run(0, "database", "create", str(tenant), "--website", str(website))
        sealed = ("backup", "create", str(tenant), "--to", str(tmp_path / "sealed"), "--passphrase-stdin")
        locked = run(0, *sealed, stdin=PASSPHRASE)["backup"]["path"]
        run(1, "backup", "verify", locked, "--passphrase-stdin", stdin=f"{PASSPHRASE} or not")
        run(5, "database", "delete", str(tenant), "--confirm", database, password=WRONG)
        run(0, "database", "delete", str(tenant), "--confirm", database, "--grace", "1")
        watch.look()
    assert watch.seen == set()
    operation = at(0, "database", "trash")["trash"][0]["operation"]
    at(0, "database", "undelete", operation)
    backup = at(0, "backup", "create", str(tenant), "--to", str(tmp_path / "backups"))["backup"]["id"]
    at(0, "backup", "verify", backup)
    at(0, "backup", "restore", backup, "--tenant", str(tenant), "--confirm", database)
    at(0, "backup", "create", str(tenant), "--to", f"s3://backups/{prefix}")
    at(1, "sql", str(tenant), "SELECT * FROM there_is_no_such_table")
    at(3, "database", "delete", str(tenant), "--confirm", "something else")
    run(0, "connection", "add", "kept", "--url", master.url, "--environment", "local")
    run(0, "--connection", "kept", "schedule", "add", "backup", "--with", "cron", "--at", "03:15")

    master_with = master.url.replace("@", f":{CANARY}@")
    code, output = say(master, CANARY, "--master-url", master_with, "tenant", "list")
    assert code == 2
    assert not [text for text in (*said, output) if sings(text.encode())]
    assert master.server is not None
    files = [
        path
        for folder in (pagevoo_home, tmp_path, master.server.directory)
        for path in folder.rglob("*")
        if path.is_file() and (master.server.data_dir not in path.parents)
    ]
    assert {path.suffix for path in files} >= {".zst", ".age", ".json", ".log"}
    assert [path for path in files if sings(plain(path))] == []
    told = [str(detail) for (detail,) in master.execute("SELECT detail FROM console_audit_events")]
    assert not [detail for detail in told if sings(detail.encode())]
    sent = stored(storage_credentials, prefix)
    assert len(sent) == 2
    assert [content for content in sent if sings(content)] == []


def stored(storage: str, prefix: str) -> list[bytes]:
    """What lies in the storage under names that begin like this."""
    bucket = S3Store(
        "backups", endpoint=storage, access_key_id="key", secret_access_key="secret", region="us-east-1",
        client_options={"allow_http": True},
    )  # fmt: skip
    found = obstore.list(bucket, prefix=prefix).collect()
    return [bytes(obstore.get(bucket, entry["path"]).bytes()) for entry in found]

"""The guide's own lines, carried out by a shell: a backup comes back on a machine that has no console."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from pagevoo_console.services.backups import compare
from pagevoo_console.services.jobs import JobContext
from tests.masters import EngineServer
from tests.servers import fresh_id
from tests.services.platform_world import World, folders_in, make_world

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "backups.md"
CLIENTS = {"mysql": "mariadb", "postgresql": "psql", "sqlite": "sqlite3"}


@pytest.fixture
def world(engine_server: EngineServer, pagevoo_home: Path) -> World:
    return make_world(engine_server.make_master(), folders_in(pagevoo_home))


def lines(*, encrypted: bool) -> list[str]:
    """The commands of the chapter, as they stand there."""
    text = GUIDE.read_text(encoding="utf-8")
    chapter = text[text.index("## Restore without this console") :].split("\n## ")[0]
    found = re.findall(r"^    (\S.*)$", chapter, re.MULTILINE)
    return [line for line in found if (" -i " in line) == encrypted and not line.startswith("age -d FILE")]


def login(world: World, home: Path) -> dict[str, str]:
    """Somebody's own login, where the guide says that it is."""
    server = world.master.server
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    if server is None:
        return environment
    account = f"user={server.user}\npassword='{world.master.password}'"
    (home / ".my.cnf").write_text(f"[client]\nhost={server.host}\nport={server.port}\n{account}\n", encoding="utf-8")
    escaped = world.master.password.replace("\\", "\\\\").replace(":", "\\:")
    (home / ".pgpass").write_text(f"*:*:*:{server.user}:{escaped}\n", encoding="utf-8")
    (home / ".pgpass").chmod(0o600)
    return environment | {"PGHOST": server.host, "PGPORT": str(server.port), "PGUSER": server.user}


def tenant_with_rows(world: World) -> str:
    tenant, _ = world.provisioned()
    features = world.console.features
    features.install(features.plan_install(tenant, ("blog",)), JobContext())
    value = '"😀 \\\\ it\'s; one"'
    world.write(
        "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})",
        "core", "kept", value, database=world.name(tenant),
    )  # fmt: skip
    return tenant


def carry_out(commands: list[str], file: Path, database: str, environment: dict[str, str], folder: Path) -> None:
    """As an admin who copies them: nothing may be complained of."""
    for command in commands:
        filled = re.sub(r"FILE\.sql\.zst(\.age)?", str(file), re.sub(r"\bNEW\b", database, command))
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", filled], cwd=folder, env=environment, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), filled


def test_the_guides_own_lines_bring_a_backup_back_exactly(world: World, tmp_path: Path) -> None:
    tenant = tenant_with_rows(world)
    console = world.console
    identity, recipient = new_identity(tmp_path)
    commands = [line for line in lines(encrypted=False) if _concerns(line, world.master.engine)]
    assert len(commands) == (1 if world.master.engine == "sqlite" else 2)
    (opening,) = lines(encrypted=True)
    opened = opening.replace("backup-key.txt", str(identity)).rpartition("|")[0]
    sealed = [*commands[:-1], f"{opened}|{commands[-1].partition('|')[2]}"]
    environment = login(world, tmp_path)
    for keys, chosen in ((None, commands), (console.backups.keys.sealing([recipient]), sealed)):
        made = console.backups.create(tenant, JobContext(), tmp_path / f"out{fresh_id()}", keys)
        database = f"look_{fresh_id()}"
        carry_out(chosen, made.path, database, environment, world.master.directory or tmp_path)

        server = console.connection.servers[0]
        engine = console.connections.engine(server)
        with console.connections.open(server, database, read_timeout=None) as session:
            verdicts, problems = compare(engine, session, console.backups.manifest(made), JobContext())
        assert problems == ()
        assert {verdict.name for verdict in verdicts if verdict.matches} == set(made.tables)
        with console.connections.open(server, writable=True) as session:
            engine.drop_database(session, database)


def _concerns(line: str, engine: str) -> bool:
    client = CLIENTS[engine]
    return client in line or (engine == "postgresql" and line.startswith("createdb"))


def new_identity(folder: Path) -> tuple[Path, str]:
    """What `age-keygen` makes: the file, and the public key to it."""
    file = folder / "backup-key.txt"
    subprocess.run(["age-keygen", "-o", str(file)], check=True, capture_output=True, timeout=30)
    public = subprocess.run(["age-keygen", "-y", str(file)], check=True, capture_output=True, text=True, timeout=30)
    return file, public.stdout.strip()

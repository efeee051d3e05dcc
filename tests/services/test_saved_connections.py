"""Saved connections: one strict file, no password in it, and two consoles that do not lose each other's work."""

import json
import sys
import threading
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import Failed, NotFound, Refused, WrongUsage
from pagevoo_console.domain.server import Connection, Environment, Server, Tls
from pagevoo_console.services.saved_connections import SavedConnections
from pagevoo_console.services.secrets import Secret, Secrets
from pagevoo_console.services.server_url import parse_master_url, parse_server_url
from tests.secret_service import SecretService


@pytest.fixture
def saved(tmp_path: Path) -> SavedConnections:
    return SavedConnections(tmp_path / "config", Secrets())


def connection(name: str = "prod", url: str = "mysql+pymysql://root@db.example/pagevoo_core") -> Connection:
    server, database, _ = parse_master_url(url, tls_ca="/etc/ca.pem")
    return Connection(name, "pagevoo", server, database, Environment.STAGING, env_overrides={"MAX_X": '5 "MB"'})


def tenant_server(name: str = "eu1") -> Server:
    return parse_server_url("postgresql+psycopg://app@eu1.example/", name=name, tls=Tls.REQUIRED)[0]


def test_what_was_saved_is_read_back_equal(saved: SavedConnections) -> None:
    added = saved.add(connection())

    assert saved.list() == (added,)
    assert saved.get("prod") == added
    assert added.env_overrides == {"MAX_X": '5 "MB"'}
    assert added.master.credential == "prod"
    assert saved.path.stat().st_mode & 0o777 == 0o600


def test_a_sqlite_connection_needs_no_credential(saved: SavedConnections, tmp_path: Path) -> None:
    server, database, _ = parse_master_url(f"sqlite:///{tmp_path}/pagevoo_core.db")

    saved.add(Connection("demo", "pagevoo", server, database, Environment.DEMO))

    assert saved.get("demo").master == Server("master", "sqlite", directory=str(tmp_path))
    assert saved.get("demo").master_database == "pagevoo_core"


def test_the_masters_server_keeps_its_tenants_when_another_server_comes(saved: SavedConnections) -> None:
    saved.add(connection())

    added = saved.add_server("prod", tenant_server())

    assert [server.name for server in added.servers] == ["master", "eu1"]
    assert added.servers[1].credential == "prod/eu1"
    assert saved.get("prod") == added


def test_a_master_without_tenants_stays_one(saved: SavedConnections) -> None:
    saved.add(connection())
    saved.add_server("prod", tenant_server())
    text = saved.path.read_text()
    saved.path.write_text(text.replace('environment = "staging"', 'environment = "staging"\ntenants_on_master = false'))

    saved.add_server("prod", tenant_server("eu2"))

    assert [server.name for server in saved.get("prod").servers] == ["eu1", "eu2"]


def test_a_second_connection_of_the_same_name_is_refused(saved: SavedConnections) -> None:
    saved.add(connection())

    with pytest.raises(Refused) as caught:
        saved.add(connection(url="mysql://root@other/core"))
    assert caught.value.code == "connection_exists"
    assert saved.get("prod").master.host == "db.example"


def test_a_second_server_of_the_same_name_is_refused(saved: SavedConnections) -> None:
    saved.add(connection())
    saved.add_server("prod", tenant_server())

    for name in ("eu1", "master"):
        with pytest.raises(Refused) as caught:
            saved.add_server("prod", tenant_server(name))
        assert caught.value.code == "server_exists"


@pytest.mark.parametrize("name", ["", "-x", "a b", "../up", "a/b", "x" * 65, "ü", "a\n"])
def test_a_name_that_could_be_mistaken_is_wrong_usage(saved: SavedConnections, name: str) -> None:
    with pytest.raises(WrongUsage):
        saved.add(connection(name))
    assert not saved.path.exists()


def test_an_unknown_connection_is_not_found_and_the_nearest_is_named(saved: SavedConnections) -> None:
    saved.add(connection())

    with pytest.raises(NotFound, match="did you mean 'prod'"):
        saved.get("prdo")
    with pytest.raises(NotFound):
        saved.remove("prdo")
    with pytest.raises(NotFound):
        saved.add_server("prdo", tenant_server())


def test_the_only_connection_is_the_default_until_one_is_chosen(saved: SavedConnections) -> None:
    assert saved.default() is None
    saved.add(connection())
    assert saved.default() == saved.get("prod")
    saved.add(connection("test"))
    assert saved.default() is None
    saved.set_default("test")
    assert saved.default() == saved.get("test")
    saved.remove("test")
    assert saved.default() == saved.get("prod")


def test_a_change_keeps_other_connections_and_comments(saved: SavedConnections) -> None:
    saved.add(connection())
    saved.path.write_text("# kept by hand\n" + saved.path.read_text())
    before = saved.get("prod")

    saved.add(connection("test"))
    saved.remove("test")

    assert saved.path.read_text().startswith("# kept by hand\n")
    assert saved.list() == (before,)


def test_a_password_without_a_keyring_saves_nothing(saved: SavedConnections) -> None:
    with pytest.raises(Refused) as caught:
        saved.add(connection(), Secret("s3cret"))
    assert caught.value.code == "no_secret_store"
    assert saved.list() == ()


def test_consoles_that_save_at_the_same_moment_lose_nothing(saved: SavedConnections) -> None:
    names = [f"shop{number}" for number in range(12)]
    other = SavedConnections(saved.path.parent, Secrets())
    threads = [
        threading.Thread(target=(saved, other)[number % 2].add, args=(connection(name),))
        for number, name in enumerate(names)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {found.name for found in saved.list()} == set(names)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("platform =", "platfrom =", "unknown key 'connections.prod.platfrom'; did you mean 'platform'?"),
        ('"staging"', '"stagging"', "'connections.prod.environment' cannot be 'stagging'; did you mean 'staging'?"),
        ("mysql+pymysql://root@", "mysql+pymysql://root:hunter2@", "'connections.prod.url' holds a password"),
        ("mysql+pymysql://root@", "oracle://root@", "'connections.prod.url': oracle:// is no URL"),
        ("[connections.prod]", "[connections.prod", "not TOML at line 1"),
        ("[connections.prod]", 'default = "prdo"\n[connections.prod]', "'default' names no connection: 'prdo'"),
    ],
)
def test_a_mistake_in_the_file_names_file_and_key(saved: SavedConnections, before: str, after: str, told: str) -> None:
    saved.add(connection())
    saved.path.write_text(saved.path.read_text().replace(before, after, 1))
    damaged = saved.path.read_text()

    for act in (saved.list, lambda: saved.add(connection("test")), lambda: saved.remove("prod")):
        with pytest.raises(Failed) as caught:
            act()
        assert caught.value.code == "connections_file"
        assert f"{saved.path}: " in caught.value.message
        assert told in caught.value.message
        assert "hunter2" not in caught.value.message
    assert saved.path.read_text() == damaged


def test_a_connection_takes_its_passwords_along_when_it_goes(
    saved: SavedConnections, secret_service: SecretService
) -> None:
    program = f"""
import json
from pathlib import Path
from pagevoo_console.domain.server import Connection
from pagevoo_console.services.saved_connections import SavedConnections
from pagevoo_console.services.secrets import Secret, Secrets
from pagevoo_console.services.server_url import parse_master_url, parse_server_url
from tests.secret_service import SecretService
folder = Path({str(saved.path.parent)!r})
server, database, _ = parse_master_url("mysql://root@db.example/core")
saved = SavedConnections(folder, Secrets())
saved.add(Connection("prod", "pagevoo", server, database), Secret("one"))
added = saved.add_server("prod", parse_server_url("mysql://app@eu1.example", name="eu1")[0], Secret("two"))
held = [Secrets().get(server).reveal() for server in added.servers]
text = saved.path.read_text()
saved.remove("prod")
print(json.dumps([held, text, [Secrets().get(server) for server in added.servers], saved.path.read_text()]))
"""
    answer = secret_service.run([sys.executable, "-c", program])

    assert answer.returncode == 0, answer.stderr
    held, text, left, rest = json.loads(answer.stdout)
    assert held == ["one", "two"]
    assert "one" not in text
    assert left == [None, None]
    assert rest.strip() == ""


def test_an_imported_password_without_a_keyring_leaves_the_connection_and_says_so(saved: SavedConnections) -> None:
    added, warning = saved.add_or_ask(connection(), Secret("s3cret"))

    assert saved.list() == (added,)
    assert "no keyring" in warning
    assert "PAGEVOO_PASSWORD_FILE" in warning
    assert "s3cret" not in warning + saved.path.read_text()
    with pytest.raises(Refused) as caught:
        saved.add_or_ask(connection(), Secret("s3cret"))
    assert caught.value.code == "connection_exists"

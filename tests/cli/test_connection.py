"""Saved connections through the command line; the password in a real Secret Service or nowhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calling import Answer, call
from tests.masters import MasterHandle, ServerMasters, SqliteFolder
from tests.secret_service import SecretService
from tests.servers import PASSWORD, MariadbServer


@pytest.fixture
def mariadb_master(mariadb_server: MariadbServer) -> MasterHandle:
    return ServerMasters(mariadb_server).make_master()


def test_connections_are_saved_listed_used_and_removed(tmp_path: Path, pagevoo_home: Path) -> None:
    master = SqliteFolder(lambda: tmp_path).make_master()
    assert call("--json", "connection", "list").document == {"total": 0, "connections": []}

    added = call("--json", "connection", "add", "home", "--url", master.url, "--environment", "staging").document
    assert (added["ok"], added["connection"]["environment"]) == (True, "staging")
    listed = call("--json", "connection", "list").document
    assert (listed["total"], listed["connections"][0]["name"]) == (1, "home")
    assert call("--json", "connection", "add", "home", "--url", master.url).error_code == "connection_exists"

    assert call("--json", "--connection", "home", "master", "init").document["ok"]
    assert call("--json", "tenant", "list").document["total"] == 0
    assert call("--json", "tenant", "list", environment={"PAGEVOO_CONNECTION": "home"}).code == 0
    assert list((pagevoo_home / "cache").glob("directory-*"))
    connection = next((pagevoo_home / "cache").glob("directory-*.db")).stem.removeprefix("directory-")
    told = pagevoo_home / "state" / f"quota-news-{connection}.json"
    told.parent.mkdir(exist_ok=True)
    told.write_text("{}", encoding="utf-8")
    assert call("--json", "connection", "forget", "home").document["ok"]
    assert not list((pagevoo_home / "cache").glob("directory-*.db"))
    assert not told.exists()

    assert call("--json", "connection", "remove", "home").document["ok"]
    assert call("--json", "--connection", "home", "tenant", "list").error_code == "not_found"


def test_several_connections_and_none_named_is_a_question() -> None:
    for name in ("a", "b"):
        call("--json", "connection", "add", name, "--url", "sqlite:////tmp/x/pagevoo_core.db")
    answer = call("--json", "tenant", "list")
    assert (answer.code, answer.error_code) == (2, "usage")
    assert "a, b" in answer.document["error"]["hint"]


def test_a_connection_is_tested_layer_by_layer(mariadb_master: MasterHandle) -> None:
    call("--json", "connection", "add", "m", "--url", mariadb_master.url)
    without = call("--json", "connection", "test", "m")
    assert (without.code, without.document["reachable"]) == (5, False)
    assert without.document["problem"]

    password = mariadb_master.environment
    tested = call("--json", "--master-url", mariadb_master.url, "connection", "test", environment=password)
    assert (tested.code, tested.document["reachable"]) == (0, True)
    assert tested.document["server_version"]
    assert call("--json", "connection", "test", "bogus").code == 1


def test_without_a_keyring_a_password_is_not_saved_and_says_so(mariadb_master: MasterHandle) -> None:
    arguments = ["--json", "connection", "add", "m", "--url", mariadb_master.url]
    done = subprocess.run(
        [sys.executable, "-m", "pagevoo_console", *arguments, "--password-stdin"],
        input=f"{PASSWORD}\n".encode(), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    answer = Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert (answer.code, answer.error_code) == (3, "no_secret_store")
    assert PASSWORD not in answer.out + answer.err
    assert call("--json", "connection", "list").document["total"] == 0
    assert call(*arguments).code == 0


def test_a_password_file_serves_where_there_is_no_keyring(mariadb_master: MasterHandle, tmp_path: Path) -> None:
    call("--json", "connection", "add", "m", "--url", mariadb_master.url)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    (tmp_path / "password").chmod(0o600)
    environment = {"PAGEVOO_PASSWORD_FILE": str(tmp_path / "password")}
    assert call("--json", "master", "init", environment=environment).document["ok"]


def test_a_password_lives_in_the_keyring_and_goes_with_the_connection(
    mariadb_master: MasterHandle, secret_service: SecretService, pagevoo_home: Path
) -> None:
    def run(*arguments: str, stdin: str = "") -> Answer:
        done = secret_service.run([sys.executable, "-m", "pagevoo_console", "--json", *arguments], stdin=stdin)
        return Answer(done.returncode, done.stdout, done.stderr)

    add = ("connection", "add", "m", "--url", mariadb_master.url)
    assert run(*add, "--password-stdin", stdin=f"{PASSWORD}\n").code == 0
    assert run("master", "init").document["ok"]
    for path in pagevoo_home.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()
    assert run("connection", "remove", "m").document["ok"]
    assert run(*add).code == 0
    assert run("tenant", "list").error_code == "access_denied"


def test_the_platforms_own_env_file_is_imported(tmp_path: Path) -> None:
    folder = tmp_path / "pagevoo-shop"
    folder.mkdir()
    (folder / ".env").write_text("APP_ENV=local\nDB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_PORT=3307\n"
                                 "DB_DATABASE=pagevoo_core\nDB_USERNAME=pagevoo\n")  # fmt: skip
    answer = call("--json", "connection", "import-env", str(folder / ".env"))
    connection = answer.document["connection"]
    assert (connection["name"], connection["environment"]) == ("pagevoo-shop", "local")
    assert (connection["master"]["address"], connection["master"]["user"]) == ("127.0.0.1:3307", "pagevoo")
    assert "no password" in answer.err
    assert call("--json", "connection", "import-env", str(tmp_path / "none")).code == 1


def test_a_tenant_server_is_added_to_a_connection(mariadb_master: MasterHandle) -> None:
    call("--json", "connection", "add", "m", "--url", mariadb_master.url)
    added = call("--json", "--connection", "m", "connection", "server", "add", "second",
                 "--url", "mysql+pymysql://u@127.0.0.1:3399/")  # fmt: skip
    assert [one["name"] for one in added.document["connection"]["servers"]] == ["master", "second"]
    tested = call("--json", "connection", "test", "m", environment=mariadb_master.environment)
    assert [one["name"] for one in tested.document["servers"]] == ["master", "second"]
    assert tested.code == 5


def test_an_env_file_with_a_password_is_imported_without_a_keyring_too(tmp_path: Path, pagevoo_home: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_DATABASE=pagevoo_core\nDB_USERNAME=u\nDB_PASSWORD=geheim\n"
    )
    answer = call("--json", "connection", "import-env", str(file), "--name", "imported")
    assert answer.document["ok"]
    assert "was not saved" in answer.err
    assert [one["name"] for one in call("--json", "connection", "list").document["connections"]] == ["imported"]
    for path in pagevoo_home.rglob("*"):
        assert not path.is_file() or b"geheim" not in path.read_bytes()

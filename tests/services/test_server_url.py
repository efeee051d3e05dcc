"""URLs of servers: what each part means, and that no message repeats a secret."""

from pathlib import Path

import pytest

from pagevoo_console.domain.errors import WrongUsage
from pagevoo_console.domain.server import Server, Tls
from pagevoo_console.services.server_url import parse_master_url, parse_server_url, server_url


def test_a_url_of_mysql_names_server_and_database() -> None:
    assert parse_master_url("mysql+pymysql://ad%40min@db.example:3307/pagevoo_core") == (
        Server("master", "mysql", "db.example", 3307, "ad@min"),
        "pagevoo_core",
        None,
    )


def test_the_port_is_the_engines_own_where_none_is_given() -> None:
    assert parse_master_url("mysql://root@db/core")[0].port == 3306
    assert parse_master_url("postgresql+psycopg://root@db/core")[0].port == 5432


def test_a_local_socket_stands_in_the_query() -> None:
    mysql, _, _ = parse_master_url(
        "mysql+pymysql://root@localhost/core?unix_socket=/run/mysqld/mysqld.sock&charset=utf8mb4"
    )
    postgresql, database, _ = parse_master_url("postgresql+psycopg://postgres@/core?host=/run/postgresql")

    assert (mysql.socket, mysql.address) == ("/run/mysqld/mysqld.sock", "/run/mysqld/mysqld.sock")
    assert (postgresql.socket, postgresql.host, database) == ("/run/postgresql", "", "core")


def test_an_ipv6_address_keeps_no_brackets() -> None:
    assert parse_master_url("mysql://root@[::1]:3306/core")[0].host == "::1"


def test_a_password_is_handed_over_and_not_kept_in_the_server() -> None:
    server, _, password = parse_master_url("mysql+pymysql://root:p%40ss@db/core")

    assert password == "p@ss"
    assert "p@ss" not in repr(server)


def test_tls_comes_beside_the_url(tmp_path: Path) -> None:
    server, _, _ = parse_master_url("mysql://root@db/core", tls=Tls.REQUIRED, tls_ca=str(tmp_path / "ca.pem"))

    assert (server.tls, server.tls_ca) == (Tls.REQUIRED, str(tmp_path / "ca.pem"))


def test_a_file_is_a_folder_and_a_name(tmp_path: Path) -> None:
    assert parse_master_url(f"sqlite:///{tmp_path}/pagevoo_core.db") == (
        Server("master", "sqlite", directory=str(tmp_path)),
        "pagevoo_core",
        None,
    )


def test_a_files_other_ending_stays_part_of_its_name(tmp_path: Path) -> None:
    assert parse_master_url(f"sqlite:///{tmp_path}/core.sqlite3")[1] == "core.sqlite3"


def test_a_relative_file_is_looked_for_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert parse_master_url("sqlite:///data/core.db")[0].directory == str(tmp_path / "data")


def test_a_folder_is_a_server_without_a_database(tmp_path: Path) -> None:
    server, database, _ = parse_server_url(f"sqlite:///{tmp_path}", name="disk2")

    assert (server, database) == (Server("disk2", "sqlite", directory=str(tmp_path)), "")


@pytest.mark.parametrize(
    "url",
    [
        "mysql+pymysql://ad%40min@db.example:3307/pagevoo_core",
        "mysql+pymysql://root@/core?unix_socket=/run/my sqld.sock",
        "postgresql+psycopg://u@[::1]:5433/core",
        "sqlite:////srv/pagevoo/pagevoo_core.db",
        "sqlite:////srv/pagevoo/core.sqlite",
    ],
)
def test_a_server_leads_back_to_its_url(url: str) -> None:
    server, database, _ = parse_master_url(url)

    assert parse_master_url(server_url(server, database)) == (server, database, None)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "is no URL"),
        ("pagevoo_core", "is no URL"),
        ("oracle://u:hunter2@h/db", "oracle:// is no URL"),
        ("mysql://u:hunter2@h:hunter2/db", "its port is no number"),
        ("mysql://u:hunter2@h:0/db", "port is none"),
        ("mysql://u:hunter2@h:99999/db", "port is none"),
        ("mysql://u:hunter2@h/", "names no database"),
        ("mysql://h/db", "names no user"),
        ("mysql://u:hunter2@/db", "neither a host nor"),
        ("mysql://u:hunter2@h/db?unix_sock=/x", "Unknown key 'unix_sock' in the URL; did you mean 'unix_socket'?"),
        ("mysql://u@h/db?password=hunter2", "Unknown key 'password'"),
        ("mysql://u:hunter2@h/db?ssl_ca=/x", "Unknown key 'ssl_ca'"),
        ("mysql://u:hunter2@h/db?unix_socket=relative", "one absolute path"),
        ("postgresql://u:hunter2@/db?host=/a&host=/b", "one absolute path"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://host/file.db", "three slashes"),
        ("sqlite:////srv/master", "without its ending"),
        ("sqlite:////srv/master.db.db", "two endings"),
        ("sqlite:////srv/a.db?mode=ro", "Unknown key 'mode'"),
    ],
)  # fmt: skip
def test_a_url_that_is_none_is_wrong_usage_and_its_secret_is_not_repeated(url: str, told: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        parse_master_url(url)

    assert told in caught.value.message
    assert (
        "hunter2"
        not in f"{caught.value.message} {caught.value.hint} {caught.value.__cause__} {caught.value.__context__}"
    )

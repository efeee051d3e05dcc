"""A platform's own `.env`: read as its own library reads it, executed never, its values never repeated."""

import os
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import ConsoleError, Failed, NotFound, Unsupported, WrongUsage
from pagevoo_console.domain.platform import Platform
from pagevoo_console.domain.server import Connection, Environment, Server
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.env_file import import_env, parse_env
from pagevoo_console.services.platforms.reader import Platforms
from pagevoo_console.services.secrets import Secret

OF_THE_DOCUMENT = """\
# Main database
DB_CONNECTION=mysql
DB_HOST=127.0.0.1
DB_DATABASE=pagevoo_core
DB_USERNAME=root
DB_PASSWORD=

# User database limits
MAX_USER_DATABASES_PER_SERVER=1000
MAX_DATABASE_SIZE_MB_TRIAL=50
MAX_DATABASE_SIZE_MB_BROCHURE=500
MAX_DATABASE_SIZE_MB_NICHE=2000
MAX_DATABASE_SIZE_MB_PRO=10000
"""


@pytest.fixture(scope="module")
def pagevoo() -> Platform:
    return Platforms(Engines()).get("pagevoo")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "my shop"
    folder.mkdir()
    return folder / ".env"


def values(text: str) -> dict[str, str]:
    return parse_env(text, file=".env").values


def test_the_file_of_the_document_becomes_a_connection(project: Path, pagevoo: Platform) -> None:
    project.write_text(OF_THE_DOCUMENT)

    connection, secret, warnings = import_env(project, pagevoo)

    assert connection == Connection(
        name="my-shop",
        platform="pagevoo",
        master=Server("master", "mysql", "127.0.0.1", 3306, "root"),
        master_database="pagevoo_core",
        environment=Environment.PRODUCTION,
        env_overrides={
            "MAX_USER_DATABASES_PER_SERVER": "1000",
            "MAX_DATABASE_SIZE_MB_TRIAL": "50",
            "MAX_DATABASE_SIZE_MB_BROCHURE": "500",
            "MAX_DATABASE_SIZE_MB_NICHE": "2000",
            "MAX_DATABASE_SIZE_MB_PRO": "10000",
        },
    )
    assert secret is None
    assert warnings == ("The file holds no password for root",)


def test_a_password_comes_apart_from_the_connection(project: Path, pagevoo: Platform) -> None:
    project.write_text(
        "APP_ENV=staging\nDB_CONNECTION=pgsql\nDB_USERNAME=app\nDB_PASSWORD='s€cret # \\n'\nDB_PORT=6432\n"
    )

    connection, secret, warnings = import_env(project, pagevoo, "shop")

    assert secret == Secret("s€cret # \\n")
    assert "s€cret" not in repr(connection)
    assert (connection.name, connection.environment) == ("shop", Environment.STAGING)
    assert (connection.master.engine, connection.master.port) == ("postgresql", 6432)
    assert connection.master_database == "pagevoo_core"
    assert warnings == ()


def test_a_socket_an_authority_and_a_mistyped_limit_are_noticed(project: Path, pagevoo: Platform) -> None:
    project.write_text(
        "DB_USERNAME=root\nDB_PASSWORD=x\nDB_SOCKET=/run/mysqld/mysqld.sock\nMYSQL_ATTR_SSL_CA=/etc/ca.pem\n"
        "MAX_DATABASE_SIZE_MB_TRAIL=5\n"
    )

    connection, _, warnings = import_env(project, pagevoo)

    assert (connection.master.socket, connection.master.tls_ca) == ("/run/mysqld/mysqld.sock", "/etc/ca.pem")
    assert warnings == (
        "MAX_DATABASE_SIZE_MB_TRAIL is no setting of Pagevoo; did you mean 'MAX_DATABASE_SIZE_MB_TRIAL'?",
    )


def test_a_url_wins_over_the_single_variables(project: Path, pagevoo: Platform) -> None:
    project.write_text('DB_URL="postgres://app:s3cret@db.example/core"\nDB_CONNECTION=mysql\nDB_USERNAME=root\n')

    connection, secret, _ = import_env(project, pagevoo)

    assert connection.master == Server("master", "postgresql", "db.example", 5432, "app")
    assert secret == Secret("s3cret")


def test_a_relative_sqlite_file_lies_beside_the_env_file(project: Path, pagevoo: Platform) -> None:
    project.write_text("DB_CONNECTION=sqlite\n")

    connection, secret, _ = import_env(project, pagevoo)

    assert connection.master.directory == str(project.parent / "database")
    assert (connection.master_database, secret) == ("database.sqlite", None)


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("DB_CONNECTION=sqlsrv\n", Unsupported, "DB_CONNECTION is 'sqlsrv'"),
        ("DB_USERNAME=u\nDB_PORT=x\n", WrongUsage, "DB_PORT"),
        ("DB_HOST=h\n", WrongUsage, "DB_USERNAME"),
        ("DB_USERNAME=u\nMAX_DATABASE_SIZE_MB_PRO=ten\n", WrongUsage, "MAX_DATABASE_SIZE_MB_PRO"),
        ("DB_URL=mysql://u:s3cret@h:s3cret/x\n", WrongUsage, "no URL"),
    ],
)
def test_what_cannot_be_a_connection_is_refused(
    project: Path, pagevoo: Platform, text: str, error: type[ConsoleError], told: str
) -> None:
    project.write_text(text)

    with pytest.raises(error, match=told) as caught:
        import_env(project, pagevoo)
    assert "s3cret" not in f"{caught.value.message} {caught.value.hint}"


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path, pagevoo: Platform) -> None:
    with pytest.raises(NotFound):
        import_env(tmp_path / ".env", pagevoo)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=plain", "plain"),
        ("  export A = plain  # why", "plain"),
        ("A=pa#ss", "pa"),
        ("A=", ""),
        ("A=#nothing", ""),
        ("A=a=b==", "a=b=="),
        ("A='it is # $NOT ${NOT} \\n'", "it is # $NOT ${NOT} \\n"),
        (r'A="a \"b\" \\ \$ \n\t"', 'a "b" \\ $ \n\t'),
        ('A="over\ntwo lines"', "over\ntwo lines"),
        ('A="x" # "y"', "x"),
        ("B=1\nA=${B}2${C}", "12${C}"),
        ('B=1\nA="${B} \\${B} $B"', "1 ${B} $B"),
        ("\ufeffA=bom".removeprefix("\ufeff"), "bom"),
        ("B=1\r\nA=windows\r\n", "windows"),
        ("A=1\nA=2", "2"),
        ("A=$(rm -rf /)", None),
        ("A=`id`", "`id`"),
    ],
)
def test_a_value_is_what_the_platform_itself_would_read(text: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(Failed, match="something behind the value"):
            values(text)
    else:
        assert values(text)["A"] == value


def test_our_own_environment_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEVOO_TEST_SECRET", "leak")

    assert values("A=${PAGEVOO_TEST_SECRET}")["A"] == "${PAGEVOO_TEST_SECRET}"


def test_a_second_assignment_is_pointed_out() -> None:
    assert parse_env("A=1\nB=2\nA=3\n", file=".env").warnings == (
        ".env, line 3: A is set a second time; the last one counts",
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=1\nhunter2\n", 2),
        ("A=1\n\nB='hunter2\n", 3),
        ('B="hunter2\n', 1),
        ("B=hunter 2\n", 1),
        ('B="hunter\\q"\n', 1),
        ("A=1\nB=hun\0ter2\n", 2),
        ("1A=hunter2\n", 1),
    ],
)
def test_a_mistake_names_the_line_and_repeats_nothing(text: str, line: int) -> None:
    with pytest.raises(Failed, match=rf"\.env, line {line}: ") as caught:
        values(text)
    assert caught.value.code == "env_file"
    assert "hunter" not in f"{caught.value.message} {caught.value.hint}"


def test_reading_a_file_runs_nothing(tmp_path: Path) -> None:
    values(f"A=`touch\\x20{tmp_path}/ran`\nB='$(touch {tmp_path}/ran)'\n")

    assert os.listdir(tmp_path) == []

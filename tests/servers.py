"""Private, throw-away MariaDB and PostgreSQL servers for tests: fast to start, killed with the test process.

Each server listens on 127.0.0.1 and on a Unix socket, with an administrator who has a password on both.
"""

import base64
import hashlib
import hmac
import itertools
import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import quote

import psycopg
import psycopg.rows
import pymysql
import trustme

from tests.reaper import family, signal_family, status
from tests.runtime import Account, copy_tree, new_directory, remember, template

PASSWORD = "test-p@ss:w%72d"
"""The administrator's password: awkward in a URL on purpose."""

START_TIMEOUT_SECONDS = 60.0

_user_ids = itertools.count(1001)
_names = itertools.count(1)


def fresh_id() -> int:
    """A user id that no other test of this process gets, so that fixed tenant database names never collide."""
    return next(_user_ids)


def fresh_ids(count: int) -> list[int]:
    """As many ids as asked for, ascending."""
    return [fresh_id() for _ in range(count)]


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nobody listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass(frozen=True)
class TlsFiles:
    """A server's certificate and key, and the authority that a client must trust to accept it."""

    authority: Path
    certificate: Path
    key: Path


def make_tls_files(directory: Path, *identities: str) -> TlsFiles:
    """Makes an authority and a certificate for these names and addresses, or for `localhost` and 127.0.0.1."""
    directory.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    issued = authority.issue_cert(*(identities or ("localhost", "127.0.0.1")))
    files = TlsFiles(directory / "ca.pem", directory / "server.pem", directory / "server.key")
    authority.cert_pem.write_to_path(str(files.authority))
    files.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(files.key))
    return files


class DatabaseServer(ABC):
    """A running database server that belongs to this test process.

    `config` are server settings by name; `is_durable` makes it flush to the disk as in production. Usable as a
    context manager.
    """

    engine: ClassVar[str]
    scheme: ClassVar[str]
    _ACCOUNT: ClassVar[str]
    user: ClassVar[str]
    accounts: ClassVar[tuple[str, ...]]

    host = "127.0.0.1"
    password = PASSWORD

    def __init__(
        self, *, config: Mapping[str, str] | None = None, tls: TlsFiles | None = None, is_durable: bool = False
    ):
        self.account = Account.of(*self.accounts)
        self.directory = new_directory(self.engine, self.account)
        self.data_dir = self.directory / "data"
        self.log = self.directory / "server.log"
        self.port = free_port()
        self.config: dict[str, str] = {} if is_durable else dict(self._settings_without_flush())
        if tls:
            self.config.update(self._tls_settings(self._take_over(tls)))
        self.config.update(config or {})
        copy_tree(self._template(), self.data_dir)
        self.account.own(self.data_dir)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    @abstractmethod
    def socket(self) -> str:
        """The Unix socket as a client of this engine wants it: MariaDB's file, PostgreSQL's folder."""

    @abstractmethod
    def admin_connection(self, database: str | None = None) -> Any:
        """A raw autocommitting driver connection of the administrator over TCP. The caller closes it."""

    @abstractmethod
    def databases(self) -> set[str]:
        """Every database there is, the server's own included."""

    @abstractmethod
    def drop(self, database: str) -> None:
        """Drops a database, whoever is connected to it; one that is not there is fine."""

    @abstractmethod
    def logins(self) -> set[str]:
        """Every account that can log in to it, as statements name it."""

    def drop_login(self, account: str) -> None:
        """Drops an account that no database refers to any more."""
        self.execute(f"DROP {self._ACCOUNT} {account}")

    @abstractmethod
    def _template(self) -> Path: ...

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _settings_without_flush(self) -> Mapping[str, str]: ...

    @abstractmethod
    def _tls_settings(self, tls: TlsFiles) -> Mapping[str, str]: ...

    @property
    def pid(self) -> int:
        """The process id of the server; PostgreSQL's postmaster."""
        if self._process is None:
            raise RuntimeError(f"the {self.engine} server is not running")
        return self._process.pid

    def url(self, database: str = "", user: str | None = None) -> str:
        """A SQLAlchemy URL over TCP without a password."""
        return f"{self.scheme}://{quote(user or self.user, safe='')}@{self.host}:{self.port}/{quote(database, safe='')}"

    def fresh_name(self, prefix: str) -> str:
        """A name that this process has not used yet, for a database or an account."""
        return f"{prefix}_{next(_names)}"

    @contextmanager
    def new_database(self, prefix: str = "test") -> Iterator[str]:
        """An empty database with a fresh name, dropped at the end."""
        name = self.fresh_name(prefix)
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            self.drop(name)

    def execute(self, *statements: str, database: str | None = None) -> list[Any]:
        """Runs statements as the administrator; the rows of the last one that answers with rows."""
        rows: list[Any] = []
        connection = self.admin_connection(database)
        try:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
                if cursor.description is not None:
                    rows = list(cursor.fetchall())
        finally:
            connection.close()
        return rows

    def start(self) -> None:
        """Starts the server on the data and the port it had, and waits until it answers."""
        self._process = self.account.start(self._command(), self.directory, self.log)
        self._record = remember(self._process, self.directory)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                self.admin_connection().close()
                return
            except (pymysql.err.OperationalError, psycopg.OperationalError) as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    log = self.log.read_text(errors="replace")[-4000:]
                    raise RuntimeError(f"the {self.engine} server did not start: {error}\n{log}") from error
            time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Ends the server, at once unless another signal is given. Does nothing when it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        if number is signal.SIGKILL:
            signal_family(process.pid, number)
        else:
            process.send_signal(number)
        process.wait(timeout=60)
        self._record.unlink()

    def restart(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Ends the server and starts it again on the same data and port."""
        self.stop(number)
        self.start()

    def pause(self) -> None:
        """Freezes the server with everything it holds open: connections stay up and nothing answers."""
        signal_family(self.pid, signal.SIGSTOP)
        while any(seen and seen[0] not in "TZ" for seen in map(status, family(self.pid))):
            time.sleep(0.001)

    def resume(self) -> None:
        """Lets a paused server go on."""
        signal_family(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """Ends the server and removes its data."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take_over(self, tls: TlsFiles) -> TlsFiles:
        copied = TlsFiles(*(self.directory / path.name for path in (tls.authority, tls.certificate, tls.key)))
        for source, target in zip(
            (tls.authority, tls.certificate, tls.key), (copied.authority, copied.certificate, copied.key), strict=True
        ):
            shutil.copy(source, target)
            self.account.own(target)
        return copied


class MariadbServer(DatabaseServer):
    """A throw-away MariaDB with the defaults of Debian's package."""

    engine = "mysql"
    scheme = "mysql+pymysql"
    _ACCOUNT = "USER"
    user = "root"
    accounts = ("mysql",)

    _INITIAL = (
        "--innodb-log-file-size=8M",
        "--innodb-data-file-path=ibdata1:4M:autoextend",
        "--innodb-undo-tablespaces=0",
    )
    _ADMIN_SQL = "".join(
        f"{statement};\n"
        for statement in (
            "FLUSH PRIVILEGES",
            "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost')",
            "FLUSH PRIVILEGES",
            f"ALTER USER root@localhost IDENTIFIED BY '{PASSWORD}'",
            f"CREATE USER root@'%' IDENTIFIED BY '{PASSWORD}'",
            "GRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION",
        )
    )

    @property
    def socket(self) -> str:
        return str(self.directory / "mysqld.sock")

    def admin_connection(self, database: str | None = None) -> "pymysql.Connection[Any]":
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=database,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=10,
            # Making a TLS context loads the machine's certificates, which costs more than most tests.
            ssl_disabled=True,
        )

    def databases(self) -> set[str]:
        return {str(row[0]) for row in self.execute("SHOW DATABASES")}

    def drop(self, database: str) -> None:
        quoted = database.replace("`", "``")
        self.execute(f"DROP DATABASE IF EXISTS `{quoted}`")

    def logins(self) -> set[str]:
        rows = self.execute("SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User <> ''")
        return {str(name) for (name,) in rows}

    def _template(self) -> Path:
        def build(data_dir: Path) -> None:
            install = _program("mariadb-install-db")
            options = [f"--datadir={data_dir}", *self._INITIAL]
            self.account.run(
                [install, "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", *options],
                data_dir,
            )
            bootstrap = [_program("mariadbd"), "--no-defaults", "--bootstrap", *options]
            self.account.run(bootstrap, data_dir, self._ADMIN_SQL.encode())

        version = _version(_program("mariadbd"))
        return template("mariadb", f"{version} {self._INITIAL} {self._ADMIN_SQL}", self.account, build)

    def _command(self) -> list[str]:
        settings = {
            "datadir": str(self.data_dir),
            "socket": self.socket,
            "pid-file": str(self.directory / "mariadbd.pid"),
            # A starting server removes the temporary tables of every other one that shares its folder for them.
            "tmpdir": str(self.directory),
            "bind-address": self.host,
            "port": str(self.port),
            "skip-name-resolve": "ON",
            "performance-schema": "OFF",
            "character-set-server": "utf8mb4",
            "collation-server": "utf8mb4_general_ci",
            "innodb-buffer-pool-size": "64M",
            "innodb-temp-data-file-path": "ibtmp1:4M:autoextend",
            "max-connections": "200",
            **self.config,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [_program("mariadbd"), "--no-defaults", *self._INITIAL, *options]

    def _settings_without_flush(self) -> Mapping[str, str]:
        return {"innodb-flush-method": "nosync", "innodb-flush-log-at-trx-commit": "2"}

    def _tls_settings(self, tls: TlsFiles) -> Mapping[str, str]:
        return {"ssl-ca": str(tls.authority), "ssl-cert": str(tls.certificate), "ssl-key": str(tls.key)}


class PostgresqlServer(DatabaseServer):
    """A throw-away PostgreSQL cluster, UTF-8 with the C.UTF-8 locale, passwords by SCRAM."""

    engine = "postgresql"
    scheme = "postgresql+psycopg"
    _ACCOUNT = "ROLE"
    user = "postgres"
    accounts = ("postgres",)

    _INITIAL: ClassVar[tuple[str, ...]] = (
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--auth=scram-sha-256",
        "--no-sync",
        "--no-instructions",
    )

    @property
    def socket(self) -> str:
        return str(self.directory)

    def admin_connection(self, database: str | None = None) -> "psycopg.Connection[psycopg.rows.TupleRow]":
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=database or "postgres",
            autocommit=True,
            connect_timeout=10,
        )

    def databases(self) -> set[str]:
        return {str(row[0]) for row in self.execute("SELECT datname FROM pg_database")}

    def drop(self, database: str) -> None:
        quoted = database.replace('"', '""')
        self.execute(f'DROP DATABASE IF EXISTS "{quoted}" WITH (FORCE)')

    def logins(self) -> set[str]:
        rows = self.execute("SELECT quote_ident(rolname) FROM pg_roles WHERE NOT starts_with(rolname, 'pg_')")
        return {str(name) for (name,) in rows}

    def _template(self) -> Path:
        def build(data_dir: Path) -> None:
            password_file = data_dir.parent / "initial-password"
            password_file.write_text(PASSWORD)
            self.account.own(password_file)
            self.account.run(
                [
                    _program("initdb"),
                    f"--pgdata={data_dir / 'cluster'}",
                    f"--username={self.user}",
                    f"--pwfile={password_file}",
                    *self._INITIAL,
                ],
                data_dir,
            )
            password_file.unlink()
            single = [_program("postgres"), "--single", "-D", str(data_dir / "cluster"), "postgres"]
            self.account.run(single, data_dir, f"ALTER ROLE {self.user} PASSWORD '{_quick_verifier()}'\n".encode())

        recipe = f"{_version(_program('postgres'))} {self.user} {self._INITIAL} {PASSWORD} {_quick_verifier()}"
        return template("postgresql", recipe, self.account, build) / "cluster"

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": self.host,
            "port": str(self.port),
            "unix_socket_directories": self.socket,
            "shared_buffers": "32MB",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.config,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [_program("postgres"), "-D", str(self.data_dir), *options]

    def _settings_without_flush(self) -> Mapping[str, str]:
        return {"fsync": "off", "full_page_writes": "off"}

    def _tls_settings(self, tls: TlsFiles) -> Mapping[str, str]:
        return {
            "ssl": "on",
            "ssl_ca_file": str(tls.authority),
            "ssl_cert_file": str(tls.certificate),
            "ssl_key_file": str(tls.key),
        }


def start_mariadb(
    *, config: Mapping[str, str] | None = None, tls: TlsFiles | None = None, is_durable: bool = False
) -> MariadbServer:
    """Starts a MariaDB of one's own, for a test that bends or breaks it; use it in a `with`."""
    return MariadbServer(config=config, tls=tls, is_durable=is_durable)


def start_postgresql(
    *, config: Mapping[str, str] | None = None, tls: TlsFiles | None = None, is_durable: bool = False
) -> PostgresqlServer:
    """Starts a PostgreSQL of one's own, for a test that bends or breaks it; use it in a `with`."""
    return PostgresqlServer(config=config, tls=tls, is_durable=is_durable)


@cache
def _quick_verifier() -> str:
    """What PostgreSQL keeps of the password, with one iteration instead of 4096: a third of every login's time."""
    salt = b"sixteen bytes.  "
    salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 1)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    keys = (base64.b64encode(key).decode() for key in (stored, hmac.digest(salted, b"Server Key", "sha256")))
    return f"SCRAM-SHA-256$1:{base64.b64encode(salt).decode()}${':'.join(keys)}"


@cache
def _program(name: str) -> str:
    """Finds a server program: Debian keeps PostgreSQL's away from PATH, and a plain user's PATH has no sbin."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    places = [os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/bin", *map(str, versions)]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        raise RuntimeError(f"{name} is not installed; `./run test` installs it")
    return found


@cache
def _version(program: str) -> str:
    return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()

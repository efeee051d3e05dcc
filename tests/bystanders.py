"""Tenants whom nothing concerns: three on each engine stand by while the tests run, and are what they were at the end.

Their names are those that a careless console would take for its own: what matches a tenant's or a leftover's where `_`
is a wildcard. They are read through the plain driver alone, object by object, row by row, with the numbers under which
the server keeps them: to drop one and to make it again alike is a change too.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.servers import DatabaseServer

NAMES = ("pagevooXwebsite_1001", "pagevooXscratch_1", "storefront_tenant_7")
"""Of databases: the first tenant's where an underscore is a wildcard, a leftover too, another platform's."""

ACCOUNT = "bystander"
"""Who works in the first of them."""

Sight = Mapping[str, str]
"""What was seen of each thing, by what it is."""

_TABLES = (
    "CREATE TABLE feature_settings (id INTEGER PRIMARY KEY, feature_type VARCHAR(40), setting_key VARCHAR(80),"
    " setting_value VARCHAR(80))",
    "CREATE TABLE bookings (id INTEGER PRIMARY KEY, guest VARCHAR(80) NOT NULL, price DECIMAL(10, 2), starts_at"
    " TIMESTAMP NULL, setting INTEGER REFERENCES feature_settings (id))",
    "INSERT INTO feature_settings VALUES (1, 'core', 'kept', '\"yes\"'), (2, 'booking', 'open', NULL)",
    "INSERT INTO bookings VALUES (1, 'Ada', 10.50, '2024-02-29 12:00:00', 1), (2, 'Ądam 日', NULL, NULL, NULL)",
    "CREATE VIEW guests AS SELECT guest FROM bookings",
)
_TRIGGERS = {
    "mysql": ("CREATE TRIGGER priced BEFORE INSERT ON bookings FOR EACH ROW SET NEW.price = IFNULL(NEW.price, 0)",),
    "postgresql": (
        "CREATE FUNCTION priced() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.price = 0; RETURN NEW; END'",
        "CREATE TRIGGER priced BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION priced()",
    ),
    "sqlite": ("CREATE TRIGGER priced AFTER INSERT ON bookings BEGIN UPDATE bookings SET price = 0; END",),
}
_ACCOUNTS = {
    "mysql": (
        f"CREATE USER {ACCOUNT}@'%' IDENTIFIED BY 'stands by'",
        f"GRANT ALL ON `{NAMES[0].replace('_', chr(92) + '_')}`.* TO {ACCOUNT}@'%'",
    ),
    "postgresql": (
        f"CREATE ROLE {ACCOUNT} LOGIN PASSWORD 'stands by'",
        f'GRANT ALL ON DATABASE "{NAMES[0]}" TO {ACCOUNT}',
    ),
}
_SERVER_SEES = {
    "mysql": {
        "the account": "SELECT * FROM mysql.global_priv WHERE User = %(account)s",
        "the account's rights": "SELECT * FROM mysql.db WHERE User = %(account)s",
        "the database {0}": "SELECT * FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = %(database)s",
        "the numbers of the tables of {0}": "SELECT NAME, TABLE_ID FROM information_schema.INNODB_SYS_TABLES"
        " WHERE NAME LIKE CONCAT(REPLACE(%(database)s, '_', '!_'), '/%%') ESCAPE '!' ORDER BY NAME",
        "columns in {0}": "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA FROM"
        " information_schema.COLUMNS WHERE TABLE_SCHEMA = %(database)s ORDER BY 1, ORDINAL_POSITION",
        "triggers in {0}": "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION,"
        " ACTION_STATEMENT, DEFINER, CREATED FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = %(database)s",
        "programs in {0}": "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = %(database)s"
        " UNION SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = %(database)s",
    },
    "postgresql": {
        "the account": "SELECT * FROM pg_authid WHERE rolname = %(account)s",
        "the database {0}": "SELECT oid, datname, datdba, datallowconn, datconnlimit, datacl::text,"
        " shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %(database)s",
        "settings of {0}": "SELECT s.* FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
        " WHERE datname = %(database)s",
    },
}
_INSIDE_SEES = {
    "mysql": {},
    "postgresql": {
        "relations in {0}": "SELECT oid, relname, relkind, relfilenode, relowner, relacl::text, relnamespace"
        " FROM pg_class WHERE oid >= 16384 ORDER BY oid",
        "columns in {0}": "SELECT attrelid, attname, atttypid, attnotnull FROM pg_attribute WHERE attrelid >= 16384"
        " AND attnum > 0 ORDER BY attrelid, attnum",
        "triggers in {0}": "SELECT oid, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger ORDER BY oid",
        "functions in {0}": "SELECT oid, proname, prosrc FROM pg_proc WHERE oid >= 16384 ORDER BY oid",
        "schemas in {0}": "SELECT oid, nspname, nspacl::text FROM pg_namespace ORDER BY oid",
    },
}
_ROWS = {"mysql": "SELECT * FROM {0} ORDER BY 1", "postgresql": "SELECT ctid, xmin, * FROM {0} ORDER BY id"}


@contextmanager
def standing_by(server: DatabaseServer, names: tuple[str, ...] = NAMES) -> Iterator[None]:
    """Bystanders on a server; AssertionError at the end if anything of them is not what it was."""
    make(server, names)
    before = seen(server, names)
    yield
    changes = differences(before, seen(server, names))
    assert not changes, f"somebody touched bystanders on {server.engine}: {'; '.join(changes)}"


def make(server: DatabaseServer, names: tuple[str, ...] = NAMES) -> None:
    """Make the databases, and the account of the first where it does not exist yet."""
    quote = "`" if server.engine == "mysql" else '"'
    server.execute(*(f"CREATE DATABASE {quote}{name}{quote}" for name in names))
    for name in names:
        server.execute(*_TABLES, *_TRIGGERS[server.engine], database=name)
    if names == NAMES:
        server.execute(*_ACCOUNTS[server.engine])


def seen(server: DatabaseServer, names: tuple[str, ...] = NAMES) -> Sight:
    """All that can be seen of the bystanders. A database that is gone is a thing that cannot be read."""
    found: dict[str, str] = {}
    for name in names:
        words = {"database": name, "account": ACCOUNT}
        with closing(server.admin_connection()) as connection:
            _look(connection, {what: (ask, words) for what, ask in _SERVER_SEES[server.engine].items()}, name, found)
        try:
            inside = server.admin_connection(name)
        except Exception as error:
            found[f"the way into {name}"] = str(error)
            continue
        with closing(inside):
            _look(inside, {what: (ask, None) for what, ask in _INSIDE_SEES[server.engine].items()}, name, found)
            rows = {
                f"rows of {table} in {{0}}": (_ROWS[server.engine].format(table), None)
                for table in ("feature_settings", "bookings")
            }
            _look(inside, rows, name, found)
    return found


def differences(before: Sight, after: Sight) -> list[str]:
    """What is not what it was."""
    return sorted(what for what in before.keys() | after.keys() if before.get(what) != after.get(what))


def _look(connection: Any, questions: Mapping[str, tuple[str, Any]], name: str, found: dict[str, str]) -> None:
    with closing(connection.cursor()) as cursor:
        for what, (question, words) in questions.items():
            try:
                cursor.execute(question, words)
                found[what.format(name)] = repr(cursor.fetchall())
            except Exception as error:
                found[what.format(name)] = str(error)


@contextmanager
def files_standing_by(folder: Path) -> Iterator[None]:
    """Bystanders among the files of a folder; AssertionError at the end if one byte or mode of them has changed."""
    for name in NAMES:
        with closing(sqlite3.connect(folder / f"{name}.db")) as connection:
            for statement in (*_TABLES, *_TRIGGERS["sqlite"]):
                connection.execute(statement)
            connection.commit()
    before = files_seen(folder)
    yield
    changes = differences(before, files_seen(folder))
    assert not changes, f"somebody touched bystanders in {folder}: {'; '.join(changes)}"


def files_seen(folder: Path) -> Sight:
    """Number, mode, time and content of each file, and whatever lies beside it under its name."""
    found: dict[str, str] = {}
    for name in NAMES:
        found[f"the file {name}"] = "gone"
        for path in sorted(folder.glob(f"{name}*")):
            known = path.stat()
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[f"the file {path.stem}"] = f"{path.name} {known.st_ino} {known.st_mode} {known.st_mtime_ns} {digest}"
    return found

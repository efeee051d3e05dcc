r"""Accounts of a MySQL or MariaDB server and what they are granted.

In a grant `_` and `%` stand for any character and any characters unless `\` stands before them: a grant on
`pagevoo_website_1` lets its account into `pagevooXwebsite_1` too. Nothing is granted here without the escape.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pagevoo_console.domain.errors import Failed
from pagevoo_console.services.engines.administration import AccountState, DatabaseGrant
from pagevoo_console.services.engines.mysql_databases import meaning, quoted
from pagevoo_console.services.engines.mysql_session import MysqlConnection

PRIVILEGES = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE", "SHOW VIEW", "LOCK TABLES", "CREATE TEMPORARY TABLES",
)  # fmt: skip
"""What a website needs on its own database. No CREATE, DROP or TRIGGER: schemas are the platform's to change."""

_LONGEST_NAME = 32
_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class MysqlGrant(DatabaseGrant):
    """A grant on every database that the pattern means."""

    @property
    def literal(self) -> str:
        return re.sub(r"\\([_%])", r"\1", self.pattern)

    @property
    def has_wildcard(self) -> bool:
        return re.search(r"(?<!\\)[_%]", self.pattern) is not None

    def meant(self, databases: Iterable[str]) -> list[str]:
        if not self.has_wildcard:
            literal = self.literal
            return sorted(name for name in databases if name == literal)
        length = None if "%" in self.pattern else len(self.literal)
        same = (name for name in databases if length is None or len(name) == length)
        expression = meaning(self.pattern)
        return sorted(name for name in same if expression.fullmatch(name))


def escaped(name: str) -> str:
    """A database's name as a grant's pattern that means this database alone."""
    return re.sub(r"([_%])", r"\\\1", name)


def account_name(prefix: str, tenant: str) -> str:
    """Within the 32 characters that MySQL allows; an id that does not fit stands in it as a hash."""
    name = f"{prefix}{tenant}"
    if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name):
        return name
    return prefix + hashlib.sha256(tenant.encode()).hexdigest()[: _LONGEST_NAME - len(prefix)]


def shown(connection: MysqlConnection, account: str, host: str) -> str:
    """An account as statements name it; a role of MariaDB has no host."""
    name = str(connection.escape(account))
    return f"{name}@{connection.escape(host)}" if host or not connection.is_mariadb else name


def accounts(connection: MysqlConnection) -> frozenset[tuple[str, str]]:
    """(name, host) of every account that ours may see."""
    rows = connection.rows("SELECT DISTINCT GRANTEE FROM information_schema.USER_PRIVILEGES")
    return frozenset(_account(str(grantee)) for (grantee,) in rows)


def definers(connection: MysqlConnection, wanted: set[str]) -> dict[str, str]:
    """Those of these `user@host` that are there and are not ourselves, as statements name them."""
    others = wanted - {"", str(connection.value("SELECT CURRENT_USER()"))}
    there = accounts(connection) if others else frozenset()
    parted = {definer: definer.rpartition("@") for definer in others}
    return {
        definer: shown(connection, name, host) for definer, (name, _, host) in parted.items() if (name, host) in there
    }


def grants(connection: MysqlConnection) -> tuple[DatabaseGrant, ...]:
    """Every grant on databases, sorted; the ones that ours may see, where it may not see all."""
    found: dict[tuple[str, str, str], tuple[set[str], bool]] = {}
    for grantee, pattern, privilege, grantable in connection.rows(
        "SELECT GRANTEE, TABLE_SCHEMA, PRIVILEGE_TYPE, IS_GRANTABLE FROM information_schema.SCHEMA_PRIVILEGES"
    ):
        key = (*_account(str(grantee)), str(pattern))
        names, was_grantable = found.setdefault(key, (set(), False))
        names.add(str(privilege))
        found[key] = (names, was_grantable or grantable == "YES")
    return tuple(
        MysqlGrant(account, host, pattern, tuple(sorted(names)), is_grantable)
        for (account, host, pattern), (names, is_grantable) in sorted(found.items())
    )


def change_grant(connection: MysqlConnection, grant: DatabaseGrant, remove: Sequence[str], add: Sequence[str]) -> None:
    """Give first, then take, so that nobody is locked out in between."""
    who = shown(connection, grant.account, grant.host)
    if (grant.account, grant.host) not in accounts(connection) and grant.host:
        return
    _never_make_accounts(connection)
    tail = " WITH GRANT OPTION" if grant.is_grantable else ""
    for pattern in add:
        connection.run(f"GRANT {', '.join(grant.privileges)} ON {quoted(pattern)}.* TO {who}{tail}")
    there = {one.pattern for one in grants(connection) if (one.account, one.host) == (grant.account, grant.host)}
    for pattern in remove:
        if pattern in there:
            what = f"{', '.join(grant.privileges)}{', GRANT OPTION' if grant.is_grantable else ''}"
            connection.run(f"REVOKE {what} ON {quoted(pattern)}.* FROM {who}")


def statements(connection: MysqlConnection, account: str, host: str, database: str) -> tuple[str, ...]:
    who = shown(connection, account, host)
    return (f"CREATE USER {who} IDENTIFIED BY …", _grant(who, database))


def state(
    connection: MysqlConnection, account: str, host: str, database: str, databases: Sequence[str]
) -> AccountState:
    """What it lacks on its own database, and what it reaches beyond it: by name, pattern, table or globally."""
    if (account, host) not in accounts(connection):
        return AccountState(False)
    mine = [grant for grant in grants(connection) if (grant.account, grant.host) == (account, host)]
    here = {name for grant in mine if grant.pattern == escaped(database) for name in grant.privileges}
    reaches = {name for grant in mine for name in grant.meant(databases) if name != database}
    grantee = f"'{account}'@'{host}'"
    everywhere = connection.rows(
        "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = %s", [grantee]
    )
    if {str(name) for (name,) in everywhere} - {"USAGE"}:
        reaches.add("*")
    tables = connection.rows(
        "SELECT DISTINCT TABLE_SCHEMA FROM information_schema.TABLE_PRIVILEGES WHERE GRANTEE = %s", [grantee]
    )
    reaches |= {str(name) for (name,) in tables if name != database}
    return AccountState(True, tuple(name for name in PRIVILEGES if name not in here), tuple(sorted(reaches)))


def create(connection: MysqlConnection, account: str, host: str) -> None:
    """With a password that nobody knows, so that nobody gets in before it is given one."""
    who = shown(connection, account, host)
    connection.run(f"CREATE USER IF NOT EXISTS {who} {_identified(connection, secrets.token_urlsafe(32))}")


def set_password(connection: MysqlConnection, account: str, host: str, password: str) -> None:
    connection.run(f"ALTER USER {shown(connection, account, host)} {_identified(connection, password)}")


def grant(connection: MysqlConnection, account: str, host: str, database: str) -> None:
    if (account, host) not in accounts(connection):
        raise Failed(f"The account {account!r} is gone", hint="Resume the operation, which makes it again.")
    _never_make_accounts(connection)
    connection.run(_grant(shown(connection, account, host), database))


def drop(connection: MysqlConnection, account: str, host: str) -> None:
    connection.run(f"DROP USER IF EXISTS {shown(connection, account, host)}")


def _grant(who: str, database: str) -> str:
    return f"GRANT {', '.join(PRIVILEGES)} ON {quoted(escaped(database))}.* TO {who}"


def _identified(connection: MysqlConnection, password: str) -> str:
    """MariaDB writes a password in plain text into its general log, so that it is handed the hash; MySQL hides it."""
    if not connection.is_mariadb:
        return f"IDENTIFIED BY {connection.escape(password)}"
    digest = hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()
    return f"IDENTIFIED BY PASSWORD '*{digest}'"


def _never_make_accounts(connection: MysqlConnection) -> None:
    """A GRANT to an account that has gone would make it anew on MariaDB, without a password."""
    if connection.is_mariadb:
        connection.run("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_CREATE_USER')")


def _account(grantee: str) -> tuple[str, str]:
    """`'name'@'host'` as the catalogue writes it, quotes within a name left as they are."""
    name, _, host = grantee.removeprefix("'").removesuffix("'").rpartition("'@'")
    return name, host

"""Who may do what with each object. A grant to everybody is part of the schema; one to a role is kept where it exists.

Grants are given by whoever restores, who owns everything then. Which server has which roles is no property of a
database: what a role was granted is left out of its fingerprint.
"""

from __future__ import annotations

from dataclasses import dataclass

from pagevoo_console.services.engines.postgresql_definitions import OURS, Definition, Phase, no_member, rows_of
from pagevoo_console.services.engines.postgresql_freeze import our_function
from pagevoo_console.services.engines.postgresql_names import literal, quote
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_Holder = tuple[str, str, bool, bool]
"""Of which object, which role, whether that is everybody, and whether it is the owner."""

ROLE_PRIVILEGE = "privilege of a role"
"""The kind of a definition that does nothing on a server without the role."""

_OBJECTS = (
    "SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || quote_ident(nspname) || '.' ||"
    " quote_ident(relname) AS object, '' AS part, relowner AS owner, relacl AS acl,"
    " pg_catalog.acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", relowner) AS usual"
    " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = relnamespace"
    f" WHERE relacl IS NOT NULL AND relkind IN ('r', 'p', 'v', 'm', 'S') AND {OURS}"
    f" AND {no_member('pg_class', 'c.oid')}"
    " UNION ALL SELECT 'TABLE ' || quote_ident(nspname) || '.' || quote_ident(relname), ' (' || quote_ident(attname) ||"
    " ')', relowner, attacl, pg_catalog.acldefault('c', relowner) FROM pg_catalog.pg_attribute AS a"
    " JOIN pg_catalog.pg_class AS c ON c.oid = attrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = relnamespace"
    f" WHERE attacl IS NOT NULL AND NOT attisdropped AND {OURS} AND {no_member('pg_class', 'c.oid')}"
    " UNION ALL SELECT 'ROUTINE ' || p.oid::regprocedure::text, '', proowner, proacl,"
    " pg_catalog.acldefault('f', proowner) FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n"
    f" ON n.oid = pronamespace WHERE proacl IS NOT NULL AND {OURS} AND NOT {our_function('p')}"
    f" AND {no_member('pg_proc', 'p.oid')}"
    " UNION ALL SELECT 'TYPE ' || t.oid::regtype::text, '', typowner, typacl, pg_catalog.acldefault('T', typowner)"
    " FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = typnamespace"
    f" WHERE typacl IS NOT NULL AND {OURS} AND {no_member('pg_type', 't.oid')}"
    " UNION ALL SELECT 'SCHEMA ' || quote_ident(nspname), '', nspowner, nspacl, coalesce((SELECT initprivs"
    "  FROM pg_catalog.pg_init_privs WHERE objoid = n.oid AND classoid = 'pg_catalog.pg_namespace'::regclass),"
    "  pg_catalog.acldefault('n', nspowner)) FROM pg_catalog.pg_namespace AS n"
    f" WHERE nspacl IS NOT NULL AND {OURS} AND {no_member('pg_namespace', 'n.oid')}"
    " UNION ALL SELECT 'LARGE OBJECT ' || oid, '', lomowner, lomacl, pg_catalog.acldefault('L', lomowner)"
    " FROM pg_catalog.pg_largeobject_metadata WHERE lomacl IS NOT NULL"
)

_PRIVILEGES = (
    "SELECT object, part, e.grantee = owner, CASE WHEN e.grantee <> 0 THEN pg_catalog.pg_get_userbyid(e.grantee) END,"
    f" e.privilege_type, e.is_grantable, is_held FROM ({_OBJECTS}) AS o, LATERAL (SELECT *, true AS is_held"
    "  FROM pg_catalog.aclexplode(acl) UNION ALL SELECT *, false FROM pg_catalog.aclexplode(usual)) AS e"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A privilege that differs from what an object has when it is made. `role` is None for everybody."""

    of: str
    is_owners: bool
    role: str | None
    is_given: bool
    is_grantable: bool
    privileges: str

    @property
    def statement(self) -> str:
        who = "PUBLIC" if self.role is None else quote(self.role)
        if self.is_given:
            tail = " WITH GRANT OPTION" if self.is_grantable else ""
            return f"GRANT {self.privileges} ON {self.of} TO {who}{tail};"
        return f"REVOKE {self.privileges} ON {self.of} FROM {who};"


def grants(connection: WatchedConnection) -> list[Definition]:
    """Those to everybody, and those to roles as statements that do nothing, with a warning, where there is no role."""
    made = []
    for change in _changes(connection):
        if change.is_owners:
            continue
        if change.role is None:
            name = f"{change.of}: {change.privileges}"
            made.append(Definition("privilege", name, Phase.PRIVILEGES, change.statement))
            continue
        missing = f"role {change.role} does not exist: {change.privileges} on {change.of} left out"
        body = (
            f"BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {literal(change.role)}) THEN"
            f" {change.statement} ELSE RAISE WARNING '%', {literal(missing)}; END IF; END"
        )
        label = f"{change.of}: {change.privileges} of {change.role}"
        made.append(Definition(ROLE_PRIVILEGE, label, Phase.PRIVILEGES, f"DO {literal(body)};"))
    return made


def grant_losses(connection: WatchedConnection) -> list[str]:
    """What roles lose on a server that does not have them, and what owners had taken from themselves."""
    found = set()
    for change in _changes(connection):
        if change.is_owners and not change.is_given:
            found.add(f"that the owner of {change.of} may not {change.privileges}")
        elif not change.is_owners and change.role is not None:
            found.add(f"privileges of role {quote(change.role)}, on a server that has no such role")
    return sorted(found)


def _changes(connection: WatchedConnection) -> list[Change]:
    held: dict[_Holder, dict[str, bool]] = {}
    usual: dict[_Holder, dict[str, bool]] = {}
    for of, part, is_owners, role, privilege, is_grantable, is_held in rows_of(connection, _PRIVILEGES):
        privileges = (held if is_held else usual).setdefault((of, role or "", role is None, is_owners), {})
        name = privilege + part
        privileges[name] = privileges.get(name, False) or is_grantable
    found = []
    for holder in sorted(held.keys() | usual.keys()):
        of, role, is_public, is_owners = holder
        now, before = held.get(holder, {}), usual.get(holder, {})
        named = None if is_public else role
        for is_grantable in (False, True):
            given = sorted(
                name for name, passes in now.items() if passes == is_grantable and before.get(name) != passes
            )
            if given:
                found.append(Change(of, is_owners, named, True, is_grantable, ", ".join(given)))
        taken = sorted(before.keys() - now.keys())
        if taken:
            found.append(Change(of, is_owners, named, False, False, ", ".join(taken)))
    return found

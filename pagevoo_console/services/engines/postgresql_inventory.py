"""What a dump cannot represent, by name: refused before the first byte, or listed among its losses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pagevoo_console.domain.errors import MissingPrivilege, Unsupported
from pagevoo_console.services.engines.postgresql_databases import foreign_comment
from pagevoo_console.services.engines.postgresql_definitions import OURS, no_member, rows_of
from pagevoo_console.services.engines.postgresql_freeze import our_function
from pagevoo_console.services.engines.postgresql_grants import grant_losses
from pagevoo_console.services.engines.postgresql_inheritance import inheritance_losses
from pagevoo_console.services.engines.postgresql_policies import hidden_tables
from pagevoo_console.services.engines.postgresql_session import WatchedConnection
from pagevoo_console.services.engines.postgresql_settings import commented_kinds
from pagevoo_console.services.engines.postgresql_superusers import SUPERUSERS_KINDS, superusers_losses

_FIRST_USER_OID = 16384

_CATALOGUES: tuple[tuple[str, str], ...] = (
    ("pg_am", "true"),
    ("pg_class", "relkind NOT IN ('r', 'p', 'v', 'm', 'S', 'c', 'i', 'I', 't')"),
    ("pg_class", "relkind = 'r' AND relam <> (SELECT a.oid FROM pg_catalog.pg_am AS a WHERE a.amname = 'heap')"),
    ("pg_class", "reloftype <> 0"),
    (
        "pg_class",
        "relkind = 'p' AND EXISTS (SELECT FROM pg_catalog.pg_partitioned_table AS k"
        " JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.partrelid AND a.attnum = ANY (k.partattrs)"
        " JOIN pg_catalog.pg_type AS e ON e.oid = a.atttypid"
        " WHERE k.partrelid = o.oid AND k.partstrat = 'h' AND e.typtype = 'e')",  # hashed by numbers of the old server
    ),
    ("pg_conversion", "true"),
    ("pg_foreign_data_wrapper", "true"),
    ("pg_foreign_server", "true"),
    ("pg_language", "true"),
    ("pg_opclass", "true"),
    ("pg_operator", "oprcode = 0"),
    ("pg_opfamily", "true"),
    ("pg_proc", "prolang = (SELECT l.oid FROM pg_catalog.pg_language AS l WHERE l.lanname IN ('c'))"),
    ("pg_transform", "true"),
    ("pg_ts_parser", "true"),
    ("pg_ts_template", "true"),
    ("pg_type", "typtype = 'p' OR NOT typisdefined"),
    ("pg_type", "typtype = 'b' AND NOT EXISTS (SELECT FROM pg_catalog.pg_type AS e WHERE e.typarray = o.oid)"),
    (
        "pg_type",
        "typtype = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_range AS r WHERE r.rngtypid = o.oid AND"
        " (r.rngcanonical <> 0"
        " OR NOT (SELECT c.opcdefault FROM pg_catalog.pg_opclass AS c WHERE c.oid = r.rngsubopc)))",
    ),
)
"""Each catalogue with the condition under which an object in it, an `o`, is one that we cannot write down."""

_HINT = (
    "Dump this database with pg_dump, which knows them; or drop these objects. A deletion can go on without a backup"
    " of ours only with --no-backup and a reason."
)


def refused_objects(connection: WatchedConnection) -> list[str]:
    """The objects of the database that no statement of ours represents, as people name them. Reads only."""
    parts = [
        f"SELECT d.type || ' ' || d.identity FROM pg_catalog.{catalogue} AS o,"
        f" pg_catalog.pg_identify_object('pg_catalog.{catalogue}'::regclass, o.oid, 0) AS d"
        f" WHERE o.oid >= {_FIRST_USER_OID} AND ({condition}) AND {no_member(catalogue, 'o.oid')}"
        " AND coalesce(d.schema, '') NOT LIKE 'pg\\_%'"
        for catalogue, condition in _CATALOGUES
    ]
    named = {name for (name,) in rows_of(connection, " UNION ALL ".join(parts))}
    named |= {f"subscription {name}" for (name,) in rows_of(connection, _SUBSCRIPTIONS)}
    named |= set(_users_rows_in_extensions(connection))
    named |= {
        f"comment on {kind} {identity}"
        for kind, identity in rows_of(
            connection,
            "SELECT object.type, object.identity FROM pg_catalog.pg_description AS d,"
            " pg_catalog.pg_identify_object(classoid, objoid, objsubid) AS object"
            f" WHERE objoid >= {_FIRST_USER_OID} AND object.identity IS NOT NULL"  # a subscription leaves its comment
            " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS member"
            "  WHERE member.deptype = 'e' AND member.classid = d.classoid AND member.objid = d.objoid)",
        )
        if kind not in commented_kinds() | SUPERUSERS_KINDS
    }
    encoding = rows_of(connection, "SELECT pg_catalog.getdatabaseencoding()")[0][0]
    if encoding == "SQL_ASCII":
        named.add("encoding SQL_ASCII, under which bytes have no meaning as text")
    return sorted(named)


_SUBSCRIPTIONS = (
    "SELECT subname FROM pg_catalog.pg_subscription WHERE subdbid ="
    " (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
)


def _users_rows_in_extensions(connection: WatchedConnection) -> Iterator[str]:
    """An extension makes its own tables again, but not the rows in them that it says are its user's."""
    for extension, table, is_sequence, condition in rows_of(
        connection,
        "SELECT extname, config::regclass::text, relkind = 'S', condition FROM pg_catalog.pg_extension,"
        " LATERAL unnest(extconfig, extcondition) AS each(config, condition)"
        " JOIN pg_catalog.pg_class AS c ON c.oid = config WHERE extname <> 'plpgsql'",
    ):
        used = "SELECT is_called FROM {}" if is_sequence else "SELECT EXISTS (SELECT FROM {} {})"
        ((is_used,),) = rows_of(connection, used.format(table, condition))
        if is_used:
            yield f"rows of table {table}, which extension {extension} leaves to its user"


def ensure_dumpable(connection: WatchedConnection) -> None:
    """Raises Unsupported naming what cannot be dumped, MissingPrivilege naming what the account cannot read."""
    refused = refused_objects(connection)
    if refused:
        raise Unsupported(
            f"This database holds what cannot be backed up faithfully: {_some(refused)}",
            code="unsupported_object",
            hint=_HINT,
        )
    unreadable = [
        name
        for (name,) in rows_of(
            connection,
            "SELECT c.oid::regclass::text FROM pg_catalog.pg_class AS c"
            " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
            f" WHERE c.relkind IN ('r', 'p', 'S') AND {OURS} AND {no_member('pg_class', 'c.oid')}"
            " AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND CASE c.relkind"
            "  WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')"
            "  ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END) ORDER BY 1",
        )
    ]
    if unreadable:
        raise MissingPrivilege(
            f"This account may not read everything: SELECT is missing on {_some(unreadable)}",
            hint="A backup of a part would pass for one of the whole. Grant SELECT, or use the owner's account.",
        )
    hidden = hidden_tables(connection)
    if hidden:
        raise MissingPrivilege(
            f"Row level security keeps this account from seeing every row of {_some(hidden)}",
            hint="Connect as the owner of these tables, or as a role with BYPASSRLS: a part would pass for the whole.",
        )
    missing = [
        name
        for (name,) in rows_of(
            connection,
            "SELECT extname FROM pg_catalog.pg_extension AS e WHERE extname <> 'plpgsql'"
            " AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)"
            " AND NOT EXISTS (SELECT FROM pg_catalog.pg_available_extension_versions AS v"
            "  WHERE v.name = e.extname AND v.version = e.extversion AND v.trusted) ORDER BY 1",
        )
    ]
    if missing:
        raise Unsupported(
            f"Only a superuser can restore these extensions: {_some(missing)}",
            code="unsupported_object",
            hint="Connect as a superuser to back this database up.",
        )


def losses(connection: WatchedConnection) -> tuple[str, ...]:
    """What a restore leaves out without any object being lost: owners, privileges, places and settings."""
    statements: Iterable[str] = (_OWNERS, _PRIVILEGES, _PLACES, _DATABASE, _BROKEN)
    found = {text for statement in statements for (text,) in rows_of(connection, statement)}
    ((encoding, comment),) = rows_of(
        connection,
        "SELECT pg_catalog.getdatabaseencoding(), pg_catalog.shobj_description(oid, 'pg_database')"
        " FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
    )
    if encoding != "UTF8":
        found.add(f"the encoding {encoding}: a copy keeps the same text in UTF8")
    if foreign_comment(comment):
        found.add("the comment on the database")
    found.update(inheritance_losses(connection), grant_losses(connection), superusers_losses(connection))
    return tuple(sorted(found))


_OWNERS = (
    "SELECT 'owner ' || quote_ident(pg_catalog.pg_get_userbyid(owner)) || ' of ' || identity FROM ("
    " SELECT c.relowner AS owner, d.type || ' ' || d.identity AS identity, n.nspname, c.oid, 'pg_class' AS catalogue"
    "  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace,"
    "  pg_catalog.pg_identify_object('pg_catalog.pg_class'::regclass, c.oid, 0) AS d WHERE c.relkind IN ('r',"
    " 'p', 'v', 'm', 'S')"
    f"  AND {no_member('pg_class', 'c.oid')}"
    " UNION ALL SELECT p.proowner, d.type || ' ' || d.identity, n.nspname, p.oid, 'pg_proc' FROM"
    " pg_catalog.pg_proc AS p"
    "  JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace,"
    "  pg_catalog.pg_identify_object('pg_catalog.pg_proc'::regclass, p.oid, 0) AS d"
    f"  WHERE p.oid >= {_FIRST_USER_OID} AND {no_member('pg_proc', 'p.oid')} AND NOT {our_function('p')}"
    "   AND NOT EXISTS (SELECT"
    "   FROM pg_catalog.pg_depend AS i WHERE i.classid = 'pg_catalog.pg_proc'::regclass AND i.objid = p.oid"
    "   AND i.deptype = 'i')"
    " UNION ALL SELECT n.nspowner, 'schema ' || quote_ident(n.nspname), n.nspname, n.oid, 'pg_namespace'"
    f"  FROM pg_catalog.pg_namespace AS n WHERE n.nspname <> 'public' AND {no_member('pg_namespace', 'n.oid')}"
    " UNION ALL SELECT t.typowner, d.type || ' ' || d.identity, n.nspname, t.oid, 'pg_type' FROM"
    " pg_catalog.pg_type AS t"
    "  JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace,"
    "  pg_catalog.pg_identify_object('pg_catalog.pg_type'::regclass, t.oid, 0) AS d"
    f"  WHERE t.typtype IN ('e', 'd', 'r') AND t.oid >= {_FIRST_USER_OID} AND {no_member('pg_type', 't.oid')}"
    f") AS n WHERE {OURS} AND owner <> (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)"
)

_PRIVILEGES = (
    "SELECT 'default privileges of ' || quote_ident(pg_catalog.pg_get_userbyid(defaclrole))"
    "  FROM pg_catalog.pg_default_acl"
    " UNION ALL SELECT 'security label of ' || objtype || ' ' || objname FROM pg_catalog.pg_seclabels"
    "  WHERE objtype NOT IN ('database', 'role', 'tablespace')"
)

_PLACES = (
    "SELECT 'tablespace of ' || c.oid::regclass::text FROM pg_catalog.pg_class AS c"
    " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    f" WHERE c.reltablespace <> 0 AND {OURS} AND {no_member('pg_class', 'c.oid')}"
)

_DATABASE = (
    "SELECT 'setting ' || split_part(setting, '=', 1) || ' of the database' FROM pg_catalog.pg_db_role_setting,"
    " unnest(setconfig) AS setting"
    " WHERE setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
    " UNION ALL SELECT 'privileges on the database' FROM pg_catalog.pg_database"
    " WHERE datname = pg_catalog.current_database() AND datacl IS NOT NULL"
)

_BROKEN = (
    "SELECT 'invalid index ' || indexrelid::regclass::text FROM pg_catalog.pg_index"
    " JOIN pg_catalog.pg_class AS c ON c.oid = indexrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    f" WHERE NOT indisvalid AND c.relkind = 'i' AND {OURS}"
    " UNION ALL SELECT 'owner ' || quote_ident(pg_catalog.pg_get_userbyid(lomowner)) || ' of large object ' || oid"
    "  FROM pg_catalog.pg_largeobject_metadata WHERE lomowner <> (SELECT oid FROM pg_catalog.pg_roles"
    "   WHERE rolname = current_user)"
    " UNION ALL SELECT 'disabled foreign key checks of ' || tgrelid::regclass::text FROM pg_catalog.pg_trigger"
    " JOIN pg_catalog.pg_class AS c ON c.oid = tgrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    f" WHERE tgisinternal AND tgenabled <> 'O' AND {OURS}"
)


def _some(names: list[str]) -> str:
    """Every name of a short list; of a long one the first, and how many more there are."""
    if len(names) <= 20:
        return ", ".join(names)
    return f"{', '.join(names[:20])} and {len(names) - 20} more"

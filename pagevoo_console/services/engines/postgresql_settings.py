"""Smaller things that belong to relations, and the comments on everything."""

from __future__ import annotations

from pagevoo_console.services.engines.postgresql_definitions import OURS, Definition, Phase, no_member, rows_of
from pagevoo_console.services.engines.postgresql_names import literal, qualified, quote, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
_COMPRESSION = {"p": "pglz", "l": "lz4"}

_COMMENTED = {
    "table": "TABLE",
    "view": "VIEW",
    "materialized view": "MATERIALIZED VIEW",
    "sequence": "SEQUENCE",
    "index": "INDEX",
    "function": "FUNCTION",
    "procedure": "PROCEDURE",
    "type": "TYPE",
    "composite type": "TYPE",
    "schema": "SCHEMA",
    "extension": "EXTENSION",
    "statistics object": "STATISTICS",
    "table column": "COLUMN",
    "view column": "COLUMN",
    "materialized view column": "COLUMN",
    "composite type column": "COLUMN",
    "table constraint": "CONSTRAINT",
    "trigger": "TRIGGER",
    "rule": "RULE",
    "policy": "POLICY",
    "large object": "LARGE OBJECT",
    "aggregate": "AGGREGATE",
    "operator": "OPERATOR",
    "cast": "CAST",
    "collation": "COLLATION",
    "text search dictionary": "TEXT SEARCH DICTIONARY",
    "text search configuration": "TEXT SEARCH CONFIGURATION",
}


def settings(connection: WatchedConnection) -> list[Definition]:
    return [
        *_owned_sequences(connection),
        *_columns(connection),
        *_view_defaults(connection),
        *_identities(connection),
        *_index_columns(connection),
    ]


def comments(connection: WatchedConnection) -> list[Definition]:
    """Comments that an extension or initdb made themselves are made by them again."""
    made = []
    for kind, identity, domain, text in rows_of(
        connection,
        "SELECT object.type, object.identity, CASE WHEN contypid <> 0 THEN contypid::regtype::text END, description"
        " FROM pg_catalog.pg_description AS d"
        " LEFT JOIN pg_catalog.pg_constraint AS con ON con.oid = d.objoid"
        "  AND d.classoid = 'pg_catalog.pg_constraint'::regclass,"
        " pg_catalog.pg_identify_object(classoid, objoid, objsubid) AS object"
        " WHERE (objoid >= 16384 OR d.classoid = 'pg_catalog.pg_largeobject'::regclass"
        "  OR d.classoid = 'pg_catalog.pg_namespace'::regclass AND objoid = pg_catalog.to_regnamespace('public')"
        "  AND description <> 'standard public schema')"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS member WHERE member.deptype = 'e'"
        "  AND member.classid = d.classoid AND member.objid = d.objoid)"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension AS e"
        "  JOIN pg_catalog.pg_available_extensions AS available ON available.name = e.extname"
        "  WHERE e.oid = d.objoid AND d.classoid = 'pg_catalog.pg_extension'::regclass"
        "  AND available.comment = description)"
        " ORDER BY 1, 2",
    ):
        if domain is not None:
            name = identity.removesuffix(f" on {domain}")
            target = f"CONSTRAINT {name} ON DOMAIN {domain}"
        elif kind == "aggregate" and identity.endswith("()"):
            target = f"AGGREGATE {identity.removesuffix('()')}(*)"
        elif kind in _COMMENTED:
            target = f"{_COMMENTED[kind]} {identity}"
        else:
            continue
        made.append(Definition("comment", target, Phase.COMMENTS, f"COMMENT ON {target} IS {literal(text)};"))
    return made


def commented_kinds() -> frozenset[str]:
    return frozenset(_COMMENTED) | {"domain constraint"}


def _owned_sequences(connection: WatchedConnection) -> list[Definition]:
    return [
        Definition(
            "owned sequence",
            shown_name(schema, sequence),
            Phase.SETTINGS,
            f"ALTER SEQUENCE {qualified(schema, sequence)} OWNED BY {qualified(table_schema, table)}.{quote(column)};",
        )
        for schema, sequence, table_schema, table, column in rows_of(
            connection,
            "SELECT n.nspname, s.relname, m.nspname, c.relname, a.attname FROM pg_catalog.pg_depend AS d"
            " JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'"
            " JOIN pg_catalog.pg_namespace AS n ON n.oid = s.relnamespace"
            " JOIN pg_catalog.pg_class AS c ON c.oid = d.refobjid JOIN pg_catalog.pg_namespace AS m ON m.oid ="
            " c.relnamespace"
            " JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid"
            " WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass"
            f" AND d.deptype = 'a' AND {OURS} AND {no_member('pg_class', 's.oid')} ORDER BY 1, 2",
        )
    ]


def _columns(connection: WatchedConnection) -> list[Definition]:
    made = []
    for schema, table, relkind, column, storage, compression, target, options in rows_of(
        connection,
        "SELECT n.nspname, c.relname, c.relkind::text, a.attname,"
        " CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END, nullif(a.attcompression::text, ''),"
        " CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END, a.attoptions"
        " FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid"
        " JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid JOIN pg_catalog.pg_namespace AS n ON n.oid ="
        " c.relnamespace"
        f" WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND {OURS}"
        f" AND {no_member('pg_class', 'c.oid')} AND (a.attstorage <> t.typstorage OR a.attcompression <> ''"
        "  OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL) ORDER BY 1, 2, a.attnum",
    ):
        changes = []
        if storage is not None:
            changes.append(f"SET STORAGE {_STORAGE[storage]}")
        if compression is not None:
            changes.append(f"SET COMPRESSION {_COMPRESSION[compression]}")
        if target is not None:
            changes.append(f"SET STATISTICS {target}")
        if options:
            changes.append(f"SET ({', '.join(options)})")
        relation = "MATERIALIZED VIEW" if relkind == "m" else "TABLE ONLY"
        actions = ", ".join(f"ALTER COLUMN {quote(column)} {change}" for change in changes)
        text = f"ALTER {relation} {qualified(schema, table)} {actions};"
        made.append(Definition("column setting", f"{shown_name(schema, table)}.{column}", Phase.SETTINGS, text))
    return made


def _view_defaults(connection: WatchedConnection) -> list[Definition]:
    return [
        Definition(
            "view default",
            f"{shown_name(schema, view)}.{column}",
            Phase.SETTINGS,
            f"ALTER VIEW {qualified(schema, view)} ALTER COLUMN {quote(column)} SET DEFAULT {expression};",
        )
        for schema, view, column, expression in rows_of(
            connection,
            "SELECT n.nspname, c.relname, a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid)"
            " FROM pg_catalog.pg_attrdef AS d JOIN pg_catalog.pg_class AS c ON c.oid = d.adrelid AND c.relkind = 'v'"
            " JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.adnum"
            f" JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE {OURS}"
            f" AND {no_member('pg_class', 'c.oid')} ORDER BY 1, 2, d.adnum",
        )
    ]


def _identities(connection: WatchedConnection) -> list[Definition]:
    """Which row identifies itself to replication, and by which index a table is clustered."""
    made = []
    for schema, table, kind, index, is_clustered, is_identity in rows_of(
        connection,
        "SELECT n.nspname, c.relname, c.relreplident::text, i.relname, indisclustered, indisreplident"
        " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_catalog.pg_index ON indrelid = c.oid AND (indisclustered OR indisreplident)"
        " LEFT JOIN pg_catalog.pg_class AS i ON i.oid = indexrelid"
        f" WHERE c.relkind IN ('r', 'm', 'p') AND {OURS} AND {no_member('pg_class', 'c.oid')}"
        " AND (c.relreplident NOT IN ('d', 'i') OR indexrelid IS NOT NULL) ORDER BY 1, 2, 4",
    ):
        target = f"ALTER TABLE {qualified(schema, table)}"
        shown = shown_name(schema, table)
        if is_clustered:
            made.append(Definition("clustering", shown, Phase.SETTINGS, f"{target} CLUSTER ON {quote(index)};"))
        if is_identity:
            text = f"{target} REPLICA IDENTITY USING INDEX {quote(index)};"
            made.append(Definition("replica identity", shown, Phase.SETTINGS, text))
        elif kind in ("f", "n"):
            text = f"{target} REPLICA IDENTITY {'FULL' if kind == 'f' else 'NOTHING'};"
            made.append(Definition("replica identity", shown, Phase.SETTINGS, text))
    return made


def _index_columns(connection: WatchedConnection) -> list[Definition]:
    return [
        Definition(
            "index setting",
            f"{shown_name(schema, index)}.{number}",
            Phase.SETTINGS,
            f"ALTER INDEX {qualified(schema, index)} ALTER COLUMN {number} SET STATISTICS {target};",
        )
        for schema, index, number, target in rows_of(
            connection,
            "SELECT n.nspname, c.relname, a.attnum, a.attstattarget FROM pg_catalog.pg_attribute AS a"
            " JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind = 'i'"
            " JOIN pg_catalog.pg_index ON indexrelid = c.oid JOIN pg_catalog.pg_namespace AS n ON n.oid ="
            " c.relnamespace"
            f" WHERE a.attnum > 0 AND a.attstattarget >= 0 AND indisvalid AND {OURS} ORDER BY 1, 2, 3",
        )
    ]

"""Schemas, extensions, types and routines of a PostgreSQL database as statements."""

from __future__ import annotations

from pagevoo_console.services.engines.postgresql_definitions import (
    OURS,
    Definition,
    Node,
    Phase,
    no_member,
    relation_node,
    rows_of,
)
from pagevoo_console.services.engines.postgresql_freeze import our_function
from pagevoo_console.services.engines.postgresql_names import literal, qualified, quote, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection


def schemas(connection: WatchedConnection) -> list[Definition]:
    rows = rows_of(
        connection,
        f"SELECT nspname FROM pg_catalog.pg_namespace AS n WHERE {OURS} AND"
        f" {no_member('pg_namespace', 'n.oid')} ORDER BY nspname",
    )
    names = [name for (name,) in rows]
    made = [
        Definition("schema", name, Phase.BEFORE_ROWS, f"CREATE SCHEMA {quote(name)};")
        for name in names
        if name != "public"
    ]
    if "public" not in names:
        made.insert(0, Definition("schema", "public", Phase.BEFORE_ROWS, "DROP SCHEMA IF EXISTS public;"))
    return made


def extensions(connection: WatchedConnection) -> list[Definition]:
    """Those first on which others rest."""
    rows = rows_of(
        connection,
        "WITH RECURSIVE rests(oid, depth) AS (SELECT oid, 0 FROM pg_catalog.pg_extension UNION ALL"
        "  SELECT d.objid, depth + 1 FROM rests JOIN pg_catalog.pg_depend AS d ON d.refobjid = rests.oid"
        "  AND d.classid = 'pg_catalog.pg_extension'::regclass AND d.refclassid = d.classid)"
        " SELECT extname, nspname FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n"
        "  ON n.oid = extnamespace WHERE extname <> 'plpgsql'"
        " ORDER BY (SELECT max(depth) FROM rests WHERE rests.oid = e.oid), extname",
    )
    return [
        Definition(
            "extension",
            name,
            Phase.BEFORE_ROWS,
            f"CREATE EXTENSION IF NOT EXISTS {quote(name)} WITH SCHEMA {quote(schema)};",
        )
        for name, schema in rows
    ]


def types(connection: WatchedConnection) -> list[Definition]:
    made = []
    rows = rows_of(
        connection,
        "SELECT t.oid::bigint, nspname, typname, typtype::text, format_type(typbasetype, typtypmod), typnotnull,"
        " pg_catalog.pg_get_expr(typdefaultbin, 0), typdefault,"
        " CASE WHEN typcollation <> 0 AND typtype = 'd' AND typcollation <> (SELECT base.typcollation"
        "  FROM pg_catalog.pg_type AS base WHERE base.oid = t.typbasetype) THEN typcollation::regcollation::text END,"
        " ARRAY(SELECT enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder),"
        " ARRAY(SELECT 'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_catalog.pg_get_constraintdef(c.oid)"
        "  FROM pg_catalog.pg_constraint AS c WHERE contypid = t.oid AND contype = 'c' AND convalidated"
        "  ORDER BY conname)"
        " FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = typnamespace"
        " LEFT JOIN pg_catalog.pg_class AS row ON row.oid = typrelid"
        f" WHERE typtype IN ('e', 'd', 'r') AND t.oid >= 16384 AND {OURS} AND {no_member('pg_type', 't.oid')}",
    )
    for oid, schema, name, kind, base, is_not_null, default_expression, default, collation, labels, checks in rows:
        target = qualified(schema, name)
        if kind == "e":
            text = f"CREATE TYPE {target} AS ENUM ({', '.join(map(literal, labels))});"
        elif kind == "r":
            text = _range(connection, oid, target)
        else:
            text = f"CREATE DOMAIN {target} AS {base}"
            text += f" COLLATE {collation}" if collation else ""
            if default is not None or default_expression is not None:
                text += f" DEFAULT {default_expression or literal(default)}"
            text += "".join(f"\n    {check}" for check in checks)
            text += ("\n    NOT NULL" if is_not_null else "") + ";"
        label = {"e": "enum", "r": "range type"}.get(kind, "domain")
        made.append(relation_node(label, schema, name, text, Node("pg_type", oid)))
    return [*made, *_composites(connection)]


def unproved_checks(connection: WatchedConnection) -> list[Definition]:
    """Checks of domains that were never tried on the values there are: made after the rows, as they were."""
    return [
        Definition(
            "constraint",
            f"{name} on domain {domain}",
            Phase.FOREIGN_KEYS,
            f"ALTER DOMAIN {domain} ADD CONSTRAINT {quote(name)} {text};",
        )
        for domain, name, text in rows_of(
            connection,
            "SELECT t.oid::regtype::text, conname, pg_catalog.pg_get_constraintdef(con.oid)"
            " FROM pg_catalog.pg_constraint AS con JOIN pg_catalog.pg_type AS t ON t.oid = contypid"
            " JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace"
            f" WHERE contype = 'c' AND NOT convalidated AND {OURS} AND {no_member('pg_type', 't.oid')} ORDER BY 1, 2",
        )
    ]


def _range(connection: WatchedConnection, oid: int, target: str) -> str:
    (row,) = rows_of(
        connection,
        "SELECT format_type(rngsubtype, NULL), format_type(rngmultitypid, NULL),"
        " CASE WHEN rngcollation <> 0 THEN rngcollation::regcollation::text END,"
        " CASE WHEN rngsubdiff <> 0 THEN rngsubdiff::regproc::text END"
        f" FROM pg_catalog.pg_range WHERE rngtypid = {oid}",
    )
    subtype, multirange, collation, difference = row
    parts = [f"subtype = {subtype}", f"multirange_type_name = {multirange}"]
    parts += [f"collation = {collation}"] if collation else []
    parts += [f"subtype_diff = {difference}"] if difference else []
    return f"CREATE TYPE {target} AS RANGE ({', '.join(parts)});"


def _composites(connection: WatchedConnection) -> list[Definition]:
    rows = rows_of(
        connection,
        "SELECT t.oid::bigint, nspname, typname, ARRAY(SELECT quote_ident(attname) || ' '"
        " || format_type(atttypid, atttypmod) || CASE WHEN attcollation <> 0 AND attcollation <> (SELECT typcollation"
        "  FROM pg_catalog.pg_type AS base WHERE base.oid = atttypid) THEN ' COLLATE ' ||"
        " attcollation::regcollation::text"
        "  ELSE '' END FROM pg_catalog.pg_attribute"
        "  WHERE attrelid = typrelid AND attnum > 0 AND NOT attisdropped ORDER BY attnum)"
        " FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = typnamespace"
        " JOIN pg_catalog.pg_class AS c ON c.oid = typrelid AND c.relkind = 'c'"
        f" WHERE {OURS}"
        f" AND {no_member('pg_type', 't.oid')}",
    )
    return [
        relation_node(
            "composite type",
            schema,
            name,
            f"CREATE TYPE {qualified(schema, name)} AS ({', '.join(columns)});",
            Node("pg_type", oid),
        )
        for oid, schema, name, columns in rows
    ]


def functions(connection: WatchedConnection) -> list[Definition]:
    rows = rows_of(
        connection,
        "SELECT p.oid::bigint, nspname, proname, prokind::text, pg_catalog.pg_get_functiondef(p.oid),"
        " pg_catalog.pg_get_function_identity_arguments(p.oid) FROM pg_catalog.pg_proc AS p"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = pronamespace"
        f" WHERE prokind IN ('f', 'p', 'w') AND {OURS} AND NOT {our_function('p')}"
        f" AND {no_member('pg_proc', 'p.oid')} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend"
        "  WHERE classid = 'pg_catalog.pg_proc'::regclass AND objid = p.oid AND deptype = 'i')",
    )
    return [
        Definition(
            "procedure" if kind == "p" else "function",
            f"{shown_name(schema, name)}({arguments})",
            Phase.BEFORE_ROWS,
            text.rstrip() + ";",
            Node("pg_proc", oid),
        )
        for oid, schema, name, kind, text, arguments in rows
    ]

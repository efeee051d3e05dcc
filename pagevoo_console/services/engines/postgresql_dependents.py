"""What rests on tables of a PostgreSQL database, out of its own book of dependencies."""

from __future__ import annotations

from collections.abc import Iterable

from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_DEPENDENTS = """
WITH own AS (
    SELECT c.oid, c.relname, c.reltype, t.typarray
    FROM unnest(%(tables)s::text[]) AS named(name)
    JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(pg_catalog.quote_ident(named.name))
    LEFT JOIN pg_catalog.pg_type AS t ON t.oid = c.reltype
)
SELECT DISTINCT coalesce(
    (SELECT 'the ' || pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, r.ev_class, 0) || ' reads '
     FROM pg_catalog.pg_rewrite AS r WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid),
    (SELECT k.conrelid::regclass::text || ' refers to '
     FROM pg_catalog.pg_constraint AS k
     WHERE d.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objid AND k.conrelid <> 0),
    'the ' || pg_catalog.pg_describe_object(d.classid, d.objid, 0) || ' rests on '
) || own.relname
FROM pg_catalog.pg_depend AS d
JOIN own ON (d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = own.oid)
    OR (d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid IN (own.reltype, own.typarray))
WHERE d.deptype = 'n'
AND NOT (d.classid = 'pg_catalog.pg_class'::regclass AND d.objid IN (SELECT oid FROM own))
AND NOT (d.classid = 'pg_catalog.pg_rewrite'::regclass AND EXISTS (
    SELECT FROM pg_catalog.pg_rewrite AS r JOIN own AS mine ON mine.oid = r.ev_class WHERE r.oid = d.objid))
AND NOT (d.classid = 'pg_catalog.pg_constraint'::regclass AND EXISTS (
    SELECT FROM pg_catalog.pg_constraint AS k JOIN own AS mine ON mine.oid = k.conrelid WHERE k.oid = d.objid))
AND d.classid NOT IN ('pg_catalog.pg_attrdef'::regclass, 'pg_catalog.pg_trigger'::regclass,
    'pg_catalog.pg_policy'::regclass)
ORDER BY 1
"""


def dependents(connection: WatchedConnection, tables: Iterable[str]) -> tuple[str, ...]:
    """Views, foreign keys of any schema, and whatever else keeps these tables from being dropped, a clause each."""
    rows = connection.execute(_DEPENDENTS.encode(), {"tables": list(tables)}).fetchall()
    return tuple(str(clause) for (clause,) in rows)

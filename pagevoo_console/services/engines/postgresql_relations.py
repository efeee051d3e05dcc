"""Sequences, tables, views and what hangs on them as statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pagevoo_console.services.engines.postgresql_definitions import (
    OURS,
    Definition,
    Node,
    Phase,
    no_member,
    relation_node,
    rows_of,
    sequence_options,
    with_options,
)
from pagevoo_console.services.engines.postgresql_freeze import our_trigger
from pagevoo_console.services.engines.postgresql_inheritance import children
from pagevoo_console.services.engines.postgresql_names import qualified, quote, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection


def sequences(connection: WatchedConnection) -> list[Definition]:
    """Sequences of identity columns are made with their column."""
    made = []
    rows = rows_of(
        connection,
        "SELECT c.oid::bigint, nspname, c.relname, format_type(seqtypid, NULL), seqstart, seqincrement, seqmin, seqmax,"
        " seqcache, seqcycle, c.relpersistence = 'u', EXISTS (SELECT FROM pg_catalog.pg_depend AS d"
        "  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')"
        " FROM pg_catalog.pg_sequence JOIN pg_catalog.pg_class AS c ON c.oid = seqrelid"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        f" WHERE {OURS}"
        f" AND {no_member('pg_class', 'c.oid')} ORDER BY nspname, c.relname",
    )
    for oid, schema, name, kind, start, step, least, most, cache, is_cycle, is_unlogged, is_identity in rows:
        if is_identity:
            continue
        text = (
            f"CREATE {'UNLOGGED ' if is_unlogged else ''}SEQUENCE {qualified(schema, name)} AS {kind}"
            f" {sequence_options(start, step, least, most, cache, is_cycle)};"
        )
        made.append(relation_node("sequence", schema, name, text, Node("pg_class", oid)))
    return made


def tables(connection: WatchedConnection) -> list[Definition]:
    kin = children(connection)
    borrowed = {oid: child.borrowed for oid, child in kin.items() if child.is_merged}
    columns = _columns(connection, borrowed)
    checks: dict[int, list[str]] = {}
    for oid, name, text, is_local in rows_of(
        connection,
        "SELECT conrelid::bigint, conname, pg_catalog.pg_get_constraintdef(oid), conislocal FROM"
        " pg_catalog.pg_constraint WHERE contype = 'c' AND conrelid <> 0 AND convalidated ORDER BY conname",
    ):
        if is_local or oid not in borrowed:
            checks.setdefault(oid, []).append(f"CONSTRAINT {quote(name)} {text}")
    rows = rows_of(
        connection,
        "SELECT c.oid::bigint, nspname, c.relname, c.relpersistence = 'u', c.reloptions, toast.reloptions,"
        " pg_catalog.pg_get_partkeydef(c.oid)"
        " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_catalog.pg_class AS toast ON toast.oid = c.reltoastrelid"
        f" WHERE c.relkind IN ('r', 'p') AND {OURS}"
        f" AND {no_member('pg_class', 'c.oid')}",
    )
    made = []
    for oid, schema, name, is_unlogged, options, toast_options, partition_key in rows:
        lines = [*columns.get(oid, []), *checks.get(oid, [])]
        body = ",\n    ".join(lines)
        text = f"CREATE {'UNLOGGED ' if is_unlogged else ''}TABLE {qualified(schema, name)} (\n    {body}\n)"
        text += f" PARTITION BY {partition_key}" if partition_key else ""
        if oid in borrowed:
            text += f" INHERITS ({', '.join(qualified(*parent) for parent in kin[oid].parents)})"
        settings = [*(options or []), *(f"toast.{option}" for option in toast_options or [])]
        text += with_options(settings) + ";"
        made.append(relation_node("table", schema, name, text, Node("pg_class", oid)))
    return made


def _columns(connection: WatchedConnection, borrowed: Mapping[int, Sequence[str]]) -> dict[int, list[str]]:
    columns: dict[int, list[str]] = {}
    for row in rows_of(
        connection,
        "SELECT a.attrelid::bigint, a.attname, a.attinhcount > 0, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
        " a.attidentity::text, a.attgenerated::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid),"
        " CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation"
        "  THEN a.attcollation::regcollation::text END,"
        " seq.nspname, seq.relname, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle"
        " FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid"
        " LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " LEFT JOIN (SELECT refobjid, refobjsubid, nspname, relname, pg_sequence.* FROM pg_catalog.pg_depend"
        "  JOIN pg_catalog.pg_sequence ON seqrelid = objid JOIN pg_catalog.pg_class AS s ON s.oid = objid"
        "  JOIN pg_catalog.pg_namespace AS m ON m.oid = s.relnamespace"
        "  WHERE classid = 'pg_catalog.pg_class'::regclass AND refclassid = 'pg_catalog.pg_class'::regclass"
        "  AND deptype = 'i') AS seq ON seq.refobjid = a.attrelid AND seq.refobjsubid = a.attnum"
        f" WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND {OURS} ORDER BY"
        " a.attrelid, a.attnum",
    ):
        table, name, is_inherited, kind, is_not_null, identity, generated, expression, collation, *sequence = row
        if name in borrowed.get(table, ()):
            continue
        text = f"{quote(name)} {kind}" + (f" COLLATE {collation}" if collation else "")
        if generated and not (is_inherited and table in borrowed):
            text += f" GENERATED ALWAYS AS ({expression}) {'STORED' if generated == 's' else 'VIRTUAL'}"
        elif identity:
            when = "ALWAYS" if identity == "a" else "BY DEFAULT"
            schema, sequence_name, *options = sequence
            text += (
                f" GENERATED {when} AS IDENTITY (SEQUENCE NAME {qualified(schema, sequence_name)}"
                f" {sequence_options(*options)})"
            )
        elif expression is not None and not generated:
            text += f" DEFAULT {expression}"
        columns.setdefault(table, []).append(text + (" NOT NULL" if is_not_null else ""))
    return columns


def views(connection: WatchedConnection) -> list[Definition]:
    made = []
    rows = rows_of(
        connection,
        "SELECT c.oid::bigint, nspname, relname, relkind::text, reloptions, relispopulated,"
        " pg_catalog.pg_get_viewdef(c.oid, false)"
        " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = relnamespace"
        f" WHERE relkind IN ('v', 'm') AND {OURS}"
        f" AND {no_member('pg_class', 'c.oid')}",
    )
    for oid, schema, name, kind, options, is_populated, body in rows:
        query = body.rstrip().removesuffix(";")
        head = f"{qualified(schema, name)}{with_options(options or [])} AS\n{query}"
        if kind == "v":
            made.append(relation_node("view", schema, name, f"CREATE VIEW {head};", Node("pg_class", oid)))
            continue
        tail = "DATA" if is_populated else "NO DATA"
        text = f"CREATE MATERIALIZED VIEW {head}\n  WITH {tail};"
        made.append(relation_node("materialized view", schema, name, text, Node("pg_class", oid)))
    return made


def constraints(connection: WatchedConnection) -> list[Definition]:
    rows = rows_of(
        connection,
        "SELECT nspname, relname, conname, contype::text, pg_catalog.pg_get_constraintdef(con.oid),"
        # A check goes to the children too, a foreign key of a partitioned table to its partitions.
        " CASE WHEN contype = 'c' OR contype = 'f' AND relkind = 'p' THEN '' ELSE 'ONLY ' END"
        " FROM pg_catalog.pg_constraint AS con JOIN pg_catalog.pg_class AS c ON c.oid = conrelid"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE (contype IN ('p', 'u', 'x') OR contype = 'f' AND conparentid = 0"
        "  OR contype = 'c' AND NOT convalidated AND coninhcount = 0)"
        f" AND {OURS}"
        f" AND {no_member('pg_class', 'c.oid')} ORDER BY contype <> 'p', nspname, relname, conname",
    )
    return [
        Definition(
            "foreign key" if kind == "f" else "constraint",
            f"{name} on {shown_name(schema, table)}",
            Phase.KEYS if kind in "pux" else Phase.FOREIGN_KEYS,
            f"ALTER TABLE {only}{qualified(schema, table)} ADD CONSTRAINT {quote(name)} {text};",
        )
        for schema, table, name, kind, text, only in rows
    ]


def indexes(connection: WatchedConnection) -> list[Definition]:
    rows = rows_of(
        connection,
        "SELECT n.nspname, i.relname, pg_catalog.pg_get_indexdef(i.oid) FROM pg_catalog.pg_index"
        " JOIN pg_catalog.pg_class AS i ON i.oid = indexrelid JOIN pg_catalog.pg_class AS c ON c.oid = indrelid"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = i.relnamespace"
        f" WHERE (indisvalid OR c.relkind = 'p') AND {OURS}"
        f" AND c.relkind IN ('r', 'm', 'p') AND {no_member('pg_class', 'c.oid')}"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conindid = indexrelid"
        "  AND contype IN ('p', 'u', 'x')) ORDER BY n.nspname, i.relname",
    )
    return [Definition("index", shown_name(schema, name), Phase.INDEXES, f"{text};") for schema, name, text in rows]


def triggers(connection: WatchedConnection) -> list[Definition]:
    states = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
    made = []
    rows = rows_of(
        connection,
        "SELECT nspname, relname, tgname, tgenabled::text, pg_catalog.pg_get_triggerdef(t.oid), relkind::text"
        " FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = tgrelid"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        f" WHERE NOT tgisinternal AND tgparentid = 0 AND {OURS} AND NOT {our_trigger('t')}"
        f" AND {no_member('pg_class', 'c.oid')} ORDER BY nspname, relname, tgname",
    )
    for schema, table, name, state, text, kind in rows:
        shown = f"{name} on {shown_name(schema, table)}"
        made.append(Definition("trigger", shown, Phase.TRIGGERS, f"{text};"))
        if state in states and kind in "rp":
            change = f"ALTER TABLE {qualified(schema, table)} {states[state]} TRIGGER {quote(name)};"
            made.append(Definition("trigger state", shown, Phase.TRIGGERS, change))
    return [*made, *_states_of_clones(connection, states)]


def _states_of_clones(connection: WatchedConnection, states: Mapping[str, str]) -> list[Definition]:
    """Partitions whose copy of a trigger is in another state than the trigger itself."""
    return [
        Definition(
            "trigger state",
            f"{name} on {shown_name(schema, table)}",
            Phase.TRIGGERS,
            f"ALTER TABLE ONLY {qualified(schema, table)} {states.get(state, 'ENABLE')} TRIGGER {quote(name)};",
        )
        for schema, table, name, state in rows_of(
            connection,
            "WITH RECURSIVE family(oid, state) AS (SELECT oid, tgenabled FROM pg_catalog.pg_trigger"
            "  WHERE NOT tgisinternal AND tgparentid = 0 UNION ALL SELECT t.oid, state FROM family"
            "  JOIN pg_catalog.pg_trigger AS t ON t.tgparentid = family.oid)"
            " SELECT nspname, relname, tgname, tgenabled::text FROM family JOIN pg_catalog.pg_trigger AS t USING (oid)"
            " JOIN pg_catalog.pg_class AS c ON c.oid = tgrelid JOIN pg_catalog.pg_namespace AS n ON n.oid ="
            f" c.relnamespace WHERE tgparentid <> 0 AND tgenabled <> state AND {OURS} ORDER BY 1, 2, 3",
        )
    ]


def statistics(connection: WatchedConnection) -> list[Definition]:
    rows = rows_of(
        connection,
        "SELECT nspname, stxname, pg_catalog.pg_get_statisticsobjdef(s.oid), stxstattarget"
        " FROM pg_catalog.pg_statistic_ext AS s JOIN pg_catalog.pg_namespace AS n ON n.oid = stxnamespace"
        f" WHERE {OURS} ORDER BY nspname, stxname",
    )
    made = []
    for schema, name, text, target in rows:
        shown = shown_name(schema, name)
        made.append(Definition("statistics", shown, Phase.INDEXES, f"{text};"))
        if target is not None and target >= 0:
            change = f"ALTER STATISTICS {qualified(schema, name)} SET STATISTICS {target};"
            made.append(Definition("statistics target", shown, Phase.SETTINGS, change))
    return made

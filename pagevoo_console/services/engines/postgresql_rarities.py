"""Objects that few databases have: aggregates, operators, casts, collations and text search configurations."""

from __future__ import annotations

from typing import Any

from pagevoo_console.services.engines.postgresql_definitions import (
    OURS,
    Definition,
    Node,
    Phase,
    no_member,
    rows_of,
)
from pagevoo_console.services.engines.postgresql_names import literal, qualified, quote, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_MODIFIES = {"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}
_PARALLEL = {"s": "SAFE", "r": "RESTRICTED"}
_CAST_CONTEXTS = {"a": " AS ASSIGNMENT", "i": " AS IMPLICIT"}


def rarities(connection: WatchedConnection) -> list[Definition]:
    return [
        *_collations(connection),
        *_aggregates(connection),
        *_operators(connection),
        *_casts(connection),
        *_dictionaries(connection),
        *_configurations(connection),
    ]


def mappings(connection: WatchedConnection) -> list[Definition]:
    """Which dictionaries look a token up; made when the configurations and all dictionaries are there."""
    return [
        Definition(
            "text search mapping",
            f"{shown_name(schema, name)}: {token}",
            Phase.BEFORE_ROWS,
            f"ALTER TEXT SEARCH CONFIGURATION {qualified(schema, name)} ADD MAPPING FOR {quote(token)}"
            f" WITH {dictionaries};",
        )
        for schema, name, token, dictionaries in rows_of(
            connection,
            "SELECT n.nspname, cfgname, t.alias, string_agg(quote_ident(m.nspname) || '.' || quote_ident(dictname),"
            "  ', ' ORDER BY mapseqno) FROM pg_catalog.pg_ts_config_map"
            " JOIN pg_catalog.pg_ts_config AS c ON c.oid = mapcfg"
            " JOIN pg_catalog.pg_namespace AS n ON n.oid = cfgnamespace"
            " JOIN pg_catalog.pg_ts_dict AS d ON d.oid = mapdict"
            " JOIN pg_catalog.pg_namespace AS m ON m.oid = dictnamespace,"
            " LATERAL pg_catalog.ts_token_type(cfgparser) AS t WHERE t.tokid = maptokentype"
            f" AND {OURS} AND {no_member('pg_ts_config', 'c.oid')}"
            " GROUP BY n.nspname, cfgname, t.alias, maptokentype ORDER BY n.nspname, cfgname, maptokentype",
        )
    ]


def _made(kind: str, name: str, text: str, node: Node) -> Definition:
    return Definition(kind, name, Phase.BEFORE_ROWS, text, node)


def _collations(connection: WatchedConnection) -> list[Definition]:
    made = []
    for oid, schema, name, provider, is_deterministic, facts in rows_of(
        connection,
        "SELECT c.oid::bigint, nspname, collname, collprovider::text, collisdeterministic, pg_catalog.to_jsonb(c)"
        " FROM pg_catalog.pg_collation AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = collnamespace"
        f" WHERE {OURS} AND {no_member('pg_collation', 'c.oid')}",
    ):
        names = {"c": "libc", "i": "icu", "b": "builtin"}
        parts = [f"provider = {names[provider]}"]
        locale = facts.get("colllocale") or facts.get("colliculocale")
        if locale is not None:
            parts.append(f"locale = {literal(locale)}")
        else:
            parts += [f"lc_collate = {literal(facts['collcollate'])}", f"lc_ctype = {literal(facts['collctype'])}"]
        if facts.get("collicurules") is not None:
            parts.append(f"rules = {literal(facts['collicurules'])}")
        if not is_deterministic:
            parts.append("deterministic = false")
        text = f"CREATE COLLATION {qualified(schema, name)} ({', '.join(parts)});"
        made.append(_made("collation", shown_name(schema, name), text, Node("pg_collation", oid)))
    return made


def _aggregates(connection: WatchedConnection) -> list[Definition]:
    made = []
    for oid, schema, name, kind, arguments, identity, functions, settings, sort in rows_of(
        connection,
        "SELECT p.oid::bigint, nspname, proname, aggkind::text, pg_catalog.pg_get_function_arguments(p.oid),"
        " pg_catalog.pg_get_function_identity_arguments(p.oid),"
        " ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn,"
        "  aggmfinalfn]::regproc[]::text[],"
        " ARRAY[format_type(aggtranstype, NULL),"
        "  CASE WHEN aggmtranstype <> 0 THEN format_type(aggmtranstype, NULL) END,"
        "  aggtransspace::text, aggmtransspace::text, agginitval, aggminitval, aggfinalextra::text,"
        "  aggmfinalextra::text, aggfinalmodify::text, aggmfinalmodify::text, proparallel::text],"
        " CASE WHEN aggsortop <> 0 THEN (SELECT quote_ident(m.nspname) || '.' || oprname FROM pg_catalog.pg_operator"
        "  AS o JOIN pg_catalog.pg_namespace AS m ON m.oid = oprnamespace WHERE o.oid = aggsortop) END"
        " FROM pg_catalog.pg_aggregate JOIN pg_catalog.pg_proc AS p ON p.oid = aggfnoid"
        f" JOIN pg_catalog.pg_namespace AS n ON n.oid = pronamespace WHERE {OURS} AND {no_member('pg_proc', 'p.oid')}",
    ):
        parts = _aggregate_parts(kind, functions, settings)
        parts += [f"SORTOP = OPERATOR({sort})"] if sort else []
        text = (
            f"CREATE AGGREGATE {qualified(schema, name)}({arguments or '*'}) (\n    " + ",\n    ".join(parts) + "\n);"
        )
        made.append(_made("aggregate", f"{shown_name(schema, name)}({identity or '*'})", text, Node("pg_proc", oid)))
    return made


def _aggregate_parts(kind: str, functions: list[str], settings: list[Any]) -> list[str]:
    (
        state,
        moving_state,
        space,
        moving_space,
        start,
        moving_start,
        extra,
        moving_extra,
        modify,
        moving_modify,
        parallel,
    ) = settings
    words = ("SFUNC", "FINALFUNC", "COMBINEFUNC", "SERIALFUNC", "DESERIALFUNC", "MSFUNC", "MINVFUNC", "MFINALFUNC")
    parts = [f"{word} = {function}" for word, function in zip(words, functions, strict=True) if function != "-"]
    parts.append(f"STYPE = {state}")
    parts += [f"MSTYPE = {moving_state}"] if moving_state else []
    parts += [f"SSPACE = {space}"] if space != "0" else []
    parts += [f"MSSPACE = {moving_space}"] if moving_space != "0" else []
    parts += [f"INITCOND = {literal(start)}"] if start is not None else []
    parts += [f"MINITCOND = {literal(moving_start)}"] if moving_start is not None else []
    parts += ["FINALFUNC_EXTRA"] if extra == "true" else []
    parts += ["MFINALFUNC_EXTRA"] if moving_extra == "true" else []
    usual = "r" if kind == "n" else "w"
    parts += [f"FINALFUNC_MODIFY = {_MODIFIES[modify]}"] if modify != usual else []
    parts += [f"MFINALFUNC_MODIFY = {_MODIFIES[moving_modify]}"] if moving_modify != usual and moving_state else []
    parts += ["HYPOTHETICAL"] if kind == "h" else []
    parts += [f"PARALLEL = {_PARALLEL[parallel]}"] if parallel in _PARALLEL else []
    return parts


def _operators(connection: WatchedConnection) -> list[Definition]:
    """An operator's commutator and negator are linked to it by whichever of the two is made later."""
    named = (
        "(SELECT 'OPERATOR(' || quote_ident(m.nspname) || '.' || x.oprname || ')' FROM pg_catalog.pg_operator AS x"
        " JOIN pg_catalog.pg_namespace AS m ON m.oid = x.oprnamespace WHERE x.oid = o.{})"
    )
    made = []
    for oid, schema, name, identity, *values in rows_of(
        connection,
        "SELECT o.oid::bigint, nspname, o.oprname, o.oid::regoperator::text, oprcode::regproc::text,"
        " CASE WHEN oprleft <> 0 THEN format_type(oprleft, NULL) END, format_type(oprright, NULL),"
        f" {named.format('oprcom')}, {named.format('oprnegate')},"
        " nullif(oprrest::regproc::text, '-'), nullif(oprjoin::regproc::text, '-'), oprcanhash, oprcanmerge"
        " FROM pg_catalog.pg_operator AS o JOIN pg_catalog.pg_namespace AS n ON n.oid = o.oprnamespace"
        f" WHERE {OURS} AND {no_member('pg_operator', 'o.oid')} AND o.oprcode <> 0",
    ):
        words = ("FUNCTION", "LEFTARG", "RIGHTARG", "COMMUTATOR", "NEGATOR", "RESTRICT", "JOIN")
        *pairs, hashes, merges = values
        parts = [f"{word} = {value}" for word, value in zip(words, pairs, strict=True) if value is not None]
        parts += ["HASHES"] * hashes + ["MERGES"] * merges
        text = f"CREATE OPERATOR {quote(schema)}.{name} ({', '.join(parts)});"
        made.append(_made("operator", identity, text, Node("pg_operator", oid)))
    return made


def _casts(connection: WatchedConnection) -> list[Definition]:
    made = []
    for oid, source, target, function, method, context in rows_of(
        connection,
        "SELECT c.oid::bigint, format_type(castsource, NULL), format_type(casttarget, NULL),"
        " CASE WHEN castfunc <> 0 THEN castfunc::regprocedure::text END, castmethod::text, castcontext::text"
        f" FROM pg_catalog.pg_cast AS c WHERE c.oid >= 16384 AND {no_member('pg_cast', 'c.oid')}"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS i WHERE i.classid = 'pg_catalog.pg_cast'::regclass"
        "  AND i.objid = c.oid AND i.deptype = 'i')",
    ):
        how = {"f": f"WITH FUNCTION {function}", "i": "WITH INOUT"}.get(method, "WITHOUT FUNCTION")
        text = f"CREATE CAST ({source} AS {target}) {how}{_CAST_CONTEXTS.get(context, '')};"
        made.append(_made("cast", f"{source} AS {target}", text, Node("pg_cast", oid)))
    return made


def _dictionaries(connection: WatchedConnection) -> list[Definition]:
    return [
        _made(
            "text search dictionary",
            shown_name(schema, name),
            f"CREATE TEXT SEARCH DICTIONARY {qualified(schema, name)} (TEMPLATE = {qualified(of_schema, of)}"
            f"{', ' + options if options else ''});",
            Node("pg_ts_dict", oid),
        )
        for oid, schema, name, of_schema, of, options in rows_of(
            connection,
            "SELECT d.oid::bigint, n.nspname, dictname, m.nspname, tmplname, dictinitoption FROM"
            " pg_catalog.pg_ts_dict AS d JOIN pg_catalog.pg_namespace AS n ON n.oid = dictnamespace"
            " JOIN pg_catalog.pg_ts_template AS t ON t.oid = dicttemplate"
            " JOIN pg_catalog.pg_namespace AS m ON m.oid = tmplnamespace"
            f" WHERE {OURS} AND {no_member('pg_ts_dict', 'd.oid')}",
        )
    ]


def _configurations(connection: WatchedConnection) -> list[Definition]:
    return [
        _made(
            "text search configuration",
            shown_name(schema, name),
            f"CREATE TEXT SEARCH CONFIGURATION {qualified(schema, name)} (PARSER = {qualified(of_schema, of)});",
            Node("pg_ts_config", oid),
        )
        for oid, schema, name, of_schema, of in rows_of(
            connection,
            "SELECT c.oid::bigint, n.nspname, cfgname, m.nspname, prsname FROM pg_catalog.pg_ts_config AS c"
            " JOIN pg_catalog.pg_namespace AS n ON n.oid = cfgnamespace"
            " JOIN pg_catalog.pg_ts_parser AS p ON p.oid = cfgparser"
            " JOIN pg_catalog.pg_namespace AS m ON m.oid = prsnamespace"
            f" WHERE {OURS} AND {no_member('pg_ts_config', 'c.oid')}",
        )
    ]

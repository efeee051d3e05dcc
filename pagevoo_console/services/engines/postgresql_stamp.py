"""Whether anything was altered in a PostgreSQL database, told by its catalogues' own rows in one quick query.

Each row knows the transaction that wrote it and where it lies. Whatever alters a definition writes such rows anew;
other work may do so too, so that a changed stamp means no more than that somebody has to look.
"""

from __future__ import annotations

import psycopg

from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_FIRST_OF_USERS = 16_384
"""Oids below are those of the objects that every database has."""

_BY_OBJECT = {
    "pg_class": "oid", "pg_attribute": "attrelid", "pg_attrdef": "oid", "pg_constraint": "oid",
    "pg_index": "indexrelid", "pg_inherits": "inhrelid", "pg_partitioned_table": "partrelid",
    "pg_sequence": "seqrelid", "pg_rewrite": "ev_class",
    "pg_proc": "oid", "pg_aggregate": "aggfnoid::oid", "pg_type": "oid", "pg_enum": "enumtypid", "pg_range": "rngtypid",
    "pg_operator": "oid", "pg_opclass": "oid", "pg_opfamily": "oid", "pg_amop": "oid", "pg_amproc": "oid",
    "pg_cast": "oid", "pg_collation": "oid", "pg_conversion": "oid", "pg_description": "objoid", "pg_depend": "objid",
}  # fmt: skip
_WHOLE = (
    "pg_namespace", "pg_extension", "pg_language", "pg_trigger", "pg_policy", "pg_statistic_ext", "pg_default_acl",
    "pg_init_privs", "pg_db_role_setting", "pg_event_trigger", "pg_publication", "pg_publication_rel", "pg_am",
    "pg_transform", "pg_foreign_data_wrapper", "pg_foreign_server", "pg_foreign_table", "pg_seclabel", "pg_ts_config",
    "pg_ts_config_map", "pg_ts_dict", "pg_ts_parser", "pg_ts_template", "pg_auth_members",
)  # fmt: skip
_SINCE_15 = ("pg_publication_namespace",)
_SUM = "count(*) || ' ' || coalesce(sum(hashtext(ctid::text || ' ' || xmin::text)), 0)"


def stamp(connection: WatchedConnection) -> str | None:
    """Changes whenever a definition does. None where the server does not show all of its catalogues.

    Must not be asked for inside the transaction whose reading it is to guard.
    """
    names = _WHOLE + (_SINCE_15 if connection.info.server_version >= 150_000 else ())
    conditions = dict.fromkeys(names, "true") | {"pg_database": "datname = pg_catalog.current_database()"}
    conditions |= {name: f"{column} >= {_FIRST_OF_USERS}" for name, column in _BY_OBJECT.items()}
    # The schema `public` has a number of initdb's, and perhaps a comment of the tenant's.
    conditions["pg_description"] += " OR classoid = 'pg_catalog.pg_namespace'::regclass"
    sums = (
        f"SELECT '{name} ' || {_SUM} AS line FROM pg_catalog.{name} WHERE {condition}"
        for name, condition in conditions.items()
    )
    statement = f"SELECT string_agg(line, ',' ORDER BY line) FROM ({' UNION ALL '.join(sums)}) AS each"
    try:
        row = connection.execute(statement.encode()).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return None
    return None if row is None else str(row[0])

"""What only a superuser can make again: event triggers and publications. Left out, with a warning, for anybody else.

They say what a server does with a database, not what is in it: its fingerprint is the same with them and without.
"""

from __future__ import annotations

from collections.abc import Sequence

from pagevoo_console.services.engines.base import Source
from pagevoo_console.services.engines.framing import FrameKind, FrameReader
from pagevoo_console.services.engines.postgresql_definitions import Definition, Phase, no_member, rows_of
from pagevoo_console.services.engines.postgresql_names import literal, qualified, quote
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

SUPERUSERS_KINDS = frozenset({"event trigger", "publication"})

_NO_SUPERUSER = ", where no superuser restores"
_IF_SUPERUSER = "BEGIN IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN"
_HEAD = f"DO '{_IF_SUPERUSER} "
_STATES = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


def superusers_objects(connection: WatchedConnection) -> list[Definition]:
    """The last of a dump: an event trigger would see what comes behind it."""
    return [*_publications(connection), *_event_triggers(connection)]


def superusers_losses(connection: WatchedConnection) -> list[str]:
    return [f"{made.kind} {made.name}{_NO_SUPERUSER}" for made in superusers_objects(connection)]


def is_any_lost(losses: Sequence[str]) -> bool:
    """Whether a dump of these losses holds such objects."""
    return any(loss.endswith(_NO_SUPERUSER) for loss in losses)


def load(connection: WatchedConnection, source: Source) -> None:
    """Make them, and nothing else of the dump."""
    with connection.transaction():
        for frame in FrameReader(source):
            if frame.kind is FrameKind.STATEMENT and frame.executable.startswith(_HEAD.encode()):
                connection.execute(frame.executable, binary=True)


def _only_by_a_superuser(kind: str, name: str, statements: list[str], comment: str | None) -> Definition:
    if comment is not None:
        statements.append(f"COMMENT ON {kind.upper()} {quote(name)} IS {literal(comment)};")
    missing = f"{kind} {name} left out: only a superuser can make it"
    body = f"{_IF_SUPERUSER} {' '.join(statements)} ELSE RAISE WARNING '%', {literal(missing)}; END IF; END"
    return Definition(kind, name, Phase.SUPERUSERS, f"DO {literal(body)};")


def _event_triggers(connection: WatchedConnection) -> list[Definition]:
    made = []
    for name, event, state, tags, function, comment in rows_of(
        connection,
        "SELECT evtname, evtevent, evtenabled::text, evttags, quote_ident(n.nspname) || '.' || quote_ident(proname),"
        " pg_catalog.obj_description(t.oid, 'pg_event_trigger') FROM pg_catalog.pg_event_trigger AS t"
        " JOIN pg_catalog.pg_proc AS p ON p.oid = evtfoid JOIN pg_catalog.pg_namespace AS n ON n.oid = pronamespace"
        f" WHERE {no_member('pg_event_trigger', 't.oid')} ORDER BY evtname",
    ):
        when = f" WHEN TAG IN ({', '.join(map(literal, tags))})" if tags else ""
        statements = [f"CREATE EVENT TRIGGER {quote(name)} ON {event}{when} EXECUTE FUNCTION {function}();"]
        if state in _STATES:
            statements.append(f"ALTER EVENT TRIGGER {quote(name)} {_STATES[state]};")
        made.append(_only_by_a_superuser("event trigger", name, statements, comment))
    return made


def _publications(connection: WatchedConnection) -> list[Definition]:
    tables: dict[int, list[str]] = {}
    for oid, schema, table, columns, condition in rows_of(
        connection,
        "SELECT prpubid::bigint, nspname, relname, ARRAY(SELECT quote_ident(attname) FROM pg_catalog.pg_attribute"
        "  WHERE attrelid = prrelid AND attnum = ANY (prattrs) ORDER BY attnum),"
        " pg_catalog.pg_get_expr(prqual, prrelid) FROM pg_catalog.pg_publication_rel"
        " JOIN pg_catalog.pg_class AS c ON c.oid = prrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = relnamespace"
        " ORDER BY nspname, relname",
    ):
        text = f"TABLE ONLY {qualified(schema, table)}" + (f" ({', '.join(columns)})" if columns else "")
        tables.setdefault(oid, []).append(text + (f" WHERE ({condition})" if condition else ""))
    for oid, schema in rows_of(
        connection,
        "SELECT pnpubid::bigint, nspname FROM pg_catalog.pg_publication_namespace"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = pnnspid ORDER BY nspname",
    ):
        tables.setdefault(oid, []).append(f"TABLES IN SCHEMA {quote(schema)}")
    made = []
    for oid, name, has_all, actions, is_via_root, comment in rows_of(
        connection,
        "SELECT p.oid::bigint, pubname, puballtables, concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END,"
        " CASE WHEN pubupdate THEN 'update' END, CASE WHEN pubdelete THEN 'delete' END,"
        " CASE WHEN pubtruncate THEN 'truncate' END), pubviaroot,"
        " pg_catalog.obj_description(p.oid, 'pg_publication') FROM pg_catalog.pg_publication AS p"
        f" WHERE {no_member('pg_publication', 'p.oid')} ORDER BY pubname",
    ):
        what = "ALL TABLES" if has_all else ", ".join(tables.get(oid, []))
        text = f"CREATE PUBLICATION {quote(name)}" + (f" FOR {what}" if what else "")
        root = ", publish_via_partition_root = true" if is_via_root else ""
        statements = [f"{text} WITH (publish = {literal(actions)}{root});"]
        made.append(_only_by_a_superuser("publication", name, statements, comment))
    return made

"""Row level security and rules: what changes whose rows a statement sees or touches."""

from __future__ import annotations

from pagevoo_console.services.engines.postgresql_definitions import OURS, Definition, Phase, no_member, rows_of
from pagevoo_console.services.engines.postgresql_names import qualified, quote, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection

_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
_RULE_STATES = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


def policies(connection: WatchedConnection) -> list[Definition]:
    """A role that a policy names must be there when it is made again: the error names it."""
    rows = rows_of(
        connection,
        "SELECT nspname, relname, polname, polcmd::text, polpermissive,"
        " ARRAY(SELECT CASE member WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(member)) END"
        "  FROM unnest(polroles) AS member ORDER BY 1), pg_catalog.pg_get_expr(polqual, polrelid),"
        " pg_catalog.pg_get_expr(polwithcheck, polrelid) FROM pg_catalog.pg_policy"
        " JOIN pg_catalog.pg_class AS c ON c.oid = polrelid JOIN pg_catalog.pg_namespace AS n ON n.oid ="
        f" c.relnamespace WHERE {OURS} AND {no_member('pg_class', 'c.oid')} ORDER BY 1, 2, 3",
    )
    made = []
    for schema, table, name, command, is_permissive, roles, visible, check in rows:
        text = f"CREATE POLICY {quote(name)} ON {qualified(schema, table)}"
        text += f" AS {'PERMISSIVE' if is_permissive else 'RESTRICTIVE'} FOR {_COMMANDS[command]} TO {', '.join(roles)}"
        text += f" USING ({visible})" if visible is not None else ""
        text += f" WITH CHECK ({check})" if check is not None else ""
        made.append(Definition("policy", f"{name} on {shown_name(schema, table)}", Phase.TRIGGERS, f"{text};"))
    return [*made, *_switches(connection)]


def rules(connection: WatchedConnection) -> list[Definition]:
    rows = rows_of(
        connection,
        "SELECT nspname, relname, relkind::text, rulename, ev_enabled::text, pg_catalog.pg_get_ruledef(r.oid)"
        " FROM pg_catalog.pg_rewrite AS r JOIN pg_catalog.pg_class AS c ON c.oid = ev_class"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        f" WHERE rulename <> '_RETURN' AND {OURS} AND {no_member('pg_class', 'c.oid')}"
        f" AND {no_member('pg_rewrite', 'r.oid')} ORDER BY 1, 2, 4",
    )
    made = []
    for schema, table, kind, name, state, text in rows:
        shown = f"{name} on {shown_name(schema, table)}"
        made.append(Definition("rule", shown, Phase.TRIGGERS, text.rstrip().removesuffix(";") + ";"))
        if state in _RULE_STATES and kind in "rp":
            change = f"ALTER TABLE {qualified(schema, table)} {_RULE_STATES[state]} RULE {quote(name)};"
            made.append(Definition("rule state", shown, Phase.TRIGGERS, change))
    return made


def hidden_tables(connection: WatchedConnection) -> list[str]:
    """Tables of which row level security keeps this account from seeing every row."""
    return [
        name
        for (name,) in rows_of(
            connection,
            "SELECT c.oid::regclass::text FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n"
            f" ON n.oid = c.relnamespace WHERE c.relrowsecurity AND c.relkind IN ('r', 'p') AND {OURS}"
            " AND pg_catalog.row_security_active(c.oid) ORDER BY 1",
        )
    ]


def _switches(connection: WatchedConnection) -> list[Definition]:
    made = []
    for schema, table, is_on, is_forced in rows_of(
        connection,
        "SELECT nspname, relname, relrowsecurity, relforcerowsecurity FROM pg_catalog.pg_class AS c"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')"
        f" AND (relrowsecurity OR relforcerowsecurity) AND {OURS} AND {no_member('pg_class', 'c.oid')} ORDER BY 1, 2",
    ):
        changes = ["ENABLE ROW LEVEL SECURITY"] * is_on + ["FORCE ROW LEVEL SECURITY"] * is_forced
        text = f"ALTER TABLE ONLY {qualified(schema, table)} {', '.join(changes)};"
        made.append(Definition("row level security", shown_name(schema, table), Phase.TRIGGERS, text))
    return made

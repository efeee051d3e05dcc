"""SQLite's virtual tables: text search and r-trees, dumped as what went into them and not as how they keep it.

The tables in which a module keeps its index are its own affair and come back with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pagevoo_console.services.engines.sqlite_session import SqliteSession

ROW_MODULES = frozenset({"fts3", "fts4", "fts5", "rtree", "rtree_i32"})
"""Virtual tables that hold rows of their own, or an index over another table."""
VIEW_MODULES = frozenset({"fts5vocab", "fts4aux"})
"""Virtual tables that show what is in another one."""

_HEAD = re.compile(
    r"CREATE\s+VIRTUAL\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[[^\]]*\]"
    r"|[^\s(]+)\s+USING\s+([A-Za-z0-9_]+)\s*",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"[(,]\s*(content|compress|uncompress|languageid)\s*=\s*('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[[^\]]*\]"
    r"|[^,)\s]*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Virtual:
    """A virtual table. `source` is the table whose rows it only indexes, None where it holds them itself.

    `problem` says why a dump could not bring it back.
    """

    name: str
    module: str
    columns: tuple[str, ...] = ()
    source: str | None = None
    problem: str = ""

    @property
    def holds_rows(self) -> bool:
        return self.module in ROW_MODULES and self.source is None and not self.problem


def shadow_tables(session: SqliteSession) -> frozenset[str]:
    """The tables that modules keep for themselves, by the modules' own word."""
    return frozenset(
        name
        for (name,) in session.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")
    )


def virtual_table(session: SqliteSession, name: str, sql: str) -> Virtual:
    """What a virtual table of this definition is, and whether a dump brings it back."""
    head = _HEAD.match(sql)
    module = head[1].lower() if head is not None else ""
    if head is None or module not in ROW_MODULES | VIEW_MODULES:
        return Virtual(name, module, problem=f"no module {module} is part of SQLite")
    if module in VIEW_MODULES:
        return Virtual(name, module)
    options = {match[1].lower(): _unquoted(match[2]) for match in _OPTION.finditer(sql, head.end())}
    is_text = module.startswith("fts")
    if is_text and options.keys() & {"compress", "uncompress"}:
        return Virtual(name, module, problem="its text is compressed by functions of an application")
    if is_text and options.get("content") == "":
        return Virtual(name, module, problem="it keeps an index without the text")
    columns = [column for _, column, _, _, _, _, hidden in _columns(session, name) if hidden == 0]
    if is_text and "languageid" in options:
        columns.append(options["languageid"])
    if is_text:
        columns.insert(0, "rowid")
    return Virtual(name, module, tuple(columns), options.get("content") if is_text else None)


def settings(session: SqliteSession, table: Virtual) -> list[tuple[str, object]]:
    """How an FTS5 table was told to work."""
    if table.module != "fts5":
        return []
    quoted = '"' + f"{table.name}_config".replace('"', '""') + '"'
    return [
        (str(name), value)
        for name, value in session.execute(f"SELECT k, v FROM {quoted} WHERE k <> 'version' ORDER BY k")
    ]


def _columns(session: SqliteSession, name: str) -> list[tuple[int, str, str, int, object, int, int]]:
    quoted = '"' + name.replace('"', '""') + '"'
    return list(session.execute(f"PRAGMA table_xinfo({quoted})"))


def _unquoted(text: str) -> str:
    if text[:1] in ("'", '"', "`") and len(text) > 1:
        return text[1:-1].replace(text[0] * 2, text[0])
    return text[1:-1] if text[:1] == "[" else text

"""What becomes of each statement of a foreign SQLite dump: kept, rewritten, left out, or refused."""

from __future__ import annotations

import re
from dataclasses import replace

from pagevoo_console.domain.dump_xray import Treatment, XrayTopic
from pagevoo_console.services.engines.dump_wording import shown
from pagevoo_console.services.engines.foreign_dumps import Judge, Judged, Note, Piece, PieceKind, rows_about
from pagevoo_console.services.engines.sqlite_session import SqliteSession
from pagevoo_console.services.engines.sqlite_virtual import ROW_MODULES, VIEW_MODULES

KEPT_PRAGMAS = frozenset({"user_version", "application_id"})
_QUIET_PRAGMAS = frozenset({"foreign_keys", "writable_schema", "encoding"})
"""What they are for is done otherwise: keys are checked at the end, virtual tables made by their own statements."""
_QUIET = frozenset({"BEGIN", "COMMIT", "END", "SAVEPOINT", "RELEASE", "ANALYZE", "REINDEX"})
_BLANK = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_NAME = r"\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[[^\]]*\]|'(?:[^']|'')*'|[^\W\d][\w$]*"
_HEAD = re.compile(
    rf"{_BLANK}CREATE\s+(?P<temp>TEMP\s+|TEMPORARY\s+)?(?:UNIQUE\s+)?(?P<kind>VIRTUAL\s+TABLE|TABLE|VIEW|INDEX|TRIGGER)"
    rf"\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:(?P<schema>{_NAME})\s*\.\s*)?(?P<name>{_NAME})"
    rf"(?:\s+USING\s+(?P<module>{_NAME}))?",
    re.IGNORECASE | re.DOTALL,
)
_INSERT = re.compile(
    rf"{_BLANK}(?:INSERT|REPLACE)\s+(?:OR\s+\w+\s+)?INTO\s+(?:(?P<schema>{_NAME})\s*\.\s*)?(?P<name>{_NAME})",
    re.IGNORECASE | re.DOTALL,
)
_OWN_SCHEMAS = frozenset({"", "main", "temp"})
_SCHEMA_ROW = re.compile(
    rb"VALUES\s*\(\s*'table'\s*,\s*'(?:[^']|'')*'\s*,\s*'(?:[^']|'')*'\s*,\s*0\s*,\s*'(?P<sql>(?:[^']|'')*)'\s*\)\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_HEAD_BYTES = 2048


class SqliteJudge(Judge):
    """Judges one file."""

    character_set = "UTF-8"

    def __init__(self) -> None:
        self.databases: dict[str, int] = {}
        self._is_open = False
        self._virtual: set[str] = set()

    def judge(self, piece: Piece) -> Judged:
        if piece.kind is PieceKind.COMMAND:
            text = f"The shell's command {shown(piece.text)}"
            return Judged(None, (Note(XrayTopic.CLIENT, Treatment.LEFT_OUT, text),))
        head = piece.text[:_HEAD_BYTES].decode("utf-8", "replace")
        first = head[:24].split(None, 1)[0].upper()
        match first:
            case "PRAGMA":
                return _pragma(piece, head)
            case "ROLLBACK":
                text = "It ends with ROLLBACK: sqlite3 met errors in the database while it made the dump"
                return Judged(None, (Note(XrayTopic.WHOLE, Treatment.REFUSED, text),))
            case "ATTACH" | "DETACH":
                return Judged(None, (Note(XrayTopic.LEAVES, Treatment.LEFT_OUT, shown(piece.text)),))
            case "VACUUM":
                return Judged(None, (Note(XrayTopic.SERVER, Treatment.LEFT_OUT, shown(piece.text)),))
            case "INSERT" | "REPLACE":
                return self._insert(piece, head)
            case "CREATE":
                judged = _create(piece.text, head)
                return replace(judged, made=()) if self._is_kept_by_virtual(judged) else judged
        self._is_open = first == "BEGIN" or (self._is_open and first not in ("COMMIT", "END"))
        return Judged(None if first in _QUIET else piece.text)

    def closing(self) -> tuple[Note, ...]:
        """A transaction that is begun and not committed is the sign of a file that was cut off."""
        if not self._is_open:
            return ()
        return (Note(XrayTopic.WHOLE, Treatment.REFUSED, "It begins a transaction and does not commit it"),)

    def _is_kept_by_virtual(self, judged: Judged) -> bool:
        """Whether it makes a table in which a virtual table keeps its index: that one's own affair."""
        return any(kind == "table" and name.lower().startswith(tuple(self._virtual)) for kind, name in judged.made)

    def _insert(self, piece: Piece, head: str) -> Judged:
        match = _INSERT.match(head)
        if match is None:
            return Judged(piece.text)
        schema, table = _unquoted(match["schema"]), _unquoted(match["name"])
        if table.lower() in ("sqlite_schema", "sqlite_master"):
            judged = _schema_row(piece)
            self._virtual |= {f"{name.lower()}_" for _, name in judged.made}
            return judged
        if schema.lower() not in _OWN_SCHEMAS:
            note = Note(XrayTopic.LEAVES, Treatment.REFUSED, f"Rows for {schema}.{table}, a table of another database")
            return Judged(None, (note,))
        if table.lower() == "sqlite_sequence" or table.lower().startswith(tuple(self._virtual)):
            return Judged(piece.text)
        return Judged(piece.text, table=table, rows=rows_about(piece.text))


def _create(text: bytes, head: str) -> Judged:
    match = _HEAD.match(head)
    if match is None:
        return Judged(text)
    schema, name = _unquoted(match["schema"]), _unquoted(match["name"])
    kind = " ".join(match["kind"].lower().split())
    if schema.lower() not in _OWN_SCHEMAS:
        note = Note(XrayTopic.LEAVES, Treatment.REFUSED, f"The {kind} {schema}.{name} is of another database")
        return Judged(None, (note,))
    module = _unquoted(match["module"]).lower()
    if kind == "virtual table" and module not in ROW_MODULES | VIEW_MODULES:
        note = Note(
            XrayTopic.STORAGE, Treatment.REFUSED, f"The virtual table {name} is of module {module}, which is not here"
        )
        return Judged(None, (note,))
    made = () if kind == "index" or match["temp"] else ((kind, name),)
    return Judged(text, made=made)


def _pragma(piece: Piece, head: str) -> Judged:
    name = re.split(r"[\s=(;.]+", head.split(None, 1)[1] if len(head.split(None, 1)) > 1 else "")[0].lower()
    if name in KEPT_PRAGMAS:
        return Judged(piece.text)
    if name in _QUIET_PRAGMAS:
        return Judged(None)
    return Judged(None, (Note(XrayTopic.SERVER, Treatment.LEFT_OUT, f"PRAGMA {name}"),))


def _schema_row(piece: Piece) -> Judged:
    """How sqlite3 dumps a virtual table: as a row of the schema, which holds the statement that makes it."""
    row = _SCHEMA_ROW.search(piece.text)
    statement = row["sql"].replace(b"''", b"'") if row is not None else b""
    if not re.match(rb"\s*CREATE\s+VIRTUAL\s+TABLE\s", statement, re.IGNORECASE):
        text = "It writes into the schema itself, by other means than statements"
        return Judged(None, (Note(XrayTopic.STORAGE, Treatment.REFUSED, text),))
    judged = _create(statement, statement[:_HEAD_BYTES].decode("utf-8", "replace"))
    name = judged.made[0][1] if judged.made else ""
    note = Note(XrayTopic.STORAGE, Treatment.REWRITTEN, f"The virtual table {name} is made by its own statement")
    return Judged(judged.text, (*judged.notes, note), judged.made, is_rewritten=True)


def _unquoted(name: str | None) -> str:
    if not name:
        return ""
    if name[0] in "\"`'":
        return name[1:-1].replace(name[0] * 2, name[0])
    return name[1:-1] if name[0] == "[" else name


def problems(session: SqliteSession) -> tuple[str, ...]:
    """What is wrong with what was made, in sentences: SQLite's own checks of keys and pages."""
    found = [
        f"A row of {table} points to a row of {parent} that is not there"
        for table, _, parent, _ in session.execute("PRAGMA foreign_key_check").fetchmany(20)
    ]
    checks = [str(text) for (text,) in session.execute("PRAGMA integrity_check(20)").fetchall()]
    return (*dict.fromkeys(found), *(text for text in checks if text != "ok"))

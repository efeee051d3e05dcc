"""What becomes of each statement of a foreign MySQL dump: kept, rewritten, left out, or refused."""

from __future__ import annotations

from pagevoo_console.domain.dump_xray import Treatment, XrayTopic
from pagevoo_console.services.engines.dump_wording import Wording, shown
from pagevoo_console.services.engines.foreign_dumps import Judge, Judged, Note, Piece, PieceKind, rows_about
from pagevoo_console.services.engines.mysql_executable import may_hide, resolved
from pagevoo_console.services.engines.mysql_making import Making, judge_making
from pagevoo_console.services.engines.mysql_settings import Modes, judge_set
from pagevoo_console.services.engines.mysql_target import Target
from pagevoo_console.services.engines.mysql_text import worded

_HEAD_BYTES = 2048
"""Enough of a statement that writes rows to know where it writes them."""
_WRITES = frozenset({"INSERT", "REPLACE"})
_DATABASES = frozenset({"DATABASE", "SCHEMA"})
_ACCOUNTS = frozenset({"USER", "ROLE"})
_QUIET = frozenset({("LOCK", "TABLES"), ("LOCK", "TABLE"), ("UNLOCK", "TABLES"), ("UNLOCK", "TABLE")})
"""Nobody else is in the database that is being filled."""
_OF_THE_SERVER = frozenset(
    {
        "FLUSH", "RESET", "PURGE", "CHANGE", "STOP", "KILL", "SHUTDOWN", "RESTART", "INSTALL", "UNINSTALL", "BINLOG",
        "BACKUP", "CLONE", "IMPORT",
    }
)  # fmt: skip
_SERVER_OBJECTS = frozenset({"SERVER", "TABLESPACE", "LOGFILE", "UNDO", "RESOURCE", "INSTANCE"})
_DYNAMIC = frozenset({"PREPARE", "EXECUTE"})
_OF_TRIGGERS = "Its triggers work with the rights of the account that imports them; they name no other database"
_TAKING_NAMES = frozenset({"DROP", "RENAME", "TRUNCATE", "ALTER", "UPDATE", "DELETE", "ANALYZE", "OPTIMIZE", "REPAIR"})


class MysqlJudge(Judge):
    """Judges one file, statement by statement. `own` are the names that the file has for its own database."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.modes = Modes()
        self.databases: dict[str, int] = {}
        self._current = ""
        self._filled: dict[str, int] = {}
        self._has_triggers = False

    def judge(self, piece: Piece) -> Judged:
        if piece.kind is PieceKind.COMMAND:
            return Judged(None, self._command(piece))
        text, is_hidden = piece.text, may_hide(piece.text)
        if is_hidden:
            text = resolved(text, self.target.version, is_mariadb=self.target.is_mariadb, escapes=self.modes.escapes)
        if not text:
            return Judged(None)
        judged = self._statement(text, piece.line)
        if len(text) >= self.target.largest_statement and judged.text is not None:
            note = Note(
                XrayTopic.SIZE, Treatment.REFUSED,
                f"A statement of {len(text)} bytes; max_allowed_packet is {self.target.largest_statement}",
            )  # fmt: skip
            judged = Judged(None, (*judged.notes, note))
        worst = {note.treatment for note in judged.notes} & {Treatment.LEFT_OUT, Treatment.REFUSED}
        if is_hidden and worst and _begins_hidden(piece.text):
            told = Treatment.REFUSED if Treatment.REFUSED in worst else Treatment.LEFT_OUT
            hidden = Note(XrayTopic.HIDDEN, told, f"In a comment that the server executes: {shown(text)}")
            return Judged(judged.text, (*judged.notes, hidden), judged.made, judged.table, judged.rows, True)
        return judged

    def closing(self) -> tuple[Note, ...]:
        told = [Note(XrayTopic.ACCOUNTS, Treatment.KEPT, _OF_TRIGGERS)] if self._has_triggers else []
        if len(self._filled) < 2:
            return tuple(told)
        names = ", ".join(name or "(none named)" for name in self._filled)
        return (
            *told,
            Note(
                XrayTopic.LEAVES, Treatment.REFUSED,
                f"The file fills {len(self._filled)} databases ({names}): make a dump of the one that is meant",
            ),
        )  # fmt: skip

    # --- one piece --------------------------------------------------------------------------------------------------

    def _command(self, piece: Piece) -> tuple[Note, ...]:
        text = shown(piece.text)
        word, _, rest = piece.text.decode("utf-8", "replace").partition(" ")
        if word.lower() == "delimiter":
            return ()
        if text == "\\-":
            return (Note(XrayTopic.CLIENT, Treatment.LEFT_OUT, "The client's sandbox mode, which is always on here"),)
        if word.lower() in ("use", "\\u"):
            return self._use(rest.strip().strip("`'\";"), piece.line)
        return (Note(XrayTopic.CLIENT, Treatment.LEFT_OUT, f"The client's command {text}"),)

    def _statement(self, text: bytes, line: int) -> Judged:
        first = text[:24].split(None, 1)[0].upper().decode("latin-1")
        if first in _WRITES:
            return self._rows(text, line)
        wording = worded(text)
        second = wording.word(1)
        told = self._left_out(wording, text, line, first, second)
        if told is not None:
            return Judged(None, told)
        if first == "SET":
            sent, notes = judge_set(wording, self.target, self.modes)
            self.character_set = self.modes.character_set
            return Judged(sent, tuple(notes), is_rewritten=sent is not None and sent != text)
        if first in ("CREATE", "ALTER"):
            made = judge_making(wording, self.target, self._own)
            self._has_triggers |= made.kind == "trigger" and made.sent is not None
            if made.sent is not None and made.kind in ("table", "view", "trigger", "procedure", "function"):
                self._filled.setdefault(self._current, line)
            return _judged(made, text)
        if first in _DYNAMIC:
            note = Note(
                XrayTopic.HIDDEN, Treatment.KEPT,
                f"{first}: a statement that nobody can foresee, by an account that reaches nothing else",
            )  # fmt: skip
            return Judged(text, (note,))
        if first in _TAKING_NAMES:
            return self._named(wording, text, first)
        return Judged(text)

    def _left_out(self, wording: Wording, text: bytes, line: int, first: str, second: str) -> tuple[Note, ...] | None:
        """What to tell of a statement that is not sent; None where it may be."""
        if (first, second) in _QUIET:
            return ()
        if first == "USE":
            return self._use(wording.name(1), line)
        if second in _DATABASES and first in ("CREATE", "DROP", "ALTER"):
            name = next((wording.name(place) for place in range(2, len(wording)) if not _is_filler(wording, place)), "")
            if first == "CREATE" and name:
                self.databases.setdefault(name, line)
            return (Note(XrayTopic.LEAVES, Treatment.LEFT_OUT, f"{first} {second} {name}".strip()),)
        if wording.words(1, 3) == ("OR", "REPLACE", "DATABASE"):
            return (Note(XrayTopic.LEAVES, Treatment.LEFT_OUT, shown(text)),)
        if first in ("GRANT", "REVOKE"):
            return (Note(XrayTopic.ACCOUNTS, Treatment.LEFT_OUT, f"{first} … {_account(wording)}".strip()),)
        if first in ("CREATE", "DROP", "ALTER", "RENAME") and (
            second in _ACCOUNTS or (wording.words(1, 3)[:2] == ("OR", "REPLACE") and wording.word(3) in _ACCOUNTS)
        ):
            return (Note(XrayTopic.ACCOUNTS, Treatment.LEFT_OUT, f"{first} {second}"),)
        if first == "LOAD" or wording.find("INTO", "OUTFILE") > 0 or wording.find("INTO", "DUMPFILE") > 0:
            return (Note(XrayTopic.SERVER, Treatment.REFUSED, f"It reads or writes a file: {shown(text)}"),)
        is_server = first in _OF_THE_SERVER or (first in ("CREATE", "DROP", "ALTER") and second in _SERVER_OBJECTS)
        is_replication = first in ("START", "STOP") and second in ("SLAVE", "REPLICA", "ALL", "GROUP_REPLICATION")
        if is_server or is_replication:
            return (Note(XrayTopic.SERVER, Treatment.LEFT_OUT, shown(text)),)
        return None

    def _use(self, name: str, line: int) -> tuple[Note, ...]:
        self._current = name
        self.databases.setdefault(name, line)
        return (Note(XrayTopic.LEAVES, Treatment.LEFT_OUT, f"USE {name}"),)

    def _own(self, database: str) -> bool:
        """Whether this is a name that the file has for the very database that it fills."""
        if self._current:
            return database.lower() == self._current.lower()
        return database.lower() in {name.lower() for name in self.databases}

    def _rows(self, text: bytes, line: int) -> Judged:
        head = worded(text[:_HEAD_BYTES])
        place = 1
        while head.word(place) in ("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"):
            place += 1
        database, table, behind = head.qualified(place)
        self._filled.setdefault(self._current, line)
        rows = rows_about(text)
        notes = []
        if b"'0000-00-00" in text:
            notes.append(Note(XrayTopic.VALUES, Treatment.KEPT, f"Zero dates in {table}"))
        if not database:
            return Judged(text, tuple(notes), table=table, rows=rows)
        if not self._own(database):
            notes.append(
                Note(XrayTopic.LEAVES, Treatment.REFUSED, f"Rows for {database}.{table}, a table of another database")
            )
            return Judged(None, tuple(notes))
        notes.append(Note(XrayTopic.LEAVES, Treatment.REWRITTEN, f"{database}.{table} becomes {table}"))
        head.change(place, behind, head.piece(behind - 1).text)
        return Judged(head.changed() + text[_HEAD_BYTES:], tuple(notes), (), table, rows, True)

    def _named(self, wording: Wording, text: bytes, first: str) -> Judged:
        """Tables that are dropped, renamed, emptied or changed: of this database, or nothing is imported."""
        notes = []
        for place, database, name in list(wording.pairs()):
            if first in ("UPDATE", "DELETE") and wording.word(place - 1) not in ("UPDATE", "FROM", "JOIN"):
                continue
            if self._own(database):
                wording.change(place, place + 3, wording.piece(place + 2).text)
                notes.append(Note(XrayTopic.LEAVES, Treatment.REWRITTEN, f"{database}.{name} becomes {name}"))
            else:
                notes.append(
                    Note(XrayTopic.LEAVES, Treatment.REFUSED, f"{first} {database}.{name}, which is elsewhere")
                )
        return Judged(wording.changed(), tuple(notes), is_rewritten=wording.is_changed)


def _judged(made: Making, text: bytes) -> Judged:
    is_changed = made.sent is not None and made.sent != text
    objects = ((made.kind, made.name),) if made.kind else ()
    return Judged(made.sent, tuple(made.notes), objects, is_rewritten=is_changed)


def _is_filler(wording: Wording, place: int) -> bool:
    return wording.piece(place).kind == "word" and wording.word(place) in ("IF", "NOT", "EXISTS", "OR", "REPLACE")


def _account(wording: Wording) -> str:
    for word in ("TO", "FROM"):
        place = wording.find(word)
        if place > 0:
            return f"{word} {wording.name(place + 1)}"
    return ""


def _begins_hidden(text: bytes) -> bool:
    """Whether the statement itself stands in an executable comment, and not just an option of it."""
    return text.lstrip().startswith((b"/*!", b"/*M!"))

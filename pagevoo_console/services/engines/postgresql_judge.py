"""What becomes of each statement of a foreign PostgreSQL dump: kept, rewritten, left out, or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pagevoo_console.domain.dump_xray import Treatment, XrayTopic
from pagevoo_console.services.engines.dump_wording import Wording, shown
from pagevoo_console.services.engines.foreign_dumps import Judge, Judged, Note, Piece, PieceKind, rows_about
from pagevoo_console.services.engines.postgresql_session import WatchedConnection
from pagevoo_console.services.engines.postgresql_wording import worded

_HEAD_BYTES = 2048
_KINDS = {
    "TABLE": "table", "VIEW": "view", "MATERIALIZED": "materialized view", "FUNCTION": "function",
    "PROCEDURE": "procedure", "AGGREGATE": "aggregate", "TRIGGER": "trigger", "SEQUENCE": "sequence", "TYPE": "type",
    "DOMAIN": "domain", "SCHEMA": "schema", "RULE": "rule", "POLICY": "policy", "EXTENSION": "extension",
}  # fmt: skip
_ROLES = frozenset({"ROLE", "USER", "GROUP"})
_REFUSED_OBJECTS = frozenset({"SERVER", "FOREIGN"})
"""They reach other machines, and the rest of a dump rests on them."""
_SERVER_OBJECTS = frozenset({"TABLESPACE", "SUBSCRIPTION", "PUBLICATION", "EVENT", "LANGUAGE", "SYSTEM", "ACCESS"})
_KNOWN_COMMANDS = {"\\restrict": "pg_dump's lock against commands", "\\unrestrict": "pg_dump's lock against commands"}
_OF_FUNCTIONS = "Its functions work with the rights of whoever uses its tables: let no website log in as a superuser"
_NOT_OF_ROWS = re.compile(r"\A(?:SCHEMA|EXTENSION|DATABASE|LANGUAGE)\Z")


@dataclass(frozen=True, slots=True)
class Target:
    """What the server has. `trusted` extensions may be made by who owns the database."""

    settings: frozenset[str]
    extensions: frozenset[str]
    trusted: frozenset[str]
    methods: frozenset[str]


def look(connection: WatchedConnection) -> Target:
    """Reads only."""

    def names(query: str) -> frozenset[str]:
        return frozenset(str(name) for (name,) in connection.execute(query.encode()).fetchall())

    return Target(
        names("SELECT lower(name) FROM pg_catalog.pg_settings"),
        names("SELECT name FROM pg_catalog.pg_available_extensions"),
        names("SELECT DISTINCT name FROM pg_catalog.pg_available_extension_versions WHERE trusted OR NOT superuser"),
        names("SELECT amname FROM pg_catalog.pg_am WHERE amtype = 't'"),
    )


class PostgresqlJudge(Judge):
    """Judges one file. `standard` is whether a backslash in a plain string is just that, as the file sets it."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.databases: dict[str, int] = {}
        self.standard = True
        self._current = ""
        self._filled: dict[str, int] = {}
        self._copied = ""
        self._has_functions = False

    def judge(self, piece: Piece) -> Judged:
        if piece.kind is PieceKind.COMMAND:
            return Judged(None, self._command(piece))
        if piece.kind is PieceKind.ROWS:
            return Judged(piece.text, rows=piece.rows, table=self._copied)
        self._copied = ""
        first = piece.text[:24].split(None, 1)[0].upper().decode("latin-1")
        if first == "INSERT":
            return self._insert(piece)
        wording = worded(piece.text)
        words = wording.words(0, 4)
        note = _left_out(words, wording, piece.text)
        if note is not None:
            if words[:2] == ("CREATE", "DATABASE"):
                self.databases.setdefault(wording.name(2), piece.line)
            return Judged(None, (note,))
        match words[0]:
            case "COPY":
                return self._copy(wording, piece)
            case "SET":
                return self._set(wording, piece.text)
            case "CREATE":
                return self._create(wording, piece)
            case "ALTER":
                return self._alter(wording, piece)
        return Judged(piece.text)

    def closing(self) -> tuple[Note, ...]:
        told = [Note(XrayTopic.ACCOUNTS, Treatment.KEPT, _OF_FUNCTIONS)] if self._has_functions else []
        if len(self._filled) < 2:
            return tuple(told)
        names = ", ".join(name or "(none named)" for name in self._filled)
        text = f"The file fills {len(self._filled)} databases ({names}): make a dump of the one that is meant"
        return (*told, Note(XrayTopic.LEAVES, Treatment.REFUSED, text))

    # --- one piece --------------------------------------------------------------------------------------------------

    def _command(self, piece: Piece) -> tuple[Note, ...]:
        words = piece.text.decode("utf-8", "replace").split()
        word = words[0] if words else "\\"
        if word in ("\\c", "\\connect"):
            names = [name.strip("\"';") for name in words[1:] if not name.startswith("-")]
            self._current = names[0] if names else ""
            self.databases.setdefault(self._current, piece.line)
            return (Note(XrayTopic.LEAVES, Treatment.LEFT_OUT, f"{word} {self._current}"),)
        if word in _KNOWN_COMMANDS:
            return (Note(XrayTopic.CLIENT, Treatment.LEFT_OUT, f"{word}: {_KNOWN_COMMANDS[word]}"),)
        return (Note(XrayTopic.CLIENT, Treatment.LEFT_OUT, f"The client's command {shown(piece.text)}"),)

    def _insert(self, piece: Piece) -> Judged:
        head = worded(piece.text[:_HEAD_BYTES])
        table, _, note = self._table(head, 2 if head.word(1) == "INTO" else 1)
        self._filled.setdefault(self._current, piece.line)
        rows = rows_about(piece.text)
        if note is not None:
            return Judged(None, (note,))
        return Judged(piece.text, table=table, rows=rows)

    def _table(self, wording: Wording, place: int) -> tuple[str, int, Note | None]:
        """(schema and name, the place behind, the reason to refuse it) of the table named there."""
        first, second, behind = wording.qualified(place)
        if wording.piece(behind).text == ".":
            elsewhere = Note(
                XrayTopic.LEAVES, Treatment.REFUSED, f"{first}.{second}.{wording.name(behind + 1)} names a database"
            )
            return wording.name(behind + 1), behind + 2, elsewhere
        return (f"{first}.{second}" if first and first != "public" else second), behind, None

    def _copy(self, wording: Wording, piece: Piece) -> Judged:
        table, _, note = self._table(wording, 1)
        if wording.find("FROM", "STDIN") < 0:
            text = f"It reads or writes a file or a program of the server: {shown(piece.text)}"
            return Judged(None, (Note(XrayTopic.SERVER, Treatment.REFUSED, text),))
        self._copied = table
        self._filled.setdefault(self._current, piece.line)
        if note is not None:
            return Judged(None, (note,), is_copy=True)
        return Judged(piece.text, table=table, is_copy=True)

    def _set(self, wording: Wording, text: bytes) -> Judged:
        place = 2 if wording.word(1) in ("SESSION", "LOCAL") else 1
        name = wording.name(place).lower()
        value = wording.piece(place + 2).text.strip("'\"").lower()
        if name in ("role", "authorization") or wording.word(1) == "AUTHORIZATION":
            return _told(XrayTopic.ACCOUNTS, f"SET {name.upper()}")
        if name == "session_replication_role":
            return _told(XrayTopic.SERVER, "SET session_replication_role: triggers work while rows are loaded")
        if name == "default_tablespace" and value:
            return _told(XrayTopic.STORAGE, f"SET default_tablespace = {value}")
        if name == "default_table_access_method" and value not in self.target.methods:
            return _told(XrayTopic.STORAGE, f"SET default_table_access_method = {value}")
        is_setting = wording.piece(place + 1).text in ("=", "") or wording.word(place + 1) == "TO"
        if is_setting and "." not in name and name not in self.target.settings:
            return _told(XrayTopic.SERVER, f"SET {name}, which this server does not know")
        if name == "standard_conforming_strings":
            self.standard = value not in ("off", "false", "0", "no")
        if name == "client_encoding":
            self.character_set = value
        return Judged(text)

    def _create(self, wording: Wording, piece: Piece) -> Judged:
        place = 1
        while wording.word(place) in _BEFORE_KINDS:
            place += 1
        word = wording.word(place)
        kind = _KINDS.get(word, "")
        place += 2 if word == "MATERIALIZED" else 1
        while wording.word(place) in ("IF", "NOT", "EXISTS"):
            place += 1
        first, second, _ = wording.qualified(place)
        name = f"{first}.{second}" if first and first != "public" else second
        notes: list[Note] = []
        if kind == "extension":
            notes += self._extension(name)
        if kind in ("table", "materialized view"):
            self._filled.setdefault(self._current, piece.line)
        definer = wording.find("SECURITY", "DEFINER")
        if definer > 0 and kind in ("function", "procedure"):
            wording.change(definer + 1, definer + 2, "INVOKER")
            text = f"The {kind} {name} works with the rights of whoever calls it, not of its owner"
            notes.append(Note(XrayTopic.ACCOUNTS, Treatment.REWRITTEN, text))
        self._tablespace(wording, notes)
        if any(note.treatment is not Treatment.REWRITTEN for note in notes):
            return Judged(None, tuple(notes), ((kind, name),))
        made = ((kind, name),) if kind else ()
        self._has_functions |= kind in ("function", "procedure")
        return Judged(wording.changed(), tuple(notes), made, is_rewritten=wording.is_changed)

    def _extension(self, name: str) -> list[Note]:
        if name not in self.target.extensions:
            return [Note(XrayTopic.EXTENSION, Treatment.REFUSED, f"The extension {name} is not on this server")]
        if name == "plpgsql":
            return [Note(XrayTopic.EXTENSION, Treatment.LEFT_OUT, "The extension plpgsql, which is there already")]
        if name not in self.target.trusted:
            text = f"The extension {name} can be made by a superuser alone"
            return [Note(XrayTopic.EXTENSION, Treatment.REFUSED, text)]
        return []

    def _alter(self, wording: Wording, piece: Piece) -> Judged:
        owner = wording.find("OWNER", "TO")
        if owner > 0:
            return _told(XrayTopic.ACCOUNTS, f"OWNER TO {wording.name(owner + 2)}")
        for state in ("DISABLE", "ENABLE"):
            if wording.find(state, "TRIGGER", "ALL") > 0:
                return _told(XrayTopic.SERVER, f"{state} TRIGGER ALL, which a superuser alone may")
        return Judged(piece.text)

    def _tablespace(self, wording: Wording, notes: list[Note]) -> None:
        place = wording.find("TABLESPACE")
        if place > 0 and wording.name(place + 1):
            notes.append(Note(XrayTopic.STORAGE, Treatment.REWRITTEN, f"TABLESPACE {wording.name(place + 1)}"))
            wording.change(place, place + 2, "")


_BEFORE_KINDS = frozenset(
    {
        "OR", "REPLACE", "TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "RECURSIVE", "CONSTRAINT", "UNIQUE",
        "DEFAULT",
    }
)  # fmt: skip


def _left_out(words: tuple[str, ...], wording: Wording, text: bytes) -> Note | None:
    """Why a statement is not sent, None where it may be."""
    first, second, third = words[:3]
    is_making = first in ("CREATE", "DROP", "ALTER")
    if is_making and second == "DATABASE":
        name = wording.name(4 if third == "IF" else 2)
        return Note(XrayTopic.LEAVES, Treatment.LEFT_OUT, f"{first} DATABASE {name}")
    if first in ("GRANT", "REVOKE", "REASSIGN") or words[:2] in (("DROP", "OWNED"), ("ALTER", "DEFAULT")):
        return Note(XrayTopic.ACCOUNTS, Treatment.LEFT_OUT, shown(text))
    if is_making and (second in _ROLES or (second, third) == ("USER", "MAPPING")):
        return Note(XrayTopic.ACCOUNTS, Treatment.LEFT_OUT, f"{first} {second} {wording.name(2)}")
    if (first, second) == ("SECURITY", "LABEL"):
        return Note(XrayTopic.ACCOUNTS, Treatment.LEFT_OUT, "SECURITY LABEL")
    if first == "CREATE" and second in _REFUSED_OBJECTS:
        return Note(XrayTopic.SERVER, Treatment.REFUSED, f"It reaches another machine: {shown(text)}")
    if is_making and second in _SERVER_OBJECTS:
        return Note(XrayTopic.SERVER, Treatment.LEFT_OUT, shown(text))
    if first == "COMMENT" and second == "ON" and _NOT_OF_ROWS.match(third):
        return Note(XrayTopic.ACCOUNTS, Treatment.LEFT_OUT, f"COMMENT ON {third} {wording.name(3)}")
    if first in ("LOAD", "CHECKPOINT"):
        return Note(XrayTopic.SERVER, Treatment.LEFT_OUT, shown(text))
    return None


def _told(topic: XrayTopic, text: str) -> Judged:
    return Judged(None, (Note(topic, Treatment.LEFT_OUT, text),))

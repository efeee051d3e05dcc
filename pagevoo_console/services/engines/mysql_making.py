"""What a foreign MySQL dump makes: tables, views, triggers and routines, without owners, engines and places of its own.

Views and routines work with the rights of whoever calls them: whoever wrote the file must not lend them ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pagevoo_console.domain.dump_xray import Treatment, XrayTopic
from pagevoo_console.services.engines.dump_wording import Wording
from pagevoo_console.services.engines.foreign_dumps import Note
from pagevoo_console.services.engines.mysql_settings import map_collations
from pagevoo_console.services.engines.mysql_target import ROWS_ELSEWHERE, Target

_KINDS = {
    "TABLE": "table", "VIEW": "view", "TRIGGER": "trigger", "PROCEDURE": "procedure", "FUNCTION": "function",
    "PACKAGE": "package", "EVENT": "event", "SEQUENCE": "sequence", "INDEX": "index",
}  # fmt: skip
_PROGRAMS = frozenset({"trigger", "procedure", "function"})
_FIRST_CHARACTERISTICS = frozenset(
    {"DETERMINISTIC", "NOT", "NO", "CONTAINS", "READS", "MODIFIES", "LANGUAGE", "SQL", "COMMENT"}
)
_CHARACTERISTICS = _FIRST_CHARACTERISTICS | {"DATA", "SECURITY", "DEFINER", "INVOKER"}
_FIRST_OF_FUNCTION = _FIRST_CHARACTERISTICS | {"BEGIN", "RETURN"}
_OF_SEQUENCES = frozenset({"NEXTVAL", "LASTVAL", "SETVAL"})
_BEFORE_TABLES = frozenset({"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "REFERENCES", "ON", "VIEW", "LIKE"})


@dataclass
class Making:
    """One statement that makes or changes something. `sent` is None where it is left out or refused."""

    kind: str = ""
    name: str = ""
    sent: bytes | None = None
    notes: list[Note] = field(default_factory=list)

    def tell(self, topic: XrayTopic, treatment: Treatment, text: str) -> None:
        self.notes.append(Note(topic, treatment, text))


def judge_making(wording: Wording, target: Target, own: Callable[[str], bool]) -> Making:
    """A CREATE or ALTER, rewritten for this server. `own` tells the file's names for its own database from others."""
    made = Making()
    kind_place = _kind_place(wording)
    if kind_place < 0:
        made.sent = wording.changed()
        return made
    kind = _KINDS[wording.word(kind_place)]
    place = kind_place + 1
    if kind == "package" and wording.word(place) == "BODY":
        kind, place = "package body", place + 1
    while wording.word(place) in ("IF", "NOT", "EXISTS"):
        place += 1
    _, made.name, behind = wording.qualified(place)
    if wording.word(0) == "CREATE" and kind != "index":
        made.kind = kind
    if kind == "event":
        made.tell(
            XrayTopic.EVENT, Treatment.LEFT_OUT,
            f"The event {made.name}: nothing of a foreign file may work by itself, make it by hand",
        )  # fmt: skip
        return made
    if kind == "function" and wording.find("SONAME") > 0:
        made.tell(XrayTopic.SERVER, Treatment.LEFT_OUT, f"The function {made.name} of a library of the server's")
        return made
    if kind.startswith("package"):
        made.tell(
            XrayTopic.ACCOUNTS, Treatment.REFUSED,
            f"The package {made.name}: whose rights its programs work with cannot be kept apart",
        )  # fmt: skip
        return made
    _drop_definer(wording, kind_place, made)
    _stay_here(wording, target, own, made)
    _invoker(wording, kind, kind_place, behind, made)
    if kind in ("table", "sequence"):
        _storage(wording, target, behind, made)
    made.notes += map_collations(wording, target)
    if any(note.treatment is Treatment.REFUSED for note in made.notes):
        return made
    made.sent = _plain_head(wording, kind)
    return made


def _kind_place(wording: Wording) -> int:
    """Where the word stands that says what is made: behind OR REPLACE, DEFINER and the like."""
    for place in range(1, min(len(wording), 24)):
        if wording.word(place) in _KINDS and wording.piece(place).kind == "word":
            return place
        if wording.piece(place).text == "(":
            return -1
    return -1


def _drop_definer(wording: Wording, kind_place: int, made: Making) -> None:
    place = next((n for n in range(1, kind_place) if wording.word(n) == "DEFINER"), -1)
    if place < 0 or wording.piece(place + 1).text != "=":
        return
    behind = place + 3
    if wording.piece(behind).text in ("@", "("):
        behind += 2
    who = wording.name(place + 2)
    wording.change(place, behind, "")
    made.tell(XrayTopic.ACCOUNTS, Treatment.REWRITTEN, f"DEFINER {who}: what it defined belongs to the tenant's owner")


def _invoker(wording: Wording, kind: str, kind_place: int, behind: int, made: Making) -> None:
    """Whoever wrote the file lends nobody the rights of the account that it is imported with."""
    if kind not in ("view", "procedure", "function") or wording.word(0) != "CREATE":
        return
    stop = len(wording) if kind == "view" else _body(wording, kind, behind)
    place = wording.find("SQL", "SECURITY", "DEFINER")
    if 0 < place < stop:
        wording.change(place + 2, place + 3, "INVOKER")
        made.tell(
            XrayTopic.ACCOUNTS, Treatment.REWRITTEN,
            f"The {kind} {made.name} works with the rights of whoever calls it, not of its definer",
        )  # fmt: skip
    elif 0 < wording.find("SQL", "SECURITY", "INVOKER") < stop:
        return
    elif kind == "view":
        wording.insert(kind_place, "SQL SECURITY INVOKER ")
    elif stop < len(wording):
        wording.insert(_characteristics(wording, kind, behind), " SQL SECURITY INVOKER ")
    else:
        made.tell(XrayTopic.ACCOUNTS, Treatment.REFUSED, f"Where the {kind} {made.name} begins cannot be told")


def _characteristics(wording: Wording, kind: str, behind: int) -> int:
    """Where a routine's characteristics may stand: behind its parameters and what it returns."""
    place, depth = behind + 1, 1
    while depth and place < len(wording):
        depth += (wording.piece(place).text == "(") - (wording.piece(place).text == ")")
        place += 1
    if kind != "function":
        return place
    return next((n for n in range(place, len(wording)) if wording.word(n) in _FIRST_OF_FUNCTION), len(wording))


def _body(wording: Wording, kind: str, behind: int) -> int:
    """Where a routine's body begins at the latest, so that nothing in it is taken for a characteristic."""
    place = _characteristics(wording, kind, behind)
    while place < len(wording) and wording.word(place) in _CHARACTERISTICS:
        place += 2 if wording.word(place) == "COMMENT" else 1
    return place


def _stay_here(wording: Wording, target: Target, own: Callable[[str], bool], made: Making) -> None:
    """Names with a database before them: the file's own lose it, another one that there is ends the import."""
    texts: set[str] = set()
    for place, database, name in list(wording.pairs()):
        is_sequence = wording.piece(place - 1).text == "(" and wording.word(place - 2) in _OF_SEQUENCES
        is_table = is_sequence or wording.word(place - 1) in _BEFORE_TABLES or wording.piece(place + 3).text == "."
        is_target = name == made.name and wording.word(place - 1) in (*_KINDS, "EXISTS", "BODY")
        if own(database) and (is_table or is_target):
            wording.change(place, place + 3, wording.piece(place + 2).text)
            texts.add(database)
        elif is_target or (not own(database) and database.lower() in target.databases):
            made.tell(
                XrayTopic.LEAVES,
                Treatment.REFUSED,
                f"The {made.kind or 'change'} {made.name} speaks of {database}.{name}",
            )
    for database in sorted(texts):
        made.tell(XrayTopic.LEAVES, Treatment.REWRITTEN, f"{database}. before names is left away")


def _storage(wording: Wording, target: Target, start: int, made: Making) -> None:
    for place in range(start, len(wording)):
        word = wording.word(place)
        value = place + 1 + (wording.piece(place + 1).text == "=")
        if word == "ENGINE" and (wording.piece(place + 1).text == "=" or wording.piece(place - 1).text == ")"):
            engine = wording.name(value).lower()
            if engine in ROWS_ELSEWHERE:
                made.tell(
                    XrayTopic.STORAGE, Treatment.REFUSED,
                    f"The table {made.name} is of engine {engine}, which keeps rows elsewhere",
                )  # fmt: skip
            elif engine and engine not in target.engines:
                wording.change(value, value + 1, "InnoDB")
                made.tell(XrayTopic.STORAGE, Treatment.REWRITTEN, f"The engine {engine} becomes InnoDB")
        elif word in ("DATA", "INDEX") and wording.word(place + 1) == "DIRECTORY":
            value = place + 2 + (wording.piece(place + 2).text == "=")
            wording.change(place, value + 1, "")
            made.tell(
                XrayTopic.STORAGE, Treatment.REWRITTEN,
                f"The table {made.name} stays in the database's own folder, not in {wording.name(value)}",
            )  # fmt: skip


def _plain_head(wording: Wording, kind: str) -> bytes:
    """One blank between the words before the name: it is the form in which the guest's helper knows what it makes."""
    text = wording.changed()
    if kind not in _PROGRAMS:
        return text
    head, sign, rest = text.partition(b"`")
    return b" ".join(head.split()) + b" " + sign + rest if sign else text

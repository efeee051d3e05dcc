"""The SET statements of a foreign dump: what belongs to the session stays, what belongs to the server is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pagevoo_console.domain.dump_xray import Treatment, XrayTopic
from pagevoo_console.services.engines.dump_wording import Wording, split_assignments
from pagevoo_console.services.engines.foreign_dumps import Note
from pagevoo_console.services.engines.mysql_target import Target

_OF_THE_SERVER = re.compile(
    r"sql_log_bin|gtid_.*|binlog_.*|server_id|pseudo_.*|wsrep_.*|skip_replication|debug.*|rand_seed.*"
    r"|default_storage_engine|init_connect"
)
_SCOPES = frozenset({"SESSION", "LOCAL"})
_BEYOND = frozenset({"GLOBAL", "PERSIST", "PERSIST_ONLY"})
_CHARSETS = frozenset({"character_set_client", "character_set_connection", "character_set_results"})


@dataclass
class Modes:
    """What the file has set so far. `escapes` is whether a backslash escapes, as the file's own SQL mode says."""

    escapes: bool = True
    character_set: str = ""
    kept: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One of them: its name in lower case, `@name` for a variable of the file's own, and where its value begins."""

    begin: int
    behind: int
    name: str
    is_beyond: bool
    value: int


def judge_set(wording: Wording, target: Target, modes: Modes) -> tuple[bytes | None, list[Note]]:
    """What of a SET is sent, None where nothing is, and what to tell of it."""
    first, second = wording.word(1), wording.word(2)
    if first in ("PASSWORD", "ROLE") or (first, second) == ("DEFAULT", "ROLE"):
        return None, [Note(XrayTopic.ACCOUNTS, Treatment.LEFT_OUT, f"SET {first}")]
    if first in ("STATEMENT", "TRANSACTION"):
        return wording.changed(), []
    if first in ("NAMES", "CHARSET") or (first, second) == ("CHARACTER", "SET"):
        place = 3 if first == "CHARACTER" else 2
        notes = _charset(wording, place, target, modes) if wording.name(place).upper() != "DEFAULT" else []
        return wording.changed(), [*notes, *map_collations(wording, target)]
    kept: list[str] = []
    notes = map_collations(wording, target)
    for begin, behind in split_assignments(wording, 1):
        found = _assignment(wording, begin, behind)
        note = _problem(found, target)
        if note is not None:
            notes.append(note)
            continue
        _follow(wording, found, modes)
        if found.name in _CHARSETS and wording.piece(found.value).text != "@":
            notes += _charset(wording, found.value, target, modes)
        kept.append(_text(wording, begin, behind))
    if not kept:
        return None, notes
    if len(kept) < len(split_assignments(wording, 1)):
        return ("SET " + ", ".join(kept)).encode("latin-1"), notes
    return wording.changed(), notes


def map_collations(wording: Wording, target: Target) -> list[Note]:
    """Have each collation that the server lacks stand for the nearest it has; refused where there is none."""
    notes: dict[str, Note] = {}
    for place in range(len(wording)):
        piece = wording.piece(place)
        name = piece.text.strip("'\"`").lower()
        if "_" not in name or not _COLLATION.fullmatch(name) or not _is_collation(wording, place):
            continue
        instead = target.collation_for(name)
        if instead is None:
            notes[name] = Note(XrayTopic.COLLATION, Treatment.REFUSED, f"The collation {name} is not on this server")
        elif instead != name:
            wording.change(place, place + 1, instead)
            notes[name] = Note(XrayTopic.COLLATION, Treatment.REWRITTEN, f"The collation {name} becomes {instead}")
    return list(notes.values())


_COLLATION = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*_(?:ci|cs|bin|ai|as|nopad)")


def _is_collation(wording: Wording, place: int) -> bool:
    """Whether the word stands where a collation does: behind COLLATE, or set as one."""
    before = wording.word(place - 1)
    if wording.piece(place - 1).text == "=":
        before = wording.name(place - 2).upper()
    return before in ("COLLATE", "COLLATION_CONNECTION", "COLLATION_DATABASE", "COLLATION_SERVER")


def _charset(wording: Wording, place: int, target: Target, modes: Modes) -> list[Note]:
    name = wording.name(place).lower()
    if not name or name == "null":
        return []
    modes.character_set = modes.character_set or name
    if not target.reads_charset(name):
        text = f"The character set {name} cannot be read; make the dump with --default-character-set=utf8mb4"
        return [Note(XrayTopic.COLLATION, Treatment.REFUSED, text)]
    if name not in target.charsets and name not in ("binary", "utf8"):
        return [Note(XrayTopic.COLLATION, Treatment.REFUSED, f"The character set {name} is not on this server")]
    return []


def _assignment(wording: Wording, begin: int, behind: int) -> Assignment:
    place, is_beyond, is_own = begin, False, False
    ats = 0
    while wording.piece(place).text == "@":
        ats += 1
        place += 1
    is_own = ats == 1
    if not is_own and wording.word(place) in _SCOPES | _BEYOND:
        is_beyond = wording.word(place) in _BEYOND
        place += 2 if wording.piece(place + 1).text == "." else 1
        while wording.piece(place).text == "@":
            place += 1
    name = wording.name(place).lower()
    place += 1
    while place < behind and wording.piece(place).text in (":", "="):
        place += 1
    return Assignment(begin, behind, f"@{name}" if is_own else name, is_beyond, place)


def _problem(found: Assignment, target: Target) -> Note | None:
    if found.name.startswith("@"):
        return None
    if found.is_beyond:
        return Note(XrayTopic.SERVER, Treatment.LEFT_OUT, f"SET GLOBAL {found.name}")
    if _OF_THE_SERVER.fullmatch(found.name):
        return Note(XrayTopic.SERVER, Treatment.LEFT_OUT, f"SET {found.name}")
    if found.name not in target.variables:
        return Note(XrayTopic.SERVER, Treatment.LEFT_OUT, f"SET {found.name}, which this server does not know")
    return None


def _follow(wording: Wording, found: Assignment, modes: Modes) -> None:
    """Keep in mind what becomes of the SQL mode, also where it is put into a variable and taken out of it again."""
    text = _text(wording, found.value, found.behind).lower() if found.value < found.behind else ""
    if found.name == "sql_mode":
        if text.startswith("@") and not text.startswith("@@"):
            modes.escapes = modes.kept.get(text.replace(" ", ""), True)
        elif "@@" not in text:
            modes.escapes = "no_backslash_escapes" not in text
        elif "no_backslash_escapes" in text:
            modes.escapes = False
    elif found.name.startswith("@") and "sql_mode" in text:
        modes.kept[found.name] = modes.escapes


def _text(wording: Wording, begin: int, behind: int) -> str:
    first, last = wording.solid[begin], wording.solid[behind - 1]
    return "".join(piece.text for piece in wording.pieces[first : last + 1])

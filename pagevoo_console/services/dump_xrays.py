"""The x-ray of a dump that another tool made: what it would do, without doing any of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pagevoo_console.domain.dump_xray import DumpObject, DumpXray, Treatment, XrayFinding, XrayTopic
from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.dump_files import ForeignText
from pagevoo_console.services.engines.foreign_catalogue import foreign_dumps, likely_engine
from pagevoo_console.services.engines.foreign_dumps import ForeignDumps, Judge, Judged, Note, Piece, PieceKind
from pagevoo_console.services.jobs import JobContext

MOST_OBJECTS = 20_000
MOST_FINDINGS = 500
_BEGINNING_BYTES = 64 * 1024
_END_BYTES = 4096
_TOOLS = (
    (r"^-- (?P<tool>MariaDB) dump (?P<version>\S+)", "mariadb-dump"),
    (r"^-- (?P<tool>MySQL) dump (?P<version>\S+)", "mysqldump"),
    (r"^-- (?P<tool>phpMyAdmin) SQL Dump\s*\n-- version (?P<version>\S+)", "phpMyAdmin"),
    (r"^-- Dumped by (?P<tool>pg_dump) version (?P<version>\S+)", "pg_dump"),
    (r"^-- (?P<tool>PostgreSQL) database dump(?P<version>)", "pg_dump"),
    (r"^-- (?P<tool>Adminer) (?P<version>\S+)", "Adminer"),
    (r"\APRAGMA (?P<tool>foreign_keys) ?= ?OFF;(?P<version>)", "sqlite3 .dump"),
)
_SERVERS = (
    r"^-- Server version:?\s+(?P<version>\S+)",
    r"^-- Dumped from database version (?P<version>\S+)",
    r"^-- Server-Version: (?P<version>\S+)",
)
_OWN_DATABASE = (
    r"^-- Host: .*\bDatabase: (?P<name>\S+)\s*$",
    r"^-- Database: `(?P<name>[^`\n]+)`",
    r"^-- (?:Datenbank|Base de données|Base de datos) ?: `(?P<name>[^`\n]+)`",
)
_LAST_LINES = {
    "mariadb-dump": b"-- Dump completed",
    "mysqldump": b"-- Dump completed",
    "pg_dump": b"-- PostgreSQL database dump complete",
}
"""What a whole file of this tool ends with, if it begins with its head."""


class RefillSource:
    """A source whose beginning has been looked at already; it keeps the end in mind."""

    def __init__(self, text: ForeignText) -> None:
        self._text = text
        self._pending: list[bytes] = []
        self.beginning = b""
        while len(self.beginning) < _BEGINNING_BYTES and (piece := text.read()):
            self.beginning += piece
        self._pending = [self.beginning] if self.beginning else []
        self.end = b""

    def read(self, _size: int = -1, /) -> bytes:
        piece = self._pending.pop() if self._pending else self._text.read()
        if piece:
            self.end = (self.end + piece)[-_END_BYTES:] if len(piece) < _END_BYTES else piece[-_END_BYTES:]
        return piece


class XrayBuilder:
    """Gathers what the judge says of each piece. Equal findings are counted, and both lists are bounded."""

    def __init__(self) -> None:
        self._findings: dict[tuple[XrayTopic, Treatment, str], XrayFinding] = {}
        self._objects: dict[tuple[str, str], DumpObject] = {}
        self.statements = self.left_out = self.rewritten = 0
        self.makes_table = False

    def take(self, piece: Piece, judged: Judged) -> None:
        if piece.kind is PieceKind.STATEMENT:
            self.statements += 1
            self.left_out += judged.text is None and bool(judged.notes)
            self.rewritten += judged.is_rewritten
        self.tell(judged.notes, piece.line)
        if judged.text is None:
            return
        for kind, name in judged.made:
            self._make(kind, name, piece.line)
            self.makes_table |= kind in ("table", "virtual table")
        if judged.table:
            self._fill(judged, piece)

    def tell(self, notes: Iterable[Note], line: int) -> None:
        for note in notes:
            key = (note.topic, note.treatment, note.text)
            known = self._findings.get(key)
            if known is not None:
                self._findings[key] = replace(known, count=known.count + 1)
            elif len(self._findings) < MOST_FINDINGS * (1 + (note.treatment is Treatment.REFUSED)):
                self._findings[key] = XrayFinding(note.topic, note.treatment, note.text, line)

    def has(self, kind: str, name: str) -> bool:
        return (kind, name) in self._objects

    @property
    def objects(self) -> tuple[DumpObject, ...]:
        """By kind and name; a view that first stood for a table of columns is a view."""
        views = {name for kind, name in self._objects if kind == "view"}
        kept = (one for one in self._objects.values() if one.kind != "table" or one.name not in views)
        return tuple(sorted(kept, key=lambda one: (one.kind, one.name)))

    @property
    def findings(self) -> tuple[XrayFinding, ...]:
        return tuple(self._findings.values())

    def _make(self, kind: str, name: str, line: int) -> None:
        if len(self._objects) >= MOST_OBJECTS:
            raise Refused(
                f"The file makes more than {MOST_OBJECTS} tables and other objects",
                code="too_much",
                hint="Load it with the engine's own client.",
            )
        self._objects.setdefault((kind, name), DumpObject(kind, name, line))

    def _fill(self, judged: Judged, piece: Piece) -> None:
        key = ("table", judged.table)
        if key not in self._objects:
            self._make("table", judged.table, piece.line)
        known = self._objects[key]
        size = len(judged.text or b"")
        self._objects[key] = replace(known, rows=known.rows + judged.rows, size_bytes=known.size_bytes + size)


def ensure_engine(source: RefillSource, engine: str, title: str) -> ForeignDumps:
    """How this engine reads the file. Raises Refused where it is no dump, or one for another kind of server."""
    found = likely_engine(source.beginning)
    if found is None:
        raise Refused(
            "This does not look like a dump of a database",
            code="not_a_dump",
            hint="What mariadb-dump, mysqldump, phpMyAdmin, pg_dump (as plain SQL) and sqlite3 .dump write is read.",
        )
    if found != engine:
        raise Refused(
            f"This is a dump for {_TITLES.get(found, found)}, and the database is on {title}",
            code="other_engine",
            hint="Choose a tenant on a server of that kind, or convert the data with a tool made for it.",
        )
    return foreign_dumps(engine)


_TITLES = {"mysql": "MariaDB or MySQL", "postgresql": "PostgreSQL", "sqlite": "SQLite"}


def take_xray(
    text: ForeignText, source: RefillSource, dumps: ForeignDumps, judge: Judge, engine: str, job: JobContext
) -> DumpXray:
    """Look at every statement of the file. Raises Refused for what cannot be split into statements."""
    beginning = source.beginning.decode("utf-8", "replace")
    tool, version = _tool(beginning)
    own = _first(_OWN_DATABASE, beginning, "name")
    if own:
        judge.name_own(own)
    builder = XrayBuilder()
    reader = dumps.reader(source)
    for piece in reader:
        builder.take(piece, judge.judge(piece))
        dumps.align(reader, judge)
        job.progress("Reading the file", text.text_bytes, None, "bytes")
    builder.tell(judge.closing(), 0)
    last_line = _LAST_LINES.get(tool)
    if last_line is not None and last_line not in source.end:
        note = f"It does not end as files of {tool} do ({last_line.decode()}): it may be cut off"
        builder.tell([Note(XrayTopic.WHOLE, Treatment.REFUSED, note)], text.facts.lines)
    if not builder.makes_table:
        note = "It makes no table: what is imported is a whole database, not rows alone"
        builder.tell([Note(XrayTopic.WHOLE, Treatment.REFUSED, note)], 0)
    return DumpXray(
        file=text.facts,
        engine=engine,
        tool=tool,
        tool_version=version,
        server_version=_first(_SERVERS, beginning, "version"),
        character_set=judge.character_set,
        databases=tuple(judge.databases),
        statements=builder.statements,
        left_out=builder.left_out,
        rewritten=builder.rewritten,
        objects=builder.objects,
        findings=builder.findings,
    )


def _tool(beginning: str) -> tuple[str, str]:
    for pattern, tool in _TOOLS:
        match = re.search(pattern, beginning, re.MULTILINE)
        if match is not None:
            return tool, match["version"].rstrip(",")
    return "", ""


def _first(patterns: Iterable[str], text: str, group: str) -> str:
    for pattern in patterns:
        match = re.search(pattern, text, re.MULTILINE)
        if match is not None:
            return str(match[group])
    return ""

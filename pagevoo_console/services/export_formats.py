"""How a table is written: SQL for the engine's own client, CSV for spreadsheets, JSON lines for programs.

CSV is RFC 4180 in UTF-8: NULL is nothing between the commas, an empty text is `""`, bytes are `0x…`. JSON lines hold
one object a row: decimals are texts (a float would change them), bytes `{"base64": "…"}`, NaN and infinities texts.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pagevoo_console.domain.export import ExportFormat, ExportRequest
from pagevoo_console.services.engines.portable import Portable, TableColumn, Value

REPORT_ROWS = 1000
STATEMENT_BYTES = 64 * 1024
_BUFFER_BYTES = 1024 * 1024
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_NEEDS_QUOTES = frozenset('",\r\n')


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table that was written. `defused` counts cells that a spreadsheet would have run."""

    table: str
    name: str
    columns: tuple[TableColumn, ...]
    rows: int
    size_bytes: int
    sha256: str
    defused: int = 0


class _HashedFile:
    """A new file of its owner's alone, hashed as it is written, flushed to the disk at the end."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=_BUFFER_BYTES)
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def __enter__(self) -> _HashedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, text: str) -> None:
        data = text.encode("utf-8", "surrogateescape")
        self._file.write(data)
        self._hash.update(data)
        self.size_bytes += len(data)

    def finish(self) -> str:
        """Flush it to the disk; returns the SHA-256 of it all."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._hash.hexdigest()


class TableWriter(ABC):
    """Writes tables in one format."""

    notes: str

    def write(self, source: Portable, table: str, path: Path, on_rows: Callable[[int], None]) -> TableFile:
        """One table into a new file, row by row; `on_rows` is told how many now and then."""
        columns = source.columns(table)
        rows = 0
        with _HashedFile(path) as file:
            sheet = self._open(source, table, columns, file)
            for row in source.rows(table):
                sheet.add(row)
                rows += 1
                if rows % REPORT_ROWS == 0:
                    on_rows(rows)
            sheet.finish()
            digest = file.finish()
            return TableFile(table, path.name, columns, rows, file.size_bytes, digest, sheet.defused)

    @abstractmethod
    def _open(self, source: Portable, table: str, columns: Sequence[TableColumn], file: _HashedFile) -> Sheet: ...

    def finish(self, source: Portable, tables: Sequence[str], folder: Path) -> tuple[str, ...]:
        """What belongs behind all tables; returns the names of the files it wrote."""
        return ()


class Sheet(ABC):
    """One file on its way."""

    defused = 0

    def __init__(self, file: _HashedFile) -> None:
        self._file = file

    @abstractmethod
    def add(self, row: Sequence[Value]) -> None: ...

    def finish(self) -> None:
        """Write what stands at the end; most formats have nothing there."""
        return


# --- CSV --------------------------------------------------------------------------------------------------------------


class CsvWriter(TableWriter):
    notes = 'RFC 4180, UTF-8. NULL is an empty cell, an empty text is "". Bytes are 0x and hexadecimal digits.'

    def __init__(self, spreadsheet_safe: bool) -> None:
        self._spreadsheet_safe = spreadsheet_safe
        if spreadsheet_safe:
            self.notes += " Texts that a spreadsheet would run as a formula begin with an apostrophe."

    def _open(self, source: Portable, table: str, columns: Sequence[TableColumn], file: _HashedFile) -> Sheet:
        return _CsvSheet(file, [column.name for column in columns], self._spreadsheet_safe)


class _CsvSheet(Sheet):
    def __init__(self, file: _HashedFile, names: Sequence[str], spreadsheet_safe: bool) -> None:
        super().__init__(file)
        self._spreadsheet_safe = spreadsheet_safe
        self.add(names)

    def add(self, row: Sequence[Value]) -> None:
        self._file.write(",".join([self._cell(value) for value in row]) + "\r\n")

    def _cell(self, value: Value) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            return _csv_text(value)
        if self._spreadsheet_safe and value.startswith(_FORMULA_STARTS):
            self.defused += 1
            value = f"'{value}"
        if value and _NEEDS_QUOTES.isdisjoint(value):
            return value
        return '"' + value.replace('"', '""') + '"'


def _csv_text(value: bool | int | float | Decimal | bytes) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case bytes():
            return f"0x{value.hex()}"
        case float():
            return repr(value)
    return str(value)


# --- JSON lines -------------------------------------------------------------------------------------------------------


class JsonLinesWriter(TableWriter):
    notes = 'One JSON object a line. Decimals, NaN and infinities are texts; bytes are {"base64": "…"}.'

    def _open(self, source: Portable, table: str, columns: Sequence[TableColumn], file: _HashedFile) -> Sheet:
        return _JsonSheet(file, [column.name for column in columns])


class _JsonSheet(Sheet):
    def __init__(self, file: _HashedFile, names: Sequence[str]) -> None:
        super().__init__(file)
        self._names = names

    def add(self, row: Sequence[Value]) -> None:
        entry = {name: _json_value(value) for name, value in zip(self._names, row, strict=True)}
        self._file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")


def _json_value(value: Value) -> Any:
    match value:
        case bytes():
            return {"base64": base64.b64encode(value).decode()}
        case Decimal():
            return str(value)
        case float() if not math.isfinite(value):
            return str(value)
    return value


# --- SQL --------------------------------------------------------------------------------------------------------------


class SqlWriter(TableWriter):
    notes = (
        "Carry the files out in the order of their names with the engine's own client, those of `afterwards` last. "
        "Views, triggers and routines are no rows and not part of an export; a backup holds them."
    )

    def _open(self, source: Portable, table: str, columns: Sequence[TableColumn], file: _HashedFile) -> Sheet:
        return _SqlSheet(file, source, table)

    def finish(self, source: Portable, tables: Sequence[str], folder: Path) -> tuple[str, ...]:
        """What ties tables together goes last, so that the order of the tables does not matter."""
        links = [link for table in tables for link in source.table_sql(table).links]
        if not links:
            return ()
        name = f"{len(tables) + 1:03}-references.sql"
        with _HashedFile(folder / name) as file:
            for statement in (*source.preamble, *links):
                file.write(f"{statement};\n")
            file.finish()
        return (name,)


class _SqlSheet(Sheet):
    def __init__(self, file: _HashedFile, source: Portable, table: str) -> None:
        super().__init__(file)
        self._source = source
        self._sql = source.table_sql(table)
        self._pending: list[str] = []
        self._size = 0
        for statement in (*source.preamble, *self._sql.before):
            file.write(f"{statement};\n")

    def add(self, row: Sequence[Value]) -> None:
        literals = ", ".join([self._source.literal(value) for value in row])
        self._pending.append(f"({literals})")
        self._size += len(literals)
        if self._size >= STATEMENT_BYTES:
            self._write_rows()

    def finish(self) -> None:
        self._write_rows()
        for statement in self._sql.after:
            self._file.write(f"{statement};\n")

    def _write_rows(self) -> None:
        if self._pending:
            self._file.write(self._sql.insert + "\n" + ",\n".join(self._pending) + ";\n")
            self._pending.clear()
            self._size = 0


def writer_of(request: ExportRequest) -> TableWriter:
    """What writes the format that a request asks for; `Exports.plan` has refused all others."""
    match request.format:
        case ExportFormat.SQL:
            return SqlWriter()
        case ExportFormat.JSONL:
            return JsonLinesWriter()
    return CsvWriter(request.spreadsheet_safe)

"""A portable copy of one tenant's rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ExportFormat(StrEnum):
    SQL = "sql"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to copy and where to. `tables` empty means all; `spreadsheet_safe` defuses cells that look like formulas."""

    tenant: str
    directory: Path
    format: ExportFormat
    tables: tuple[str, ...] = ()
    spreadsheet_safe: bool = True


@dataclass(frozen=True, slots=True)
class ExportResult:
    """Files written, with the rows of each table. `directory` is the folder that appeared when all was complete."""

    directory: Path
    files: tuple[Path, ...]
    tables: dict[str, int]
    size_bytes: int

"""A portable copy of one tenant's rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pagevoo_console.domain.database import TenantDatabase


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


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What an export would write: `tables` in their order. `rows` is estimated, `size_bytes` the whole database's."""

    request: ExportRequest
    database: TenantDatabase
    tables: tuple[str, ...]
    rows: int
    size_bytes: int

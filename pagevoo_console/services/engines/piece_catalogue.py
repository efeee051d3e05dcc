"""Which engines can put single tables and rows back."""

from __future__ import annotations

from pagevoo_console.domain.errors import Unsupported
from pagevoo_console.services.engines.mysql_pieces import MysqlPieces
from pagevoo_console.services.engines.pieces import Pieces
from pagevoo_console.services.engines.postgresql_pieces import PostgresqlPieces
from pagevoo_console.services.engines.sqlite_pieces import SqlitePieces

_BY_ENGINE: dict[str, Pieces] = {"mysql": MysqlPieces(), "postgresql": PostgresqlPieces(), "sqlite": SqlitePieces()}


def pieces(engine: str) -> Pieces:
    """How this engine does it. Raises Unsupported where it does not."""
    if engine not in _BY_ENGINE:
        raise Unsupported(f"Single tables are not put back on {engine}", hint="Restore the whole database.")
    return _BY_ENGINE[engine]

"""Small dumps as other tools write them, for each engine: a head that tells, a table, and the end of a whole file."""

from __future__ import annotations

TABLE = "CREATE TABLE goods (id INT PRIMARY KEY, name VARCHAR(40));\nINSERT INTO goods VALUES (1,'one'),(2,'two');\n"
HEADS = {
    "mysql": "-- MariaDB dump 10.19\n/*!40101 SET NAMES utf8mb4 */;\n",
    "postgresql": "-- PostgreSQL database dump\nSET client_encoding = 'UTF8';\n",
    "sqlite": "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n",
}
ENDS = {
    "mysql": "-- Dump completed on 2026-01-01\n",
    "postgresql": "-- PostgreSQL database dump complete\n",
    "sqlite": "COMMIT;\n",
}


def foreign_text(engine: str, body: str = "", table: str = TABLE) -> bytes:
    """A whole file with this in it behind its table."""
    return f"{HEADS[engine]}{table}{body}\n{ENDS[engine]}".encode()

"""What a MySQL or MariaDB server has that a foreign dump may ask for, and what stands in for what it has not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pagevoo_console.services.engines.mysql_session import MysqlConnection

ROWS_ELSEWHERE = frozenset(
    {
        "federated", "federatedx", "connect", "spider", "s3", "oqgraph", "sphinx", "mrg_myisam", "merge", "blackhole",
        "example", "performance_schema", "mroonga", "columnstore", "sequence",
    }
)  # fmt: skip
"""Engines that keep rows in other places than the database, or none at all."""
_CHARSETS_WITH_BACKSLASHES = frozenset({"big5", "gbk", "sjis", "cp932", "gb18030"})
"""In these a backslash can be half of a letter, so that nobody can tell where a text ends without knowing them."""
_NEW_COLLATION = re.compile(r"utf8mb4_0900_(?P<kind>ai_ci|as_ci|as_cs|bin)")


@dataclass(frozen=True, slots=True)
class Target:
    """A server. `version` is a number as executable comments have it: 101114 is 10.11.14."""

    version: int
    is_mariadb: bool
    collations: frozenset[str]
    charsets: frozenset[str]
    engines: frozenset[str]
    variables: frozenset[str]
    databases: frozenset[str]
    largest_statement: int

    def collation_for(self, wanted: str) -> str | None:
        """The collation itself where there is one, what stands in for it, or None where nothing does.

        MySQL 8's own order by Unicode 9 and do not pad: the nearest here order by Unicode 14 or 5.2 and do not pad.
        """
        lower = wanted.lower()
        if lower in self.collations:
            return lower
        match = _NEW_COLLATION.fullmatch(lower)
        if match is None:
            return None
        kind = match["kind"]
        candidates = {
            "bin": ("utf8mb4_nopad_bin",),
            "ai_ci": ("utf8mb4_uca1400_nopad_ai_ci", "utf8mb4_unicode_520_nopad_ci"),
            "as_ci": ("utf8mb4_uca1400_nopad_as_ci",),
            "as_cs": ("utf8mb4_uca1400_nopad_as_cs",),
        }[kind]
        return next((name for name in candidates if name in self.collations), None)

    def reads_charset(self, name: str) -> bool:
        """Whether a dump in this character set can be split at all."""
        return name.lower() not in _CHARSETS_WITH_BACKSLASHES


def look(connection: MysqlConnection) -> Target:
    """What there is. Reads only."""
    text = str(connection.value("SELECT VERSION()"))
    numbers = [int(number) for number in re.findall(r"\d+", text)[:3]]
    version = numbers[0] * 10000 + numbers[1] * 100 + (numbers[2] if len(numbers) > 2 else 0)
    collations = {str(name).lower() for (name,) in connection.rows(
        "SELECT COLLATION_NAME FROM information_schema.COLLATIONS WHERE COLLATION_NAME IS NOT NULL"
    )}  # fmt: skip
    if connection.is_mariadb and version >= 101001:
        collations |= {str(name).lower() for (name,) in connection.rows(
            "SELECT FULL_COLLATION_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY"
        )}  # fmt: skip
    return Target(
        version,
        connection.is_mariadb,
        frozenset(collations),
        frozenset(str(row[0]).lower() for row in connection.rows("SHOW CHARACTER SET")),
        frozenset(str(row[0]).lower() for row in connection.rows("SHOW ENGINES") if row[1] in ("YES", "DEFAULT")),
        frozenset(str(row[0]).lower() for row in connection.rows("SHOW VARIABLES")),
        frozenset(str(name).lower() for (name,) in connection.rows("SHOW DATABASES")),
        int(connection.value("SELECT @@max_allowed_packet")),
    )

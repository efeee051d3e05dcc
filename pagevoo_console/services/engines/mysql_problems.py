"""What versions of MariaDB and MySQL are known for."""

from __future__ import annotations

import re
from datetime import date

from pagevoo_console.domain.health import KnownProblem

_ENDS = {
    "MariaDB": {
        (10, 0): date(2019, 3, 31), (10, 1): date(2020, 10, 17), (10, 2): date(2022, 5, 23), (10, 3): date(2023, 5, 25),
        (10, 4): date(2024, 6, 18), (10, 5): date(2025, 6, 24), (10, 6): date(2026, 7, 6), (10, 11): date(2028, 2, 16),
    },
    "MySQL": {(5, 6): date(2021, 2, 5), (5, 7): date(2023, 10, 31), (8, 0): date(2026, 4, 30)},
}  # fmt: skip
_SHORT_LIVED = {"MariaDB": {(10, 7), (10, 8), (10, 9), (10, 10), (11, 0), (11, 1), (11, 2), (11, 3), (11, 5), (11, 6)}}
_ATOMIC = {"MariaDB": (10, 6), "MySQL": (8, 0)}


def known_problems(version: str, product: str, today: date) -> tuple[KnownProblem, ...]:
    parts = [int(part) for part in re.findall(r"\d+", version.removeprefix("5.5.5-"))[:2]]
    major, minor = (*parts, 0, 0)[:2]
    numbers = (major, minor)
    found = []
    ended = _ENDS.get(product, {}).get(numbers)
    is_short_lived = numbers in _SHORT_LIVED.get(product, ())
    if is_short_lived or (ended is not None and today > ended):
        when = f" on {ended:%d %B %Y}" if ended is not None else ""
        found.append(
            KnownProblem(
                "end_of_life",
                f"{product} {version} gets no security fixes any more: its support ended{when}",
                "Move to a series that is supported; back up every tenant first.",
            )
        )
    if numbers < _ATOMIC.get(product, (0, 0)):
        found.append(
            KnownProblem(
                "ddl_not_atomic",
                f"In {product} {version} a crash in the middle of CREATE, ALTER or DROP TABLE leaves half of it behind",
                "After a crash of the server run `feature drift` on the tenants that were being worked on.",
            )
        )
    if product == "MySQL":
        found.append(
            KnownProblem(
                "not_tested",
                "This console was written for MySQL and is tested against MariaDB",
                "Try it on a copy first.",
            )
        )
    return tuple(found)

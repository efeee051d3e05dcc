"""Tenants by name where only their ids are known: in trails, operations and lists of what needs attention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pagevoo_console.domain.errors import ConsoleError

if TYPE_CHECKING:
    from pagevoo_console.services.directory import Directory

Names = Mapping[str, str]
"""A tenant's id to its name, or to its e-mail address where it has no name."""


def names_of(directory: Directory, tenants: Iterable[str | None]) -> Names:
    """What the directory calls these tenants; those it does not know are left out. Blocks, and never raises."""
    found: dict[str, str] = {}
    for tenant in dict.fromkeys(tenants):
        if not tenant:
            continue
        try:
            entry = directory.entry(tenant)
        except ConsoleError:
            return found
        if entry is not None and (entry.name.strip() or entry.email):
            found[tenant] = entry.name.strip() or entry.email
    return found


def named(tenant: str, names: Names) -> str:
    """The tenant's name with its id behind it, or the id alone."""
    name = names.get(tenant)
    return f"{name} ({tenant})" if name else tenant

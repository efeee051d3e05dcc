"""What to tell a customer whose tier changes, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pagevoo_console.domain.quota import QuotaUsage
from pagevoo_console.domain.tier import Tier


def message(before: str, after: Tier, changes: dict[str, Any], breaks: Sequence[QuotaUsage]) -> str:
    """A few sentences. `changes` holds the names of what is disabled and enabled, and their titles."""
    titles = changes["titles"]
    said = [f"Your plan changes from {before} to {after.title}." if before != after.title else ""]
    off = [titles[name] for name in changes["disable"]]
    on = [titles[name] for name in changes["enable"]]
    if off:
        they, them, are = ("It", "it", "is") if len(off) == 1 else ("They", "them", "are")
        said.append(
            f"{after.title} does not include {_listed(off)}. {they} {are} switched off: nothing in {them} is deleted,"
            f" and everything is back as soon as your plan includes {them} again."
        )
    if on:
        said.append(f"{_listed(on)} {'is' if len(on) == 1 else 'are'} back, with everything that was in there.")
    for usage in breaks:
        said.append(
            f"{usage.title or usage.quota}: you use {_amount(usage.used or 0, usage.unit)} of the"
            f" {_amount(usage.limit or 0, usage.unit)} that {after.title} includes. Nothing is deleted, but new entries"
            f" may be refused until you have made room or changed your plan."
        )
    if not (off or on or breaks):
        said.append("Nothing else changes for you.")
    return " ".join(sentence for sentence in said if sentence)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _amount(number: int, unit: str) -> str:
    if unit != "bytes":
        return f"{number} {unit}"
    return f"{number / 1_000_000_000:.1f} GB" if number >= 1_000_000_000 else f"{number / 1_000_000:.1f} MB"

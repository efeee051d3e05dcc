"""What a finished piece of work touched, so that views refresh themselves and know nobody."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of tenants, and kinds of things ("backups", "operations", "connections"), that are not as they were."""

    tenants: frozenset[str] = field(default_factory=frozenset)
    kinds: frozenset[str] = field(default_factory=frozenset)
    everything: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.tenants | other.tenants, self.kinds | other.kinds, everything=self.everything or other.everything
        )

    def touches(self, tenant: str) -> bool:
        return self.everything or tenant in self.tenants


NOTHING = Changes()
EVERYTHING = Changes(everything=True)

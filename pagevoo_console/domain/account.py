"""Who may log in to a tenant's database: an account of the tenant's own, or one that serves all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TenantAccount:
    """A tenant's isolation as the server has it. `name` is what its own account is or would be called.

    `why_not` says why there can be none here. `lacks` are grants that it should have, `reaches` what of other tenants
    it reaches and should not. `serves_all` is the account that the platform and the console use for everybody.
    """

    tenant: str
    database: str
    server: str
    name: str
    host: str
    exists: bool
    serves_all: str
    why_not: str = ""
    lacks: tuple[str, ...] = ()
    reaches: tuple[str, ...] = ()

    @property
    def is_isolated(self) -> bool:
        """Whether whoever has this account alone can see nothing of another tenant."""
        return self.exists and not self.reaches

"""`console_operations` as the console reads and writes it."""

from __future__ import annotations

import sqlalchemy as sa

from pagevoo_console.domain.operation import OperationState

OPERATIONS = sa.table(
    "console_operations",
    *(sa.column(name) for name in ("kind", "tenant", "target", "database_name", "server", "state", "step", "owner")),
    *(sa.column(name) for name in ("plan", "evidence", "error")),
    sa.column("id", sa.BigInteger),
    sa.column("epoch", sa.Integer),
    *(sa.column(name, sa.DateTime) for name in ("heartbeat_at", "created_at", "finished_at")),
)
OPEN = (OperationState.RUNNING.value, OperationState.INTERRUPTED.value, OperationState.FAILED.value)
"""States in which an operation keeps its tenant."""

MASTER_CLOCK = sa.func.current_timestamp(type_=sa.DateTime)
"""What the master's clock says, in UTC and to the second: signs of life of two machines are compared by one clock."""

"""`sql`: one statement that reads, in a tenant's database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import formats
from pagevoo_console.cli.call import call_of
from pagevoo_console.cli.database import Id

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.services.engines.base import SqlAnswer
    from pagevoo_console.services.jobs import JobContext

DEFAULT_LIMIT = 1000


def sql(
    context: typer.Context,
    tenant: Id,
    statement: Annotated[str, typer.Argument(help="A SELECT, SHOW, EXPLAIN or WITH.")],
    limit: Annotated[int, typer.Option(min=0, help="At most so many rows.")] = DEFAULT_LIMIT,
) -> None:
    """Run one statement that reads."""
    call = call_of(context)
    inspection = call.console.inspection

    def read(job: JobContext) -> SqlAnswer:
        job.progress("Running the statement")
        return inspection.read(tenant, statement, job, limit)

    found = call.work(read)
    document = {
        "columns": list(found.columns),
        "rows": [list(row) for row in found.rows],
        "truncated": found.truncated,
        "elapsed_ms": round(found.elapsed_ms, 3),
    }

    def show(paper: Paper) -> None:
        if found.columns:
            paper.table(found.columns, (["NULL" if value is None else value for value in row] for row in found.rows))
        more = ", and there are more" if found.truncated else ""
        paper.line(f"{formats.counted(len(found.rows), 'row')}{more}, {found.elapsed_ms:.1f} ms")

    call.answer(document, show)

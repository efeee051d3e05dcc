"""Lets the stock command run these lineages: `DATABASE_URL=… alembic -c alembic.ini upgrade shop@head`.

The console does not come through here. Revisions are handed their operations, so none of them needs Alembic's proxy.
"""

import os

import sqlalchemy as sa
from alembic import context
from alembic.operations import Operations

VERSION_TABLE = "console_features"


def run_offline(url: sa.URL) -> None:
    """Print the statements instead of sending them: `alembic upgrade shop@head --sql`."""
    context.configure(url=url, version_table=VERSION_TABLE, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations(op=Operations(context.get_context()))


def run_online(url: sa.URL) -> None:
    """Run them, one transaction a revision where the engine can."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, version_table=VERSION_TABLE, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations(op=Operations(context.get_context()))


if context.is_offline_mode():
    run_offline(sa.make_url(os.environ["DATABASE_URL"]))
else:
    run_online(sa.make_url(os.environ["DATABASE_URL"]))

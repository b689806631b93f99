"""Which runs of a playbook are about the same, so that a start can be refused or wait.

Revision 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Name

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column. Runs that were started before are beside nobody."""
    op.add_column("run", sa.Column("once", Name, nullable=False, server_default=""))
    named = sa.text("once != ''")
    columns = ["ws", "playbook", "once"]
    op.create_index("run_once", "run", columns, sqlite_where=named, postgresql_where=named)

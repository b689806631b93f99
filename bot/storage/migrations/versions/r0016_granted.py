"""The kinds of drafts a stage was granted for alone.

Revision 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import JsonText

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column: what playbooks may do until now they may do with all of their drafts."""
    op.add_column("stage", sa.Column("granted", JsonText, nullable=False, server_default="[]"))

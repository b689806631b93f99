"""What a playbook's file said when its active version was chosen.

Revision 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Name

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column. Of what was chosen before nobody knows it: a file that is set back is a proposal there."""
    op.add_column("active", sa.Column("filed", Name, nullable=False, server_default=""))

"""The stage each playbook stands at, and what it was earned with.

Revision 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, JsonText, Name
from bot.storage.security import protect

revision = "0012"
down_revision = "0011"


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, Name, nullable=False)


def upgrade() -> None:
    """Make the table, empty: every playbook stands where its file lets it begin."""
    op.create_table(
        "stage",
        *[_name(name) for name in ("ws", "playbook", "stage")],
        sa.Column("since", Instant, nullable=False),
        *[_name(name) for name in ("by", "why", "version")],
        sa.Column("makers", JsonText, nullable=False),
        _name("evidence"),
        sa.PrimaryKeyConstraint("ws", "playbook"),
        sqlite_strict=True,
    )
    op.create_index("draft_made", "draft", ["ws", "agent", "opened_at"])
    op.add_column("draft", sa.Column("review_at", Instant))
    waits = sa.text("review_at IS NOT NULL")
    op.create_index(
        "draft_review", "draft", ["ws", "review_at"], sqlite_where=waits, postgresql_where=waits
    )
    if op.get_bind().dialect.name == "postgresql":
        protect(op.get_bind(), ("stage",))

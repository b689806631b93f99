"""What became of each draft, as figures count it.

Revision 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, Name, Whole

revision = "0013"
down_revision = "0012"

#: What older rows tell of themselves. Who decided and how large an edit was they don't, so that counts as large.
_KNOWN = """
UPDATE draft SET
  playbook = COALESCE((SELECT playbook FROM run WHERE run.id = draft.run_id), ''),
  version = COALESCE((SELECT version FROM run WHERE run.id = draft.run_id), ''),
  decided_at = COALESCE(signed_at, left_at, CASE WHEN state IN ('rejected', 'taken', 'expired', 'withdrawn')
    THEN opened_at END),
  trouble = CASE WHEN state IN ('failed', 'uncertain') THEN 1 ELSE 0 END,
  "end" = CASE
    WHEN state IN ('rejected', 'taken', 'expired', 'withdrawn') THEN state
    WHEN signed_at IS NULL AND state NOT IN ('executed', 'failed', 'uncertain') THEN ''
    WHEN unchanged = 1 THEN 'unchanged' ELSE 'edited' END
"""


def upgrade() -> None:
    """Add the columns, and fill in what older drafts tell."""
    for name in ("playbook", "version", "model", "prompt", "end", "reason", "decided_by"):
        op.add_column("draft", sa.Column(name, Name, nullable=False, server_default=""))
    for name in ("known", "trouble", "length"):
        op.add_column("draft", sa.Column(name, Whole, nullable=False, server_default="0"))
    for name in ("decided_at", "undone_at"):
        op.add_column("draft", sa.Column(name, Instant))
    op.execute(sa.text(_KNOWN))
    op.create_index("draft_playbook", "draft", ["ws", "playbook", "opened_at"])
    known, decider = sa.text("decided_by != ''"), ["ws", "decided_by", "decided_at"]
    op.create_index("draft_decider", "draft", decider, sqlite_where=known, postgresql_where=known)

"""The delegation matrix and the task inventory: how far a piece of work may be handed over, and what it is worth."""

"""The Web API, one module per family of methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.methods import app, chat, conversations, files, users, views

if TYPE_CHECKING:
    from bot.sandbox.parts import Method

#: Every method the look-alike knows, by its name on the wire.
METHODS: dict[str, Method] = {
    **app.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **users.METHODS,
    **views.METHODS,
}

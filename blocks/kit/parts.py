"""What blocks and elements are made of: text objects, options, rich text, views."""

from __future__ import annotations

from blocks.kit.shape import Shape, names

PARTS: dict[str, Shape] = {
    "plain_text": Shape(required=names("text"), strings={"text": 3000}, free=names("emoji")),
    "mrkdwn": Shape(required=names("text"), strings={"text": 3000}, free=names("verbatim")),
    "option": Shape(
        required=names("text value"),
        strings={"value": 150, "url": 3000},
        plain={"text": 75, "description": 75},
    ),
    "option_in_words": Shape(
        required=names("text value"),
        strings={"value": 150},
        texts={"text": 75, "description": 75},
    ),
    "option_group": Shape(
        required=names("label options"),
        plain={"label": 75},
        lists={"options": (1, 100)},
        holds={"options": names("option")},
    ),
    "confirm": Shape(
        required=names("title text confirm deny"),
        plain={"title": 100, "confirm": 30, "deny": 30},
        texts={"text": 300},
        choices={"style": names("primary danger")},
    ),
    "url": Shape(required=names("url text"), strings={"url": 3000, "text": 3000}),
    "raw_text": Shape(required=names("text"), strings={"text": 10000}),
    "raw_number": Shape(required=names("value"), strings={"text": 3000}, free=names("value")),
}

_INLINE = names("text link user usergroup channel emoji date broadcast team color")
_STYLE = names("style")
RICH: dict[str, Shape] = {
    "rich_text_section": Shape(
        required=names("elements"), lists={"elements": (1, 1000)}, holds={"elements": _INLINE}
    ),
    "rich_text_quote": Shape(
        required=names("elements"),
        lists={"elements": (1, 1000)},
        holds={"elements": _INLINE},
        free=names("border"),
    ),
    "rich_text_preformatted": Shape(
        required=names("elements"),
        lists={"elements": (1, 1000)},
        holds={"elements": names("text link")},
        free=names("border language"),
    ),
    "rich_text_list": Shape(
        required=names("elements style"),
        lists={"elements": (1, 1000)},
        choices={"style": names("bullet ordered")},
        holds={"elements": names("rich_text_section")},
        numbers={"indent": (0, 8), "offset": (0, 1_000_000), "border": (0, 1)},
    ),
    "text": Shape(required=names("text"), strings={"text": 3000}, free=_STYLE),
    "link": Shape(
        required=names("url"), strings={"url": 3000, "text": 3000}, free=_STYLE | names("unsafe")
    ),
    "user": Shape(required=names("user_id"), strings={"user_id": 255}, free=_STYLE),
    "usergroup": Shape(required=names("usergroup_id"), strings={"usergroup_id": 255}, free=_STYLE),
    "channel": Shape(required=names("channel_id"), strings={"channel_id": 255}, free=_STYLE),
    "emoji": Shape(
        required=names("name"), strings={"name": 255}, free=_STYLE | names("unicode skin_tone")
    ),
    "date": Shape(
        required=names("timestamp format"),
        strings={"format": 3000, "fallback": 3000, "url": 3000},
        free=_STYLE | names("timestamp"),
    ),
    "broadcast": Shape(
        required=names("range"), choices={"range": names("here channel everyone")}, free=_STYLE
    ),
    "team": Shape(required=names("team_id"), strings={"team_id": 255}, free=_STYLE),
    "color": Shape(required=names("value"), strings={"value": 255}, free=_STYLE),
}

#: Cells of a table; a header row takes no `rich_text`.
CELLS = names("raw_text raw_number rich_text")

VIEW: dict[str, Shape] = {
    "modal": Shape(
        required=names("title blocks"),
        strings={"callback_id": 255, "private_metadata": 3000, "external_id": 255},
        plain={"title": 24, "submit": 24, "close": 24},
        lists={"blocks": (1, 100)},
        free=names("clear_on_close notify_on_close submit_disabled"),
    ),
    "home": Shape(
        required=names("blocks"),
        strings={"callback_id": 255, "private_metadata": 3000, "external_id": 255},
        lists={"blocks": (1, 100)},
    ),
}

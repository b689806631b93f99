"""Every block: its fields, their limits, and where it may stand."""

from __future__ import annotations

from blocks.kit.shape import MESSAGE, MODAL, Shape, names

_IDS = {"block_id": 255}
_SELECTS = names(
    "static_select external_select users_select conversations_select channels_select"
    " multi_static_select multi_external_select multi_users_select multi_conversations_select"
    " multi_channels_select"
)
_PICKERS = _SELECTS | names("checkboxes radio_buttons datepicker timepicker")
_IN_ACTIONS = _PICKERS | names("button overflow workflow_button datetimepicker rich_text_input")
_IN_SECTION = _PICKERS | names("button overflow workflow_button image_element")
_IN_INPUT = _PICKERS | names(
    "plain_text_input rich_text_input email_text_input url_text_input number_input file_input"
    " datetimepicker"
)
_IN_CONTAINER = names(
    "actions context divider file header image input rich_text section table video"
)

BLOCKS: dict[str, Shape] = {
    "actions": Shape(
        required=names("elements"),
        strings=_IDS,
        lists={"elements": (1, 25)},
        holds={"elements": _IN_ACTIONS},
    ),
    "alert": Shape(
        required=names("text"),
        strings=_IDS,
        texts={"text": 200},
        choices={"level": names("default info warning error success")},
        surfaces=MODAL,
    ),
    "card": Shape(
        some_of=names("hero_image title actions body"),
        strings=_IDS,
        texts={"title": 150, "subtitle": 150, "body": 200},
        lists={"actions": (1, 25)},
        holds={
            "actions": names("button"),
            "hero_image": names("image_element"),
            "icon": names("image_element"),
        },
        surfaces=MESSAGE,
    ),
    "carousel": Shape(
        required=names("elements"),
        strings=_IDS,
        lists={"elements": (1, 10)},
        holds={"elements": names("card")},
        surfaces=MESSAGE,
    ),
    "container": Shape(
        required=names("child_blocks"),
        some_of=names("title rich_text_title"),
        one_of=names("is_collapsible has_header_divider"),
        strings=_IDS,
        texts={"title": 150, "subtitle": 150},
        lists={"child_blocks": (1, 10)},
        choices={"width": names("narrow standard wide full")},
        holds={"child_blocks": _IN_CONTAINER, "rich_text_title": names("rich_text")},
        free=names("default_collapsed icon"),
        surfaces=MESSAGE,
    ),
    "context": Shape(
        required=names("elements"),
        strings=_IDS,
        lists={"elements": (1, 10)},
        holds={"elements": names("image_element plain_text mrkdwn")},
    ),
    "context_actions": Shape(
        required=names("elements"),
        strings=_IDS,
        lists={"elements": (1, 5)},
        holds={"elements": names("feedback_buttons icon_button")},
        surfaces=MESSAGE,
    ),
    "data_table": Shape(
        required=names("rows caption"),
        strings={**_IDS, "caption": 3000},
        lists={"rows": (2, 101)},
        numbers={"page_size": (1, 100), "row_header_column_index": (0, 19)},
        surfaces=MESSAGE,
    ),
    "data_visualization": Shape(
        required=names("title chart"),
        strings={**_IDS, "title": 50},
        free=names("chart"),
        surfaces=MESSAGE,
    ),
    "divider": Shape(strings=_IDS),
    "file": Shape(
        required=names("external_id source"),
        strings={**_IDS, "external_id": 255},
        choices={"source": names("remote")},
        surfaces=MESSAGE,
    ),
    "header": Shape(required=names("text"), strings=_IDS, plain={"text": 150}),
    "image": Shape(
        required=names("alt_text"),
        some_of=names("image_url slack_file"),
        one_of=names("image_url slack_file"),
        strings={**_IDS, "image_url": 3000, "alt_text": 2000},
        plain={"title": 2000},
    ),
    "input": Shape(
        required=names("label element"),
        strings=_IDS,
        plain={"label": 2000, "hint": 2000},
        holds={"element": _IN_INPUT},
        free=names("optional dispatch_action"),
    ),
    "markdown": Shape(required=names("text"), strings={**_IDS, "text": 12000}, surfaces=MESSAGE),
    "plan": Shape(
        required=names("title"),
        strings={**_IDS, "title": 3000},
        holds={"tasks": names("task_card")},
        surfaces=MESSAGE,
    ),
    "rich_text": Shape(
        required=names("elements"),
        strings=_IDS,
        lists={"elements": (1, 1000)},
        holds={
            "elements": names(
                "rich_text_section rich_text_list rich_text_quote rich_text_preformatted"
            )
        },
    ),
    "section": Shape(
        some_of=names("text fields"),
        strings=_IDS,
        texts={"text": 3000},
        lists={"fields": (1, 10)},
        holds={"fields": names("plain_text mrkdwn"), "accessory": _IN_SECTION},
        free=names("expand"),
    ),
    "table": Shape(
        required=names("rows"),
        strings=_IDS,
        lists={"rows": (1, 100), "column_settings": (0, 20)},
        surfaces=MESSAGE,
    ),
    "task_card": Shape(
        required=names("task_id title"),
        strings={**_IDS, "task_id": 255, "title": 3000},
        choices={"status": names("pending in_progress complete error")},
        holds={
            "details": names("rich_text"),
            "output": names("rich_text"),
            "sources": names("url"),
        },
        surfaces=MESSAGE,
    ),
    "video": Shape(
        required=names("alt_text title video_url thumbnail_url"),
        strings={
            **_IDS,
            "alt_text": 2000,
            "author_name": 50,
            "video_url": 3000,
            "thumbnail_url": 3000,
            "title_url": 3000,
            "provider_name": 3000,
            "provider_icon_url": 3000,
        },
        plain={"title": 200, "description": 200},
    ),
}

"""Every element people press, choose in or type into."""

from __future__ import annotations

from blocks.kit.shape import MODAL, Shape, names

_ACTION = {"action_id": 255}
_CONFIRM = {"confirm": names("confirm")}
_PICK = names("focus_on_load")
_HINT = {"placeholder": 150}


def _select(*, initial: str, extra: str = "", several: bool = False) -> Shape:
    return Shape(
        strings=_ACTION,
        plain=_HINT,
        numbers={"max_selected_items": (1, 100)} if several else {},
        holds=_CONFIRM,
        free=_PICK | names(f"{initial} {extra}"),
    )


def _static(*, initial: str, several: bool = False) -> Shape:
    return Shape(
        some_of=names("options option_groups"),
        one_of=names("options option_groups"),
        strings=_ACTION,
        plain=_HINT,
        lists={"options": (1, 100), "option_groups": (1, 100)},
        numbers={"max_selected_items": (1, 100)} if several else {},
        holds={**_CONFIRM, "options": names("option"), "option_groups": names("option_group")},
        free=_PICK | names(initial),
    )


def _picker(initial: str) -> Shape:
    return Shape(strings=_ACTION, plain=_HINT, holds=_CONFIRM, free=_PICK | names(initial))


def _typed(**extra: tuple[int, int]) -> Shape:
    return Shape(
        strings={**_ACTION, "initial_value": 3000},
        plain=_HINT,
        numbers=extra,
        free=_PICK | names("dispatch_action_config multiline"),
    )


ELEMENTS: dict[str, Shape] = {
    "button": Shape(
        required=names("text"),
        strings={
            **_ACTION,
            "url": 3000,
            "value": 2000,
            "accessibility_label": 75,
            "agent_prompt": 4000,
        },
        plain={"text": 75},
        lists={"visible_to_user_ids": (1, 10)},
        choices={"style": names("primary danger")},
        holds=_CONFIRM,
        free=names("agent_prompt_display"),
    ),
    "workflow_button": Shape(
        required=names("text workflow"),
        strings={**_ACTION, "accessibility_label": 75},
        plain={"text": 75},
        choices={"style": names("primary danger")},
    ),
    "icon_button": Shape(
        required=names("icon text"),
        strings={**_ACTION, "value": 2000, "accessibility_label": 75},
        plain={"text": 75},
        lists={"visible_to_user_ids": (1, 10)},
        choices={"icon": names("trash")},
        holds=_CONFIRM,
    ),
    "feedback_buttons": Shape(
        required=names("positive_button negative_button"),
        strings=_ACTION,
        holds={
            "positive_button": names("feedback_button"),
            "negative_button": names("feedback_button"),
        },
    ),
    "feedback_button": Shape(
        required=names("text value"),
        strings={"value": 2000, "accessibility_label": 75},
        plain={"text": 75},
    ),
    "overflow": Shape(
        required=names("options"),
        strings=_ACTION,
        lists={"options": (1, 5)},
        holds={**_CONFIRM, "options": names("option")},
    ),
    "checkboxes": Shape(
        required=names("options"),
        strings=_ACTION,
        lists={"options": (1, 10), "initial_options": (1, 10)},
        holds={
            **_CONFIRM,
            "options": names("option_in_words"),
            "initial_options": names("option_in_words"),
        },
        free=_PICK,
    ),
    "radio_buttons": Shape(
        required=names("options"),
        strings=_ACTION,
        lists={"options": (1, 10)},
        holds={
            **_CONFIRM,
            "options": names("option_in_words"),
            "initial_option": names("option_in_words"),
        },
        free=_PICK,
    ),
    "static_select": _static(initial="initial_option"),
    "multi_static_select": _static(initial="initial_options", several=True),
    "external_select": _select(initial="initial_option", extra="min_query_length"),
    "multi_external_select": _select(
        initial="initial_options", extra="min_query_length", several=True
    ),
    "users_select": _select(initial="initial_user"),
    "multi_users_select": _select(initial="initial_users", several=True),
    "conversations_select": _select(
        initial="initial_conversation",
        extra="filter default_to_current_conversation response_url_enabled",
    ),
    "multi_conversations_select": _select(
        initial="initial_conversations",
        extra="filter default_to_current_conversation",
        several=True,
    ),
    "channels_select": _select(initial="initial_channel", extra="response_url_enabled"),
    "multi_channels_select": _select(initial="initial_channels", several=True),
    "datepicker": _picker("initial_date"),
    "timepicker": _picker("initial_time timezone"),
    "datetimepicker": _picker("initial_date_time"),
    "plain_text_input": _typed(min_length=(0, 3000), max_length=(1, 3000)),
    "email_text_input": _typed(),
    "url_text_input": _typed(),
    "number_input": Shape(
        required=names("is_decimal_allowed"),
        strings={**_ACTION, "initial_value": 3000, "min_value": 3000, "max_value": 3000},
        plain=_HINT,
        free=_PICK | names("dispatch_action_config"),
    ),
    "rich_text_input": Shape(
        strings=_ACTION,
        plain=_HINT,
        numbers={"min_lines": (1, 100), "max_lines": (1, 100)},
        holds={"initial_value": names("rich_text")},
        free=_PICK | names("dispatch_action_config"),
    ),
    "file_input": Shape(
        strings=_ACTION,
        numbers={"max_files": (1, 10)},
        free=names("filetypes"),
        surfaces=MODAL,
    ),
    "image_element": Shape(
        required=names("alt_text"),
        some_of=names("image_url slack_file"),
        strings={"image_url": 3000, "alt_text": 2000},
    ),
}

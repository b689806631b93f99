"""The names Slack sends back: action, callback and block ids."""

from __future__ import annotations

from enum import StrEnum


class ActionId(StrEnum):
    """What was pressed or chosen."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    REVIEW = "review"
    REVIEW_PAGE = "review_page"
    MORE = "more"
    UNDO = "undo"
    UNDO_DONE = "undo_done"
    REPLIED = "replied"
    DRAFT_AGAIN = "draft_again"
    ARRIVED = "arrived"
    SEND_AGAIN = "send_again"
    REASON = "reason"
    OPEN = "open"
    CLAIM_NEXT = "claim_next"
    TOGETHER = "together"
    ONLY_THIS = "only_this"
    HOME_PAGE = "home_page"
    TASK_DONE = "task_done"
    TASK_MORE = "task_more"
    ANSWER = "answer"
    PICK = "pick"
    START = "start"
    START_NEXT = "start_next"
    SHOW_QUEUE = "show_queue"
    SHOW_RUN = "show_run"
    SHOW_SOP = "show_sop"
    SHOW_AUDIT = "show_audit"
    SHOW_HELP = "show_help"
    SHOW_CHANGE = "show_change"
    SHOW_TEXT = "show_text"
    ACTIVATE = "activate"
    DISMISS = "dismiss"
    ROLL_BACK = "roll_back"
    CHANGE_PLAYBOOK = "change_playbook"
    NEW_PLAYBOOK = "new_playbook"
    SHOW_CHECKLIST = "show_checklist"
    RECORD_SENT = "record_sent"
    LOOKS_RIGHT = "looks_right"
    LOOKS_WRONG = "looks_wrong"
    PROMOTE = "promote"
    HOLD_OFF = "hold_off"
    SWITCH = "switch"
    EXAMPLE = "example"
    DELEGATE = "delegate"
    DELEGATE_WHICH = "delegate_which"
    INVENTORY = "inventory"
    UNLIST = "unlist"
    RETRY = "retry"
    URGENT_YES = "urgent_yes"
    URGENT_NO = "urgent_no"
    HAVE_IT = "have_it"
    FOLLOW_UP = "follow_up"
    INPUT = "input"
    SIGN_TOO = "sign_too"


class More(StrEnum):
    """The choices behind the three dots of a card; an overflow menu holds at most five."""

    CHANGE = "change"
    COMMENT = "comment"
    CLAIM = "claim"
    TAKE = "take"
    WHY = "why"


class TaskMore(StrEnum):
    """The choices behind the three dots of a task."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    HAND_OVER = "hand_over"


class CallbackId(StrEnum):
    """Which modal or Home tab was submitted or closed."""

    EDIT = "edit"
    REJECT = "reject"
    CHANGE = "change"
    SIGN = "sign"
    TAKE = "take"
    REVIEW = "review"
    TOGETHER = "together"
    PICK = "pick"
    START = "start"
    HAND_OVER = "hand_over"
    DELEGATE = "delegate"
    DELEGATE_WHICH = "delegate_which"
    CHANGE_PART = "change_part"
    CHANGE_FORM = "change_form"
    NEW_FROM = "new_from"
    NEW_FORM = "new_form"
    FOLLOW_UP = "follow_up"
    RECORD = "record"
    WRONG = "wrong"
    HOME = "home"
    NOTICE = "notice"


class BlockId(StrEnum):
    """The parts of a message or view; `block_id` adds what makes them unique."""

    TITLE = "title"
    FACTS = "facts"
    BODY = "body"
    DIFF = "diff"
    WHY = "why"
    NOTE = "note"
    STATE = "state"
    BUTTONS = "buttons"
    INPUT = "input"
    REASON = "reason"
    OWN_WORDS = "own_words"
    SIGN_TOO = "sign_too"
    NEEDED = "needed"
    ROW = "row"
    TICK = "tick"
    PAGES = "pages"
    TABLE = "table"
    CHART = "chart"
    NEXT = "next"
    PLAYBOOK = "playbook"
    PERSON = "person"
    STEPS = "steps"
    FOOTER = "footer"


def block_id(part: BlockId, *keys: str | int) -> str:
    """Return `part:key:key`, unique in a message and new for each version of it.

    Slack keeps what it drew for a `block_id` it has seen, so the keys of a card hold the revision
    and the state.
    """
    return ":".join([part, *[str(key) for key in keys]])[:255]

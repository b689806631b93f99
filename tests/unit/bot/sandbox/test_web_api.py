"""The Web API as a real WebClient meets it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.records import Timings

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Blocks = Callable[..., list[dict[str, Any]]]


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        call()
    return str(caught.value.response["error"])


def test_the_bot_knows_itself(client: WebClient, sandbox: Sandbox) -> None:
    """A good token says which workspace and bot it belongs to."""
    told = client.auth_test()
    assert (told["team_id"], told["user_id"]) == (
        sandbox.workspace.team_id,
        sandbox.workspace.bot_user_id,
    )


@pytest.mark.parametrize(
    ("token", "error"),
    [("xoxb-other", "invalid_auth"), ("xapp-1-local-workspace-app", "not_allowed_token_type")],
)
def test_a_wrong_token_is_refused(sandbox: Sandbox, token: str, error: str) -> None:
    """Only the token the workspace gave out opens the Web API."""
    client = WebClient(token=token, base_url=sandbox.api_url)
    assert refusal(client.auth_test) == error


def test_a_revoked_token_stops_working(client: WebClient, sandbox: Sandbox) -> None:
    """After the app is removed, every call says so."""
    sandbox.faults.revoke_token()
    assert refusal(client.auth_test) == "token_revoked"
    sandbox.faults.restore_token()
    assert client.auth_test()["ok"]


def test_an_unknown_method_is_named_so(client: WebClient) -> None:
    """A method nobody knows is not silently accepted."""
    assert refusal(lambda: client.api_call("chat.dance")) == "unknown_method"


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C2", "not_in_channel"), ("G1", "channel_not_found"), ("C9", "channel_not_found")],
)
def test_the_bot_posts_only_where_it_was_invited(
    client: WebClient, channel: str, error: str
) -> None:
    """A public channel says not_in_channel; a private one does not exist for the bot."""
    assert refusal(lambda: client.chat_postMessage(channel=channel, text="hi")) == error


def test_a_missing_scope_is_refused(
    open_sandbox: Callable[..., Sandbox], new_client: Callable[[Sandbox], WebClient]
) -> None:
    """What the manifest does not ask for is not granted."""
    manifest = {"oauth_config": {"scopes": {"bot": ["users:read"]}}}
    client = new_client(open_sandbox(manifest=manifest))
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C1", text="hi")
    assert caught.value.response["needed"] == "chat:write"
    assert "email" not in client.users_info(user="U1")["user"]["profile"]


def test_a_message_to_a_person_opens_their_conversation(
    client: WebClient, sandbox: Sandbox
) -> None:
    """Posting to a user id lands in the direct conversation with the bot."""
    sent = client.chat_postMessage(channel="U2", text="hello")
    assert sent["channel"] == sandbox.person("U2").bot_dm()
    assert sent["channel"] == client.conversations_open(users="U2")["channel"]["id"]


def test_an_update_with_text_alone_removes_the_blocks(client: WebClient, button: Blocks) -> None:
    """Blocks go when an update brings text and none of them; a change of blocks leaves no mark."""
    sent = client.chat_postMessage(channel="C1", text="hi", blocks=button())
    kept = client.chat_update(channel="C1", ts=sent["ts"], text="hi", blocks=button("other"))
    assert "edited" not in kept["message"]
    gone = client.chat_update(channel="C1", ts=sent["ts"], text="bye")
    assert "blocks" not in gone["message"]


def test_only_its_own_messages_can_be_changed(client: WebClient, sandbox: Sandbox) -> None:
    """The bot can't rewrite what a person said, nor what isn't there."""
    person = sandbox.person("U1")
    person.say("C1", "mine")
    ts = person.messages("C1")[-1]["ts"]
    assert (
        refusal(lambda: client.chat_update(channel="C1", ts=ts, text="no")) == "cant_update_message"
    )
    assert (
        refusal(lambda: client.chat_update(channel="C1", ts="1.2", text="no"))
        == "message_not_found"
    )


def test_too_much_text_is_cut_or_refused(client: WebClient) -> None:
    """Text over 40,000 is cut with a warning; blocks over their budget and empty posts are refused."""
    assert (
        client.chat_postMessage(channel="C1", text="x" * 40_001)["warning"] == "message_truncated"
    )
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "y" * 2900}}
    long = [block] * 4
    assert refusal(lambda: client.chat_postMessage(channel="C1", text="t", blocks=long)) == (
        "msg_blocks_too_long"
    )
    assert (
        refusal(lambda: client.chat_postMessage(channel="C1", text="", attachments=[])) == "no_text"
    )


def test_the_given_check_refuses_blocks(
    open_sandbox: Callable[..., Sandbox], new_client: Callable[[Sandbox], WebClient], button: Blocks
) -> None:
    """What the block checker finds comes back as Slack's invalid_blocks with its messages."""

    def check(_blocks: list[dict[str, Any]], surface: str) -> list[str]:
        return [f"bad for {surface} [json-pointer:/blocks/0]"]

    client = new_client(open_sandbox(check=check))
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C1", text="t", blocks=button())
    assert caught.value.response["error"] == "invalid_blocks"
    assert "bad for message" in caught.value.response["response_metadata"]["messages"][0]


def test_threads_count_their_replies(client: WebClient, sandbox: Sandbox) -> None:
    """A reply raises the parent's count; an answer to nothing is refused."""
    parent = client.chat_postMessage(channel="C1", text="top")["ts"]
    client.chat_postMessage(channel="C1", text="below", thread_ts=parent)
    assert sandbox.person("U1").messages("C1")[0]["reply_count"] == 1
    lost = {"channel": "C1", "text": "below", "thread_ts": "9.9"}
    assert refusal(lambda: client.chat_postMessage(**lost)) == "thread_not_found"


def test_an_ephemeral_is_seen_by_one_person_only(client: WebClient, sandbox: Sandbox) -> None:
    """Others don't see it, it can't be updated, and strangers to the channel can't get it."""
    sent = client.chat_postEphemeral(channel="C1", user="U1", text="psst")
    assert [m["text"] for m in sandbox.person("U1").messages("C1")] == ["psst"]
    assert sandbox.person("U2").messages("C1") == []
    change = {"channel": "C1", "ts": sent["message_ts"], "text": "x"}
    assert refusal(lambda: client.chat_update(**change)) == "message_not_found"


def test_one_message_a_second_and_a_short_burst(
    open_sandbox: Callable[..., Sandbox], new_client: Callable[[Sandbox], WebClient]
) -> None:
    """After a burst a channel takes one message a second, others are not held up."""
    client = new_client(open_sandbox(timings=Timings()))
    for number in range(5):
        client.chat_postMessage(channel="C1", text=str(number))
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C1", text="one too many")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    assert client.chat_postMessage(channel="U1", text="elsewhere")["ok"]


def test_faults_strike_as_often_as_asked(client: WebClient, sandbox: Sandbox) -> None:
    """Errors, statuses, limits and cut connections come once each, then all is well."""
    sandbox.faults.fail("chat.postMessage", error="internal_error")
    assert refusal(lambda: client.chat_postMessage(channel="C1", text="a")) == "internal_error"
    sandbox.faults.fail("chat.postMessage", http_status=503)
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel="C1", text="b")
    sandbox.faults.rate_limit("chat.postMessage", retry_after=7)
    assert refusal(lambda: client.chat_postMessage(channel="C1", text="c")) == "ratelimited"
    sandbox.faults.fail("chat.postMessage", drop="request")
    with pytest.raises(ConnectionError):
        client.chat_postMessage(channel="C1", text="d")
    sandbox.faults.fail("chat.postMessage", drop="reply")
    with pytest.raises(ConnectionError):
        client.chat_postMessage(channel="C1", text="e")
    assert client.chat_postMessage(channel="C1", text="f")["ok"]
    assert [m["text"] for m in sandbox.person("U1").messages("C1")] == ["e", "f"]
    assert [c.status for c in sandbox.calls("chat.postMessage")] == [200, 503, 429, 0, 200, 200]


def test_timestamps_rise_even_when_the_clock_goes_back(client: WebClient, clock: Any) -> None:
    """Two messages never share a timestamp, whatever the clock does."""
    first = client.chat_postMessage(channel="C1", text="1")["ts"]
    clock.move_to(clock.now() - timedelta(days=1))
    second = client.chat_postMessage(channel="C1", text="2")["ts"]
    clock.move_to(clock.now() + timedelta(days=9))
    third = client.chat_postMessage(channel="C1", text="3")["ts"]
    assert first < second < third
    assert float(third) - float(first) > 7 * 86_400


def test_people_can_be_looked_up(client: WebClient, sandbox: Sandbox) -> None:
    """Users by id and address, their status, presence, snooze and groups are all readable."""
    assert client.users_lookupByEmail(email="BO@shop.example")["user"]["id"] == "U2"
    assert refusal(lambda: client.users_lookupByEmail(email="no@x.example")) == "users_not_found"
    assert refusal(lambda: client.users_info(user="U9")) == "user_not_found"
    assert client.users_info(user="U1")["user"]["tz_offset"] == 3600
    sandbox.person("U2").set_status(status_text="On holiday", away=True, snooze_until=1_900_000_000)
    assert client.users_profile_get(user="U2")["profile"]["status_text"] == "On holiday"
    assert client.users_getPresence(user="U2")["presence"] == "away"
    assert client.dnd_info(user="U2")["snooze_enabled"]
    paused = client.dnd_teamInfo(users="U1,U2")["users"]
    assert (paused["U1"]["dnd_enabled"], paused["U2"]["dnd_enabled"]) == (False, True)
    assert paused["U2"]["next_dnd_end_ts"] == 1_900_000_000
    assert client.usergroups_users_list(usergroup="S1")["users"] == ["U2"]
    assert len(client.users_list()["members"]) == 4


def test_channels_are_listed_joined_and_paged(client: WebClient) -> None:
    """Public channels show and can be joined; private ones without the bot don't."""
    first = client.conversations_list(limit=1)
    rest = client.conversations_list(cursor=first["response_metadata"]["next_cursor"])
    names = [c["name"] for c in [*first["channels"], *rest["channels"]]]
    assert names == ["sales", "quiet"]
    assert client.conversations_join(channel="C2")["channel"]["is_member"]
    assert "U1" in client.conversations_members(channel="C2")["members"]


def test_a_file_is_uploaded_in_three_steps_and_shown_in_a_block(
    open_sandbox: Callable[..., Sandbox], new_client: Callable[[Sandbox], WebClient]
) -> None:
    """A picture can't be used in a block until Slack has looked at it."""
    sandbox = open_sandbox(timings=Timings(file_ready=0.05, rate_limits=False))
    client = new_client(sandbox)
    done = client.files_upload_v2(filename="chart.png", content=b"\x89PNG....")
    block = {"type": "image", "slack_file": {"id": done["files"][0]["id"]}, "alt_text": "chart"}
    early = {"channel": "C1", "text": "t", "blocks": [block]}
    assert refusal(lambda: client.chat_postMessage(**early)) == "invalid_blocks"
    file_id = done["files"][0]["id"]
    looks = (client.files_info(file=file_id)["file"] for _ in range(500))
    assert any("mimetype" in look for look in looks)
    assert client.chat_postMessage(**early)["ok"]
    with urlopen(client.files_info(file=file_id)["file"]["url_private"]) as shown:  # noqa: S310
        assert shown.read() == b"\x89PNG...."


def test_a_file_can_be_shared_with_words(client: WebClient, sandbox: Sandbox) -> None:
    """An upload with a channel posts a message with the file."""
    client.files_upload_v2(filename="a.csv", content="a,b", channel="C1", initial_comment="here")
    message = sandbox.person("U1").messages("C1")[-1]
    assert (message["text"], message["files"][0]["name"]) == ("here", "a.csv")


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}], ids=["host", "origin"]
)
def test_other_sites_are_kept_out(sandbox: Sandbox, headers: dict[str, str]) -> None:
    """A page of another site, or a name rebound to this machine, is answered 403."""
    from urllib.error import HTTPError  # noqa: PLC0415 - only here

    asked = Request(f"{sandbox.url}/ui/state?as=U1", headers=headers)  # noqa: S310
    with pytest.raises(HTTPError) as caught, urlopen(asked):  # noqa: S310
        pass
    assert caught.value.code == 403
    caught.value.close()


def test_everything_survives_a_restart(
    open_sandbox: Callable[..., Sandbox],
    new_client: Callable[[Sandbox], WebClient],
    tmp_path: Any,
    button: Blocks,
) -> None:
    """Messages, homes, conversations and files are there when the workspace starts again."""
    first = open_sandbox(data_dir=tmp_path)
    client = new_client(first)
    sent = client.chat_postMessage(channel="U1", text="still here", blocks=button())
    client.views_publish(user_id="U1", view={"type": "home", "blocks": [{"type": "divider"}]})
    client.files_upload_v2(filename="a.csv", content="a,b", channel="C1")
    first.stop()
    again = open_sandbox(data_dir=tmp_path)
    person = again.person("U1")
    assert person.bot_dm() == sent["channel"]
    assert [m["text"] for m in person.messages(sent["channel"])] == ["still here"]
    assert (person.home or {})["blocks"][0]["type"] == "divider"
    assert new_client(again).chat_postMessage(channel="U1", text="later")["ts"] > sent["ts"]

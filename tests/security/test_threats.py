"""The threats that were thought of, and the tests that hold each of them off. A row without a test says why."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.syntax import tree_of

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Threat:
    """Something that could go wrong on purpose."""

    id: str
    words: str
    #: `file::test` under tests/; a file alone stands for all of its tests.
    tests: tuple[str, ...] = ()
    #: What of it is not there yet, so that nobody takes the tests for more than they are.
    missing: str = ""


#: T1 to T22: what an agent, a customer, a colleague or a stranger could try. R1 to R4: the rest of our own list.
THREATS = (
    Threat(
        "T1",
        "injected text changes the action",
        (
            "agents/test_injection.py",
            "unit/agents/test_gates.py::test_what_is_no_field_of_the_records_is_forbidden",
            "unit/workflows/test_steps.py::test_an_agent_that_writes_a_field_it_may_not_write_is_refused",
            "unit/agents/test_roster.py::test_an_action_that_is_not_the_agents_is_refused",
            "security/test_powers.py::test_what_drafts_draws_or_decides_has_no_hands",
        ),
    ),
    Threat(
        "T2",
        "the approver sees one thing and another runs",
        (
            "security/test_consent.py",
            "unit/workflows/test_run.py::test_bytes_without_their_signatures_never_leave",
            "slack/test_sign.py::test_the_same_revision_with_other_bytes_is_stale_too",
            "slack/test_evidence.py::test_the_card_that_was_signed_can_be_shown_again",
            "connectors/test_mail_over_smtp.py::test_what_arrives_is_what_was_signed",
        ),
    ),
    Threat(
        "T3",
        "mentions, links and faked lines in somebody's text",
        (
            "unit/blocks/test_hostile.py::test_any_text_is_accepted_and_never_markup",
            "unit/blocks/test_hostile.py::test_hostile_text_is_never_markup_and_always_accepted",
            "unit/blocks/test_text.py::test_markup_refuses_untrusted_text",
        ),
    ),
    Threat(
        "T4",
        "letters that look like others, hidden and turning signs",
        ("security/test_lookalikes.py", "unit/blocks/test_text.py::test_unusual_domains_are_named"),
    ),
    Threat(
        "T5",
        "the payload below the fold",
        (
            "unit/blocks/test_card.py::test_a_text_that_is_not_shown_whole_has_no_approve",
            "unit/blocks/test_card.py::test_only_the_last_page_can_be_signed",
            "unit/blocks/test_contents.py::test_the_pages_put_together_are_the_payload",
            "security/test_consent.py::test_whatever_can_be_signed_was_shown_field_by_field",
        ),
    ),
    Threat(
        "T6",
        "approving out of fatigue",
        (
            "unit/blocks/test_card.py::test_only_what_cannot_be_undone_asks_twice",
            "unit/blocks/test_screens.py::test_a_row_is_signed_in_one_tap_only_when_it_shows_everything",
            "slack/test_outcomes.py::test_two_of_sales_must_sign",
        ),
        missing="the pace of an approver is not watched, and there are no canary drafts",
    ),
    Threat(
        "T7",
        "a double click, a replay, a second delivery",
        (
            "slack/test_sign.py::test_one_press_delivered_twice_is_one_signature",
            "chaos/test_races.py::test_of_eight_who_press_at_once_one_wins",
            "chaos/test_connection.py::test_every_envelope_twice_has_one_effect",
            "chaos/test_kills.py::test_no_press_is_lost_or_applied_twice_when_processes_are_killed",
            "web/test_http_mode.py::test_slacks_retries_count_once",
        ),
    ),
    Threat(
        "T8",
        "a stale card, or facts that changed since",
        (
            "slack/test_sign.py::test_a_press_on_an_old_revision_is_told_who_changed_it",
            "unit/workflows/test_drafts.py::test_a_draft_past_its_time_can_not_be_signed",
            "slack/test_outcomes.py::test_what_is_not_true_any_more_does_not_leave",
            "unit/workflows/test_results.py::test_a_signed_draft_does_not_leave_long_after_its_deadline",
        ),
    ),
    Threat(
        "T9",
        "a forged request",
        (
            "web/test_endpoint.py::test_no_bytes_of_an_outsider_get_in_or_break_anything",
            "web/test_endpoint.py::test_anything_else_is_turned_away",
            "web/test_server.py::test_an_outsider_with_the_description_gets_nowhere",
            "security/test_signature_fuzz.py",
            "security/test_payload_fuzz.py",
        ),
    ),
    Threat(
        "T10",
        "the wrong person",
        (
            "security/test_wrong_person.py",
            "unit/workflows/test_policy.py::test_only_the_approver_set_may_sign",
            "unit/workflows/test_policy.py::test_signing_for_oneself",
            "unit/handlers/test_payloads.py::test_the_person_comes_from_the_envelope_and_the_draft_from_the_button",
            "slack/test_sign.py::test_who_may_not_sign_is_told_and_it_is_on_the_record",
        ),
    ),
    Threat(
        "T11",
        "one workspace reaching into another",
        (
            "security/test_tenants.py",
            "unit/bot/storage/test_postgres.py::test_one_workspace_never_sees_or_touches_another",
            "unit/bot/storage/test_erasing.py::test_another_workspace_keeps_its_own",
            "jobs/test_hints.py::test_workspaces_on_one_database_do_not_take_each_others_hints",
        ),
    ),
    Threat(
        "T12",
        "data leaving by a link's preview or a picture",
        (
            "security/test_no_way_out.py::test_no_screen_holds_a_foreign_address_that_is_fetched",
            "security/test_no_way_out.py::test_every_message_is_sent_with_previews_off",
            "unit/blocks/test_card.py::test_evidence_links_to_records_of_ours_only",
        ),
    ),
    Threat(
        "T13",
        "a request of ours sent to an inner address",
        missing="nothing fetches an address that came from text; a guard comes with the first connector that does",
    ),
    Threat(
        "T14",
        "secrets in logs, prompts, the audit log or errors",
        (
            "security/test_secrets.py",
            "unit/bot/test_logs.py::test_no_secret_gets_in_at_debug",
            "agents/test_provider.py::test_the_key_is_in_no_log_no_record_and_no_draft",
            "connectors/test_mail_over_smtp.py::test_neither_text_nor_password_is_logged",
            "connectors/test_tables.py::test_a_password_in_the_address_never_shows",
            "acceptance/test_cli_doctor.py::test_the_key_goes_to_no_other_server",
        ),
    ),
    Threat(
        "T15",
        "more of a record shown to a model than it needs",
        (
            "unit/agents/test_roster.py::test_a_new_column_reaches_no_agent",
            "agents/test_provider.py::test_records_go_out_as_data_and_only_listed_fields",
            "unit/workflows/test_requests.py::test_an_agent_sees_only_the_records_its_step_uses",
        ),
        missing="addresses and account numbers in listed fields are not replaced by tokens",
    ),
    Threat(
        "T16",
        "a cell that a spreadsheet runs",
        (
            "unit/bot/storage/test_audit_formats.py::test_no_cell_begins_like_a_formula",
            "unit/bot/connectors/test_csv_text.py::test_no_cell_begins_like_a_formula_that_does_something",
            "connectors/test_tables.py::test_a_formula_is_written_as_text_and_the_preview_says_so",
        ),
    ),
    Threat(
        "T17",
        "text that becomes a header, a statement or a program",
        (
            "unit/bot/connectors/test_letter.py::test_what_would_read_differently_is_refused",
            "unit/bot/connectors/test_letter.py::test_a_sender_name_cannot_add_headers",
            "connectors/test_mail_over_smtp.py::test_a_text_cannot_end_the_letter_early",
            "connectors/test_tables.py::test_only_allowed_tables_exist",
            "unit/workflows/test_expressions.py::test_no_text_does_anything_but_render_or_refuse",
            "security/test_powers.py::test_text_is_never_run",
        ),
    ),
    Threat(
        "T18",
        "a poisoned text that works on later runs",
        (
            "agents/test_provider.py::test_the_stable_part_is_the_same_for_every_customer",
            "unit/agents/test_offline.py::test_a_record_that_would_speak_for_itself_makes_no_letter",
            "agents/test_examples.py::test_examples_are_data_in_their_own_message",
            "agents/test_examples.py::test_a_draft_with_another_cases_value_is_refused",
            "unit/workflows/test_learning.py::test_a_rejected_edit_teaches_nothing",
            "unit/workflows/test_examples.py::test_of_one_persons_only_so_many",
        ),
        missing="prose that stands in no record is not taken out of an edit; somebody has to switch it off",
    ),
    Threat(
        "T19",
        "costs and loops without end",
        (
            "unit/bot/storage/test_ledger.py::test_of_many_who_ask_at_once_no_more_get_it_than_there_is",
            "agents/test_provider.py::test_a_spent_budget_asks_no_model",
            "agents/test_provider.py::test_a_draft_has_at_most_its_number_of_calls",
            "unit/workflows/test_steps.py::test_steps_that_go_round_in_a_circle_park_the_run",
            "security/test_no_way_out.py::test_a_switch_stops_everything_that_was_signed_and_has_not_left",
        ),
        missing="how many drafts may wait for one approver has no bound",
    ),
    Threat(
        "T20",
        "an executor talked into carrying out what nobody signed",
        (
            "unit/workflows/test_run.py::test_a_signed_draft_has_no_other_way_in",
            "unit/workflows/test_run.py::test_a_draft_that_is_not_leaving_is_not_carried_out",
            "unit/bot/connectors/test_registry.py::test_an_unknown_action_is_never_carried_out",
            "security/test_powers.py::test_signed_bytes_meet_a_connector_in_one_place",
            "security/test_consent.py::test_bytes_that_were_changed_after_the_signature_never_leave",
        ),
    ),
    Threat(
        "T21",
        "forged lines in logs",
        (
            "security/test_forged_logs.py",
            "unit/bot/test_logs.py::test_no_message_can_forge_a_line",
            "unit/bot/storage/test_guards.py::test_no_statement_changes_or_removes_what_was_written",
            "unit/bot/storage/test_postgres.py::test_nobody_removes_what_was_written",
        ),
    ),
    Threat(
        "T22",
        "a malicious installation",
        missing="there is one workspace, installed by its owner; OAuth comes with several",
    ),
    Threat(
        "R1",
        "an edit that turns it into another action",
        (
            "unit/workflows/test_drafts.py::test_the_policy_is_run_again_on_an_edited_amount",
            "unit/workflows/test_drafts.py::test_an_edit_voids_earlier_signatures",
            "unit/workflows/test_drafts.py::test_a_field_from_the_record_can_not_be_edited",
            "unit/workflows/test_lifecycle.py",
        ),
    ),
    Threat(
        "R2",
        "splitting below a threshold",
        missing="limits over several actions come with the policy tables; each action has its threshold",
    ),
    Threat(
        "R3",
        "silence taken for a yes",
        (
            "security/test_no_way_out.py::test_silence_sends_nothing",
            "security/test_no_way_out.py::test_one_of_two_signatures_is_silence_too",
            "unit/workflows/test_results.py::test_nobody_signing_in_time_lets_it_expire",
        ),
    ),
    Threat(
        "R4",
        "hostile playbooks, payloads and model answers",
        (
            "unit/workflows/test_loading_fuzz.py",
            "security/test_payload_fuzz.py",
            "agents/test_model_outputs.py",
            "unit/workflows/test_text.py::test_anything_can_be_hashed_once_normalised",
        ),
    ),
)


@cache
def _tests_of(name: str) -> frozenset[str]:
    """Return the tests a file holds: functions, and the state machines pytest finds by their case."""
    tree = tree_of(ROOT / "tests" / name)
    functions = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
    cases = {
        target.id
        for each in tree.body
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    return frozenset(name for name in functions | cases if name.startswith(("test_", "Test")))


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat.id)
def test_every_threat_has_tests_that_are_there(threat: Threat) -> None:
    """A test that was renamed or taken away is missed here; so is a row that promises nothing."""
    assert threat.tests or threat.missing
    for pointer in threat.tests:
        name, _, test = pointer.partition("::")
        assert (ROOT / "tests" / name).is_file(), pointer
        assert (test in _tests_of(name)) if test else _tests_of(name), pointer


def test_no_threat_is_left_out() -> None:
    """Twenty-two of the model of agents with approval, and four of our own."""
    wanted = [f"T{n}" for n in range(1, 23)] + [f"R{n}" for n in range(1, 5)]
    assert [threat.id for threat in THREATS] == wanted


def test_every_test_here_holds_off_something() -> None:
    """A file of this folder that no row names would be found by nobody."""
    named = {pointer.partition("::")[0] for threat in THREATS for pointer in threat.tests}
    here = {f"security/{each.name}" for each in Path(__file__).parent.glob("test_*.py")}
    assert here - named == {f"security/{Path(__file__).name}"}

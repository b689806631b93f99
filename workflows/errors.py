"""Every reason to say no. One tree; the docstring of an error is the sentence a person reads.

Placeholders in a docstring are filled from the keyword arguments the error was raised with.
"""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")


class WorkflowError(Exception):
    """Sayso could not do that."""

    #: Short machine name for audit entries and `--json`, the same for every instance.
    code: str = "error"

    def __init__(self, **words: object) -> None:
        """Fill the docstring's placeholders with `words`."""
        self.words = words
        super().__init__(self.sentence)

    def __init_subclass__(cls) -> None:
        """Derive the code from the class name: `AlreadyDecided` is `already-decided`."""
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @property
    def sentence(self) -> str:
        """What happened, why, and the next step, as one paragraph."""
        template = _SPACE.sub(" ", type(self).__doc__ or "").strip()
        return template.format(**self.words)


class Refusal(WorkflowError):
    """This was refused."""


class UnknownPlaybook(Refusal):
    """There is no playbook called {name}.{hint} Type /playbook to pick one from the list."""


class NotShipped(Refusal):
    """No playbook called {name} ships.{hint} Type /sayso new to choose one that does; then you name yours."""


class UnknownDraft(Refusal):
    """This draft is not known here. It may belong to another workspace; nothing was done."""


class NewerRow(WorkflowError):
    """A newer Sayso wrote this (its schema is {schema}, this program reads up to {known}). Install that version."""


class UnknownExample(Refusal):
    """This edit is not among what was learnt; it may have been removed meanwhile. Nothing was changed."""


class UnknownScope(Refusal):
    """There is nothing called {scope} to pause.{hint} Nothing was paused; "everything" always works."""


class UnknownRun(Refusal):
    """There is no run {run}. Type /sayso queue to see what is waiting."""


class BadInput(Refusal):
    """{field}: {problem}"""


class NotAllowed(Refusal):
    """{action} needs {needed}. Nothing was done; {next_step}"""


class Stranger(Refusal):
    """Only people of {company} who are listed in company.yml can do this. Ask the owner to add you."""


class MembersUnread(Refusal):
    """The members of {groups} could not be read from Slack {since}. Nothing was done; try again, or ask the owner."""


class SlackSilent(Refusal):
    """Slack could not be asked since {since} who still works at {company}. Nothing was done; the owner runs doctor."""


class OwnDraft(Refusal):
    """You {relation}, and {risk} actions need somebody else's signature. {others} can sign it."""


class OverLimit(Refusal):
    """With this you would pass what one person may sign ({limit}). Nothing was sent; {next_step}"""


class Silent(Refusal):
    """This customer wants no more messages from us, so nothing was sent. An admin can lift that: /sayso contact."""


class AlreadySigned(Refusal):
    """You have signed this already; it still needs {missing} more of {needed}."""


class AlreadyDecided(Refusal):
    """This was already {state} by {who} at {when}. Nothing was done twice."""


class StaleCard(Refusal):
    """This is revision {shown}; {who} changed it to revision {current}. Look at the new card and decide there."""


class BeingRewritten(Refusal):
    """The agent is writing this again, as {who} asked at {when}. Look at the card in a moment."""


class EnoughRounds(Refusal):
    """This was asked for {rounds} times already. Edit it, take it over, or reject it with a reason."""


class ClaimedBy(Refusal):
    """{who} is looking at this until {until}. Nothing was done; ask them, or wait until then."""


class NotOpen(Refusal):
    """This is {state} and can no longer be {wanted}."""


class TooLateToUndo(Refusal):
    """It is too late to hold this back.{hint}"""


class Paused(Refusal):
    """{what} is paused by {who}. Nothing was started; /sayso resume switches it on again."""


class Stale(Refusal):
    """A newer worker holds this run; the late result was dropped."""


class UnderWay(Refusal):
    """{subject} is being worked on already, since {since}. Nothing was started twice; /sayso status {run} shows it."""


class StillLeaving(Refusal):
    """What was signed for {subject} is leaving, or nobody knows whether it did. Nothing was started; see run {run}."""


class DoneBefore(Refusal):
    """This was started for {subject} on {since}, and is done only once. /sayso status {run} shows what came of it."""


class UnknownProposal(Refusal):
    """This version is not known here. It may belong to another workspace; nothing was done."""


class OldProposal(Refusal):
    """Something else was proposed by now, so nothing was done. Look at the newest card of this playbook."""


class StaleProposal(Refusal):
    """Another version is active by now, so nothing was done. Look again: the card says what would change from there."""


class UnknownWork(Refusal):
    """This is not on the inventory any more. Nothing was changed; /sayso inventory shows what is."""


class Rescored(Refusal):
    """This was changed by {who} since you opened it, so nothing was saved. Open it again and look first."""


class StaleForm(Refusal):
    """This playbook was changed while you filled in the form, so nothing was proposed. Open the form again."""


class CannotRewrite(Refusal):
    """This file is written in a way that a form can't change without touching the rest. Change the file instead."""


class NotEarned(Refusal):
    """{title} can't go to the stage {to} yet: {reasons}. Nothing was changed; it goes on as it is."""


class StaleEvidence(Refusal):
    """{title} has other numbers by now, so nothing was changed. Look at the newest ones and decide on those."""


class StageMoved(Refusal):
    """{title} is at the stage {stage} by now, so nothing was changed. Look at it again and decide on that."""


class NothingBefore(Refusal):
    """There is no version before this one to return to."""


class Unusable(Refusal):
    """This version does not fit this installation any more, so nothing was started. sayso doctor says what is wrong."""


class ConditionFailed(Refusal):
    """This playbook does not apply: {condition}."""


class NotSigned(Refusal):
    """The bytes about to leave were not signed by enough people; nothing was sent."""


class SaidBefore(Refusal):
    """{sentence}"""


class Altered(WorkflowError):
    """The kept playbook {version} is another text than runs were pinned to. Run sayso audit verify; restore a copy."""


class NotRecorded(WorkflowError):
    """Not recorded, nothing was done: the database did not answer in time. Press again in a moment."""


class Unsure(NotRecorded):
    """The database broke off while this was being saved. Look at the card in a moment: what it shows is what counts."""


class PlaybookError(WorkflowError):
    """{place}: {problem}"""


class CompanyError(WorkflowError):
    """{place}: {problem}"""


class ConnectorError(WorkflowError):
    """{connector} could not {verb}: {reason}. {next_step}"""


class Absent(ConnectorError):
    """{connector} could not {verb}: {reason}. {next_step}"""


class Unavailable(ConnectorError):
    """{connector} could not {verb}: {reason}. {next_step}"""

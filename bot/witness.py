"""Who keeps copies of checkpoints where Sayso can't reach them: a file, a letter, a web hook.

A log that is written anew and signed anew differs from these copies. None of them is waited for: each has a thread
of its own and gets the newest checkpoint when it is ready for one. What each has was kept last is in a small file of
its own, outside the database: one that was written anew must not be able to say that it was witnessed.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from bot.connectors.smtp import deliver
from workflows.action import Record
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.connectors.smtp import MailSettings
    from workflows.ports import Clock

_log = logging.getLogger(__name__)

#: Time after a failure before it is tried again.
REST = timedelta(seconds=60)
#: Seconds between two looks whether a witness is ready for the next checkpoint.
LOOK = 1.0
#: Seconds each part of a call to a web hook may take.
TIMEOUT = 10.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class NotWitnessed(Exception):
    """A witness did not take a checkpoint; the message says why, as the end of a sentence."""


class BadWitness(WorkflowError):
    """The setting AUDIT_WITNESS can't be used: {problem}. Write file:PATH, mailto:ADDRESS or https://…, separated by spaces."""  # noqa: E501 -- one sentence for people


class Sealed(Protocol):
    """A signed checkpoint: how many entries it covers, its note, when it was made."""

    @property
    def size(self) -> int:
        """How many entries it covers."""
        ...

    @property
    def note(self) -> str:
        """The signed note."""
        ...

    @property
    def at(self) -> datetime:
        """When it was made."""
        ...


class Witness(Protocol):
    """Keeps copies of checkpoints."""

    #: What people call it; no secret is in it.
    name: str
    #: The shortest time between two copies.
    every: timedelta

    def keep(self, sealed: Sealed, /) -> None:
        """Keep a copy. Raises `NotWitnessed` or `OSError`; it may take long."""
        ...


class FileWitness:
    """Appends to a file of JSON lines: on another disk, or one that can only be appended to."""

    every = timedelta(0)

    def __init__(self, path: Path) -> None:
        """Take the file; it is made for its owner alone."""
        self._path = path
        self.name = f"file {path}"

    def keep(self, sealed: Sealed) -> None:
        """Append one line, and return when it is on the disk."""
        line = {"size": sealed.size, "at": sealed.at.isoformat(), "note": sealed.note}
        text = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.write(descriptor, text) != len(text):
                raise NotWitnessed("the disk took only a part of it")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class MailWitness:
    """Writes a letter to somebody, once a week."""

    def __init__(
        self, settings: MailSettings, address: str, every: timedelta = timedelta(days=7)
    ) -> None:
        """Take where mail leaves, and whom to write to."""
        self._settings, self._address, self.every = settings, address, every
        self.name = f"mail to {address}"

    def keep(self, sealed: Sealed) -> None:
        """Send one letter."""
        outcome = deliver(self._settings, self._address, self._letter(sealed).as_bytes())
        if outcome.status != "done":
            raise NotWitnessed(outcome.message.rstrip("."))

    def _letter(self, sealed: Sealed) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["From"], letter["To"] = self._settings.sender, self._address
        letter["Subject"] = f"Sayso audit checkpoint: {sealed.size} entries"
        letter["Date"] = format_datetime(sealed.at)
        letter["Message-ID"] = (
            f"<{sha256(sealed.note.encode()).hexdigest()[:32]}.checkpoint@{self._settings.domain}>"
        )
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(
            "Keep this letter. It fixes what the audit log of Sayso held at"
            f" {sealed.at:%Y-%m-%d %H:%M} UTC.\n"
            "Should anybody ask whether the log was changed since, save the letter as a file and run:\n"
            "\n    sayso audit verify --witness FILE\n\n" + sealed.note
        )
        return letter


class WebhookWitness:
    """Posts to an address the bot can't take anything back from: an incoming web hook of another Slack app."""

    def __init__(
        self, url: str, every: timedelta = timedelta(minutes=10), *, plain: bool = False
    ) -> None:
        """Take the address; `plain` lets it be one without TLS on this machine. Raises `BadWitness`."""
        place = urlsplit(url)
        here = plain and place.scheme == "http" and place.hostname in _LOOPBACK
        if not place.hostname or (place.scheme != "https" and not here):
            raise BadWitness(problem="a web hook needs an address with https")
        self._url, self.every = url, every
        self.name = f"web hook at {place.hostname}"

    def keep(self, sealed: Sealed) -> None:
        """Post once; nothing is followed to another address."""
        import httpx2  # noqa: PLC0415 -- slow to import, and most have no web hook

        body = {"text": f"Audit checkpoint of {sealed.size} entries\n```\n{sealed.note}```"}
        try:
            answer = httpx2.post(self._url, json=body, timeout=TIMEOUT, follow_redirects=False)
        except httpx2.HTTPError as error:
            raise NotWitnessed(f"it was not reached ({type(error).__name__})") from error
        if not answer.is_success:
            raise NotWitnessed(f"it answered {answer.status_code}")


class Witnessed(Record):
    """What one witness has."""

    name: str
    #: Entries covered by the newest copy it keeps; 0 for none.
    size: int = 0
    at: datetime | None = None
    #: That copy itself.
    note: str = ""
    #: Why it did not take the last one; empty when it did.
    problem: str = ""


class Post:
    """Hands the newest checkpoint to one witness, whenever that is ready for it."""

    def __init__(self, witness: Witness, folder: Path, clock: Clock) -> None:
        """Take the folder in which it is kept what the witness has."""
        self._witness, self._clock = witness, clock
        digest = sha256(witness.name.encode()).hexdigest()[:8]
        kind = re.sub(r"\W+", "-", witness.name)[:32].strip("-")
        self._file = folder / f"{kind}-{digest}.json"
        self._newest: Sealed | None = None
        self._changed = threading.Condition()
        self._failed: datetime | None = None
        self.has = read_witnessed(self._file) or Witnessed(name=witness.name)

    def offer(self, sealed: Sealed) -> None:
        """Take note of a checkpoint; an older one that waits is passed over."""
        with self._changed:
            self._newest = sealed
            self._changed.notify()

    def serve(self, stop: threading.Event) -> None:
        """Hand over until `stop`. Blocks."""
        while not stop.is_set():
            self.turn()
            with self._changed:
                self._changed.wait(LOOK)

    def turn(self) -> bool:
        """Hand the newest one over, if there is one and the witness is ready; whether it was tried."""
        with self._changed:
            sealed = self._newest
        if sealed is None or not self._is_ready(sealed):
            return False
        now = self._clock.now()
        try:
            self._witness.keep(sealed)
        except Exception as error:  # noqa: BLE001 -- the outermost loop: a witness is never waited for
            self._failed = now
            self._note(self.has.model_copy(update={"problem": f"{error}"[:300]}))
            _log.warning("%s did not take a checkpoint: %s", self._witness.name, error)
        else:
            self._failed = None
            has = Witnessed(name=self._witness.name, size=sealed.size, at=now, note=sealed.note)
            self._note(has)
        return True

    def _is_ready(self, sealed: Sealed) -> bool:
        now = self._clock.now()
        if self._failed is not None and timedelta(0) <= now - self._failed < REST:
            return False
        # A log that was set back has fewer entries, or others: the witness must see that too.
        if sealed.note == self.has.note:
            return False
        return self.has.at is None or not timedelta(0) <= now - self.has.at < self._witness.every

    def _note(self, has: Witnessed) -> None:
        self.has = has
        with suppress(OSError):  # what can't be kept is asked for again after a start
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = self._file.with_suffix(".new")
            fresh.write_text(has.model_dump_json(), encoding="utf-8")
            fresh.replace(self._file)


class Witnesses:
    """All of them. Handing over never blocks."""

    def __init__(self, witnesses: Sequence[Witness], folder: Path, clock: Clock) -> None:
        """Take the witnesses, and the folder that keeps what each has."""
        self._posts = [Post(witness, folder, clock) for witness in witnesses]

    def offer(self, sealed: Sealed) -> None:
        """Have every witness keep this checkpoint when it is ready."""
        for post in self._posts:
            post.offer(sealed)

    def have(self) -> tuple[Witnessed, ...]:
        """Return what each of them has."""
        return tuple(post.has for post in self._posts)

    def serve(self, stop: threading.Event) -> None:
        """Start a thread for each, which nobody waits for: a witness may hang as long as it likes."""
        for number, post in enumerate(self._posts):
            name = f"witness-{number}"
            threading.Thread(target=post.serve, args=(stop,), name=name, daemon=True).start()


def witnesses_of(written: str, mail: MailSettings | None) -> list[Witness]:
    """Return the witnesses a setting names, separated by spaces or commas. Raises `BadWitness`."""
    return [_witness(each, mail) for each in re.split(r"[\s,]+", written) if each]


def _witness(written: str, mail: MailSettings | None) -> Witness:
    scheme, _, rest = written.partition(":")
    if scheme == "file" and rest:
        return FileWitness(Path(rest.removeprefix("//")))
    if scheme == "mailto" and "@" in rest:
        if mail is None:
            raise BadWitness(problem="a letter needs SMTP_URL and MAIL_FROM")
        return MailWitness(mail, rest)
    if scheme == "https":
        return WebhookWitness(written)
    raise BadWitness(problem=f"nobody knows what a witness of the kind {scheme[:20]!r} is")


def read_witnessed(file: Path) -> Witnessed | None:
    """Return what a witness has, as it was kept; None when that is not known."""
    try:
        return Witnessed.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def all_witnessed(folder: Path) -> list[Witnessed]:
    """Return what every witness has, read from their folder, by name."""
    found = (read_witnessed(file) for file in sorted(folder.glob("*.json")))
    return sorted((each for each in found if each), key=lambda each: each.name)

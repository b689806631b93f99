"""`sayso audit key|prove|growth|checkpoints`: what proves the log to somebody who does not have it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import company_of, database_of, new_file
from bot.cli.output import Json, as_json, progress, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.settings import Settings
    from bot.storage.notes import Keyring
    from workflows.action import Record

New = Annotated[bool, typer.Option("--new", help="Make a new key; the old one is kept beside it.")]
Out = Annotated[Path, typer.Option(help="File to write; one that is there is not overwritten.")]
EventId = Annotated[str, typer.Argument(help="Whole id of an entry, from audit search --json.")]
Older = Annotated[int, typer.Argument(help="Entries of the older checkpoint.", min=1)]
Newer = Annotated[int, typer.Argument(help="Entries of the newer one; 0 takes the newest.", min=0)]
Last = Annotated[int, typer.Option(help="Most checkpoints; the newest are taken.", min=1)]
#: For `audit verify`.
Witness = Annotated[
    Path | None,
    typer.Option(
        "--witness",
        exists=True,
        dir_okay=False,
        help="Copies of checkpoints that were kept elsewhere: a witness's file, or a saved letter.",
    ),
]
Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key", help="Public key as audit key prints it, or a file of such lines. May be repeated."
    ),
]
ProofFile = Annotated[
    Path | None,
    typer.Option(
        "--proof", exists=True, dir_okay=False, help="A proof to check, without a database."
    ),
]


def key(new: New = False, json: Json = False) -> int:
    """Print the public key of the audit log. Keep it where nobody who has Sayso's files can change it."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.audit_key import known_keys, new_key, own_key  # noqa: PLC0415 -- as above
    from bot.storage.notes import origin  # noqa: PLC0415 -- as above

    settings = read_settings()
    path = settings.audit_key_file
    signer = new_key(path) if new else own_key(path)
    company = company_of(settings)
    name = origin(company.ws if company else "local")
    older = [each.line(name) for each in known_keys(path).keys if each != signer.public]
    if json:
        as_json({"file": str(path), "key": signer.public.line(name), "older": older})
        return 0
    say(signer.public.line(name))
    for line in older:
        say(f"before: {line}")
    return 0


def prove(event_id: EventId, out: Out, json: Json = False) -> int:
    """Write a proof that the log has an entry. The file holds the entry's header, and nothing of any other."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.proofs import prove_entry  # noqa: PLC0415 -- as above

    with progress("Reading the audit log"):
        proof = prove_entry(database_of(read_settings()), event_id)
    return _write(proof, out, json=json)


def growth(older: Older, out: Out, newer: Newer = 0, json: Json = False) -> int:
    """Write a proof that the log of an older checkpoint is the beginning of a newer one's."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.proofs import prove_growth  # noqa: PLC0415 -- as above

    with progress("Reading the audit log"):
        proof = prove_growth(database_of(read_settings()), older, newer or None)
    return _write(proof, out, json=json)


def checkpoints(last: Last = 10, json: Json = False) -> int:
    """Show the newest checkpoints, and which of them each witness has."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.checkpoints import newest  # noqa: PLC0415 -- as above
    from bot.witness import all_witnessed  # noqa: PLC0415 -- as above

    settings = read_settings()
    database = database_of(settings)
    with database.read() as connection:
        made = newest(connection, database.ws, last)
    have = all_witnessed(settings.witness_folder)
    if json:
        listed = [{"size": each.size, "at": each.at, "note": each.note} for each in made]
        as_json(
            {"checkpoints": listed, "witnesses": [each.model_dump(mode="json") for each in have]}
        )
        return 0
    if not made:
        say("There is no checkpoint yet: one is made once a minute while Sayso runs.")
        return 0
    rows = [
        [f"{each.at:%Y-%m-%d %H:%M}", f"{each.size:,}", each.note.split("\n")[2]] for each in made
    ]
    table(["Made (UTC)", "Entries", "Root"], rows)
    for each in have:
        said = f"has {each.size:,} entries" if each.size else "has none yet"
        say(f"{each.name}: {said}. {each.problem}".strip())
    return 0


def check_proof(file: Path, given: Sequence[str] | None, *, json: bool) -> int:
    """Say what a proof proves: for `sayso audit verify --proof`. Raises `BadInput` for keys that can't be read."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.proofs import BadProof  # noqa: PLC0415 -- as above
    from bot.storage.proofs import check_proof as checked  # noqa: PLC0415 -- as above

    keys = keyring(given) or own_keyring(read_settings())
    try:
        proved = checked(file.read_text(encoding="utf-8", errors="replace"), keys)
    except BadProof as problem:
        if json:
            as_json({"ok": False, "problem": str(problem)})
        else:
            say(f"The proof does not hold. {problem}")
        return 1
    if json:
        as_json({"ok": True, **proved.model_dump(mode="json")})
    else:
        say(f"The proof holds. {proved.sentence}")
    return 0


def keyring(given: Sequence[str] | None) -> Keyring | None:
    """Return the public keys of `--key`, each a line or a file of lines; None when there are none.

    Raises `BadInput`.
    """
    from bot.storage.notes import BadNote, Keyring, public_key  # noqa: PLC0415 -- `--help` stays quick
    from workflows.errors import BadInput  # noqa: PLC0415 -- as above

    if not given:
        return None
    lines = [line for each in given for line in _lines(each)]
    try:
        return Keyring(public_key(line) for line in lines)
    except BadNote as error:
        raise BadInput(field="--key", problem=f"{error}.") from error


def own_keyring(settings: Settings) -> Keyring:
    """Return the keys of this installation; of none when it has no key yet."""
    from bot.storage.audit_key import known_keys  # noqa: PLC0415 -- `--help` stays quick

    return known_keys(settings.audit_key_file)


def kept_copies(settings: Settings) -> Path | None:
    """Return the copies of checkpoints in SAYSO_HOME, if there are any: what to compare with when told nothing else.

    Without the file, what some witness has is better than nothing.
    """
    kept = [settings.checkpoints_file, *sorted(settings.witness_folder.glob("*.json"))]
    return next((file for file in kept if file.exists()), None)


def _lines(given: str) -> list[str]:
    path = Path(given)
    if path.is_file():
        text = path.read_text(encoding="utf-8", errors="replace")
        return [line for line in text.splitlines() if line.strip()]
    return [given]


def _write(proof: Record, out: Path, *, json: bool) -> int:
    new_file(out).write_text(proof.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if json:
        as_json({"file": str(out)})
        return 0
    checked = f"sayso audit verify --proof {out}"
    say(f"Wrote {out}. Whoever has the public key checks it with: {checked}")
    return 0

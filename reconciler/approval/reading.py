"""From bytes to a saved plan, or to words about why they are none. Nothing in the bytes is taken on trust."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from reconciler.approval.document import Made, SavedPlan, seal_of
from reconciler.errors import ReconcilerError, StalePlanError
from reconciler.model import AccountId, Contacts, Role, ServiceId
from reconciler.model.text import visible
from reconciler.plan import Basis, fingerprint_of
from reconciler.render.schema import Contact

LARGEST = 64 * 1024 * 1024
"""Bytes; some hundred thousand requests. A larger file is not read."""

_AGAIN = "make the plan again with reconciler plan --out FILE"


class NoPlanError(ReconcilerError):
    """The bytes are no saved plan, whatever else they are."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved plan that holds together.

    Attributes:
        approved: its requests with what they were concluded from.
        trays: the tray of each contact that was in none of the requests.
    """

    fingerprint: str
    approved: tuple[Basis, ...]
    trays: dict[tuple[ServiceId, Role], str]
    made: Made


def read_saved(data: bytes, *, version: str) -> Saved:
    """Return the saved plan that bytes hold.

    Args:
        data: the file's content.
        version: of this program.

    Raises:
        NoPlanError: they hold no saved plan.
        StalePlanError: they hold one that was changed since it was saved, or that is of another version.
    """
    document = _document(data)
    _check_seal(document)
    made = document.get("made")
    _check_version(document.get("version"), made.get("version") if isinstance(made, dict) else None, version)
    try:
        plan = SavedPlan.model_validate_json(data)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, problem["loc"]))
        raise StalePlanError(
            f"the saved plan is not as this program writes it: {visible(place)}: {visible(problem['msg'])}",
            hint=_AGAIN,
        ) from None
    approved = _approved(plan)
    if approved is None or fingerprint_of(approved) != plan.fingerprint:
        raise StalePlanError(
            "the saved plan was changed since it was made: its requests are not those of its fingerprint",
            hint=_AGAIN,
        )
    return Saved(plan.fingerprint, approved, _trays(plan), plan.made)


def _document(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise NoPlanError(f"it is larger than {LARGEST // 1024**2} MiB, which no saved plan is")
    try:
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:  # bytes that are no UTF-8 too
        why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise NoPlanError(f"it is not JSON: {visible(why)}") from None
    if not isinstance(document, dict) or not {"made", "seal", "seen"} & document.keys():
        known = isinstance(document, dict) and {"fingerprint", "requests"} <= document.keys()
        raise NoPlanError(
            "it is a plan to read, not one to apply" if known else "it is JSON, but no saved plan",
            hint="reconciler plan --out FILE saves one that can be applied",
        )
    return document


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _check_seal(document: dict[str, Any]) -> None:
    try:
        whole = document.get("seal") == seal_of(document)
    except (ValueError, RecursionError):  # a number that JSON has no word for
        whole = False
    if not whole:
        raise StalePlanError(
            "the saved plan was edited by hand or damaged: its seal does not fit what it says", hint=_AGAIN
        )


def _check_version(format_: object, made_by: object, ours: str) -> None:
    newer = isinstance(made_by, str) and _major(made_by) > _major(ours)
    if newer or format_ != 1:
        by = f"version {visible(made_by)}" if isinstance(made_by, str) else "another version"
        raise StalePlanError(
            f"the saved plan was made by {by} of this program, this is {ours}",
            hint=f"apply it with the version that made it, or {_AGAIN}",
        )


def _major(version: str) -> int:
    head = version.split(".", maxsplit=1)[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) < 10 else 0  # noqa: PLR2004 - a sane number


def _approved(plan: SavedPlan) -> tuple[Basis, ...] | None:
    """Return the requests with what was seen; None where the two lists are not of the same services."""
    if [row.service for row in plan.requests] != [row.service for row in plan.seen]:
        return None
    return tuple(
        Basis(
            ServiceId(request.service),
            AccountId(request.asker),
            tuple((row.role, _account(row.live), AccountId(row.desired)) for row in request.changes),
            Contacts(*(_account(holder) for holder in (seen.admin, seen.technical, seen.billing))),
            tuple(seen.open_tasks),
        )
        for request, seen in zip(plan.requests, plan.seen, strict=True)
    )


def _account(text: str | None) -> AccountId | None:
    return None if text is None else AccountId(text)


def _trays(plan: SavedPlan) -> dict[tuple[ServiceId, Role], str]:
    trays: dict[str, Sequence[Contact]] = {
        "deferred": plan.deferred,
        "pending": plan.pending,
        "blocked": plan.blocked,
        "only observed": plan.observed,
    }
    return {(ServiceId(row.service), row.role): tray for tray, rows in trays.items() for row in rows}

"""What is asked for and how far it has come (`status`), and which services are seen (`list`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from reconciler.model import AccountId, Role, TaskState
from reconciler.render.deadlines import expiry_words
from reconciler.render.hand_backs import HandBackRow, hand_back_lines, hand_back_objects
from reconciler.render.safe import visible
from reconciler.render.wording import Accounts, age, counted, listed, state_words

STATUS_COLUMNS = ("Task", "Service", "Roles", "Change", "State", "Age")
SERVICE_COLUMNS = ("Service", "Admin", "Technical", "Billing")


class RequestRow(NamedTuple):
    """One task, as far as it can be known.

    Attributes:
        service: its key, or OVHcloud's bare name where it fits no service.
        age_seconds: since it was asked for.
        waiting_for: the parties not known to have confirmed.
        accepted_by: the parties for whom we confirmed it ourselves, which is the only sure knowledge.
        certain: whether `waiting_for` is known for sure, not inferred.
        next_command: what to run next, ready to be pasted.
        arrived: whether the service itself shows the new contact; only then is a request called done.
        expires: when it dies unless people confirm, aware; None once nobody has to confirm it any more.
        expires_learnt: earlier requests of this endpoint showed it; else it is what was once usual.
        expires_in_seconds: from now; below 0 once it should have expired.
    """

    task: int
    service: str
    roles: tuple[Role, ...]
    from_account: AccountId
    to_account: AccountId
    asker: AccountId | None
    state: TaskState
    age_seconds: float
    waiting_for: tuple[AccountId, ...] = ()
    accepted_by: tuple[AccountId, ...] = ()
    certain: bool = False
    next_command: str | None = None
    note: str | None = None
    arrived: bool | None = None
    expires: datetime | None = None
    expires_learnt: bool | None = None
    expires_in_seconds: float | None = None


class ServiceRow(NamedTuple):
    """One service with its three contacts; None where the endpoint does not show one."""

    service: str
    admin: AccountId | None
    technical: AccountId | None
    billing: AccountId | None


def status_text(
    rows: Sequence[RequestRow], names: Mapping[AccountId, str], hand_backs: Sequence[HandBackRow] = ()
) -> str:
    """Return the requests as an aligned table, each with what is known about it on the lines below.

    Below them are the contacts that are to be handed back by now and are not yet.
    """
    accounts = Accounts(names)
    lines = [status_summary(rows)]
    if rows:
        head, *body = _aligned([STATUS_COLUMNS, *(status_cells(row, accounts) for row in rows)])
        lines += ["", head]
        for row, line in zip(rows, body, strict=True):
            lines.append(line)
            lines += [f"    {visible(words)}" for words in status_lines(row, accounts)]
    footnote = status_footnote(rows)
    if footnote:
        lines += ["", footnote]
    if hand_backs:
        lines += ["", *hand_back_lines(hand_backs, names)]
    return "\n".join(lines)


def status_json(rows: Iterable[RequestRow], hand_backs: Iterable[HandBackRow] = ()) -> str:
    """Return status as JSON, version 1: `{version, requests: [...], time_boxes: [...]}`, a row a line.

    `time_boxes` are the contacts that are to be handed back by now and are not yet.
    """
    return _document(requests=map(_request_object, rows), time_boxes=hand_back_objects(hand_backs))


def services_text(rows: Sequence[ServiceRow], names: Mapping[AccountId, str]) -> str:
    """Return the services and their contacts as an aligned table."""
    accounts = Accounts(names)
    lines = [services_summary(rows)]
    if rows:
        lines += ["", *_aligned([SERVICE_COLUMNS, *(service_cells(row, accounts) for row in rows)])]
    return "\n".join(lines)


def services_json(rows: Iterable[ServiceRow]) -> str:
    """Return the services as JSON, version 1: `{version, services: [...]}`, a row a line."""
    return _document(services=(row._asdict() for row in rows))


def status_summary(rows: Sequence[RequestRow]) -> str:
    """Return how many requests are open and how many are settled."""
    if not rows:
        return "No request is open, and none was settled recently."
    still_open = sum(row.state.is_open for row in rows)
    return f"{counted(len(rows), 'request')}: {still_open} open, {len(rows) - still_open} settled."


def services_summary(rows: Sequence[ServiceRow]) -> str:
    """Return how many services there are."""
    if not rows:
        return "No service to show."
    return f"{counted(len(rows), 'service')}."


def status_cells(row: RequestRow, accounts: Accounts) -> tuple[str, ...]:
    """Return one cell for each of `STATUS_COLUMNS`."""
    return (
        str(row.task),
        row.service,
        ", ".join(row.roles),
        f"{accounts[row.from_account]} -> {accounts[row.to_account]}",
        _state(row),
        age(row.age_seconds),
    )


def service_cells(row: ServiceRow, accounts: Accounts) -> tuple[str, ...]:
    """Return one cell for each of `SERVICE_COLUMNS`."""
    return row.service, accounts[row.admin], accounts[row.technical], accounts[row.billing]


def status_lines(row: RequestRow, accounts: Accounts, *, steady: bool = False) -> Iterator[str]:
    """Yield what is known about a request beside its cells: who asked, who answered, what to do next.

    Args:
        row: the request.
        accounts: how accounts are shown.
        steady: say nothing that changes with every second, so that what is said changes with the request.
    """
    yield "; ".join(_parties(row, accounts))
    if row.expires is not None and row.expires_in_seconds is not None:
        learnt = bool(row.expires_learnt)
        yield expiry_words(row.expires, row.expires_in_seconds, learnt=learnt, steady=steady)
    if row.note:
        yield row.note
    if row.next_command:
        yield f"next: {row.next_command}"


def status_footnote(rows: Iterable[RequestRow]) -> str | None:
    """Return what must be said once where any row says who has probably not answered."""
    if any(_is_inferred(row) for row in rows):
        return (
            "OVHcloud does not tell who has confirmed. What this program confirmed itself is known, "
            "the rest is inferred."
        )
    return None


def _state(row: RequestRow) -> str:
    if row.state is not TaskState.DONE or row.arrived is None:
        return state_words(row.state)
    if row.arrived:
        return "done"
    return f"{state_words(row.state)}, not shown by the service yet"


def _parties(row: RequestRow, accounts: Accounts) -> Iterator[str]:
    yield f"asked by {'someone OVHcloud does not name' if row.asker is None else accounts[row.asker]}"
    for account in row.accepted_by:
        yield f"accepted by {accounts[account]} (by us)"
    if row.waiting_for and row.state.is_open:
        who = listed(accounts[account] for account in row.waiting_for)
        if row.certain:
            yield f"waiting for {who}"
        else:
            yield f"{who} {'has' if len(row.waiting_for) == 1 else 'have'} probably not answered yet"


def _is_inferred(row: RequestRow) -> bool:
    return bool(row.waiting_for) and row.state.is_open and not row.certain


def _request_object(row: RequestRow) -> dict[str, Any]:
    renamed = {"from_account": "from", "to_account": "to"}
    shown = {renamed.get(key, key): value for key, value in row._asdict().items()}
    return {**shown, "expires": row.expires.isoformat() if row.expires else None}


def _document(**lists: Iterable[dict[str, Any]]) -> str:
    bodies = {key: ",\n  ".join(map(json.dumps, rows)) for key, rows in lists.items()}
    return "".join(['{"version": 1', *(f',\n "{key}": [{body}]' for key, body in bodies.items()), "}"])


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    cells = [[visible(cell) for cell in row] for row in table]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]

"""What people are told of requests by notice: one text for a chat, and the same as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from reconciler.config.model import Occasion
from reconciler.model import AccountId, Role, TaskState
from reconciler.render.deadlines import expiry_words
from reconciler.render.safe import visible
from reconciler.render.wording import Accounts, age, listed, state_words

SHOWN = 20
"""How many notices a text tells one by one; a chat is no place for five hundred lines."""


class Notice(NamedTuple):
    """One thing to tell about one task.

    Attributes:
        service: its key, or OVHcloud's bare name where it fits no service.
        waiting_for: the parties not known to have confirmed.
        expires: when it dies unless people confirm; None once nobody has to confirm it any more.
        expires_learnt: earlier requests of this endpoint showed it.
        ours: our journal made it.
    """

    occasion: Occasion
    task: int
    service: str
    roles: tuple[Role, ...]
    from_account: AccountId
    to_account: AccountId
    asker: AccountId | None
    state: TaskState
    requested: datetime
    settled: datetime | None = None
    waiting_for: tuple[AccountId, ...] = ()
    expires: datetime | None = None
    expires_learnt: bool | None = None
    ours: bool = True


def notices_text(
    notices: Sequence[Notice], names: Mapping[AccountId, str], endpoint: str, now: datetime
) -> str:
    """Return what a person is told: how many of each occasion, and the first 20 line by line."""
    accounts = Accounts(names)
    lines = [notices_title(notices, endpoint)]
    lines += [f"- {notice_text(row, accounts, now)}" for row in notices[:SHOWN]]
    if len(notices) > SHOWN:
        lines.append(f"... and {len(notices) - SHOWN} more: `reconciler status` lists the requests")
    return "\n".join(lines)


def notices_title(notices: Sequence[Notice], endpoint: str) -> str:
    """Return how many notices of each occasion there are, such as `ovh-eu: 2 requested, 1 refused`."""
    numbers = Counter(row.occasion for row in notices)
    parts = [f"{numbers[occasion]} {occasion}" for occasion in Occasion if numbers[occasion]]
    return f"Contacts on {visible(endpoint)}: {', '.join(parts)}"


def notice_text(row: Notice, accounts: Accounts, now: datetime) -> str:
    """Return one notice as one line; `done` is said only of what the service shows."""
    move = f"{accounts[row.from_account]} -> {accounts[row.to_account]}"
    asker = "someone OVHcloud does not name" if row.asker is None else accounts[row.asker]
    head = f"{row.service} {', '.join(row.roles)}: {move}, task {row.task}, asked by {asker}"
    return visible(f"{head}: {_what_happened(row, accounts, now)}")


def notices_json(
    notices: Sequence[Notice], names: Mapping[AccountId, str], endpoint: str, now: datetime
) -> str:
    """Return the body of a webhook, version 1: `{version, endpoint, at, text, events: [...]}`."""
    accounts = Accounts(names)
    document = {
        "version": 1,
        "endpoint": endpoint,
        "at": now.isoformat(),
        "text": notices_text(notices, names, endpoint, now),
        "events": [_event(row, notice_text(row, accounts, now)) for row in notices],
    }
    return json.dumps(document)


def _event(row: Notice, text: str) -> dict[str, Any]:
    renamed = {"from_account": "from", "to_account": "to"}
    values = {renamed.get(key, key): value for key, value in row._asdict().items()}
    times = {key: _moment(values[key]) for key in ("requested", "settled", "expires")}
    return {**values, **times, "text": text}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _what_happened(row: Notice, accounts: Accounts, now: datetime) -> str:
    match row.occasion:
        case Occasion.REQUESTED:
            return f"requested{_to_confirm(row, accounts)}"
        case Occasion.WAITING:
            since = age((now - row.requested).total_seconds())
            return f"open for {since}{_to_confirm(row, accounts)}"
        case Occasion.EXPIRING:
            return f"{_deadline(row, now)}{_to_confirm(row, accounts)}"
        case Occasion.DONE:
            return "done, the service shows the new contact"
        case Occasion.CONTESTED:
            return f"open, and the file wants another contact{_to_confirm(row, accounts)}"
        case Occasion.REFUSED | Occasion.EXPIRED:
            unsure = row.state is TaskState.ERROR  # OVHcloud does not tell how far it had come
            return state_words(row.state) if unsure else f"{state_words(row.state)}; nothing changed"


def _deadline(row: Notice, now: datetime) -> str:
    if row.expires is None:
        return "expires soon"
    return expiry_words(row.expires, (row.expires - now).total_seconds(), learnt=bool(row.expires_learnt))


def _to_confirm(row: Notice, accounts: Accounts) -> str:
    """Return who is not known to have confirmed; OVHcloud does not tell, so it is not said to be sure."""
    if not row.waiting_for:
        return ""
    return f"; {listed(accounts[account] for account in row.waiting_for)} may still have to confirm"

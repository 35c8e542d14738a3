"""What became of mailed tokens (`confirm`), for people and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from reconciler.model import AccountId
from reconciler.render.safe import visible
from reconciler.render.wording import Accounts, counted, listed

WORDS = {
    "confirmed": "confirmed",
    "would_confirm": "would be confirmed",
    "refused_by_endpoint": "refused by OVHcloud",
    "outcome_unknown": "with an unknown outcome",
    "not_sent": "not sent",
}
"""Verdicts on tokens that were to be used, in the order in which they are told; all others are left alone."""

_LEFT = "left alone"
_EMPTY = "no_token"


class VerdictRow(NamedTuple):
    """One token of a mail, or a mail without one, in the order of the JSON's keys.

    Attributes:
        mail: where it lies.
        task: the request's id; None where it is not known for sure.
        account: whose token it is; None where it is not known.
        verdict: from a closed list.
        detail: the reason in words; it holds no token.
    """

    mail: str
    task: int | None
    account: AccountId | None
    verdict: str
    detail: str


def verdicts_json(rows: Iterable[VerdictRow]) -> str:
    """Return the verdicts as JSON, version 1: `{version, verdicts: [...]}`, a row a line."""
    body = ",\n  ".join(json.dumps(row._asdict()) for row in rows)
    return f'{{"version": 1,\n "verdicts": [{body}]}}'


def verdicts_text(rows: Sequence[VerdictRow], names: Mapping[AccountId, str]) -> str:
    """Return a summary, then each token with its mail and the reason; mails without a token are counted."""
    tokens = [row for row in rows if row.verdict != _EMPTY]
    lines = [_summary(tokens)]
    accounts = Accounts(names)
    order = {verdict: at for at, verdict in enumerate(WORDS)}
    for row in sorted(tokens, key=lambda row: order.get(row.verdict, len(order))):
        lines += _row(row, accounts)
    empty = len(rows) - len(tokens)
    if empty:
        lines += ["", f"{counted(empty, 'mail')} without a token."]
    return "\n".join(lines)


def _summary(rows: Sequence[VerdictRow]) -> str:
    if not rows:
        return "No mail with a token was found."
    count = Counter(WORDS.get(row.verdict, _LEFT) for row in rows)
    parts = [f"{count[words]} {words}" for words in (*WORDS.values(), _LEFT) if count[words]]
    return f"{counted(len(rows), 'token')}: {listed(parts)}."


def _row(row: VerdictRow, accounts: Accounts) -> Iterator[str]:
    request = "a mail" if row.task is None else f"request {row.task}"
    whose = f" for {accounts[row.account]}" if row.account is not None else ""
    yield ""
    yield f"{request}{whose}: {WORDS.get(row.verdict, _LEFT)}"
    yield f"    {visible(row.detail)}"
    yield f"    in {visible(row.mail)}"

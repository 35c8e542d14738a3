"""Who hands how many contacts to whom, as a picture in Mermaid's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from reconciler.model import AccountId
from reconciler.plan import STAYING, Plan
from reconciler.render.wording import Accounts, counted

MOST_EDGES = 100
"""Mermaid itself gives up at 500; people long before."""

_LONGEST_LABEL = 60  # as it is shown: Mermaid takes 50,000 characters for all of them, and for the arrows
_SPECIAL = re.compile(r"[^\w .()-]")

Move = tuple[AccountId | None, AccountId]


def hand_overs(plan: Plan) -> Counter[Move]:
    """Return how many contacts go from one account to another, now or later."""
    moves: Counter[Move] = Counter()
    for change, tray in plan.trays():
        if tray not in STAYING:
            moves[change.live, change.desired] += 1
    return moves


def picture(plan: Plan, accounts: Accounts) -> Iterator[str]:
    """Yield the lines of a fenced Mermaid picture; words instead where it would be too large to read.

    Labels hold letters, digits and little else; any other character is shown as an escape, so that no name
    ends a label, makes an element of it or breaks its line.
    """
    moves = hand_overs(plan)
    if not moves:
        return
    if len(moves) > MOST_EDGES:
        yield f"No picture: {len(moves)} pairs of accounts hand over contacts, too many to be read in one."
        return
    numbers: dict[AccountId | None, str] = {}
    for move in sorted(moves, key=_order):
        for account in move:
            numbers.setdefault(account, f"a{len(numbers)}")
    yield "```mermaid"
    yield "flowchart LR"
    for account, node in numbers.items():
        yield f'  {node}["{_label(accounts.shown(account))}"]'
    for move in sorted(moves, key=_order):
        yield f'  {numbers[move[0]]} -->|"{counted(moves[move], "contact")}"| {numbers[move[1]]}'
    yield "```"


def _order(move: Move) -> tuple[str, str]:
    return move[0] or "", move[1]


def _label(text: str) -> str:
    shown = [f"\\x{ord(char):02x}" if _SPECIAL.match(char) else char for char in text[:_LONGEST_LABEL]]
    while len(shown) > 1 and sum(map(len, shown)) > _LONGEST_LABEL:
        shown.pop()
    return "".join([*shown, *(["..."] if len(shown) < len(text) else [])])

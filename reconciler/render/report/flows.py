"""The picture of the report: who hands what to whom, as flows between two columns of accounts.

Every flow leaves its account in a row of its own, and the row holds the label: so labels never lie upon each
other, however many flows there are. All lengths are in units of the picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import NamedTuple
from unicodedata import east_asian_width

from reconciler.model import ROLES, AccountId, Role
from reconciler.plan import STAYING, Plan
from reconciler.render.wording import Accounts

MOST_FLOWS = 40
"""More than these nobody follows with the eye; all of them are in the table below the picture."""

WIDTH = 1000
_LEFT, _RIGHT = 240, 760  # where the flows begin and end
_LABELLED = 210  # how far a flow runs straight on, below its label
_BAR = 8
_ROW, _GAP, _EDGE = 26, 12, 10
_THINNEST, _THICKEST = 2.0, 14.0
_LONGEST_NAME = 28  # letters of the usual width; those of Chinese and the like count as two

Move = tuple[AccountId | None, AccountId]


class Flow(NamedTuple):
    """All contacts that one account hands to one other."""

    source: AccountId | None
    target: AccountId
    roles: Mapping[Role, int]

    @property
    def contacts(self) -> int:
        """Return how many there are."""
        return sum(self.roles.values())

    @property
    def words(self) -> str:
        """Return how many of which role, such as `12 technical, 3 billing`."""
        return ", ".join(f"{self.roles[role]} {role}" for role in ROLES if role in self.roles)


class Bar(NamedTuple):
    """An account in one of the columns; `clipped` is how much of its name has room."""

    name: str
    clipped: str
    x: float
    y: float
    height: float
    text_x: float
    text_y: float


class Ribbon(NamedTuple):
    """A flow as it is drawn, with the place of its label."""

    path: str
    thickness: float
    label: str
    title: str
    label_x: float
    label_y: float


class Picture(NamedTuple):
    """What is drawn, and how many flows are not."""

    height: float
    sources: tuple[Bar, ...]
    targets: tuple[Bar, ...]
    ribbons: tuple[Ribbon, ...]
    left_out: int


def flows(plan: Plan) -> list[Flow]:
    """Return who hands how many contacts to whom, now or later, the most first; others do not move."""
    moves: dict[Move, Counter[Role]] = {}
    for change, tray in plan.trays():
        if tray not in STAYING:
            moves.setdefault((change.live, change.desired), Counter())[change.role] += 1
    found = [Flow(source, target, roles) for (source, target), roles in moves.items()]
    return sorted(found, key=lambda flow: (-flow.contacts, flow.source or "", flow.target))


def picture(found: list[Flow], accounts: Accounts) -> Picture:
    """Return the largest flows drawn between two columns, each column with its largest account first."""
    drawn = found[:MOST_FLOWS]
    sources = _ranked((flow.source, flow.contacts) for flow in drawn)
    targets = _ranked((flow.target, flow.contacts) for flow in drawn)
    left, from_rows, left_height = _column(
        sources, [(flow.source, targets[flow.target], flow) for flow in drawn], accounts, _LEFT - _BAR
    )
    right, to_rows, right_height = _column(
        targets, [(flow.target, sources[flow.source], flow) for flow in drawn], accounts, _RIGHT
    )
    most = max((flow.contacts for flow in drawn), default=1)
    ribbons = tuple(
        _ribbon(
            flow, accounts, from_rows[flow.source, flow.target], to_rows[flow.source, flow.target], most=most
        )
        for flow in drawn
    )
    return Picture(max(left_height, right_height), left, right, ribbons, len(found) - len(drawn))


def _ranked(weights: Iterable[tuple[AccountId | None, int]]) -> dict[AccountId | None, int]:
    """Return the place of each account in its column, from 0."""
    totals: Counter[AccountId | None] = Counter()
    for account, contacts in weights:
        totals[account] += contacts
    order = sorted(totals, key=lambda account: (-totals[account], account or ""))
    return {account: rank for rank, account in enumerate(order)}


def _column(
    ranks: Mapping[AccountId | None, int],
    ends: list[tuple[AccountId | None, int, Flow]],
    accounts: Accounts,
    x: float,
) -> tuple[tuple[Bar, ...], dict[Move, float], float]:
    """Return the bars of one column, the height at which each flow meets it, and how far down it goes.

    Args:
        ranks: the accounts of the column in their order.
        ends: for each flow its account here, and the rank of the one at its other end.
        accounts: how accounts are shown.
        x: where the bars stand.
    """
    own: dict[AccountId | None, list[tuple[int, Flow]]] = {account: [] for account in ranks}
    for account, other, flow in ends:
        own[account].append((other, flow))
    bars, rows, y = [], {}, float(_EDGE)
    is_left = x < _RIGHT
    for account, here in own.items():
        height = _ROW * len(here)
        name = accounts[account]
        text_x = x - _BAR if is_left else x + 2 * _BAR
        bars.append(Bar(name, _clipped(name), x, y, height, text_x, y + height / 2))
        for row, (_, flow) in enumerate(sorted(here, key=lambda end: end[0])):
            rows[flow.source, flow.target] = y + _ROW * (row + 0.5)
        y += height + _GAP
    return tuple(bars), rows, y - _GAP + _EDGE


def _clipped(name: str) -> str:
    """Return as much of a name as there is room for."""
    widths = accumulate(2 if east_asian_width(char) in "WF" else 1 for char in name)
    shown = sum(width <= _LONGEST_NAME for width in widths)
    return name if shown == len(name) else f"{name[: shown - 1]}…"


def _ribbon(flow: Flow, accounts: Accounts, y: float, end: float, *, most: int) -> Ribbon:
    bend = _LEFT + _LABELLED
    middle = (bend + _RIGHT) / 2
    thickness = _THINNEST + (_THICKEST - _THINNEST) * (flow.contacts / most) ** 0.5
    title = f"{accounts[flow.source]} to {accounts[flow.target]}: {flow.words}"
    path = f"M{_LEFT} {y:g}H{bend}C{middle:g} {y:g} {middle:g} {end:g} {_RIGHT} {end:g}"
    return Ribbon(path, round(thickness, 1), flow.words, title, _LEFT + _BAR, y)

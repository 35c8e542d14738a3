"""May what was approved be asked for now? A plan is used once, and only where nothing has moved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from reconciler.model import Observation
from reconciler.plan import Basis, Plan
from reconciler.ports.journal import CarriedOut
from reconciler.progress import Joined


@dataclass(frozen=True, slots=True)
class Present:
    """What would be asked now, and what that was concluded from.

    Attributes:
        bases: the requests of the plan with what was seen of their services.
    """

    observation: Observation
    joined: Joined
    plan: Plan
    bases: tuple[Basis, ...]


class Verdict(Enum):
    """What follows from comparing the approved requests with those of now."""

    ASK = auto()  # they are the same
    ASK_THE_REST = auto()  # a run with this plan failed in part, and only what failed is left
    NOTHING_LEFT = auto()  # every approved contact is as desired, or an open request makes it so
    USED = auto()  # some have been asked with this plan already, and came to nothing
    ASKED_OTHERWISE = auto()  # some have been asked meanwhile, but not with this plan
    MOVED = auto()  # something else would be asked


def judge(approved: tuple[Basis, ...], present: Present, carried: CarriedOut | None) -> Verdict:
    """Return whether the approved requests may be sent.

    Args:
        approved: the requests of the approved plan.
        present: what would be asked now.
        carried: what earlier runs made of this very plan; None: there was none.
    """
    settled = _settled(approved, present)
    if approved and len(settled) == len(approved):
        return Verdict.NOTHING_LEFT
    left = frozenset(present.bases)
    if not left <= {*approved} or not {*approved} - left <= settled:
        return Verdict.MOVED
    if carried and any(row.service in carried.accepted for row in left):
        return Verdict.USED
    if present.bases == approved:
        return Verdict.ASK
    return Verdict.ASK_THE_REST if carried else Verdict.ASKED_OTHERWISE


def _settled(approved: tuple[Basis, ...], present: Present) -> frozenset[Basis]:
    """Return the requests of which nothing is left to ask: each contact is as approved, or soon to be so."""
    pending = {row.change[:2] + row.change[3:] for row in present.plan.pending}
    pending |= {  # requested before the file came to observe it only
        (*row.change[:2], row.towards) for row in present.plan.observed if row.towards is not None
    }
    live = present.observation.live
    return frozenset(
        row
        for row in approved
        if row.service in live
        and all(
            live[row.service].of(role) == desired or (row.service, role, desired) in pending
            for role, _, desired in row.changes
        )
    )

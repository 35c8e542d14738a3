"""What a run is about to ask for, and what that was concluded from: compared, saved and agreed to."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.approval.judging import Present
from reconciler.cli.planning import Planned
from reconciler.plan import Basis, bases
from reconciler.progress import join
from reconciler.session import Session


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a run carries out: the fingerprint that was approved, and the requests that it stands for."""

    fingerprint: str
    approved: tuple[Basis, ...]


def present_of(session: Session, planned: Planned) -> Present:
    """Return what would be asked now with what it was concluded from."""
    observation, plan = planned.observation, planned.plan
    joined = join(observation.tasks, observation.live, session.journal.claims())
    return Present(observation, joined, plan, bases(plan.requests, observation.live, joined))


def as_it_is(session: Session, planned: Planned) -> Agreed:
    """Return that the plan itself is what is agreed to."""
    return Agreed(planned.plan.fingerprint, present_of(session, planned).bases)

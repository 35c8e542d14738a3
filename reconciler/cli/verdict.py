"""What a plan says in one number: before anything is asked, after it was, and while people are waited for."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.cli.exit_codes import ExitCode, worst
from reconciler.model import Observation
from reconciler.plan import Plan


def code_of(plan: Plan, observation: Observation) -> ExitCode:
    """Return what a plan says before anything is asked."""
    codes = {*_standing(plan, observation), *_waiting(plan)}
    if plan.requests:
        codes.add(ExitCode.SOMETHING_TO_REQUEST)
    if plan.stopped_by:
        codes.add(ExitCode.STOPPED_BY_GUARD)
    return worst(codes)


def code_after(plan: Plan, observation: Observation) -> ExitCode:
    """Return what a plan says once its requests have been asked."""
    codes = {*_standing(plan, observation), *_waiting(plan)}
    if plan.requests:
        codes.add(ExitCode.WAITING)
    return worst(codes)


def code_watched(plan: Plan, observation: Observation, *, timed_out: bool) -> ExitCode:
    """Return what a plan says at the end of `watch`: nothing is open any more, or time was up."""
    codes = set(_standing(plan, observation))
    if timed_out:
        codes.add(ExitCode.WAITING)
    elif plan.requests or plan.deferred:
        codes.add(ExitCode.SOMETHING_TO_REQUEST)
    return worst(codes)


def _standing(plan: Plan, observation: Observation) -> Iterator[ExitCode]:
    """Yield what no asking and no waiting changes."""
    if plan.unknown or observation.unreadable:
        yield ExitCode.ERROR
    if plan.blocked or plan.contested or plan.absent:
        yield ExitCode.BLOCKED


def _waiting(plan: Plan) -> Iterator[ExitCode]:
    if plan.pending or plan.deferred:
        yield ExitCode.WAITING

"""Writing a plan, in microseconds a change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from benchmarks.table import Row
from reconciler.diff import Change
from reconciler.model import AccountId, Role, ServiceId
from reconciler.plan import Plan, PlannedTask, Request
from reconciler.render import plan_json, plan_text

SIZE = 20_000
OLD, NEW = AccountId("pl11111-ovh"), AccountId("ag33333-ovh")


def rows() -> Iterator[Row]:
    """Yield what rendering costs."""
    plan = Plan(requests=tuple(map(_request, range(SIZE))))
    names = {OLD: "platform", NEW: "agency"}
    yield Row("render as text, us a change", _microseconds(lambda: plan_text(plan, names)), 1)
    yield Row("render as JSON, us a change", _microseconds(lambda: plan_json(plan)), 3)


def _request(number: int) -> Request:
    service = ServiceId(f"domain/name{number:07d}.example")
    change = Change(service, Role.TECHNICAL, OLD, NEW)
    return Request(service, OLD, (change,), (PlannedTask(OLD, NEW, (Role.TECHNICAL,), (OLD, NEW)),))


def _microseconds(render: Callable[[], str]) -> float:
    best = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        render()
        best = min(best, time.perf_counter() - start)
    return best / SIZE * 1e6

"""Saved plans of small worlds, and what becomes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from reconciler.approval.document import FileDigest, Made, saved_plan_json, seal_of
from reconciler.approval.judging import Present
from reconciler.model import Claim
from reconciler.plan import Basis, Plan, Selection, bases
from reconciler.progress import join
from reconciler.propose import propose
from tests.builders import TODAY, World

MADE = Made(
    version="1.4.0",
    at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    endpoint="sandbox",
    commit="a" * 40,
    dirty=False,
    files=[FileDigest(file="contacts.yaml", sha256="b" * 64)],
    valid_for_seconds=86_400,
)


def present(world: World, *claims: Claim, selection: Selection | None = None) -> Present:
    """Return what would be asked in a world, or of a part of it."""
    known = {claim.task: claim for claim in claims}
    plan: Plan = propose(world.config, world.observation, today=TODAY, claims=known, selection=selection)
    joined = join(world.observation.tasks, world.observation.live, known)
    return Present(world.observation, joined, plan, bases(plan.requests, world.observation.live, joined))


def approved(world: World) -> tuple[Basis, ...]:
    """Return the requests that are approved when a world's plan is."""
    return present(world).bases


def saved(world: World, made: Made = MADE) -> bytes:
    """Return a world's plan as it is saved."""
    now = present(world)
    return saved_plan_json(now.plan, now.bases, made).encode()


def sealed(document: dict[str, Any]) -> bytes:
    """Return a document with a seal that fits, as a forger makes it."""
    return json.dumps(document | {"seal": seal_of(document)}).encode()

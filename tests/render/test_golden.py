"""What people and programs are shown, kept word for word in `golden/`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from reconciler.plan import Plan
from reconciler.render import View, markdown_of, plan_json, plan_text
from reconciler.render.schema import plan_json_schema
from reconciler.render.terminal import plan_rich
from tests.golden import assert_golden
from tests.render import plans

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(__file__).parents[2] / "schemas" / "plan.schema.json"
PLANS = {
    "everything": plans.EVERYTHING,
    "in_sync": plans.IN_SYNC,
    "nothing_managed": plans.NOTHING_MANAGED,
    "stopped": plans.STOPPED,
    "waiting": plans.WAITING,
    "stuck": plans.STUCK,
    "time_boxed": plans.TIME_BOXED,
    "observed": plans.OBSERVED,
    "hostile": plans.hostile(plans.HOSTILE[8]),
}


@pytest.mark.parametrize("name", PLANS)
def test_the_text_of_a_plan_reads_as_blessed(name: str) -> None:
    assert_golden(plan_text(PLANS[name], plans.NAMES), GOLDEN / f"plan_{name}.txt")


@pytest.mark.parametrize("name", PLANS)
def test_the_markdown_of_a_plan_reads_as_blessed(name: str) -> None:
    assert_golden(markdown_of(View(PLANS[name], plans.NAMES)), GOLDEN / f"plan_{name}.md")


@pytest.mark.parametrize("name", PLANS)
def test_the_json_of_a_plan_is_as_blessed(name: str) -> None:
    assert_golden(plan_json(PLANS[name]), GOLDEN / f"plan_{name}.json")


@pytest.mark.parametrize("name", ["everything", "in_sync", "time_boxed", "observed"])
def test_a_terminal_shows_the_plan_as_blessed(name: str) -> None:
    assert_golden(shown_in_a_terminal(PLANS[name]), GOLDEN / f"plan_{name}_terminal.txt")


def test_the_published_schema_is_current() -> None:
    assert_golden(json.dumps(plan_json_schema(), indent=2), SCHEMA)


def shown_in_a_terminal(plan: Plan) -> str:
    screen = io.StringIO()
    plan_rich(
        plan, plans.NAMES, Console(file=screen, width=120, force_terminal=True, color_system="standard")
    )
    return screen.getvalue().rstrip("\n")

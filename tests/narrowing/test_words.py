"""What is left out is told in every format, and what was typed is inert in each."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used
import pytest
from markdown_it import MarkdownIt

from reconciler.model import Role
from reconciler.plan import Deferred, LeftOut, Narrowed, Plan, Selection
from reconciler.render import View, markdown_of, plan_json, plan_text
from reconciler.render.code_quality import code_quality_of
from reconciler.render.github import workflow_commands
from reconciler.render.junit import junit_of
from reconciler.render.report_html import plan_html
from reconciler.render.sarif import sarif_of
from reconciler.render.schema import PlanDocument
from tests.golden import assert_golden
from tests.render import plans, views

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(__file__).parents[2] / "schemas" / "plan.schema.json"
CAREFUL = Selection(("domain/*", "vps/*"), (Role.TECHNICAL, Role.BILLING), 5)
NARROWED = replace(
    plans.ASKING,
    narrowed=Narrowed(CAREFUL, LeftOut(requests=3, deferred=2, absent=1), LeftOut(requests=37, deferred=4)),
)
NOTHING_CHOSEN = Plan(
    narrowed=Narrowed(Selection(("vps/*",)), LeftOut(requests=1), LeftOut()), fingerprint="f" * 64
)
CHOSEN_IN_SYNC = replace(plans.IN_SYNC, narrowed=Narrowed(Selection(limit=5), LeftOut(), LeftOut()))
HELD_BACK = Plan(
    deferred=(
        Deferred(plans.change(role=Role.ADMIN), plans.PLATFORM, (Role.TECHNICAL,)),
        Deferred(plans.change("domain/open.example"), plans.PLATFORM, (7,)),
    ),
    managed=2,
    services=2,
    fingerprint="a" * 64,
    narrowed=Narrowed(Selection(roles=(Role.ADMIN,)), LeftOut(requests=1), LeftOut()),
)
PARTS = {
    "narrowed": NARROWED,
    "nothing_chosen": NOTHING_CHOSEN,
    "chosen_in_sync": CHOSEN_IN_SYNC,
    "held_back": HELD_BACK,
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_reads_as_blessed(name: str) -> None:
    assert_golden(plan_text(PARTS[name], plans.NAMES), GOLDEN / f"{name}.txt")
    assert_golden(markdown_of(View(PARTS[name], plans.NAMES)), GOLDEN / f"{name}.md")


@pytest.mark.parametrize("name", PARTS)
def test_the_report_says_the_same(name: str) -> None:
    document = plan_html(views.view(PARTS[name]))
    told = plan_text(PARTS[name], plans.NAMES).splitlines()
    (sentence,) = (line for line in told if line.startswith("Narrowed by "))
    assert sentence in document
    for line in told:
        if "; left for a later run" in line:
            assert "--limit 5; left for a later run" in document


def test_the_json_says_what_was_chosen_and_how_much_is_left_out() -> None:
    document = json.loads(plan_json(NARROWED))
    nothing = dict.fromkeys(LeftOut._fields, 0)
    assert document["narrowed"] == {
        "only": ["domain/*", "vps/*"],
        "roles": ["technical", "billing"],
        "limit": 5,
        "left_out": nothing | {"requests": 3, "deferred": 2, "absent": 1},
        "left_for_later": nothing | {"requests": 37, "deferred": 4},
    }
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    PlanDocument.model_validate_json(plan_json(NARROWED))
    assert "narrowed" not in json.loads(plan_json(plans.ASKING)), "a plan of everything says nothing of parts"


def test_what_waits_for_an_open_request_alone_is_not_told_to_wait_for_what_is_left_out() -> None:
    part = replace(HELD_BACK, deferred=HELD_BACK.deferred[1:])
    assert "waits for a change that is left out" in plan_text(HELD_BACK, plans.NAMES)
    assert "waits for a change that is left out" not in plan_text(part, plans.NAMES)


def test_what_is_only_observed_is_no_change_that_is_left_out() -> None:
    part = replace(NOTHING_CHOSEN, narrowed=Narrowed(Selection(("vps/*",)), LeftOut(observed=2), LeftOut()))
    assert "Narrowed by --only: no change is left out.\n" in plan_text(part, plans.NAMES)


FOR_PROGRAMS = {
    "github": lambda view: "\n".join(workflow_commands(view)),
    "sarif": sarif_of,
    "gitlab": code_quality_of,
    "junit": junit_of,
}


@pytest.mark.parametrize("name", FOR_PROGRAMS)
def test_scanners_and_test_reports_are_told_that_it_is_a_part(name: str) -> None:
    written = FOR_PROGRAMS[name]
    left_out = "3 contacts to request, 2 contacts deferred and 1 service absent"
    assert f"this is a part of the plan; left out: {left_out}" in written(views.view(NARROWED))
    assert "left out: 1 contact to request (--only vps/*)" in written(views.view(NOTHING_CHOSEN))
    for whole in (CHOSEN_IN_SYNC, plans.ASKING):
        assert "this is a part" not in written(views.view(whole))


@pytest.mark.parametrize("text", plans.HOSTILE)
def test_what_was_typed_is_inert(text: str) -> None:
    assert NARROWED.narrowed
    typed = replace(NARROWED, narrowed=replace(NARROWED.narrowed, selection=Selection((text,), (), 5)))
    shown = plan_text(typed, plans.NAMES)
    assert shown.replace("\n", "").isprintable()
    harmless = replace(NARROWED, narrowed=replace(NARROWED.narrowed, selection=Selection(("x",), (), 5)))
    assert shown.count("\n") == plan_text(harmless, plans.NAMES).count("\n")
    html = MarkdownIt("commonmark").enable("table").render(markdown_of(View(typed, plans.NAMES)))
    assert "<script" not in html
    assert "<a " not in html
    assert "<script>alert(1)" not in plan_html(views.view(typed))

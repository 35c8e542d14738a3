"""The plan as JSON: complete, valid against the published schema, the same bytes each time."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used
import pytest

from reconciler.model import Role, ServiceId
from reconciler.plan import Plan
from reconciler.render import plan_json
from reconciler.render.schema import PlanDocument
from tests.render import plans
from tests.render.plans import AGENCY, HOSTILE, PLATFORM, STRANGER

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "plan.schema.json").read_text())
ALL = (
    plans.EVERYTHING,
    plans.IN_SYNC,
    plans.NOTHING_MANAGED,
    plans.STOPPED,
    plans.WAITING,
    plans.TIME_BOXED,
    *map(plans.hostile, HOSTILE),
)


def as_published(plan: Plan) -> dict[str, Any]:
    """The document, written out the slow way from the words of the published format."""

    def contact(row: Any, *keys: str) -> dict[str, Any]:
        shown: dict[str, Any] = row.change._asdict()
        return shown | {key: getattr(row, key) for key in keys}

    tasks = [task for request in plan.requests for task in request.tasks]
    document: dict[str, Any] = {
        "version": 1,
        "fingerprint": plan.fingerprint,
        "summary": {
            "in_sync": plan.in_sync,
            "requests": sum(len(request.changes) for request in plan.requests),
            "deferred": len(plan.deferred),
            "pending": len(plan.pending),
            "blocked": len(plan.blocked),
            "contested": len(plan.contested),
            "absent": len(plan.absent),
            "unmanaged": len(plan.unmanaged),
            "unknown": len(plan.unknown),
            "posts": len(plan.requests),
            "tasks": len(tasks),
            "confirmations": sum(len(task.confirmers) for task in tasks),
        },
        "requests": [
            {
                "service": request.service,
                "asker": request.asker,
                "changes": [change._asdict() for change in request.changes],
                "tasks": [
                    {
                        "from": task.from_account,
                        "to": task.to_account,
                        "roles": task.roles,
                        "confirmers": task.confirmers,
                    }
                    for task in request.tasks
                ],
            }
            for request in plan.requests
        ],
        "deferred": [contact(row, "asker", "waits_for") for row in plan.deferred],
        "pending": [contact(row, "task", "state", "waiting_for") for row in plan.pending],
        "blocked": [contact(row, "reason", "detail", "could_ask") for row in plan.blocked],
        "contested": [contact(row, "task", "asker", "towards", "ours") for row in plan.contested],
        "absent": plan.absent,
        "unmanaged": plan.unmanaged,
        "unknown": [dataclasses.asdict(row) for row in plan.unknown],
        "stopped_by": [dataclasses.asdict(row) for row in plan.stopped_by],
    }
    if plan.observed:
        document["summary"]["observed"] = len(plan.observed)
        document["observed"] = [contact(row, "task", "state", "towards", "ours") for row in plan.observed]
    if plan.time_boxes:
        document["time_boxes"] = [
            {
                "service": service,
                "role": role,
                "account": box.account,
                "until": str(box.until),
                "then": box.then,
                "reason": box.reason,
                "ticket": box.ticket,
            }
            for (service, role), box in plan.time_boxes.items()
        ]
    return document


@pytest.mark.parametrize("plan", ALL)
def test_every_key_and_value_is_there_in_the_published_order(plan: Plan) -> None:
    shown = json.loads(plan_json(plan))
    assert json.dumps(shown) == json.dumps(as_published(plan)).replace("\\ud800", "\\ufffd")


@pytest.mark.parametrize("plan", ALL)
def test_every_document_fits_the_published_schema(plan: Plan) -> None:
    document = json.loads(plan_json(plan))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    PlanDocument.model_validate_json(plan_json(plan))


@pytest.mark.parametrize("plan", ALL)
def test_the_document_is_plain_ascii_so_that_a_terminal_stays_unharmed(plan: Plan) -> None:
    text = plan_json(plan)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_the_schema_lets_a_new_key_pass_and_no_key_be_missing() -> None:
    full = replace(plans.EVERYTHING, observed=plans.OBSERVED.observed)
    document = json.loads(plan_json(full))
    document["new"] = document["pending"][0]["new"] = document["summary"]["new"] = 1
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.validate(document)
    for tray in ("requests", "deferred", "pending", "blocked", "contested", "unknown", "observed"):
        for key in document[tray][0].keys() - {"new"}:
            broken = json.loads(plan_json(full))
            del broken[tray][0][key]
            assert not validator.is_valid(broken), f"{tray} without {key}"


@pytest.mark.parametrize(
    ("tray", "key", "value"),
    [
        ("pending", "state", "finished"),
        ("pending", "role", "owner"),
        ("pending", "task", "12"),
        ("blocked", "reason", "bad luck"),
        ("contested", "ours", "yes"),
        ("deferred", "waits_for", ["owner"]),
        ("pending", "desired", None),
    ],
)
def test_the_schema_refuses_a_value_outside_the_closed_lists(tray: str, key: str, value: object) -> None:
    document = json.loads(plan_json(plans.EVERYTHING))
    document[tray][0][key] = value
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def test_a_plan_that_observes_something_says_so_even_where_nothing_of_it_differs() -> None:
    shown = json.loads(plan_json(replace(plans.IN_SYNC, watched=1)))
    assert (shown["observed"], shown["summary"]["observed"]) == ([], 0)
    assert "observed" not in json.loads(plan_json(plans.IN_SYNC))


def test_a_contact_that_the_endpoint_cannot_show_is_null() -> None:
    plan = Plan(requests=(plans.request(plans.change(live=None)),))
    assert json.loads(plan_json(plan))["requests"][0]["changes"][0]["live"] is None


def test_two_roles_in_one_task_count_as_two_contacts_one_post_one_task() -> None:
    summary = json.loads(plan_json(Plan(requests=plans.ASKING.requests[:1])))["summary"]
    assert (summary["requests"], summary["posts"], summary["tasks"], summary["confirmations"]) == (2, 1, 1, 2)


def test_the_same_accounts_in_other_roles_are_told_apart() -> None:
    rows = (
        plans.change("domain/a.example", Role.TECHNICAL, PLATFORM, AGENCY),
        plans.change("domain/a.example", Role.BILLING, PLATFORM, AGENCY),
        plans.change("domain/b.example", Role.BILLING, AGENCY, PLATFORM),
        plans.change("domain/c.example", Role.BILLING, None, PLATFORM),
        plans.change("domain/d.example", Role.BILLING, STRANGER, PLATFORM),
    )
    plan = Plan(requests=tuple(plans.request(row) for row in rows))
    shown = [row["changes"][0] for row in json.loads(plan_json(plan))["requests"]]
    assert shown == [row._asdict() for row in rows]


def test_half_a_surrogate_pair_is_replaced_because_json_parsers_refuse_it_and_whole_ones_stay() -> None:
    text = "half \ud800, other half \udc00, whole \U0001f600, backslash \\ud800"
    (shown,) = json.loads(plan_json(Plan(absent=(ServiceId(text),))))["absent"]
    assert shown == "half \ufffd, other half \ufffd, whole \U0001f600, backslash \\ud800"

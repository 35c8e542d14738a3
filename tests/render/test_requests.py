"""What is asked for and how far it has come, and the list of services."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from reconciler.model import Role, TaskState
from reconciler.render import (
    RequestRow,
    ServiceRow,
    services_json,
    services_text,
    status_json,
    status_text,
)
from reconciler.render.terminal import services_rich, status_rich
from tests.golden import assert_golden
from tests.render.plans import AGENCY, FINANCE, NAMES, PLATFORM, STRANGER

GOLDEN = Path(__file__).parent / "golden"

ROW = RequestRow(
    task=7001,
    service="domain/shop.example",
    roles=(Role.TECHNICAL, Role.BILLING),
    from_account=PLATFORM,
    to_account=AGENCY,
    asker=PLATFORM,
    state=TaskState.VALIDATING,
    age_seconds=273_600.0,
    waiting_for=(AGENCY,),
    accepted_by=(PLATFORM,),
    next_command="reconciler resend 7001 --as agency",
)
ROWS = [
    ROW,
    ROW._replace(task=7002, waiting_for=(PLATFORM, AGENCY), accepted_by=(), next_command=None),
    ROW._replace(task=7003, waiting_for=(AGENCY,), certain=True),
    ROW._replace(
        task=7004, asker=None, to_account=STRANGER, state=TaskState.TODO, waiting_for=(), accepted_by=()
    ),
    ROW._replace(task=7005, state=TaskState.DONE, waiting_for=(), next_command=None, arrived=True),
    ROW._replace(task=7006, state=TaskState.DONE, waiting_for=(), next_command=None, arrived=False),
    ROW._replace(
        task=7007, state=TaskState.REFUSED, accepted_by=(), note="agency turned it down", arrived=False
    ),
    ROW._replace(task=7008, service="shop.example", note="fits several services of that name"),
]
SERVICES = [
    ServiceRow("domain/shop.example", PLATFORM, AGENCY, FINANCE),
    ServiceRow("hosting/web/a-rather-long-name.example", PLATFORM, STRANGER, None),
]


def test_requests_read_as_blessed() -> None:
    assert_golden(status_text(ROWS, NAMES), GOLDEN / "status.txt")
    assert_golden(status_json(ROWS), GOLDEN / "status.json")


def test_services_read_as_blessed() -> None:
    assert_golden(services_text(SERVICES, NAMES), GOLDEN / "services.txt")
    assert_golden(services_json(SERVICES), GOLDEN / "services.json")


def test_our_own_confirmation_is_stated_and_the_others_silence_is_inferred() -> None:
    text = status_text([ROW], NAMES)
    assert "accepted by platform (pl11111-ovh) (by us)" in text
    assert "agency (ag33333-ovh) has probably not answered yet" in text
    assert "OVHcloud does not tell who has confirmed" in text


def test_certain_knowledge_is_not_hedged() -> None:
    text = status_text([ROW._replace(certain=True)], NAMES)
    assert "waiting for agency (ag33333-ovh)" in text
    assert "probably" not in text
    assert "inferred" not in text


def test_a_settled_request_waits_for_nobody() -> None:
    text = status_text([ROW._replace(state=TaskState.REFUSED)], NAMES)
    assert "probably" not in text
    assert "waiting for" not in text


@pytest.mark.parametrize(
    ("arrived", "words"),
    [
        (True, "  done  "),
        (False, "carried out by OVHcloud (done), not shown by the service yet"),
        (None, "carried out by OVHcloud (done)"),
    ],
)
def test_done_is_said_only_when_the_service_shows_it(arrived: bool | None, words: str) -> None:
    text = status_text([ROW._replace(state=TaskState.DONE, arrived=arrived)], NAMES)
    assert words in text
    assert ("  done" in text) is bool(arrived)


@pytest.mark.parametrize("state", TaskState)
def test_every_state_is_given_in_words_with_the_name_that_ovhcloud_gives_it(state: TaskState) -> None:
    row = status_text([ROW._replace(state=state)], NAMES).splitlines()[3]
    assert f"({state})" in row or "  refused  " in row


def test_the_columns_of_a_table_are_aligned() -> None:
    head, *rows = services_text(SERVICES, NAMES).splitlines()[2:]
    for column in ("Technical", "Billing"):
        at = head.index(column)
        assert {row[at - 2 : at] for row in rows} == {"  "}
        assert all(row[at] != " " for row in rows)


def test_no_request_and_no_service_are_said_in_a_sentence() -> None:
    assert status_text([], NAMES) == "No request is open, and none was settled recently."
    assert services_text([], NAMES) == "No service to show."
    assert json.loads(status_json([])) == {"version": 1, "requests": []}
    assert json.loads(services_json([])) == {"version": 1, "services": []}


def test_json_holds_ids_and_plain_values() -> None:
    assert json.loads(status_json([ROW]))["requests"] == [
        {
            "task": 7001,
            "service": "domain/shop.example",
            "roles": ["technical", "billing"],
            "from": "pl11111-ovh",
            "to": "ag33333-ovh",
            "asker": "pl11111-ovh",
            "state": "validatingByCustomers",
            "age_seconds": 273600.0,
            "waiting_for": ["ag33333-ovh"],
            "accepted_by": ["pl11111-ovh"],
            "certain": False,
            "next_command": "reconciler resend 7001 --as agency",
            "note": None,
            "arrived": None,
        }
    ]
    assert json.loads(services_json(SERVICES))["services"][1]["billing"] is None


@pytest.mark.parametrize("copies", [1, 40])
def test_a_terminal_shows_the_same_rows_as_a_table_or_as_lines(copies: int) -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=300)
    status_rich(ROWS * copies, NAMES, console)
    services_rich(SERVICES * copies * 4, NAMES, console)
    shown = screen.getvalue()
    assert shown.count("7001 ") >= copies
    assert shown.count("probably not answered yet") == 3 * copies
    assert "a-rather-long-name.example" in shown
    assert ("─" in shown) is (copies == 1)

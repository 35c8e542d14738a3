"""What is asked for and how far it has come, and the list of services."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
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
from reconciler.render.requests import status_lines
from reconciler.render.terminal import services_rich, status_rich
from reconciler.render.wording import Accounts
from tests.golden import assert_golden
from tests.render.plans import AGENCY, FINANCE, NAMES, PLATFORM, STRANGER

GOLDEN = Path(__file__).parent / "golden"
DAY = 86_400.0
DUE = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)

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
    ROW._replace(task=7009, expires=DUE, expires_learnt=True, expires_in_seconds=3 * DAY),
    ROW._replace(task=7010, expires=DUE, expires_learnt=False, expires_in_seconds=-60.0),
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
    assert json.loads(status_json([])) == {"version": 1, "requests": [], "time_boxes": []}
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
            "expires": None,
            "expires_learnt": None,
            "expires_in_seconds": None,
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
    assert shown.count("probably not answered yet") == 5 * copies
    assert "a-rather-long-name.example" in shown
    assert ("─" in shown) is (copies == 1)


@pytest.mark.parametrize(
    ("left", "learnt", "words"),
    [
        (3 * DAY, True, "expires in about 3 days, on 2026-11-29, as earlier requests here did"),
        (7 * DAY - 5, False, "in about 7 days, on 2026-11-29 (requests last about 7 days, unverified)"),
        (2 * DAY, False, "expires in about 2 days,"),
        (36 * 3600, True, "expires in about 36 hours,"),
        (90, True, "expires in about 2 minutes,"),
        (20, True, "expires in less than a minute,"),
        (-1, True, "should have expired on 2026-11-29, as earlier requests here did"),
        (0, False, "should have expired on 2026-11-29 (requests last about 7 days, unverified)"),
    ],
)
def test_it_is_told_when_a_request_expires_and_how_that_is_known(
    left: float, learnt: bool, words: str
) -> None:
    row = ROW._replace(expires=DUE, expires_learnt=learnt, expires_in_seconds=left)
    text = status_text([row], NAMES)
    assert words in text
    assert ("unverified" in text) is not learnt
    shown = json.loads(status_json([row]))["requests"][0]
    assert (shown["expires"], shown["expires_learnt"]) == ("2026-11-29T09:30:00+00:00", learnt)


def test_said_steadily_only_the_passing_of_the_deadline_changes_a_line() -> None:
    accounts = Accounts(NAMES)

    def lines(left: float) -> list[str]:
        row = ROW._replace(expires=DUE, expires_learnt=False, expires_in_seconds=left)
        return list(status_lines(row, accounts, steady=True))

    assert lines(5 * DAY) == lines(1.0)
    assert lines(1.0) != lines(-1.0)

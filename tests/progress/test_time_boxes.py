"""Will a contact that ends be handed back in time?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import AccountId, Claim, Role, ServiceId, Task, TaskState
from reconciler.model.time_box import TimeBox
from reconciler.progress.time_boxes import USUAL, Takes, confirming_takes, is_late

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OLD, NEW = AccountId("old"), AccountId("new")
SERVICE = ServiceId("domain/shop.example")
UNTIL = date(2027, 1, 31)
BOX = TimeBox(OLD, UNTIL, NEW)


def settled(number: int, took: timedelta | None, state: TaskState = TaskState.DONE) -> Task:
    end = None if took is None else NOON + took
    return Task(number, OLD, OLD, NEW, (Role.TECHNICAL,), "shop.example", state, NOON, end)


def ours(tasks: Iterable[Task]) -> dict[int, Claim]:
    return {task.id: Claim(task.id, SERVICE, OLD, NOON, NOON) for task in tasks}


def hours(*spans: float) -> list[Task]:
    return [settled(number, timedelta(hours=span)) for number, span in enumerate(spans, 1)]


def test_three_requests_of_ours_tell_how_long_confirming_takes_by_the_one_in_the_middle() -> None:
    tasks = hours(1, 90, 5)

    assert confirming_takes(tasks, ours(tasks)) == Takes(timedelta(hours=5), learnt=True)


def test_two_are_too_few_and_two_days_are_assumed() -> None:
    tasks = hours(1, 5)

    assert confirming_takes(tasks, ours(tasks)) == Takes(USUAL, learnt=False)
    assert timedelta(days=2) == USUAL


def test_only_what_is_ours_and_done_and_has_an_end_counts() -> None:
    tasks = hours(1, 5)
    refused = settled(3, timedelta(hours=1), TaskState.REFUSED)
    endless = settled(4, None)
    strangers = settled(5, timedelta(hours=1))
    another_world = settled(6, timedelta(hours=1))
    claims = ours([*tasks, refused, endless])
    claims[6] = Claim(6, SERVICE, OLD, NOON - timedelta(days=9), NOON - timedelta(days=9))

    assert confirming_takes([*tasks, refused, endless, strangers, another_world], claims) == Takes(
        USUAL, learnt=False
    )


def test_clocks_that_differ_do_not_make_it_take_less_than_no_time() -> None:
    tasks = hours(-1, -1, -1)

    assert confirming_takes(tasks, ours(tasks)) == Takes(timedelta(0), learnt=True)


@pytest.mark.parametrize(
    ("today", "late"),
    [(date(2027, 1, 28), False), (date(2027, 1, 29), False), (date(2027, 1, 30), True), (UNTIL, True)],
)
def test_fewer_days_left_than_it_takes_is_late(today: date, late: bool) -> None:
    assert is_late(BOX, today, timedelta(days=2)) == late


@settings(deadline=None)
@given(left=st.integers(-400, 400), seconds=st.integers(0, 10**7))
def test_late_is_exactly_over_or_fewer_days_left_than_it_takes(left: int, seconds: int) -> None:
    today = UNTIL - timedelta(days=left)

    assert is_late(BOX, today, timedelta(seconds=seconds)) == (left <= 0 or left * 86_400 < seconds)


@settings(deadline=None)
@given(left=st.integers(-400, 400), seconds=st.integers(0, 10**7))
def test_who_is_late_today_is_late_tomorrow(left: int, seconds: int) -> None:
    today, takes = UNTIL - timedelta(days=left), timedelta(seconds=seconds)

    assert is_late(BOX, today, takes) <= is_late(BOX, today + timedelta(days=1), takes)

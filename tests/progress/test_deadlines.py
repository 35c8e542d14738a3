"""When a request will expire: what earlier ones of the endpoint teach, and what disproves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model import Task
from reconciler.progress import Validity, expires, learn
from tests.builders import NOW, task

DAY = 24 * 60.0
WEEK = Validity(timedelta(days=7), learnt=False)


def expired(number: int, days: float, ended: float = 30.0) -> Task:
    """Return a task that expired after so many days, that many days ago."""
    return task(number, state="expired", requested=(days + ended) * DAY, settled=ended * DAY)


def waiting(days: float, state: str = "validatingByCustomers") -> Task:
    """Return a task that has been waiting for so many days."""
    return task(90, state=state, requested=days * DAY)


def learnt(days: float) -> Validity:
    """Return what tasks that expired after so many days teach."""
    return Validity(timedelta(days=days), learnt=True)


def test_without_history_it_is_seven_days_and_not_verified() -> None:
    assert learn([], NOW) == WEEK
    assert learn([waiting(3), task(2, state="done"), task(3, state="refused")], NOW) == WEEK


def test_one_expired_request_teaches_how_long_one_may_wait() -> None:
    assert learn([expired(1, days=3)], NOW) == learnt(3)


def test_the_shortest_of_several_counts_so_that_nobody_is_warned_too_late() -> None:
    assert learn([expired(1, days=7.2), expired(2, days=7), expired(3, days=7.1)], NOW) == learnt(7)


def test_an_expired_request_without_an_end_date_teaches_nothing() -> None:
    assert learn([replace(expired(1, days=3), settled=None)], NOW) == WEEK


def test_one_that_ended_the_moment_it_was_asked_teaches_nothing() -> None:
    assert learn([replace(expired(1, days=3), requested=expired(1, days=3).settled or NOW)], NOW) == WEEK


@pytest.mark.parametrize("state", ["todo", "checkValidity", "validatingByCustomers"])
def test_a_request_that_still_waits_for_longer_refutes_it(state: str) -> None:
    assert learn([expired(1, days=3), waiting(3.9, state)], NOW) == learnt(3)
    assert learn([expired(1, days=3), waiting(4.1, state)], NOW) == WEEK


def test_what_is_refuted_gives_way_to_the_next_longer_time() -> None:
    assert learn([expired(1, days=3), expired(2, days=9), waiting(5)], NOW) == learnt(9)


def test_a_refusal_that_came_later_refutes_it_for_its_token_still_counted() -> None:
    refused = task(5, state="refused", requested=20 * DAY, settled=10 * DAY)
    assert learn([expired(1, days=3), refused], NOW) == WEEK


def test_what_took_long_after_everybody_had_confirmed_refutes_nothing() -> None:
    slow = task(5, state="done", requested=20 * DAY, settled=10 * DAY)
    assert learn([expired(1, days=3), slow, waiting(10, "doing")], NOW) == learnt(3)


def test_a_request_expires_that_long_after_it_was_asked() -> None:
    deadline = expires(waiting(2), learnt(3))
    assert deadline is not None
    assert deadline.at == NOW + timedelta(days=1)
    assert deadline.learnt
    assumed = expires(waiting(2), WEEK)
    assert assumed is not None
    assert (assumed.at, assumed.learnt) == (NOW + timedelta(days=5), False)


@pytest.mark.parametrize("state", ["doing", "done", "refused", "aborted", "expired", "error"])
def test_what_waits_for_nobody_has_no_deadline(state: str) -> None:
    assert expires(task(1, state=state), WEEK) is None

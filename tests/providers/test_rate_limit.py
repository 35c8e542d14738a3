"""At a rate limit all threads of an account wait together, and finding the limit again costs one call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from reconciler.errors import RateLimitedError
from reconciler.providers.ovh.answers import retry_after
from reconciler.providers.ovh.pace import Pace, PauseTooLongError
from tests.providers.loopback import Asked, Reply, Script, client_of, in_turn, serving

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def limited(calls: int, window: float, *, say: Callable[[float], str] = lambda left: f"{left:.3f}") -> Script:
    """Return a script that lets `calls` through in each `window` seconds, counted from the first of them."""
    state = {"start": 0.0, "used": 0.0}

    def script(asked: Asked) -> Reply | None:
        if asked.path == "/auth/time":
            return None
        now = time.monotonic()
        if now - state["start"] >= window:
            state.update(start=now, used=0.0)
        state["used"] += 1
        if state["used"] <= calls:
            return Reply(body="served", delay=0.003)
        left = state["start"] + window - now
        return Reply(429, {"message": "Too many requests"}, {"Retry-After": say(left)})

    return script


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("-7", 0.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        (format_datetime(NOW.replace(second=40), usegmt=True), 40.0),
        ("Sun, 22 Nov 2026 12:00:40", 40.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}, NOW) == seconds


def test_a_read_waits_as_long_as_the_server_asks_and_then_succeeds() -> None:
    script = in_turn(Reply(429, {"message": "Slow"}, {"Retry-After": "0.3"}), Reply(body="served"))
    with serving(script) as server, client_of(server) as client:
        begun = time.monotonic()
        assert client.get("/me").body == "served"
        assert time.monotonic() - begun >= 0.3


def test_a_post_is_not_sent_again_after_a_429() -> None:
    script = in_turn(Reply(429, {"message": "Slow"}, {"Retry-After": "0"}))
    with serving(script) as server, client_of(server) as client:
        with pytest.raises(RateLimitedError, match="Slow"):
            client.post("/domain/x/changeContact", {"contactTech": "a"})
        assert len(server.calls()) == 1


def test_a_read_gives_up_after_a_bounded_number_of_pauses() -> None:
    script = in_turn(Reply(429, {"message": "Slow"}, {"Retry-After": "0"}))
    with serving(script) as server, client_of(server) as client:
        with pytest.raises(RateLimitedError, match="Slow"):
            client.get("/me")
        assert len(server.calls()) == 4


def test_a_pause_longer_than_we_wait_ends_the_read_and_all_that_follow_without_a_call() -> None:
    script = in_turn(Reply(429, {"message": "Tomorrow"}, {"Retry-After": "86400"}))
    with serving(script) as server, client_of(server) as client:
        for _ in range(3):
            with pytest.raises(RateLimitedError):
                client.get("/me")
        assert len(server.calls()) == 1


def test_all_threads_share_one_pause_and_waste_few_calls() -> None:
    served, per_window, window = 120, 30, 0.5
    with serving(limited(per_window, window)) as server, client_of(server) as client:
        begun = time.monotonic()
        with ThreadPoolExecutor(16) as pool:
            bodies = list(pool.map(lambda _: client.get("/services/1").body, range(served)))
        took = time.monotonic() - begun
        wasted = len(server.calls()) - served
    assert bodies == ["served"] * served
    assert wasted <= 16 + 3 * 2  # the threads that ran into it at first, then next to nothing a window
    assert took < served * window / 4  # one pause for all, not one for each


def test_the_limit_is_learnt_and_later_windows_waste_one_call_each() -> None:
    pace = Pace()
    wasted = [_run_window(pace, quota=20, threads=16) for _ in range(4)]
    assert wasted[0] <= 16
    assert wasted[1:] == [1, 1, 1]


def _run_window(pace: Pace, *, quota: int, threads: int) -> int:
    """Let threads call until the server's window is used up; return how many calls were refused."""
    left = threading.Semaphore(quota)
    refused: list[int] = []
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            of_round = pace.enter()
            if stop.is_set():
                pace.served(-1)
                return
            time.sleep(0.002)
            if left.acquire(blocking=False):
                pace.served(of_round)
            else:
                refused.append(1)
                stop.set()
                pace.refused(of_round, 0.01)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(refused)


def test_without_a_word_about_the_wait_the_pause_doubles() -> None:
    pace = Pace()
    waits = []
    for _ in range(3):
        pace.refused(pace.enter(), None)
        waits.append(pace._resume - time.monotonic())
        pace._resume = 0.0
    assert [round(wait) for wait in waits] == [1, 2, 4]


def test_one_accounts_pause_does_not_hold_another() -> None:
    def script(asked: Asked) -> Reply | None:
        if asked.path == "/slow":
            return Reply(429, {"message": "Slow"}, {"Retry-After": "100"})
        return None if asked.path == "/auth/time" else Reply(body="served")

    with serving(script) as server, client_of(server) as slow, client_of(server) as other:
        with pytest.raises(RateLimitedError):
            slow.post("/slow")
        assert other.get("/me").body == "served"


def test_pauses_that_never_help_come_to_an_end_and_then_one_call_at_a_time_may_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reconciler.providers.ovh.pace.LONGEST_PAUSE", 0.3)
    pace = Pace()
    for _ in range(3):
        pace.refused(pace.enter(), 0.2)  # the third is refused 0.4 s after the first
    with pytest.raises(PauseTooLongError):
        pace.enter()
    time.sleep(0.25)
    pace.served(pace.enter())
    pace.refused(pace.enter(), 0.05)
    pace.served(pace.enter())

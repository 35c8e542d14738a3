"""Ctrl-C lets the request that is being sent come to its end, and leaves the rest for the next run."""

from __future__ import annotations

import signal
from collections import Counter

import pytest

from tests.apply.conftest import Open

SLOWLY = {"method": "POST", "path": "*/changeContact", "delay_ms": 1000}
NAMES = ("a.example", "b.example", "c.example")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_told_to_stop_finishes_its_request_and_leaves_the_rest(
    shop: Open, number: signal.Signals
) -> None:
    here = shop(NAMES)
    here.faults(SLOWLY)
    run = here.desk.start("apply", "--yes")
    here.await_hit()
    run.send(number)
    done = run.wait()
    assert done.code == 8, done.err
    assert "stopped, 1 requested, 2 left for the next run" in done.err
    assert here.asked() == Counter(["domain/a.example"])
    assert len(here.claimed()) == 1
    with here.journal() as journal:
        assert journal.unsettled() == ()
    here.faults()
    assert here.desk.run("apply", "--yes", "--detailed-exitcode").code == 3
    assert here.asked() == Counter(f"domain/{name}" for name in NAMES)


def test_an_impatient_second_ctrl_c_changes_nothing(shop: Open) -> None:
    here = shop(NAMES)
    here.faults(SLOWLY)
    run = here.desk.start("apply", "--yes")
    here.await_hit()
    run.send(signal.SIGINT)
    run.send(signal.SIGINT)
    assert run.wait().code == 8
    assert here.asked() == Counter(["domain/a.example"])
    assert len(here.claimed()) == 1


def test_ctrl_c_does_not_send_a_request_again_that_met_the_rate_limit(shop: Open) -> None:
    here = shop(NAMES)
    here.faults({**SLOWLY, "status": 429, "body": {"message": "Too many requests"}})
    run = here.desk.start("apply", "--yes")
    here.await_hit()
    run.send(signal.SIGINT)
    done = run.wait()
    assert done.code == 1, done.err
    assert here.hits() == 1
    assert here.asked() == Counter()

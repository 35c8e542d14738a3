"""A request whose answer is lost is looked for first, and asked again only if it is surely not there."""

from __future__ import annotations

from collections import Counter
from typing import Any

from reconciler.ports.journal import Outcome
from tests.apply.conftest import Open
from tests.apply.shop import Shop
from tests.running import Done

HTML = {"body": "<html><body>Bad Gateway</body></html>", "content_type": "text/html"}


def on(name: str, **fault: Any) -> dict[str, Any]:
    """Return a fault that hits the first request for one domain."""
    return {"method": "POST", "path": f"/domain/{name}.example/changeContact", "times": 1, **fault}


LOST_AFTER_THE_EFFECT: dict[str, dict[str, Any]] = {
    "broken-off": {"reset": "after"},
    "gateway": {"status": 502, "effect": True, **HTML},
    "server": {"status": 500, "effect": True, "body": {"message": "Internal server error"}},
    "empty": {"status": 200, "effect": True, "body": ""},
    "nonsense": {"status": 200, "effect": True, "body": {"surprise": True}},
}


def domains(*names: str) -> list[str]:
    return [f"{name}.example" for name in names]


def outcomes(done: Done) -> dict[str, str]:
    return {row["service"]: row["outcome"] for row in done.json["receipts"]}


def one_each(shop: Shop, *names: str) -> None:
    """Check that the server made one task for each domain and that the journal knows each."""
    services = [f"domain/{name}.example" for name in names]
    assert shop.asked() == Counter(services)
    assert {task["id"]: task["service"] for task in shop.tasks()} == shop.claimed()


def test_an_answer_lost_after_the_effect_is_found_out_and_not_asked_again(shop: Open) -> None:
    names = (*LOST_AFTER_THE_EFFECT, "well")
    here = shop(domains(*names))
    here.faults(*(on(name, **fault) for name, fault in LOST_AFTER_THE_EFFECT.items()))
    done = here.desk.run("apply", "--yes", "--format", "json", "--detailed-exitcode")
    assert done.code == 3, done.err
    assert set(outcomes(done).values()) == {Outcome.ACCEPTED}
    assert here.posts() == len(names)
    one_each(here, *names)
    assert done.err.count("its answer was lost; the task list shows it") == len(LOST_AFTER_THE_EFFECT)
    assert done.err.count("6 requested") == 1


def test_a_request_that_surely_never_arrived_is_asked_once_more(shop: Open) -> None:
    names = ("cut", "gateway", "well")
    here = shop(domains(*names))
    here.faults(on("cut", reset="before"), on("gateway", status=503, **HTML))
    done = here.desk.run("apply", "--yes", "--format", "json", "--detailed-exitcode")
    assert done.code == 3, done.err
    one_each(here, *names)
    with here.journal() as journal:
        assert journal.unsettled() == ()


def test_a_time_out_while_the_server_still_works_makes_one_task(shop: Open) -> None:
    here = shop(domains("slow", "well"))
    here.faults(on("slow", delay_ms=1500))
    impatient = ["tests.apply.dying", "hurry", 0.5]
    done = here.desk.run("apply", "--yes", "--detailed-exitcode", before=impatient)
    assert done.code == 3, done.err
    assert "its answer was lost" in done.err
    assert here.posts() == 2
    one_each(here, "slow", "well")


def test_what_never_arrives_is_told_and_the_others_go_on(shop: Open) -> None:
    here = shop(domains("a", "lost", "z"))
    here.faults(on("lost", status=502, times=None, **HTML))
    done = here.desk.run("apply", "--yes", "--format", "json")
    assert done.code == 8, done.err
    assert outcomes(done) == {
        "domain/a.example": Outcome.ACCEPTED,
        "domain/lost.example": Outcome.NEVER_ARRIVED,
        "domain/z.example": Outcome.ACCEPTED,
    }
    assert "2 requested, 1 not requested" in done.err
    assert "HTML instead of JSON" in done.err
    one_each(here, "a", "z")
    here.faults()
    assert here.desk.run("apply", "--yes", "--detailed-exitcode").code == 3
    one_each(here, "a", "lost", "z")


def test_when_nothing_arrives_the_exit_code_is_one(shop: Open) -> None:
    here = shop()
    here.faults(on("shop", reset="before", times=None))
    done = here.desk.run("apply", "--yes")
    assert done.code == 1, done.err
    assert here.asked() == Counter()
    with here.journal() as journal:
        assert journal.unsettled() == ()


def test_too_many_calls_are_waited_out(shop: Open) -> None:
    here = shop(domains("a", "b"))
    here.faults(on("a", status=429, body={"message": "Too many requests"}))
    done = here.desk.run("apply", "--yes", "--detailed-exitcode")
    assert done.code == 3, done.err
    one_each(here, "a", "b")

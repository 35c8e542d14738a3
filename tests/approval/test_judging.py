"""What was approved is asked for, once; else it is said what moved, contact by contact."""

from __future__ import annotations

from dataclasses import replace

from reconciler.approval.judging import Present, Verdict, judge
from reconciler.approval.moved import what_moved
from reconciler.approval.reading import read_saved
from reconciler.model import AccountId, Role, ServiceId
from reconciler.plan import Selection
from reconciler.ports.journal import CarriedOut
from tests.approval.plans import approved, present, saved
from tests.builders import SERVICE, World, claim, estate, facts, task, world

NAMES = {"a": "anna", "b": "berta", "c": "carol"}
OTHERWISE = "not asked for any more: the file wants it otherwise"
BEGUN = CarriedOut(None, {})


def two(a: str = "aab", b: str = "aab", **more: object) -> World:
    """Return two domains whose technical contact is to be carol, as they are held now."""
    rows = {"domain/a.example": (a, "acb"), "domain/b.example": (b, "acb")}
    return estate(rows, held=facts("abc"), **more)  # type: ignore[arg-type]  # estate's own keywords


def moved(then: World, now: Present) -> list[str]:
    """Return what moved between two looks."""
    return [*what_moved(approved(then), now, lambda account: NAMES[account], {})]


def on(name: str, number: int = 7, move: str = "a>c", **more: object) -> object:
    """Return an open task on the technical contact of a domain."""
    return task(number, move, "technical", service=f"domain/{name}.example", **more)  # type: ignore[arg-type]


def test_the_same_requests_are_asked_for() -> None:
    assert judge(approved(two()), present(two()), None) is Verdict.ASK
    assert judge(approved(two()), present(two()), BEGUN) is Verdict.ASK, "all of them failed"


def test_nothing_is_left_once_all_is_pending_or_in_sync() -> None:
    now = two("acb", tasks=[on("b")])
    for carried in (None, BEGUN):
        assert judge(approved(two()), present(now), carried) is Verdict.NOTHING_LEFT


def test_nothing_is_left_of_what_was_requested_and_is_only_observed_by_now() -> None:
    for move, verdict in (("a>c", Verdict.NOTHING_LEFT), ("a>b", Verdict.MOVED)):
        now = two(tasks=[on("a", 7, move), on("b", 8)])
        marks = dict.fromkeys(now.config.rows, frozenset({Role.TECHNICAL}))
        now = replace(now, config=replace(now.config, observed=marks))
        assert judge(approved(two()), present(now), BEGUN) is verdict


def test_what_is_pending_towards_somebody_else_is_not_what_was_approved() -> None:
    now = two("acb", tasks=[on("b", move="a>b")])
    assert judge(approved(two()), present(now), BEGUN) is Verdict.MOVED


def test_a_request_that_the_file_wants_by_now_is_not_the_one_that_was_approved() -> None:
    now = present(world("aab", "abb", tasks=[task(7, "a>b")]))
    assert [row.change.desired for row in now.plan.pending] == ["b"]
    assert judge(approved(world("aab", "acb")), now, BEGUN) is Verdict.MOVED


def test_the_rest_is_asked_for_by_the_plan_that_asked_the_others_and_by_no_other() -> None:
    now = present(two(tasks=[on("a")]))
    assert judge(approved(two()), now, BEGUN) is Verdict.ASK_THE_REST
    assert judge(approved(two()), now, None) is Verdict.ASKED_OTHERWISE


def test_the_rest_is_not_asked_for_where_another_part_is_neither_pending_nor_in_sync() -> None:
    refused = task(7, "a>c", "technical", service="domain/a.example", state="refused")
    assert judge(approved(two()), present(two(tasks=[refused])), BEGUN) is Verdict.MOVED


def test_a_request_that_the_plan_lacks_is_never_asked_for() -> None:
    one = estate({"domain/a.example": ("aab", "acb")}, held=facts("abc"))
    assert judge(approved(one), present(two()), BEGUN) is Verdict.MOVED
    assert judge((), present(two()), BEGUN) is Verdict.MOVED
    assert judge(approved(one), present(two("acb")), BEGUN) is Verdict.NOTHING_LEFT, "all of its own is done"


def test_a_plan_without_requests_asks_for_nothing() -> None:
    assert judge((), present(two("acb", "acb")), None) is Verdict.ASK


def test_what_was_requested_once_with_a_plan_is_not_requested_with_it_again() -> None:
    used = CarriedOut(None, {ServiceId("domain/a.example"): (7,)})
    expired = task(7, "a>c", "technical", service="domain/a.example", state="expired")
    assert judge(approved(two()), present(two(tasks=[expired])), used) is Verdict.USED
    assert judge(approved(two()), present(two(tasks=[on("a")])), used) is Verdict.ASK_THE_REST


def test_another_holder_is_told() -> None:
    assert moved(world("aab", "acb"), present(world("abb", "acb"))) == [
        f"{SERVICE} technical: anna -> carol when the plan was made, held by berta now"
    ]


def test_another_holder_of_a_contact_that_nobody_asks_for_is_told_too() -> None:
    assert moved(world("aab", "acb"), present(world("aac", "ac-"))) == [
        f"{SERVICE} billing: held by berta when the plan was made, held by carol now"
    ]


def test_a_contact_that_is_as_desired_by_now_is_told() -> None:
    assert moved(world("aab", "bcb"), present(world("acb", "bcb")))[:1] == [
        f"{SERVICE} technical: anna -> carol when the plan was made, held by carol now"
    ]


def test_another_wish_of_the_file_is_told() -> None:
    assert moved(world("aab", "acb"), present(world("aab", "abb"))) == [
        f"{SERVICE} technical: anna -> carol when the plan was made, to be handed to berta now"
    ]
    assert moved(world("aab", "acb"), present(world("aab", "a-b"))) == [
        f"{SERVICE} technical: anna -> carol when the plan was made, {OTHERWISE}"
    ]


def test_a_contact_that_is_only_observed_since_or_left_out_is_told_as_such() -> None:
    here = world("aab", "acb")
    observed = replace(here, config=replace(here.config, observed={SERVICE: frozenset({Role.TECHNICAL})}))
    assert moved(here, present(observed)) == [
        f"{SERVICE} technical: anna -> carol when the plan was made, only observed now, and never asked for"
    ]
    (left_out,) = moved(here, present(here, selection=Selection(roles=(Role.BILLING,))))
    assert left_out.endswith(
        "not asked for any more: it is left out by --role, or the file wants it otherwise"
    )
    (lifted,) = what_moved(
        (), present(here), lambda one: NAMES[one], read_saved(saved(observed), version="1.4.0").trays
    )
    assert lifted.endswith("is asked for now and was only observed when the plan was made")


def test_a_block_is_told_with_its_reason() -> None:
    refused = task(7, "a>c", "technical", state="refused")
    (line,) = moved(world("aab", "acb"), present(world("aab", "acb", tasks=[refused])))
    assert line.startswith(
        f"{SERVICE} technical: anna -> carol when the plan was made, blocked now, turned_down: "
    )


def test_new_and_gone_tasks_are_told() -> None:
    theirs = task(7, "b>c", "billing", asker="b")
    assert moved(world("aab", "acb"), present(world("aab", "acb", tasks=[theirs]))) == [
        f"{SERVICE} technical: anna -> carol when the plan was made, deferred now, waiting for 7",
        f"{SERVICE}: task 7 is open now (billing: berta -> carol) and was not when the plan was made",
    ]
    basis = approved(world("aab", "acb"))[0]._replace(open_tasks=(9,))
    lines = what_moved((basis,), present(world("aab", "acb")), lambda account: NAMES[account], {})
    assert [*lines] == [f"{SERVICE}: task 9 was open when the plan was made and is open no longer"]


def test_another_asker_is_told() -> None:
    basis = approved(world("aab", "acb"))[0]._replace(asker=AccountId("b"))
    lines = what_moved((basis,), present(world("aab", "acb")), lambda account: NAMES[account], {})
    assert [*lines] == [f"{SERVICE}: asked by berta when the plan was made, by anna now"]


def test_a_service_that_nobody_sees_any_more_is_told() -> None:
    now = estate({"domain/a.example": (None, "acb"), "domain/b.example": ("aab", "acb")}, held=facts("abc"))
    assert moved(two(), present(now)) == [
        "domain/a.example technical: anna -> carol when the plan was made, seen by no configured account now"
    ]


def test_a_service_that_could_not_be_read_is_told_with_the_reason() -> None:
    now = two()
    look = now.observation
    gone = {service: row for service, row in look.live.items() if service != "domain/b.example"}
    unread = replace(look, live=gone, unknown={ServiceId("domain/b.example"): "HTTP 500"})
    assert moved(now, present(replace(now, observation=unread))) == [
        "domain/b.example technical: anna -> carol when the plan was made, could not be read now: HTTP 500"
    ]


def test_a_new_request_is_told_with_the_tray_that_it_was_in() -> None:
    one = estate({"domain/a.example": ("aab", "acb")}, held=facts("abc"))
    key = ServiceId("domain/b.example"), Role.TECHNICAL
    lines = [
        *what_moved(approved(one), present(two()), lambda account: NAMES[account], {}),
        *what_moved(approved(one), present(two()), lambda account: NAMES[account], {key: "deferred"}),
    ]
    asked = "domain/b.example technical: anna -> carol is asked for now"
    assert lines == [
        f"{asked} and is not in the approved plan",
        f"{asked} and was deferred when the plan was made",
    ]


def test_what_has_not_moved_is_not_told() -> None:
    assert moved(two(), present(two())) == []
    ours = task(7, "a>c", "technical", service="domain/a.example")
    now = present(two(tasks=[ours]), claim(ours, "domain/a.example"))
    assert {line.split()[0] for line in moved(two(), now)} == {"domain/a.example", "domain/a.example:"}

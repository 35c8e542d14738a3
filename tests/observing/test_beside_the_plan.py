"""What the page, `status` and a hand-back say of contacts that are only observed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from reconciler.journal.empty import EmptyJournal
from reconciler.model import Role
from reconciler.model.time_box import TimeBox
from reconciler.plan import Plan
from reconciler.progress import by_task, follow, join
from reconciler.propose import propose
from reconciler.session import Session
from reconciler.session.advice import Adviser
from reconciler.session.time_boxes import hand_backs, served
from reconciler.web.service_lines import Tray, service_lines
from tests.builders import SERVICE, TODAY, A, B, World, claim, task, world
from tests.observing.test_planning import observing


def planned(where: World) -> Plan:
    """Return the plan for a world."""
    return propose(where.config, where.observation, today=TODAY)


def test_the_page_shows_an_observed_contact_in_a_tray_of_its_own() -> None:
    where = observing(world(live="aaa", desired="abb"), "t")

    (line,) = service_lines(where.config, where.observation, planned(where), {})

    assert line.trays == (Tray.REQUESTS, Tray.OBSERVED)
    (note,) = line.notes_on(Role.TECHNICAL)
    assert note.words == "never requested; no request is open"


def test_a_service_of_which_all_is_observed_and_right_is_in_sync_on_the_page() -> None:
    where = observing(world(live="aba", desired="aba"), "atb")

    (line,) = service_lines(where.config, where.observation, planned(where), {})

    assert line.trays == (Tray.IN_SYNC,)


def test_a_hand_back_of_an_observed_contact_is_told_and_no_command_advised() -> None:
    box = TimeBox(B, TODAY + timedelta(days=1), A)
    where = observing(world(live="aba", desired="aba"), "t")
    config = replace(where.config, time_boxes={(SERVICE, Role.TECHNICAL): box})
    plan = propose(config, where.observation, today=TODAY)

    session = Session(config, {}, {}, {}, EmptyJournal())

    (row,) = hand_backs(session, where.observation, plan)

    assert (row.standing, row.next_command) == ("observed", None)
    assert plan.time_boxes == {(SERVICE, Role.TECHNICAL): box}


def advice(roles: str, observed: str, *, desired: str = "abb") -> tuple[str | None, str | None]:
    """Return command and note for an open request of ours for these roles."""
    ours = task(7, "a>b", roles)
    where = observing(world(live="aaa", desired=desired, tasks=[ours]), observed)
    claims, live = {7: claim(ours)}, where.observation.live
    (row,) = follow([ours], join([ours], live, claims), live, claims, by_task(()))
    adviser = Adviser(where.config.rows, {A, B}, {}, {}, observed=where.config.observed)
    return adviser.next_command(row), adviser.note(row)


def test_nobody_is_advised_to_accept_or_refuse_what_is_only_observed() -> None:
    assert advice("technical", "t") == (None, "the file only observes this")


def test_a_request_that_also_makes_a_wanted_change_is_for_a_person_to_judge_as_confirm_leaves_it_alone() -> (
    None
):
    assert advice("technical billing", "") == ("reconciler accept 7 --as a", None)
    assert advice("technical billing", "t") == (None, "the file only observes the technical contact")
    assert advice("technical billing", "tb") == (None, "the file only observes this")


def test_a_request_that_moves_a_wanted_contact_elsewhere_is_to_be_refused_whatever_else_it_moves() -> None:
    assert advice("technical billing", "t", desired="abc") == (
        "reconciler refuse 7 --as a",
        "the file wants another contact",
    )


def test_a_time_box_that_has_served_is_simplified_without_losing_what_is_done_about_it() -> None:
    where = world(live="aaa", desired="aba")
    for manage, entry in ((None, "a"), ("observe", "{account: a, manage: observe}")):
        box = TimeBox(B, TODAY - timedelta(days=1), A, manage=manage)
        config = replace(where.config, time_boxes={(SERVICE, Role.TECHNICAL): box})

        (hint,) = served(config, where.observation)

        assert hint.endswith(f"; the entry can be simplified to `technical: {entry}`")

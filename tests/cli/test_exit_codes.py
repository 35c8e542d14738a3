"""What a run says in one number: DESIGN's table, for every command that has it."""

from __future__ import annotations

import itertools
import signal

import pytest

from reconciler.cli.exit_codes import ExitCode, plain, worst
from tests.cli.conftest import (
    AGENCY,
    BOTH_MOVE,
    IN_SYNC,
    PLATFORM,
    SERVER,
    SHOP,
    SHOP_MOVES,
    Open,
    Place,
)
from tests.running import accept_all
from tests.sandbox.town import service

WORST_FIRST = (1, 8, 7, 6, 5, 4, 2, 3, 0)


def test_of_two_codes_the_worse_wins() -> None:
    for worse, better in itertools.combinations(WORST_FIRST, 2):
        assert worst([ExitCode(better), ExitCode(worse)]) == worse
    assert worst([]) == 0


def test_without_the_option_only_2_3_and_4_become_0() -> None:
    assert {code: plain(ExitCode(code)) for code in WORST_FIRST if plain(ExitCode(code)) != code} == {
        2: 0,
        3: 0,
        4: 0,
    }


def codes(here: Place, *command: str) -> tuple[int, int]:
    """Return the exit codes of a command, with `--detailed-exitcode` and without."""
    return here.run(*command, "--detailed-exitcode").code, here.run(*command).code


def test_0_in_sync(place: Open) -> None:
    here = place(IN_SYNC)
    assert codes(here, "plan") == codes(here, "apply", "--yes") == codes(here, "status") == (0, 0)
    assert here.run("watch").code == 0


def test_2_something_to_request(place: Open) -> None:
    here = place()
    assert codes(here, "plan") == codes(here, "status") == (2, 0)
    assert here.run("watch").code == 2


def test_3_only_waiting_for_people(place: Open) -> None:
    here = place()
    assert here.run("apply", "--yes", "--detailed-exitcode").code == 3
    assert codes(here, "plan") == codes(here, "apply", "--yes") == codes(here, "status") == (3, 0)
    assert here.run("watch", "--timeout", "0").code == 3


def test_apply_says_0_once_everything_was_asked(place: Open) -> None:
    assert place().run("apply", "--yes").code == 0


def test_4_something_wants_a_person(place: Open) -> None:
    here = place()
    task = here.asked()
    here.town.refuse(AGENCY, task)
    assert codes(here, "plan") == codes(here, "apply", "--yes") == codes(here, "status") == (4, 0)
    assert here.run("watch").code == 4


def test_4_a_service_that_nobody_sees(place: Open) -> None:
    here = place("services: {domain/gone.example: {technical: agency}}\n")
    assert codes(here, "plan") == (4, 0)
    assert here.run("watch").code == 4


def test_4_a_contest_where_the_contact_is_right_today(place: Open) -> None:
    here = place(IN_SYNC)
    here.town.ask(PLATFORM, SHOP, contactTech=AGENCY)
    assert codes(here, "plan") == codes(here, "status") == (4, 0)


def test_a_request_that_the_server_refuses_is_4_in_any_case(place: Open) -> None:
    here = place()
    here.faults({"method": "POST", "status": 400, "body": {"message": "Not on a Sunday"}})
    assert codes(here, "apply", "--yes") == (4, 4)
    here.faults({"method": "POST", "status": 400, "body": {"message": "Not on a Sunday"}})
    assert "Not on a Sunday" in here.run("apply", "--yes").err


def test_5_a_guard_stops_the_run(place: Open) -> None:
    many = [f"domain/s{number}.example" for number in range(10)]
    parts = [service(key, PLATFORM, PLATFORM, PLATFORM) for key in many]
    wanted = "services: {" + ", ".join(f"{key}: {{technical: agency}}" for key in many) + "}\n"
    here = place(wanted, *parts, guards="{max_changes_percent: 30}")
    assert codes(here, "plan") == codes(here, "apply", "--yes") == codes(here, "status") == (5, 5)
    assert here.town.edit("GET", "tasks") == []
    lifted = here.run("apply", "--yes", "--lift", "max_changes_percent", "--reason", "a move of offices")
    assert lifted.code == 0
    assert len(here.town.edit("GET", "tasks")) == 10


def test_6_the_plan_is_not_the_one_that_was_approved(place: Open) -> None:
    here = place()
    approved = here.run("plan", "--format", "json").json["fingerprint"]
    here.desk.write(BOTH_MOVE)
    done = here.run("apply", "--expect", approved)
    assert done.code == 6
    assert approved in done.err
    assert here.town.edit("GET", "tasks") == []
    here.desk.write(SHOP_MOVES)
    assert here.run("apply", "--expect", approved).code == 0


def test_7_another_run_holds_the_lock_and_it_is_said_who(place: Open) -> None:
    here = place()
    here.faults({"method": "POST", "path": "*/changeContact", "delay_ms": 1500, "times": 1})
    first = here.desk.start("apply", "--yes")
    here.await_hit()
    second = here.run("apply", "--yes")
    assert second.code == 7
    assert str(first.pid) in second.err
    assert "--lock-timeout" in second.err
    assert here.run("plan").code == 0, "reading needs no lock"
    assert first.wait().code == 0


def test_8_ctrl_c_finishes_the_request_that_is_being_sent_and_leaves_the_others(place: Open) -> None:
    here = place(BOTH_MOVE)
    here.faults({"method": "POST", "path": f"/{SHOP}/*", "delay_ms": 1000, "times": 1})
    run = here.desk.start("apply", "--yes")
    here.await_hit()
    run.send(signal.SIGINT)
    done = run.wait()
    assert done.code == 8
    assert "stopped, 1 requested, 1 left for the next run" in done.err
    assert [task["service"] for task in here.town.edit("GET", "tasks")] == [SHOP]


def test_8_partly_applied(place: Open) -> None:
    here = place(BOTH_MOVE)
    here.faults({"method": "POST", "path": f"/{SERVER}/*", "reset": "before"})
    done = here.run("apply", "--yes")
    assert done.code == 8
    assert "1 requested" in done.err


def test_1_nothing_was_applied_and_nobody_knows_why(place: Open) -> None:
    here = place()
    here.faults({"method": "POST", "reset": "before"})
    assert here.run("apply", "--yes").code == 1


def test_something_unreadable_wins_over_all_that_can_be_read(place: Open) -> None:
    here = place(BOTH_MOVE)
    here.faults({"path": "/services*", "status": 403}, {"path": f"/{SERVER}/*", "status": 403})
    assert codes(here, "plan") == codes(here, "status") == (1, 1)
    assert here.run("watch", "--timeout", "0").code == 1


def test_watch_ends_with_0_when_the_service_shows_the_new_contact(place: Open) -> None:
    here = place(processing_seconds=1)
    here.asked()
    accept_all(here.town)
    done = here.run("watch", "--interval", "0.2", "--timeout", "30")
    assert done.code == 0, done
    assert "all done" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["plann"],
        ["plan", "--formt"],
        ["plan", "--format", "xml"],
        ["plan", "more"],
        ["accept"],
        ["accept", "zero"],
        ["accept", "0"],
        ["apply", "--yes", "--lift", "max_changes_percent"],
        ["apply", "--yes", "--lift", "gravity", "--reason", "why not"],
        ["apply", "--yes", "--retry", "domain/other.example"],
        ["apply"],
        ["list", "--role", "admin"],
        ["list", "--product", "spaceship"],
        ["watch", "--timeout", "-1"],
        ["schema", "other"],
        ["sandbox"],
        ["sandbox", "mails", "--token", "12"],
        ["sandbox", "serve"],
    ],
    ids=" ".join,
)
def test_64_wrong_usage_with_a_message_and_an_empty_stdout(place: Open, arguments: list[str]) -> None:
    done = place().run(*arguments)
    assert done.code == 64, done
    assert done.out == ""
    assert "Usage: reconciler" in done.err
    assert "Traceback" not in done.err

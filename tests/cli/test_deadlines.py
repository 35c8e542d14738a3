"""When requests expire: told by `status` and `watch`, learnt from those that did, and what follows then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.journal import open_journal
from reconciler.model import AccountId, Role, Task, TaskState
from tests.cli.conftest import AGENCY, PLATFORM, SHOP, SHOP_MOVES, Open, Place
from tests.sandbox.town import service

DAY = timedelta(days=1).total_seconds()


def expiry(here: Place) -> tuple[datetime, bool]:
    """Return when the newest request expires and whether that is learnt, as JSON says."""
    row = here.run("status", "--format", "json").json["requests"][0]
    return datetime.fromisoformat(row["expires"]), row["expires_learnt"]


def test_without_history_about_seven_days_are_assumed_and_said_to_be_unverified(place: Open) -> None:
    here = place()
    here.asked()
    assert "requests last about 7 days, unverified" in here.run("status").out
    at, learnt = expiry(here)
    assert not learnt
    assert abs(at - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=5)


def test_an_expired_request_teaches_how_long_the_next_one_has(place: Open) -> None:
    here = place("expired_retries: 5\n" + SHOP_MOVES, expiry_days=3)
    here.asked()
    here.town.turn(3 * DAY + 60)
    here.asked()
    assert "expires in about 3 days, on " in here.run("status").out
    assert "as earlier requests here did" in here.run("status").out
    at, learnt = expiry(here)
    assert learnt
    assert abs(at - datetime.now(UTC) - timedelta(days=6)) < timedelta(minutes=5)


def test_what_should_have_expired_and_did_not_is_worded_so_and_then_refutes_what_was_learnt(
    place: Open,
) -> None:
    here = place("expired_retries: 5\n" + SHOP_MOVES, expiry_days=3)
    here.asked()
    here.town.turn(3 * DAY + 60)
    assert "expired" in here.run("status").out
    here.town.edit("POST", "settings", {"expiry_days": 30})
    here.asked()
    here.town.turn(3 * DAY + 3600)
    assert "should have expired on " in here.run("status").out
    here.town.turn(DAY)
    said = here.run("status").out
    assert "unverified" in said
    assert "earlier requests here did" not in said


def test_settled_requests_have_no_deadline(place: Open) -> None:
    here = place()
    here.town.refuse(AGENCY, here.asked())
    row = here.run("status", "--format", "json").json["requests"][0]
    assert (row["expires"], row["expires_learnt"], row["expires_in_seconds"]) == (None, None, None)
    assert "expire" not in here.run("status").out


def test_lines_of_watch_tell_the_day_and_not_the_time_left_which_would_make_each_look_new(
    place: Open,
) -> None:
    here = place()
    here.asked()
    done = here.run("watch", "--interval", "0.2", "--timeout", "0.6")
    assert done.code == 3
    (line,) = done.out.splitlines()
    assert "expires on " in line
    assert SHOP in line


def test_expired_is_asked_again_once_by_itself_and_then_held_until_somebody_says_so(place: Open) -> None:
    here = place(expiry_days=3)
    here.asked()
    here.town.turn(3 * DAY + 60)
    assert "the next `reconciler apply` asks for it again by itself" in here.run("status").out
    here.asked()
    assert "by itself" not in here.run("status").out
    here.town.turn(3 * DAY + 60)
    said = here.run("status").out
    assert "held: nothing is asked again until you say so" in said
    assert "by itself" not in said
    assert here.run("apply", "--yes", "--format", "json").json["receipts"] == []
    assert f"next: reconciler apply --retry {SHOP}:technical" in said
    done = here.run("apply", "--yes", "--format", "json", "--retry", SHOP).json
    assert len(done["receipts"]) == 1


def test_refused_is_held_however_much_time_passes(place: Open) -> None:
    here = place()
    here.town.refuse(AGENCY, here.asked())
    assert "held: nothing is asked again until you say so" in here.run("status").out
    here.town.turn(10 * DAY)
    assert here.run("apply", "--yes", "--format", "json").json["receipts"] == []


def test_what_a_guard_stops_is_not_said_to_be_asked_again(place: Open) -> None:
    others = [f"vps/vps-{number}.vps.ovh.net" for number in range(2, 12)]
    parts = [service(name, AGENCY, AGENCY, AGENCY) for name in others]
    wanted = f"services: {{{SHOP}: {{technical: agency}}, {': {admin: agency}, '.join(others)}: {{}}}}\n"
    here = place(wanted, *parts, expiry_days=3)
    here.asked()
    here.town.turn(3 * DAY + 60)
    assert "by itself" in here.run("status").out
    here.desk.write(wanted, guards="{max_changes_percent: 0}")
    said = here.run("status").out
    assert "expired" in said
    assert "by itself" not in said


def test_what_expired_teaches_also_when_ovhcloud_lists_it_no_more(place: Open) -> None:
    here = place()
    here.asked()
    asked = datetime.now(UTC) - timedelta(days=90)
    platform, agency = AccountId(PLATFORM), AccountId(AGENCY)
    gone = Task(7, platform, platform, agency, (Role.BILLING,), "old.example", TaskState.EXPIRED, asked)
    journal = open_journal(here.desk.journal, here.town.url)
    journal.saw([replace(gone, settled=asked + timedelta(days=4))], datetime.now(UTC))
    journal.close()
    at, learnt = expiry(here)
    assert learnt
    assert abs(at - datetime.now(UTC) - timedelta(days=4)) < timedelta(minutes=5)

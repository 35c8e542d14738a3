"""`plan --out` and `apply PLAN` on the command line: refusals, their exit codes, and who is told what."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.approval.document import seal_of
from tests.apply.conftest import Open
from tests.apply.shop import AGENCY, FINANCE, PLATFORM, Shop
from tests.cli.terminal import shown
from tests.review.checkouts import git
from tests.running import Desk

TEN = [f"shop{number}.example" for number in range(10)]


@pytest.fixture
def planned(shop: Open) -> Shop:
    """Return a shop with a saved plan."""
    here = shop()
    done = here.desk.run("plan", "--out", "plan.json")
    assert done.code == 0, done.err
    assert "reconciler apply plan.json" in done.err
    assert f"its fingerprint is {document(here)['fingerprint']}" in done.err
    return here


def document(here: Shop) -> Any:
    """Return the saved plan."""
    return json.loads((here.desk.folder / "plan.json").read_text())


def forge(here: Shop, **made: Any) -> None:
    """Write the saved plan as if it was made from something else."""
    plan = document(here)
    plan["made"] |= made
    (here.desk.folder / "plan.json").write_text(json.dumps(plan | {"seal": seal_of(plan)}))


def refused(here: Shop, *options: str) -> str:
    """Return the words with which the plan is refused: stale, and nothing was sent."""
    done = here.desk.run("apply", "plan.json", *options)
    assert done.code == 6, done
    assert here.posts() == 0
    return done.err


def test_a_saved_plan_needs_no_yes_and_holds_the_plan_as_json(planned: Shop) -> None:
    plain = planned.desk.run("plan", "--format", "json").json
    assert {key: value for key, value in document(planned).items() if key in plain} == plain
    done = planned.desk.run("apply", "plan.json", "--format", "json")
    assert done.code == 0
    assert done.json["plan"]["fingerprint"] == plain["fingerprint"]
    assert planned.posts() == 1


def test_a_person_at_a_terminal_is_not_asked_what_was_approved_already(planned: Shop) -> None:
    seen = shown(planned.desk, "apply", "plan.json")
    assert (seen.code, planned.posts()) == (0, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("", "not JSON"),
        ("version: 1\n", "not JSON"),
        ("{}", "no saved plan"),
    ],
)
def test_64_what_is_no_saved_plan(shop: Open, text: str | None, words: str) -> None:
    here = shop()
    if text is not None:
        (here.desk.folder / "plan.json").write_text(text)
    done = here.desk.run("apply", "plan.json")
    assert (done.code, here.posts()) == (64, 0)
    assert words in done.err
    assert here.desk.run("apply", ".").code == 64


def test_64_a_plan_that_was_only_shown_is_not_one_to_apply(shop: Open) -> None:
    here = shop()
    assert here.desk.run("plan", "-o", "json=plan.json").code == 0
    done = here.desk.run("apply", "plan.json")
    assert done.code == 64
    assert "--out" in done.err


def test_6_a_plan_for_another_endpoint(planned: Shop) -> None:
    forge(planned, endpoint="ovh-eu")
    assert "ovh-eu" in refused(planned)


def test_6_a_plan_from_another_file(planned: Shop) -> None:
    forge(planned, files=[{"file": "estate.yaml", "sha256": "0" * 64}])
    assert "estate.yaml, not from contacts.yaml" in refused(planned)


def test_6_a_plan_from_the_same_file_with_other_content(planned: Shop) -> None:
    forge(planned, files=[{"file": "contacts.yaml", "sha256": "0" * 64}])
    assert "not the same as when the plan was made: contacts.yaml" in refused(planned)


def test_6_in_a_repository_the_file_counts_only_as_it_is_committed(planned: Shop) -> None:
    folder = planned.desk.folder
    git(folder, "init", "-q")
    assert "no commit is here yet: contacts.yaml" in refused(planned)
    git(folder, "commit", "-q", "--allow-empty", "-m", "begin")
    assert "does not contain what the plan was made from (outside of git): contacts.yaml" in refused(planned)
    git(folder, "add", "contacts.yaml")
    git(folder, "commit", "-qm", "contacts")
    assert planned.desk.run("apply", "plan.json").code == 0


def test_6_of_very_much_that_moved_the_first_is_told_and_of_how_many_services_it_is(shop: Open) -> None:
    here = shop(TEN)
    assert here.desk.run("plan", "--out", "plan.json").code == 0
    everything = {"admin": FINANCE, "technical": FINANCE, "billing": PLATFORM}
    here.town.edit("PUT", "services", [{"service": f"domain/{name}", **everything} for name in TEN])
    told = [line for line in refused(here).splitlines() if line.startswith("  ")]
    assert len(told) == 26
    assert told[-1] == "  and more, 10 services in all"


def test_line_ends_are_no_change_of_the_file(planned: Shop) -> None:
    planned.desk.file.write_bytes(planned.desk.file.read_bytes().replace(b"\n", b"\r\n"))
    assert planned.desk.run("apply", "plan.json").code == 0


def test_6_an_included_file_that_changed_is_named(shop: Open) -> None:
    here = shop()
    more = here.desk.folder / "teams" / "web.yaml"
    more.parent.mkdir()
    more.write_text("version: 1\nservices: {}\n")
    here.desk.file.write_text(f"include: [teams/*.yaml]\n{here.desk.file.read_text()}")
    assert here.desk.run("plan", "--out", "plan.json").code == 0
    assert [row["file"] for row in document(here)["made"]["files"]] == ["contacts.yaml", "teams/web.yaml"]
    more.write_text("version: 1\nservices: {}  # nothing yet\n")
    assert "not the same as when the plan was made: teams/web.yaml" in refused(here)


def test_6_a_plan_of_a_newer_major_version(planned: Shop) -> None:
    forge(planned, version="99.0.0")
    assert "99.0.0" in refused(planned)


def test_6_a_plan_that_has_expired_by_its_own_word_or_by_that_of_apply(shop: Open) -> None:
    here = shop()
    assert here.desk.run("plan", "--out", "plan.json", "--valid-for", "1s").code == 0
    assert document(here)["made"]["valid_for_seconds"] == 1
    time.sleep(1.1)
    assert "was valid for 1 second" in refused(here)
    assert here.desk.run("plan", "--out", "plan.json", "--valid-for", "24h").code == 0
    forge(here, at=(datetime.now(UTC) - timedelta(hours=3)).isoformat())
    assert "is 3 hours old and was valid for 2 hours" in refused(here, "--valid-for", "2h")
    assert here.desk.run("apply", "plan.json", "--valid-for", "7d").code == 0, "the stricter one counts"


def test_6_a_plan_from_the_future_does_not_stay_valid_for_ever(shop: Open) -> None:
    here = shop()
    assert here.desk.run("plan", "--out", "plan.json", "--valid-for", "24h").code == 0
    forge(here, at=(datetime.now(UTC) + timedelta(days=400)).isoformat())
    assert "yet to come" in refused(here)


def test_6_another_fingerprint_than_the_approved_one(planned: Shop) -> None:
    assert "0" * 64 in refused(planned, "--expect", "0" * 64)
    assert planned.desk.run("apply", "plan.json", "--expect", document(planned)["fingerprint"]).code == 0


@pytest.mark.parametrize("text", ["", "a58fccf5602b", "A" * 64, "0" * 63])
def test_6_what_is_no_whole_fingerprint_is_told_as_that(shop: Open, text: str) -> None:
    here = shop()
    done = here.desk.run("apply", "--expect", text)
    assert (done.code, here.posts()) == (6, 0)
    assert "hint: a fingerprint is 64 digits and letters from a to f" in done.err


def test_a_fingerprint_that_is_approved_again_asks_again_for_what_came_to_nothing(planned: Shop) -> None:
    planned.town.edit("POST", "settings", {"expiry_days": 0.000001})
    for posts in (1, 2):
        done = planned.desk.run("apply", "--expect", document(planned)["fingerprint"])
        assert (done.code, planned.posts()) == (0, posts), done.err


def test_nothing_is_said_of_an_approved_plan_that_nobody_knows_where_nothing_is_to_be_asked(
    planned: Shop,
) -> None:
    assert planned.desk.run("apply", "--yes").code == 0
    for expected, words in (
        (document(planned)["fingerprint"], "all that the approved plan asks for is pending or in sync"),
        ("0" * 64, "all that the file asks for is pending or in sync"),
    ):
        done = planned.desk.run("apply", "--expect", expected, "--detailed-exitcode")
        assert (done.code, done.err.count("nothing left to ask")) == (3, 1)
        assert words in done.err


@pytest.mark.parametrize("text", ["24", "h", "0h", "1 day", "-1h", "1.5h", "24H", "1h30m"])
def test_64_what_is_no_duration(planned: Shop, text: str) -> None:
    done = planned.desk.run("apply", "plan.json", f"--valid-for={text}")
    assert done.code == 64
    assert "90m" in done.err


def test_64_an_age_without_a_saved_plan(shop: Open) -> None:
    here = shop()
    assert here.desk.run("plan", "--valid-for", "24h").code == 64
    assert here.desk.run("apply", "--yes", "--valid-for", "24h").code == 64
    assert here.posts() == 0


def test_a_plan_is_not_saved_over_the_contacts_file_nor_where_another_output_goes(shop: Open) -> None:
    here = shop()
    before = here.desk.file.read_text()
    assert here.desk.run("plan", "--out", "contacts.yaml").code == 64
    assert here.desk.file.read_text() == before
    assert here.desk.run("plan", "--out", "plan.json", "-o", "json=./plan.json").code == 64
    lost = here.desk.run("plan", "--out", "nowhere/plan.json")
    assert lost.code == 1
    assert "nowhere/plan.json cannot be written" in lost.err


def test_the_guards_that_were_lifted_for_the_plan_are_lifted_for_its_run_and_journalled(shop: Open) -> None:
    here = shop(TEN)
    here.desk.file.write_text(here.desk.file.read_text().replace("max_changes_percent: 100", "protected: []"))
    assert here.desk.run("plan", "--out", "plan.json").code == 5
    assert here.desk.run("apply", "plan.json").code == 5
    lifted = ("--lift", "max_changes_percent", "--reason", "OPS-12")
    assert here.desk.run("plan", "--out", "plan.json", *lifted).code == 0
    assert here.desk.run("apply", "plan.json").code == 0
    assert here.posts() == len(TEN)
    with here.journal() as journal:
        assert journal.claims()


def test_a_plan_that_retries_what_was_turned_down_asks_for_it_once(shop: Open) -> None:
    here = shop()
    turn_down(here, here.desk.run("apply", "--yes", "--format", "json").json)
    assert here.desk.run("plan", "--out", "plan.json", "--retry", "domain/shop.example").code == 0
    assert document(here)["made"]["retry"] == ["domain/shop.example"]
    done = here.desk.run("apply", "plan.json", "--format", "json")
    assert (done.code, here.posts()) == (0, 2), done.err
    turn_down(here, done.json)
    again = here.desk.run("apply", "plan.json")
    assert (again.code, here.posts()) == (6, 2), "leave to retry is given once"
    assert "turned_down" in again.err
    unknown = here.desk.run("apply", "--expect", "0" * 64)
    assert (unknown.code, "nothing would be asked" in unknown.err) == (6, True), "it may have been this one"


def turn_down(here: Shop, done: Any) -> None:
    """Refuse the one request that a run made."""
    (task,), asker = done["receipts"][0]["tasks"], done["receipts"][0]["asker"]
    token = here.town.token(asker, task)
    here.town.customer(asker).post(f"/me/task/contactChange/{task}/refuse", token=token)


def test_where_something_cannot_be_read_that_is_the_reason_and_the_exit_code(planned: Shop) -> None:
    planned.faults({"path": "/services*", "status": 403}, {"path": "/domain/*", "status": 403})
    done = planned.desk.run("apply", "plan.json")
    assert (done.code, planned.posts()) == (1, 0)


def test_the_lock_is_held_while_it_is_compared(planned: Shop) -> None:
    planned.faults({"method": "POST", "path": "*/changeContact", "delay_ms": 1500})
    first = planned.desk.start("apply", "plan.json")
    planned.await_hit()
    assert planned.desk.run("apply", "plan.json").code == 7
    assert first.wait().code == 0
    assert planned.posts() == 1


def test_no_key_and_no_token_is_in_a_saved_plan(planned: Shop) -> None:
    text = (planned.desk.folder / "plan.json").read_text()
    assert AGENCY in text
    for prefix in ("ak-", "as-", "ck-"):
        assert f"{prefix}{AGENCY}" not in text


def test_names_that_look_like_escapes_are_shown_as_text(planned: Shop) -> None:
    forge(planned, endpoint="\x1b[31mred")
    words = refused(planned)
    assert "\x1b" not in words
    assert "red" in words


def test_an_empty_plan_asks_for_nothing_and_is_stale_once_there_is_something(shop: Open) -> None:
    here = shop(to="platform")
    assert here.desk.run("plan", "--out", "plan.json").code == 0
    assert here.desk.run("apply", "plan.json", "--detailed-exitcode").code == 0
    here.town.edit("PUT", "services", [{"service": "domain/shop.example", "technical": AGENCY}])
    assert "is asked for now and is not in the approved plan" in refused(here)


def test_saved_plans_move_between_desks_that_share_nothing_but_the_file(planned: Shop) -> None:
    other = Desk(planned.desk.folder.parent / "other", planned.desk.url, planned.desk.accounts)
    other.file.write_bytes(planned.desk.file.read_bytes())
    (other.folder / "plan.json").write_bytes((planned.desk.folder / "plan.json").read_bytes())
    assert other.run("apply", "plan.json").code == 0
    assert planned.posts() == 1
    here = planned.desk.run("apply", "plan.json")
    assert (here.code, planned.posts()) == (0, 1)
    assert "nothing left to ask" in here.err


def test_a_guard_does_not_stop_a_plan_of_which_nothing_is_left(shop: Open) -> None:
    here = shop(TEN, to="platform")
    keys = [f"domain/{name}" for name in TEN]
    rows = {key: {"technical": "platform"} for key in keys}
    limit = "{max_changes_percent: 30}"
    here.desk.write({"services": rows | {keys[0]: {"technical": "agency"}}}, guards=limit)
    assert here.desk.run("plan", "--out", "plan.json").code == 0
    assert here.desk.run("apply", "plan.json").code == 0
    here.desk.write({"services": {key: {"technical": "agency"} for key in keys}}, guards=limit)
    assert here.desk.run("apply", "--yes").code == 5
    again = here.desk.run("apply", "plan.json")
    assert (again.code, here.posts()) == (0, 1)
    assert "nothing left to ask" in again.err
    assert "9 other requests" in again.err

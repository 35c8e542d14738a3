"""`confirm`: from the mails of a request to its confirmation, and everything that stands in between."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used
import pytest

from tests.cli.conftest import (
    AGENCY,
    BOTH_MOVE,
    FINANCE,
    IN_SYNC,
    PLATFORM,
    SERVER,
    SHOP,
    SHOP_MOVES,
    SHORT,
    Open,
    Place,
)
from tests.running import PATIENCE, Desk, Done
from tests.sandbox.town import account, running, service, world

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "confirm.schema.json").read_text())
ADDRESSES = {PLATFORM: "platform@shop.example", AGENCY: "team@agency.example", FINANCE: "money@shop.example"}
PEOPLE = tuple(account(one, email=address) for one, address in ADDRESSES.items())
LINK = "https://www.ovh.com/manager/#/useraccount/contacts/{task}?tab=REQUESTS&token={token}"
WRONG = "W0ng" * 8


def verdicts(done: Done) -> dict[str, Any]:
    """Return the verdict on each mail, which holds one token."""
    document = done.json
    jsonschema.validate(document, SCHEMA)
    found = {row["mail"]: row for row in document["verdicts"]}
    assert len(found) == len(document["verdicts"])
    return found


def kinds(done: Done) -> dict[tuple[int | None, str | None], str]:
    """Return the verdict for each request and account."""
    return {(row["task"], row["account"]): row["verdict"] for row in verdicts(done).values()}


def confirm(here: Place, *arguments: str, stdin: str = "") -> Done:
    """Run `confirm` with its result as JSON."""
    return here.run("confirm", "--format", "json", *arguments, stdin=stdin)


def mail(here: Place, name: str, task: int, token: str, to: str | None = None, **headers: str) -> Path:
    """Save a mail with a link to a request."""
    head = ({"To": to} if to else {}) | headers
    path = here.desk.folder / "mails" / name
    path.parent.mkdir(exist_ok=True)
    lines = [f"{key}: {value}" for key, value in head.items()]
    path.write_text("\n".join([*lines, "", LINK.format(task=task, token=token), ""]))
    return path


def answers(here: Place) -> dict[str, str | None]:
    """Return what each party of the only request has said, as the server knows it."""
    (task,) = here.town.edit("GET", "tasks")
    found: dict[str, str | None] = task["parties"]
    return found


def posts(here: Place) -> int:
    """Return how many tokens reached the server."""
    counts: dict[str, int] = here.town.edit("GET", "requests")
    return sum(number for route, number in counts.items() if route.startswith("POST") and "accept" in route)


# The story


def test_from_the_request_to_the_service_in_sync(place: Open) -> None:
    here = place()
    task = here.asked()
    shown = confirm(here)
    assert shown.code == 0
    assert kinds(shown) == {(task, PLATFORM): "would_confirm", (task, AGENCY): "would_confirm"}
    assert shown.err == "nothing was sent: confirm --yes confirms\n"
    assert posts(here) == 0
    done = confirm(here, "--yes")
    assert done.code == 0
    assert kinds(done) == {(task, PLATFORM): "confirmed", (task, AGENCY): "confirmed"}
    assert here.run("plan", "--detailed-exitcode").code == 0
    assert here.town.contacts(PLATFORM, SHOP) == (PLATFORM, AGENCY, FINANCE)
    again = confirm(here, "--yes")
    assert again.code == 0
    assert set(kinds(again).values()) == {"not_waiting", "no_token"}
    assert posts(here) == 2


def test_what_was_confirmed_is_journalled_with_the_run(place: Open) -> None:
    here = place()
    task = here.asked()
    confirm(here, "--yes", "--as", "agency")
    with here.desk.open_journal() as journal:
        (given,) = journal.confirmations()
    assert (given.task, given.account, given.answer) == (task, AGENCY, "accepted")
    assert answers(here) == {AGENCY: "accepted", PLATFORM: None}


def test_the_journal_keeps_the_run_and_how_it_ended(place: Open) -> None:
    here = place()
    here.asked()
    confirm(here)
    confirm(here, "--yes")
    with contextlib.closing(sqlite3.connect(here.desk.journal)) as database:
        bodies = [
            json.loads(row[0]) for row in database.execute("SELECT body FROM reconciler_entries ORDER BY seq")
        ]
    runs = [body for body in bodies if body.get("command") == "confirm"]
    assert [body["exit_code"] for body in runs] == [None, 0]


def test_for_people_it_is_said_in_sentences(place: Open) -> None:
    here = place()
    task = here.asked()
    done = here.run("confirm", "--yes", "--as", "agency")
    assert done.out.splitlines()[:4] == [
        "1 token: 1 confirmed.",
        "",
        f"request {task} for agency ({AGENCY}): confirmed",
        "    it waits for platform",
    ]
    assert done.err == f"request {task} for agency: confirmed; it waits for platform\n"


def test_without_any_mail_nothing_is_to_do(place: Open) -> None:
    done = place().run("confirm")
    assert (done.code, done.out, done.err) == (0, "No mail with a token was found.\n", "")


def test_an_admin_who_takes_a_contact_back_confirms_alone(place: Open) -> None:
    here = place(IN_SYNC, held=[PLATFORM])
    here.town.edit("PUT", "services", {"service": SHOP, "technical": AGENCY})
    task = here.asked()
    assert kinds(confirm(here, "--yes")) == {(task, PLATFORM): "confirmed"}
    assert here.run("plan", "--detailed-exitcode").code == 0


# Where the mails are


def test_saved_mails_are_read_from_files_folders_and_standard_input(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    one = mail(here, "one.eml", task, here.town.token(AGENCY, task), ADDRESSES[AGENCY])
    other = mail(here, "two.eml", task, here.town.token(PLATFORM, task), ADDRESSES[PLATFORM])
    for source, stdin in ((str(one), ""), (str(one.parent), ""), ("-", one.read_text())):
        done = confirm(here, "--mail", source, stdin=stdin)
        assert kinds(done)[task, AGENCY] == "would_confirm", source
    done = confirm(here, "--mail", str(one), "--mail", str(other), "--yes")
    assert kinds(done) == {(task, AGENCY): "confirmed", (task, PLATFORM): "confirmed"}


def test_sources_are_combined_and_a_token_in_two_of_them_is_given_once(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    saved = mail(here, "one.eml", task, here.town.token(AGENCY, task))
    done = confirm(here, "--mail", str(saved), "--history", "--yes")
    assert verdicts(done)[str(saved)]["verdict"] == "superseded"
    assert sorted(row["verdict"] for row in verdicts(done).values()) == [
        "confirmed",
        "confirmed",
        "superseded",
    ]
    assert posts(here) == 2


def test_without_any_source_it_is_wrong_usage(place: Open) -> None:
    done = place().run("confirm", "--no-history")
    assert done.code == 64
    assert "nothing to look into: give --mail, --imap or --history" in done.err


def test_a_mail_that_is_not_there_is_an_error(place: Open) -> None:
    done = place().run("confirm", "--mail", "nowhere.eml")
    assert done.code == 1
    assert "nowhere.eml" in done.err


# Whose token it is


def test_of_two_saved_mails_without_addresses_each_finds_its_account(place: Open) -> None:
    for first, second in ((AGENCY, PLATFORM), (PLATFORM, AGENCY)):
        here = place(SHOP_MOVES, *PEOPLE)
        here.desk.forget()
        task = here.asked()
        mail(here, "1.eml", task, here.town.token(first, task))
        mail(here, "2.eml", task, here.town.token(second, task))
        done = confirm(here, "--mail", str(here.desk.folder / "mails"), "--yes")
        assert done.code == 0, done.err
        assert kinds(done) == {(task, AGENCY): "confirmed", (task, PLATFORM): "confirmed"}


def test_what_is_for_an_account_without_keys_is_not_tried(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    here.desk.hold([PLATFORM])
    here.run("confirm", "--yes")
    saved = mail(here, "1.eml", task, here.town.token(AGENCY, task), ADDRESSES[AGENCY])
    done = confirm(here, "--mail", str(saved), "--yes")
    assert verdicts(done)[str(saved)]["verdict"] == "no_credentials"
    assert (done.code, posts(here)) == (0, 1)


def test_only_the_named_account_confirms(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    saved = mail(here, "1.eml", task, here.town.token(AGENCY, task), ADDRESSES[AGENCY])
    done = confirm(here, "--mail", str(saved), "--as", "platform", "--yes")
    assert kinds(done) == {(task, AGENCY): "other_account"}
    done = confirm(here, "--mail", str(saved), "--as", AGENCY.upper(), "--yes")
    assert kinds(done) == {(task, AGENCY): "confirmed"}
    assert confirm(here, "--as", "nobody").code == 64
    here.desk.hold([PLATFORM])
    done = confirm(here, "--as", "agency")
    assert (done.code, done.out) == (1, "")
    assert f"no usable credentials of {AGENCY}: none are configured" in done.err


# What is left alone


def test_a_request_of_another_tool_is_left_alone_though_the_file_wants_the_same(place: Open) -> None:
    here = place()
    task = here.town.ask(PLATFORM, SHOP, contactTech=AGENCY)[0]
    done = confirm(here, "--yes")
    assert kinds(done) == {(task, PLATFORM): "not_ours", (task, AGENCY): "not_ours"}
    assert (done.code, posts(here)) == (0, 0)


def test_a_lost_journal_confirms_nothing(place: Open) -> None:
    here = place()
    task = here.asked()
    here.desk.forget()
    done = confirm(here, "--yes")
    assert kinds(done) == {(task, PLATFORM): "not_ours", (task, AGENCY): "not_ours"}
    assert posts(here) == 0


def test_a_number_that_means_another_request_in_a_fresh_world_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "world.sqlite3"
    with running(world(service(SHOP, PLATFORM, PLATFORM, FINANCE), *PEOPLE), state) as town:
        here = Place(town, Desk(tmp_path / "desk", town.url, SHORT))
        here.desk.write(SHOP_MOVES)
        task = here.asked()
        with contextlib.closing(sqlite3.connect(state, isolation_level=None)) as database:
            database.execute("UPDATE tasks SET requested = requested - 3600")
        done = confirm(here, "--yes")
        assert kinds(done) == {(task, PLATFORM): "not_ours", (task, AGENCY): "not_ours"}
        assert posts(here) == 0


def test_what_the_file_does_not_want_any_more_is_left_alone(place: Open) -> None:
    here = place()
    task = here.asked()
    for wanted, verdict in (
        (IN_SYNC, "unwanted"),
        (f"services: {{{SHOP}: {{billing: finance}}}}\n", "unmanaged"),
        (f"services: {{{SERVER}: {{technical: agency}}}}\n", "undeclared"),
    ):
        here.desk.write(wanted)
        done = confirm(here, "--yes")
        assert set(kinds(done).values()) == {verdict}
        assert (done.code, posts(here)) == (0, 0)
    here.desk.write(SHOP_MOVES)
    assert kinds(confirm(here))[task, AGENCY] == "would_confirm"


def test_a_contact_that_has_moved_on_meanwhile_is_left_alone(place: Open) -> None:
    here = place()
    here.asked()
    here.town.edit("PUT", "services", {"service": SHOP, "technical": FINANCE})
    done = confirm(here, "--yes")
    assert set(kinds(done).values()) == {"moved_on"}
    assert posts(here) == 0


def test_a_settled_request_is_left_alone(place: Open) -> None:
    here = place()
    task = here.asked()
    here.town.refuse(AGENCY, task)
    assert set(kinds(confirm(here, "--yes")).values()) == {"not_waiting"}
    assert posts(here) == 0


@pytest.mark.parametrize("number", [0, 1, 999999999999])
def test_a_link_to_no_request_is_left_alone(place: Open, number: int) -> None:
    here = place()
    here.asked()
    saved = mail(here, "1.eml", number, WRONG)
    (row,) = confirm(here, "--mail", str(saved), "--yes").json["verdicts"]
    assert row["verdict"] in {"unknown_request", "unclear_request", "no_token"}
    assert posts(here) == 0


# What counts is what was committed


def in_git(here: Place) -> None:
    """Commit everything on the desk that belongs into a repository."""
    for words in (["init", "-q"], ["add", "contacts.yaml"], ["commit", "-qm", "x"]):
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words],
            cwd=here.desk.folder,
            env=here.desk.environ,
            check=True,
        )


def test_a_change_that_is_not_committed_is_not_confirmed(place: Open) -> None:
    here = place(IN_SYNC)
    in_git(here)
    here.desk.write(SHOP_MOVES)
    task = here.asked()
    done = confirm(here, "--yes")
    assert set(kinds(done).values()) == {"unwanted"}
    assert "contacts.yaml has changes that are not committed: what is committed counts" in done.err
    assert posts(here) == 0
    in_git(here)
    done = confirm(here, "--yes")
    assert kinds(done) == {(task, PLATFORM): "confirmed", (task, AGENCY): "confirmed"}
    assert "not committed" not in done.err


def test_a_change_back_that_is_not_committed_does_not_count_either(place: Open) -> None:
    here = place()
    in_git(here)
    task = here.asked()
    here.desk.write(IN_SYNC)
    assert kinds(confirm(here))[task, AGENCY] == "would_confirm"


def test_what_is_committed_while_it_waits_counts(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    in_git(here)
    task = here.asked()
    folder = mail(here, "0.eml", 1, WRONG).parent
    waiting = here.desk.start(
        "confirm", "--mail", str(folder), "--yes", "--wait", str(PATIENCE), "--format", "json"
    )
    mail(here, "1.eml", task, here.town.token(PLATFORM, task), ADDRESSES[PLATFORM])
    deadline = time.monotonic() + PATIENCE
    while answers(here)[PLATFORM] is None:
        assert time.monotonic() < deadline, waiting.err
        time.sleep(0.05)
    here.desk.write(IN_SYNC)
    in_git(here)
    mail(here, "2.eml", task, here.town.token(AGENCY, task), ADDRESSES[AGENCY])
    done = waiting.wait()
    assert done.code == 0, done.err  # nothing that the file wants is left to wait for
    found = {Path(row["mail"]).name: row["verdict"] for row in done.json["verdicts"]}
    assert found["1.eml"] == "confirmed"
    assert found.get("2.eml") in {"unwanted", None}
    assert answers(here)[AGENCY] is None


# When the endpoint does not play along


def test_a_refused_token_is_told_in_the_servers_words(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    saved = mail(here, "1.eml", task, WRONG, ADDRESSES[AGENCY])
    done = confirm(here, "--mail", str(saved), "--yes")
    assert done.code == 4
    row = verdicts(done)[str(saved)]
    assert (row["verdict"], row["account"]) == ("refused_by_endpoint", AGENCY)
    assert "This token is not valid (HTTP 403, query id " in row["detail"]
    assert WRONG not in done.out + done.err


def test_an_older_token_is_tried_when_the_newer_one_is_refused(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    token = here.town.token(AGENCY, task)
    to = ADDRESSES[AGENCY]
    mail(here, "new.eml", task, WRONG, to, Date="Mon, 02 Nov 2026 10:00:00 +0000")
    mail(here, "old.eml", task, token, to, Date="Sun, 01 Nov 2026 10:00:00 +0000")
    done = confirm(here, "--mail", str(here.desk.folder / "mails"), "--yes")
    found = {Path(name).name: row["verdict"] for name, row in verdicts(done).items()}
    assert found == {"new.eml": "refused_by_endpoint", "old.eml": "confirmed"}
    assert done.code == 0  # the request is confirmed


def test_no_more_than_three_tokens_are_tried_for_an_account(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    for number in range(5):
        date = f"Mon, 0{number + 1} Nov 2026 10:00:00 +0000"
        mail(here, f"{number}.eml", task, f"{number}{WRONG[1:]}", ADDRESSES[AGENCY], Date=date)
    done = confirm(here, "--mail", str(here.desk.folder / "mails"), "--yes")
    found = [row["verdict"] for row in verdicts(done).values()]
    assert found == ["superseded"] * 2 + ["refused_by_endpoint"] * 3
    assert (done.code, posts(here)) == (4, 3)


@pytest.mark.parametrize("effect", [True, False])
def test_an_unknown_outcome_is_told_and_not_repeated(place: Open, effect: bool) -> None:
    here = place()
    task = here.asked()
    here.faults(
        {"method": "POST", "path": "*/accept", "status": 500, "body": "", "effect": effect, "times": 1}
    )
    done = confirm(here, "--yes", "--as", "agency")
    assert done.code == 1
    assert kinds(done) == {(task, AGENCY): "outcome_unknown"}
    (row,) = verdicts(done).values()
    assert row["detail"].startswith("it is not known whether the endpoint took the token (")
    assert row["detail"].endswith("; it is waiting for confirmation (validatingByCustomers) now")
    assert answers(here)[AGENCY] == ("accepted" if effect else None)
    assert posts(here) == (1 if effect else 0)


def test_a_taken_token_stays_taken_though_what_follows_cannot_be_read(place: Open) -> None:
    here = place()
    task = here.asked()
    here.faults(
        {"method": "POST", "path": "*/accept", "delay_ms": 300, "times": 1},
    )
    run = here.desk.start("confirm", "--format", "json", "--yes", "--as", "agency")
    here.await_hit()
    here.faults(
        {"method": "GET", "path": f"/me/task/contactChange/{task}*", "status": 403, "body": {"message": "no"}}
    )
    done = run.wait()
    assert done.code == 0, done.err
    assert kinds(done) == {(task, AGENCY): "confirmed"}
    with here.desk.open_journal() as journal:
        assert [row.account for row in journal.confirmations()] == [AGENCY]


def test_an_account_that_cannot_be_read_is_an_error_and_the_others_go_on(place: Open) -> None:
    here = place()
    task = here.asked()
    here.faults(
        {
            "path": "*/notification/email/history*",
            "account": FINANCE,
            "status": 403,
            "body": {"message": "no"},
        }
    )
    done = confirm(here, "--yes")
    assert done.code == 1
    assert f"error: {FINANCE} cannot be read: its mail history could not be read: no (HTTP 403" in done.err
    assert kinds(done)[task, AGENCY] == "confirmed"


def test_of_two_runs_at_once_one_confirms_and_the_other_says_so(place: Open) -> None:
    here = place()
    task = here.asked()
    slow = [{"method": "POST", "path": "*/accept", "delay_ms": delay, "times": 1} for delay in (500, 3000)]
    here.faults(*slow)
    going = [here.desk.start("confirm", "--format", "json", "--yes", "--as", "agency") for _ in range(2)]
    done = [one.wait() for one in going]
    assert [one.code for one in done] == [0, 0]
    assert sorted(kinds(one)[task, AGENCY] for one in done) == ["already_confirmed", "confirmed"]


# Waiting


def test_waiting_ends_when_all_is_confirmed(place: Open) -> None:
    here = place(validity_seconds=30)
    task = here.asked()
    assert kinds(confirm(here)) == {}
    here.town.edit("DELETE", "requests")
    waiting = here.desk.start("confirm", "--format", "json", "--yes", "--wait", str(PATIENCE))
    deadline = time.monotonic() + PATIENCE
    while not any("email/history" in route for route in here.town.edit("GET", "requests")):
        assert time.monotonic() < deadline, waiting.err
        time.sleep(0.05)
    here.town.turn(31)
    done = waiting.wait()
    assert done.code == 0, done.err
    assert kinds(done) == {(task, PLATFORM): "confirmed", (task, AGENCY): "confirmed"}


def test_waiting_ends_when_time_is_up(place: Open) -> None:
    here = place(validity_seconds=60)
    task = here.asked()
    done = confirm(here, "--yes", "--wait", "0.2")
    assert done.code == 3
    assert f"time is up; no mail confirmed request {task} for agency, request {task} for platform" in done.err


def test_each_mail_of_the_history_is_fetched_once_however_long_it_waits(place: Open) -> None:
    here = place(validity_seconds=60)
    other = here.town.ask(AGENCY, SERVER, contactTech=PLATFORM)[0]
    here.town.turn(61)
    here.asked()
    here.town.edit("DELETE", "requests")
    done = confirm(here, "--wait", "2.5")
    assert done.code == 3
    assert kinds(done) == {(other, PLATFORM): "not_ours", (other, AGENCY): "not_ours"}
    counts = here.town.edit("GET", "requests")
    bodies = sum(number for route, number in counts.items() if "email/history/{" in route)
    assert 1 <= bodies <= 2, counts  # two mails, of two accounts


def test_waiting_for_others_is_not_waiting(place: Open) -> None:
    here = place()
    task = here.asked()
    here.desk.hold([PLATFORM])
    done = confirm(here, "--yes", "--wait", "30")
    assert done.code == 0
    assert kinds(done) == {(task, PLATFORM): "confirmed"}


def test_waiting_without_yes_ends_when_all_could_be_confirmed(place: Open) -> None:
    here = place()
    here.asked()
    done = confirm(here, "--wait", "30")
    assert (done.code, posts(here)) == (0, 0)
    assert set(kinds(done).values()) == {"would_confirm"}


def test_a_mail_that_is_saved_while_it_waits_is_found(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    folder = mail(here, "1.eml", task, here.town.token(AGENCY, task), ADDRESSES[AGENCY]).parent
    late = threading.Timer(
        1.0, lambda: mail(here, "2.eml", task, here.town.token(PLATFORM, task), ADDRESSES[PLATFORM])
    )
    late.start()
    done = confirm(here, "--mail", str(folder), "--yes", "--wait", "30")
    late.join()
    assert done.code == 0, done.err
    assert [row["verdict"] for row in verdicts(done).values()] == ["confirmed", "confirmed"]


def test_a_refused_token_is_not_tried_again_while_it_waits(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    saved = mail(here, "1.eml", task, WRONG, ADDRESSES[AGENCY])
    done = confirm(here, "--mail", str(saved), "--yes", "--wait", "2.5")
    assert (done.code, posts(here)) == (4, 1)


def test_a_mail_that_is_saved_anew_with_a_good_token_while_it_waits_is_told_as_confirmed(place: Open) -> None:
    here = place(SHOP_MOVES, *PEOPLE)
    task = here.asked()
    saved = mail(here, "1.eml", task, WRONG, ADDRESSES[AGENCY])
    run = here.desk.start(
        *("confirm", "--mail", str(saved), "--yes", "--as", "agency", "--wait", str(PATIENCE)),
        *("--format", "json"),
    )
    deadline = time.monotonic() + PATIENCE
    while posts(here) < 1:
        assert time.monotonic() < deadline, run.err
        time.sleep(0.05)
    mail(here, "1.eml", task, here.town.token(AGENCY, task), ADDRESSES[AGENCY])
    done = run.wait()
    assert kinds(done) == {(task, AGENCY): "confirmed"}
    assert done.code == 0, done.err


def test_every_request_of_a_file_is_confirmed(place: Open) -> None:
    here = place(BOTH_MOVE)
    assert here.run("apply", "--yes").code == 0
    done = confirm(here, "--yes")
    assert [row["verdict"] for row in done.json["verdicts"]] == ["confirmed"] * 4
    assert here.run("plan", "--detailed-exitcode").code == 0


def test_the_schema_is_the_published_one(place: Open) -> None:
    assert json.loads(place().run("schema", "confirm").out) == SCHEMA


def test_help_names_every_exit_code(place: Open) -> None:
    text = re.sub(r"\s+", " ", place().run("confirm", "--help").out)
    assert "Exits 0 when all was confirmed or nothing was to do, 3 when --wait is over" in text

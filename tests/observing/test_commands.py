"""What is only observed is asked for by no door of the real command, and shown by every one."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SERVER, SHOP, Open, Place
from tests.sandbox.town import service

BOTH = f"  {SHOP}: {{technical: agency}}\n  {SERVER}: {{technical: platform}}\n"
OBSERVED = f"manage: observe\nservices:\n{BOTH}"
LIFTED = f"manage: observe\nservices:\n{BOTH.replace('agency}', 'agency, manage: request}')}"
MOVES = [
    (SHOP, "technical", PLATFORM, AGENCY),
    (SERVER, "technical", AGENCY, PLATFORM),
]


def posts(here: Place) -> int:
    """Return how many requests for a change arrived."""
    counts = here.town.edit("GET", "requests")
    return sum(count for route, count in counts.items() if route.endswith("changeContact"))


def moves(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return service, role, holder and wanted holder of contacts."""
    return [tuple(row[key] for key in ("service", "role", "live", "desired")) for row in rows]


def test_no_door_asks_for_what_is_observed_and_lifting_the_mark_asks(place: Open) -> None:
    here = place(OBSERVED)
    plan = here.run("plan", "--detailed-exitcode", "--format", "json", "--out", "plan.json")
    assert plan.code == 0, plan.err
    assert moves(plan.json["observed"]) == MOVES
    assert plan.json["requests"] == []
    assert plan.json["summary"]["observed"] == 2
    text = here.run("plan", "--detailed-exitcode")
    assert text.code == 0
    assert "Observed, never requested: 2 contacts:" in text.out
    fingerprint = plan.json["fingerprint"]
    for door in (["--yes"], ["plan.json"], ["--expect", fingerprint], ["--yes", "--only", SHOP]):
        assert here.run("apply", "--detailed-exitcode", *door).code == 0, door
    again = here.run("apply", "--yes", "--retry", SHOP)
    assert f"warning: {SHOP} is only observed, and not asked for again\n" in again.err
    validated = here.run("validate").out
    assert validated.endswith(": 2 services, 2 managed contacts (2 only observed), no problems\n")
    watched = here.run("watch", "--timeout", "0")
    assert watched.code == 0
    assert watched.err.startswith(
        "all done: every contact that is more than observed is as the file wants it"
    )
    assert posts(here) == 0

    here.desk.write(LIFTED)
    done = here.run("apply", "--yes", "--format", "json")

    assert done.code == 0, done.err
    assert posts(here) == 1
    assert moves(done.json["plan"]["requests"][0]["changes"]) == MOVES[:1]
    assert moves(done.json["plan"]["observed"]) == MOVES[1:]


def test_a_request_whose_contact_became_observed_is_shown_and_neither_confirmed_nor_advised(
    place: Open,
) -> None:
    here = place(f"services:\n{BOTH.splitlines()[0]}\n")
    number = here.asked()
    approved = here.run("plan", "--format", "json").json["pending"]
    assert [row["task"] for row in approved] == [number]

    here.desk.write(OBSERVED)

    (row,) = [row for row in here.run("plan", "--format", "json").json["observed"] if row["task"]]
    assert (row["task"], row["towards"], row["ours"]) == (number, AGENCY, True)
    confirmed = here.run("confirm", "--yes", "--format", "json").json["verdicts"]
    assert {row["verdict"] for row in confirmed} == {"observed"}
    status = here.run("status", "--format", "json").json
    (request,) = status["requests"]
    assert (request["next_command"], request["note"]) == (None, "the file only observes this")


def test_a_plan_approved_while_it_was_requested_is_stale_once_it_is_observed(place: Open) -> None:
    here = place(f"services:\n{BOTH}")
    here.run("plan", "--out", "plan.json")
    here.desk.write(OBSERVED)

    done = here.run("apply", "plan.json")

    assert done.code == 6
    assert "not the same as when the plan was made: contacts.yaml" in done.err
    assert posts(here) == 0


def test_a_plan_from_a_snapshot_observes_the_same(place: Open) -> None:
    here = place(OBSERVED)
    here.run("snapshot", "--out", "seen.json")

    with_keys = here.run("plan", "--format", "json").json
    without = here.run("plan", "--snapshot", "seen.json", "--format", "json").json

    assert moves(without["observed"]) == MOVES
    assert (without["observed"], without["summary"]) == (with_keys["observed"], with_keys["summary"])


def test_explain_tells_the_line_that_makes_it_observed(place: Open) -> None:
    here = place(OBSERVED)
    text = here.desk.file.read_text().splitlines()
    at, own = (
        number
        for number, line in enumerate(text, 1)
        if line == "manage: observe" or line.startswith(f"  {SHOP}")
    )

    told = here.run("explain", SHOP).out
    document = here.run("explain", SHOP, "--format", "json").json

    assert f"  manage:  observe, {here.desk.file}:{at}, `manage` of the file\n" in told
    technical = next(row for row in document["contacts"] if row["role"] == "technical")
    assert technical["tray"] == "observed"
    assert (technical["manage"]["value"], technical["manage"]["by"]) == ("observe", "file")
    assert technical["manage"]["line"] == at
    assert technical["decided"]["line"] == own
    admin = next(row for row in document["contacts"] if row["role"] == "admin")
    assert admin["manage"] is None, "nobody is named for it"


@pytest.mark.parametrize(
    ("before", "words", "after"),
    [
        (
            "{technical: {account: agency, manage: observe}}",
            ["platform"],
            "{technical: {account: platform, manage: observe}}",
        ),
        (
            "{technical: {account: agency, manage: observe}}",
            ["platform", "--ticket", "OPS-1"],
            "{technical: {account: platform, ticket: OPS-1, manage: observe}}",
        ),
        ("{manage: observe}", ["agency"], "{manage: observe, technical: agency}"),
    ],
)
def test_set_keeps_what_is_only_observed(place: Open, before: str, words: list[str], after: str) -> None:
    here = place(f"manage: request\nservices:\n  {SHOP}: {before}\n")

    done = here.run("set", SHOP, "technical", *words)

    assert done.code == 0, done.err
    assert here.desk.file.read_text().splitlines()[-1] == f"  {SHOP}: {after}"


def test_set_replace_and_import_edit_a_file_that_observes_everything(place: Open) -> None:
    here = place(OBSERVED, service("domain/new.example", PLATFORM, PLATFORM, FINANCE))
    for command in (
        ["set", "domain/more.example", "admin", "agency"],
        ["replace", "--from", "agency", "--to", "finance"],
        ["import"],
        ["fmt"],
    ):
        done = here.run(*command)
        assert done.code == 0, (command, done.err)
    plan = here.run("plan", "--format", "json").json
    assert plan["requests"] == []
    assert (SHOP, "technical", PLATFORM, FINANCE) in moves(plan["observed"])
    assert "domain/new.example" in here.desk.file.read_text()


def test_a_branch_that_lifts_a_mark_shows_the_request_that_its_merge_will_bring(place: Open) -> None:
    here = place(OBSERVED)

    def git(*words: str) -> None:
        name = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        subprocess.run(["git", "-C", str(here.desk.folder), *name, *words], check=True)

    git("init", "-q", "-b", "main")
    git("add", "contacts.yaml")
    git("commit", "-qm", "observe")
    git("checkout", "-qb", "lift")
    here.desk.write(LIFTED)
    git("commit", "-qam", "lift")

    plan = json.loads(here.run("plan", "--base", "main", "--format", "json").out)

    assert [row["service"] for row in plan["requests"]] == [SHOP]
    assert plan["base"]["wanted"] == []
    assert "observed" not in plan, "it is no longer so for the one contact that the branch is about"

    here.desk.write(LIFTED.replace(f"  {SERVER}: {{technical: platform}}\n", ""))
    gone = here.run("plan", "--base", "main", "--only", SERVER, "--format", "json")
    assert gone.code == 0, gone.err
    assert gone.json["base"]["released"] == [{"service": SERVER, "role": "technical"}]

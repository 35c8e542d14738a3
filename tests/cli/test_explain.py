"""`explain` with a real endpoint: which line decides each contact, who holds it, what is done and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used
import pytest

from reconciler.render.explanation_schema import explanation_json_schema
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SERVER, SHOP, SHOP_MOVES, Open, Place
from tests.sandbox.town import service

KEPT = Path(__file__).parents[2] / "schemas" / "explain.schema.json"
ZONE = "domain/zone/shop.example"


def explained(here: Place, name: str = SHOP) -> dict[str, Any]:
    """Return the document about a service, which keeps to its schema."""
    done = here.run("explain", name, "--format", "json")
    assert done.code == 0, done.err
    jsonschema.validate(done.json, json.loads(KEPT.read_text()))
    return {**done.json, **{row["role"]: row for row in done.json["contacts"]}}


def line_of(text: str, file: Path) -> int:
    """Return the number of the only line that holds a text."""
    (number,) = [at for at, line in enumerate(file.read_text().splitlines(), 1) if text in line]
    return number


def test_the_published_schema_is_the_one_that_the_program_prints() -> None:
    assert json.loads(KEPT.read_text()) == explanation_json_schema(), "run script/bless"


def test_each_contact_has_the_line_that_decides_it_its_holder_and_the_reason_for_what_happens(
    place: Open,
) -> None:
    here = place(f"defaults:\n  admin: platform\nservices:\n  {SHOP}: {{technical: agency}}\n")
    done = here.run("explain", SHOP)
    file = here.desk.file
    default, own = line_of("admin: platform", file), line_of("technical: agency", file)
    platform, agency, finance = f"platform ({PLATFORM})", f"agency ({AGENCY})", f"finance ({FINANCE})"
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f"{SHOP}, declared at {file}:{own}\n\n"
        "admin: in sync\n"
        f"  held by: {platform}\n  wanted:  {platform}\n"
        f"  decided: {file}:{default}, `defaults`\n    {default} |   admin: platform\n"
        "  why:     held by the account that the file names\n\n"
        "technical: to request\n"
        f"  held by: {platform}\n  wanted:  {agency}\n"
        f"  decided: {file}:{own}, the service's own entry\n    {own} |   {SHOP}: {{technical: agency}}\n"
        f"  why:     {platform} asks, the admin today; must confirm: {platform} and {agency}\n"
        "    `reconciler apply` asks for it.\n\n"
        "billing: not managed\n"
        f"  held by: {finance}\n"
        "  why:     neither the service nor `defaults` names an account: whoever holds it keeps it\n"
        "    To manage it, name an account for it, for this service or in `defaults`.\n"
    )


def test_an_included_files_defaults_come_before_those_of_the_main_file(place: Open) -> None:
    here = place("include: [team.yaml]\ndefaults: {admin: platform, technical: platform}\n")
    team = here.desk.folder / "team.yaml"
    team.write_text(
        f"version: 1\ndefaults:\n  technical: agency\nservices:\n  {SHOP}: {{billing: finance}}\n"
    )
    told = explained(here)
    assert told["declared"] == {
        "file": str(team),
        "line": 5,
        "column": 3,
        "source": f"  {SHOP}: {{billing: finance}}",
    }
    assert told["technical"]["decided"] == {
        "by": "included_defaults",
        "file": str(team),
        "line": 3,
        "column": 3,
        "source": "  technical: agency",
    }
    assert told["admin"]["decided"]["by"] == "defaults"
    assert told["admin"]["decided"]["file"] == str(here.desk.file)
    assert (told["billing"]["decided"]["by"], told["billing"]["decided"]["line"]) == ("service", 5)


def test_a_time_box_says_until_when_who_then_and_from_when_the_hand_back_is_asked_for(place: Open) -> None:
    here = place(
        f"services:\n  {SHOP}:\n    technical:\n"
        "      {account: agency, until: 2999-01-31, then: platform, reason: relaunch, ticket: OPS-12}\n"
    )
    words = (
        "until 2999-01-31, then platform (relaunch, OPS-12); the hand-back is asked for from 2999-01-21 on"
    )
    assert f"  time box: {words}\n" in here.run("explain", SHOP).out
    told = explained(here)["technical"]
    assert told["time_box"] == {
        "account": AGENCY,
        "until": "2999-01-31",
        "then": PLATFORM,
        "reason": "relaunch",
        "ticket": "OPS-12",
        "due_from": "2999-01-21",
    }
    assert told["decided"]["source"] == "    technical:"


def test_what_is_open_and_whom_it_waits_for_is_told(place: Open) -> None:
    here = place(SHOP_MOVES)
    task = here.asked()
    told = explained(here)
    assert told["technical"]["tray"] == "pending"
    assert (told["technical"]["task"], told["technical"]["waiting_for"]) == (task, [PLATFORM, AGENCY])
    (request,) = told["open"]
    assert (request["task"], request["from"], request["to"]) == (task, PLATFORM, AGENCY)
    here.desk.write(f"services: {{{SHOP}: {{technical: finance}}}}\n")
    told = explained(here)["technical"]
    assert (told["tray"], told["reason"]) == ("blocked", "conflicting_request")
    assert told["contested"] == [{"task": task, "asker": PLATFORM, "towards": AGENCY, "ours": True}]
    out = here.run("explain", SHOP).out
    assert f"contested: open task {task} moves it to agency ({AGENCY}) instead" in out
    assert f"have one of its parties refuse it: `reconciler refuse {task}`." in out


def test_what_nobody_may_ask_for_is_blocked_with_who_could_and_what_helps(place: Open) -> None:
    here = place(SHOP_MOVES)
    here.desk.hold([FINANCE])
    told = explained(here)["technical"]
    assert (told["tray"], told["reason"], told["could_ask"]) == ("blocked", "not_permitted", [PLATFORM])
    assert any("Configure the credentials" in remedy for remedy in told["remedies"])
    assert f"could ask: platform ({PLATFORM})" in told["why"]


def test_a_guard_that_stops_the_run_is_told_as_the_reason(place: Open) -> None:
    here = place(
        "services: {}\n",
        *[service(f"domain/s{number}.example", PLATFORM, PLATFORM, FINANCE) for number in range(10)],
    )
    names = {f"domain/s{number}.example": {"technical": "agency"} for number in range(10)}
    here.desk.write({"services": names}, guards="{max_changes_percent: 0}")
    told = explained(here, "domain/s3.example")["technical"]
    assert told["tray"] == "requests"
    assert told["why"].startswith("held back by a guard, max_changes_percent: ")
    assert "`reconciler apply` asks for it." not in told["remedies"]


def test_a_service_that_the_file_does_not_declare_is_told_as_it_is(place: Open) -> None:
    here = place(SHOP_MOVES)
    told = explained(here, SERVER)
    assert told["declared"] is None
    for role in ("admin", "technical", "billing"):
        assert (told[role]["tray"], told[role]["desired"], told[role]["decided"]) == ("unmanaged", None, None)
        assert told[role]["live"]
    assert f"{SERVER}, not declared in the file\n" in here.run("explain", SERVER).out


def test_a_service_that_no_account_sees_is_absent(place: Open) -> None:
    here = place(f"services: {{{ZONE}: {{technical: agency}}}}\n")
    told = explained(here, ZONE)["technical"]
    assert (told["tray"], told["live"], told["desired"]) == ("absent", None, AGENCY)


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("shop.example", 64, f"did you mean {SHOP}?"),
        ("domain/shop.exampel", 1, f"did you mean {SHOP}?"),
        ("no/such/thing", 64, "'no/such/thing' is not a service as the file writes it"),
        (
            "domain/\x1b[31m",
            1,
            r"the file does not declare domain/\x1b[31m, and no configured account sees it",
        ),
    ],
)
def test_a_name_that_means_nothing_is_told_with_what_may_be_meant(
    typed: str, code: int, words: str, place: Open
) -> None:
    done = place(SHOP_MOVES).run("explain", typed)
    assert (done.code, done.out) == (code, "")
    assert words in done.err


def test_a_service_that_cannot_be_read_is_unknown_and_exit_1(place: Open) -> None:
    here = place(SHOP_MOVES)
    refusal = {"status": 403, "body": {"message": "Not for you"}}
    here.faults({"path": "/services*", **refusal}, {"path": "/domain*", **refusal})
    done = here.run("explain", SHOP)
    assert done.code == 1, done.out
    assert "technical: not readable" in done.out


def test_a_line_that_may_hold_the_address_of_a_chat_is_not_shown(place: Open) -> None:
    here = place()
    here.desk.file.write_text(
        f'{{version: 1, endpoint: "{here.desk.url}", accounts: {{platform: {PLATFORM}, agency: {AGENCY}}}, '
        f'notify: [{{webhook: "http://127.0.0.1:1/T0KEN"}}], services: {{{SHOP}: {{technical: agency}}}}}}\n'
    )
    done = here.run("explain", SHOP)
    assert done.code == 0, done.err
    assert f"decided: {here.desk.file}:1, the service's own entry" in done.out
    assert "T0KEN" not in done.out + done.err
    assert explained(here)["declared"]["source"] == ""

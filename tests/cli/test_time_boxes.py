"""Contacts that end, with the real command: from the file to the hand-back, by a clock that is turned."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; only its verdict is used

from reconciler.render.schema import plan_json_schema
from tests.cli.conftest import AGENCY, FINANCE, PLATFORM, SERVER, SHOP, Open, Place
from tests.sandbox.town import service

UNTIL = date(2027, 1, 31)
LONG_BEFORE, LAST_DAY, FIRST_DAY = date(2027, 1, 5), date(2027, 1, 20), date(2027, 1, 21)
"""The last day on which the agency is desired, and the first on which it is to hand back: ten days before."""


def boxed(then: str = "finance", more: str = "") -> str:
    who = f"account: agency, until: {UNTIL}, then: {then}, reason: shop relaunch, ticket: OPS-12{more}"
    return f"services: {{{SHOP}: {{technical: {{{who}}}}}}}\n"


def on(here: Place, day: date, hour: int = 12) -> Place:
    """Turn the sandbox's clock to an hour of a UTC day."""
    there = datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp()
    here.town.turn(there - here.town.clock())
    return here


def handed_to_the_agency(here: Place) -> Place:
    on(here, LONG_BEFORE).town.edit("PUT", "services", {"service": SHOP, "technical": AGENCY})
    return here


def code(here: Place) -> int:
    return here.run("plan", "--detailed-exitcode").code


def time_boxes(here: Place) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = here.run("status", "--format", "json").json["time_boxes"]
    return rows


def test_an_agency_gets_a_role_and_is_asked_for_it_back_in_time_for_people_to_confirm(place: Open) -> None:
    here = on(place(boxed()), LONG_BEFORE)

    assert f"{SHOP} technical: until 2027-01-31, then finance (shop relaunch, OPS-12)" in here.run("plan").out
    first = here.asked()
    for party in (PLATFORM, AGENCY):
        here.town.accept(party, first)
    assert code(here) == 0
    assert time_boxes(here) == []
    assert "handed back" not in here.run("status").out

    assert code(on(here, LAST_DAY, 23)) == 0
    assert code(on(here, FIRST_DAY, 0)) == 2
    words = "hand-back: agency only until 2027-01-31 (shop relaunch, OPS-12)"
    assert f"{SHOP} technical: {words}" in here.run("plan").out
    assert f"| `{SHOP}` | technical | {words} |" in here.run("plan", "--format", "markdown").out
    (row,) = time_boxes(here)
    assert (row["standing"], row["late"], row["next_command"]) == ("not_asked", False, "reconciler apply")

    second = here.asked()
    assert f"requested, task {second} waits for platform and finance to confirm" in here.run("status").out
    here.town.accept(PLATFORM, second)
    here.town.accept(FINANCE, second)
    assert here.town.contacts(PLATFORM)[1] == FINANCE
    assert code(here) == 0
    assert code(on(here, UNTIL)) == 0
    assert time_boxes(here) == []


def test_the_plan_as_json_says_why_and_until_when_and_fits_its_schema(place: Open) -> None:
    document = on(place(boxed()), LONG_BEFORE).run("plan", "--format", "json").json

    jsonschema.validate(document, plan_json_schema())
    assert document["time_boxes"] == [
        {
            "service": SHOP,
            "role": "technical",
            "account": AGENCY,
            "until": "2027-01-31",
            "then": FINANCE,
            "reason": "shop relaunch",
            "ticket": "OPS-12",
        }
    ]


def test_only_contacts_in_a_tray_are_told_with_their_time_box(place: Open) -> None:
    here = handed_to_the_agency(place(boxed()))
    assert "time_boxes" not in here.run("plan", "--format", "json").json, "the agency holds it as desired"
    assert "OPS-12" not in here.run("plan").out

    here.desk.write(
        boxed().replace("}}}", "}, billing: {account: agency, until: 2027-01-31, then: finance}}}")
    )
    document = here.run("plan", "--format", "json").json
    assert [row["role"] for row in document["time_boxes"]] == ["billing"]


def test_reason_and_ticket_do_not_change_what_was_agreed_to(place: Open) -> None:
    here = on(place(boxed()), LONG_BEFORE)
    agreed = here.run("plan", "--format", "json").json["fingerprint"]
    here.desk.write(boxed().replace("shop relaunch", "another reason"))

    assert here.run("plan", "--format", "json").json["fingerprint"] == agreed


def test_a_box_may_have_days_of_its_own(place: Open) -> None:
    here = handed_to_the_agency(place(boxed(more=", lead_days: 2")))

    assert code(on(here, date(2027, 1, 28), 23)) == 0
    assert code(on(here, date(2027, 1, 29), 0)) == 2


def test_it_is_late_when_fewer_days_are_left_than_confirming_takes(place: Open) -> None:
    here = handed_to_the_agency(place(boxed()))

    (row,) = time_boxes(on(here, date(2027, 1, 29), 23))
    assert not row["late"]
    (row,) = time_boxes(on(here, date(2027, 1, 30), 0))
    assert row["late"]
    said = here.run("status").out
    assert "too late for finance to take over by then: confirming takes about 2 d, as we assume" in said
    assert "(shop relaunch, OPS-12); ask now: reconciler apply\n" in said


def test_our_own_finished_requests_tell_how_long_confirming_takes(place: Open) -> None:
    here = handed_to_the_agency(place(boxed()))
    for day in (6, 8, 10):
        on(here, date(2027, 1, day)).desk.write(f"services: {{{SHOP}: {{technical: platform}}}}\n")
        task = here.asked()
        on(here, date(2027, 1, day + 1), 18).town.turn(1_800)  # half an hour more: `apply` may take long
        here.town.accept(PLATFORM, task)
        assert code(here) == 0
        here.town.edit("PUT", "services", {"service": SHOP, "technical": AGENCY})
    here.desk.write(boxed())

    (row,) = time_boxes(on(here, date(2027, 1, 30), 0))
    assert row["late"], "a day and a quarter is more than one day"
    assert "confirming takes about 1 d 6 h, as earlier requests here did" in here.run("status").out
    (row,) = time_boxes(on(here, date(2027, 1, 29), 23))
    assert not row["late"]


def test_when_the_time_has_ended_it_says_so_and_what_to_do(place: Open) -> None:
    here = on(handed_to_the_agency(place(boxed())), UNTIL)

    said = here.run("status")
    words = "agency's time ended on 2027-01-31, and finance has not taken over"
    assert f"late: {SHOP} technical: {words} (shop relaunch, OPS-12); ask now: reconciler apply\n" in said.out
    assert "can be simplified" not in said.err
    (row,) = time_boxes(here)
    assert (row["standing"], row["late"], row["until"]) == ("not_asked", True, "2027-01-31")


def test_a_hand_back_that_was_turned_down_says_how_to_ask_again(place: Open) -> None:
    here = on(handed_to_the_agency(place(boxed())), FIRST_DAY)
    task = here.asked()
    here.town.refuse(FINANCE, task)

    (row,) = time_boxes(here)
    again = f"reconciler apply --retry {SHOP}:technical"
    assert (row["standing"], row["next_command"], row["late"]) == ("turned_down", again, False)
    assert f"turned down (task {task} was refused): {again}" in here.run("status").out


def test_a_hand_back_that_nobody_may_ask_for_is_blocked(place: Open) -> None:
    here = on(handed_to_the_agency(place(boxed(), held=[FINANCE])), FIRST_DAY)

    (row,) = time_boxes(here)
    assert (row["standing"], row["next_command"]) == ("blocked", "reconciler plan")


def test_a_hand_back_that_a_guard_stops_does_not_advise_to_ask(place: Open) -> None:
    guards = f"{{protected: ['{SHOP}']}}"
    here = on(handed_to_the_agency(place(boxed(), guards=guards)), FIRST_DAY)

    (row,) = time_boxes(here)
    assert row["standing"] == "blocked"
    assert "reconciler apply" not in here.run("status").out


def test_a_run_that_a_guard_stops_asks_for_no_hand_back_and_says_so(place: Open) -> None:
    others = [f"vps/vps-{number}.vps.ovh.net" for number in range(2, 12)]
    rest = "".join(f", {name}: {{technical: agency}}" for name in others)
    wanted = boxed().replace("}}}", f"}}}}{rest}}}")
    parts = [service(name, AGENCY, AGENCY, AGENCY) for name in others]
    here = place(wanted, *parts, guards="{max_changes_percent: 0}")
    on(handed_to_the_agency(here), FIRST_DAY)

    (row,) = time_boxes(here)
    assert (row["standing"], row["next_command"]) == ("not_asked", "reconciler plan")
    assert row["detail"] == "stopped by the guard max_changes_percent"
    assert "not asked (stopped by the guard max_changes_percent): reconciler plan" in here.run("status").out


def test_a_service_that_cannot_be_read_is_not_taken_for_handed_back(place: Open) -> None:
    here = on(handed_to_the_agency(place(boxed())), UNTIL)
    here.desk.write(boxed().replace(SHOP, "domain/gone.example"))

    (row,) = time_boxes(here)
    assert (row["standing"], row["late"]) == ("unknown", True)
    assert "whether finance has taken over is not known" in here.run("status").out


def test_a_box_that_has_served_is_named_with_its_place_for_tidying_up(place: Open) -> None:
    here = handed_to_the_agency(place(boxed()))
    here.town.edit("PUT", "services", {"service": SHOP, "technical": FINANCE})

    assert not on(here, UNTIL).run("plan").err
    for command in ("plan", "status"):
        said = on(here, date(2027, 2, 1)).run(command).err
        found = re.search(
            r"^warning: .*contacts\.yaml:(\d+):(\d+): the technical contact of `(.*)` was", said
        )
        assert found, said
        line = here.desk.file.read_text().splitlines()[int(found[1]) - 1]
        assert line[int(found[2]) - 1 :].startswith("{account: agency")
        assert found[3] == SHOP
        assert said.endswith("can be simplified to `technical: finance`\n")


def test_a_box_that_was_not_handed_back_has_not_served(place: Open) -> None:
    here = on(handed_to_the_agency(place(boxed())), date(2027, 2, 1))
    task = here.asked()
    for arguments in (("plan",), ("status",)):
        assert not here.run(*arguments).err
    here.town.accept(PLATFORM, task)
    here.town.accept(FINANCE, task)
    assert "can be simplified" in here.run("status").err


def test_a_box_in_defaults_is_named_once_for_all_its_services(place: Open) -> None:
    box = f"{{account: agency, until: {UNTIL}, then: finance}}"
    here = place(f"defaults: {{technical: {box}}}\nservices: {{{SHOP}: {{}}, {SERVER}: {{}}}}\n")
    on(here, date(2027, 2, 1)).town.edit("PUT", "services", {"service": SHOP, "technical": FINANCE})
    assert not here.run("plan").err, "the other one still needs its line"
    here.town.edit("PUT", "services", {"service": SERVER, "technical": FINANCE})

    said = here.run("plan").err
    assert said.count("warning: ") == 1
    assert "the technical contact of 2 services was for a time that ended on 2027-01-31" in said


def test_a_hostile_reason_neither_breaks_a_line_nor_reaches_the_terminal(place: Open) -> None:
    here = on(handed_to_the_agency(place(boxed())), UNTIL)
    text = here.desk.file.read_text()
    here.desk.file.write_text(text.replace("shop relaunch", r'"a\nb\e[31m<b>@x"'))

    for arguments in (("plan",), ("status",)):
        assert r"(a\nb\x1b[31m<b>@x, OPS-12)" in here.run(*arguments).out
    markdown = here.run("plan", "--format", "markdown").out
    assert r"a\\nb\\x1b\[31m&lt;b&gt;`@`x, OPS-12" in markdown
    assert "\x1b" not in markdown

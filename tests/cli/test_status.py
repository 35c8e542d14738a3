"""`status`: words for every situation, and a next command that really runs."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.cli.conftest import AGENCY, FINANCE, IN_SYNC, PLATFORM, SHOP, SHOP_MOVES, Open, Place
from tests.running import Done
from tests.sandbox.town import service

EMPTY = {"version": 1, "requests": [], "time_boxes": []}
NEXT = re.compile(r"next: reconciler (.+)")


def run_next(here: Place, *, token_of: str | None = None) -> Done:
    """Run the first command that `status` says is next, with the token it needs."""
    found = NEXT.search(here.run("status").out)
    assert found, "status names no next command"
    arguments = shlex.split(found[1])
    token = here.town.token(token_of, int(arguments[1])) if token_of else ""
    return here.run(*arguments, *(["--yes"] if arguments[0] == "apply" else []), stdin=token)


def test_nothing_is_open(place: Open) -> None:
    done = place(IN_SYNC).run("status")
    assert done.out == "No request is open, and none was settled recently.\n"
    assert place(IN_SYNC).run("status", "--format", "json").json == EMPTY


def test_waiting_for_two_is_inferred_and_worded_so(place: Open) -> None:
    here = place()
    task = here.asked()
    said = here.run("status").out
    assert "1 request: 1 open, 0 settled." in said
    assert "waiting for confirmation (validatingByCustomers)" in said
    assert f"platform ({PLATFORM}) and agency ({AGENCY}) have probably not answered yet" in said
    assert "the rest is inferred" in said
    assert f"next: reconciler accept {task} --as platform" in said
    assert run_next(here, token_of=PLATFORM).code == 0
    assert run_next(here, token_of=AGENCY).code == 0
    assert here.run("plan", "--detailed-exitcode").code == 0


def test_waiting_for_one_after_we_accepted_for_the_other_is_certain(place: Open) -> None:
    here = place()
    task = here.asked()
    here.run("accept", str(task), "--as", "agency", stdin=here.town.token(AGENCY, task))
    said = here.run("status").out
    assert f"accepted by agency ({AGENCY}) (by us); waiting for platform ({PLATFORM})" in said
    (row,) = here.run("status", "--format", "json").json["requests"]
    assert (row["waiting_for"], row["accepted_by"], row["certain"]) == ([PLATFORM], [AGENCY], True)
    assert row["next_command"] == f"reconciler accept {task} --as platform"


def test_a_short_name_that_a_shell_would_act_on_is_quoted_in_the_next_command(place: Open) -> None:
    here = place()
    here.desk.file.write_text(here.desk.file.read_text().replace("agency", "'agency; echo x'"))
    task = here.asked()
    here.run("accept", str(task), "--as", "platform", stdin=here.town.token(PLATFORM, task))
    assert f"next: reconciler accept {task} --as 'agency; echo x'\n" in here.run("status").out
    assert run_next(here, token_of=AGENCY).code == 0


def test_what_was_accepted_elsewhere_is_not_known(place: Open) -> None:
    here = place()
    here.town.accept(AGENCY, here.asked())
    said = here.run("status").out
    assert f"platform ({PLATFORM}) and agency ({AGENCY}) have probably not answered yet" in said


def test_who_is_not_ours_must_follow_the_link(place: Open) -> None:
    here = place(held=[PLATFORM, FINANCE])
    task = here.asked()
    here.run("accept", str(task), stdin=here.town.token(PLATFORM, task))
    said = here.run("status").out
    assert "agency must follow the link in OVHcloud's mail" in said
    assert "next:" not in said


def test_under_way_nobody_is_waited_for(place: Open) -> None:
    here = place(processing_seconds=600)
    task = here.asked()
    for party in (PLATFORM, AGENCY):
        here.town.accept(party, task)
    said = here.run("status").out
    assert "(doing)" in said
    assert "waiting for" not in said
    assert "next:" not in said


def test_done_is_said_only_when_the_service_shows_it(place: Open) -> None:
    here = place()
    task = here.asked()
    for party in (PLATFORM, AGENCY):
        here.town.accept(party, task)
    assert re.search(r"agency \(ag33333-ovh\)  done  ", here.run("status").out)
    here.town.edit("PUT", "services", {"service": SHOP, "technical": PLATFORM})
    said = here.run("status").out
    assert "not shown by the service yet" in said
    assert here.run("status", "--format", "json").json["requests"][0]["arrived"] is False
    assert here.run("plan", "--detailed-exitcode").code == 3, "it lags: nothing is asked again"


def test_turned_down_names_the_command_that_asks_again(place: Open) -> None:
    here = place()
    here.town.refuse(AGENCY, here.asked())
    said = here.run("status").out
    assert "  refused  " in said
    assert f"next: reconciler apply --retry {SHOP}:technical" in said
    assert run_next(here).code == 0
    assert here.run("plan", "--detailed-exitcode").code == 3


def test_turned_down_and_no_longer_wanted_needs_nothing(place: Open) -> None:
    here = place()
    here.town.refuse(AGENCY, here.asked())
    here.desk.write(IN_SYNC)
    assert "next:" not in here.run("status").out


def test_expired_is_said_and_apply_asks_again_by_itself(place: Open) -> None:
    here = place(expiry_days=0.000001)
    here.asked()
    said = here.run("status").out
    assert "expired" in said
    assert "0 open, 1 settled" in said
    assert here.run("plan", "--detailed-exitcode").code == 2


def test_a_request_that_the_file_does_not_want_is_to_be_refused(place: Open) -> None:
    here = place(IN_SYNC)
    task = here.town.ask(PLATFORM, SHOP, contactTech=AGENCY)[0]
    said = here.run("status").out
    assert "the file wants another contact" in said
    assert f"next: reconciler refuse {task} --as platform" in said
    done = run_next(here, token_of=PLATFORM)
    assert done.out.startswith(f"task {task}: withdrawn for platform")
    assert here.run("plan", "--detailed-exitcode").code == 0


def test_a_name_that_two_services_share_is_not_guessed(place: Open) -> None:
    zone = "domain/zone/shop.example"
    here = place(
        f"services: {{{SHOP}: {{technical: agency}}, {zone}: {{technical: agency}}}}\n",
        service(zone, PLATFORM, PLATFORM, FINANCE),
    )
    here.town.ask(PLATFORM, SHOP, contactTech=AGENCY)
    said = here.run("status").out
    assert f"it may be about {SHOP} or {zone}: OVHcloud gives only the bare name" in said


def test_what_was_settled_long_ago_is_shown_only_on_request(place: Open) -> None:
    here = place(IN_SYNC)
    task = here.town.ask(PLATFORM, SHOP, contactTech=AGENCY)[0]
    here.town.refuse(PLATFORM, task)
    assert "1 request" in here.run("status").out
    here.town.turn(timedelta(days=15).total_seconds())
    assert "No request is open" in here.run("status").out
    assert str(task) in here.run("status", "--all").out


def test_an_unreadable_account_is_told_and_the_code_is_1(place: Open) -> None:
    here = place(held=[PLATFORM, AGENCY])
    here.asked()
    here.faults({"path": "/me/task/*", "account": AGENCY, "status": 403, "body": {"message": "Not for you"}})
    done = here.run("status")
    assert done.code == 1
    assert "Not for you" in done.err
    assert "1 open" in done.out


def test_watch_tells_each_change_once_in_lines(place: Open) -> None:
    here = place()
    task = here.asked()
    run = here.desk.start("watch", "--interval", "0.1", "--timeout", "30")
    here.run("accept", str(task), "--as", "agency", stdin=here.town.token(AGENCY, task))
    here.run("accept", str(task), "--as", "platform", stdin=here.town.token(PLATFORM, task))
    done = run.wait()
    assert done.code == 0
    lines = done.out.splitlines()
    assert len(lines) == len(set(lines)) >= 2
    assert all(str(task) in line for line in lines)


def test_the_journal_holds_what_was_seen_and_no_key(place: Open) -> None:
    here = place(SHOP_MOVES)
    here.asked()
    here.run("status")
    with closing(sqlite3.connect(here.desk.journal)) as journal:
        dump = "\n".join(journal.iterdump())
    assert SHOP in dump
    for secret in ("as-pl11111", "ck-pl11111", "ak-pl11111"):
        assert secret not in dump
    assert Path(here.desk.journal).stat().st_mode & 0o077 == 0


def test_what_may_be_about_several_services_is_for_a_person_to_judge(place: Open) -> None:
    zone = service("domain/zone/shop.example", PLATFORM, PLATFORM, FINANCE)
    both = f"services: {{{SHOP}: {{admin: platform}}, domain/zone/shop.example: {{admin: platform}}}}\n"
    here = place(both, zone)
    here.town.ask(PLATFORM, "domain/zone/shop.example", contactAdmin=AGENCY)
    said = here.run("status").out
    assert f"it may be about {SHOP} or domain/zone/shop.example" in said
    assert "next:" not in said


def test_what_the_file_does_not_ask_for_is_not_advised(place: Open) -> None:
    here = place(f"services: {{{SHOP}: {{admin: platform}}}}\n")
    here.town.ask(PLATFORM, SHOP, contactTech=AGENCY)
    said = here.run("status").out
    assert "the file does not ask for this" in said
    assert "next:" not in said


def test_only_the_newest_of_several_refused_requests_offers_to_ask_again(place: Open) -> None:
    here = place()
    for again in ([], ["--retry", SHOP]):
        task = here.run("apply", "--yes", "--format", "json", *again).json["receipts"][0]["tasks"][0]
        here.run("refuse", str(task), "--as", "agency", stdin=here.town.token(AGENCY, task))
    assert here.run("status").out.count("--retry") == 1
    here.run("apply", "--yes", "--retry", SHOP)
    assert "--retry" not in here.run("status").out


def test_a_request_that_ran_out_once_too_often_says_how_to_ask_again(place: Open) -> None:
    here = place("expired_retries: 0\n" + SHOP_MOVES, expiry_days=0.000001)
    here.run("apply", "--yes")
    assert f"next: reconciler apply --retry {SHOP}:technical" in here.run("status").out


def test_no_request_seen_is_not_no_request(place: Open) -> None:
    here = place(SHOP_MOVES, held=(PLATFORM, "no55555-ovh"))
    done = here.run("status")
    assert done.code == 1
    assert done.out == "No request was seen, but not every account could be read.\n"


def test_somebody_whom_ovhcloud_does_not_name_may_have_to_confirm_too(place: Open) -> None:
    here = place()
    task = here.asked()
    here.faults(
        {
            "path": "/me/task/contactChange/*",
            "method": "GET",
            "body": {
                "id": task,
                "askingAccount": None,
                "fromAccount": PLATFORM,
                "toAccount": AGENCY,
                "serviceDomain": "shop.example",
                "contactTypes": ["contactTech"],
                "state": "validatingByCustomers",
                "dateRequest": "2026-11-22T10:00:00+00:00",
                "dateDone": None,
            },
            "status": 200,
        }
    )
    (row,) = here.run("status", "--format", "json").json["requests"]
    assert (row["asker"], row["certain"]) == (None, False)

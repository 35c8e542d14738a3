"""What the server refuses is told in its own words, is no failure of the others, and is asked again later."""

from __future__ import annotations

import re
from collections import Counter

from reconciler.ports.journal import Outcome
from tests.apply.conftest import Open
from tests.apply.shop import AGENCY, PLATFORM, STRANGER

SHOP = "domain/shop.example"
ALREADY_RUNNING = "A contact change task is already running on this service"


def test_the_servers_words_and_its_query_id_are_shown_and_it_is_asked_again_next_time(shop: Open) -> None:
    here = shop(("a.example", "shop.example"), held=[PLATFORM])
    here.town.edit("PUT", f"accounts/{AGENCY}", {"unpaid_invoices": 1})
    for _ in range(2):
        done = here.desk.run("apply", "--yes")
        assert done.code == 4
        assert re.search(r"refused: .*unpaid.* \(HTTP 4\d\d, query id \S+\)", done.err), done.err
        assert "2 refused" in done.err
    assert here.posts() == 4
    here.town.edit("PUT", f"accounts/{AGENCY}", {"unpaid_invoices": 0})
    assert here.desk.run("apply", "--yes").code == 0
    assert here.asked() == Counter([SHOP, "domain/a.example"])


def test_a_refused_request_does_not_hold_up_the_others(shop: Open) -> None:
    here = shop(("a.example", "b.example", "c.example"))
    words = {"class": "Client::Forbidden", "message": "Not this one"}
    here.faults({"method": "POST", "path": "/domain/b.example/*", "status": 403, "body": words})
    done = here.desk.run("apply", "--yes", "--format", "json")
    assert done.code == 4
    receipts = {row["service"]: row for row in done.json["receipts"]}
    assert receipts["domain/b.example"]["outcome"] == Outcome.REFUSED
    assert receipts["domain/b.example"]["message"] == "Not this one"
    assert receipts["domain/b.example"]["query_id"]
    assert here.asked() == Counter(["domain/a.example", "domain/c.example"])
    assert "2 requested, 1 refused" in done.err


def test_a_request_that_is_running_already_is_a_conflict_and_not_tried_again(shop: Open) -> None:
    here = shop()
    words = {"class": "Client::Conflict", "message": ALREADY_RUNNING}
    for status in (400, 409, 460):
        here.faults({"method": "POST", "path": "*/changeContact", "status": status, "body": words})
        done = here.desk.run("apply", "--yes")
        assert done.code == 4
        assert f"refused (conflicting request): {ALREADY_RUNNING}" in done.err
        assert here.hits() == 1
    with here.journal() as journal:
        assert journal.unsettled() == ()
        assert journal.unknown_accounts() == {}


def test_an_account_that_the_server_does_not_know_is_not_asked_for_again(shop: Open) -> None:
    here = shop(held=[PLATFORM])
    here.desk.accounts = {**here.desk.accounts, "ghost": STRANGER}
    here.desk.write(f"services:\n  {SHOP}: {{technical: ghost}}\n")
    first = here.desk.run("apply", "--yes")
    assert first.code == 4
    assert "does not exist" in first.err
    plan = here.desk.run("plan", "--format", "json", "--detailed-exitcode")
    assert plan.code == 4
    (blocked,) = plan.json["blocked"]
    assert blocked["reason"] == "unknown_account"
    assert STRANGER in blocked["detail"]
    assert here.desk.run("apply", "--yes", "--detailed-exitcode").code == 4
    assert here.posts() == 1


def test_an_account_that_came_to_exist_is_asked_for_after_leave_was_given(shop: Open) -> None:
    here = shop(held=[PLATFORM])
    here.desk.accounts = {**here.desk.accounts, "ghost": STRANGER}
    here.desk.write(f"services:\n  {SHOP}: {{technical: ghost}}\n")
    assert here.desk.run("apply", "--yes").code == 4
    here.town.edit("PUT", f"accounts/{STRANGER}", {})
    assert here.desk.run("apply", "--yes", "--detailed-exitcode").code == 4
    assert here.desk.run("apply", "--yes", "--retry", f"{SHOP}:technical").code == 0
    assert here.asked() == Counter([SHOP])

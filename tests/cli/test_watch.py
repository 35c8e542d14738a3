"""`watch` goes on until nothing is open, whatever happens on the way, and the worst wins at the end."""

from __future__ import annotations

import time

from tests.cli.conftest import AGENCY, PLATFORM, SERVER, SHOP, SHOP_MOVES, Open
from tests.running import PATIENCE, accept_all
from tests.sandbox.town import service

ZONE = "domain/zone/shop.example"


def test_an_outage_is_waited_out(place: Open) -> None:
    here = place()
    here.asked()
    here.faults(
        {"path": "/me/task/*", "status": 500, "times": 12}, {"path": "/services*", "status": 500, "times": 12}
    )
    watching = here.desk.start("watch", "--interval", "0.2", "--timeout", str(PATIENCE))
    here.await_hit()
    accept_all(here.town)
    done = watching.wait()
    assert done.code == 0, done.err
    assert "all done" in done.err


def test_at_the_time_out_something_unreadable_is_worse_than_waiting(place: Open) -> None:
    here = place()
    here.asked()
    here.faults({"account": AGENCY, "path": "/me/task/contactChange*", "status": 403})
    done = here.run("watch", "--interval", "0.2", "--timeout", "0.3")
    assert done.code == 1
    assert AGENCY in done.err


def test_at_the_time_out_something_turned_down_is_worse_than_waiting(place: Open) -> None:
    zone = service(ZONE, PLATFORM, PLATFORM, PLATFORM)
    here = place(f"services: {{{SHOP}: {{technical: agency}}, {ZONE}: {{billing: agency}}}}\n", zone)
    receipts = here.run("apply", "--yes", "--format", "json").json["receipts"]
    refused = receipts[0]["tasks"][0]
    here.run("refuse", str(refused), "--as", "agency", stdin=here.town.token(AGENCY, refused))
    assert here.run("watch", "--interval", "0.2", "--timeout", "0.3").code == 4


def test_at_the_time_out_only_waiting_is_three_though_something_is_left_to_ask(place: Open) -> None:
    here = place()
    here.asked()
    here.desk.write(f"services: {{{SHOP}: {{technical: agency}}, {SERVER}: {{technical: platform}}}}\n")
    assert here.run("watch", "--interval", "0.2", "--timeout", "0.3").code == 3


def test_an_account_that_never_let_us_in_does_not_keep_it_watching_for_ever(place: Open) -> None:
    here = place(SHOP_MOVES, held=(PLATFORM, "no55555-ovh"))
    started = time.monotonic()
    assert here.run("watch", "--interval", "0.2", "--timeout", "50").code == 1
    assert time.monotonic() - started < 45

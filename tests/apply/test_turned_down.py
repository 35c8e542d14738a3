"""What people turned down is held until leave is given; what nobody answered is asked once more."""

from __future__ import annotations

import time
from collections import Counter

from tests.apply.conftest import Open
from tests.apply.shop import AGENCY, PLATFORM, Shop

SHOP = "domain/shop.example"
NOT_ASKED = 4


def refuse(here: Shop, who: str, account: str) -> None:
    """Turn the newest request down."""
    task = here.tasks()[-1]["id"]
    done = here.desk.run("refuse", str(task), "--as", who, stdin=here.town.token(account, task))
    assert done.code == 0, done.err


def apply_in_detail(here: Shop, *more: str) -> int:
    return here.desk.run("apply", "--yes", "--detailed-exitcode", *more).code


def test_a_request_that_its_asker_withdrew_is_held_until_leave_is_given(shop: Open) -> None:
    here = shop()
    assert apply_in_detail(here) == 3
    refuse(here, "platform", PLATFORM)
    plan = here.desk.run("plan", "--format", "json").json
    assert [row["reason"] for row in plan["blocked"]] == ["turned_down"]
    assert apply_in_detail(here) == NOT_ASKED
    assert here.posts() == 1
    assert apply_in_detail(here, "--retry", f"{SHOP}:technical") == 3
    assert here.posts() == 2
    assert apply_in_detail(here) == 3
    assert here.asked() == Counter({SHOP: 2})


def test_leave_is_given_for_one_refusal_only(shop: Open) -> None:
    here = shop()
    apply_in_detail(here)
    refuse(here, "agency", AGENCY)
    assert apply_in_detail(here, "--retry", SHOP) == 3
    refuse(here, "agency", AGENCY)
    assert apply_in_detail(here) == NOT_ASKED
    assert here.asked() == Counter({SHOP: 2})


def test_leave_outlives_a_run_that_could_not_ask_yet(shop: Open) -> None:
    here = shop()
    apply_in_detail(here)
    refuse(here, "agency", AGENCY)
    # somebody asks in the panel for the billing contact: the service has an open request of its own
    (other,) = here.town.ask(PLATFORM, SHOP, contactBilling=AGENCY)
    assert apply_in_detail(here, "--retry", SHOP) == 3
    here.town.refuse(PLATFORM, other)
    assert apply_in_detail(here) == 3
    assert here.asked() == Counter({SHOP: 3})


def test_a_refusal_is_known_from_the_servers_list_when_the_journal_is_lost(shop: Open) -> None:
    here = shop()
    apply_in_detail(here)
    refuse(here, "agency", AGENCY)
    here.desk.forget()
    assert apply_in_detail(here) == NOT_ASKED
    assert here.posts() == 1


def test_a_request_that_nobody_answered_is_asked_once_more_and_then_held(shop: Open) -> None:
    here = shop()
    here.town.edit("POST", "settings", {"expiry_days": 0.5 / 86_400})
    assert apply_in_detail(here) == 3
    time.sleep(0.6)
    assert apply_in_detail(here) == 3
    time.sleep(0.6)
    assert apply_in_detail(here) == NOT_ASKED
    assert here.asked() == Counter({SHOP: 2})
    assert apply_in_detail(here, "--retry", SHOP) == 3
    assert here.asked() == Counter({SHOP: 3})

"""What becomes of a request: tokens, answers, states, time, mails."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from ovh.exceptions import APIError, BadParametersError, ResourceConflictError, ResourceNotFoundError

from tests.sandbox.town import ADMIN, BILLING, NEW, SHOP, STRANGER, TECH, Build, account, service

DAY = 86_400


def refused(call: Callable[[], Any], status: int, words: str) -> None:
    """Check that a call is refused by a product with this status and these words."""
    with pytest.raises(APIError, match=words) as caught:
        call()
    assert caught.value.response.status_code == status
    assert set(caught.value.response.json()) == {"class", "message"}


def test_the_contact_changes_when_both_parties_have_accepted_and_not_before(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    assert here.accept(ADMIN, task) is None
    assert here.state(ADMIN, task) == "validatingByCustomers"
    assert here.contacts(ADMIN) == (ADMIN, TECH, BILLING)
    here.accept(NEW, task)
    assert here.state(ADMIN, task) == "done"
    assert here.contacts(NEW) == (ADMIN, NEW, BILLING)
    with pytest.raises(ResourceNotFoundError):
        here.contacts(TECH)


def test_an_admin_who_takes_a_role_back_confirms_alone(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=ADMIN)
    here.accept(ADMIN, task)
    assert here.contacts(ADMIN) == (ADMIN, ADMIN, BILLING)


def test_the_parties_may_be_switched_to_the_old_and_the_new_contact(town: Build) -> None:
    here = town(parties="old_and_new")
    (task,) = here.ask(ADMIN, contactTech=NEW)
    assert here.mails(ADMIN) == []
    here.accept(TECH, task)
    here.accept(NEW, task)
    assert here.state(ADMIN, task) == "done"


def test_one_refusal_ends_a_request_and_nothing_changes(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    here.accept(ADMIN, task)
    here.refuse(NEW, task)
    assert here.state(ADMIN, task) == "refused"
    assert here.task(ADMIN, task)["dateDone"] is not None
    assert here.contacts(ADMIN) == (ADMIN, TECH, BILLING)
    assert here.ask(ADMIN, contactTech=NEW)


def test_the_asker_withdraws_by_refusing_with_his_own_token(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    here.refuse(ADMIN, task)
    assert here.state(NEW, task) == "refused"


def test_the_tasks_of_one_request_go_their_own_ways(town: Build) -> None:
    here = town()
    tech, billing = here.ask(ADMIN, contactTech=NEW, contactBilling=STRANGER)
    here.refuse(NEW, tech)
    here.accept(ADMIN, billing)
    here.accept(STRANGER, billing)
    assert here.contacts(ADMIN) == (ADMIN, TECH, STRANGER)
    assert (here.state(ADMIN, tech), here.state(ADMIN, billing)) == ("refused", "done")


def test_each_party_has_its_own_token_and_only_its_own_counts(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    assert here.token(ADMIN, task) != here.token(NEW, task)
    refused(lambda: here.accept(ADMIN, task, here.token(NEW, task)), 403, "not valid")
    assert here.edit("GET", "tasks")[0]["parties"] == {ADMIN: None, NEW: None}


def test_a_token_works_once(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    token = here.token(ADMIN, task)
    here.accept(ADMIN, task, token)
    refused(lambda: here.accept(ADMIN, task, token), 403, "used already")
    refused(lambda: here.refuse(ADMIN, task, token), 403, "used already")
    assert here.edit("GET", "tasks")[0]["parties"] == {ADMIN: "accepted", NEW: None}


def test_a_token_is_dead_after_five_wrong_tries_and_says_so(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    token = here.token(NEW, task)
    for wrong in ("", "x", token.swapcase(), token[:-1], token + "x"):
        refused(partial(here.accept, NEW, task, wrong), 403, "not valid")
    refused(lambda: here.accept(NEW, task, token), 403, "too many wrong tries")
    here.accept(ADMIN, task)
    here.customer(NEW).post(f"/me/task/contactChange/{task}/resendEmail")
    here.accept(NEW, task)
    assert here.state(ADMIN, task) == "done"


def test_resending_makes_a_new_token_for_the_caller_and_kills_his_old_one_only(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    others, old = here.token(ADMIN, task), here.token(NEW, task)
    assert here.customer(NEW).post(f"/me/task/contactChange/{task}/resendEmail") is None
    assert here.token(NEW, task) != old
    assert here.token(ADMIN, task) == others
    refused(lambda: here.accept(NEW, task, old), 403, "not valid")
    here.accept(ADMIN, task, others)
    here.accept(NEW, task)


def test_who_has_answered_gets_no_new_token(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    here.accept(ADMIN, task)
    refused(lambda: here.customer(ADMIN).post(f"/me/task/contactChange/{task}/resendEmail"), 409, "already")


def test_the_old_contact_sees_a_request_and_has_no_say_in_it(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    assert here.state(TECH, task) == "validatingByCustomers"
    refused(lambda: here.accept(TECH, task, here.token(NEW, task)), 403, "not asked")
    refused(lambda: here.customer(TECH).post(f"/me/task/contactChange/{task}/resendEmail"), 403, "not asked")


@pytest.mark.parametrize("outsider", [STRANGER, BILLING])
def test_a_request_of_others_does_not_exist(town: Build, outsider: str) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    assert here.get(outsider, "/me/task/contactChange") == []
    for call in (
        lambda: here.task(outsider, task),
        lambda: here.accept(outsider, task, here.token(NEW, task)),
        lambda: here.refuse(outsider, task, "x" * 32),
        lambda: here.customer(outsider).post(f"/me/task/contactChange/{task}/resendEmail"),
    ):
        refused(call, 404, "does not exist")


def test_a_settled_request_takes_no_more_answers(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    token = here.token(NEW, task)
    here.refuse(ADMIN, task)
    with pytest.raises(ResourceConflictError, match="refused"):
        here.accept(NEW, task, token)
    with pytest.raises(ResourceConflictError, match="refused"):
        here.customer(NEW).post(f"/me/task/contactChange/{task}/resendEmail")


def test_the_status_for_a_wrong_state_is_a_switch(town: Build) -> None:
    here = town(wrong_state=400)
    (task,) = here.ask(ADMIN, contactTech=NEW)
    here.refuse(ADMIN, task)
    with pytest.raises(BadParametersError):
        here.accept(NEW, task, "x" * 32)


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": 5}, {"token": "x", "more": 1}])
def test_an_answer_without_a_proper_token_field_is_a_bad_request(
    town: Build, body: dict[str, object]
) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    with pytest.raises(BadParametersError):
        here.customer(NEW).post(f"/me/task/contactChange/{task}/accept", **body)


def test_a_request_passes_through_its_states_as_time_passes(town: Build) -> None:
    here = town(validity_seconds=100, processing_seconds=50)
    (task,) = here.ask(ADMIN, contactTech=NEW)
    assert here.state(ADMIN, task) == "todo"
    assert here.mails(NEW) == []
    here.turn(60)
    assert here.state(ADMIN, task) == "checkValidity"
    refused(lambda: here.accept(NEW, task, "x" * 32), 409, "checkValidity")
    here.turn(50)
    assert here.state(ADMIN, task) == "validatingByCustomers"
    here.accept(NEW, task)
    here.accept(ADMIN, task)
    assert here.state(ADMIN, task) == "doing"
    assert here.task(ADMIN, task)["dateDone"] is None
    assert here.contacts(ADMIN) == (ADMIN, TECH, BILLING)
    here.turn(51)
    assert here.contacts(ADMIN) == (ADMIN, NEW, BILLING)
    assert here.state(ADMIN, task) == "done"


def test_late_failures_show_after_the_check(town: Build) -> None:
    here = town(account(NEW, unpaid_invoices=1), validity_seconds=100, late_failures=True)
    (task,) = here.ask(ADMIN, contactTech=NEW)
    here.turn(60)
    assert here.state(ADMIN, task) == "checkValidity"
    here.turn(60)
    assert here.state(ADMIN, task) == "refused"


def test_a_request_expires_after_seven_days(town: Build) -> None:
    here = town()
    (task,) = here.ask(ADMIN, contactTech=NEW)
    token = here.token(NEW, task)
    here.turn(7 * DAY - 60)
    assert here.state(ADMIN, task) == "validatingByCustomers"
    here.turn(120)
    assert here.state(ADMIN, task) == "expired"
    refused(lambda: here.accept(NEW, task, token), 409, "expired")
    assert here.contacts(ADMIN) == (ADMIN, TECH, BILLING)
    assert here.ask(ADMIN, contactTech=NEW)


def test_the_task_list_knows_its_filters(town: Build) -> None:
    here = town(service(), service("vps/one"))
    (first,) = here.ask(ADMIN, SHOP, contactTech=NEW)
    (second,) = here.ask(TECH, "vps/one", contactTech=STRANGER)
    here.refuse(ADMIN, first)
    listed = "/me/task/contactChange"
    assert here.get(TECH, listed) == [first, second]
    assert here.get(TECH, listed, askingAccount=ADMIN) == [first]
    assert here.get(TECH, listed, toAccount="st%") == [second]
    assert here.get(TECH, listed, state="refused") == [first]
    assert here.get(TECH, listed, state="done") == []
    with pytest.raises(BadParametersError):
        here.get(TECH, listed, state="pending")

"""Who may ask for what, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from ovh.exceptions import APIError, BadParametersError, ResourceConflictError, ResourceNotFoundError

from reconciler.model.routes import ROUTES
from tests.sandbox.town import ADMIN, BILLING, NEW, SHOP, STRANGER, TECH, Build, account, service


def test_the_admin_may_name_a_new_contact_for_every_role(town: Build) -> None:
    here = town()
    made = here.ask(ADMIN, contactAdmin=NEW, contactTech=NEW, contactBilling=NEW)
    shown = [here.task(ADMIN, task) for task in made]
    assert [(one["fromAccount"], one["toAccount"], one["contactTypes"]) for one in shown] == [
        (ADMIN, NEW, ["contactAdmin"]),
        (TECH, NEW, ["contactTech"]),
        (BILLING, NEW, ["contactBilling"]),
    ]
    assert {one["askingAccount"] for one in shown} == {ADMIN}


def test_roles_that_move_between_the_same_two_accounts_share_one_task(town: Build) -> None:
    here = town(service(admin=ADMIN, tech=ADMIN, billing=BILLING))
    made = here.ask(ADMIN, contactAdmin=NEW, contactTech=NEW, contactBilling=BILLING)
    assert [here.task(ADMIN, task)["contactTypes"] for task in made] == [["contactAdmin", "contactTech"]]


@pytest.mark.parametrize(("asker", "field"), [(TECH, "contactTech"), (BILLING, "contactBilling")])
def test_technical_and_billing_contacts_hand_over_their_own_role(town: Build, asker: str, field: str) -> None:
    assert len(town().ask(asker, **{field: NEW})) == 1


@pytest.mark.parametrize(
    ("asker", "field"),
    [
        (TECH, "contactAdmin"),
        (TECH, "contactBilling"),
        (BILLING, "contactAdmin"),
        (BILLING, "contactTech"),
    ],
)
def test_nobody_but_the_admin_touches_a_role_that_is_not_his(town: Build, asker: str, field: str) -> None:
    here = town()
    with pytest.raises(APIError, match="Only the administrator contact") as caught:
        here.ask(asker, **{field: NEW})
    assert caught.value.response.status_code == 403
    assert caught.value.response.json()["class"] == "Client::Forbidden"
    assert here.edit("GET", "tasks") == []


def test_one_role_too_many_refuses_the_whole_request(town: Build) -> None:
    here = town()
    with pytest.raises(APIError, match="Only the administrator contact"):
        here.ask(TECH, contactTech=NEW, contactBilling=NEW)
    assert here.edit("GET", "tasks") == []


def test_a_contact_that_is_unchanged_null_or_absent_is_no_change(town: Build) -> None:
    here = town()
    (made,) = here.ask(TECH, contactAdmin=ADMIN, contactTech=NEW, contactBilling=None)
    assert here.task(TECH, made)["contactTypes"] == ["contactTech"]


@pytest.mark.parametrize(
    "contacts", [{}, {"contactTech": TECH}, {"contactAdmin": None}, {"contactTech": TECH.upper()}]
)
def test_a_request_that_changes_nothing_is_refused(town: Build, contacts: Any) -> None:
    with pytest.raises(BadParametersError):
        town().ask(ADMIN, **contacts)


def test_a_request_that_changes_nothing_may_be_switched_to_make_no_task(town: Build) -> None:
    assert town(noop="empty").ask(ADMIN, contactTech=TECH) == []


def test_a_second_request_on_a_service_meets_the_one_that_is_open(town: Build) -> None:
    here = town()
    here.ask(ADMIN, contactTech=NEW)
    with pytest.raises(ResourceConflictError) as caught:
        here.ask(BILLING, contactBilling=NEW)
    assert caught.value.response.json() == {
        "class": "Client::Conflict",
        "message": "A contact change task is already running on this service",
    }


def test_services_of_one_name_do_not_stand_in_each_others_way(town: Build) -> None:
    keys = [SHOP, "domain/zone/shop.example", "hosting/web/shop.example", "email/domain/shop.example"]
    here = town(*(service(key) for key in keys))
    made = [task for key in keys for task in here.ask(ADMIN, key, contactTech=NEW)]
    assert made == sorted(set(made))
    assert {here.task(ADMIN, task)["serviceDomain"] for task in made} == {"shop.example"}


@pytest.mark.parametrize("owing", [TECH, NEW])
def test_old_and_new_contact_must_have_paid_their_invoices(town: Build, owing: str) -> None:
    with pytest.raises(BadParametersError, match=f"{owing} has unpaid invoices"):
        town(account(owing, unpaid_invoices=2)).ask(ADMIN, contactTech=NEW)


def test_the_debts_of_an_asker_who_neither_gives_nor_takes_do_not_matter(town: Build) -> None:
    assert town(account(ADMIN, unpaid_invoices=1)).ask(ADMIN, contactTech=NEW)


def test_a_new_billing_contact_needs_a_payment_method(town: Build) -> None:
    here = town(account(NEW, payment_method=False))
    with pytest.raises(BadParametersError, match="no valid payment method"):
        here.ask(ADMIN, contactBilling=NEW)
    assert here.ask(ADMIN, contactTech=NEW)


def test_contacts_do_not_cross_between_geographical_zones(town: Build) -> None:
    with pytest.raises(BadParametersError, match="geographical zone"):
        town(account(NEW, region="CA")).ask(ADMIN, contactTech=NEW)


@pytest.mark.parametrize("status", ["pendingDebt", "unPaid"])
def test_a_service_in_debt_keeps_its_billing_contact_only(town: Build, status: str) -> None:
    here = town(service(status=status))
    with pytest.raises(BadParametersError, match="unpaid debts"):
        here.ask(ADMIN, contactBilling=NEW)
    assert here.ask(ADMIN, contactTech=NEW)


def test_an_account_that_does_not_exist_is_named_in_the_refusal(town: Build) -> None:
    with pytest.raises(BadParametersError, match="account does not exist: no00000-ovh"):
        town().ask(ADMIN, contactTech="NO00000-ovh")


def test_what_is_wrong_with_an_account_may_be_switched_to_show_later(town: Build) -> None:
    here = town(account(NEW, unpaid_invoices=1), late_failures=True)
    (owing,) = here.ask(ADMIN, contactTech=NEW)
    assert here.state(ADMIN, owing) == "refused"
    (nobody,) = here.ask(ADMIN, contactTech="no00000-ovh")
    assert here.state(ADMIN, nobody) == "error"
    assert here.contacts(ADMIN) == (ADMIN, TECH, BILLING)
    assert here.mails(ADMIN) == []


def test_a_service_of_others_does_not_exist(town: Build) -> None:
    here = town()
    for path in (f"/{SHOP}/serviceInfos", "/domain/nobody.example/serviceInfos"):
        with pytest.raises(ResourceNotFoundError) as caught:
            here.get(STRANGER, path)
        assert caught.value.response.json() == {
            "class": "Client::NotFound",
            "message": "This service does not exist",
        }
    with pytest.raises(ResourceNotFoundError, match="This service does not exist"):
        here.ask(STRANGER, contactTech=STRANGER)


def test_every_product_lists_shows_and_changes_its_services(town: Build) -> None:
    here = town(*(service(f"{route.key}/one.example") for route in ROUTES.values()))
    for route in ROUTES.values():
        listed = here.get(ADMIN, f"/{route.key}")
        assert [one["id"] if route.lists_objects else one for one in listed] == ["one.example"]
        if route.has_service_infos:
            assert here.contacts(ADMIN, f"{route.key}/one.example") == (ADMIN, TECH, BILLING)
        (task,) = here.ask(ADMIN, f"{route.key}/one.example", contactTech=NEW)
        assert here.state(NEW, task) == "validatingByCustomers"
    with pytest.raises(ResourceNotFoundError):
        here.get(ADMIN, "/msServices/one.example/serviceInfos")


def test_a_name_with_a_slash_is_one_name(town: Build) -> None:
    here = town(service("ip/service/ip-192.0.2.0/28"))
    assert here.get(ADMIN, "/ip/service") == ["ip-192.0.2.0/28"]
    assert here.contacts(ADMIN, "ip/service/ip-192.0.2.0%2F28") == (ADMIN, TECH, BILLING)
    assert len(here.ask(ADMIN, "ip/service/ip-192.0.2.0%2F28", contactTech=NEW)) == 1


@pytest.mark.parametrize(
    "contacts", [{"contactTech": 5}, {"contactTech": ["x"]}, {"contactTech": NEW, "contactOwner": NEW}]
)
def test_fields_of_the_wrong_type_or_name_are_refused(town: Build, contacts: Any) -> None:
    with pytest.raises(BadParametersError, match=r"contact(Tech|Owner)"):
        town().customer(ADMIN).post(f"/{SHOP}/changeContact", **contacts)

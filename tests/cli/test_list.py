"""`list`: the services that the configured accounts are contacts of, and its filters."""

from __future__ import annotations

import pytest

from tests.cli.conftest import AGENCY, FINANCE, IN_SYNC, PLATFORM, SERVER, SHOP, Open
from tests.sandbox.town import service

ZONE = "domain/zone/shop.example"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], [SHOP, ZONE, SERVER]),
        (["--product", "domain"], [SHOP]),
        (["--product", "vps"], [SERVER]),
        (["--account", "finance"], [SHOP]),
        (["--account", FINANCE.upper()], [SHOP]),
        (["--account", "te99999-ovh"], [ZONE]),
        (["--account", "platform", "--role", "technical"], [SHOP]),
        (["--account", "platform", "--role", "billing"], [ZONE]),
        (["--name", "SHOP"], [SHOP, ZONE]),
        (["--name", "zone"], [ZONE]),
        (["--name", "nothing of that name"], []),
        (["--product", "domain/zone", "--account", "agency"], []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_the_filters_say_which_services_are_shown(
    place: Open, filters: list[str], expected: list[str]
) -> None:
    here = place(IN_SYNC, service(ZONE, PLATFORM, "te99999-ovh", PLATFORM))
    done = here.run("list", "--format", "json", *filters)
    assert (done.code, done.err) == (0, "")
    assert [row["service"] for row in done.json["services"]] == expected


def test_json_holds_the_three_contacts(place: Open) -> None:
    (row, _) = place(IN_SYNC).run("list", "--format", "json").json["services"]
    assert row == {"service": SHOP, "admin": PLATFORM, "technical": PLATFORM, "billing": FINANCE}


def test_what_the_file_does_not_declare_is_shown_too(place: Open) -> None:
    done = place(IN_SYNC).run("list")
    assert done.code == 0
    assert done.out.splitlines()[0] == "2 services."
    assert f"{SERVER}  agency ({AGENCY})" in done.out


def test_a_service_that_no_held_account_sees_is_not_shown(place: Open) -> None:
    done = place(IN_SYNC, held=[AGENCY]).run("list", "--format", "json")
    assert [row["service"] for row in done.json["services"]] == [SERVER]


def test_no_service_is_said_in_words(place: Open) -> None:
    assert place(IN_SYNC).run("list", "--name", "xyz").out == "No service to show.\n"


def test_an_account_that_cannot_be_read_makes_the_list_incomplete_and_the_code_1(place: Open) -> None:
    here = place(IN_SYNC, held=[PLATFORM, AGENCY])
    here.faults({"path": "/me/task/*", "account": AGENCY, "status": 403, "body": {"message": "Not for you"}})
    done = here.run("list", "--format", "json")
    assert done.code == 1
    assert "Not for you" in done.err
    assert SHOP in {row["service"] for row in done.json["services"]}


def test_a_product_that_does_not_exist_names_those_that_do(place: Open) -> None:
    done = place(IN_SYNC).run("list", "--product", "domains")
    assert done.code == 64
    assert "no product 'domains'; the products are" in done.err
    assert "hosting/web" in done.err

"""An estate as a file: whatever services and accounts are called, the file declares exactly what was seen."""

from __future__ import annotations

import random
from codecs import BOM_UTF8
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.config import Account, Config, load
from reconciler.edit.estate import (
    ID_IS_TAKEN,
    NO_CONTACTS,
    NO_HOLDER,
    NO_ID,
    NO_KEY,
    NOT_OFFERED,
    added_to,
    declarable,
    new_file,
)
from reconciler.edit.form import formatted
from reconciler.model import ROLES, AccountId, Contacts, Region, ServiceId, account_id
from reconciler.model.routes import ROUTES
from tests.edit.random_files import Document, documents

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
ANY_ID = st.sampled_from(
    [
        *(f"ab{number:05}-ovh" for number in range(4)),
        "no12345-ovh",
        "on1-ovh",
        "y2-ovh",
        "yes1-ovh",
        "123",
        "0x10",
        "null",
        "true",
        "~",
        "1e3",
        "12:30",
        "o'neil",
        "a,b",
        "[x]",
        "{x}",
        "&x",
        "*x",
        "#x",
        "a: b",
        "ж1-ovh",
        "STRASSE-OVH",
        "straße-ovh",
        "12345-6789-10/user",
        "ab",
        "a b",
        "x\u202ey",
        "2026-01-01",
    ]
)
IDS_SEEN = st.builds(account_id, ANY_ID)
ROWS = st.builds(Contacts, IDS_SEEN, IDS_SEEN, st.one_of(IDS_SEEN, IDS_SEEN, IDS_SEEN, st.none()))
NAMES = st.one_of(
    st.sampled_from(
        ["shop.example", "100%.example", "ip-192.0.2.0/28", "UPPER.Example", "münchen.example", "no"]
    ),
    st.text("aZ09.-_%:#'\"{}[],&*!|>@` ~/?é✓😀\u202e\n\t", min_size=1, max_size=6),
)
KEYS = st.builds(lambda route, name: ServiceId(f"{route}/{name}"), st.sampled_from([*ROUTES]), NAMES)
ESTATES = st.dictionaries(KEYS, ROWS, max_size=12)


def read(text: str) -> Config:
    """Return what a file of this text declares."""
    return load(Path("contacts.yaml"), reader=lambda _path, _name: text.encode())


def is_kept(before: str, after: str) -> bool:
    """Tell whether every line of one text is there in the other, in the same order."""
    lines = iter(after.splitlines(keepends=True))
    return all(line in lines for line in before.splitlines(keepends=True))


@QUIET
@given(ESTATES)
def test_a_new_file_declares_what_was_seen_and_nothing_else(live: dict[ServiceId, Contacts]) -> None:
    found = declarable(live, Region.EU)
    assert found.rows.keys() | found.left_out.keys() == live.keys()
    assert not found.rows.keys() & found.left_out.keys()
    text = new_file("ovh-eu", found.rows)
    config = read(text)
    assert formatted(text) == text
    assert dict(config.rows) == dict(found.rows)
    assert config.endpoint.name == "ovh-eu"


@QUIET
@given(ESTATES, ESTATES)
def test_what_is_new_is_added_by_new_lines_only(
    live: dict[ServiceId, Contacts], more: dict[ServiceId, Contacts]
) -> None:
    before = new_file("sandbox", declarable(live, Region.EU).rows)
    config = read(before)
    new = {key: row for key, row in declarable(more, Region.EU).rows.items() if key not in config.rows}
    addition = added_to(before, config.accounts, new)
    after = read(addition.text)
    assert addition.rows.keys() | addition.left_out.keys() == new.keys()
    assert dict(after.rows) == {**config.rows, **addition.rows}
    assert {*after.accounts} >= {*config.accounts}
    if "services: {}" not in before:
        assert is_kept(before, addition.text)
        kinds = {line[: 2 if line.startswith("  ") else 0] for line in addition.text.splitlines() if line}
        assert kinds <= {"", "  "}


@pytest.mark.parametrize("count", [3, 12])
def test_contacts_spread_evenly_over_accounts_are_written_once_and_the_file_stays_small(count: int) -> None:
    chance = random.Random(count)
    accounts = [
        AccountId(f"{chance.choice('pqrs')}{chance.choice('xyz')}{number}7354-ovh") for number in range(count)
    ]
    names = [
        f"{chance.choice(['domain', 'vps'])}/of-a-rather-long-name-{number}.example"
        for number in range(count * 250)
    ]
    rows = {ServiceId(name): Contacts(*chance.choices(accounts, k=3)) for name in names}
    text = new_file("ovh-eu", rows)
    naive = sum(
        len(f"  {key}:\n    admin: {one[0]}\n    technical: {one[1]}\n    billing: {one[2]}\n")
        for key, one in rows.items()
    )
    assert len(text) <= 0.6 * naive
    assert dict(read(text).rows) == rows
    assert formatted(text) == text
    few = dict(list(rows.items())[:60])
    assert "*" not in new_file("ovh-eu", few)  # a small file is easier to read without


@QUIET
@given(documents(), ESTATES)
def test_services_are_added_to_files_in_any_style(
    document: Document, more: dict[ServiceId, Contacts]
) -> None:
    raw = document.raw().removeprefix(BOM_UTF8).decode()
    config = read(raw)
    new = {key: row for key, row in declarable(more, Region.EU).rows.items() if key not in config.rows}
    addition = added_to(raw, config.accounts, new)
    after = read(addition.text)
    assert dict(after.rows) == {**config.rows, **addition.rows}
    assert after.time_boxes == config.time_boxes
    assert after.guards == config.guards
    assert {one: roles for one, roles in after.observed.items() if one in config.rows} == config.observed
    assert {*after.accounts} == {*config.accounts, *(Account(a, b) for a, b in addition.accounts.items())}
    if document.said and raw.endswith(("\n", "\r\n")) and "accounts: {" not in raw:
        assert is_kept(raw, addition.text)
    assert ("\r\n" in addition.text) == ("\r\n" in raw)


@QUIET
@given(ESTATES)
def test_parsers_of_yaml_1_1_read_the_same_words(live: dict[ServiceId, Contacts]) -> None:
    rows = declarable(live, Region.EU).rows
    document = yaml.safe_load(new_file("ovh-eu", rows))
    said = [*document.get("accounts", {}).items(), *document["services"].items()]
    said += [pair for value in document["services"].values() for pair in value.items()]
    assert all(isinstance(key, str) and isinstance(value, str | dict) for key, value in said)
    assert document["services"].keys() == rows.keys()


@QUIET
@given(st.lists(st.tuples(KEYS, ROWS), min_size=2, max_size=8, unique_by=lambda pair: pair[0]))
def test_the_order_in_which_services_are_seen_does_not_matter(seen: list[tuple[ServiceId, Contacts]]) -> None:
    one, other = (declarable(dict(rows), Region.EU).rows for rows in (seen, reversed(seen)))
    assert new_file("ovh-eu", one) == new_file("ovh-eu", other)


def row(text: str) -> Contacts:
    """Return three contacts of accounts with these letters; `-` is nobody."""
    return Contacts(*(None if one == "-" else AccountId(f"{one}{one}11111-ovh") for one in text))


def test_a_new_file_is_as_short_as_it_can_be() -> None:
    rows = {
        ServiceId("vps/v2"): row("pff"),
        ServiceId("domain/zone/shop.example"): row("paf"),
        ServiceId("domain/shop.example"): row("ppf"),
        ServiceId("domain/abc.example"): row("ppf"),
        ServiceId("ip/service/ip-192.0.2.0/28"): row("app"),
    }
    assert new_file("ovh-eu", rows) == (
        "version: 1\n"
        "endpoint: ovh-eu\n"
        "\n"
        "accounts:\n"
        "  a: aa11111-ovh\n"
        "  f: ff11111-ovh\n"
        "  p: pp11111-ovh\n"
        "\n"
        "defaults:\n"
        "  admin: p\n"
        "  technical: p\n"
        "  billing: f\n"
        "\n"
        "services:\n"
        "  domain/abc.example: {}\n"
        "  domain/shop.example: {}\n"
        "\n"
        "  domain/zone/shop.example: {technical: a}\n"
        "\n"
        "  ip/service/ip-192.0.2.0/28: {admin: a, billing: p}\n"
        "\n"
        "  vps/v2: {technical: f}\n"
    )


def test_a_role_that_some_service_does_not_have_gets_no_default() -> None:
    rows = {
        ServiceId("domain/a"): row("pp-"),
        ServiceId("domain/b"): row("ppf"),
        ServiceId("domain/c"): row("ppf"),
    }
    text = new_file("ovh-eu", rows)
    assert "  technical: p\n\nservices:" in text
    assert dict(read(text).rows) == rows


def test_an_empty_estate_is_a_file_that_is_valid() -> None:
    assert new_file("ovh-ca", {}) == "version: 1\nendpoint: ovh-ca\n\nservices: {}\n"
    assert not read(new_file("ovh-ca", {})).rows


def test_accounts_keep_the_short_names_that_another_file_gives_them() -> None:
    known = [Account("platform", AccountId("pp11111-ovh")), Account("unused", AccountId("uu11111-ovh"))]
    text = new_file("ovh-eu", {ServiceId("vps/v1"): row("paf")}, known)
    assert "accounts:\n  a: aa11111-ovh\n  f: ff11111-ovh\n  platform: pp11111-ovh\n\n" in text


@pytest.mark.parametrize(
    ("service", "contacts", "reason"),
    [
        ("domain/with blank", row("ppp"), NO_KEY),
        ("domain/a//b", row("ppp"), NO_KEY),
        ("vps/\u202e", row("ppp"), NO_KEY),
        ("telephony/lines/0033", row("ppp"), NOT_OFFERED),
        ("vps/v1", Contacts(AccountId("a b"), AccountId("aa11111-ovh")), NO_ID),
        ("vps/v1", Contacts(), NO_CONTACTS),
    ],
)
def test_what_no_file_can_declare_is_left_out_with_the_reason(
    service: str, contacts: Contacts, reason: str
) -> None:
    found = declarable({ServiceId(service): contacts, ServiceId("vps/good"): row("ppp")}, Region.CA)
    assert [*found.rows] == ["vps/good"]
    assert {**found.left_out} == {service: reason}


def test_a_service_without_a_holder_that_the_defaults_would_give_it_is_left_out() -> None:
    text = new_file("ovh-eu", {ServiceId("vps/v1"): row("ppf")})
    addition = added_to(
        text, read(text).accounts, {ServiceId("vps/v2"): row("pp-"), ServiceId("vps/v3"): row("aaa")}
    )
    assert addition.left_out == {"vps/v2": NO_HOLDER}
    assert dict(read(addition.text).rows) == {"vps/v1": row("ppf"), "vps/v3": row("aaa")}


BOXED = (
    "version: 1\nendpoint: sandbox\naccounts: {p: pp11111-ovh, f: ff11111-ovh}\n"
    "defaults: {technical: {account: p, until: 2027-01-31, then: f}}\n"
    "services:\n  vps/v1: {}\n"
)


def test_a_default_that_ends_says_nothing_about_what_is_added() -> None:
    addition = added_to(BOXED, read(BOXED).accounts, {ServiceId("vps/v2"): row("ppp")})
    assert addition.text == BOXED + "  vps/v2: {admin: p, technical: p, billing: p}\n"


def test_what_is_only_observed_stays_so_and_a_default_that_says_it_is_a_default() -> None:
    text = BOXED.replace("{technical:", "{manage: observe, admin: {account: p, manage: request}, technical:")
    addition = added_to(text, read(text).accounts, {ServiceId("vps/v2"): row("ppp")})
    assert "\n  vps/v2: {technical: p, billing: p}\n" in addition.text
    marks = read(addition.text).observed
    assert marks == dict.fromkeys([ServiceId("vps/v1"), ServiceId("vps/v2")], frozenset(ROLES[1:]))


def test_defaults_may_name_accounts_by_id_in_any_case() -> None:
    text = "version: 1\nendpoint: sandbox\naccounts: {p: pp11111-ovh}\n"
    text += "defaults: {admin: PP11111-OVH, billing: p}\n"
    addition = added_to(text, read(text).accounts, {ServiceId("vps/v1"): row("ppp")})
    assert addition.text == text + "\nservices:\n  vps/v1: {technical: p}\n"


def test_an_account_whose_id_is_a_short_name_of_another_cannot_be_listed() -> None:
    text = new_file("ovh-eu", {ServiceId("vps/v1"): row("ppp")})
    new = {ServiceId("vps/v2"): Contacts(*[AccountId("p")] * 3), ServiceId("vps/v3"): row("aaa")}
    addition = added_to(text, read(text).accounts, new)
    assert addition.left_out == {"vps/v2": ID_IS_TAKEN}
    assert [*read(addition.text).rows] == ["vps/v1", "vps/v3"]

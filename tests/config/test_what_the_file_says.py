"""What a good file declares."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from reconciler.config import Account, Endpoint, GuardSettings, Place, load
from reconciler.model import AccountId, Contacts, Region, Role, ServiceId
from tests.config.files import AGENCY, FINANCE, HEAD, PLATFORM, faults, loaded, problems, write

EXAMPLES = Path(__file__).parents[2] / "examples"


def contacts(admin: str | None = None, technical: str | None = None, billing: str | None = None) -> Contacts:
    return Contacts(*(AccountId(name) if name else None for name in (admin, technical, billing)))


def test_a_service_overrides_the_defaults_role_by_role(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "defaults: {admin: platform, billing: finance}\nservices:\n"
        "  domain/a.example: {technical: agency}\n  domain/b.example: {billing: agency}\n  vps/c: {}\n",
    )

    assert config.rows == {
        "domain/a.example": contacts(PLATFORM, AGENCY, FINANCE),
        "domain/b.example": contacts(PLATFORM, None, AGENCY),
        "vps/c": contacts(PLATFORM, None, FINANCE),
    }


def test_an_account_may_be_named_by_its_id_in_any_case(tmp_path: Path) -> None:
    config = loaded(tmp_path, "services:\n  domain/a.example: {technical: AG33333-OVH, admin: pl11111-ovh}\n")

    assert config.rows[ServiceId("domain/a.example")] == contacts(PLATFORM, AGENCY)


def test_a_short_name_is_matched_as_it_is_written(tmp_path: Path) -> None:
    assert faults(tmp_path, "services:\n  domain/a.example: {technical: Agency}\n") == [
        "5:33: no entry of `accounts` is called `Agency`"
    ]


def test_accounts_keep_their_short_name_folded_id_and_name_for_people(tmp_path: Path) -> None:
    listed = "  a: PL11111-OVH\n  b: {id: fi22222-ovh, name: Finance team}\n"
    head = f"version: 1\nendpoint: sandbox\naccounts:\n{listed}"

    assert loaded(tmp_path, "services: {}\n", head).accounts == (
        Account("a", AccountId(PLATFORM)),
        Account("b", AccountId(FINANCE), "Finance team"),
    )


def test_an_id_of_an_unusual_form_is_a_warning_and_no_error(tmp_path: Path) -> None:
    head = "version: 1\nendpoint: sandbox\naccounts:\n  a: '12-34/x'\n"
    config = loaded(tmp_path, "services:\n  vps/v: {admin: a}\n", head)

    expected = "4:3: the id `12-34/x` is unusual: most are two letters, digits and `-ovh`"
    assert config.warnings == (f"{tmp_path}/contacts.yaml:{expected}",)


def test_a_time_box_in_defaults_counts_for_every_service_that_does_not_override_it(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "defaults: {admin: {account: agency, until: 2027-01-31, then: platform}}\n"
        "services:\n  domain/a.example: {}\n  domain/b.example: {admin: platform}\n",
    )

    assert [service for service, _ in config.time_boxes] == ["domain/a.example"]
    assert config.desired(date(2027, 2, 1))[ServiceId("domain/a.example")].admin == PLATFORM


def test_a_long_form_without_an_end_is_the_same_as_the_short_one(tmp_path: Path) -> None:
    config = loaded(
        tmp_path, "services:\n  domain/a.example: {technical: {account: agency, reason: because}}\n"
    )

    assert config.rows == {"domain/a.example": contacts(None, AGENCY)}
    assert not config.time_boxes


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("sandbox", Region.EU),
        ("ovh-eu", Region.EU),
        ("ovh-ca", Region.CA),
        ("http://127.0.0.1:8080/1.0", Region.EU),
        ("https://localhost/1.0", Region.EU),
        ("http://[::1]:1/1.0", Region.EU),
    ],
)
def test_an_endpoint_is_a_known_name_or_this_machine(tmp_path: Path, name: str, region: Region) -> None:
    config = load(write(tmp_path, f'version: 1\nendpoint: "{name}"\nservices: {{}}\n'))

    assert config.endpoint == Endpoint(name, region)


@pytest.mark.parametrize(
    "name",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1/1.0/",
        "http://127.0.0.1/v1",
        "http://127.0.0.1.evil.example/1.0",
        "http://127.0.0.1@evil.example/1.0",
        "http://user@127.0.0.1/1.0",
        "http://127.0.0.1/1.0?x=1",
        "http://127.0.0.1/1.0#x",
        "http://127.0.0.256/1.0",
        "http://127.0.0.1:99999/1.0",
        "http://10.0.0.1/1.0",
        "http://0.0.0.0/1.0",
        "http://LOCALHOST.evil.example/1.0",
        "http://evil.example/http://127.0.0.1/1.0",
        "http://127.0.0.1\\n/1.0",
        "ftp://127.0.0.1/1.0",
        "file:///etc/passwd",
        "https://eu.api.ovh.com/1.0",
        "ovh-us",
        "kimsufi-eu",
        "soyoustart-ca",
        "OVH-EU",
        "",
    ],
)
def test_credentials_can_be_sent_nowhere_else(tmp_path: Path, name: str) -> None:
    assert len(faults(tmp_path, "", f'version: 1\nendpoint: "{name}"\nservices: {{}}\n')) == 1


def test_guards_and_retries_have_defaults_and_zero_means_zero(tmp_path: Path) -> None:
    plain = loaded(tmp_path, "services: {}\n")
    strict = loaded(
        tmp_path,
        "services: {}\nexpired_retries: 0\nguards:\n  max_changes_percent: 0\n"
        "  protected: ['domain/*:admin']\n  allow_admin_handover_to: [agency]\n",
    )

    assert (plain.guards, plain.expired_retries) == (GuardSettings(30, (), frozenset()), 1)
    assert strict.guards == GuardSettings(0, ("domain/*:admin",), frozenset({AccountId(AGENCY)}))
    assert strict.expired_retries == 0


def test_the_longest_route_wins_and_a_name_may_hold_a_slash(tmp_path: Path) -> None:
    body = (
        "services:\n  domain/zone/a.example: {admin: agency}\n  ip/service/ip-192.0.2.0/28: {admin: agency}\n"
    )

    assert list(loaded(tmp_path, body).rows) == ["domain/zone/a.example", "ip/service/ip-192.0.2.0/28"]


def test_a_route_that_the_region_does_not_offer_is_a_warning(tmp_path: Path) -> None:
    head = HEAD.replace("sandbox", "ovh-ca")

    config = loaded(tmp_path, "services:\n  email/domain/a.example: {admin: agency}\n", head)

    words = "ovh-ca offers no contact change for `email/domain`, as of `email/domain/a.example`"
    assert config.warnings == (f"{tmp_path}/contacts.yaml:5:3: {words}",)


def test_a_service_that_nobody_is_named_for_is_a_warning(tmp_path: Path) -> None:
    config = loaded(tmp_path, "services:\n  domain/a.example: {}\n")

    assert config.rows == {"domain/a.example": Contacts()}
    words = "`domain/a.example` is managed in no role: neither it nor `defaults` names an account"
    assert config.warnings == (f"{tmp_path}/contacts.yaml:5:3: {words}",)


def test_every_service_knows_its_place(tmp_path: Path) -> None:
    body = (
        "services:\n  domain/a.example: {}\n\n  # a comment\n"
        "  'domain/b.example':\n    admin: agency\n  vps/c: {}\n"
    )
    config = loaded(tmp_path, body)
    file = str(tmp_path / "contacts.yaml")

    assert dict(config.places) == {
        "domain/a.example": Place(file, 5, 3),
        "domain/b.example": Place(file, 8, 3),
        "vps/c": Place(file, 10, 3),
    }


def test_only_the_few_typed_words_are_typed(tmp_path: Path) -> None:
    words = ["no", "yes", "on", "0x10", "12e4", "1.5", "1_000", "2027-01-31", "0o7", "NULL", "True", ".inf"]
    accounts = "".join(f"  {word}: aa{number}-ovh\n" for number, word in enumerate(words))
    services = "".join(
        f"  domain/d{number}.example: {{admin: {word}}}\n" for number, word in enumerate(words)
    )
    config = loaded(
        tmp_path, f"services:\n{services}", f"version: 1\nendpoint: sandbox\naccounts:\n{accounts}"
    )

    assert [account.short for account in config.accounts] == words
    assert [row.admin for row in config.rows.values()] == [f"aa{number}-ovh" for number in range(len(words))]


def test_an_alias_stands_for_what_its_anchor_says(tmp_path: Path) -> None:
    body = (
        "services:\n  domain/a.example: &usual {technical: &who agency}\n"
        "  domain/b.example: *usual\n  vps/c: {admin: *who}\n"
    )

    assert loaded(tmp_path, body).rows == {
        "domain/a.example": contacts(None, AGENCY),
        "domain/b.example": contacts(None, AGENCY),
        "vps/c": contacts(AGENCY),
    }


def test_every_service_of_a_big_file_may_be_an_alias(tmp_path: Path) -> None:
    body = "services:\n  vps/v: &usual {admin: agency, technical: agency}\n" + "".join(
        f"  vps/v{number}: *usual\n" for number in range(30_000)
    )

    assert len(loaded(tmp_path, body).rows) == 30_001


def test_a_byte_order_mark_moves_nothing(tmp_path: Path) -> None:
    assert faults(tmp_path, "nonsense: 1\n", "\ufeff" + HEAD) == ["4:1: unknown key `nonsense`"]


def test_a_byte_that_is_no_utf8_is_named_with_its_place_after_a_byte_order_mark_too(tmp_path: Path) -> None:
    (tmp_path / "contacts.yaml").write_bytes(b"\xef\xbb\xbfversion: 1\na: \xe9\n")

    found = problems(tmp_path / "contacts.yaml")

    assert [(p.line, p.column, p.message) for p in found] == [(2, 4, "the file is not UTF-8 text: byte 0xe9")]


@pytest.mark.parametrize("name", ["contacts", "webmaster"])
def test_the_examples_load_without_a_warning(name: str) -> None:
    config = load(EXAMPLES / f"{name}.yaml")

    assert not config.warnings
    assert config.endpoint.is_sandbox


def test_the_webmaster_gets_the_hosting_and_the_zone_and_nothing_more_and_gives_them_back() -> None:
    config = load(EXAMPLES / "webmaster.yaml")
    agency = next(account.id for account in config.accounts if account.short == "agency")

    before, after = config.desired(date(2027, 4, 30)), config.desired(date(2027, 5, 1))

    held = {service: row.roles_of(agency) for service, row in before.items() if agency in row}
    assert held == {
        "hosting/web/shop.example": (Role.TECHNICAL,),
        "domain/zone/shop.example": (Role.TECHNICAL,),
    }
    assert not any(agency in row for row in after.values())


def test_validating_needs_none_of_the_heavy_packages() -> None:
    code = (
        "import sys; from pathlib import Path; from reconciler.config import load; load(Path(sys.argv[1]));"
        "heavy = {'ovh', 'sqlalchemy', 'starlette', 'deepdiff', 'rich', 'requests', 'pydantic', 'fastapi'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", code, EXAMPLES / "contacts.yaml"], check=True, cwd=EXAMPLES.parent)

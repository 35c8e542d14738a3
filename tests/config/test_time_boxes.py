"""Contacts that end: who is desired on which day, and when the hand-back is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.config import Config, Endpoint, Place, TimeBox
from reconciler.model import AccountId, Contacts, Region, Role, ServiceId
from reconciler.model.time_box import LEAD_DAYS
from tests.config.files import AGENCY, FINANCE, PLATFORM, faults, loaded

SERVICE = ServiceId("domain/a.example")
BOXED = "services:\n  domain/a.example:\n    technical: {account: agency, until: 2027-01-31, then: platform"


def technical(config: Config, *day: int) -> str | None:
    return config.desired(date(*day))[SERVICE].technical


def test_a_time_box_desires_then_ten_days_before_it_ends(tmp_path: Path) -> None:
    config = loaded(tmp_path, BOXED + ", reason: relaunch, ticket: OPS-12}\n")

    box = TimeBox(AccountId(AGENCY), date(2027, 1, 31), AccountId(PLATFORM), "relaunch", "OPS-12")
    assert config.time_boxes == {(SERVICE, Role.TECHNICAL): box}
    assert LEAD_DAYS == box.lead_days == 10
    assert technical(config, 2027, 1, 20) == AGENCY
    assert technical(config, 2027, 1, 21) == PLATFORM
    assert technical(config, 2027, 1, 31) == PLATFORM


def test_the_file_says_how_many_days_before_and_one_box_may_say_another_number(tmp_path: Path) -> None:
    short = "{account: agency, until: 2027-01-31, then: platform, lead_days: 0}"
    body = f"  domain/b.example: {{technical: {short}}}\n"
    config = loaded(tmp_path, "lead_days: 3\n" + BOXED + "}\n" + body)

    assert [box.lead_days for box in config.time_boxes.values()] == [3, 0]
    assert [box.due_from for box in config.time_boxes.values()] == [date(2027, 1, 28), date(2027, 1, 31)]
    assert technical(config, 2027, 1, 27) == AGENCY
    assert technical(config, 2027, 1, 28) == PLATFORM
    assert config.desired(date(2027, 1, 30))[ServiceId("domain/b.example")].technical == AGENCY
    assert config.desired(date(2027, 1, 31))[ServiceId("domain/b.example")].technical == PLATFORM


def test_the_lead_of_the_main_file_counts_for_included_files_and_for_defaults(tmp_path: Path) -> None:
    team = (
        "version: 1\ndefaults: {admin: {account: agency, until: 2027-01-31, then: platform}}\n"
        "services:\n  vps/a: {}\n"
    )
    (tmp_path / "team.yaml").write_text(team)
    config = loaded(tmp_path, "lead_days: 2\ninclude: [team.yaml]\n" + BOXED + "}\n")

    assert {box.lead_days for box in config.time_boxes.values()} == {2}
    assert config.desired(date(2027, 1, 28))[ServiceId("vps/a")].admin == AGENCY
    assert config.desired(date(2027, 1, 29))[ServiceId("vps/a")].admin == PLATFORM


def test_more_days_than_the_calendar_has_is_from_the_beginning(tmp_path: Path) -> None:
    config = loaded(tmp_path, BOXED + ", lead_days: 999999999}\n")

    assert technical(config, 1, 1, 1) == PLATFORM
    assert config.time_boxes[SERVICE, Role.TECHNICAL].due_from == date.min


@pytest.mark.parametrize("text", ["-1", "1.5", "'3'", "ten", "true", "null", "[3]"])
def test_lead_days_is_a_whole_number(tmp_path: Path, text: str) -> None:
    assert len(faults(tmp_path, f"lead_days: {text}\nservices: {{}}\n")) == 1
    assert len(faults(tmp_path, f"{BOXED}, lead_days: {text}}}\n")) == 1


def test_a_box_knows_its_own_place_in_defaults_too(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "defaults:\n  admin: {account: agency, until: 2027-01-31, then: platform}\n" + BOXED + "}\n",
    )
    file = str(tmp_path / "contacts.yaml")

    assert {role: box.place for (_, role), box in config.time_boxes.items()} == {
        Role.ADMIN: Place(file, 5, 10),
        Role.TECHNICAL: Place(file, 8, 16),
    }


DAY = st.dates(date(2000, 1, 1), date(2100, 1, 1))
ROLE = st.sampled_from([*Role])


@settings(deadline=None)
@given(until=DAY, lead=st.integers(0, 400), offset=st.integers(-500, 500), role=ROLE)
def test_then_is_desired_exactly_from_the_lead_days_before_until(
    until: date, lead: int, offset: int, role: Role
) -> None:
    row = Contacts(AccountId(AGENCY), AccountId(AGENCY), AccountId(AGENCY))
    plain = ServiceId("vps/plain")
    box = TimeBox(AccountId(AGENCY), until, AccountId(PLATFORM), lead_days=lead)
    config = Config(
        ("contacts.yaml",),
        Endpoint("sandbox", Region.EU),
        (),
        {SERVICE: row, plain: row},
        time_boxes={(SERVICE, role): box},
    )
    today = until - timedelta(days=lead) + timedelta(days=offset)

    desired = config.desired(today)

    assert desired[SERVICE].of(role) == (PLATFORM if offset >= 0 else AGENCY)
    assert all(desired[SERVICE].of(other) == AGENCY for other in Role if other is not role)
    assert desired[plain] == row
    assert config.rows[SERVICE] == row, "what the file says stays as it is"
    assert box.is_due(today) == (offset >= 0)
    assert box.is_over(today) == (offset >= lead)


@settings(deadline=None)
@given(first=DAY, second=DAY, lead=st.integers(0, 60), today=DAY)
def test_two_roles_of_a_service_end_each_on_its_own_day(
    first: date, second: date, lead: int, today: date
) -> None:
    row = Contacts(AccountId(AGENCY), AccountId(AGENCY), AccountId(FINANCE))
    boxes = {
        (SERVICE, Role.ADMIN): TimeBox(AccountId(AGENCY), first, AccountId(PLATFORM), lead_days=lead),
        (SERVICE, Role.TECHNICAL): TimeBox(AccountId(AGENCY), second, AccountId(PLATFORM)),
    }
    config = Config(("f",), Endpoint("sandbox", Region.EU), (), {SERVICE: row}, time_boxes=boxes)

    found = config.desired(today)[SERVICE]

    assert (found.admin == PLATFORM) == (today >= first - timedelta(days=lead))
    assert (found.technical == PLATFORM) == (today >= second - timedelta(days=10))
    assert found.billing == FINANCE


def test_without_a_box_that_is_due_the_rows_are_handed_out_as_they_are(tmp_path: Path) -> None:
    config = loaded(tmp_path, BOXED + "}\n")

    assert config.desired(date(2027, 1, 20)) is config.rows
    assert config.desired(date(2027, 1, 21)) is not config.rows

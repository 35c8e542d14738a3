"""Damaged mails: a few here, for ten minutes in `script/fuzz`."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mailbox.mutations import check, damaged_mails, seeds


def test_the_undamaged_mails_pass_the_same_checks() -> None:
    for raw in seeds():
        check(raw)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(damaged_mails())
def test_no_damage_makes_reading_fail_or_find_what_is_not_there(raw: bytes) -> None:
    check(raw)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_letter(raw: bytes) -> None:
    check(raw)

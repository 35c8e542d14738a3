"""What guards forbid, and when they stop a run."""

from __future__ import annotations

import pytest

from reconciler.config import GuardSettings
from reconciler.diff import Change
from reconciler.guards import stops, vetoes
from reconciler.model import Role, ServiceId
from tests.builders import A, B, C

SHOP = "domain/shop.example"
BLOCK = "ip/service/ip-2001:db8::/64"


def is_protected(pattern: str, service: str = SHOP, role: Role = Role.TECHNICAL) -> bool:
    change = Change(ServiceId(service), role, A, B)
    return (change.service, role) in vetoes([change], GuardSettings(protected=(pattern,)), {A, B})


@pytest.mark.parametrize(
    "pattern", [SHOP, "domain/*", "*", f"{SHOP}:technical", "domain/sho?.example", "*:technical"]
)
def test_a_pattern_protects_what_it_matches(pattern: str) -> None:
    assert is_protected(pattern)


@pytest.mark.parametrize(
    "pattern", ["domain/shop", f"{SHOP}:admin", "domain/zone/*", "Domain/*", "shop.example"]
)
def test_a_pattern_protects_nothing_else(pattern: str) -> None:
    assert not is_protected(pattern)


def test_colons_of_a_name_are_no_role() -> None:
    assert is_protected(BLOCK, BLOCK)
    assert is_protected(f"{BLOCK}:technical", BLOCK)
    assert not is_protected(f"{BLOCK}:billing", BLOCK)


def test_a_service_with_a_bracket_in_its_name_is_protected_by_its_own_key() -> None:
    assert is_protected("vps/odd[1]", "vps/odd[1]")
    assert not is_protected("vps/odd[1]", "vps/odd1")


def test_admin_goes_to_nobody_without_credentials_unless_listed() -> None:
    change = Change(ServiceId(SHOP), Role.ADMIN, A, C)
    assert vetoes([change], GuardSettings(), {A, B})
    assert not vetoes([change], GuardSettings(), {A, C})
    assert not vetoes([change], GuardSettings(allow_admin_handover_to=frozenset({C})), {A, B})
    assert not vetoes([change], GuardSettings(), {A, B}, lifted={"allow_admin_handover_to"})
    assert vetoes([change], GuardSettings(), {A, B}, lifted={"protected"})


@pytest.mark.parametrize(
    ("moving", "managed", "services", "percent", "stopped"),
    [
        (3, 10, 10, 30, False),
        (4, 10, 10, 30, True),
        (9, 9, 9, 30, False),
        (1, 30, 10, 0, True),
        (0, 30, 10, 0, False),
    ],
)
def test_a_share_stops_the_run_when_strictly_greater_and_from_ten_services_up(
    moving: int, managed: int, services: int, percent: int, stopped: bool
) -> None:
    reason = stops(moving, managed, services, GuardSettings(max_changes_percent=percent))
    assert (reason is not None) is stopped

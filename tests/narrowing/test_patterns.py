"""Which services a pattern of `--only` names."""

from __future__ import annotations

import pytest

from reconciler.model import ServiceId
from reconciler.plan.selection import naming, unmatched

SHOP, ZONE, WEB = "domain/shop.example", "domain/zone/shop.example", "hosting/web/shop.example"
BLOCK = "ip/service/ip-192.0.2.0/28"
ALL = (SHOP, ZONE, WEB, BLOCK, "vps/odd[1]")


def named(pattern: str) -> set[str]:
    names = naming(pattern)
    return {service for service in ALL if names(ServiceId(service))}


@pytest.mark.parametrize(
    ("pattern", "services"),
    [
        (SHOP, {SHOP}),
        ("domain/*", {SHOP}),
        ("domain/shop*", {SHOP}),
        ("domain/?hop.example", {SHOP}),
        ("domain/zone/*", {ZONE}),
        ("domain/z*", set()),
        ("*/shop.example", {SHOP, ZONE, WEB}),
        ("hosting/*", {WEB}),
        ("domain*", {SHOP, ZONE}),
        ("*", {*ALL}),
        ("ip/service/*", {BLOCK}),
        ("vps/odd[1]", {"vps/odd[1]"}),
        ("vps/*[1]", {"vps/odd[1]"}),
    ],
)
def test_a_pattern_names_services_and_one_that_begins_with_a_product_those_of_that_product(
    pattern: str, services: set[str]
) -> None:
    assert named(pattern) == services


@pytest.mark.parametrize(
    "pattern", ["", "Domain/*", "domain/SHOP.example", "shop.example", "domain", "domain/"]
)
def test_a_pattern_names_nothing_by_other_case_or_by_a_part(pattern: str) -> None:
    assert named(pattern) == set()


def test_every_pattern_that_names_nothing_is_found() -> None:
    services = [ServiceId(one) for one in ALL]
    assert unmatched(["vps/*", "vsp/*", "domain/*", "Domain/*"], services) == ("vsp/*", "Domain/*")

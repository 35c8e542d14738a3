"""Which line decides a contact, however the file is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.config import load
from reconciler.config.deciding import Deciding
from reconciler.model import ROLES, Role, ServiceId
from tests.config.files import HEAD, write

SHOP = ServiceId("domain/shop.example")


def lines(path: Path, service: str = SHOP) -> list[int | None]:
    """The lines that decide admin, technical and billing, counted from the one after `HEAD`."""
    where = Deciding(load(path))
    places = [where(ServiceId(service), role) for role in ROLES]
    return [place.line - HEAD.count("\n") if place else None for place in places]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("defaults:\n  admin: platform\nservices:\n  domain/shop.example: {technical: agency}\n", [2, 4, 4]),
        (
            ("services:\n  domain/shop.example:\n    technical: agency\n    # why\n\n    admin: platform\n"
            "  domain/z.example:\n    billing: agency\n"),
            [6, 3, 2],
        ),
        (
            ("services:\n  domain/shop.example:\n    technical:\n      account: agency\n"
            "      until: 2027-01-31\n      then: platform\n    billing: finance\n"),
            [2, 3, 7],
        ),
        (
            "services:\n  domain/shop.example: {\n    technical: agency,\n    billing: finance\n  }\n",
            [2, 3, 4],
        ),
        (
            ("services: {domain/a.example: {admin: platform},\n domain/shop.example: {admin: platform,\n"
            "  technical: agency}, domain/z.example: {billing: finance}}\n"),
            [2, 3, 2],
        ),
        (
            '"defaults": {billing: finance}\nservices:\n  "domain/shop.example": {"admin": platform}\n',
            [3, 3, 1],
        ),
        (
            ("services:\n  domain/a.example: &a {admin: platform}\n  domain/shop.example: *a\n"
            "  domain/z.example: {technical: agency}\n"),
            [2, 3, 3],
        ),
        (
            ("defaults: {admin: platform, billing: finance}\nservices:\n"
            "  domain/a.example: &1\n    # no: &1 {}\n    admin: agency\n"
            "  domain/b.example: &12 {technical: agency}\n  domain/shop.example: *1  # *12\n"
            "  domain/z.example: &1 {technical: agency}\n"),
            [5, 7, 1],
        ),
        (
            ("defaults: {admin: platform}\n"
            "services: {domain/a.example: &1 {admin: agency},\n  domain/shop.example: *1}\n"),
            [3, 3, 3],
        ),
        ("services:\n  ? domain/shop.example\n  : technical: agency\n    billing: finance\n", [2, 2, 2]),
        ("services:\n  domain/shop.example: {}\ndefaults: {admin: platform}\n", [3, 2, 2]),
    ],
)  # fmt: skip
def test_the_line_that_names_a_role_decides_it(tmp_path: Path, body: str, expected: list[int]) -> None:
    for line_end in ("\n", "\r\n"):
        path = write(tmp_path, (HEAD + body).replace("\n", line_end))
        assert lines(path) == expected


def test_the_column_is_that_of_the_role(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "services:\n  domain/shop.example: {technical: agency}\n")
    place = Deciding(load(path))(SHOP, Role.TECHNICAL)
    assert place is not None
    assert path.read_text().split("\n")[place.line - 1][place.column - 1 :] == "technical: agency}"


def test_a_service_in_a_long_run_of_plain_lines_is_found(tmp_path: Path) -> None:
    body = "".join(f"  domain/s{n:04}.example: {{technical: agency}}\n" for n in range(3000))
    path = write(tmp_path, f"{HEAD}defaults: {{admin: platform}}\nservices:\n{body}")
    assert lines(path, "domain/s2000.example") == [1, 2003, 2003]


def test_the_defaults_of_an_included_file_come_before_those_of_the_main_one(tmp_path: Path) -> None:
    included = "version: 1\ndefaults: {admin: agency}\nservices:\n  domain/shop.example: {}\n"
    (tmp_path / "team.yaml").write_text(included)
    path = write(tmp_path, f"{HEAD}include: [team.yaml]\ndefaults: {{admin: platform, billing: finance}}\n")
    where = Deciding(load(path))
    admin, billing = where(SHOP, Role.ADMIN), where(SHOP, Role.BILLING)
    assert admin is not None
    assert billing is not None
    assert (Path(admin.file).name, admin.line) == ("team.yaml", 2)
    assert (Path(billing.file), billing.line) == (path, HEAD.count("\n") + 2)


def test_without_a_role_it_is_the_line_of_the_service_and_what_is_not_declared_has_none(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, HEAD + "services:\n  domain/shop.example:\n    technical: agency\n")
    where = Deciding(load(path))
    place = where(SHOP, None)
    assert place is not None
    assert place.line == HEAD.count("\n") + 2
    assert where(ServiceId("domain/other.example"), Role.ADMIN) is None


def test_a_file_that_has_gone_since_still_has_the_lines_of_its_services(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "services:\n  domain/shop.example: {technical: agency}\n")
    where = Deciding(load(path))
    path.unlink()
    assert where(SHOP, Role.TECHNICAL) == where(SHOP, None)

"""`manage: observe`, in the layers of the files: the nearest place that says it counts, whoever is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.config import Config, load
from reconciler.config.deciding import Deciding, Layer
from reconciler.model import ROLES, Role, ServiceId
from tests.config.files import AGENCY, HEAD, PLATFORM, loaded, write

ONE = ServiceId("domain/one.example")
DEFAULTS = "admin: platform, technical: platform, billing: finance"


def letters(config: Config, service: ServiceId = ONE) -> str:
    """Return the initials of the observed roles of a service."""
    return "".join(role[0] for role in ROLES if role in config.observed.get(service, ()))


@pytest.mark.parametrize(
    ("everything", "defaults", "service", "observed"),
    [
        ("", "", "", ""),
        ("manage: observe", "", "", "atb"),
        ("manage: request", "", "", ""),
        ("", "manage: observe", "", "atb"),
        ("", "", "manage: observe", "atb"),
        ("manage: observe", "", "manage: request", ""),
        ("manage: observe", "manage: request", "", ""),
        ("manage: observe", "manage: request", "manage: observe", "atb"),
        ("", "manage: observe", "manage: request", ""),
        ("", "", "technical: {account: agency, manage: observe}", "t"),
        ("", "", "manage: observe, technical: {account: agency, manage: request}", "ab"),
        ("manage: observe", "", "technical: {account: agency, manage: request}", "ab"),
        ("", "manage: observe", "technical: {account: agency, manage: request}", "ab"),
        ("", "manage: observe", "technical: agency", "atb"),
        ("", "", "manage: observe, technical: {account: agency, reason: later}", "atb"),
        (
            "",
            "manage: observe",
            "technical: {account: agency, until: 2027-01-31, then: platform}",
            "atb",
        ),
    ],
)
def test_the_nearest_place_that_says_it_counts(
    tmp_path: Path, everything: str, defaults: str, service: str, observed: str
) -> None:
    body = (
        f"{everything}\ndefaults: {{{DEFAULTS}, {defaults}}}\n"
        f"services:\n  {ONE}: {{{service}}}\n  domain/two.example: {{}}\n"
    )

    assert letters(loaded(tmp_path, body.replace(", }", "}"))) == observed


def test_a_contact_that_ends_keeps_what_its_own_entry_says(tmp_path: Path) -> None:
    for own, kept in (("", None), (", manage: observe", "observe"), (", manage: request", "request")):
        box = f"{{account: agency, until: 2027-01-31, then: platform{own}}}"
        config = loaded(tmp_path, f"manage: observe\nservices:\n  {ONE}: {{technical: {box}}}\n")
        assert config.time_boxes[ONE, Role.TECHNICAL].manage == kept


def test_what_the_defaults_say_of_a_role_holds_for_whomever_a_service_names(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        f"defaults: {{admin: {{account: platform, manage: observe}}, technical: platform}}\nservices:\n"
        f"  {ONE}: {{}}\n"
        "  domain/other.example: {admin: agency}\n"
        "  domain/lifted.example: {admin: {account: agency, manage: request}}\n"
        "  domain/whole.example: {manage: request}\n",
    )

    assert letters(config) == "a"
    assert letters(config, ServiceId("domain/other.example")) == "a"
    assert letters(config, ServiceId("domain/lifted.example")) == ""
    assert letters(config, ServiceId("domain/whole.example")) == ""
    assert config.rows[ServiceId("domain/other.example")].admin == AGENCY
    assert config.rows[ONE].admin == PLATFORM


def test_an_included_file_decides_for_its_own_services_role_by_role(tmp_path: Path) -> None:
    write(
        tmp_path,
        "version: 1\ndefaults: {manage: observe, billing: {account: finance, manage: request}}\n"
        "services: {domain/team.example: {admin: platform, technical: platform}}\n",
        "teams/team.yaml",
    )
    config = loaded(
        tmp_path,
        "include: [teams/*.yaml]\ndefaults: {technical: {account: platform, manage: request}}\n"
        f"services: {{{ONE}: {{}}}}\n",
    )

    assert letters(config, ServiceId("domain/team.example")) == "at"
    assert letters(config) == ""


def test_plain_lines_beside_a_marked_one_are_read_alike_in_a_long_file_and_in_a_short_one(
    tmp_path: Path,
) -> None:
    """A long file's plain lines are not read event by event."""
    plain = "".join(f"  domain/s{number}.example: {{technical: agency}}\n" for number in range(100))
    marked = "  domain/m.example: {technical: agency, manage: observe}\n"
    block = "  domain/b.example:\n    technical: agency\n    manage: observe\n"
    body = f"services:\n{plain}{marked}{plain.replace('/s', '/t')}{block}{plain.replace('/s', '/u')}"

    long = loaded(tmp_path, body)
    short = loaded(tmp_path, f"services:\n{marked}{block}")

    assert len(long.rows) == 302
    assert dict(long.observed) == dict(short.observed)
    assert {*long.observed} == {"domain/m.example", "domain/b.example"}


def test_a_whole_file_that_is_observed_in_runs_is_observed(tmp_path: Path) -> None:
    plain = "".join(f"  domain/s{number}.example: {{technical: agency}}\n" for number in range(200))

    config = loaded(tmp_path, f"manage: observe\nservices:\n{plain}")

    assert {*config.observed} == {*config.rows}


def test_an_included_file_may_not_say_it_for_everything(tmp_path: Path) -> None:
    write(tmp_path, "version: 1\nmanage: observe\nservices: {}\n", "teams/team.yaml")
    main = write(tmp_path, HEAD + f"include: [teams/*.yaml]\nservices: {{{ONE}: {{admin: platform}}}}\n")

    with pytest.raises(Exception, match="`manage` is allowed only in the main file"):
        load(main)


OWN = """\
services:
  S:
    technical: agency
    manage: observe
"""
OF_A_ROLE = """\
manage: request
services:
  S:
    manage: request
    technical:
      account: agency
      manage: observe
"""
WHOLE_DEFAULTS = """\
defaults:
  admin: {account: platform, manage: request}
  manage: observe
services:
  S: {technical: agency}
"""
DEFAULT_ROLE = """\
defaults:
  technical: {account: platform, manage: observe}
services:
  S: {technical: agency}
"""


@pytest.mark.parametrize(
    ("body", "line", "layer"),
    [
        ("manage: observe\nservices:\n  S: {technical: agency}\n", "manage: observe", Layer.FILE),
        (OWN, "    manage: observe", Layer.SERVICE),
        (OF_A_ROLE, "      manage: observe", Layer.SERVICE),
        (WHOLE_DEFAULTS, "  manage: observe", Layer.DEFAULTS),
        (DEFAULT_ROLE, "  technical: {account: platform, manage: observe}", Layer.DEFAULTS),
    ],
)
def test_the_line_that_decides_it_is_found(tmp_path: Path, body: str, line: str, layer: Layer) -> None:
    config = loaded(tmp_path, body.replace("S:", f"{ONE}:"))
    deciding = Deciding(config)

    found = deciding.management(ONE, Role.TECHNICAL)

    assert Role.TECHNICAL in config.observed[ONE]
    assert found is not None
    assert found.layer is layer
    assert deciding.source_line(found.place) == line


def test_the_example_of_the_docs_says_what_its_comments_do(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/observing.md").read_text(encoding="utf-8")
    text = page.partition("```yaml\n")[2].partition("```")[0]

    config = load(write(tmp_path, text))

    assert [letters(config, service) for service in config.rows] == ["", "ab", "atb"]


def test_where_no_line_says_it_none_is_found(tmp_path: Path) -> None:
    config = loaded(tmp_path, f"services:\n  {ONE}: {{technical: agency}}\n")

    assert Deciding(config).management(ONE, Role.TECHNICAL) is None

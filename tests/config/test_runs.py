"""The regular expression that reads most lines never tells anything else than libyaml does.

A file whose lines end in carriage return and line feed has no runs, so reading each text both ways compares
the two.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.config import load
from reconciler.config.runs import find_runs
from reconciler.errors import ConfigError
from tests.config.files import HEAD, write

LONG = "# " + "a text as short as these is read without runs " * 30 + "\n"
LINES = st.sampled_from(
    [
        "  domain/a.example: {technical: agency}",
        "  domain/b.example: { admin: platform, billing: finance }",
        "  domain/c.example: {}",
        "  domain/d.example: {}   # it's a comment",
        "  vps/v1:\n    admin: agency",
        "  vps/v2:\n      admin: agency\n      technical: platform",
        "  vps/v3:\n    admin: agency\n      technical: platform",
        "  vps/v4:\n    admin: agency\n      and more",
        "  vps/v5:\n    admin: agency\n\n      and more",
        "  vps/v6:",
        "  vps/v7: {technical: agency, technical: platform}",
        "  vps/v8: {technical: null}",
        "  vps/v9: {technical: nobody}",
        "  vps/w1: {tech: agency}",
        "  vps/w2: &anchor {technical: agency}",
        "  vps/w3: *anchor",
        "  vps/w4: {technical: agency",
        "  vps/w5: [technical: agency",
        '  vps/w6: "unclosed',
        "  vps/w7: 'unclosed",
        "  vps/w8: }",
        "  vps/w9: |",
        "  vps/x1: {technical: {account: agency, until: 2027-01-31, then: platform}}",
        "  domian/x: {}",
        "  domain/zone: {}",
        "  domain/..: {}",
        "  email/domain/a.example: {billing: finance}",
        "    vps/x2: {}",
        " vps/x3: {}",
        "vps/x4: {}",
        "  run/of-services: {}",
        "  # a comment",
        "    # a deeper comment",
        "# it's one at the margin",
        "",
        "    ",
        "  - vps/x5",
        "    }",
        '  "',
        "  '",
        "]",
        "...",
        "---",
        "defaults: {billing: finance}",
        "notify:",
        "services:",
        "services: &all",
        "services: {",
        "include:",
        "defaults: >",
    ]
)

ROUTE_HINT = (
    "a key is the API's path of the service, as in `domain/shop.example` or `hosting/web/shop.example`"
)


def told(path: Path) -> object:
    """Return everything that reading a file tells."""
    try:
        config = load(path)
    except ConfigError as error:
        return [(Path(p.file).name, p.line, p.column, p.message, p.hint, p.source) for p in error.problems]
    return list(config.rows.items()), dict(config.places), dict(config.time_boxes), config.warnings


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, min_size=1, max_size=12), start=st.sampled_from(["services:\n", ""]))
def test_a_text_tells_the_same_read_in_runs_and_event_by_event(
    tmp_path: Path, lines: list[str], start: str
) -> None:
    text = HEAD + LONG + start + "\n".join(lines) + "\n"

    assert told(write(tmp_path, text)) == told(write(tmp_path, text.replace("\n", "\r\n")))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINES, min_size=1, max_size=4),
    head=st.sampled_from(["", "defaults: {admin: agency}\n", "defaults: {admin: nobody}\n"]),
    name=st.sampled_from(["other", "o", "a.b"]),
)
@example(lines=["  domain/a.example: {}"], head="defaults: {admin: nobody}\n", name="o")
@example(lines=["  domain/a.example: {technical: nobody}"], head="defaults: {admin: agency}\n", name="o")
@example(lines=["  run/of-services: {}"], head="", name="domain/o.test")
@example(lines=["  vps/v1:\n    admin: agency", "  vps/v1:\n    admin: agency", '  "'], head="", name="o")
def test_files_that_differ_only_in_their_services_tell_the_same_read_together_and_event_by_event(
    tmp_path: Path, lines: list[str], head: str, name: str
) -> None:
    text = f"version: 1\n{head}services:\n" + "\n".join(lines) + "\n"
    others = text.replace("/", f"/{name}-"), text.replace("run/of-services", name)
    main = write(tmp_path, f"{HEAD}include: [teams/*.yaml]\nservices: {{}}\n")

    def read(ending: str) -> object:
        for number, content in enumerate((text, *others)):
            write(tmp_path, content.replace("\n", ending), f"teams/{number}.yaml")
        return told(main)

    assert read("\n") == read("\r\n")


@pytest.mark.parametrize(
    "opened", ['note: "', "note: '", "note: [", "note: {", "note: |", "note: a", "services: ["]
)
def test_a_run_within_something_else_is_no_run(tmp_path: Path, opened: str) -> None:
    body = "services:\n  domain/a.example: {}\n  domain/b.example: {}\n"
    text = f"{HEAD}{LONG}{opened}\n{body}"

    assert told(write(tmp_path, text)) == told(write(tmp_path, text.replace("\n", "\r\n")))


@pytest.mark.parametrize("key", ["services", "notify"])
@pytest.mark.parametrize("comma", ["", ","])
def test_lines_of_a_mapping_in_braces_are_no_run(tmp_path: Path, key: str, comma: str) -> None:
    body = f"{key}: {{\n  vps/a: {{}}\n  vps/b: {{}}\n  vps/c: {{}}{comma}\n# so\n  vps/d: {{}}\n# so\n}}\n"
    text = HEAD + LONG + body

    assert told(write(tmp_path, text)) == told(write(tmp_path, text.replace("\n", "\r\n")))


@pytest.mark.parametrize(
    "line",
    [
        "  domain/shop-%d.example: {technical: agency}\n",
        "  domain/shop-%d.example: { technical: agency, admin: ag33333-ovh }\n",
        "  domain/shop-%d.example: {}\n",
        "  domain/shop-%d.example: {technical: agency}   # why\n",
        "  # a comment\n  domain/shop-%d.example: {technical: agency}\n\n",
        "  domain/shop-%d.example:\n    technical: agency\n",
        "    hosting/web/shop-%d.example:\n        admin: agency\n        billing: agency\n",
    ],
)
def test_the_usual_lines_are_read_in_runs(line: str) -> None:
    text = f"version: 1\nservices:\n{''.join(line % number for number in range(3_000))}"

    assert find_runs(text).text().count("\n") == text.count("\n")
    assert len(find_runs(text).text()) < len(text) / 4


def test_the_stand_in_for_a_run_is_an_unknown_route_where_a_file_writes_it(tmp_path: Path) -> None:
    text = HEAD + LONG + "services:\n  domain/a.example: {}\n  run/of-services: {}\n"

    assert told(write(tmp_path, text)) == [
        (
            "contacts.yaml",
            7,
            3,
            "`run/of-services` begins with no known route",
            ROUTE_HINT,
            "  run/of-services: {}",
        )
    ]

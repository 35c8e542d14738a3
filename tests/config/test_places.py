"""Every problem points at the character where it is, however the text is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.files import HEAD, faults, problems, write

UNLISTED = "no entry of `accounts` is called `nobody`"


def test_columns_count_characters_not_bytes(tmp_path: Path) -> None:
    line = "  vps/a: {technical: {account: agency, reason: é😀é, ticket: x, then: nobody}}"

    assert faults(tmp_path, f"services:\n{line}\n") == [
        "5:22: `until` is missing beside `then`",
        f"5:{line.index('nobody') + 1}: {UNLISTED}",
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_count_once(tmp_path: Path, line_end: str) -> None:
    body = "services:\n  # é\n\n  domain/a.example: {}\n  domain/b.example:\n    admin: nobody\n"
    path = write(tmp_path, (HEAD + body).replace("\n", line_end))

    (problem,) = problems(path)

    assert (problem.line, problem.column, problem.message) == (9, 12, UNLISTED)
    assert problem.source == "    admin: nobody"


def test_the_caret_stands_under_the_place(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "services:\n  domain/a.example: {technical: nobody}\n")

    (problem,) = problems(path)
    _, source, caret, _ = str(problem).split("\n")

    assert source[caret.index("^") :].startswith("nobody")


def test_a_long_line_is_shown_around_the_place_only(tmp_path: Path) -> None:
    services = ", ".join(f"domain/d{number}.example: {{admin: agency}}" for number in range(5_000))
    path = write(tmp_path, f"{HEAD}services: {{{services}, domain/x.example: {{admin: nobody}}}}\n")

    (problem,) = problems(path)
    _, source, caret, _ = str(problem).split("\n")

    assert problem.column > 100_000
    assert len(source) < 200
    assert source[caret.index("^") :].startswith("nobody")


def test_escape_codes_of_a_source_line_are_shown_as_text_and_the_caret_still_fits(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"{HEAD}services:\n  'vps/\u202e\u200b': {{admin: agency}}\n  vps/a: {{admin: nobody}} # \u202e\n",
    )

    text = "\n".join(str(problem) for problem in problems(path))

    assert text.replace("\n", "").isprintable()
    assert "vps/\\u202e\\u200b" in text


def test_a_null_character_and_a_control_character_are_pointed_at(tmp_path: Path) -> None:
    assert faults(tmp_path, "services:\n  vps/\0a: {}\n") == [
        "5:7: the character U+0000 is not allowed in YAML"
    ]
    assert faults(tmp_path, "services:\n  vps/a: {} # \x1b[31m\n") == [
        "5:15: the character U+001B is not allowed in YAML"
    ]


def test_an_alias_that_does_not_fit_is_pointed_at_where_it_stands(tmp_path: Path) -> None:
    line = "  vps/a: {admin: {account: agency, until: *who, then: platform}}"
    body = f"defaults: {{admin: &who agency}}\nservices:\n{line}\n"

    assert faults(tmp_path, body) == ["6:43: `agency` is no date"]


def test_what_an_alias_leads_to_is_pointed_at_once(tmp_path: Path) -> None:
    body = "services:\n  vps/a: &row {admin: nobody}\n  vps/b: *row\n  vps/c: *row\n"

    assert faults(tmp_path, body) == [f"5:23: {UNLISTED}"]


def test_every_problem_of_every_kind_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    body = """\
defaults: {owner: agency}
services:
  domain/a.example: {technical: nobody}
  domian/b.example: {}
  domain/c.example:
  domain/a.example: {technical: agency}
expired_retries: many
extra: 1
"""

    assert faults(tmp_path, body) == [
        "4:12: unknown role `owner`",
        f"6:33: {UNLISTED}",
        "7:3: `domian/b.example` begins with no known route",
        "8:3: `domain/c.example` is given nothing",
        f"9:3: `domain/a.example` is here a second time; the first is at {tmp_path}/contacts.yaml:6:3",
        "10:18: `expired_retries` must be a whole number from 0 up",
        "11:1: unknown key `extra`",
    ]


def test_faults_among_thousands_of_good_lines_keep_their_places(tmp_path: Path) -> None:
    lines = [f"  domain/d{number}.example: {{technical: agency}}" for number in range(5_000)]
    lines[100] = "  domain/d100.example:\n    admin: platform\n    technical: nobody"
    lines[2_000] = "  domain/d7.example: {technical: agency}"
    lines[3_000] = "  domain/d3000.example: {admin: platform, technical: nobody}  # a comment"
    lines[4_000] = "  domain/d4000.example: {technical: agency, technical: platform}"
    lines[4_500] = "  domain/d4500.example: {technical: null}"
    lines[4_999] = "  domian/d4999.example: {}"
    first = 5

    file = f"{tmp_path}/contacts.yaml"
    expected = {
        f"{first + 102}:16": UNLISTED,
        f"{first + 2002}:3": f"`domain/d7.example` is here a second time; the first is at {file}:12:3",
        f"{first + 3002}:54": UNLISTED,
        f"{first + 4002}:45": f"`technical` is here a second time; the first is at {file}:{first + 4002}:26",
        f"{first + 4502}:37": "null names no account",
        f"{first + 5001}:3": "`domian/d4999.example` begins with no known route",
    }
    found = faults(tmp_path, "services:\n" + "\n".join(lines) + "\n")
    assert dict(fault.split(": ", 1) for fault in found) == expected


def test_what_is_no_yaml_among_thousands_of_good_lines_is_told_where_libyaml_stops(tmp_path: Path) -> None:
    lines = [f"  domain/d{number}.example: {{technical: agency}}" for number in range(5_000)]
    lines[2_500] = "  domain/d2500.example: {technical: agency"

    (fault,) = faults(tmp_path, "services:\n" + "\n".join(lines) + "\n")

    assert fault.startswith("2506:23: this is not YAML: did not find expected ',' or '}'")


def test_too_many_problems_are_cut_off(tmp_path: Path) -> None:
    body = "services:\n" + "".join(
        f"  domain/d{number}.example: {{tech: agency}}\n" for number in range(10_100)
    )

    found = faults(tmp_path, body)

    assert len(found) == 10_001
    assert found[-1].endswith("more than 10000 problems: the rest is not shown")

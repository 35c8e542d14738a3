"""Every format for programs, kept word for word, and read back by parsers that are not ours."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sarif_pydantic import Sarif  # type: ignore[import-untyped]  # it has types, but ships no py.typed

from reconciler.model import AccountId, Role
from reconciler.model.time_box import Place
from reconciler.plan import Plan
from reconciler.render.findings import Finding, Level, findings
from reconciler.render.formats import FORMATS, in_format
from reconciler.render.github import MOST_OF_A_LEVEL, step_outputs, workflow_commands
from reconciler.render.safe import without_commands
from reconciler.render.sarif import MOST
from reconciler.render.view import View
from tests.golden import assert_golden
from tests.render import plans, views
from tests.render.plans import HOSTILE, hostile
from tests.render.test_golden import GOLDEN

VIEWS = {
    "three": views.THREE,
    "everything": views.view(plans.EVERYTHING),
    "stopped": views.view(plans.STOPPED, code=5),
    "time_boxed": views.view(plans.TIME_BOXED, code=2),
    "beside": views.view(plans.BESIDE),
    "observed": views.view(plans.OBSERVED, code=2),
    "in_sync": views.view(plans.IN_SYNC, code=0),
}
ENDINGS = {
    "markdown": "md",
    "sarif": "sarif",
    "gitlab": "gitlab.json",
    "junit": "xml",
    "text": "txt",
    "json": "json",
}
NAMES = [
    "inert",
    *HOSTILE,
    "::error::x",
    "##[error]x",
    "%0A::error::x",
    "<img src=x onerror=alert(1)>",
    "]]>",
]


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("style", ["markdown", "sarif", "gitlab", "junit"])
def test_a_plan_is_written_as_blessed(style: str, name: str) -> None:
    assert_golden(in_format(style, VIEWS[name]), GOLDEN / f"view_{name}.{ENDINGS[style]}")


@pytest.mark.parametrize("name", VIEWS)
def test_a_step_of_github_actions_is_told_as_blessed(name: str) -> None:
    told = [*workflow_commands(VIEWS[name]), "", *step_outputs(VIEWS[name])]
    assert_golden("\n".join(told), GOLDEN / f"view_{name}.github.txt")


def test_three_thousand_changes_are_written_as_blessed() -> None:
    """Megabytes that nobody reads are kept as their length and hash, what people read as it is."""
    view = views.view(views.many())
    rows = []
    for style in ENDINGS:
        text = in_format(style, view)
        rows.append(f"{style}: {len(text)} characters, sha256 {sha256(text.encode()).hexdigest()}")
    assert_golden("\n".join(rows), GOLDEN / "view_thousands.digests.txt")
    assert_golden(in_format("markdown", view), GOLDEN / "view_thousands.md")
    assert_golden("\n".join(workflow_commands(view)), GOLDEN / "view_thousands.github.txt")


@pytest.mark.parametrize("name", VIEWS)
def test_sarif_is_what_its_model_says(name: str) -> None:
    log = sarif(VIEWS[name])
    (run,) = log.runs
    assert log.version == "2.1.0"
    assert run.tool.driver.name == "contact-reconciler"
    rules = [rule.id for rule in run.tool.driver.rules or []]
    for result in run.results or []:
        assert rules[result.rule_index or 0] == result.rule_id


def test_each_result_of_sarif_stands_on_the_line_that_causes_it() -> None:
    log = sarif(VIEWS["three"])
    (location,) = (log.runs[0].results or [])[0].locations or []
    physical = location.physical_location
    assert physical is not None
    assert physical.artifact_location is not None
    assert physical.region is not None
    expected = views.where(plans.ASKING.requests[0].service, Role.TECHNICAL)
    assert expected is not None
    assert physical.artifact_location.uri == expected.file
    assert (physical.region.start_line, physical.region.start_column) == (expected.line, expected.column)


def test_results_of_several_files_are_kept_apart_whatever_run_they_are_of() -> None:
    """GitHub takes what stands before the last slash for the category, and what follows for a run's name."""
    ids = [
        json.loads(in_format("sarif", replace(VIEWS["in_sync"], key=key)))["runs"][0]["automationDetails"][
            "id"
        ]
        for key in ("", "team/a", "team/b")
    ]
    assert [one.rpartition("/")[0] for one in ids] == [
        "contacts/plan", "contacts/plan/team/a", "contacts/plan/team/b",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "uri"), [("a b/c:d#é.yaml", "a%20b/c%3Ad%23%C3%A9.yaml"), ("a:b.yaml", "a%3Ab.yaml")]
)
def test_a_path_with_odd_characters_is_a_uri_in_sarif(path: str, uri: str) -> None:
    odd = replace(VIEWS["three"], where=lambda *_: Place(path, 1, 1))
    document = json.loads(in_format("sarif", odd))
    locations = [row["locations"][0]["physicalLocation"] for row in document["runs"][0]["results"]]
    assert {row["artifactLocation"]["uri"] for row in locations} == {uri}


def test_sarif_keeps_to_what_github_shows_and_counts_the_rest() -> None:
    (run,) = sarif(views.view(views.many(MOST + 100))).runs
    assert len(run.results or []) == MOST
    (invocation,) = run.invocations or []
    (note,) = invocation.model_dump()["toolExecutionNotifications"]
    assert note["message"]["text"] == "100 less important results of this plan left out."
    assert Counter(result.level for result in run.results or [])["warning"] == (MOST + 100) // 10


@pytest.mark.parametrize("style", ["sarif", "gitlab"])
@pytest.mark.parametrize("plan", [plans.EVERYTHING, plans.STOPPED, plans.BESIDE, hostile("x"), views.many()])
def test_fingerprints_are_unique_and_the_same_when_lines_move(style: str, plan: Plan) -> None:
    here = fingerprints(style, views.view(plan))
    moved = fingerprints(style, replace(views.view(plan), where=lambda *_: Place("contacts.yaml", 9, 9)))
    assert here == moved
    assert len(set(here)) == len(here)


def test_what_is_told_twice_has_two_fingerprints() -> None:
    twice = views.view(replace(plans.STOPPED, stopped_by=plans.STOPPED.stopped_by * 2))
    assert len(set(fingerprints("gitlab", twice))) == len(findings(twice))


@pytest.mark.parametrize("style", ["sarif", "gitlab"])
def test_a_fingerprint_tells_roles_and_new_contacts_apart(style: str) -> None:
    rows = [
        plans.change(role=role, desired=desired)
        for role in (Role.TECHNICAL, Role.BILLING)
        for desired in (plans.AGENCY, plans.FINANCE)
    ]
    seen = [fingerprints(style, View(Plan(requests=(plans.request(row),))))[0] for row in rows]
    assert len(set(seen)) == len(rows)


@pytest.mark.parametrize("name", VIEWS)
def test_gitlabs_rows_have_what_its_documentation_asks_for(name: str) -> None:
    for row in json.loads(in_format("gitlab", VIEWS[name])):
        assert {"description", "check_name", "fingerprint", "severity", "location"} == set(row)
        assert row["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert row["location"]["path"] == "contacts.yaml"
        assert row["location"]["lines"]["begin"] >= 1


def test_every_contact_is_a_test_case_and_what_is_blocked_fails() -> None:
    root = ET.fromstring(in_format("junit", VIEWS["everything"]))
    plan = plans.EVERYTHING
    cases = {suite.get("name"): suite.findall("testcase") for suite in root.iter("testsuite")}
    wanted = {(tray, f"{change.service} {change.role}") for change, tray in plan.trays()} | {
        ("contested", f"{row.change.service} {row.change.role}") for row in plan.contested
    }
    shown = {(tray, case.get("name")) for tray, rows in cases.items() for case in rows}
    assert wanted <= shown
    for tray, rows in cases.items():
        expected = {"blocked": "failure", "contested": "failure", "absent": "failure", "unknown": "error"}
        for case in rows:
            assert [child.tag for child in case] == [expected.get(str(tray), "system-out")]


@pytest.mark.parametrize("name", VIEWS)
def test_the_totals_of_junit_are_those_of_its_cases(name: str) -> None:
    root = ET.fromstring(in_format("junit", VIEWS[name]))
    for element in (root, *root.iter("testsuite")):
        assert int(element.get("tests", "")) == len(list(element.iter("testcase"))) > 0
        assert int(element.get("failures", "")) == len(list(element.iter("failure")))
        assert int(element.get("errors", "")) == len(list(element.iter("error")))


@pytest.mark.parametrize("text", NAMES)
def test_hostile_names_stay_text_in_junit(text: str) -> None:
    seen, inert = (ET.fromstring(in_format("junit", hostile_view(name))) for name in (text, "inert"))
    assert [element.tag for element in seen.iter()] == [element.tag for element in inert.iter()]
    for element in seen.iter():
        assert "".join([*element.attrib.values(), (element.text or "").strip()]).isprintable()


@pytest.mark.parametrize("text", NAMES)
def test_hostile_names_stay_text_in_sarif(text: str) -> None:
    (run,) = sarif(hostile_view(text)).runs
    for result in run.results or []:
        message = result.message.text or ""
        assert message.isprintable()
        assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", message), "a link (SARIF 3.11.6)"
        assert not re.search(r"(?<!\{)(?:\{\{)*\{\d+\}", message), "a placeholder (SARIF 3.11.5)"


@pytest.mark.parametrize("text", NAMES)
@pytest.mark.parametrize("style", ["json", "sarif", "gitlab"])
def test_hostile_names_are_ascii_in_json_and_come_back_whole(style: str, text: str) -> None:
    shown = in_format(style, hostile_view(text))
    assert shown.isascii()
    assert len(json.dumps(json.loads(shown))) > 0
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", shown)


@pytest.mark.parametrize("text", NAMES)
def test_hostile_names_make_no_workflow_command_of_their_own(text: str) -> None:
    seen, inert = ([*workflow_commands(hostile_view(name))] for name in (text, "inert"))
    assert len(seen) == len(inert)
    for line, harmless in zip(seen, inert, strict=True):
        assert line.isprintable()
        assert "##[" not in line
        level, properties, message = command(line)
        assert (level, list(properties)) == (command(harmless)[0], list(command(harmless)[1]))
        assert message


@pytest.mark.parametrize("text", NAMES)
def test_a_runner_reads_an_annotation_as_it_was_meant(text: str) -> None:
    odd = "a,b:c%0A,line=1.yaml"
    view = replace(hostile_view(text), where=lambda *_: Place(odd, 7, 3))
    for line, finding in zip(workflow_commands(view), shown_findings(view), strict=False):
        _, properties, message = command(line)
        assert message == without_commands(finding.message)
        if finding.place:
            assert (properties["file"], properties["line"], properties["col"]) == (odd, "7", "3")


def test_annotations_keep_to_ten_of_a_level_the_most_important_first_and_count_the_rest() -> None:
    lines = [*workflow_commands(views.view(views.many()))]
    levels = Counter(command(line)[0] for line in lines)
    assert levels == {"warning": MOST_OF_A_LEVEL, "notice": MOST_OF_A_LEVEL}
    assert lines[MOST_OF_A_LEVEL - 1] == (
        "::warning title=Contact plan::and 291 more: see the summary of the job"
    )
    exactly = views.view(Plan(absent=plans.many_services(MOST_OF_A_LEVEL)))
    assert all("file" in command(line)[1] for line in workflow_commands(exactly))


def test_annotations_about_long_names_are_as_long_as_github_takes_them() -> None:
    for line in workflow_commands(hostile_view("x" * 10_000)):
        _, properties, message = command(line)
        assert len(properties["title"]) <= 255
        assert len(message) <= 4_096
        assert properties["title"].endswith("...") or "file" not in properties


def test_errors_come_before_warnings_and_those_before_notices() -> None:
    levels = [finding.level for finding in findings(VIEWS["everything"])]
    assert levels == sorted(levels, key=list(Level).index)
    assert len(set(levels)) == len(Level)


def test_what_has_no_line_is_shown_at_the_head_of_the_file() -> None:
    (line,) = workflow_commands(views.view(Plan(absent=plans.EVERYTHING.absent)))
    assert command(line)[1] | {"title": ""} == {"file": "contacts.yaml", "line": "1", "col": "1", "title": ""}


def test_the_outputs_of_a_step_are_fingerprint_exit_code_and_counts() -> None:
    rows = dict(line.split("=") for line in step_outputs(VIEWS["stopped"]))
    assert rows["fingerprint"] == "c" * 64
    assert (rows["exit_code"], rows["requests"], rows["in_sync"]) == ("5", "5", "10")


@pytest.mark.parametrize("style", FORMATS)
def test_every_format_has_a_renderer(style: str) -> None:
    assert in_format(style, views.THREE)


def shown_findings(view: View) -> list[Finding]:
    """Those that are annotated one by one, up to the first that only counts the rest."""
    found = findings(view)
    errors = [finding for finding in found if finding.level is Level.ERROR]
    warnings = [finding for finding in found if finding.level is Level.WARNING]
    return [*errors, *warnings[: MOST_OF_A_LEVEL - 1]]


def hostile_view(text: str) -> View:
    """Every text hostile, but for where the file is."""
    return replace(views.view(hostile(text)), names={AccountId(text): text})


def sarif(view: View) -> Sarif:
    return Sarif.model_validate(json.loads(in_format("sarif", view)))


def fingerprints(style: str, view: View) -> list[str]:
    document: Any = json.loads(in_format(style, view))
    if style == "gitlab":
        return [row["fingerprint"] for row in document]
    return [row["partialFingerprints"]["contact/v1"] for row in document["runs"][0]["results"]]


def command(line: str) -> tuple[str, dict[str, str], str]:
    """Take a workflow command apart as the runner does."""
    found = re.fullmatch(r"::(\w+) ([^:]*(?::(?!:)[^:]*)*)::(.*)", line)
    assert found
    pairs = [pair.split("=", 1) for pair in found[2].split(",")]
    return found[1], {name: unescaped(value) for name, value in pairs}, unescaped(found[3])


def unescaped(value: str) -> str:
    for escape, char in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        value = value.replace(escape, char)
    return value

"""What GitHub Actions is told: annotations as workflow commands, and the outputs of the step."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.render.findings import Finding, Level, findings, place_of
from reconciler.render.plan_markdown import markdown_of
from reconciler.render.safe import visible, without_commands
from reconciler.render.view import View
from reconciler.render.wording import counts

MOST_OF_A_LEVEL = 10
"""GitHub shows so many annotations of each level of a step, and 50 of a job: three levels stay below."""

SUMMARY_BYTES = 1024 * 1024
"""A step's summary may be so long; of a longer one GitHub shows nothing."""

_LONGEST_TITLE, _LONGEST_MESSAGE = 250, 4_000
"""GitHub takes titles of 255 characters, and its runner messages of 4,096."""

_LINE_ENDS = 2  # one before, one after
_TITLES = {
    "requests": "To request",
    "deferred": "Deferred",
    "pending": "Pending",
    "blocked": "Blocked",
    "observed": "Observed",
    "narrowed": "Only a part",
    "contested": "Contested",
    "absent": "Absent",
    "unknown": "Could not be read",
    "stopped_by": "Stopped by a guard",
    "base": "Beside the base",
}


def workflow_commands(view: View) -> Iterator[str]:
    """Yield a workflow command a line: at most ten of each level, the last of them counting the rest."""
    by_level: dict[Level, list[Finding]] = {level: [] for level in Level}
    for finding in findings(view):
        by_level[finding.level].append(finding)
    for level, found in by_level.items():
        shown = found if len(found) <= MOST_OF_A_LEVEL else found[: MOST_OF_A_LEVEL - 1]
        for finding in shown:
            yield _command(finding, view)
        if len(found) > len(shown):
            words = f"and {len(found) - len(shown)} more: see the summary of the job"
            yield f"::{level} title=Contact plan::{words}"


def step_summary(view: View, used: int = 0) -> str:
    """Return the plan as Markdown for a step's summary that holds `used` bytes already; empty: no room."""
    most = SUMMARY_BYTES - used - _LINE_ENDS
    markdown = markdown_of(view, most=most, size=_bytes)
    return markdown if _bytes(markdown) <= most else ""


def _bytes(text: str) -> int:
    return len(text.encode())


def step_outputs(view: View) -> Iterator[str]:
    """Yield `name=value` lines: the fingerprint, the exit code in detail, and every count of the plan."""
    facts = {"fingerprint": view.plan.fingerprint, "exit_code": int(view.code)}
    for name, value in (facts | counts(view.plan).shown()).items():
        yield f"{name}={value}"


def _command(finding: Finding, view: View) -> str:
    place = place_of(finding, view)
    properties = {
        "file": place.file,
        "line": str(place.line),
        "col": str(place.column),
        "title": _clipped(f"{_TITLES.get(finding.tray, finding.tray)}: {finding.contact}", _LONGEST_TITLE),
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{finding.level} {listed}::{_data(_clipped(finding.message, _LONGEST_MESSAGE))}"


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _data(text: str) -> str:
    """Return the words of a workflow command; the older spelling of commands works anywhere in a line."""
    return without_commands(visible(text)).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

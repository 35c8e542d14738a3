"""The plan as JUnit XML: every contact that is not in sync a test case, and what wants a person fails."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reconciler.render.findings import Finding, Level, findings, place_of
from reconciler.render.view import View
from reconciler.render.wording import counted

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_OUTCOMES = {Level.ERROR: "error", Level.WARNING: "failure"}


def junit_of(view: View) -> str:
    """Return the plan as JUnit XML: a suite a tray, in it a case for each contact or service.

    What could not be read, and a guard that stops the run, are errors; what is blocked, contested or absent
    fails; the rest passes. A plan that is in sync is one case that passes, because an empty report counts as
    a broken one in many a CI. Characters that XML forbids do not occur: they are shown as escapes.
    """
    root = Element("testsuites", name="contact plan")
    found = sorted(findings(view), key=lambda finding: finding.tray)
    totals = {"tests": 0, "failures": 0, "errors": 0}
    for tray, rows in groupby(found, key=lambda finding: finding.tray):
        _suite(root, tray, list(rows), view, totals)
    if not found:
        suite = SubElement(root, "testsuite", name="in_sync", tests="1", failures="0", errors="0")
        name = f"{counted(view.plan.in_sync, 'contact')} in sync"
        SubElement(suite, "testcase", classname="contacts.in_sync", name=name)
        totals["tests"] = 1
    for key, number in totals.items():
        root.set(key, str(number))
    indent(root)
    return f"{_DECLARATION}\n{tostring(root, encoding='unicode')}"


def _suite(root: Element, tray: str, rows: list[Finding], view: View, totals: dict[str, int]) -> None:
    failures = sum(row.level is Level.WARNING for row in rows)
    errors = sum(row.level is Level.ERROR for row in rows)
    for key, number in (("tests", len(rows)), ("failures", failures), ("errors", errors)):
        totals[key] += number
    suite = SubElement(
        root, "testsuite", name=tray, tests=str(len(rows)), failures=str(failures), errors=str(errors)
    )
    for row in rows:
        place = place_of(row, view)
        case = SubElement(
            suite,
            "testcase",
            classname=f"contacts.{tray}",
            name=row.contact,
            file=place.file,
            line=str(place.line),
        )
        if row.level in _OUTCOMES:
            SubElement(case, _OUTCOMES[row.level], type=row.rule, message=row.message).text = row.message
        else:
            SubElement(case, "system-out").text = row.message

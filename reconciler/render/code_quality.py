"""The plan as GitLab's code quality report: a list of findings, each with a fingerprint of its own."""

from __future__ import annotations

import json

from reconciler.render.findings import Finding, Level, findings, identities, place_of
from reconciler.render.view import View

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.NOTICE: "info"}


def code_quality_of(view: View) -> str:
    """Return the plan as a code quality report, the most important findings first.

    GitLab tells new findings from old ones by their fingerprints, so those know no line. All that is not
    ASCII is escaped.
    """
    found = findings(view)
    rows = [
        {
            "description": finding.message,
            "check_name": finding.rule,
            "fingerprint": identity,
            "severity": "blocker" if finding.tray == "stopped_by" else _SEVERITIES[finding.level],
            "location": _location(finding, view),
        }
        for finding, identity in zip(found, identities(found), strict=True)
    ]
    return json.dumps(rows, indent=1)


def _location(finding: Finding, view: View) -> dict[str, object]:
    place = place_of(finding, view)
    return {"path": place.file, "lines": {"begin": place.line}}

"""The plan as SARIF 2.1.0, for code scanning: every finding on its line, and known again when lines move."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from reconciler.plan import Reason
from reconciler.render.findings import Finding, Level, findings, identities, place_of
from reconciler.render.reasons import WORDINGS
from reconciler.render.safe import is_plain
from reconciler.render.view import View
from reconciler.render.wording import counted, counts

MOST = 5_000
"""GitHub shows so many results of a file, and takes no file with five times as many."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTICE: "note"}
_RULES = {
    "request": "A contact change that apply will request.",
    "deferred": "A contact change that a later apply will request.",
    "pending": "A contact change that is requested already and not done yet.",
    "observed": "A contact that is not as the file names it, and only observed: never requested.",
    "narrowed": "The plan was cut down to a part: the rest of it is not among the results.",
    "contested": "An open request moves a managed contact to another account than the file names.",
    "absent": "A declared service that no configured account sees.",
    "unknown": "A declared service that could not be read.",
    "base/contested": "A contact that this branch and its base changed differently.",
    "base/released": "A contact that is no longer managed once this branch is merged.",
} | {f"blocked/{reason}": f"Blocked: {WORDINGS[reason].sentence}." for reason in Reason}


def sarif_of(view: View) -> str:
    """Return the plan as a SARIF 2.1.0 log with one run.

    A message of SARIF may hold links and placeholders; the names in ours never make one (3.11.5, 3.11.6).
    """
    found = findings(view)
    shown, left_out = found[:MOST], len(found) - MOST
    rules = sorted({finding.rule for finding in shown})
    run: dict[str, Any] = {
        "tool": {"driver": _driver(view, rules, shown)},
        "automationDetails": {"id": _category(view.key)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(view, left_out)],
        "results": [
            _result(finding, identity, rules.index(finding.rule), view)
            for finding, identity in zip(shown, identities(shown), strict=True)
        ],
        "properties": {"fingerprint": view.plan.fingerprint, "summary": counts(view.plan).shown()},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _driver(view: View, rules: list[str], shown: list[Finding]) -> dict[str, Any]:
    levels = {finding.rule: _LEVELS[finding.level] for finding in shown}
    driver: dict[str, Any] = {"name": "contact-reconciler"}
    if view.made:
        driver["version"] = view.made.version
    driver["rules"] = [
        {
            "id": rule,
            "shortDescription": {"text": _RULES.get(rule, "A guard stops the run.")},
            "defaultConfiguration": {"level": levels[rule]},
        }
        for rule in rules
    ]
    return driver


def _invocation(view: View, left_out: int) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": not view.plan.unknown, "exitCode": view.code}
    if left_out > 0:
        words = f"{counted(left_out, 'less important result')} of this plan left out."
        invocation["toolExecutionNotifications"] = [{"level": "note", "message": {"text": words}}]
    return invocation


def _result(finding: Finding, identity: str, rule_index: int, view: View) -> dict[str, Any]:
    place = place_of(finding, view)
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.level],
        "message": {"text": _plain(finding.message)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(place.file), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": place.line, "startColumn": place.column},
                }
            }
        ],
        "partialFingerprints": {"contact/v1": identity},
    }


def _category(key: str) -> str:
    """Return what tells the results of several files apart; after its last slash would be a run's name."""
    return f"contacts/plan/{quote(key)}/" if key else "contacts/plan/"


def _uri(path: str) -> str:
    """Return a path as a relative URI reference: a first part with a colon would be taken for a scheme."""
    return path if is_plain(path) and ":" not in path else quote(path.encode("utf-8", "backslashreplace"))


def _plain(text: str) -> str:
    """Return a message that holds no link and no placeholder."""
    for char, escaped in (("\\", "\\\\"), ("[", "\\["), ("]", "\\]"), ("{", "{{"), ("}", "}}")):
        text = text.replace(char, escaped)
    return text

"""The checks of `doctor`, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from reconciler.checks import Check, Subject, Verdict
from reconciler.model import AccountId
from reconciler.render.safe import visible
from reconciler.render.wording import Accounts, counted

_WIDEST = max(len(subject) for subject in Subject)
_INDENT = " " * (4 + len(Verdict.WARNING) + 2 + _WIDEST + 2)


def checks_json(checks: Sequence[Check]) -> str:
    """Return the checks as JSON, version 1: `{version, summary, checks: [...]}`, a check a line."""
    summary = {verdict.value: _count(checks, verdict) for verdict in Verdict}
    body = ",\n  ".join(json.dumps(_object(check)) for check in checks)
    return f'{{"version": 1,\n "summary": {json.dumps(summary)},\n "checks": [{body}]}}'


def checks_text(checks: Sequence[Check], names: Mapping[AccountId, str]) -> str:
    """Return the checks as a table, an account after the other, each remedy below its check.

    Args:
        checks: in their order.
        names: the short names of the file.
    """
    warnings, failures = _count(checks, Verdict.WARNING), _count(checks, Verdict.FAILURE)
    good = f"{counted(len(checks), 'check')}: {_count(checks, Verdict.OK)} ok"
    lines = [f"{good}, {counted(warnings, 'warning')}, {counted(failures, 'failure')}."]
    accounts = Accounts(names)
    for account, some in groupby(checks, key=lambda check: check.account):
        lines += ["", "Here" if account is None else accounts[account]]
        for check in some:
            lines += _rows(check)
    return "\n".join(lines)


def _rows(check: Check) -> list[str]:
    first, *rest = check.found.splitlines() or [""]
    subject = check.subject.replace("_", " ")
    rows = [f"    {check.verdict:<{len(Verdict.WARNING)}}  {subject:<{_WIDEST}}  {visible(first)}"]
    rows += [f"{_INDENT}{visible(line)}" for line in rest]
    if check.remedy is not None:
        rows.append(f"{_INDENT}remedy: {visible(check.remedy)}")
    return rows


def _count(checks: Sequence[Check], verdict: Verdict) -> int:
    return sum(check.verdict is verdict for check in checks)


def _object(check: Check) -> dict[str, Any]:
    return {
        "check": check.subject,
        "account": check.account,
        "verdict": check.verdict,
        "found": check.found,
        "remedy": check.remedy,
        "missing": check.missing,
        "beyond": check.beyond,
    }

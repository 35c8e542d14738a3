"""What OVHcloud's words about a refused contact change mean; the status says too little."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.errors import RefusedError
from reconciler.model import AccountId

_ALREADY_RUNNING = "a contact change task is already running on this service"
"""OVHcloud's sentence, which its own control panel compares for equality (there with a capital A)."""

_UNKNOWN_ACCOUNT = re.compile(
    r"""
    \b(account|nic[ -]?handle|contact|customer(\ code)?|user)(\ \S+)?
        \ (does\ not\ exist|doesn't\ exist|not\ found)\b
    | \b(unknown|invalid|no\ such|non-?existing)\ (account|nic[ -]?handle|contact|customer)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_already_running(message: str) -> bool:
    """Tell whether a refusal says that a request is open on the service: match the words, not the status."""
    return _ALREADY_RUNNING in message.casefold()


def unknown_account(refusal: RefusedError, named: Iterable[AccountId]) -> AccountId | None:
    """Return which of the named new contacts a refusal of `changeContact` calls unknown, if it does.

    Unverified: no such answer of OVHcloud's has been seen, so this is a guess at its words. A wrong guess
    costs a clearer reason only: the server's own words are shown in any case.
    """
    words = refusal.message.casefold()
    if is_already_running(words) or _UNKNOWN_ACCOUNT.search(words) is None:
        return None
    accounts = sorted(set(named))
    quoted = [
        account for account in accounts if re.search(rf"(?<![\w-]){re.escape(account)}(?![\w-])", words)
    ]
    candidates = quoted or accounts
    return candidates[0] if len(candidates) == 1 else None

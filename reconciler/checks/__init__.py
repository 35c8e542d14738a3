"""Whether everything is ready before anyone needs it: what was found, what that means, what helps."""

from reconciler.checks.accounts import CLOCK_TOLERANCE, EXPIRES_SOON, account_checks, clock_check
from reconciler.checks.nouns import Check, Examined, KeyRights, Subject, Verdict, worst

__all__ = [
    "CLOCK_TOLERANCE",
    "EXPIRES_SOON",
    "Check",
    "Examined",
    "KeyRights",
    "Subject",
    "Verdict",
    "account_checks",
    "clock_check",
    "worst",
]

"""What became of each token that was found in a mail, or would become of it. No verdict holds a token."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model import AccountId


class Kind(StrEnum):
    """The closed list of verdicts; the values are interface, as `verdict` in the JSON."""

    WOULD_CONFIRM = "would_confirm"  # all is as it must be; nothing was sent
    CONFIRMED = "confirmed"  # the endpoint took the token

    # The token was to be given to the endpoint.
    REFUSED_BY_ENDPOINT = "refused_by_endpoint"  # it said no, in its own words
    OUTCOME_UNKNOWN = "outcome_unknown"  # no trustworthy answer came back
    NOT_SENT = "not_sent"  # the endpoint was surely not reached, or asked for a pause
    SUPERSEDED = "superseded"  # a newer mail for the same request and account goes first

    # The mail holds nothing to act on.
    UNREADABLE = "unreadable"
    NO_TOKEN = "no_token"  # noqa: S105  # the name of a verdict
    UNCLEAR_REQUEST = "unclear_request"  # a bare token, and the mail names not exactly one waiting request

    # The request is not one to confirm.
    UNKNOWN_REQUEST = "unknown_request"  # no configured account sees such a task, and no journal knows it
    NOT_OURS = "not_ours"  # our journal did not make this task
    NOT_SEEN = "not_seen"  # the task or its service cannot be read now
    NOT_WAITING = "not_waiting"  # the task does not wait for people, or not any more
    OTHER_SERVICE = "other_service"  # the endpoint shows another service than our journal
    OTHER_ASKER = "other_asker"
    OTHER_MOVE = "other_move"  # the endpoint shows other roles, or another from or to, than our journal
    UNDECLARED = "undeclared"  # the file does not declare the service
    UNMANAGED = "unmanaged"  # the file names nobody for one of the roles
    OBSERVED = "observed"  # the file only observes one of the roles
    UNWANTED = "unwanted"  # the file wants somebody else in one of the roles
    MOVED_ON = "moved_on"  # the service does not show the old contact any more

    # The token is not one that an account of ours can use.
    ALREADY_CONFIRMED = "already_confirmed"  # the account has confirmed this task through us
    NO_CREDENTIALS = "no_credentials"  # no account that still has to confirm is configured
    ADDRESSED_TO_OTHER = "addressed_to_other"  # the mail is that of an account that is no party of the task
    OTHER_ACCOUNT = "other_account"  # the run is only for another account


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one token, or why a mail holds none.

    Attributes:
        mail: where the mail lies, for people; safe to show.
        task: the request's id; None where it is not known for sure.
        account: whose token it is; None where it is not known, or not looked at.
        kind: the verdict.
        detail: the reason in words, with what the endpoint said; it holds no token.
    """

    mail: str
    kind: Kind
    detail: str
    task: int | None = None
    account: AccountId | None = None

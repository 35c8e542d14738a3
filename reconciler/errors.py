"""Every failure that the program itself raises, each carrying what a person needs to act on it.

    ReconcilerError                 message, and a hint where there is something to do
    ├── ConfigError                 every problem found in the files, each with its place
    ├── CredentialsError            keys missing, refused by their file's mode, or of another account
    ├── JournalError                the journal cannot be opened, read or written
    ├── LockHeldError               another run holds the lock
    ├── StalePlanError              what was approved is no longer what would be asked
    └── ApiError                    an answer (or none) of the endpoint
        ├── RefusedError            a 4xx: the server read the call and said no
        │   ├── NotFoundError       404
        │   └── UnauthorizedError   the key is unknown, expired or not granted this call
        ├── RateLimitedError        429, after the retries that a read is allowed
        ├── UnreachableError        surely not sent: no connection could be made
        └── OutcomeUnknownError     sent, or perhaps sent, and no trustworthy answer came back

Only the outermost room (`cli`) turns one of these into an exit code.
"""

from __future__ import annotations

from dataclasses import dataclass


class ReconcilerError(Exception):
    """A failure with a message for people and, where there is something to do, a hint."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a file: `line` and `column` count from 1; `source` is that line's text.

    `caret` counts the characters of `source` before the place; None where `source` is the line as it stands,
    not clipped and not escaped.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str | None = None
    source: str | None = None
    caret: int | None = None

    def __str__(self) -> str:
        """Return `file:line:column: message`, the source line with a caret, and the hint."""
        rows = [f"{self.file}:{self.line}:{self.column}: {self.message}"]
        if self.source is not None:
            before = self.column - 1 if self.caret is None else self.caret
            rows += [f"    {self.source}", f"    {' ' * before}^"]
        if self.hint:
            rows.append(f"    hint: {self.hint}")
        return "\n".join(rows)


class ConfigError(ReconcilerError):
    """The file cannot be used; `problems` holds all that is wrong with it, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class CredentialsError(ReconcilerError):
    """A key is missing, unreadable, kept where others can read it, or belongs to another account."""


class JournalError(ReconcilerError):
    """The journal cannot be opened, read or written."""


class LockHeldError(ReconcilerError):
    """Another run holds the lock; `owner` says who and since when."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"another run holds the lock: {owner}", hint="wait for it, or use --lock-timeout")
        self.owner = owner


class StalePlanError(ReconcilerError):
    """What was approved is no longer what would be asked."""


class ApiError(ReconcilerError):
    """An answer of the endpoint that is not the one asked for.

    Attributes:
        status: HTTP status, or None where no answer came.
        query_id: OVHcloud's `X-OVH-QUERYID`, to quote to its support; None where absent.
        error_class: the body's `class` or `errorCode`, such as `Client::NotFound`; None where absent.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        query_id: str | None = None,
        error_class: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.query_id = query_id
        self.error_class = error_class

    def __str__(self) -> str:
        """Return the server's own words, then status and query id in brackets."""
        facts = [f"HTTP {self.status}"] if self.status else []
        facts += [f"query id {self.query_id}"] if self.query_id else []
        return f"{self.message} ({', '.join(facts)})" if facts else self.message


class RefusedError(ApiError):
    """A 4xx: the server read the call and said no; nothing happened."""


class NotFoundError(RefusedError):
    """404: it does not exist, or this account may not see it."""


class UnauthorizedError(RefusedError):
    """The key is unknown, expired, or not granted this call."""


class RateLimitedError(ApiError):
    """429 again and again: the call was not carried out."""


class UnreachableError(ApiError):
    """No connection could be made: the call was surely not sent."""


class OutcomeUnknownError(ApiError):
    """The call was sent, or perhaps sent, and no trustworthy answer came back."""

"""What an HTTP answer, or the lack of one, means: a body, or the error that says what happened.

Source of the error codes: the gateway's `errorCode` values and the products' `class` values as seen with
API v1. The server's own words are kept as they are, but a key of ours that they quote is
blotted out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from requests import Response

from reconciler.errors import (
    ApiError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    UnauthorizedError,
)

TOO_MANY = 429
_TIMED_OUT_ON_THE_WAY = 408
_HINTS = {
    "NOT_GRANTED_CALL": "the consumer key lacks the right to this call: create one that has it",
    "NOT_CREDENTIAL": "the consumer key does not exist (any more): create a new one",
    "INVALID_KEY": "the application key does not exist (any more): check application_key",
    "INVALID_CREDENTIAL": "the consumer key has expired, was revoked or never validated: create a new one",
    "INVALID_SIGNATURE": "application_secret or consumer_key does not belong to application_key",
    "QUERY_TIME_OUT": "this machine's clock is too far from the endpoint's",
    "FORBIDDEN": "the key may not be used like this, for instance from this address",
}
_CLOCK_CODES = ("INVALID_SIGNATURE", "QUERY_TIME_OUT")
_SHORTEST_SECRET = 8
_CLOCK_WORDS = re.compile(r"invalid (signature|timestamp)", re.IGNORECASE)


class Answer(NamedTuple):
    """A 2xx: the decoded body (None where it is empty) and the headers, names compared without case."""

    body: Any
    headers: Mapping[str, str]


def read_answer(response: Response, what: str, hidden: Iterable[str]) -> Answer:
    """Return the body of a 2xx.

    Args:
        response: with its body read.
        what: the call in words, such as `GET /me at eu.api.ovh.com`.
        hidden: values that no text may show.

    Raises:
        ApiError: the subclass that says what a caller may conclude.
    """
    status = response.status_code
    try:
        body = _decoded(response)
    except ValueError:
        raise _not_json(response, what) from None
    if 200 <= status < 300:  # noqa: PLR2004 - the class of success
        return Answer(body, response.headers)
    raise _failure(response, body, what, tuple(hidden))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, a number or a date; None where it does not."""
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def is_about_the_clock(error: ApiError) -> bool:
    """Tell whether the gateway refused a signature or a timestamp: the call itself was never looked at."""
    if not isinstance(error, RefusedError):
        return False
    return error.error_class in _CLOCK_CODES or (
        error.status in (400, 401, 403) and _CLOCK_WORDS.search(error.message) is not None
    )


def _decoded(response: Response) -> Any:
    if not response.content.strip():
        if 200 <= response.status_code < 300:  # noqa: PLR2004 - a void call may answer with nothing
            return None
        raise ValueError("empty")
    try:
        return json.loads(response.content)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _failure(response: Response, body: Any, what: str, hidden: tuple[str, ...]) -> ApiError:
    status = response.status_code
    fields = body if isinstance(body, dict) else {}
    words = fields.get("message")
    error_class = next(
        (text for key in ("errorCode", "class") if isinstance(text := fields.get(key), str)), None
    )
    message = (
        _blotted(words, hidden) if isinstance(words, str) and words.strip() else f"{what}: no reason given"
    )
    facts: dict[str, Any] = {
        "status": status,
        "query_id": response.headers.get("X-OVH-QUERYID"),
        "error_class": error_class,
    }
    if 300 <= status < 400:  # noqa: PLR2004 - redirects; the address itself may hold a token
        return _redirected(response, what, facts)
    kind = _kind_of(status)
    if kind is not RefusedError:
        return kind(message, **facts)
    rights = _missing_rights(fields)
    if rights is not None or status == 401 or ("errorCode" in fields and error_class in _HINTS):  # noqa: PLR2004
        return UnauthorizedError(message, hint=rights or _HINTS.get(error_class or ""), **facts)
    if status == 404 and isinstance(words, str):  # noqa: PLR2004 - without OVHcloud's words it is somebody else's 404
        return NotFoundError(message, **facts)
    return RefusedError(message, **facts)


def _kind_of(status: int) -> type[ApiError]:
    """Return what a status alone says about a call that was not answered as asked."""
    if status == TOO_MANY:
        return RateLimitedError
    surely_read = 400 <= status < 500 and status != _TIMED_OUT_ON_THE_WAY  # noqa: PLR2004 - the class of 4xx
    return RefusedError if surely_read else OutcomeUnknownError


def _blotted(text: str, hidden: Iterable[str]) -> str:
    """Return `text` without the values that must not be shown.

    Short ones are let be: no real key is, and `as` would tear holes into the server's words.
    """
    for value in hidden:
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "***")
    return text


def _missing_rights(fields: Mapping[str, Any]) -> str | None:
    """Return a hint where IAM refused: its `details` name the actions that are not granted."""
    details = fields.get("details")
    if not isinstance(details, dict):
        return None
    actions = [
        str(details[key])
        for key in ("unauthorizedActionsByAuthentication", "unauthorizedActionsByIAM")
        if details.get(key)
    ]
    return f"not granted: {', '.join(actions)}" if actions else None


def _redirected(response: Response, what: str, facts: Mapping[str, Any]) -> ApiError:
    try:
        target = urlsplit(response.headers.get("Location", "")).hostname or "somewhere"
    except ValueError:
        target = "somewhere"
    return OutcomeUnknownError(
        f"{what}: answered with a redirect to {target}, not followed because keys would travel along",
        hint="is there a proxy or captive portal in between?",
        **facts,
    )


def _not_json(response: Response, what: str) -> ApiError:
    status = response.status_code
    start = response.content.lstrip()[:200].lower()
    markup = "html" in response.headers.get("Content-Type", "").lower() or start.startswith(
        (b"<!doctype", b"<html")
    )
    facts: dict[str, Any] = {"status": status, "query_id": response.headers.get("X-OVH-QUERYID")}
    if not start:
        return _failure(response, {}, what, ())
    if markup:
        message = f"{what}: answered HTML instead of JSON, is there a proxy or captive portal in between?"
    else:
        message = f"{what}: answered something that is not JSON"
    if 300 <= status < 400:  # noqa: PLR2004 - redirects
        return _redirected(response, what, facts)
    return _kind_of(status)(message, **facts)

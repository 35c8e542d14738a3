"""Object paging: a list route answers whole objects, a page at a time, to a client that asks by header."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from reconciler.sandbox.call import Call
from reconciler.sandbox.refusals import bad_request

Payload = dict[str, Any]
PAGES = "CachedObjectList-Pages"
CURSOR = "CachedObjectList-Cursor"
DEFAULT_SIZE = 25
MAX_SIZE = 5000


def ids_or_objects(call: Call, ids: Sequence[int], load: Callable[[Sequence[int]], Iterable[Payload]]) -> Any:
    """Return the ids, or the page of objects that the client asked for.

    Args:
        call: its headers say which page, and take the number of all elements.
        ids: of everything on the list, in order.
        load: returns the objects of some ids, in their order.

    Raises:
        Refusal: the headers ask for what cannot be.
    """
    mode = call.headers.get("x-pagination-mode")
    if mode is None or not call.settings.paging:
        return list(ids)
    if mode not in {PAGES, CURSOR}:
        raise bad_request(f"[X-Pagination-Mode] Unknown mode {mode[:40]}")
    size = min(_number(call, "x-pagination-size", DEFAULT_SIZE), MAX_SIZE)
    start = (_number(call, "x-pagination-number", 1) - 1) * size if mode == PAGES else _after(call)
    chosen, objects = _narrowed(call, ids, load)
    call.reply_headers["X-Pagination-Elements"] = str(len(chosen))
    if mode == CURSOR and start + size < len(chosen):
        call.reply_headers["X-Pagination-Cursor-Next"] = base64.urlsafe_b64encode(
            str(start + size).encode()
        ).decode()
    return objects[start : start + size] if objects is not None else list(load(chosen[start : start + size]))


def _narrowed(
    call: Call, ids: Sequence[int], load: Callable[[Sequence[int]], Iterable[Payload]]
) -> tuple[Sequence[Any], list[Payload] | None]:
    """Return what is left by filter and order; with neither, no object is loaded yet."""
    sort, condition = call.headers.get("x-pagination-sort"), call.headers.get("x-pagination-filter")
    if not sort and not condition:
        return ids, None
    objects = list(load(ids))
    if condition:
        objects = [one for one in objects if all(_fits(one, part) for part in condition.split("&"))]
    if sort:
        descending = call.headers.get("x-pagination-sort-order", "ASC").upper() == "DESC"
        objects.sort(key=lambda one: _order(_value(one, sort)), reverse=descending)
    return objects, objects


def _fits(one: Payload, condition: str) -> bool:
    path, _, rest = condition.partition(":")
    operator, found, wanted = rest.partition("=")
    if not found or operator not in {"eq", "ne", "like", "in"}:
        raise bad_request(f"[X-Pagination-Filter] Cannot read {condition[:80]}")
    value = str(_value(one, path))
    if operator == "like":
        return fnmatchcase(value.casefold(), f"*{wanted.casefold().replace('%', '*')}*")
    if operator == "in":
        return value in wanted.split(",")
    return (value == wanted) == (operator == "eq")


def _value(one: Payload, path: str) -> Any:
    value: Any = one
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _order(value: Any) -> tuple[int, float, str]:
    """Return a sort key that any two values can be compared by."""
    if isinstance(value, int | float):
        return (0, value, "")
    return (1, 0, "" if value is None else str(value))


def _number(call: Call, header: str, default: int) -> int:
    text = call.headers.get(header, str(default))
    if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1):
        raise bad_request(f"[{header}] Given data ({text[:40]}) is not a positive number")
    return int(text[:9])


def _after(call: Call) -> int:
    cursor = call.headers.get("x-pagination-cursor")
    try:
        return int(base64.b64decode(cursor, altchars=b"-_", validate=True)[:9]) if cursor else 0
    except ValueError as error:
        raise bad_request("[X-Pagination-Cursor] Unknown cursor") from error

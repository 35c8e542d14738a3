"""Who is named for which role: the value of `defaults` and of each service."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reconciler.config.model import Manage
from reconciler.config.nodes import Fields, Node, Scalar
from reconciler.config.problems import Problems
from reconciler.config.reading import Source, line_and_column, quoted
from reconciler.config.values import Values
from reconciler.model.contacts import ROLES
from reconciler.model.time_box import Place

_ROLE_WORDS = tuple(role.value for role in ROLES)
_ROLE_INDEX = {word: index for index, word in enumerate(_ROLE_WORDS)}
_MANAGE = "manage"
_BOX_KEYS = ("account", "until", "then", "reason", "ticket", "lead_days", _MANAGE)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE_BOX = "`until: 2027-01-31, then: ACCOUNT` says when the contact ends and who follows"
_NO_ONE = (
    "every contact always has a holder: name an account, or leave the role out so that it is not managed"
)


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """An account in the words of the file, with its place."""

    text: str
    at: int


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """An assignment in full; `until` and `then` are both there or both None.

    `lead_days` is None where the file's own counts.
    """

    account: Named
    until: date | None
    then: Named | None
    reason: str | None
    ticket: str | None
    lead_days: int | None
    place: Place
    manage: Manage | None = None


Manages = tuple[Manage | None, Manage | None, Manage | None]
"""What one layer of a file says is done about each role; None: it says nothing of that role."""

Assigned = tuple[Named | Box | None, Named | Box | None, Named | Box | None, Manages | None]
"""By role in the order admin, technical, billing; None: not named. Last: what is done about each."""


class Assignments:
    """Reads assignments of one file, noting what is wrong with them."""

    def __init__(self, source: Source, problems: Problems) -> None:
        self._source = source
        self._values = Values(source, problems)

    def of(self, node: Fields) -> Assigned:
        """Return whom a mapping of roles names, and what it says is done about them."""
        named: list[Named | Box | None] = [None, None, None]
        whole: Manage | None = None
        for word, at, value in node.pairs:
            index = _ROLE_INDEX.get(word)
            if index is not None:
                named[index] = self._assignment(value) or named[index]
            elif word == _MANAGE:
                whole = self._values.manage(value)
            else:
                self._values.unknown(word, at, _ROLE_WORDS, "role", also=(_MANAGE,))
        return named[0], named[1], named[2], _manages(named, whole)

    def _assignment(self, node: Node) -> Named | Box | None:
        return self._box(node) if isinstance(node, Fields) else self.account(node)

    def account(self, node: Node) -> Named | None:
        """Return the account that a node names, or None with a problem noted."""
        if isinstance(node, Scalar) and node.value is None:
            self._values.note(node.at, "null names no account", _NO_ONE)
            return None
        text = self._values.text(node, "an account")
        if text is None:
            return None
        if not text.strip():
            self._values.note(node.at, "an empty text names no account", _NO_ONE)
            return None
        return Named(text, node.at)

    def _box(self, node: Fields) -> Box | None:
        given: dict[str, Node] = {}
        for word, at, value in node.pairs:
            if word not in _BOX_KEYS:
                self._values.unknown(word, at, _BOX_KEYS)
            given[word] = value
        account = self.account(given["account"]) if "account" in given else None
        then = self.account(given["then"]) if "then" in given else None
        until = self._day(given["until"]) if "until" in given else None
        reason, ticket = (
            self._values.text(given[key], f"`{key}`") if key in given else None
            for key in ("reason", "ticket")
        )
        manage = self._values.manage(given[_MANAGE]) if _MANAGE in given else None
        if "account" not in given:
            hint = "name who holds the role until then" if "until" in given else "name who holds the role"
            self._values.note(node.at, "`account` is missing", hint)
        if ("until" in given) != ("then" in given):
            missing, other = ("then", "until") if "until" in given else ("until", "then")
            self._values.note(node.at, f"`{missing}` is missing beside `{other}`", _WHOLE_BOX)
        if "lead_days" in given and "until" not in given and "then" not in given:
            self._values.note(
                given["lead_days"].at, "`lead_days` counts from `until`, which is missing", _WHOLE_BOX
            )
        lead = self._values.integer(given["lead_days"], "`lead_days`") if "lead_days" in given else None
        first = account or then  # a faulty one still gets its names looked up, for their problems
        if first is None:
            return None
        return Box(first, until, then, reason, ticket, lead, self._place(node), manage)

    def _place(self, node: Fields) -> Place:
        return Place(self._source.file, *line_and_column(node.at))

    def _day(self, node: Node) -> date | None:
        hint = "write it as 2027-01-31; it is the first UTC day of `then`"
        text = self._values.text(node, "`until`", hint)
        day = day_of(text) if text is not None else None
        if text is not None and day is None:
            self._values.note(node.at, f"{quoted(text)} is no date", hint)
        return day


def _manages(named: Iterable[Named | Box | None], whole: Manage | None) -> Manages | None:
    """Return what is done about each role: its own word counts before that of the whole mapping."""
    own = [(one.manage if isinstance(one, Box) else None) or whole for one in named]
    return (own[0], own[1], own[2]) if any(own) else None


def day_of(text: str) -> date | None:
    """Return the day that `text` writes as `2027-01-31`, or None: other spellings and impossible days."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""The `notify` section: who is told of what, and by which way.

The addresses of chats hold tokens. So an `apprise` address is never in the file, only the name of a variable
that holds it; of a webhook only a plain URL may be. Nothing is looked up in the environment here.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from reconciler.config.document import Document
from reconciler.config.endpoints import HOST_OF_THIS_MACHINE, PORT
from reconciler.config.model import Notify, Occasion
from reconciler.config.nodes import BAD, Fields, Items, Node, Scalar
from reconciler.config.problems import Problems
from reconciler.config.values import Values

_WAYS: tuple[Literal["webhook", "apprise"], ...] = ("webhook", "apprise")
_KEYS = (*_WAYS, "on", "waiting_days", "expiring_days")
_REFERENCE_KEYS = ("env",)
_OCCASIONS = tuple(occasion.value for occasion in Occasion)

MOST_DAYS = 3_650
"""Ten years; more is a mistake, and no calendar could hold it in the end."""

VARIABLE = "[A-Za-z_][A-Za-z0-9_]*"
"""What a variable of the environment may be called."""

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
WEBHOOK = rf"(?:https://{_HOST}{PORT}|http://{HOST_OF_THIS_MACHINE})(?:[/?][!-~]*)?"
"""A URL that may stand in the file: https, or http to this machine; no user, no password."""

_VARIABLE = re.compile(VARIABLE)
_WEBHOOK = re.compile(WEBHOOK)
_USER = re.compile("[^/]*//[^/?#]*@")
_BY_NAME = "put it into a variable of the environment and name that: `{env: NAME}`"


class Notices:
    """Reads the `notify` section of one file."""

    def __init__(self, document: Document, problems: Problems) -> None:
        self._source = document.source
        self._section = document.sections.get("notify")
        self._problems = problems
        self._values = Values(document.source, problems)

    def settings(self) -> tuple[Notify, ...]:
        """Return who is to be told of what, in the order of the file; none where nobody is."""
        if self._section is None:
            return ()
        _, node = self._section
        if not isinstance(node, Items):
            if not (isinstance(node, Scalar) and node.value is BAD):
                hint = "begin each entry with a dash, as in `- webhook: {env: NAME}`"
                self._note_secret(node.at, "`notify` must be a list", hint)
            return ()
        found = [self._entry(item) for item in node.nodes]
        return tuple(entry for entry in found if entry is not None)

    def _entry(self, node: Node) -> Notify | None:
        if not isinstance(node, Fields):
            if not (isinstance(node, Scalar) and node.value is BAD):
                hint = "write `webhook: {env: NAME}`, or `apprise: {env: NAME}`"
                self._note_secret(node.at, "an entry of `notify` must be a mapping", hint)
            return None
        given = {key: value for key, _, value in node.pairs}
        for key, at, _ in node.pairs:
            if key not in _KEYS:
                self._values.unknown(key, at, _KEYS)
        ways = [way for way in _WAYS if way in given]
        if len(ways) != 1:
            which = "both `webhook` and `apprise`" if ways else "neither `webhook` nor `apprise`"
            self._note_secret(node.at, f"an entry of `notify` has {which}", "give each entry one of the two")
        options = self._options(given)
        for way in ways:
            url, variable = self._address(way, given[way])
            if url or variable:
                return Notify(way, url, variable, **options)
        return None

    def _options(self, given: dict[str, Node]) -> dict[str, Any]:
        options: dict[str, Any] = {
            key: self._values.integer(given[key], f"`{key}`", MOST_DAYS)
            for key in ("waiting_days", "expiring_days")
            if key in given
        }
        if "on" in given:
            options["on"] = self._occasions(given["on"])
        return options

    def _occasions(self, node: Node) -> frozenset[Occasion]:
        words = self._values.texts(node, "`on`", "an occasion")
        for word, at in words:
            if word not in _OCCASIONS:
                self._values.unknown(word, at, _OCCASIONS, "occasion")
        if isinstance(node, Items) and not node.nodes:
            self._values.note(
                node.at, "`on` names no occasion", "leave the key out to be told of all of them"
            )
        return frozenset(Occasion(word) for word, _ in words if word in _OCCASIONS)

    def _address(self, way: str, node: Node) -> tuple[str | None, str | None]:
        """Return the URL and the variable of an address, one of them None; both with a problem noted."""
        if isinstance(node, Fields):
            return None, self._variable(way, node)
        if isinstance(node, Scalar) and node.value is BAD:
            return None, None
        text = node.value if isinstance(node, Scalar) else None
        fault = fault_of_webhook(text) if way == "webhook" else _NO_APPRISE
        if fault is None and isinstance(text, str):
            return text, None
        if fault is not None:
            self._note_secret(node.at, *fault)
        return None, None

    def _variable(self, way: str, node: Fields) -> str | None:
        names = {key: value for key, _, value in node.pairs}
        for key, at, _ in node.pairs:
            if key not in _REFERENCE_KEYS:
                self._values.unknown(key, at, _REFERENCE_KEYS)
        if "env" not in names:
            self._values.note(node.at, f"`{way}` names no variable", "write `{env: NAME}`")
            return None
        name = self._values.text(names["env"], "`env`")
        if name is not None and not is_variable(name):
            words = "that is no name of a variable: letters, digits and `_`, no digit first"
            self._note_secret(names["env"].at, words, "write `{env: NAME}`, and no address itself")
            return None
        return name

    def _note_secret(self, at: int, message: str, hint: str) -> None:
        """Note a problem without its source line, which may hold an address with a token."""
        self._problems.note(self._source, at, message, hint, is_secret=True)


_NO_APPRISE = ("an `apprise` address holds secrets, and no secret is ever in this file", _BY_NAME)


def is_variable(name: str) -> bool:
    """Tell whether a variable of the environment may be called so."""
    return _VARIABLE.fullmatch(name) is not None


def fault_of_webhook(text: object) -> tuple[str, str] | None:
    """Return what is wrong with a webhook's URL, without repeating it, and a hint; or None."""
    if not isinstance(text, str):
        return "`webhook` must be a URL, or `{env: NAME}`", _BY_NAME
    if _USER.match(text):
        return "a `webhook` URL in the file must not hold a user or password", _BY_NAME
    if _WEBHOOK.fullmatch(text):
        return None
    return (
        "a `webhook` in the file must be a URL with https, or with http to this machine",
        f"write `https://HOST/PATH`; if it holds a secret, {_BY_NAME}",
    )

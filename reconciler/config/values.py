"""Single values of a file: text, whole numbers, lists of text; what is of another kind is a problem."""

from __future__ import annotations

from reconciler.config.model import Manage
from reconciler.config.nodes import BAD, Fields, Items, Node, Scalar
from reconciler.config.problems import Problems
from reconciler.config.reading import Source, quoted

_KINDS: dict[type, str] = {type(None): "null", bool: "true or false", int: "a number"}

_MANAGES_BY_WORD = {manage.value: manage for manage in Manage}
_MANAGES = "`request` and `observe`"
_OF_ALL = "`request` asks for what differs, which is usual; `observe` shows it and never asks"
_OF_ONE_ROLE = "for one role write `admin: {account: ACCOUNT, manage: observe}`"


class Values:
    """Reads values of one file, noting what is wrong with them."""

    def __init__(self, source: Source, problems: Problems) -> None:
        self._source = source
        self._problems = problems

    def text(self, node: Node, what: str, hint: str = "put it in quotes") -> str | None:
        """Return the text of a node, or None with a problem noted."""
        if isinstance(node, Scalar):
            if isinstance(node.value, str):
                return node.value
            if node.value is not BAD:
                kind = _KINDS[type(node.value)]
                self.note(node.at, f"{what} must be text, and this is {kind}", hint)
            return None
        kind = "a mapping" if isinstance(node, Fields) else "a list"
        self.note(node.at, f"{what} must be text, and this is {kind}")
        return None

    def texts(self, node: Node, what: str, one: str) -> list[tuple[str, int]]:
        """Return the texts of a list with their places; what is no list, or no text in it, is noted."""
        if not isinstance(node, Items):
            if not (isinstance(node, Scalar) and node.value is BAD):
                self.note(node.at, f"{what} must be a list", "write it in brackets, as in `[one, two]`")
            return []
        found = [(self.text(item, one), item.at) for item in node.nodes]
        return [(text, at) for text, at in found if text is not None]

    def integer(self, node: Node, what: str, most: int | None = None) -> int:
        """Return a whole number from 0 to `most`, or 0 with a problem noted."""
        value = node.value if isinstance(node, Scalar) else None
        if type(value) is int and value >= 0 and (most is None or value <= most):
            return value
        if value is not BAD:
            limits = f"from 0 to {most}" if most is not None else "from 0 up"
            self.note(node.at, f"{what} must be a whole number {limits}", "write it plainly, without quotes")
        return 0

    def manage(self, node: Node) -> Manage | None:
        """Return what is done about contacts, or None with a problem noted."""
        if not isinstance(node, Scalar):
            self.note(node.at, f"`manage` must be one of {_MANAGES}", _OF_ONE_ROLE)
            return None
        text = self.text(node, "`manage`", _OF_ALL)
        if text is None or text in _MANAGES_BY_WORD:
            return _MANAGES_BY_WORD.get(text or "")
        near = self._problems.suggest(text, (*_MANAGES_BY_WORD,))
        self.note(node.at, f"{quoted(text)} is no way to manage a contact", near or _OF_ALL)
        return None

    def unknown(
        self, word: str, at: int, known: tuple[str, ...], what: str = "key", also: tuple[str, ...] = ()
    ) -> None:
        """Note a word that is none of the known ones, and none that may `also` stand there."""
        hint = self._problems.suggest(word, (*known, *also)) or f"known are {', '.join(known)}"
        self.note(at, f"unknown {what} {quoted(word)}", hint)

    def note(self, at: int, message: str, hint: str | None = None) -> None:
        """Note a problem at a place of this file."""
        self._problems.note(self._source, at, message, hint)

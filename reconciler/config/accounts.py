"""The accounts that the files list, one namespace over all of them, and the look-up by name."""

from __future__ import annotations

import re
from typing import NamedTuple

from reconciler.config.assignments import Named
from reconciler.config.document import Document
from reconciler.config.model import Account
from reconciler.config.nodes import BAD, Fields, Node, Scalar
from reconciler.config.problems import Problems
from reconciler.config.reading import Source, quoted
from reconciler.config.values import Values
from reconciler.model import AccountId, account_id

_USUAL = re.compile("[a-z]{2}[0-9]+-ovh")
_ENTRY_KEYS = ("id", "name")


class _Entry(NamedTuple):
    account: Account
    source: Source
    at: int


class AccountBook:
    """Every listed account, by short name (exactly as written) and by id (case does not matter)."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._by_short: dict[str, _Entry] = {}
        self._by_id: dict[AccountId, _Entry] = {}
        self._unusable: set[str] = set()
        self._none_listed = False
        self._found: dict[str, AccountId | None] = {}

    def take(self, document: Document) -> None:
        """Take in the `accounts` of a file."""
        if "accounts" not in document.sections:
            return
        at, node = document.sections["accounts"]
        if not isinstance(node, Fields):
            note_no_mapping(self._problems, document.source, at, node, "accounts")
            return
        reader = _EntryReader(document.source, self._problems)
        for short, short_at, value in node.pairs:
            account = reader.account(short, short_at, value)
            if account is None:
                self._unusable.add(short)
            else:
                self._add(_Entry(account, document.source, short_at))

    def close(self) -> tuple[Account, ...]:
        """Return all accounts, having noted the ids that are another entry's short name."""
        folded = {short.casefold(): entry for short, entry in self._by_short.items()}
        for entry in self._by_id.values():
            other = folded.get(entry.account.id)
            if other is not None and other is not entry and other.account.id != entry.account.id:
                named = f"the id {quoted(entry.account.id)} of {quoted(entry.account.short)}"
                message = f"{named} is also a short name, at {other.source.place(other.at)}"
                self._problems.note(entry.source, entry.at, message, "give that entry another short name")
        return tuple(entry.account for entry in self._by_short.values())

    def id_of(self, name: str) -> AccountId | None:
        """Return the id of the account that `name` stands for, or None where no entry lists it."""
        if name in self._found:
            return self._found[name]
        entry = self._by_short.get(name) or self._by_id.get(account_id(name))
        self._found[name] = entry.account.id if entry else None
        return self._found[name]

    def id_or_problem(self, named: Named, source: Source) -> AccountId | None:
        """Return the id of the account that is named, or None with a problem noted."""
        found = self.id_of(named.text)
        if found is None and named.text not in self._unusable:
            known = (*self._by_short, *self._by_id)
            if not known:
                self._note_none_listed(named, source)
                return None
            hint = self._problems.suggest(named.text, known) or "list it under `accounts`, with its id"
            self._problems.note(
                source, named.at, f"no entry of `accounts` is called {quoted(named.text)}", hint
            )
        return found

    def _note_none_listed(self, named: Named, source: Source) -> None:
        """Say it once: where `accounts` is missing or mistyped, every name in the file would be a problem."""
        if not self._none_listed:
            self._none_listed = True
            message = f"{quoted(named.text)} names no account, and neither can any other: none is listed"
            self._problems.note(source, named.at, message, "list them under `accounts`, each with its id")

    def _add(self, entry: _Entry) -> None:
        short, identifier = entry.account.short, entry.account.id
        twin = self._by_short.get(short)
        if twin is not None:
            if twin.source is not entry.source:
                first = twin.source.place(twin.at)
                message = f"the account {quoted(short)} is listed a second time; the first is at {first}"
                self._problems.note(entry.source, entry.at, message, "keep one of the two")
            return
        self._by_short[short] = entry
        same = self._by_id.setdefault(identifier, entry)
        if same is not entry:
            message = (
                f"{quoted(short)} has the id {quoted(identifier)} of {quoted(same.account.short)}, "
                f"at {same.source.place(same.at)}"
            )
            self._problems.note(entry.source, entry.at, message, "one account has one short name")
        if not _USUAL.fullmatch(identifier):
            message = f"the id {quoted(identifier)} is unusual: most are two letters, digits and `-ovh`"
            self._problems.warn(entry.source, entry.at, message)


class _EntryReader:
    """Reads the entries of one file's `accounts`."""

    def __init__(self, source: Source, problems: Problems) -> None:
        self._source = source
        self._problems = problems
        self._values = Values(source, problems)

    def account(self, short: str, at: int, node: Node) -> Account | None:
        if not is_short_name(short):
            message = (
                f"{quoted(short)} is no short name: it is empty, has blanks at its ends, or cannot be seen"
            )
            self._problems.note(self._source, at, message)
            return None
        if not isinstance(node, Fields):
            identifier = self._id(node)
            return Account(short, identifier) if identifier else None
        given = {key: value for key, _, value in node.pairs}
        for key, key_at, _ in node.pairs:
            if key not in _ENTRY_KEYS:
                self._values.unknown(key, key_at, _ENTRY_KEYS)
        name = self._values.text(given["name"], "`name`") if "name" in given else None
        if "id" not in given:
            self._problems.note(self._source, node.at, f"the account {quoted(short)} has no `id`")
            return None
        identifier = self._id(given["id"])
        return Account(short, identifier, name) if identifier else None

    def _id(self, node: Node) -> AccountId | None:
        text = self._values.text(node, "an account id")
        if text is None:
            return None
        identifier = account_id(text)
        if not is_account_id(text):
            message = f"{quoted(text)} is no account id: it is empty, or holds a blank or what cannot be seen"
            self._problems.note(self._source, node.at, message, "an id looks like ab12345-ovh")
            return None
        return identifier


def is_short_name(text: str) -> bool:
    """Tell whether an account may be called so."""
    return bool(text) and text == text.strip() and text.isprintable()


def is_account_id(text: str) -> bool:
    """Tell whether OVHcloud could have given this id; its usual form is not asked for."""
    identifier = account_id(text)
    return bool(identifier) and " " not in identifier and identifier.isprintable()


def note_no_mapping(problems: Problems, source: Source, at: int, node: Node, name: str) -> None:
    """Note that a section is no mapping, unless its problem is noted already."""
    if isinstance(node, Scalar) and node.value is BAD:
        return
    empty = isinstance(node, Scalar) and node.value is None
    hint = f"write `{name}: {{}}`, or leave the key out" if empty else None
    problems.note(source, at if empty else node.at, f"`{name}` must be a mapping", hint)

"""The small sections: version, endpoint, guards, expired_retries, lead_days, manage, include."""

from __future__ import annotations

from typing import Any

from reconciler.config.accounts import AccountBook, note_no_mapping
from reconciler.config.assignments import Assignments
from reconciler.config.document import Document
from reconciler.config.endpoints import endpoint_of
from reconciler.config.model import Endpoint, GuardSettings, Manage
from reconciler.config.nodes import BAD, Fields, Items, Node, Scalar
from reconciler.config.problems import Problems
from reconciler.config.reading import FIRST
from reconciler.config.service_keys import fault_of_pattern
from reconciler.config.values import Values
from reconciler.model import AccountId
from reconciler.model.time_box import LEAD_DAYS

VERSION = 1
_GUARD_KEYS = ("max_changes_percent", "protected", "allow_admin_handover_to")
_ALL_PERCENT = 100


class Settings:
    """Reads the small sections of one file."""

    def __init__(self, document: Document, problems: Problems) -> None:
        self._document = document
        self._source = document.source
        self._problems = problems
        self._values = Values(document.source, problems)
        self._assignments = Assignments(document.source, problems)

    def check_version(self) -> None:
        """Note a version that is missing or not this one."""
        found = self._section("version")
        if found is None:
            self._values.note(FIRST, "`version` is missing", f"begin the file with `version: {VERSION}`")
            return
        value = found.value if isinstance(found, Scalar) else None
        if value is not BAD and (type(value) is not int or value != VERSION):
            self._values.note(
                found.at, f"`version` must be the number {VERSION}", f"write `version: {VERSION}`"
            )

    def endpoint(self) -> Endpoint | None:
        """Return the endpoint, or None with a problem noted."""
        found = self._section("endpoint")
        if found is None:
            self._values.note(
                FIRST, "`endpoint` is missing", "write `endpoint: sandbox`, or ovh-eu, or ovh-ca"
            )
            return None
        text = self._values.text(found, "`endpoint`")
        if text is None:
            return None
        endpoint = endpoint_of(text)
        if isinstance(endpoint, Endpoint):
            return endpoint
        self._values.note(found.at, *endpoint)
        return None

    def expired_retries(self) -> int:
        """Return how often an expired request is asked again by itself."""
        found = self._section("expired_retries")
        return 1 if found is None else self._values.integer(found, "`expired_retries`")

    def lead_days(self) -> int:
        """Return how many days before its end a contact is handed back."""
        found = self._section("lead_days")
        return LEAD_DAYS if found is None else self._values.integer(found, "`lead_days`")

    def manage(self) -> Manage | None:
        """Return what is done about a contact of which no nearer place says it; None: nothing is said."""
        found = self._section("manage")
        return None if found is None else self._values.manage(found)

    def include(self) -> list[tuple[str, int]]:
        """Return the patterns of `include` with their places."""
        found = self._section("include")
        return [] if found is None else self._values.texts(found, "`include`", "a pattern")

    def guards(self, accounts: AccountBook) -> GuardSettings:
        """Return the limits of a run; those that are not given are the default ones."""
        found = self._section("guards")
        if found is None:
            return GuardSettings()
        if not isinstance(found, Fields):
            note_no_mapping(
                self._problems, self._source, self._document.sections["guards"][0], found, "guards"
            )
            return GuardSettings()
        given: dict[str, Any] = {}
        for key, at, node in found.pairs:
            if key == "max_changes_percent":
                given[key] = self._values.integer(node, f"`{key}`", _ALL_PERCENT)
            elif key == "protected":
                given[key] = self._protected(node)
            elif key == "allow_admin_handover_to":
                given[key] = self._accounts(node, accounts)
            else:
                self._values.unknown(key, at, _GUARD_KEYS)
        return GuardSettings(**given)

    def _protected(self, node: Node) -> tuple[str, ...]:
        patterns = self._values.texts(node, "`protected`", "a service")
        for pattern, at in patterns:
            fault = fault_of_pattern(pattern)
            if fault:
                self._values.note(at, *fault)
        return tuple(pattern for pattern, _ in patterns)

    def _accounts(self, node: Node, accounts: AccountBook) -> frozenset[AccountId]:
        if not isinstance(node, Items):
            self._values.texts(node, "`allow_admin_handover_to`", "an account")
            return frozenset()
        named = [self._assignments.account(item) for item in node.nodes]
        ids = [accounts.id_or_problem(name, self._source) for name in named if name is not None]
        return frozenset(identifier for identifier in ids if identifier is not None)

    def _section(self, name: str) -> Node | None:
        found = self._document.sections.get(name)
        return found[1] if found else None

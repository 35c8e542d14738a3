"""The services of all files in one mapping, names turned into ids, defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reconciler.config.accounts import AccountBook, note_no_mapping
from reconciler.config.assignments import Assigned, Assignments, Box, Manages, Named
from reconciler.config.document import Document
from reconciler.config.model import Endpoint, Manage
from reconciler.config.nodes import Fields
from reconciler.config.places import Places
from reconciler.config.problems import Problems
from reconciler.config.reading import quoted
from reconciler.config.rows import Row
from reconciler.model import ROLES, AccountId, Contacts, Role, ServiceId
from reconciler.model.routes import ROUTES
from reconciler.model.time_box import TimeBox

_MOST_WARNINGS = 100
_NOBODY: Row = (None, None, None, None)


class _Meaning(NamedTuple):
    """What a service's row comes to under the defaults of its file."""

    contacts: Contacts
    boxes: dict[Role, TimeBox]
    observed: frozenset[Role]
    is_faulty: bool


class Joined:
    """What all files together declare.

    Attributes:
        rows: for each service its contacts, time-boxed ones as they stand before their hand-back.
        time_boxes: the contacts that end.
        places: for each service where its key stands.
        observed: the roles of each service that are only to be observed.
    """

    def __init__(
        self, accounts: AccountBook, problems: Problems, lead_days: int, manage: Manage | None
    ) -> None:
        self.rows: dict[ServiceId, Contacts] = {}
        self.time_boxes: dict[tuple[ServiceId, Role], TimeBox] = {}
        self.places = Places(self.rows)
        self.observed: dict[ServiceId, frozenset[Role]] = {}
        self._accounts = accounts
        self._problems = problems
        self._lead_days = lead_days
        self._manages = (manage, manage, manage)
        self._unmanaged = 0
        self._faultless: dict[int, Row] = {}
        self._meanings: dict[tuple[Row, Row], _Meaning] = {}

    def join(self, documents: list[Document], endpoint: Endpoint | None) -> None:
        """Take in every file, the main one first."""
        general: Row = (None, None, None, self._manages)
        for document in documents:
            own = self._defaults(document)
            defaults = _overridden(general, own)
            if not document.included:
                general = defaults
            self._take(document, defaults)
            self._warn_of_routes(document, endpoint)

    def _defaults(self, document: Document) -> Row:
        if "defaults" not in document.sections:
            return _NOBODY
        at, node = document.sections["defaults"]
        if not isinstance(node, Fields):
            note_no_mapping(self._problems, document.source, at, node, "defaults")
            return _NOBODY
        if id(node) in self._faultless:  # files that say the same share their nodes
            return self._faultless[id(node)]
        before = len(self._problems.found)
        assigned = Assignments(document.source, self._problems).of(node)
        self._check(document, assigned)
        if len(self._problems.found) == before:
            self._faultless[id(node)] = assigned
        return assigned

    def _take(self, document: Document, defaults: Row) -> None:
        meanings = self._resolved(set(document.rows.said.values()), defaults)
        faulty = {row for row, meaning in meanings.items() if meaning.is_faulty}
        if faulty:
            for assigned in document.rows.saying(faulty):
                self._check(document, assigned)
                if self._problems.is_full:
                    break
        self._note_twins(document)
        said = document.rows.said
        contacts = {row: meaning.contacts for row, meaning in meanings.items()}
        self.rows.update(zip(said, map(contacts.__getitem__, said.values()), strict=True))
        self.places.extend(document.source.file, document.rows.hand_over_places())
        if any(meaning.boxes or meaning.observed for meaning in meanings.values()):
            self._take_details(document, meanings)
        self._warn_of_unmanaged(document, contacts)

    def _resolved(self, said: Iterable[Row], defaults: Row) -> dict[Row, _Meaning]:
        """Return what each distinct row comes to."""
        known = self._meanings
        return {row: known.get((defaults, row)) or self._meaning(defaults, row) for row in said}

    def _meaning(self, defaults: Row, row: Row) -> _Meaning:
        *effective, manages = _overridden(defaults, row)
        boxes = {role: box for role, named in zip(ROLES, effective, strict=True) if (box := self._box(named))}
        is_faulty = any(named is not None and not self._is_known(named) for named in row[:3])
        contacts = Contacts(*(self._holder(named) for named in effective))
        meaning = self._meanings[defaults, row] = _Meaning(contacts, boxes, _observed(manages), is_faulty)
        return meaning

    def _is_known(self, named: str | Named | Box) -> bool:
        if isinstance(named, Box):
            return self._is_known(named.account) and (named.then is None or self._is_known(named.then))
        return self._accounts.id_of(named if isinstance(named, str) else named.text) is not None

    def _holder(self, named: str | Named | Box | None) -> AccountId | None:
        if named is None:
            return None
        if isinstance(named, Box):
            return self._holder(named.account)
        return self._accounts.id_of(named if isinstance(named, str) else named.text)

    def _box(self, named: str | Named | Box | None) -> TimeBox | None:
        if not isinstance(named, Box) or named.until is None:
            return None
        account, then = self._holder(named.account), self._holder(named.then)
        if account is None or then is None:
            return None
        lead = self._lead_days if named.lead_days is None else named.lead_days
        return TimeBox(
            account, named.until, then, named.reason, named.ticket, lead, named.place, named.manage
        )

    def _check(self, document: Document, assigned: Assigned) -> None:
        for named in assigned[:3]:
            parts = (named.account, named.then) if isinstance(named, Box) else (named,)
            for part in parts:
                if part is not None:
                    self._accounts.id_or_problem(part, document.source)

    def _take_details(self, document: Document, meanings: dict[Row, _Meaning]) -> None:
        """Take in what few rows say beside who holds their contacts."""
        for service, row in document.rows.said.items():
            meaning = meanings[row]
            for role, box in meaning.boxes.items():
                self.time_boxes[service, role] = box
            if meaning.observed:
                self.observed[service] = meaning.observed

    def _note_twins(self, document: Document) -> None:
        twins = self.rows.keys() & document.rows.said.keys()
        if not twins:
            return
        places = document.rows.places()
        for twin in twins:
            first = self.places[twin]
            message = f"{quoted(twin)} is also declared at {first.file}:{first.line}:{first.column}"
            self._problems.note(document.source, places[twin], message, "one service is declared in one file")
        document.rows.drop(twins)

    def _warn_of_unmanaged(self, document: Document, contacts: dict[Row, Contacts]) -> None:
        nobody = Contacts()
        if nobody not in contacts.values():
            return
        places = document.rows.places()
        for service, row in document.rows.said.items():
            if contacts[row] == nobody:
                self._unmanaged += 1
                if self._unmanaged <= _MOST_WARNINGS:
                    message = (
                        f"{quoted(service)} is managed in no role: neither it nor `defaults` names an account"
                    )
                    self._problems.warn(document.source, places[service], message)

    def _warn_of_routes(self, document: Document, endpoint: Endpoint | None) -> None:
        for route, (service, at) in document.rows.routes.items():
            if endpoint is not None and not ROUTES[route].offers_change_in(endpoint.region):
                message = (
                    f"{endpoint.name} offers no contact change for {quoted(route)}, as of {quoted(service)}"
                )
                self._problems.warn(document.source, at, message)


def _overridden(general: Row, own: Row) -> Row:
    named = own[0] or general[0], own[1] or general[1], own[2] or general[2]
    return *named, _nearest(general[3], own[3])


def _nearest(general: Manages | None, own: Manages | None) -> Manages | None:
    """Return what is done about each role: whoever is named for it, the nearest layer that says it counts."""
    if general is None or own is None:
        return own or general
    return own[0] or general[0], own[1] or general[1], own[2] or general[2]


def _observed(manages: Manages | None) -> frozenset[Role]:
    return frozenset(role for role, one in zip(ROLES, manages or (), strict=False) if one is Manage.OBSERVE)

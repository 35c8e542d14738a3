"""The services of all files in one mapping, names turned into ids, defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reconciler.config.accounts import AccountBook, note_no_mapping
from reconciler.config.assignments import Assigned, Assignments, Box, Named
from reconciler.config.document import Document
from reconciler.config.model import Endpoint
from reconciler.config.nodes import Fields
from reconciler.config.places import Places
from reconciler.config.problems import Problems
from reconciler.config.reading import quoted
from reconciler.config.rows import Row
from reconciler.model import ROLES, AccountId, Contacts, Role, ServiceId
from reconciler.model.routes import ROUTES
from reconciler.model.time_box import TimeBox

_MOST_WARNINGS = 100
_NOBODY: Row = (None, None, None)


class _Meaning(NamedTuple):
    """What a service's row comes to under the defaults of its file."""

    contacts: Contacts
    boxes: dict[Role, TimeBox]
    is_faulty: bool


class Joined:
    """What all files together declare.

    Attributes:
        rows: for each service its contacts, time-boxed ones as they stand before their hand-back.
        time_boxes: the contacts that end.
        places: for each service where its key stands.
    """

    def __init__(self, accounts: AccountBook, problems: Problems, lead_days: int) -> None:
        self.rows: dict[ServiceId, Contacts] = {}
        self.time_boxes: dict[tuple[ServiceId, Role], TimeBox] = {}
        self.places = Places(self.rows)
        self._accounts = accounts
        self._problems = problems
        self._lead_days = lead_days
        self._unmanaged = 0
        self._faultless: dict[int, Row] = {}
        self._meanings: dict[tuple[Row, Row], _Meaning] = {}

    def join(self, documents: list[Document], endpoint: Endpoint | None) -> None:
        """Take in every file, the main one first."""
        general: Row = _NOBODY
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
        contacts, boxed, faulty = self._resolved(set(document.rows.said.values()), defaults)
        if faulty:
            for assigned in document.rows.saying(faulty):
                self._check(document, assigned)
                if self._problems.is_full:
                    break
        self._note_twins(document)
        said = document.rows.said
        self.rows.update(zip(said, map(contacts.__getitem__, said.values()), strict=True))
        self.places.extend(document.source.file, document.rows.hand_over_places())
        if boxed:
            self._take_boxes(document, boxed)
        self._warn_of_unmanaged(document, contacts)

    def _resolved(
        self, said: Iterable[Row], defaults: Row
    ) -> tuple[dict[Row, Contacts], dict[Row, dict[Role, TimeBox]], set[Row]]:
        """Return each distinct row's contacts and time boxes, and the rows that name unknown accounts."""
        contacts, boxed, faulty = {}, {}, set()
        for row in said:
            meaning = self._meanings.get((defaults, row)) or self._meaning(defaults, row)
            contacts[row] = meaning.contacts
            if meaning.boxes:
                boxed[row] = meaning.boxes
            if meaning.is_faulty:
                faulty.add(row)
        return contacts, boxed, faulty

    def _meaning(self, defaults: Row, row: Row) -> _Meaning:
        effective = _overridden(defaults, row)
        boxes = {role: box for role, named in zip(ROLES, effective, strict=True) if (box := self._box(named))}
        is_faulty = any(named is not None and not self._is_known(named) for named in row)
        contacts = Contacts(*(self._holder(named) for named in effective))
        meaning = self._meanings[defaults, row] = _Meaning(contacts, boxes, is_faulty)
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
        return TimeBox(account, named.until, then, named.reason, named.ticket, lead, named.place)

    def _check(self, document: Document, assigned: Assigned) -> None:
        for named in assigned:
            parts = (named.account, named.then) if isinstance(named, Box) else (named,)
            for part in parts:
                if part is not None:
                    self._accounts.id_or_problem(part, document.source)

    def _take_boxes(self, document: Document, boxed: dict[Row, dict[Role, TimeBox]]) -> None:
        for service, row in document.rows.said.items():
            for role, box in boxed.get(row, {}).items():
                self.time_boxes[service, role] = box

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
    return own[0] or general[0], own[1] or general[1], own[2] or general[2]

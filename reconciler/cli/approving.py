"""What was approved, as a file or as a fingerprint, and whether it is what would be asked now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.approval.judging import Present, Verdict, judge
from reconciler.approval.moved import Trays
from reconciler.cli.agreed import Agreed, present_of
from reconciler.cli.durations import spoken
from reconciler.cli.naming import contacts
from reconciler.cli.origin import Origin, check_contained
from reconciler.cli.planning import Planned
from reconciler.cli.refusing import (
    ANEW,
    refusal,
    say_nothing_left,
    say_nothing_wanted,
    say_the_rest,
    unlike,
)
from reconciler.errors import StalePlanError
from reconciler.model.text import visible
from reconciler.plan import Basis, Plan, Selection, fingerprint_of
from reconciler.ports.journal import CarriedOut
from reconciler.render.narrowed import waits_for_what_is_left_out
from reconciler.session import Session

if TYPE_CHECKING:
    from reconciler.approval.reading import Saved

_AHEAD = timedelta(minutes=5)


def approved_by(
    place: Path | None, expect: str | None, file: Path, valid_for: timedelta | None
) -> Approved | None:
    """Return what was approved: the plan in a file, else that of a fingerprint; None: neither was given.

    Raises:
        click.UsageError: the file holds no saved plan.
        StalePlanError: it was changed since it was saved.
    """
    if place is not None:
        saved = read_plan(place)
        return Approved(expect or saved.fingerprint, file, saved, valid_for)
    return Approved(expect, file) if expect is not None else None


def read_plan(place: Path) -> Saved:
    """Return the saved plan in a file.

    Raises:
        click.UsageError: there is no such file, or it holds no saved plan.
        StalePlanError: it was changed since it was saved.
    """
    from reconciler.approval.reading import LARGEST, NoPlanError, read_saved  # noqa: PLC0415  # pydantic

    shown = visible(str(place))
    try:
        with place.open("rb") as stream:
            return read_saved(stream.read(LARGEST + 1), version=__version__)
    except OSError as error:
        raise click.UsageError(f"{shown} cannot be read: {error.strerror}") from None
    except NoPlanError as error:
        raise click.UsageError(f"{shown}: {error.message}{f'; {error.hint}' if error.hint else ''}") from None
    except StalePlanError as error:
        raise StalePlanError(f"{shown}: {error.message}", hint=error.hint) from None


@dataclass(frozen=True, slots=True)
class Approved:
    """What was approved: a fingerprint, and, where a file says so, the plan that it is of.

    Attributes:
        file: the contacts file.
        valid_for: how old the plan may be, beside what it says itself.
    """

    fingerprint: str
    file: Path
    saved: Saved | None = None
    valid_for: timedelta | None = None

    def check_whole(self, session: Session) -> None:
        """Refuse a plan of another estate, and one that is too old, before anything is looked at.

        Raises:
            StalePlanError: it is one.
        """
        if self.saved is None:
            return
        if self.saved.fingerprint != self.fingerprint:
            raise StalePlanError(
                f"the saved plan has the fingerprint {self.saved.fingerprint}, not {self.fingerprint}"
            )
        made, here = self.saved.made, session.config
        if made.endpoint != here.endpoint.name:
            raise StalePlanError(
                f"the plan was made for the endpoint {visible(made.endpoint)}, "
                f"the file means {here.endpoint.name}"
            )
        if made.files[0].file != self.file.name:
            raise StalePlanError(
                f"the plan was made from {visible(made.files[0].file)}, not from {visible(self.file.name)}",
                hint="name the file that it was made from with --file",
            )
        self._check_age(session)

    def _check_age(self, session: Session) -> None:
        assert self.saved
        made = self.saved.made
        limits = [self.valid_for] if self.valid_for else []
        limits += [timedelta(seconds=made.valid_for_seconds)] if made.valid_for_seconds else []
        if not limits:
            return
        age = next(iter(session.readers.values())).now() - made.at
        if age < -_AHEAD:
            raise StalePlanError(
                f"the plan says that it was made at {made.at.isoformat()}, which is yet to come"
            )
        if age > min(limits):
            raise StalePlanError(
                f"the plan is {spoken(age)} old and was valid for {spoken(min(limits))}", hint=ANEW
            )

    @property
    def lifted(self) -> Mapping[str, str]:
        """Return the guards that were lifted for the approved plan, with the reason."""
        return self.saved.made.lifted if self.saved else {}

    def carried(self, session: Session) -> CarriedOut | None:
        """Return what earlier runs made of it; None: there was none.

        A saved plan is told from a later one that asks for the same by when it was made. A fingerprint says
        nothing of that: approved again, it may be used again.
        """
        if self.saved is not None:
            return session.journal.carried_out(self.fingerprint, self.saved.made.at)
        found = session.journal.carried_out(self.fingerprint)
        return replace(found, accepted={}) if found else None

    def retry(self, session: Session, carried: CarriedOut | None) -> tuple[str, ...]:
        """Return the contacts that the plan asks for although turned down.

        Only the first run with it is given that leave: the journal keeps it, tied to what was turned down.
        """
        if self.saved is None or carried is not None:
            return ()
        return tuple(text for text in self.saved.made.retry if _is_declared(text, session))

    def selection(self, given: Selection | None, carried: CarriedOut | None) -> Selection | None:
        """Return the part that the approved plan was cut down to; None: it was not.

        What was approved and is under way by now uses up its limit: a run that asks again for what failed is
        to ask for nothing in its place.

        Args:
            given: what this run's own options choose, where no file says it.
            carried: what earlier runs made of the plan.
        """
        made = self.saved.made.narrowing if self.saved else None
        if made is not None:
            given = Selection((*made.only,), (*made.roles,), made.limit)
        known = self._known(carried)
        if given is None or known is None:
            return given
        contacts = {(row.service, role, desired) for row in known for role, _, desired in row.changes}
        return replace(given, approved=frozenset(contacts))

    def compare(self, session: Session, planned: Planned, carried: CarriedOut | None) -> Agreed | None:
        """Return what may be asked for now; None: nothing of what was approved is left to ask, which is told.

        Raises:
            StalePlanError: what would be asked is not what was approved; it says what moved.
            ReconcilerError: the same, and something could not be read, which is worse.
        """
        present = present_of(session, planned)
        approved = self._approved(present, carried)
        if approved is None:
            if _wants_nothing(planned.plan):
                say_nothing_wanted(planned.plan)
                return None
            raise unlike(self.fingerprint, present, session)
        verdict = judge(approved, present, carried)
        if verdict is Verdict.NOTHING_LEFT:
            say_nothing_left(planned.plan)
            return None
        if self.saved is not None:
            made = self.saved.made
            digests = {row.file: row.sha256 for row in made.files}
            check_contained(Origin(made.commit, made.dirty, digests), self.file, session.config)
        if verdict is Verdict.ASK_THE_REST:
            say_the_rest(len(present.bases), len(approved))
        elif verdict is not Verdict.ASK:
            base = self.saved.made.base if self.saved else None
            raise refusal(verdict, approved, present, session, carried, self._trays, base)
        return Agreed(self.fingerprint, approved)

    def _approved(self, present: Present, carried: CarriedOut | None) -> tuple[Basis, ...] | None:
        """Return the approved requests, as far as the file, the look or the journal knows them."""
        if self.saved is None and present.plan.fingerprint == self.fingerprint:
            return present.bases
        return self._known(carried)

    def _known(self, carried: CarriedOut | None) -> tuple[Basis, ...] | None:
        """Return the approved requests, as far as the file or the journal knows them."""
        if self.saved is not None:
            return self.saved.approved
        known = carried.approved if carried else None
        return known if known is not None and fingerprint_of(known) == self.fingerprint else None

    @property
    def _trays(self) -> Trays:
        return self.saved.trays if self.saved else {}


def _wants_nothing(plan: Plan) -> bool:
    """Tell whether all that a plan is about is on its way or as desired."""
    return not plan.requests and not plan.blocked and not (plan.narrowed and waits_for_what_is_left_out(plan))


def _is_declared(text: str, session: Session) -> bool:
    try:
        contacts(text, session.config)
    except click.UsageError:
        return False  # so the plan will lack that request, and the comparison says so
    return True

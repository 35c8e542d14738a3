"""`confirm`: letters in, verdicts out; with writers at hand, tokens are given to the endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.config import Config
from reconciler.confirm.carry_out import carry_out, preview
from reconciler.confirm.judge import judge
from reconciler.confirm.tries import Tries
from reconciler.confirm.verdicts import Kind, Verdict
from reconciler.confirm.wanted import Slot, still_to_confirm
from reconciler.errors import ApiError
from reconciler.model import AccountId, Task
from reconciler.ports.letters import Letter
from reconciler.progress import by_task, confirmed_by
from reconciler.render.wording import Accounts
from reconciler.session.answering import give, what_follows
from reconciler.session.looking import Looker
from reconciler.session.session import Session


@dataclass(frozen=True, slots=True)
class Round:
    """What one look at the letters came to.

    Attributes:
        verdicts: one for each token, or for each letter without one, in the order of the letters.
        left: requests of ours that the file wants, each with an account of ours that still has to confirm;
            without writers, what would be confirmed counts as confirmed.
        unreadable: accounts that could not be read, each with the reason.
    """

    verdicts: tuple[Verdict, ...]
    left: frozenset[Slot]
    unreadable: Mapping[AccountId, str]


class Confirmer:
    """Judges letters in one round after the other; a token is tried in one of them only.

    Args:
        session: with writers tokens are given to the endpoint; without, nothing is sent.
        only: the one account that the run is for; None: all.
        waiting: whether `Round.left` is wanted, which takes a look at every open request of ours.
    """

    def __init__(self, session: Session, *, only: AccountId | None = None, waiting: bool = False) -> None:
        self._session = session
        self._waiting = waiting
        self._looker = Looker(session, only=only, waiting=waiting)
        self._tries = Tries(_Hand(session), Accounts(session.names))

    def round(self, letters: Iterable[Letter], config: Config) -> Round:
        """Look afresh and return what the letters come to now, by what `config` declares."""
        letters = tuple(letters)
        sight = self._looker.look(letters, config)
        judged = judge(letters, sight.known)
        if self._session.writers:
            verdicts = carry_out(judged, self._tries)
        else:
            verdicts = preview(judged, sight.known.called)
        left = still_to_confirm(sight.known) if self._waiting else frozenset()
        return Round(verdicts, left - _covered(verdicts, left), sight.unreadable)


def _covered(verdicts: Iterable[Verdict], left: frozenset[Slot]) -> frozenset[Slot]:
    """Return what these verdicts take off the list; one without an account takes any of its request."""
    covered: set[Slot] = set()
    for verdict in verdicts:
        if verdict.kind not in {Kind.CONFIRMED, Kind.ALREADY_CONFIRMED, Kind.WOULD_CONFIRM}:
            continue
        if verdict.task is not None and verdict.account is not None:
            covered.add((verdict.task, verdict.account))
        else:
            covered.update(sorted(slot for slot in left - covered if slot[0] == verdict.task)[:1])
    return frozenset(covered)


class _Hand:
    """Reaches the endpoint for `Tries`, and journals what it does."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def give(self, task: Task, account: AccountId, token: str) -> str:
        """Give a token to the endpoint once and journal it; return what follows."""
        give(task, account, token, self._session)
        return what_follows(task, account, self._session)

    def now(self, task: Task, account: AccountId) -> Task | None:
        """Return the task as an account sees it now; None where that cannot be read."""
        try:
            found = self._session.readers[account].tasks([task.id])
        except ApiError:
            return None
        return found[0] if found else None

    def has_confirmed(self, task: Task, account: AccountId) -> bool:
        """Tell whether our journal knows by now that the account confirmed."""
        return account in confirmed_by(task, by_task(self._session.journal.confirmations()))

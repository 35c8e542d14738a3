"""What to do next about a request, as a command that is ready to run, and what else a person should know."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from shlex import quote

from reconciler.model import AccountId, Role, TaskState
from reconciler.model.contacts import Desired, Marks
from reconciler.plan import Plan, Reason
from reconciler.progress import Progress
from reconciler.render.reasons import retry_command
from reconciler.render.wording import listed


def retry_commands(rows: Iterable[Progress], plan: Plan) -> Mapping[int, str]:
    """Return for each task that holds up a wanted change the command that asks again.

    Args:
        rows: requests, the newest settled one of a contact before the older ones.
        plan: tells which changes are held because they were turned down.
    """
    held = {(row.change.service, row.change.role) for row in plan.blocked if row.reason is Reason.TURNED_DOWN}
    found: dict[int, str] = {}
    for row in rows:
        if row.service is None or row.task.is_open:
            continue
        roles = [role for role in row.task.roles if (row.service, role) in held]
        if roles:
            held -= {(row.service, role) for role in roles}
            found[row.task.id] = retry_command(row.service, roles[0] if len(roles) == 1 else None)
    return found


def asked_again(rows: Iterable[Progress], plan: Plan) -> frozenset[int]:
    """Return the tasks that ended without an answer and that the plan asks for once more by itself.

    Args:
        rows: requests, the newest settled one of a contact before the older ones.
        plan: tells what is asked now; nothing is where a guard stops it.
    """
    if plan.stopped_by:
        return frozenset()
    asked = {(change.service, change.role) for request in plan.requests for change in request.changes}
    found: set[int] = set()
    for row in rows:
        if row.service is None or row.task.is_open:
            continue
        about = {(row.service, role) for role in row.task.roles} & asked
        asked -= about
        if about and row.task.state in _UNANSWERED:
            found.add(row.task.id)
    return frozenset(found)


_UNANSWERED = frozenset({TaskState.EXPIRED, TaskState.ERROR})


@dataclass(frozen=True, slots=True)
class Adviser:
    """Knows what the file wants, and which accounts we can answer for.

    Attributes:
        retries: the command that asks again, by task that holds up a wanted change.
        asked_again: tasks whose change the next `apply` asks for once more by itself.
        observed: what the file only observes; nothing is advised for what is about that alone.
    """

    desired: Desired
    held: Container[AccountId]
    names: Mapping[AccountId, str]
    retries: Mapping[int, str]
    asked_again: Container[int] = frozenset()
    observed: Marks = field(default_factory=dict)

    def next_command(self, row: Progress) -> str | None:
        """Return what to run next, or None where nothing can be said for sure.

        Accepting is advised only for what the file wants: a task that may be about several services, or about
        one that the file does not declare, is for a person to judge. So is one that would also move a contact
        which the file only observes.
        """
        if row.task.state is not TaskState.VALIDATING:
            return self.retries.get(row.task.id)
        verb = "refuse" if self._is_unwanted(row) else "accept" if self._is_wanted(row) else None
        ours = next((party for party in row.waiting_for if party in self.held), None)
        return f"reconciler {verb} {row.task.id} --as {quote(self._name(ours))}" if verb and ours else None

    def note(self, row: Progress) -> str | None:
        """Return what else a person should know, or None."""
        task = row.task
        if task.is_open and row.service is None:
            services = " or ".join(row.candidates)
            about = f"may be about {services}" if services else "fits no service that was seen"
            return f"it {about}: OVHcloud gives only the bare name"
        if not task.is_open:
            return self._what_follows(task.id)
        if task.state is not TaskState.VALIDATING:
            return None
        if self._is_unwanted(row):
            return "the file wants another contact"
        if not self._is_wanted(row):
            return self._why_nothing_is_advised(row)
        strangers = [self._name(party) for party in row.waiting_for if party not in self.held]
        return f"{' and '.join(strangers)} must follow the link in OVHcloud's mail" if strangers else None

    def _why_nothing_is_advised(self, row: Progress) -> str:
        seen = self._observed(row)
        if not seen:
            return "the file does not ask for this"
        whole = len(seen) == len(row.task.roles)
        return f"the file only observes {'this' if whole else f'the {listed(seen)} contact'}"

    def _what_follows(self, task: int) -> str | None:
        if task in self.retries:
            return "held: nothing is asked again until you say so"
        if task in self.asked_again:
            return "the next `reconciler apply` asks for it again by itself"
        return None

    def _is_unwanted(self, row: Progress) -> bool:
        return any(self._wanted(row, role) not in {None, row.task.to_account} for role in row.task.roles)

    def _is_wanted(self, row: Progress) -> bool:
        wanted = any(self._wanted(row, role) == row.task.to_account for role in row.task.roles)
        return wanted and not self._observed(row)

    def _observed(self, row: Progress) -> tuple[Role, ...]:
        seen = self.observed.get(row.service, ()) if row.service else ()
        return tuple(role for role in row.task.roles if role in seen)

    def _wanted(self, row: Progress, role: Role) -> AccountId | None:
        if row.service is None or row.service not in self.desired:
            return None
        is_observed = role in self.observed.get(row.service, ())
        return None if is_observed else self.desired[row.service].of(role)

    def _name(self, account: AccountId) -> str:
        return self.names.get(account, account)

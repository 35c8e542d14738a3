"""What every command and the page work with: the file, the endpoint, the journal, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.config import Config
from reconciler.model import AccountId, Look, Observation, Retry, ServiceId
from reconciler.model.text import visible
from reconciler.ports.endpoint import Reader, Writer
from reconciler.ports.journal import Chronicle

if TYPE_CHECKING:
    from reconciler.branch import Branch
    from reconciler.plan import Plan, Selection


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with.

    Attributes:
        readers: a view of the endpoint for each account that let us in.
        unreadable: accounts that did not, each with the reason.
        writers: how to ask and answer; empty for commands that only read.
        user: on whose behalf, for the journal; None where nobody is named.
        snapshot: an earlier look that stands for the endpoint; None: the endpoint itself is looked at.
    """

    config: Config
    readers: Mapping[AccountId, Reader]
    unreadable: Mapping[AccountId, str]
    writers: Mapping[AccountId, Writer]
    journal: Chronicle
    user: str | None = None
    snapshot: Look | None = None

    @property
    def names(self) -> Mapping[AccountId, str]:
        """Return the short name of each account of the file."""
        return {account.id: account.short for account in self.config.accounts}

    def called(self, account: AccountId) -> str:
        """Return what people call an account, safe to show: its short name, or its id where it has none."""
        return visible(self.names.get(account, account))

    def observe(self, *, everything: bool = False, also: Iterable[ServiceId] = ()) -> Observation:
        """Look at the endpoint: the declared services, or every service the accounts are contacts of.

        Args:
            everything: see also what the file does not declare.
            also: services to look for as if the file declared them.
        """
        from reconciler.observe import judge  # noqa: PLC0415

        declared = [*self.config.rows, *(one for one in also if one not in self.config.rows)]
        region = self.config.endpoint.region
        if self.snapshot is None:
            seen = self.look(everything=everything, declared=declared)
        else:
            from reconciler.session.replaying import as_seen_for  # noqa: PLC0415

            seen = as_seen_for(self.snapshot, declared, region)
        return judge(seen, declared, region=region, everything=everything)

    def look(self, *, everything: bool, declared: Iterable[ServiceId]) -> Look:
        """Look at the endpoint for these services, or for every service; the journal keeps what is new."""
        from reconciler.observe import look_at  # noqa: PLC0415

        seen = look_at(
            self.readers,
            self.unreadable,
            declared,
            region=self.config.endpoint.region,
            known_tasks=self.journal.settled_tasks(),
            everything=everything,
        )
        self.journal.saw(seen.tasks, seen.at)
        return seen

    def propose(
        self,
        observation: Observation,
        *,
        leave: Iterable[Retry] = (),
        lifted: frozenset[str] = frozenset(),
        branch: Branch | None = None,
        selection: Selection | None = None,
    ) -> Plan:
        """Return the plan for one observation, with what the journal remembers and this run's own leave."""
        from reconciler.propose import propose  # noqa: PLC0415

        leave = tuple(leave)
        given = (*leave, *self.journal.retries())
        return propose(
            self.config,
            observation,
            today=observation.at.date(),
            claims=self.journal.claims(),
            confirmations=self.journal.confirmations(),
            retries=frozenset((row.service, row.role, row.task) for row in given),
            unknown_accounts=self._unknown_accounts(observation, leave),
            lifted=lifted,
            branch=branch,
            selection=selection,
        )

    def _unknown_accounts(
        self, observation: Observation, leave: tuple[Retry, ...]
    ) -> Mapping[AccountId, str]:
        """Return the accounts that the endpoint called unknown, but those that this run is to try again."""
        words = self.journal.unknown_accounts()
        if not words or not leave:
            return words
        desired = self.config.desired(observation.at.date())
        again = {desired[row.service].of(row.role) for row in leave if row.service in desired}
        return {account: text for account, text in words.items() if account not in again}

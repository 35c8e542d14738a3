"""`history`: what people ask about, and the answer on stdout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

from reconciler.cli.naming import listed_or_any
from reconciler.config import Config
from reconciler.model import ROLES, AccountId, Role, ServiceId
from reconciler.progress.history import Handover, of_account, of_service
from reconciler.render import visible
from reconciler.render.history import history_text
from reconciler.render.history_document import history_csv, history_json
from reconciler.session import Session
from reconciler.session.history import history_of

_MANY = 5_000  # looking for near misses among more takes longer than a person waits
_MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """What one argument means: a service, one contact of it, or an account."""

    service: ServiceId | None = None
    role: Role | None = None
    account: AccountId | None = None

    def among(self, rows: Iterable[Handover]) -> Iterable[Handover]:
        """Return the rows that are about it."""
        if self.service is not None:
            rows = of_service(rows, self.service, self.role)
        if self.account is not None:
            rows = of_account(rows, self.account)
        return rows


def show_history(
    session: Session, style: str, texts: Sequence[str], *, role: str | None, holder: str | None
) -> None:
    """Write what the journal remembers to stdout: of any of `texts`, and of `role` and `holder` if given.

    Raises:
        click.UsageError: neither the file nor the journal knows one of them.
    """
    rows = history_of(session)
    known = _Known(session.config, rows)
    subjects = [known.subject(text) for text in texts]
    only = Subject(account=known.account(holder)) if holder is not None else Subject()
    chosen = _chosen(rows, subjects)
    shown = [row for row in only.among(chosen) if role in {None, row.role}]
    if style == "json":
        click.echo(history_json(shown))
    elif style == "csv":
        click.echo(f"{history_csv(shown)}\r\n", nl=False)
    else:
        click.echo(history_text(shown, session.names))
        if not rows:  # perhaps it is the journal of another place
            endpoint = visible(session.config.endpoint.name)
            click.echo(f"It holds no request of {endpoint} yet; --journal names another one.")


def _chosen(rows: Sequence[Handover], subjects: Sequence[Subject]) -> Iterable[Handover]:
    """Return the rows that are about any of the subjects, each once, in their order."""
    if not subjects:
        return rows
    wanted = {id(row) for subject in subjects for row in subject.among(rows)}
    return [row for row in rows if id(row) in wanted]


class _Known:
    """What the file or the journal names."""

    def __init__(self, config: Config, rows: Iterable[Handover]) -> None:
        self._config = config
        self._services: dict[ServiceId, None] = dict.fromkeys(config.rows)
        self._accounts: dict[AccountId, None] = dict.fromkeys(entry.id for entry in config.accounts)
        for row in rows:
            if row.service is not None:
                self._services[row.service] = None
            for account in (row.from_account, row.to_account, row.asker):
                if account is not None:
                    self._accounts[account] = None

    def subject(self, text: str) -> Subject:
        """Return what an argument means; a service comes before an account of the same name.

        Raises:
            click.UsageError: it means nothing that the file or the journal names.
        """
        if text in self._services:
            return Subject(service=ServiceId(text))
        service, colon, suffix = text.rpartition(":")
        if colon and service in self._services:
            if suffix not in ROLES:
                raise click.UsageError(f"no role {suffix!r}; the roles are {', '.join(ROLES)}")
            return Subject(service=ServiceId(service), role=Role(suffix))
        return Subject(account=self.account(text, "service or account"))

    def account(self, text: str, kind: str = "account") -> AccountId:
        """Return the account that a short name or an id means.

        Raises:
            click.UsageError: neither the file nor the journal names it; near misses are suggested.
        """
        found = listed_or_any(text, self._config)
        if found in self._accounts:
            return found
        near = self._near(text, services=kind != "account")
        ask = f"; did you mean {' or '.join(near)}?" if near else ""
        raise click.UsageError(f"neither the file nor the journal names the {kind} {text!r}{ask}")

    def _near(self, text: str, *, services: bool) -> list[str]:
        from difflib import get_close_matches  # noqa: PLC0415  # only a mistake needs it

        service, _, _ = text.partition(":")
        alike = [one for one in self._services if services and one.endswith(f"/{service}")]
        if alike:
            return [*alike[:_MOST_NEAR]]
        words = [entry.short for entry in self._config.accounts] + list(self._accounts)
        if services and len(self._services) <= _MANY:
            words += self._services
        return get_close_matches(text, words, _MOST_NEAR)

"""From readers to one `Observation`: what could be read, and what could not, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from reconciler.model import AccountFacts, AccountId, Contacts, Observation, Region, ServiceId, Task, route_of
from reconciler.observe.services import SeenServices, read_services
from reconciler.observe.tasks import SeenTasks, read_tasks
from reconciler.ports.endpoint import Reader

WORKERS = 16


def observe(
    readers: Mapping[AccountId, Reader],
    unreadable: Mapping[AccountId, str],
    declared: Iterable[ServiceId],
    *,
    region: Region,
    known_tasks: Mapping[int, Task] | None = None,
    everything: bool = False,
    workers: int = WORKERS,
) -> Observation:
    """Return what the endpoint shows now.

    No failure of the endpoint is raised: a declared service that could not be read is `unknown`, which is
    never the same as "no change".

    Args:
        readers: the accounts that let us in.
        unreadable: configured accounts that did not, each with the reason.
        declared: the services that are wanted.
        region: whose routes the endpoint offers; declared services of other routes are left out altogether.
        known_tasks: tasks last seen settled; they change no more and are not read again.
        everything: read every service of every account, also where few of many are declared.
        workers: how many accounts or services are asked at once.
    """
    held = [readers[account] for account in sorted(readers)]
    at = held[0].now() if held else datetime.now(UTC)
    offered: dict[ServiceId, bool] = {
        service: route_of(service).offers_change_in(region) for service in dict.fromkeys(declared)
    }
    wanted = tuple(service for service, here in offered.items() if here)
    with ThreadPoolExecutor(workers) as pool:
        facts = pool.map(lambda reader: reader.facts(), held)
        tasks = read_tasks(held, known_tasks or {}, pool)
        seen = read_services(held, wanted, tasks.open_names, pool, everything=everything)
        facts_of = {fact.id: fact for fact in facts}
    live = {service: row for service, row in seen.live.items() if offered.get(service, True)}
    return _judged(at, facts_of, seen._replace(live=live), tasks, unreadable, wanted)


def _judged(
    at: datetime,
    held: Mapping[AccountId, AccountFacts],
    seen: SeenServices,
    tasks: SeenTasks,
    unreadable: Mapping[AccountId, str],
    wanted: Iterable[ServiceId],
) -> Observation:
    """Put every wanted service where it belongs: live, absent, or unknown with the reason."""
    closed = {**unreadable, **tasks.unreadable}  # accounts whose tasks are not known
    live = dict(seen.live)
    unknown = dict(seen.unknown)
    absent: list[ServiceId] = []
    for service in wanted:
        row = live.get(service)
        if row is not None:
            reason = _tasks_not_known(row, closed)
            if reason:
                del live[service]
                unknown[service] = reason
        elif service not in unknown:
            if held and not unreadable:
                absent.append(service)
            else:
                unknown[service] = _nobody_sees_it(unreadable)
    return Observation(
        at=at,
        held=held,
        live=live,
        in_debt=frozenset(service for service in seen.in_debt if service in live),
        absent=tuple(sorted(absent)),
        unknown=dict(sorted(unknown.items())),
        tasks=tasks.tasks,
        unreadable={**seen.unreadable, **closed},
        unlisted=seen.unlisted,
        without_change=seen.without_change,
    )


def _tasks_not_known(row: Contacts, closed: Mapping[AccountId, str]) -> str | None:
    """Return why a service's open tasks may be hidden from us: one of its contacts cannot list its tasks."""
    for account in row:
        if account is not None and account in closed:
            return f"its contact {account} cannot tell its open requests: {closed[account]}"
    return None


def _nobody_sees_it(unreadable: Mapping[AccountId, str]) -> str:
    """Return why a service that no readable account sees may exist all the same."""
    if not unreadable:
        return "no account could be read"
    accounts = sorted(unreadable)
    who = f"{accounts[0]} (and {len(accounts) - 1} more)" if len(accounts) > 1 else accounts[0]
    return f"no readable account sees it, and {who} could not be read: {unreadable[accounts[0]]}"

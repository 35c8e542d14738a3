"""From readers to one look at the endpoint: what could be read, and what could not, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from reconciler.model import AccountId, Look, Observation, Region, ServiceId, Task
from reconciler.observe.judging import judge, offered_here
from reconciler.observe.services import read_services
from reconciler.observe.tasks import read_tasks
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
    declared = tuple(declared)
    seen = look_at(
        readers,
        unreadable,
        declared,
        region=region,
        known_tasks=known_tasks,
        everything=everything,
        workers=workers,
    )
    return judge(seen, declared, region=region, everything=everything)


def look_at(
    readers: Mapping[AccountId, Reader],
    unreadable: Mapping[AccountId, str],
    declared: Iterable[ServiceId],
    *,
    region: Region,
    known_tasks: Mapping[int, Task] | None = None,
    everything: bool = False,
    workers: int = WORKERS,
) -> Look:
    """Return the same before it is judged; the arguments are those of `observe`."""
    held = [readers[account] for account in sorted(readers)]
    at = held[0].now() if held else datetime.now(UTC)
    wanted = offered_here(declared, region)
    with ThreadPoolExecutor(workers) as pool:
        facts = pool.map(lambda reader: reader.facts(), held)
        tasks = read_tasks(held, known_tasks or {}, pool)
        seen = read_services(held, wanted, tasks.open_names, pool, everything=everything)
        facts_of = {fact.id: fact for fact in facts}
    return Look(
        at=at,
        held=facts_of,
        live=seen.live,
        in_debt=seen.in_debt,
        looked_for=frozenset(wanted),
        unknown=seen.unknown,
        tasks=tasks.tasks,
        unreadable=unreadable,
        without_tasks=tasks.unreadable,
        unlisted=seen.unlisted,
        incomplete=seen.incomplete,
        without_change=seen.without_change,
    )

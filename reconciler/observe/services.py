"""The contacts of the services: read in bulk by id where that is cheap, else the declared ones by key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from reconciler.errors import ApiError
from reconciler.model import AccountId, ServiceId
from reconciler.model.contacts import Live
from reconciler.observe.missing import find_missing
from reconciler.observe.sharing import share_out
from reconciler.ports.endpoint import Reader, ServiceRecord

_MANY_TIMES = 4
_FEW = 100


class SeenServices(NamedTuple):
    """What was seen of the services.

    Attributes:
        unknown: wanted services that somebody could not read and nobody else saw, each with the reason.
        incomplete: accounts whose services were listed and could not all be read, with the reason.
        unlisted: accounts whose services could not be listed, with the reason: undeclared ones go unseen.
        without_change: how many listed services are of products without a contact change, or gone by now.
    """

    live: Live
    in_debt: frozenset[ServiceId]
    unknown: Mapping[ServiceId, str]
    incomplete: Mapping[AccountId, str]
    unlisted: Mapping[AccountId, str]
    without_change: int


def read_services(
    readers: Sequence[Reader],
    wanted: Sequence[ServiceId],
    open_names: frozenset[str],
    pool: Executor,
    *,
    everything: bool,
) -> SeenServices:
    """Return every service that the readers see, or where that costs too much, those that matter.

    Args:
        readers: the accounts to look through.
        wanted: must be looked for, by key if need be.
        open_names: names that open tasks speak of; every service of such a name must be seen, so that a
            task is not joined to the wrong one.
        pool: where accounts and services are asked side by side.
        everything: read all, whatever it costs.
    """
    listed: dict[AccountId, Collection[int]] = {}
    unlisted: dict[AccountId, str] = {}
    incomplete: dict[AccountId, str] = {}
    for reader, ids in zip(readers, pool.map(_listed, readers), strict=True):
        if isinstance(ids, ApiError):
            unlisted[reader.account] = str(ids)
        else:
            listed[reader.account] = ids
    worth = _MANY_TIMES * (len(wanted) + len(open_names)) + _FEW
    whole = {
        reader.account
        for reader in readers
        if reader.account in listed
        and (everything or len(listed[reader.account]) <= worth or _in_bulk(reader, listed[reader.account]))
    }
    visible = {account: listed[account] for account in whole}
    sparse = [reader for reader in readers if reader.account in listed and reader.account not in whole]
    visible |= _named(sparse, open_names, pool)
    shared = share_out(readers, visible, _read, pool)
    for account in whole:
        for number in shared.failed.keys() & set(listed[account]):
            incomplete.setdefault(account, str(shared.failed[number]))
    records = {record.service: record for record in shared.found.values()}
    missing = [service for service in wanted if service not in records]
    in_turn = sorted(readers, key=lambda reader: (reader.account in whole, reader.account))
    unknown: dict[ServiceId, str] = {}
    for service, answer in zip(missing, find_missing(missing, in_turn, pool), strict=True):
        if isinstance(answer, ServiceRecord):
            records[service] = answer
        elif answer is not None:
            unknown[service] = answer
    return SeenServices(
        live={record.service: record.contacts for record in records.values()},
        in_debt=frozenset(record.service for record in records.values() if record.in_debt),
        unknown=unknown,
        incomplete=incomplete,
        unlisted=unlisted,
        without_change=len(shared.gone),
    )


def _listed(reader: Reader) -> tuple[int, ...] | ApiError:
    try:
        return reader.service_ids()
    except ApiError as error:
        return error


def _in_bulk(reader: Reader, ids: Iterable[int]) -> bool:
    try:
        return reader.reads_in_bulk(ids)
    except ApiError:
        return False


def _named(
    readers: Sequence[Reader], names: frozenset[str], pool: Executor
) -> dict[AccountId, Collection[int]]:
    """Return for each reader the ids of its services that bear one of the names."""
    pairs = [(reader, name) for reader in readers for name in sorted(names)]
    ids: dict[AccountId, set[int]] = {}
    for (reader, _), found in zip(pairs, pool.map(lambda pair: _ids_of_name(*pair), pairs), strict=True):
        ids.setdefault(reader.account, set()).update(found)
    return dict(ids)


def _ids_of_name(reader: Reader, name: str) -> Iterator[int]:
    try:
        return iter(reader.service_ids(name))
    except ApiError:
        return iter(())


def _read(reader: Reader, ids: Collection[int]) -> tuple[Mapping[int, ServiceRecord | None], ApiError | None]:
    found: dict[int, ServiceRecord | None] = {}
    try:
        found.update(reader.services(sorted(ids)))
    except ApiError as error:
        return found, error
    return found, None

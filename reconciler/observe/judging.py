"""From a look at the endpoint to what it means for the declared services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.model import AccountId, Contacts, Look, Observation, Region, ServiceId, route_of


def judge(
    look: Look, declared: Iterable[ServiceId], *, region: Region, everything: bool = False
) -> Observation:
    """Put every declared service where it belongs: live, absent, or unknown with the reason.

    Args:
        look: what was seen.
        declared: the services that are wanted.
        region: whose routes the endpoint offers; declared services of other routes are left out altogether.
        everything: every service matters, so that an account of which not all could be read is unreadable.
    """
    declared = dict.fromkeys(declared)
    wanted = dict.fromkeys(offered_here(declared, region))
    closed = {**look.unreadable, **look.without_tasks}  # accounts whose tasks are not known
    live = {
        service: row for service, row in look.live.items() if service in wanted or service not in declared
    }
    unknown: dict[ServiceId, str] = {}
    absent: list[ServiceId] = []
    for service in wanted:
        row = live.get(service)
        if row is not None:
            reason = _tasks_not_known(row, closed)
            if reason:
                del live[service]
                unknown[service] = reason
        elif service in look.unknown:
            unknown[service] = look.unknown[service]
        elif look.held and not look.unreadable:
            absent.append(service)
        else:
            unknown[service] = _nobody_sees_it(look.unreadable)
    unread = {
        account: f"its services could not all be read: {reason}"
        for account, reason in {**look.incomplete, **look.unlisted}.items()
    }
    return Observation(
        at=look.at,
        held=look.held,
        live=live,
        in_debt=frozenset(service for service in look.in_debt if service in live),
        absent=tuple(sorted(absent)),
        unknown=dict(sorted(unknown.items())),
        tasks=look.tasks,
        unreadable={**unread, **closed} if everything else closed,
        unlisted={} if everything else look.unlisted,
        without_change=look.without_change,
    )


def offered_here(declared: Iterable[ServiceId], region: Region) -> tuple[ServiceId, ...]:
    """Return each service once whose contacts can be changed on the region's endpoint."""
    return tuple(service for service in dict.fromkeys(declared) if route_of(service).offers_change_in(region))


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

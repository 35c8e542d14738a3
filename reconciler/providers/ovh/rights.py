"""The calls that we make, and whether a key is granted them.

Source: OVHcloud's `auth.AccessRule` is a method and a path in which `*` stands for any characters; keys
with a `*` in the middle of a path are in wide use. What the program calls stands in this package's `account`,
`connections` and `examination`; a test does the whole job with a key that is granted just this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reconciler.model import Region, ServiceId, route_of, service_name
from reconciler.model.routes import ROUTES, Route

_TASKS = "/me/task/contactChange"
_MAILS = "/me/notification/email/history"
_ANY_CHARACTER = "\0"


class Rule(NamedTuple):
    """Calls: a method, and a path in which `*` stands for any characters."""

    method: str
    path: str

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.method} {self.path}"

    def covers(self, other: Rule) -> bool:
        """Tell whether every call of `other` is one of this rule.

        What a `*` of `other` stands for can be anything, so only a `*` of this rule can take it: one
        character that no path holds tells for all.
        """
        if self.method != other.method:
            return False
        pattern = ".*".join(map(re.escape, self.path.split("*")))
        return re.fullmatch(pattern, other.path.replace("*", _ANY_CHARACTER), re.DOTALL) is not None


ALWAYS = (
    Rule("GET", "/auth/currentCredential"),
    Rule("GET", "/me"),
    Rule("GET", "/me/debtAccount"),
    Rule("GET", "/me/payment/method"),
    Rule("GET", _TASKS),
    Rule("GET", f"{_TASKS}/*"),
    Rule("POST", f"{_TASKS}/*/accept"),
    Rule("POST", f"{_TASKS}/*/refuse"),
    Rule("POST", f"{_TASKS}/*/resendEmail"),
    Rule("GET", _MAILS),
    Rule("GET", f"{_MAILS}/*"),
    Rule("GET", "/services"),
    Rule("GET", "/services/*"),
)
"""What is called for every account, whatever its services are."""

_HARMLESS = (Rule("GET", "/auth/time"), Rule("GET", "/auth/details"), Rule("POST", f"{_TASKS}/*"))
"""What is not called in this form, and gives no right beyond what is."""


def needed_for(route: Route) -> Iterator[Rule]:
    """Yield the calls about the services of one product."""
    yield Rule("GET", f"/{route.key}")
    yield from _needed_at(route, f"/{route.key}/*")


def missing(granted: Iterable[Rule], services: Iterable[ServiceId], region: Region) -> tuple[Rule, ...]:
    """Return the calls that are needed for these services and are not granted.

    A key may be granted only the services of the file: then those that it lacks are named one by one.

    Args:
        granted: the key's rules.
        services: those of the file.
        region: whose products the endpoint offers.
    """
    rules = tuple(granted)
    found = [rule for rule in ALWAYS if not _is_covered(rule, rules)]
    by_route: dict[str, list[ServiceId]] = {}
    for service in services:
        if route_of(service).offers_change_in(region):
            by_route.setdefault(route_of(service).key, []).append(service)
    for key, some in sorted(by_route.items()):
        for rule in needed_for(ROUTES[key]):
            if not _is_covered(rule, rules):
                found += _uncovered(rule, ROUTES[key], some, rules)
    return tuple(found)


def beyond(granted: Iterable[Rule], region: Region) -> tuple[Rule, ...]:
    """Return the rules that grant more than is called for any product of the region."""
    routes = (route for route in ROUTES.values() if route.offers_change_in(region))
    needed = (*ALWAYS, *_HARMLESS, *(rule for route in routes for rule in needed_for(route)))
    return tuple(dict.fromkeys(rule for rule in granted if not _is_covered(rule, needed)))


def _needed_at(route: Route, path: str) -> Iterator[Rule]:
    if route.has_service_infos:
        yield Rule("GET", f"{path}/serviceInfos")
    yield Rule("POST", f"{path}/changeContact")


def _uncovered(
    rule: Rule, route: Route, services: Iterable[ServiceId], granted: tuple[Rule, ...]
) -> list[Rule]:
    """Return `rule`, or what of it is not granted for single services where it is for others."""
    if "*" not in rule.path:
        return [rule]
    end = rule.path.rpartition("/")[2]
    single = [Rule(rule.method, f"{route.path(service_name(service))}/{end}") for service in services]
    lacking = [one for one in single if not _is_covered(one, granted)]
    return [rule] if len(lacking) == len(single) else lacking


def _is_covered(rule: Rule, by: Iterable[Rule]) -> bool:
    return any(one.covers(rule) for one in by)

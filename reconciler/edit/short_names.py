"""Short names for accounts of which only the id is known: the shortest that tells them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from reconciler.edit.scalars import scalar
from reconciler.model import AccountId

_USUAL = re.compile("([a-z]{2,})([0-9]+)-ovh")


def short_names(new: Iterable[AccountId], listed: Mapping[str, AccountId]) -> dict[str, AccountId]:
    """Return a short name for each new account, in the order of the names.

    An id such as `ab12345-ovh` is shortened to its letters, with as many digits from the start or the end of
    its number as tell the accounts with these letters apart; any other id is its own short name. The same
    accounts always get the same names.

    Args:
        new: accounts that are not listed.
        listed: the accounts that have a short name already.
    """
    wanted = sorted(set(new))
    ids = {*wanted, *listed.values()}
    taken = {*(short.casefold() for short in listed), *ids}
    alike: dict[str, list[str]] = {}
    for letters, digits in filter(None, map(_taken_apart, sorted(ids))):
        alike.setdefault(letters, []).append(digits)
    found: dict[str, AccountId] = {}
    for account in wanted:
        parts = _taken_apart(account)
        tried = _abbreviations(*parts, alike[parts[0]]) if parts else iter(())
        short = next((name for name in tried if name not in taken and scalar(name) == name), account)
        taken.add(short)
        found[short] = account
    return dict(sorted(found.items()))


def _taken_apart(account: AccountId) -> tuple[str, str] | None:
    match = _USUAL.fullmatch(account)
    return (match[1], match[2]) if match else None


def _abbreviations(letters: str, digits: str, alike: list[str]) -> Iterator[str]:
    """Yield names from the shortest on, of those that would tell all accounts with these letters apart."""
    for count in range(max(map(len, alike)) + 1):
        if len({number[:count] for number in alike}) == len(alike):
            yield letters + digits[:count]
        if count and len({number[-count:] for number in alike}) == len(alike):
            yield letters + digits[-count:]

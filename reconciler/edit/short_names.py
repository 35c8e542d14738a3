"""Short names for accounts of which only the id is known: the shortest that tells them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from reconciler.edit.scalars import scalar
from reconciler.model import AccountId

_BOOLEANS = frozenset({"y", "n"})  # for some parsers of YAML 1.1; PyYAML, which `scalar` asks, is none
_USUAL = re.compile("([a-z]{2,})([0-9]+)-ovh")


def short_names(new: Iterable[AccountId], listed: Mapping[str, AccountId]) -> dict[str, AccountId]:
    """Return a short name for each new account, in the order of the names.

    An id such as `ab12345-ovh` is shortened to as few of its letters as tell it from ids with other letters,
    and as few digits, from the start or the end of its number, as tell it from those with the same ones; any
    other id is its own short name. The same accounts always get the same names.

    Args:
        new: accounts that are not listed.
        listed: the accounts that have a short name already.
    """
    wanted = sorted(set(new))
    ids = {*wanted, *listed.values()}
    taken = {*_BOOLEANS, *(short.casefold() for short in listed), *ids}
    alike: dict[str, list[str]] = {}
    for letters, digits in filter(None, map(_taken_apart, sorted(ids))):
        alike.setdefault(letters, []).append(digits)
    stems = {letters: _stem(letters, len(numbers), ids) for letters, numbers in alike.items()}
    found: dict[str, AccountId] = {}
    for account in wanted:
        parts = _taken_apart(account)
        tried = _abbreviations(stems[parts[0]], parts[1], alike[parts[0]]) if parts else iter(())
        short = next((name for name in tried if name not in taken and scalar(name) == name), account)
        taken.add(short)
        found[short] = account
    return dict(sorted(found.items()))


def _taken_apart(account: AccountId) -> tuple[str, str] | None:
    match = _USUAL.fullmatch(account)
    return (match[1], match[2]) if match else None


def _stem(letters: str, count: int, ids: Iterable[AccountId]) -> str:
    """Return how an id's letters begin, as far as only the ids with all of these letters begin so."""
    stems = (letters[:length] for length in range(1, len(letters)))
    return next((stem for stem in stems if sum(one.startswith(stem) for one in ids) == count), letters)


def _abbreviations(stem: str, digits: str, alike: list[str]) -> Iterator[str]:
    """Yield names from the shortest on, of those that would tell all accounts with the same letters apart."""
    for count in range(max(map(len, alike)) + 1):
        if len({number[:count] for number in alike}) == len(alike):
            yield stem + digits[:count]
        if count and len({number[-count:] for number in alike}) == len(alike):
            yield stem + digits[-count:]

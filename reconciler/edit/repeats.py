"""Values that services share, written once: what keeps a file small where no default fits many services."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from reconciler.edit.scalars import scalar
from reconciler.model import ROLES, AccountId, Contacts, ServiceId

_ANCHOR = re.compile("[A-Za-z0-9_-]+")  # what all parsers of YAML take as the name of an anchor
_FEW = 100  # services; a person reads such a file to its end, and it is small anyway
_LARGE = 0.6


def is_large(text: str, rows: Mapping[ServiceId, Contacts]) -> bool:
    """Tell whether a file is more than 60 % of one that names all contacts by their ids, a line a service.

    A file of a few services is never large.
    """
    if len(rows) < _FEW:
        return False
    plain = 0
    for service, row in rows.items():
        named = [f"{role}: {holder}" for role, holder in zip(ROLES, row, strict=True) if holder]
        plain += len(f"  {scalar(service)}: {{{', '.join(named)}}}\n")
    return len(text) > _LARGE * plain


def repeated(
    order: Sequence[ServiceId],
    rows: Mapping[ServiceId, Contacts],
    values: Mapping[ServiceId, str],
    shorts: Mapping[AccountId, str],
) -> dict[ServiceId, str]:
    """Return the values of services with the repeated ones as aliases, where these are shorter in all.

    An anchor is called as the holders are, such as `a-b-c`, so that an alias of it still tells who they are.

    Args:
        order: the services in the order in which they are to be written.
        rows: their contacts.
        values: their values written out.
        shorts: the short names of all holders.
    """
    counts = Counter(rows[service] for service in order)
    anchors: dict[str, Contacts] = {}
    written: dict[ServiceId, str] = {}
    for service in order:
        row, value = rows[service], values[service]
        name = "-".join("" if holder is None else shorts[holder] for holder in row)
        saved = (counts[row] - 1) * (len(value) - len(f"*{name}")) - len(f"&{name} ")
        if saved <= 0 or not _ANCHOR.fullmatch(name) or anchors.get(name, row) != row:
            written[service] = value
        elif name in anchors:
            written[service] = f"*{name}"
        else:
            anchors[name] = row
            written[service] = f"&{name} {value}"
    return written

"""Values that services share, written once: what keeps a file small where no default fits many services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from reconciler.model import ROLES, Contacts, ServiceId

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
        plain += len(f"  {service}: {{{', '.join(named)}}}\n")
    return len(text) > _LARGE * plain


def repeated(order: Iterable[ServiceId], values: Mapping[ServiceId, str]) -> dict[ServiceId, str]:
    """Return the values of services with the repeated ones as aliases, where these are shorter in all.

    Anchors are numbers: a name made of the holders would lie as soon as one of them is replaced.

    Args:
        order: the services in the order in which they are to be written.
        values: their values written out.
    """
    counts = Counter(values.values())
    anchors: dict[str, str] = {}
    written: dict[ServiceId, str] = {}
    for service in order:
        value = values[service]
        number = anchors.get(value, f"{len(anchors) + 1}")
        if value in anchors:
            written[service] = f"*{number}"
        elif (counts[value] - 1) * (len(value) - len(f"*{number}")) > len(f"&{number} "):
            anchors[value] = number
            written[service] = f"&{number} {value}"
        else:
            written[service] = value
    return written

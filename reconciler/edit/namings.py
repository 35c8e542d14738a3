"""Where a file names accounts, and for which role; also all else, for an anchor may serve both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.edit.tree import Alias, Leaf, Mapping, Node, Sequence, children, resolved
from reconciler.model import Role
from reconciler.model.contacts import ROLES

_ROLES = {role.value: role for role in ROLES}
_IN_A_BOX = frozenset({"account", "then"})


class Naming(NamedTuple):
    """A text where the document reaches it.

    Attributes:
        leaf: the text as it is written.
        token: what stands here: the leaf itself, or an alias of it.
        role: the role for which it names an account; None: it names none.
    """

    leaf: Leaf
    token: Leaf | Alias
    role: Role | None


def namings(root: Mapping) -> Iterator[Naming]:
    """Yield every text of a file as often as the document reaches it, whether it names an account or not.

    A name in `guards.allow_admin_handover_to` counts as one for the admin role: it says who may become it.
    """
    for pair in root.pairs:
        yield from _of(pair.key, None)
        section = resolved(pair.value)
        if pair.name == "defaults":
            yield from _roles(pair.value)
        elif pair.name == "services" and isinstance(section, Mapping):
            for service in section.pairs:
                yield from _of(service.key, None)
                yield from _roles(service.value)
        elif pair.name == "guards" and isinstance(section, Mapping):
            for guard in section.pairs:
                yield from _of(guard.key, None)
                allowed = guard.name == "allow_admin_handover_to"
                yield from _of(guard.value, Role.ADMIN if allowed else None)
        else:
            yield from _of(pair.value, None)


def _roles(node: Node) -> Iterator[Naming]:
    """Yield the texts of a mapping of roles."""
    mapping = resolved(node)
    if not isinstance(mapping, Mapping):
        yield from _of(node, None)
        return
    for pair in mapping.pairs:
        yield from _of(pair.key, None)
        role, box = _ROLES.get(pair.name), resolved(pair.value)
        if not isinstance(box, Mapping):
            yield from _of(pair.value, role)
            continue
        for part in box.pairs:
            yield from _of(part.key, None)
            yield from _of(part.value, role if part.name in _IN_A_BOX else None)


def _of(node: Node, role: Role | None) -> Iterator[Naming]:
    """Yield every text below a node."""
    written = resolved(node)
    if isinstance(written, Leaf):
        assert isinstance(node, Leaf | Alias)
        yield Naming(written, node, role)
    else:
        assert isinstance(written, Mapping | Sequence)
        for child in children(written):
            yield from _of(child, role)

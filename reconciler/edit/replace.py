"""One account in the place of another, wherever the files name it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace as with_changes

from reconciler.config import Account, Config, TimeBox
from reconciler.config.reading import Source
from reconciler.edit.namings import Naming, namings
from reconciler.edit.scalars import in_place_of, scalar
from reconciler.edit.splices import Splice
from reconciler.edit.texts import Edit, Names, refused
from reconciler.edit.tree import Alias, Leaf, tree_of
from reconciler.model import ROLES, AccountId, Contacts, Role

_HINT = "write the names out there first, or replace the account in all roles"


def replace(
    sources: Sequence[Source], config: Config, old: Account, new: Account, roles: Collection[Role]
) -> list[Edit]:
    """Return what it takes to name `new` wherever `old` is named for one of `roles`.

    A short name gives way to a short name and an id to an id, each in the quotes that stand there. The list
    of those who may be handed the admin role counts as one for the admin role. `accounts` stays as it is.

    Args:
        sources: all files, the main one first.
        config: what they declare.
        old: who is named now.
        new: who is to be named.
        roles: the roles in question.

    Raises:
        ConfigError: an anchor that is also used elsewhere would change more than that.
    """
    names = Names(config)
    found = (
        Edit(at, source, list(_splices(source, names, old.id, new, roles)))
        for at, source in enumerate(sources)
    )
    return [edit for edit in found if edit.splices]


def is_named(sources: Sequence[Source], config: Config, account: AccountId) -> bool:
    """Tell whether the files name an account for any role."""
    names = Names(config)
    return any(
        naming.role is not None and names.is_of(naming.leaf.value, account)
        for source in sources
        for naming in namings(tree_of(source.text))
    )


def with_replaced(config: Config, old: AccountId, new: AccountId, roles: Collection[Role]) -> Config:
    """Return what the files are to declare once `new` stands for `old` in `roles`."""

    def put(role: Role, holder: AccountId | None) -> AccountId | None:
        return new if holder == old and role in roles else holder

    rows = {
        service: Contacts(*map(put, ROLES, contacts)) if old in contacts else contacts
        for service, contacts in config.rows.items()
    }
    boxes = {
        (service, role): _box(
            box, new if box.account == old else box.account, new if box.then == old else box.then
        )
        if role in roles
        else box
        for (service, role), box in config.time_boxes.items()
    }
    allowed = config.guards.allow_admin_handover_to
    if old in allowed and Role.ADMIN in roles:
        allowed = allowed - {old} | {new}
    guards = with_changes(config.guards, allow_admin_handover_to=allowed)
    return with_changes(config, rows=rows, time_boxes=boxes, guards=guards)


def _box(box: TimeBox, account: AccountId, then: AccountId) -> TimeBox:
    return with_changes(box, account=account, then=then)


def _splices(
    source: Source, names: Names, old: AccountId, new: Account, roles: Collection[Role]
) -> Iterator[Splice]:
    reached: defaultdict[Leaf, list[Naming]] = defaultdict(list)
    for naming in namings(tree_of(source.text)):
        if names.is_of(naming.leaf.value, old):
            reached[naming.leaf].append(naming)
    for leaf, uses in reached.items():
        wanted = [use for use in uses if use.role in roles]
        if wanted:
            text = new.short if names.is_short(leaf.value) else new.id
            for token in _tokens(source, leaf, uses, wanted):
                written = in_place_of(source.text, leaf, text) if token is leaf else scalar(text)
                yield Splice(token.start, token.end, written)


def _tokens(source: Source, leaf: Leaf, uses: list[Naming], wanted: list[Naming]) -> list[Leaf | Alias]:
    """Return what is to be exchanged so that all wanted uses change, and no other."""
    if len(wanted) == len(uses):
        return [leaf]
    tokens = list({id(use.token): use.token for use in wanted}.values())
    kept = next(use for use in uses if use.role is None or use not in wanted)
    for token in tokens:
        if token is leaf or any(use.token is token and use not in wanted for use in uses):
            place = kept.token if kept.token is not leaf else token
            role = f"for {kept.role}" if kept.role else "in another sense"
            message = f"an anchor lets one text also serve {role} here: it cannot change for some roles only"
            raise refused(source, place.start, message, _HINT)
    return tokens

"""One contact of one service, written where the file says so, or where a person would write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reconciler.config.reading import Source
from reconciler.edit.insert import services_added
from reconciler.edit.pairs import with_pair
from reconciler.edit.scalars import in_place_of, scalar
from reconciler.edit.splices import Splice
from reconciler.edit.texts import Names, refused
from reconciler.edit.tree import Alias, Leaf, Mapping, Pair, descendants, resolved, tree_of
from reconciler.edit.unsharing import apart, can_be_written_out
from reconciler.errors import ReconcilerError
from reconciler.model import AccountId, Role, ServiceId

_SHARED = "an anchor shares this with other places, which would change too"
_WRITE_OUT = "write it out there first, without the alias"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to hold a contact, by short names; `until` and `then` are both there or both None."""

    account: str
    until: date | None = None
    then: str | None = None
    reason: str | None = None
    ticket: str | None = None

    @property
    def is_plain(self) -> bool:
        """Tell whether there is no more to say than the account."""
        return self.until is None and self.reason is None and self.ticket is None

    def written(self, manage: str | None = None) -> str:
        """Return it as YAML in one line, with the value of `manage` as it was written before."""
        if self.is_plain and manage is None:
            return scalar(self.account)
        parts = {
            "account": scalar(self.account),
            "until": self.until.isoformat() if self.until else None,
            "then": scalar(self.then) if self.then else None,
            "reason": scalar(self.reason) if self.reason is not None else None,
            "ticket": scalar(self.ticket) if self.ticket is not None else None,
            "manage": manage,
        }
        return "{" + ", ".join(f"{key}: {part}" for key, part in parts.items() if part is not None) + "}"


def assign(source: Source, service: ServiceId, role: Role, wanted: Wanted) -> list[Splice]:
    """Return what it takes for a service that this file declares to name `wanted` for a role.

    What an anchor shares with other services is written out first, and stays as it is for them.

    Raises:
        ConfigError: an anchor shares the place with others; a time box would be lost, or a comment.
    """
    root = tree_of(source.text)
    services = root.pair("services")
    declared = resolved(services.value) if services else None
    entry = declared.pair(service) if isinstance(declared, Mapping) else None
    if entry is None:
        raise ReconcilerError(f"{source.file} does not declare {service}")
    aliases = [node for node in descendants(root) if isinstance(node, Alias)]
    roles = resolved(entry.value)
    assert isinstance(roles, Mapping)
    sharing = [alias for alias in aliases if alias.target is roles]
    if sharing and not can_be_written_out(source.text, roles):
        raise refused(source, sharing[0].start, _SHARED, _WRITE_OUT)
    pair = roles.pair(role)
    if pair is None:
        splice = with_pair(source.text, roles, role, wanted.written())
    else:
        splice = _exchanged(source, pair, wanted, aliases)
    if not sharing:
        return [splice]
    start, end, new = splice
    value = source.text[roles.start : start] + new + source.text[end : roles.end]
    return apart(source.text, entry, roles, sharing, value)


def declare(source: Source, service: ServiceId, role: Role, wanted: Wanted | None) -> list[Splice]:
    """Return what it takes to declare a service in this file.

    Args:
        source: the file.
        service: a service that no file declares.
        role: of the contact.
        wanted: who is to hold it; None: whom the defaults name.
    """
    value = "{}" if wanted is None else f"{{{role}: {wanted.written()}}}"
    return services_added(source.text, {service: value})


def named_by_default(sources: Sequence[Source], at: int, role: Role, names: Names) -> AccountId | None:
    """Return whom the defaults name for a role of the services of file number `at`, if for good."""
    for source in (sources[at], sources[0]):
        defaults = tree_of(source.text).pair("defaults")
        mapping = resolved(defaults.value) if defaults else None
        pair = mapping.pair(role) if isinstance(mapping, Mapping) else None
        if pair is not None:
            named = resolved(pair.value)
            account = names.account(named.value) if isinstance(named, Leaf) else None
            return account.id if account else None
    return None


def _exchanged(source: Source, pair: Pair, wanted: Wanted, aliases: list[Alias]) -> Splice:
    """Return what puts `wanted` in the place of a value."""
    value = pair.value
    if isinstance(value, Alias):
        if isinstance(value.target, Mapping):
            raise refused(source, value.start, _SHARED, _WRITE_OUT)
        return Splice(value.start, value.end, wanted.written())
    _refuse_shared(source, value, aliases)
    if isinstance(value, Leaf):
        text = in_place_of(source.text, value, wanted.account) if wanted.is_plain else wanted.written()
        return Splice(value.start, value.end, text)
    assert isinstance(value, Mapping)
    if wanted.is_plain:
        return _account_in(source, value, wanted, aliases)
    gap = source.text[pair.key.end : value.start]
    start = value.start if value.is_flow else pair.key.end + len(gap.rstrip())
    if "#" in source.text[start : value.end]:
        message = "this holds a comment, which would be lost"
        raise refused(source, value.start, message, "edit it by hand")
    manage = value.pair("manage")
    written = wanted.written(source.text[manage.value.start : manage.value.end] if manage else None)
    return Splice(start, value.end, written if value.is_flow else f" {written}")


def _account_in(source: Source, box: Mapping, wanted: Wanted, aliases: list[Alias]) -> Splice:
    """Return what puts another account in an assignment in full; one that ends is not made endless."""
    if box.pair("until") is not None:
        message = "this contact ends on a day and then goes to another account"
        hint = "give --until and --then for the new one, or edit the line by hand"
        raise refused(source, box.start, message, hint)
    account = box.pair("account")
    assert account is not None
    return _exchanged(source, account, wanted, aliases)


def _refuse_shared(source: Source, node: Leaf | Mapping | object, aliases: list[Alias]) -> None:
    """Refuse to edit what aliases repeat elsewhere."""
    for alias in aliases:
        if alias.target is node:
            raise refused(source, alias.start, _SHARED, _WRITE_OUT)

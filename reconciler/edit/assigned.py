"""What the files are to declare once one contact is assigned anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.config import Config, TimeBox
from reconciler.model import ROLES, AccountId, Contacts, Role, ServiceId
from reconciler.model.contacts import Marks


def with_assigned(
    before: Config, after: Config, service: ServiceId, role: Role, holder: AccountId, box: TimeBox | None
) -> Config:
    """Return `before` with one contact assigned; of a service that is new, the defaults say the rest.

    Args:
        before: what the files declared.
        after: what they declare now; it tells what the defaults give a new service in other roles.
        service: the service.
        role: the role.
        holder: who is to hold it now.
        box: until when, and who follows; None where it does not end.
    """
    is_new = service not in before.rows
    rest = after if is_new else before
    contacts = list(rest.rows.get(service, Contacts()))
    contacts[ROLES.index(role)] = holder
    boxes = {key: other for key, other in before.time_boxes.items() if key[0] != service}
    boxes |= {
        key: other for key, other in rest.time_boxes.items() if key[0] == service and key[1] is not role
    }
    now = after.time_boxes.get((service, role))
    if box is not None:  # how early it is handed back, the file says elsewhere
        boxes[service, role] = replace(box, lead_days=now.lead_days if now else box.lead_days)
    rows = {**before.rows, service: Contacts(*contacts)}
    marks = with_new(before, after, [service] if is_new else [])
    return replace(before, rows=rows, time_boxes=boxes, observed=marks)


def with_new(before: Config, after: Config, new: Iterable[ServiceId]) -> Marks:
    """Return what `before` only observes, and what the files as they are now do of services that are new.

    No edit writes `manage`, so of a new service the defaults alone decide on that.
    """
    return {**before.observed, **{one: after.observed[one] for one in new if one in after.observed}}

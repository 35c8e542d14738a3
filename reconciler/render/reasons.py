"""Why a change is blocked, and what a person can do about it: the words for each reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reconciler.model import Role, ServiceId, UnknownRouteError, route_of
from reconciler.plan import Blocked, Reason
from reconciler.render.safe import is_plain

CHANGE_OWNER = "https://www.ovh.com/cgi-bin/en/procedure/procedureChangeOwner.cgi"
CHANGE_CONTACTS = "https://www.ovh.com/fr/cgi-bin/en/procedure/procedureChangeContacts.cgi"
"""OVHcloud's web procedures, as its guide "Managing contacts for your services" links them."""

OWNERS_WAY = (
    "A domain also has an owner, who can act without any of these accounts, in one of two web procedures of "
    "OVHcloud, each with an identity check: change the domain's contacts "
    f"({CHANGE_CONTACTS}), or change its owner ({CHANGE_OWNER}). This program never starts either."
)


class Wording(NamedTuple):
    """The words for one reason.

    Attributes:
        label: two or three words, for a column.
        sentence: why the change cannot be asked for, where the plan gives no detail.
        remedy: what a person can do, in whole sentences.
    """

    label: str
    sentence: str
    remedy: str


WORDINGS: dict[Reason, Wording] = {
    Reason.CONFLICTING_REQUEST: Wording(
        "conflicting request",
        "another contact change of this service is open and moves this contact to another account",
        "OVHcloud runs one contact change per service at a time. Wait until that request is settled, or have "
        "one of its parties refuse it (`reconciler refuse TASK`), then plan again.",
    ),
    Reason.TURNED_DOWN: Wording(
        "turned down",
        "the last request for this contact was refused, cancelled or left unanswered",
        "Talk to the people who had to confirm. Nothing is asked again until you say so, as in `{retry}`.",
    ),
    Reason.UNSUPPORTED_SERVICE: Wording(
        "not supported",
        "this endpoint offers no contact change for this product",
        "Take the role out of the file. To give another account access to the service, OVHcloud offers IAM "
        "policies, which need no contact change.",
    ),
    Reason.OTHER_REGION: Wording(
        "other region",
        "the old and the new account belong to different regions",
        "Contacts change only between accounts of one region. Name an account of the service's own region.",
    ),
    Reason.SERVICE_IN_DEBT: Wording(
        "service in debt",
        "the service has an unpaid bill",
        "The billing contact stays until the bill is paid. Ask today's billing contact to pay it, then plan "
        "again.",
    ),
    Reason.UNPAID_INVOICES: Wording(
        "unpaid invoices",
        "the old or the new account has unpaid invoices",
        "OVHcloud changes no contact while the old or the new account owes money. Have the invoices paid, "
        "then plan again.",
    ),
    Reason.NO_PAYMENT_METHOD: Wording(
        "no payment method",
        "the new billing contact has no valid payment method",
        "Register a payment method in the new billing contact's account, then plan again.",
    ),
    Reason.NOT_PERMITTED: Wording(
        "not permitted",
        "none of the accounts whose credentials are configured may ask for this",
        "Configure the credentials of an account that could ask, or have its holder ask in OVHcloud's "
        "control panel. A later plan then shows that request as pending.",
    ),
    Reason.UNKNOWN_ACCOUNT: Wording(
        "unknown account",
        "OVHcloud answered that it does not know the new account",
        "Correct the account's id in the file.",
    ),
    Reason.GUARD: Wording(
        "held by a guard",
        "a guard holds this contact",
        "If the change is meant, adjust `guards` in the file, or lift the guard for one run: "
        "`reconciler apply --lift GUARD --reason TEXT`. The reason is kept in the journal.",
    ),
}


def why(blocked: Blocked) -> str:
    """Return why the change cannot be asked for: the plan's own detail, else the reason's sentence."""
    return blocked.detail or WORDINGS[blocked.reason].sentence


def remedies(blocked: Iterable[Blocked]) -> Iterator[str]:
    """Yield what to do, once for each reason that occurs, in the order of the reasons, then the owner's way.

    The owner's way is told where a domain is stuck because nobody whose credentials we hold may ask.
    """
    firsts: dict[Reason, Blocked] = {}
    stuck_domain = False
    for row in blocked:
        firsts.setdefault(row.reason, row)
        if row.reason is Reason.NOT_PERMITTED and not stuck_domain:
            stuck_domain = is_domain(row.change.service)
    for reason, wording in WORDINGS.items():
        if reason in firsts:
            text = wording.remedy.replace(
                "{retry}", retry_command(firsts[reason].change.service, firsts[reason].change.role)
            )
            yield f"{wording.label}: {text}"
    if stuck_domain:
        yield OWNERS_WAY


def retry_command(service: ServiceId, role: Role | None = None) -> str:
    """Return the command that asks again for a contact that was turned down, or for all of the service's.

    It is ready to be pasted where the service has a plain name; a name that a shell could act on is left out.
    """
    suffix, stand_in = (f":{role}", "SERVICE:ROLE") if role else ("", "SERVICE")
    return f"reconciler apply --retry {f'{service}{suffix}' if is_plain(service) else stand_in}"


def is_domain(service: ServiceId) -> bool:
    """Tell whether the service is a domain name itself, not a zone or a hosting of that name."""
    try:
        return route_of(service).key == "domain"
    except UnknownRouteError:
        return False

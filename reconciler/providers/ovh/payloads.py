"""OVHcloud's payloads as our nouns. The names of its fields live here and nowhere else.

Source: the API v1 models `services.Service`, `services.expanded.Service`, `nichandle.Nichandle`,
`nichandle.contactChange.Task`, `nichandle.EmailNotification`, `debt.Balance`. Fields that we do not use are
not looked at, so that OVHcloud may add some.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from reconciler.errors import ApiError
from reconciler.model import ROLES, AccountId, Contacts, Region, Role, ServiceId, Task, TaskState, account_id
from reconciler.model.routes import TEMPLATES, service_id
from reconciler.ports.endpoint import Mail, ServiceRecord

FIELD_OF = {Role.ADMIN: "contactAdmin", Role.TECHNICAL: "contactTech", Role.BILLING: "contactBilling"}
ROLE_OF = {field: role for role, field in FIELD_OF.items()}

_DEBT_STATES = frozenset({"pendingDebt", "unPaid"})
_CA_SUBSIDIARIES = frozenset({"CA", "QC", "ASIA", "AU", "IN", "SG", "WE", "WS"})
_EU_SUBSIDIARIES = frozenset(
    {"CZ", "DE", "ES", "EU", "FI", "FR", "GB", "IE", "IT", "LT", "MA", "NL", "PL", "PT", "SN", "TN"}
)


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]
Account = Annotated[str, Field(min_length=1), AfterValidator(account_id)]
MaybeAccount = Annotated[str | None, AfterValidator(lambda text: account_id(text) or None if text else None)]


class Payload(BaseModel):
    """What an answer holds: fields that we do not know are let pass."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ServiceInfos(Payload):
    """`services.Service`: what `{service}/serviceInfos` answers."""

    contactAdmin: MaybeAccount  # noqa: N815 - OVHcloud's names, here and below
    contactTech: MaybeAccount  # noqa: N815
    contactBilling: MaybeAccount  # noqa: N815
    status: str | None = None

    def record(self, service: ServiceId) -> ServiceRecord:
        """Return this as the record of `service`."""
        contacts = Contacts(_id(self.contactAdmin), _id(self.contactTech), _id(self.contactBilling))
        return ServiceRecord(service, contacts, in_debt=self.status in _DEBT_STATES)


class _Contact(Payload):
    customerCode: MaybeAccount  # noqa: N815
    type: str


class _Customer(Payload):
    contacts: list[_Contact]


class _Variable(Payload):
    key: str
    value: str


class _Route(Payload):
    path: str | None = None
    vars: list[_Variable] | None = None


class _Resource(Payload):
    name: str
    state: str | None = None


class _State(Payload):
    state: str | None = None


class _Lifecycle(Payload):
    current: _State | None = None


class _Billing(Payload):
    lifecycle: _Lifecycle | None = None


class ExpandedService(Payload):
    """`services.expanded.Service`: what `/services/{id}` answers."""

    serviceId: int  # noqa: N815
    customer: _Customer
    resource: _Resource
    route: _Route | None = None
    billing: _Billing | None = None

    def record(self) -> ServiceRecord | None:
        """Return this as a record, or None: a product without a contact change, or deleted."""
        route = TEMPLATES.get(self.route.path or "") if self.route else None
        if self.route is None or route is None or self.resource.state == "deleted":
            return None
        variables = {variable.key: variable.value for variable in self.route.vars or ()}
        name = variables.get(route.variable) or self.resource.name
        holders = {contact.type: _id(contact.customerCode) for contact in self.customer.contacts}
        contacts = Contacts(holders.get("administrator"), holders.get("technical"), holders.get("billing"))
        return ServiceRecord(service_id(route, name), contacts, in_debt=self._unpaid())

    def _unpaid(self) -> bool:
        current = self.billing.lifecycle.current if self.billing and self.billing.lifecycle else None
        return current is not None and current.state == "unpaid"


class TaskPayload(Payload):
    """`nichandle.contactChange.Task`."""

    id: int
    askingAccount: MaybeAccount = None  # noqa: N815
    fromAccount: Account  # noqa: N815
    toAccount: Account  # noqa: N815
    contactTypes: list[Literal["contactAdmin", "contactBilling", "contactTech"]]  # noqa: N815
    serviceDomain: str | None = None  # noqa: N815
    state: TaskState
    dateRequest: Moment  # noqa: N815
    dateDone: Moment | None = None  # noqa: N815

    def task(self) -> Task:
        """Return this as a task."""
        moved = {ROLE_OF[name] for name in self.contactTypes}
        return Task(
            id=self.id,
            asker=_id(self.askingAccount),
            from_account=AccountId(self.fromAccount),
            to_account=AccountId(self.toAccount),
            roles=tuple(role for role in ROLES if role in moved),
            name=self.serviceDomain or None,
            state=self.state,
            requested=self.dateRequest,
            settled=self.dateDone,
        )


class Profile(Payload):
    """`nichandle.Nichandle`: what `/me` answers."""

    nichandle: Account
    email: str | None = None
    ovhSubsidiary: str | None = None  # noqa: N815

    @property
    def account(self) -> AccountId:
        """Return whose profile this is."""
        return AccountId(self.nichandle)

    @property
    def region(self) -> Region | None:
        """Return the zone of the account's subsidiary; None for one that we do not know."""
        subsidiary = (self.ovhSubsidiary or "").upper()
        if subsidiary == "US":
            return Region.US
        if subsidiary in _CA_SUBSIDIARIES:
            return Region.CA
        return Region.EU if subsidiary in _EU_SUBSIDIARIES else None


class _Price(Payload):
    value: float


class Balance(Payload):
    """`debt.Balance`: what `/me/debtAccount` answers."""

    active: bool | None = None
    dueAmount: _Price  # noqa: N815

    @property
    def is_due(self) -> bool:
        """Whether something is unpaid; `active` alone says only that the account has a debt account."""
        return self.dueAmount.value > 0


class MailPayload(Payload):
    """`nichandle.EmailNotification`."""

    id: int
    date: Moment
    subject: str
    body: str

    def mail(self) -> Mail:
        """Return this as a mail."""
        return Mail(self.id, self.date, self.subject, self.body)


_IDS = TypeAdapter(list[int])
_P = TypeVar("_P", bound=Payload)


def parsed(model: type[_P], body: Any, what: str) -> _P:
    """Return a payload as its model.

    Raises:
        ApiError: it is not of that shape; the text names the call and the fields, never a value.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        fields = {".".join(str(part) for part in item["loc"]) or "the whole" for item in error.errors()}
        raise unexpected(what, f"{', '.join(sorted(fields))} not as the API documents") from None


def ids_of(body: Any, what: str) -> tuple[int, ...]:
    """Return a list of ids, each once, ascending."""
    try:
        return tuple(sorted(set(_IDS.validate_python(body, strict=True))))
    except ValidationError:
        raise unexpected(what, "not a list of ids") from None


def unexpected(what: str, why: str) -> ApiError:
    """Return the error for a 2xx whose body is not the documented one."""
    return ApiError(f"unexpected answer to {what}: {why}", hint="please report this with -v output")


def contact_fields(contacts: Iterable[tuple[Role, AccountId]]) -> dict[str, str]:
    """Return the body of a contact change, the fields in the order admin, technical, billing."""
    wanted = dict(contacts)
    return {FIELD_OF[role]: wanted[role] for role in ROLES if role in wanted}


def _id(text: str | None) -> AccountId | None:
    return AccountId(text) if text else None

"""One account's view of OVHcloud: `OvhAccount` reads, `OvhWriter` asks and answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from urllib.parse import urlencode

from reconciler.errors import ApiError, NotFoundError, OutcomeUnknownError
from reconciler.model import AccountFacts, AccountId, Role, Route, ServiceId, Task, route_of, service_name
from reconciler.ports.endpoint import Mail, ServiceRecord
from reconciler.providers.ovh.client import AccountClient
from reconciler.providers.ovh.listing import Listing
from reconciler.providers.ovh.payloads import (
    Balance,
    ExpandedService,
    MailPayload,
    Profile,
    ServiceInfos,
    TaskPayload,
    contact_fields,
    ids_of,
    parsed,
)

_SERVICES = "/services"
_TASKS = "/me/task/contactChange"
_MAILS = "/me/notification/email/history"


class OvhAccount:
    """A `Reader` over python-ovh. Safe to use from several threads.

    Args:
        profile: what `/me` answered when the keys were tried.
        workers: how many calls one method may have under way at once.
    """

    def __init__(self, client: AccountClient, profile: Profile, *, workers: int) -> None:
        self._client = client
        self._profile = profile
        self._services = Listing(client, _SERVICES, key="serviceId", workers=workers, pages=True)
        self._tasks = Listing(client, _TASKS, key="id", workers=workers, pages=False)
        self._mails = Listing(client, _MAILS, key="id", workers=workers, pages=False)

    @property
    def account(self) -> AccountId:
        """Return the account whose keys this reader holds."""
        return self._profile.account

    def now(self) -> datetime:
        """Return the endpoint's clock, aware, UTC."""
        return self._client.clock.now()

    def facts(self) -> AccountFacts:
        """Return what the account tells about itself; what it does not tell is None.

        Source: `/me/debtAccount` for what is due, `/me/payment/method?status=VALID` for a payment method.
        """
        return AccountFacts(
            id=self.account,
            region=self._profile.region,
            unpaid_invoices=self._unpaid_invoices(),
            payment_method=self._payment_method(),
            email=self._profile.email or None,
        )

    def service_ids(self, name: str | None = None) -> tuple[int, ...]:
        """Return the numeric ids of the services the account is a contact of, all or those called `name`."""
        path = _SERVICES if name is None else f"{_SERVICES}?{urlencode({'resourceName': name})}"
        return ids_of(self._client.get(path).body, f"GET {_SERVICES}")

    def reads_in_bulk(self, ids: Iterable[int]) -> bool:
        """Tell whether `services` reads many of these ids with one call."""
        return self._services.in_bulk(tuple(ids))

    def services(self, ids: Iterable[int]) -> Iterator[tuple[int, ServiceRecord | None]]:
        """Yield each id with its record; where some could not be read, the others come before the error."""
        failure: ApiError | None = None
        for found in self._services.read(ids):
            if found.body is None:
                yield found.id, None
                continue
            try:
                record = parsed(ExpandedService, found.body, f"GET {_SERVICES}/{found.id}").record()
            except ApiError as error:
                failure = failure or error
            else:
                yield found.id, record
        if failure:
            raise failure

    def service(self, service: ServiceId) -> ServiceRecord:
        """Return one service by its key; `NotFoundError` where this account sees none."""
        route = route_of(service)
        if not route.has_service_infos:
            return self._service_by_name(service)
        path = f"{route.path(service_name(service))}/serviceInfos"
        return parsed(ServiceInfos, self._client.get(path).body, f"GET {path}").record(service)

    def names(self, route: Route) -> frozenset[str] | None:
        """Return the names of the account's services of one product; None where its list does not tell."""
        body = self._client.get(f"/{route.key}").body
        if not isinstance(body, list) or not all(isinstance(name, str) for name in body):
            return None
        return frozenset(body)

    def task_ids(self) -> tuple[int, ...]:
        """Return the ids of all tasks that the account is a party of, ascending."""
        return ids_of(self._client.get(_TASKS).body, f"GET {_TASKS}")

    def tasks(self, ids: Iterable[int]) -> tuple[Task, ...]:
        """Return these tasks, ascending by id; one that is gone is left out."""
        found = sorted(self._tasks.read(ids))
        return tuple(
            parsed(TaskPayload, body, f"GET {_TASKS}/{number}").task()
            for number, body in found
            if body is not None
        )

    def mails(self, after: int = 0) -> tuple[Mail, ...]:
        """Return the mails of the account's history with an id above `after`, ascending by id."""
        ids = [number for number in ids_of(self._client.get(_MAILS).body, f"GET {_MAILS}") if number > after]
        found = sorted(self._mails.read(ids))
        return tuple(
            parsed(MailPayload, body, f"GET {_MAILS}/{number}").mail()
            for number, body in found
            if body is not None
        )

    def _service_by_name(self, service: ServiceId) -> ServiceRecord:
        """Return a service of a product that has no `serviceInfos`: what `/services` has by that name."""
        for _, record in self.services(self.service_ids(service_name(service))):
            if record is not None and record.service == service:
                return record
        raise NotFoundError(f"{service} is not among the services of {self.account}")

    def _unpaid_invoices(self) -> bool | None:
        try:
            path = "/me/debtAccount"
            return parsed(Balance, self._client.get(path).body, f"GET {path}").is_due
        except NotFoundError:
            return False  # an account that never had a debt may have no debt account
        except ApiError:
            return None

    def _payment_method(self) -> bool | None:
        try:
            path = "/me/payment/method?status=VALID"
            return bool(ids_of(self._client.get(path).body, f"GET {path}"))
        except ApiError:
            return None


class OvhWriter:
    """A `Writer` over python-ovh: each method makes one POST and never repeats it."""

    def __init__(self, client: AccountClient, account: AccountId) -> None:
        self._client = client
        self._account = account

    @property
    def account(self) -> AccountId:
        """Return the account whose keys this writer holds."""
        return self._account

    def ask(self, service: ServiceId, new_contacts: Mapping[Role, AccountId]) -> tuple[int, ...]:
        """Ask for new contacts of a service and return the ids of the tasks that this made."""
        path = f"{route_of(service).path(service_name(service))}/changeContact"
        body = self._client.post(path, contact_fields(new_contacts.items())).body
        try:
            return ids_of(body, f"POST {path}")
        except ApiError as error:  # it was carried out, we cannot tell how
            raise OutcomeUnknownError(error.message, hint=error.hint) from None

    def accept(self, task: int, token: str) -> None:
        """Confirm a task with the account's own token."""
        self._client.post(f"{_TASKS}/{task}/accept", {"token": token})

    def refuse(self, task: int, token: str) -> None:
        """Turn a task down with the account's own token."""
        self._client.post(f"{_TASKS}/{task}/refuse", {"token": token})

    def resend(self, task: int) -> None:
        """Have a new mail with a new token sent to the account."""
        self._client.post(f"{_TASKS}/{task}/resendEmail")

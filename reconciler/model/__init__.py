"""The nouns that every room shares: contacts, routes, tasks, observations. Pure values, no behaviour."""

from reconciler.model.contacts import (
    ROLES,
    AccountId,
    Contacts,
    Role,
    ServiceId,
    account_id,
)
from reconciler.model.memory import Answer, Asked, Claim, Confirmation, Move, Retry, Sighting
from reconciler.model.observation import AccountFacts, Look, Observation, Region
from reconciler.model.routes import Route, UnknownRouteError, route_of, service_name
from reconciler.model.tasks import OPEN_STATES, Task, TaskState, parties

__all__ = [
    "OPEN_STATES",
    "ROLES",
    "AccountFacts",
    "AccountId",
    "Answer",
    "Asked",
    "Claim",
    "Confirmation",
    "Contacts",
    "Look",
    "Move",
    "Observation",
    "Region",
    "Retry",
    "Role",
    "Route",
    "ServiceId",
    "Sighting",
    "Task",
    "TaskState",
    "UnknownRouteError",
    "account_id",
    "parties",
    "route_of",
    "service_name",
]

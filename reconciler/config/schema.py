"""The file's shape as pydantic models, for editors and other programs: `schemas/contacts.schema.json`.

The loader reads without them, for speed; a property test holds both to one verdict on types, keys and shapes.
What only the whole tells (unknown accounts, files that match no pattern) the schema cannot know.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict  # pydantic asks for this one below Python 3.12

from reconciler.config.accounts import is_account_id, is_short_name
from reconciler.config.assignments import day_of
from reconciler.config.endpoints import LOOPBACK, REGIONS, endpoint_of
from reconciler.config.includes import fault_of_path
from reconciler.config.model import Endpoint
from reconciler.config.schema_of_notices import CheckedNotice
from reconciler.config.schema_values import STRICT, must, told
from reconciler.config.service_keys import fault_of, fault_of_pattern
from reconciler.model.routes import ROUTES

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ANY_ROUTE = "|".join(sorted(ROUTES, key=lambda route: (-len(route), route)))
_Version = Annotated[int, Field(ge=1, le=1), told("The version of this format.", const=1)]
_Short = Annotated[
    str, must(is_short_name, "no short name"), told("A short name for an account.", pattern=r"^\S(.*\S)?$")
]
_Id = Annotated[
    str,
    must(is_account_id, "no account id"),
    told("A client id (NIC handle), such as ab12345-ovh.", pattern=r"^\s*\S+\s*$"),
]
_Account = Annotated[
    str,
    must(lambda text: bool(text.strip()), "no account"),
    told("An account: its short name or its id in `accounts`.", pattern=r"\S"),
]
_Day = Annotated[
    str,
    must(lambda text: day_of(text) is not None, "no date"),
    told(
        "The first UTC day on which `then` is to hold the contact.",
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        format="date",
    ),
]
_Manage = Annotated[
    Literal["request", "observe"],
    Field(description="`observe`: what differs is shown and never requested; `request` is usual."),
]
_LeadDays = Annotated[
    int,
    Field(ge=0, description="How many days before `until` the hand-back is asked for; without it, 10."),
]
_Endpoint = Annotated[
    str,
    must(lambda text: isinstance(endpoint_of(text), Endpoint), "no endpoint that may be used"),
    told(
        "Which API is meant: sandbox, an OVHcloud region, or a loopback URL that ends in /1.0.",
        anyOf=[{"enum": list(REGIONS)}, {"pattern": f"^{LOOPBACK}$"}],
    ),
]
_Service = Annotated[
    str,
    must(lambda text: fault_of(text) is None, "no service key"),
    told(
        "The API's path of a service: route, slash, name.",
        pattern=rf"^({_ANY_ROUTE})/[^\s/]([^\s]*[^\s/])?$",
    ),
]
_Pattern = Annotated[
    str,
    must(lambda text: fault_of_pattern(text) is None, "no pattern of services"),
    told(
        "A service key, with a role after a colon where only that is meant; `*` and `?` as in a shell.",
        pattern=r"^[^\s/]\S*$",
    ),
]
_Path = Annotated[
    str,
    must(lambda text: fault_of_path(text) is None, "no path below the file's folder"),
    told("Files below this file's folder; `*`, `?` and `**` as in a shell.", pattern=r"^[^/~\\][^\\]*$"),
]


@with_config(STRICT)
class AccountEntry(TypedDict):
    """An account with a name for people."""

    id: _Id
    name: NotRequired[Annotated[str, Field(description="How people call it.")]]


@with_config(
    ConfigDict(
        **STRICT,
        json_schema_extra={
            "dependentRequired": {"until": ["then"], "then": ["until"], "lead_days": ["until", "then"]}
        },
    )
)
class TimeBoxed(TypedDict):
    """A contact in full: who, until when, who then, and why."""

    account: _Account
    until: NotRequired[_Day]
    then: NotRequired[Annotated[_Account, Field(description="The account that follows on that day.")]]
    reason: NotRequired[Annotated[str, Field(description="Why, for people.")]]
    ticket: NotRequired[Annotated[str, Field(description="Where it was agreed, for people.")]]
    lead_days: NotRequired[_LeadDays]
    manage: NotRequired[_Manage]


def _ends_properly(box: TimeBoxed) -> TimeBoxed:
    if ("until" in box) != ("then" in box):
        raise ValueError("`until` and `then` go together")
    if "lead_days" in box and "until" not in box:
        raise ValueError("`lead_days` counts from `until`")
    return box


Assignment = _Account | Annotated[TimeBoxed, AfterValidator(_ends_properly)]


@with_config(STRICT)
class Roles(TypedDict):
    """Who holds which role; a role that neither the service nor `defaults` names is not managed."""

    admin: NotRequired[Assignment]
    technical: NotRequired[Assignment]
    billing: NotRequired[Assignment]
    manage: NotRequired[_Manage]


@with_config(STRICT)
class Guards(TypedDict):
    """The limits of one run."""

    max_changes_percent: NotRequired[
        Annotated[int, Field(ge=0, le=100, description="The share of contacts that may change in one run.")]
    ]
    protected: NotRequired[Annotated[list[_Pattern], Field(description="What must not be changed.")]]
    allow_admin_handover_to: NotRequired[
        Annotated[
            list[_Account], Field(description="Who may become admin though we hold no credentials of theirs.")
        ]
    ]


_Accounts = Annotated[
    dict[_Short, _Id | AccountEntry], told("Short names for client ids.", additionalProperties=False)
]
_Defaults = Annotated[Roles, Field(description="Who holds a role that a service does not name.")]
_Services = Annotated[
    dict[_Service, Roles],
    told("The services whose contacts are declared.", additionalProperties=False),
]


@with_config(STRICT)
class ContactsFile(TypedDict):
    """Who holds the admin, technical and billing contact of which OVHcloud service."""

    version: _Version
    endpoint: _Endpoint
    accounts: NotRequired[_Accounts]
    defaults: NotRequired[_Defaults]
    services: NotRequired[_Services]
    guards: NotRequired[Guards]
    include: NotRequired[Annotated[list[_Path], Field(description="More files with services.")]]
    expired_retries: NotRequired[
        Annotated[int, Field(ge=0, description="How often a request that expired is asked again by itself.")]
    ]
    lead_days: NotRequired[_LeadDays]
    manage: NotRequired[_Manage]
    notify: NotRequired[
        Annotated[
            list[CheckedNotice],
            Field(description="Who is told of requests that are made, wait, expire or end."),
        ]
    ]


@with_config(STRICT)
class IncludedFile(TypedDict):
    """A file that `include` names."""

    version: _Version
    accounts: NotRequired[_Accounts]
    defaults: NotRequired[_Defaults]
    services: NotRequired[_Services]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the main file."""
    return {"$schema": DIALECT, **TypeAdapter(ContactsFile).json_schema()}

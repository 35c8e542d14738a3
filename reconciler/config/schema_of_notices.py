"""The shape of `notify` as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, with_config
from typing_extensions import TypedDict  # pydantic asks for this one below Python 3.12

from reconciler.config.notices import MOST_DAYS, VARIABLE, WEBHOOK, fault_of_webhook, is_variable
from reconciler.config.schema_values import STRICT, must, told

_Occasion = Literal["requested", "waiting", "expiring", "refused", "expired", "done", "contested"]
_Variable = Annotated[
    str,
    must(is_variable, "no name of a variable"),
    told("The variable of the environment that holds the address.", pattern=f"^{VARIABLE}$"),
]
_Webhook = Annotated[
    str,
    must(lambda text: fault_of_webhook(text) is None, "no URL that may stand in this file"),
    told("A URL with https, or with http to this machine, that holds no secret.", pattern=f"^{WEBHOOK}$"),
]
_NoticeDays = Annotated[int, Field(ge=0, le=MOST_DAYS)]


@with_config(STRICT)
class Reference(TypedDict):
    """What holds an address that is not to be in the file."""

    env: _Variable


@with_config(
    ConfigDict(**STRICT, json_schema_extra={"oneOf": [{"required": ["webhook"]}, {"required": ["apprise"]}]})
)
class Notice(TypedDict):
    """Who is told of what: either by a webhook or by apprise."""

    webhook: NotRequired[Annotated[_Webhook | Reference, Field(description="Gets a plain JSON POST.")]]
    apprise: NotRequired[
        Annotated[Reference, Field(description="An address of the package apprise; needs the extra.")]
    ]
    on: NotRequired[
        Annotated[list[_Occasion], Field(min_length=1, description="The occasions; without it, all of them.")]
    ]
    waiting_days: NotRequired[
        Annotated[_NoticeDays, Field(description="After how many days of waiting `waiting` is told.")]
    ]
    expiring_days: NotRequired[
        Annotated[_NoticeDays, Field(description="How many days before it expires `expiring` is told.")]
    ]


def _has_one_way(notice: Notice) -> Notice:
    if ("webhook" in notice) == ("apprise" in notice):
        raise ValueError("either `webhook` or `apprise`")
    return notice


CheckedNotice = Annotated[Notice, AfterValidator(_has_one_way)]

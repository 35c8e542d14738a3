"""How single values are described to pydantic and to editors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import AfterValidator, ConfigDict, Field

STRICT = ConfigDict(extra="forbid", strict=True)
"""Unknown keys and values of another type are errors."""


def must(hold: Callable[[str], bool], what: str) -> AfterValidator:
    """Return a check that refuses a text for which `hold` is false, as `what`."""

    def check(text: str) -> str:
        if not hold(text):
            raise ValueError(what)
        return text

    return AfterValidator(check)


def told(description: str, **schema: Any) -> Any:
    """Return what editors are told of a value; `schema` says in JSON Schema what that language can say."""
    return Field(description=description, json_schema_extra=schema)

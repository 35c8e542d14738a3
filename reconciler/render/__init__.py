"""Words for people and formats for programs. Every function returns text without a final line break.

Nothing heavy is imported before it is needed: `schema` (pydantic) and `terminal` (rich) stand apart.
"""

from reconciler.render.plan_document import plan_json
from reconciler.render.plan_markdown import markdown_of
from reconciler.render.plan_text import plan_text
from reconciler.render.requests import (
    RequestRow,
    ServiceRow,
    services_json,
    services_text,
    status_json,
    status_text,
)
from reconciler.render.safe import visible
from reconciler.render.view import View

__all__ = [
    "RequestRow",
    "ServiceRow",
    "View",
    "markdown_of",
    "plan_json",
    "plan_text",
    "services_json",
    "services_text",
    "status_json",
    "status_text",
    "visible",
]

"""Every format that a plan can be written in, by the name that `--output` knows it by."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from reconciler.render.view import View

FORMATS = {
    "text": ("reconciler.render.plan_text", "text_of"),
    "json": ("reconciler.render.plan_document", "json_of"),
    "markdown": ("reconciler.render.plan_markdown", "markdown_of"),
    "html": ("reconciler.render.report_html", "plan_html"),
    "sarif": ("reconciler.render.sarif", "sarif_of"),
    "gitlab": ("reconciler.render.code_quality", "code_quality_of"),
    "junit": ("reconciler.render.junit", "junit_of"),
}
"""Module and function of each: the function takes a `View` and returns text without a final line break."""


def in_format(name: str, view: View) -> str:
    """Return the plan in one of `FORMATS`; what that format needs is imported now."""
    module, function = FORMATS[name]
    render: Callable[[View], str] = getattr(import_module(module), function)
    return render(view)

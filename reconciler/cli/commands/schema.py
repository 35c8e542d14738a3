"""`reconciler schema`."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import click

_MADE_BY = {
    "contacts": ("reconciler.config.schema", "json_schema"),
    "plan": ("reconciler.render.schema", "plan_json_schema"),
    "saved-plan": ("reconciler.approval.document", "saved_plan_json_schema"),
    "snapshot": ("reconciler.snapshot.document", "snapshot_json_schema"),
    "history": ("reconciler.render.history_schema", "history_json_schema"),
    "verification": ("reconciler.render.history_schema", "verification_json_schema"),
    "confirm": ("reconciler.render.verdicts_schema", "verdicts_json_schema"),
    "notice": ("reconciler.render.notices_schema", "notice_json_schema"),
    "explain": ("reconciler.render.explanation_schema", "explanation_json_schema"),
    "doctor": ("reconciler.render.checks_schema", "checks_json_schema"),
    "risks": ("reconciler.render.risks_schema", "risks_json_schema"),
}
"""Each document with the module, imported only for it, and the function that makes its schema."""


@click.command("schema")
@click.argument("document", type=click.Choice(tuple(_MADE_BY)), default="contacts")
def command(document: str) -> None:
    """Print the JSON schema of the contacts file, of what a command writes as JSON, or of a notice."""
    click.echo(json.dumps(_schema(document), indent=2))


def _schema(document: str) -> Any:
    module, function = _MADE_BY[document]
    make = getattr(import_module(module), function)
    if document == "confirm":
        from reconciler.confirm.verdicts import Kind  # noqa: PLC0415

        return make(Kind)
    return make()

"""`reconciler schema`."""

from __future__ import annotations

import json
from typing import Any

import click

_DOCUMENTS = ("contacts", "plan", "history", "verification")


@click.command("schema")
@click.argument("document", type=click.Choice(_DOCUMENTS), default=_DOCUMENTS[0])
def command(document: str) -> None:
    """Print the JSON schema of the contacts file, or of the plan, the history or its verification as JSON."""
    click.echo(json.dumps(_schema(document), indent=2))


def _schema(document: str) -> Any:
    if document == "contacts":
        from reconciler.config.schema import json_schema  # noqa: PLC0415

        return json_schema()
    if document == "plan":
        from reconciler.render.schema import plan_json_schema  # noqa: PLC0415

        return plan_json_schema()
    from reconciler.render.history_schema import history_json_schema, verification_json_schema  # noqa: PLC0415

    return history_json_schema() if document == "history" else verification_json_schema()

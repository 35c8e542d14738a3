"""`reconciler schema`."""

from __future__ import annotations

import json

import click


@click.command("schema")
@click.argument("document", type=click.Choice(["contacts", "plan"]), default="contacts")
def command(document: str) -> None:
    """Print the JSON schema of the contacts file, or of the plan as JSON."""
    if document == "contacts":
        from reconciler.config.schema import json_schema  # noqa: PLC0415

        schema = json_schema()
    else:
        from reconciler.render.schema import plan_json_schema  # noqa: PLC0415

        schema = plan_json_schema()
    click.echo(json.dumps(schema, indent=2))

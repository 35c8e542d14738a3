"""`reconciler schema`."""

from __future__ import annotations

import json
from typing import Any

import click

_DOCUMENTS = ("contacts", "plan", "history", "verification", "confirm", "notice")


@click.command("schema")
@click.argument("document", type=click.Choice(_DOCUMENTS), default=_DOCUMENTS[0])
def command(document: str) -> None:
    """Print the JSON schema of the contacts file, of what a command writes as JSON, or of a notice."""
    click.echo(json.dumps(_schema(document), indent=2))


def _schema(document: str) -> Any:
    if document == "contacts":
        from reconciler.config.schema import json_schema  # noqa: PLC0415

        return json_schema()
    if document == "plan":
        from reconciler.render.schema import plan_json_schema  # noqa: PLC0415

        return plan_json_schema()
    if document == "confirm":
        from reconciler.confirm.verdicts import Kind  # noqa: PLC0415
        from reconciler.render.verdicts_schema import verdicts_json_schema  # noqa: PLC0415

        return verdicts_json_schema(Kind)
    if document == "notice":
        from reconciler.render.notices_schema import notice_json_schema  # noqa: PLC0415

        return notice_json_schema()
    from reconciler.render.history_schema import history_json_schema, verification_json_schema  # noqa: PLC0415

    return history_json_schema() if document == "history" else verification_json_schema()

"""`reconciler accept`."""

from __future__ import annotations

import click

from reconciler.cli.options import Settings, with_endpoint


@click.command("accept")
@with_endpoint
@click.argument("task", type=click.IntRange(min=1))
@click.option(
    "--as", "party", metavar="ACCOUNT", help="Which of our accounts answers, if several are parties."
)
@click.option(
    "--token", metavar="TOKEN", help="The token; others on this machine can see it in the process list."
)
def command(settings: Settings, task: int, party: str | None, token: str | None) -> None:
    """Confirm request TASK as one of its parties, with the token that OVHcloud mailed to that party.

    The token is read from a prompt that shows nothing, or from standard input. It is never stored.
    """
    from reconciler.cli.answering import party_of, remember, token_from, what_follows  # noqa: PLC0415
    from reconciler.cli.session import open_session  # noqa: PLC0415
    from reconciler.model import Answer  # noqa: PLC0415

    with open_session(settings, writing=True) as session:
        who, found = party_of(task, party, session)
        session.writers[who].accept(task, token_from(token))
        remember(Answer.ACCEPTED, found, who, session.readers[who].now(), session)
        name = session.called(who)
        click.echo(f"task {task}: accepted for {name}; {what_follows(found, who, session)}")

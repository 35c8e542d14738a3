"""`reconciler refuse`."""

from __future__ import annotations

import click

from reconciler.cli.options import Settings, with_endpoint


@click.command("refuse")
@with_endpoint
@click.argument("task", type=click.IntRange(min=1))
@click.option(
    "--as", "party", metavar="ACCOUNT", help="Which of our accounts answers, if several are parties."
)
@click.option(
    "--token", metavar="TOKEN", help="The token; others on this machine can see it in the process list."
)
def command(settings: Settings, task: int, party: str | None, token: str | None) -> None:
    """Turn request TASK down as one of its parties, with the token that OVHcloud mailed to that party.

    A request of our own is withdrawn in the same way, with the token of the account that asked. One refusal
    ends the request; nothing changes, and it is not asked again without `apply --retry`.
    """
    from reconciler.cli.answering import answerer_of, token_from  # noqa: PLC0415
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.recording import recorded  # noqa: PLC0415
    from reconciler.session.answering import refuse  # noqa: PLC0415

    with open_session(settings, writing=True) as session:
        who, found = answerer_of(task, party, session)
        secret = token_from(token, task)
        with recorded(session, "refuse"):
            click.echo(refuse(found, who, secret, session))

"""`reconciler resend`."""

from __future__ import annotations

import click

from reconciler.cli.options import Settings, with_endpoint


@click.command("resend")
@with_endpoint
@click.argument("task", type=click.IntRange(min=1))
@click.option("--as", "party", metavar="ACCOUNT", help="Which of our accounts gets the mail, if several can.")
@click.option(
    "--now", "at_once", is_flag=True, help="Also if the last mail was sent less than 15 minutes ago."
)
def command(settings: Settings, task: int, party: str | None, at_once: bool) -> None:
    """Have OVHcloud send one of our accounts a new mail with a new token for request TASK.

    The token of the earlier mail most likely stops working. The mail goes to the address in the account's
    profile, which is told: a stale address is the usual reason why nothing arrived. So that it gets the time
    to arrive, another one is refused for 15 minutes.
    """
    from reconciler.cli.answering import answerer_of  # noqa: PLC0415
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.recording import recorded  # noqa: PLC0415
    from reconciler.render import visible  # noqa: PLC0415
    from reconciler.session.answering import resend  # noqa: PLC0415

    with open_session(settings, writing=True) as session:
        who, found = answerer_of(task, party, session)
        with recorded(session, "resend"):
            click.echo(visible(resend(found, who, session, at_once=at_once)))
        click.echo("the token of an earlier mail most likely no longer counts", err=True)

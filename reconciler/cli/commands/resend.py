"""`reconciler resend`."""

from __future__ import annotations

import click

from reconciler.cli.options import Settings, with_endpoint


@click.command("resend")
@with_endpoint
@click.argument("task", type=click.IntRange(min=1))
@click.option("--as", "party", metavar="ACCOUNT", help="Which of our accounts gets the mail, if several can.")
def command(settings: Settings, task: int, party: str | None) -> None:
    """Have OVHcloud send one of our accounts a new mail with a new token for request TASK.

    The token of the earlier mail most likely stops working. The mail goes to the address in the account's
    profile, which is told: a stale address is the usual reason why nothing arrived.
    """
    from reconciler.cli.answering import party_of, remember  # noqa: PLC0415
    from reconciler.cli.session import open_session  # noqa: PLC0415
    from reconciler.model import Answer  # noqa: PLC0415
    from reconciler.render import visible  # noqa: PLC0415

    with open_session(settings, writing=True) as session:
        who, found = party_of(task, party, session)
        reader = session.readers[who]
        session.writers[who].resend(task)
        remember(Answer.RESENT, found, who, reader.now(), session)
        name = session.called(who)
        address = reader.facts().email
        where = (
            f"at {visible(address)}, the address in its profile"
            if address
            else "whose profile shows no address"
        )
        click.echo(f"task {task}: a new mail is on its way to {name}, {where}")
        click.echo("the token of an earlier mail most likely no longer counts", err=True)

"""`reconciler confirm`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.inbox import imap_option, open_inbox
from reconciler.cli.options import Seconds, Settings, output_format, with_endpoint

if TYPE_CHECKING:
    from reconciler.mailbox.address import MailboxAddress


@click.command("confirm")
@with_endpoint
@output_format("text", "json")
@click.option(
    "--mail",
    "saved",
    multiple=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE|DIR|-",
    help="Saved mails: a file, a folder or Maildir, or standard input. May be given several times.",
)
@imap_option
@click.option(
    "--history/--no-history",
    default=None,
    help="Read the mail history that OVHcloud keeps of each account. [default: if no other source is given]",
)
@click.option("--wait", type=Seconds(min=0), metavar="SECONDS", help="Keep looking for so long.")
@click.option("--yes", is_flag=True, help="Confirm; without it, only show what would be confirmed.")
@click.option("--as", "party", metavar="ACCOUNT", help="Confirm for this one of our accounts only.")
def command(
    settings: Settings,
    style: str,
    saved: tuple[Path, ...],
    imap: MailboxAddress | None,
    history: bool | None,
    wait: float | None,
    yes: bool,
    party: str | None,
) -> ExitCode:
    """Find tokens in mails, and confirm the requests that we made and that the file still wants.

    A request is confirmed only where the journal knows that we asked for it, OVHcloud shows the very same
    request, and the file at HEAD wants just that. Everything else is listed with the reason and left alone.
    No link is opened; no token is stored or shown.

    Exits 0 when all was confirmed or nothing was to do, 3 when --wait is over and something is still to be
    confirmed, 4 when OVHcloud refused a token.
    """
    from reconciler.cli.confirming import Orders, run  # noqa: PLC0415
    from reconciler.cli.letterbox import Letterbox  # noqa: PLC0415
    from reconciler.cli.naming import account  # noqa: PLC0415
    from reconciler.cli.opening import committed_now, open_session  # noqa: PLC0415
    from reconciler.session.answering import require_keys  # noqa: PLC0415

    if history is None:
        history = not saved and imap is None
    if not (saved or imap or history):
        raise click.UsageError("nothing to look into: give --mail, --imap or --history")
    with open_session(settings, writing=yes, committed=True) as session, ExitStack() as stack:
        only = account(party, session.config) if party is not None else None
        if only is not None:
            require_keys(only, session)
        mailbox = None
        if imap is not None:
            mailbox = stack.enter_context(open_inbox(imap, settings, waits=wait is not None))
        paths = [None if str(path) == "-" else path for path in saved]
        readers = [reader for who, reader in session.readers.items() if history and only in {None, who}]
        letterbox = Letterbox(paths, readers, mailbox)
        orders = Orders(only, wait, style, lambda: committed_now(settings, session.config))
        return run(session, letterbox, orders)

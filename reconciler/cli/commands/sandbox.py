"""`reconciler sandbox`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import Settings, with_endpoint


@click.group("sandbox")
def command() -> None:
    """Run a small OVHcloud of one's own, and read the mails that it sends."""


@command.command("serve", short_help="Serve the API until Ctrl-C.")
@click.option(
    "--world", type=click.Path(path_type=Path), required=True, help="YAML: accounts, services, settings."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default="a free one", help="TCP port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--state", type=click.Path(path_type=Path), help="File that keeps all across restarts.")
@click.option(
    "--tls-cert", type=click.Path(path_type=Path), help="Certificate, for clients that speak https only."
)
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its key.")
@click.option(
    "--public-url", metavar="URL", help="The address that clients sign, if it is not the one served."
)
def serve_command(
    world: Path,
    port: int,
    host: str,
    state: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    public_url: str | None,
) -> None:
    """Serve the API until Ctrl-C. One line on stdout tells when it listens, and where.

    The keys of account ID are ak-ID, as-ID and ck-ID: there is nothing to protect here.
    """
    from reconciler.sandbox import load_world, serve  # noqa: PLC0415

    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    if public_url is not None and not public_url.startswith(("http://", "https://")):
        raise click.UsageError("--public-url is a whole address, such as https://localhost")
    serve(
        load_world(world),
        host=host,
        port=port,
        state=state,
        tls_cert=tls_cert,
        tls_key=tls_key,
        public_url=public_url,
    )


@command.command("mails", short_help="Show the mails that its accounts were sent.")
@with_endpoint
@click.option("--account", "holder", metavar="ACCOUNT", help="Only the mails of this account.")
@click.option(
    "--last", type=click.IntRange(min=1), metavar="N", help="Only the newest N mails of each account."
)
@click.option(
    "--token", "task", type=click.IntRange(min=1), metavar="TASK", help="Only the token for this request."
)
def mails_command(settings: Settings, holder: str | None, last: int | None, task: int | None) -> None:
    """Show the mails that the accounts of a sandbox were sent, tokens and all.

    `reconciler sandbox mails --account NAME --token TASK | reconciler accept TASK --as NAME` takes a token
    from the mail to where it belongs.
    """
    from reconciler.cli.mailing import show_mails, show_token  # noqa: PLC0415
    from reconciler.cli.opening import open_session  # noqa: PLC0415

    if task is not None and holder is None:
        raise click.UsageError("--token needs --account")
    with open_session(settings, remembering=False) as session:
        if task is not None and holder is not None:
            show_token(session, holder, task)
        else:
            show_mails(session, holder, last)

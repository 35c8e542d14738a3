"""`reconciler serve`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from reconciler.cli.options import Settings, with_endpoint


@click.command("serve")
@with_endpoint
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; any but this machine's own loopback demands a login.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="TCP port; 0: any."
)
@click.option("--open", "browse", is_flag=True, help="Open the page in a browser.")
@click.option(
    "--host-name",
    "names",
    metavar="NAME[:PORT]",
    multiple=True,
    help="Another name that the page is called by, such as that of a reverse proxy. Can be repeated.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Ask everybody for the token in this file, at least 32 characters; or set RECONCILER_SERVE_TOKEN.",
)
@click.option(
    "--trust-header",
    metavar="HEADER",
    help="Let in whom a reverse proxy names in this header, such as X-Forwarded-User.",
)
@click.option(
    "--trust-proxy",
    "proxies",
    metavar="ADDRESS",
    multiple=True,
    help="The proxy's address or network; no other's word is taken. Can be repeated.",
)
def command(
    settings: Settings,
    host: str,
    port: int,
    browse: bool,
    names: tuple[str, ...],
    token_file: Path | None,
    trust_header: str | None,
    proxies: tuple[str, ...],
) -> None:
    """Serve a page with every service, its contacts, and every request with its forms, until Ctrl-C.

    One line on stdout tells the page's address once it can be opened. Without further options only this
    machine reaches it, and everybody on this machine may use it.
    """
    from reconciler.cli.opening import open_session  # noqa: PLC0415
    from reconciler.cli.serving import door_of, run, show  # noqa: PLC0415

    door = door_of(host, names, token_file=token_file, user_header=trust_header, proxies=proxies)
    with open_session(settings, writing=True) as session:
        run(session, door, host=host, port=port, tell=partial(show, browse=browse))

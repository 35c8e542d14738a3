"""The layers in their order: the outermost first to see a call, and last to see its answer."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.types import ASGIApp

from reconciler.web.guard.accesses import ToldAccesses
from reconciler.web.guard.bodies import SmallBodies
from reconciler.web.guard.cross_site import SameOrigin
from reconciler.web.guard.door import Door
from reconciler.web.guard.headers import StrictHeaders
from reconciler.web.guard.hosts import KnownHosts
from reconciler.web.guard.login import LoggedIn
from reconciler.web.guard.shape import PlainCalls


def guarded(app: ASGIApp, door: Door, *, clock: Callable[[], float] = time.monotonic) -> ASGIApp:
    """Return a page behind its guard.

    What costs nothing is looked at first; the body is read before the login, whose form has one.

    Args:
        app: the page.
        door: who may come in, and by which name.
        clock: seconds, for sessions and pauses.
    """
    if door.has_login:
        app = LoggedIn(app, door, clock)
    app = SmallBodies(app)
    app = SameOrigin(app)
    app = KnownHosts(app, door.names)
    app = PlainCalls(app)
    app = ToldAccesses(app)
    return StrictHeaders(app)

"""A shop whose technical contact moves to an agency."""

from __future__ import annotations

from tests.cli.conftest import chat, place, told
from tests.web.paging import estate, serve

__all__ = ["chat", "estate", "place", "serve", "told"]

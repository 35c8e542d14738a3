"""The page's tests share one Chromium, and a shop whose technical contact moves to an agency."""

from __future__ import annotations

from tests.cli.conftest import chat, place, told
from tests.web.browser import axe, chromium, visit
from tests.web.paging import estate, serve

__all__ = ["axe", "chat", "chromium", "estate", "place", "serve", "told", "visit"]

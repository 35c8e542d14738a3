"""One Chromium for all rooms that look at what they made: a second driver in one process is refused."""

from __future__ import annotations

from tests.web.browser import axe, chromium, visit

__all__ = ["axe", "chromium", "visit"]

"""Tests of the mailbox speak to a real server, and run commands at a desk of their own."""

from __future__ import annotations

from tests.cli.conftest import place
from tests.mailbox.dovecot import dovecot, user

__all__ = ["dovecot", "place", "user"]

"""Tests of the mailbox speak to a real server."""

from __future__ import annotations

from tests.mailbox.dovecot import dovecot, user

__all__ = ["dovecot", "user"]

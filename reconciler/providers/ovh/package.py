"""The official package, imported without its reading any `ovh.conf`.

python-ovh reads three files the moment it is imported. A broken `./ovh.conf` would end the run before it
begins, and for the sandbox those files are never to be read at all.
"""

from __future__ import annotations

import configparser
from typing import Any


class _Unread(configparser.RawConfigParser):
    """A parser that reads no file."""

    def read(self, *_: Any, **__: Any) -> list[Any]:
        """Read nothing."""
        return []


_parser = configparser.RawConfigParser
configparser.RawConfigParser = _Unread  # type: ignore[misc] # put back in the next statement
try:
    import ovh.client
    import ovh.config
    import ovh.exceptions
    import ovh.oauth2
finally:
    configparser.RawConfigParser = _parser  # type: ignore[misc]
if ovh.config.RawConfigParser is _Unread:  # not so where somebody imported the package before us
    ovh.config.RawConfigParser = _parser

client: Any = ovh.client
TokenFailure: Any = ovh.exceptions.OAuth2FailureError
RefreshOAuth2Session: Any = ovh.oauth2.RefreshOAuth2Session
BackendApplicationClient: Any = ovh.oauth2.BackendApplicationClient

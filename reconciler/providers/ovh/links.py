"""The links in OVHcloud's mails: each bears the number of a request and the token that answers it.

Source: the mails that OVHcloud sends to the parties of a contact change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINK = re.compile(r"/contacts/(\d+)\?tab=REQUESTS&token=([A-Za-z0-9]{32})")
_TOKEN = re.compile(r"[?&]token=([A-Za-z0-9]+)")


def tokens_in(mail: str) -> Iterator[tuple[int, str]]:
    """Yield the request and the token of each link in a mail's body."""
    return ((int(number), token) for number, token in _LINK.findall(mail))


def token_of(link: str) -> str | None:
    """Return the token in a link, or None: the text is no such link."""
    found = _TOKEN.search(link)
    return found[1] if found else None

"""The secrets that parties confirm with: 32 letters and digits, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets
import string

LENGTH = 32
ALPHABET = string.ascii_letters + string.digits


def new_token() -> str:
    """Return a fresh token."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def hashed(token: str) -> str:
    """Return what is kept of a token. It is long and random, so it needs neither salt nor a slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def matches(token: str, kept: str) -> bool:
    """Tell whether `kept` was made of `token`, in a time that tells nothing about either."""
    return secrets.compare_digest(hashed(token), kept)

"""Where keys may be sent: OVHcloud's two endpoints with contact changes, and this machine."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from reconciler.errors import CredentialsError

NATIVE_ENDPOINTS = ("ovh-eu", "ovh-ca")
"""The names that python-ovh's own configuration may hold keys for."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_loopback(endpoint: str) -> bool:
    """Tell whether an endpoint is an http(s) URL that cannot leave this machine."""
    parts = urlsplit(endpoint)
    if parts.scheme.lower() not in _DEFAULT_PORTS or parts.username is not None or parts.password is not None:
        return False
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def normal_form(endpoint: str) -> str:
    """Return an endpoint in the form in which two of them compare: names and URLs in lower case."""
    text = endpoint.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    if not parts.hostname:
        return text.lower()
    scheme = parts.scheme.lower()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{scheme}://{host}:{port or _DEFAULT_PORTS.get(scheme)}{parts.path.rstrip('/')}"


def require_sendable(endpoint: str) -> None:
    """Refuse an endpoint that keys must not be sent to; the last gate, whatever path the text came by.

    Raises:
        CredentialsError: neither a known name nor a loopback URL.
    """
    if endpoint not in NATIVE_ENDPOINTS and not is_loopback(endpoint):
        raise CredentialsError(
            f"keys are never sent to {endpoint}",
            hint="the endpoints are ovh-eu, ovh-ca, sandbox, and http(s) URLs of this machine ending in /1.0",
        )

"""What it means that no answer came: whether the call was surely never sent, in words without a secret.

The texts of the HTTP package's exceptions are not passed on: some quote headers, and headers hold keys.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from requests.exceptions import (
    ChunkedEncodingError,
    ConnectTimeout,
    ContentDecodingError,
    ProxyError,
    ReadTimeout,
    RequestException,
    SSLError,
)
from requests.exceptions import ConnectionError as ConnectionError_
from urllib3.exceptions import NameResolutionError, NewConnectionError

from reconciler.errors import ApiError, OutcomeUnknownError, UnreachableError
from reconciler.providers.ovh.session import CONNECT_SECONDS, READ_SECONDS

_HANDSHAKE = ("WRONG_VERSION_NUMBER", "HANDSHAKE", "PROTOCOL", "UNKNOWN_CA", "CERTIFICATE", "HTTP_REQUEST")
_CERTIFICATE_HINT = "a proxy that opens https, or REQUESTS_CA_BUNDLE not set to its certificate?"


def read_silence(error: RequestException, what: str, url: str) -> ApiError:
    """Return the error that says what happened instead of an answer.

    Args:
        error: as the HTTP package raised it.
        what: the call in words.
        url: where calls go: what failed elsewhere (a token server) failed before ours was sent.
    """
    request = error.request
    elsewhere = request is not None and request.url is not None and not request.url.startswith(url)
    if elsewhere:
        return UnreachableError(f"{what}: no OAuth2 token could be had: {_words(error)}")
    if _was_never_sent(error):
        hint = _CERTIFICATE_HINT if isinstance(error, SSLError) else None
        return UnreachableError(f"{what}: {_words(error)}", hint=hint)
    return OutcomeUnknownError(f"{what}: {_words(error)}")


def _was_never_sent(error: RequestException) -> bool:
    if isinstance(error, ReadTimeout | ChunkedEncodingError | ContentDecodingError):
        return False
    if isinstance(error, ConnectTimeout | ProxyError):
        return True
    if isinstance(error, SSLError):
        return _failed_in_handshake(error)
    if isinstance(error, ConnectionError_):
        return any(isinstance(cause, NewConnectionError | NameResolutionError) for cause in _causes(error))
    return True  # the package refused the call before it opened a connection: a wrong URL or header


def _failed_in_handshake(error: RequestException) -> bool:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        if isinstance(cause, ssl.SSLError):
            return any(word in (cause.reason or "") for word in _HANDSHAKE)
    return False


_IN_WORDS: tuple[tuple[type[BaseException], str], ...] = (  # the first that is among the causes
    (NameResolutionError, "the name of the server could not be resolved"),
    (ConnectionRefusedError, "the connection was refused, nothing listens there"),
    (ConnectTimeout, f"no connection within {CONNECT_SECONDS:g} s"),
    (ProxyError, "the proxy could not be used"),
    (SSLError, "no secure connection could be made, the certificate or protocol does not fit"),
    (ReadTimeout, f"no answer within {READ_SECONDS:g} s"),
    (ContentDecodingError, "the answer is too large or damaged"),
    (ConnectionError_, "the connection broke off"),
    (ChunkedEncodingError, "the connection broke off"),
)


def _words(error: RequestException) -> str:
    causes = tuple(_causes(error))
    for kind, words in _IN_WORDS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return f"the call could not be made ({type(error).__name__})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all that it was made of, each once."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        parts = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting += [part for part in parts if isinstance(part, BaseException)]

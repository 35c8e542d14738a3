"""The HTTP sessions under python-ovh: bounded, without redirects, without surprises from the environment."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ContentDecodingError, ReadTimeout
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies
from urllib3.exceptions import DecodeError, HTTPError
from urllib3.exceptions import TimeoutError as TimeoutError_

from reconciler.providers.ovh.package import BackendApplicationClient, RefreshOAuth2Session

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
TIMEOUT = (CONNECT_SECONDS, READ_SECONDS)
ANSWER_SECONDS = 90.0
"""How long one answer may take in all, so that a server which drips bytes cannot hold us for ever."""

LARGEST_ANSWER = 64 * 1024 * 1024
_CHUNK = 256 * 1024

for _talkative in ("requests_oauthlib", "oauthlib"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)  # their debug lines hold secrets and tokens


class AnswerTooLargeError(ContentDecodingError):
    """The answer is larger than anything that the API has to say."""


class SignedSession:
    """What a client that signs with a key triple sends through; stands where python-ovh keeps its session.

    It is `requests` without its `Session`, which spends more on what we must not have than on the call:
    redirects, which the keys would travel along with, a login from `~/.netrc`, which would replace ours,
    cookies, and a look at the environment before each call.

    Args:
        url: the endpoint; proxies and certificates are looked up for it once.
        loopback: the endpoint is this machine: no proxy may see the calls.
    """

    def __init__(self, url: str, *, loopback: bool) -> None:
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1)
        self._proxies = {} if loopback else get_environ_proxies(url)
        self._verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str | None],
        data: str,
        timeout: tuple[float, float],
    ) -> Response:
        """Send one call and return its whole answer."""
        request = PreparedRequest()
        request.method = method
        request.url = url
        request.headers = CaseInsensitiveDict({"Accept": "application/json", "Accept-Encoding": "gzip"})
        request.headers.update({name: value for name, value in headers.items() if value is not None})
        request.body = data.encode() if data else None
        if method != "GET":
            request.headers["Content-Length"] = str(len(request.body or b""))
        response = self._adapter.send(
            request, stream=True, timeout=timeout, verify=self._verify, proxies=self._proxies
        )
        _read_whole(response)
        return response

    def close(self) -> None:
        """Give back the connection; the next call makes a new one."""
        self._adapter.close()


class TokenSession(RefreshOAuth2Session):  # type: ignore[misc] # python-ovh ships no types
    """The session of a service account; fetches its token, and a new one when that has run out.

    Redirects are not followed, because the token would travel along; the body is read here, up to a limit in
    size and time.
    """

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send one prepared request and return its whole answer."""
        kwargs["allow_redirects"] = False
        kwargs["stream"] = True
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = TIMEOUT
        response: Response = super().send(request, **kwargs)
        _read_whole(response)
        return response


class TokenSource:
    """Stands where python-ovh keeps its OAuth2 object, which would fetch its token without a time-out."""

    def __init__(self, client_id: str, client_secret: str, token_url: str) -> None:
        self._keys = {"client_id": client_id, "client_secret": client_secret}
        self._url = token_url
        make: Any = TokenSession  # its arguments are those of the untyped base
        self._session = make(
            token_url=token_url,
            client=BackendApplicationClient(client_id=client_id, scope=["all"]),
            token_updater=lambda _token: None,
            auto_refresh_kwargs=self._keys,
        )
        self._session.headers["Accept"] = "application/json"

    @property
    def session(self) -> Any:
        """Return the session, with a token."""
        self.prepare()
        return self._session

    def prepare(self) -> None:
        """Fetch the first token; nothing of the call that needs it has been sent by then."""
        if not self._session.token:
            self._session.fetch_token(token_url=self._url, **self._keys)

    def close(self) -> None:
        """Give back the connections."""
        self._session.close()


def _read_whole(response: Response) -> None:
    """Read the body into the response, so that nothing later reads without a limit."""
    deadline = time.monotonic() + ANSWER_SECONDS
    parts: list[bytes] = []
    size = 0
    for part in _chunks(response):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            response.close()
            raise AnswerTooLargeError(f"more than {LARGEST_ANSWER} bytes", request=response.request)
        if time.monotonic() > deadline:
            response.close()
            raise ReadTimeout(f"not complete after {ANSWER_SECONDS:g} s", request=response.request)
    vars(response).update(_content=b"".join(parts), _content_consumed=True)  # requests has no cap of its own


def _chunks(response: Response) -> Iterator[bytes]:
    """Yield each part as soon as it is there: a full chunk of a dripping server would hide the deadline."""
    try:
        while part := response.raw.read1(_CHUNK, decode_content=True):
            yield part
    except TimeoutError_ as error:
        raise ReadTimeout("the answer stopped half-way", request=response.request) from error
    except DecodeError as error:
        raise ContentDecodingError("the answer is not packed as it says", request=response.request) from error
    except HTTPError as error:
        raise ChunkedEncodingError("the answer broke off", request=response.request) from error

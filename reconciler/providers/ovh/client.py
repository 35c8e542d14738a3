"""Calls as one account: a read is retried within bounds, a write is sent once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import stamina
from requests import Response
from requests.exceptions import RequestException

from reconciler.errors import (
    ApiError,
    OutcomeUnknownError,
    RateLimitedError,
    UnauthorizedError,
    UnreachableError,
)
from reconciler.providers.ovh.answers import (
    TOO_MANY,
    Answer,
    is_about_the_clock,
    read_answer,
    retry_after,
)
from reconciler.providers.ovh.clock import EndpointClock
from reconciler.providers.ovh.keys import Credentials, Keys
from reconciler.providers.ovh.lines import Lines, OvhClient
from reconciler.providers.ovh.pace import Pace, PauseTooLongError
from reconciler.providers.ovh.package import TokenFailure
from reconciler.providers.ovh.package import client as package
from reconciler.providers.ovh.silence import read_silence

logging.getLogger("stamina").addHandler(logging.NullHandler())  # whoever wants its lines sets up logging


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a read is tried again.

    Attributes:
        attempts: for lost connections and 5xx, the first one counted.
        seconds: no new attempt is begun later than this after the first.
        first_wait: seconds before the second attempt; doubled each time, with jitter.
        pauses: how many answers 429 one call may get before it gives up.
    """

    attempts: int = 4
    seconds: float = 60.0
    first_wait: float = 0.25
    pauses: int = 6


USUAL_PATIENCE = Patience()


class AccountClient:
    """Signed calls with one account's credentials. Safe to use from several threads."""

    def __init__(
        self,
        lines: Lines,
        credentials: Credentials,
        *,
        clock: EndpointClock,
        patience: Patience = USUAL_PATIENCE,
    ) -> None:
        self.clock = clock
        self._lines = lines
        self._credentials = credentials
        self._patience = patience
        self._pace = Pace()
        self._url = package.ENDPOINTS.get(lines.endpoint, lines.endpoint)
        self._host = urlsplit(self._url).netloc

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a GET.

        Raises:
            ApiError: after the retries that a read is allowed.
        """
        error: ApiError | None = None
        for _ in range(self._patience.pauses):
            try:
                for attempt in stamina.retry_context(
                    on=_may_pass,
                    attempts=self._patience.attempts,
                    timeout=self._patience.seconds,
                    wait_initial=self._patience.first_wait,
                    wait_max=8.0,
                    wait_jitter=self._patience.first_wait,
                ):
                    with attempt:
                        return self._paced("GET", path, None, headers)
            except RateLimitedError as limited:
                error = limited
        assert error is not None
        raise error

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Return the answer to a POST, which is sent once.

        It is sent a second time only where the gateway refused signature or time stamp of the first, because
        such a call was not looked at.

        Raises:
            ApiError: a subclass that tells whether it may have happened.
        """
        return self._paced("POST", path, body, None)

    def clock_difference(self) -> int:
        """Return by how many seconds the endpoint's clock is ahead of ours.

        Raises:
            ApiError: it cannot be asked.
        """
        with self._lines.client(self._credentials) as client:
            ask = self._what("GET", "/auth/time")
            return self.clock.delta(lambda: self._server_time(client, ask))[0]

    def _paced(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None
    ) -> Answer:
        """Send one call when the account's pace allows it, and tell the pace how it went."""
        what = self._what(method, path)
        try:
            of_round = self._pace.enter()
        except PauseTooLongError as pause:
            raise RateLimitedError(
                f"{what}: too many calls, the server asks for a pause of {pause.seconds:.0f} s",
                status=TOO_MANY,
            ) from None
        refused: float | None = None
        limited = False
        try:
            response = self._signed(method, path, body, headers)
            limited = response.status_code == TOO_MANY
            if limited:
                refused = retry_after(response.headers, datetime.now(UTC))
            return read_answer(response, what, self._hidden(body))
        except RateLimitedError:
            limited = True  # also where it was the server's clock that could not be asked
            raise
        finally:
            if limited:
                self._pace.refused(of_round, refused)
            else:
                self._pace.served(of_round)

    def _signed(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None
    ) -> Response:
        """Send one call, once more if the gateway found its time stamp or signature wrong."""
        with self._lines.client(self._credentials) as client:
            if method == "POST":
                client._session.close()  # noqa: SLF001 - a fresh connection: an idle one may be half dead
            asked = self._prepare(client)
            response = self._send(client, method, path, body, headers)
            if isinstance(self._credentials, Keys) and self._clock_refused(response):
                self.clock.doubt(asked)
                self._prepare(client)
                response = self._send(client, method, path, body, headers)
            return response

    def _clock_refused(self, response: Response) -> bool:
        if response.status_code not in (400, 401, 403):
            return False
        try:
            read_answer(response, "", ())
        except ApiError as error:
            return is_about_the_clock(error)
        return False

    def _prepare(self, client: OvhClient) -> int:
        """Fetch what the call needs beforehand, so that a failure here is surely before the call."""
        what = self._what("GET", "/auth/time")
        if isinstance(self._credentials, Keys):
            delta, asked = self.clock.delta(lambda: self._server_time(client, what))
            client._time_delta = delta  # noqa: SLF001 - python-ovh would ask once per client and never again
            return asked
        try:
            client._oauth2.prepare()  # noqa: SLF001
        except TokenFailure:
            raise self._no_token() from None
        except RequestException as error:
            raise UnreachableError(read_silence(error, "OAuth2 token", self._url).message) from None
        return 0

    def _server_time(self, client: OvhClient, what: str) -> int:
        try:
            response = client.raw_call("GET", "/auth/time", need_auth=False)
        except RequestException as error:
            failure = read_silence(error, what, self._url)
            raise UnreachableError(failure.message, hint=failure.hint) from None
        try:
            time_there = read_answer(response, what, self._hidden(None)).body
        except (UnauthorizedError, RateLimitedError):
            raise
        except ApiError as error:  # whatever it is, the call that needs the time was not sent
            raise UnreachableError(error.message, status=error.status, query_id=error.query_id) from None
        if not isinstance(time_there, int) or isinstance(time_there, bool):
            raise UnreachableError(f"{what}: unexpected answer, no time", status=response.status_code)
        return time_there

    def _send(
        self,
        client: OvhClient,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
    ) -> Response:
        what = self._what(method, path)
        try:
            response: Response = client.raw_call(method, path, body, headers=dict(headers or {}))
        except TokenFailure:
            raise self._no_token() from None
        except RequestException as error:
            raise read_silence(error, what, self._url) from None
        return response

    def _what(self, method: str, path: str) -> str:
        return f"{method} {path} at {self._host}"

    def _hidden(self, body: Mapping[str, Any] | None) -> tuple[str, ...]:
        token = (body or {}).get("token")
        return (*self._credentials.hidden, token) if isinstance(token, str) else self._credentials.hidden

    def _no_token(self) -> UnauthorizedError:
        return UnauthorizedError(
            f"no OAuth2 token for {self._host}: the token server refused",
            hint="check client_id and client_secret of the service account",
        )


def _may_pass(error: Exception) -> bool:
    """Tell whether trying again may help: no answer, or the server's own fault."""
    if not isinstance(error, UnreachableError | OutcomeUnknownError):
        return False
    return error.status is None or error.status >= 500 or error.status == 408  # noqa: PLR2004 - server side, and its time-out

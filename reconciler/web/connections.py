"""One connection of the page: how long it may take, and who makes room when there are too many.

uvicorn ends a connection that is idle between two calls. It waits for ever for the first call, for headers
that come byte by byte, and for a reader who does not read. Bodies are timed in `guard.bodies`.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.web.guard.headers import HEADERS


class ImpatientConnection(H11Protocol):
    """Serves one connection and gives up on one that takes too long.

    Attributes:
        header_seconds: for all headers of one call, however they are spread.
        reader_seconds: for an answer to be taken, once the socket is full, and for the last bytes.
        most: connections at a time.
    """

    header_seconds = 10.0
    reader_seconds = 30.0
    most = 200

    since = 0.0
    """When it began to wait for the call that it waits for or answers, by the loop's clock."""
    _deadline: asyncio.TimerHandle | None = None
    _reader_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its parent does
        """Begin to wait for the first call; where there are too many, the one that waits longest goes."""
        super().connection_made(transport)
        self.since = self.loop.time()
        self._watch()
        if len(self.connections) > self.most:
            ours = (one for one in self.connections if isinstance(one, ImpatientConnection))
            waiting = [one for one in ours if one.is_waiting and not one.transport.is_closing()]
            oldest = min(waiting, key=lambda one: one.since, default=self)
            oldest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget all timers."""
        self._stop_deadline()
        self._stop_reader_deadline()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next call."""
        if not self.flow.write_paused:
            self._stop_reader_deadline()
        self.since = self.loop.time()
        super().on_response_complete()
        if self.transport.is_closing():
            self._after(self.reader_seconds)  # what is still in the buffer may never be read

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection."""
        super().timeout_keep_alive_handler()
        self._after(self.reader_seconds)

    def pause_writing(self) -> None:
        """Wait for the reader, but not for ever: an answer is timed as a whole, not from pause to pause."""
        super().pause_writing()
        if self._reader_deadline is None:
            self._reader_deadline = self.loop.call_later(self.reader_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop waiting for the reader, if that was the whole answer."""
        super().resume_writing()
        if self.is_idle:
            self._stop_reader_deadline()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, with the headers that every answer has."""
        body = f"{msg}\n".encode("ascii")
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
            ("Cache-Control", "no-store"),
            *HEADERS.items(),
        ]
        events = (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        self._after(self.reader_seconds)

    @property
    def is_idle(self) -> bool:
        """Return whether no call is in hand."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def is_waiting(self) -> bool:
        """Return whether it is the client who keeps us waiting, for a call or for the rest of one."""
        return self.is_idle or self.cycle.more_body

    def _watch(self) -> None:
        """Time the headers of the call that is waited for; one that is being answered is not timed here."""
        if not self.is_idle:
            self._stop_deadline()
        elif self._deadline is None:
            self._after(self.header_seconds)

    def _after(self, seconds: float) -> None:
        self._stop_deadline()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _stop_reader_deadline(self) -> None:
        if self._reader_deadline is not None:
            self._reader_deadline.cancel()
            self._reader_deadline = None

"""Several deliveries at once, none of them for ever: whoever waits for people must not wait for a chat."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.notify.channels import Channel, DeliveryError

AT_MOST = 30.0
"""Seconds for all of it. A webhook gives up earlier by itself; a mail server may well need more than ten, and
what it takes after we gave up would be told to people again."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for one channel, with the keys under which it is remembered once it was taken."""

    channel: Channel
    title: str
    text: str
    body: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A parcel that was not taken, and why; no address in it."""

    parcel: Parcel
    reason: str


def deliver(
    parcels: Sequence[Parcel],
    environ: Mapping[str, str],
    *,
    delivered: Callable[[Parcel], None],
    seconds: float = AT_MOST,
) -> tuple[Failure, ...]:
    """Deliver parcels, each in a thread of its own, and return those that were not taken in time.

    Args:
        parcels: what to deliver.
        environ: where the variables of channels are looked up.
        delivered: called in this thread for each that was taken.
        seconds: after which the rest is given up, whatever it is that a server does so slowly.
    """
    couriers = [_Courier(parcel, environ) for parcel in parcels]
    failures: list[Failure] = []
    for courier in couriers:
        courier.start()
    deadline = time.monotonic() + seconds
    for courier in couriers:
        courier.join(max(0.0, deadline - time.monotonic()))
        reason = f"no answer within {seconds:g} seconds" if courier.is_alive() else courier.reason
        if reason is None:
            delivered(courier.parcel)
        else:
            failures.append(Failure(courier.parcel, reason))
    return tuple(failures)


class _Courier(threading.Thread):
    """Carries one parcel; a daemon, so that it cannot keep the program from ending."""

    def __init__(self, parcel: Parcel, environ: Mapping[str, str]) -> None:
        super().__init__(name="notice", daemon=True)
        self.parcel = parcel
        self.reason: str | None = "it was not sent"
        self._environ = environ

    def run(self) -> None:
        """Send it; whatever goes wrong becomes the reason."""
        parcel = self.parcel
        try:
            with _SILENCE:
                parcel.channel.send(parcel.title, parcel.text, parcel.body, self._environ)
        except DeliveryError as error:
            self.reason = str(error)
        except Exception as error:  # noqa: BLE001  # any of 170 services has its own ways to fail
            self.reason = f"it failed with {type(error).__name__}"
        else:
            self.reason = None


class _Silence:
    """Keeps libraries from logging while anything is carried: their lines hold addresses, and so secrets.

    Not for one thread alone: apprise starts some of its own. What is given up keeps the silence to its end.
    """

    def __init__(self, *names: str) -> None:
        self._loggers = [logging.getLogger(name) for name in names]
        self._held = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._held += 1
            self._quieten()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._held -= 1
            self._quieten()

    def _quieten(self) -> None:
        for logger in self._loggers:
            logger.disabled = self._held > 0


_SILENCE = _Silence("apprise", "urllib3.connectionpool")

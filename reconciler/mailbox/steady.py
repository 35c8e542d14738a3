"""A line that is made anew whenever the server drops it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from reconciler.errors import ReconcilerError
from reconciler.mailbox.address import MailboxAddress
from reconciler.mailbox.line import AwayError, DroppedError, Line, connect, told_plainly

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

log = logging.getLogger(__name__)

CALL_AGAIN = (0.2, 1.0, 3.0)
"""Seconds before each further call to a server that takes the first one and drops it."""

T = TypeVar("T")


class SteadyLine:
    """Takes steps on a line to one folder.

    Args:
        address: the folder.
        password: for its user.
        patient: a server that takes the first call and drops it, as one that restarts does, is called again.

    Raises:
        ReconcilerError: there is no line to be had.
    """

    def __init__(self, address: MailboxAddress, password: str, *, patient: bool) -> None:
        self._address = address
        self._password = password
        self._line: Line | None = self._first(CALL_AGAIN if patient else ())

    @property
    def now(self) -> Line | None:
        """The line as it is; None after it was hung up."""
        return self._line

    def take(self, step: Callable[[Line], T]) -> T:
        """Take a step, once more on a new line where the old one turns out to be dropped."""
        if self._line is not None:
            try:
                with told_plainly(self._address, self._password):
                    return step(self._line)
            except AwayError:
                log.info("%s: the line was dropped, connecting again", self._address)
                self.hang_up()
        self._line = connect(self._address, self._password)
        try:
            with told_plainly(self._address, self._password):
                return step(self._line)
        except AwayError:
            self.hang_up()
            raise

    def within(self, generation: str, step: Callable[[BaseMailBox], T]) -> T:
        """Take a step that means something in one generation of the folder only.

        Raises:
            ReconcilerError: the folder was made anew since.
        """

        def guarded(line: Line) -> T:
            if line.generation != generation:
                raise ReconcilerError(f"{self._address} was made anew while it was read", hint="run it again")
            return step(line.mailbox)

        return self.take(guarded)

    def hang_up(self) -> None:
        """Close the line without a word; the next step makes a new one."""
        line, self._line = self._line, None
        if line is not None:
            line.shut()

    def close(self) -> None:
        """Say good-bye, and close the line."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _first(self, pauses: tuple[float, ...]) -> Line:
        for pause in pauses:
            try:
                return connect(self._address, self._password)
            except DroppedError as error:
                log.info("%s, calling again", error.message)
                time.sleep(pause)
        return connect(self._address, self._password)

"""The thread that writes what the application has added.

One step after the other, for ever: wait for calls, encode a batch, send it. While the database
cannot be reached the batch is kept, or appended to the spool if there is one. While the spool has
lines, new calls are appended to it too, so that the database gets them in their order.
"""

import logging
import random
import threading
from collections.abc import Sequence
from time import monotonic

from pgkit.recording.encoding import Encoder, Unencodable
from pgkit.recording.queue import Item, Queue
from pgkit.recording.spool import Spool
from pgkit.recording.transports import Refused, Transport, Unreachable

SHORTEST_BACKOFF = 0.25
LONGEST_BACKOFF = 30.0
# How often to look for lines of a process that died, in seconds.
SPOOL_SECONDS = 60.0
# How many calls are appended to the spool at once: each append waits for the disk.
SPOOLED_AT_ONCE = 10_000
# How long to drain before new calls are looked after, if flush_interval is longer.
DRAIN_SECONDS = 1.0
# A message of the same kind is not logged again for so many seconds.
QUIET_SECONDS = 60.0

logger = logging.getLogger("pgkit")


class Notices:
    """Logs each kind of message at most once a minute, with the number of those left out."""

    def __init__(self) -> None:
        self.logged_at: dict[str, float] = {}
        # How many were left out, and the last of them.
        self.left_out: dict[str, tuple[int, str]] = {}

    def warn(self, kind: str, message: str) -> None:
        now = monotonic()
        if now - self.logged_at.get(kind, -QUIET_SECONDS) < QUIET_SECONDS:
            count, _ = self.left_out.get(kind, (0, ""))
            self.left_out[kind] = (count + 1, message)
            return
        self.logged_at[kind] = now
        left_out, _ = self.left_out.pop(kind, (0, ""))
        more = f" (and {left_out} like it)" if left_out else ""
        logger.warning("%s%s", message, more)

    def finish(self, kind: str) -> None:
        """Log the last message that was left out, and how many were."""
        if kind in self.left_out:
            count, message = self.left_out.pop(kind)
            logger.warning("%s (the last of %d that were not logged)", message, count)


class Sender:
    """Takes calls from the queue and brings them to the transport or to the spool."""

    def __init__(
        self,
        queue: Queue,
        encoder: Encoder,
        transport: Transport,
        spool: Spool | None,
        notices: Notices,
        batch_size: int,
        flush_interval: float,
    ) -> None:
        self.queue = queue
        self.encoder = encoder
        self.transport = transport
        self.spool = spool
        self.notices = notices
        self.batch_size = batch_size
        self.flush_interval = flush_interval
        # A batch that was taken and is neither sent nor spooled.
        self.held: list[str] = []
        self.markers: list[threading.Event] = []
        self.recorded = self.refused = self.spooled = self.failures = 0
        self.failures_in_turn = 0
        # When the database may be asked again, and when to look at the spool again. A spool that is
        # full or broken must not keep calls from a database that answers.
        self.retry_at = 0.0
        self.look_at = 0.0
        self.is_stopping = False

    def run(self) -> None:
        """Work until stopped and done."""
        while not (self.is_stopping and not self.held and not self.queue.items):
            try:
                self.step()
            except Exception:
                # A mistake of ours must not end the thread, nor fill the log.
                self.notices.warn("mistake", "cannot record")
                logger.debug("cannot record", exc_info=True)
                self.queue.rest(1)
        self.transport.close()

    def step(self) -> None:
        """Wait, take a batch, and bring it away."""
        is_behind = self.spool is not None and self.spool.has_lines()
        if self.held:
            # Neither the database nor the spool took it.
            self.queue.rest(self.retry_at - monotonic())
            # Somebody may have asked to write at once.
            self.retry_at = 0
        elif is_behind:
            until = max(self.retry_at, self.look_at)
            left = max(until - monotonic(), 0.001)
            self.queue.wait(self.batch_size, min(left, self.flush_interval), left)
        else:
            idle = None if self.spool is None else SPOOL_SECONDS
            self.queue.wait(self.batch_size, self.flush_interval, idle)
        goes_first = self.spool is None or not (is_behind or self.is_down())
        if not self.held:
            self.take(self.batch_size if goes_first else SPOOLED_AT_ONCE)
        if (goes_first and self.deliver()) or self.spool is None:
            return
        self.store()
        if not self.is_down():
            self.drain()
        if self.held and not self.is_down():
            # The file does not take it and could not be emptied: out of order, but not lost.
            self.deliver()

    def is_down(self) -> bool:
        return monotonic() < self.retry_at

    def take(self, count: int) -> None:
        items, markers = self.queue.take(count)
        self.held = self.encode(items)
        self.markers += markers
        if not self.held:
            self.finish()

    def encode(self, items: Sequence[Item]) -> list[str]:
        lines = []
        encode = self.encoder.encode
        for item in items:
            try:
                lines.append(encode(item))
            except Unencodable as error:
                self.refuse(f"a call is no JSON: {error}")
        return lines

    def finish(self) -> None:
        """Tell those who wait that the batch is away."""
        self.held = []
        markers, self.markers = self.markers, []
        for marker in markers:
            marker.set()

    def deliver(self) -> bool:
        """Send the batch, or keep it."""
        if self.held and not self.send(self.held):
            return False
        self.finish()
        return True

    def store(self) -> None:
        """Append the batch to the spool, or keep it."""
        assert self.spool is not None
        if not self.held:
            return
        # Where all do not fit, those that do.
        for size in (len(self.held), self.batch_size):
            try:
                while self.held:
                    part = self.held[:size]
                    self.spool.append(part)
                    self.spooled += len(part)
                    self.held = self.held[size:]
            except OSError as error:
                problem = error
            else:
                self.finish()
                return
        self.notices.warn("spool", f"cannot write the spool: {problem}")

    def drain(self) -> None:
        """Send lines of the spool until it is empty, the database is away, or new calls are due.

        New calls are due after a while, and not when there are many: an application that is busy
        has always many, and the spool would grow for ever.
        """
        assert self.spool is not None
        if monotonic() < self.look_at:
            return
        try:
            with self.spool.locked() as is_ours:
                if not is_ours:
                    # Another process drains, so this one only appends. Look again soon.
                    self.look_at = monotonic() + self.flush_interval
                    return
                until = monotonic() + min(self.flush_interval, DRAIN_SECONDS)
                while monotonic() < until:
                    lines, end = self.spool.read(self.batch_size)
                    if not end:
                        return
                    count, recorded = len(lines), self.recorded
                    if not self.send(lines):
                        # The whole batch is read again, and counted then.
                        self.refused -= count - len(lines) - (self.recorded - recorded)
                        self.recorded = recorded
                        return
                    self.spool.advance(end)
        except OSError as error:
            self.notices.warn("spool", f"cannot read the spool: {error}")
            self.look_at = monotonic() + SHORTEST_BACKOFF

    def send(self, lines: list[str]) -> bool:
        """Record lines, except those that the database refuses; False if it cannot be reached.

        What is left to do is then in `lines`.
        """
        parts = [lines]
        try:
            while parts:
                part = parts[-1]
                try:
                    if part:
                        self.transport.send(part)
                    self.recorded += len(part)
                    parts.pop()
                except Refused as refused:
                    parts[-1:] = self.divide(part, refused)
        except Unreachable as error:
            lines[:] = [line for part in reversed(parts) for line in part]
            self.back_off(error)
            return False
        if self.failures_in_turn:
            logger.warning("recording again")
            self.notices.logged_at.pop("unreachable", None)
        self.failures_in_turn = 0
        self.retry_at = 0
        return True

    def divide(self, lines: list[str], refused: Refused) -> list[list[str]]:
        """Return what to try of a batch that was refused, the first last."""
        position = 0 if len(lines) == 1 else refused.position
        if position is not None and position < len(lines):
            self.refuse(str(refused))
            return [lines[:position] + lines[position + 1 :]]
        middle = len(lines) // 2
        return [lines[middle:], lines[:middle]]

    def refuse(self, reason: str) -> None:
        self.refused += 1
        self.notices.warn("refused", f"a call is not recorded: {reason}")

    def back_off(self, error: Unreachable) -> None:
        """Wait longer after each failure, and not as long as other processes do."""
        self.failures += 1
        longest = min(SHORTEST_BACKOFF * 2 ** min(self.failures_in_turn, 20), LONGEST_BACKOFF)
        self.failures_in_turn += 1
        # Jitter, not a secret.
        seconds = max(longest * random.uniform(0.5, 1), error.wait)
        self.retry_at = monotonic() + seconds
        self.notices.warn("unreachable", f"cannot record now, and try again: {error}")

    def run_to_the_end(self) -> None:
        """Bring away what is there without a thread, if the database can be reached."""
        try:
            while self.queue.items and not self.failures_in_turn:
                self.step()
        except Exception:
            logger.debug("cannot record", exc_info=True)
        self.transport.close()

    def rescue(self) -> None:
        """At the end of the process, spool what the thread has not brought away.

        The thread may be waiting for an answer. A call that both of them write counts once.
        """
        if self.spool is None:
            return
        lines = list(self.held)
        self.held = []
        while self.queue.items:
            items, _ = self.queue.take(self.batch_size)
            lines += self.encode(items)
        if lines:
            try:
                self.spool.append(lines)
            except OSError as error:
                self.notices.warn("spool", f"cannot write the spool: {error}")
                self.held = lines
            else:
                self.spooled += len(lines)

"""What waits to be written: the application adds, one thread takes.

Adding takes no lock, so that it may happen anywhere: in many threads, in a finalizer that the
garbage collector runs in the middle of another add, in a signal handler. `deque.append`,
`deque.popleft` and `SimpleQueue.put` are atomic and may be entered again.

No wake-up is lost. The application appends, then reads `attend_at`. The thread writes `attend_at`,
then reads the length, then sleeps. In whatever order these four happen, the application sees the
new `attend_at`, or the thread sees the new item.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic

# The values of a call, in the order of `encoding.Encoder.encode`.
Item = tuple[object, ...]


class Queue:
    """At most `most` calls; those that come when it is full are dropped and counted.

    The newest are dropped, because the oldest may be on their way already. `start` is called when
    there is something for the thread to do, from a thread of the application.
    """

    def __init__(self, most: int, start: Callable[[], None]) -> None:
        self.most = most
        self.start = start
        self.items: deque[Item | threading.Event] = deque()
        # With this many items, whoever adds one looks after them.
        self.attend_at = 1
        # True asks to write at once.
        self.tokens: SimpleQueue[bool] = SimpleQueue()
        self.is_closed = False
        self.dropped = 0
        # May be entered again by the same thread, as in a finalizer.
        self.lock = threading.RLock()

    def add(self, item: Item) -> None:
        """Add a call. This is all that an application waits for."""
        self.items.append(item)
        if len(self.items) >= self.attend_at:
            self.attend()

    def attend(self) -> None:
        """Drop what is too much, or wake the thread."""
        if len(self.items) > self.most or self.is_closed:
            self.drop_newest()
        else:
            self.watch_for(self.most + 1)
            self.start()
            self.tokens.put(False)

    def watch_for(self, count: int) -> None:
        """Have whoever adds look after the queue when it has `count` items."""
        self.attend_at = count
        # Written first and read second, as `close` does it the other way round: one sees the other.
        if self.is_closed:
            self.attend_at = 0

    def drop_newest(self) -> None:
        with self.lock:
            try:
                newest = self.items.pop()
            except IndexError:
                return
            if isinstance(newest, threading.Event):
                self.items.append(newest)
            else:
                self.dropped += 1

    def mark(self) -> threading.Event:
        """Return what is set when all that was added before is written."""
        marker = threading.Event()
        self.items.append(marker)
        self.start()
        self.tokens.put(True)
        return marker

    def wait(self, count: int, interval: float, idle: float | None) -> None:
        """Return when `count` calls are there, `interval` after the first, or when asked to.

        Without any return after `idle` seconds.
        """
        if not self.items:
            self.watch_for(1)
            if not self.items and self.pause(idle):
                return
        until = monotonic() + interval
        while not self.is_closed:
            self.watch_for(count)
            left = until - monotonic()
            if len(self.items) >= count or left <= 0 or self.pause(left):
                break
        self.watch_for(self.most + 1)

    def pause(self, seconds: float | None) -> bool:
        """Sleep until somebody wakes the thread; return whether it was to write at once."""
        try:
            return self.tokens.get(timeout=seconds)
        except Empty:
            return False

    def rest(self, seconds: float) -> None:
        """Sleep, and be woken only to write at once; what is too much is dropped meanwhile."""
        self.watch_for(self.most + 1)
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0 and not self.pause(left):
            pass

    def take(self, count: int) -> tuple[list[Item], list[threading.Event]]:
        """Return at most `count` calls, and the markers that come right after them."""
        taken: list[Item] = []
        markers: list[threading.Event] = []
        # Until the queue is empty. At the end of the process close() may take at the same time.
        with suppress(IndexError):
            while isinstance(self.items[0], threading.Event) or len(taken) < count:
                item = self.items.popleft()
                if isinstance(item, threading.Event):
                    markers.append(item)
                elif markers:
                    self.items.appendleft(item)
                    break
                else:
                    taken.append(item)
        return taken, markers

    def close(self) -> None:
        """From now on drop what is added."""
        self.is_closed = True
        self.attend_at = 0

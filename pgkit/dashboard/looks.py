"""One look at a page: all of its panels show the same moment, and each question is asked once."""

import json
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import datetime
from threading import Lock
from time import monotonic

from pgkit.dashboard.ask import Question, Rows, Viewer

# The panels of a look come within a moment, on a busy machine a longer one. Whoever looks later
# sees what is there then.
SECONDS = 30.0
# Those that never ask for their first page are forgotten in the order in which they came.
MOST_WINDOWS = 1000


class Look:
    """The time that counts as now for all panels of a look, and what they have asked."""

    def __init__(self, now: datetime, seconds: float) -> None:
        self.now = now
        self.ends = monotonic() + seconds
        self.answers: dict[str, Future[Rows]] = {}
        self.lock = Lock()

    @property
    def is_over(self) -> bool:
        """Whether whoever comes now gets a look of their own."""
        return monotonic() >= self.ends

    def answer(self, question: Question, ask: Callable[[], Rows]) -> Rows:
        """Return the rows of a question, which the first panel asks and the others wait for.

        What fails for the first one fails for those that wait; who comes later asks again. Nobody
        may change the rows.
        """
        name = repr(question)
        with self.lock:
            answer = self.answers.get(name)
            is_first = answer is None
            if answer is None:
                answer = self.answers[name] = Future()
        if is_first:
            try:
                answer.set_result(ask())
            except BaseException as error:
                with self.lock:
                    self.answers.pop(name, None)
                answer.set_exception(error)
        return answer.result()


class Looks:
    """The looks of the last seconds, each found by who looks and at what."""

    def __init__(self, clock: Callable[[], datetime], seconds: float = SECONDS) -> None:
        self.clock = clock
        self.seconds = seconds
        self.found: dict[Hashable, Look] = {}
        self.windows: dict[Hashable, int] = {}
        self.lock = Lock()

    def find(self, viewer: Viewer, *at: Hashable) -> Look:
        """Return the look of a viewer at something, a new one where there is none."""
        name = named(viewer, *at)
        with self.lock:
            self.found = {key: one for key, one in self.found.items() if not one.is_over}
            return self.found.setdefault(name, Look(self.clock(), self.seconds))

    def expect(self, viewer: Viewer, address: tuple[str, str], window: int) -> None:
        """Remember the number of a window whose scripts are still loading."""
        with self.lock:
            while len(self.windows) >= MOST_WINDOWS:
                self.windows.pop(next(iter(self.windows)))
            self.windows[named(viewer, address)] = window

    def expected(self, viewer: Viewer, address: tuple[str, str]) -> int | None:
        """Return the number of a window that now asks for its first page."""
        with self.lock:
            return self.windows.pop(named(viewer, address), None)


def named(viewer: Viewer, *at: Hashable) -> Hashable:
    """Return a name that two viewers never share, because a browser chooses what it looks at."""
    return (viewer.role, json.dumps(viewer.claims, sort_keys=True, default=str), *at)

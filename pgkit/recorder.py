"""Record the calls of an application, from the application, without keeping it waiting.

    recorder = pgkit.Recorder("postgresql://app@db.example.org/mydatabase")

    with recorder.call("openai/gpt-4o", "chat") as call:
        answer = client.chat.completions.create(...)
        call.input_tokens = answer.usage.prompt_tokens

Nothing here raises an exception into the application, or waits for the database, except the
constructor for a target that cannot be read, and `flush` and `close` for as long as they are told.
"""

import atexit
import os
import sys
import threading
import weakref
from collections.abc import Callable
from datetime import datetime
from time import monotonic, time_ns
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar
from uuid import UUID

from pgkit.recording import measuring
from pgkit.recording.encoding import Encoder, Ids, write_time
from pgkit.recording.measuring import Call, Read, safe_freeze
from pgkit.recording.queue import Queue
from pgkit.recording.sender import Notices, Sender
from pgkit.recording.spool import Spool
from pgkit.recording.transports import make_transport

Function = TypeVar("Function", bound=Callable[..., Any])

# Of this process, for what happens in a forked child.
recorders: "weakref.WeakSet[Recorder]" = weakref.WeakSet()


class Stats(NamedTuple):
    """What became of the calls of this process.

    `recorded` are with the database, also those from the spool. `pending` wait in memory, `spooled`
    went to the file. `dropped` are lost, because too many waited or the recorder was closed.
    `refused` are lost, because the database does not take them. `failures` counts attempts.
    """

    recorded: int
    pending: int
    spooled: int
    dropped: int
    refused: int
    failures: int


class Recorder:
    """Writes calls in batches, in a thread of its own. Make one for a process, and keep it.

    `target` is a connection string, or the address of a PostgREST or of a Supabase project with its
    `key`. Without a target DATABASE_URL is taken, or the PG* variables of libpq.

    `spool` is a file for calls while the database cannot be reached, of at most `spool_limit`
    bytes. Without one, at most `max_pending` calls wait in memory, and later ones are dropped.

    A batch is written when it has `batch_size` calls, or `flush_interval` seconds after its first.
    `timeout` is how long the database may take for one, in seconds. At the end of the process the
    recorder writes what waits, in at most `exit_timeout` seconds.
    """

    def __init__(
        self,
        target: str | None = None,
        *,
        key: str | None = None,
        spool: str | os.PathLike[str] | None = None,
        batch_size: int = 500,
        flush_interval: float = 1.0,
        max_pending: int = 100_000,
        timeout: float = 30.0,
        exit_timeout: float = 5.0,
        spool_limit: int = 2**30,
    ) -> None:
        if not 1 <= batch_size <= 10_000:
            raise ValueError(f"batch_size must be between 1 and 10000, got {batch_size}")
        if max_pending < batch_size:
            raise ValueError(f"max_pending must be at least batch_size, got {max_pending}")
        if not flush_interval > 0 or not timeout > 0:
            raise ValueError("flush_interval and timeout must be above 0")
        self.batch_size = batch_size
        self.flush_interval = flush_interval
        self.max_pending = max_pending
        self.exit_timeout = exit_timeout
        self.transport = make_transport(target, key, timeout)
        self.spool = None if spool is None else Spool(spool, spool_limit)
        self.notices = Notices()
        self.set_up()
        recorders.add(self)
        atexit.register(self.close)
        if self.spool is not None and self.spool.has_lines():
            self.start()

    def set_up(self) -> None:
        """Make all that belongs to one process: nothing of it is for a forked child."""
        self.lock = threading.RLock()
        self.thread: threading.Thread | None = None
        self.is_closed = False
        self.ids = Ids()
        self.queue = Queue(self.max_pending, self.start)
        self.add = self.queue.add
        self.sender = Sender(
            self.queue,
            Encoder(self.ids),
            self.transport,
            self.spool,
            self.notices,
            self.batch_size,
            self.flush_interval,
        )

    def start(self) -> None:
        """Start the thread with the first call, so that a server that forks then has none yet."""
        if self.thread is not None:
            return
        with self.lock:
            if self.thread is not None or self.is_closed:
                return
            thread = threading.Thread(target=self.sender.run, name="pgkit-recorder", daemon=True)
            self.thread = thread
            try:
                thread.start()
            except RuntimeError as error:
                # No more threads, or the interpreter ends: close() then does the work.
                self.thread = None
                self.queue.attend_at = len(self.queue.items) + self.batch_size
                self.notices.warn("thread", f"cannot start the thread that records: {error}")
                return
            write_at_end_of_child(self)

    def call(
        self,
        model_name: str,
        tool_name: str = "chat",
        *,
        parameters: object = None,
        provider: str | None = None,
    ) -> Call:
        """Return a call that begins now, for `with` or `async with`."""
        return Call(self, model_name, tool_name, parameters, provider)

    def wrap(
        self,
        model_name: str,
        tool_name: str = "chat",
        *,
        parameters: object = None,
        provider: str | None = None,
        read: Read | None = None,
    ) -> Callable[[Function], Function]:
        """Record each call of a function, coroutine, generator or asynchronous generator.

        `read(call, result)` may set the tokens from what the function returns; of a generator it
        gets each item.
        """

        def start() -> Call:
            return Call(self, model_name, tool_name, parameters, provider)

        def safely_read(call: Call, result: object) -> None:
            if read is not None:
                try:
                    read(call, result)
                except Exception as error:
                    self.notices.warn("read", f"read() raised {type(error).__name__}: {error}")

        def decorate(function: Function) -> Function:
            return measuring.wrap(start, function, safely_read)  # type: ignore[return-value]

        return decorate

    def record(
        self,
        model_name: str,
        tool_name: str,
        response_time_ms: float,
        *,
        success: bool | None = None,
        provider: str | None = None,
        parameters: object = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        error_type: str | None = None,
        first_token_ms: float | None = None,
        call_timestamp: datetime | float | None = None,
        call_id: UUID | str | None = None,
        cached_input_tokens: int | None = None,
        cache_write_tokens: int | None = None,
        reasoning_tokens: int | None = None,
        cost: float | None = None,
        test_id: UUID | str | None = None,
        unit_key: str | None = None,
    ) -> None:
        """Record a call that was measured elsewhere; the fields are those of perf.record_call().

        `call_timestamp` is its start, a time or seconds since 1970; without it the call ended now.
        `call_id` is any text that names the call. Another attempt counts once if it gives the same
        `call_timestamp` too, because an id is looked for at the time of its call.
        """
        try:
            response_time_ms = float(response_time_ms)
            more: dict[str, Any] | None = None
            if call_timestamp is None:
                started_ns = time_ns() - int(response_time_ms * 1e6)
            elif isinstance(call_timestamp, datetime):
                started_ns = int(call_timestamp.timestamp() * 1e6) * 1000
            elif isinstance(call_timestamp, str):
                raise TypeError(
                    "call_timestamp must be a datetime or seconds since 1970,"
                    f" got {call_timestamp[:60]!r}"
                )
            else:
                started_ns = int(call_timestamp * 1e6) * 1000
            if call_id is not None:
                started = datetime.fromtimestamp(started_ns / 1e9).astimezone()
                more = {"call_id": str(call_id), "call_timestamp": write_time(started)}
            if test_id is not None or unit_key is not None:
                more = {**(more or {}), "test_id": test_id and str(test_id), "unit_key": unit_key}
            self.add(
                (
                    (
                        model_name,
                        tool_name,
                        provider,
                        parameters if parameters is None else safe_freeze(parameters),
                    ),
                    started_ns,
                    self.ids.next(),
                    success,
                    error_type,
                    more,
                    response_time_ms,
                    first_token_ms,
                    input_tokens,
                    output_tokens,
                    cached_input_tokens,
                    cache_write_tokens,
                    reasoning_tokens,
                    cost,
                )
            )
        except Exception as error:
            self.sender.refuse(f"{type(error).__name__}: {error}")

    @property
    def stats(self) -> Stats:
        """Return what became of the calls so far."""
        sender = self.sender
        return Stats(
            sender.recorded,
            len(self.queue.items) + len(sender.held),
            sender.spooled,
            self.queue.dropped,
            sender.refused,
            sender.failures,
        )

    def flush(self, timeout: float = 10.0) -> bool:
        """Write what was recorded so far; return whether all of it is written or in the spool.

        In asyncio call `await asyncio.to_thread(recorder.flush)`.
        """
        if self.is_closed or (self.thread is None and not self.queue.items):
            return not self.queue.items and not self.sender.held
        return self.queue.mark().wait(timeout)

    def close(self, timeout: float | None = None) -> None:
        """Write what was recorded so far, and end the thread; later calls are dropped."""
        with self.lock:
            if self.is_closed:
                return
            self.is_closed = True
        until = monotonic() + (self.exit_timeout if timeout is None else timeout)
        atexit.unregister(self.close)
        sender, thread = self.sender, self.thread
        sender.is_stopping = True
        self.queue.close()
        if thread is None:
            sender.run_to_the_end()
        else:
            self.queue.tokens.put(True)
            thread.join(max(0, until - monotonic()))
        self.rescue()

    def rescue(self) -> None:
        """At the end of the process, spool what is left, or say how many calls are lost."""
        sender = self.sender
        if sender.held or self.queue.items:
            sender.rescue()
        self.notices.finish("refused")
        if lost := len(sender.held) + len(self.queue.items):
            are = "call is" if lost == 1 else "calls are"
            self.notices.warn("lost", f"{lost} {are} lost: the database did not take them")

    def end_child(self) -> None:
        """Bring away what waits, and stay open: other threads of a child may end after this."""
        if not self.flush(self.exit_timeout):
            self.rescue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def write_at_end_of_child(recorder: Recorder) -> None:
    """Have a child of multiprocessing write: it ends without what atexit has registered."""
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None and processes.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, recorder.end_child, exitpriority=0)


def start_anew() -> None:
    """In a forked child: begin with an empty queue, a new thread and a new connection.

    What waits is written by the parent. Calls that are going on keep the queue of the parent, which
    nobody empties here; it is closed, so it takes none.
    """
    for recorder in list(recorders):
        was_closed = recorder.is_closed
        recorder.queue.lock = threading.RLock()
        recorder.queue.close()
        recorder.transport.forget()
        if recorder.spool is not None:
            recorder.spool.forget()
        recorder.set_up()
        recorder.is_closed = was_closed
        if was_closed:
            recorder.queue.close()


os.register_at_fork(after_in_child=start_anew)

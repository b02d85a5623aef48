"""Deliver the messages of the outbox to their receivers.

Every message arrives at least once, by this argument:

1. The database has it until a worker says that it was accepted. A claim is a lease: when the worker
   dies, the message is claimed again after the lease. All attempts show the same id.
2. A message is said to be accepted only after the receiver has said so.
3. The number of the attempt fences: a worker whose lease is over changes nothing any more.

Receivers do not wait for each other: each message is a task of its own and has a total deadline,
and the database gives out at most ten messages to a receiver at a time.

Notifications of the database only make it fast. Without them (perf.notify_alerts is off, a pooler
in between) the worker looks every few seconds.
"""

import asyncio
import math
import os
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import psycopg

from pgkit import sending
from pgkit.database import (
    AsyncConnection,
    Failure,
    async_transaction,
    explained,
    first_line,
    open_async_connection,
)
from pgkit.sending import Delivery, NotSent

POLL_SECONDS = 5.0
RIGHTS_SECONDS = 60.0
LONGEST_BACKOFF = 60.0
# The longest timeout of a receiver, which is a minute, and time to note how it ended.
LEASE_SECONDS = 90.0
MOST_CLAIMED_AT_ONCE = 100
DATABASE_SECONDS = 20.0
# Names are resolved in threads; a resolver that hangs must not stop the others.
MOST_THREADS = 64

CLAIM = (
    "select delivery_id, receiver_name, kind, address, headers, timeout, attempt_count, payload"
    " from perf.claim_alert_deliveries("
    "worker => %(worker)s, lease => %(lease)s, max_deliveries => %(most)s)"
)
COMPLETE = "select perf.complete_alert_delivery(%(delivery_id)s, %(attempt_count)s)"
# Seconds by the clock of the database until the next attempt; null where there is none.
FAIL = (
    "select extract(epoch from perf.fail_alert_delivery("
    "%(delivery_id)s, %(attempt_count)s, %(error)s, %(retry_after)s) - now())::float8"
)

Log = Callable[[str], None]


def deliver(dsn: str, stop: Event, log: Log, *, must_deliver: bool = False) -> None:
    """Deliver messages until `stop` is set; then finish what is on its way.

    The first connection must succeed, as that for jobs. Where the login may not deliver, that is
    said, and tried again every minute; with `must_deliver` it is a Failure.
    """
    with explained():
        asyncio.run(Courier(dsn, log).run(stop, must_deliver))


def deliver_once(dsn: str, log: Log, *, must_deliver: bool = False) -> bool:
    """Deliver what is due now, and return whether all of it was accepted."""
    with explained():
        return asyncio.run(Courier(dsn, log).run_once(must_deliver))


class Courier:
    """What is on its way, and the connection that says so."""

    def __init__(self, dsn: str, log: Log) -> None:
        self.dsn = dsn
        self.log = log
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.database = Database(dsn)
        self.tls = ssl.create_default_context()
        self.http = sending.open_http(self.tls)
        self.tasks: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()
        self.is_stopping = False
        self.obstacle = ""
        self.failed_count = 0

    async def run(self, stop: Event, must_deliver: bool) -> None:
        """Claim and send until `stop` is set."""
        self.prepare()
        Thread(target=self.await_stop, args=[stop, asyncio.get_running_loop()], daemon=True).start()
        listener = None
        has_claimed = False
        backoff = 0.0
        try:
            while not self.is_stopping:
                self.wake.clear()
                started = time.monotonic()
                try:
                    count = await self.claim()
                except psycopg.errors.InsufficientPrivilege as error:
                    self.refuse(error, must_deliver)
                    await self.sleep(RIGHTS_SECONDS)
                except psycopg.Error as error:
                    if not has_claimed and not self.obstacle:
                        raise
                    backoff = min(backoff * 2 or 1.0, LONGEST_BACKOFF)
                    said = "connection lost" if self.database.is_lost else "cannot claim messages"
                    self.log(f"{said}: {first_line(error)}")
                    self.log(f"looking for messages again in {backoff:.0f} s")
                    await self.sleep(backoff)
                else:
                    if not has_claimed or backoff:
                        self.log("waiting for messages to be due")
                    has_claimed = True
                    backoff = 0.0
                    listener = listener or asyncio.create_task(self.listen())
                    # As long as it took: a long backlog must not keep results waiting.
                    await asyncio.sleep(min(time.monotonic() - started, 1.0))
                    if count < MOST_CLAIMED_AT_ONCE:
                        await self.sleep(POLL_SECONDS)
        finally:
            if listener is not None:
                listener.cancel()
            await self.finish()

    async def run_once(self, must_deliver: bool) -> bool:
        """Claim and send until nothing is due."""
        self.prepare()
        try:
            while await self.claim():
                await self.finish_tasks()
        except psycopg.errors.InsufficientPrivilege as error:
            self.refuse(error, must_deliver)
        finally:
            await self.finish()
        return self.failed_count == 0

    def refuse(self, error: psycopg.Error, must_deliver: bool) -> None:
        """Say once that this login may not deliver, and what grant it lacks."""
        problem = f"{self.database.user} may not deliver messages: {first_line(error)}"
        grant = f"grant perf_notifier to {self.database.user}"
        if must_deliver:
            raise Failure(problem, f"As the user who ran `pgkit migrate`: {grant}") from error
        if problem != self.obstacle:
            self.log(f"{problem}. The user who ran pgkit migrate can: {grant}")
        self.obstacle = problem

    def prepare(self) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_THREADS))

    def await_stop(self, stop: Event, loop: asyncio.AbstractEventLoop) -> None:
        """Pass on that the worker is to stop; runs in a thread, where it may wait."""
        stop.wait()
        with suppress(RuntimeError):  # The loop has ended by itself.
            loop.call_soon_threadsafe(self.begin_to_stop)

    def begin_to_stop(self) -> None:
        """Claim nothing more."""
        self.is_stopping = True
        self.wake.set()

    async def listen(self) -> None:
        """Wake up at each notification of the database, as long as there is a connection."""
        while True:
            with suppress(psycopg.Error):
                async with await open_async_connection(self.dsn) as connection:
                    cursor = await connection.execute("select pg_backend_pid()")
                    if await cursor.fetchone() != (connection.info.backend_pid,):
                        self.log(f"a pooler is in between: looking every {POLL_SECONDS:g} s")
                        return
                    await connection.execute("listen perf_alerts")
                    self.wake.set()
                    async for _ in connection.notifies():
                        self.wake.set()
            await asyncio.sleep(POLL_SECONDS)

    async def sleep(self, seconds: float) -> None:
        """Sleep until something wakes, for a time at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()

    async def claim(self) -> int:
        """Claim what is due, begin to send it, and return how many messages that is."""
        lease_ends = asyncio.get_running_loop().time() + LEASE_SECONDS
        rows = await self.database.fetch(
            CLAIM,
            worker=self.name,
            lease=timedelta(seconds=LEASE_SECONDS),
            most=MOST_CLAIMED_AT_ONCE,
        )
        for row in rows:
            task = asyncio.create_task(self.handle(Delivery(*row), lease_ends))
            self.tasks.add(task)
            task.add_done_callback(self.end_task)
        return len(rows)

    def end_task(self, task: asyncio.Task[None]) -> None:
        """Forget a task. An error of ours costs one attempt of one message, and not the worker."""
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.failed_count += 1
            self.log(f"error in pgkit: {type(error).__name__} while a message was handled")

    async def handle(self, delivery: Delivery, lease_ends: float) -> None:
        """Send a message, and note what became of it."""
        try:
            said = await sending.send(delivery, self.http, self.tls, os.environ)
        except NotSent as error:
            await self.note_failure(delivery, error, lease_ends)
        else:
            await self.note_success(delivery, said, lease_ends)

    async def note_success(self, delivery: Delivery, said: str | None, lease_ends: float) -> None:
        named = name_delivery(delivery)
        self.log(f"{named}: delivered{f', but {said}' if said else ''}")
        values = {
            "delivery_id": delivery.delivery_id,
            "attempt_count": delivery.attempt_count,
        }
        await self.note(named, lambda: self.database.fetch(COMPLETE, **values), lease_ends)
        # Its group may have the next message.
        self.wake.set()

    async def note_failure(self, delivery: Delivery, error: NotSent, lease_ends: float) -> None:
        self.failed_count += 1
        named = name_delivery(delivery)
        asked = error.retry_after
        values = {
            "delivery_id": delivery.delivery_id,
            "attempt_count": delivery.attempt_count,
            "error": error.reason,
            "retry_after": None if asked is None else timedelta(seconds=asked),
        }
        rows = await self.note(named, lambda: self.database.fetch(FAIL, **values), lease_ends)
        if rows is None:
            self.log(f"{named}: failed, {error.reason}")
        elif (seconds := rows[0][0]) is None:
            self.log(f"{named}: failed, {error.reason}; there will be no other attempt")
        else:
            self.log(f"{named}: failed, {error.reason}; again in {max(seconds, 0):.0f} s")
            # At whole seconds, so that many of a dead receiver are claimed together.
            loop = asyncio.get_running_loop()
            loop.call_at(math.ceil(loop.time() + max(seconds, 0)), self.wake.set)

    async def note(
        self, named: str, write: Callable[[], Awaitable[list[Any]]], lease_ends: float
    ) -> list[Any] | None:
        """Write down how an attempt ended, if need be on the next connection.

        After the lease it is no use: then the message is sent again.
        """
        loop = asyncio.get_running_loop()
        tries = 0
        while True:
            try:
                return await write()
            except psycopg.Error as error:
                tries += 1
                is_late = loop.time() > lease_ends or (self.is_stopping and tries > 2)
                if is_late or not self.database.is_lost:
                    self.log(f"{named}: cannot be noted, {first_line(error)}")
                    return None
                await asyncio.sleep(1)

    async def finish_tasks(self) -> None:
        while self.tasks:
            await asyncio.wait(self.tasks)

    async def finish(self) -> None:
        """Finish what is on its way, and close everything."""
        await self.finish_tasks()
        await self.http.aclose()
        await self.database.close()


class Database:
    """One connection that is made again when it was lost; one transaction at a time."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.connection: AsyncConnection | None = None
        self.lock = asyncio.Lock()
        self.user = ""

    @property
    def is_lost(self) -> bool:
        return self.connection is None or self.connection.closed

    async def fetch(self, statement: str, **values: Any) -> list[Any]:
        """Run a statement in a transaction, and return its rows.

        No answer is a lost connection too: the other end may have vanished without a word.
        """
        async with self.lock:
            try:
                async with asyncio.timeout(DATABASE_SECONDS):
                    if self.connection is None or self.connection.closed:
                        self.connection = await open_async_connection(self.dsn)
                        self.user = self.connection.info.user
                    async with async_transaction(self.connection):
                        cursor = await self.connection.execute(statement.encode(), values)
                        return await cursor.fetchall()
            except TimeoutError:
                await self.close()
                text = f"the database did not answer within {DATABASE_SECONDS:g} s"
                raise psycopg.OperationalError(text) from None

    async def close(self) -> None:
        if self.connection is not None:
            await self.connection.close()
            self.connection = None


def name_delivery(delivery: Delivery) -> str:
    return (
        f"message {delivery.delivery_id} to {delivery.receiver_name}"
        f" (attempt {delivery.attempt_count})"
    )

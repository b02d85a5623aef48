"""Do the jobs on their schedule where pg_cron does not.

Every due time runs once, however many workers there are, by this argument:

1. A worker claims a due time by a row in worker_runs. A lock lets one claim of a job go on at a
   time, and due times and claims have one clock, that of the database. So a worker that comes
   second, or late, finds the row of the first and leaves the job alone.
2. A row without an end is a run that is under way, or one that was abandoned. A worker whose
   connection is lost says so itself; after an hour the others say it. Then the due time is claimed
   once more.

Nothing is kept in a session from one transaction to the next, so that a pooler may be in between.
Where a run is not over when the job is due again, another worker may run it at the same time. That
does no harm: the jobs themselves take the locks that they need.

Where due times passed while no worker ran, one run at the start makes up for all of them.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from types import FrameType
from typing import NamedTuple

import psycopg
from croniter import croniter

from pgkit import scheduling
from pgkit.database import (
    Connection,
    explained,
    first_line,
    open_connection,
    query,
    transaction,
)

LOCK = "select pg_advisory_xact_lock(hashtext('pgkit worker'), hashtext(%s))"
LONGEST_SLEEP = 60.0
LONGEST_BACKOFF = 60.0

Log = Callable[[str], None]


class Job(NamedTuple):
    """A job, the last time it was due, and the next."""

    name: str
    command: str
    due_at: datetime
    next_due_at: datetime


def work(dsn: str, stop: Event, log: Log, *, beside_cron: bool = True) -> None:
    """Run jobs when they are due, until `stop` is set; reconnect when the connection is lost.

    The first connection must succeed: a wrong address would otherwise never show. Without
    `beside_cron`, jobs are left to pg_cron as long as it has all of them.
    """
    with explained():
        connection = open_connection(dsn)
        lost: list[int] = []
        backoff = 0.0
        while not stop.is_set():
            try:
                with closing(connection):
                    if beside_cron or not leave_to_cron(connection, dsn, stop, log):
                        log("waiting for jobs to be due")
                    for _ in turns(connection, stop, log, lost):
                        backoff = 0.0
                        if not beside_cron and leave_to_cron(connection, dsn, stop, log):
                            log("waiting for jobs to be due")
            except psycopg.OperationalError as error:
                log(f"connection lost: {first_line(error)}")
                while connection.closed and not stop.is_set():
                    backoff = min(backoff * 2 or 1.0, LONGEST_BACKOFF)
                    log(f"connecting again in {backoff:.0f} s")
                    stop.wait(backoff)
                    connection = reconnect(connection, dsn, log)


def reconnect(lost: Connection, dsn: str, log: Log) -> Connection:
    """Return a new connection, or the lost one where that fails."""
    try:
        return open_connection(dsn)
    except psycopg.OperationalError as error:
        log(first_line(error))
        return lost


def leave_to_cron(connection: Connection, dsn: str, stop: Event, log: Log) -> bool:
    """Wait as long as pg_cron has all jobs, until `stop` is set; return whether it had them."""
    was_left = False
    while not stop.is_set() and scheduling.has_jobs(connection, dsn):
        if not was_left:
            log("pg_cron runs the jobs of this database, so they are left to it")
        was_left = True
        stop.wait(LONGEST_SLEEP)
    return was_left


def turns(connection: Connection, stop: Event, log: Log, lost: list[int]) -> Iterator[None]:
    """Look at the jobs and run those that are due; yield; sleep until the next is; again.

    `lost` keeps the run that a connection was lost in, for the next connection.
    """
    done: dict[str, datetime] = {}
    while not stop.is_set():
        looked = time.monotonic()
        now, jobs = read_jobs(connection)
        sleep = LONGEST_SLEEP
        for job in jobs:
            if stop.is_set():
                return
            if (
                done.get(job.name) != job.due_at
                and run_alone(connection, job, job.due_at, log, lost) is not None
            ):
                done[job.name] = job.due_at
            sleep = min(sleep, (job.next_due_at - now).total_seconds())
        yield
        stop.wait(max(0.01, sleep - (time.monotonic() - looked)))


def run_once(connection: Connection, log: Log) -> bool:
    """Run every job now, except those that another worker is running; return whether all worked."""
    now, jobs = read_jobs(connection)
    results = []
    for job in jobs:
        result = run_alone(connection, job, now, log, [])
        if result is None:
            log(f"{job.name}: another worker is running it")
        results.append(result)
    return False not in results


def read_jobs(connection: Connection) -> tuple[datetime, list[Job]]:
    """Return the time by the database's clock, and the jobs."""
    with transaction(connection):
        rows = connection.execute(query("jobs")).fetchall()
    # A due time counts from its very instant on; croniter looks strictly before and after.
    nows = [row[0].astimezone(UTC) + timedelta(microseconds=1) for row in rows]
    jobs = [
        Job(
            name,
            command,
            croniter(schedule, now).get_prev(datetime),
            croniter(schedule, now).get_next(datetime),
        )
        for now, (_, name, schedule, command) in zip(nows, rows, strict=True)
    ]
    return nows[0], jobs


def run_alone(
    connection: Connection, job: Job, due_at: datetime, log: Log, lost: list[int]
) -> bool | None:
    """Run a job unless a run since `due_at` did it; nothing is returned while another worker does.

    Returns False where the job failed. An error that ends the connection leaves the run in `lost`.
    """
    claim = {"job_name": job.name, "due_at": due_at, "lost_id": lost[-1] if lost else None}
    with transaction(connection):
        connection.execute(LOCK.encode(), [job.name])
        claimed = connection.execute(query("claim_job_run"), claim).fetchone()
    assert claimed is not None
    run_id, is_running = claimed
    if run_id is None:
        return None if is_running else True
    lost[:] = [run_id]
    return run(connection, job, run_id, log)


def run(connection: Connection, job: Job, run_id: int, log: Log) -> bool:
    """Run a job, which may commit by itself, and note how it ended in another transaction."""
    started = time.monotonic()
    message = None
    result = ""
    try:
        cursor = connection.execute(job.command.encode())
        rows = cursor.fetchall() if cursor.description else []
        result = str(rows[0][0]) if rows else "done"
    except psycopg.Error as error:
        if connection.closed:
            raise
        message = error.diag.message_primary or first_line(error)
    with transaction(connection):
        connection.execute(
            "update perf_internal.worker_runs"
            " set finished_at = clock_timestamp(), error_message = %s where id = %s",
            [message, run_id],
        )
    spent = 1000 * (time.monotonic() - started)
    log(f"{job.name}: {f'failed, {message}' if message else result} ({spent:.0f} ms)")
    return message is None


def run_together(stop: Event, *works: Callable[[], None]) -> None:
    """Run each in a thread of its own until all end. An error in one stops all, and is raised.

    The main thread only waits, so that signals reach it.
    """
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
            stop.set()

    # Daemons, so that a second signal ends the program whatever they do.
    threads = [Thread(target=run, args=[work], daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@contextmanager
def stopping(log: Log) -> Iterator[Event]:
    """Yield an event that SIGTERM and SIGINT set; a second signal ends the program at once.

    The signal may come while this thread holds the lock of the event, so another one sets it.
    """
    stop = Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}

    def handle(number: int, frame: FrameType | None) -> None:
        # First, so that a second signal does not come here.
        restore()
        log("stopping after the current job and the messages that are on their way")
        Thread(target=stop.set, daemon=True).start()

    def restore() -> None:
        for number in numbers:
            signal.signal(number, before[number])

    for number in numbers:
        signal.signal(number, handle)
    try:
        yield stop
    finally:
        restore()

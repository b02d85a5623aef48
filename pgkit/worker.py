"""Do the jobs on their schedule where pg_cron is missing.

Every due time runs once, however many workers there are, by this argument:

1. A worker runs a job only while it holds the job's advisory lock, in the session that runs the
   job. So a worker that gets the lock knows that no run is under way, and that every earlier run
   has committed its row in worker_runs or has died and lost its transaction.
2. Due times and the start in that row come from one clock, that of the database. So a run that
   started at or after a due time has done it. A worker that comes second, or late, finds that row
   and leaves the job alone.
3. A worker that does not get the lock asks again a second later, until the job is done or due
   again. So a due time is not lost when the worker that holds the lock dies. A run that was
   abandoned like this is tried again once.

Where due times passed while no worker ran, one run at the start makes up for all of them. The lock
belongs to a session, so a pooler in transaction mode in between would break the argument.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from types import FrameType
from typing import NamedTuple

import psycopg
from croniter import croniter

from pgkit.database import Connection, explained, first_line, parse_dsn, query

LOCK = "select {}(hashtext('pgkit worker'), hashtext(%s))"
LONGEST_SLEEP = 60.0
BUSY_SLEEP = 1.0
LONGEST_BACKOFF = 60.0

Log = Callable[[str], None]


class Job(NamedTuple):
    """A job, the last time it was due, and the next."""

    name: str
    command: str
    due_at: datetime
    next_due_at: datetime


def work(dsn: str, stop: Event, log: Log) -> None:
    """Run jobs when they are due, until `stop` is set; reconnect when the connection is lost.

    The first connection must succeed: a wrong address would otherwise never show.
    """
    with explained():
        connection: Connection = psycopg.connect(autocommit=True, **parse_dsn(dsn))
        backoff = 0.0
        while not stop.is_set():
            try:
                with connection:
                    log("waiting for jobs to be due")
                    for _ in turns(connection, stop, log):
                        backoff = 0.0
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
        return psycopg.connect(autocommit=True, **parse_dsn(dsn))
    except psycopg.OperationalError as error:
        log(first_line(error))
        return lost


def turns(connection: Connection, stop: Event, log: Log) -> Iterator[None]:
    """Look at the jobs and run those that are due; yield; sleep until the next is; again."""
    done: dict[str, datetime] = {}
    while not stop.is_set():
        looked = time.monotonic()
        now, jobs = read_jobs(connection)
        sleep = LONGEST_SLEEP
        for job in jobs:
            if stop.is_set():
                return
            if done.get(job.name) != job.due_at:
                if run_alone(connection, job, job.due_at, log) is None:
                    sleep = min(sleep, BUSY_SLEEP)
                    continue
                done[job.name] = job.due_at
            sleep = min(sleep, (job.next_due_at - now).total_seconds())
        yield
        stop.wait(max(0.01, sleep - (time.monotonic() - looked)))


def run_once(connection: Connection, log: Log) -> bool:
    """Run every job now, except those that another worker is running; return whether all worked."""
    now, jobs = read_jobs(connection)
    results = []
    for job in jobs:
        result = run_alone(connection, job, now, log)
        if result is None:
            log(f"{job.name}: another worker is running it")
        results.append(result)
    return False not in results


def read_jobs(connection: Connection) -> tuple[datetime, list[Job]]:
    """Return the time by the database's clock, and the jobs."""
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


def run_alone(connection: Connection, job: Job, due_at: datetime, log: Log) -> bool | None:
    """Run a job unless a run since `due_at` did it; nothing is returned where another worker is.

    Returns False where the job failed. An error that ends the connection gives up the lock too.
    """
    row = connection.execute(LOCK.format("pg_try_advisory_lock").encode(), [job.name]).fetchone()
    if row is None or not row[0]:
        return None
    claimed = connection.execute(
        query("claim_job_run"), {"job_name": job.name, "due_at": due_at}
    ).fetchone()
    worked = claimed is None or run(connection, job, claimed[0], log)
    connection.execute(LOCK.format("pg_advisory_unlock").encode(), [job.name])
    return worked


def run(connection: Connection, job: Job, run_id: int, log: Log) -> bool:
    """Run a job, which may commit by itself, and note how it ended in another transaction."""
    started = time.monotonic()
    message = None
    result = ""
    try:
        cursor = connection.execute(job.command.encode())
        if cursor.description:
            rows = cursor.fetchall()
            is_value = len(rows) == 1 and len(rows[0]) == 1
            result = str(rows[0][0]) if is_value else f"{len(rows)} rows"
        else:
            result = "done"
    except psycopg.Error as error:
        if connection.closed:
            raise
        message = error.diag.message_primary or first_line(error)
    connection.execute(
        "update perf_internal.worker_runs"
        " set finished_at = clock_timestamp(), error_message = %s where id = %s",
        [message, run_id],
    )
    spent = 1000 * (time.monotonic() - started)
    log(f"{job.name}: {f'failed, {message}' if message else result} ({spent:.0f} ms)")
    return message is None


@contextmanager
def stopping(log: Log) -> Iterator[Event]:
    """Yield an event that SIGTERM and SIGINT set; a second signal ends the program at once."""
    stop = Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}

    def handle(number: int, frame: FrameType | None) -> None:
        log("stopping after the current job")
        stop.set()
        restore()

    def restore() -> None:
        for number in numbers:
            signal.signal(number, before[number])

    for number in numbers:
        signal.signal(number, handle)
    try:
        yield stop
    finally:
        restore()

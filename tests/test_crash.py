"""The server is killed with SIGKILL, in the middle of things, and starts again."""

import os
import signal
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psycopg
import pytest
from job_pipeline import Job, aggregate_jobs, assert_jobs_counted_once
from pipeline import (
    MONDAY,
    Call,
    aggregate,
    assert_counted_once,
    record,
    wait_for,
    wait_until_blocked,
)
from psycopg.types.json import Jsonb

from pgkit import server

BARRIERS = {
    "hourly row": "select from perf_internal.rollups where granularity = 'hourly' for update",
    "weekly row": "select from perf_internal.rollups where granularity = 'weekly' for update",
}


def data_directory(dsn: str) -> Path:
    with psycopg.connect(dsn) as connection:
        return Path(connection.execute("show data_directory").fetchone()[0])


def processes(postmaster: int) -> list[int]:
    """Return the ids of a server's processes, the first one first."""
    children = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = status.read_text().rpartition(")")[2].split()[1]
            if int(parent) == postmaster:
                children.append(int(status.parent.name))
    return [postmaster, *children]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill_server(data: Path) -> None:
    """Kill every process of a server at once and wait until they are gone."""
    postmaster = int((data / "postmaster.pid").read_text().split()[0])
    # Stopped, it can neither start another process nor tell those it has to end in good order.
    os.kill(postmaster, signal.SIGSTOP)
    pids = processes(postmaster)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(map(is_alive, pids)), "the server did not die")
    # Until init has collected the dead, which in a container it may never do, their ids look alive.
    for lock in (data / "postmaster.pid", *data.glob(".s.PGSQL.*.lock")):
        lock.unlink()


def start_server(data: Path) -> None:
    server.up(data, settings={"fsync": "off", "max_connections": "200"})


@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_server_killed_in_the_middle_of_an_aggregation_loses_and_doubles_nothing(
    crashing_database, barrier
) -> None:
    data = data_directory(crashing_database)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        committed = [record(connection, "acme/large", ms) for ms in (1, 2, 4)]
        aggregate(connection)
        committed += [record(connection, "acme/large", ms) for ms in (8, 16)]
    with ExitStack() as sessions:
        blocker, runs, writer, observer = (
            sessions.enter_context(
                closing(psycopg.connect(crashing_database, autocommit=commits_at_once))
            )
            for commits_at_once in (False, True, False, True)
        )
        record(writer, "acme/large", 1000)
        blocker.execute(BARRIERS[barrier].encode())
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(aggregate, runs)
            wait_until_blocked(observer, runs.info.backend_pid)
            kill_server(data)
            with pytest.raises(psycopg.OperationalError):
                run.result()
    start_server(data)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        committed.append(record(connection, "acme/large", 32))
        assert aggregate(connection) == 3
        assert aggregate(connection) == 0
        assert_counted_once(connection, committed)


def test_writers_who_retry_after_a_crash_are_counted_once(crashing_database) -> None:
    """Killed twice under four writers and a run in a loop; call_id makes the retry harmless."""
    data = data_directory(crashing_database)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        committed = [record(connection, "acme/large", 1)]
    recorded = [0] * 4
    finished = threading.Event()
    statement = (
        "select perf.record_call('acme/large', 'chat', %s, %s,"
        " call_timestamp => '2020-01-06', call_id => %s)"
    )

    def keep_recording(number: int) -> list[Call]:
        done: list[Call] = []
        call, call_id = Call("acme/large", number + 2), uuid.uuid4()
        while not finished.is_set():
            with (
                suppress(psycopg.OperationalError),
                psycopg.connect(crashing_database, autocommit=True) as own,
            ):
                while not finished.is_set():
                    own.execute(statement, [call.ms, call.is_success, call_id])
                    done.append(call)
                    recorded[number] += 1
                    call_id = uuid.uuid4()
        # Whether the last call got through is unknown until it was tried again.
        with psycopg.connect(crashing_database, autocommit=True) as own:
            own.execute(statement, [call.ms, call.is_success, call_id])
        return [*done, call]

    def keep_aggregating() -> int:
        runs = 0
        while not finished.is_set():
            with (
                suppress(psycopg.OperationalError),
                psycopg.connect(crashing_database, autocommit=True) as own,
            ):
                while not finished.is_set():
                    aggregate(own)
                    runs += 1
        return runs

    with ThreadPoolExecutor(5) as pool:
        writers = [pool.submit(keep_recording, number) for number in range(4)]
        aggregation = pool.submit(keep_aggregating)
        try:
            for _ in range(2):
                goal = [count + 50 for count in recorded]
                wait_for(lambda goal=goal: all(map(int.__ge__, recorded, goal)))
                kill_server(data)
                start_server(data)
        finally:
            finished.set()
        for writer in writers:
            committed += writer.result()
        assert aggregation.result() > 0
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        aggregate(connection)
        assert aggregate(connection) == 0
        assert_counted_once(connection, committed)


def record_again(own: psycopg.Connection, job: Job, external_id: uuid.UUID) -> None:
    """Record a job by its external_id, as an application with its own job table does."""
    own.execute(
        "select perf.record_job_metrics_batch(%s)",
        [
            Jsonb(
                [
                    {
                        "workflow_name": job.workflow,
                        "worker_name": job.worker,
                        "external_id": str(external_id),
                        "completed_at": MONDAY.isoformat(),
                        "error_type": None if job.is_success else "broken",
                        **job.result,
                    }
                ]
            )
        ],
    )


def complete_again(own: psycopg.Connection, job: Job, external_id: uuid.UUID) -> None:
    """Create a job, start it and complete it; each step may have been done before."""
    row = own.execute(
        "select perf.create_job(%s, external_id => %s)", [job.workflow, str(external_id)]
    ).fetchone()
    own.execute("select perf.start_job(%s, %s, %s)", [row[0], job.worker, MONDAY])
    if job.is_success:
        own.execute("select perf.complete_job(%s, %s, %s)", [row[0], Jsonb(job.result), MONDAY])
    else:
        own.execute(
            "select perf.fail_job(%s, 'broken', %s, %s)", [row[0], Jsonb(job.result), MONDAY]
        )


def test_jobs_that_are_completed_again_after_a_crash_are_counted_once(crashing_database) -> None:
    """Killed under four writers and a run in a loop; an external_id makes the retry harmless."""
    data = data_directory(crashing_database)
    ways = [record_again, complete_again, record_again, complete_again]
    jobs = [Job("portrait", number + 1) for number in range(4)]
    recorded = [0] * 4
    finished = threading.Event()
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        record_again(connection, jobs[0], uuid.uuid4())
    committed = [jobs[0]]

    def keep_completing(number: int) -> list[Job]:
        external_id = uuid.uuid4()
        while not finished.is_set():
            with (
                suppress(psycopg.OperationalError),
                psycopg.connect(crashing_database, autocommit=True) as own,
            ):
                while not finished.is_set():
                    ways[number](own, jobs[number], external_id)
                    recorded[number] += 1
                    external_id = uuid.uuid4()
        with psycopg.connect(crashing_database, autocommit=True) as own:
            ways[number](own, jobs[number], external_id)
        return [jobs[number]] * (recorded[number] + 1)

    def keep_aggregating() -> int:
        runs = 0
        while not finished.is_set():
            with (
                suppress(psycopg.OperationalError),
                psycopg.connect(crashing_database, autocommit=True) as own,
            ):
                while not finished.is_set():
                    aggregate(own)
                    runs += 1
        return runs

    with ThreadPoolExecutor(5) as pool:
        writers = [pool.submit(keep_completing, number) for number in range(4)]
        aggregation = pool.submit(keep_aggregating)
        try:
            goal = [count + 20 for count in recorded]
            wait_for(lambda: all(map(int.__ge__, recorded, goal)))
            kill_server(data)
            start_server(data)
            goal = [count + 5 for count in recorded]
            wait_for(lambda: all(map(int.__ge__, recorded, goal)))
        finally:
            finished.set()
        for writer in writers:
            committed += writer.result()
        assert aggregation.result() > 0
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        aggregate_jobs(connection)
        assert aggregate_jobs(connection) == 0
        assert_jobs_counted_once(connection, committed)
        left = "select count(*) from perf.jobs as j where j.status not in ('completed', 'failed')"
        assert connection.execute(left).fetchone() == (0,)

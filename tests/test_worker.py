"""The jobs of the worker: due times run once, whatever happens to workers and connections."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
from pipeline import wait_for

from pgkit import worker
from pgkit.database import connect

pytestmark = pytest.mark.once

GATE = 4243
WAIT_AT_GATE = f"select pg_advisory_xact_lock_shared({GATE})"

HOUR = timedelta(hours=1, minutes=1)

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(database) -> Iterator[Start]:
    """Start a worker that runs jobs as a program of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pgkit", "--dsn", database, "worker"]
        command += ["--only", "jobs", *arguments]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def set_jobs(connection: psycopg.Connection, *jobs: tuple[str, str, str]) -> None:
    """Replace the list of jobs: name, schedule, command."""
    values = ", ".join(f"('{name}', '{schedule}', $c${text}$c$)" for name, schedule, text in jobs)
    connection.execute(
        "create or replace function perf_internal.get_jobs()"
        " returns table (job_name text, schedule text, command text) language sql"
        f" as $f$ values {values} $f$".encode()
    )


def runs(connection: psycopg.Connection) -> list[tuple]:
    return connection.execute(
        "select job_name, finished_at is not null, error_message"
        " from perf_internal.worker_runs order by id"
    ).fetchall()


def wait_at_gate(connection: psycopg.Connection) -> None:
    statement = (
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and wait_event = 'advisory' and query like '%lock_shared%'"
    )
    wait_for(lambda: connection.execute(statement).fetchone() == (1,))


def test_once_runs_every_job_and_notes_it(pgkit, database, connection) -> None:
    for _ in range(2):
        done = pgkit("worker", "--once", dsn=database)
        assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    jobs = connection.execute("select job_name from perf_internal.get_jobs()").fetchall()
    assert len(lines) == len(jobs)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+Z pgkit-aggregate: done \(\d+ ms\)", lines[0])
    assert len(runs(connection)) == 2 * len(jobs)
    assert all(finished and error is None for _, finished, error in runs(connection))


def test_a_failed_job_is_noted_and_the_others_run(pgkit, database, connection) -> None:
    set_jobs(connection, ("bad", "* * * * *", "select 1/0"), ("good", "* * * * *", "select 7"))
    done = pgkit("worker", "--once", dsn=database)
    assert done.returncode == 1
    assert "bad: failed, division by zero" in done.stderr
    assert "good: 7 (" in done.stderr
    assert runs(connection) == [("bad", True, "division by zero"), ("good", True, None)]


def test_of_several_workers_one_runs_what_is_due(start, connection) -> None:
    set_jobs(connection, ("rare", "0 0 1 1 *", "insert into perf.tools (name) values ('ran')"))
    workers = [start() for _ in range(4)]
    connected = (
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and backend_type = 'client backend' and pid <> pg_backend_pid()"
    )
    wait_for(lambda: connection.execute(connected).fetchone() == (4,))
    wait_for(lambda: runs(connection))
    for process in workers:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert runs(connection) == [("rare", True, None)]


def test_a_due_time_belongs_to_one_run(database, connection) -> None:
    set_jobs(connection, ("job", "* * * * *", "select 1"))
    lines: list[str] = []
    now, (job,) = worker.read_jobs(connection)
    assert job.due_at <= now < job.next_due_at
    with connect(database, autocommit=True) as other:
        assert worker.run_alone(connection, job, job.due_at, lines.append, []) is True
        assert worker.run_alone(other, job, job.due_at, lines.append, []) is True
        assert len(runs(connection)) == 1
        later = now + timedelta(minutes=5)
        assert worker.run_alone(other, job, later, lines.append, []) is True
        assert len(runs(connection)) == 2


def test_a_job_that_another_worker_runs_is_left_alone_until_that_one_is_given_up(
    start, database, connection
) -> None:
    set_jobs(connection, ("slow", "* * * * *", WAIT_AT_GATE))
    _, (job,) = worker.read_jobs(connection)
    connection.execute("select pg_advisory_lock(%s)", [GATE])
    process = start("--once")
    wait_at_gate(connection)
    lines: list[str] = []
    with connect(database, autocommit=True) as other:
        assert worker.run_alone(other, job, job.due_at, lines.append, []) is None
        process.kill()
        process.wait()
        connection.execute("select pg_advisory_unlock(%s)", [GATE])
        assert worker.run_alone(other, job, job.due_at, lines.append, []) is None
        connection.execute(
            "update perf_internal.worker_runs set started_at = started_at - interval '61 minutes'"
        )
        assert worker.run_alone(other, job, job.due_at - HOUR, lines.append, []) is True
    abandoned, again = runs(connection)
    assert abandoned == ("slow", True, "the worker or its connection ended during this run")
    assert again == ("slow", True, None)


def test_an_abandoned_due_time_is_tried_again_once(connection) -> None:
    set_jobs(connection, ("job", "* * * * *", "select 1"))
    note = "insert into perf_internal.worker_runs (job_name) values ('job') returning id"
    _, (job,) = worker.read_jobs(connection)
    claim = {"job_name": "job", "due_at": job.due_at, "lost_id": None}

    def try_to_claim(**changed: object) -> object:
        return connection.execute(worker.query("claim_job_run"), {**claim, **changed}).fetchone()

    lost = connection.execute(note).fetchone()[0]
    assert try_to_claim() == (None, True)
    again, _ = try_to_claim(lost_id=lost)
    assert again is not None
    assert try_to_claim(lost_id=again) == (None, False)
    assert [finished for _, finished, _ in runs(connection)] == [True, True]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_after_the_current_job(start, connection, number) -> None:
    set_jobs(connection, ("slow", "* * * * *", WAIT_AT_GATE), ("next", "* * * * *", "select 1"))
    connection.execute("select pg_advisory_lock(%s)", [GATE])
    process = start()
    wait_at_gate(connection)
    process.send_signal(number)
    time.sleep(0.5)
    assert process.poll() is None
    connection.execute("select pg_advisory_unlock(%s)", [GATE])
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "stopping after the current job" in said
    assert runs(connection) == [("slow", True, None)]


def test_a_lost_connection_is_made_again(start, connection) -> None:
    set_jobs(connection, ("slow", "* * * * *", WAIT_AT_GATE))
    connection.execute("select pg_advisory_lock(%s)", [GATE])
    process = start()
    wait_at_gate(connection)
    connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and wait_event = 'advisory'"
    )
    connection.execute("select pg_advisory_unlock(%s)", [GATE])
    wait_for(lambda: len(runs(connection)) >= 2 and runs(connection)[-1][1])
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "connection lost: terminating connection due to administrator command" in said
    assert "connecting again in 1 s" in said
    assert runs(connection)[-1] == ("slow", True, None)


def test_a_wrong_address_is_an_error_at_the_start(pgkit) -> None:
    failed = pgkit("worker", dsn="host=/nowhere")
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: ")


def test_a_signal_that_comes_while_the_event_is_locked_does_not_hang() -> None:
    """A handler that waited for the lock would wait for the thread that it interrupts: itself."""
    program = """
import signal
from pgkit import worker
with worker.stopping(print) as stop:
    with stop._cond:
        signal.raise_signal(signal.SIGTERM)
    print(stop.wait(10))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.splitlines()[-1] == "True"

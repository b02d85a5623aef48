"""pgkit.Recorder in several processes, which share a spool, are killed, or end."""

import multiprocessing
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from pipeline import wait_for
from test_crash import data_directory, kill_server, start_server
from test_recorder import COUNT

import pgkit

pytestmark = pytest.mark.once

AWAY = "host=/nowhere dbname=x"

# Records calls until it is told to stop, and then what is in the spool too.
APPLICATION = """
import sys, threading, pgkit
recorder = pgkit.Recorder(sys.argv[1], spool=sys.argv[2], batch_size=50, flush_interval=0.02)
told = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), told.set()), daemon=True).start()
count = 0
while not told.wait(0.001):
    recorder.record("acme/one", "chat", count)
    count += 1
    if recorder.stats.spooled and count % 50 == 0:
        print("spooled", flush=True)
assert recorder.flush(60)
while recorder.spool.has_lines():
    told.wait(0.01)
recorder.close()
stats = recorder.stats
assert (stats.pending, stats.dropped, stats.refused) == (0, 0, 0), stats
print("recorded", count, stats.recorded, flush=True)
"""


def start(script: str, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def silent_server() -> Iterator[str]:
    """A server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"host=127.0.0.1 port={listener.getsockname()[1]} dbname=x user=x"


def test_two_processes_with_one_spool_record_each_call_once(
    crashing_database: str, tmp_path: Path
) -> None:
    """The server is killed under both; what both spool meanwhile is sent by either of them."""
    data = data_directory(crashing_database)
    spool = tmp_path / "calls.spool"
    kill_server(data)
    applications = [start(APPLICATION, crashing_database, spool) for _ in range(2)]
    for application in applications:
        assert application.stdout is not None
        assert application.stdout.readline() == "spooled\n"
    start_server(data)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        wait_for(lambda: connection.execute(COUNT).fetchone()[0] > 500)
    kill_server(data)
    start_server(data)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        wait_for(lambda: connection.execute(COUNT).fetchone()[0] > 1500)
        count = recorded = 0
        for application in applications:
            stdout, stderr = application.communicate("stop\n", timeout=60)
            found = re.search(r"^recorded (\d+) (\d+)$", stdout, re.M)
            assert found, stderr
            count += int(found[1])
            recorded += int(found[2])
        assert connection.execute(COUNT).fetchone() == (count, count)
    # What was sent again after the server was killed is counted by the one who sent it.
    assert recorded >= count
    assert not spool.exists() and not spool.with_name("calls.spool.draining").exists()


def test_a_process_killed_in_the_middle_of_draining_loses_and_doubles_nothing(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    spool = tmp_path / "calls.spool"
    calls = 3000
    with pgkit.Recorder(AWAY, spool=spool) as recorder:
        for number in range(calls):
            recorder.record("acme/one", "chat", number)
        assert recorder.flush(60)
        assert recorder.stats.spooled == calls
    drain = (
        "import sys, time, pgkit\n"
        "recorder = pgkit.Recorder(sys.argv[1], spool=sys.argv[2], batch_size=20)\n"
        "time.sleep(60)\n"
    )
    for goal in (1, 600, 1200):
        application = start(drain, database, spool)
        wait_for(lambda: connection.execute(COUNT).fetchone()[0] >= goal)  # noqa: B023
        application.kill()
        application.communicate()
    # A batch that the server has and the process that sent it never heard of.
    with psycopg.connect(database) as blocker:
        blocker.execute("lock table perf.performance_metrics_raw in exclusive mode")
        application = start(drain, database, spool)
        waiting = (
            "select count(*) from pg_locks as l join pg_database as d on d.oid = l.database"
            " where d.datname = current_database() and not l.granted"
        )
        wait_for(lambda: connection.execute(waiting).fetchone()[0])
        application.kill()
        application.communicate()
    wait_for(lambda: not connection.execute(waiting).fetchone()[0])
    with pgkit.Recorder(database, spool=spool) as recorder:
        wait_for(lambda: not recorder.spool.has_lines())
        assert recorder.stats.refused == 0
    assert connection.execute(COUNT).fetchone() == (calls, calls)


@pytest.mark.parametrize("kind", ["refuses", "is silent"])
@pytest.mark.parametrize("with_spool", [True, False])
def test_an_application_ends_in_time_while_the_database_is_away(
    database: str,
    connection: psycopg.Connection,
    silent_server: str,
    tmp_path: Path,
    kind: str,
    with_spool: bool,
) -> None:
    script = (
        "import sys, pgkit\n"
        "recorder = pgkit.Recorder(sys.argv[1], spool=sys.argv[2] or None, exit_timeout=1)\n"
        "for number in range(1200): recorder.record('acme/one', 'chat', number)\n"
    )
    spool = tmp_path / "calls.spool"
    target = AWAY if kind == "refuses" else silent_server
    started = monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, target, spool if with_spool else ""],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    # One second, and the time to start Python on a busy machine.
    assert monotonic() - started < 8
    assert ("1200 calls are lost" in done.stderr) is not with_spool
    if with_spool:
        with pgkit.Recorder(database, spool=spool) as recorder:
            wait_for(lambda: not recorder.spool.has_lines())
        assert connection.execute(COUNT).fetchone() == (1200, 1200)


def work(recorder: pgkit.Recorder, calls: int) -> None:
    for number in range(calls):
        recorder.record("acme/one", "chat", number)


def work_with_own_recorder(dsn: str, calls: int) -> None:
    work(pgkit.Recorder(dsn, flush_interval=60), calls)


def test_children_of_multiprocessing_record_before_they_end(
    database: str, connection: psycopg.Connection
) -> None:
    with pgkit.Recorder(database, flush_interval=60) as recorder:
        recorder.record("acme/one", "chat", 1)
        forking = multiprocessing.get_context("fork")
        children = [forking.Process(target=work, args=(recorder, 700)) for _ in range(3)]
        spawning = multiprocessing.get_context("spawn")
        children.append(spawning.Process(target=work_with_own_recorder, args=(database, 700)))
        for child in children:
            child.start()
        for child in children:
            child.join(60)
            assert child.exitcode == 0
    assert connection.execute(COUNT).fetchone() == (2801, 2801)


@pytest.mark.parametrize("kind", ["refuses", "is silent"])
def test_a_child_of_multiprocessing_spools_what_the_database_does_not_take(
    database: str, connection: psycopg.Connection, silent_server: str, tmp_path: Path, kind: str
) -> None:
    spool = tmp_path / "calls.spool"
    target = AWAY if kind == "refuses" else silent_server
    with pgkit.Recorder(target, spool=spool, flush_interval=60, exit_timeout=1) as recorder:
        child = multiprocessing.get_context("fork").Process(target=work, args=(recorder, 1200))
        child.start()
        child.join(60)
        assert child.exitcode == 0
    with pgkit.Recorder(database, spool=spool) as recorder:
        wait_for(lambda: not recorder.spool.has_lines())
    assert connection.execute(COUNT).fetchone() == (1200, 1200)


def test_a_spool_is_drained_also_while_more_calls_come_than_can_be_appended(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    spool = tmp_path / "calls.spool"
    with pgkit.Recorder(AWAY, spool=spool) as recorder:
        work(recorder, 500)
        assert recorder.flush(60)
    with pgkit.Recorder(database, spool=spool, batch_size=5, flush_interval=0.2) as recorder:

        def has_drained() -> bool:
            # More come each time than a batch has.
            work(recorder, 100)
            return recorder.stats.recorded > 100 and recorder.stats.spooled > 0

        wait_for(has_drained)

"""Messages of alerts arrive, whatever happens to receivers, workers and the server."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from tempfile import TemporaryFile
from typing import Any

import psycopg
import pytest
from pipeline import wait_for
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb
from receivers import Receiver, Request, answer, drip, hang, receiver
from test_crash import data_directory, kill_server, start_server

from pgkit.database import parse_dsn

pytestmark = pytest.mark.once

GATE = 4244
LOCKS = {
    "making messages": "lock table perf_internal.alert_outbox in access exclusive mode",
    "claiming them": "lock table perf_internal.receiver_addresses in access exclusive mode",
}
EXPIRE = (
    "update perf_internal.alert_deliveries"
    " set lease_expires_at = now(), next_attempt_at = now() where lease_expires_at > now()"
)


class Worker(subprocess.Popen[str]):
    """A worker as a program of its own. What it says goes to a file, because a pipe can be full."""

    def __init__(self, dsn: str, *arguments: str) -> None:
        self.said = TemporaryFile("w+")  # noqa: SIM115
        command = [sys.executable, "-m", "pgkit", "--dsn", dsn, "worker", *arguments]
        super().__init__(command, stderr=self.said)

    def stop(self) -> str:
        """Stop it in good order and return what it said."""
        self.send_signal(signal.SIGTERM)
        self.wait(timeout=90)
        self.said.seek(0)
        said = self.said.read()
        assert self.returncode == 0, said
        return said

    def end(self) -> None:
        """Kill it."""
        self.kill()
        self.wait()


Start = Callable[..., Worker]


@pytest.fixture
def start(database: str) -> Iterator[Start]:
    """Start a worker as a program of its own; unless said otherwise it runs no jobs."""
    started: list[Worker] = []

    def start(with_jobs: bool = False) -> Worker:
        started.append(Worker(database, *([] if with_jobs else ["--only", "deliver"])))
        return started[-1]

    yield start
    for worker in started:
        worker.end()


def add(connection: psycopg.Connection, receiver: Receiver, name: str = "ops", **more: Any) -> None:
    """Add a webhook that gets each alert in a message of its own."""
    values = {"receiver_name": name, "kind": "webhook", "address": receiver.url, **more}
    # A claim may find that the schedule is late, which is an alert too.
    values = {"group_by": ["model"], "matcher": Jsonb({"alert_type": "threshold"}), **values}
    arguments = ", ".join(f"{key} => %({key})s" for key in values)
    connection.execute(f"select perf.set_alert_receiver({arguments})".encode(), values)


def open_alert(connection: psycopg.Connection, model: str = "acme/large") -> None:
    connection.execute(
        "select perf_internal.raise_alert("
        "'threshold', 'critical', null, null, 'error_rate is 0.4, above 0.2', labels => %s)",
        [Jsonb({"model": model, "metric": "error_rate"})],
    )


def models(receiver: Receiver) -> list[str]:
    """Return the models of the alerts that arrived."""
    requests = list(receiver.requests)
    return [alert["labels"]["model"] for request in requests for alert in request.json["alerts"]]


def ids(receiver: Receiver) -> list[str]:
    return [request.delivery_id for request in receiver.requests]


def attempts(receiver: Receiver) -> list[str]:
    return [request.headers["X-Pgkit-Attempt"] for request in receiver.requests]


def undelivered(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "select count(*) from perf_internal.alert_deliveries where delivered_at is null"
    ).fetchone()
    assert row is not None
    return int(row[0])


def wait_until_delivered(connection: psycopg.Connection) -> None:
    """Wait until there are messages, and the receivers have accepted all of them."""
    exists = "select count(*) > 0 from perf_internal.alert_deliveries"
    wait_for(lambda: connection.execute(exists).fetchone() == (True,))
    wait_for(lambda: undelivered(connection) == 0)


def wait_for_listener(connection: psycopg.Connection, count: int = 1) -> None:
    """Wait until so many workers of this database listen."""
    statement = (
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and query = 'listen perf_alerts' and state = 'idle'"
    )
    wait_for(lambda: connection.execute(statement).fetchone() == (count,))


def find_blocked_worker(connection: psycopg.Connection, query: str) -> int | None:
    """Return the session of a worker that runs such a statement and waits for a lock."""
    row = connection.execute(
        "select pid from pg_stat_activity where datname = current_database()"
        " and query like %s and state = 'active' and pg_blocking_pids(pid) <> '{}'",
        [query],
    ).fetchone()
    return row and row[0]


def wait_until_worker_is_blocked(connection: psycopg.Connection, query: str) -> None:
    wait_for(lambda: find_blocked_worker(connection, query))


# What is due is delivered


def test_once_delivers_what_is_due(pgkit, database, connection) -> None:
    with receiver() as ops:
        add(connection, ops, headers=Jsonb({"Authorization": "Bearer hunter2"}))
        open_alert(connection)
        done = pgkit("worker", "--once", "--only", "deliver", dsn=database)
        assert done.returncode == 0, done.stderr
        (request,) = ops.requests
    payload = request.json
    assert payload["delivery_id"] == request.delivery_id
    assert payload["receiver"] == "ops"
    assert payload["alerts"][0]["message"] == "error_rate is 0.4, above 0.2"
    assert request.headers["Authorization"] == "Bearer hunter2"
    assert undelivered(connection) == 0
    assert f"message {request.delivery_id} to ops (attempt 1): delivered" in done.stderr
    again = pgkit("worker", "--once", "--only", "deliver", dsn=database)
    assert (again.returncode, again.stderr) == (0, "")


def test_once_ends_with_1_when_a_message_is_not_accepted(pgkit, database, connection) -> None:
    with receiver(answer(500)) as ops:
        add(connection, ops)
        open_alert(connection)
        done = pgkit("worker", "--once", "--only", "deliver", dsn=database)
    assert done.returncode == 1
    assert "failed, localhost answered 500; again in" in done.stderr
    assert "s3cret" not in done.stderr
    assert connection.execute(
        "select last_error from perf_internal.alert_deliveries"
    ).fetchall() == [("localhost answered 500",)]


def test_a_test_message_arrives_in_every_format(pgkit, database, connection) -> None:
    with receiver() as ops:
        for kind in ("webhook", "alertmanager", "slack"):
            add(connection, ops, name=kind, kind=kind)
            connection.execute("select perf.send_test_alert(%s)", [kind])
        done = pgkit("worker", "--once", "--only", "deliver", dsn=database)
        assert done.returncode == 0, done.stderr
    bodies = [request.json for request in ops.requests]
    (ours,) = [body for body in bodies if body.get("version") == 1]
    (alertmanager,) = [body for body in bodies if body.get("version") == "4"]
    (slack,) = [body for body in bodies if "blocks" in body]
    assert ours["is_test"]
    assert alertmanager["alerts"][0]["labels"]["alertname"] == "test"
    assert slack["text"] == "*Test: This is a test of the receiver slack. Nothing is wrong.*\n" + (
        "alert_type=test, severity=info"
    )


def test_a_message_arrives_within_two_seconds_of_the_commit(
    start, connection, record_property
) -> None:
    with receiver() as ops:
        add(connection, ops)
        worker = start()
        wait_for_listener(connection)
        latencies = measure_latencies(connection, ops, 50, one_by_one=True)
        worker.stop()
    record_property("latencies", latencies)
    assert latencies["p50"] < 2, latencies


def measure_latencies(
    connection: psycopg.Connection,
    ops: Receiver,
    count: int,
    *,
    pause: float = 0.02,
    one_by_one: bool = False,
) -> dict[str, float]:
    """Open alerts one after the other; return percentiles of seconds from commit to arrival.

    One by one, each waits until the one before has arrived. A busy machine then makes no queue.
    """
    committed: dict[str, float] = {}
    for number in range(count):
        model = f"acme/{number}"
        open_alert(connection, model)
        committed[model] = time.time()
        if one_by_one:
            wait_for(lambda model=model: model in models(ops))
        else:
            time.sleep(pause)
    wait_for(lambda: set(models(ops)) >= set(committed))
    arrived: dict[str, float] = {}
    for request in ops.requests:
        for alert in request.json["alerts"]:
            arrived.setdefault(alert["labels"]["model"], request.at)
    latencies = sorted(arrived[model] - at for model, at in committed.items())
    return {
        "p50": latencies[len(latencies) // 2],
        "p99": latencies[len(latencies) * 99 // 100],
        "max": latencies[-1],
    }


def test_without_notifications_messages_arrive_at_the_next_look(start, connection) -> None:
    connection.execute(
        f"alter database {connection.info.dbname} set perf.notify_alerts = off".encode()
    )
    with receiver() as ops, psycopg.connect(connection.info.dsn, autocommit=True) as silent:
        add(silent, ops)
        worker = start()
        wait_for_listener(connection)
        latencies = measure_latencies(silent, ops, 1)
        worker.stop()
    assert latencies["max"] < 8, latencies


def test_an_email_arrives_through_the_worker(pgkit, database, connection) -> None:
    from aiosmtpd.controller import Controller
    from receivers import free_port
    from test_sending import Mailbox

    mailbox = Mailbox()
    office = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    office.start()
    try:
        with receiver() as ops:
            add(connection, ops)
        address = f"smtp://localhost:{office.port}/?from=a@example.org&to=b@example.org"
        add(connection, ops, name="mail", kind="email", address=address)
        connection.execute("select perf.delete_alert_receiver('ops')")
        open_alert(connection)
        done = pgkit("worker", "--once", "--only", "deliver", dsn=database)
        assert done.returncode == 0, done.stderr
    finally:
        office.stop()
    (mail,) = mailbox.mails
    assert b"Subject: Critical: error_rate is 0.4, above 0.2" in mail.content


# Bad receivers


def test_a_message_is_tried_again_with_the_same_id_until_it_is_accepted(start, connection) -> None:
    def behave(ops: Receiver, client: socket.socket, request: Request) -> None:
        step = len(ops.requests)
        if step == 2:
            answer(429, Retry_After="9")(ops, client, request)
        elif step > 2:
            answer(200)(ops, client, request)

    with receiver(behave) as ops:
        add(connection, ops)
        worker = start()
        open_alert(connection)
        wait_until_delivered(connection)
        worker.stop()
        first, second, third = ops.requests
    assert first.delivery_id == second.delivery_id == third.delivery_id
    assert first.body == second.body == third.body
    assert attempts(ops) == ["1", "2", "3"]
    assert 2.4 < second.at - first.at < 8
    assert 9 <= third.at - second.at < 12


def test_dead_receivers_delay_no_other(start, connection, record_property) -> None:
    """One hangs, one drips, one refuses; each has 60 messages to get."""
    with receiver() as live, receiver(hang) as hung, receiver(drip(b"HTTP/1.1 2")) as slow:
        add(connection, hung, name="a hangs")
        add(connection, slow, name="b drips")
        with receiver() as gone:
            add(connection, gone, name="c is gone")
        add(connection, live, name="live")
        worker = start()
        wait_for_listener(connection)
        for number in range(40):
            open_alert(connection, f"earlier/{number}")
        wait_for(lambda: len(models(live)) == 40)
        latencies = measure_latencies(connection, live, 20, pause=0.2)
        assert len(hung.requests) == 10
        assert len(slow.requests) == 10
        assert connection.execute(
            "select failing_since is not null, waiting_count > 50 from perf.get_alert_receivers()"
            " where receiver_name = 'c is gone'"
        ).fetchone() == (True, True)
        worker.end()
    record_property("latencies", latencies)
    assert latencies["p50"] < 2, latencies


# Workers that die


def test_a_worker_killed_while_it_sends_leaves_the_message_to_another(start, connection) -> None:
    answering = threading.Event()

    def behave(ops: Receiver, client: socket.socket, request: Request) -> None:
        if not answering.is_set():
            hang(ops, client, request)
        answer(200)(ops, client, request)

    with receiver(behave) as ops:
        add(connection, ops)
        worker = start()
        open_alert(connection)
        wait_for(lambda: ops.requests)
        worker.end()
        answering.set()
        assert undelivered(connection) == 1
        connection.execute(EXPIRE)
        worker = start()
        wait_until_delivered(connection)
        worker.stop()
    assert len(set(ids(ops))) == 1
    assert attempts(ops) == ["1", "2"]


def test_a_worker_killed_before_it_notes_success_sends_the_message_again(
    start, database, connection
) -> None:
    with receiver() as ops, psycopg.connect(database) as blocker:

        def behave(ops: Receiver, client: socket.socket, request: Request) -> None:
            if len(ops.requests) == 1:
                blocker.execute("select from perf_internal.alert_deliveries for update")
            answer(200)(ops, client, request)

        ops.behave = behave
        add(connection, ops)
        worker = start()
        open_alert(connection)
        wait_until_worker_is_blocked(connection, "%complete_alert_delivery%")
        worker.end()
        connection.execute(
            "select pg_terminate_backend(%s)",
            [find_blocked_worker(connection, "%complete_alert_delivery%")],
        )
        blocker.rollback()
        assert undelivered(connection) == 1
        connection.execute(EXPIRE)
        worker = start()
        wait_until_delivered(connection)
        worker.stop()
    assert len(set(ids(ops))) == 1
    assert attempts(ops) == ["1", "2"]


@pytest.mark.parametrize("step", LOCKS)
def test_a_worker_killed_while_it_claims_leaves_everything_to_another(
    start, database, connection, step
) -> None:
    with receiver() as ops, psycopg.connect(database) as blocker:
        add(connection, ops)
        for number in range(3):
            open_alert(connection, f"acme/{number}")
        blocker.execute(LOCKS[step].encode())
        worker = start()
        wait_until_worker_is_blocked(connection, "%claim_alert_deliveries%")
        worker.end()
        connection.execute(
            "select pg_terminate_backend(%s)",
            [find_blocked_worker(connection, "%claim_alert_deliveries%")],
        )
        blocker.rollback()
        worker = start()
        wait_until_delivered(connection)
        worker.stop()
    assert sorted(models(ops)) == ["acme/0", "acme/1", "acme/2"]
    assert set(attempts(ops)) == {"1"}


def test_two_workers_send_each_message_once(start, connection) -> None:
    with receiver() as ops:
        add(connection, ops)
        workers = [start(), start()]
        wait_for_listener(connection, 2)
        measure_latencies(connection, ops, 50, pause=0.0)
        wait_until_delivered(connection)
        for worker in workers:
            worker.stop()
    assert Counter(models(ops)) == {f"acme/{number}": 1 for number in range(50)}


def test_workers_killed_at_random_lose_nothing_and_repeat_with_the_same_id(
    start, connection
) -> None:
    with receiver() as ops:
        add(connection, ops)
        for number in range(12):
            worker = start()
            for part in range(3):
                open_alert(connection, f"acme/{number}/{part}")
            # From before the connection to after the last message.
            time.sleep(0.25 + number * 0.08)
            worker.end()
        connection.execute(EXPIRE)
        worker = start()
        # Those before it may have sent everything, and a worker that just starts ends by SIGTERM.
        wait_for_listener(connection)
        wait_for(lambda: len(set(models(ops))) == 36)
        wait_until_delivered(connection)
        worker.stop()
        requests = list(ops.requests)
    by_id = {request.delivery_id: request.json for request in requests}
    assert all(by_id[request.delivery_id] == request.json for request in requests)
    told = Counter(alert["alert_id"] for payload in by_id.values() for alert in payload["alerts"])
    assert set(told.values()) == {1}, told


def test_a_worker_that_is_stopped_finishes_what_is_on_its_way(start, connection) -> None:
    def behave(ops: Receiver, client: socket.socket, request: Request) -> None:
        time.sleep(1)
        answer(200)(ops, client, request)

    with receiver(behave) as ops:
        add(connection, ops)
        worker = start()
        wait_for_listener(connection)
        open_alert(connection)
        wait_for(lambda: ops.requests)
        said = worker.stop()
        assert undelivered(connection) == 0
    assert "(attempt 1): delivered" in said
    assert "messages that are on their way" in said


# The server


def test_a_server_killed_at_every_step_loses_no_message(crashing_database) -> None:
    """While a message is on its way, before success is noted, and while messages are claimed."""
    dsn = crashing_database
    data = data_directory(dsn)
    steps: list[str] = []

    def crash(step: str) -> None:
        kill_server(data)
        start_server(data)
        steps.append(step)

    def behave(ops: Receiver, client: socket.socket, request: Request) -> None:
        if len(ops.requests) == 1:
            crash("on its way")
        answer(200)(ops, client, request)

    with receiver(behave) as ops:
        with psycopg.connect(dsn, autocommit=True) as connection:
            add(connection, ops)
            open_alert(connection, "acme/0")
        worker = Worker(dsn, "--only", "deliver")
        try:
            wait_for(lambda: steps)
            with psycopg.connect(dsn, autocommit=True) as connection:
                wait_until_delivered(connection)
                # The worker notes it by its next connection, and sends nothing twice.
                assert attempts(ops) == ["1"]
            with closing(psycopg.connect(dsn)) as blocker:
                with psycopg.connect(dsn, autocommit=True) as connection:
                    blocker.execute("lock table perf_internal.receiver_addresses")
                    open_alert(connection, "acme/1")
                    wait_until_worker_is_blocked(connection, "%claim_alert_deliveries%")
                crash("claiming")
            wait_for(lambda: "acme/1" in models(ops))
            with psycopg.connect(dsn, autocommit=True) as connection:
                wait_until_delivered(connection)
                kept = connection.execute(
                    "select count(*) from perf_internal.alert_deliveries"
                ).fetchone()
                assert kept == (2,)
            said = worker.stop()
        finally:
            worker.end()
    assert steps == ["on its way", "claiming"]
    assert sorted(set(models(ops))) == ["acme/0", "acme/1"]
    assert len(set(ids(ops))) == 2
    assert "connection lost: " in said


def test_a_lost_connection_is_made_again(start, connection) -> None:
    with receiver() as ops:
        add(connection, ops)
        worker = start()
        wait_for_listener(connection)
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        open_alert(connection)
        wait_until_delivered(connection)
        # It listens again too.
        wait_for_listener(connection)
        said = worker.stop()
    assert "connection lost: terminating connection due to administrator command" in said
    assert models(ops) == ["acme/large"]


def test_a_wrong_address_is_an_error_at_the_start(pgkit) -> None:
    for only in ([], ["--only", "deliver"], ["--only", "deliver", "--once"]):
        failed = pgkit("worker", *only, dsn="host=/nowhere")
        assert failed.returncode == 1
        assert failed.stderr.startswith("Error: ")
        assert "Hint: " in failed.stderr


# Jobs and messages


def set_jobs(connection: psycopg.Connection, command: str) -> None:
    """Let the list of jobs be one, due every minute."""
    connection.execute(
        "create or replace function perf_internal.get_jobs()"
        " returns table (job_name text, schedule text, command text) language sql"
        f" as $f$ values ('job', '* * * * *', $c${command}$c$) $f$".encode()
    )


def test_a_long_job_delays_no_message(start, database, connection) -> None:
    set_jobs(connection, f"select pg_advisory_xact_lock_shared({GATE})")
    with receiver() as ops, psycopg.connect(database, autocommit=True) as blocker:
        blocker.execute("select pg_advisory_lock(%s)", [GATE])
        add(connection, ops)
        worker = start(with_jobs=True)
        wait_until_worker_is_blocked(connection, "%lock_shared%")
        wait_for_listener(connection)
        latencies = measure_latencies(connection, ops, 5)
        blocker.execute("select pg_advisory_unlock(%s)", [GATE])
        worker.stop()
    assert latencies["p50"] < 2, latencies
    finished = "select finished_at is not null, error_message from perf_internal.worker_runs"
    assert connection.execute(finished).fetchall() == [(True, None)]


@pytest.fixture
def logins(database: str, connection: psycopg.Connection) -> Iterator[Callable[[str], str]]:
    """Make logins that are members of a role, and return their connection strings."""
    made: list[str] = []

    def make(role: str) -> str:
        name = f"pgkit_worker_{len(made)}_{connection.info.dbname}"
        connection.execute(f"create role {name} login".encode())
        connection.execute(f"grant {role} to {name}".encode())
        made.append(name)
        return make_conninfo("", **parse_dsn(database, user=name))

    yield make
    for name in made:
        connection.execute(f"drop owned by {name}; drop role {name}".encode())


def test_a_login_that_may_not_deliver_is_told_the_grant_and_runs_the_jobs(
    pgkit, connection, logins
) -> None:
    set_jobs(connection, "select 7")
    connection.execute(
        "grant execute on function perf_internal.get_jobs to perf_admin;"
        " grant select, insert, update on perf_internal.worker_runs to perf_admin;"
        " create policy test on perf_internal.worker_runs to perf_admin using (true)"
    )
    dsn = logins("perf_admin")
    user = parse_dsn(dsn)["user"]
    with receiver() as ops:
        add(connection, ops)
        open_alert(connection)
        done = pgkit("worker", "--once", dsn=dsn)
        assert done.returncode == 0, done.stderr
        assert "job: 7 (" in done.stderr
        assert f"{user} may not deliver messages: " in done.stderr
        assert f"grant perf_notifier to {user}" in done.stderr
        for arguments in (["--only", "deliver"], ["--only", "deliver", "--once"]):
            failed = pgkit("worker", *arguments, dsn=dsn)
            assert failed.returncode == 1
            assert f"grant perf_notifier to {user}" in failed.stderr
        assert ops.requests == []


def test_a_member_of_perf_notifier_delivers(pgkit, connection, logins) -> None:
    dsn = logins("perf_notifier")
    with receiver() as ops:
        add(connection, ops)
        open_alert(connection)
        done = pgkit("worker", "--once", "--only", "deliver", dsn=dsn)
        assert done.returncode == 0, done.stderr
        assert models(ops) == ["acme/large"]


def test_jobs_that_pg_cron_has_are_left_to_it_until_it_has_them_no_more(start, connection) -> None:
    set_jobs(connection, "select 7")
    connection.execute(
        "create schema cron;"
        " create table cron.job as select 'job' as jobname, g.schedule, g.command,"
        " current_database() as database, true as active from perf_internal.get_jobs() as g"
    )
    with receiver() as ops:
        add(connection, ops)
        worker = start(with_jobs=True)
        wait_for_listener(connection)
        open_alert(connection)
        wait_until_delivered(connection)
        said = worker.stop()
    assert said.count("pg_cron runs the jobs of this database") == 1
    runs = "select count(*) from perf_internal.worker_runs"
    assert connection.execute(runs).fetchone() == (0,)
    connection.execute("update cron.job set active = false")
    worker = start(with_jobs=True)
    wait_for(lambda: connection.execute(runs).fetchone() == (1,))
    assert "pg_cron" not in worker.stop()

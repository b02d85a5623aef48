"""Everything works behind a pooler that gives each transaction another session: pgbouncer."""

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from receivers import receiver
from test_delivery import Worker, add, open_alert, wait_until_delivered

COUNTED = """
select sum(r.count)
from perf_internal.rollups as r
where r.granularity = 'daily' and r.metric = 'response_time_ms' and r.time_bucket < '2026-02-01'
"""
COUNTED_JOBS = """
select sum(r.count)
from perf_internal.rollups as r
where r.granularity = 'daily' and r.metric = 'jobs'
"""
DAYS = "--from", "2026-01-05", "--to", "2026-01-06"


def write_calls(path: Path) -> Path:
    """Write calls of 60 configurations, more than a session keeps without prepared statements."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["model", "tool", "latency_ms", "timestamp", "params"])
        for number in range(600):
            model = number % 60
            called_at = f"2026-01-05T{number // 60:02}:{model:02}:00Z"
            writer.writerow([f"m{model}", "chat", number, called_at, f'{{"temperature": {model}}}'])
    return path


def write_jobs(path: Path) -> Path:
    """Write jobs of 60 workflows on three workers."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["external_id", "workflow", "worker", "wall_time_ms", "completed_at"])
        for number in range(600):
            at = f"2026-01-05T{number // 60:02}:{number % 60:02}:00Z"
            writer.writerow([number, f"w{number % 60}", f"gpu-{number % 3}", number, at])
    return path


@pytest.mark.once
@pytest.mark.parametrize("size", [1, 2])
def test_every_command_works_through_a_pooler(pgkit, pooled, empty_database, tmp_path, size):
    dsn = pooled(empty_database, size)
    calls = write_calls(tmp_path / "calls.csv")
    jobs = write_jobs(tmp_path / "jobs.csv")
    config = tmp_path / "config.json"
    config.write_text('{"temperature": 0.5}')
    for command in (
        ("migrate",),
        ("migrate",),
        ("load", calls),
        ("load", calls),
        ("load", "--jobs", jobs),
        ("load", "--jobs", jobs),
        ("aggregate",),
        ("jobs", "workflows", *DAYS),
        ("jobs", "workers", *DAYS),
        ("jobs", "overview", *DAYS),
        ("trends", "m1", "chat", *DAYS),
        ("compare", "--tool", "chat", *DAYS),
        ("worker", "--once"),
        ("worker", "--once"),
        ("configs", "save", "assistant", "Assistant", config, "--notes", "first"),
        ("configs", "activate", "assistant@1"),
        ("configs", "list"),
        ("seed",),
        ("health",),
        ("status",),
    ):
        done = pgkit(*command, dsn=dsn)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    examined = pgkit("doctor", dsn=dsn)
    assert "\tfail\t" not in examined.stdout
    assert "Traceback" not in examined.stderr
    with psycopg.connect(empty_database) as connection:
        assert connection.execute(COUNTED).fetchone() == (1200,)
        # Their external_id makes the second load harmless.
        assert connection.execute(COUNTED_JOBS).fetchone() == (600,)


def test_many_at_once_share_two_sessions(pgkit, pooled, database, tmp_path) -> None:
    dsn = pooled(database, 2)
    calls = write_calls(tmp_path / "calls.csv")
    pgkit("load", calls, dsn=dsn)
    pgkit("aggregate", dsn=dsn)
    commands = [
        ("load", calls),
        ("trends", "m1", "chat", *DAYS),
        ("worker", "--once"),
        ("aggregate",),
        ("load", calls),
        ("worker", "--once"),
        ("trends", "m2", "chat", *DAYS),
        ("health",),
    ]
    with ThreadPoolExecutor(len(commands)) as pool:
        results = list(pool.map(lambda command: pgkit(*command, dsn=dsn), commands))
    for command, done in zip(commands, results, strict=True):
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert pgkit("aggregate", dsn=dsn).returncode == 0
    with psycopg.connect(database) as connection:
        assert connection.execute(COUNTED).fetchone() == (1800,)
        locks = connection.execute(
            "select from pg_locks as l join pg_database as d on d.oid = l.database"
            " where l.locktype = 'advisory' and d.datname = current_database()"
        ).fetchall()
    assert locks == []


@pytest.mark.parametrize("size", [1, 2])
def test_messages_are_delivered_through_a_pooler(pooled, database, connection, size) -> None:
    worker = Worker(pooled(database, size), "--only", "deliver")
    try:
        with receiver() as ops:
            add(connection, ops)
            for number in range(5):
                open_alert(connection, f"acme/{number}")
            wait_until_delivered(connection)
            said = worker.stop()
    finally:
        worker.end()
    assert len(ops.requests) == 5
    assert "a pooler is in between: looking every 5 s" in said

"""Record calls one at a time and in batches, beside inserts that check nothing."""

import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import psycopg

from benchmarks.bench import (
    Bench,
    Connection,
    Result,
    connect,
    median,
    prepared_database,
    run,
    text,
)
from pgkit import binaries

CLIENTS = 4
# What an application may do, and no more.
ROLE = "-c role=perf_recorder"


def measure(bench: Bench) -> Iterator[Result]:
    with prepared_database(bench, rows=50_000) as dsn, connect(dsn) as connection:
        connection.execute("select perf.ensure_partitions()")
        scripts = {
            name: write_script(bench, connection, name) for name in ("record_call", "bare_insert")
        }
        rates: dict[str, list[float]] = {name: [] for name in scripts}
        for _ in range(bench.repeats):
            for name, script in scripts.items():
                connection.execute("checkpoint")
                rates[name].append(pgbench(dsn, script, bench.seconds))
        ours, bare = median(rates["record_call"]), median(rates["bare_insert"])
        yield Result(
            f"`record_call`, {CLIENTS} clients",
            f"{ours:,.0f} calls/s",
            f"bare prepared insert {bare:,.0f}/s",
            f"{ours / bare:.2f}",
            "≥ 0.5",
            ours / bare >= 0.5,
        )
        batches = [row[0] for row in run(connection, "batches")]
        for clients in (1, 2):
            connection.execute("checkpoint")
            ours = write_batches(dsn, batches, clients, bench.seconds, record_batch)
            connection.execute("checkpoint")
            bare = write_batches(dsn, batches, clients, bench.seconds, insert_batch)
            yield Result(
                f"`record_calls`, batches of 1,000, {clients} client{'s'[: clients - 1]}",
                f"{ours:,.0f} calls/s",
                f"bare insert from the same JSON {bare:,.0f}/s",
                f"{ours / bare:.2f}",
            )


def write_script(bench: Bench, connection: Connection, name: str) -> Path:
    """Write a script for pgbench, with the configurations filled in."""
    row = run(connection, "config_arrays").fetchone()
    assert row is not None
    script = text(name)
    for column, array in zip(("models", "tools", "parameters", "ids"), row, strict=True):
        script = script.replace(f"@{column}", array)
    path = bench.folder / f"{name}.pgbench"
    path.write_text(script, encoding="utf-8")
    return path


def pgbench(
    dsn: str, script: Path, seconds: float, clients: int = CLIENTS, options: str = ROLE
) -> float:
    """Return how many transactions pgbench gets done in a second."""
    program = binaries.find_program("pgbench")
    output = subprocess.run(
        [
            program,
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            str(min(clients, 2)),
            "-T",
            str(int(seconds)),
            "-f",
            script,
            dsn,
        ],
        env={**os.environ, "PGOPTIONS": options},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return next(float(line.split()[2]) for line in output.splitlines() if line.startswith("tps"))


def record_batch(connection: Connection, batch: str) -> None:
    # Not with connection.execute(), which writes the parameter into the statement.
    with psycopg.Cursor(connection) as cursor:
        cursor.execute("select perf.record_calls(%s)", [batch], prepare=True)


def insert_batch(connection: Connection, batch: str) -> None:
    run(connection, "bare_batch", batch=batch)


def write_batches(
    dsn: str,
    batches: list[str],
    clients: int,
    seconds: float,
    write: Callable[[Connection, str], None],
) -> float:
    """Return how many calls several clients write in a second."""

    def work(client: int) -> int:
        done = 0
        with connect(dsn, options=ROLE) as connection:
            until = perf_counter() + seconds
            while perf_counter() < until:
                write(connection, batches[(done + client) % len(batches)])
                done += 1
        return done

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(work, range(clients))) * 1000 / seconds

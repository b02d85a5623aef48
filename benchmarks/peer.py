"""Four weeks of the same calls in pgkit and in ClickHouse: hourly trends, a comparison of models.

The two take turns, so that both meet the same noise. A clock stops when the whole result is with
the client, as text.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import click
from psycopg.rows import dict_row

from benchmarks.bench import (
    CALL_COLUMNS,
    DAY,
    Bench,
    Connection,
    Result,
    connect,
    load,
    median,
    prepared_database,
    run,
    seconds,
    text,
)
from benchmarks.clickhouse import ClickHouse, is_installed, open_clickhouse

DAYS = 28
# Of the raw calls pgkit keeps these, of the rollups all 28.
RAW_DAYS = 7
# Rounds without a clock.
WARM_UP = 4
# What both answer, exactly and as an estimate.
COUNTS = ("call_count", "error_count", "total_input_tokens", "total_output_tokens")
ESTIMATES = ("p50_response_time", "p95_response_time", "p50_first_token_ms", "p95_first_token_ms")

Rows = list[dict[str, Any]]


class Both(NamedTuple):
    """The same calls twice."""

    connection: Connection
    clickhouse: ClickHouse


class Rounds(NamedTuple):
    """Seconds of each round, and how far estimates were from exact percentiles."""

    ours: list[float]
    theirs: list[float]
    our_errors: list[float]
    their_errors: list[float]

    @property
    def won(self) -> int:
        return sum(ours < theirs for ours, theirs in zip(self.ours, self.theirs, strict=True))


def measure(bench: Bench) -> Iterator[Result]:
    if not is_installed():
        yield Result("beside ClickHouse", "not measured", "chdb is missing: pip install '.[bench]'")
        return
    with (
        prepared_database(
            bench._replace(history_days=DAYS), rows=bench.month_rows, first_tokens=True
        ) as dsn,
        connect(dsn) as connection,
        open_clickhouse(bench.folder / "clickhouse") as clickhouse,
    ):
        both = Both(connection, clickhouse)
        yield from load_both(both, bench)
        month = {"start_time": hour(0), "end_time": hour(DAYS * 24)}
        # Another configuration each round.
        configs = run(connection, "peer_configs")
        configs.row_factory = dict_row
        trends = take_turns(both, "trends", [{**config, **month} for config in configs], 20)
        # Edges within days, so that no whole days can answer alone.
        edges = {"start_time": hour(10), "end_time": hour(DAYS * 24 - 7)}
        comparison = take_turns(both, "comparison", [edges], 3 * bench.repeats)
    yield from results(f"{DAYS * bench.month_rows:,} calls", trends, comparison)


def results(calls: str, trends: Rounds, comparison: Rounds) -> Iterator[Result]:
    ours, theirs = median(trends.ours), median(trends.theirs)
    yield Result(
        f"`get_performance_trends`, {DAYS} days hourly, one of 200 configurations, {calls}",
        f"{ours * 1000:.1f} ms",
        f"ClickHouse {theirs * 1000:.1f} ms, slower in {trends.won} of {len(trends.ours)} rounds",
        f"{theirs / ours:.1f} times",
        "faster in every round",
        trends.won == len(trends.ours),
    )
    ours, theirs = median(comparison.ours), median(comparison.theirs)
    yield Result(
        f"`get_model_comparison`, {DAYS} days with edges within days, {calls}",
        f"{ours * 1000:.0f} ms",
        f"ClickHouse {theirs * 1000:.0f} ms, "
        f"slower in {comparison.won} of {len(comparison.ours)} rounds",
        f"{theirs / ours:.1f} times",
        "≥ 4 times",
        theirs / ours >= 4,
    )
    for what, rounds in (("trends", trends), ("comparison", comparison)):
        error, other = max(rounds.our_errors), max(rounds.their_errors)
        yield Result(
            f"p50 and p95 of the {what}, of response times and first tokens",
            f"{error * 100:.2f} % off at most",
            f"ClickHouse's t-digest {other * 100:.2f} %; "
            f"{len(rounds.our_errors):,} exact values, counts are equal",
            "",
            "≤ 1.5 %",
            error <= 0.015,
        )


def load_both(both: Both, bench: Bench) -> Iterator[Result]:
    """Load the calls into pgkit, and from there into ClickHouse."""
    connection, clickhouse = both
    path = bench.folder / "day"
    copying = rolling_up = inserting = 0.0
    for day in days("pgkit"):
        write(connection, path, "peer_calls", day=day)
        copying += seconds(load, connection, path, "perf.performance_metrics_raw", CALL_COLUMNS)
        rolling_up += seconds(connection.execute, "select perf.aggregate_performance_metrics()")
    # At rest before anything is read.
    connection.execute("vacuum analyze")
    clickhouse.run("clickhouse_table")
    for day in days("ClickHouse"):
        write(
            connection, path, "peer_export", start_time=hour(day * 24), end_time=hour(day * 24 + 24)
        )
        inserting += clickhouse.run("clickhouse_insert", path=str(path))[0]
    optimizing, _ = clickhouse.execute("optimize table calls final")
    connection.execute("checkpoint")
    path.unlink()
    calls = DAYS * bench.month_rows
    sizes = run(connection, "peer_sizes").fetchone()
    assert sizes is not None
    raw, rest = (size / calls for size in sizes)
    _, [theirs] = clickhouse.run("clickhouse_size")
    assert int(theirs["rows"]) == calls
    yield Result(
        f"load {calls:,} calls with first tokens",
        f"COPY {copying:.0f} s, rollups {rolling_up:.0f} s",
        f"ClickHouse {theirs['version']} insert {inserting:.0f} s, optimize {optimizing:.0f} s",
    )
    yield Result(
        f"bytes a call on disk, {DAYS} days",
        f"raw {raw:.0f} and rollups {rest:.1f}; with raw of {RAW_DAYS} days "
        f"{raw * RAW_DAYS / DAYS + rest:.0f}",
        f"ClickHouse {int(theirs['bytes']) / calls:.0f}",
    )


def days(name: str) -> Iterator[int]:
    """Count the days, with a progress bar on stderr."""
    with click.progressbar(
        range(DAYS), label=f"Loading {DAYS} days into {name}", file=sys.stderr
    ) as bar:
        yield from bar


def hour(number: int) -> str:
    """Return an hour of the four weeks as both understand it."""
    return f"{datetime.fromisoformat(DAY) + timedelta(hours=number)}"


def write(connection: Connection, path: Path, name: str, **parameters: object) -> None:
    """Write what the COPY of a file of `sql/` returns."""
    with (
        path.open("wb") as file,
        connection.cursor() as cursor,
        cursor.copy(text(name).encode(), parameters) as copy,
    ):
        for block in copy:
            file.write(block)


def take_turns(
    both: Both, name: str, questions: Sequence[Mapping[str, str]], rounds: int
) -> Rounds:
    """Ask both a question a round, in turns; before that, compare all answers with exact ones."""

    def ask_pgkit(question: Mapping[str, str]) -> tuple[float, Rows]:
        start = perf_counter()
        cursor = run(both.connection, f"peer_{name}", **question)
        elapsed = perf_counter() - start
        cursor.row_factory = dict_row
        return elapsed, cursor.fetchall()

    def ask_clickhouse(question: Mapping[str, str]) -> tuple[float, Rows]:
        return both.clickhouse.run(f"clickhouse_{name}", **question)

    exact_statement = text(f"clickhouse_{name}").replace(
        "quantilesTDigest", "quantilesExactInclusive"
    )
    ours: list[float] = []
    theirs: list[float] = []
    our_errors: list[float] = []
    their_errors: list[float] = []
    for question in questions:
        _, exact = both.clickhouse.execute(exact_statement, **question)
        our_errors += compare(ask_pgkit(question)[1], exact)
        their_errors += compare(ask_clickhouse(question)[1], exact)
    # Some rounds more, because ClickHouse compiles what it is asked repeatedly.
    for number in range(WARM_UP + rounds):
        question = questions[number % len(questions)]
        turns = [(ask_pgkit, ours), (ask_clickhouse, theirs)]
        for ask, times in turns if number % 2 else reversed(turns):
            times.append(ask(question)[0])
    return Rounds(ours[WARM_UP:], theirs[WARM_UP:], our_errors, their_errors)


def compare(rows: Rows, exact: Rows) -> list[float]:
    """Return how far estimates are from exact percentiles; all counts must be the same."""
    key = next(iter(exact[0]))

    def in_order(some: Rows) -> Rows:
        return sorted(some, key=lambda row: str(row[key]))

    errors = []
    for row, right in zip(in_order(rows), in_order(exact), strict=True):
        # ClickHouse writes a time without its zone.
        assert str(row[key]).startswith(right[key]), (row[key], right[key])
        for name in COUNTS:
            assert int(row[name]) == int(right[name]), (row[key], name, row[name], right[name])
        errors += [difference(float(row[name]), float(right[name])) for name in ESTIMATES]
    return errors


def difference(one: float, other: float) -> float:
    """Return by what part the larger of two is larger."""
    return abs(one - other) / (max(one, other) or 1)

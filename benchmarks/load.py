"""Load a day of calls, weigh it, roll it up: each beside the bare minimum and the seed."""

from collections import defaultdict
from collections.abc import Iterator

from benchmarks.bench import (
    CALL_COLUMNS,
    DAY,
    SEED_COLUMNS,
    TABLES,
    Bench,
    Connection,
    Result,
    connect,
    load,
    median,
    prepared_database,
    run,
    seconds,
    write_calls,
)
from pgkit import runner

# The standard deviation of the logarithm, for calls that vary more than the bundled ones.
BROAD = 0.35


def measure(bench: Bench) -> Iterator[Result]:
    loads, rollups, sizes = measure_day(bench)
    pgkit, bare, seed = (median(loads[name]) for name in ("pgkit", "bare", "seed"))
    calls = f"{bench.rows:,} calls"
    yield Result(
        f"load {calls}",
        f"{pgkit:.1f} s",
        f"bare table {bare:.1f} s",
        f"{pgkit / bare:.2f}",
        "≤ 1.6",
        pgkit / bare <= 1.6,
    )
    yield Result(
        f"load {calls}",
        f"{pgkit:.1f} s",
        f"seed {seed:.1f} s",
        f"{seed / pgkit:.1f} times",
        "≥ 5 times",
        seed / pgkit >= 5,
    )
    yield size_result("a raw call, with indexes", sizes)
    yield from rollup_results(f"roll up {calls}", rollups)
    _, rollups, _ = measure_day(bench._replace(repeats=1), spread=BROAD)
    yield from rollup_results(f"the same, response times spread wider (sigma {BROAD})", rollups)
    _, rollups, sizes = measure_day(bench._replace(repeats=1), first_tokens=True)
    yield size_result("a raw call that has a time to the first token", sizes)
    yield from rollup_results("roll up as many of those, with percentiles of both times", rollups)


def size_result(what: str, sizes: tuple[float, ...]) -> Result:
    pgkit, bare, seed = sizes
    return Result(
        what,
        f"{pgkit:.0f} bytes",
        f"bare {bare:.0f}, seed {seed:.0f} bytes",
        f"{pgkit / bare:.2f}, {pgkit / seed:.2f}",
        "≤ 100 bytes",
        pgkit <= 100,
    )


def rollup_results(what: str, rollups: dict[str, list[float]]) -> Iterator[Result]:
    pgkit, bare, seed = (median(rollups[name]) for name in ("pgkit", "bare", "seed"))
    yield Result(
        what,
        f"{pgkit:.2f} s",
        f"plain group by {bare:.2f} s",
        f"{pgkit / bare:.2f}",
        "≤ 3.5",
        pgkit / bare <= 3.5,
    )
    yield Result(
        what,
        f"{pgkit:.2f} s",
        f"seed {seed:.2f} s",
        f"{pgkit / seed:.2f}",
        "≤ 0.9",
        pgkit / seed <= 0.9,
    )


def measure_day(
    bench: Bench, spread: float = 0, first_tokens: bool = False
) -> tuple[dict[str, list[float]], dict[str, list[float]], tuple[float, ...]]:
    """Return seconds of the loads and of the rollups by table, and bytes a call."""
    loads: dict[str, list[float]] = defaultdict(list)
    rollups: dict[str, list[float]] = defaultdict(list)
    paths = {
        columns: bench.folder / f"calls-{len(columns)}.csv"
        for columns in (CALL_COLUMNS, SEED_COLUMNS)
    }
    with prepared_database(
        bench, rows=bench.rows, spread=spread, first_tokens=first_tokens
    ) as prepared:
        with connect(prepared) as connection:
            for columns, path in paths.items():
                write_calls(connection, path, columns)
            connection.execute("drop table bench.calls")
            # As a server does by itself: the seed's foreign key is checked more slowly after it.
            connection.execute("analyze")
        for _ in range(bench.repeats):
            # A copy each time, in which nothing was ever recorded.
            with (
                runner.copied_database(bench.dsn, prepared) as dsn,
                connect(dsn) as connection,
            ):
                for name, (table, columns) in TABLES.items():
                    connection.execute("checkpoint")
                    loads[name].append(seconds(load, connection, paths[columns], table, columns))
                connection.execute("analyze")
                for name in TABLES:
                    connection.execute("checkpoint")
                    rollups[name].append(seconds(roll_up, connection, name))
                sizes = run(connection, "sizes", rows=bench.rows).fetchone()
    assert sizes is not None
    return loads, rollups, sizes


def roll_up(connection: Connection, name: str) -> None:
    if name == "pgkit":
        connection.execute("select perf.aggregate_performance_metrics()")
    elif name == "bare":
        run(connection, "plain_group_by")
    else:
        run(connection, "seed_aggregate", start_time=DAY)

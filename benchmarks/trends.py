"""Thirty days of hourly trends."""

from collections.abc import Iterator

from benchmarks.bench import (
    DAY,
    Bench,
    Connection,
    Result,
    connect,
    median,
    prepared_database,
    repeat,
    run,
)

# A tool with one set of parameters for each model, and one with five for the first.
TOOLS = {"one set of parameters": "search", "five sets": "chat"}
MODEL = "anyscale/llama-2-13b-chat"


def measure(bench: Bench) -> Iterator[Result]:
    with (
        prepared_database(bench._replace(history_days=30), rows=1000) as dsn,
        connect(dsn) as connection,
    ):
        run(connection, "month", day=DAY)
        connection.execute("select perf.aggregate_performance_metrics()")
        run(connection, "seed_copy")
        run(connection, "seed_aggregate", start_time=DAY)
        connection.execute("vacuum analyze")
        for name, tool in TOOLS.items():
            ours = median_of_calls(connection, "perf", tool)
            seed = median_of_calls(connection, "seed", tool)
            yield Result(
                f"`get_performance_trends`, 30 days hourly, one model and tool, {name}",
                f"{ours * 1000:.1f} ms",
                f"seed {seed * 1000:.1f} ms"
                + ("" if tool == "search" else " (a row for each set)"),
                f"{ours / seed:.1f}",
                "< 10 ms",
                ours < 0.01,
            )


def median_of_calls(connection: Connection, schema: str, tool: str) -> float:
    connection.execute(f"set search_path = {schema}".encode())
    statement = "select * from get_performance_trends(%s, %s, %s, %s::timestamptz + '30 days')"

    def ask() -> None:
        rows = connection.execute(statement.encode(), [MODEL, tool, DAY, DAY]).fetchall()
        assert len(rows) >= 720

    return median(repeat(50, ask))

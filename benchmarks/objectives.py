"""How long service level objectives take: an evaluation, which runs every minute, and a report."""

from collections.abc import Iterator

from benchmarks.bench import Bench, Connection, Result, connect, median, repeat, run, value
from pgkit import migrations, runner

# A Thursday near noon, when most hours of a day are read one by one.
AS_OF = "2020-02-06 11:40+00"
OBJECTIVES = 50
# Scope of an objective, by its number. There are 20 tools, and 10 providers with 5 models each.
SHAPES = {
    "of one tool each": "jsonb_build_object('tool', 't' || (1 + i % 20))",
    "of all series": "'{}'",
}


def measure(bench: Bench) -> Iterator[Result]:
    is_quick = bench.repeats == 1
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            connection.execute(
                "select perf.ensure_partitions(%s::timestamptz - '30 days'::interval, 31)", [AS_OF]
            )
            run(connection, "objectives", calls=100_000 if is_quick else 3_000_000, as_of=AS_OF)
            connection.execute("select perf.aggregate_performance_metrics()")
            connection.execute("vacuum analyze")
            for shape, scope in SHAPES.items():
                set_objectives(connection, scope)
                groups = value(connection, f"select count(*) {samples()}")
                duration = median(repeat(3 if is_quick else 20, evaluate, connection))
                yield Result(
                    f"evaluation of {OBJECTIVES} objectives {shape} ({groups} groups),"
                    " 1,000 series, 100,000 calls a day",
                    f"{duration * 1000:.0f} ms",
                    target="< 300 ms",
                    met=duration < 0.3,
                )
                duration = median(repeat(3 if is_quick else 10, report, connection))
                yield Result("`get_slo_status` of these, over 30 days", f"{duration * 1000:.0f} ms")


def set_objectives(connection: Connection, scope: str) -> None:
    """Half are of successes, half of times; each has a group for each provider."""
    connection.execute("delete from perf.slo_objectives")
    connection.execute(
        "select perf.set_slo_objective("
        "    'objective ' || i,"
        "    case when i % 2 = 0 then 'success_rate' else 'response_time_ms' end,"
        "    0.99,"
        "    case when i % 2 = 1 then 1000 + 10 * i end,"
        f"   scope_labels => {scope},"
        "    group_by => '{provider}'"
        f") from generate_series(1, {OBJECTIVES}) as i".encode()
    )


def samples() -> str:
    return f"from perf_internal.read_objective_samples('{AS_OF}')"


def evaluate(connection: Connection) -> None:
    connection.execute(f"select * {samples()}".encode()).fetchall()


def report(connection: Connection) -> None:
    connection.execute("select * from perf.get_slo_status(as_of => %s)", [AS_OF]).fetchall()

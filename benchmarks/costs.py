"""How long costs of a year take, and budgets at an evaluation of alerts."""

from collections.abc import Iterator

from benchmarks.bench import Bench, Connection, Result, connect, median, repeat, run
from pgkit import migrations, runner

END = "2020-02-06 00:00+00"
YEAR = f"'{END}'::timestamptz - interval '1 year', '{END}'"
# Prices of so many models change, each at a time of its own.
CHANGES = 20
BUDGETS = 9


def measure(bench: Bench) -> Iterator[Result]:
    is_quick = bench.repeats == 1
    repeats = 3 if is_quick else 50
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            run(connection, "costs", end=END, hours=1 if is_quick else 12)
            connection.execute("vacuum analyze")
            duration = median(repeat(repeats, ask, connection, YEAR, 100))
            yield Result(
                "`get_costs` of a year by model: 100 models, 200 series, a book of 2,500 prices",
                f"{duration * 1000:.0f} ms",
                target="< 50 ms",
                met=duration < 0.05,
            )
            duration = median(repeat(10, ask, connection, f"{YEAR}, '{{}}', 'monthly'", 12))
            yield Result("the same by month, all models together", f"{duration * 1000:.0f} ms")
            set_budgets(connection)
            duration = median(repeat(10, evaluate, connection))
            yield Result(
                f"evaluation of {BUDGETS} budgets a month, of a model each and of all",
                f"{duration * 1000:.0f} ms",
            )
            change_prices(connection)
            duration = median(repeat(10, ask, connection, YEAR, 100))
            yield Result(
                f"`get_costs` of a year by model, {CHANGES} prices change at {CHANGES} times",
                f"{duration * 1000:.0f} ms",
            )


def ask(connection: Connection, arguments: str, count: int) -> None:
    rows = connection.execute(f"select * from perf.get_costs({arguments})".encode()).fetchall()
    assert len(rows) == count


def set_budgets(connection: Connection) -> None:
    connection.execute(
        "select perf.set_budget('budget ' || i, 1e9,"
        " labels => case when i = 1 then '{}' else"
        """ format('{"model": "p%s/m%s"}', i, i)::jsonb end)"""
        f" from generate_series(1, {BUDGETS}) as i".encode()
    )


def evaluate(connection: Connection) -> None:
    connection.execute("select * from perf_internal.read_budget_samples(%s)", [END]).fetchall()


def change_prices(connection: Connection) -> None:
    connection.execute(
        "select perf.set_model_price(m.name, 3, 12,"
        f" valid_from => '{END}'::timestamptz - interval '11 days' * m.number)"
        " from (select m.name, row_number() over (order by m.name) as number"
        f" from perf.models as m) as m where m.number <= {CHANGES}".encode()
    )

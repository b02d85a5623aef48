"""What all measurements share: a database with configurations and calls, clocks, medians."""

import csv
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from pgkit import migrations, runner

Connection = psycopg.Connection[tuple[Any, ...]]

SAMPLES = files("pgkit").joinpath("data", "llmperf", "calls.csv")
# The day of the calls, and of those that make up the history before it.
DAY = "2020-01-06"
CALL_COLUMNS = (
    "model_tool_config_id",
    "call_timestamp",
    "response_time_ms",
    "first_token_ms",
    "input_tokens",
    "output_tokens",
    "success",
    "error_type",
)
# The seed has no time to the first token.
SEED_COLUMNS = tuple(name for name in CALL_COLUMNS if name != "first_token_ms")
TABLES = {
    "pgkit": ("perf.performance_metrics_raw", CALL_COLUMNS),
    "bare": ("bench.raw", CALL_COLUMNS),
    "seed": ("seed.performance_metrics_raw", SEED_COLUMNS),
}


class Bench(NamedTuple):
    """What the user asked for; `rows` and `month_rows` are calls a day, `jobs` those of a month."""

    dsn: str
    folder: Path
    rows: int
    month_rows: int
    history_days: int
    repeats: int
    seconds: float
    minutes: float
    jobs: int
    vm_jobs: Path | None


class Result(NamedTuple):
    """One row of the table; without a target, `met` is None."""

    what: str
    pgkit: str
    compared_with: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None


@contextmanager
def prepared_database(
    bench: Bench, *, rows: int, spread: float = 0, first_tokens: bool = False
) -> Iterator[str]:
    """Yield a new database: migrated, 200 configurations, the tables to compare with, the calls.

    With `first_tokens` the calls have their time to the first token, which the seed does not know.
    """
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            run(connection, "samples")
            with (
                SAMPLES.open(newline="") as lines,
                connection.cursor() as cursor,
                cursor.copy("copy bench.samples from stdin") as copy,
            ):
                for line in csv.DictReader(lines):
                    copy.write_row([value or None for value in line.values()])
            run(connection, "configs")
            run(connection, "bare")
            run(connection, "seed")
            run(connection, "seed_configs")
            run(connection, "calls", rows=rows, spread=spread, first_tokens=first_tokens)
        with connect(dsn) as connection:
            connection.execute("select perf.ensure_partitions(%s, %s)", [DAY, bench.history_days])
        yield dsn


@contextmanager
def connect(dsn: str, **options: Any) -> Iterator[Connection]:
    """Open a connection that commits every statement and binds parameters on this side."""
    with psycopg.connect(
        dsn, autocommit=True, cursor_factory=psycopg.ClientCursor, **options
    ) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def text(name: str) -> str:
    """Return the text of `sql/<name>.sql`."""
    return Path(__file__).with_name("sql").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def run(connection: Connection, name: str, **parameters: object) -> psycopg.Cursor[Any]:
    """Run a file of `sql/`."""
    return connection.execute(text(name).encode(), parameters or None)


def value(connection: Connection, statement: str, *parameters: object) -> Any:
    """Return the one value that a statement returns."""
    row = connection.execute(statement.encode(), parameters or None).fetchone()
    assert row is not None
    return row[0]


def seconds(work: Callable[..., object], *arguments: Any, **options: Any) -> float:
    """Return how long a piece of work takes."""
    start = time.perf_counter()
    work(*arguments, **options)
    return time.perf_counter() - start


def repeat(times: int, work: Callable[..., object], *arguments: object) -> list[float]:
    """Return how long each of several repetitions takes."""
    return [seconds(work, *arguments) for _ in range(times)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def quantile(values: Sequence[float], fraction: float) -> float:
    """Return a percentile, the larger neighbour where it falls between two."""
    return sorted(values)[min(len(values) - 1, int(len(values) * fraction))]


def write_calls(connection: Connection, path: Path, columns: Sequence[str]) -> None:
    """Write the calls to a CSV file."""
    with path.open("wb") as file, connection.cursor() as cursor:
        statement = sql.SQL(
            "copy (select {} from bench.calls order by call_timestamp) to stdout csv"
        )
        with cursor.copy(statement.format(names(columns))) as copy:
            for block in copy:
                file.write(block)


def load(connection: Connection, path: Path, table: str, columns: Sequence[str]) -> None:
    """Load a CSV file with COPY."""
    statement = sql.SQL("copy {} ({}) from stdin csv").format(
        sql.Identifier(*table.split(".")), names(columns)
    )
    with path.open("rb") as file, connection.cursor() as cursor, cursor.copy(statement) as copy:
        while block := file.read(1 << 17):
            copy.write(block)


def names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))

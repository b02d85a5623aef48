"""Load the bundled calls and jobs, and show what we say about them."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pgkit import jobs, llmperf, seed, vm_jobs
from pgkit.calls import Writer, Written
from pgkit.database import Connection, query, transaction
from pgkit.job_reports import signed, three

# The calls have no time of their own, so they share an hour of the month they were made in.
START = datetime(2023, 12, 19, 10, tzinfo=UTC)
END = START + timedelta(hours=1)
# A service that answers with one model, by way of a provider that its configuration names.
SERVICE = "demo-assistant"
SERVICE_TYPE = "assistant"
BEFORE, AFTER = "bedrock/llama-2-70b-chat", "together/llama-2-70b-chat"
# When the jobs ran, and the one score of them where lower is better: microseconds.
JOBS_START, JOBS_END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 16, tzinfo=UTC)
LOWER_SCORE = "us_per_event"
JOB_FIELDS = (
    *("workflow_name", "worker_name", "started_at", "total_wall_time_ms", "external_id"),
    *("quality.{unit}", "{unit}"),
)
# What is compared, and its heading.
FIGURES = {"p50": "p50", "p95": "p95", "p99": "p99", "first_token_p50": "first token p50"}
FIGURE_WIDTH = 21


def load(connection: Connection) -> Written:
    """Record the bundled calls within one hour; a second time changes nothing."""
    samples = llmperf.read_samples()
    total = Counter(sample.model_name for sample in samples)
    so_far: Counter[str] = Counter()
    with Writer(connection, are_samples=True) as writer:
        for sample in samples:
            model_name = sample.model_name
            called_at = START + (END - START) * so_far[model_name] / total[model_name]
            name = f"llmperf {model_name} {so_far[model_name]}"
            writer.write(seed.make_call(sample, called_at, "{}", name))
            so_far[model_name] += 1
        return writer.finish()


def compare(connection: Connection) -> list[dict[str, Any]]:
    """Return for each published model our figures of successful calls and how far they are off.

    Times are in milliseconds, differences in percent of the published figure.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        found = {row["model_name"]: row for row in cursor.execute(query("demo"), [START, END])}
    compared = []
    for published in llmperf.read_published():
        ours = found[published.model_name]
        row: dict[str, Any] = {"model": published.model_name, "calls": ours["call_count"]}
        for figure in FIGURES:
            theirs = getattr(published, figure)
            row[figure] = ours[figure]
            row[f"{figure}_published"] = theirs
            row[f"{figure}_difference"] = 100 * (ours[figure] - theirs) / theirs
        compared.append(row)
    return compared


def format_table(compared: list[dict[str, Any]], width: int) -> Iterator[str]:
    """Yield the comparison as lines of at most this width, with the figures that fit.

    Each figure is ours, the published one, and the difference in percent.
    """
    longest = max(len(row["model"]) for row in compared)
    figures = list(FIGURES)[: max(1, (width - longest) // FIGURE_WIDTH)]
    yield " " * longest + "".join(f"{FIGURES[figure]:>{FIGURE_WIDTH}}" for figure in figures)
    yield f"{'model':{longest}}" + "    ours  publ.     %" * len(figures)
    for row in compared:
        yield f"{row['model']:{longest}}" + "".join(
            f"{row[figure]:8.0f}{row[f'{figure}_published']:7.0f}"
            f"{row[f'{figure}_difference']:+6.2f}"
            for figure in figures
        )


def change_configuration(connection: Connection) -> list[dict[str, Any]]:
    """Put a second configuration in force between real calls and return what it did to them.

    The service's calls are the bundled ones of one provider before the change, of another after
    it, recorded now. A second time only reports. The connection commits each statement.
    """
    samples = llmperf.read_samples()
    with transaction(connection):
        connection.execute(query("register_demo_service"), [SERVICE, SERVICE_TYPE])
        is_new = not connection.execute(query("demo_activations"), [SERVICE_TYPE]).fetchone()
    for model_name in (BEFORE, AFTER) if is_new else ():
        provider = model_name.split("/")[0]
        calls = [
            {
                "model_name": SERVICE,
                "tool_name": llmperf.TOOL,
                "response_time_ms": sample.response_time_ms,
                "first_token_ms": sample.first_token_ms,
                "input_tokens": sample.input_tokens,
                "output_tokens": sample.output_tokens,
                "error_type": sample.error_type,
            }
            for sample in samples
            if sample.model_name == model_name
        ]
        with transaction(connection):
            connection.execute(
                "select perf.save_model_config(%s, %s, %s, %s, activate => true)",
                [SERVICE_TYPE, "Assistant", Jsonb({"provider": provider}), f"Ask {provider}"],
            )
        with transaction(connection):
            connection.execute("select perf.record_calls(%s)", [Jsonb(calls)])
    with transaction(connection), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(query("demo_impact"), [SERVICE_TYPE])
        return cursor.fetchall()


def format_impact(impact: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the impact as lines: before, after, the change and its interval, the verdict.

    Times change by percent; rates, which are in percent, by points.
    """
    for row in impact:
        is_time = row["unit"] == "ms"
        factor, unit = (1, "ms") if is_time else (100, "% ")
        names = ("percent", "percent_low", "percent_high")
        if not is_time:
            names = ("difference", "difference_low", "difference_high")
        change, low, high = (
            None if row[name] is None else (1 if is_time else 100) * row[name] for name in names
        )
        verdict = row["verdict"].replace("_", " ")
        interval = "" if low is None or high is None else f"({low:+.0f} to {high:+.0f})"
        yield (
            f"{row['metric'].replace('_', ' '):18}{factor * row['before_value']:6.0f} {unit}"
            f"{factor * row['after_value']:6.0f} {unit}"
            f"{change:+5.0f} {'%' if is_time else 'points':7}{interval:13}{verdict}"
        )


def load_jobs(connection: Connection) -> jobs.Written:
    """Record the bundled jobs, each with a score that its unit names; a second time nothing."""
    writer = jobs.Writer(connection)
    for line, run in enumerate(vm_jobs.read_runs(), 2):
        wall_time_ms, value = repr(1000 * run.runtime_s), repr(run.value)
        external_id = f"vm_jobs {run.worker} {run.workflow} {run.started_at}"
        writer.write(
            JOB_FIELDS,
            [run.workflow, run.worker, run.started_at, wall_time_ms, external_id, value, run.unit],
            line,
        )
    written = writer.finish()
    connection.execute("select perf.set_metric(%s, 'lower')", [f"quality.{LOWER_SCORE}"])
    return written


def compare_workers(connection: Connection) -> list[dict[str, Any]]:
    """Return for each benchmark what both machines measured, and what the second changes."""
    units = dict(sorted({(run.workflow, run.unit) for run in vm_jobs.read_runs()}))
    scores = [jobs.make_name(unit) for unit in units.values()]
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            query("demo_workers"),
            {
                "workers": list(vm_jobs.WORKERS),
                "scores": scores,
                "start": JOBS_START,
                "end": JOBS_END,
            },
        )
        return [
            {"workflow": workflow, "unit": unit, **row}
            for (workflow, unit), row in zip(units.items(), cursor, strict=True)
        ]


def format_workers(compared: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the comparison of workers as lines: the values, the change and its interval."""
    for row in compared:
        change, low, high = (
            signed(row[name]) for name in ("difference", "difference_low", "difference_high")
        )
        yield (
            f"{row['workflow']:16}{three(row['first_value']):>10}"
            f"{three(row['second_value']):>10} {row['unit'].lower():20}"
            f"{change} % ({low} to {high}) {row['verdict'].replace('_', ' ')}"
        )

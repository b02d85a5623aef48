"""Load the bundled calls and jobs, and show what we say about them."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

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
# One model, as two providers serve it: what is compared as features of calls, and as an A/B test.
SERVED_TYPE = "llama-2-70b-chat"
SERVED_A, SERVED_B = "anyscale/llama-2-70b-chat", "fireworks/llama-2-70b-chat"
FEATURES = ("input_tokens", "output_tokens", "first_token_ms", "response_time_ms")
TEST = "llama-2-70b-chat: anyscale or fireworks"
TEST_METRICS = [
    {
        "metric": "response_time_ms",
        "role": "primary",
        "better": "lower",
        "minimum_effect": 500,
    },
    {"metric": "success", "role": "guardrail", "better": "higher", "minimum_effect": 0.05},
    {
        "metric": "slower_than_5_s",
        "role": "other",
        "better": "lower",
        "source_metric": "response_time_ms",
        "above": 5000,
    },
]
# A provider that was out of order for most of the hour, and the limits of its error rate.
WATCHED = "lepton/llama-2-70b-chat"
LIMITS = (0.25, 0.5)
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


def watch_calls(connection: Connection) -> list[dict[str, Any]]:
    """Evaluate a threshold at each minute of the hour, and return what happened to its alert.

    A second time only reports. The threshold is disabled at the end, because nothing evaluates it
    later.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(query("demo_alert_events"), [START, END, WATCHED])
        if events := cursor.fetchall():
            return events
        cursor.execute(query("demo_threshold"), [*LIMITS, Jsonb({"model": WATCHED})])
        (threshold,) = cursor
        for minute in range(1, 61):
            cursor.execute(
                "select from perf.check_alert_thresholds(%s)", [START + timedelta(minutes=minute)]
            )
        cursor.execute("select perf.set_alert_threshold_enabled(%s, false)", [threshold["id"]])
        cursor.execute(query("demo_alert_events"), [START, END, WATCHED])
        return cursor.fetchall()


def format_events(events: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what happened to alerts as lines: when, what, and in words why."""
    for row in events:
        yield f"{row['happened_at']:%H:%M}  {row['event']:10}{row['severity']:10}{row['note']}"


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


def check_drift(connection: Connection) -> dict[str, Any]:
    """Compare the calls of a second provider, as features of a model, with those of the first."""
    samples = [sample for sample in llmperf.read_samples() if sample.error_type is None]
    for feature in FEATURES:
        before, after = (
            [getattr(sample, feature) for sample in samples if sample.model_name == model_name]
            for model_name in (SERVED_A, SERVED_B)
        )
        connection.execute(
            "select perf.save_feature_profile(%s, null, %s, %s::float8[])",
            [SERVED_TYPE, feature, before],
        )
        connection.execute(
            "select perf.record_feature_values(%s, null, %s, %s::float8[],"
            " observed_at => %s, batch_id => %s)",
            [SERVED_TYPE, feature, after, START, uuid5(NAMESPACE_URL, f"demo {feature}")],
        )
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select c.* from perf.check_model_drift(%s, null, %s, %s) as c",
            [SERVED_TYPE, START, END],
        )
        (found,) = cursor
    return found


def format_drift(found: dict[str, Any]) -> Iterator[str]:
    """Yield what a drift check found as lines: each feature, how far apart, how sure."""
    for row in found["drift_details"]["tests"]:
        p_value = row["adjusted_p_value"]
        yield (
            f"{row['name'].replace('_', ' '):18}{row['reference_value']:8.0f}"
            f"{row['current_value']:8.0f}   distance {row['statistic']:.2f}   "
            f"{'p < 0.0001' if p_value < 1e-4 else f'p = {p_value:.4f}'}   "
            f"{'drifted' if row['drifted'] else 'no drift'}"
        )


def run_experiment(connection: Connection) -> list[dict[str, Any]]:
    """Let each request go to the provider that an A/B test assigns, and return the results.

    The outcome of a request is the next real call of that provider, until it has no more. A second
    time only reports.
    """
    with connection.cursor() as cursor:
        cursor.execute("select t.id from perf.model_ab_tests as t where t.test_name = %s", [TEST])
        found = cursor.fetchone()
    test_id = found[0] if found else start_experiment(connection)
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("select r.* from perf.get_ab_test_results(%s) as r", [test_id])
        return cursor.fetchall()


def start_experiment(connection: Connection) -> UUID:
    """Start the A/B test, record an outcome for each request, and return the test's id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select perf.start_ab_test(%s, %s, 'anyscale', 'fireworks', %s, test_start => %s)",
            [TEST, SERVED_TYPE, Jsonb(TEST_METRICS), START],
        )
        ((test_id,),) = cursor
        cursor.execute(query("demo_assignments"), [test_id])
        variants = cursor.fetchall()
    samples = {
        variant: iter([s for s in llmperf.read_samples() if s.model_name == model_name])
        for variant, model_name in (("a", SERVED_A), ("b", SERVED_B))
    }
    outcomes = []
    for unit_key, variant in variants:
        # The id of the test is random. The calls of both providers run out whatever it is, so the
        # figures are the same.
        sample = next(samples[variant], None)
        if sample is None:
            continue
        measured: dict[str, bool | float] = {"success": sample.error_type is None}
        if sample.error_type is None:
            measured["response_time_ms"] = sample.response_time_ms
        outcomes.append(
            {
                "test_id": str(test_id),
                "unit_key": unit_key,
                "outcomes": measured,
                "observed_at": START.isoformat(),
            }
        )
    connection.execute("select perf.record_ab_outcomes(%s)", [Jsonb(outcomes)])
    return UUID(str(test_id))


def format_experiment(results: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the results of an A/B test as lines: both variants, the difference, how sure."""
    for row in results:
        is_time = row["metric"].endswith("_ms")
        factor, unit = (1, "ms") if is_time else (100, "% ")
        low, high = row["always_valid_low"], row["always_valid_high"]
        interval = "" if low is None else f" ({factor * low:+.0f} to {factor * high:+.0f})"
        yield (
            f"{row['metric'].replace('_', ' '):18}{factor * row['mean_a']:6.0f} {unit}"
            f"{factor * row['mean_b']:6.0f} {unit}{factor * row['difference']:+6.0f} "
            f"{'ms' if is_time else 'points'}{interval}"
        )

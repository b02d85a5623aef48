"""Ask about jobs by names, and say in plain words what the reports found."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from difflib import get_close_matches
from typing import Any

from pgkit.database import Connection, Failure, query
from pgkit.output import Column, cut, digits, percent, quoted
from pgkit.reports import MOST_BARS, select, sparkline
from pgkit.times import span

Row = Mapping[str, Any]

# A unit of time, and how many ms are more of it than of the one before.
UNITS = (("ms", 1, 0), ("s", 1000, 1000), ("min", 60_000, 600_000), ("h", 3_600_000, 7_200_000))
# Shorter than in the results, for a table.
VERDICTS = {"no_clear_difference": "unclear", "insufficient_data": "too few jobs"}
# Which jobs an estimate is from.
BASES = {
    "worker": "of the worker",
    "all workers": "of all workers",
    "workflow": "of the workflow: any worker, tier and model type",
}
# So much of a name and a value fit on a line of a list.
MOST_OF_A_NAME = 36
# What failures of a command for a name say; the plural is the command that lists them.
KINDS = {"workflow": "workflows", "worker": "workers"}


def duration(ms: float | None, more: int = 0, like: float | None = None) -> str:
    """Return a time in the unit that suits it, or `like`: `850 ms`, `90.0 s`, `2.50 h`."""
    if ms is None:
        return ""
    suited = abs(ms if like is None else like)
    unit, size, _ = next(unit for unit in reversed(UNITS) if suited >= unit[2])
    return f"{three(ms / size, more)} {unit}"


def three(value: float, more: int = 0) -> str:
    """Return a number with three digits, or with all of its whole ones, and perhaps `more`."""
    size = abs(value)
    if 0 < size < 0.01:
        return digits(value)
    decimals = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    return f"{value:,.{decimals + more}f}"


def amount(value: float | None, unit: str | None, more: int = 0, like: float | None = None) -> str:
    """Return a value of a metric with its unit, as a person says it."""
    if value is None:
        return ""
    if unit == "ms":
        return duration(value, more, like)
    if unit == "MB":
        return f"{three(value / 1024, more)} GB"
    if unit == "share":
        return f"{percent(value)} %"
    return three(value, more)


def in_seconds(ms: float | None) -> str:
    return "" if ms is None else three(ms / 1000)


def in_gb(mb: float | None) -> str:
    return "" if mb is None else three(mb / 1024)


def hours(value: float | None) -> str:
    return "" if value is None else three(value)


def spoken(metric: str) -> str:
    """Return a metric as a person names it: `wall time`, `likeness`, `failure rate`."""
    known = {
        "total_wall_time_ms": "wall time",
        "total_gpu_time_ms": "GPU time",
        "time_per_frame_ms": "time per frame",
        "wall_time_per_frame_ms": "wall time per frame",
        "vram_peak_mb": "VRAM peak",
        "frame_count": "frames",
    }
    name = metric.removeprefix("quality.").removeprefix("stage.")
    return known.get(metric) or name.replace("_", " ")


WORKFLOW_COLUMNS = (
    Column("workflow", "workflow", "middle", is_needed=True),
    Column("job_count", "jobs"),
    Column("failure_rate", "failed %", show=percent),
    Column("avg_wall_time_ms", "wall s", show=in_seconds),
    Column("avg_time_per_frame_ms", "ms/frame"),
    Column("gpu_hours", "GPU h", show=hours),
    Column("wall_hours", "wall h", show=hours),
    Column("max_vram_peak_mb", "VRAM GB", show=in_gb),
    Column("avg_quality_rating", "quality"),
    Column("last_job_at", "last job"),
    Column("retired_at", "retired"),
)
WORKER_COLUMNS = (
    Column("worker", "worker", "middle", is_needed=True),
    Column("job_count", "jobs"),
    Column("failure_rate", "failed %", show=percent),
    Column("utilization", "busy %", show=percent),
    Column("avg_wall_time_ms", "wall s", show=in_seconds),
    Column("avg_time_per_frame_ms", "ms/frame"),
    Column("gpu_hours", "GPU h", show=hours),
    Column("wall_hours", "wall h", show=hours),
    Column("max_vram_peak_mb", "VRAM GB", show=in_gb),
    Column("hardware", "hardware", "end"),
    Column("last_job_at", "last job"),
    Column("retired_at", "retired"),
)
WORK_COLUMNS = (
    Column("workflow", "workflow", "middle", is_needed=True),
    Column("resolution_tier", "tier", "end"),
    Column("job_count", "jobs"),
    Column("failed_jobs", "failed"),
    Column("avg_wall_time_ms", "wall s", show=in_seconds),
    Column("avg_time_per_frame_ms", "ms/frame"),
    Column("gpu_hours", "GPU h", show=hours),
    Column("wall_hours", "wall h", show=hours),
    Column("max_vram_peak_mb", "VRAM GB", show=in_gb),
)
TREND_COLUMNS = (
    Column("time_bucket", "from"),
    Column("job_count", "jobs"),
    Column("failure_rate", "failed %", show=percent),
    Column("avg_wall_time_ms", "wall s", show=in_seconds),
    Column("p50_time_per_frame_ms", "ms/frame p50"),
    Column("p95_time_per_frame_ms", "p95"),
    Column("gpu_hours", "GPU h", show=hours),
    Column("wall_hours", "wall h", show=hours),
    Column("max_vram_peak_mb", "VRAM GB", show=in_gb),
    Column("avg_quality_rating", "quality"),
)
STAGE_COLUMNS = (
    Column("stage", "stage", "middle", is_needed=True),
    Column("share_of_stages", "% of stages", show=percent),
    Column("share_of_wall_time", "% of wall", show=percent),
    Column("avg_ms", "mean ms"),
    Column("p95_ms", "p95 ms"),
    Column("job_count", "jobs"),
    Column("share_of_jobs", "% of jobs", show=percent),
    Column("p50_ms", "p50 ms"),
)
METRIC_COLUMNS = (
    Column("name", "", "middle", is_needed=True),
    Column("job_count", "jobs"),
    Column("mean", "mean"),
    Column("interval", "95 % interval"),
    Column("median", "p50"),
    Column("shape", "lowest to highest"),
    Column("high", "p95"),
)
LOG_COLUMNS = (
    Column("date", "day"),
    Column("model_type", "model type", "middle", is_needed=True),
    Column("total_generations", "generations"),
    Column("failed_generations", "failed"),
    Column("avg_generation_time_ms", "mean s", show=in_seconds),
    Column("avg_quality_rating", "quality"),
    Column("job_count", "jobs"),
    Column("call_count", "calls"),
)
BAD_DAY_COLUMNS = (
    Column("date", "day"),
    Column("model_type", "model type", "middle", is_needed=True),
    Column("total_generations", "generations"),
    Column("failed_generations", "failed"),
    Column("failure_rate", "failed %", show=percent),
    Column("failure_rate_low", "at least %", show=percent),
)
QUALITY_COLUMNS = (
    Column("time_bucket", "from"),
    Column("job_count", "jobs"),
    Column("average", "mean"),
    Column("interval", "95 % interval"),
    Column("moving_average_value", "moving mean"),
    Column("deviation", "deviation"),
)
RANKED_COLUMNS = (
    Column("worker", "worker", "middle", is_needed=True),
    Column("mean", "mean"),
    Column("change", "change", is_needed=True),
    Column("verdict", "verdict", is_needed=True),
    Column("interval", "95 % interval", is_needed=True),
    Column("compared", "compared jobs"),
    Column("hardware", "hardware", "end"),
    Column("jobs", "jobs"),
)


def find_id(connection: Connection, kind: str, name: str) -> int:
    """Return the id of a workflow or a worker; Failure names those that have a similar name."""
    rows = select(
        connection,
        f"select t.id, t.name from perf.{KINDS[kind]} as t order by t.name = %(name)s desc, t.name",
        name=name.strip(),
    )
    if rows and rows[0]["name"] == name.strip():
        return int(rows[0]["id"])
    names = {row["name"].casefold(): row["name"] for row in rows}
    asked = name.strip().casefold()
    close = get_close_matches(asked, names, 3) or [key for key in names if asked in key][:3]
    meant = " or ".join(quoted(names[key]) for key in close)
    listed = f"`pgkit jobs {KINDS[kind]}` lists them."
    raise Failure(
        f"no {kind} {quoted(name)}", f"Did you mean {meant}? {listed}" if meant else listed
    )


def find_ids(connection: Connection, kind: str, names: Sequence[str]) -> list[int]:
    return [find_id(connection, kind, name) for name in names]


def find_metric(connection: Connection, name: str) -> str:
    """Return the metric of jobs that a name or its last part means: `tps` is `quality.tps`.

    A name that means none or several stays as it is: the reports say what there is.
    """
    rows = select(
        connection,
        "select m.metric from perf.metrics as m where m.pipeline = 'jobs' and m.metric"
        " in (%(name)s, 'quality.' || %(name)s, 'stage.' || %(name)s)",
        name=name,
    )
    found = [row["metric"] for row in rows]
    return name if name in found or len(found) != 1 else str(found[0])


def find_score(connection: Connection, name: str) -> str:
    """Return the metric of a quality score, from its name with or without `quality.` before it."""
    rows = select(
        connection,
        "select m.metric from perf.metrics as m"
        " where m.pipeline = 'jobs' and m.metric = 'quality.' || %(name)s",
        name=name,
    )
    is_whole = not rows and (name.startswith("quality.") or name == "quality_rating")
    return name if is_whole else f"quality.{name}"


def between(
    low: float | None, high: float | None, unit: str | None, like: float | None = None
) -> str:
    """Return an interval with its unit once, and with digits enough to see that it is one."""
    if low is None or high is None:
        return ""
    more = next((n for n in (0, 2) if amount(low, unit, n, like) != amount(high, unit, n, like)), 0)
    (first, _, first_unit), (last, _, last_unit) = (
        amount(end, unit, more, like).partition(" ") for end in (low, high)
    )
    before = "" if first_unit == last_unit else f" {first_unit}"
    return f"{first}{before} to {last} {last_unit}".rstrip()


def unit_of(metric: str) -> str | None:
    """Return the unit that is in the name of a metric."""
    suffix = metric.rpartition("_")[2]
    return {"ms": "ms", "mb": "MB", "rate": "share"}.get(suffix)


def has_rating(connection: Connection, row: Row) -> bool:
    """Say whether the mean quality rating of an overview means something.

    Without a score named rating it is the mean of all scores of a job, which has a meaning only
    where they are of one kind.
    """
    rows = select(
        connection,
        query("measured_scores").decode(),
        start=row["range_start"],
        end=row["range_end"],
    )
    scores = [found["metric"] for found in rows]
    return len(scores) == 1 or "quality.rating" in scores


def overview_facts(row: Row, zone: tzinfo, *, has_rating: bool = True) -> list[tuple[str, str]]:
    """Return what an overview says, as pairs of what and how much."""
    rate = amount(row["failure_rate"], "share")
    interval = between(row["failure_rate_low"], row["failure_rate_high"], "share")
    counts = [part["job_count"] for part in row["throughput"] or ()]
    ranking = row["ranking_metric"]
    facts = [
        ("range", span(row["range_start"], row["range_end"], zone)),
        ("jobs", f"{row['job_count']:,}"),
        ("failed", f"{row['failed_jobs']:,}, {rate} (95 % interval {interval})"),
        *hours_and_frames(row, "wall_hours"),
        (
            "VRAM peak",
            joined(
                mean=amount(row["avg_vram_peak_mb"], "MB"),
                highest=amount(row["max_vram_peak_mb"], "MB"),
            ),
        ),
        (
            "quality rating",
            joined(mean=amount(row["avg_quality_rating"], None)) if has_rating else "",
        ),
        (
            f"jobs {row['throughput_granularity']}",
            f"{sparkline(counts[-MOST_BARS:])} up to {max(counts):,}" if counts else "",
        ),
    ]
    for end in ("best", "worst"):
        ranked = [
            f"{cut(place['workflow'], MOST_OF_A_NAME, 'middle')}"
            f" {amount(place['average'], unit_of(ranking))}"
            for place in row[f"{end}_workflows"] or ()
        ]
        # One on each line: a value that is broken in two is hard to read.
        facts.append((f"{end} {spoken(ranking)}", "\n".join(ranked)))
    return [(name, value) for name, value in facts if value]


def hours_and_frames(row: Row, wall_hours: str) -> list[tuple[str, str]]:
    """Return what jobs cost, and how long a frame takes."""
    return [
        ("GPU time", three(row["gpu_hours"]) + " h" if row["gpu_hours"] else ""),
        ("wall time", three(row[wall_hours]) + " h" if row[wall_hours] else ""),
        ("frames", f"{row['frames']:,}" if row["frames"] else ""),
        (
            "time per frame",
            joined(
                mean=duration(row["avg_time_per_frame_ms"]),
                **{p: duration(row[f"{p}_time_per_frame_ms"]) for p in ("p50", "p95", "p99")},
            ),
        ),
    ]


def joined(**parts: str) -> str:
    """Return the parts that have a value, with their names: `mean 1.20 s, p95 2.00 s`."""
    return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


def worker_facts(row: Row, zone: tzinfo) -> list[tuple[str, str]]:
    """Return what is known of a worker, as pairs of what and how much."""
    rate = amount(row["failure_rate"], "share")
    interval = between(row["failure_rate_low"], row["failure_rate_high"], "share")
    busy = ""
    if row["utilization"] is not None:
        busy = f"{percent(row['utilization'])} % of {three(row['available_hours'])} h"
    facts = [
        ("worker", row["worker"]),
        ("hardware", row["hardware"] or ""),
        ("range", span(row["range_start"], row["range_end"], zone)),
        ("jobs", f"{row['job_count']:,}"),
        ("failed", f"{row['failed_jobs']:,}, {rate} (95 % interval {interval})" if rate else ""),
        *hours_and_frames(row, "generating_hours"),
        (
            "VRAM peak",
            joined(
                mean=amount(row["avg_vram_peak_mb"], "MB"),
                highest=amount(row["max_vram_peak_mb"], "MB"),
                of=amount(row["vram_mb"], "MB"),
            ),
        ),
        ("busy", busy),
        ("note", row["utilization_note"] or ""),
    ]
    return [(name, value) for name, value in facts if value]


def metric_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what a terminal shows of rows of perf.get_workflow_performance()."""
    return [
        {
            **row,
            "name": spoken(row["metric"]),
            "mean": amount(row["average"], row["unit"]),
            "interval": between(row["average_low"], row["average_high"], row["unit"]),
            "median": amount(row["p50"], row["unit"]),
            "high": amount(row["p95"], row["unit"]),
            "shape": sparkline([part["job_count"] for part in row["histogram"] or ()]),
        }
        for row in rows
    ]


def quality_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what a terminal shows of rows of perf.get_quality_trends()."""
    return [
        {**row, "interval": between(row["average_low"], row["average_high"], None)} for row in rows
    ]


def signed(value: float) -> str:
    """Return a change with its sign, and three digits or two decimals."""
    small = round(value, 2) + 0
    text = f"{small:.2f}" if abs(value) < 0.01 else three(value)
    return f"+{text}" if small > 0 else text


def change(row: Row) -> dict[str, str]:
    """Return the difference of a comparison in words, with its interval and verdict."""
    difference, low, high = (
        None if row[name] is None else signed(row[name])
        for name in ("difference", "difference_low", "difference_high")
    )
    return {
        "change": f"{difference} {row['difference_unit']}" if difference else "",
        "interval": f"{low} to {high}" if low and high else "",
        "verdict": VERDICTS.get(str(row["verdict"]), str(row["verdict"])),
    }


def comparison_rows(rows: Sequence[Row], before: str, after: str) -> list[dict[str, Any]]:
    """Return what a terminal shows of a comparison whose two sides have these names in `rows`."""
    return [
        {
            **row,
            **change(row),
            "name": spoken(row["metric"]),
            "before": amount(row[f"{before}value"], row["unit"]),
            "after": amount(row[f"{after}value"], row["unit"]),
            "jobs": f"{row[f'compared_{before}jobs'] or 0:,}"
            f" / {row[f'compared_{after}jobs'] or 0:,}",
        }
        for row in rows
    ]


def ranked_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what a terminal shows of rows of perf.compare_workers()."""
    return [
        {
            **row,
            **change(row),
            "mean": amount(row["value"], row["unit"]),
            "compared": "" if row["compared_jobs"] is None else f"{row['compared_jobs']:,}",
        }
        for row in rows
    ]


def comparison_notes(rows: Sequence[Row]) -> list[str]:
    """Return the notes of a comparison, each once, with the metrics or the workers they are on."""
    many = len({row.get("workflow") for row in rows}) > 1
    names: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["note"]:
            key = (f"{row['workflow']}, " if many else "", row["note"])
            name = row["worker"] if "worker" in row else spoken(row["metric"])
            names.setdefault(key, []).append(name)
    return [f"Note on {side}{', '.join(of)}: {note}" for (side, note), of in names.items()]


def comparison_columns(before: str, after: str, names: bool) -> list[Column]:
    """Return the columns of a comparison; `names` where several are compared with the first."""
    return [
        *([Column("workflow", "workflow", "middle", is_needed=True)] if names else []),
        Column("name", "mean of", "middle", is_needed=True),
        Column("before", before),
        Column("after", after),
        Column("change", "change", is_needed=True),
        Column("verdict", "verdict", is_needed=True),
        Column("interval", "95 % interval", is_needed=True),
        Column("jobs", "compared jobs"),
    ]


def log_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what a terminal shows of the daily log, which counts jobs and calls apart or not."""
    none: dict[str, Any] = {"job_count": None, "call_count": None}
    return [
        {
            **none,
            **row,
            "failed_generations": row["total_generations"] - row["successful_generations"],
        }
        for row in rows
    ]


def trend_line(rows: Sequence[Row]) -> str:
    """Return bars of what matters most in a trend: the time per frame, or of a job."""
    for key, name in (
        ("avg_time_per_frame_ms", "time per frame"),
        ("avg_wall_time_ms", "wall time"),
    ):
        values = [row[key] for row in rows[-MOST_BARS:]]
        if any(value is not None for value in values):
            return f"{name} {sparkline(values)}"
    return "no times"


def estimate_facts(row: Row, confidence: float, worker: str | None) -> list[tuple[str, str]]:
    """Return what an estimate says, as pairs of what and how much."""
    share = f"{percent(confidence).removesuffix('.00')} % interval"
    fits: str = ""
    if worker is not None and row["fits"] is not None:
        fits = f"{'yes' if row['fits'] else 'no'}, on {worker}"
    elif row["fitting_workers"] is not None:
        fits = "on " + (", ".join(found["name"] for found in row["fitting_workers"]) or "no worker")
    # One unit for all of them, so that they can be compared at a glance.
    median = row["median_wall_time_ms"]
    facts = [
        (
            "wall time",
            joined_estimate(
                duration(row["expected_wall_time_ms"], like=median),
                duration(median),
                share,
                between(row["wall_time_low_ms"], row["wall_time_high_ms"], "ms", median),
            ),
        ),
        (
            "VRAM peak",
            joined_estimate(
                amount(row["expected_vram_mb"], "MB"),
                "",
                share,
                between(row["vram_low_mb"], row["vram_high_mb"], "MB"),
            ),
        ),
        ("fits", fits),
        (
            "from",
            f"{row['job_count'] or 0:,} jobs"
            + (f" ({BASES[row['based_on']]})" if row["based_on"] else ""),
        ),
        ("note", row["note"] or ""),
    ]
    return [(name, value) for name, value in facts if value]


def joined_estimate(mean: str, median: str, share: str, interval: str) -> str:
    """Return an estimate: `mean 5.61 s, p50 5.62 s, 90 % interval 5.13 to 5.83 s`."""
    return joined(mean=mean, p50=median, **{share: interval})


def periods(rows: Sequence[Row], zone: tzinfo) -> str:
    """Return which ranges a comparison of two says that it counts."""
    if not rows:
        return ""
    return "; ".join(
        f"{name}: {span(rows[0][f'{name}_range_start'], rows[0][f'{name}_range_end'], zone)}"
        for name in ("before", "after")
    )

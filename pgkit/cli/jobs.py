"""Ask what jobs cost, how good they are, what the next takes."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import Any

import click

from pgkit import job_reports, reports
from pgkit.cli.headings import HeadedGroup
from pgkit.cli.options import (
    TIME,
    dsn_option,
    from_option,
    json_option,
    takes_dsn,
    to_option,
    zone_option,
)
from pgkit.database import connect
from pgkit.job_reports import find_id, find_ids, find_metric, find_score
from pgkit.output import Column, is_for_people, print_json, print_list, print_rows, tell
from pgkit.times import span

Rows = list[dict[str, Any]]

granularity_option = click.option(
    "--granularity",
    type=click.Choice(["hourly", "daily", "weekly", "monthly"]),
    default="daily",
    help="Time that a row covers.",
)
tier_option = click.option("--tier", help="Only jobs of this resolution tier.")
type_option = click.option("--type", "model_type", help="Only jobs of this model type.")
min_jobs_option = click.option(
    "--min-jobs",
    default=30,
    type=click.IntRange(2),
    help="Fewest jobs on each side for a verdict.",
)


@click.group(
    "jobs",
    cls=HeadedGroup,
    headings={
        "See": ["overview", "workflows", "workflow", "workers", "worker"],
        "Look closer": ["trend", "stages", "quality", "log"],
        "Compare": ["compare", "compare-workers", "before-after"],
        "Plan": ["estimate"],
        "Change": ["set-worker", "set-score"],
    },
)
@dsn_option
def job_commands() -> None:
    """Ask what jobs cost, how good they are, what the next takes.

    A job runs a workflow on a worker. Workflows and workers are named as they were recorded.
    Averages and percentiles are of successful jobs; hours are of all jobs, because a failed job
    costs too.
    """


@job_commands.command("overview")
@from_option("30d")
@to_option
@zone_option
@click.option("--by", "metric", help="Rank workflows by this metric, such as vram_peak_mb.")
@click.option(
    "--min-jobs",
    default=20,
    type=click.IntRange(1),
    help="Rank workflows with as many jobs or more.",
)
@json_option
@takes_dsn
def show_overview(
    dsn: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    metric: str | None,
    min_jobs: int,
    as_json: bool,
) -> None:
    """Show what all jobs cost, and the best and worst workflows.

    Example: pgkit jobs overview --from 7d --by vram_peak_mb
    """
    with connect(dsn) as connection:
        row = reports.select(
            connection,
            "select * from perf.get_performance_overview("
            "%(start)s, %(end)s, %(metric)s, %(min_jobs)s, max_workflows => 3,"
            " max_rows => 100000)",
            zone,
            start=reports.bucket_start(start, zone=zone),
            end=end,
            metric=metric and find_metric(connection, metric),
            min_jobs=min_jobs,
        )[0]
        is_list = row["job_count"] and is_for_people() and not as_json
        has_rating = bool(is_list) and job_reports.has_rating(connection, row)
    if not row["job_count"] and not as_json:
        tell(nothing(start, end, zone))
    else:
        facts = partial(job_reports.overview_facts, has_rating=has_rating)
        show_row(row, facts, zone, as_json)


def show_row(
    row: dict[str, Any],
    facts: Callable[[dict[str, Any], tzinfo], list[tuple[str, str]]],
    zone: tzinfo,
    as_json: bool,
) -> None:
    """Print one row: what it says on a terminal, all of it elsewhere."""
    if as_json:
        print_json(row)
    elif is_for_people():
        print_list(facts(row, zone))
    else:
        print_rows([row])


def nothing(start: datetime, end: datetime, zone: tzinfo, what: str = "jobs") -> str:
    return f"No {what} from {span(start, end, zone)}."


@job_commands.command("workflows")
@from_option("30d")
@to_option
@zone_option
@json_option
@takes_dsn
def list_workflows(dsn: str, start: datetime, end: datetime, zone: tzinfo, as_json: bool) -> None:
    """List the workflows and what each cost, the dearest first.

    "wall s" is the mean time of a job from start to end.

    Example: pgkit jobs workflows --from 7d
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_workflows(%(start)s, %(end)s, max_rows => 100000)",
            zone,
            start=reports.bucket_start(start, zone=zone),
            end=end,
        )
    print_rows(
        rows,
        job_reports.WORKFLOW_COLUMNS,
        as_json=as_json,
        title=f"workflows; {reports.counted(rows, zone)}",
        nothing="There is no workflow.",
    )


@job_commands.command("workers")
@from_option("30d")
@to_option
@zone_option
@json_option
@takes_dsn
def list_workers(dsn: str, start: datetime, end: datetime, zone: tzinfo, as_json: bool) -> None:
    """List the workers and what each did, the busiest first.

    Workers have other jobs, so their means are no race: compare-workers is.

    Example: pgkit jobs workers --from 7d
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_workers(%(start)s, %(end)s, max_rows => 100000)",
            zone,
            start=reports.bucket_start(start, zone=zone),
            end=end,
        )
    print_rows(
        rows,
        job_reports.WORKER_COLUMNS,
        as_json=as_json,
        title=f"workers; {reports.counted(rows, zone)}",
        nothing="There is no worker.",
    )


@job_commands.command("workflow")
@click.argument("workflow")
@from_option("30d")
@to_option
@zone_option
@json_option
@takes_dsn
def show_workflow(
    dsn: str, workflow: str, start: datetime, end: datetime, zone: tzinfo, as_json: bool
) -> None:
    """Show everything that was measured of a workflow.

    Example: pgkit jobs workflow upscale --from 7d
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_workflow_performance(%(workflow)s, %(start)s, %(end)s,"
            " max_rows => 100000)",
            zone,
            workflow=find_id(connection, "workflow", workflow),
            start=reports.bucket_start(start, zone=zone),
            end=end,
        )
    show(
        rows,
        job_reports.metric_rows(rows),
        job_reports.METRIC_COLUMNS,
        as_json,
        f"{workflow}; successful jobs; {reports.counted(rows, zone)}",
        nothing(start, end, zone, f"jobs of {workflow}"),
    )


def show(
    rows: Rows,
    rows_for_people: Sequence[dict[str, Any]],
    columns: Sequence[Column],
    as_json: bool,
    title: str,
    none: str,
) -> None:
    """Print what people read on a terminal, and the rows as they are elsewhere."""
    shown = rows_for_people if is_for_people() and not as_json else rows
    print_rows(shown, columns, as_json=as_json, title=title, nothing=none)


@job_commands.command("worker")
@click.argument("worker")
@from_option("30d")
@to_option
@zone_option
@json_option
@takes_dsn
def show_worker(
    dsn: str, worker: str, start: datetime, end: datetime, zone: tzinfo, as_json: bool
) -> None:
    """Show what a worker did, and how long it was busy.

    Example: pgkit jobs worker gpu-7 --from 7d
    """
    with connect(dsn) as connection:
        row = reports.select(
            connection,
            "select * from perf.get_worker_performance(%(worker)s, %(start)s, %(end)s)",
            zone,
            worker=find_id(connection, "worker", worker),
            start=reports.bucket_start(start, zone=zone),
            end=end,
        )[0]
    show_row(row, job_reports.worker_facts, zone, as_json)
    if row["by_workflow"] and is_for_people() and not as_json:
        click.echo()
        print_rows(row["by_workflow"], job_reports.WORK_COLUMNS, title="by workflow")


@job_commands.command("trend")
@click.argument("workflow")
@from_option("30d")
@to_option
@zone_option
@granularity_option
@json_option
@takes_dsn
def show_trend(
    dsn: str,
    workflow: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    granularity: str,
    as_json: bool,
) -> None:
    """Show how a workflow did over time.

    Example: pgkit jobs trend upscale --from 12w --granularity weekly
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_workflow_trend(%(workflow)s, %(start)s, %(end)s,"
            " %(granularity)s, max_rows => 100000, time_zone => %(time_zone)s)",
            zone,
            workflow=find_id(connection, "workflow", workflow),
            start=reports.bucket_start(start, granularity, zone),
            end=end,
            granularity=granularity,
            time_zone=str(zone),
        )
        reports.tell_removed(connection, "jobs", granularity, start, zone)
    print_rows(
        rows,
        job_reports.TREND_COLUMNS,
        as_json=as_json,
        title=f"{workflow}; {granularity}; {job_reports.trend_line(rows)}; times in {zone}",
        nothing=nothing(start, end, zone, f"jobs of {workflow}"),
    )


@job_commands.command("stages")
@click.argument("workflow")
@from_option("30d")
@to_option
@zone_option
@click.option("--worker", help="Only jobs of this worker.")
@json_option
@takes_dsn
def show_stages(
    dsn: str,
    workflow: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    worker: str | None,
    as_json: bool,
) -> None:
    """Show which stages of a workflow take how much time.

    Example: pgkit jobs stages upscale --worker gpu-7
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_pipeline_breakdown("
            "%(workflow)s, %(start)s, %(end)s, %(worker)s, max_rows => 100000)",
            zone,
            workflow=find_id(connection, "workflow", workflow),
            start=reports.bucket_start(start, zone=zone),
            end=end,
            worker=worker and find_id(connection, "worker", worker),
        )
    title = "; ".join(
        part for part in (workflow, worker, "successful jobs", reports.counted(rows, zone)) if part
    )
    print_rows(
        rows,
        job_reports.STAGE_COLUMNS,
        as_json=as_json,
        title=title,
        nothing=nothing(start, end, zone, f"jobs of {workflow} with stages"),
    )


@job_commands.command("quality")
@click.argument("score")
@from_option("30d")
@to_option
@zone_option
@click.option("--workflow", help="Only jobs of this workflow.")
@granularity_option
@json_option
@takes_dsn
def show_quality(
    dsn: str,
    score: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    workflow: str | None,
    granularity: str,
    as_json: bool,
) -> None:
    """Show how a quality score did over time.

    The moving mean is of the seven hours, days, weeks or months up to each.

    Example: pgkit jobs quality likeness --workflow upscale
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_quality_trends(%(score)s, %(start)s, %(end)s,"
            " %(granularity)s, %(workflow)s, max_rows => 100000, time_zone => %(time_zone)s)",
            zone,
            score=find_score(connection, score).removeprefix("quality."),
            start=reports.bucket_start(start, granularity, zone),
            end=end,
            granularity=granularity,
            workflow=workflow and find_id(connection, "workflow", workflow),
            time_zone=str(zone),
        )
        reports.tell_removed(connection, "jobs", granularity, start, zone)
    names = "; ".join(name for name in (score, workflow) if name)
    show(
        rows,
        job_reports.quality_rows(rows),
        job_reports.QUALITY_COLUMNS,
        as_json,
        f"{names}; successful jobs; {granularity}; times in {zone}",
        nothing(start, end, zone, f"jobs with {score}"),
    )


@job_commands.command("log")
@click.argument("model_type", required=False)
@from_option("30d")
@to_option
@click.option("--bad-days", is_flag=True, help="Only days on which clearly more than 10 % failed.")
@json_option
@takes_dsn
def show_log(
    dsn: str,
    model_type: str | None,
    start: datetime,
    end: datetime,
    bad_days: bool,
    as_json: bool,
) -> None:
    """Show the daily log of model types, newest day first.

    Without a MODEL_TYPE it is that of all. Days are those of UTC. Jobs and calls of a model type
    are generations.

    Example: pgkit jobs log sdxl --from 7d
    """
    function = "get_model_log_anomalies" if bad_days else "get_model_log_trends"
    first, last = (time.astimezone(UTC).date() for time in (start, end))
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_model_log(%(model_type)s, %(first)s, %(end)s, 100000)"
            if model_type and not bad_days
            else f"select * from perf.{function}(%(first)s, %(end)s)",
            model_type=model_type,
            first=first,
            end=last + timedelta(days=1),
        )
    if model_type:
        rows = [row for row in rows if row["model_type"] == model_type]
    show(
        rows,
        rows if bad_days else job_reports.log_rows(rows),
        job_reports.BAD_DAY_COLUMNS if bad_days else job_reports.LOG_COLUMNS,
        as_json,
        f"{model_type or 'all model types'}; {first} to {last} UTC",
        f"No {'bad days' if bad_days else 'generations'} from {first} to {last} UTC.",
    )


@job_commands.command("compare")
@click.argument("workflows", metavar="WORKFLOW WORKFLOW...", nargs=-1, required=True)
@from_option("30d")
@to_option
@zone_option
@click.option(
    "--metric", "metrics", multiple=True, help="Compare this, such as likeness. May be repeated."
)
@tier_option
@type_option
@min_jobs_option
@json_option
@takes_dsn
def compare_workflows(
    dsn: str,
    workflows: tuple[str, ...],
    start: datetime,
    end: datetime,
    zone: tzinfo,
    metrics: tuple[str, ...],
    tier: str | None,
    model_type: str | None,
    min_jobs: int,
    as_json: bool,
) -> None:
    """Compare the speed, quality and resources of workflows.

    Each is compared with the first, and only jobs of the same worker, tier and model type with each
    other. Intervals are of 95 %; verdicts are corrected for how many there are.

    Example: pgkit jobs compare upscale upscale-fast --from 12w
    """
    check_several("workflow", workflows)
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.compare_workflows(%(workflows)s, %(start)s, %(end)s,"
            " %(metrics)s, %(min_jobs)s, resolution_tier => %(tier)s,"
            " model_type => %(model_type)s)",
            zone,
            workflows=find_ids(connection, "workflow", workflows),
            start=reports.bucket_start(start, zone=zone),
            end=end,
            metrics=[find_metric(connection, metric) for metric in metrics] or None,
            min_jobs=min_jobs,
            tier=tier,
            model_type=model_type,
        )
    tell_trade_offs(rows, as_json)
    show(
        rows,
        job_reports.comparison_rows(rows, "baseline_", ""),
        job_reports.comparison_columns("first", "this", names=len(workflows) > 2),
        as_json,
        f"first: {workflows[0]}; {f'this: {workflows[1]}; ' if len(workflows) == 2 else ''}"
        f"successful jobs; {reports.counted(rows, zone)}",
        nothing(start, end, zone),
    )
    tell_notes(rows, job_reports.comparison_notes(rows), as_json)


def check_several(kind: str, names: Sequence[str]) -> None:
    """Refuse names of which fewer than two differ."""
    if len(set(names)) < max(2, len(names)):
        raise click.UsageError(f"Name two {kind}s or more, each once.")


def tell_notes(rows: Rows, notes: Sequence[str], as_json: bool) -> None:
    """Say below a table what its numbers do not."""
    if rows and is_for_people() and not as_json:
        for note in notes:
            tell(note, err=False)


def tell_trade_offs(rows: Rows, as_json: bool) -> None:
    """Say first what is clear, one sentence for each pair."""
    if is_for_people() and not as_json:
        for sentence in dict.fromkeys(row["trade_off"] for row in rows):
            tell(sentence, err=False)


@job_commands.command("compare-workers")
@click.argument("workers", metavar="WORKER WORKER...", nargs=-1, required=True)
@from_option("30d")
@to_option
@zone_option
@click.option("--metric", help="Compare this.  [default: time per frame, else wall time]")
@tier_option
@type_option
@min_jobs_option
@json_option
@takes_dsn
def compare_workers(
    dsn: str,
    workers: tuple[str, ...],
    start: datetime,
    end: datetime,
    zone: tzinfo,
    metric: str | None,
    tier: str | None,
    model_type: str | None,
    min_jobs: int,
    as_json: bool,
) -> None:
    """Rank workers by how they do the same jobs.

    These are jobs of the same workflow, tier and model type. Changes are from the first worker that
    is named. Intervals are of 95 %; verdicts are corrected for how many there are.

    Example: pgkit jobs compare-workers gpu-6 gpu-7 gpu-8 --tier 1080p
    """
    check_several("worker", workers)
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.compare_workers(%(workers)s, %(start)s, %(end)s, %(metric)s,"
            " %(min_jobs)s, resolution_tier => %(tier)s, model_type => %(model_type)s)",
            zone,
            workers=find_ids(connection, "worker", workers),
            start=reports.bucket_start(start, zone=zone),
            end=end,
            metric=metric and find_metric(connection, metric),
            min_jobs=min_jobs,
            tier=tier,
            model_type=model_type,
        )
    compared = job_reports.spoken(rows[0]["compared_metric"])
    show(
        rows,
        job_reports.ranked_rows(rows),
        job_reports.RANKED_COLUMNS,
        as_json,
        f"{compared}, best first; change from {workers[0]} on the same jobs;"
        f" {reports.counted(rows, zone)}",
        nothing(start, end, zone),
    )
    tell_notes(rows, job_reports.comparison_notes(rows), as_json)


@job_commands.command("before-after")
@click.argument("workflow")
@click.option("--at", type=TIME, required=True, help="When it changed.")
@click.option(
    "--days", default=7.0, type=click.FloatRange(0.05, 3650), help="Days before and after it."
)
@zone_option
@click.option(
    "--metric", "metrics", multiple=True, help="Compare this, such as likeness. May be repeated."
)
@tier_option
@type_option
@min_jobs_option
@json_option
@takes_dsn
def compare_periods(
    dsn: str,
    workflow: str,
    at: datetime,
    days: float,
    zone: tzinfo,
    metrics: tuple[str, ...],
    tier: str | None,
    model_type: str | None,
    min_jobs: int,
    as_json: bool,
) -> None:
    """Compare the jobs of a workflow before and after a change.

    Only jobs of the same worker, tier and model type are compared with each other. What else
    changed at that time is in the difference too. Reports are of whole hours: the hour of the
    change counts as after it.

    Example: pgkit jobs before-after upscale --at 2026-11-20T12:00 --days 14
    """
    at = reports.bucket_start(at, zone=zone)
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.compare_workflow_periods(%(workflow)s, %(start)s, %(at)s, %(at)s,"
            " %(end)s, %(metrics)s, %(min_jobs)s, resolution_tier => %(tier)s,"
            " model_type => %(model_type)s)",
            zone,
            workflow=find_id(connection, "workflow", workflow),
            start=at - timedelta(days=days),
            at=at,
            end=at + timedelta(days=days),
            metrics=[find_metric(connection, metric) for metric in metrics] or None,
            min_jobs=min_jobs,
            tier=tier,
            model_type=model_type,
        )
    tell_trade_offs(rows, as_json)
    show(
        rows,
        job_reports.comparison_rows(rows, "before_", "after_"),
        job_reports.comparison_columns("before", "after", names=False),
        as_json,
        f"{workflow}; successful jobs; {job_reports.periods(rows, zone)}",
        nothing(at - timedelta(days=days), at + timedelta(days=days), zone),
    )
    tell_notes(rows, job_reports.comparison_notes(rows), as_json)


@job_commands.command("estimate")
@click.argument("workflow")
@click.option("--frames", type=click.IntRange(1), help="How many frames it will make.")
@click.option("--tier", help="Its resolution tier.")
@click.option("--type", "model_type", help="Its model type.")
@click.option("--worker", help="Where it will run.")
@click.option(
    "--confidence",
    default=0.9,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Of the interval.",
)
@click.option("--at", type=TIME, default="now", help="Estimate from the 30 days before this.")
@json_option
@takes_dsn
def estimate_job(
    dsn: str,
    workflow: str,
    frames: int | None,
    tier: str | None,
    model_type: str | None,
    worker: str | None,
    confidence: float,
    at: datetime,
    as_json: bool,
) -> None:
    """Estimate the time and the memory of the next job.

    The interval is of a single job, from jobs like it in the last 30 days.

    Example: pgkit jobs estimate upscale --frames 240 --tier 1080p --worker gpu-7
    """
    with connect(dsn) as connection:
        row = reports.select(
            connection,
            "select * from perf.estimate_job(%(workflow)s, %(frames)s, %(tier)s, %(worker)s,"
            " %(model_type)s, %(confidence)s, %(at)s)",
            workflow=find_id(connection, "workflow", workflow),
            frames=frames,
            tier=tier,
            worker=worker and find_id(connection, "worker", worker),
            model_type=model_type,
            confidence=confidence,
            at=at,
        )[0]
    if as_json:
        print_json(row)
    elif is_for_people():
        print_list(job_reports.estimate_facts(row, confidence, worker))
    else:
        print_rows([row])


@job_commands.command("set-worker")
@click.argument("worker")
@click.option("--hardware", help="What it is, such as RTX 4090.")
@click.option("--vram-mb", type=click.IntRange(1), help="Memory of its GPU.")
@takes_dsn
def set_worker(dsn: str, worker: str, hardware: str | None, vram_mb: int | None) -> None:
    """Say what a worker is, and add it if it is new.

    What is not given stays as it is. The memory decides whether an estimated job fits.

    Example: pgkit jobs set-worker gpu-7 --hardware "RTX 4090" --vram-mb 24564
    """
    with connect(dsn) as connection:
        reports.select(
            connection,
            "select perf.register_worker(%(worker)s, %(hardware)s, %(vram_mb)s)",
            worker=worker,
            hardware=hardware,
            vram_mb=vram_mb,
        )
    click.echo("Saved.", err=True)


@job_commands.command("set-score")
@click.argument("score")
@click.option(
    "--better", type=click.Choice(["higher", "lower", "neither"]), help="Which values are better."
)
@click.option("--unit", help="What it is measured in.")
@click.option("--meaning", help="What it says, for people.")
@takes_dsn
def set_score(
    dsn: str, score: str, better: str | None, unit: str | None, meaning: str | None
) -> None:
    """Say whether higher or lower values of a score are better.

    Higher is, until somebody says otherwise. What is not given stays as it is.

    Example: pgkit jobs set-score blur --better lower
    """
    if better is None and unit is None and meaning is None:
        raise click.UsageError("Say --better, --unit or --meaning.")
    with connect(dsn) as connection:
        reports.select(
            connection,
            "select perf.set_metric(%(metric)s, %(better)s, %(unit)s, %(meaning)s)",
            metric=find_score(connection, score),
            better=better,
            unit=unit,
            meaning=meaning,
        )
    click.echo("Saved.", err=True)

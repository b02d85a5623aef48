"""What workflows cost, how fast they are, and how good is what they make."""

from itertools import groupby

import dash_mantine_components as dmc
from dash import html

from pgkit.dashboard.ask import Asking, Rows, ask
from pgkit.dashboard.charts import (
    COLORS,
    Column,
    Line,
    Node,
    Whisker,
    bars,
    every,
    link,
    nothing,
    points,
    shares,
    table,
    trend,
    whiskers,
)
from pgkit.dashboard.frame import Choices, Filter, Page, Panel
from pgkit.dashboard.numbers import bucket, moment, number, within
from pgkit.dashboard.pages.common import about as concerning
from pgkit.dashboard.pages.common import empty, marks, metric_trend, percentiles
from pgkit.dashboard.pages.jobs import (
    ANY_SCORE,
    MOST_ROWS,
    Row,
    about,
    chosen_metric,
    estimated,
    grid,
    histogram,
    metric_filter,
    missing,
    narrowed,
    of_one,
    part,
    subject,
    subject_filter,
    title,
    words,
    workflows,
)
from pgkit.dashboard.state import State

# Slices of a ring that can still be told apart; the rest is one more.
MOST_SLICES = 7
# How strong a correlation is, in Cohen's words.
STRENGTHS = ((0.1, "hardly any"), (0.3, "a weak"), (0.5, "a medium"), (2.0, "a strong"))
DIMENSIONS = {"worker": "worker", "resolution_tier": "resolution", "model_type": "model type"}


def overview(state: State) -> Asking[Node]:
    """Show every workflow with what it cost."""
    rows = yield from workflows(state)
    if not any(row["job_count"] for row in rows):
        return (yield from empty(state, "jobs"))
    return table(
        rows,
        (
            Column("workflow", "workflow", lambda v: link(v, here(state, v))),
            Column("job_count", "jobs", number, True),
            Column("", "failed", lambda row: estimated(row, "failure_rate", "share"), True),
            Column(
                "", "per frame", lambda row: estimated(row, "avg_time_per_frame_ms", "ms"), True
            ),
            Column("avg_wall_time_ms", "wall time", lambda v: number(v, "ms"), True),
            Column("gpu_hours", "GPU hours", number, True),
            Column("max_vram_peak_mb", "most GPU memory", lambda v: number(v, "MB"), True),
            Column("avg_quality_rating", "quality", number, True),
            Column("last_job_at", "last job (UTC)", moment),
        ),
    )


def here(state: State, name: str) -> str:
    """Return the address of this page for a workflow."""
    return f"/{state.page}{state.search(workflow=name)}"


def ranking(state: State) -> Asking[Node]:
    """Show workflows by the average of a metric, best first."""
    metric = state.get("metric")
    if metric == "frame_count":
        return nothing("Neither more nor fewer frames are better.", "Choose another metric above.")
    rows = yield ask(
        "get_workflow_ranking",
        metric=metric or None,
        start_time=state.start,
        end_time=state.end,
        max_rows=MOST_ROWS,
    )
    if not rows:
        return nothing(
            "No workflow has the 20 jobs that a ranking needs.", "Choose a longer range above."
        )
    unit = rows[0]["unit"]
    return html.Div(
        [
            html.P(f"By average {words(rows[0]['ranking_metric'])}, best first.", className="help"),
            whiskers(
                [
                    Whisker(
                        link(f"{row['rank']}. {row['workflow']}", here(state, row["workflow"])),
                        row["average"],
                        row["average_low"],
                        row["average_high"],
                        within(row["average"], row["average_low"], row["average_high"], unit),
                        row["job_count"],
                    )
                    for row in rows[:30]
                ],
                unit=unit,
            ),
        ]
    )


@of_one("workflow")
def distribution(state: State, chosen: Row) -> Asking[Node]:
    """Draw how a metric of one workflow is distributed, and list all of its metrics."""
    rows = yield ask(
        "get_workflow_performance",
        workflow_id=chosen["workflow_id"],
        start_time=state.start,
        end_time=state.end,
    )
    if not rows:
        return (yield from empty(narrowed(state, "workflow", chosen["workflow"]), "jobs"))
    metric = chosen_metric(state, [row["metric"] for row in rows])
    shown = next((row for row in rows if row["metric"] == metric and row["histogram"]), None)
    drawn = (
        nothing(f"No successful job has {words(metric)}.", "Choose another metric above.")
        if shown is None
        else html.Div(
            [
                html.P(
                    f"{title(metric)} of {number(shown['job_count'])} successful jobs:"
                    f" half of them at most {number(shown['p50'], shown['unit'])},"
                    f" 95 % at most {number(shown['p95'], shown['unit'])}.",
                    className="help",
                ),
                histogram(
                    shown["histogram"],
                    ("low", "high", "job_count"),
                    "jobs",
                    unit=shown["unit"],
                ),
            ]
        )
    )
    return html.Div([about("workflow", chosen["workflow"]), drawn, metrics_table(rows)])


def metrics_table(rows: Rows) -> Node:
    """List metrics with averages, their intervals and percentiles."""
    return table(
        [
            {
                "metric": words(row["metric"]),
                "job_count": number(row["job_count"]),
                **{
                    name: number(row[name], row["unit"])
                    for name in ("average", "p50", "p95", "p99", "minimum", "maximum")
                },
                "interval": "-"
                if row["average_low"] is None
                else f"{number(row['average_low'], row['unit'])}"
                f" to {number(row['average_high'], row['unit'])}",
            }
            for row in rows
        ],
        (
            Column("metric", "metric"),
            Column("average", "average", is_number=True),
            Column("interval", "95 % interval", is_number=True),
            Column("p50", "p50", is_number=True),
            Column("p95", "p95", is_number=True),
            Column("p99", "p99", is_number=True),
            Column("maximum", "most", is_number=True),
            Column("job_count", "n", is_number=True),
        ),
    )


@of_one("workflow")
def over_time(state: State, chosen: Row) -> Asking[Node]:
    """Draw a metric and the jobs of one workflow over time."""
    of_it = narrowed(state, "workflow", chosen["workflow"])
    rows = yield ask(
        "get_workflow_trend",
        workflow_id=chosen["workflow_id"],
        start_time=state.start,
        end_time=state.end,
        granularity=state.granularity,
        max_rows=MOST_ROWS,
    )
    if not rows:
        return (yield from empty(of_it, "jobs"))
    has_frames = any(row["avg_time_per_frame_ms"] is not None for row in rows)
    metric = chosen_metric(state, ["time_per_frame_ms"] if has_frames else ["total_wall_time_ms"])
    unit = {"vram_peak_mb": "MB", "frame_count": "frames"}.get(metric, "ms")
    lines = [
        Line("average", "average", COLORS[0], "average_low", "average_high"),
        Line("p50", "p0", COLORS[2]),
        Line("p95", "p1", COLORS[1], "low1", "high1"),
    ]
    drawn = yield from metric_trend(of_it, f"successful_{metric}", percentiles, lines, unit, "jobs")
    counted = {
        row["time_bucket"]: {
            "failed": row["failed_jobs"],
            "succeeded": row["job_count"] - row["failed_jobs"],
        }
        for row in rows
    }
    counts = [
        {"bucket": bucket(at, state.granularity), **counted.get(at, {})}
        for at in every(counted, state.granularity)
    ]
    return html.Div(
        [
            about("workflow", chosen["workflow"], f": {words(metric)} of successful jobs."),
            drawn,
            part(
                "Jobs",
                bars(
                    counts,
                    "bucket",
                    [("succeeded", "succeeded", COLORS[2]), ("failed", "failed", COLORS[4])],
                    height=160,
                    is_stacked=True,
                ),
            ),
        ]
    )


@of_one("workflow")
def stages(state: State, chosen: Row) -> Asking[Node]:
    """Show in which stages one workflow spends its time."""
    rows = yield ask(
        "get_pipeline_breakdown",
        workflow_id=chosen["workflow_id"],
        start_time=state.start,
        end_time=state.end,
    )
    if not rows:
        return nothing(
            f"No successful job of {chosen['workflow']} in this range tells its stages.",
            "Record pipeline_stages with its jobs.",
        )
    return html.Div(
        [
            about("workflow", chosen["workflow"]),
            shares(slices([(row["stage"], row["total_ms"]) for row in rows]), unit="ms"),
            table(
                rows,
                (
                    Column("stage", "stage"),
                    Column(
                        "share_of_wall_time", "of wall time", lambda v: number(v, "share"), True
                    ),
                    Column("avg_ms", "average", lambda v: number(v, "ms"), True),
                    Column("p50_ms", "p50", lambda v: number(v, "ms"), True),
                    Column("p95_ms", "p95", lambda v: number(v, "ms"), True),
                    Column("job_count", "n", number, True),
                ),
            ),
        ]
    )


def slices(parts: list[tuple[str, float]]) -> list[tuple[str, float, str]]:
    """Give parts of a ring their colours; small ones become one."""
    rest = sum(value for _, value in parts[MOST_SLICES:])
    kept = [(name, value, COLORS[at]) for at, (name, value) in enumerate(parts[:MOST_SLICES])]
    return kept + ([(f"{len(parts) - MOST_SLICES} others", rest, "gray.6")] if rest else [])


@of_one("workflow")
def gpu_time(state: State, chosen: Row) -> Asking[Node]:
    """Show where the GPU time of one workflow went."""
    rows = yield ask(
        "get_gpu_time_breakdown",
        workflow_id=chosen["workflow_id"],
        start_time=state.start,
        end_time=state.end,
    )
    if not rows:
        return nothing(
            f"No job of {chosen['workflow']} in this range tells its GPU time.",
            "Record total_gpu_time_ms with its jobs.",
        )
    found = {
        dimension: [(row["item"] or "unknown", row["gpu_hours"]) for row in these]
        for dimension, these in groupby(rows, lambda row: row["dimension"])
    }
    return html.Div(
        [
            about("workflow", chosen["workflow"], ", in GPU hours of all jobs, also failed ones."),
            *(
                part(f"By {title}", shares(slices(found[dimension]), unit="h"))
                for dimension, title in DIMENSIONS.items()
                # All of it of an unknown one says nothing.
                if [name for name, _ in found.get(dimension, [])] not in ([], ["unknown"])
            ),
        ]
    )


@of_one("workflow")
def quality(state: State, chosen: Row) -> Asking[Node]:
    """Draw a quality score of one workflow over time, with its moving average."""
    score = state.get("score", ANY_SCORE)
    rows = yield ask(
        "get_quality_trends",
        score_name=score,
        start_time=state.start,
        end_time=state.end,
        granularity=state.granularity,
        workflow_id=chosen["workflow_id"],
        max_rows=MOST_ROWS,
    )
    if not rows:
        return unscored(chosen["workflow"], score)
    happened = yield from marks(
        narrowed(state, "workflow", chosen["workflow"]), concerning(score, f"quality.{score}")
    )
    width = {"hourly": "hours", "daily": "days", "weekly": "weeks"}[state.granularity]
    jobs = sum(row["job_count"] for row in rows)
    return html.Div(
        [
            about(
                "workflow",
                chosen["workflow"],
                f": {words(score)} of {number(jobs)} successful jobs.",
            ),
            trend(
                rows,
                [
                    Line("average", "average", COLORS[0], "average_low", "average_high"),
                    Line(f"over 7 {width}", "moving_average_value", COLORS[1], is_dashed=True),
                ],
                state.granularity,
                unit="score",
                marks=happened,
                is_from_zero=False,
            ),
        ]
    )


def unscored(name: str, score: str) -> Node:
    """Say that no job has a score."""
    return nothing(
        f"No successful job of {name} in this range has the score {words(score)}.",
        "Choose another score or workflow above, or record quality_scores with its jobs.",
    )


def score_by_workflow(state: State) -> Asking[Node]:
    """Draw the distribution of a quality score of every workflow on one scale."""
    score = state.get("score", ANY_SCORE)
    rows = yield ask(
        "get_quality_distribution",
        score_name=score,
        start_time=state.start,
        end_time=state.end,
        max_rows=MOST_ROWS,
    )
    if not rows:
        return unscored("any workflow", score)
    most = max(row["share"] for row in rows)
    found = {name: list(these) for name, these in groupby(rows, lambda row: row["workflow"])}
    drawn = [
        part(
            f"{name}, n {number(sum(row['job_count'] for row in these))}",
            histogram(
                these,
                ("bucket_start", "bucket_end", "share"),
                "share of jobs",
                unit="score",
                counted="share",
                height=150,
                most=most,
                color=COLORS[at % len(COLORS)],
            ),
        )
        for at, (name, these) in enumerate(list(found.items())[:12])
    ]
    more = len(found) - len(drawn)
    return html.Div(
        [
            html.P(
                f"{title(score)} on one scale: how many of the jobs of each workflow"
                " have it." + (f" {more} more are in the CSV." if more else ""),
                className="help",
            ),
            grid(drawn),
        ]
    )


def correlation(state: State) -> Asking[Node]:
    """Draw a parameter of jobs against a quality score, and say whether they go together."""
    parameter, score = state.get("parameter"), state.get("score", ANY_SCORE)
    if not parameter:
        return nothing(
            "Whether a parameter of jobs goes with their quality.",
            "Choose a parameter above.",
        )
    name = state.get("workflow")
    chosen = (yield from subject(state, "workflow", name)) if name else None
    if name and chosen is None:
        return (yield from missing(state, "workflow", name))
    rows = yield ask(
        "get_parameter_correlation",
        parameter=parameter,
        score_name=score,
        start_time=state.start,
        end_time=state.end,
        workflow_id=chosen["workflow_id"] if chosen else None,
        max_points=500,
    )
    row = rows[0]
    if not row["job_count"]:
        return nothing(
            f"No successful job in this range has a number as {parameter}, and {words(score)}.",
            "Choose another parameter or score above.",
        )
    pairs = [{"x": x, "y": y} for x, y in row["points"]]
    said = [
        html.Li(
            f"{title}: {number(row[column])} ({number(row[f'{column}_low'])}"
            f" to {number(row[f'{column}_high'])})"
        )
        for column, title in (
            ("pearson", "Pearson's r, of values"),
            ("spearman", "Spearman's rho, of ranks"),
        )
        if row[column] is not None
    ]
    return html.Div(
        [
            about("workflow", name)
            if name
            else html.P("Of all workflows, which may differ in both.", className="help"),
            dmc.Text(related(row, parameter, words(score)), fw=600),
            html.Ul([*said, html.Li(f"n {number(row['job_count'])}, {len(pairs)} drawn")]),
            points(pairs, "x", "y", (parameter, words(score))),
        ]
    )


def related(row: dict[str, float], parameter: str, score: str) -> str:
    """Say in words what a correlation and its interval mean."""
    r, low, high = row["spearman"], row["spearman_low"], row["spearman_high"]
    if r is None:
        return str(row["note"])
    if low is None or low <= 0 <= high:
        return f"No clear relation: the interval of the correlation of {parameter} has 0 in it."
    strength = next(text for limit, text in STRENGTHS if abs(r) < limit)
    direction = "higher" if r > 0 else "lower"
    return (
        f"Jobs with higher {parameter} have {direction} {score}:"
        f" {strength} relation, which chance does not explain."
    )


def score_filter(state: State) -> Asking[Choices]:
    """Return the scores that jobs of the chosen workflow have."""
    chosen = yield from subject(state, "workflow", state.get("workflow"))
    if chosen is None:
        return []
    rows = yield ask(
        "get_workflow_performance",
        workflow_id=chosen["workflow_id"],
        start_time=state.start,
        end_time=state.end,
        bucket_count=1,
    )
    names = [row["metric"] for row in rows if row["unit"] == "score"]
    return [(name.removeprefix("quality."), words(name)) for name in names]


def parameter_filter(state: State) -> Asking[Choices]:
    """Return the parameters of jobs that have numbers."""
    name = state.get("workflow")
    chosen = (yield from subject(state, "workflow", name)) if name else None
    rows = yield ask(
        "get_job_parameters",
        start_time=state.start,
        end_time=state.end,
        workflow_id=chosen["workflow_id"] if chosen else None,
    )
    return [(row["parameter"], row["parameter"]) for row in rows if row["numeric_count"]]


PAGE = Page(
    "workflows",
    "Workflows",
    (
        Panel("All workflows", overview, "Choose one to see it in the panels below.", height=170),
        Panel(
            "Ranking", ranking, "Averages of successful jobs with their 95 % intervals.", height=150
        ),
        Panel("Distribution", distribution, height=700),
        Panel("Over time", over_time, height=630),
        Panel("Stages", stages, "Where successful jobs spend their time.", span=6, height=300),
        Panel("GPU time", gpu_time, "Where GPU time went.", span=6, height=390),
        Panel("Quality over time", quality, span=6, height=460),
        Panel("Parameter against quality", correlation, span=6, height=120),
        Panel("Quality by workflow", score_by_workflow, height=250),
    ),
    (
        subject_filter("workflow", "Workflow"),
        Filter("metric", "Metric", metric_filter, placeholder="time per frame"),
        Filter("score", "Score", score_filter, placeholder="quality rating"),
        Filter("parameter", "Parameter", parameter_filter, placeholder="such as steps"),
    ),
    has_comparison=True,
)

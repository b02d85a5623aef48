"""How all of it is doing, at a glance."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from pgkit.dashboard.ask import Asking, Rows, ask
from pgkit.dashboard.charts import (
    COLORS,
    Card,
    Line,
    Node,
    Whisker,
    cards,
    nothing,
    trend,
    verdict,
    whiskers,
)
from pgkit.dashboard.frame import Page, Panel, link_to
from pgkit.dashboard.numbers import number, percent
from pgkit.dashboard.pages.common import (
    about,
    empty,
    errors,
    label_filter,
    marks,
    measure,
    metric_trend,
    of_all,
    percentiles,
    whole,
)
from pgkit.dashboard.pages.jobs import words
from pgkit.dashboard.state import State

MS_PER_HOUR = 3_600_000
# At each end of a ranking.
BEST = 5


def summary(state: State) -> Asking[Node]:
    """Show the figures of the range, and how they changed since the period before."""
    calls = yield compared(state, ["response_time_ms", "error_rate"])
    jobs = yield compared(state, ["total_gpu_time_ms"])
    costs = yield costs_of(state)
    earlier = (yield costs_of(state, is_before=True)) if state.is_compared else []
    alerts = yield ask("get_active_alerts", is_muted=False)
    if not (calls or jobs or costs or alerts):
        return (yield from empty(state))
    critical = sum(alert["severity"] == "critical" for alert in alerts)
    found = [
        changed(state, calls, "response_time_ms", "count", "Calls", "models"),
        changed(state, calls, "error_rate", "share", "Errors", "models"),
        changed(state, calls, "response_time_ms", "p95", "Response time p95", "models"),
        cost_card(state, costs, earlier),
        changed(state, jobs, "total_gpu_time_ms", "total", "GPU hours", "workflows", MS_PER_HOUR),
        Card(
            "Open alerts",
            number(len(alerts)),
            f"{critical} critical" if critical else "none critical",
            href=state.href("alerts"),
        ),
    ]
    return cards([card for card in found if card is not None])


def compared(state: State, metrics: list[str]) -> Any:
    """Return the question how metrics changed since the period before."""
    return ask(
        "compare_periods",
        metrics=metrics,
        start_time=state.start,
        end_time=state.end,
        labels=state.labels or None,
    )


def changed(
    state: State,
    rows: Rows,
    metric: str,
    statistic: str,
    title: str,
    page: str,
    divisor: float = 1,
) -> Card | None:
    """Return the card of a statistic, with its change and the interval of the change."""
    row = next(
        (row for row in rows if (row["metric"], row["statistic"]) == (metric, statistic)), None
    )
    if row is None or row["value"] is None:
        return None
    unit = None if statistic == "count" or divisor != 1 else row["unit"]
    change: Node = None
    is_unsure = row["verdict"] == "insufficient_data"
    if state.is_compared and row["percent"] is not None:
        between = (
            f"({percent(row['percent_low']).removesuffix(' %')} to {percent(row['percent_high'])})"
            if row["percent_low"] is not None
            else ""
        )
        change = [
            html.Span(percent(row["percent"]), className="unbroken"),
            " ",
            html.Span(between, className="unbroken"),
            " ",
            verdict(row["verdict"]),
        ]
    elif state.is_compared and row["before_count"]:
        # There is no percentage of 0.
        before = number(row["before_value"] / divisor, unit)
        change = [f"{before} before ", verdict(row["verdict"])]
    elif state.is_compared:
        change = "nothing to compare with before"
    return Card(title, number(row["value"] / divisor, unit), change, is_unsure, state.href(page))


def costs_of(state: State, *, is_before: bool = False) -> Any:
    """Return the question what calls cost in the range, or in the period before."""
    start, end = state.before if is_before else (state.start, state.end)
    labels = {
        name: value
        for name, value in state.labels.items()
        if name in ("model", "tool", "provider", "model_type")
    }
    return ask("get_costs", start_time=start, end_time=end, group_by=[], labels=labels or None)


def cost_card(state: State, rows: Rows, earlier: Rows) -> Card | None:
    """Return the card of what calls cost, by the price book or as billed."""
    if not rows:
        return None
    priced = [row for row in rows if row["currency"] is not None]
    unpriced = sum(row["call_count"] for row in rows if row["currency"] is None)
    if not priced:
        return Card(
            "Cost",
            "no prices",
            f"{number(unpriced)} calls of models without a price",
            True,
            state.href("costs"),
        )
    past = {row["currency"]: row["list_cost"] for row in earlier}
    values, said = [], []
    for row in priced:
        cost, before = row["list_cost"], past.get(row["currency"])
        values.append(f"{number(cost)} {row['currency']}")
        if before and cost is not None:
            said.append(percent(100 * (cost / before - 1)))
    changes = [" and ".join(said)] if said else []
    if unpriced:
        changes.append(f"{number(unpriced)} calls unpriced")
    is_unsure = all(row["list_cost"] is None for row in priced)
    return Card("Cost", " + ".join(values), ", ".join(changes), is_unsure, state.href("costs"))


def calls(state: State) -> Asking[Node]:
    """Draw the number of calls over time."""
    lines = [Line("calls", "count", COLORS[0])]
    return (yield from metric_trend(state, "response_time_ms", lambda rows: rows, lines, None))


def jobs(state: State) -> Asking[Node]:
    """Draw the number of jobs over time."""
    rows = yield ask(
        "get_job_throughput",
        start_time=state.start,
        end_time=state.end,
        granularity=state.granularity,
    )
    if not rows:
        return (yield from empty(state, "jobs"))
    earlier: Rows = []
    if state.is_compared:
        start, end = state.before
        earlier = yield ask(
            "get_job_throughput", start_time=start, end_time=end, granularity=state.granularity
        )
    drawn = trend(
        rows,
        [Line("jobs", "job_count", COLORS[2]), Line("failed jobs", "failed_jobs", COLORS[4])],
        state.granularity,
        marks=(yield from marks(state, about("failure_rate", "success_rate"))),
        before=(earlier, "job_count"),
        shift=whole(state.length, state.granularity),
    )
    return [*of_all(state, "jobs", "model", "tool", "provider"), drawn]


def response_times(state: State) -> Asking[Node]:
    """Draw the median and the 95th percentile of response times over time."""
    lines = [
        Line("p95", "p1", COLORS[1], "low1", "high1"),
        Line("p50", "p0", COLORS[0], "low0", "high0"),
    ]
    return (yield from metric_trend(state, "response_time_ms", percentiles, lines, "ms"))


def models(state: State) -> Asking[Node]:
    """Show the fastest and the slowest models by their 95th percentile.

    Of successful calls: one that fails at once is not fast.
    """
    rows = yield measure(
        state, "successful_response_time_ms", group_by=["model"], percentiles=[0.95]
    )
    found = sorted(percentiles(rows), key=lambda row: row["p0"] or 0)
    if not found:
        return (yield from empty(state))
    return whiskers(ends([ranked(state, row) for row in found]), unit="ms")


def ranked(state: State, row: dict[str, Any]) -> Whisker:
    """Return the line of a model."""
    name = row["group_labels"]["model"] or "no model"
    return Whisker(
        link_to(state, "models", name, model=name),
        row["p0"],
        row.get("low0"),
        row.get("high0"),
        number(row["p0"], "ms"),
        row["count"],
        "insufficient_data" if row.get("low0") is None else None,
    )


def ends(found: list[Whisker]) -> list[Whisker]:
    """Return both ends of a ranking."""
    return found if len(found) <= 2 * BEST else found[:BEST] + found[-BEST:]


def workflows(state: State) -> Asking[Node]:
    """Show the workflows at both ends of the ranking."""
    rows = yield ask("get_workflow_ranking", start_time=state.start, end_time=state.end)
    if not rows:
        return nothing(
            "No workflow has enough jobs in this range for a rank.",
            "A rank needs 20 jobs. Choose a longer range, or record more jobs.",
        )
    unit = rows[0]["unit"]
    return dmc.Stack(
        [
            *of_all(state, "jobs", "model", "tool", "provider"),
            dmc.Text(f"By {words(rows[0]['ranking_metric'])}, best first.", size="sm", c="dimmed"),
            whiskers(
                ends(
                    [
                        Whisker(
                            link_to(
                                state, "workflows", row["workflow"], workflow=row["workflow_id"]
                            ),
                            row["average"],
                            row["average_low"],
                            row["average_high"],
                            number(row["average"], unit),
                            row["job_count"],
                        )
                        for row in rows
                    ]
                ),
                unit=unit,
            ),
        ],
        gap=4,
    )


PAGE = Page(
    "overview",
    "Overview",
    (
        Panel(
            "This range",
            summary,
            "With the period before: the change since then, with its 95 % interval. Cost is of"
            " whole hours (UTC).",
            height=120,
        ),
        Panel("Calls", calls, span=6, height=400),
        Panel("Response times", response_times, span=6, height=400),
        Panel("Errors", errors, "Share of calls that failed.", span=6, height=400),
        Panel("Jobs", jobs, span=6, height=400),
        Panel(
            "Fastest and slowest models",
            models,
            "p95 of the response times of successful calls.",
            span=6,
            height=470,
        ),
        Panel("Best and worst workflows", workflows, span=6, height=140),
    ),
    (
        label_filter("model", "Model", "calls"),
        label_filter("tool", "Tool", "calls"),
        label_filter("provider", "Provider", "calls"),
    ),
    has_comparison=True,
)

"""What several pages ask in the same way."""

from collections.abc import Callable
from datetime import timedelta
from textwrap import shorten
from typing import Any

from dash import html
from dash.development.base_component import Component

from pgkit.dashboard.ask import Asking, Question, Rows, ask
from pgkit.dashboard.charts import COLORS, Line, Mark, Node, nothing, trend
from pgkit.dashboard.frame import Choices, Filter
from pgkit.dashboard.numbers import moment
from pgkit.dashboard.state import State

# Where a range has more of them, they would hide the lines.
MOST_MARKS = 12
MOST_ROWS = 50_000


def label_filter(label: str, title: str, pipeline: str | None = None) -> Filter:
    """Return a filter by the values of a label."""

    def choices(state: State) -> Asking[Choices]:
        rows = yield ask("get_label_values", label=label, pipeline=pipeline)
        return [(row["value"], row["value"]) for row in rows]

    return Filter(label, title, choices)


def measure(
    state: State,
    metric: str,
    *,
    group_by: list[str] | None = None,
    granularity: str | None = None,
    percentiles: list[float] | None = None,
    confidence: float | None = 0.95,
    is_before: bool = False,
    labels: dict[str, str] | None = None,
) -> Question:
    """Return the question for a metric over the range, or over the period before."""
    start, end = state.before if is_before else (state.start, state.end)
    return ask(
        "query_metrics",
        metric=metric,
        start_time=start,
        end_time=end,
        labels={**state.labels, **(labels or {})} or None,
        group_by=group_by,
        granularity=granularity,
        percentiles=percentiles,
        confidence=confidence,
        max_rows=MOST_ROWS,
    )


def marks(
    state: State, concerns: Callable[[dict[str, Any]], bool] = lambda alert: False
) -> Asking[list[Mark]]:
    """Return what happened in the range: activations of configurations, and some alerts.

    An alert is a mark where it `concerns` what is drawn, and contradicts no filter.
    """
    wanted = state.labels.get("model_type")
    activations = yield ask(
        "get_activation_history",
        model_type=wanted,
        since=state.start,
        until=state.end,
        max_rows=1000,
    )
    alerts = yield ask("get_alert_history", start_time=state.start, end_time=state.end)
    found = [
        Mark(
            row["active_from"],
            f"{row['model_type']}@{row['version']}",
            "violet.6",
            "Configurations",
            state.href("configurations"),
        )
        for row in activations
        if row["active_from"] >= state.start
    ]
    found += [
        Mark(
            row["alert_timestamp"],
            f"{row['severity']}: {shorten(first_clause(row), 100, placeholder=' ...')}",
            "red.6" if row["severity"] == "critical" else "orange.6",
            "Alerts",
            state.href("alerts"),
        )
        for row in alerts
        if row["alert_timestamp"] >= state.start
        and matches(row["labels"] or {}, state.labels)
        and concerns(row)
    ]
    return sorted(found, key=lambda mark: mark.time)[-MOST_MARKS:]


def about(*metrics: str, is_count: bool = False) -> Callable[[dict[str, Any]], bool]:
    """Return which alerts concern metrics: how many values they have, or how large these are."""

    def concerns(alert: dict[str, Any]) -> bool:
        found = alert["labels"] or {}
        name = str(found.get("metric", ""))
        for outcome in ("successful_", "failed_"):
            name = name.removeprefix(outcome)
        return name in metrics and (found.get("statistic") == "count") == is_count

    return concerns


def of_all(state: State, things: str, *ignored: str) -> list[Component]:
    """Say that a panel is of all things, where the address has a filter that it ignores."""
    names = [name for name in ignored if state.get(name)]
    if not names:
        return []
    said = f"Of all {things}: the filter by {' and '.join(names)} does not apply here."
    return [html.P(said, className="help")]


def first_clause(alert: dict[str, Any]) -> str:
    """Return what an alert says first: what is wrong. The page Alerts has the rest."""
    return str(alert["alert_message"]).partition(", ")[0]


def matches(labels: dict[str, str], wanted: dict[str, str]) -> bool:
    """Return whether labels contradict none of those that are wanted."""
    return all(labels.get(name, value) == value for name, value in wanted.items())


def metric_trend(
    state: State,
    metric: str,
    pick: Callable[[Rows], Rows],
    lines: list[Line],
    unit: str | None,
    pipeline: str = "calls",
) -> Asking[Node]:
    """Draw a metric over time, with its interval, the period before, and what happened."""
    asked = measure(state, metric, granularity=state.granularity)
    rows = yield asked
    if not rows:
        return (yield from empty(state, pipeline))
    earlier: Rows = []
    if state.is_compared:
        earlier = yield measure(
            state, metric, granularity=state.granularity, confidence=None, is_before=True
        )
    name = metric.removeprefix("successful_")
    same = ("error_rate", "success_rate") if name == "error_rate" else (name,)
    happened = yield from marks(state, about(*same, is_count=lines[0].column == "count"))
    return trend(
        pick(rows),
        lines,
        state.granularity,
        unit=unit,
        marks=happened,
        before=(pick(earlier), lines[0].column) if earlier else None,
        shift=whole(state.length, state.granularity),
    )


def errors(state: State) -> Asking[Node]:
    """Draw the share of failed calls over time."""
    lines = [Line("errors", "average", COLORS[4], "average_low", "average_high")]
    return (yield from metric_trend(state, "error_rate", lambda rows: rows, lines, "share"))


def whole(length: timedelta, granularity: str) -> timedelta:
    """Return a length in whole buckets, so that the period before lies on those of this one."""
    width = {"hourly": 1, "daily": 24, "weekly": 168}[granularity] * 3600
    return timedelta(seconds=round(length.total_seconds() / width) * width)


def percentiles(rows: Rows) -> Rows:
    """Give the percentiles of rows, and their intervals, columns of their own: p0, p1, ..."""
    found = []
    for row in rows:
        flat = dict(row)
        for name, column in (
            ("p", "percentile_values"),
            ("low", "percentile_lows"),
            ("high", "percentile_highs"),
        ):
            for index, value in enumerate(row.get(column) or ()):
                flat[f"{name}{index}"] = value
        found.append(flat)
    return found


def empty(state: State, pipeline: str = "calls") -> Asking[Node]:
    """Say that there is nothing in the range, and where there is something."""
    rows = yield ask("get_recorded_range", pipeline=pipeline)
    last = max((row["last_bucket"] for row in rows if row["last_bucket"]), default=None)
    if last is None:
        return nothing(
            f"Nothing is recorded yet in {pipeline}.",
            "Load a file with pgkit load FILE, record from your application, or try pgkit seed.",
        )
    end = last + timedelta(hours=1)
    start = end - state.length
    return nothing(
        f"There is nothing from {moment(state.start)} to {moment(state.end)} UTC"
        f"{' with these filters' if state.labels else ''}."
        # The hour that a short range begins in is not part of it, and the one it ends in is short.
        + (" Values are of whole hours." if state.length <= timedelta(hours=2) else ""),
        html.A(
            f"The latest is from {moment(last)}: show the range up to there.",
            href=f"{state.prefix}/{state.page}"
            + state.search(
                **{
                    "from": start.strftime("%Y-%m-%dT%H:%M"),
                    "to": end.strftime("%Y-%m-%dT%H:%M"),
                    "range": None,
                }
            ),
            className="link",
        ),
    )

"""What the pages about jobs ask and show in the same way."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from pgkit.dashboard.ask import Asking, Rows, ask
from pgkit.dashboard.charts import COLORS, Node, Whisker, bars, nothing, whiskers
from pgkit.dashboard.frame import Choices, Filter
from pgkit.dashboard.numbers import number, percent, within
from pgkit.dashboard.pages.common import empty
from pgkit.dashboard.state import State

Row = Mapping[str, Any]
# Draws a panel about a workflow or worker, which it gets as a row.
AboutOne = Callable[[State, Row], Asking[Node]]
MOST_ROWS = 10_000
# Metrics that every job may have, in the order in which a page prefers them.
METRICS = {
    "time_per_frame_ms": "time per frame",
    "total_wall_time_ms": "wall time",
    "wall_time_per_frame_ms": "wall time per frame",
    "total_gpu_time_ms": "GPU time",
    "vram_peak_mb": "GPU memory",
    "frame_count": "frames",
}
# Every job that has a score has this one.
ANY_SCORE = "quality_rating"


def words(metric: str) -> str:
    """Return a metric as people say it."""
    return METRICS.get(metric) or metric.removeprefix("quality.").replace("_", " ")


def title(metric: str) -> str:
    """Return a metric as a heading or a sentence begins with it."""
    text = words(metric)
    return text[0].upper() + text[1:]


def workflows(state: State) -> Asking[Rows]:
    """Return all workflows with their jobs in the range, most GPU hours first."""
    return (
        yield ask("get_workflows", start_time=state.start, end_time=state.end, max_rows=MOST_ROWS)
    )


def workers(state: State) -> Asking[Rows]:
    """Return all workers with their jobs in the range, also retired ones, most GPU hours first."""
    return (
        yield ask(
            "get_workers",
            start_time=state.start,
            end_time=state.end,
            as_of=state.now,
            max_rows=MOST_ROWS,
            include_retired=True,
        )
    )


def subject(state: State, kind: str, name: str) -> Asking[Row | None]:
    """Return the workflow or worker of this name; without one that with the most GPU hours.

    A name is looked up in an empty range first, because counting no jobs takes no time.
    """
    if name:
        rows = yield ask(
            f"get_{kind}s", start_time=state.end, end_time=state.end, max_rows=MOST_ROWS
        )
        found = [row for row in rows if row[kind] == name]
        if found:
            return found[0]
    rows = yield from (workflows(state) if kind == "workflow" else workers(state))
    found = [row for row in rows if (row[kind] == name if name else row["job_count"])]
    return found[0] if found else None


def subjects(state: State, kind: str, least: int) -> Asking[Rows]:
    """Return the workflows or workers that the address names, in its order.

    Where it names fewer than `least`, those with the most GPU hours join them.
    """
    rows = yield from (workflows(state) if kind == "workflow" else workers(state))
    by_name = {row[kind]: row for row in rows}
    names = [name for name in dict.fromkeys(state.all(kind)) if name in by_name]
    others = [row[kind] for row in rows if row["job_count"] and row[kind] not in names]
    return [by_name[name] for name in names + others[: max(0, least - len(names))]]


def subject_filter(kind: str, title: str, *, is_multiple: bool = False, name: str = "") -> Filter:
    """Return a filter by workflows or workers, kept in the address as `name`, else as the kind."""

    def choices(state: State) -> Asking[Choices]:
        rows = yield from (workflows(state) if kind == "workflow" else workers(state))
        used = [row for row in rows if row["job_count"] or row["retired_at"] is None]
        return [(row[kind], row[kind]) for row in used]

    return Filter(name or kind, title, choices, is_multiple, "most GPU hours")


def estimated(row: Row, column: str, unit: str | None = None) -> str:
    """Return a value of a row with its interval, which is in two columns more."""
    return within(row[column], row[f"{column}_low"], row[f"{column}_high"], unit)


def missing(state: State, kind: str, name: str) -> Asking[Node]:
    """Say that the workflow or worker is not there, or that there are no jobs at all."""
    if name:
        return nothing(f"There is no {kind} {name} in this range.", "Choose another one above.")
    return (yield from empty(state, "jobs"))


def of_one(kind: str) -> Callable[[AboutOne], Callable[[State], Asking[Node]]]:
    """Give a panel the workflow or worker that the address names, or the default, as a row."""

    def made(draw: AboutOne) -> Callable[[State], Asking[Node]]:
        @wraps(draw)
        def panel(state: State) -> Asking[Node]:
            name = state.get(kind)
            chosen = yield from subject(state, kind, name)
            if chosen is None:
                return (yield from missing(state, kind, name))
            return (yield from draw(state, chosen))

        return panel

    return made


def about(kind: str, name: Node, more: str = "") -> Component:
    """Say whom a panel is about, because it may be a default that nobody chose."""
    return html.P([f"Of {kind} ", html.Strong(name), more or "."], className="help")


def narrowed(state: State, label: str, name: str) -> State:
    """Return a state whose labels name a workflow or worker, also where it is a default."""
    return state._replace(params={**state.params, label: (name,)})


def chosen_metric(state: State, known: Sequence[str]) -> str:
    """Return the metric of the address, else the first of METRICS that there is."""
    return state.get("metric") or next((one for one in METRICS if one in known), "jobs")


def metric_filter(state: State) -> Asking[Choices]:
    """Return the metrics that jobs may have."""
    yield from ()
    return list(METRICS.items())


def written(state: State) -> Asking[Choices]:
    """Return no choices: the value of the filter is written."""
    yield from ()
    return []


def histogram(
    buckets: Sequence[Row],
    columns: tuple[str, str, str],
    name: str,
    *,
    unit: str | None = None,
    counted: str | None = None,
    height: int = 220,
    most: float | None = None,
    color: str = COLORS[0],
) -> Component:
    """Draw buckets, whose columns are (start, end, height), as bars; `counted` is their unit."""
    low, high, column = columns
    rows = [
        {
            "bucket": f"{number(row[low])} to {number(row[high])}"
            if unit not in ("ms", "MB")
            else f"{number(row[low], unit)} to {number(row[high], unit)}",
            column: row[column],
        }
        for row in buckets
    ]
    return bars(rows, "bucket", [(column, name, color)], unit=counted, height=height, most=most)


def grid(children: Sequence[Component], most: int = 3) -> Component:
    """Lay drawings side by side, as many as the window has room for."""
    return dmc.SimpleGrid(list(children), cols={"base": 1, "sm": min(2, most), "lg": most})


def part(title: str, *children: Node) -> Component:
    """Return a part of a panel under a heading of its own."""
    return html.Div([html.H3(title, className="part"), *children])


def differences(rows: Sequence[Row], name: str | None = None) -> list[Component]:
    """Draw differences with their intervals around 0, those in percent and those in points.

    `name` is a column whose value is said behind the metric.
    """
    drawn = []
    for unit, heading in (("%", "Difference in percent"), ("points", "Difference in points")):
        these = [row for row in rows if row["difference_unit"] == unit]
        if any(row["difference"] is not None for row in these):
            drawn.append(
                part(
                    heading,
                    whiskers(
                        [
                            Whisker(
                                words(row["metric"]) + (f", {row[name]}" if name else ""),
                                row["difference"],
                                row["difference_low"],
                                row["difference_high"],
                                difference(row),
                                row["compared_jobs"],
                                row["verdict"],
                            )
                            for row in these
                        ],
                        unit="%" if unit == "%" else None,
                        reference=0,
                    ),
                )
            )
    return drawn


def difference(row: Row) -> str:
    """Return a difference with its interval: +12 % (8.1 to 16 %)."""
    if row["difference"] is None:
        return "no difference can be told"
    unit = row["difference_unit"]
    shown = percent(row["difference"]).removesuffix("%") + unit
    if row["difference_low"] is None:
        return shown
    return f"{shown} ({number(row['difference_low'])} to {number(row['difference_high'], unit)})"


def notes(rows: Sequence[Row], column: str) -> list[Component]:
    """Return what limits rows, each note once with those that it is about."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["note"]:
            names = found.setdefault(row["note"], [])
            if row[column] not in names:
                names.append(row[column])
    return [
        html.P([html.Strong(", ".join(map(words, names)) + ": "), note], className="help")
        for note, names in found.items()
    ]

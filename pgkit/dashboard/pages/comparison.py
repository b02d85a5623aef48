"""Workflows or models side by side, and a workflow before and after a change."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from pgkit.dashboard.ask import Asking, Rows, ask
from pgkit.dashboard.charts import COLORS, Node, Whisker, bars, nothing, whiskers
from pgkit.dashboard.frame import Filter, Page, Panel
from pgkit.dashboard.numbers import moment, within
from pgkit.dashboard.pages.common import empty, label_filter
from pgkit.dashboard.pages.jobs import (
    Row,
    differences,
    grid,
    missing,
    notes,
    part,
    subject,
    subject_filter,
    subjects,
    title,
    words,
    written,
)
from pgkit.dashboard.state import State, Unreadable

# Of fewer calls no difference of models is told.
FEWEST_CALLS = 30
# Metrics of calls, which of their values are better, and how they are called. The first is of
# every call. A call that fails at once is not fast, so times are of successful calls.
CALL_METRICS = (
    ("error_rate", "share", "lower", "Errors"),
    ("successful_response_time_ms", "ms", "lower", "Response time of successful calls"),
    ("input_tokens", None, None, "Tokens sent"),
    ("output_tokens", None, None, "Tokens received"),
)


def workflows(state: State) -> Asking[Node]:
    """Compare workflows with the first of them, like for like."""
    chosen = yield from subjects(state, "workflow", 2)
    if len(chosen) < 2:
        if not chosen:
            return (yield from empty(state, "jobs"))
        return nothing("Only one workflow has jobs in this range.", "Choose two or more above.")
    rows = yield ask(
        "compare_workflows",
        workflow_ids=[row["workflow_id"] for row in chosen],
        start_time=state.start,
        end_time=state.end,
        resolution_tier=state.get("resolution_tier") or None,
    )
    names = [row["workflow"] for row in chosen]
    values: dict[str, dict[str, float | None]] = {}
    units: dict[str, str] = {}
    for row in rows:
        units[row["metric"]] = row["unit"]
        side = values.setdefault(row["metric"], {})
        side[names[0]] = row["baseline_value"]
        side[row["workflow"]] = row["value"]
    return html.Div(
        [
            html.P(
                [
                    f"{', '.join(names[1:])} against ",
                    html.Strong(names[0]),
                    ", on jobs of the same worker, resolution and model type. Bars are of all"
                    " successful jobs.",
                ],
                className="help",
            ),
            *trade_offs(rows),
            sides(values, units, names),
            *differences(rows, "workflow" if len(names) > 2 else None),
            *notes(rows, "metric"),
        ]
    )


def before_and_after(state: State) -> Asking[Node]:
    """Compare a workflow with itself, before and after a time."""
    name = state.get("changed") or next(iter(state.all("workflow")), "")
    chosen = yield from subject(state, "workflow", name)
    if chosen is None:
        return (yield from missing(state, "workflow", name))
    (start, change), end = state.before, state.end
    if state.get("change"):
        start, change = state.start, state.read("change")
        if not start < change < end:
            raise Unreadable(
                f"change must be within the range, {moment(start)} to {moment(end)} UTC,"
                f" got {moment(change)}"
            )
    rows = yield ask(
        "compare_workflow_periods",
        workflow_id=chosen["workflow_id"],
        before_start=start,
        before_end=change,
        after_start=change,
        after_end=end,
        resolution_tier=state.get("resolution_tier") or None,
    )
    return html.Div(
        [
            html.P(
                [
                    html.Strong(chosen["workflow"]),
                    f" from {moment(change)} to {moment(end)} UTC, against {moment(start)} to"
                    f" {moment(change)}. Whatever else changed is in the difference too.",
                ],
                className="help",
            ),
            *trade_offs(rows),
            sides(
                {
                    row["metric"]: {"before": row["before_value"], "after": row["after_value"]}
                    for row in rows
                },
                {row["metric"]: row["unit"] for row in rows},
                ["before", "after"],
            ),
            *differences(
                [{**row, "compared_jobs": row["compared_after_jobs"]} for row in rows],
            ),
            *notes(rows, "metric"),
        ]
    )


def trade_offs(rows: Rows) -> list[Component]:
    """Return what is clear, a sentence for each that was compared."""
    sentences = dict.fromkeys(row["trade_off"] for row in rows)
    return [dmc.Text(sentence, fw=600, mb="xs") for sentence in sentences if sentence]


def sides(
    values: dict[str, dict[str, float | None]], units: dict[str, str], names: Sequence[str]
) -> Component:
    """Draw the values of each side as bars; scores, which have one scale, share a chart."""
    scores = {metric: side for metric, side in values.items() if units[metric] == "score"}
    drawn = [
        part(
            title(metric),
            bars(
                [{"side": name, "value": side.get(name)} for name in names],
                "side",
                [("value", words(metric), COLORS[0])],
                unit=units[metric],
                height=150,
            ),
        )
        for metric, side in values.items()
        if metric not in scores
    ]
    if scores:
        drawn.append(
            part(
                "Quality",
                bars(
                    # The key is no name: a workflow may be called anything else.
                    [{"": words(metric), **side} for metric, side in scores.items()],
                    "",
                    [(name, name, COLORS[at % len(COLORS)]) for at, name in enumerate(names)],
                    unit="score",
                    height=180,
                ),
            )
        )
    return grid(drawn)


def models(state: State) -> Asking[Node]:
    """Compare models by what their calls took, how many failed, and their tokens."""
    wanted = list(dict.fromkeys(state.all("model")))
    tool = {"tool": state.get("tool")} if state.get("tool") else None
    drawn: list[Component] = []
    names: list[str] = []
    for metric, unit, better, heading in CALL_METRICS:
        rows = yield ask(
            "query_metrics",
            metric=metric,
            start_time=state.start,
            end_time=state.end,
            labels=tool,
            group_by=["model"],
            confidence=0.95,
        )
        found = {row["group_labels"]["model"]: row for row in rows}
        if not names:
            used = sorted(found, key=lambda name: -found[name]["count"])
            names = [name for name in wanted if name in found]
            names += [name for name in used if name not in names][: max(0, 2 - len(names))]
            if not names:
                return (yield from empty(state))
            if len(names) < 2:
                return nothing("Only one model has calls in this range.", "Choose a longer range.")
        shown = [(name, found[name]) for name in names if name in found]
        if not shown:
            continue
        values = [
            Whisker(
                name,
                row["average"],
                row["average_low"],
                row["average_high"],
                within(row["average"], row["average_low"], row["average_high"], unit),
                row["count"],
            )
            for name, row in shown
        ]
        compared: list[Whisker] = []
        for name, row in shown[1:]:
            compared.append((yield from against(name, row, shown[0][1], unit, better)))
        drawn.append(
            part(
                heading if metric == "error_rate" else f"{heading}, average of a call",
                whiskers(values, unit=unit),
                html.P(f"Difference from {shown[0][0]}:", className="help"),
                whiskers(compared, unit="points" if unit == "share" else unit, reference=0),
            )
        )
    return html.Div(
        [
            html.P(
                "Each 95 % interval holds alone. Calls of models may differ in more than the"
                " model; an experiment tells what the model does.",
                className="help",
            ),
            grid(drawn, 2),
        ]
    )


def against(
    name: str, row: Row, first: Row, unit: str | None, better: str | None
) -> Asking[Whisker]:
    """Return how the average of a model differs from that of the first."""
    ends = [row["average_low"], row["average_high"], first["average_low"], first["average_high"]]
    low = high = None
    if None not in ends:
        asked = yield ask(
            "get_difference_interval",
            a=first["average"],
            a_low=first["average_low"],
            a_high=first["average_high"],
            b=row["average"],
            b_low=row["average_low"],
            b_high=row["average_high"],
        )
        low, high = asked[0]["low"], asked[0]["high"]
    # A difference of shares is in points.
    factor, unit = (100, "points") if unit == "share" else (1, unit)
    value = factor * (row["average"] - first["average"])
    low, high = (None if end is None else factor * end for end in (low, high))
    if low is None or high is None or min(row["count"], first["count"]) < FEWEST_CALLS:
        verdict = "insufficient_data"
    elif low <= 0 <= high:
        verdict = "no_clear_difference"
    elif better is None:
        verdict = "higher" if low > 0 else "lower"
    else:
        verdict = "better" if (low > 0) == (better == "higher") else "worse"
    return Whisker(
        name, value, low, high, within(value, low, high, unit, has_sign=True), None, verdict
    )


PAGE = Page(
    "comparison",
    "Comparison",
    (
        Panel("Workflows", workflows, height=900),
        Panel("Before and after", before_and_after, height=940),
        Panel("Models", models, height=560),
    ),
    (
        subject_filter("workflow", "Workflows", is_multiple=True),
        label_filter("resolution_tier", "Resolution", "jobs"),
        subject_filter("workflow", "Changed workflow", name="changed")._replace(
            placeholder="the first workflow"
        ),
        Filter("change", "Changed at (UTC)", written, placeholder="start of range", kind="time"),
        label_filter("model", "Models", "calls")._replace(
            is_multiple=True, placeholder="most calls"
        ),
        label_filter("tool", "Tool", "calls"),
    ),
)

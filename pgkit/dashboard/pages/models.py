"""How fast and reliable each model is."""

import json
from typing import Any

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
    nothing,
    table,
    whiskers,
)
from pgkit.dashboard.frame import Page, Panel, link_to
from pgkit.dashboard.numbers import bucket, moment, number, within
from pgkit.dashboard.pages.common import (
    MOST_ROWS,
    empty,
    errors,
    label_filter,
    measure,
    metric_trend,
    of_all,
    percentiles,
)
from pgkit.dashboard.state import State

# More of them nobody compares, and a browser draws them slowly.
MOST_WHISKERS = 50
TOKENS = (
    ("input_tokens", "input", COLORS[0]),
    ("cached_input_tokens", "of them from the cache", COLORS[5]),
    ("output_tokens", "output", COLORS[1]),
    ("reasoning_tokens", "of them reasoning", COLORS[3]),
)


def response_times(state: State) -> Asking[Node]:
    """Draw the percentiles of response times over time."""
    return (yield from times(state, "response_time_ms"))


def first_token(state: State) -> Asking[Node]:
    """Draw the percentiles of the time to the first token."""
    return (yield from times(state, "first_token_ms"))


def times(state: State, metric: str) -> Asking[Node]:
    """Draw three percentiles of a metric over time."""
    lines = [
        Line("p99", "p2", COLORS[3]),
        Line("p95", "p1", COLORS[1], "low1", "high1"),
        Line("p50", "p0", COLORS[0], "low0", "high0"),
    ]
    return (yield from metric_trend(state, metric, percentiles, lines, "ms"))


def error_types(state: State) -> Asking[Node]:
    """Show failed calls by type."""
    rows = yield ask(
        "get_error_breakdown",
        start_time=state.start,
        end_time=state.end,
        model_name=state.labels.get("model"),
        tool_name=state.labels.get("tool"),
        max_rows=MOST_ROWS,
    )
    shown = table(
        rows,
        (
            Column("error_type", "error"),
            Column("model", "model"),
            Column("tool", "tool"),
            Column("error_count", "errors", number, True),
            Column("share_of_errors", "of its errors", share, True),
            Column("error_rate", "of its calls", share, True),
            Column("last_seen", "last seen (UTC)", moment),
        ),
        empty="No call failed in this range.",
    )
    return [*of_all(state, "providers", "provider"), shown]


def tokens(state: State) -> Asking[Node]:
    """Draw the tokens of each bucket."""
    found: dict[Any, dict[str, Any]] = {}
    for metric, name, _ in TOKENS:
        rows = yield measure(state, metric, granularity=state.granularity, confidence=None)
        for row in rows:
            at = row["time_bucket"]
            found.setdefault(at, {})[name] = row["total"]
    if not found:
        return nothing(
            "No call of this range says how many tokens it took.",
            "Record input_tokens and output_tokens with each call: perf.record_call() takes them.",
        )
    names = [(name, name, color) for _, name, color in TOKENS]
    used = [one for one in names if any(one[0] in row for row in found.values())]
    rows = [
        {"at": bucket(at, state.granularity), **found.get(at, {})}
        for at in every(found, state.granularity)
    ]
    return bars(rows, "at", used, unit="tokens")


def comparison(state: State) -> Asking[Node]:
    """Show all models side by side."""
    rows = yield ask(
        "get_model_comparison",
        start_time=state.start,
        end_time=state.end,
        tool_name=state.labels.get("tool"),
        max_rows=MOST_ROWS,
    )
    # The function takes no model and no provider, but each row says which it is of.
    for name in ("model", "provider"):
        rows = [row for row in rows if state.get(name) in ("", row[name])]
    if not rows:
        return (yield from empty(state))
    return table(
        rows,
        (
            Column("model", "model", lambda name: link_to(state, "models", name, model=name)),
            Column("call_count", "calls", number, True),
            Column("success_rate", "success", share, True),
            Column("p50_response_time", "p50", ms, True),
            Column("p95_response_time", "p95", ms, True),
            Column("p99_response_time", "p99", ms, True),
            Column("p50_first_token_ms", "first token p50", ms, True),
            Column("output_tokens_per_second", "tokens/s", number, True),
        ),
    )


def slowest(state: State) -> Asking[Node]:
    """Draw the 95th percentile of each model, of successful calls, with its interval."""
    rows = yield measure(
        state, "successful_response_time_ms", group_by=["model"], percentiles=[0.95]
    )
    if not rows:
        return (yield from empty(state))
    return highest(
        [
            Whisker(
                row["group_labels"]["model"] or "no model",
                row["p0"],
                row.get("low0"),
                row.get("high0"),
                within(row["p0"], row.get("low0"), row.get("high0"), "ms"),
                row["count"],
                "insufficient_data" if row.get("low0") is None else None,
            )
            for row in sorted(percentiles(rows), key=lambda row: row["p0"] or 0)
        ],
        "ms",
    )


def failing(state: State) -> Asking[Node]:
    """Draw the share of failed calls of each model with its interval."""
    rows = yield measure(state, "error_rate", group_by=["model"])
    if not rows:
        return (yield from empty(state))
    return highest(
        [
            Whisker(
                row["group_labels"]["model"] or "no model",
                row["average"],
                row["average_low"],
                row["average_high"],
                within(row["average"], row["average_low"], row["average_high"], "share"),
                row["count"],
            )
            for row in sorted(rows, key=lambda row: row["average"])
        ],
        "share",
    )


def highest(found: list[Whisker], unit: str) -> Node:
    """Draw models with their intervals, the last of them where there are many."""
    drawn = whiskers(found[-MOST_WHISKERS:], unit=unit)
    if len(found) <= MOST_WHISKERS:
        return drawn
    said = f"The {MOST_WHISKERS} highest of {len(found):,} models; CSV has all."
    return [html.P(said, className="help"), drawn]


def parameter_sets(state: State) -> Asking[Node]:
    """Show the sets of parameters side by side."""
    rows = yield ask(
        "get_latency_percentiles",
        start_time=state.start,
        end_time=state.end,
        group_by=["model", "parameters"],
        model_name=state.labels.get("model"),
        tool_name=state.labels.get("tool"),
        provider=state.labels.get("provider"),
        percentiles=[0.5, 0.95],
        max_rows=MOST_ROWS,
    )
    return table(
        pivoted(rows),
        (
            Column("model", "model"),
            Column("parameters", "parameters", html.Code),
            Column("call_count", "calls", number, True),
            Column("p50", "p50", ms, True),
            Column("p95", "p95", ms, True),
        ),
        empty="No calls in this range.",
    )


def pivoted(rows: Rows) -> Rows:
    """Return a row for each model and set of parameters, with its percentiles as columns."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        parameters = json.dumps(row["parameter_set"] or {}, sort_keys=True)
        one = found.setdefault(
            (row["model"], parameters),
            {"model": row["model"], "parameters": parameters, "call_count": row["call_count"]},
        )
        one[f"p{100 * row['percentile']:g}"] = row["value_ms"]
    return list(found.values())


def share(value: Any) -> str:
    """Return a share as percent."""
    return number(value, "share")


def ms(value: Any) -> str:
    """Return milliseconds in the unit that fits."""
    return number(value, "ms")


PAGE = Page(
    "models",
    "Models",
    (
        Panel("Response times", response_times, height=370),
        Panel("Time to the first token", first_token, span=6, height=400),
        Panel("Errors", errors, "Share of calls that failed.", span=6, height=400),
        Panel("Tokens", tokens, span=6, height=290),
        Panel("Errors by type", error_types, span=6, height=240),
        Panel(
            "p95 of each model",
            slowest,
            "Of successful calls, with 95 % intervals.",
            span=6,
            height=640,
        ),
        Panel("Errors of each model", failing, "With 95 % intervals.", span=6, height=710),
        Panel(
            "Comparison",
            comparison,
            "Times are of all calls, failed ones too: look at success beside them.",
            height=550,
        ),
        Panel(
            "Sets of parameters",
            parameter_sets,
            "Times are of all calls, failed ones too.",
            height=550,
        ),
    ),
    (
        label_filter("model", "Model", "calls"),
        label_filter("tool", "Tool", "calls"),
        label_filter("provider", "Provider", "calls"),
    ),
    has_comparison=True,
)

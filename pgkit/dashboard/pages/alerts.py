"""What is outside its limits now and was before, and what the limits are."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from pgkit.alerts import short_duration
from pgkit.dashboard.ask import Asking, Question, Rows, ask
from pgkit.dashboard.charts import (
    COLORS,
    WIDTHS,
    Card,
    Column,
    Level,
    Line,
    Mark,
    Node,
    badge,
    cards,
    nothing,
    table,
    trend,
)
from pgkit.dashboard.frame import Choices, Filter, Page, Panel, button, link_to
from pgkit.dashboard.numbers import NOTHING, moment, number, span
from pgkit.dashboard.pages.alert_forms import FORMS, labels, or_all, scope_of
from pgkit.dashboard.pages.budgets import budgets
from pgkit.dashboard.pages.common import MOST_MARKS, label_filter
from pgkit.dashboard.state import State
from pgkit.database import Failure

SEVERITIES = {"critical": "red", "warning": "orange", "info": "blue"}
# More lines than these cannot be told apart.
MOST_GROUPS = 5
# Percentiles that a threshold may compare.
PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
# Columns of perf.query_metrics, by the statistic of a threshold: value, and ends of its interval.
SUMS = ("sum", "count")
COLUMNS = {
    "avg": ("average", "average_low", "average_high"),
    "min": ("minimum", None, None),
    "max": ("maximum", None, None),
}


def severity(name: str | None) -> Component | str:
    """Return how bad it is as a badge."""
    return badge(name, SEVERITIES.get(name, "gray")) if name else NOTHING


def buttons(*found: Component) -> Component:
    """Return the buttons of a row."""
    return dmc.Group([*found], gap=4, wrap="nowrap")


# Panels.


def open_alerts(state: State) -> Asking[Node]:
    """Show what is outside its limits now."""
    rows = yield ask(
        "get_active_alerts",
        severity=state.get("severity") or None,
        labels=state.labels or None,
        as_of=state.now,
    )
    if not rows:
        which = " with these filters" if state.labels or state.get("severity") else ""
        return nothing(
            f"No alert is open{which}.",
            "Alerts open where a threshold, an objective or a budget below is beyond its limit.",
        )

    def answer(row: dict[str, Any]) -> Node:
        if row["alert_id"] is None:
            return ""
        key = str(row["alert_id"])
        return buttons(
            *(
                [button("alerts", "acknowledge", key, "Acknowledge")]
                if row["acknowledged_at"] is None
                else []
            ),
            button("alerts", "resolve", key, "Resolve"),
            button("alerts", "silence", json.dumps(silenced_by(row)), "Silence", "gray"),
        )

    return table(
        rows,
        (
            Column("severity", "severity", severity),
            Column("", "what is wrong", told),
            Column("alert_timestamp", "since (UTC)", moment),
            Column("last_seen_at", "last seen", moment),
            Column("", "answer", standing),
            Column("", "", answer),
        ),
    )


def silenced_by(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what silences an alert and those like it.

    Alerts of drift or trainings have no labels, but a type and what they are about.
    """
    found = dict(row["labels"] or {})
    if found:
        return found
    about = {name: row[name] for name in ("alert_type", "model_type", "machine_id")}
    return {name: str(value) for name, value in about.items() if value is not None}


def told(row: Mapping[str, Any]) -> Node:
    """Return the message of an alert, and what it is about."""
    about = labels(row["labels"], "metric", "statistic", "threshold_id")
    return html.Div(
        [
            html.Div(row["alert_message"]),
            html.Div(f"{row['alert_type']}{': ' if about else ''}{about}", className="change"),
        ],
        className="message",
    )


def standing(row: Mapping[str, Any]) -> str:
    """Return what people have done about an alert."""
    found = []
    if row["acknowledged_at"]:
        by = f" by {row['acknowledged_by']}" if row["acknowledged_by"] else ""
        found.append(f"acknowledged {moment(row['acknowledged_at'])}{by}")
    if row["silenced_until"]:
        found.append(f"silenced until {moment(row['silenced_until'])}")
    if row["inhibited_by"]:
        found.append(f"a critical alert of the same series is open ({row['inhibited_by']})")
    return "; ".join(found) or "none yet"


def history(state: State) -> Asking[Node]:
    """Show the alerts that were open in the range, and what happened to them."""
    rows = yield ask(
        "get_alert_history",
        start_time=state.start,
        end_time=state.end,
        labels=state.labels or None,
    )
    wanted = state.get("severity")
    return table(
        [row for row in rows if wanted in ("", row["severity"])],
        (
            Column("alert_timestamp", "opened (UTC)", moment),
            Column("severity", "severity", severity),
            Column("", "what was wrong", told),
            Column("duration", "open for", span, True),
            Column("", "what happened", happened),
        ),
        empty="No alert was open in this range.",
    )


def happened(row: Mapping[str, Any]) -> Node:
    """Return the events of an alert, each with who did it and why."""
    said = []
    for event in row["events"] or ():
        by = f" by {event['caller']}" if event.get("caller") else ""
        # The note of an evaluation is its message, which stands beside it.
        note = f": {event['note']}" if event.get("note") and event.get("caller") else ""
        at = moment(datetime.fromisoformat(event["happened_at"]))
        said.append(f"{at} {event['event']}{by}{note}")
    if not row["is_resolved"]:
        said.append("still open")
    return html.Ul([html.Li(one) for one in said], className="events")


def statistics(state: State) -> Asking[Node]:
    """Show which rules alert most, and how often in vain."""
    rows = yield ask("get_alert_statistics", start_time=state.start, end_time=state.end)

    def share(value: float | None) -> str:
        return number(value, "share")

    return table(
        rows,
        (
            Column("alert_type", "type"),
            Column("rule", "rule", lambda rule: labels(rule) or NOTHING),
            Column("alert_count", "alerts", number, True),
            Column("critical_count", "critical", number, True),
            Column("acknowledged_share", "acknowledged", share, True),
            Column("flapping_share", "flapping", share, True),
            Column("silenced_share", "silenced", share, True),
            Column("median_duration", "median open for", span, True),
            Column("last_alert_at", "last (UTC)", moment),
        ),
        empty="No alert opened in this range.",
    )


def silences(state: State) -> Asking[Node]:
    """Show of what nobody is told."""
    rows = yield ask("get_alert_silences", as_of=state.now)
    return table(
        rows,
        (
            Column("matcher", "alerts with", or_all),
            Column("status", "status", lambda value: badge(value, "gray")),
            Column("starts_at", "from (UTC)", moment),
            Column("ends_at", "until (UTC)", moment),
            Column("reason", "reason", lambda value: value or NOTHING),
            Column("created_by", "by"),
            Column("alert_count", "open alerts", number, True),
            Column(
                "silence_id",
                "",
                lambda value: button("alerts", "end-silence", str(value), "End"),
            ),
        ),
        empty="Nothing is silenced. During planned work, a silence keeps people from being told.",
    )


def units() -> Asking[dict[str, str]]:
    """Return the unit of each metric."""
    return {row["metric"]: row["unit"] for row in (yield ask("get_metrics"))}


def thresholds(state: State) -> Asking[Node]:
    """Show all limits, for what they hold, and whether they are evaluated."""
    rows = yield ask("get_alert_thresholds")
    if not rows:
        return nothing(
            "There is no threshold yet.",
            "Choose a metric above to see limits that its own past suggests, or press New"
            " threshold.",
        )
    known = yield from units()

    def is_on(row: dict[str, Any]) -> Node:
        if not row["enabled"]:
            return badge("disabled")
        if row["firing_count"]:
            return badge(f"{row['firing_count']} firing", "red")
        if row["pending_count"]:
            return badge(f"{row['pending_count']} pending", "orange")
        return badge("enabled", "teal")

    def change(row: dict[str, Any]) -> Node:
        key, toggle = str(row["id"]), "disable" if row["enabled"] else "enable"
        return buttons(
            link_to(state, "alerts", "Backtest", threshold=key),
            button("alerts", "edit", key, "Edit"),
            button("alerts", toggle, key, toggle.title(), "gray"),
            button("alerts", "delete", key, "Delete", "red"),
        )

    return table(
        rows,
        (
            Column("id", "id", str, True),
            Column("", "metric", lambda row: f"{row['metric_name']} {row['statistic']}"),
            Column("", "limits", lambda row: limits(row, known)),
            Column("", "scope", scope_of),
            Column("", "window", timing),
            Column("", "status", is_on),
            Column("", "", change),
        ),
    )


def limits(row: Mapping[str, Any], known: Mapping[str, str]) -> Node:
    """Return the limits of a threshold with their unit."""
    unit = "deviations" if row["baseline"] else known.get(row["metric_name"])
    side = "off by" if row["direction"] == "both" else row["direction"]
    return html.Div(
        [
            html.Div(f"warning {side} {limit(row['warning_threshold'], row, unit)}"),
            html.Div(f"critical {side} {limit(row['critical_threshold'], row, unit)}"),
            *([html.Div(row["description"], className="change")] if row["description"] else []),
        ]
    )


def limit(value: float, row: Mapping[str, Any], unit: str | None) -> str:
    """Return a limit with the unit of its statistic."""
    if row["statistic"] == "count":
        return number(value)
    if row["statistic"] == "rate" and unit != "share":
        return f"{number(value)} a second"
    return number(value, unit)


def timing(row: Mapping[str, Any]) -> str:
    """Return over how long values are taken, and how long they must be bad."""
    found = short_duration(row["time_window"])
    return f"{found}, for {short_duration(row['for_duration'])}" if row["for_duration"] else found


def chosen(state: State, rows: Rows) -> dict[str, Any] | None:
    """Return the threshold that the address names, else the one with the most open alerts."""
    if wanted := state.get("threshold"):
        return next((row for row in rows if str(row["id"]) == wanted), None)

    def order(row: dict[str, Any]) -> tuple[int, bool, bool]:
        # A backtest of a baseline takes long, so it is made for those who choose it.
        return row["firing_count"], row["baseline"] is None, row["enabled"]

    return max(rows, key=order, default=None)


def step(state: State) -> timedelta | None:
    """Return how often a backtest evaluates: each hour of many, because minutes take 60 times."""
    return timedelta(hours=1) if state.length > timedelta(days=2) else None


def backtest(state: State) -> Asking[Node]:
    """Draw a threshold over its metric, with the alerts that it would have opened."""
    rows = yield ask("get_alert_thresholds")
    row = chosen(state, rows)
    if row is None:
        if state.get("threshold"):
            return nothing("This threshold is deleted.", "Choose another one above.")
        return nothing("There is no threshold yet.", "Make one: the button is above.")
    given = {
        "threshold_id": row["id"],
        "start_time": state.start,
        "end_time": state.end,
        "step": step(state),
    }
    (summary,) = yield ask("get_backtest_summary", **given)
    if not summary["group_count"]:
        return nothing(
            f"Threshold {row['id']} on {row['metric_name']} has no series in this range.",
            "Choose a longer range, or look at its scope.",
        )
    fired = yield ask("backtest_alert_threshold", **given)
    known = yield from units()
    unit = known.get(row["metric_name"])
    measured = yield measured_by(row, state)
    shown = draw(row, measured, fired, state.granularity, unit)
    width = {"hourly": "hour", "daily": "day", "weekly": "week"}[state.granularity]
    by = "raw values" if summary["source"] == "raw" else "whole hours"
    return [
        dmc.Text(
            f"Threshold {row['id']}: {row['metric_name']} {row['statistic']} of {scope_of(row)},"
            f" over {timing(row)}. Evaluated each {short_duration(summary['used_step'])} by {by}."
            f" A point is a whole {width}, so what is shorter shows as a mark only."
            + (
                " Its limits are deviations from the same hour of other weeks, and not drawn."
                if row["baseline"]
                else ""
            ),
            size="sm",
            mb="sm",
        ),
        cards(
            [
                Card(
                    "alerts",
                    number(summary["alert_count"]),
                    f"{number(summary['alerts_per_week'])} a week",
                ),
                Card(
                    "critical",
                    number(summary["critical_count"]),
                    f"{number(summary['critical_per_week'])} a week",
                ),
                Card("time with an alert", number(summary["firing_share"], "share")),
                Card("flaps", number(summary["flap_count"]), "short, or soon again"),
                Card(
                    "median open for",
                    span(summary["median_duration"]),
                    f"longest {span(summary['longest_duration'])}",
                ),
                Card(
                    "groups with alerts",
                    number(summary["firing_group_count"]),
                    f"of {number(summary['group_count'])}",
                ),
            ]
        ),
        shown,
        table(
            fired,
            (
                Column("fired_at", "would open (UTC)", moment),
                Column("severity", "severity", severity),
                Column("labels", "group", lambda value: group(value, row)),
                Column("duration", "open for", span, True),
                Column("fired_value", "value", lambda v: value_of(v, row, unit), True),
                Column("worst_value", "worst", lambda v: value_of(v, row, unit), True),
                Column("is_flap", "", lambda value: badge("flap") if value else ""),
            ),
            empty="It would have opened no alert in this range.",
            most=20,
        ),
    ]


def value_of(value: float | None, row: Mapping[str, Any], unit: str | None) -> str:
    """Return a value that a threshold compared."""
    return (
        NOTHING if value is None else limit(value, row, "deviations" if row["baseline"] else unit)
    )


def measured_by(row: Mapping[str, Any], state: State) -> Question:
    """Return the question for what a threshold watches, over the range."""
    named = {row["scope_type"]: row["scope_name"]} if row["scope_name"] else row["scope_labels"]
    wanted = PERCENTILES.get(row["statistic"])
    return ask(
        "query_metrics",
        metric=row["metric_name"],
        start_time=state.start,
        end_time=state.end,
        labels=named or None,
        group_by=row["group_by"] or None,
        granularity=state.granularity,
        percentiles=[wanted or 0.5],
        max_rows=100_000,
        confidence=0.95,
    )


def group(found: Mapping[str, Any] | None, row: Mapping[str, Any]) -> str:
    """Return the group of a threshold that an alert is about."""
    names = {name: value for name, value in (found or {}).items() if name in row["group_by"]}
    return labels(names) or "all"


def draw(
    row: Mapping[str, Any], measured: Rows, fired: Rows, granularity: str, unit: str | None
) -> Node:
    """Draw the groups with the most alerts over time, with the limits as lines."""
    if not measured:
        return nothing("Nothing was measured in this range.")
    alerts = Counter(group(one["labels"], row) for one in fired)
    sizes: Counter[str] = Counter()
    for one in measured:
        sizes[group(one["group_labels"], row)] += one["count"]
    names = sorted(sizes, key=lambda name: (-alerts[name], -sizes[name], name))
    shown = names[:MOST_GROUPS]
    per = f" per {short_duration(row['time_window'])}" if row["statistic"] in SUMS else ""
    points: dict[datetime, dict[str, Any]] = {}
    for one in measured:
        name = group(one["group_labels"], row)
        if name in shown:
            point = points.setdefault(one["time_bucket"], {"time_bucket": one["time_bucket"]})
            found = compared(one, row, granularity, is_share=unit == "share")
            for end, value in zip(("", " low", " high"), found, strict=True):
                point[name + end] = value
    lines = [
        Line(
            (name if row["group_by"] else row["metric_name"]) + per,
            name,
            COLORS[(0, 2, 3, 5, 6)[index]],
            # The bands of several groups would cover each other.
            f"{name} low" if len(shown) == 1 else None,
            f"{name} high" if len(shown) == 1 else None,
        )
        for index, name in enumerate(shown)
    ]
    levels = [
        Level(row["warning_threshold"], "warning", "orange.7"),
        Level(row["critical_threshold"], "critical", "red.6"),
    ]
    worst = sorted(fired, key=lambda one: (one["severity"] != "critical", one["fired_at"]))
    left_out = [
        *([f"{len(names) - len(shown)} groups"] if len(names) > len(shown) else []),
        *([f"{len(worst) - MOST_MARKS} marks"] if len(worst) > MOST_MARKS else []),
    ]
    drawn = trend(
        [points[at] for at in sorted(points)],
        lines,
        granularity,
        unit=drawn_unit(row, unit),
        # Deviations from a baseline are on another scale.
        levels=[] if row["baseline"] else levels,
        marks=sorted(
            (
                Mark(
                    one["fired_at"],
                    one["severity"],
                    "red.6" if one["severity"] == "critical" else "orange.6",
                )
                for one in worst[:MOST_MARKS]
            ),
            key=lambda mark: mark.time,
        ),
    )
    if not left_out:
        return drawn
    rest = dmc.Text(f"Not drawn: {', '.join(left_out)}.", size="sm", c="dimmed")
    return html.Div([drawn, rest])


def drawn_unit(row: Mapping[str, Any], unit: str | None) -> str | None:
    """Return the unit of the statistic of a threshold."""
    if row["statistic"] == "count" or (row["statistic"] == "rate" and unit != "share"):
        return None
    return unit


def compared(
    one: Mapping[str, Any], row: Mapping[str, Any], granularity: str, *, is_share: bool
) -> tuple[float | None, float | None, float | None]:
    """Return the value of a bucket that a threshold compares, with its interval."""
    statistic = row["statistic"]
    width = WIDTHS[granularity]
    if statistic in PERCENTILES:
        ends = ((one.get(name) or [None])[0] for name in ("percentile_lows", "percentile_highs"))
        low, high = ends
        return (one["percentile_values"] or [None])[0], low, high
    if statistic in SUMS:
        value = one["count"] if statistic == "count" else one["total"]
        # A bucket is longer or shorter than the window whose sum the limits are about.
        return (None if value is None else value * (row["time_window"] / width)), None, None
    # The share of a bucket is its average; of another metric, rate is values a second.
    if statistic == "rate" and not is_share:
        return one["count"] / width.total_seconds(), None, None
    column, low_end, high_end = COLUMNS.get(statistic, COLUMNS["avg"])
    return one[column], one.get(low_end or ""), one.get(high_end or "")


def suggestion(state: State) -> Asking[Node]:
    """Show limits that the past of a metric suggests."""
    metric = state.get("metric")
    settings: dict[str, Any] = {"metric_name": metric}
    row: dict[str, Any] | None = None
    if metric:
        settings["scope_labels"] = state.labels or None
    else:
        row = chosen(state, (yield ask("get_alert_thresholds")))
        if row is None or row["baseline"] or row["scope_type"] in ("workflow", "worker"):
            return nothing(
                "Choose a metric above.",
                "Limits are found that would have opened an alert a week, or fewer.",
            )
        settings = {
            name: row[name]
            for name in (
                *("metric_name", "statistic", "scope_labels", "group_by", "time_window"),
                *("for_duration", "direction", "minimum_sample"),
            )
        }
    try:
        found = yield ask(
            "suggest_alert_threshold",
            **settings,
            start_time=state.start,
            end_time=state.end,
            step=step(state),
        )
    except Failure as failure:
        if getattr(failure.__cause__, "sqlstate", None) != "PT404":
            raise
        return nothing(f"No limits are suggested: {failure.message}.", failure.hint)
    name = settings["metric_name"]
    unit = (yield from units()).get(name)
    about = (
        f"For {name}"
        + (f", as threshold {row['id']} takes it" if row else "")
        + f". The usual value is {limit_of(found, 'usual_value', unit)}, the worst"
        f" {limit_of(found, 'worst_value', unit)},"
        f" of {number(found[0]['window_count'])} windows."
    )

    def take(one: dict[str, Any]) -> Node:
        made = {**one["arguments"], "description": f"{one['candidate']} limits"}
        return buttons(
            *(
                [
                    button(
                        "alerts",
                        "take",
                        json.dumps(
                            [row["id"], one["warning_threshold"], one["critical_threshold"]]
                        ),
                        f"Use for threshold {row['id']}",
                    )
                ]
                if row
                else [button("alerts", "create", json.dumps(made), "Create")]
            )
        )

    return [
        dmc.Text(about, size="sm", mb="sm"),
        table(
            found,
            (
                Column("candidate", "limits"),
                Column("", "warning", lambda one: limit_of([one], "warning_threshold", unit)),
                Column("", "critical", lambda one: limit_of([one], "critical_threshold", unit)),
                Column("warnings_per_week", "alerts a week", number, True),
                Column("criticals_per_week", "critical a week", number, True),
                Column("flap_count", "flaps", number, True),
                Column("firing_share", "time", lambda value: number(value, "share"), True),
                Column("longest_duration", "longest", span, True),
                Column("caution", "caution", lambda value: value or ""),
                Column("", "", take),
            ),
        ),
    ]


def limit_of(rows: Rows, column: str, unit: str | None) -> str:
    """Return a value of a suggestion with its unit."""
    value = rows[0][column]
    return NOTHING if value is None else limit(value, rows[0]["arguments"], unit)


def objectives(state: State) -> Asking[Node]:
    """Show how service level objectives stand."""
    rows = yield ask("get_slo_status", as_of=state.now)
    known = yield ask("get_slo_objectives")
    create = button("alerts", "set-objective", "", "Set objective")
    if not known:
        return [
            nothing(
                "There is no objective yet.",
                "An objective says how much must be good, and alerts when too much of the rest is"
                " used up too fast.",
            ),
            create,
        ]
    there = {row["objective"] for row in rows}
    # Of these only the target is known.
    rest: Rows = [
        defaultdict(
            lambda: None,
            objective=one["objective_name"],
            labels=one["scope_labels"],
            target=one["target"],
            severity="no values" if one["enabled"] else "disabled",
        )
        for one in known
        if one["objective_name"] not in there
    ]
    return [create, objective_table([*rows, *rest])]


def objective_table(rows: Rows) -> Component:
    """List objectives with what is left of their budgets."""

    def exact_share(value: float | None) -> str:
        # 99.95 % and 99.9 % are not the same objective.
        return NOTHING if value is None else f"{100 * value:.6g} %"

    def gone(row: dict[str, Any]) -> str:
        times = [row[name] for name in ("gone_at_1h_rate", "gone_at_6h_rate") if row[name]]
        return moment(min(times)) if times else "not soon"

    def change(row: dict[str, Any]) -> Node:
        name = row["objective"]
        return buttons(
            button("alerts", "set-objective", name, "Edit"),
            button("alerts", "retire-objective", name, "Retire", "red"),
        )

    return table(
        rows,
        (
            Column("objective", "objective"),
            Column("labels", "for", lambda v: labels(v, "metric", "objective") or "all"),
            Column("severity", "status", lambda value: severity(value) if value else badge("ok")),
            Column("compliance", "good", exact_share, True),
            Column("target", "target", exact_share, True),
            Column("total_count", "n", number, True),
            Column("error_budget_left", "budget left", lambda v: number(v, "share"), True),
            Column("burn_rate_1h", "burn rate 1 h", number, True),
            Column("burn_rate_6h", "6 h", number, True),
            Column("burn_rate_3d", "3 d", number, True),
            Column("", "budget gone (UTC)", gone),
            Column("", "", change),
        ),
    )


def receivers(state: State) -> Asking[Node]:
    """Show who is told of alerts, and whether it works."""
    rows = yield ask("get_alert_receivers")

    def works(row: dict[str, Any]) -> Node:
        if not row["enabled"]:
            return badge("disabled")
        if row["failing_since"]:
            return html.Div(
                [
                    badge("failing", "red"),
                    f" since {moment(row['failing_since'])}: {row['last_error']}",
                ]
            )
        return badge("ok", "teal")

    def change(row: dict[str, Any]) -> Node:
        key = row["receiver_name"]
        return buttons(
            *([button("alerts", "test", key, "Send a test")] if row["enabled"] else []),
            button("alerts", "edit-receiver", key, "Edit"),
            button("alerts", "remove-receiver", key, "Remove", "red"),
        )

    new = button("alerts", "add-receiver", "", "New receiver")
    if not rows:
        return [
            nothing(
                "Nobody is told of alerts yet.",
                "A receiver is a webhook, an Alertmanager, a Slack channel or an email address."
                " pgkit worker sends the messages.",
            ),
            new,
        ]
    shown = table(
        rows,
        (
            Column("receiver_name", "name"),
            Column("kind", "kind"),
            Column("minimum_severity", "from", severity),
            Column("matcher", "alerts with", or_all),
            Column("", "status", works),
            Column("waiting_count", "waiting", number, True),
            Column("last_delivered_at", "last sent (UTC)", moment),
            Column("", "", change),
        ),
    )
    return [new, shown]


def deliveries(state: State) -> Asking[Node]:
    """Show the latest messages."""
    rows = yield ask("get_alert_deliveries", max_rows=20)
    colors = {"delivered": "teal", "gave up": "red"}
    return table(
        rows,
        (
            Column("created_at", "made (UTC)", moment),
            Column("receiver", "receiver"),
            Column("status", "status", lambda value: badge(value, colors.get(value, "gray"))),
            Column("is_test", "", lambda value: badge("test") if value else ""),
            Column("alert_count", "alerts", number, True),
            Column("attempt_count", "attempts", number, True),
            Column("last_error", "error", lambda value: value or ""),
        ),
        empty="No message was made yet.",
    )


def threshold_choices(state: State) -> Asking[Choices]:
    """Return the thresholds to draw."""
    rows = yield ask("get_alert_thresholds")
    return [
        (str(row["id"]), f"{row['id']}: {row['metric_name']} {row['statistic']}") for row in rows
    ]


def metrics(state: State) -> Asking[Choices]:
    """Return the metrics to find limits for, which are those that have values."""
    rows = yield ask("get_metrics", with_values=True)
    return [
        (row["metric"], row["metric"])
        for row in sorted(rows, key=lambda row: row["metric"])
        if row["pipeline_name"] != "experiments"
    ]


def severities(state: State) -> Asking[Choices]:
    """Return how bad alerts may be."""
    yield from ()
    return [(name, name) for name in SEVERITIES]


PAGE = Page(
    "alerts",
    "Alerts",
    (
        Panel("Open alerts", open_alerts, height=300),
        Panel(
            "Thresholds",
            thresholds,
            "Limits of metrics. Each series beyond one opens an alert, which ends by itself.",
            height=180,
        ),
        Panel(
            "Backtest",
            backtest,
            "What the chosen threshold would have done in this range, drawn over its metric.",
            height=1000,
            is_fresh=False,
        ),
        Panel(
            "Suggested limits",
            suggestion,
            "From what was measured in this range: at most 1, 0.5 or 0.1 alerts a week.",
            height=110,
            is_fresh=False,
        ),
        Panel("Objectives", objectives, "Burn rate 1 uses up the budget just in time.", height=130),
        Panel("Budgets", budgets, height=100),
        Panel("History", history, height=300),
        Panel(
            "Rules that alert most",
            statistics,
            "Flapping alerts ended by themselves within ten minutes. What flaps, or nobody"
            " acknowledges, disturbs people in vain.",
            height=160,
        ),
        Panel("Silences", silences, height=100),
        Panel("Receivers", receivers, height=130),
        Panel("Latest messages", deliveries, height=110),
    ),
    (
        label_filter("model", "Model"),
        Filter("severity", "Severity", severities),
        Filter(
            "threshold",
            "Threshold to backtest",
            threshold_choices,
            placeholder="with most open alerts",
        ),
        Filter("metric", "Find limits for", metrics, placeholder="the threshold shown"),
    ),
    FORMS,
    buttons=("create", "silence"),
)

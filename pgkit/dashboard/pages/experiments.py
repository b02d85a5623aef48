"""What A/B tests have found, and how sure that is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component
from psycopg.types.json import Jsonb

from pgkit.dashboard.ask import Asking, Question, Rows, ask, view
from pgkit.dashboard.charts import (
    COLORS,
    Column,
    Level,
    Line,
    Node,
    Whisker,
    badge,
    callout,
    link,
    nothing,
    table,
    timeline,
    whiskers,
)
from pgkit.dashboard.frame import Action, Choices, Filter, Page, Panel, button, field
from pgkit.dashboard.numbers import NOTHING, moment, number, signed
from pgkit.dashboard.state import State

MOST_TESTS = 200
MOST_KNOWN = 200
# As long as the buckets of each width are kept.
KEPT_HOURS, KEPT_DAYS = timedelta(days=89), timedelta(days=700)
RECOMMENDATIONS = {
    "ship_a": ("Keep A", "orange"),
    "ship_b": ("Ship B", "teal"),
    "keep_running": ("Keep running", "blue"),
    "stop_no_difference": ("Stop: no difference that matters", "gray"),
    "check_assignment": ("Check the assignment: no figure can be trusted", "red"),
}
VERDICTS = {
    "b_better": ("B is better", "teal"),
    "a_better": ("A is better", "orange"),
    "harmed": ("harmed", "red"),
    "unharmed": ("unharmed", "teal"),
    "no_difference": ("no difference that matters", "gray"),
    "undecided": ("undecided", "gray"),
}
FEWEST_UNITS = 30
UNTRUSTED = 0.001
START_HINT = "Press Start test above, or call perf.start_ab_test()."
METRIC_WORDS = "role, name, higher or lower, and the smallest difference that matters"


def tests(state: State) -> Asking[Rows]:
    """Return the tests, those that run first."""
    return (yield ask("get_ab_tests", max_rows=MOST_TESTS))


def chosen(state: State) -> Asking[dict[str, Any] | None]:
    """Return the test that the address names, else the first that there is."""
    rows = yield from tests(state)
    wanted = state.get("test")
    return next((row for row in rows if str(row["id"]) == wanted), rows[0] if rows else None)


def test_choices(state: State) -> Asking[Choices]:
    """Return the tests to choose from."""
    rows = yield from tests(state)
    return [(str(row["id"]), f"{row['test_name']} ({row['test_status']})") for row in rows]


def metric_choices(state: State) -> Asking[Choices]:
    """Return the metrics of the chosen test."""
    test = yield from chosen(state)
    return [(row["metric"], row["metric"]) for row in test["metrics"]] if test else []


def listed(state: State) -> Asking[Node]:
    """Show all tests, those that run first."""
    rows = yield from tests(state)
    if not rows:
        return nothing("No A/B test was started yet.", START_HINT)

    def name(row: dict[str, Any]) -> Node:
        search = state.search(test=row["id"], metric=None)
        return link(row["test_name"], f"/experiments{search}")

    def models(row: dict[str, Any]) -> Node:
        named = f"{row['model_type']}: {row['model_a_version']} or {row['model_b_version']}"
        return html.Div(named, className="wide")

    def stop_button(row: dict[str, Any]) -> Node:
        if row["test_status"] != "running":
            return ""
        return button("experiments", "stop", str(row["id"]), "Stop", "red")

    return table(
        rows,
        (
            Column("", "test", name),
            Column(
                "test_status",
                "status",
                lambda v: badge(v, "blue" if v == "running" else "gray"),
            ),
            Column("", "actions", stop_button),
            Column("", "A or B", models),
            Column("primary_metric", "decided by"),
            Column("traffic_split", "share of B", lambda v: number(v, "share"), True),
            Column("planned_units", "planned units", number, True),
            Column("test_start", "start (UTC)", unbroken),
            Column("test_end", "end", unbroken),
            Column("winner_model", "winner", lambda v: v.upper() if v in ("a", "b") else v or ""),
            Column("created_by", "started by", lambda v: v or NOTHING),
        ),
    )


def unbroken(value: Any) -> Component:
    """Return a time that is not broken into two lines."""
    return html.Span(moment(value), className="unbroken")


def says(test: dict[str, Any]) -> str:
    """Return which test is shown."""
    return (
        f"{test['test_name']}: {test['model_type']}, A is {test['model_a_version']}, B is"
        f" {test['model_b_version']}"
    )


def results(state: State) -> Asking[Node]:
    """Say what is recommended, and show the difference of each metric with its interval."""
    test = yield from chosen(state)
    if test is None:
        return nothing("There is no A/B test to show.", START_HINT)
    rows = yield ask("get_ab_test_results", test_id=test["id"])
    if not rows:
        return nothing(f"{test['test_name']} has no results.")
    first = rows[0]
    title, color = RECOMMENDATIONS.get(
        first["recommendation"] or "", (str(first["recommendation"]), "gray")
    )
    drawn: list[Component] = [
        dmc.Text(says(test), size="sm", fw=600),
        callout(title, first["reason"] or "", color),
    ]
    if test["test_status"] == "completed":
        winner = test["winner_model"] or "none"
        drawn.append(
            dmc.Text(
                f"Ended {moment(test['test_end'])} UTC by {test['stopped_by'] or 'nobody known'};"
                f" winner: {winner.upper() if winner in ('a', 'b') else winner}."
                f" {test['stop_reason'] or ''}",
                size="sm",
            )
        )
    for role, heading in (
        ("primary", "What decides"),
        ("guardrail", "Guardrails, which must not become worse"),
        ("other", "Others, not corrected for looking at many"),
    ):
        found = [row for row in rows if row["role"] == role]
        if not found:
            continue
        drawn.append(html.H3(heading, className="part"))
        # Each metric has its own unit, and so its own scale.
        for row in found:
            if row["difference"] is None:
                drawn.append(
                    dmc.Text(
                        f"{row['metric']}: no difference yet, because a variant has no outcome.",
                        size="sm",
                        className="unsure",
                    )
                )
            else:
                drawn.append(whiskers([whisker(row)], reference=0))
    drawn += [html.H3("Both variants", className="part"), variants(rows)]
    return html.Div(drawn)


def interval_of(row: dict[str, Any]) -> tuple[float | None, float | None, str]:
    """Return the interval of a difference, and when it holds."""
    if row["always_valid_low"] is not None:
        return row["always_valid_low"], row["always_valid_high"], "valid at every look"
    if row["minimum_effect"] is None:
        return row["low"], row["high"], "for a single look"
    return None, None, ""


def whisker(row: dict[str, Any]) -> Whisker:
    """Return the difference of a metric with its interval."""
    low, high, holds = interval_of(row)
    units = (row["units_a"] or 0) + (row["units_b"] or 0)
    said = f"B - A {signed(row['difference'])}"
    if low is not None:
        said += f" ({signed(low)} to {signed(high)}, {holds})"
    if row["relative_difference"] is not None:
        said += f", {signed(row['relative_difference'], 'share')} of A"
    name = html.Span(
        [
            row["metric"],
            html.Br(),
            html.Small(
                f"{row['better']} is better"
                + (
                    f", {number(row['minimum_effect'])} matters"
                    if row["minimum_effect"] is not None
                    else ""
                ),
                className="unsure",
            ),
        ]
    )
    verdict = None if low is not None else "insufficient_data"
    return Whisker(name, row["difference"], low, high, said, units, verdict)


def variants(rows: Rows) -> Component:
    """Show the means of both variants, and the tests of their difference."""

    def decided(row: dict[str, Any]) -> Node:
        if row["verdict"] is None:
            return NOTHING
        if interval_of(row)[0] is None:
            return badge("insufficient data")
        text, color = VERDICTS.get(row["verdict"], (row["verdict"], "gray"))
        return badge(text, color)

    return table(
        rows,
        (
            Column("metric", "metric"),
            Column("", "verdict", decided),
            Column("mean_a", "mean A", number, True),
            Column("mean_b", "mean B", number, True),
            Column("p50_a", "p50 A", number, True),
            Column("p50_b", "p50 B", number, True),
            Column("p95_a", "p95 A", number, True),
            Column("p95_b", "p95 B", number, True),
            Column("units_a", "units A", number, True),
            Column("units_b", "units B", number, True),
            Column("always_valid_p_value", "p at every look", p_value, True),
            Column("adjusted_p_value", "p of guardrails", p_value, True),
            Column("p_value", "p of a single look", p_value, True),
            Column("chance_to_win", "chance that B is better", chance, True),
            Column("method", "test", lambda v: v.replace("_", " ") if v else NOTHING),
        ),
    )


def p_value(value: float | None) -> str:
    """Return a p value as people write it."""
    if value is None:
        return NOTHING
    return "< 0.0001" if value < 1e-4 else number(value)


def chance(value: float | None) -> str:
    """Return a probability, not rounded to certainty."""
    if value is not None and not 0.001 <= value <= 0.999:
        return "> 99.9 %" if value > 0.5 else "< 0.1 %"
    return number(value, "share")


def assignment(state: State) -> Asking[Node]:
    """Show whether as many units got each variant as the split says."""
    test = yield from chosen(state)
    if test is None:
        return nothing("There is no A/B test to show.", START_HINT)
    rows = yield ask("get_ab_test_results", test_id=test["id"])
    most = max(rows, key=lambda row: (row["units_a"] or 0) + (row["units_b"] or 0), default=None)
    units_a, units_b = (most["units_a"] or 0, most["units_b"] or 0) if most else (0, 0)
    total = units_a + units_b
    if not total:
        return nothing(
            f"{test['test_name']} has no units yet.",
            "Record outcomes with perf.record_ab_outcome(), or calls with test_id and unit_key.",
        )
    (limits,) = yield ask("get_wilson_interval", successes=units_b, trials=total)
    share, split = units_b / total, test["traffic_split"]
    p = rows[0]["sample_ratio_p_value"]
    if p is None or (total < 2 * FEWEST_UNITS and p >= UNTRUSTED):
        said, color = "Too few units to say whether the assignment is right.", "gray"
    elif p < UNTRUSTED:
        said, color = (
            "Too uneven to be chance: units of one variant are lost or assigned wrongly.",
            "red",
        )
    else:
        said, color = "As even as chance allows.", "teal"
    return html.Div(
        [
            dmc.Text(test["test_name"], size="sm", fw=600),
            callout(
                said,
                f"Units: {units_a:,} of A, {units_b:,} of B. The chance of numbers so far from the"
                f" split is p {p_value(p)}; below {UNTRUSTED} no figure can be trusted.",
                color,
            ),
            whiskers(
                [
                    Whisker(
                        "share of B",
                        share,
                        limits["low"],
                        limits["high"],
                        f"{number(share, 'share')} ({number(limits['low'], 'share')} to"
                        f" {number(limits['high'], 'share')}), meant {number(split, 'share')}",
                        total,
                        "insufficient_data" if total < 2 * FEWEST_UNITS else None,
                    )
                ],
                unit="share",
                reference=split,
            ),
        ]
    )


def width_of(test: dict[str, Any], state: State) -> str:
    """Return the width of buckets that the time since the start of a test fits into."""
    age = state.now - test["test_start"]
    length = (test["test_end"] or state.now) - test["test_start"]
    if length <= timedelta(days=3) and age <= KEPT_HOURS:
        return "hourly"
    return "daily" if age <= KEPT_DAYS and length <= timedelta(days=100) else "weekly"


def over_time(state: State) -> Asking[Node]:
    """Draw the difference of a metric with its interval as it was known at each time."""
    test = yield from chosen(state)
    if test is None:
        return nothing("There is no A/B test to show.", START_HINT)
    granularity = width_of(test, state)
    found = yield ask(
        "get_ab_test_history", test_id=test["id"], granularity=granularity, max_rows=20_000
    )
    names = [row["metric"] for row in test["metrics"]]
    metric = state.get("metric") if state.get("metric") in names else test["primary_metric"]
    rows = [row for row in found if row["metric"] == metric]
    if not rows:
        return nothing(
            f"{test['test_name']} has no outcomes of {metric} yet.",
            "Record outcomes with perf.record_ab_outcome(), or calls with test_id and unit_key.",
        )
    last = rows[-1]
    levels, explained = [Level(0, "no difference")], "The grey line is no difference."
    effect = last["minimum_effect"]
    if effect is not None:
        levels += [
            Level(effect, "the smallest difference that matters", "teal.7"),
            Level(-effect, "the smallest difference that matters", "teal.7"),
        ]
        explained += f" The green lines are the smallest that matters, {number(effect)}."
    said = f"{metric} of {test['test_name']}, {granularity}: "
    if last["always_valid_low"] is None:
        said += (
            "no interval yet; it takes 30 units of each variant."
            if effect is not None
            else "no interval, because the metric has no smallest difference that matters."
        )
    else:
        said += (
            f"B - A is {signed(last['difference'])} ({signed(last['always_valid_low'])} to"
            f" {signed(last['always_valid_high'])}), n {last['units_a'] + last['units_b']:,}."
        )
    lines = [Line("B - A", "difference", COLORS[0], "always_valid_low", "always_valid_high")]
    return html.Div(
        [
            dmc.Text(said, size="sm", fw=600),
            timeline(rows, lines, time="time_bucket", levels=levels, within=most_shown(last)),
            dmc.Text(explained, size="sm", c="dimmed"),
        ]
    )


def most_shown(last: dict[str, Any]) -> float | None:
    """Return how far from 0 a chart reaches, so that wide intervals of the start do not rule it."""
    ends = [last["always_valid_low"], last["always_valid_high"]]
    if None in ends:
        return None
    return 3 * max(abs(end) for end in (*ends, last["minimum_effect"] or 0))


# Forms.


def text(values: Mapping[str, Any], name: str) -> str:
    """Return what was typed into a field, without spaces around it."""
    return str(values.get(name) or "").strip()


def start_fields(key: str) -> Asking[list[Component]]:
    """Return the form that starts a test."""
    models = yield view("v_latest_model_performance")
    saved = yield ask("get_config_history", max_rows=MOST_KNOWN)
    types = sorted({row["model_type"] for row in [*models, *saved]})
    versions = sorted(
        {row["model_version"] for row in models if row["model_version"]}
        | {str(row["version"]) for row in saved}
    )
    better = [{"value": name, "label": f"{name} is better"} for name in ("higher", "lower")]
    return [
        dmc.TextInput(id=field("test_name"), label="Name", required=True),
        dmc.Autocomplete(
            id=field("model_type"), label="Type of the models", data=types, required=True
        ),
        dmc.Autocomplete(
            id=field("a"),
            label="Version of A",
            description="The one in use.",
            data=versions,
            required=True,
        ),
        dmc.Autocomplete(id=field("b"), label="Version of B", data=versions, required=True),
        dmc.TextInput(
            id=field("metric"),
            label="Metric that decides",
            description="Calls bring success, response_time_ms and first_token_ms.",
            value="success",
            required=True,
        ),
        dmc.Select(
            id=field("better"),
            label="Which values are better",
            data=better,
            value="higher",
            allowDeselect=False,
        ),
        dmc.NumberInput(
            id=field("effect"),
            label="Smallest difference that matters",
            description="Of the means of A and B, in the unit of the metric.",
            min=0,
            required=True,
        ),
        dmc.Textarea(
            id=field("metrics"),
            label="Further metrics",
            description=f"One a line: {METRIC_WORDS}, such as: guardrail response_time_ms lower"
            " 100. A share is such as: guardrail slow lower 0.02 response_time_ms above 2000.",
            autosize=True,
            minRows=2,
        ),
        dmc.NumberInput(
            id=field("split"), label="Share of B in %", value=50, min=0, max=100, required=True
        ),
        dmc.NumberInput(
            id=field("planned"),
            label="Planned units of both together",
            description="perf.get_ab_sample_size() says how many. May be empty.",
            min=1,
        ),
        dmc.TextInput(
            id=field("machine"), label="Machine", description="Its UUID; empty for all machines."
        ),
    ]


def start(key: str, values: Mapping[str, Any]) -> Question:
    """Start a test."""
    if values.get("effect") in (None, ""):
        raise ValueError("Say which difference matters.")
    if values.get("split") in (None, ""):
        raise ValueError("Say which share of the units gets B.")
    machine = text(values, "machine")
    try:
        machine_id = UUID(machine) if machine else None
    except ValueError:
        raise ValueError(f"The machine must be a UUID, got {machine}.") from None
    metrics = [
        {
            "metric": text(values, "metric"),
            "role": "primary",
            "better": values.get("better") or "higher",
            "minimum_effect": float(values["effect"]),
        },
        *(read_metric(line) for line in text(values, "metrics").splitlines() if line.strip()),
    ]
    return ask(
        "start_ab_test",
        test_name=text(values, "test_name"),
        model_type=text(values, "model_type"),
        model_a_version=text(values, "a"),
        model_b_version=text(values, "b"),
        metrics=Jsonb(metrics),
        traffic_split=float(values["split"]) / 100,
        machine_id=machine_id,
        planned_units=int(values["planned"]) if values.get("planned") else None,
    )


def read_metric(line: str) -> dict[str, Any]:
    """Read a line of the form as a metric: role, name, better, difference, and of what a share.

    A name may have spaces: it ends before higher or lower.
    """
    role, *words = line.split()
    at = next((i for i, word in enumerate(words) if word in ("higher", "lower")), 0)
    if role not in ("guardrail", "other") or not at:
        raise ValueError(f"Write {METRIC_WORDS}; the role is guardrail or other. Got {line}.")
    metric: dict[str, Any] = {"role": role, "metric": " ".join(words[:at]), "better": words[at]}
    rest = words[at + 1 :]
    try:
        if rest:
            metric["minimum_effect"] = float(rest[0])
        if len(rest) > 1:
            *source, above, limit = rest[1:]
            if above != "above" or not source:
                raise ValueError
            metric |= {"source_metric": " ".join(source), "above": float(limit)}
    except ValueError:
        raise ValueError(
            f"Write numbers after higher or lower, as in the example. Got {line}."
        ) from None
    return metric


def stop_fields(key: str) -> Asking[list[Component]]:
    """Return the form that stops a test, with what is recommended."""
    rows = yield ask("get_ab_test_results", test_id=key)
    first: dict[str, Any] = rows[0] if rows else {}
    title, _ = RECOMMENDATIONS.get(first.get("recommendation") or "", ("nothing yet", ""))
    return [
        dmc.Text(f"Recommended: {title}. {first.get('reason') or ''}", size="sm"),
        dmc.Select(
            id=field("winner"),
            label="Winner",
            description="It stays, and units get it from now on.",
            data=[
                {"value": "recommended", "label": "as recommended"},
                {"value": "a", "label": "A"},
                {"value": "b", "label": "B"},
                {"value": "none", "label": "none"},
            ],
            value="recommended",
            allowDeselect=False,
        ),
        dmc.TextInput(
            id=field("reason"),
            label="Reason",
            description="Empty for that of the recommendation.",
        ),
    ]


def stop(key: str, values: Mapping[str, Any]) -> Question:
    """Stop a test."""
    winner = values.get("winner")
    return ask(
        "stop_ab_test",
        test_id=key,
        reason=text(values, "reason") or None,
        winner=winner if winner in ("a", "b", "none") else None,
    )


PAGE = Page(
    "experiments",
    "Experiments",
    (
        Panel("A/B tests", listed, height=100),
        Panel(
            "Results",
            results,
            "Differences are those of the means of units, B less A. The line is at no difference.",
            height=600,
        ),
        Panel(
            "Assignment",
            assignment,
            "Whether as many units got each variant as the split says. The line is at the split.",
            height=170,
        ),
        Panel(
            "Difference over time",
            over_time,
            "What was known at the end of each bucket. The interval holds however often"
            " you look, so a test may end when it excludes no difference. The"
            " chart may cut off early ones.",
            height=380,
        ),
    ),
    (
        Filter("test", "Test", test_choices, placeholder="the first"),
        Filter("metric", "Metric over time", metric_choices, placeholder="the one that decides"),
    ),
    {
        "start": Action("Start test", start_fields, start, "The test has started.", "Start"),
        "stop": Action(
            "Stop test", stop_fields, stop, "The test has ended.", "Stop the test", True
        ),
    },
    has_range=False,
    buttons=("start",),
)

"""How good each trained model is, whether its data drifts, and its trainings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from pgkit.dashboard.ask import Asking, Question, Rows, ask, view
from pgkit.dashboard.charts import (
    COLORS,
    Column,
    Line,
    Mark,
    Node,
    Whisker,
    badge,
    bars,
    link,
    nothing,
    overlaid,
    table,
    timeline,
    whiskers,
)
from pgkit.dashboard.frame import Action, Choices, Filter, Page, Panel, button, field
from pgkit.dashboard.numbers import NOTHING, moment, number, percent, signed
from pgkit.dashboard.pages.common import empty, marks
from pgkit.dashboard.state import State
from pgkit.database import Failure
from pgkit.times import read_time

METRICS = ("rmse", "r_squared", "mae", "mape", "f1_score", "precision", "recall")
# What the address says for a model that is on no machine.
NO_MACHINE = "none"
MOST_CHECKS = 20
MOST_POINTS = 5_000
BUCKETS = 24
# Evaluations on each side, for a verdict about the period before.
FEWEST = 8
VERDICT_COLORS = {"improving": "teal", "degrading": "red", "rising": "blue", "falling": "blue"}
STATUS_COLORS = {"pending": "yellow", "running": "blue", "completed": "teal", "failed": "red"}
METHODS = (
    "auto",
    "kolmogorov_smirnov",
    "psi",
    "jensen_shannon",
    "wasserstein",
    "chi_square",
)
CHECKED_FIRST = "Press Check drift above. A model needs a drift reference, which has a button too."


class Trained(NamedTuple):
    """A trained model: its type, and the machine that it is for."""

    model_type: str
    machine: UUID | None

    @property
    def place(self) -> str:
        """The machine as the address and the keys of forms have it."""
        return str(self.machine or NO_MACHINE)

    @property
    def name(self) -> str:
        """The model as people read it."""
        return f"{self.model_type} {on_machine(self.machine)}"


def on_machine(machine: UUID | None) -> str:
    """Return the machine of a model as people read it."""
    return f"on machine {machine}" if machine else "on no machine"


def known(state: State) -> Asking[list[Trained]]:
    """Return the trained models, the one that was evaluated last first."""
    latest = yield view("v_latest_model_performance")
    latest = sorted(latest, key=lambda row: row["evaluation_date"], reverse=True)
    references = yield ask("get_drift_references", max_rows=100_000)
    return list(
        dict.fromkeys(Trained(row["model_type"], row["machine_id"]) for row in latest + references)
    )


def chosen(state: State) -> Asking[Trained | None]:
    """Return the model that the address names, else the one that was evaluated last."""
    return choose(state, (yield from known(state)))


def choose(state: State, found: list[Trained]) -> Trained | None:
    """Return the one of these models that the address names, else the first."""
    wanted, place = state.get("model_type"), state.get("machine")
    found = [one for one in found if wanted in ("", one.model_type)] or (
        [Trained(wanted, None)] if wanted else []
    )
    return next((one for one in found if one.place == place), found[0] if found else None)


def type_choices(state: State) -> Asking[Choices]:
    """Return the types of models to choose from."""
    found = yield from known(state)
    return [(name, name) for name in sorted({one.model_type for one in found})]


def machine_choices(state: State) -> Asking[Choices]:
    """Return the machines of the chosen type."""
    found = yield from known(state)
    one = choose(state, found)
    places = [other for other in found if one and other.model_type == one.model_type]
    return [(other.place, str(other.machine or "no machine")) for other in places]


def metric_choices(state: State) -> Asking[Choices]:
    """Return the metrics of the chosen model."""
    one = yield from chosen(state)
    rows = yield view("v_latest_model_performance")
    names = metrics_of(of(rows, one))
    return [(name, name) for name in names]


def of(rows: Rows, one: Trained | None) -> Rows:
    """Return the rows of a model."""
    return [row for row in rows if Trained(row["model_type"], row["machine_id"]) == one]


def metrics_of(rows: Rows) -> list[str]:
    """Return the names of the metrics that evaluations have."""
    named = [name for name in METRICS if any(row[name] is not None for row in rows)]
    return named + sorted({name for row in rows for name in row["metrics"] or ()})


def latest(state: State) -> Asking[Node]:
    """Show the latest evaluation of each model."""
    rows = yield view("v_latest_model_performance")
    if not rows:
        return (yield from empty(state, "evaluations"))
    names = metrics_of(rows)
    shown = [
        {**row, **{name: (row["metrics"] or {}).get(name, row.get(name)) for name in names}}
        for row in sorted(rows, key=lambda row: row["evaluation_date"], reverse=True)
    ]

    def model(row: dict[str, Any]) -> Node:
        one = Trained(row["model_type"], row["machine_id"])
        return link(
            one.model_type,
            "/evaluations"
            + state.search(
                model_type=one.model_type, machine=one.place, metric=None, check=None, feature=None
            ),
        )

    def drift(row: dict[str, Any]) -> Node:
        return drift_badge(row["drift_detected"], row["drift_score"])

    def actions(row: dict[str, Any]) -> Node:
        key = f"{row['machine_id'] or NO_MACHINE} {row['model_type']}"
        return dmc.Group(
            [
                button("evaluations", "check", key, "Check drift"),
                button("evaluations", "retrain", key, "Retrain"),
            ],
            gap=4,
            wrap="nowrap",
        )

    return table(
        shown,
        (
            Column("", "model", model),
            Column("machine_id", "machine", short),
            Column("model_version", "version", lambda value: value or NOTHING),
            Column("evaluation_date", "evaluated (UTC)", whole_moment),
            Column("sample_count", "cases", number, True),
            *(Column(name, name.replace("_", " "), number, True) for name in names),
            Column("", "drift", drift),
            Column("", "actions", actions),
        ),
    )


def short(machine: UUID | None) -> Node:
    """Return the first part of the key of a machine; the whole is in its title."""
    return html.Span(str(machine)[:8], title=str(machine)) if machine else NOTHING


def whole_moment(value: datetime | None) -> Component:
    """Return a time that is not broken into two lines."""
    return html.Span(moment(value), className="unbroken")


def drift_badge(is_found: bool | None, score: float | None) -> Component:
    """Return what a drift check found, as a badge."""
    if is_found is None:
        return badge("not tested")
    if not is_found:
        return badge("no drift", "teal")
    return badge("drift" if score is None else f"drift {number(score)}", "red")


def metric_over_time(state: State) -> Asking[Node]:
    """Draw a metric of a model with its trend line, and say whether it gets better."""
    one = yield from chosen(state)
    if one is None:
        return (yield from empty(state, "evaluations"))
    rows = yield view("v_latest_model_performance")
    names = metrics_of(of(rows, one))
    if not names:
        return nothing(f"{one.name} has no evaluation with a metric yet.")
    metric = state.get("metric") if state.get("metric") in names else names[0]
    values = yield Question(
        "get_model_metric_trend",
        {
            "model_type": one.model_type,
            "machine_id": one.machine,
            "metric": metric,
            "start_time": state.start,
            "end_time": state.end,
            "max_rows": MOST_POINTS,
        },
    )
    if not values:
        last = max(row["evaluation_date"] for row in of(rows, one))
        return nothing(
            f"{one.name} has no {metric} from {moment(state.start)} to {moment(state.end)} UTC.",
            f"Its latest evaluation is from {moment(last)}: choose a range with it above.",
        )
    happened = yield from marks(
        state._replace(params={**state.params, "model_type": (one.model_type,)}),
        lambda alert: alert["model_type"] == one.model_type,
    )
    trainings = yield ask("get_trainings", model_type=one.model_type, machine_id=one.machine)
    happened += [
        Mark(row["training_end"], f"trained {row['model_version']}", "teal.7")
        for row in of(trainings, one)
        if row["training_status"] == "completed"
        and values[0]["evaluation_date"] <= row["training_end"] < state.end
    ]
    found = values[-1]
    is_sure = found["verdict"] != "insufficient_data"
    slope, low, high = (found[name] for name in ("slope_per_day", "slope_low", "slope_high"))
    said = f"{signed(slope)} a day"
    if low is not None:
        said += f" ({signed(low)} to {signed(high)})"
    changed = yield from change(state, one, metric) if state.is_compared else nothing_asked()
    lines = [Line(metric, "value", COLORS[0]), Line("mean of 7", "moving_average", COLORS[1])]
    if is_sure:
        lines.append(Line("trend", "trend_value", COLORS[3], is_dashed=True))
    return html.Div(
        [
            dmc.Group(
                [
                    dmc.Text(f"{metric} of {one.name}", fw=600, size="sm"),
                    badge(
                        found["verdict"].replace("_", " "),
                        VERDICT_COLORS.get(found["verdict"], "gray"),
                    ),
                ],
                gap="xs",
            ),
            dmc.Text(found["reason"], size="sm", className="" if is_sure else "unsure"),
            timeline(values, lines, time="evaluation_date", marks=happened),
            whiskers(
                [
                    Whisker(
                        "slope, 95 % interval",
                        slope,
                        low,
                        high,
                        said,
                        found["point_count"],
                        None if is_sure else "insufficient_data",
                    )
                ],
                reference=0,
            ),
            *changed,
        ]
    )


def nothing_asked() -> Asking[list[Component]]:
    """Ask nothing, and draw nothing."""
    yield from ()
    return []


def change(state: State, one: Trained, metric: str) -> Asking[list[Component]]:
    """Draw how the mean of a metric differs from that of the period before."""
    start, end = state.before
    rows = yield ask(
        "compare_periods",
        metrics=[metric if metric in METRICS else f"evaluation.{metric}"],
        start_time=state.start,
        end_time=state.end,
        before_start=start,
        before_end=end,
        labels={"model_type": one.model_type, "machine_id": one.machine and str(one.machine)},
        min_count=FEWEST,
        as_of=state.now,
    )
    (found,) = (row for row in rows if row["statistic"] == "average")
    if found["difference"] is None:
        return [
            dmc.Text("The period before has no evaluations to compare with.", size="sm", c="dimmed")
        ]
    low, high = found["difference_low"], found["difference_high"]
    said = (
        f"{number(found['before_value'])} to {number(found['value'])},"
        f" {signed(found['difference'])}"
    )
    if low is not None:
        said += f" ({signed(low)} to {signed(high)})"
    said += f", n {found['before_count']:,} before and {found['count']:,} now"
    name = "mean, change from the period before"
    return [
        whiskers(
            [Whisker(name, found["difference"], low, high, said, None, found["verdict"])],
            reference=0,
        )
    ]


def checks_of(one: Trained | None) -> Asking[Rows]:
    """Return the last drift checks of a model, the last first."""
    if one is None:
        return []
    rows = yield ask(
        "get_drift_checks",
        model_type=one.model_type,
        machine_id=one.machine,
        max_rows=MOST_CHECKS if one.machine else 10 * MOST_CHECKS,
    )
    return of(rows, one)[:MOST_CHECKS]


def drift_checks(state: State) -> Asking[Node]:
    """Show the last drift checks of a model."""
    one = yield from chosen(state)
    rows = yield from checks_of(one)
    if one is None or not rows:
        return nothing(
            f"{one.name} was not checked for drift yet." if one else "There is no model yet.",
            CHECKED_FIRST,
        )

    def at(row: dict[str, Any]) -> Node:
        search = state.search(
            model_type=one.model_type, machine=one.place, check=row["check_id"], feature=None
        )
        return link(whole_moment(row["checked_at"]), f"/evaluations{search}")

    def drifted(row: dict[str, Any]) -> Node:
        names = [test["name"] for test in row["drift_details"]["tests"] if test["drifted"]]
        return ", ".join(names) or NOTHING

    return html.Div(
        [
            dmc.Text(one.name, size="sm", fw=600),
            table(
                rows,
                (
                    Column("", "checked (UTC)", at),
                    Column("", "found", lambda r: drift_badge(r["drift_detected"], None)),
                    Column("drift_score", "largest effect", number, True),
                    Column("", "what drifted", drifted),
                    Column("", "tests", lambda r: str(len(r["drift_details"]["tests"])), True),
                    Column("start_time", "data from", whole_moment),
                    Column("end_time", "to", whole_moment),
                    Column("training_id", "asked for", lambda v: "a training" if v else ""),
                ),
            ),
        ]
    )


def check_of(state: State, rows: Rows) -> dict[str, Any] | None:
    """Return the check that the address names, else the last that tested something."""
    wanted = state.get("check")
    named = [row for row in rows if str(row["check_id"]) == wanted]
    tested = [row for row in rows if row["drift_detected"] is not None]
    return next(iter(named or tested or rows), None)


def drift_tests(state: State) -> Asking[Node]:
    """Show each test of a drift check, the worst first, and what was not tested."""
    one = yield from chosen(state)
    rows = yield from checks_of(one)
    check = check_of(state, rows)
    if one is None or check is None:
        return nothing("There is no drift check to show.", CHECKED_FIRST)
    details = check["drift_details"]

    def name(row: dict[str, Any]) -> Node:
        if row["kind"] not in ("feature", "missing"):
            return row["name"]
        search = state.search(
            model_type=one.model_type,
            machine=one.place,
            check=check["check_id"],
            feature=row["name"],
        )
        return link(row["name"], f"/evaluations{search}")

    def found(row: dict[str, Any]) -> Node:
        return badge("drifted", "red") if row["drifted"] else badge("no drift", "teal")

    return html.Div(
        [
            dmc.Text(says_check(one, check), size="sm"),
            table(
                details["tests"],
                (
                    Column("", "what", name),
                    Column("kind", "kind"),
                    Column("", "verdict", found),
                    Column("effect", "effect", number, True),
                    Column("adjusted_p_value", "p (corrected)", p_value, True),
                    Column("reference_value", "reference", number, True),
                    Column("current_value", "now", number, True),
                    Column("n_reference", "n reference", number, True),
                    Column("n_current", "n now", number, True),
                    Column("method", "test", lambda v: v.replace("_", " ") if v else NOTHING),
                    Column("note", "note", wide),
                ),
                empty="Nothing was tested.",
            ),
            *not_tested(details["skipped"]),
        ]
    )


def not_tested(skipped: Rows) -> list[Component]:
    """Say what a check did not test, and why."""
    if not skipped:
        return []
    return [
        dmc.Group([dmc.Text("Not tested", size="sm", fw=600), badge("insufficient data")], mt="sm"),
        html.Ul(
            [html.Li(f"{row['name']} ({row['kind']}): {row['reason']}") for row in skipped],
            className="unsure notes",
        ),
    ]


def wide(value: str | None) -> Node:
    """Return a text that gets more than the width of its longest word."""
    return html.Div(value, className="wide") if value else ""


def says_check(one: Trained, check: dict[str, Any]) -> str:
    """Return which data a check compared with which."""
    reference = "its saved profile"
    if check["reference_start"]:
        reference = f"{moment(check['reference_start'])} to {moment(check['reference_end'])}"
    return (
        f"{one.name}, checked {moment(check['checked_at'])}: {moment(check['start_time'])} to"
        f" {moment(check['end_time'])} against {reference} (UTC)."
    )


def p_value(value: float | None) -> str:
    """Return a p value as people write it."""
    if value is None:
        return NOTHING
    return "< 0.0001" if value < 1e-4 else number(value)


def feature_of(state: State, check: dict[str, Any]) -> tuple[str | None, list[str]]:
    """Return the feature to show, the one with the largest effect first, and all there are."""
    details = check["drift_details"]
    names = [
        row["name"] for row in details["tests"] + details["skipped"] if row["kind"] == "feature"
    ]
    wanted = state.get("feature")
    return (wanted if wanted in names else next(iter(names), None)), names


def check_choices(state: State) -> Asking[Choices]:
    """Return the last drift checks of the chosen model."""
    one = yield from chosen(state)
    rows = yield from checks_of(one)
    return [(str(row["check_id"]), moment(row["checked_at"])) for row in rows]


def feature_choices(state: State) -> Asking[Choices]:
    """Return the features that the chosen check looked at."""
    one = yield from chosen(state)
    rows = yield from checks_of(one)
    check = check_of(state, rows)
    return [(name, name) for name in sorted(feature_of(state, check)[1])] if check else []


def distributions(state: State) -> Asking[Node]:
    """Draw what a feature was in the reference and in the checked data, over each other."""
    one = yield from chosen(state)
    rows = yield from checks_of(one)
    check = check_of(state, rows)
    if one is None or check is None:
        return nothing("There is no drift check to show.", CHECKED_FIRST)
    feature, _ = feature_of(state, check)
    if feature is None:
        return nothing(
            f"No feature of {one.name} was checked.",
            "Record what the model is given with perf.record_feature_values().",
        )

    def ask_for(**which: Any) -> Question:
        return Question(
            "get_feature_distribution",
            {
                "model_type": one.model_type,
                "machine_id": one.machine,
                "feature": feature,
                **which,
                "max_rows": 2_000,
            },
        )

    current = yield ask_for(start_time=check["start_time"], end_time=check["end_time"])
    try:
        reference = yield (
            ask_for(start_time=check["reference_start"], end_time=check["reference_end"])
            if check["reference_start"]
            else ask_for(is_profile=True)
        )
    except Failure as failure:
        # The profile does not have the feature.
        if getattr(failure.__cause__, "sqlstate", None) != "PT404":
            raise
        reference = []
    if not current and not reference:
        return nothing(f"{feature} has no values any more in what was checked.")
    tests = [
        row
        for row in check["drift_details"]["tests"]
        if row["name"] == feature and row["kind"] == "feature"
    ]
    return html.Div(
        [
            dmc.Text(f"{feature} of {one.name}", size="sm", fw=600),
            dmc.Text(says_test(tests, reference, current), size="sm"),
            draw_distributions(reference, current),
            *(
                []
                if reference
                else [
                    dmc.Text(
                        "The reference has no values of this feature.",
                        size="sm",
                        c="dimmed",
                    )
                ]
            ),
        ]
    )


def says_test(tests: Rows, reference: Rows, current: Rows) -> str:
    """Return what a test of a feature found, and how many values it has."""
    counted = ", ".join(
        f"n {number(sum(row['value_count'] for row in rows))} {name}"
        for name, rows in (("in the reference", reference), ("now", current))
        if rows
    )
    missing = ", ".join(
        f"{number(row['share'], 'share')} missing {name}"
        for name, rows in (("in the reference", reference), ("now", current))
        for row in rows
        if row["kind"] == "missing"
    )
    counted += f"; {missing}" if missing else ""
    if not tests:
        return f"Not tested; {counted}."
    test = tests[0]
    means = ""
    if test["reference_value"] is not None:
        means = f"mean {number(test['reference_value'])} to {number(test['current_value'])}; "
    return (
        f"{'Drifted' if test['drifted'] else 'No drift'}: effect {number(test['effect'])},"
        f" p {p_value(test['adjusted_p_value'])}; {means}{counted}."
    )


def draw_distributions(reference: Rows, current: Rows) -> Component:
    """Draw two distributions of numbers as areas, or of categories as bars."""
    sides = [("reference", reference, "gray.6"), ("now", current, COLORS[1])]
    sides = [side for side in sides if side[1]]
    columns = [(name, name, color) for name, _, color in sides]
    if any(row["kind"] == "number" for _, rows, _ in sides for row in rows):
        ends = [
            end
            for _, rows, _ in sides
            for row in rows
            if row["kind"] == "number"
            for end in (row["bucket_start"], row["bucket_end"])
        ]
        low, high = min(ends), max(ends)
        width = (high - low) / BUCKETS or 1.0
        shown: list[dict[str, Any]] = [
            {"at": number(low + (index + 0.5) * width)} for index in range(BUCKETS)
        ]
        for name, rows, _ in sides:
            spread(shown, name, rows, low, width)
        return overlaid(shown, "at", columns)
    found: dict[str, dict[str, Any]] = {}
    for name, rows, _ in sides:
        for row in rows:
            label = row["category"] if row["kind"] == "category" else "(missing)"
            found.setdefault(label, {"at": label})[name] = row["share"]
    largest = sorted(
        found.values(), key=lambda row: -max(row.get(name, 0) for name, _, _ in columns)
    )
    filled = [{name: 0.0 for name, _, _ in columns} | row for row in largest[:20]]
    return bars(filled, "at", columns, unit="share")


def spread(shown: list[dict[str, Any]], name: str, rows: Rows, low: float, width: float) -> None:
    """Add the shares of a histogram to buckets of another width, as if even within a bucket."""
    for point in shown:
        point[name] = 0.0
    for row in rows:
        if row["kind"] != "number":
            continue
        first, last = row["bucket_start"], row["bucket_end"]
        if last <= first:
            shown[min(int((first - low) / width), BUCKETS - 1)][name] += row["share"]
            continue
        for index, point in enumerate(shown):
            start = low + index * width
            common = min(last, start + width) - max(first, start)
            if common > 0:
                point[name] += row["share"] * common / (last - first)


def trainings(state: State) -> Asking[Node]:
    """Show the trainings, the last asked for first."""
    place = state.get("machine")
    rows = yield ask(
        "get_trainings",
        model_type=state.get("model_type") or None,
        machine_id=place if place not in ("", NO_MACHINE) else None,
    )
    if not rows:
        return nothing("No training was asked for yet.", "Press Retrain above.")

    def result(row: dict[str, Any]) -> Node:
        if row["error_message"]:
            return row["error_message"]
        return f"version {row['model_version']}" if row["model_version"] else NOTHING

    def improvement(row: dict[str, Any]) -> Node:
        if row["performance_improvement"] is None:
            return NOTHING
        better = row["performance_improvement"] > 0
        return dmc.Text(
            f"{row['improvement_metric']} {percent(100 * row['performance_improvement'])}",
            size="sm",
            c="teal" if better else "red",
        )

    def cancel(row: dict[str, Any]) -> Node:
        if row["training_status"] not in ("pending", "running"):
            return ""
        return button("evaluations", "cancel", str(row["training_id"]), "Cancel", "red")

    return table(
        rows,
        (
            Column("requested_at", "asked for (UTC)", whole_moment),
            Column("model_type", "model"),
            Column("machine_id", "machine", short),
            Column("training_status", "status", lambda v: badge(v, STATUS_COLORS.get(v, "gray"))),
            Column("", "result", result),
            Column("", "improvement", improvement),
            Column("sample_count", "cases", number, True),
            Column("trigger_type", "trigger"),
            Column("trigger_reason", "reason", wide),
            Column("requested_by", "by", lambda v: v or NOTHING),
            Column("training_end", "ended", whole_moment),
            Column("", "attempts", lambda r: f"{r['attempt_count']} of {r['max_attempts']}", True),
            Column("", "actions", cancel),
        ),
    )


# Forms. The key of a model is its machine, a space, and its type.


def model_fields(key: str) -> Asking[list[Component]]:
    """Return the fields that name a trained model."""
    place, _, model_type = key.partition(" ")
    rows = yield view("v_latest_model_performance")
    return [
        dmc.Autocomplete(
            id=field("model_type"),
            label="Type of the model",
            data=sorted({row["model_type"] for row in rows}),
            value=model_type,
            required=True,
        ),
        dmc.TextInput(
            id=field("machine"),
            label="Machine",
            description="Its UUID; empty for a model that is on no machine.",
            value="" if place in ("", NO_MACHINE) else place,
        ),
    ]


def model_arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that name a trained model."""
    model_type = text(values, "model_type")
    if not model_type:
        raise ValueError("Say which type of model.")
    machine = text(values, "machine")
    try:
        return {"model_type": model_type, "machine_id": UUID(machine) if machine else None}
    except ValueError:
        raise ValueError(f"The machine must be a UUID, got {machine}.") from None


def text(values: Mapping[str, Any], name: str) -> str:
    """Return what was typed into a field, without spaces around it."""
    return str(values.get(name) or "").strip()


def given_time(values: Mapping[str, Any], name: str) -> datetime | None:
    """Return the time of a field, in UTC; None for an empty one."""
    value = text(values, name)
    return read_time(value, datetime.now(UTC), UTC) if value else None


def time_field(name: str, label: str, placeholder: str = "") -> Component:
    """Return a field for a time."""
    return dmc.TextInput(
        id=field(name),
        label=f"{label} (UTC)",
        description="A time such as 2026-01-31T12:00, or how long ago, such as 7d or 24h.",
        placeholder=placeholder,
    )


def retrain_fields(key: str) -> Asking[list[Component]]:
    """Return the form that asks for a training."""
    named = yield from model_fields(key)
    return [
        *named,
        dmc.TextInput(id=field("reason"), label="Reason"),
        dmc.NumberInput(id=field("attempts"), label="Attempts at most", value=3, min=1, max=100),
    ]


def retrain(key: str, values: Mapping[str, Any]) -> Question:
    """Ask for a training."""
    return ask(
        "trigger_retraining",
        **model_arguments(values),
        reason=text(values, "reason") or None,
        max_attempts=values.get("attempts") or None,
    )


def check_fields(key: str) -> Asking[list[Component]]:
    """Return the form that checks a model for drift."""
    named = yield from model_fields(key)
    return [
        *named,
        time_field("start", "Data from", "a day ago"),
        time_field("end", "Data until", "now"),
        dmc.Select(
            id=field("method"),
            label="Method",
            description="auto takes the test that fits the kind of each feature.",
            data=[{"value": name, "label": name.replace("_", " ")} for name in METHODS],
            value="auto",
            allowDeselect=False,
        ),
        dmc.Select(
            id=field("retrain"),
            label="If it drifts",
            data=[
                {"value": "no", "label": "only say so"},
                {"value": "yes", "label": "ask for a training"},
            ],
            value="no",
            allowDeselect=False,
        ),
    ]


def check(key: str, values: Mapping[str, Any]) -> Question:
    """Check a model for drift."""
    return ask(
        "check_model_drift",
        **model_arguments(values),
        start_time=given_time(values, "start"),
        end_time=given_time(values, "end"),
        method=values.get("method") or None,
        retrain=values.get("retrain") == "yes" or None,
    )


def reference_fields(key: str) -> Asking[list[Component]]:
    """Return the form that sets what a model is compared with."""
    named = yield from model_fields(key)
    return [
        *named,
        time_field("start", "Data from"),
        time_field("end", "Data until"),
    ]


def reference(key: str, values: Mapping[str, Any]) -> Question:
    """Set what a model is compared with."""
    start, end = given_time(values, "start"), given_time(values, "end")
    if start is None or end is None:
        raise ValueError("Say from when and until when the data was as it should be.")
    named = model_arguments(values)
    return Question("set_drift_reference", {**named, "start_time": start, "end_time": end})


def cancel_fields(key: str) -> Asking[list[Component]]:
    """Return the form that withdraws a training."""
    yield from ()
    return [dmc.TextInput(id=field("reason"), label="Reason")]


def cancel(key: str, values: Mapping[str, Any]) -> Question:
    """Withdraw a training."""
    return ask("cancel_training", training_id=key, reason=text(values, "reason") or None)


def a_filter(
    name: str, title: str, choices: Callable[[State], Asking[Choices]], placeholder: str
) -> Filter:
    """Return a filter that takes one value."""
    return Filter(name, title, choices, placeholder=placeholder)


FILTERS: Sequence[Filter] = (
    a_filter("model_type", "Model", type_choices, "evaluated last"),
    a_filter("machine", "Machine", machine_choices, "evaluated last"),
    a_filter("metric", "Metric", metric_choices, "the first"),
    a_filter("check", "Drift check", check_choices, "the last"),
    a_filter("feature", "Feature", feature_choices, "largest effect"),
)

PAGE = Page(
    "evaluations",
    "Evaluations",
    (
        Panel("Latest evaluation of each model", latest, height=100),
        Panel(
            "Trend of a metric",
            metric_over_time,
            "The trend line is the median slope over all pairs of evaluations (Theil-Sen). Its"
            " verdict needs evaluations at 8 times or more.",
            height=500,
        ),
        Panel(
            "Drift checks",
            drift_checks,
            "The last 20 of the model, whatever the range.",
            height=130,
        ),
        Panel(
            "Drift by feature",
            drift_tests,
            "p values are corrected for all tests of the check. The effect is 0 (nothing) to 1.",
            height=260,
        ),
        Panel(
            "Distribution of a feature",
            distributions,
            "The share of values in each bucket: the reference, and over it the checked data.",
            height=360,
        ),
        Panel("Trainings", trainings, height=100),
    ),
    FILTERS,
    {
        "check": Action(
            "Check drift",
            check_fields,
            check,
            "The drift check is done.",
            "Check now",
        ),
        "retrain": Action(
            "Retrain",
            retrain_fields,
            retrain,
            "A training is asked for.",
            "Ask for a training",
        ),
        "reference": Action(
            "Set drift reference",
            reference_fields,
            reference,
            "The drift reference is set.",
            "Set reference",
        ),
        "cancel": Action(
            "Cancel training",
            cancel_fields,
            cancel,
            "The training is cancelled.",
            "Cancel the training",
            is_dangerous=True,
        ),
    },
    buttons=("check", "retrain", "reference"),
    has_comparison=True,
)

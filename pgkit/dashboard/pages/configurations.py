"""Which configurations are in force, which were, how they differ, and what a change did."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from pgkit.dashboard.ask import Asking, Question, Rows, ask
from pgkit.dashboard.charts import (
    Column,
    Node,
    Whisker,
    badge,
    callout,
    link,
    nothing,
    table,
    whiskers,
)
from pgkit.dashboard.frame import Action, Choices, Filter, Page, Panel, button, field
from pgkit.dashboard.numbers import NOTHING, moment, number, percent, signed
from pgkit.dashboard.state import State

MOST_TYPES = 10_000
MOST_VERSIONS = 200
SAVE_FIRST = "Save one with perf.save_model_config() or pgkit configs save, and activate it."
ACTIVATE_FIRST = "Press Activate beside a version."
KINDS = {
    "added": ("added", "+", "teal"),
    "removed": ("removed", "-", "red"),
    "changed": ("changed", "~", "yellow"),
}
GUARDED = (
    "error_rate",
    "p50_response_time",
    "p95_response_time",
    "p99_response_time",
    "p95_first_token_ms",
    "failure_rate",
    "p95_time_per_frame_ms",
    "p95_wall_time_ms",
    "quality_rating",
)


def active_rows(state: State) -> Asking[Rows]:
    """Return the versions in force, the last activated first."""
    rows = yield ask("get_active_configs", max_rows=MOST_TYPES)
    return sorted(rows, key=lambda row: row["active_from"], reverse=True)


def chosen_type(state: State) -> Asking[str | None]:
    """Return the type that the address names, else the one that was activated last."""
    if wanted := state.get("model_type"):
        return wanted
    rows = yield from active_rows(state)
    if rows:
        return str(rows[0]["model_type"])
    saved = yield ask("get_config_history", max_rows=1)
    return str(saved[0]["model_type"]) if saved else None


def versions_of(model_type: str) -> Asking[Rows]:
    """Return the versions of a type, newest first."""
    return (yield ask("get_config_history", model_type=model_type, max_rows=MOST_VERSIONS))


def type_choices(state: State) -> Asking[Choices]:
    """Return the types that have a configuration."""
    rows = yield from active_rows(state)
    saved = yield ask("get_config_history", max_rows=MOST_VERSIONS)
    return [(name, name) for name in sorted({row["model_type"] for row in rows + saved})]


def version_choices(state: State) -> Asking[Choices]:
    """Return the versions of the chosen type."""
    model_type = yield from chosen_type(state)
    if model_type is None:
        return []
    rows = yield from versions_of(model_type)
    return [(str(row["id"]), named(row)) for row in rows]


def activation_choices(state: State) -> Asking[Choices]:
    """Return the activations of the chosen type."""
    model_type = yield from chosen_type(state)
    if model_type is None:
        return []
    rows = yield ask("get_activation_history", model_type=model_type, max_rows=MOST_VERSIONS)
    return [
        (str(row["activation_id"]), f"{named(row)} at {moment(row['active_from'])}") for row in rows
    ]


def named(row: Mapping[str, Any]) -> str:
    """Return a version as people name it."""
    return f"{row['model_type']}@{row['version']}"


def unbroken(value: Any) -> Component:
    """Return a time that is not broken into two lines."""
    return html.Span(moment(value), className="unbroken")


def wide(value: str | None) -> Node:
    """Return a text that gets more than the width of its longest word."""
    return html.Div(value, className="wide") if value else ""


def active(state: State) -> Asking[Node]:
    """Show the version of each type that is in force."""
    rows = yield from active_rows(state)
    if not rows:
        return nothing("No configuration is in force.", SAVE_FIRST)

    def model_type(row: dict[str, Any]) -> Node:
        search = state.search(model_type=row["model_type"], a=None, b=None, activation=None)
        return link(row["model_type"], f"/configurations{search}")

    def back(row: dict[str, Any]) -> Node:
        key = f"{row['id']} {row['model_type']}"
        return button("configurations", "rollback", key, "Roll back", "red")

    return table(
        rows,
        (
            Column("", "model type", model_type),
            Column("version", "version", lambda v: f"@{v}"),
            Column("config_name", "name"),
            Column("active_from", "in force since (UTC)", unbroken),
            Column("activator_name", "by", lambda v: v or NOTHING),
            Column("activation_notes", "notes", wide),
            Column("", "actions", back),
        ),
    )


def activations(state: State) -> Asking[Node]:
    """Show what was in force in the range, newest first."""
    rows = yield ask(
        "get_activation_history",
        model_type=state.get("model_type") or None,
        since=state.start,
        until=state.end,
        max_rows=MOST_VERSIONS,
    )
    if not rows:
        return nothing("Nothing was in force in this range.", "Choose a longer range above.")

    def version(row: dict[str, Any]) -> Node:
        search = state.search(
            model_type=row["model_type"], activation=row["activation_id"], a=None, b=None
        )
        return link(named(row), f"/configurations{search}")

    def guard(row: dict[str, Any]) -> Node:
        if not row["guard"]:
            return ""
        limits = f"{row['guard']['metric']} worse than {row['guard']['worse_than']}"
        return html.Div([limits, " ", badge(row["guard_status"] or "")], className="wide")

    return table(
        rows,
        (
            Column("", "version", version),
            Column("config_name", "name"),
            Column("kind", "how", lambda v: badge(v, "orange" if v == "rollback" else "blue")),
            Column("active_from", "from (UTC)", unbroken),
            Column("active_until", "until", lambda v: unbroken(v) if v else "now"),
            Column("activator_name", "by", lambda v: v or NOTHING),
            Column("notes", "notes", wide),
            Column("", "guard", guard),
        ),
    )


def versions(state: State) -> Asking[Node]:
    """Show the versions of a type, newest first."""
    model_type = yield from chosen_type(state)
    if model_type is None:
        return nothing("No configuration is saved yet.", SAVE_FIRST)
    rows = yield from versions_of(model_type)
    if not rows:
        return nothing(f"{model_type} has no versions.", SAVE_FIRST)
    current = next((row["id"] for row in rows if row["is_active"]), None)
    used_now = next((f"@{row['version']}" for row in rows if row["is_active"]), "")

    def actions(row: dict[str, Any]) -> Node:
        if row["is_active"]:
            return badge("in force", "teal")
        found: list[Component] = [
            button(
                "configurations", "activate", f"{row['id']} {named(row)} {used_now}", "Activate"
            ),
        ]
        if current:
            search = state.search(model_type=model_type, a=row["id"], b=current)
            found.append(link("Compare", f"/configurations{search}"))
        return dmc.Group(found, gap="xs", wrap="nowrap")

    def used(row: dict[str, Any]) -> Node:
        if not row["activations"]:
            return "never"
        return unbroken(row["last_active_from"])

    return table(
        rows,
        (
            Column("", "version", named),
            Column("config_name", "name"),
            Column("", "actions", actions),
            Column("created_at", "saved (UTC)", unbroken),
            Column("creator_name", "by", lambda v: v or NOTHING),
            Column("activations", "activations", number, True),
            Column("", "last in force from", used),
            Column("notes", "notes", wide),
            Column("config_data", "data", data),
        ),
    )


def data(value: Any) -> Component:
    """Return the data of a version, folded."""
    shown = json.dumps(value, indent=2, ensure_ascii=False)
    return html.Details([html.Summary("Show"), html.Pre(html.Code(shown), tabIndex=0)])


def sides(state: State) -> Asking[tuple[Any, Any] | None]:
    """Return the two versions to compare: those of the address, else the last change in force."""
    model_type = yield from chosen_type(state)
    if model_type is None:
        return None
    rows = yield from versions_of(model_type)
    by_id = {str(row["id"]): row for row in rows}
    used = [row for row in rows if row["last_active_from"]]
    used.sort(key=lambda row: (row["is_active"], row["last_active_from"]), reverse=True)
    order = used + [row for row in rows if row not in used]
    second = by_id.get(state.get("b")) or next(iter(order), None)
    others = [row for row in order if row is not second]
    first = by_id.get(state.get("a")) or next(iter(others), None)
    return (first, second) if first and second else None


def difference(state: State) -> Asking[Node]:
    """Show what differs from one version to another, in colours and signs."""
    found = yield from sides(state)
    if found is None:
        return nothing(
            "There are no two versions to compare.",
            "Save a second version of a model type.",
        )
    first, second = found
    heading = dmc.Text(
        f"From {named(first)} ({first['config_name']}) to {named(second)}"
        f" ({second['config_name']})",
        size="sm",
        fw=600,
    )
    if first["id"] == second["id"]:
        return html.Div([heading, nothing("That is one and the same version.")])
    rows = yield ask("compare_model_configs", id_a=first["id"], id_b=second["id"])
    if not rows:
        return html.Div([heading, nothing("Both have the same settings.")])
    head = html.Tr([html.Th(title, scope="col") for title in ("setting", "change", "from", "to")])
    body = [
        html.Tr(
            [
                html.Td(html.Code(row["setting"])),
                html.Td(change(row["kind"])),
                html.Td(html.Code(as_json(row["old_value"], row["kind"] == "added"))),
                html.Td(html.Code(as_json(row["new_value"], row["kind"] == "removed"))),
            ],
            className=f"diff-{row['kind']}",
        )
        for row in rows
    ]
    return html.Div(
        [
            heading,
            html.Div(
                html.Table([html.Thead(head), html.Tbody(body)], className="rows"),
                className="scrolls",
                tabIndex=0,
                role="region",
                **{"aria-label": "Differences"},
            ),
        ]
    )


def change(kind: str) -> Component:
    """Return the kind of a change with a sign, so that it does not need its colour."""
    word, sign, _ = KINDS.get(kind, (kind, "", "gray"))
    return html.Span([html.B(sign, **{"aria-hidden": "true"}), f" {word}"], className="unbroken")


def as_json(value: Any, is_absent: bool) -> str:
    """Return a setting as JSON; nothing where a version does not have it."""
    return "" if is_absent else json.dumps(value, ensure_ascii=False)


def impact(state: State) -> Asking[Node]:
    """Compare calls and jobs before and after an activation, with intervals and verdicts."""
    model_type = yield from chosen_type(state)
    if model_type is None:
        return nothing("No configuration was in force yet.", SAVE_FIRST)
    history = yield ask("get_activation_history", model_type=model_type, max_rows=MOST_VERSIONS)
    wanted = state.get("activation")
    one = next(
        (row for row in history if str(row["activation_id"]) == wanted),
        history[0] if history else None,
    )
    if one is None:
        return nothing(f"No version of {model_type} was in force yet.", ACTIVATE_FIRST)
    rows = yield ask(
        "get_config_impact",
        activation_id=one["activation_id"],
        time_window=state.length,
        as_of=max(state.end, one["active_from"]),
    )
    heading = dmc.Text(
        f"{named(one)} ({one['config_name']}), in force from {moment(one['active_from'])} UTC",
        size="sm",
        fw=600,
    )
    # What neither side has is of no interest: a service makes calls or jobs, mostly.
    rows = [row for row in rows if row["before_count"] or row["after_count"]]
    if not rows:
        return html.Div(
            [
                heading,
                nothing(
                    f"No calls or jobs of {model_type} are recorded around it.",
                    "Choose a longer range, and give the models their type with pgkit models set.",
                ),
            ]
        )
    drawn: list[Component] = [heading]
    for source in ("calls", "jobs"):
        found = [row for row in rows if row["source"] == source]
        if not found:
            continue
        drawn.append(html.H3(f"Of {source}, change in %", className="part"))
        if any(row["percent"] is not None for row in found):
            drawn.append(whiskers([effect(row) for row in found], unit="%", reference=0))
        else:
            drawn += [
                badge("insufficient data"),
                html.Ul(
                    [
                        html.Li(f"{row['metric'].replace('_', ' ')}: {effect(row).text}")
                        for row in found
                    ],
                    className="unsure notes",
                ),
            ]
    drawn.append(dmc.Text(rows[0]["note"] or "", size="sm", c="dimmed"))
    return html.Div(drawn)


def effect(row: dict[str, Any]) -> Whisker:
    """Return the change of a metric with its interval."""
    unit = row["unit"]
    said = f"{number(row['before_value'], unit)} to {number(row['after_value'], unit)}"
    if row["percent"] is not None:
        said += f", {percent(row['percent'])}"
        if row["percent_low"] is not None:
            said += f" ({percent(row['percent_low'])} to {percent(row['percent_high'])})"
    elif row["difference"] is not None:
        said += f", {signed(row['difference'], unit)}"
        if row["difference_low"] is not None:
            low, high = row["difference_low"], row["difference_high"]
            said += f" ({signed(low, unit)} to {signed(high, unit)})"
    said += f", n {row['before_count']:,} before and {row['after_count']:,} after"
    return Whisker(
        row["metric"].replace("_", " "),
        row["percent"],
        row["percent_low"],
        row["percent_high"],
        said,
        None,
        row["verdict"],
    )


def requests(state: State) -> Asking[Node]:
    """Show the activations that wait for a second person, and what became of others."""
    rows = yield ask("get_activation_requests", max_rows=MOST_VERSIONS)
    if not rows:
        return nothing(
            "Nobody asked for an activation.",
            "perf.set_config_approval() makes activations of a model type need a second person.",
        )

    def actions(row: dict[str, Any]) -> Node:
        if row["status"] != "open":
            return ""
        return dmc.Group(
            [
                button("configurations", "approve", str(row["request_id"]), "Approve", "teal"),
                button("configurations", "reject", str(row["request_id"]), "Reject", "red"),
            ],
            gap=4,
            wrap="nowrap",
        )

    colors = {"open": "yellow", "approved": "teal", "rejected": "red"}
    return table(
        rows,
        (
            Column("request_id", "request"),
            Column("", "version", named),
            Column("status", "status", lambda v: badge(v, colors.get(v, "gray"))),
            Column("", "actions", actions),
            Column("requested_at", "asked for (UTC)", unbroken),
            Column("requester_name", "by"),
            Column("notes", "notes", wide),
            Column("decided_at", "decided", unbroken),
            Column("decider_name", "by", lambda v: v or NOTHING),
            Column("decision_notes", "why", wide),
        ),
    )


def audit(state: State) -> Asking[Node]:
    """Say whether the audit log is whole, and list what was changed in the range."""
    broken = yield ask("verify_audit_log")
    entries = yield ask("get_audit_log", since=state.start, until=state.end, max_rows=MOST_VERSIONS)
    drawn: list[Component] = [
        callout("The audit log is whole.", "No entry is missing, changed or out of place.", "teal")
    ]
    if broken:
        drawn = [
            callout(
                "The audit log is not whole.",
                "Somebody changed it by hand, or a backup was restored in part.",
                "red",
            ),
            table(broken, (Column("entry_id", "entry"), Column("problem", "problem"))),
        ]
    return html.Div(
        [
            *drawn,
            table(
                entries,
                (
                    Column("entry_id", "entry"),
                    Column("logged_at", "at (UTC)", unbroken),
                    Column("caller_name", "by"),
                    Column("action", "what"),
                    Column("table_name", "table"),
                    Column("row_id", "row"),
                    Column("old_values", "before", lambda v: data(v) if v else ""),
                    Column("new_values", "after", lambda v: data(v) if v else ""),
                ),
                empty="Nothing was changed in this range.",
            ),
        ]
    )


# Forms.


def text(values: Mapping[str, Any], name: str) -> str:
    """Return what was typed into a field, without spaces around it."""
    return str(values.get(name) or "").strip()


def notes_field() -> Component:
    """Return the field for why something is done."""
    return dmc.Textarea(id=field("notes"), label="Notes", autosize=True, minRows=2)


def activate_fields(key: str) -> Asking[list[Component]]:
    """Return the form that puts a version in force."""
    yield from ()
    _, version, old = activation_of(key)
    instead = f" instead of {old}" if old else ""
    return [
        dmc.Text(f"Activate {version}{instead}.", fw=600),
        dmc.Select(
            id=field("how"),
            label="How",
            data=[
                {"value": "now", "label": "put it in force now"},
                {"value": "request", "label": "ask another admin to approve it"},
            ],
            value="now",
            allowDeselect=False,
        ),
        notes_field(),
        dmc.Select(
            id=field("metric"),
            label="Guard: roll back by itself if this gets worse",
            data=list(GUARDED),
            placeholder="no guard",
            clearable=True,
        ),
        dmc.TextInput(
            id=field("worse_than"),
            label="Guard: worse than",
            description="A limit such as 0.05, or a change such as 20%.",
        ),
        dmc.TextInput(id=field("within"), label="Guard: for how long", value="1 hour"),
    ]


def activation_of(key: str) -> tuple[str, str, str]:
    """Return what a button stands for: an id, the version to activate, and that in force."""
    found, _, names = key.partition(" ")
    version, _, old = names.rpartition(" ")
    return found, version, old


def activated(key: str, values: Mapping[str, Any]) -> str:
    """Say what became of an activation."""
    _, version, _ = activation_of(key)
    if values.get("how") == "request":
        return f"Another admin is asked to approve {version}. It is not in force yet."
    return f"{version} is in force."


def activate(key: str, values: Mapping[str, Any]) -> Question:
    """Put a version in force, or ask for it."""
    function = "request_activation" if values.get("how") == "request" else "activate_model_config"
    return ask(
        function,
        id=UUID(activation_of(key)[0]),
        notes=text(values, "notes") or None,
        guard=read_guard(values),
    )


def read_guard(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the guard of the form; None without one."""
    metric, limit = text(values, "metric"), text(values, "worse_than")
    if not metric:
        if limit:
            raise ValueError("Say which metric the guard watches.")
        return None
    try:
        worse_than: float | str = limit if limit.endswith("%") else float(limit)
    except ValueError:
        raise ValueError(
            f"Worse than must be a limit such as 0.05, or a change such as 20%; got {limit!r}."
        ) from None
    guard = {"metric": metric, "worse_than": worse_than}
    return guard | ({"within": text(values, "within")} if text(values, "within") else {})


def rollback_fields(key: str) -> Asking[list[Component]]:
    """Return the form that puts an earlier version in force again."""
    shown, _, model_type = key.partition(" ")
    rows = yield ask("get_rollback_candidates", model_type=model_type)
    known = yield from versions_of(model_type)
    now = next((named(row) for row in known if str(row["id"]) == shown), model_type)
    back = f" to @{rows[0]['version']}, or another version" if rows else ""
    return [
        dmc.Text(f"Roll {now} back{back}.", fw=600),
        dmc.Select(
            id=field("to"),
            label="Back to",
            data=[
                {"value": "", "label": "the version before"},
                *(
                    {
                        "value": str(row["id"]),
                        "label": f"@{row['version']} {row['config_name']}, last in force from"
                        f" {moment(row['last_active_from'])}",
                    }
                    for row in rows
                ),
            ],
            value="",
            allowDeselect=False,
        ),
        notes_field(),
    ]


def rollback(key: str, values: Mapping[str, Any]) -> Question:
    """Put an earlier version in force again, if what was shown still is in force."""
    shown, _, model_type = key.partition(" ")
    return ask(
        "rollback_model_config",
        model_type=model_type,
        to_id=text(values, "to") or None,
        notes=text(values, "notes") or None,
        from_id=UUID(shown),
    )


def decide_fields(key: str) -> Asking[list[Component]]:
    """Return the form that decides about a request."""
    yield from ()
    return [notes_field()]


def approve(key: str, values: Mapping[str, Any]) -> Question:
    """Activate what another admin asked for."""
    return ask("approve_activation", request_id=int(key), notes=text(values, "notes") or None)


def reject(key: str, values: Mapping[str, Any]) -> Question:
    """Close a request without an activation."""
    return ask("reject_activation", request_id=int(key), notes=text(values, "notes") or None)


PAGE = Page(
    "configurations",
    "Configurations",
    (
        Panel("In force", active, height=100),
        Panel(
            "Activations",
            activations,
            "What was in force in the range. A link shows what it did.",
            height=110,
        ),
        Panel("Versions", versions, height=180),
        Panel("Difference of two versions", difference, height=160),
        Panel(
            "Impact of an activation",
            impact,
            "At most as long before and after it as the range is long. Under 50 calls or jobs"
            " on a side nothing is said.",
            height=130,
        ),
        Panel("Requests for approval", requests, height=110),
        Panel(
            "Audit",
            audit,
            "Each entry has the hash of the one before it. The last 200.",
            height=100,
        ),
    ),
    (
        Filter("model_type", "Model type", type_choices, placeholder="activated last"),
        Filter("a", "Difference from", version_choices, placeholder="the one before"),
        Filter("b", "Difference to", version_choices, placeholder="the one in force"),
        Filter("activation", "Impact of", activation_choices, placeholder="the last"),
    ),
    {
        "activate": Action("Activate a version", activate_fields, activate, activated, "Activate"),
        "rollback": Action(
            "Roll back",
            rollback_fields,
            rollback,
            "The earlier version is in force again.",
            "Roll back",
            True,
        ),
        "approve": Action("Approve", decide_fields, approve, "The version is in force.", "Approve"),
        "reject": Action("Reject", decide_fields, reject, "The request is closed.", "Reject", True),
    },
)

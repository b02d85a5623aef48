"""The forms of alerts: what they ask for, and the calls that they become."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import dash_mantine_components as dmc
from dash.development.base_component import Component

from pgkit.alerts import STATISTICS, read_duration, read_label, scope
from pgkit.dashboard.ask import Asking, Question, Rows, ask
from pgkit.dashboard.frame import Action, field

KINDS = ("webhook", "alertmanager", "slack", "email")
SEVERITIES = ("info", "warning", "critical")
SILENCES = {
    "1h": "1 hour",
    "4h": "4 hours",
    "1d": "1 day",
    "7d": "7 days",
    "30d": "30 days",
}


def labels(found: Mapping[str, Any] | None, *but: str) -> str:
    """Return labels as people write them: model=acme/one, tool=chat."""
    return ", ".join(
        f"{name}={value if value is not None else 'none'}"
        for name, value in sorted((found or {}).items())
        if name not in but
    )


def or_all(found: Mapping[str, Any] | None) -> str:
    """Return labels, or that there are none to have."""
    return labels(found) or "all"


def scope_of(row: Mapping[str, Any]) -> str:
    """Return for which series a threshold holds."""
    if row["scope_type"] in ("workflow", "worker"):
        found = f"{row['scope_type']} {row['scope_name']}"
    else:
        found = or_all(row["scope_labels"])
    return f"{found}, each {' and '.join(row['group_by'])}" if row["group_by"] else found


def note_field(_: str) -> Asking[list[Component]]:
    """Ask why."""
    yield from ()
    return [
        dmc.Textarea(
            id=field("note"),
            label="Note",
            description="The history keeps it, at most 1000 characters.",
            autosize=True,
            minRows=2,
        )
    ]


def answered(function: str) -> Callable[[str, Mapping[str, Any]], Question]:
    """Return the call that answers an alert with a note."""

    def call(key: str, values: Mapping[str, Any]) -> Question:
        return ask(function, alert_id=number_of(key), note=text(values, "note"))

    return call


def number_of(key: str) -> int:
    """Return the id that a button stands for."""
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        raise ValueError(f"{key[:40]!r} is no id")
    return int(key)


def text(values: Mapping[str, Any], name: str) -> str | None:
    """Return what was typed, or nothing."""
    value = values.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")
    return value.strip()


def figure_of(values: Mapping[str, Any], name: str) -> float | None:
    """Return a number that was typed, or nothing."""
    value = values.get(name)
    if value in (None, ""):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number") from None


def duration_of(values: Mapping[str, Any], name: str) -> timedelta | None:
    """Return a duration that was typed, or nothing."""
    value = text(values, name)
    try:
        return read_duration(value) if value else None
    except ValueError as error:
        raise ValueError(f"{name.replace('_', ' ')}: {error}") from None


def pairs(values: Mapping[str, Any], name: str) -> list[tuple[str, object]]:
    """Return labels that were typed, one in a line."""
    return [read_label(line.strip()) for line in (text(values, name) or "").splitlines() if line]


def silence_fields(key: str) -> Asking[list[Component]]:
    """Ask for what nobody shall be told, until when and why."""
    yield from ()
    return [
        dmc.Textarea(
            id=field("matcher"),
            label="Labels",
            description="One NAME=VALUE in a line; alerts with all of them are silenced. The same"
            " name again: one value or the other. Beside labels: alert_type, severity.",
            value=lines_of(read_object(key)),
            placeholder="model=acme/one",
            autosize=True,
            minRows=3,
            required=True,
        ),
        dmc.Select(
            id=field("length"),
            label="For",
            data=[{"value": name, "label": label} for name, label in SILENCES.items()],
            value="1h",
            allowDeselect=False,
        ),
        dmc.TextInput(
            id=field("reason"),
            label="Reason",
            description="Others see it.",
            placeholder="planned work on the gateway",
            required=True,
        ),
    ]


def read_object(key: str) -> dict[str, Any]:
    """Return the object that a button stands for; nothing for a button without one."""
    try:
        found = json.loads(key or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError("this is no button of the page")
    return found


def lines_of(found: Mapping[str, Any] | None) -> str:
    """Return labels as lines to edit."""
    return "\n".join(
        f"{name}={'' if value is None else value}" for name, value in sorted((found or {}).items())
    )


def silence(key: str, values: Mapping[str, Any]) -> Question:
    """Return the call that silences alerts."""
    found = matched(values)
    if not found:
        raise ValueError("name at least one label")
    if values.get("length") not in SILENCES:
        raise ValueError(f"the length must be one of {', '.join(SILENCES)}")
    reason = text(values, "reason")
    if reason is None:
        raise ValueError("say the reason, others will ask")
    return ask(
        "create_alert_silence",
        matcher=found,
        ends_at=datetime.now(UTC) + read_duration(values["length"]),
        reason=reason,
    )


def settings_of(key: str, function: str, column: str, gone: str) -> Asking[Mapping[str, Any]]:
    """Return what a form starts with: the row of what is changed, nothing for something new.

    Raises ValueError with the text `gone` where it is not there any more.
    """
    if not key:
        return {}
    rows = yield ask(function)
    row = next((one for one in rows if str(one[column]) == key), None)
    if row is None:
        raise ValueError(gone)
    return row


def threshold_fields(key: str) -> Asking[list[Component]]:
    """Ask for everything that a threshold has; `key` is its id, or an object of arguments."""
    row: Mapping[str, Any]
    if key and not key.isdigit():
        row = read_object(key)
    else:
        row = yield from settings_of(
            key, "get_alert_thresholds", "id", "This threshold is deleted."
        )
    known = yield ask("get_metrics")
    has_own_scope = row.get("scope_type") in ("workflow", "worker")
    return [
        dmc.Select(
            id=field("metric_name"),
            label="Metric",
            data=metric_choices(known),
            value=row.get("metric_name", "response_time_ms"),
            searchable=True,
            allowDeselect=False,
        ),
        dmc.Select(
            id=field("statistic"),
            label="Statistic",
            description="What of the values of the window is compared. rate is the share of"
            " error_rate and the like, of other metrics values a second.",
            data=list(STATISTICS),
            value=row.get("statistic"),
            placeholder="rate for a share, else avg",
            clearable=True,
        ),
        dmc.Select(
            id=field("direction"),
            label="Bad are values",
            data=[
                {"value": "above", "label": "above the limits"},
                {"value": "below", "label": "below the limits"},
                {"value": "both", "label": "on both sides (with a baseline)"},
            ],
            value=row.get("direction"),
            placeholder="as the metric says",
            clearable=True,
        ),
        *(
            dmc.NumberInput(
                id=field(name),
                label=label,
                description=f"In the unit of the metric; a share from 0 to 1. {more}",
                value=row.get(name, ""),
                required=name != "recovery_threshold",
            )
            for name, label, more in (
                ("warning_threshold", "Warning beyond", "With a baseline in deviations."),
                ("critical_threshold", "Critical beyond", "Further out than the warning."),
                (
                    "recovery_threshold",
                    "Resolved at",
                    "An alert stays open until the value is on the good side of it. Empty: of the"
                    " warning.",
                ),
            )
        ),
        *(
            [dmc.Text(f"For {scope_of(row)}", size="sm")]
            if has_own_scope
            else [
                dmc.Textarea(
                    id=field("scope_labels"),
                    label="Only series with these labels",
                    description="One NAME=VALUE in a line. Empty: all series of the metric.",
                    placeholder="model=acme/one",
                    value=lines_of(row.get("scope_labels")),
                    autosize=True,
                    minRows=2,
                )
            ]
        ),
        dmc.TagsInput(
            id=field("group_by"),
            label="Each by itself",
            description="Labels such as model or tool: each of their values is judged, and has"
            " alerts, by itself. Empty: all together.",
            value=list(row.get("group_by") or []),
        ),
        *(
            dmc.TextInput(
                id=field(name),
                label=label,
                description=more,
                value=as_typed(row.get(name), default),
            )
            for name, label, more, default in (
                (
                    "time_window",
                    "Window",
                    "Values of so long are taken together: 5m, 1h, 1d.",
                    "15m",
                ),
                (
                    "for_duration",
                    "Open after",
                    "A value must be beyond a limit for so long. 0: at once.",
                    "5m",
                ),
                (
                    "keep_firing_for",
                    "Keep open for",
                    "So long after the last bad value. More than 0 keeps one that comes and goes"
                    " one alert.",
                    "5m",
                ),
            )
        ),
        dmc.NumberInput(
            id=field("minimum_sample"),
            label="Fewest values",
            description="With fewer in the window there is no verdict: 1 of 2 calls failed says"
            " little.",
            value=row.get("minimum_sample", 10),
            min=1,
            allowDecimal=False,
        ),
        dmc.Select(
            id=field("no_data"),
            label="Where there are no values",
            data=[
                {"value": "keep", "label": "nothing changes"},
                {"value": "resolve", "label": "the alert resolves"},
                {"value": "alert", "label": "that is critical"},
            ],
            value=row.get("no_data", "keep"),
            allowDeselect=False,
        ),
        dmc.Select(
            id=field("baseline"),
            label="Compared with",
            description="Anomalies are values that are many deviations from the same hour of other"
            " weeks; 4 and 6 are usual limits then.",
            data=[
                {"value": "none", "label": "fixed limits"},
                {"value": "hour_of_week", "label": "the same hour of other weeks"},
            ],
            value=row.get("baseline") or "none",
            allowDeselect=False,
        ),
        dmc.TextInput(
            id=field("description"),
            label="Description",
            description="Why it exists.",
            value=row.get("description") or "",
        ),
        dmc.TextInput(
            id=field("runbook_url"),
            label="Runbook",
            description="The address that says what to do. Messages show it.",
            value=row.get("runbook_url") or "",
            placeholder="https://",
        ),
        dmc.Select(
            id=field("enabled"),
            label="Evaluated",
            data=[
                {"value": "yes", "label": "yes, each minute"},
                {"value": "no", "label": "no, only backtests"},
            ],
            value="yes" if row.get("enabled", True) else "no",
            allowDeselect=False,
        ),
    ]


def metric_choices(known: Rows) -> list[dict[str, Any]]:
    """Return the metrics that thresholds are for, by pipeline."""
    pipelines: dict[str, list[dict[str, str]]] = {}
    for row in known:
        if row["pipeline_name"] != "experiments":
            name = row["metric"]
            pipelines.setdefault(row["pipeline_name"], []).append({"value": name, "label": name})
    return [{"group": name, "items": items} for name, items in pipelines.items()]


def as_typed(value: Any, default: str) -> str:
    """Return a duration as people type it; a suggestion has it as PostgreSQL writes it."""
    if value is None:
        return default
    if isinstance(value, timedelta):
        return whole_duration(value)
    return from_clock(str(value))


def from_clock(text: str) -> str:
    """Return an interval of PostgreSQL, such as 00:15:00, as people type it."""
    days, _, clock = text.rpartition(" ")
    try:
        hours, minutes, seconds = (int(float(part)) for part in clock.split(":"))
    except ValueError:
        return text
    found = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if days:
        found += timedelta(days=int(days.split()[0]))
    return whole_duration(found)


def whole_duration(value: timedelta) -> str:
    """Return a duration with all its units, so that saving a form keeps it: 1d2h3m."""
    seconds = round(value.total_seconds())
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    parts = ((days, "d"), (hours, "h"), *zip(divmod(rest, 60), "ms", strict=True))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0"


def threshold_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a threshold as arguments; raises ValueError for what is missing."""
    found: dict[str, Any] = {}
    for name in ("warning_threshold", "critical_threshold"):
        if (value := figure_of(values, name)) is None:
            raise ValueError(f"{name.replace('_threshold', '')} needs a limit")
        found[name] = value
    if (metric := text(values, "metric_name")) is None:
        raise ValueError("choose a metric")
    baseline = text(values, "baseline")
    found |= {
        "metric_name": metric,
        "statistic": text(values, "statistic"),
        "direction": text(values, "direction"),
        "recovery_threshold": figure_of(values, "recovery_threshold"),
        "group_by": names_of(values, "group_by"),
        "no_data": text(values, "no_data") or "keep",
        "baseline": None if baseline in (None, "none") else baseline,
        "description": text(values, "description"),
        "runbook_url": text(values, "runbook_url"),
        "enabled": values.get("enabled") != "no",
    }
    sample = figure_of(values, "minimum_sample")
    found["minimum_sample"] = 1 if sample is None else int(sample)
    for name in ("time_window", "for_duration", "keep_firing_for"):
        found[name] = duration_of(values, name) or timedelta()
    if "scope_labels" in values:
        found["scope_labels"] = scope(pairs(values, "scope_labels"))
        found["scope_type"] = "labels" if found["scope_labels"] else "global"
    return found


def create(_: str, values: Mapping[str, Any]) -> Question:
    """Return the call that adds a threshold."""
    return ask("create_alert_threshold", **threshold_values(values))


def edit(key: str, values: Mapping[str, Any]) -> Question:
    """Return the call that changes a threshold to what the form says."""
    changes = {
        name: f"{value.total_seconds():.0f} seconds" if isinstance(value, timedelta) else value
        for name, value in threshold_values(values).items()
    }
    return ask("update_alert_threshold", threshold_id=number_of(key), changes=changes)


def limits_of(key: str) -> tuple[int, float, float]:
    """Return the threshold and the limits that a button of a suggestion stands for."""
    try:
        threshold, warning, critical = json.loads(key)
        return int(threshold), float(warning), float(critical)
    except (TypeError, ValueError):
        raise ValueError("this is no button of the page") from None


def take_fields(key: str) -> Asking[list[Component]]:
    """Show which limits a threshold gets."""
    yield from ()
    threshold, warning, critical = limits_of(key)
    return said(
        f"Threshold {threshold} will warn beyond {warning:g}, and be critical beyond {critical:g}."
    )


def take(key: str, _: Mapping[str, Any]) -> Question:
    """Return the call that gives a threshold the limits of a suggestion."""
    threshold, warning, critical = limits_of(key)
    return ask(
        "update_alert_threshold",
        threshold_id=threshold,
        # The old one may be on the wrong side of the new limits.
        changes={
            "warning_threshold": warning,
            "critical_threshold": critical,
            "recovery_threshold": None,
        },
    )


def receiver_fields(key: str) -> Asking[list[Component]]:
    """Ask for everything that a receiver has; `key` is the name of one that there is.

    Address and headers may be secret. Nobody can read them again, so they are asked for empty.
    """
    row = yield from settings_of(
        key, "get_alert_receivers", "receiver_name", "This receiver is deleted."
    )
    kept = " Empty: the one it has stays." if key else ""
    return [
        dmc.Text(f"Receiver {key}", size="sm")
        if key
        else dmc.TextInput(
            id=field("receiver_name"),
            label="Name",
            description="One that has this name is replaced.",
            placeholder="ops",
            required=True,
        ),
        dmc.Select(
            id=field("kind"),
            label="Kind",
            data=list(KINDS),
            value=row.get("kind", "webhook"),
            allowDeselect=False,
        ),
        dmc.PasswordInput(
            id=field("address"),
            label="Address",
            description="An http or https URL; for email"
            " smtps://user:password@host:port/?from=...&to=...; or env:PGKIT_RECEIVER_NAME, a"
            f" variable of pgkit worker. Nobody can read it again.{kept}",
            required=not key,
            **{"autoComplete": "new-password"},
        ),
        dmc.Textarea(
            id=field("headers"),
            label="Headers",
            description="Of a webhook, one NAME=VALUE in a line. Nobody can read them again."
            + (" Empty: those it has stay, while the address has the same host." if key else ""),
            placeholder="Authorization=Bearer ...",
            autosize=True,
            minRows=2,
        ),
        dmc.Select(
            id=field("minimum_severity"),
            label="From",
            description="It is told of alerts that are at least so bad.",
            data=list(SEVERITIES),
            value=row.get("minimum_severity", "warning"),
            allowDeselect=False,
        ),
        dmc.Textarea(
            id=field("matcher"),
            label="Only alerts with these labels",
            description="One NAME=VALUE in a line. The same name again: one value or the other."
            " Beside labels: alert_type. Empty: all alerts.",
            value=matcher_lines(row.get("matcher")),
            placeholder="model=acme/one",
            autosize=True,
            minRows=2,
        ),
        dmc.TagsInput(
            id=field("group_by"),
            label="Together in a message",
            description="Alerts with the same values of these labels.",
            value=list(row.get("group_by", ["alert_type"])),
        ),
        *(
            dmc.TextInput(
                id=field(name), label=label, description=more, value=as_typed(row.get(name), first)
            )
            for name, label, more, first in (
                ("group_wait", "Wait for more", "0 to 1h: how long a message waits.", "0"),
                (
                    "repeat_interval",
                    "Repeat after",
                    "1m to 30d, while an alert is open and nobody has acknowledged it.",
                    "4h",
                ),
                ("timeout", "Give up after", "How long one attempt may take.", "10s"),
            )
        ),
        *(
            dmc.Select(
                id=field(name),
                label=label,
                data=[{"value": "yes", "label": "yes"}, {"value": "no", "label": no}],
                value="yes" if row.get(name, True) else "no",
                allowDeselect=False,
            )
            for name, label, no in (
                ("send_resolved", "Told when it is over", "no"),
                ("enabled", "Told of alerts", "no, and what waits is dropped"),
            )
        ),
    ]


def matcher_lines(found: Mapping[str, Any] | None) -> str:
    """Return what alerts must have as lines to edit: a line for each value."""
    lines = []
    for name, value in sorted((found or {}).items()):
        for one in value if isinstance(value, list) else [value]:
            written = json.dumps(one) if isinstance(one, dict) else one
            lines.append(f"{name}={'' if one is None else written}")
    return "\n".join(lines)


def matched(values: Mapping[str, Any]) -> dict[str, object]:
    """Return what alerts must have: of a label that is there several times, one of the values."""
    found: dict[str, list[object]] = {}
    for name, value in pairs(values, "matcher"):
        found.setdefault(name, []).append(value)
    return {name: one[0] if len(one) == 1 else one for name, one in found.items()}


def headers_of(values: Mapping[str, Any]) -> dict[str, str] | None:
    """Return headers that were typed, one in a line, or nothing; no message quotes them."""
    found = {}
    for line in (text(values, "headers") or "").splitlines():
        name, sign, value = line.partition("=")
        if not sign or not name.strip():
            raise ValueError("a line of the headers is not NAME=VALUE")
        found[name.strip()] = value.strip()
    return found or None


def names_of(values: Mapping[str, Any], name: str) -> list[str]:
    """Return names of labels that were typed."""
    found = values.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError(f"{name} must be names of labels")
    return found


def set_receiver(key: str, values: Mapping[str, Any]) -> Question:
    """Return the call that adds a receiver, or changes the one that the button stands for."""
    name = key or text(values, "receiver_name")
    address = text(values, "address")
    if name is None:
        raise ValueError("give it a name")
    if not key and address is None:
        raise ValueError("a new receiver needs an address")
    return ask(
        "set_alert_receiver",
        receiver_name=name,
        kind=text(values, "kind"),
        address=address,
        matcher=matched(values),
        minimum_severity=text(values, "minimum_severity"),
        group_by=names_of(values, "group_by"),
        group_wait=duration_of(values, "group_wait") or timedelta(),
        repeat_interval=duration_of(values, "repeat_interval"),
        send_resolved=values.get("send_resolved") != "no",
        headers=headers_of(values),
        timeout=duration_of(values, "timeout"),
        enabled=values.get("enabled") != "no",
    )


def objective_fields(key: str) -> Asking[list[Component]]:
    """Ask for everything that an objective has; `key` is the name of one that there is."""
    row = yield from settings_of(
        key, "get_slo_objectives", "objective_name", "This objective is retired."
    )
    known = yield ask("get_metrics")
    fit = [
        row
        for row in known
        if (row["has_percentiles"] if row["kind"] != "share" else row["better"] is not None)
    ]
    return [
        dmc.Text(f"Objective {key}", size="sm")
        if key
        else dmc.TextInput(
            id=field("objective_name"),
            label="Name",
            description="One that has this name is replaced, with all that it says.",
            placeholder="fast answers",
            required=True,
        ),
        dmc.Select(
            id=field("metric_name"),
            label="Metric",
            data=metric_choices(fit),
            value=row.get("metric_name", "success_rate"),
            searchable=True,
            allowDeselect=False,
        ),
        dmc.NumberInput(
            id=field("target"),
            label="Target, in percent",
            description="So much must be good, such as 99.9. The rest is the error budget.",
            value=in_percent(row["target"]) if row else None,
            min=0,
            max=100,
            required=True,
        ),
        dmc.NumberInput(
            id=field("faster_than"),
            label="Good up to",
            description="Values up to it are good, in the unit of the metric. Empty for a share"
            " such as success_rate.",
            value=row.get("faster_than"),
        ),
        dmc.TextInput(
            id=field("time_window"),
            label="Over",
            description="The time in which the budget may be used up: 1d to 90d.",
            value=as_typed(row.get("time_window"), "30d"),
        ),
        dmc.Textarea(
            id=field("scope_labels"),
            label="Only series with these labels",
            description="One NAME=VALUE in a line. Empty: all series of the metric.",
            value=matcher_lines(row.get("scope_labels")),
            placeholder="model=acme/one",
            autosize=True,
            minRows=2,
        ),
        dmc.TagsInput(
            id=field("group_by"),
            label="Each by itself",
            description="Labels such as model: each of their values has a budget of its own.",
            value=list(row.get("group_by", [])),
        ),
        dmc.NumberInput(
            id=field("minimum_sample"),
            label="Fewest values",
            description="With fewer in a window it does not alert.",
            value=row.get("minimum_sample", 1),
            min=1,
            allowDecimal=False,
        ),
        dmc.TextInput(
            id=field("description"),
            label="Description",
            description="Why it exists.",
            value=row.get("description"),
        ),
        dmc.TextInput(
            id=field("runbook_url"),
            label="Runbook",
            description="The address that says what to do. Messages show it.",
            value=row.get("runbook_url"),
            placeholder="https://",
        ),
        dmc.Select(
            id=field("enabled"),
            label="Evaluated",
            data=["yes", "no"],
            value="yes" if row.get("enabled", True) else "no",
            allowDeselect=False,
        ),
    ]


def in_percent(share: float) -> float:
    """Return a share in percent; 0.999 is 99.9 and not the number next to it."""
    return round(100 * share, 10)


def set_objective(key: str, values: Mapping[str, Any]) -> Question:
    """Return the call that adds an objective, or changes the one that the button stands for."""
    name, target = key or text(values, "objective_name"), figure_of(values, "target")
    if name is None:
        raise ValueError("give it a name")
    if target is None:
        raise ValueError("say the target, such as 99.9")
    sample = figure_of(values, "minimum_sample")
    return ask(
        "set_slo_objective",
        objective_name=name,
        metric_name=text(values, "metric_name"),
        # 99.9 / 100 is not the number next to 0.999.
        target=round(target / 100, 12),
        faster_than=figure_of(values, "faster_than"),
        time_window=duration_of(values, "time_window"),
        scope_labels=scope(pairs(values, "scope_labels")),
        group_by=names_of(values, "group_by"),
        minimum_sample=1 if sample is None else int(sample),
        enabled=values.get("enabled") != "no",
        description=text(values, "description"),
        runbook_url=text(values, "runbook_url"),
    )


def said(text: str) -> list[Component]:
    """Return a form that only says what will happen."""
    return [dmc.Text(text, size="sm")]


def confirmed(words: str) -> Callable[[str], Asking[list[Component]]]:
    """Return the fields of a form that only says what will happen to {key}."""

    def fields(key: str) -> Asking[list[Component]]:
        yield from ()
        return said(words.format(key=key))

    return fields


def toggled(enabled: bool) -> Callable[[str, Mapping[str, Any]], Question]:
    """Return the call that says whether a threshold is evaluated."""
    return lambda key, _: ask(
        "set_alert_threshold_enabled", threshold_id=number_of(key), enabled=enabled
    )


FORMS = {
    "create": Action(
        "New threshold",
        threshold_fields,
        create,
        "The threshold is made.",
        "Create",
    ),
    "edit": Action("Edit threshold", threshold_fields, edit, "The threshold is saved.", "Save"),
    "enable": Action(
        "Enable threshold",
        confirmed("Threshold {key} will be evaluated each minute."),
        toggled(True),
        "The threshold is enabled.",
        "Enable",
    ),
    "disable": Action(
        "Disable threshold",
        confirmed(
            "Threshold {key} will not be evaluated. Its open alerts will be resolved within a"
            " minute."
        ),
        toggled(False),
        "The threshold is disabled.",
        "Disable",
    ),
    "delete": Action(
        "Delete threshold",
        confirmed(
            "Threshold {key} will be deleted, and its open alerts resolved within a minute. The"
            " history stays."
        ),
        lambda key, _: ask("delete_alert_threshold", threshold_id=number_of(key)),
        "The threshold is deleted.",
        "Delete",
        is_dangerous=True,
    ),
    "take": Action(
        "Use these limits", take_fields, take, "The threshold has new limits.", "Use them"
    ),
    "acknowledge": Action(
        "Acknowledge alert",
        note_field,
        answered("acknowledge_alert"),
        "The alert is acknowledged; it is not repeated.",
        "Acknowledge",
    ),
    "resolve": Action(
        "Resolve alert",
        note_field,
        answered("resolve_alert"),
        "The alert is resolved. If its cause is found again, a new one opens.",
        "Resolve",
    ),
    "silence": Action(
        "New silence", silence_fields, silence, "The alerts are silenced.", "Silence"
    ),
    "end-silence": Action(
        "End silence",
        confirmed("Silence {key} ends now. People are told of alerts that are still open."),
        lambda key, _: ask("end_alert_silence", silence_id=number_of(key)),
        "The silence has ended.",
        "End it",
    ),
    "add-receiver": Action(
        "New receiver",
        receiver_fields,
        set_receiver,
        "The receiver is added. Send it a test.",
        "Add",
    ),
    "edit-receiver": Action(
        "Edit receiver", receiver_fields, set_receiver, "The receiver is saved.", "Save"
    ),
    "remove-receiver": Action(
        "Remove receiver",
        confirmed(
            "{key} will be told of nothing any more. Its address is deleted, and so are its"
            " messages, also those that wait."
        ),
        lambda key, _: ask("delete_alert_receiver", receiver_name=key),
        "The receiver is removed.",
        "Remove",
        is_dangerous=True,
    ),
    "set-objective": Action(
        "Set objective", objective_fields, set_objective, "The objective is set.", "Set"
    ),
    "retire-objective": Action(
        "Retire objective",
        confirmed(
            "{key} will be deleted, and its open alerts resolved within a minute. The history of"
            " alerts stays."
        ),
        lambda key, _: ask("delete_slo_objective", objective_name=key),
        "The objective is retired.",
        "Retire",
        is_dangerous=True,
    ),
    "test": Action(
        "Send a test",
        confirmed("pgkit worker sends a message to {key} that says that it is a test."),
        lambda key, _: ask("send_test_alert", receiver_name=key),
        "The test is on its way. Latest messages says what becomes of it.",
        "Send",
    ),
}

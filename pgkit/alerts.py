"""Say in tables what alerts are open, which rules open them, and who is told."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from rich.text import Text

from pgkit.database import Connection, Failure, first_line, open_connection, query, transaction
from pgkit.output import Column, digits, percent, plural
from pgkit.reports import select

Row = Mapping[str, Any]
Line = tuple[str | Text, ...]

SEVERITIES = ("info", "warning", "critical")
STATISTICS = ("avg", "min", "max", "p50", "p95", "p99", "sum", "rate", "count")
# Labels that say which rule it is; messages say it too.
RULE_LABELS = {"metric", "statistic", "threshold_id", "objective"}
COLOURS = {"critical": "red", "warning": "yellow"}
LONGEST_BACKOFF = 60.0
# Events commit in another order than their ids. So far back a later one is looked for.
EVENTS_BACK = 1000
UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
DURATION = re.compile(
    r"\s*(\d{1,9})\s*(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)(?![a-z])", re.I
)
CONSTRAINT = re.compile(r'new row for relation "\w+" violates check constraint "(\w+)"')


def read_duration(text: str) -> timedelta:
    """Return a duration as people type it: `90s`, `15m`, `1h30m`, `2 days`, `0`.

    Raises ValueError for anything else.
    """
    if text.strip() == "0":
        return timedelta()
    total, place = timedelta(), 0
    try:
        while match := DURATION.match(text, place):
            total += int(match[1]) * UNITS[match[2][0].lower()]
            place = match.end()
    except OverflowError:
        place = 0
    if not place or text[place:].strip():
        raise ValueError(f"{json.dumps(text)} is no duration (30s, 15m, 2h, 1h30m, 7d)")
    return total


def short_duration(value: timedelta | None) -> str:
    """Return a duration with at most two units: `15m`, `1h 30m`, `7d`."""
    if value is None:
        return ""
    seconds = round(value.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0"


def read_label(text: str) -> tuple[str, object]:
    """Return the name and the value of `NAME=VALUE`; an empty value is none, and {...} is JSON.

    Raises ValueError for anything else.
    """
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise ValueError(f"{json.dumps(text)} is not NAME=VALUE")
    if value.startswith("{"):
        try:
            return name.strip(), json.loads(value)
        except ValueError as error:
            raise ValueError(f"the value of {name.strip()} is no JSON: {error}") from None
    return name.strip(), value or None


def matcher(labels: Sequence[tuple[str, object]]) -> Jsonb:
    """Return what alerts must have: of a label that is there several times, one of the values."""
    found: dict[str, list[object]] = {}
    for name, value in labels:
        found.setdefault(name, []).append(value)
    return Jsonb(
        {name: values[0] if len(values) == 1 else values for name, values in found.items()}
    )


def scope(labels: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Return labels that a series must have, each once; ValueError names one that is twice."""
    found: dict[str, object] = {}
    for name, value in labels:
        if name in found:
            raise ValueError(f"{name} is there twice; a threshold has one value of each label")
        found[name] = value
    return found


@contextmanager
def plain_rules() -> Iterator[None]:
    """Let a failure say which rule of the database is broken, and not of which relation."""
    try:
        yield
    except Failure as failure:
        found = CONSTRAINT.match(failure.message)
        if found is None:
            raise
        rule = found[1].replace("_", " ")
        raise Failure(f"refused; the rule is: {rule}", failure.hint) from failure


# What a terminal shows, the most important column first.
GROUP_COLUMNS = (
    Column("group", "group", "end", is_needed=True),
    Column("alert_count", "alerts", is_needed=True),
    Column("severity", "worst", is_needed=True),
    Column("since", "since"),
    Column("ids", "ids", "end"),
)
EVENT_COLUMNS = ("happened_at", "event", "severity", "alert_id", "alert_message", "caller", "note")
THRESHOLD_COLUMNS = (
    Column("id", "id", show=str, is_needed=True),
    Column("metric_name", "metric", "middle", is_needed=True),
    Column("limits", "warning / critical", is_needed=True),
    Column("state", "state"),
    Column("scope", "scope", "end"),
    Column("waits", "for"),
    Column("window", "window"),
    Column("keeps", "keep firing"),
    Column("recovery_threshold", "recovery"),
    Column("no_data", "no data"),
    Column("minimum_sample", "least values"),
    Column("description", "description", "end"),
)
SILENCE_COLUMNS = (
    Column("silence_id", "id", show=str, is_needed=True),
    Column("status", "status"),
    Column("ends_at", "until", is_needed=True),
    Column("matcher", "matches", "end", lambda matcher: matcher_text(matcher), is_needed=True),
    Column("reason", "reason", "end"),
    Column("alert_count", "open alerts"),
    Column("created_by", "by", "end"),
    Column("starts_at", "from"),
)


def share(value: float | None) -> str:
    return "" if value is None else f"{percent(value)} %" if value >= 0 else f"{100 * value:.2f} %"


def labels_text(labels: Mapping[str, Any] | None, without: set[str] = RULE_LABELS) -> str:
    """Return labels in a line, without those that the message says: `model=acme/one, tool=chat`."""
    return ", ".join(
        f"{name}={word(value)}"
        for name, value in (labels or {}).items()
        if name not in without and value is not None
    )


def matcher_text(matcher: Mapping[str, Any]) -> str:
    """Return a matcher in a line: `metric=error_rate, model=a or b`."""
    return ", ".join(
        f"{name}={' or '.join(map(word, value if isinstance(value, list) else [value]))}"
        for name, value in matcher.items()
    )


def word(value: object) -> str:
    """Return a value of a label; an absent one is empty, as people type it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def is_at_least(severity: str, least: str) -> bool:
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)


def alert_lines(rows: Sequence[Row]) -> list[Line]:
    """Return open alerts as a person reads them, whole sentences in the last part."""
    return [
        headings("id", "severity", "since", "what"),
        *(
            (
                "" if row["alert_id"] is None else str(row["alert_id"]),
                coloured(row["severity"]),
                f"{row['alert_timestamp']:%Y-%m-%d %H:%M}",
                "\n".join(part for part in (row["alert_message"], alert_state(row)) if part),
            )
            for row in rows
        ),
    ]


def headings(*names: str) -> Line:
    return tuple(Text(name, style="bold") for name in names)


def coloured(severity: str) -> Text:
    return Text(severity, style=COLOURS.get(severity, ""))


def alert_state(row: Row) -> str:
    """Say whether anybody is told of an open alert, or cares for it."""
    if row["silence_id"] is not None:
        return f"silenced until {row['silenced_until']:%m-%d %H:%M}"
    if row["inhibited_by"] is not None:
        return f"inhibited by {row['inhibited_by']}"
    if row["acknowledged_at"] is not None:
        return f"acknowledged by {row['acknowledged_by']}"
    return ""


def group_rows(rows: Sequence[Row], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return a row for each combination of these labels, the most severe first, as `rows` are."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        known = {**(row["labels"] or {}), **{name: row.get(name) for name in COMMON if name in row}}
        group = labels_text({name: known.get(name) for name in names}, set()) or "none of them"
        groups.setdefault(group, []).append(row)
    return [
        {
            "group": group,
            "alert_count": len(alerts),
            "severity": max((row["severity"] for row in alerts), key=SEVERITIES.index),
            "since": min(row["alert_timestamp"] for row in alerts),
            "ids": [row["alert_id"] for row in alerts if row["alert_id"] is not None],
        }
        for group, alerts in groups.items()
    ]


# What matchers know beside the labels of an alert.
COMMON = ("alert_type", "severity", "model_type", "machine_id")


def history_lines(rows: Sequence[Row]) -> list[Line]:
    """Return alerts of the past as a person reads them, with how they ended."""
    return [
        headings("id", "severity", "opened", "open for", "what"),
        *(
            (
                str(row["alert_id"]),
                coloured(row["severity"]),
                f"{row['alert_timestamp']:%Y-%m-%d %H:%M}",
                short_duration(row["duration"]),
                f"{row['alert_message']}\n{history_end(row)}",
            )
            for row in rows
        ),
    ]


def history_end(row: Row) -> str:
    """Say how an alert ended, and who cared for it."""
    parts = []
    if row["acknowledged_at"] is not None:
        note = f" ({row['acknowledgement_note']})" if row["acknowledgement_note"] else ""
        parts.append(f"acknowledged by {row['acknowledged_by']}{note}")
    if not row["is_resolved"]:
        parts.append("open")
    else:
        note = f": {row['resolution_note']}" if row["resolution_note"] else ""
        parts.append(f"resolved by {row['resolved_by'] or 'itself'}{note}")
    return "; ".join(parts)


def threshold_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return thresholds with their limits, scope and state in words."""
    return [
        {
            **row,
            "limits": limits(row),
            "state": threshold_state(row),
            "scope": scope_text(row),
            "window": short_duration(row["time_window"]),
            "waits": short_duration(row["for_duration"]),
            "keeps": short_duration(row["keep_firing_for"]) if row["keep_firing_for"] else "",
            "no_data": "" if row["no_data"] == "keep" else row["no_data"],
            "minimum_sample": "" if row["minimum_sample"] == 1 else row["minimum_sample"],
        }
        for row in rows
    ]


def limits(row: Row) -> str:
    """Say when a threshold is broken: `p95 above 2,000 / 5,000`."""
    pair = f"{limit(row['warning_threshold'])} / {limit(row['critical_threshold'])}"
    if row["baseline"] is not None:
        way = {"both": "off", "above": "above usual", "below": "below usual"}[row["direction"]]
        return f"{row['statistic']} {way} by {pair} deviations"
    return f"{row['statistic']} {row['direction']} {pair}"


def limit(value: float) -> str:
    """Return a limit with all the digits that somebody set."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".") if abs(value) >= 1e-4 or not value else ""
    return text or digits(value)


def threshold_state(row: Row) -> str:
    if not row["enabled"]:
        return "disabled"
    counts = {"firing": row["firing_count"], "pending": row["pending_count"]}
    return ", ".join(f"{count:,} {word}" for word, count in counts.items() if count) or "ok"


def scope_text(row: Row) -> str:
    """Say which series a threshold judges, and whether each by itself: `all, by model`."""
    if row["scope_type"] in ("workflow", "worker"):
        scope_of = f"{row['scope_type']} {row['scope_name']}"
    else:
        scope_of = labels_text(row["scope_labels"], set()) or "all"
    return ", by ".join([scope_of, *([" and ".join(row["group_by"])] if row["group_by"] else [])])


def threshold_text(row: Row) -> str:
    """Return a threshold in a sentence, for somebody who has just written it."""
    shown = threshold_rows([row])[0]
    parts = [
        f"{row['metric_name']}: {shown['limits']} over {shown['window']}",
        shown["scope"],
        f"fires after {shown['waits']}" if shown["waits"] != "0" else "",
        "disabled" if not row["enabled"] else "",
    ]
    return f"Threshold {row['id']}: {'; '.join(part for part in parts if part)}."


def watch(
    dsn: str, every: timedelta, say: Callable[[str], None]
) -> Iterator[tuple[list[dict[str, Any]], bool]]:
    """Yield what happens to alerts: first those that are open, then each event, without an end.

    A notification of perf_alerts wakes it at once. It also looks at least as often as `every`, for
    databases that notify nothing and poolers that pass no notifications on. The second of a pair
    says whether an evaluation is late. The first connection must succeed; later it reconnects.
    """
    seen: set[int] | None = None
    backoff = 0.0
    while True:
        try:
            with closing(open_connection(dsn)) as connection:
                listen(connection, say)
                backoff = 0.0
                while True:
                    with transaction(connection):
                        late = select(connection, query("late_evaluation").decode())
                        rows, seen = read_events(connection, seen)
                    yield rows, bool(late)
                    # Ends at the first notification, or after that time.
                    for _ in connection.notifies(timeout=every.total_seconds(), stop_after=1):
                        pass
        except psycopg.OperationalError as error:
            if seen is None:
                raise
            backoff = min(backoff * 2 or 1.0, LONGEST_BACKOFF)
            say(f"connection lost: {first_line(error)}; connecting again in {backoff:.0f} s")
            time.sleep(backoff)


def listen(connection: Connection, say: Callable[[str], None]) -> None:
    """Ask for notifications, where that is possible; a standby has none."""
    try:
        connection.execute("listen perf_alerts")
    except (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.FeatureNotSupported) as error:
        say(f"no notifications here ({first_line(error)}), so alerts are looked for")


def read_events(
    connection: Connection, seen: set[int] | None
) -> tuple[list[dict[str, Any]], set[int]]:
    """Return the events that are not in `seen`, and all of late; at first what is open."""
    newest = max(seen, default=0) if seen else 0
    if seen is None:
        (row,) = select(connection, "select max(e.id) as newest from perf.alert_events as e")
        newest = row["newest"] or 0
    rows = select(connection, query("alert_events").decode(), after=max(0, newest - EVENTS_BACK))
    if seen is None:
        opened = select(connection, query("open_alerts").decode())
        return opened, {row["id"] for row in rows}
    return [row for row in rows if row["id"] not in seen], {row["id"] for row in rows}


def event_line(row: Row, zone: tzinfo) -> str:
    """Return an event as a line of a terminal."""
    when: datetime = row["happened_at"]
    who = f" by {row['caller']}" if row["caller"] else ""
    note = f" ({row['note']})" if row["note"] and row["note"] != row["alert_message"] else ""
    number = "" if row["alert_id"] is None else f" {row['alert_id']}"
    return (
        f"{when.astimezone(zone):%Y-%m-%d %H:%M:%S}  {row['event']:<12}  {row['severity']:<8}"
        f" {number} {row['alert_message']}{who}{note}"
    )


def event_colour(row: Row) -> str | None:
    """Return the colour of an event on a terminal."""
    if row["event"] == "resolved":
        return "green"
    return COLOURS.get(row["severity"])


def counted_alerts(rows: Sequence[Row]) -> str:
    """Return how many alerts of each severity there are: `2 alerts: 1 critical, 1 warning`."""
    counts = {
        severity: sum(row["severity"] == severity for row in rows)
        for severity in reversed(SEVERITIES)
    }
    parts = ", ".join(f"{count} {severity}" for severity, count in counts.items() if count)
    return f"{plural(len(rows), 'alert')}: {parts}" if rows else "no alert"


def with_rows(rows: Sequence[Row], **shown: Callable[[Row], object]) -> list[dict[str, Any]]:
    """Return rows with further values, each made of the row."""
    return [{**row, **{key: make(row) for key, make in shown.items()}} for row in rows]


BACKTEST_COLUMNS = (
    Column("fired_at", "fired", is_needed=True),
    Column("severity", "severity", is_needed=True),
    Column("lasted", "open for", is_needed=True),
    Column("worst_value", "worst"),
    Column("shown_labels", "labels", "end"),
    Column("flap", "flaps"),
    Column("resolved_at", "resolved"),
)
SUGGESTION_COLUMNS = (
    Column("candidate", "candidate", is_needed=True),
    Column("warning_threshold", "warning", show=lambda value: limit(value), is_needed=True),
    Column("critical_threshold", "critical", show=lambda value: limit(value), is_needed=True),
    Column("warnings_per_week", "alerts/week"),
    Column("criticals_per_week", "critical/week"),
    Column("flap_count", "flaps"),
    Column("open_share", "open"),
    Column("usual_value", "usual"),
    Column("worst_value", "worst"),
    Column("longest", "longest"),
    Column("alert_count", "alerts"),
    Column("group_count", "groups"),
)
OBJECTIVE_COLUMNS = (
    Column("objective", "objective", "middle", is_needed=True),
    Column("shown_labels", "labels", "end"),
    Column("severity", "burns"),
    Column("target", "target %", show=percent),
    Column("compliance", "good %", show=percent),
    Column("budget", "budget left"),
    Column("burn_rate_1h", "burn 1 h"),
    Column("burn_rate_6h", "burn 6 h"),
    Column("gone_at_6h_rate", "gone at 6 h rate"),
    Column("burn_rate_3d", "burn 3 d"),
    Column("bad_count", "bad"),
    Column("total_count", "values"),
)
RECEIVER_COLUMNS = (
    Column("receiver_name", "name", "middle", is_needed=True),
    Column("kind", "kind"),
    Column("state", "state", is_needed=True),
    Column("last_error", "last error", "end"),
    Column("takes", "takes", "end"),
    Column("waiting_count", "waiting"),
    Column("last_delivered_at", "last delivered"),
    Column("groups", "by", "end"),
    Column("wait", "group wait"),
    Column("repeat", "repeat"),
)
DELIVERY_COLUMNS = (
    Column("created_at", "made"),
    Column("receiver", "receiver", "middle", is_needed=True),
    Column("status", "status", is_needed=True),
    Column("attempt_count", "attempts"),
    Column("last_error", "last error", "end"),
    Column("about", "alerts", "end"),
    Column("delivered_at", "delivered"),
    Column("next_attempt_at", "next attempt"),
    Column("delivery_id", "id", "end"),
)


def backtest_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the alerts of a backtest as a terminal shows them."""
    return with_rows(
        rows,
        lasted=lambda row: short_duration(row["duration"]),
        shown_labels=lambda row: labels_text(row["labels"]),
        flap=lambda row: "yes" if row["is_flap"] else "",
    )


def backtest_facts(summary: Row) -> list[tuple[str, str]]:
    """Return what a threshold would have done, a line each."""
    read = "raw rows" if summary["source"] != "hourly" else "whole hours"
    facts = [
        (
            "alerts",
            f"{summary['alert_count']:,}, of them {summary['critical_count']:,} critical;"
            f" {digits(summary['alerts_per_week'] or 0)} a week",
        ),
        (
            "groups",
            f"{summary['firing_group_count']:,} of {summary['group_count']:,} had an alert",
        ),
        ("open", f"{share(summary['firing_share'])} of the time of all groups"),
        ("flaps", f"{summary['flap_count']:,}"),
        ("evaluated", f"every {short_duration(summary['used_step'])}, of {read}"),
    ]
    if summary["alert_count"]:
        facts.insert(
            3,
            (
                "open for",
                f"{short_duration(summary['median_duration'])} (median),"
                f" {short_duration(summary['longest_duration'])} at most",
            ),
        )
        noisiest = labels_text(summary["noisiest_labels"])
        facts += [("most alerts", noisiest)] if noisiest else []
    return facts


def suggestion_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return suggested limits as a terminal shows them."""
    return with_rows(
        rows,
        open_share=lambda row: share(row["firing_share"]),
        longest=lambda row: short_duration(row["longest_duration"]),
    )


def objective_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return how objectives stand as a terminal shows it."""
    return with_rows(
        rows,
        shown_labels=lambda row: labels_text(row["labels"]),
        budget=lambda row: share(row["error_budget_left"]),
    )


def receiver_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return receivers with what they take and how they are, in words."""
    return with_rows(
        rows,
        state=receiver_state,
        takes=lambda row: "; ".join(
            part
            for part in (matcher_text(row["matcher"]), f"{row['minimum_severity']} and above")
            if part
        ),
        groups=lambda row: ", ".join(row["group_by"]),
        wait=lambda row: short_duration(row["group_wait"]) if row["group_wait"] else "",
        repeat=lambda row: short_duration(row["repeat_interval"]),
    )


def receiver_state(row: Row) -> str:
    if not row["enabled"]:
        return "disabled"
    if row["failing_since"] is not None:
        return f"fails since {row['failing_since']:%m-%d %H:%M}"
    return "ok" if row["last_delivered_at"] is not None else "new"


def delivery_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return messages with the alerts that they are about."""
    return with_rows(
        rows,
        about=lambda row: "test" if row["is_test"] else ", ".join(map(str, row["alert_ids"])),
    )


def find_threshold(connection: Connection, threshold_id: int) -> dict[str, Any]:
    """Return a threshold as perf.get_alert_thresholds() lists it."""
    rows = select(
        connection,
        "select * from perf.get_alert_thresholds(max_rows => 100000) as t where t.id = %(id)s",
        id=threshold_id,
    )
    if not rows:
        raise Failure(
            f"there is no alert threshold {threshold_id}", "`pgkit alerts thresholds` lists them."
        )
    return rows[0]


def find_receiver(connection: Connection, name: str) -> dict[str, Any] | None:
    """Return a receiver as perf.get_alert_receivers() lists it."""
    rows = select(
        connection,
        "select * from perf.get_alert_receivers(max_rows => 100000) as r"
        " where r.receiver_name = %(name)s",
        name=name.strip(),
    )
    return rows[0] if rows else None


def call(connection: Connection, function: str, **arguments: object) -> Any:
    """Return what a function of perf answers to these arguments, which are its parameters."""
    named = ", ".join(f"{name} => %({name})s" for name in arguments)
    [row] = select(connection, f"select perf.{function}({named}) as answer", UTC, **arguments)
    return row["answer"]


def send_test(connection: Connection, receiver: str) -> object:
    """Have a test sent to a receiver, in a transaction of its own; return the message's id."""
    with transaction(connection):
        return call(connection, "send_test_alert", receiver_name=receiver)


def wait_for_delivery(
    connection: Connection, delivery_id: object, wait: timedelta
) -> dict[str, Any]:
    """Return what became of a message, at the latest after that time."""
    end = time.monotonic() + wait.total_seconds()
    while True:
        with transaction(connection):
            rows = select(
                connection,
                "select * from perf.get_alert_deliveries(max_rows => 100000) as d"
                " where d.delivery_id = %(id)s",
                id=delivery_id,
            )
        found = rows[0] if rows else {"status": "gone", "last_error": None}
        left = end - time.monotonic()
        if found["status"] not in ("waiting", "sending") or left <= 0:
            return found
        time.sleep(min(0.2, left))

"""Say in lines of text what differs between two configurations, and what a change did."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pgkit.database import Connection
from pgkit.output import Column, digits, escaped, exact
from pgkit.reports import select

SIGNS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
TIME_CHANGE = ("percent", "percent_low", "percent_high")
RATE_CHANGE = ("difference", "difference_low", "difference_high")
# What a terminal shows, the most important column first.
LIST_COLUMNS = (
    Column("config", "config", "middle"),
    Column("config_name", "name", "middle"),
    Column("is_active", "active"),
    Column("last_active_from", "active from"),
    Column("notes", "notes", "end"),
    Column("last_active_until", "active until"),
    Column("created_at", "saved"),
    Column("creator_name", "saved by", "middle"),
)
HISTORY_COLUMNS = (
    Column("config", "config", "middle"),
    Column("kind", "change"),
    Column("active_from", "active from"),
    Column("activator_name", "by", "middle"),
    Column("notes", "notes", "end"),
    Column("active_until", "active until"),
    Column("guard_status", "guard"),
    Column("activation_id", "activation"),
)
REQUEST_COLUMNS = (
    Column("request", "request"),
    Column("config", "config", "middle", is_needed=True),
    Column("status", "status"),
    Column("requested_by", "requested by", "middle"),
    Column("requested_at", "requested"),
    Column("notes", "notes", "end"),
    Column("decided_by", "decided by", "middle"),
    Column("decided_at", "decided"),
    Column("decision_notes", "decision notes", "end"),
)
IMPACT_COLUMNS = (
    Column("metric", "metric", "middle", is_needed=True),
    Column("before", "before"),
    Column("after", "after"),
    Column("change", "change", is_needed=True),
    Column("interval", "95 % interval", is_needed=True),
    Column("verdict", "verdict", is_needed=True),
    Column("number", "number"),
)


def find(connection: Connection, reference: str) -> dict[str, Any]:
    """Return the version that a reference names: sdxl (the active one), sdxl@3, or an id."""
    rows = select(
        connection,
        "select c.* from perf.model_config_history as c"
        " where c.id = perf.find_model_config(%(reference)s)",
        reference=reference,
    )
    return named(rows)[0]


def named(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the reference of each row's version before it, as people type it."""
    return [{"config": f"{row['model_type']}@{row['version']}", **row} for row in rows]


def pick(rows: Sequence[dict[str, Any]], columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Return the values of these columns, without the data of the version."""
    return [{column.key: row[column.key] for column in columns} for row in rows]


def short(value: Any) -> str:
    """Return a value as a person reads it, a time to the second."""
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else exact(value)


def guard_verb(guard: dict[str, Any]) -> str:
    """Return what a metric does that breaks a guard."""
    return "falls below" if guard.get("worse_is") == "lower" else "exceeds"


def diff_lines(changes: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return a line and its colour for each row of perf.compare_model_configs()."""
    lines = []
    for change in changes:
        sign, colour = SIGNS[change["kind"]]
        old, new = (
            json.dumps(change[name], ensure_ascii=False) for name in ("old_value", "new_value")
        )
        value = {"added": new, "removed": old, "changed": f"{old} -> {new}"}[change["kind"]]
        lines.append((escaped(f"{sign} {change['setting']}: {value}"), colour))
    return lines


def measured_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of an impact without those of calls, where there are jobs and no calls."""
    counts = {"calls": 0, "jobs": 0}
    for row in rows:
        counts[row["source"]] += row["before_count"] + row["after_count"]
    is_of_jobs_only = counts["jobs"] and not counts["calls"]
    return [row for row in rows if row["source"] == "jobs" or not is_of_jobs_only]


def impact_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what a terminal shows of rows of perf.get_config_impact().

    Times change by percent. Rates are percent already and change by points.
    """
    shown_rows = []
    for row in rows:
        is_rate = row["unit"] == "share"
        is_score = row["metric"].startswith("quality.")
        factor = 100 if is_rate else 1
        before, after = (
            "" if row[name] is None else digits(factor * row[name])
            for name in ("before_value", "after_value")
        )
        change, low, high = (
            None if row[name] is None else signed(factor * row[name])
            for name in (RATE_CHANGE if is_rate else TIME_CHANGE)
        )
        unit = "points" if is_rate else "%"
        shown_rows.append(
            {
                **row,
                "metric": row["metric"]
                if is_score
                else row["metric"].removesuffix("_ms").replace("_", " "),
                "before": before,
                "after": after,
                "change": f"{change} {unit}" if change else "",
                "interval": f"{low} to {high}" if low and high else "",
                "verdict": row["verdict"].replace("_", " "),
                "number": f"{row['before_count']:,} / {row['after_count']:,} {row['source']}",
            }
        )
    return shown_rows


def signed(value: float) -> str:
    """Return a change with its sign and the digits that matter."""
    return f"{value:+,.0f}" if abs(value) >= 9.95 else f"{value:+.1f}"

"""Say in lines of text what differs between two configurations, and what a change did."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pgkit.database import Connection
from pgkit.reports import select

SIGNS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
LIST_COLUMNS = (
    "config",
    "config_name",
    "is_active",
    "created_at",
    "creator_name",
    "last_active_from",
    "last_active_until",
    "notes",
)
HISTORY_COLUMNS = (
    "activation_id",
    "config",
    "kind",
    "active_from",
    "active_until",
    "activator_name",
    "notes",
    "guard_status",
)
REQUEST_COLUMNS = (
    "request",
    "config",
    "status",
    "requested_by",
    "requested_at",
    "notes",
    "decided_by",
    "decided_at",
    "decision_notes",
)
IMPACT_COLUMNS = (
    "metric",
    "before",
    "after",
    "change",
    "interval",
    "before_count",
    "after_count",
    "verdict",
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


def pick(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return the columns of a table, times to the second."""
    return [{name: short(row[name]) for name in columns} for row in rows]


def short(value: Any) -> Any:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value


def diff_lines(changes: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return a line and its colour for each row of perf.compare_model_configs()."""
    lines = []
    for change in changes:
        sign, colour = SIGNS[change["kind"]]
        old, new = (
            json.dumps(change[name], ensure_ascii=False) for name in ("old_value", "new_value")
        )
        value = {"added": new, "removed": old, "changed": f"{old} -> {new}"}[change["kind"]]
        lines.append((f"{sign} {change['setting']}: {value}", colour))
    return lines


def impact_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what a terminal shows of rows of perf.get_config_impact()."""
    return [
        {
            **row,
            "metric": f"{row['metric']} ({row['unit']})",
            "before": digits(row["before_value"]),
            "after": digits(row["after_value"]),
            "change": change(row, "difference", "percent"),
            "interval": (
                f"{change(row, 'difference_low', 'percent_low')}"
                f" to {change(row, 'difference_high', 'percent_high')}"
                if row["difference_low"] is not None and row["difference_high"] is not None
                else ""
            ),
            "verdict": row["verdict"].replace("_", " "),
        }
        for row in rows
    ]


def digits(value: float | None) -> str:
    """Return a value with the digits that matter."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"


def change(row: dict[str, Any], difference: str, percent: str) -> str:
    """Return a change in percent; of a rate, which is one already, in points."""
    is_rate = row["metric"].endswith("_rate")
    value = row[difference if is_rate else percent]
    if value is None:
        return ""
    return f"{100 * value:+.1f} points" if is_rate else f"{value:+.1f} %"

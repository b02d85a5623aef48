"""Ask the reading functions, and pick what fits on a screen."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.rows import dict_row

from pgkit.database import Connection

BARS = "▁▂▃▄▅▆▇█"
# What a terminal shows of each report; a pipe and JSON get every column.
TREND_COLUMNS = (
    "time_bucket",
    "call_count",
    "success_rate",
    "avg_response_time",
    "p50_response_time",
    "p95_response_time",
    "p99_response_time",
    "p50_first_token_ms",
)
COMPARISON_COLUMNS = (
    "model",
    "call_count",
    "success_rate",
    "p50_response_time",
    "p95_response_time",
    "p99_response_time",
    "p50_first_token_ms",
    "output_tokens_per_second",
)
# The column in which perf.get_latency_percentiles() names a group.
GROUP_COLUMNS = {
    "model": "model",
    "tool": "tool",
    "provider": "model_provider",
    "parameters": "parameter_set",
}
# The outcomes that a report can be limited to, and whose times it then shows.
CALLS = {"all": "all calls", "success": "successful calls", "error": "failed calls"}
# Headings of a table; in it all times are milliseconds and times of the day UTC.
HEADINGS = {
    "time_bucket": "from (UTC)",
    "call_count": "calls",
    "success_rate": "success %",
    "avg_response_time": "avg",
    "p50_response_time": "p50",
    "p95_response_time": "p95",
    "p99_response_time": "p99",
    "p50_first_token_ms": "ttft p50",
    "output_tokens_per_second": "tokens/s",
    "value_ms": "ms",
    "error_type": "error",
    "error_count": "errors",
    "first_seen": "first (UTC)",
    "last_seen": "last (UTC)",
    "share_of_errors": "of errors %",
    "error_rate": "of calls %",
}


def select(connection: Connection, statement: str, **parameters: object) -> list[dict[str, Any]]:
    """Return the rows of a statement with named parameters, times in UTC."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("set local timezone = 'UTC'")
        return cursor.execute(statement.encode(), parameters).fetchall()


def bucket_start(time: datetime, granularity: str = "hourly") -> datetime:
    """Return the start of the hour, day or week of a time, for reports have no part of one."""
    hour = time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if granularity == "hourly":
        return hour
    day = hour.replace(hour=0)
    return day if granularity == "daily" else day - timedelta(days=day.weekday())


def arrange(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return these columns of the rows with the headings and units of a table."""
    return [
        {HEADINGS.get(name, name): present(name, row[name]) for name in columns} for row in rows
    ]


def title(outcome: str, *names: str | None, times: str = "times") -> str:
    """Return the heading of a table: the names that were asked for, and whose times it shows."""
    asked = ", ".join(name for name in names if name)
    return "; ".join(part for part in (asked, CALLS[outcome], f"{times} in ms") if part)


def present(name: str, value: Any) -> Any:
    """Return a value with the digits that matter to a reader."""
    if value is not None and HEADINGS.get(name, "").endswith("%"):
        return 100.0 * value
    if isinstance(value, float) and value >= 100:
        return round(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value


def sparkline(values: Sequence[float | None]) -> str:
    """Return one bar for each value, from nothing to the largest; a space where there is none."""
    largest = max((value for value in values if value is not None), default=0.0)
    return "".join(
        " " if value is None else BARS[round(value / (largest or 1) * (len(BARS) - 1))]
        for value in values
    )

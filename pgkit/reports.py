"""Ask the reading functions, and pick what fits on a screen."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from psycopg.rows import dict_row

from pgkit.database import Connection, query
from pgkit.output import Column, percent, tell
from pgkit.times import span

BARS = "▁▂▃▄▅▆▇█"
# The end of a longer line would wrap on a terminal.
MOST_BARS = 48
# What a terminal shows of each report, the most important column first; times are milliseconds.
TREND_COLUMNS = (
    Column("time_bucket", "from"),
    Column("call_count", "calls"),
    Column("success_rate", "success %", show=percent),
    Column("p50_response_time", "p50"),
    Column("p95_response_time", "p95"),
    Column("p99_response_time", "p99"),
    Column("p50_first_token_ms", "first token p50"),
    Column("avg_response_time", "mean"),
)
COMPARISON_COLUMNS = (
    Column("model", "model", "middle"),
    Column("call_count", "calls"),
    Column("success_rate", "success %", show=percent),
    Column("p50_response_time", "p50"),
    Column("p95_response_time", "p95"),
    Column("p99_response_time", "p99"),
    Column("p50_first_token_ms", "first token p50"),
    Column("output_tokens_per_second", "tokens/s"),
)
ERROR_COLUMNS = (
    Column("model", "model", "middle"),
    Column("tool", "tool", "end"),
    Column("error_type", "error", "end"),
    Column("error_count", "errors"),
    Column("error_rate", "% of calls", show=percent),
    Column("last_seen", "last seen"),
    Column("share_of_errors", "% of errors", show=percent),
    Column("first_seen", "first seen"),
)
PERCENTILE_COLUMNS = (
    Column("percentile", "percentile", show="{:g}".format, is_needed=True),
    Column("value_ms", "ms", is_needed=True),
    Column("call_count", "calls"),
)
# How perf.get_latency_percentiles() can group calls, and the column that names the group.
GROUP_COLUMNS = {
    "model": Column("model", "model", "middle", is_needed=True),
    "tool": Column("tool", "tool", "middle", is_needed=True),
    "provider": Column("model_provider", "provider", "middle", is_needed=True),
    "parameters": Column("parameter_set", "parameters", "middle", is_needed=True),
}
# The outcomes that a report can be limited to, and whose times it then shows.
CALLS = {"all": "all calls", "success": "successful calls", "error": "failed calls"}


def select(
    connection: Connection, statement: str, zone: tzinfo = UTC, **parameters: object
) -> list[dict[str, Any]]:
    """Return the rows of a statement with named parameters, times in a zone."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("select set_config('timezone', %s, true)", [str(zone)])
        return cursor.execute(statement.encode(), parameters).fetchall()


def bucket_start(time: datetime, granularity: str = "hourly", zone: tzinfo = UTC) -> datetime:
    """Return the start of the hour, day or week of a time, for reports have no part of one."""
    hour = time.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    if granularity == "hourly":
        return hour
    day = hour.replace(hour=0, fold=0)
    return day if granularity == "daily" else day - timedelta(days=day.weekday())


def bucket_end(start: datetime, granularity: str, zone: tzinfo) -> datetime:
    """Return the end of a bucket that the reports show: the next one's first hour of UTC."""
    hour = timedelta(hours=1)
    start = start.astimezone(UTC)
    if granularity == "hourly":
        return start + hour
    # The longest day has 25 hours, so two hours more than 24 are in the next.
    days = timedelta(days=1 if granularity == "daily" else 7)
    next_start = bucket_start(start + days + 2 * hour, granularity, zone)
    whole_hour = bucket_start(next_start)
    return whole_hour if whole_hour == next_start.astimezone(UTC) else whole_hour + hour


def counted(rows: Sequence[dict[str, Any]], zone: tzinfo = UTC) -> str:
    """Return the range that the rows of a report say they count."""
    return span(rows[0]["range_start"], rows[0]["range_end"], zone) if rows else ""


def title(outcome: str, *names: str | None, times: str = "times") -> str:
    """Return the heading of a table: the names that were asked for, and whose times it shows."""
    asked = ", ".join(name for name in names if name)
    return "; ".join(part for part in (asked, CALLS[outcome], f"{times} in ms") if part)


def nothing(outcome: str, start: datetime, end: datetime, zone: tzinfo, measured: str = "") -> str:
    """Return what a report without rows says: which calls are missing in which range."""
    calls = CALLS[outcome].removeprefix("all ")
    return f"No {calls}{measured} from {span(start, end, zone)}."


def tell_removed(
    connection: Connection, pipeline: str, granularity: str, start: datetime, zone: tzinfo
) -> None:
    """Say on stderr from when on a report by this granularity is whole, if later than `start`.

    Months are made of days. Days and weeks of other zones than UTC are made of hours, and refused
    where those are gone.
    """
    if zone != UTC and granularity != "hourly":
        return
    rows = select(
        connection, query("removed_levels").decode(), zone, pipeline=pipeline, start=start
    )
    removed = {row["level"]: row["deleted_before"] for row in rows}
    level = "daily" if granularity == "monthly" else granularity
    before = removed.get(level)
    if before is None:
        return
    noun = {"hourly": "Hours", "daily": "Days", "weekly": "Weeks"}[level]
    sentence = f"{noun} before {moment(before, zone)} are no longer kept"
    longer = ("daily", "weekly")[("hourly", "daily", "weekly").index(level) :]
    # Without an entry, a level has all of the range.
    further = next((name for name in longer if removed.get(name, start) < before), None)
    if further and zone == UTC:
        tell(f"{sentence}: --granularity {further} reaches further back.")
    else:
        tell(f"{sentence}.")


def outlived(connection: Connection, pipeline: str, first: datetime) -> str:
    """Return what the next cleanup removes of rows since a time, and how to keep it.

    The text is empty where that is nothing, and for recorders, who may not read the retention.
    """
    (rights,) = select(connection, "select has_table_privilege('perf.retention', 'select') as may")
    if not rights["may"]:
        return ""
    rows = select(connection, query("outlived_levels").decode(), pipeline=pipeline, first=first)
    if not rows:
        return ""
    things = {"raw": f"raw {pipeline}", "hourly": "hours", "daily": "days", "weekly": "weeks"}
    old = ", ".join(f"{things[row['level']]} older than {row['keep']}" for row in rows)
    ways = ", ".join(f"`pgkit retention {pipeline} {row['level']} forever`" for row in rows)
    verb = "keeps" if len(rows) == 1 else "keep"
    return f"The next cleanup removes {old}: {ways} {verb} them."


def moment(time: datetime, zone: tzinfo) -> str:
    """Return a time to the minute, and only its date where it is midnight."""
    time = time.astimezone(zone)
    return f"{time:%Y-%m-%d}" if (time.hour, time.minute) == (0, 0) else f"{time:%Y-%m-%d %H:%M}"


def sparkline(values: Sequence[float | None]) -> str:
    """Return one bar for each value, from nothing to the largest; a space where there is none."""
    largest = max((value for value in values if value is not None), default=0.0)
    return "".join(
        " " if value is None else BARS[round(value / (largest or 1) * (len(BARS) - 1))]
        for value in values
    )

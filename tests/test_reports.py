"""Reports, roles, schedule: what the commands print, and how they end."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import terminal

from pgkit import migrations, reports, runner, times

pytestmark = pytest.mark.once

SPAN = ["--from", "2020-01-06", "--to", "2020-01-07"]
USER = "00000000-0000-4000-8000-000000000009"
NOW = datetime(2020, 1, 8, 12, tzinfo=UTC)


@pytest.fixture
def calls(connection) -> None:
    for hour, response_time, error_type in ((10, 100, None), (10, 300, None), (11, 50, "timeout")):
        connection.execute(
            "select perf.record_call('acme/one', 'chat', %s, error_type => %s,"
            " first_token_ms => 10, output_tokens => 20, parameters => '{\"temperature\": 1}',"
            " call_timestamp => %s)",
            [response_time, error_type, f"2020-01-06 {hour}:00+00"],
        )


def test_trends_show_calls_at_once(pgkit, database, calls) -> None:
    arguments = ["trends", "acme/one", "chat", *SPAN]
    hourly = json.loads(pgkit(*arguments, "--json", dsn=database).stdout)
    assert [row["call_count"] for row in hourly] == [2, 1]
    assert hourly[0]["time_bucket"] == "2020-01-06T10:00:00+00:00"
    assert hourly[0]["avg_response_time"] == 200
    options = ["--granularity", "daily", "--outcome", "success", "--parameters"]
    daily = json.loads(
        pgkit(*arguments, "--json", *options, '{"temperature": 1.0}', dsn=database).stdout
    )
    assert [row["call_count"] for row in daily] == [2]


def test_a_pipe_gets_tabs_and_every_column(pgkit, database, calls) -> None:
    heading, *rows = pgkit("trends", "acme/one", "chat", *SPAN, dsn=database).stdout.splitlines()
    assert heading.split("\t")[:2] == ["time_bucket", "avg_response_time"]
    assert len(rows) == 2
    assert all(row.count("\t") == heading.count("\t") for row in rows)


def test_an_unknown_model_is_one_error_line(pgkit, database) -> None:
    failed = pgkit("trends", "acme/none", "chat", dsn=database)
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: ")
    assert "acme/none" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_range_begins_with_the_whole_bucket_of_its_start(pgkit, database, calls) -> None:
    span = ["--from", "2020-01-06T10:59", "--to", "2020-01-06T11:30", "--json"]
    (row,) = json.loads(pgkit("compare", *span, dsn=database).stdout)
    assert row["call_count"] == 3
    rows = json.loads(pgkit("percentiles", "0.999", *span, dsn=database).stdout)
    assert [row["call_count"] for row in rows] == [3]
    assert (
        json.loads(pgkit("percentiles", "1", "--exact", *span, dsn=database).stdout)[0][
            "call_count"
        ]
        == 1
    )
    weekly = [*span[2:], "--from", "2020-01-08", "--to", "2020-01-09", "--granularity", "weekly"]
    (row,) = json.loads(pgkit("trends", "acme/one", "chat", *weekly, dsn=database).stdout)
    assert row["call_count"] == 3


def test_percentiles_are_named_in_full(pgkit, database, calls) -> None:
    heading, row = pgkit("percentiles", "0.999", *SPAN, dsn=database).stdout.splitlines()
    assert dict(zip(heading.split("\t"), row.split("\t"), strict=True))["percentile"] == "0.999"


def test_compare_percentiles_and_errors(pgkit, database, calls) -> None:
    (row,) = json.loads(pgkit("compare", *SPAN, "--json", dsn=database).stdout)
    assert (row["model"], row["call_count"], row["error_count"]) == ("acme/one", 3, 1)
    (row,) = json.loads(
        pgkit("percentiles", "0.5", *SPAN, "--by", "tool", "--exact", "--json", dsn=database).stdout
    )
    assert (row["tool"], row["value_ms"]) == ("chat", 100)
    (row,) = json.loads(
        pgkit("percentiles", "1", *SPAN, "--first-token", "--exact", "--json", dsn=database).stdout
    )
    assert (row["model"], row["value_ms"]) == ("acme/one", 10)
    (row,) = json.loads(pgkit("errors", *SPAN, "--json", dsn=database).stdout)
    assert (row["error_type"], row["error_count"]) == ("timeout", 1)


def test_errors_are_found_without_reading_the_calls_that_succeeded(connection) -> None:
    connection.execute(
        "select perf.record_calls(jsonb_agg(jsonb_build_object("
        " 'model_name', 'acme/one', 'tool_name', 'chat', 'response_time_ms', n,"
        " 'error_type', case when n % 100 = 0 then 'timeout' end,"
        " 'call_timestamp', '2020-01-06T10:00Z')))"
        " from generate_series(1, 3000) as n"
    )
    connection.execute("select perf.aggregate_performance_metrics('calls')")
    connection.execute("vacuum analyze perf.performance_metrics_raw")
    connection.execute("load 'auto_explain'")
    for name, value in (
        ("min_duration", "0"),
        ("nested_statements", "on"),
        ("analyze", "on"),
        ("level", "notice"),
    ):
        connection.execute(f"set auto_explain.log_{name} = {value}".encode())
    told: list[str] = []
    connection.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
    connection.execute("select * from perf.get_error_breakdown('2020-01-06', '2020-01-07')")
    (plan,) = [text for text in told if "not r.success" in text]
    # Not by the other index of the time, which is for ranges of pages.
    assert "performance_metrics_raw_default_call_timestamp_idx1" in plan
    assert "Rows Removed by Filter" not in plan


@pytest.mark.parametrize(
    ("options", "whose"),
    [
        ([], "all calls"),
        (["--outcome", "all"], "all calls"),
        (["--outcome", "success"], "successful calls"),
        (["--outcome", "error"], "failed calls"),
    ],
)
def test_a_table_says_whose_times_it_shows(database, calls, options, whose) -> None:
    for command, heading in (
        (["trends", "acme/one", "chat"], f"acme/one, chat; {whose}; times in ms; p95 "),
        (["compare"], f"{whose}; times in ms"),
        (["compare", "--tool", "chat"], f"chat; {whose}; times in ms"),
        (["percentiles"], f"{whose}; times in ms"),
        (["percentiles", "--model", "acme/one"], f"acme/one; {whose}; times in ms"),
        (["percentiles", "--first-token"], f"{whose}; times to the first token in ms"),
    ):
        shown = terminal.show(database, *command, *SPAN, *options)
        # A heading wider than its table takes several lines.
        assert " ".join(shown.split()).startswith(heading), shown


# A day in India lasts from 18:30 to 18:30 UTC; two of these calls are in it.
INDIAN_DAY = ["--from", "2026-11-20", "--to", "2026-11-21", "--zone", "Asia/Kolkata"]


@pytest.fixture
def indian_calls(connection) -> None:
    for ms, time in (
        (100, "2026-11-19T23:45"),
        (200, "2026-11-20T00:15"),
        (300, "2026-11-20T23:45"),
        (400, "2026-11-21T00:15"),
    ):
        connection.execute(
            "select perf.record_call('gpt-4o', 'chat', %s, error_type => 'timeout',"
            " call_timestamp => %s)",
            [ms, f"{time}:00+05:30"],
        )


@pytest.mark.parametrize(
    ("options", "calls", "span"),
    [
        (INDIAN_DAY, 2, "2026-11-20 00:30 to 2026-11-21 00:30 Asia/Kolkata"),
        (
            ["--from", "2026-11-20T00:00+05:30", "--to", "2026-11-21T00:00+05:30"],
            4,
            "2026-11-19 18:00 to 2026-11-20 19:00 UTC",
        ),
    ],
)
def test_a_table_says_which_range_it_shows(
    pgkit, database, indian_calls, options, calls, span
) -> None:
    for command in (["compare"], ["percentiles", "0.5"], ["errors"]):
        shown = " ".join(terminal.show(database, *command, *options).split())
        assert span in shown, shown
        (row,) = json.loads(pgkit(*command, *options, "--json", dsn=database).stdout)
        assert row.get("call_count", row.get("error_count")) == calls


def test_days_are_those_of_the_zone(pgkit, database, indian_calls) -> None:
    daily = ["trends", "gpt-4o", "chat", *INDIAN_DAY, "--granularity", "daily"]
    (row,) = json.loads(pgkit(*daily, "--json", dsn=database).stdout)
    assert (row["time_bucket"], row["call_count"]) == ("2026-11-20T00:30:00+05:30", 2)
    shown = terminal.show(database, *daily)
    assert "2026-11-20 00:30 to 2026-11-21 00:30 Asia/Kolkata" in " ".join(shown.split()), shown
    # Whole hours UTC start at half past in India: the day loses its first call and has one more.
    (row,) = json.loads(pgkit("compare", *INDIAN_DAY, "--json", dsn=database).stdout)
    assert row["range_start"] == "2026-11-20T00:30:00+05:30"
    assert row["avg_response_time"] == (300 + 400) / 2
    exact = ["percentiles", "0", "1", *INDIAN_DAY, "--exact", "--json"]
    rows = json.loads(pgkit(*exact, dsn=database).stdout)
    assert [row["value_ms"] for row in rows] == [200, 300]
    assert rows[0]["range_start"] == "2026-11-20T00:00:00+05:30"


@pytest.mark.parametrize("zone", ["IST", "UTC+8", "Etc/GMT+8", "Asia/Calcuta", "Asia/../x", ""])
def test_other_zones_are_misuse(pgkit, zone) -> None:
    failed = pgkit("compare", "--zone", zone)
    assert failed.returncode == 2
    assert "neither UTC nor the name of an area and a city" in failed.stderr


def test_a_percentile_above_1_is_misuse_and_told_how_to_write_it(pgkit) -> None:
    failed = pgkit("percentiles", "95")
    assert failed.returncode == 2
    assert "The 95th percentile is 0.95." in failed.stderr


def test_more_buckets_than_a_series_may_have_are_shown(pgkit, database, connection) -> None:
    connection.execute(
        "select perf.record_call('acme/busy', 'chat', 1, call_timestamp => h)"
        " from generate_series(timestamptz '2020-01-01 00:00+00', '2020-02-29', '1 hour') as h"
    )
    span = ["--from", "2020-01-01", "--to", "2020-02-29"]
    shown = pgkit("trends", "acme/busy", "chat", *span, dsn=database)
    assert len(shown.stdout.splitlines()) == 1 + 59 * 24, shown.stderr


def test_trends_say_which_hours_retention_has_removed(pgkit, database, connection) -> None:
    connection.execute(
        "select perf.record_call('acme/busy', 'chat', 1, call_timestamp => h)"
        " from generate_series(timestamptz '2020-01-01 00:00+00', '2020-01-02', '1 hour') as h"
    )
    connection.execute("select perf.aggregate_performance_metrics('calls')")
    connection.execute("update perf.retention set keep = '1 day' where level = 'hourly'")
    connection.execute("select perf.cleanup_old_performance_data('2020-01-02 05:30+00')")
    command = ["trends", "acme/busy", "chat", "--from", "2020-01-01"]
    part = pgkit(*command, "--to", "2020-01-03", "--json", dsn=database)
    hint = "--granularity daily reaches further back.\n"
    assert part.stderr == f"Hours before 2020-01-01 05:00 are no longer kept: {hint}"
    assert len(json.loads(part.stdout)) == 20
    gone = pgkit(*command, "--to", "2020-01-01T05:00", dsn=database)
    assert gone.stderr.splitlines()[1].startswith("No calls from ")


def test_a_bucket_ends_where_the_next_begins() -> None:
    berlin = times.read_zone("Europe/Berlin")
    for start, granularity, end in (
        ("2026-03-28T23:00", "daily", "2026-03-29T22:00"),
        ("2026-10-24T22:00", "daily", "2026-10-25T23:00"),
        ("2026-10-18T22:00", "weekly", "2026-10-25T23:00"),
        ("2026-10-25T00:00", "hourly", "2026-10-25T01:00"),
    ):
        assert reports.bucket_end(
            datetime.fromisoformat(f"{start}+00:00"), granularity, berlin
        ) == datetime.fromisoformat(f"{end}+00:00")


def test_a_heading_shows_brackets_in_a_name(database, connection) -> None:
    connection.execute(
        "select perf.record_call('acme/[bold]', 'chat', 1, call_timestamp => '2020-01-06 10:00+00')"
    )
    shown = terminal.show(database, "trends", "acme/[bold]", "chat", *SPAN)
    assert shown.startswith("acme/[bold], chat; all calls; "), shown


@pytest.mark.parametrize(
    ("options", "median"),
    [([], 100), (["--outcome", "success"], 200), (["--outcome", "error"], 50)],
)
def test_every_report_is_of_all_calls_unless_told_otherwise(
    pgkit, database, calls, options, median
) -> None:
    arguments = [*SPAN, *options, "--json"]
    (row,) = json.loads(pgkit("compare", *arguments, dsn=database).stdout)
    assert row["p50_response_time"] == pytest.approx(median, rel=0.005)
    (row,) = json.loads(pgkit("percentiles", "0.5", *arguments, dsn=database).stdout)
    assert row["value_ms"] == pytest.approx(median, rel=0.005)
    daily = ["trends", "acme/one", "chat", "--granularity", "daily", *arguments]
    (row,) = json.loads(pgkit(*daily, dsn=database).stdout)
    assert row["p50_response_time"] == pytest.approx(median, rel=0.005)


def test_nothing_to_report_is_no_failure(pgkit, database) -> None:
    for command in ("compare", "percentiles", "errors"):
        empty = pgkit(command, *SPAN, dsn=database)
        assert (empty.returncode, empty.stdout) == (0, ""), empty.stderr
        assert empty.stderr.startswith("No call")
        assert empty.stderr.endswith(" from 2020-01-06 00:00 to 2020-01-07 00:00 UTC.\n")


def test_no_calls_is_said_of_the_calls_that_were_asked_for(pgkit, database, connection) -> None:
    connection.execute(
        "select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00+00')"
    )
    for options, told in (
        (["percentiles", "--outcome", "error"], "No failed calls from 2020-01-06 00:00"),
        (["percentiles", "--first-token"], "No calls with a time to the first token from"),
        (["trends", "acme/one", "chat", "--outcome", "error"], "No failed calls from"),
    ):
        empty = pgkit(*options, *SPAN, dsn=database)
        assert empty.stderr.startswith(told), empty.stderr


def test_health_fails_when_calls_wait_too_long(pgkit, database, connection, calls) -> None:
    waiting = pgkit("health", "--json", dsn=database)
    assert waiting.returncode == 1
    assert json.loads(waiting.stdout)[0]["status"] == "fail"
    assert pgkit("worker", "--once", dsn=database).returncode == 0
    assert pgkit("health", dsn=database).returncode == 0
    assert "calls: rollup lag\tok\t" in pgkit("doctor", dsn=database).stdout


def test_roles_are_granted_and_revoked(pgkit, database, connection) -> None:
    granted = pgkit("grant-role", USER, "analyst", "--username", "ann", dsn=database)
    assert (granted.returncode, granted.stderr) == (0, "Granted.\n")
    assert connection.execute("select perf.has_role(%s, 'analyst')", [USER]).fetchone() == (True,)
    assert "already" in pgkit("grant-role", USER, "analyst", dsn=database).stderr
    assert pgkit("revoke-role", USER, "analyst", dsn=database).stderr == "Revoked.\n"
    assert connection.execute("select perf.has_role(%s, 'analyst')", [USER]).fetchone() == (False,)
    assert "did not have this role" in pgkit("revoke-role", USER, "analyst", dsn=database).stderr
    assert pgkit("grant-role", "", "analyst", dsn=database).returncode == 1
    assert pgkit("grant-role", USER, "king", dsn=database).returncode == 2


def test_schedule_without_pg_cron_says_what_to_do(pgkit, private_server) -> None:
    with runner.temporary_database(private_server) as dsn:
        migrations.migrate(dsn)
        for command in ("schedule", "unschedule"):
            failed = pgkit(command, dsn=dsn)
            assert failed.returncode == 1
            assert failed.stderr.startswith(
                "Error: pg_cron is not installed in this database\nHint: "
            )


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("now", NOW),
        ("90s", NOW - timedelta(seconds=90)),
        ("30m", NOW - timedelta(minutes=30)),
        ("24h", NOW - timedelta(days=1)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(days=14)),
        ("2020-01-06", datetime(2020, 1, 6, tzinfo=UTC)),
        ("2020-01-06T10:00", datetime(2020, 1, 6, 10, tzinfo=UTC)),
        ("2020-01-06 12:00+02:00", datetime(2020, 1, 6, 10, tzinfo=UTC)),
    ],
)
def test_a_time_is_an_age_or_a_date(text, time) -> None:
    assert times.read_time(text, NOW) == time


@pytest.mark.parametrize("text", ["", "7", "-7d", "7y", "yesterday", "999999w", "2020-13-01"])
def test_anything_else_is_no_time(text) -> None:
    with pytest.raises(ValueError, match=r"neither an age|before all time"):
        times.read_time(text, NOW)


def test_a_wrong_time_is_misuse(pgkit) -> None:
    failed = pgkit("compare", "--from", "yesterday")
    assert failed.returncode == 2
    assert "neither an age" in failed.stderr


def test_a_sparkline_has_a_bar_for_each_value() -> None:
    assert reports.sparkline([0.0, 4.0, 8.0, None]) == "▁▅█ "
    assert reports.sparkline([]) == ""
    assert reports.sparkline([0.0]) == "▁"


def test_a_span_is_to_the_minute_and_names_a_day_once() -> None:
    first = datetime(2026, 11, 20, 10, 0, 1, 250000, UTC)
    assert times.span(first, first + timedelta(hours=1.5)) == "2026-11-20 10:00 to 11:30 UTC"
    assert times.span(first, first + timedelta(days=1)) == (
        "2026-11-20 10:00 to 2026-11-21 10:00 UTC"
    )

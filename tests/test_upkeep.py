"""The commands that keep rollups, partitions, retention and models in order."""

import json

import pytest

SPAN = ["--from", "2020-01-06", "--to", "2020-01-07"]


@pytest.fixture
def calls(connection) -> None:
    connection.execute(
        "select perf.record_call('acme/one', 'chat', 100, call_timestamp => '2020-01-06 10:00+00')"
        " from generate_series(1, 3)"
    )


def test_missing_partitions_are_made_once(pgkit, database, connection) -> None:
    connection.execute(
        "select perf.record_call('acme/one', 'chat', 100,"
        " call_timestamp => date_trunc('day', now()) - interval '1 day')"
        " from generate_series(1, 3)"
    )
    made = json.loads(pgkit("partitions", "--days-ahead", "1", "--json", dsn=database).stdout)
    assert {row["moved_rows"] for row in made} == {0, 3}
    again = pgkit("partitions", "--days-ahead", "1", dsn=database)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "No partition was missing.\n")


def test_cleanup_removes_old_days_once_they_are_rolled_up(pgkit, database, calls) -> None:
    pgkit("partitions", dsn=database)
    waiting = pgkit("cleanup", "--json", dsn=database)
    assert {row["dropped_rows"] for row in json.loads(waiting.stdout)} == {0}
    counted = pgkit("aggregate", dsn=database).stdout
    assert counted.startswith("pipeline\trows\ncalls\t3\nevaluations\t0\n")
    removed = [
        row
        for row in json.loads(pgkit("cleanup", "--json", dsn=database).stdout)
        if row["pipeline"] == "calls"
    ]
    assert {row["level"]: row["dropped_rows"] for row in removed}["raw"] == 3
    again = pgkit("cleanup", dsn=database)
    assert (again.returncode, again.stdout, again.stderr) == (
        0,
        "",
        "Nothing is old enough to go.\n",
    )


def test_retention_is_shown_and_set(pgkit, database, connection) -> None:
    rows = json.loads(pgkit("retention", "--json", dsn=database).stdout)
    assert {row["level"]: row["keep"] for row in rows if row["pipeline"] == "calls"} == {
        "raw": "7 days",
        "hourly": "90 days",
        "daily": "2 years",
        "weekly": None,
    }
    done = pgkit("retention", "calls", "raw", "14 days", dsn=database)
    assert "calls\traw\t14 days\t\n" in done.stdout, done.stderr
    done = pgkit("retention", "calls", "hourly", "forever", dsn=database)
    assert "calls\thourly\tforever\t\n" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["calls", "raw"], 2, "LEVEL and KEEP go together"),
        (["calls", "minutely", "3 days"], 1, 'no level "minutely" of pipeline "calls"'),
        (["calls", "raw", "1 hour"], 1, "KEEP must be 1 day to 1000 years"),
        (["calls", "raw", "a while"], 1, "KEEP must be 1 day to 1000 years"),
    ],
)
def test_a_wrong_retention_is_refused(pgkit, database, arguments, code, error) -> None:
    refused = pgkit("retention", *arguments, dsn=database)
    assert refused.returncode == code
    assert f"Error: {error}" in refused.stderr


def test_verify_finds_what_rebuild_mends(pgkit, database, connection, calls) -> None:
    pgkit("aggregate", dsn=database)
    right = pgkit("verify", *SPAN, dsn=database)
    assert (right.returncode, right.stdout) == (0, "")
    assert right.stderr == "The rollups are right.\nThe audit log is whole.\n"
    connection.execute("update perf_internal.rollups set count = 9 where granularity = 'hourly'")
    wrong = pgkit("verify", *SPAN, "--json", dsn=database)
    found = json.loads(wrong.stdout)
    assert (wrong.returncode, found["audit_log"]) == (1, [])
    assert {row["expected_count"] for row in found["rollups"]} == {3}
    rebuilt = pgkit("rebuild", "2020-01-06", "2020-01-07", dsn=database)
    assert rebuilt.stdout == (
        "Rolled up 3 rows of calls again, from 2020-01-06 00:00 to 2020-01-07 00:00 UTC.\n"
    )
    assert pgkit("verify", *SPAN, dsn=database).returncode == 0


def test_verify_and_rebuild_take_jobs_too(pgkit, database, connection, calls) -> None:
    connection.execute("insert into perf.workflows (name) values ('portrait')")
    connection.execute(
        "insert into perf_internal.job_kinds (workflow_id) select w.id from perf.workflows as w"
    )
    connection.execute(
        "insert into perf.performance_metrics (series_id, job_id, workflow_id, created_at)"
        " select k.id, n, k.workflow_id, '2020-01-06 10:00+00'"
        " from perf_internal.job_kinds as k, generate_series(1, 2) as n"
    )
    counted = json.loads(pgkit("aggregate", "--json", dsn=database).stdout)
    assert {row["pipeline"]: row["rows"] for row in counted if row["rows"] > 0} == {
        "calls": 3,
        "jobs": 2,
    }
    connection.execute(
        "update perf_internal.rollups set count = 9"
        " where granularity = 'hourly' and metric = 'jobs'"
    )
    wrong = pgkit("verify", *SPAN, "--json", dsn=database)
    ((row,), code) = json.loads(wrong.stdout)["rollups"], wrong.returncode
    assert (row["pipeline"], row["metric"], row["expected_count"], code) == ("jobs", "jobs", 2, 1)
    assert wrong.stderr == "Next: pgkit rebuild FROM TO --pipeline jobs\n"
    assert pgkit("verify", *SPAN, "--pipeline", "calls", dsn=database).returncode == 0
    assert pgkit("verify", *SPAN, "--pipeline", "jobs", dsn=database).returncode == 1
    rebuilt = pgkit("rebuild", "2020-01-06", "2020-01-07", "--pipeline", "jobs", dsn=database)
    assert rebuilt.stdout == (
        "Rolled up 2 rows of jobs again, from 2020-01-06 00:00 to 2020-01-07 00:00 UTC.\n"
    )
    assert pgkit("verify", *SPAN, dsn=database).returncode == 0
    unknown = pgkit("verify", *SPAN, "--pipeline", "other", dsn=database)
    assert (unknown.returncode, 'no pipeline "other"' in unknown.stderr) == (1, True)


def test_verify_reports_a_changed_audit_log(pgkit, database, connection) -> None:
    connection.execute("select perf.save_model_config('sdxl', 'v1', '{}')")
    connection.execute("alter table perf.audit_log disable trigger user")
    connection.execute("update perf.audit_log set caller_login = 'nobody' where id = 1")
    wrong = pgkit("verify", dsn=database)
    assert (wrong.returncode, wrong.stdout) == (1, "entry_id\tproblem\n1\twas changed\n")


def test_models_are_listed_and_set(pgkit, database, calls) -> None:
    done = pgkit("models", "set", "acme/one", "--type", "sdxl", dsn=database)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Saved.\n")
    pgkit("models", "set", "acme/two", "--provider", "elsewhere", dsn=database)
    rows = json.loads(pgkit("models", "list", "--json", dsn=database).stdout)
    assert [(row["name"], row["provider"], row["model_type"]) for row in rows] == [
        ("acme/one", "acme", "sdxl"),
        ("acme/two", "elsewhere", None),
    ]


def test_health_names_commands(pgkit, database, calls) -> None:
    hints = [row["hint"] for row in json.loads(pgkit("health", "--json", dsn=database).stdout)]
    assert any(hint and "`pgkit aggregate`" in hint for hint in hints)
    assert not any(hint and "perf." in hint for hint in hints)

"""pgkit evaluations: what people see."""

import json
import re

import psycopg
import pytest
import terminal

from pgkit.evaluations import TEST_COLUMNS

pytestmark = pytest.mark.once

MACHINE = "e0000000-0000-4000-8000-000000000000"
# Of each day of January one evaluation: the error falls from 12 by 0.1 a day, and swings by 0.1
# around that. From the 16th on it is of another version.
EVALUATIONS = f"""
select perf.record_model_metrics_batch(jsonb_agg(jsonb_build_object(
    'model_type', 'energy',
    'machine_id', '{MACHINE}',
    'evaluation_date', '2020-01-01T06:00Z'::timestamptz + make_interval(days => d),
    'model_version', case when d < 15 then 'v1' else 'v2' end,
    'rmse', 12 - 0.1 * d + case d % 3 when 0 then 0 when 1 then 0.1 else -0.1 end,
    'recall', 0.9,
    'metrics', jsonb_build_object('peak error', 40 - d)
)))
from generate_series(0, 30) as d
"""
RANGE = ("--from", "2020-01-01", "--to", "2020-02-01")
MODEL = ("energy", "rmse", "--machine", MACHINE)


@pytest.fixture
def filled(database):
    """A month of evaluations of a model, one of another, and three trainings."""
    with psycopg.connect(database, autocommit=True) as connection:
        assert connection.execute(EVALUATIONS).fetchone() == (31,)
        connection.execute(
            "select perf.record_model_metrics('anomaly', '2020-01-05', sample_count => 1000,"
            " r_squared => 0.5)"
        )
        connection.execute(
            "update perf.model_performance_metrics set drift_detected = true, drift_score = 0.456"
            " where model_type = 'anomaly'"
        )
        for improvement, version in ((None, "v1"), (0.125, "v2")):
            connection.execute(
                "insert into perf.model_training_history (model_type, machine_id, training_status,"
                " trigger_type, trigger_reason, requested_at, training_end, model_version,"
                " performance_improvement, attempt_count)"
                " values ('energy', %s, 'completed', 'drift', 'check 7', %s, %s, %s, %s, 1)",
                [MACHINE, f"2020-01-0{version[1]}", "2020-01-09", version, improvement],
            )
        connection.execute(
            "insert into perf.model_training_history (model_type, training_status, trigger_type,"
            " trigger_reason, error_message, requested_at, training_end, attempt_count)"
            " values ('anomaly', 'failed', 'manual', 'asked', 'out of memory', '2020-01-03',"
            " '2020-01-09', 3)"
        )
    return database


def lines(dsn: str, *arguments: str, width: int = 80) -> list[str]:
    """Return what a command of evaluations shows on a terminal."""
    shown = terminal.show(dsn, "evaluations", *arguments, width=width)
    assert max(map(len, shown.splitlines())) <= width
    return [line.rstrip() for line in shown.splitlines()]


def rows(pgkit, dsn: str, *arguments: str):
    done = pgkit("evaluations", *arguments, "--json", dsn=dsn)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("width", [80, 120])
def test_a_trend_begins_with_its_verdict(filled, width) -> None:
    shown = lines(filled, "trend", *MODEL, *RANGE, width=width)
    text = " ".join(shown)
    assert text.startswith("Improving. rmse changes by -0.1 a day (-0.1")
    assert "Mann-Kendall p < 0.0001 over 31 evaluations; lower is better." in text
    assert f"energy on {MACHINE}; rmse; 31 evaluations; times in UTC" in text
    (headings,) = (number for number, line in enumerate(shown) if line.startswith("evaluated"))
    assert re.fullmatch(r"evaluated +value +moving mean +trend +version", shown[headings])
    assert re.fullmatch(r"2020-01-01 06:00 +12.00 +12.00 +1[12].\d\d +v1", shown[headings + 2]), (
        shown
    )
    assert shown[headings + 2 + 30].startswith("2020-01-31 06:00   9.00")
    assert shown[headings + 2 + 30].endswith("v2")


def test_a_trend_is_plain_in_a_pipe_and_json_on_request(pgkit, filled) -> None:
    done = pgkit("evaluations", "trend", *MODEL, *RANGE, "--window", "2", dsn=filled)
    headings, first, *_ = done.stdout.splitlines()
    assert headings.split("\t")[:3] == ["evaluation_date", "value", "moving_average"]
    assert first.split("\t")[1] == "12"
    found = rows(pgkit, filled, "trend", *MODEL, *RANGE, "--window", "2")
    assert len(found) == 31
    assert found[1]["moving_average"] == pytest.approx((12 + 12) / 2)
    assert {row["verdict"] for row in found} == {"improving"}
    few = rows(pgkit, filled, "trend", *MODEL, "--from", "2020-01-26", "--to", "2020-02-01")
    assert {row["verdict"] for row in few} == {"insufficient_data"}


def test_numbers_have_the_digits_that_tell_them_apart(database) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        for number, rmse in enumerate((1000.012, 1000.013, 1000.015)):
            connection.execute(
                "select perf.record_model_metrics('big', %s, rmse => %s, mae => 5, mape => %s)",
                [f"2020-01-0{number + 1}", rmse, (number + 1) * 1e-12],
            )
    shown = lines(database, "trend", "big", "rmse", *RANGE)
    assert re.match(r"2020-01-01 00:00 +1,000.01200 +1,000.01200", shown[5]), shown
    assert shown[0].startswith("Insufficient data. A verdict needs evaluations at 8 times or more")
    assert any(
        line.startswith("2020-01-02 00:00   5.00")
        for line in lines(database, "trend", "big", "mae", *RANGE)
    )
    assert any("1e-12" in line for line in lines(database, "trend", "big", "mape", *RANGE))


def test_a_further_metric_is_named_without_its_beginning(pgkit, filled) -> None:
    (verdict,) = {
        row["verdict"]
        for row in rows(
            pgkit, filled, "trend", "energy", "peak error", "--machine", MACHINE, *RANGE
        )
    }
    assert verdict == "falling"


@pytest.mark.parametrize("width", [80, 120])
def test_the_latest_evaluation_of_each_model_is_listed(pgkit, filled, width) -> None:
    shown = lines(filled, "latest", width=width)
    assert shown[0] == "latest evaluations; times in UTC"
    assert shown[1].startswith("model type  machine")
    assert re.match(r"anomaly +2020-01-05 00:00 .*yes, 0.46", shown[3])
    assert re.match(r"energy +e0000000-0000-40.* 2020-01-31 06:00 +v2 ", shown[4])
    (energy,) = rows(pgkit, filled, "latest", "energy")
    assert (energy["rmse"], energy["metrics"]) == (9, {"peak error": 10})
    done = pgkit("evaluations", "latest", "power", dsn=filled)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "There is no evaluation of power.\n"


@pytest.mark.parametrize("width", [80, 120])
def test_trainings_are_listed_with_what_became_of_them(pgkit, filled, width) -> None:
    shown = lines(filled, "trainings", width=width)
    assert shown[0] == "trainings; times in UTC"
    assert shown[1].startswith("requested")
    assert re.match(r"2020-01-03 00:00 +anomaly +failed +out of memory", shown[3])
    assert re.match(r"2020-01-02 00:00 +energy +completed +check 7 +e0000000", shown[4])
    if width == 120:
        assert re.search(r"v2 +\+12.50 % +drift", shown[4])
    found = rows(pgkit, filled, "trainings", "energy", "--limit", "1")
    assert [row["model_version"] for row in found] == ["v2"]
    assert rows(pgkit, filled, "trainings", "--machine", MACHINE)[0]["machine_id"] == MACHINE
    done = pgkit("evaluations", "trainings", "power", dsn=filled)
    assert done.stderr == "There is no training of power.\n"


# Of a week of reference and a week after it: temperature rises by half of its range, load and
# season stay, and of wind there is little.
FEATURES = """
select perf.record_feature_batches(jsonb_agg(b))
from generate_series(0, 13) as d
cross join lateral (
    values
        (jsonb_build_object('feature', 'temperature', 'values', (
            select jsonb_agg(n + case when d < 7 then 0 else 50 end)
            from generate_series(1, 100) as n
        ))),
        (jsonb_build_object('feature', 'load', 'values', (
            select jsonb_agg(n) from generate_series(1, 100) as n
        ))),
        (jsonb_build_object(
            'feature', 'season', 'categories', '{"winter": 40, "autumn": 60}'::jsonb
        )),
        (jsonb_build_object('feature', 'wind', 'values', '[1, 2]'::jsonb))
) as f (fields)
cross join lateral (
    select f.fields || jsonb_build_object(
        'model_type', 'energy',
        'observed_at', '2020-01-01T00:00Z'::timestamptz + make_interval(days => d)
    )
) as e (b)
"""
WEEK = ("energy", "--from", "2020-01-08", "--to", "2020-01-15")


@pytest.fixture
def drifting(database):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(FEATURES.encode())
        connection.execute(
            "select perf.set_drift_reference('energy', null, '2020-01-01', '2020-01-08')"
        )
        connection.execute("select perf.record_model_metrics('energy', '2020-01-10', rmse => 1)")
    return database


@pytest.mark.parametrize("width", [80, 120])
def test_a_drift_check_says_what_drifted_and_what_was_not_tested(drifting, width) -> None:
    shown = lines(drifting, "drift", *WEEK, width=width)
    assert shown[:4] == [
        "model      energy",
        "drift      yes, in 1 of 3 tests, score 0.50",
        "checked    2020-01-08 00:00 to 2020-01-15 00:00 UTC",
        "reference  2020-01-01 00:00 to 2020-01-08 00:00 UTC",
    ]
    assert shown[5] == "tests"
    assert re.match(
        r"temperature +feature +yes +0.50 +<0.0001 +50.\d* -> 100.\d* +700 / 700", shown[8]
    ), shown
    assert re.match(r"load +feature +no +0.00 +1.0000 ", shown[9])
    assert re.match(r"season +feature +no +0.00 +1.0000 +700 / 700", shown[10])
    assert shown[12] == "not tested"
    assert re.match(r"wind +\w+ +Values: 14 in the reference and 14 in the window", shown[15])
    latest = lines(drifting, "latest")
    assert re.search(r"energy +2020-01-10 00:00 +yes, 0.50 +1.00$", latest[3])


def test_a_drift_check_may_ask_for_a_training(pgkit, drifting) -> None:
    found = rows(pgkit, drifting, "drift", *WEEK, "--retrain", "--correction", "none")
    assert found["drift_detected"] is True
    (training,) = rows(pgkit, drifting, "trainings")
    assert (training["training_id"], training["trigger_type"]) == (found["training_id"], "drift")
    again = lines(drifting, "drift", *WEEK, "--retrain", "--method", "psi")
    assert again[4] == f"training   {found['training_id']}"
    piped = pgkit("evaluations", "drift", *WEEK, dsn=drifting)
    assert "drift: yes, in 1 of 3 tests, score 0.50" in piped.stderr
    headings, *tests = [line.split("\t") for line in piped.stdout.splitlines()]
    found = [dict(zip(headings, test, strict=True)) for test in tests]
    assert [(test["name"], test["drifted"]) for test in found] == [
        *(("temperature", "yes"), ("load", "no"), ("season", "no"))
    ]


def test_a_drift_check_ends_with_1_only_on_request(pgkit, drifting) -> None:
    assert pgkit("evaluations", "drift", *WEEK, dsn=drifting).returncode == 0
    assert pgkit("evaluations", "drift", *WEEK, "--fail-on-drift", dsn=drifting).returncode == 1
    empty = ("energy", "--from", "2020-02-10", "--to", "2020-02-15", "--fail-on-drift")
    assert pgkit("evaluations", "drift", *empty, dsn=drifting).returncode == 1
    small = ("--alpha", "1e-9", "--method", "psi", "--from", "2020-01-09", "--to", "2020-01-10")
    with psycopg.connect(drifting, autocommit=True) as connection:
        connection.execute(
            "select perf.set_drift_reference('energy', null, '2020-01-08', '2020-01-09')"
        )
    none = pgkit("evaluations", "drift", "energy", *small, "--fail-on-drift", dsn=drifting)
    assert none.returncode == 0, none.stderr


def test_a_test_without_effect_is_shown_on_a_terminal() -> None:
    (effect,) = (column for column in TEST_COLUMNS if column.key == "effect")
    assert (effect.show(None), effect.show(0.256)) == ("", "0.26")


def test_a_drift_check_without_drift_and_without_data(pgkit, drifting) -> None:
    with psycopg.connect(drifting, autocommit=True) as connection:
        connection.execute(
            "select perf.set_drift_reference('energy', null, '2020-01-08', '2020-01-10')"
        )
    none = lines(drifting, "drift", "energy", "--from", "2020-01-10", "--to", "2020-01-15")
    assert none[1] == "drift      no, in 3 tests"
    empty = lines(drifting, "drift", "energy", "--from", "2020-02-10", "--to", "2020-02-15")
    assert empty[1] == "drift      unknown: nothing could be tested"
    failed = pgkit("evaluations", "drift", "anomaly", dsn=drifting)
    assert failed.returncode == 1
    assert failed.stderr.startswith('Error: there is no model type "anomaly"')


def test_what_is_not_there_is_said(pgkit, filled) -> None:
    none = pgkit("evaluations", "trend", "energy", "precision", "--machine", MACHINE, dsn=filled)
    assert (none.returncode, none.stdout) == (0, "")
    assert none.stderr.startswith(f"No evaluations of energy on {MACHINE} with precision from ")
    for arguments, message in (
        (["energy", "rmse"], 'there is no trained model "energy" with machine_id null'),
        (["anomaly", "loss"], 'there is no metric of evaluations "loss"'),
    ):
        failed = pgkit("evaluations", "trend", *arguments, dsn=filled)
        assert (failed.returncode, failed.stdout) == (1, "")
        assert failed.stderr.startswith(f"Error: {message}\nHint: ")
        assert "`pgkit evaluations latest` lists" in failed.stderr or "loss" in message
    wrong = pgkit("evaluations", "trend", "energy", "rmse", "--machine", "press 1", dsn=filled)
    assert wrong.returncode == 2
    assert "'press 1' is not a valid UUID" in wrong.stderr


def test_every_command_teaches_with_an_example(pgkit) -> None:
    group = pgkit("evaluations", "--help").stdout
    for command in ("latest", "trend", "trainings", "drift"):
        assert re.search(rf"^  {command} ", group, re.M), command
        text = pgkit("evaluations", command, "--help").stdout
        assert f"Example: pgkit evaluations {command} energy" in text
        assert max(map(len, text.splitlines())) <= 80


def test_an_analyst_may_ask_and_a_recorder_may_not(pgkit, filled) -> None:
    with psycopg.connect(filled, autocommit=True) as connection:
        name = f"asker_{connection.info.dbname}"
        connection.execute(f"create role {name} login in role perf_recorder".encode())
        try:
            dsn = psycopg.conninfo.make_conninfo(filled, user=name)
            failed = pgkit("evaluations", "trend", *MODEL, *RANGE, dsn=dsn)
            assert failed.returncode == 1
            assert failed.stderr.startswith("Error: permission denied for function")
            connection.execute(f"grant perf_analyst to {name}".encode())
            for command in (["trend", *MODEL, *RANGE], ["latest"], ["trainings"]):
                done = pgkit("evaluations", *command, dsn=dsn)
                assert done.returncode == 0, done.stderr
        finally:
            connection.execute(f"drop role {name}".encode())

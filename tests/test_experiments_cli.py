"""pgkit experiments: what people see."""

import json
import re

import psycopg
import pytest
import terminal

from pgkit import experiments

pytestmark = pytest.mark.once

METRICS = json.dumps(
    [
        {"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 0.1},
        {
            "metric": "slow answers",
            "role": "guardrail",
            "better": "lower",
            "minimum_effect": 0.1,
            "source_metric": "response_time_ms",
            "above": 2000,
        },
        {"metric": "response_time_ms", "better": "lower"},
    ]
)
# Units of A succeed half of the time, units of B always.
OUTCOMES = """
select perf.record_ab_outcomes(jsonb_agg(jsonb_build_object(
    'test_id', t.id,
    'unit_key', 'user ' || n,
    'outcomes', jsonb_build_object(
        'success', a.variant = 'b' or n % 2 = 0,
        'response_time_ms', 1000 + n
    ),
    'observed_at', '2020-01-07T00:00:00Z'
)))
from perf.model_ab_tests as t
cross join generate_series(1, 1000) as n
cross join lateral perf.assign_ab_variant(t.id, 'user ' || n) as a
where t.test_name = 'tone'
"""
START = ("start", "tone", "llm", "v1", "v2", "--metrics", METRICS, "--at", "2020-01-06")


@pytest.fixture
def filled(pgkit, database):
    """A test of 1,000 units in which B is better."""
    assert pgkit("experiments", *START, "--units", 1000, dsn=database).returncode == 0
    with psycopg.connect(database, autocommit=True) as connection:
        assert connection.execute(OUTCOMES).fetchone() == (1000,)
    return database


def lines(dsn: str, *arguments: str, width: int = 80) -> list[str]:
    """Return what a command of experiments shows on a terminal."""
    shown = terminal.show(dsn, "experiments", *arguments, width=width)
    assert max(map(len, shown.splitlines())) <= width
    return [line.rstrip() for line in shown.splitlines()]


def test_a_test_is_started_and_listed(pgkit, database) -> None:
    done = pgkit("experiments", "list", dsn=database)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("There is no A/B test.")
    started = pgkit("experiments", *START, "--split", "0.2", dsn=database)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n", started.stdout)
    [row] = json.loads(pgkit("experiments", "list", "--json", dsn=database).stdout)
    assert row["id"] == started.stdout.strip()
    assert row["traffic_split"] == 0.2
    assert row["metrics"] == sorted(
        ({"role": "other", **metric} for metric in json.loads(METRICS)),
        key=lambda metric: ["primary", "guardrail", "other"].index(metric["role"]),
    )
    again = pgkit("experiments", *START, dsn=database)
    assert again.returncode == 1
    assert 'there is an A/B test "tone" already' in again.stderr
    bad = pgkit("experiments", *START[:-4], "--metrics", '[{"metric": "x"}]', dsn=database)
    assert "metrics[0]: better must be higher or lower, got null" in bad.stderr
    bad = pgkit("experiments", *START[:-4], "--metrics", "[", dsn=database)
    assert (bad.returncode, "not JSON" in bad.stderr) == (2, True)


@pytest.mark.parametrize("width", [80, 120])
def test_a_list_fits_a_terminal(pgkit, filled, width) -> None:
    name = "an experiment of which the name is longer than half of a terminal is wide"
    pgkit("experiments", "start", name, *START[2:], dsn=filled)
    title, heading, _, first, second, *_ = lines(filled, "list", width=width)
    assert title == "times in UTC"
    assert heading.startswith("name") and "status" in heading and "primary metric" in heading
    assert re.match(r"an experiment .*… ?.* running +v1 +v2 +success", first) or name in first
    assert re.match(r"tone +running +v1 +v2 +success", second)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--status", "completed"], "completed A/B test"),
        (["--type", "nope"], 'A/B test of model type "nope"'),
        (["--status", "running", "--type", "nope"], 'running A/B test of model type "nope"'),
    ],
)
def test_an_empty_list_says_what_was_looked_for(pgkit, filled, options, what) -> None:
    listed = pgkit("experiments", "list", *options, dsn=filled)
    assert listed.stderr == f"There is no {what}. `pgkit experiments list` lists all.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["sample-size", "--effect", "1"], 2, "Error: Give either --rate or --deviation."),
        (["sample-size", "--rate", "0.5"], 2, "Error: Give either --effect or --units."),
        (
            ["sample-size", "--rate", "0.95", "--effect", "0.1"],
            1,
            "Error: --rate + --effect must be between 0 and 1, got 0.95 and 0.1",
        ),
        (
            ["sample-size", "--deviation", "-1", "--effect", "1"],
            1,
            "Error: --deviation must be above 0 (1e-100 to 1e100), got -1",
        ),
        (
            ["sample-size", "--deviation", "1e50", "--effect", "1e-50"],
            1,
            "Error: --effect is too small: it would need more than 1e15 units, got 1e-50",
        ),
        (
            ["start", "x", "llm", "v1", "v1", "--metrics", METRICS],
            1,
            'Error: VERSION_B must not be that of model A, got "v1"',
        ),
        (
            ["start", "x", "llm", "v1", "v2", "--metrics", '[{"metrik": 1}]'],
            1,
            'Error: --metrics[0]: has an unknown key "metrik"',
        ),
        (
            ["stop", "tone", "--reason", "x" * 2001],
            1,
            "Error: --reason must have at most 2000 characters, got 2001",
        ),
    ],
)
def test_messages_name_options(pgkit, filled, arguments, code, message) -> None:
    refused = pgkit("experiments", *arguments, dsn=filled)
    assert (refused.returncode, message in refused.stderr.splitlines()) == (code, True)


def test_means_have_the_digits_that_tell_them_apart() -> None:
    def means(a: float, b: float) -> tuple[str, str]:
        [row] = experiments.result_rows(
            [
                {
                    **{"mean_a": a, "mean_b": b, "difference": b - a},
                    **{"always_valid_low": None, "always_valid_high": None},
                }
            ]
        )
        return row["mean_a"], row["mean_b"]

    assert means(0.1102, 0.1182) == ("0.110", "0.118")
    assert means(1500.21, 1500.53) == ("1,500.2", "1,500.5")
    assert means(2355, 3773) == ("2,355", "3,773")
    assert means(0.5, 0.5) == ("0.50", "0.50")
    assert means(0.5, 0.5 + 1e-12) == ("0.500000", "0.500000")


def test_a_unit_is_assigned_by_name_or_id(pgkit, filled) -> None:
    [row] = json.loads(pgkit("experiments", "list", "--json", dsn=filled).stdout)
    by_name = pgkit("experiments", "assign", "tone", "user 1", dsn=filled).stdout
    assert by_name == pgkit("experiments", "assign", row["id"], "user 1", dsn=filled).stdout
    head, values = by_name.splitlines()
    assert head == "variant\tmodel_id\tmodel_version"
    assert values in ("a\t\tv1", "b\t\tv2")
    [line] = lines(filled, "assign", "tone", "user 1")
    assert line in ("A: v1", "B: v2")
    unknown = pgkit("experiments", "assign", "tune", "user 1", dsn=filled)
    assert unknown.returncode == 1
    assert unknown.stderr.splitlines() == [
        'Error: there is no A/B test "tune"',
        "Hint: `pgkit experiments list` shows them.",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_results_say_how_a_test_stands(pgkit, filled, width) -> None:
    title, heading, _, success, slow, times, *rest = lines(filled, "results", "tone", width=width)
    assert re.match(r"tone; A v1, \d+ units; B v2, \d+ units; intervals are valid", title)
    assert re.match(r"metric +A +B +B - A +95 % interval +verdict( +role)?", heading)
    assert re.match(r"success +0\.\d+ +1\.00 +0\.\d+ +0\.\d+ to 0\.\d+ ", success)
    assert re.match(r"slow answers +0\.00 +0\.00 ", slow)
    assert re.match(r"response_time_ms +1,\d+(\.\d)? +1,\d+(\.\d)? ", times)
    assert "ship b: " in " ".join(rest)
    found = json.loads(pgkit("experiments", "results", "tone", "--json", dsn=filled).stdout)
    assert [row["metric"] for row in found] == ["success", "slow answers", "response_time_ms"]


def test_a_test_is_stopped_once(pgkit, filled) -> None:
    shown = " ".join(lines(filled, "stop", "tone", "--reason", "it is clear"))
    assert shown == "tone is completed: winner B, v2. it is clear"
    assert "Completed: winner B, v2." in lines(filled, "results", "tone")
    other = pgkit("experiments", "stop", "tone", "--winner", "a", dsn=filled)
    assert other.returncode == 1
    assert re.match(r"tone +completed +v1 +v2 +success +b ", lines(filled, "list")[3])
    assert lines(filled, "assign", "tone", "user 1") == ["B: v2"]


def test_a_sample_size_is_said(pgkit, database) -> None:
    shown = dict(
        re.split(r" {2,}", line)
        for line in lines(database, "sample-size", "--rate", "0.9", "--effect", "0.02")
    )
    # As statsmodels has it: samplesize_proportions_2indep_onetail(0.02, 0.9, 0.8).
    assert shown["units of A"] == shown["units of B"] == "3,213"
    assert shown["difference"] == "0.02"
    row = json.loads(
        pgkit(
            *("experiments", "sample-size", "--deviation", "1", "--units", "100", "--json"),
            dsn=database,
        ).stdout
    )
    assert row["total_units"] == 100

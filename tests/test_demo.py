"""The demo: real calls against the figures published for them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgkit import demo, llmperf, server
from pgkit.database import connect

pytestmark = pytest.mark.once

FIGURES = ("p50", "p95", "p99", "first_token_p50")


def test_every_published_figure_is_met_within_half_a_percent(database) -> None:
    with connect(database) as connection:
        assert demo.load(connection).loaded == 2100
        before = demo.compare(connection)
        connection.execute("select perf.aggregate_performance_metrics()")
        compared = demo.compare(connection)
    assert len(compared) == 14
    assert compared == before
    for row in compared:
        for figure in FIGURES:
            assert abs(row[f"{figure}_difference"]) <= 0.5, (row["model"], figure)


def test_failed_calls_are_errors_as_often_as_published(database) -> None:
    with connect(database) as connection:
        demo.load(connection)
        rows = connection.execute(
            "select model, 1 - success_rate from perf.get_model_comparison(%s, %s)",
            [demo.START, demo.END],
        ).fetchall()
    published = {row.model_name: pytest.approx(row.error_rate) for row in llmperf.read_published()}
    assert dict(rows) == published


def test_the_ab_test_has_all_calls_of_both_providers_whatever_its_id(database) -> None:
    found = []
    with connect(database) as connection:
        for _ in range(2):
            with connection.transaction(force_rollback=True):
                found.append(demo.run_experiment(connection))
                assert demo.run_experiment(connection) == found[-1]
    assert [(row["units_a"], row["units_b"]) for row in found[0]] == [(150, 150)] * 3
    # Units come in another order, so the last digits of sums differ.
    for one, other in zip(*found, strict=True):
        assert all(
            value == (pytest.approx(one[key], rel=1e-9) if isinstance(value, float) else one[key])
            for key, value in other.items()
        )


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that the server's account can reach, also when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="pgkit-"))
    folder.chmod(0o755)
    yield folder / "demo"
    server.down(folder / "demo")
    shutil.rmtree(folder)


def test_the_demo_twice_in_a_row_gives_the_same_numbers(pgkit, data) -> None:
    first = pgkit("demo", "--data", data)
    assert first.returncode == 0, first.stderr
    assert "2100 recorded now, 0 before; 2100 rolled up now" in first.stdout
    second = pgkit("demo", "--data", data)
    assert "0 recorded now, 2100 before; 0 rolled up now" in second.stdout
    experiment, again = (
        json.loads(pgkit("demo", "--data", data, "--json").stdout)["experiment"] for _ in range(2)
    )
    assert experiment == again
    assert (experiment[0]["units_a"], experiment[0]["units_b"]) == (150, 150)
    assert first.stdout.splitlines()[1:] == second.stdout.splitlines()[1:]
    assert "10:11  opened    warning   error_rate for model lepton/" in first.stdout
    assert "10:56  resolved  warning   The value is 25 %, which is good." in first.stdout
    assert "p50 response time   6911 ms  2431 ms  -65 %" in first.stdout
    assert "pg_ro_c1            17,268    29,786 tps" in first.stdout
    assert (
        "response time ms      2355    3773   distance 0.96   p < 0.0001   drifted" in first.stdout
    )
    assert "response time ms    2355 ms  3773 ms +1418 ms (+1273 to +1564)" in first.stdout
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.split("$ scripts/demo\n")[1].split("\n```")[0].splitlines()
    assert set(shown) - {"..."} - set(first.stdout.splitlines()) == set()


def test_what_the_demo_says_to_try_works(pgkit, data) -> None:
    lines = pgkit("demo", "--data", data).stdout.splitlines()
    dsn = next(line for line in lines if "DATABASE_URL=" in line).split("=", 1)[1].strip("'")
    trends, errors, jobs, diff, look, down = (
        line.split()[1:] for line in lines if line.startswith("  pgkit ")
    )
    (bucket,) = json.loads(pgkit(*trends, "--json", dsn=dsn).stdout)
    assert bucket["call_count"] == 150
    assert len(json.loads(pgkit(*errors, "--json", dsn=dsn).stdout)) == 5
    workflows = json.loads(pgkit(*jobs, "--json", dsn=dsn).stdout)
    assert sum(workflow["job_count"] for workflow in workflows) == 1778
    assert '$.provider: "bedrock" -> "together"' in pgkit(*diff, dsn=dsn).stdout
    assert look[:3] == ["dashboard", "#", "then"]
    assert look[-1].endswith("/workflows?from=2024-01-01&to=2024-01-16")
    assert pgkit(*down).returncode == 0


@pytest.fixture
def other_demo(data) -> Path:
    """The running server of a demo that this version cannot migrate."""
    with connect(server.up(data)) as connection:
        connection.execute("create schema perf")
        connection.execute("create table perf.models (id integer)")
    return data


def test_a_demo_of_another_version_is_named_with_what_to_do(pgkit, other_demo) -> None:
    refused = pgkit("demo", "--data", other_demo)
    assert refused.returncode == 1
    assert (
        f"Run `pgkit down --data {other_demo}`, then remove the directory {other_demo}"
        in refused.stderr
    )
    assert server.is_running(other_demo)


def test_a_demo_that_fails_stops_the_server_that_it_started(pgkit, other_demo) -> None:
    server.down(other_demo)
    refused = pgkit("demo", "--data", other_demo)
    assert refused.returncode == 1
    assert f"Remove the directory {other_demo} and try again." in refused.stderr
    assert not server.is_running(other_demo)


def test_the_hint_calls_pgkit_by_its_path_where_the_shell_does_not_find_it(other_demo) -> None:
    program = Path(sys.executable).with_name("pgkit")
    refused = subprocess.run(
        [program, "demo", "--data", other_demo],
        env={**os.environ, "PATH": os.defpath},
        cwd=program.parent.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    path = program.relative_to(program.parent.parent.parent)
    assert f"Run `{path} down --data {other_demo}`" in refused.stderr

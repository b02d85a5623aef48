"""pgkit jobs: what people see."""

import json
import re

import psycopg
import pytest
import terminal

pytestmark = pytest.mark.once

# Of each day 12 jobs of each workflow on each worker: upscale takes about 10 s and draft 5 s, on
# worker two a fifth longer. Of upscale the first job of a day fails on each worker.
JOBS = """
select perf.record_job_metrics_batch(jsonb_agg(jsonb_build_object(
    'workflow_name', f.name,
    'worker_name', w.name,
    'external_id', concat_ws(' ', f.name, w.name, d.day, h.hour),
    'completed_at',
    '2020-01-01T00:30Z'::timestamptz + make_interval(days => d.day, hours => h.hour),
    'total_wall_time_ms', (f.ms + 1000 * (h.hour % 3 - 1)) * w.factor,
    'total_gpu_time_ms', (f.ms + 1000 * (h.hour % 3 - 1)) * w.factor / 2,
    'frame_count', 10,
    'time_per_frame_ms', (f.ms + 1000 * (h.hour % 3 - 1)) * w.factor / 10,
    'vram_peak_mb', f.mb,
    'resolution_tier', '1080p',
    'model_type', 'sdxl',
    'error_type', case when f.name = 'upscale' and h.hour = 0 then 'out of memory' end,
    'quality_scores', jsonb_build_object('likeness', f.score + 0.01 * (h.hour % 2)),
    'pipeline_stages', jsonb_build_object('load', 1000, 'sample', f.ms - 2000)
)))
from (values ('upscale', 10000, 8192, 0.9), ('draft', 5000, 4096, 0.8)) as f (name, ms, mb, score)
cross join (values ('one', 1.0), ('two', 1.2)) as w (name, factor)
cross join generate_series(0, 9) as d (day)
cross join generate_series(0, 11) as h (hour)
"""
RANGE = ("--from", "2020-01-01", "--to", "2020-01-11")
COUNT = 480


@pytest.fixture
def filled(database):
    """Ten days of two workflows on two workers."""
    with psycopg.connect(database, autocommit=True) as connection:
        assert connection.execute(JOBS).fetchone() == (COUNT,)
        connection.execute(
            "select perf.record_worker_availability('one', '2020-01-01', '2020-01-11')"
        )
        connection.execute("select perf.register_worker('one', 'RTX 4090', 24576)")
        connection.execute("select perf.register_worker('two', 'RTX 3050', 6144)")
    return database


def lines(dsn: str, *arguments: str, width: int = 80) -> list[str]:
    """Return what a command of jobs shows on a terminal."""
    shown = terminal.show(dsn, "jobs", *arguments, width=width)
    assert max(map(len, shown.splitlines())) <= width
    return [line.rstrip() for line in shown.splitlines()]


def rows(pgkit, dsn: str, *arguments: str):
    done = pgkit("jobs", *arguments, "--json", dsn=dsn)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_overview_says_what_jobs_cost(pgkit, filled) -> None:
    shown = dict(re.split(r" {2,}", line, maxsplit=1) for line in lines(filled, "overview", *RANGE))
    assert shown["range"] == "2020-01-01 00:00 to 2020-01-11 00:00 UTC"
    assert shown["jobs"] == "480"
    assert shown["failed"].startswith("20, 4.17 % (95 % interval 2.71 to 6.35 %)")
    assert shown["GPU time"] == "0.55 h"
    assert shown["wall time"] == "1.10 h"
    assert shown["frames"] == "4,600"
    assert shown["time per frame"].startswith("mean 818 ms, p50 ")
    assert shown["VRAM peak"] == "mean 5.91 GB, highest 8.00 GB"
    assert shown["best time per frame"] == "draft 550 ms"
    assert shown["worst time per frame"] == "upscale 1.11 s"
    assert shown["jobs daily"] == f"{'█' * 10} up to 48"
    found = rows(pgkit, filled, "overview", *RANGE, "--by", "vram_peak_mb")
    assert (found["job_count"], found["ranking_metric"]) == (COUNT, "vram_peak_mb")
    piped = pgkit("jobs", "overview", *RANGE, dsn=filled).stdout.splitlines()
    assert [line.split("\t")[0] for line in piped] == ["job_count", "480"]


def test_an_overview_has_a_rating_where_it_means_something(pgkit, filled) -> None:
    assert any(
        re.match(r"quality rating +mean 0\.8", line) for line in lines(filled, "overview", *RANGE)
    )
    name = "a workflow of which the name is longer than a line / s"
    record = (
        "select perf.record_job_metrics(%s, 'one', completed_at => '2020-01-05', frame_count => 1,"
        " time_per_frame_ms => 43000, quality_scores => %s) from generate_series(1, 20)"
    )
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute(record, [name, '{"tps": 9}'])
        shown = lines(filled, "overview", *RANGE)
        assert not any(line.startswith("quality rating") for line in shown)
        # One line for each place, and no value on two lines.
        assert any(
            re.fullmatch(r"worst time per frame +a workflow .*… ?.* 43.0 s", line) for line in shown
        )
        # The other score is of another time.
        before = ("--from", "2020-01-01", "--to", "2020-01-04")
        assert any(line.startswith("quality rating") for line in lines(filled, "overview", *before))
        connection.execute(record, [name, '{"rating": 5}'])
    assert any(line.startswith("quality rating") for line in lines(filled, "overview", *RANGE))


def test_an_empty_range_is_said(pgkit, database) -> None:
    for command in ("overview", "workflows", "workers", "log"):
        done = pgkit("jobs", command, dsn=database)
        assert done.returncode == 0, done.stderr
        assert re.match(r"No |There is no ", done.stderr), command
        assert done.stdout == ""


def test_workflows_and_workers_are_listed(pgkit, filled) -> None:
    shown = lines(filled, "workflows", *RANGE)
    assert shown[0] == "workflows; 2020-01-01 00:00 to 2020-01-11 00:00 UTC"
    assert shown[1].split("  ") != []
    assert re.match(r"upscale +240 +8.33 +1\d\.\d +1,\d+ +0.37 +0.73", shown[3])
    assert re.match(r"draft +240 +0.00 +5.50 +550 +0.18 +0.37", shown[4])
    shown = lines(filled, "workers", *RANGE)
    assert re.match(r"two +240 +4.17 ", shown[3])
    assert re.match(r"one +240 +4.17 +0.21 ", shown[4])
    assert [row["worker"] for row in rows(pgkit, filled, "workers", *RANGE)] == ["two", "one"]


def test_one_workflow_and_one_worker_are_shown(pgkit, filled) -> None:
    shown = lines(filled, "workflow", "draft", *RANGE)
    assert shown[0] == "draft; successful jobs; 2020-01-01 00:00 to 2020-01-11 00:00 UTC"
    by_name = {line.split("  ")[0]: line for line in shown[3:]}
    assert re.match(r"wall time +240 +5.50 s +5\.\d+ to 5\.\d+ s", by_name["wall time"])
    assert re.match(r"VRAM peak +240 +4.00 GB", by_name["VRAM peak"])
    assert re.match(r"likeness +240 +0\.8[01]", by_name["likeness"])
    assert re.match(r"failure rate +240 +0.00 %", by_name["failure rate"])
    metrics = {row["metric"] for row in rows(pgkit, filled, "workflow", "draft", *RANGE)}
    assert {"time_per_frame_ms", "quality.likeness", "failure_rate"} <= metrics
    shown = lines(filled, "worker", "one", *RANGE)
    empty = shown.index("")
    facts = dict(re.split(r" {2,}", line, maxsplit=1) for line in shown[:empty])
    assert shown[empty + 1] == "by workflow"
    assert re.fullmatch(
        r"workflow +tier +jobs +failed +wall s +ms/frame +GPU h +wall h +VRAM GB", shown[empty + 2]
    )
    assert re.match(r"draft +1080p +120 +0 +5.00 +500 +0.08 +0.17 +4.00", shown[empty + 4])
    assert re.match(r"upscale +1080p +120 +10 +10.1 +1,009 ", shown[empty + 5])
    assert facts["hardware"] == "RTX 4090"
    assert facts["busy"] == "0.21 % of 240 h"
    assert facts["VRAM peak"] == "mean 5.91 GB, highest 8.00 GB, of 24.0 GB"


def test_trend_stages_and_quality_look_closer(pgkit, filled) -> None:
    shown = lines(filled, "trend", "draft", *RANGE, "--granularity", "weekly")
    assert shown[0].startswith("draft; weekly; time per frame ██")
    assert [row["job_count"] for row in rows(pgkit, filled, "trend", "draft", *RANGE)] == [24] * 10
    shown = lines(filled, "stages", "upscale", *RANGE, "--worker", "one")
    assert shown[0] == "upscale; one; successful jobs; 2020-01-01 00:00 to 2020-01-11 00:00 UTC"
    assert re.match(r"sample +88.89 ", shown[3])
    assert re.match(r"load +11.11 ", shown[4])
    shown = lines(filled, "quality", "likeness", *RANGE, "--workflow", "draft")
    assert re.match(r"2020-01-01 00:00 +24 +0.8[01] +0.80 to 0.81 ", shown[3])
    unknown = pgkit("jobs", "quality", "blur", dsn=filled)
    assert unknown.returncode == 1
    assert unknown.stderr.startswith("Error: ")


def test_what_retention_has_removed_is_said(pgkit, filled) -> None:
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute("select perf.aggregate_performance_metrics('jobs')")
        # A day before the end of the ten days.
        connection.execute(
            "update perf.retention set keep = case level when 'daily' then interval '1 day' end"
            " where level <> 'job_history'"
        )
        connection.execute("select perf.cleanup_old_performance_data('2020-01-10')")
    hint = "Days before 2020-01-09 are no longer kept: --granularity weekly reaches further back.\n"
    for command in (["trend", "draft"], ["quality", "likeness"]):
        part = pgkit("jobs", *command, *RANGE, "--json", dsn=filled)
        assert (len(json.loads(part.stdout)), part.stderr) == (2, hint)
        gone = pgkit("jobs", *command, "--from", "2020-01-01", "--to", "2020-01-09", dsn=filled)
        assert (gone.returncode, gone.stdout) == (0, "")
        assert gone.stderr.startswith(hint + "No jobs ")
        whole = pgkit("jobs", *command, "--from", "2020-01-09", "--to", "2020-01-11", dsn=filled)
        assert "no longer kept" not in whole.stderr
        weekly = pgkit("jobs", *command, *RANGE, "--granularity", "weekly", dsn=filled)
        assert len(weekly.stdout.splitlines()) == 3
        assert "no longer kept" not in weekly.stderr
    monthly = pgkit("jobs", "trend", "draft", *RANGE, "--granularity", "monthly", dsn=filled)
    assert monthly.stderr.startswith("Days before 2020-01-09 are no longer kept")


def test_compare_begins_with_the_trade_off(pgkit, filled) -> None:
    shown = lines(filled, "compare", "upscale", "draft", *RANGE)
    text = " ".join(shown)
    assert re.match(r"Compared with upscale, draft is \d+ % faster ", text)
    assert "first: upscale; this: draft; successful jobs;" in text
    table = {line.split("  ")[0]: line for line in shown}
    assert re.match(r"time per frame +1,\d+ ms|time per frame +1.\d+ s", table["time per frame"])
    assert "better" in table["time per frame"]
    assert "worse" in table["likeness"]
    assert re.match(r"failure rate +8.33 % +0.00 % +-8.33 points ", table["failure rate"])
    found = rows(pgkit, filled, "compare", "upscale", "draft", "--metric", "vram_peak_mb", *RANGE)
    assert [(row["metric"], round(row["difference"])) for row in found] == [("vram_peak_mb", -50)]
    few = lines(filled, "compare", "upscale", "draft", "--min-jobs", "1000", *RANGE)
    assert any("too few jobs" in line for line in few)
    assert "Note on time per frame, wall time" in " ".join(few)
    assert "Jobs that can be compared: 220 and 240. min_jobs is 1000." in " ".join(few)
    for names in (["upscale"], ["upscale", "upscale"]):
        alone = pgkit("jobs", "compare", *names, dsn=filled)
        assert alone.returncode == 2
        assert alone.stderr.endswith("Error: Name two workflows or more, each once.\n")


def test_scores_and_stages_are_named_with_and_without_their_beginning(pgkit, filled) -> None:
    compared = ("compare", "upscale", "draft", *RANGE, "--metric")
    for short, long in (("likeness", "quality.likeness"), ("sample", "stage.sample")):
        for name in (short, long):
            assert [row["metric"] for row in rows(pgkit, filled, *compared, name)] == [long]
            workers = rows(pgkit, filled, "compare-workers", "one", "two", *RANGE, "--metric", name)
            assert workers[0]["compared_metric"] == long
            ranked = rows(pgkit, filled, "overview", *RANGE, "--by", name)
            assert ranked["ranking_metric"] == long
    for name in ("likeness", "quality.likeness", "quality_rating"):
        assert len(rows(pgkit, filled, "quality", name, *RANGE)) == 10
    for name in ("likeness", "quality.likeness"):
        assert pgkit("jobs", "set-score", name, "--better", "lower", dsn=filled).returncode == 0
    unknown = pgkit("jobs", *compared, "blur", dsn=filled)
    assert unknown.returncode == 1
    assert '"blur"' in unknown.stderr
    # A stage of the same name: the score is no longer the only one that is meant.
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute(
            "select perf.record_job_metrics('odd', 'one', pipeline_stages => '{\"likeness\": 1}',"
            " quality_scores => '{\"quality.likeness\": 1}')"
        )
    several = pgkit("jobs", *compared, "likeness", dsn=filled)
    assert several.returncode == 1
    assert 'Did you mean "quality.likeness" or "stage.likeness"?' in several.stderr
    # A score that is named so has its name before the beginning of another.
    assert rows(pgkit, filled, "quality", "quality.likeness", *RANGE) == []


def test_a_narrow_comparison_has_what_matters(filled) -> None:
    many = "upscale with a name of which a narrow terminal has no room"
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute(JOBS.replace("'upscale'", f"'{many}'"))
    for command in (
        ["compare", "upscale", "draft", many],
        ["compare", "upscale", many],
        ["compare-workers", "one", "two"],
        ["before-after", many, "--at", "2020-01-06", "--days", "5"],
    ):
        asked = RANGE if command[0] != "before-after" else ()
        headings = next(
            line for line in lines(filled, *command, *asked) if re.search(r"\bverdict\b", line)
        )
        assert {"change", "verdict", "95 % interval"} <= set(re.split(r"  +", headings))
        assert len(headings) <= 80
    shown = lines(filled, "compare", "upscale", "draft", many, *RANGE)
    wide = [line for line in shown if line.startswith("draft ")]
    assert any(re.match(r"draft +time per frame +-50.* better +-5", line) for line in wide), shown


def test_a_score_of_which_less_is_better(pgkit, filled) -> None:
    assert pgkit("jobs", "set-score", "likeness", "--better", "lower", dsn=filled).returncode == 0
    shown = lines(filled, "compare", "upscale", "draft", *RANGE)
    assert any(line.startswith("likeness") and "better" in line for line in shown)
    unknown = pgkit("jobs", "set-score", "blur", "--better", "lower", dsn=filled)
    assert unknown.returncode == 1
    assert 'no metric "quality.blur"' in unknown.stderr
    nothing = pgkit("jobs", "set-score", "likeness", dsn=filled)
    assert nothing.returncode == 2
    assert nothing.stderr.endswith("Error: Say --better, --unit or --meaning.\n")


def test_workers_are_ranked_on_the_same_jobs(pgkit, filled) -> None:
    shown = lines(filled, "compare-workers", "one", "two", *RANGE)
    assert shown[0].startswith("time per frame, best first; change from one on the same jobs;")
    ranked = [line for line in shown if re.match(r"one|two", line)]
    assert re.match(r"one +\d+ ms +0.00 % +baseline", ranked[0])
    assert re.match(r"two +\d+ ms +\+20.0 % +worse", ranked[1])
    found = rows(pgkit, filled, "compare-workers", "two", "one", "--tier", "4k", *RANGE)
    assert {row["worker"] for row in found} == {"one", "two"}


def test_before_and_after_are_named_with_their_ranges(pgkit, filled) -> None:
    shown = lines(filled, "before-after", "draft", "--at", "2020-01-06", "--days", "5")
    text = " ".join(shown)
    assert "before: 2020-01-01 00:00 to 2020-01-06 00:00 UTC" in text
    assert "after: 2020-01-06 00:00 to 2020-01-11 00:00 UTC" in text
    assert re.search(r"wall time +5.50 s +5.50 s +0.00 % +unclear", text)
    (row,) = rows(
        *(pgkit, filled, "before-after", "draft", "--at", "2020-01-06", "--days", "5"),
        *("--metric", "vram_peak_mb"),
    )
    assert (row["before_value"], row["after_value"]) == (4096, 4096)


def test_an_estimate_says_what_it_is_from_and_where_it_fits(pgkit, filled) -> None:
    asked = ("estimate", "upscale", "--frames", "20", "--tier", "1080p", "--at", "2020-01-11")
    facts = dict(re.split(r" {2,}", line, maxsplit=1) for line in lines(filled, *asked))
    assert re.match(
        r"mean 2\d\.\d s, p50 2\d\.\d s, 90 % interval 1\d\.\d to 26\.\d s", facts["wall time"]
    )
    assert facts["VRAM peak"] == "mean 8.00 GB, 90 % interval 8.00 to 8.00 GB"
    assert facts["fits"] == "on one"
    assert facts["from"] == "220 jobs (of all workers)"
    long = " ".join(lines(filled, "estimate", "upscale", "--frames", "1000", "--at", "2020-01-11"))
    many_minutes = r"mean 1\d\.\d min, p50 1\d\.\d min, 90 % interval \d+\.\d to \d+\.\d min"
    assert re.search(many_minutes, long)
    facts = dict(
        re.split(r" {2,}", line, maxsplit=1) for line in lines(filled, *asked, "--worker", "two")
    )
    assert facts["fits"] == "no, on two"
    assert rows(pgkit, filled, *asked)["is_scaled_by_frames"] is True
    nothing = pgkit("jobs", "estimate", "upscale", dsn=filled)
    assert nothing.returncode == 0, nothing.stderr


def test_the_log_counts_generations(pgkit, filled) -> None:
    shown = lines(filled, "log", *RANGE)
    assert shown[0] == "all model types; 2020-01-01 to 2020-01-11 UTC"
    assert re.match(r"2020-01-10 +sdxl +48 +2 +8\.\d+ +0\.8\d", shown[3])
    of_type = rows(pgkit, filled, "log", "sdxl", *RANGE)
    assert [row["job_count"] for row in of_type] == [48] * 10
    assert rows(pgkit, filled, "log", "wan", *RANGE) == []
    none = pgkit("jobs", "log", "--bad-days", *RANGE, dsn=filled)
    assert none.stderr == "No bad days from 2020-01-01 to 2020-01-11 UTC.\n"


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["workflow", "upscal"], 'no workflow "upscal"', 'Did you mean "upscale"? `pgkit jobs wor'),
        (["worker", "ONE"], 'no worker "ONE"', 'Did you mean "one"? `pgkit jobs workers` lists'),
        (["trend", "xyz"], 'no workflow "xyz"', "`pgkit jobs workflows` lists them."),
        (["compare", "draft", "scale"], 'no workflow "scale"', 'Did you mean "upscale"?'),
        (["estimate", "draft", "--worker", "1"], 'no worker "1"', "`pgkit jobs workers` lists"),
    ],
)
def test_an_unknown_name_is_one_line_with_what_is_meant(
    pgkit, filled, arguments, error, hint
) -> None:
    done = pgkit("jobs", *arguments, dsn=filled)
    assert (done.returncode, done.stdout) == (1, "")
    first, second = done.stderr.splitlines()
    assert first == f"Error: {error}"
    assert second.startswith(f"Hint: {hint}")


def test_names_may_have_spaces_around_them_and_signs_in_them(pgkit, database, connection) -> None:
    connection.execute("select perf.record_job_metrics('it''s [bold] 50%', 'w')")
    assert rows(pgkit, database, "trend", " it's [bold] 50% ")[0]["job_count"] == 1
    assert any(line.startswith("it's [bold] 50%") for line in lines(database, "workflows"))


def test_a_worker_is_added_with_its_memory(pgkit, database, connection) -> None:
    done = pgkit(
        "jobs", "set-worker", "gpu-7", "--hardware", "RTX 4090", "--vram-mb", "24564", dsn=database
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Saved.\n")
    assert pgkit("jobs", "set-worker", "gpu-7", dsn=database).returncode == 0
    row = connection.execute("select name, hardware, vram_mb from perf.workers").fetchone()
    assert row == ("gpu-7", "RTX 4090", 24564)


def test_an_analyst_may_ask_and_a_recorder_may_not(pgkit, filled) -> None:
    with psycopg.connect(filled, autocommit=True) as connection:
        name = f"asker_{connection.info.dbname}"
        connection.execute(f"create role {name} login in role perf_recorder".encode())
        try:
            dsn = psycopg.conninfo.make_conninfo(filled, user=name)
            failed = pgkit("jobs", "overview", dsn=dsn)
            assert failed.returncode == 1
            assert failed.stderr.startswith("Error: permission denied for function")
            failed = pgkit("jobs", "trend", "draft", dsn=dsn)
            assert failed.stderr.startswith("Error: permission denied for table workflows")
            connection.execute(f"grant perf_analyst to {name}".encode())
            assert pgkit("jobs", "trend", "draft", *RANGE, dsn=dsn).returncode == 0
        finally:
            connection.execute(f"drop role {name}".encode())

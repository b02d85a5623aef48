"""Loading files of jobs: names, what is calculated, what is refused and where, ids."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from pgkit import jobs, load
from pgkit.database import Failure, connect

pytestmark = pytest.mark.once

HEADER = "workflow,worker,started_at,runtime_s"
GOOD = "upscale,box-1,2020-01-06T10:00:00Z,90.5"
COLUMNS = (
    "f.name, w.name, m.created_at at time zone 'UTC', m.total_wall_time_ms, m.failed,"
    " m.quality_scores_json"
)


def recorded(connection: psycopg.Connection, columns: str = COLUMNS) -> list[tuple]:
    return connection.execute(
        f"select {columns} from perf.performance_metrics as m"
        " join perf.jobs as j on j.id = m.job_id"
        " join perf.workflows as f on f.id = m.workflow_id"
        " left join perf.workers as w on w.id = m.worker_id"
        " order by m.created_at, m.job_id"
    ).fetchall()


def count(connection: psycopg.Connection) -> int:
    return len(recorded(connection, "1"))


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refusal(dsn: str, *files: Path) -> str:
    """Load files that cannot be, and return why."""
    with pytest.raises(Failure) as failure, connect(dsn) as opened:
        load.load_jobs(opened, files)
    return failure.value.message


def test_a_job_ends_its_wall_time_after_its_start(pgkit, database, connection, tmp_path) -> None:
    file = write(tmp_path / "jobs.csv", f"{HEADER},note", f"{GOOD},x", f"{GOOD},y")
    loaded = pgkit("load", "--jobs", file, dsn=database)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout == (
        "Loaded 2 jobs (2 completed, 0 failed), from 2020-01-06 10:01 to 10:01 UTC.\n"
    )
    assert loaded.stderr.splitlines() == [
        "Not loaded: column note",
        "The next cleanup removes raw jobs older than 90 days, hours older than 90 days, days older"
        " than 2 years: `pgkit retention jobs raw forever`, `pgkit retention jobs hourly forever`,"
        " `pgkit retention jobs daily forever` keep them.",
        "Next: `pgkit jobs overview --from 2020-01-06` shows them at once. The schedule rolls them"
        " up; `pgkit aggregate` does it without waiting.",
    ]
    first, _ = recorded(connection)
    assert (*first[:2], str(first[2]), *first[3:]) == (
        *("upscale", "box-1", "2020-01-06 10:01:30.500000"),
        *(90500, False, None),
    )


def test_nothing_is_said_of_what_is_kept(pgkit, database, connection, tmp_path) -> None:
    file = write(tmp_path / "jobs.csv", HEADER, GOOD)
    connection.execute("update perf.retention set keep = null where pipeline = 'jobs'")
    assert "cleanup" not in pgkit("load", "--jobs", file, "--json", dsn=database).stderr
    connection.execute("update perf.retention set keep = '1 day' where pipeline = 'jobs'")
    connection.execute("update perf.retention set keep = null where level <> 'raw'")
    one = pgkit("load", "--jobs", file, "--json", dsn=database)
    assert one.stderr == (
        "The next cleanup removes raw jobs older than 1 day:"
        " `pgkit retention jobs raw forever` keeps them.\n"
    )


def test_every_field_is_loaded_from_json(pgkit, database, connection, tmp_path) -> None:
    job = {
        "workflow_name": "upscale",
        "worker_name": "box-1",
        "started_at": 1578304800,
        "completed_at": "2020-01-06T10:02:00Z",
        "gpu_time_s": 61.5,
        "time_per_frame_ms": 2500.5,
        "vram_gb": 8,
        "frames": 24,
        "tier": "1080p",
        "model_type": "sdxl",
        "status": "failed",
        "error": "out of memory",
        "job_id": 17,
        "project": "film",
        "character": "Ada",
        "scene": "harbour",
        "quality_scores": {"likeness": 0.5},
        "quality.sharpness": 0.25,
        "stage.decode": 120,
        "parameters": {"steps": 30},
        "parameters.sampler": "euler",
    }
    file = write(tmp_path / "jobs.jsonl", json.dumps(job))
    loaded = pgkit("load", "--jobs", "--json", file, dsn=database)
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout) == {
        **{"loaded": 1, "skipped": 0, "completed": 0, "failed": 1, "left_out": {}},
        **{"first": "2020-01-06T10:02:00+00:00", "last": "2020-01-06T10:02:00+00:00"},
        "bad_lines": 0,
        "notes": ["started_at: seconds since 1970"],
        "unused_columns": [],
    }
    (row,) = recorded(
        connection,
        "m.total_wall_time_ms, m.total_gpu_time_ms, m.time_per_frame_ms, m.vram_peak_mb,"
        " m.frame_count, m.resolution_tier, m.model_type, m.failed, m.error_type, j.external_id,"
        " m.quality_scores_json, m.pipeline_stages_json, j.parameters,"
        " (select name from perf.projects), (select name from perf.characters),"
        " (select name from perf.scenes)",
    )
    assert row == (
        *(120000, 61500, 2500.5, 8192, 24, "1080p", "sdxl", True, "out of memory", "17"),
        {"likeness": 0.5, "sharpness": 0.25},
        [{"name": "decode", "duration_ms": 120}],
        {"steps": 30, "sampler": "euler"},
        *("film", "Ada", "harbour"),
    )


def test_a_score_takes_its_name_from_a_column(pgkit, database, connection, tmp_path) -> None:
    file = write(
        tmp_path / "jobs.csv",
        f"{HEADER},value,unit",
        f"{GOOD},17637.0,Requests Per Second",
        f"{GOOD},12,us/Event",
    )
    loaded = pgkit(
        *("load", "--jobs", file, "--map", "value/2=quality.{unit}", "--set", "model_type=vm"),
        dsn=database,
    )
    assert loaded.returncode == 0, loaded.stderr
    assert "Not loaded" not in loaded.stderr
    assert recorded(connection, "m.quality_scores_json, m.model_type") == [
        ({"requests_per_second": 8818.5}, "vm"),
        ({"us_event": 6}, "vm"),
    ]
    nameless = write(tmp_path / "more.csv", f"{HEADER},value,unit", f"{GOOD},1,")
    failed = pgkit("load", "--jobs", nameless, "--map", "value=quality.{unit}", dsn=database)
    assert (
        f'Error: {nameless}:2: column "unit" must be given for quality.{{unit}}, got null\n'
        in failed.stderr
    )
    unitless = write(tmp_path / "less.csv", f"{HEADER},value", f"{GOOD},1")
    failed = pgkit("load", "--jobs", unitless, "--map", "value=quality.{unit}", dsn=database)
    assert f'{unitless}:1: no column "unit"' in failed.stderr


def test_status_and_error_say_whether_a_job_failed(pgkit, database, connection, tmp_path) -> None:
    file = write(
        tmp_path / "jobs.csv",
        f"{HEADER},status,ok,error",
        f"{GOOD},Completed,,",
        f"{GOOD},FAILED,,",
        f"{GOOD},,no,",
        f"{GOOD},,,timeout",
        f"{GOOD},,,None",
        f"{GOOD},,yes,slow",
        f"{GOOD},running,,",
        f"{GOOD},cancelled,,",
        f"{GOOD},running,,",
    )
    loaded = pgkit("load", "--jobs", file, dsn=database)
    assert loaded.stdout.startswith("Loaded 6 jobs (3 completed, 3 failed), from ")
    assert "Not loaded: jobs that are not over (2 running, 1 cancelled)\n" in loaded.stderr
    assert recorded(connection, "m.failed, m.error_type") == [
        *[(False, None), (True, None), (True, None), (True, "timeout"), (False, None)],
        (False, "slow"),
    ]


def test_statuses_of_job_services_are_understood(pgkit, database, tmp_path) -> None:
    done = ["succeeded", "COMPLETED", "Successful", "FAILED", "TIMED_OUT", "crashed"]
    left = ["starting", "processing", "IN_QUEUE", "InProgress", "Stopped", "aborted"]
    file = write(
        tmp_path / "jobs.csv", f"{HEADER},status", *[f"{GOOD},{status}" for status in done + left]
    )
    loaded = pgkit("load", "--jobs", file, dsn=database)
    assert loaded.stdout.startswith("Loaded 6 jobs (3 completed, 3 failed), from ")
    assert "(1 starting, 1 processing, 1 in_queue, 1 inprogress, 1 stopped" in loaded.stderr


def test_milliseconds_since_1970_are_told_by_their_size(pgkit, database, tmp_path) -> None:
    file = write(tmp_path / "jobs.csv", HEADER, "upscale,box-1,1795600000000,1")
    loaded = pgkit("load", "--jobs", file, dsn=database)
    assert "Note: started_at: milliseconds since 1970" in loaded.stderr
    assert "from 2026-11-25 09:46 to 09:46 UTC" in loaded.stdout
    loaded = pgkit(*("load", "--jobs", file, "--map", "started_at/1000=started_at"), dsn=database)
    assert "from 2026-11-25 09:46 to 09:46 UTC" in loaded.stdout


def test_a_job_that_failed_needs_no_worker(database, connection, tmp_path) -> None:
    file = write(tmp_path / "jobs.csv", f"{HEADER},error", "upscale,,2020-01-06T10:00Z,1,lost")
    with connect(database) as opened:
        assert load.load_jobs(opened, [file]).failed == 1
    assert recorded(connection, "w.name, m.error_type") == [(None, "lost")]


def test_gzip_is_known_by_its_content_and_stdin_is_read(database, connection) -> None:
    command = [sys.executable, "-m", "pgkit", "--dsn", database, "load", "--jobs", "-"]
    packed = gzip.compress(f"{HEADER}\n{GOOD}\n".encode())
    done = subprocess.run(command, input=packed, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert count(connection) == 1


def test_a_job_with_an_id_is_loaded_once(pgkit, database, connection, tmp_path) -> None:
    file = write(tmp_path / "jobs.csv", f"{HEADER},job_id", f"{GOOD},a", f"{GOOD},b", f"{GOOD},a")
    loaded = pgkit("load", "--jobs", file, dsn=database)
    assert loaded.stdout.startswith(
        "Loaded 2 jobs, skipped 1 recorded before (of all 3: 3 completed, 0 failed), from "
    )
    again = pgkit("load", "--jobs", file, dsn=database)
    assert again.stdout.startswith("Loaded 0 jobs, skipped 3 recorded before ")
    assert count(connection) == 2


def test_a_queued_job_with_the_id_is_finished(database, connection, tmp_path) -> None:
    connection.execute("select perf.create_job('upscale', external_id => 'a')")
    file = write(tmp_path / "jobs.csv", f"{HEADER},external_id", f"{GOOD},a")
    with connect(database) as opened:
        assert load.load_jobs(opened, [file]).loaded == 1
    assert recorded(connection, "j.external_id, j.status") == [("a", "completed")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",box-1,2020-01-06,1", "workflow_name must have 1 to 200 characters, got null"),
        ("upscale,,2020-01-06,1", "worker_name must be given for a job that succeeded"),
        (f"upscale,{'x' * 201},2020-01-06,1", "worker_name must have 1 to 200 characters, got"),
        ("upscale,box-1,,1", "completed_at must be given, or started_at with total_wall_time_ms"),
        ("upscale,box-1,2020-01-06,", "completed_at must be given, or started_at with"),
        ("upscale,box-1,2020-01-06,-1", "total_wall_time_ms must be a number between 0 and 1e10"),
        ("upscale,box-1,2020-01-06,1e8", "total_wall_time_ms must be a number between 0 and 1e10"),
        ("upscale,box-1,2020-01-06,fast", "total_wall_time_ms must be a number between 0 and 1e10"),
        ("upscale,box-1,2020-01-06,NaN", "total_wall_time_ms must be a number between 0 and 1e10"),
        ("upscale,box-1,soon,1", "invalid input syntax for type timestamp with time zone"),
        ("upscale,box-1,2020-13-01,1", "date/time field value out of range"),
        ("upscale,box-1,9999-12-31,1", "completed_at must be between 1970 and tomorrow, got"),
        ("upscale,box-1,1969-12-31,1", "completed_at must be between 1970 and tomorrow, got"),
        ("upscale,box-1,2020-01-06", "3 fields, but the first line has 4"),
        ("upscale,\udcff,2020-01-06,1", "not UTF-8"),
        ("upscale,a\0b,2020-01-06,1", "unsupported Unicode escape sequence"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_loaded(
    database, connection, tmp_path, line, reason
) -> None:
    first = write(tmp_path / "first.csv", HEADER, GOOD)
    second = tmp_path / "second.csv"
    text = f"{HEADER}\n{GOOD}\n{line}\n{GOOD}\n"
    second.write_bytes(text.encode(errors="surrogateescape"))
    assert refusal(database, first, second).startswith(f"{second}:3: {reason}")
    assert count(connection) == 0
    assert connection.execute("select count(*) from perf.workflows").fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"workflow": 5}, 'workflow_name must be a string, got "5"'),
        ({"status": "lost"}, 'status must be completed or failed, got "lost"'),
        ({"success": "maybe"}, "success must be true, false or null, got "),
        ({"frame_count": 1.5}, "frame_count must be a whole number, got"),
        ({"vram_peak_mb": -1}, "vram_peak_mb must be a number between 0 and"),
        ({"parameters": [1]}, "parameters must be a JSON object, got"),
        ({"parameters": "{"}, "parameters is not JSON: Expecting property name"),
        ({"parameters": '{"a": NaN}'}, "parameters is not JSON: NaN is not JSON"),
        ({"parameters": '{"a": 1e999}'}, "parameters is not JSON: Out of range float values"),
        ({"parameters": "[" * 100_000}, "parameters is nested too deeply"),
        ({"parameters": {"a": "\0"}}, "unsupported Unicode escape sequence"),
        ({"parameters": {"a": "\ud800"}}, "not UTF-8"),
        (
            {"quality.likeness": "good"},
            '"likeness" of quality_scores must be 0 or a number between',
        ),
        (
            {"quality_scores": {"a": "x" * 70000}},
            '"a" of quality_scores must be 0 or a number between',
        ),
        ({"quality_scores": 1, "quality.a": 1}, "quality_scores must be a JSON object where"),
        ({"stage.decode": -1}, '"decode" of pipeline_stages must be 0 or a number'),
        ({"pipeline_stages": [1]}, "pipeline_stages must hold objects such as"),
        ({"completed_at": "2020-01-05"}, "started_at must be between 1970 and completed_at"),
        ({"resolution_tier": "x" * 41}, "resolution_tier must have 1 to 40 characters, got"),
    ],
)
def test_a_bad_value_in_json_is_refused_as_the_database_does(
    database, connection, tmp_path, change, reason
) -> None:
    job = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    file = write(tmp_path / "jobs.jsonl", json.dumps(job), json.dumps({**job, **change}))
    assert refusal(database, file).startswith(f"{file}:2: {reason}")
    assert count(connection) == 0


def test_the_first_bad_line_is_named_across_batches(database, tmp_path) -> None:
    bad = GOOD.replace("box-1", "")
    lines = [GOOD] * jobs.JOBS_AT_ONCE
    file = write(tmp_path / "jobs.csv", HEADER, *lines, bad, GOOD.replace("2020", "x"), bad)
    assert refusal(database, file).startswith(f"{file}:{jobs.JOBS_AT_ONCE + 2}: worker_name must")


def test_a_refusal_is_one_error_and_one_hint(pgkit, database, tmp_path) -> None:
    file = write(tmp_path / "jobs.csv", HEADER, "upscale,box-1,2020-01-06,-1")
    failed = pgkit("load", "--jobs", file, dsn=database)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == (
        f'Error: {file}:2: total_wall_time_ms must be a number between 0 and 1e10, got "-1000"\n'
        "Hint: Nothing was loaded.\n"
    )


def test_columns_that_are_missing_or_doubtful_are_named(pgkit, database, tmp_path) -> None:
    file = write(tmp_path / "calls.csv", "model,tool,latency_ms,timestamp", "a,b,1,2020-01-06")
    failed = pgkit("load", "--jobs", file, dsn=database)
    assert failed.stderr == (
        f"Error: {file}:1: no column for workflow_name\n"
        "Hint: Name it with --map COLUMN=workflow_name, or give all jobs the same with"
        " --set workflow_name=VALUE. There are: model, tool, latency_ms, timestamp.\n"
    )
    jobs = write(tmp_path / "jobs.csv", HEADER, GOOD)
    assert pgkit("load", jobs, dsn=database).stderr == (
        f"Error: {jobs}:1: no column for model_name\n"
        "Hint: Are these jobs? `pgkit load --jobs` loads them.\n"
    )
    twice = write(tmp_path / "twice.csv", f"{HEADER},wall_time_s", f"{GOOD},1")
    assert 'total_wall_time_ms may be "runtime_s" or "wall_time_s"' in refusal(database, twice)


@pytest.mark.parametrize(
    "option",
    [
        ("--map", "x=latency"),
        ("--map", "x=quality."),
        ("--map", "x*2=worker_name"),
        ("--set", "model_name=x"),
    ],
)
def test_a_wrong_mapping_is_misuse(pgkit, database, tmp_path, option) -> None:
    file = write(tmp_path / "jobs.csv", HEADER, GOOD)
    assert pgkit("load", "--jobs", file, *option, dsn=database).returncode == 2


def test_an_empty_file_is_no_jobs(pgkit, database, tmp_path) -> None:
    file = write(tmp_path / "jobs.csv", HEADER)
    loaded = pgkit("load", "--jobs", file, dsn=database)
    assert (loaded.returncode, loaded.stdout) == (0, "Loaded 0 jobs (0 completed, 0 failed).\n")


def test_loaded_jobs_are_rolled_up_like_others(pgkit, database, tmp_path) -> None:
    file = write(tmp_path / "jobs.csv", HEADER, *[GOOD] * 2500)
    assert pgkit("load", "--jobs", file, dsn=database).returncode == 0
    for count in (2500, 0):
        assert f"jobs\t{count}\n" in pgkit("aggregate", dsn=database).stdout


def test_a_recorder_may_load_and_a_stranger_may_not(pgkit, database, connection, tmp_path) -> None:
    name = f"loader_{connection.info.dbname}"
    connection.execute(f"create role {name} login".encode())
    file = write(tmp_path / "jobs.csv", HEADER, GOOD)
    try:
        dsn = psycopg.conninfo.make_conninfo(database, user=name)
        failed = pgkit("load", "--jobs", file, dsn=dsn)
        assert failed.returncode == 1
        assert failed.stderr.startswith("Error: permission denied for ")
        connection.execute(f"grant perf_analyst to {name}".encode())
        failed = pgkit("load", "--jobs", file, dsn=dsn)
        assert failed.returncode == 1
        connection.execute(f"grant perf_recorder to {name}".encode())
        loaded = pgkit("load", "--jobs", file, dsn=dsn)
        assert loaded.returncode == 0, loaded.stderr
        assert count(connection) == 1
    finally:
        connection.execute(f"drop role {name}".encode())


def test_load_says_no_error_where_the_database_does(connection) -> None:
    for text in (*jobs.NO_ERROR, *(text.upper() for text in jobs.NO_ERROR)):
        found = connection.execute("select perf_internal.get_error_type(%s)", [text])
        assert found.fetchone() == (None,)
    body = connection.execute(
        "select prosrc from pg_proc where proname = 'get_error_type'"
    ).fetchone()
    assert body is not None
    assert body[0].count("'") == 2 * len(jobs.NO_ERROR)

"""The language of mappings, bad lines that are skipped, and packed files."""

import json
import zipfile
from pathlib import Path

import pytest

from pgkit import load
from pgkit.load.sources import parse_condition, parse_mapping

pytestmark = pytest.mark.once

HEADER = "timestamp,model,tool,latency_ms"
GOOD = "2020-01-06T10:00:00Z,acme/one,chat,12.5"
CALL = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))


def explain(folder: Path, record: dict, *mappings: str, **options: object) -> dict[str, str]:
    """Return the call that a record becomes."""
    file = folder / "calls.jsonl"
    file.write_text(json.dumps(record) + "\n")
    mapping = dict(map(parse_mapping, mappings))
    given = load.Options(mapping=mapping, **options)
    explained = load.explain_file(file, load.CALLS, given)
    assert explained.bad_lines == []
    return explained.calls[0]


@pytest.mark.parametrize(
    ("record", "mapping", "field", "value"),
    [
        ({"usage": {"in": 5}}, "usage.in=input_tokens", "input_tokens", "5"),
        ({"usage.in": 6, "usage": {"in": 5}}, "usage.in=input_tokens", "input_tokens", "6"),
        ({"usage": '{"in": 5}'}, "usage.in=input_tokens", "input_tokens", "5"),
        ({"usage": [{"in": 5}, {"in": 7}]}, "usage[-1].in=input_tokens", "input_tokens", "7"),
        ({"s": 1.5}, "s*1000=first_token_ms", "first_token_ms", "1500.0"),
        ({"us": 1500}, "us/1000=first_token_ms", "first_token_ms", "1.5"),
        ({"a": None, "b": 3}, "a|b=input_tokens", "input_tokens", "3"),
        ({"a": ""}, "a|'none'=provider", "provider", "none"),
        ({"p": "acme", "m": "x"}, "{p}/{m}=model_name", "model_name", "acme/x"),
        ({"t": [0.5, 0.25], "f": 0.25}, "f+t*1000=response_time_ms", "response_time_ms", "1000.0"),
        (
            {"a": "2020-01-06T10:00:00Z", "b": "2020-01-06T10:00:01.5Z"},
            "b-a=response_time_ms",
            "response_time_ms",
            "1500.0",
        ),
        (
            {"a": "2020-01-06T10:00:00Z", "b": "2020-01-06T10:00:01.627474Z"},
            "b-a=response_time_ms",
            "response_time_ms",
            "1627.474",
        ),
        (
            {"a": 1795168801532900363, "b": 1795168801532900863},
            "b-a=response_time_ms",
            "response_time_ms",
            "0.0005",
        ),
        ({"a": 10.5, "b": 11}, "b-a*1000=response_time_ms", "response_time_ms", "500.0"),
        ({"id": 123456789012345678901234}, "id=call_id", "call_id", "123456789012345678901234"),
    ],
)
def test_a_mapping_finds_and_calculates(tmp_path, record, mapping, field, value) -> None:
    assert explain(tmp_path, {**CALL, **record}, mapping)[field] == value


@pytest.mark.parametrize(
    ("record", "condition", "success", "error"),
    [
        ({"status": "failure"}, "status=failure", "false", "failure"),
        ({"status": "success", "error": "x"}, "status=failure", "true", None),
        ({"status": "Timeout"}, "status=error|timeout", "false", "Timeout"),
        ({"status": "ok"}, "status!=ok", "true", None),
        ({"cancelled": "true"}, "cancelled", "false", "cancelled"),
        ({"cancelled": False}, "cancelled", "true", None),
        ({"run": {"failed": 1}, "error": "oom"}, "run.failed", "false", "oom"),
    ],
)
def test_a_condition_says_what_failed(tmp_path, record, condition, success, error) -> None:
    call = explain(tmp_path, {**CALL, **record}, failed=[parse_condition(condition)])
    assert (call["success"], call.get("error_type")) == (success, error)


def test_units_are_told_and_may_not_change(pgkit, database, tmp_path) -> None:
    file = tmp_path / "calls.csv"
    for number, unit in (
        (1578304800, "seconds"),
        (1578304800000, "milliseconds"),
        (1578304800000000, "microseconds"),
        (1578304800000000000, "nanoseconds"),
    ):
        file.write_text(f"{HEADER}\n{number},m,t,1\n")
        loaded = pgkit("load", file, dsn=database)
        assert f"Note: timestamp: {unit} since 1970" in loaded.stderr
        assert "from 2020-01-06 10:00 to 10:00 UTC" in loaded.stdout
    file.write_text(f"{HEADER}\n1578304800,m,t,1\n1578304800000,m,t,1\n")
    refused = pgkit("load", file, dsn=database)
    assert f"{file}:3: timestamp is in seconds since 1970 in the lines before" in refused.stderr


def test_times_without_a_zone_may_be_given_one(pgkit, database, tmp_path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(f"{HEADER}\n2020-01-06 10:00:00,m,t,1\n")
    loaded = pgkit("load", file, "--zone", "Asia/Kolkata", dsn=database)
    assert "from 2020-01-06 04:30 to 04:30 UTC" in loaded.stdout
    assert pgkit("load", file, "--zone", "IST", dsn=database).returncode == 2


def test_bad_lines_are_skipped_told_and_can_be_loaded_when_they_are_right(
    pgkit, database, tmp_path
) -> None:
    file = tmp_path / "calls.csv"
    bad = [GOOD.replace("12.5", f"x{n}") for n in range(12)]
    file.write_text("\n".join([HEADER, GOOD, *bad, GOOD, "a,b", GOOD]) + "\n")
    loaded = pgkit("load", "--skip-bad", file, dsn=database)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.startswith("Loaded 3 calls (3 succeeded, 0 failed)")
    assert f"Skipped 13 bad lines, written to {file}.bad" in loaded.stderr
    assert f'  {file}:3: response_time_ms must be a number, got "x0"' in loaded.stderr
    assert "  and 3 more" in loaded.stderr
    written = Path(f"{file}.bad")
    assert written.read_text() == "\n".join([HEADER, *bad, "a,b"]) + "\n"
    written.write_text(written.read_text().replace(",x", ",").replace("a,b\n", ""))
    assert "Loaded 12 calls" in pgkit("load", written, dsn=database).stdout


@pytest.mark.parametrize("before", ["", "[\n"], ids=["lines", "array"])
def test_what_is_no_object_is_the_bad_line_and_not_the_good_one_before_it(
    pgkit, database, tmp_path, before
) -> None:
    file = tmp_path / "calls.json"
    call = json.dumps(CALL)
    file.write_text(f"{before}{call},\n[1, 2],\n{call}\n]" if before else f"{call}\n[1, 2]\n")
    loaded = pgkit("load", "--skip-bad", file, dsn=database)
    assert loaded.stdout.startswith(f"Loaded {2 if before else 1} call"), loaded.stderr
    assert "must be an object" in loaded.stderr
    assert "model" not in Path(f"{file}.bad").read_text()


def test_what_is_left_out_is_told_with_its_reason(pgkit, database, tmp_path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(f"{HEADER}\n{GOOD}\n{GOOD}\n")
    loaded = pgkit("load", "--only", "tool=none", file, dsn=database)
    assert "Left out: lines other than tool=none (2)\n" in loaded.stderr


def test_bad_jobs_are_skipped_too(pgkit, database, tmp_path) -> None:
    header = "workflow,worker,started_at,runtime_s"
    good = "upscale,box-1,2020-01-06T10:00:00Z,90.5"
    file = tmp_path / "jobs.csv"
    bad = [
        good.replace("box-1", ""),
        good.replace("2020", "x"),
        good.replace("01-06", "13-06"),
        good.replace("90.5", "-1"),
    ]
    file.write_text("\n".join([header, good, *bad, good]) + "\n")
    loaded = pgkit("load", "--jobs", "--skip-bad", file, dsn=database)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.startswith("Loaded 2 jobs (2 completed, 0 failed)")
    assert "Skipped 4 bad lines" in loaded.stderr
    assert len(Path(f"{file}.bad").read_text().splitlines()) >= 4


def test_explain_writes_nothing_and_needs_no_database(pgkit, tmp_path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(f"{HEADER}\n{GOOD}\n2020-01-06,m,t,\n")
    explained = pgkit("load", "--explain", file, dsn="postgresql://nobody@127.0.0.1:1/none")
    assert explained.returncode == 0, explained.stderr
    assert "  response_time_ms  latency_ms" in explained.stdout
    assert f"Bad line {file}:3: response_time_ms must be given" in explained.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["calls.csv"]


def test_an_archive_and_a_parquet_file_are_read(pgkit, database, tmp_path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    archive = tmp_path / "calls.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.csv", f"{HEADER}\n{GOOD}\n")
        made.writestr("b.jsonl", json.dumps(CALL) + "\n")
    assert "Loaded 2 calls" in pgkit("load", archive, dsn=database).stdout
    table = tmp_path / "calls.parquet"
    nan = float("nan")
    columns = {name: [value, value] for name, value in CALL.items()} | {"ttft_ms": [nan, 3.0]}
    parquet.write_table(pyarrow.table(columns), table)
    loaded = pgkit("load", table, dsn=database)
    assert "Loaded 2 calls (2 succeeded, 0 failed)" in loaded.stdout, loaded.stderr


def test_a_format_may_be_named(pgkit, tmp_path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(f"{HEADER}\n{GOOD}\n")
    unknown = pgkit("load", "--format", "nothing", "--explain", file)
    assert 'there is no format "nothing"' in unknown.stderr
    assert "litellm" in unknown.stderr
    file.write_text(json.dumps(CALL))
    wrong = pgkit("load", "--format", "vllm", "--explain", file)
    assert "1: there is none of the lists input_lens, output_lens" in wrong.stdout


def test_explain_says_what_the_file_does_not_have(pgkit) -> None:
    sample = Path(__file__).parent.parent / "pgkit/formats/llmperf.sample.json"
    hint = "The file has no times. Give the time of the run with --set call_timestamp="
    explained = pgkit("load", "--explain", sample)
    assert f"Note: call_timestamp: {hint}" in explained.stdout
    named = pgkit("load", "--explain", sample, "--set", "call_timestamp=2026-11-20T10:00:00Z")
    assert hint not in named.stdout


def test_only_a_duration_that_is_missing_says_that_a_call_is_not_over(pgkit, tmp_path) -> None:
    file = tmp_path / "log.jsonl"
    line = {"schemaType": "x", "schemaVersion": 1, "requestId": "a", "modelId": "m"}
    line |= {"operation": "InvokeModel", "timestamp": "2026-11-20T10:00:00Z"}
    file.write_text(json.dumps(line))
    explained = pgkit("load", "--explain", file)
    assert "1: response_time_ms must be given for a call that succeeded" in explained.stdout

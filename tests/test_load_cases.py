"""Every small file that broke us, or that we should take, through the command."""

import os
from pathlib import Path

import pytest

CASES = Path(__file__).parent.parent.parent / "shared" / "cases"
CASES = Path(os.environ.get("PGKIT_CASES", CASES))
TIME = ("--set", "call_timestamp=2026-11-20T10:00:00Z")
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the cases are not there")

# The file, options, what is printed, and what stands in the talk.
LOADED = [
    ("01-openrouter-activity.csv", (), "3 calls (2 succeeded, 1 failed: 1 cancelled)", ""),
    ("02-litellm-spend-logs.jsonl", (), "2 calls (1 succeeded, 1 failed: 1 Timeout)", "litellm"),
    ("02b-litellm-spend-logs-with-duration.jsonl", (), "2 calls (1 succeeded, 1 failed", ""),
    (
        "03-langfuse-observations.jsonl",
        ("--skip-bad",),
        "2 calls (1 succeeded, 1 failed: 1 Rate limit reached)",
        "Skipped 1 bad line",
    ),
    ("04-aiperf-profile_export.jsonl", (), "2 calls (1 succeeded, 1 failed", "nanoseconds"),
    ("05-jmeter.jtl", (), "2 calls (1 succeeded, 1 failed", "milliseconds since 1970"),
    ("06-vllm-bench-detailed.json", TIME, "2 calls (2 succeeded, 0 failed)", "vllm"),
    ("07-llmperf-individual.json", TIME, "2 calls (1 succeeded, 1 failed: 1 429)", "llmperf"),
    ("08-bedrock-invocation.jsonl", (), "1 failed: 1 ThrottlingException", "0 ms for failed calls"),
    ("10-phoenix-spans.csv", (), "1 call (1 succeeded, 0 failed)", "no model call"),
    ("10b-otel-file-exporter.jsonl", (), "1 call (0 succeeded, 1 failed: 1 error)", "otlp"),
    ("11-big-unused-field.csv.gz", (), "2 calls (2 succeeded", "column input"),
    ("12-utf16-powershell.csv", (), "1 call (1 succeeded", ""),
    ("13-excel-sep.csv", (), "1 call (1 succeeded", ""),
    ("14-null-text.csv", ("--null", "NULL"), "1 call (1 succeeded", ""),
    ("15-error-false.jsonl", (), "6 calls (6 succeeded, 0 failed)", ""),
    ("16-truncated-last-line.jsonl", ("--skip-bad",), "1 call (1 succeeded", "half a line"),
    ("16b-truncated-last-line.csv", ("--skip-bad",), "1 call (1 succeeded", "half a line"),
    ("17-spaces-after-commas.csv", (), "1 call (1 succeeded", ""),
    ("18-long-error.csv", (), "2 calls (1 succeeded, 1 failed", "cut to 200 characters (1)"),
    ("21-epoch-ms.jsonl", (), "1 call (1 succeeded", "timestamp: milliseconds since 1970"),
    ("22-pgbouncer-many-configs.csv", (), "60 calls (60 succeeded", ""),
    ("24-local-day-ist.csv", (), "from 2026-11-19 18:15 to 2026-11-20 18:45 UTC", ""),
    ("25-zero-ms-failures.csv", (), "(10 succeeded, 15 failed: 15 Timeout)", ""),
    (
        "26-duplicate-string-ids.jsonl",
        (),
        "1 call, skipped 1 recorded before (of all 2: 2 succeeded",
        "",
    ),
]
REFUSED = [
    ("03-langfuse-observations.jsonl", "2: the call is not over", "--skip-bad"),
    ("06-vllm-bench-detailed.json", "1: no column for call_timestamp", "--set call_timestamp="),
    ("07-llmperf-individual.json", "1: no column for call_timestamp", "--set call_timestamp="),
    (
        "14-null-text.csv",
        '2: first_token_ms must be a number, got "NULL"',
        "--null NULL",
    ),
    ("16-truncated-last-line.jsonl", "2: half a line", "--skip-bad"),
    ("16b-truncated-last-line.csv", "3: half a line", "--skip-bad"),
    ("20-time-zones-silent.csv", "2: call_timestamp must say which time it is", "--zone"),
]


@pytest.mark.parametrize(("name", "options", "result", "talk"), LOADED)
def test_a_case_loads(pgkit, database, tmp_path, name, options, result, talk) -> None:
    if "--skip-bad" in options:
        options = (*options, "--bad-file", str(tmp_path / "bad"))
    loaded = pgkit("load", CASES / name, *options, dsn=database)
    assert loaded.returncode == 0, loaded.stderr
    assert result in loaded.stdout
    assert talk in loaded.stderr


@pytest.mark.parametrize(("name", "reason", "hint"), REFUSED)
def test_a_case_is_refused_with_a_hint(pgkit, database, connection, name, reason, hint) -> None:
    refused = pgkit("load", CASES / name, dsn=database)
    assert refused.returncode == 1
    assert f"{name}:{reason}" in refused.stderr
    assert hint in refused.stderr
    assert connection.execute("select count(*) from perf.performance_metrics_raw").fetchone() == (
        0,
    )


def test_each_zone_that_postgresql_guesses_is_refused(pgkit, database, tmp_path) -> None:
    header, *lines = (CASES / "20-time-zones-silent.csv").read_text().splitlines()
    lines += [f"gpt-4o,chat,812,{time}" for time in ("now", "tomorrow", "2026-11-20 10:00 EST")]
    for line in lines:
        file = tmp_path / "calls.csv"
        file.write_text(f"{header}\n{line}\n")
        refused = pgkit("load", file, dsn=database)
        assert "call_timestamp must say which time it is" in refused.stderr, line
    for time in ("10:00:00Z", "10:00:00 UTC", "10:00+05:30", "10:00 Asia/Kolkata"):
        file.write_text(f"{header}\ngpt-4o,chat,812,2026-11-20 {time}\n")
        assert pgkit("load", file, dsn=database).returncode == 0, time

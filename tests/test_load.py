"""Loading files: formats, names, conversions, what is refused and where, ids."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from pgkit import load
from pgkit.database import Failure, connect

pytestmark = pytest.mark.once

HEADER = "timestamp,model,tool,latency_ms"
GOOD = "2020-01-06T10:00:00Z,acme/one,chat,12.5"
COLUMNS = (
    "m.name, t.name, r.response_time_ms, r.success, c.parameters, r.input_tokens,"
    " r.output_tokens, r.error_type, r.first_token_ms, r.call_timestamp at time zone 'UTC', r.id"
)


def recorded(connection: psycopg.Connection, columns: str = COLUMNS) -> list[tuple]:
    return connection.execute(
        f"select {columns} from perf.performance_metrics_raw as r"
        " join perf.model_tool_configs as c on c.id = r.model_tool_config_id"
        " join perf.models as m on m.id = c.model_id"
        " join perf.tools as t on t.id = c.tool_id"
        " order by r.call_timestamp, r.response_time_ms"
    ).fetchall()


def count(connection: psycopg.Connection) -> int:
    row = connection.execute("select count(*) from perf.performance_metrics_raw").fetchone()
    assert row is not None
    return row[0]


def refusal(dsn: str, *files: Path) -> str:
    """Load files that cannot be, and return why."""
    with pytest.raises(Failure) as failure, connect(dsn) as opened:
        load.load_calls(opened, files)
    return failure.value.message


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_csv_columns_are_found_by_name_and_alias(pgkit, database, connection, tmp_path) -> None:
    file = write(
        tmp_path / "calls.csv",
        "Timestamp,MODEL,tool_name,latency_ms,ok,params,prompt_tokens,completion_tokens,"
        "error,ttft_ms,note",
        '2020-01-06T10:00:00Z,acme/one,chat,12.5,yes,"{""temperature"": 1, ""user"": 7}",'
        "5,6,,3.25,hello",
        "2020-01-06 12:30:00.25+02:00,acme/one,chat,1e3,,,7.0,,timeout,,",
    )
    loaded = pgkit("load", file, dsn=database)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout == (
        "Loaded 2 calls (1 succeeded, 1 failed: 1 timeout), from 2020-01-06 10:00 to 10:30 UTC.\n"
    )
    assert "Not loaded: column note\n" in loaded.stderr
    assert "`pgkit trends MODEL TOOL --from 2020-01-06` shows them at once" in loaded.stderr
    assert "The next cleanup removes raw calls older than 7 days, hours older than" in loaded.stderr
    first, second = recorded(connection)
    assert first[:6] == ("acme/one", "chat", 12.5, True, {"temperature": 1, "user": 7}, 5)
    assert first[6:9] == (6, None, 3.25)
    assert second[2:9] == (1000.0, False, {}, 7, None, "timeout", None)
    assert str(second[9]) == "2020-01-06 10:30:00.250000"


def test_json_lines_may_each_have_other_keys(pgkit, database, connection, tmp_path) -> None:
    call = {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 12}
    lines = [
        {**call, "call_timestamp": "2020-01-06T10:00:00Z", "parameters": {"max_tokens": 5}},
        {**call, "success": False, "error_type": "back\\slash", "call_timestamp": 1578305100.5},
        {"call_timestamp": "2020-01-06T10:10:00Z", **call, "input_tokens": None},
    ]
    file = write(tmp_path / "calls", "", *map(json.dumps, lines))
    loaded = pgkit("load", "--json", file, dsn=database)
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout)["loaded"] == 3
    rows = recorded(connection)
    assert [row[4] for row in rows] == [{"max_tokens": 5}, {}, {}]
    assert (rows[1][3], rows[1][7], str(rows[1][9])) == (
        False,
        "back\\slash",
        "2020-01-06 10:05:00.500000",
    )


def test_numbers_of_json_are_loaded_as_they_are(pgkit, database, connection, tmp_path) -> None:
    call = {"model": "gpt-4o", "tool": "chat", "timestamp": "2020-01-06T10:00:00Z"}
    fields = ("latency_ms", "ttft_ms", "prompt_tokens", "completion_tokens", "cached_tokens")
    given = [
        dict.fromkeys((*fields, "cost"), 0),
        dict.fromkeys((*fields, "cost"), 0.0),
        {**dict.fromkeys(fields, 1), "cost": 1e-8},
        {**dict.fromkeys(fields, "1"), "cost": "1e-8"},
    ]
    file = write(tmp_path / "calls", "", *(json.dumps({**call, **numbers}) for numbers in given))
    assert pgkit("load", file, dsn=database).returncode == 0
    assert connection.execute(
        """select response_time_ms, first_token_ms, input_tokens, output_tokens,
            cached_input_tokens, cost
           from perf.performance_metrics_raw
           order by ctid"""
    ).fetchall() == [(0,) * 6, (0,) * 6, (*(1,) * 5, 1e-8), (*(1,) * 5, 1e-8)]


def test_a_flag_is_no_count_also_after_the_number_that_python_holds_equal(
    pgkit, database, tmp_path
) -> None:
    call = {"model": "gpt-4o", "tool": "chat", "latency_ms": 5, "timestamp": "2020-01-06T10:00Z"}
    file = write(
        tmp_path / "calls",
        "",
        *(json.dumps({**call, "input_tokens": tokens}) for tokens in (1, 1.0, True)),
    )
    refused = pgkit("load", file, dsn=database)
    assert refused.returncode == 1
    assert ':4: input_tokens must be a whole number, got "true"' in refused.stderr


def test_the_time_that_calls_span_is_that_of_loaded_ones(pgkit, database, tmp_path) -> None:
    call = {"model": "gpt-4o", "tool": "chat", "latency_ms": 5, "timestamp": "2020-01-06T10:00Z"}
    bad = {**call, "timestamp": "2020-01-07T10:00Z", "latency_ms": -1}
    file = write(tmp_path / "calls", "", json.dumps(call), json.dumps(bad))
    loaded = pgkit("load", "--skip-bad", file, dsn=database)
    assert "from 2020-01-06 10:00 to 10:00 UTC" in loaded.stdout


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_json_may_end_in_any_way(database, tmp_path, end) -> None:
    call = {"model": "gpt-4o", "tool": "chat", "latency_ms": 5, "timestamp": "2020-01-06T10:00Z"}
    lines = [json.dumps(call), "", json.dumps(call), json.dumps({**call, "latency_ms": -1})]
    file = tmp_path / "calls"
    file.write_bytes(end.join([*lines, ""]).encode())
    assert refusal(database, file).startswith(f"{file}:4: response_time_ms must be")


def test_what_stands_for_no_error_is_none_and_spaces_around_values_are_not_kept(
    pgkit, database, connection, tmp_path
) -> None:
    call = {"model": "gpt-4o", "tool": "chat", "latency_ms": 812, "timestamp": "2020-01-06T10:00Z"}
    nothing = [False, 0, {}, [], "", None, "None", "NaN"]
    file = write(tmp_path / "calls", "", *(json.dumps({**call, "error": none}) for none in nothing))
    padded = write(
        tmp_path / "padded.csv",
        "model, tool, latency_ms, timestamp, error",
        *(f"gpt-4o, chat, 812, 2020-01-06T10:00Z, {error}" for error in ("false", "timeout", "")),
    )
    for path in (file, padded):
        loaded = pgkit("load", path, dsn=database)
        assert loaded.returncode == 0, loaded.stderr
    assert connection.execute(
        """select m.name, t.name, r.error_type, count(*), bool_and(r.success)
        from perf.performance_metrics_raw as r
        join perf.model_tool_configs as c on c.id = r.model_tool_config_id
        join perf.models as m on m.id = c.model_id
        join perf.tools as t on t.id = c.tool_id
        group by 1, 2, 3 order by 4"""
    ).fetchall() == [
        ("gpt-4o", "chat", "timeout", 1, False),
        ("gpt-4o", "chat", None, len(nothing) + 2, True),
    ]


@pytest.mark.parametrize("is_json", [True, False])
def test_gzip_is_known_by_its_content_and_stdin_is_read(
    pgkit, database, connection, is_json
) -> None:
    lines = f"{HEADER}\n{GOOD}\n"
    if is_json:
        lines = json.dumps(dict(zip(HEADER.split(","), GOOD.split(","), strict=True)))
    command = [sys.executable, "-m", "pgkit", "--dsn", database, "load", "-"]
    packed = subprocess.run(
        command, input=gzip.compress(lines.encode()), capture_output=True, check=False
    )
    assert packed.returncode == 0, packed.stderr
    plain = subprocess.run(command, input=lines.encode(), capture_output=True, check=False)
    assert plain.returncode == 0, plain.stderr
    assert [row[2] for row in recorded(connection)] == [12.5, 12.5]


def test_a_mapping_converts_units_and_a_constant_fills_in(
    pgkit, database, connection, tmp_path
) -> None:
    file = write(
        tmp_path / "calls.csv",
        "provider;model;end_to_end_latency_s;ttft_s;at_ms",
        "acme;acme/one;1.5;0.25;1578304800500",
    )
    loaded = pgkit(
        "load",
        file,
        *("--map", "end_to_end_latency_s*1000=response_time_ms"),
        *("--map", "ttft_s*1e3=first_token_ms"),
        *("--map", "AT_MS/1000=call_timestamp"),
        *("--set", "tool_name=chat"),
        dsn=database,
    )
    assert loaded.returncode == 0, loaded.stderr
    (row,) = recorded(connection)
    assert (row[1], row[2], row[8], str(row[9])) == (
        "chat",
        1500.0,
        250.0,
        "2020-01-06 10:00:00.500000",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",acme/one,chat,1", "call_timestamp must be given, got null"),
        ("2020-01-06,,chat,1", "model_name must have 1 to 200 characters, got null"),
        ("2020-01-06,acme/one, ,1", "tool_name must have 1 to 200 characters, got null"),
        (f"2020-01-06,{'x' * 201},chat,1", "model_name must have 1 to 200 characters, got"),
        ("2020-01-06,acme/one,chat,", "response_time_ms must be given for a call that succeeded"),
        ("2020-01-06,acme/one,chat,-1", 'response_time_ms must be between 0 and 1e10, got "-1"'),
        ("2020-01-06,acme/one,chat,NaN", 'response_time_ms must be between 0 and 1e10, got "NaN"'),
        ("2020-01-06,acme/one,chat,inf", "response_time_ms must be between 0 and 1e10, got"),
        ("2020-01-06,acme/one,chat,1e11", "response_time_ms must be between 0 and 1e10, got"),
        ("2020-01-06,acme/one,chat,1_0", 'response_time_ms must be a number, got "1_0"'),
        ("2020-01-06,acme/one,chat,fast", 'response_time_ms must be a number, got "fast"'),
        ("9999-12-31,acme/one,chat,1", "call_timestamp must be between 1970 and tomorrow, got"),
        ("1969-12-31,acme/one,chat,1", "call_timestamp must be between 1970 and tomorrow, got"),
        ("2020-13-01,acme/one,chat,1", "date/time field value out of range"),
        ("soon,acme/one,chat,1", "invalid input syntax for type timestamp with time zone"),
        ("2020-01-06,acme/one,chat", "3 fields, but the first line has 4"),
        ('2020-01-06,"acme/one"x,chat,1', "',' expected after '\"'"),
        ("2020-01-06,acme/one,\udcff,1", "not UTF-8"),
        ("2020-01-06,acme/one,a\0b,1", "PostgreSQL text fields cannot contain NUL"),
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
    assert connection.execute("select count(*) from perf.models").fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model_name": 5}, 'model_name must be a string, got "5"'),
        ({"parameters": [1]}, 'parameters must be a JSON object, got "[1]"'),
        ({"parameters": {"x": "y" * 70000}}, "parameters must be at most 64 KB, got"),
        ({"input_tokens": -1}, "input_tokens must not be negative, got -1"),
        ({"output_tokens": 2**31}, 'value "2147483648" is out of range for type integer'),
        ({"input_tokens": 1.5}, 'input_tokens must be a whole number, got "1.5"'),
        ({"error_type": {"type": "x"}}, "error_type must be a text, not a JSON object or array"),
        ({"first_token_ms": float("inf")}, "first_token_ms must be between 0 and 1e10"),
        ({"success": "maybe"}, 'success must be true or false, got "maybe"'),
        ({"cached_input_tokens": 2, "input_tokens": 1}, "cached_input_tokens and cache_write_tok"),
        ({"reasoning_tokens": 2, "output_tokens": 1}, "reasoning_tokens must be a part of output"),
        ({"cost": -1}, "cost must be between 0 and 1e9, got -1"),
        ({"cost": "free"}, 'cost must be a number, got "free"'),
        ({"parameters": "{a}"}, 'parameters must be JSON, got "{a}"'),
    ],
)
def test_a_bad_value_in_json_is_refused_as_record_call_does(
    database, connection, tmp_path, change, reason
) -> None:
    call = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    file = write(tmp_path / "calls.jsonl", json.dumps(call), json.dumps({**call, **change}))
    assert refusal(database, file).startswith(f"{file}:2: {reason}")
    assert count(connection) == 0


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('{"model": "x",\n}', ":1", "not JSON"),
        ("[1]", ":1", 'must be an object, got "1"'),
        ("{}\n", ":1", "no column for model_name"),
        ("model,tool,latency_ms\n", ":1", "no column for call_timestamp"),
        ("model,model,tool,ts,latency_ms\n", ":1", 'model_name may be "model" or "model"'),
        (
            f'{HEADER},n\n2020-01-06,m,chat,1,"a\nb"\n2020-01-06,m,chat,x,\n',
            ":4",
            "response_time_ms must be a",
        ),
        (f'{HEADER}\n2020-01-06,m,"chat', ":2", "half a line: unexpected end of data"),
        ("\x1f\ufffd", ":1", "no column"),
        ("\x7fELF\0\0,\n\0\n", ":1", "this is no text"),
        ('\n<?xml version="1.0"?>\n<testResults version="1.2">\n', ":2", "XML or HTML is not read"),
        ("<!DOCTYPE html><html>log in</html>", ":1", "XML or HTML is not read"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(database, tmp_path, text, place, reason) -> None:
    file = tmp_path / "calls"
    file.write_text(text, encoding="utf-8")
    assert refusal(database, file).startswith(f"{file}{place}: {reason}")


def test_a_bedrock_call_without_a_time_says_why(pgkit, database, tmp_path) -> None:
    record = {
        "timestamp": "2026-04-17T14:21:50Z",
        "requestId": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
        "operation": "InvokeModel",
        "modelId": "cohere.command-r-plus-v1:0",
        "input": {"inputTokenCount": 8},
        "output": {"outputBodyJson": {"text": "Hello"}, "outputTokenCount": 20},
        "schemaType": "ModelInvocationLog",
    }
    file = write(tmp_path / "log.json", json.dumps(record))
    failed = pgkit("load", file, dsn=database)
    assert f"Error: {file}:1: response_time_ms must be given" in failed.stderr
    assert "Hint: Bedrock logs no time of InvokeModel without a stream." in failed.stderr


def test_a_refusal_is_one_error_and_one_hint(pgkit, database, tmp_path) -> None:
    file = write(tmp_path / "calls.csv", HEADER, "2020-01-06,acme/one,chat,-1")
    failed = pgkit("load", file, dsn=database)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == (
        f'Error: {file}:2: response_time_ms must be between 0 and 1e10, got "-1"\n'
        "Hint: Nothing was loaded.\n"
    )


def test_a_damaged_gzip_file_loads_nothing(pgkit, database, connection, tmp_path) -> None:
    file = tmp_path / "calls.csv.gz"
    file.write_bytes(gzip.compress(f"{HEADER}\n{GOOD}\n".encode() * 1)[:-9])
    failed = pgkit("load", file, dsn=database)
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"Error: {file}: ")
    assert count(connection) == 0


def test_of_a_gzip_file_that_is_cut_short_what_can_be_read_is_loaded_with_skip_bad(
    pgkit, database, connection, tmp_path
) -> None:
    file = tmp_path / "calls.csv.gz"
    lines = [GOOD.replace("12.5", str(number)) for number in range(30_000)]
    file.write_bytes(gzip.compress("\n".join([HEADER, *lines]).encode())[:-9000])
    loaded = pgkit("load", "--skip-bad", file, dsn=database)
    assert loaded.returncode == 0, loaded.stderr
    assert "the rest of the file cannot be read: Compressed file ended" in loaded.stderr
    assert 1000 < count(connection) < 30_000


def test_a_file_that_does_not_name_the_model_says_so(pgkit, database, tmp_path) -> None:
    file = tmp_path / "responses.json"
    sample = {"end_to_end_latency_s": 3.2, "ttft_s": 0.4, "error_code": None, "error_msg": ""}
    counts = ("number_total_tokens", "number_output_tokens", "number_input_tokens")
    sample |= dict.fromkeys(("inter_token_latency_s", *counts), 5)
    file.write_text(json.dumps([sample]))
    given = ("--set", "call_timestamp=2020-01-06T10:00Z")
    told = 'model_name: "unknown" is what is loaded, because the file does not name it: use --set'
    assert told in pgkit("load", file, *given, dsn=database).stderr
    named = pgkit("load", file, *given, "--set", "model_name=acme/one", dsn=database)
    assert named.returncode == 0 and told not in named.stderr


def test_an_empty_file_is_no_calls(pgkit, database, tmp_path) -> None:
    for text in ("", "\n", f"{HEADER}\n"):
        (tmp_path / "calls.csv").write_text(text)
        loaded = pgkit("load", tmp_path / "calls.csv", dsn=database)
        assert (loaded.returncode, loaded.stdout) == (0, "Loaded 0 calls.\n")


@pytest.mark.parametrize(
    "option",
    [
        ("--map", "x=latency"),
        ("--map", "=tool_name"),
        ("--map", "x*2=model_name"),
        ("--map", "x/0=response_time_ms"),
        ("--set", "tool=chat"),
    ],
)
def test_a_wrong_mapping_is_misuse(pgkit, database, tmp_path, option) -> None:
    file = write(tmp_path / "calls.csv", HEADER, GOOD)
    assert pgkit("load", file, *option, dsn=database).returncode == 2


def test_a_mapping_of_a_column_that_is_not_there_is_refused(pgkit, database, tmp_path) -> None:
    csv = write(tmp_path / "calls.csv", HEADER, GOOD)
    failed = pgkit("load", csv, "--map", "tokens=input_tokens", dsn=database)
    assert f'{csv}:1: no column "tokens"' in failed.stderr
    call = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    lines = write(tmp_path / "calls.jsonl", json.dumps(call))
    failed = pgkit("load", lines, "--map", "tokens=input_tokens", dsn=database)
    assert 'no line has the key "tokens"' in failed.stderr


def test_calls_with_an_id_are_loaded_once(pgkit, database, connection, tmp_path) -> None:
    ids = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(3)]
    lines = [f"{GOOD},{identifier}" for identifier in ids]
    file = write(tmp_path / "calls.csv", f"{HEADER},call_id", lines[0], lines[1], lines[0], GOOD)
    assert pgkit("load", file, dsn=database).returncode == 1
    file = write(tmp_path / "calls.csv", f"{HEADER},call_id", *lines[:2], lines[0], f"{GOOD},")
    loaded = json.loads(pgkit("load", "--json", file, dsn=database).stdout)
    assert (loaded["loaded"], loaded["skipped"]) == (3, 1)
    file = write(tmp_path / "more.csv", f"{HEADER},call_id", *lines)
    loaded = json.loads(pgkit("load", "--json", file, dsn=database).stdout)
    assert (loaded["loaded"], loaded["skipped"]) == (1, 2)
    assert count(connection) == 4


def test_record_call_and_load_know_each_others_ids(pgkit, database, connection, tmp_path) -> None:
    identifier = "016f7a1a-9800-7000-8000-000000000001"
    file = write(
        tmp_path / "calls.csv", "model,tool,latency_ms,call_id", f"acme/one,chat,5,{identifier}"
    )
    assert json.loads(pgkit("load", "--json", file, dsn=database).stdout)["loaded"] == 1
    again = connection.execute(
        "select perf.record_call('acme/one', 'chat', 5, call_id => %s)", [identifier]
    )
    assert again.fetchone() == (False,)


def test_parameters_that_do_not_matter_share_a_configuration(
    pgkit, database, connection, tmp_path
) -> None:
    call = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    lines = [{**call, "parameters": {"temperature": n % 2, "request": n}} for n in range(50)]
    file = write(tmp_path / "calls.jsonl", *map(json.dumps, lines))
    assert pgkit("load", file, dsn=database).returncode == 0
    rows = connection.execute(
        "select c.parameters -> 'temperature', count(*) from perf.performance_metrics_raw as r"
        " join perf.model_tool_configs as c on c.id = r.model_tool_config_id group by 1 order by 1"
    ).fetchall()
    assert rows == [(0, 25), (1, 25)]


def test_loaded_calls_are_rolled_up_like_others(pgkit, database, connection, tmp_path) -> None:
    file = write(tmp_path / "calls.csv", HEADER, *[GOOD] * 3000)
    assert pgkit("load", file, dsn=database).returncode == 0
    assert "calls\t3000\n" in pgkit("aggregate", dsn=database).stdout
    assert "calls\t0\n" in pgkit("aggregate", dsn=database).stdout


def test_a_user_who_may_not_load_is_told(pgkit, database, connection, tmp_path) -> None:
    name = f"recorder_{connection.info.dbname}"
    connection.execute(f"create role {name} login in role perf_recorder".encode())
    try:
        dsn = psycopg.conninfo.make_conninfo(database, user=name)
        failed = pgkit("load", write(tmp_path / "calls.csv", HEADER, GOOD), dsn=dsn)
        assert failed.returncode == 1
        assert "may not write perf.performance_metrics_raw" in failed.stderr
    finally:
        connection.execute(f"drop role {name}".encode())

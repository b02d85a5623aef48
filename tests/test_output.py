"""Tables on terminals of any width, plain text in pipes, and how commands end early."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime

import psycopg
import pytest
import terminal
from hypothesis import given
from hypothesis import strategies as st
from pipeline import wait_for
from rich.cells import cell_len
from rich.console import Console

from pgkit import configs, reports
from pgkit.output import Column, cut, exact, make_table, percent, shown, wrap_title

pytestmark = pytest.mark.once

WIDTHS = (80, 100, 120)
MODELS = (
    "openai/gpt-4o-2024-11-20-some-long-suffix",
    "x" * 100 + "/" + "y" * 99,
    "阿里巴巴/通义千问-最大版本-二零二四年十一月",
    "חברה/מודל-שפה-גדול-מאוד",
    "acme/👨‍👩‍👧‍👦-family-model",
    "acme/[bold]red[/bold]",
)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(
    lambda time: time.replace(tzinfo=UTC)
)
VALUES = {
    "middle": st.text(max_size=200),
    "end": st.none() | st.text(max_size=200),
    "time": st.none() | TIMES,
    "count": st.none() | st.integers(0, 10**12),
    "share": st.none() | st.floats(0, 1),
    "ms": st.none() | st.floats(0, 1e10),
}
COLUMNS = {
    "middle": Column("middle", "name", "middle", is_needed=True),
    "end": Column("end", "a long heading", "end"),
    "time": Column("time", "from"),
    "count": Column("count", "calls"),
    "share": Column("share", "success %", show=percent),
    "ms": Column("ms", "p50"),
}


def drawn_lines(rows, columns, width: int) -> tuple[list[str], list[str]]:
    table, left_out = make_table(rows, columns, width)
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue().split("\n")[:-1], left_out


@given(
    rows=st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=4),
    keys=st.permutations(list(VALUES)),
    width=st.integers(60, 200),
)
def test_a_row_is_a_line_and_no_number_or_heading_is_cut(rows, keys, width) -> None:
    columns = [COLUMNS[key] for key in keys]
    lines, left_out = drawn_lines(rows, columns, width)
    assert len(lines) == len(rows) + 2
    assert max(map(cell_len, lines)) <= width
    there = [column for column in columns if column.heading not in left_out]
    for column in there:
        cells = [column.show(row[column.key]) for row in rows]
        if column is there[0] or any(cells):
            assert column.heading in lines[0]
        if not column.cut:
            for cell, line in zip(cells, lines[2:], strict=True):
                assert cell in line


@given(
    text=st.text(max_size=60), width=st.integers(3, 60), place=st.sampled_from(["middle", "end"])
)
def test_a_text_is_cut_to_a_width_and_keeps_its_ends(text, width, place) -> None:
    short = cut(text, width, place)
    assert cell_len(short) <= width
    if short != text:
        start, end = short.split("…", 1) if text.count("…") == 0 else (short[0], "")
        assert text.startswith(start)
        assert text.endswith(end)


def test_a_title_is_broken_between_its_parts() -> None:
    title = "acme/one, chat; all calls; times in ms; 2026-11-20 10:00 to 11:31 UTC"
    assert wrap_title(title, 80) == title
    assert wrap_title(title, 60).split("\n") == [
        "acme/one, chat; all calls; times in ms;",
        "2026-11-20 10:00 to 11:31 UTC",
    ]


def test_the_least_important_columns_go_first() -> None:
    row = dict.fromkeys("abcd", 1234567890)
    columns = [Column(key, f"heading {key}") for key in row]
    for width, left_out in (
        (61, []),
        (58, []),
        (57, ["heading d"]),
        (30, ["heading c", "heading d"]),
    ):
        assert make_table([row], columns, width)[1] == left_out


def test_a_column_without_values_takes_no_room() -> None:
    lines, left_out = drawn_lines(
        [{"a": None, "b": None, "c": 1}], [Column(key, key) for key in "abc"], 80
    )
    assert (lines[0].split(), left_out) == (["a", "c"], [])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (28431022, "28,431,022"),
        (812.4, "812"),
        (12.345, "12.35"),
        (0.0, "0.00"),
        (0.000001, "1e-06"),
        (99.999, "100"),
        (True, "yes"),
        (None, ""),
        ({}, "none"),
        (
            {"max_tokens": 4096, "streaming": True, "mode": "deep"},
            "max_tokens=4096, streaming=true, mode=deep",
        ),
        (datetime(2026, 11, 20, 10, 0, 59, tzinfo=UTC), "2026-11-20 10:00"),
    ],
)
def test_people_read_the_digits_that_matter(value, text) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(1, "100.00"), (0.999999, ">99.99"), (0, "0.00"), (0.000001, "0.0001"), (None, "")],
)
def test_a_rare_failure_is_not_rounded_away(share, text) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.6666666666666666, "0.666667"),
        (780.0, "780"),
        (0.0, "0"),
        (1.4e-07, "0.00000014"),
        (-0.0001234567, "-0.000123457"),
        (float("nan"), "nan"),
        (1e10, "10000000000"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x9b", "\\u001b[31mred\\u009b"),
        ("\u202eabc", "\\u202eabc"),
    ],
)
def test_programs_read_whole_values_on_one_line(value, text) -> None:
    assert exact(value) == text


def test_no_heading_is_a_name_of_sql() -> None:
    lists = [value for module in (reports, configs) for value in vars(module).values()]
    columns = [
        column
        for value in lists
        if isinstance(value, tuple)
        for column in value
        if isinstance(column, Column)
    ]
    assert len(columns) > 30
    assert [column.heading for column in columns if "_" in column.heading] == []


@pytest.fixture
def nasty(database, connection) -> str:
    """A database with long, wide and strange names, nulls and huge numbers."""
    for place, model in enumerate(MODELS):
        connection.execute(
            "select perf.record_call(%s, %s, %s, error_type => %s, first_token_ms => %s,"
            " output_tokens => 2147483647, parameters => '{\"temperature\": 0.7}')",
            [
                model,
                ("chat", "聊天", "t" * 150)[place % 3],
                (812.4, 1e10, 0.000001)[place % 3],
                (None, "timeout", "the upstream server said no " * 7)[place % 3],
                (None, 120.5)[place % 2],
            ],
        )
    save = "select perf.save_model_config(%s, %s, %s, %s, true)"
    connection.execute(save, ["sdxl", "baseline", "{}", None])
    connection.execute(save, ["sdxl", "turbo " * 15, '{"a": 1}', "because of posters " * 20])
    connection.execute(save, ["文字到图像", "中文配置名称", '{"a": 1}', "备注" * 50])
    connection.execute("select perf.rollback_model_config('sdxl')")
    connection.execute(
        "select perf.request_activation(perf.find_model_config('sdxl@2'), %s)", ["please " * 30]
    )
    connection.execute("select perf.register_model('acme/[bold]red[/bold]', model_type => 'sdxl')")
    return database


@pytest.mark.once
@pytest.mark.parametrize("width", WIDTHS)
def test_every_table_fits_its_terminal(nasty, width) -> None:
    hours = ["--from", "2h", "--to", "2100-01-01"]
    for command, rows, heading in (
        (["trends", MODELS[0], "chat", *hours], 1, "from"),
        (["compare", *hours], 6, "model"),
        (["errors", *hours], 4, "model"),
        (["percentiles", "0.5", "0.999", *hours], 12, "model"),
        (
            ["percentiles", "0.5", *hours]
            + [part for group in reports.GROUP_COLUMNS for part in ("--by", group)],
            6,
            "model",
        ),
        (["configs", "list"], 3, "config"),
        (["configs", "history"], 4, "config"),
        (["configs", "requests"], 1, "request"),
        (["configs", "impact", "sdxl"], 6, "metric"),
    ):
        lines = terminal.show(nasty, *command, width=width).split("\n")
        assert max(map(cell_len, lines)) <= width, command
        (start,) = [place for place, line in enumerate(lines) if re.match(rf"{heading}\b +", line)]
        assert set(lines[start + 1]) == {"─"}, command
        table = lines[start + 2 :]
        assert len(table) == rows + 1, (command, lines)
        assert table[-1] == ""
        # A wrapped cell would make a line that begins with nothing.
        assert heading == "request" or all(line[0] != " " for line in table[:-1]), command


def test_checks_and_facts_are_wrapped_between_words(nasty) -> None:
    for command, words in (
        (["doctor"], "once with pg_cron, or keep `pgkit worker` running."),
        (["configs", "show", "sdxl@2"], ("because of posters " * 20).strip()),
    ):
        told = terminal.show(nasty, *command)
        assert max(map(cell_len, told.split("\n"))) <= 80, command
        assert words in " ".join(told.split()), command


def test_a_terminal_is_told_which_columns_are_missing(nasty, capfd) -> None:
    terminal.show(nasty, "configs", "list", width=60)
    told = " ".join(capfd.readouterr().err.split())
    assert told.startswith("Not shown: ")
    assert told.endswith("saved. A wider terminal, a pipe or --json shows all.")


def test_a_pipe_is_told_whose_times_it_gets(pgkit, nasty) -> None:
    done = pgkit("compare", "--outcome", "error", dsn=nasty)
    assert done.stderr.startswith("failed calls; ")
    assert len(done.stdout.splitlines()) == 7


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_unicode_gets_a_table(nasty, encoding) -> None:
    for command in (["compare"], ["configs", "show", "文字到图像"]):
        text = terminal.show(nasty, *command, PYTHONIOENCODING=encoding)
        assert text.isascii()
        assert "Traceback" not in text
        assert max(map(len, text.split("\n"))) <= 80
    trends = terminal.show(nasty, "trends", MODELS[0], "chat", PYTHONIOENCODING=encoding)
    assert trends.isascii()


def test_no_colour_is_shown_where_none_is_wanted(nasty) -> None:
    for command in (["compare"], ["configs", "diff", "sdxl@1", "sdxl@2"]):
        coloured = terminal.show(nasty, *command, TERM="xterm-256color")
        assert "\x1b[" in coloured, command
        assert "\x1b[" not in terminal.show(nasty, *command, TERM="dumb")
        plain = terminal.show(nasty, *command, TERM="xterm-256color", NO_COLOR="1")
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", plain), command


def test_json_is_whole_where_only_ascii_is_taken(nasty) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pgkit", "compare", "--json", "--from", "2h", "--to", "2100-01-01"],
        env={**os.environ, "DATABASE_URL": nasty, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert {row["model"] for row in json.loads(done.stdout.decode("ascii"))} == set(MODELS)


def test_a_reader_that_stops_early_sees_no_traceback(nasty) -> None:
    command = [sys.executable, "-m", "pgkit", "percentiles", *(f"0.{n:03}" for n in range(200))]
    with subprocess.Popen(
        command,
        env={**os.environ, "DATABASE_URL": nasty},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read().startswith("all calls; ")


def test_ctrl_c_ends_a_command_with_130_and_one_line(database, connection) -> None:
    with psycopg.connect(database) as blocker:
        blocker.execute("lock table perf.models in access exclusive mode")
        with subprocess.Popen(
            [sys.executable, "-m", "pgkit", "compare"],
            env={**os.environ, "DATABASE_URL": database},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            wait_for(
                lambda: (
                    connection.execute(
                        "select from pg_stat_activity where wait_event_type = 'Lock'"
                        " and datname = current_database()"
                    ).fetchone()
                    is not None
                )
            )
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "\nInterrupted.\n")

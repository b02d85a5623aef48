"""pgkit alerts: what people see, and what scripts get."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
import terminal
from psycopg.types.json import Jsonb

from pgkit import alerts

pytestmark = pytest.mark.once

RAISE = "select perf_internal.raise_alert(%s, %s, %s, null, %s, labels => %s)"
ADDED = re.compile(r"\d+\n")


@pytest.fixture
def filled(database: str) -> Iterator[str]:
    """Calls and jobs, and three open alerts, one of them silenced."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select perf.record_call('acme/one', 'chat', 5)")
        connection.execute(
            "select perf.record_job_metrics('portrait', 'gpu-1', time_per_frame_ms => 20)"
        )
        for severity, message, labels in (
            (
                "warning",
                "It is slow, and that for quite a long time already.",
                {"model": "acme/one"},
            ),
            ("critical", "It is down.", {"model": "acme/two"}),
            ("critical", "It is old.", {"model": "acme/three", "metric": "age"}),
        ):
            connection.execute(RAISE, ["threshold", severity, None, message, Jsonb(labels)])
        connection.execute(
            "select perf.create_alert_silence('{\"metric\": \"age\"}', now() + interval '1 day',"
            " 'We know.')"
        )
    yield database


def lines(dsn: str, *arguments: str, width: int = 80) -> list[str]:
    """Return what a command of alerts shows on a terminal."""
    shown = terminal.show(dsn, "alerts", *arguments, width=width)
    assert max(map(len, shown.splitlines()), default=0) <= width
    return [line.rstrip() for line in shown.splitlines()]


def read(pgkit, dsn: str, *arguments: object) -> list[dict]:
    """Return what a command of alerts says in JSON."""
    done = pgkit("alerts", *arguments, "--json", dsn=dsn)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def alert_id(pgkit, dsn: str, message: str) -> int:
    [row] = [row for row in read(pgkit, dsn, "list", "--all") if row["alert_message"] == message]
    return row["alert_id"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", timedelta()),
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("1h30m", timedelta(minutes=90)),
        ("2 days", timedelta(days=2)),
        ("1 week 2 hours", timedelta(days=7, hours=2)),
    ],
)
def test_durations_are_read_as_people_type_them(text, expected) -> None:
    assert alerts.read_duration(text) == expected


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5x", "5m x", "1.5h", "5mm", "999999999w"])
def test_what_is_no_duration_is_refused(text) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        alerts.read_duration(text)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0"), (59, "59s"), (60, "1m"), (5400, "1h 30m"), (90061, "1d 1h"), (0.2, "0")],
)
def test_durations_are_short(seconds, shown) -> None:
    assert alerts.short_duration(timedelta(seconds=seconds)) == shown


def test_labels_are_read_with_their_values() -> None:
    assert alerts.read_label("model=a=b") == ("model", "a=b")
    assert alerts.read_label("model=") == ("model", None)
    assert alerts.read_label('parameters={"n": 1}') == ("parameters", {"n": 1})
    for wrong in ("model", "=x", "parameters={x"):
        with pytest.raises(ValueError, match=r"is not NAME=VALUE|is no JSON"):
            alerts.read_label(wrong)
    assert alerts.matcher([("a", "x"), ("a", "y"), ("b", None)]).obj == {"a": ["x", "y"], "b": None}
    with pytest.raises(ValueError, match="a is there twice"):
        alerts.scope([("a", "x"), ("a", "y")])


def test_every_command_of_alerts_teaches_with_an_example_or_needs_none(pgkit) -> None:
    listed = pgkit("alerts", "--help").stdout
    names = re.findall(r"^  ([\w-]+)  +\S", listed.split("See:")[1], re.M)
    plain = {"enable", "disable", "delete", "silences", "unsilence", "receivers", "deliveries"}
    assert len(names) == 22
    for name in names:
        shown = pgkit("alerts", name, "--help").stdout
        assert ("Example" in shown) == (name not in plain), name


@pytest.mark.parametrize("width", [80, 120])
def test_open_alerts_are_listed_in_whole_sentences(filled, width) -> None:
    title, heading, *shown = lines(filled, "list", width=width)
    assert title == "2 alerts: 1 critical, 1 warning; times in UTC"
    assert heading.split() == ["id", "severity", "since", "what"]
    assert re.match(r"2 +critical  \d{4}-\d\d-\d\d \d\d:\d\d  It is down\.$", shown[0])
    assert "It is slow, and that for quite a long time already." in " ".join(
        " ".join(shown[1:]).split()
    )
    everything = " ".join(" ".join(lines(filled, "list", "--all", width=width)).split())
    assert everything.startswith("3 alerts: 2 critical, 1 warning;")
    assert re.search(r"It is old\. silenced until \d\d-\d\d \d\d:\d\d", everything)


def test_scripts_get_rows_and_an_exit_code(pgkit, filled) -> None:
    done = pgkit("alerts", "list", dsn=filled)
    head, *rows = done.stdout.splitlines()
    assert (done.returncode, len(rows)) == (0, 2)
    assert head.startswith("alert_id\talert_type\tseverity\t")
    for fail_on, code in (("critical", 1), ("warning", 1), ("info", 1)):
        assert pgkit("alerts", "list", "--fail-on", fail_on, dsn=filled).returncode == code
    of_one = ("alerts", "list", "--label", "model=acme/one")
    assert pgkit(*of_one, "--fail-on", "critical", dsn=filled).returncode == 0
    assert pgkit(*of_one, "--fail-on", "warning", dsn=filled).returncode == 1
    # What is silenced fails nothing.
    old = ("alerts", "list", "--label", "model=acme/three", "--fail-on", "info")
    assert pgkit(*old, dsn=filled).returncode == 0
    assert pgkit(*old, "--all", dsn=filled).returncode == 1
    # Nor does a limit hide the worst.
    assert (
        pgkit("alerts", "list", "--limit", 1, "--fail-on", "critical", dsn=filled).returncode == 1
    )


def test_alerts_are_chosen_by_labels(pgkit, filled) -> None:
    one, two = "--label", "model=acme/one"
    assert len(read(pgkit, filled, "list", one, two)) == 1
    assert len(read(pgkit, filled, "list", one, two, one, "model=acme/two")) == 2
    assert len(read(pgkit, filled, "list", one, "metric=")) == 2
    assert len(read(pgkit, filled, "list", "--severity", "warning")) == 1
    nothing = pgkit("alerts", "list", "--type", "model_drift", dsn=filled)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert nothing.stderr == "No alert is open.\n"
    wrong = pgkit("alerts", "list", "--label", "model", dsn=filled)
    assert (wrong.returncode, "is not NAME=VALUE" in wrong.stderr) == (2, True)


def test_alerts_are_counted_by_groups(pgkit, filled) -> None:
    rows = read(pgkit, filled, "list", "--all", "--by", "severity", "--by", "model")
    assert [(row["group"], row["alert_count"], row["severity"]) for row in rows] == [
        ("severity=critical, model=acme/three", 1, "critical"),
        ("severity=critical, model=acme/two", 1, "critical"),
        ("severity=warning, model=acme/one", 1, "warning"),
    ]
    [row] = read(pgkit, filled, "list", "--all", "--by", "alert_type")
    assert (row["group"], row["alert_count"]) == ("alert_type=threshold", 3)
    _, heading, _, group = lines(filled, "list", "--by", "model_type")
    assert heading.split() == ["group", "alerts", "worst", "since", "ids"]
    assert group.startswith("none of them ")


def test_an_alert_is_acknowledged_and_resolved(pgkit, filled) -> None:
    number = alert_id(pgkit, filled, "It is down.")
    assert pgkit("alerts", "ack", number, "--note", "I look", dsn=filled).stdout == (
        f"Alert {number} is acknowledged.\n"
    )
    assert "already" in pgkit("alerts", "ack", number, dsn=filled).stdout
    assert "acknowledged by" in " ".join(lines(filled, "list"))
    assert pgkit("alerts", "resolve", number, "--note", "up", dsn=filled).stdout == (
        f"Alert {number} is resolved.\n"
    )
    assert "already" in pgkit("alerts", "resolve", number, dsn=filled).stdout
    shown = " ".join(" ".join(lines(filled, "history")).split())
    assert shown.startswith("3 alerts: 2 critical, 1 warning;")
    assert re.search(r"It is down\. acknowledged by \w+ \(I look\); resolved by \w+: up", shown)
    unknown = pgkit("alerts", "ack", 99, dsn=filled)
    assert unknown.returncode == 1
    assert unknown.stderr.splitlines()[0] == "Error: there is no alert 99"
    long_note = pgkit("alerts", "resolve", number, "--note", "x" * 1001, dsn=filled)
    assert "--note must have 1 to 1000 characters" in long_note.stderr


def test_the_history_of_a_range_is_listed(pgkit, filled) -> None:
    assert len(read(pgkit, filled, "history", "--from", "1h")) == 3
    assert len(read(pgkit, filled, "history", "--label", "model=acme/one")) == 1
    nothing = pgkit("alerts", "history", "--from", "2w", "--to", "1w", dsn=filled)
    assert nothing.stderr.startswith("No alert was open from ")


def test_alerts_are_silenced_for_a_while(pgkit, filled) -> None:
    silence = ("alerts", "silence", "model=acme/one", "model=acme/two")
    done = pgkit(*silence, "--for", "2h", "--reason", "Work on it.", dsn=filled)
    assert ADDED.fullmatch(done.stdout)
    assert done.stderr.startswith("2 open alerts match; silenced until ")
    assert pgkit("alerts", "list", "--fail-on", "info", dsn=filled).returncode == 0
    number = int(done.stdout)
    [row] = [row for row in read(pgkit, filled, "silences") if row["silence_id"] == number]
    assert row["matcher"] == {"model": ["acme/one", "acme/two"]}
    title, _, _, first, second, *_ = lines(filled, "silences")
    assert title == "2 silences; times in UTC"
    assert "model=acme/one or" in first + second
    ended = pgkit("alerts", "unsilence", number, dsn=filled)
    assert ended.stdout == f"Silence {number} is over.\n"
    assert len(read(pgkit, filled, "silences")) == 1
    assert len(read(pgkit, filled, "silences", "--all")) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["silence", "model=x", "--reason", "x"], 2, "Error: Give either --for or --until."),
        (
            ["silence", "model=x", "--for", "2x", "--reason", "x"],
            2,
            "Error: Invalid value for '--for': \"2x\" is no duration (30s, 15m, 2h, 1h30m, 7d)",
        ),
        (["add", "nope", "1", "2"], 1, 'Error: there is no metric "nope"'),
        (
            ["add", "response_time_ms", "2", "1"],
            1,
            "Error: refused; the rule is: critical is further out than warning",
        ),
        (
            ["add", "input_tokens", "1", "2"],
            1,
            "Error: --direction must be above or below, because no avg of"
            ' "input_tokens" is known to be better, got null',
        ),
        (
            ["add", "error_rate", "0.1", "0.2", "--statistic", "p95"],
            1,
            "Error: --statistic must be rate, avg, sum or count, because"
            ' "error_rate" is a share, got "p95"',
        ),
        (
            ["add", "error_rate", "0.1", "0.2", "--worker", "gpu-1"],
            1,
            "Error: the scope must be global or labels, because"
            ' "error_rate" is not measured of jobs, got "worker"',
        ),
        (
            ["add", "vram_peak_mb", "1", "2", "--worker", "gpu-1", "--label", "worker=gpu-1"],
            2,
            "Error: Give one of --workflow, --worker and --label.",
        ),
        (["add", "vram_peak_mb", "1", "2", "--worker", "gpu-9"], 1, 'Error: no worker "gpu-9"'),
        (["change", "99", "--warning", "1"], 1, "Error: there is no alert threshold 99"),
        (["delete", "99"], 1, "Error: there is no alert threshold 99"),
        (["objective", "x"], 2, "Error: Give METRIC and TARGET, or --delete."),
        (["objective", "x", "--delete"], 1, 'Error: there is no objective "x"'),
        (["receiver", "x"], 2, "Error: A new receiver needs --kind."),
        (["receiver", "x", "--delete"], 1, 'Error: there is no receiver "x"'),
        (["test", "x"], 1, 'Error: there is no receiver "x"'),
        (["watch", "--every", "0"], 2, "Error: Invalid value for --every: must be at least 1s"),
    ],
)
def test_messages_name_options(pgkit, filled, arguments, code, message) -> None:
    refused = pgkit("alerts", *arguments, dsn=filled)
    assert (refused.returncode, message in refused.stderr.splitlines()) == (code, True), refused


def test_a_threshold_is_added_changed_and_deleted(pgkit, filled) -> None:
    added = pgkit(
        *("alerts", "add", "response_time_ms", "2000", "5000.5", "--statistic", "p95"),
        *("--by", "model", "--for", "5m", "--window", "1h", "--keep-firing", "10m"),
        *("--recovery", "1800", "--no-data", "alert", "--label", "tool=chat"),
        *("--description", "Slow.", "--runbook", "https://wiki.example/x", "--min-sample", "10"),
        dsn=filled,
    )
    assert ADDED.fullmatch(added.stdout), added.stderr
    number = int(added.stdout)
    assert added.stderr == (
        f"Threshold {number}: response_time_ms: p95 above 2,000 / 5,000.5 over 1h;"
        " tool=chat, by model; fires after 5m.\n"
    )
    [row] = read(pgkit, filled, "thresholds", "response_time_ms")
    assert (
        row
        | {
            "id": number,
            "scope_type": "labels",
            "scope_labels": {"tool": "chat"},
            "group_by": ["model"],
            "for_duration": 300,
            "keep_firing_for": 600,
            "recovery_threshold": 1800,
            "minimum_sample": 10,
            "no_data": "alert",
            "description": "Slow.",
            "runbook_url": "https://wiki.example/x",
            "enabled": True,
        }
        == row
    )
    changed = pgkit(
        *("alerts", "change", number, "--warning", "2500", "--for", "90s", "--global"),
        *("--clear", "recovery", "--clear", "by", "--clear", "statistic"),
        dsn=filled,
    )
    assert changed.stdout == (
        f"Changed. Threshold {number}: response_time_ms: avg above 2,500 / 5,000.5 over 1h;"
        " all; fires after 1m 30s.\n"
    )
    again = pgkit("alerts", "change", number, "--warning", "2500", dsn=filled)
    assert again.stdout.startswith("As it was. ")
    disable = ("alerts", "disable", number)
    assert pgkit(*disable, dsn=filled).stdout == f"Threshold {number} is disabled.\n"
    assert pgkit(*disable, dsn=filled).stdout == f"Threshold {number} is disabled already.\n"
    assert pgkit("alerts", "enable", number, dsn=filled).stdout.endswith(" is enabled.\n")
    gone = pgkit("alerts", "delete", number, 99, dsn=filled)
    assert gone.returncode == 1
    assert len(read(pgkit, filled, "thresholds")) == 1
    assert pgkit("alerts", "delete", number, dsn=filled).stdout == "Deleted 1 threshold.\n"
    none = pgkit("alerts", "thresholds", dsn=filled)
    assert none.stderr == "There is no threshold. `pgkit alerts add` adds one.\n"


def test_a_threshold_is_for_a_workflow_or_a_worker(pgkit, filled) -> None:
    add = ("alerts", "add", "time_per_frame_ms", "50", "80")
    number = pgkit(*add, "--workflow", "portrait", "--disabled", dsn=filled).stdout.strip()
    pgkit("alerts", "change", number, "--worker", "gpu-1", dsn=filled)
    [row] = read(pgkit, filled, "thresholds")
    assert (row["scope_type"], row["scope_name"], row["enabled"]) == ("worker", "gpu-1", False)
    pgkit("alerts", "change", number, "--label", "worker=gpu-1", dsn=filled)
    [row] = read(pgkit, filled, "thresholds")
    assert (row["scope_type"], row["scope_labels"]) == ("labels", {"worker": "gpu-1"})
    below = pgkit("alerts", "add", "quality_rating", "--", "-1", "-2", dsn=filled)
    assert "avg below -1 / -2" in below.stderr
    usual = pgkit(*add[:3], "3", "6", "--baseline", "hour_of_week", dsn=filled)
    assert "avg above usual by 3 / 6 deviations" in usual.stderr


@pytest.mark.parametrize("width", [80, 120])
def test_thresholds_fit_a_terminal(pgkit, filled, width) -> None:
    pgkit(
        *("alerts", "add", "response_time_ms", "2000", "5000", "--statistic", "p95"),
        *("--by", "model", "--by", "tool", "--for", "5m", "--no-data", "resolve"),
        *("--description", "A long text that does not fit where there is no place for it."),
        dsn=filled,
    )
    title, heading, _, row, *_ = lines(filled, "thresholds", width=width)
    assert title == "1 threshold"
    assert re.match(r"id +metric +warning / critical +state +scope", heading)
    assert re.match(r" ?\d+ +response_time_ms +p95 above 2,000 / 5,000 +ok +all, by", row)


def test_a_threshold_is_tried_on_the_past(pgkit, filled) -> None:
    number = pgkit("alerts", "add", "response_time_ms", "1", "2", dsn=filled).stdout.strip()
    shown = lines(filled, "backtest", number, "--from", "1h", "--step", "1m")
    assert shown[0].startswith(f"Threshold {number}: response_time_ms: avg above 1 / 2")
    assert any(re.match(r"evaluated +every 1m, of raw rows$", line) for line in shown)
    rows = read(pgkit, filled, "backtest", number, "--from", "1h")
    assert all({"fired_at", "severity", "labels", "is_flap"} <= row.keys() for row in rows)
    quiet = pgkit("alerts", "add", "response_time_ms", "1000", "2000", dsn=filled).stdout.strip()
    nothing = pgkit("alerts", "backtest", quiet, "--from", "1h", dsn=filled)
    assert nothing.stderr.startswith("It would not have fired from ")
    assert pgkit("alerts", "backtest", 99, dsn=filled).returncode == 1


def suggested(dsn: str) -> list[str]:
    return lines(dsn, "suggest", "response_time_ms", "--from", "1d")


def test_limits_are_suggested(pgkit, filled) -> None:
    with psycopg.connect(filled) as connection:
        connection.execute(
            "select perf.record_call('acme/one', 'chat', 100 + n, call_timestamp => now()"
            " - n * interval '1 hour') from generate_series(1, 20) as n"
        )
    rows = read(pgkit, filled, "suggest", "response_time_ms", "--from", "1d", "--by", "model")
    assert rows
    assert all(row["warning_threshold"] < row["critical_threshold"] for row in rows)
    assert any(re.match("candidate +warning +critical", line) for line in suggested(filled))
    wrong = pgkit("alerts", "suggest", "response_time_ms", "--per-week", "-1", dsn=filled)
    assert (wrong.returncode, "--per-week must" in wrong.stderr) == (1, True), wrong.stderr


@pytest.mark.parametrize("width", [80, 120])
def test_objectives_are_set_and_shown(pgkit, filled, width) -> None:
    objective = ("alerts", "objective", "fast answers", "response_time_ms", "0.95")
    done = pgkit(*objective, "--faster-than", "2000", "--by", "model", dsn=filled)
    assert done.stdout == "fast answers is set.\n", done.stderr
    title, heading, _, row, *_ = lines(filled, "objectives", width=width)
    assert title == "objectives; times in UTC"
    assert re.match(r"objective +labels +target % +good % +budget left", heading)
    assert re.match(r"fast answers +model=acme/one +95\.00 +100\.00 +100\.00 %", row)
    [row] = read(pgkit, filled, "objectives", "fast answers")
    assert row["total_count"] == 1
    gone = pgkit("alerts", "objective", "fast answers", "--delete", dsn=filled)
    assert gone.stdout == "Deleted fast answers.\n"
    assert pgkit("alerts", "objectives", dsn=filled).stderr.startswith("There is no objective.")


SECRET = "https://hooks.example/T0/very-secret"


def receiver(pgkit, dsn: str, *arguments: object, input: str = "") -> str:
    """Run `pgkit alerts receiver`, which must not show its address; return what it says."""
    done = pgkit("alerts", "receiver", *arguments, dsn=dsn, input=input)
    assert done.returncode == 0, done.stderr
    assert "very-secret" not in done.stdout + done.stderr
    return done.stdout


def test_a_receiver_is_added_and_changed_without_its_address_being_seen(
    pgkit, filled, monkeypatch
) -> None:
    added = receiver(pgkit, filled, "ops", "--kind", "slack", "--address", "-", input=SECRET + "\n")
    assert added == "ops is added.\n"
    changed = receiver(
        *(pgkit, filled, "ops", "--min-severity", "critical", "--match", "model=a"),
        *("--match", "model=b", "--by", "model", "--group-wait", "30s", "--repeat", "1h"),
        *("--no-resolved", "--timeout", "5s"),
    )
    assert changed == "ops is changed.\n"
    receiver(pgkit, filled, "ops", "--disable")
    [row] = read(pgkit, filled, "receivers")
    assert (
        row
        | {
            "kind": "slack",
            "minimum_severity": "critical",
            "matcher": {"model": ["a", "b"]},
            "group_by": ["model"],
            "group_wait": 30,
            "repeat_interval": 3600,
            "send_resolved": False,
            "timeout": 5,
            "enabled": False,
        }
        == row
    )
    with psycopg.connect(filled) as connection:
        address = "select a.address from perf_internal.receiver_addresses as a"
        assert connection.execute(address).fetchall() == [(SECRET,)]
    monkeypatch.setenv("PGKIT_ALERT_ADDRESS", SECRET + "2")
    receiver(pgkit, filled, "ops")
    with psycopg.connect(filled) as connection:
        assert connection.execute(address).fetchall() == [(SECRET + "2",)]
    assert receiver(pgkit, filled, "ops", "--delete") == "Deleted ops.\n"
    nobody = pgkit("alerts", "receivers", dsn=filled)
    assert nobody.stderr.startswith("Nobody is told of alerts.")


def test_the_address_of_a_new_receiver_is_asked_for_and_not_shown(filled) -> None:
    shown = terminal.answer(
        filled, "alerts", "receiver", "ops", "--kind", "webhook", asked="Address", answer=SECRET
    )
    assert "ops is added." in shown
    assert "very-secret" not in shown


@pytest.mark.parametrize("width", [80, 120])
def test_receivers_and_messages_fit_a_terminal(pgkit, filled, width) -> None:
    receiver(pgkit, filled, "ops", "--kind", "webhook", "--address", SECRET, "--match", "model=x")
    sent = pgkit("alerts", "test", "ops", "--wait", "0", dsn=filled)
    assert sent.returncode == 1
    assert sent.stderr.splitlines() == [
        "Error: not delivered yet",
        "Hint: `pgkit worker` delivers messages; is one running?",
    ]
    title, _, _, row, *_ = lines(filled, "receivers", width=width)
    assert title == "1 receiver; times in UTC"
    assert re.match(r"ops +webhook +new +model=x; warning and above +1", row)
    title, _, _, row, *_ = lines(filled, "deliveries", width=width)
    assert title == "1 message; times in UTC"
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d +ops +waiting +0 +test", row)


@contextmanager
def watching(dsn: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `pgkit alerts watch` beside the test; Ctrl-C must end it without a traceback."""
    with subprocess.Popen(
        [sys.executable, "-m", "pgkit", "alerts", "watch", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"DATABASE_URL": dsn},
    ) as process:
        try:
            yield process
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
            assert process.returncode == 130
            assert "Traceback" not in said
            assert said.rstrip().endswith("Interrupted.")
        finally:
            process.kill()


@pytest.mark.parametrize("notify", ["on", "off"])
def test_events_are_shown_as_they_happen(filled, notify) -> None:
    """At once where the database notifies, and else at the next look."""
    every = "10m" if notify == "on" else "1s"
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute(f"set perf.notify_alerts = {notify}".encode())
        with watching(filled, "--every", every) as process:
            heading = process.stdout.readline()
            assert heading == "\t".join(alerts.EVENT_COLUMNS) + "\n"
            opened = [process.stdout.readline().split("\t") for _ in range(3)]
            assert {event[1] for event in opened} == {"open"}
            connection.execute(RAISE, ["drift", "warning", None, "It drifts.", Jsonb({})])
            event = process.stdout.readline().split("\t")
            assert (event[1], event[2], event[4]) == ("opened", "warning", "It drifts.")
            connection.execute(RAISE, ["drift", "critical", None, "It drifts more.", Jsonb({})])
            event = process.stdout.readline().split("\t")
            assert (event[1], event[2]) == ("escalated", "critical")
            connection.execute("select perf.resolve_alert(%s, 'over')", [int(event[3])])
            event = process.stdout.readline().rstrip("\n").split("\t")
            assert (event[1], event[-1]) == ("resolved", "over")


def test_watching_goes_on_when_the_connection_is_lost(filled) -> None:
    with (
        psycopg.connect(filled, autocommit=True) as connection,
        watching(filled, "--every", "1s", "--json") as process,
    ):
        opened = [json.loads(process.stdout.readline()) for _ in range(3)]
        assert {row["event"] for row in opened} == {"open"}
        connection.execute(
            "select pg_terminate_backend(a.pid, 10000) from pg_stat_activity as a"
            " where a.datname = current_database() and a.pid <> pg_backend_pid()"
        )
        connection.execute(RAISE, ["drift", "warning", None, "It drifts.", Jsonb({})])
        event = json.loads(process.stdout.readline())
        assert (event["event"], event["alert_message"]) == ("opened", "It drifts.")


def test_an_address_that_does_not_answer_ends_the_watch(pgkit) -> None:
    refused = pgkit("alerts", "watch", dsn="postgresql://x@127.0.0.1:1/x")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: ")
    assert "Traceback" not in refused.stderr

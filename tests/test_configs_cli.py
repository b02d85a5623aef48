"""pgkit configs: what people see."""

import json
import re

import psycopg
import pytest
import terminal

pytestmark = pytest.mark.once

OLD = {"default_settings": {"steps": 30, "width": 1024}, "tags": ["a", "b"]}
NEW = {"default_settings": {"steps": 20, "width": 1024, "odd key": None}, "tags": ["a"]}


@pytest.fixture
def saved(pgkit, database, tmp_path):
    """Two versions of sdxl, the second one active."""
    for name, data in (("v1", OLD), ("v2", NEW)):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(data), encoding="utf-8")
        done = pgkit("configs", "save", "sdxl", name, file, "--activate", dsn=database)
        assert done.stdout == f"sdxl@{name[1]} saved; it is active.\n", done.stderr
    return database


def test_saving_again_says_that_it_is_there(pgkit, saved) -> None:
    again = pgkit("configs", "save", "sdxl", "v1", "-", dsn=saved, input=json.dumps(OLD))
    assert again.stdout == "sdxl@1 was there already, with the same data.\n"


def test_diff_names_each_change_once(pgkit, saved) -> None:
    done = pgkit("configs", "diff", "sdxl@1", "sdxl", dsn=saved)
    assert done.stdout.splitlines() == [
        '+ $.default_settings."odd key": null',
        "~ $.default_settings.steps: 30 -> 20",
        '- $.tags[1]: "b"',
    ]
    assert done.stderr == "sdxl@1 -> sdxl@2: 1 added, 1 changed, 1 removed\n"
    same = pgkit("configs", "diff", "sdxl@1", "sdxl@1", dsn=saved)
    assert (same.stdout, same.stderr) == ("", "sdxl@1 -> sdxl@1: no difference\n")


def test_an_activation_is_printed_as_json(pgkit, saved) -> None:
    back = json.loads(pgkit("configs", "rollback", "sdxl", "--json", dsn=saved).stdout)
    assert back["active_until"] is None
    assert back["active_from"]
    forth = json.loads(pgkit("configs", "activate", "sdxl@2", "--json", dsn=saved).stdout)
    assert forth["previous_id"] == back["id"]


def test_activate_rollback_and_history(pgkit, saved) -> None:
    back = pgkit("configs", "rollback", "sdxl", "--notes", "too slow", dsn=saved)
    assert back.stdout.startswith("sdxl@1 (v1) is active since ")
    again = pgkit("configs", "rollback", "sdxl", dsn=saved)
    assert again.returncode == 1
    assert again.stderr.startswith("Error: nothing to roll back to: steps (1) goes past the first")
    forth = pgkit("configs", "rollback", "sdxl", "--to", "sdxl@2", dsn=saved)
    assert forth.stdout.startswith("sdxl@2 (v2) is active since ")
    guarded = pgkit(
        "configs",
        "activate",
        "sdxl@1",
        "--guard",
        '{"metric": "error_rate", "worse_than": 0.05, "within": "1 hour"}',
        dsn=saved,
    )
    assert guarded.stdout.splitlines()[1] == (
        "Guard: rolled back if error_rate exceeds 0.05 over 50 calls or more within 01:00:00."
    )
    history = json.loads(pgkit("configs", "history", "--json", dsn=saved).stdout)
    assert [(row["config"], row["kind"], row["notes"]) for row in history] == [
        ("sdxl@1", "activate", None),
        ("sdxl@2", "rollback", None),
        ("sdxl@1", "rollback", "too slow"),
        ("sdxl@2", "activate", None),
        ("sdxl@1", "activate", None),
    ]


def test_list_and_show(pgkit, saved) -> None:
    listed = pgkit("configs", "list", "sdxl", dsn=saved).stdout.splitlines()
    assert [line.split("\t")[:3] for line in listed] == [
        ["config", "config_name", "is_active"],
        ["sdxl@2", "v2", "yes"],
        ["sdxl@1", "v1", "no"],
    ]
    shown = json.loads(pgkit("configs", "show", "sdxl", "--json", dsn=saved).stdout)
    assert (shown["config"], shown["config_data"]) == ("sdxl@2", NEW)
    missing = pgkit("configs", "show", "sdxl@3", dsn=saved)
    assert missing.returncode == 1
    assert missing.stderr.startswith('Error: no configuration "sdxl@3"\nHint: ')
    before = pgkit("configs", "show", "sdxl", "--at", "1d", dsn=saved)
    assert (before.returncode, before.stdout) == (1, "")


def test_impact_says_that_it_is_an_observation(pgkit, saved) -> None:
    with psycopg.connect(saved, autocommit=True) as connection:
        connection.execute("select perf.register_model('x/m', model_type => 'sdxl')")
        statement = "select perf.record_call('x/m', 'chat', %s, %s) from generate_series(1, 100)"
        connection.execute(statement, [100.0, True])
        connection.execute("select perf.rollback_model_config('sdxl')")
        connection.execute(statement, [200.0, True])
    done = pgkit("configs", "impact", "sdxl", dsn=saved)
    first = dict(zip(*(line.split("\t") for line in done.stdout.splitlines()[:2]), strict=True))
    assert (first["metric"], first["percent"], first["verdict"]) == (
        "p50_response_time",
        "100",
        "worse",
    )
    assert "not an experiment" in done.stderr
    shown = terminal.show(saved, "configs", "impact", "sdxl").splitlines()
    assert shown[0].startswith("sdxl; all calls; times in ms, rates in %; 20")
    assert re.match(r"p50 response time +100 +200 +\+100 % .* worse *$", shown[3])
    shown = terminal.show(saved, "configs", "impact", "sdxl", "--outcome", "error").splitlines()
    assert shown[0].startswith("sdxl; failed calls; times in ms, rates in %; 20")


def test_impact_and_guards_are_of_jobs_too(pgkit, saved) -> None:
    record = """
        select perf.record_job_metrics(
            'upscale', 'gpu-1', 'job-' || %(first)s + n,
            total_wall_time_ms => 1000,
            quality_scores => jsonb_build_object('a_rate', %(score)s::float8),
            model_type => 'sdxl'
        )
        from generate_series(1, 60) as n
    """
    with psycopg.connect(saved, autocommit=True) as connection:
        connection.execute(record, {"first": 0, "score": 0.8})
        connection.execute("select perf.rollback_model_config('sdxl')")
        connection.execute(record, {"first": 100, "score": 0.4})
    done = pgkit("configs", "impact", "sdxl", dsn=saved)
    heading, *lines = [line.split("\t") for line in done.stdout.splitlines()]
    rows = [dict(zip(heading, line, strict=True)) for line in lines]
    assert [
        (row["metric"], row["percent"]) for row in rows if row["metric"] == "quality.a_rate"
    ] == [("quality.a_rate", "-50")]
    assert {row["source"] for row in rows} == {"calls", "jobs"}
    shown = terminal.show(saved, "configs", "impact", "sdxl")
    assert re.search(r"quality\.a_rate +0\.8\S* +0\.4\S* +-50 % .* worse *\n", shown)
    # Without calls there are no rows of them, and what matters fits on a narrow terminal.
    assert shown.startswith("sdxl; jobs; times in ms, rates in %; 20")
    assert "p50 response time" not in shown
    assert re.search(r"^metric .* change +95 % interval +verdict *", shown, re.M)
    guard = {"metric": "quality.a_rate", "worse_than": "10%", "within": "1 hour"}
    activated = pgkit("configs", "activate", "sdxl@2", "--guard", json.dumps(guard), dsn=saved)
    assert "Guard: rolled back if quality.a_rate falls below 0.36 over 50 jobs or more" in (
        activated.stdout
    )


def test_verify_fails_on_an_edited_log(pgkit, saved) -> None:
    assert pgkit("configs", "verify", dsn=saved).returncode == 0
    with psycopg.connect(saved, autocommit=True) as connection:
        connection.execute("alter table perf.audit_log disable trigger user")
        connection.execute("update perf.audit_log set caller_login = 'nobody' where id = 3")
    broken = pgkit("configs", "verify", dsn=saved)
    assert (broken.returncode, broken.stdout) == (1, "entry_id\tproblem\n3\twas changed\n")


def test_a_request_is_not_approved_by_its_requester(pgkit, saved) -> None:
    number = pgkit("configs", "request", "sdxl@1", dsn=saved).stdout.strip()
    refused = pgkit("configs", "approve", number, dsn=saved)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: request {number} came through the same login")
    listed = pgkit("configs", "requests", dsn=saved).stdout.splitlines()
    assert listed[1].split("\t")[:3] == [number, "sdxl@1", "open"]
    withdrawn = pgkit("configs", "reject", number, "--notes", "later", dsn=saved)
    assert withdrawn.stdout == f"Request {number} is withdrawn.\n"
    none = pgkit("configs", "requests", dsn=saved)
    assert (none.stdout, none.stderr) == (
        "",
        "No request waits. `pgkit configs request` makes one.\n",
    )
    (row,) = json.loads(pgkit("configs", "requests", "--all", "--json", dsn=saved).stdout)
    assert (row["config"], row["status"], row["decision_notes"]) == ("sdxl@1", "withdrawn", "later")


def test_approval_is_switched_on_and_off(pgkit, saved) -> None:
    on = pgkit("configs", "approval", "sdxl", "on", dsn=saved)
    assert on.stdout == "Approval of sdxl is now on.\n"
    refused = pgkit("configs", "activate", "sdxl@1", dsn=saved)
    assert refused.returncode == 1
    assert "need approval" in refused.stderr
    again = pgkit("configs", "approval", "sdxl", "on", dsn=saved)
    assert again.stdout == "Approval of sdxl is on already.\n"
    pgkit("configs", "approval", "sdxl", "off", dsn=saved)
    assert pgkit("configs", "activate", "sdxl@1", dsn=saved).returncode == 0
    unknown = pgkit("configs", "approval", "nothing", "on", dsn=saved)
    assert unknown.stderr.startswith("Error: no configurations of model type")


def test_what_is_not_json_is_refused_where_it_was_typed(pgkit, saved) -> None:
    guard = pgkit("configs", "activate", "sdxl@1", "--guard", "{metric: 1}", dsn=saved)
    assert guard.returncode == 2
    assert "'--guard': not JSON: Expecting property name" in guard.stderr
    nan = pgkit("configs", "save", "sdxl", "v3", "-", dsn=saved, input='{"a": NaN}')
    assert nan.returncode == 1
    assert nan.stderr.startswith("Error: ")
    deep = pgkit("configs", "save", "sdxl", "v3", "-", dsn=saved, input="[" * 100_000)
    assert deep.returncode == 2
    assert "nested too deeply" in deep.stderr
    file = pgkit("configs", "save", "sdxl", "v3", "-", dsn=saved, input="{")
    assert file.returncode == 2
    assert "not JSON: Expecting property name" in file.stderr


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"steps": 30, "steps": 20}', "$.steps"),
        ('{"a": [1, {"odd key": {"b": 1, "c": 2, "b": 1}}]}', '$.a[1]."odd key".b'),
        ('{"": 1, "": 2}', '$.""'),
    ],
)
def test_a_key_that_is_there_twice_is_refused_with_its_path(pgkit, saved, text, path) -> None:
    done = pgkit("configs", "save", "sdxl", "v3", "-", dsn=saved, input=text)
    assert done.returncode == 2
    assert f"the key {path} is there twice" in done.stderr
    assert len(pgkit("configs", "list", dsn=saved).stdout.splitlines()) == 3


def test_the_same_key_in_two_objects_is_fine(pgkit, saved) -> None:
    text = '{"a": {"n": 1}, "b": [{"n": 1}, {"n": 1}]}'
    done = pgkit("configs", "save", "sdxl", "v3", "-", dsn=saved, input=text)
    assert done.stdout == "sdxl@3 saved.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_by_the_mark_at_its_start(pgkit, saved, tmp_path, encoding) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(json.dumps(OLD, ensure_ascii=False).encode(encoding))
    done = pgkit("configs", "save", "sdxl", "v1", file, dsn=saved)
    assert done.stdout == "sdxl@1 was there already, with the same data.\n", done.stderr


def test_a_file_that_is_no_text_is_refused(pgkit, saved, tmp_path) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(b'{"a": "\xff\xfe"}')
    done = pgkit("configs", "save", "sdxl", "v1", file, dsn=saved)
    assert done.returncode == 2
    assert "not JSON: 'utf-8' codec can't decode byte 0xff" in done.stderr

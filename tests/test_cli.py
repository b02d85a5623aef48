"""The command line: help, errors, output, exit codes."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import click
import psycopg
import pytest

from pgkit import __version__, hints
from pgkit.cli import cli
from pgkit.cli.configs import config_commands
from pgkit.cli.jobs import job_commands
from pgkit.migrations import read_files, sql_folder

README = Path(__file__).parent.parent / "README.md"
NOWHERE = "host=/nowhere"


def walk(group: click.Group, *names: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield " ".join([*names, name]), command
        if isinstance(command, click.Group):
            yield from walk(command, *names, name)


COMMANDS = dict(walk(cli))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name) -> None:
    command = COMMANDS[name]
    assert command.help
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_help_lists_every_command_once_under_a_heading(pgkit) -> None:
    shown = pgkit("--help").stdout
    assert re.findall(r"^(\w+):$", shown, re.MULTILINE) == [
        "Options",
        "Server",
        "Database",
        "Calls",
        "Costs",
        "Jobs",
        "Evaluations",
        "Experiments",
        "Rollups",
        "Configurations",
        "Alerts",
        "Access",
        "Schedule",
        "Trying",
    ]
    listed = re.findall(r"^  ([a-z][a-z-]*) {2,}\S", shown, re.MULTILINE)
    assert sorted(listed) == sorted(cli.commands)


def test_every_command_is_found_by_its_own_name() -> None:
    assert {name: command.name for name, command in cli.commands.items()} == {
        name: name for name in cli.commands
    }


def test_a_command_imports_no_other() -> None:
    script = "import sys, pgkit.cli; pgkit.cli.cli.commands['up']; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    imported = {name for name in done.stdout.split() if name.startswith("pgkit.cli.")}
    assert imported == {"pgkit.cli.headings", "pgkit.cli.options", "pgkit.cli.server"}


@pytest.mark.parametrize(
    "group",
    [
        [],
        ["alerts"],
        ["configs"],
        ["evaluations"],
        ["experiments"],
        ["jobs"],
        ["models"],
        ["prices"],
    ],
)
def test_help_says_of_each_command_a_whole_sentence(pgkit, group) -> None:
    shown = pgkit(*group, "--help").stdout
    assert "..." not in shown.replace("[ARGS]...", "")
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("group", [config_commands, job_commands], ids=lambda group: group.name)
def test_help_of_a_group_lists_every_command_once(pgkit, group) -> None:
    listed = re.findall(r"^  ([a-z-]+) {2,}\S", pgkit(group.name, "--help").stdout, re.MULTILINE)
    assert sorted(listed) == sorted(group.commands)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_can_be_shown_on_any_terminal(name) -> None:
    command = COMMANDS[name]
    texts = [command.help, *(getattr(option, "help", None) for option in command.params)]
    assert all(text is None or text.isascii() for text in texts)


@pytest.mark.parametrize("function", hints.COMMANDS)
def test_a_hint_names_a_command_that_is_there(function, connection) -> None:
    assert hints.COMMANDS[function] in COMMANDS
    there = connection.execute("select to_regproc(%s) is not null", [f"perf.{function}"])
    assert there.fetchone() == (True,)


@pytest.mark.parametrize("query", hints.QUERIES)
def test_a_query_that_becomes_a_command_is_in_a_hint(query) -> None:
    assert any(query in file.text for file in read_files(sql_folder()))
    command = hints.QUERIES[query].split(" --")[0]
    assert command in COMMANDS


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("Run select perf.aggregate_performance_metrics(), now.", "Run `pgkit aggregate`, now."),
        ("Run select * from perf.ensure_partitions().", "Run `pgkit partitions`."),
        ("perf.grant_role(user_id, role) does.", "`pgkit grant-role` does."),
        ("select name from perf.models lists them.", "`pgkit models list` lists them."),
        ("call perf.keep_aggregated(): timeout", "call perf.keep_aggregated(): timeout"),
        ("Give worse_than as a number.", "Give worse_than as a number."),
        ("Run pgkit migrate, then `pgkit worker`.", "Run `pgkit migrate`, then `pgkit worker`."),
    ],
)
def test_a_hint_names_the_command_that_does_what_the_function_does(hint, told) -> None:
    assert hints.in_commands(hint) == told


def test_retention_is_shown_of_one_pipeline(pgkit, database) -> None:
    rows = json.loads(pgkit("retention", "experiments", "--json", dsn=database).stdout)
    assert [(row["pipeline"], row["level"]) for row in rows] == [
        ("experiments", level) for level in ("raw", "hourly", "daily", "weekly")
    ]
    unknown = pgkit("retention", "cals", dsn=database)
    assert (unknown.returncode, unknown.stderr) == (
        1,
        'Error: there is no pipeline "cals"\nHint: `pgkit retention` shows all.\n',
    )
    assert pgkit("retention", "calls", "raw", dsn=database).returncode == 2


def test_every_command_in_the_files_can_be_called() -> None:
    folder = import_module("pgkit.cli").__path__
    files = [import_module(f"pgkit.cli.{file.name}") for file in iter_modules(folder)]
    found = {
        value for file in files for value in vars(file).values() if isinstance(value, click.Command)
    }
    assert {command.name for command in found - set(COMMANDS.values())} == set()


@pytest.mark.parametrize("name", cli.commands)
def test_every_command_appears_in_the_readme(name) -> None:
    assert re.search(rf"pgkit {name}\b|`{name}`", README.read_text(encoding="utf-8"))


def test_the_version_is_the_packages(pgkit) -> None:
    assert pgkit("--version").stdout == f"pgkit {__version__}\n"


@pytest.mark.parametrize(
    "dsn",
    [
        "host=/nowhere",
        "postgresql://nobody:wrong@127.0.0.1:1/x",
        "host=/nowhere no equals sign",
        "postgresql://[half",
    ],
)
def test_no_connection_is_one_error_line_and_no_traceback(pgkit, dsn) -> None:
    for command in (["status"], ["migrate"]):
        failed = pgkit(*command, dsn=dsn)
        assert failed.returncode == 1
        assert failed.stdout == ""
        assert re.fullmatch(r"Error: .+\n(Hint: .+\n)?", failed.stderr), failed.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        "--dsn {} status --json",
        "status --json --dsn {}",
        "--dsn {} configs list --json",
        "configs --dsn {} list --json",
        "configs list --json --dsn {}",
        "--dsn host=/nowhere configs --dsn host=/nowhere list --json --dsn {}",
    ],
)
def test_the_innermost_dsn_wins_over_outer_ones_and_the_environment(
    pgkit, database, arguments
) -> None:
    typed = [database if word == "{}" else word for word in arguments.split()]
    done = pgkit(*typed, dsn=NOWHERE)
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)


def test_the_dsn_of_the_environment_reaches_commands_below_groups(pgkit, database) -> None:
    assert pgkit("configs", "list", "--json", dsn=database).stdout == "[]\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_connects_offers_a_dsn(name) -> None:
    offers = any(option.name == "dsn" for option in COMMANDS[name].params)
    assert offers == (name not in {"up", "down", "demo", "export", "completion"})


def test_an_unknown_option_is_misuse(pgkit) -> None:
    assert pgkit("migrate", "--sideways").returncode == 2


def test_a_missing_right_is_one_error_line(pgkit, database, connection) -> None:
    name = connection.info.dbname
    connection.execute(f"create role visitor_{name} login".encode())
    try:
        dsn = psycopg.conninfo.make_conninfo(database, user=f"visitor_{name}")
        failed = pgkit("status", dsn=dsn)
        assert failed.returncode == 1
        assert failed.stderr == (
            "Error: permission denied for schema perf_internal\n"
            "Hint: Ask as the user who ran `pgkit migrate`.\n"
        )
        connection.execute(f"grant perf_recorder to visitor_{name}".encode())
        failed = pgkit("compare", dsn=dsn)
        assert failed.stderr.startswith("Error: permission denied for function")
        assert "Hint: Reports need `grant perf_analyst to LOGIN`" in failed.stderr
        last = json.loads(pgkit("doctor", "--json", dsn=dsn).stdout)[-1]
        assert (last["check"], last["result"]) == ("other checks", "fail")
        assert "grant perf_analyst" in last["next"]
    finally:
        connection.execute(f"drop role visitor_{name}".encode())


def test_doctor_goes_on_for_an_admin_who_is_not_the_owner(pgkit, database, connection) -> None:
    name = f"admin_{connection.info.dbname}"
    connection.execute(f"create role {name} login in role perf_admin".encode())
    try:
        dsn = psycopg.conninfo.make_conninfo(database, user=name)
        checks = json.loads(pgkit("doctor", "--json", dsn=dsn).stdout)
        assert [check["result"] for check in checks if check["check"] == "migration"] == ["warn"]
        assert checks[-1]["check"] != "connection"
        assert "calls: rollup lag" in {check["check"] for check in checks}
    finally:
        connection.execute(f"drop role {name}".encode())


def test_status_as_json_says_whether_the_database_is_current(
    pgkit, database, empty_database
) -> None:
    current = json.loads(pgkit("status", "--json", dsn=database).stdout)
    assert (current["is_current"], current["pending"]) == (True, [])
    behind = json.loads(pgkit("status", "--json", dsn=empty_database).stdout)
    assert behind["is_installed"] is False
    assert "schema/0001_access.sql" in behind["pending"]


def test_doctor_passes_a_migrated_database_whose_jobs_run(pgkit, database) -> None:
    assert pgkit("worker", "--once", dsn=database).returncode == 0
    report = pgkit("doctor", "--json", dsn=database)
    checks = json.loads(report.stdout)
    assert [check for check in checks if check["result"] == "fail"] == []
    assert report.returncode == 0


def test_doctor_fails_a_database_without_us_and_says_what_to_run(pgkit, empty_database) -> None:
    report = pgkit("doctor", dsn=empty_database)
    assert report.returncode == 1
    assert "migration\tfail\tthis database was never migrated\tpgkit migrate\n" in report.stdout


def test_doctor_says_how_to_complete_a_restore(pgkit, database, connection) -> None:
    connection.execute("refresh materialized view perf_internal.origin with no data")
    examined = pgkit("doctor", "--json", dsn=database)
    assert examined.returncode == 1
    last = json.loads(examined.stdout)[-1]
    assert (last["check"], last["result"]) == ("restore", "fail")
    connection.execute(last["next"])
    assert pgkit("doctor", "--json", dsn=database).stdout.count('"restore"') == 0


def test_doctor_reports_a_server_that_does_not_answer(pgkit) -> None:
    report = pgkit("doctor", dsn="host=/nowhere")
    assert report.returncode == 1
    assert report.stdout.splitlines()[1].startswith("connection\tfail\t")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(pgkit, shell) -> None:
    assert "_PGKIT_COMPLETE" in pgkit("completion", shell).stdout

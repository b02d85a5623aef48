"""The commands: each parses, calls one function of a sibling module, and prints."""

import json
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from pgkit import (
    __version__,
    configs,
    demo,
    doctor,
    llmperf,
    load,
    migrations,
    reports,
    runner,
    seed,
    server,
    worker,
)
from pgkit.database import Connection, Failure, connect, query
from pgkit.output import print_json, print_rows
from pgkit.times import read_time

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
ROLE = click.Choice(["admin", "analyst", "recorder"])
# The end of a longer line would wrap on a terminal.
MOST_BARS = 48


class Time(click.ParamType[datetime]):
    """A time as people type it: 24h ago, or ISO."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return read_time(value, datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Json(click.ParamType[str]):
    """JSON, passed on as it was typed, so that numbers keep all their digits."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            json.loads(value)
        except ValueError as error:
            self.fail(f"not JSON: {error}", param, ctx)
        return str(value)


TIME = Time()
JSON = Json()

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=server.default_data,
    show_default="one per user",
    help="Data directory.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
outcome_option = click.option(
    "--outcome",
    type=click.Choice(["all", "success", "error"]),
    default="all",
    help="Which calls count.",
)
to_option = click.option("--to", "end", type=TIME, default="now", help="End, exclusive.")


def from_option(default: str) -> Callable[[F], F]:
    return click.option(
        "--from",
        "start",
        type=TIME,
        default=default,
        help="Start, cut to a whole bucket of the report: an age (30m, 24h, 7d, 2w) or a time"
        " (2026-01-31T12:00, UTC).",
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option(
    "--dsn",
    envvar="DATABASE_URL",
    default="",
    show_default=False,
    show_envvar=True,
    help="Connection string, in any form libpq takes; without one, libpq's PG* variables apply.",
)
@click.version_option(__version__, message="pgkit %(version)s")
@click.pass_context
def cli(context: click.Context, dsn: str) -> None:
    """Track how models perform, inside the PostgreSQL you already run."""
    context.obj = dsn


@cli.command()
@data_option
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this TCP port as well.")
@click.option("--listen", metavar="ADDRESS", help="Listen on this address as well.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a configuration parameter for this start.",
)
def up(data: Path, port: int | None, listen: str | None, settings: tuple[str, ...]) -> None:
    """Start a private PostgreSQL and print its connection string."""
    pairs = dict(parse_setting(setting) for setting in settings)
    dsn = server.up(data, port=port, listen=listen, settings=pairs)
    click.echo(dsn)
    if sys.stdout.isatty():
        click.echo("Use it with: export DATABASE_URL=$(pgkit up)", err=True)


def parse_setting(setting: str) -> tuple[str, str]:
    name, separator, value = setting.partition("=")
    if not separator:
        raise click.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="--set")
    return name, value


@cli.command()
@data_option
def down(data: Path) -> None:
    """Stop the private PostgreSQL; its data stays."""
    stopped = server.down(data)
    click.echo("Stopped." if stopped else "It was not running.", err=True)


@cli.command()
@click.option("--dry-run", is_flag=True, help="Name the files that would run, and change nothing.")
@click.option("--lock-timeout", default="10s", help="How long to wait for a lock on a table.")
@click.pass_obj
def migrate(dsn: str, dry_run: bool, lock_timeout: str) -> None:
    """Bring the database up to date: schema, functions, views, policies."""
    if dry_run:
        with connect(dsn) as connection:
            for file in migrations.plan(connection):
                click.echo(file.name)
        return
    with Console(stderr=True).status("connecting") as status:
        ran = migrations.migrate(
            dsn,
            lock_timeout=lock_timeout,
            report=status.update,
            warn=lambda message: click.echo(f"Warning: {message}", err=True),
        )
    counts = Counter(file.folder for file in ran)
    new = [file.path.stem for file in ran if file.folder == "schema"]
    click.echo(f"Schema files run: {', '.join(new) or 'none, all are applied'}.")
    click.echo(
        f"Applied {counts['functions']} functions, {counts['views']} views,"
        f" {counts['policies']} policies."
    )
    click.echo("Next: pgkit doctor", err=True)


@cli.command("load")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option(
    "--map",
    "mappings",
    multiple=True,
    metavar="COLUMN[*N|/N]=FIELD",
    help="Take a field from this column, its number times or divided by N.",
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Give a field the same value in every call.",
)
@json_option
@click.pass_obj
def load_calls(
    dsn: str,
    files: tuple[Path, ...],
    mappings: tuple[str, ...],
    constants: tuple[str, ...],
    as_json: bool,
) -> None:
    """Load calls from CSV or JSON Lines, plain or gzipped; - is standard input.

    All calls of all files, or none: the first bad line ends it, with its number and the reason.

    Fields are the arguments of perf.record_call(): model_name, tool_name, response_time_ms,
    success, provider, parameters (JSON), input_tokens, output_tokens, error_type, first_token_ms,
    call_timestamp (UTC where it has no offset), call_id. Each comes from the column of its name,
    in any case, or of a usual other name (model, tool, latency_ms, ttft_ms, prompt_tokens,
    completion_tokens, timestamp, ...). An empty value is none. Calls with a call_id that was
    recorded before are skipped; calls without one count again each time they are loaded.

    For example: pgkit load calls.csv --set tool_name=chat --map latency_s*1000=response_time_ms
    """
    mapping = dict(parsed("--map", load.parse_mapping, mappings))
    given = dict(parsed("--set", load.parse_constant, constants))
    sizes = [path.stat().st_size for path in files if path != load.STANDARD_INPUT]
    total = sum(sizes) if len(sizes) == len(files) else None
    with connect(dsn) as connection, progress_bar() as bar:
        task = bar.add_task("loading", total=total)
        loaded = load.load(
            connection,
            files,
            mapping=mapping,
            constants=given,
            report=lambda bytes_read: bar.advance(task, bytes_read),
        )
    if loaded.unused_columns:
        click.echo(f"Not loaded: columns {', '.join(loaded.unused_columns)}", err=True)
    if as_json:
        print_json(loaded._asdict())
        return
    skipped = f", skipped {loaded.skipped} recorded before" if loaded.skipped else ""
    span = f", from {loaded.first} to {loaded.last}" if loaded.first else ""
    click.echo(f"Loaded {loaded.loaded} calls{skipped}{span}.")
    if loaded.loaded:
        click.echo(
            "Next: pgkit trends MODEL TOOL shows them at once; the schedule rolls them up,"
            " or pgkit aggregate now",
            err=True,
        )


def parsed(
    option: str, parse: Callable[[str], tuple[str, T]], texts: Iterable[str]
) -> Iterator[tuple[str, T]]:
    """Yield what `parse` makes of each text, and misuse of the option where it cannot."""
    for text in texts:
        try:
            yield parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint=option) from None


def progress_bar() -> Progress:
    """Return a bar of bytes on stderr, shown on a terminal only."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


@cli.command("seed")
@click.option("--calls", default=0, type=click.IntRange(0), help="How many sample calls.")
@click.option(
    "--days", default=7, type=click.IntRange(1, 3650), help="Spread them over so many days."
)
@click.option("--until", type=TIME, default="now", help="The days end with this hour.")
@click.option("--seed", "number", default=1, help="Another number gives other calls.")
@click.pass_obj
def seed_database(dsn: str, calls: int, days: int, until: datetime, number: int) -> None:
    """Add users, models, tools and sample calls for development; a second run adds nothing.

    The calls are drawn from 2,100 real ones (LLMPerf leaderboard, December 2023). There is one user
    for each role.
    """
    with connect(dsn) as connection:
        seed.add_reference_data(connection)
        added = seed.add_calls(connection, calls=calls, days=days, until=until, seed=number)
    for role, user_id in seed.USERS.items():
        click.echo(f"User {user_id} has role {role}.")
    click.echo(f"Added {added.loaded} sample calls; {added.skipped} were there.")
    if added.loaded:
        click.echo("Next: pgkit compare", err=True)


@cli.command("demo")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: server.default_data().with_name("demo"),
    show_default="one per user",
    help="Data directory of the demo's server.",
)
@json_option
def run_demo(data: Path, as_json: bool) -> None:
    """Record real calls in a private PostgreSQL and compare percentiles with published ones.

    Then change a configuration between calls, and show what that did.

    The calls are those of the LLMPerf leaderboard (Anyscale, December 2023). The server is not the
    one of pgkit up, and stays: pgkit down --data stops it.
    """
    with Console(stderr=True).status("starting PostgreSQL") as status:
        dsn = server.up(data)
        status.update("migrating")
        try:
            migrations.migrate(dsn)
        except Failure as failure:
            raise Failure(
                failure.message,
                f"A demo of another version is there. Run `pgkit down --data {data}`, remove that"
                " directory, and try again.",
            ) from failure
        status.update("recording calls")
        with connect(dsn) as connection:
            recorded = demo.load(connection)
        with connect(dsn) as connection:
            aggregated = reports.select(
                connection, "select perf.aggregate_performance_metrics() as calls"
            )
            compared = demo.compare(connection)
            status.update("changing a configuration")
            impact = demo.change_configuration(connection)
            connection.execute("select perf.aggregate_performance_metrics()")
    if as_json:
        print_json({"percentiles": compared, "impact": impact})
        return
    click.echo(
        f"{recorded.loaded + recorded.skipped} real calls: {recorded.loaded} recorded now,"
        f" {recorded.skipped} before; {aggregated[0]['calls']} rolled up now."
    )
    click.echo("Successful calls, in ms, and how far we are from the published figures:\n")
    for line in demo.format_table(compared):
        click.echo(line)
    largest = max(abs(row[name]) for row in compared for name in row if "difference" in name)
    click.echo(f"\nLargest difference: {largest:.2f} %\n")
    click.echo(
        f"A service went from {demo.BEFORE} to {demo.AFTER}, by a configuration.\n"
        "Its calls before and after, and the change with its 95 % interval:\n"
    )
    for line in demo.format_impact(impact):
        click.echo(line)
    click.echo(f"\n{impact[0]['note']}\n")
    example = compared[-1]["model"]
    span = f"--from {demo.START:%Y-%m-%dT%H:%M} --to {demo.END:%Y-%m-%dT%H:%M}"
    click.echo("The server runs on. Try:")
    click.echo(f"  export DATABASE_URL={shlex.quote(dsn)}")
    program = called_as()
    click.echo(f"  {program} trends {example} {llmperf.TOOL} {span}")
    click.echo(f"  {program} errors {span}")
    click.echo(f"  {program} configs diff {demo.SERVICE_TYPE}@1 {demo.SERVICE_TYPE}@2")
    click.echo(f"  {program} down --data {shlex.quote(str(data))}")


def called_as() -> str:
    """Return how to call this program from here: by its name where PATH has it, else its path."""
    path = Path(sys.argv[0])
    if path.name != "pgkit" or shutil.which(path.name):
        return "pgkit"
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


@cli.command()
@click.argument("model")
@click.argument("tool")
@from_option("24h")
@to_option
@click.option(
    "--granularity",
    type=click.Choice(["hourly", "daily", "weekly"]),
    default="hourly",
    help="Length of a bucket.",
)
@click.option("--parameters", type=JSON, help="Only calls with these parameters.")
@outcome_option
@json_option
@click.pass_obj
def trends(
    dsn: str,
    model: str,
    tool: str,
    start: datetime,
    end: datetime,
    granularity: str,
    parameters: str | None,
    outcome: str,
    as_json: bool,
) -> None:
    """Show how a model with a tool did over time, in milliseconds, the last minute included."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_performance_trends("
            "%(model)s, %(tool)s, %(start)s, %(end)s, %(granularity)s, %(parameters)s,"
            " %(outcome)s)",
            model=model,
            tool=tool,
            start=reports.bucket_start(start, granularity),
            end=end,
            granularity=granularity,
            parameters=parameters,
            outcome=outcome,
        )
    p95 = reports.sparkline([row["p95_response_time"] for row in rows[-MOST_BARS:]])
    show(rows, reports.TREND_COLUMNS, as_json, f"{model}, {tool}; times in ms; p95 {p95}")


@cli.command()
@from_option("7d")
@to_option
@click.option("--tool", help="Only calls with this tool.")
@click.option(
    "--outcome",
    type=click.Choice(["success", "error", "all"]),
    default="success",
    help="Whose times and tokens.",
)
@json_option
@click.pass_obj
def compare(
    dsn: str, start: datetime, end: datetime, tool: str | None, outcome: str, as_json: bool
) -> None:
    """Show models side by side, fastest median first; times in milliseconds."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_model_comparison(%(start)s, %(end)s, %(tool)s, %(outcome)s)",
            start=reports.bucket_start(start),
            end=end,
            tool=tool,
            outcome=outcome,
        )
    show(rows, reports.COMPARISON_COLUMNS, as_json, "Times in ms")


@cli.command()
@click.argument("fractions", metavar="[PERCENTILE]...", nargs=-1, type=click.FloatRange(0, 1))
@from_option("7d")
@to_option
@click.option(
    "--by",
    "groups",
    multiple=True,
    type=click.Choice(["model", "tool", "provider", "parameters"]),
    default=["model"],
    help="Group by this; may be given several times.",
)
@click.option("--model", help="Only this model.")
@click.option("--tool", help="Only this tool.")
@outcome_option
@click.option("--first-token", is_flag=True, help="Time to the first token, not of the response.")
@click.option("--exact", is_flag=True, help="From raw calls, as far as they are kept.")
@json_option
@click.pass_obj
def percentiles(
    dsn: str,
    fractions: tuple[float, ...],
    start: datetime,
    end: datetime,
    groups: tuple[str, ...],
    model: str | None,
    tool: str | None,
    outcome: str,
    first_token: bool,
    exact: bool,
    as_json: bool,
) -> None:
    """Show any percentiles (0 to 1; without any 0.5, 0.95, 0.99) of any groups of calls, in ms."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_latency_percentiles(%(start)s, %(end)s, %(fractions)s,"
            " %(groups)s, %(model)s, %(tool)s, outcome => %(outcome)s, measure => %(measure)s,"
            " exact => %(exact)s)",
            start=start if exact else reports.bucket_start(start),
            end=end,
            fractions=list(fractions) or [0.5, 0.95, 0.99],
            groups=list(groups),
            model=model,
            tool=tool,
            outcome=outcome,
            measure="first_token" if first_token else "response_time",
            exact=exact,
        )
    if not as_json:
        for row in rows:
            row["percentile"] = f"{row['percentile']:g}"
    grouped = [reports.GROUP_COLUMNS[group] for group in groups]
    show(rows, [*grouped, "percentile", "value_ms", "call_count"], as_json)


@cli.command()
@from_option("7d")
@to_option
@click.option("--model", help="Only this model.")
@click.option("--tool", help="Only this tool.")
@json_option
@click.pass_obj
def errors(
    dsn: str,
    start: datetime,
    end: datetime,
    model: str | None,
    tool: str | None,
    as_json: bool,
) -> None:
    """Show which calls failed and why, most frequent first."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_error_breakdown(%(start)s, %(end)s, %(model)s, %(tool)s)",
            start=reports.bucket_start(start),
            end=end,
            model=model,
            tool=tool,
        )
    show(rows, list(rows[0]) if rows else [], as_json, nothing="No call failed in this range.")


def show(
    rows: list[dict[str, Any]],
    columns: Sequence[str],
    as_json: bool,
    title: str | None = None,
    nothing: str = "No calls in this range.",
) -> None:
    """Print the given columns on a terminal, all of them elsewhere."""
    if not rows and not as_json:
        click.echo(nothing, err=True)
    elif as_json or not sys.stdout.isatty():
        print_rows(rows, as_json=as_json)
    else:
        print_rows(reports.arrange(rows, columns), title=title)


@cli.command()
@json_option
@click.pass_obj
def health(dsn: str, as_json: bool) -> None:
    """Show whether calls are rolled up, jobs run and partitions exist; exit 1 if a check fails."""
    with connect(dsn) as connection:
        checks = reports.select(connection, "select * from perf.get_health()")
    print_rows(checks, as_json=as_json)
    if any(check["status"] == "fail" for check in checks):
        sys.exit(1)


@cli.command()
@json_option
@click.pass_obj
def aggregate(dsn: str, as_json: bool) -> None:
    """Roll up the calls that are not yet, and print how many they were."""
    with connect(dsn) as connection:
        rows = reports.select(connection, "select perf.aggregate_performance_metrics() as calls")
    if as_json:
        print_json(rows[0])
    else:
        click.echo(rows[0]["calls"])


@cli.command()
@json_option
@click.pass_obj
def schedule(dsn: str, as_json: bool) -> None:
    """Have pg_cron do the jobs: roll up every minute, partitions and retention daily."""
    with connect(dsn) as connection:
        rows = reports.select(connection, "select * from perf.schedule_jobs()")
    print_rows(rows, as_json=as_json)


@cli.command()
@click.pass_obj
def unschedule(dsn: str) -> None:
    """Remove the jobs from pg_cron, and print how many they were."""
    with connect(dsn) as connection:
        rows = reports.select(connection, "select perf.unschedule_jobs() as jobs")
    click.echo(rows[0]["jobs"])


@cli.command("worker")
@click.option("--once", is_flag=True, help="Run every job now and exit, with 1 if one failed.")
@click.pass_obj
def run_worker(dsn: str, once: bool) -> None:
    """Do the jobs on their schedule (GMT) where pg_cron is missing; several workers are fine.

    Each run is a line on stderr and a row in perf_internal.worker_runs. SIGTERM and SIGINT stop it
    after the current job. It needs a session of its own: no pooler in transaction mode.
    """
    if once:
        with connect(dsn, autocommit=True) as connection:
            sys.exit(0 if worker.run_once(connection, log_line) else 1)
    with worker.stopping(log_line) as stop:
        worker.work(dsn, stop, log_line)


def log_line(message: str) -> None:
    click.echo(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {message}", err=True)


@cli.command("grant-role")
@click.argument("user_id", type=click.UUID)
@click.argument("role", type=ROLE)
@click.option("--username", help="Name the user, or rename one.")
@click.pass_obj
def grant_role(dsn: str, user_id: UUID, role: str, username: str | None) -> None:
    """Give a user (the sub of a token) a role, making the profile if there is none."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select perf.grant_role(%(user_id)s, %(role)s, %(username)s) as is_new",
            user_id=user_id,
            role=role,
            username=username,
        )
    click.echo("Granted." if rows[0]["is_new"] else "The user had it already.", err=True)


@cli.command("revoke-role")
@click.argument("user_id", type=click.UUID)
@click.argument("role", type=ROLE)
@click.pass_obj
def revoke_role(dsn: str, user_id: UUID, role: str) -> None:
    """Take a role from a user."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select perf.revoke_role(%(user_id)s, %(role)s) as had_it",
            user_id=user_id,
            role=role,
        )
    click.echo("Revoked." if rows[0]["had_it"] else "The user did not have it.", err=True)


@cli.command()
@json_option
@click.pass_obj
def status(dsn: str, as_json: bool) -> None:
    """Show how far the database is, and what differs from the files."""
    with connect(dsn) as connection:
        found = migrations.read_status(connection)
        server_version = connection.info.parameter_status("server_version")
    facts = {"pgkit": __version__, "postgresql": server_version, **found._asdict()}
    if as_json:
        print_json({**facts, "is_current": found.is_current})
        return
    rows = [{"what": name.replace("_", " "), "value": value} for name, value in facts.items()]
    print_rows(rows[:3] if not found.is_installed else [row for row in rows if row["value"] != []])
    if not found.is_current:
        click.echo("Next: pgkit migrate", err=True)


@cli.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def uninstall(dsn: str, yes: bool) -> None:
    """Remove everything of ours from the database, data included."""
    with connect(dsn) as connection:
        if not yes:
            lost = "".join(f"\n  {name}" for name in migrations.read_dependents(connection))
            also = f"\nObjects of yours that use it go too:{lost}\nGo on?" if lost else ""
            click.confirm(
                f"Drop schemas perf and perf_internal in database {connection.info.dbname},"
                f" with all data?{also}",
                abort=True,
                err=True,
            )
        removed, kept = migrations.uninstall(connection)
    for name in removed:
        click.echo(f"Removed {name}")
    for reason in kept:
        click.echo(f"Kept {reason}", err=True)
    if not removed:
        click.echo("Nothing of ours was in this database.", err=True)


@cli.command("doctor")
@json_option
@click.pass_obj
def run_doctor(dsn: str, as_json: bool) -> None:
    """Check connection, versions, rights, extensions, schedule and health."""
    checks = [check._asdict() for check in doctor.examine(dsn)]
    print_rows(checks, as_json=as_json)
    if any(check["result"] == "fail" for check in checks):
        sys.exit(1)


@cli.command("test")
@click.option("--pgtap-only", is_flag=True, help="Run the pgTAP files only.")
@click.option("--pytest-only", is_flag=True, help="Run pytest only.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def run_tests(dsn: str, pgtap_only: bool, pytest_only: bool, paths: tuple[Path, ...]) -> None:
    """Run the pgTAP and pytest suites, or the given files, in temporary databases.

    They are made on the server of --dsn; without one, on a server started for the purpose.
    """
    if pgtap_only and pytest_only:
        raise click.UsageError("--pgtap-only and --pytest-only exclude each other")
    total = runner.Outcome()
    with runner.test_server(dsn) as test_dsn:
        if not pytest_only and (files := runner.pgtap_files(paths)):
            total = total.plus(runner.run_pgtap(test_dsn, files, show_progress))
        if not pgtap_only and (tests := runner.pytest_paths(paths)):
            total = total.plus(runner.run_pytest(test_dsn, tests))
    for failure in total.failures:
        click.echo(f"FAILED {failure}")
    click.echo(total)
    if total.failed:
        sys.exit(1)


def show_progress(file: Path, outcome: runner.Outcome) -> None:
    click.echo(f"{file}: {outcome}", err=True)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    For example: pgkit completion bash > ~/.local/share/bash-completion/completions/pgkit
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:
        raise click.BadParameter(f"{shell} is not supported", param_hint="shell")
    click.echo(complete(cli, {}, "pgkit", "_PGKIT_COMPLETE").source())


@cli.group("configs")
def config_commands() -> None:
    """Keep, compare, activate and roll back configurations of model types.

    CONFIG is a model type (its active version), a version such as sdxl@3, or an id.
    """


notes_option = click.option("--notes", help="Why; kept in the history.")
guard_option = click.option(
    "--guard",
    type=JSON,
    metavar="JSON",
    help="Roll back by itself when this breaks, such as"
    ' {"metric": "error_rate", "worse_than": "20%", "within": "1 hour"}.',
)


@config_commands.command("list")
@click.argument("model_type", required=False)
@click.option("--limit", default=20, type=click.IntRange(1), help="How many versions.")
@json_option
@click.pass_obj
def list_configs(dsn: str, model_type: str | None, limit: int, as_json: bool) -> None:
    """List versions, newest first, of one model type or all."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_config_history(%(model_type)s, max_rows => %(limit)s)",
            model_type=model_type,
            limit=limit,
        )
    show_configs(configs.named(rows), configs.LIST_COLUMNS, as_json)


def show_configs(
    rows: list[dict[str, Any]],
    columns: Sequence[str],
    as_json: bool,
    nothing: str = "Nothing there. pgkit configs save adds a version.",
) -> None:
    if not rows and not as_json:
        click.echo(nothing, err=True)
    print_rows(rows if as_json else configs.pick(rows, columns), as_json=as_json)


@config_commands.command("show")
@click.argument("config")
@click.option("--at", type=TIME, help="The version of this model type in force then.")
@json_option
@click.pass_obj
def show_config(dsn: str, config: str, at: datetime | None, as_json: bool) -> None:
    """Show a version and its data; with --at, what was in force at a time."""
    with connect(dsn) as connection:
        if at is not None:
            rows = reports.select(
                connection,
                "select * from perf.get_config_at(%(config)s, %(at)s)",
                config=config,
                at=at,
            )
            if not rows:
                raise Failure(f"no configuration of model type {config} was in force then")
            found = configs.named(rows)[0]
        else:
            found = configs.find(connection, config)
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        if name != "config_data" and value is not None:
            click.echo(f"{name.replace('_', ' ')}: {value}")
    click.echo(json.dumps(found["config_data"], indent=2, ensure_ascii=False))


@config_commands.command("diff")
@click.argument("old", metavar="CONFIG")
@click.argument("new", metavar="CONFIG")
@json_option
@click.pass_obj
def diff_configs(dsn: str, old: str, new: str, as_json: bool) -> None:
    """Show what differs from one version to another: added, removed, changed."""
    with connect(dsn) as connection:
        a, b = configs.find(connection, old), configs.find(connection, new)
        changes = reports.select(
            connection,
            "select * from perf.compare_model_configs(%(a)s, %(b)s)",
            a=a["id"],
            b=b["id"],
        )
    if as_json:
        print_json(changes)
        return
    for line, colour in configs.diff_lines(changes):
        click.secho(line, fg=colour)
    counts = Counter(change["kind"] for change in changes)
    summary = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    click.echo(f"{a['config']} -> {b['config']}: {summary or 'no difference'}", err=True)


@config_commands.command("save")
@click.argument("model_type")
@click.argument("name")
@click.argument("file", type=click.File(encoding="utf-8"))
@notes_option
@click.option("--activate", is_flag=True, help="Put it in force as well.")
@json_option
@click.pass_obj
def save_config(
    dsn: str,
    model_type: str,
    name: str,
    file: TextIO,
    notes: str | None,
    activate: bool,
    as_json: bool,
) -> None:
    """Save a version from a JSON file; - is standard input. Identical data is saved once."""
    data = JSON.convert(file.read(), None, click.get_current_context())
    with connect(dsn) as connection:
        row = reports.select(
            connection,
            "select * from perf.save_model_config("
            "%(model_type)s, %(name)s, %(data)s::jsonb, %(notes)s, %(activate)s)",
            model_type=model_type,
            name=name,
            data=data,
            notes=notes,
            activate=activate,
        )[0]
    if as_json:
        print_json(row)
        return
    state = "saved" if row["is_new"] else "was there already, with the same data"
    active = "; it is active" if row["is_active"] else ""
    click.echo(f"{model_type}@{row['version']} {state}{active}.")


@config_commands.command("activate")
@click.argument("config")
@notes_option
@guard_option
@json_option
@click.pass_obj
def activate_config(
    dsn: str, config: str, notes: str | None, guard: str | None, as_json: bool
) -> None:
    """Put a version in force in place of the active one."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.activate_model_config("
            "perf.find_model_config(%(config)s), %(notes)s, %(guard)s::jsonb)",
            config=config,
            notes=notes,
            guard=guard,
        )
        show_activation(connection, rows[0], as_json)


@config_commands.command("rollback")
@click.argument("model_type")
@click.option("--steps", default=1, type=click.IntRange(1), help="How many activations back.")
@click.option("--to", metavar="CONFIG", help="Back to this version instead.")
@notes_option
@json_option
@click.pass_obj
def rollback_config(
    dsn: str, model_type: str, steps: int, to: str | None, notes: str | None, as_json: bool
) -> None:
    """Put back in force what was before; two rollbacks go two steps back."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.rollback_model_config(%(model_type)s, %(steps)s,"
            " perf.find_model_config(%(to)s), %(notes)s)"
            if to
            else "select * from perf.rollback_model_config("
            "%(model_type)s, %(steps)s, notes => %(notes)s)",
            model_type=model_type,
            steps=steps,
            to=to,
            notes=notes,
        )
        show_activation(connection, rows[0], as_json)


def show_activation(connection: Connection, activation: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(activation)
        return
    config = configs.find(connection, str(activation["config_id"]))
    since = configs.short(activation["active_from"])
    click.echo(f"{config['config']} ({config['config_name']}) is active since {since} UTC.")
    if activation["guard"]:
        guard = activation["guard"]
        click.echo(
            f"Guard: back if {guard['metric']} exceeds {guard['limit']:g}"
            f" over {guard['min_calls']} calls or more within {guard['within']}."
        )


@config_commands.command("history")
@click.argument("model_type", required=False)
@click.option("--limit", default=20, type=click.IntRange(1), help="How many activations.")
@json_option
@click.pass_obj
def config_history(dsn: str, model_type: str | None, limit: int, as_json: bool) -> None:
    """Show what was in force when, who put it there and why, newest first."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_activation_history(%(model_type)s, max_rows => %(limit)s)",
            model_type=model_type,
            limit=limit,
        )
    show_configs(configs.named(rows), configs.HISTORY_COLUMNS, as_json)


@config_commands.command("impact")
@click.argument("model_type")
@click.option("--at", type=TIME, help="The activation in force then.  [default: the active one]")
@click.option("--window", default="7 days", help="How far to look before and after.")
@click.option("--min-calls", default=50, type=click.IntRange(1), help="Fewest calls on each side.")
@json_option
@click.pass_obj
def config_impact(
    dsn: str, model_type: str, at: datetime | None, window: str, min_calls: int, as_json: bool
) -> None:
    """Compare the calls of a model type before and after an activation."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_config_impact("
            "%(model_type)s, %(at)s, %(window)s::interval, min_calls => %(min_calls)s)",
            model_type=model_type,
            at=at,
            window=window,
            min_calls=min_calls,
        )
    shown = configs.pick(configs.impact_rows(rows), configs.IMPACT_COLUMNS)
    print_rows(rows if as_json else shown, as_json=as_json)
    if not as_json:
        click.echo("The interval is of the change, at 95 %. " + rows[0]["note"])


@config_commands.command("approval")
@click.argument("model_type")
@click.argument("needed", type=click.Choice(["on", "off"]))
@click.pass_obj
def set_approval(dsn: str, model_type: str, needed: str) -> None:
    """Say whether activating a model type needs a second person; going back never does."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select perf.set_config_approval(%(model_type)s, %(needed)s) as is_new",
            model_type=model_type,
            needed=needed == "on",
        )
    state = f"now {needed}" if rows[0]["is_new"] else f"{needed} already"
    click.echo(f"Approval of {model_type} is {state}.")


@config_commands.command("request")
@click.argument("config")
@notes_option
@guard_option
@click.pass_obj
def request_config(dsn: str, config: str, notes: str | None, guard: str | None) -> None:
    """Ask for an activation that another admin approves, and print the request's number."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.request_activation("
            "perf.find_model_config(%(config)s), %(notes)s, %(guard)s::jsonb)",
            config=config,
            notes=notes,
            guard=guard,
        )
    click.echo(rows[0]["id"])


@config_commands.command("requests")
@click.option("--all", "is_all", is_flag=True, help="Also those that are decided.")
@click.option("--limit", default=20, type=click.IntRange(1), help="How many requests.")
@json_option
@click.pass_obj
def list_requests(dsn: str, is_all: bool, limit: int, as_json: bool) -> None:
    """List the activations that wait for another admin, newest first."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection, query("config_requests").decode(), is_all=is_all, limit=limit
        )
    show_configs(
        configs.named(rows),
        configs.REQUEST_COLUMNS,
        as_json,
        "No request waits. pgkit configs request makes one.",
    )


@config_commands.command("reject")
@click.argument("request", type=int)
@notes_option
@click.pass_obj
def reject_config(dsn: str, request: int, notes: str | None) -> None:
    """Close a request without an activation; your own is withdrawn."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.reject_activation(%(request)s, %(notes)s)",
            request=request,
            notes=notes,
        )
    click.echo(f"Request {request} is {rows[0]['status']}.")


@config_commands.command("approve")
@click.argument("request", type=int)
@notes_option
@json_option
@click.pass_obj
def approve_config(dsn: str, request: int, notes: str | None, as_json: bool) -> None:
    """Activate what another admin asked for."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.approve_activation(%(request)s, %(notes)s)",
            request=request,
            notes=notes,
        )
        show_activation(connection, rows[0], as_json)


@config_commands.command("verify")
@json_option
@click.pass_obj
def verify_configs(dsn: str, as_json: bool) -> None:
    """Check that nobody edited the audit log; exit 1 and name the first broken entry."""
    with connect(dsn) as connection:
        rows = reports.select(connection, "select * from perf.verify_audit_log()")
    print_rows(rows, as_json=as_json)
    if rows:
        sys.exit(1)
    if not as_json:
        click.echo("The audit log is whole.", err=True)

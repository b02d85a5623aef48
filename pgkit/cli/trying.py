"""Try the tool: the demo, its tests, completion in a shell."""

import shlex
import shutil
import sys
from pathlib import Path

import click
from rich.console import Console

from pgkit import demo, llmperf, migrations, reports, runner, server, vm_jobs
from pgkit.cli.options import json_option, takes_dsn
from pgkit.database import Failure, connect
from pgkit.output import is_for_people, print_json, tell


@click.command("demo")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: server.default_data().with_name("demo"),
    show_default="one per user",
    help="Data directory of the demo's server.",
)
@json_option
def run_demo(data: Path, as_json: bool) -> None:
    """Try pgkit with real calls and jobs in a private PostgreSQL.

    The 2,100 calls are those of the LLMPerf leaderboard (Anyscale, December 2023). The demo
    compares our percentiles with the published ones. Then it changes a configuration between calls,
    and shows what that did. The 1,778 jobs are benchmarks of the Azure VM noise dataset (2024). The
    demo compares the two machines that ran them.

    The server of the demo is not the one of pgkit up. It runs on until pgkit down --data stops it.
    """
    with Console(stderr=True).status("starting PostgreSQL") as status:
        has_run_before = server.is_running(data)
        dsn = server.up(data)
        status.update("migrating")
        try:
            migrations.migrate(dsn)
        except Failure as failure:
            stop = f"Run `{called_as()} down --data {shlex.quote(str(data))}`, then remove"
            if not has_run_before:
                server.down(data)
                stop = "Remove"
            raise Failure(
                failure.message,
                f"A demo of another version is there. {stop} the directory {data} and try again.",
            ) from failure
        status.update("recording calls")
        with connect(dsn) as connection:
            recorded = demo.load(connection)
        with connect(dsn) as connection:
            aggregated = reports.select(
                connection, "select perf.aggregate_performance_metrics('calls') as calls"
            )
            compared = demo.compare(connection)
        status.update("watching an error rate")
        with connect(dsn) as connection:
            events = demo.watch_calls(connection)
        status.update("changing a configuration")
        with connect(dsn, autocommit=True) as connection:
            impact = demo.change_configuration(connection)
        status.update("recording jobs")
        with connect(dsn) as connection:
            jobs = demo.load_jobs(connection)
        with connect(dsn) as connection:
            reports.select(connection, "select perf.aggregate_performance_metrics()")
            workers = demo.compare_workers(connection)
        status.update("checking for drift")
        with connect(dsn) as connection:
            drift = demo.check_drift(connection)
        status.update("running an A/B test")
        with connect(dsn) as connection:
            results = demo.run_experiment(connection)
        status.update("making partitions")
        with connect(dsn, autocommit=True) as connection:
            connection.execute("select from perf.ensure_partitions()")
            connection.execute("select from perf.aggregate_performance_metrics()")
    if as_json:
        print_json(
            {
                "percentiles": compared,
                "alert": events,
                "impact": impact,
                "workers": workers,
                "drift": drift,
                "experiment": results,
            }
        )
        return
    click.echo(
        f"{recorded.loaded + recorded.skipped} real calls: {recorded.loaded} recorded now,"
        f" {recorded.skipped} before; {aggregated[0]['calls']} rolled up now."
    )
    click.echo("Successful calls: times in ms, and how far ours are from the published ones:\n")
    width = shutil.get_terminal_size().columns if is_for_people() else sys.maxsize
    for line in demo.format_table(compared, width):
        click.echo(line)
    largest = max(abs(row[name]) for row in compared for name in row if "difference" in name)
    click.echo(f"\nLargest difference: {largest:.2f} %\n")
    click.echo("An alert of an error rate, evaluated at every minute of the hour of the calls:\n")
    for line in demo.format_events(events):
        click.echo(line)
    click.echo()
    click.echo(
        f"A new configuration moved a service from {demo.BEFORE} to {demo.AFTER}.\n"
        "Its calls before and after, and the change with its 95 % interval:\n"
    )
    for line in demo.format_impact(impact):
        click.echo(line)
    tell(f"\n{impact[0]['note']}\n", err=False)
    click.echo(
        f"{jobs.completed} real jobs: {len(workers)} benchmarks on the machines"
        f" {' and '.join(vm_jobs.WORKERS)}.\n"
        "What each measured, and the change from the first with its 95 % interval:\n"
    )
    for line in demo.format_workers(workers):
        click.echo(line)
    click.echo(
        f"\n{demo.SERVED_TYPE} was served by {demo.SERVED_A.split('/')[0]}, now by"
        f" {demo.SERVED_B.split('/')[0]}.\n"
        "Means of what calls looked like, and whether it drifted:\n"
    )
    for line in demo.format_drift(drift):
        click.echo(line)
    click.echo(
        "\nAn A/B test of the two, with the difference and its interval, valid at every look:\n"
    )
    for line in demo.format_experiment(results):
        click.echo(line)
    click.echo(f"\n{results[0]['recommendation'].replace('_', ' ')}: {results[0]['reason']}")
    example = compared[-1]["model"]
    span = f"--from {demo.START:%Y-%m-%dT%H:%M} --to {demo.END:%Y-%m-%dT%H:%M}"
    click.echo("\nThe server runs on. Try:")
    click.echo(f"  export DATABASE_URL={shlex.quote(dsn)}")
    program = called_as()
    # Calls of an hour are one point; jobs of two weeks are lines.
    looked_at = f"?from={demo.JOBS_START:%Y-%m-%d}&to={demo.JOBS_END:%Y-%m-%d}"
    click.echo(f"  {program} trends {example} {llmperf.TOOL} {span}")
    click.echo(f"  {program} errors {span}")
    job_span = f"--from {demo.JOBS_START:%Y-%m-%d} --to {demo.JOBS_END:%Y-%m-%d}"
    click.echo(f"  {program} jobs workflows {job_span}")
    click.echo(f"  {program} configs diff {demo.SERVICE_TYPE}@1 {demo.SERVICE_TYPE}@2")
    click.echo(
        f"  {program} dashboard    # then look at http://127.0.0.1:8050/workflows{looked_at}"
    )
    click.echo(f"  {program} down --data {shlex.quote(str(data))}")


def called_as() -> str:
    """Return how to call this program from here: by its name where PATH has it, else its path."""
    path = Path(sys.argv[0])
    if path.name != "pgkit" or shutil.which(path.name):
        return "pgkit"
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


@click.command("test")
@click.option("--pgtap-only", is_flag=True, help="Run the pgTAP files only.")
@click.option("--pytest-only", is_flag=True, help="Run pytest only.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@takes_dsn
def run_tests(dsn: str, pgtap_only: bool, pytest_only: bool, paths: tuple[Path, ...]) -> None:
    """Run the tests of pgkit in temporary databases.

    PATHS are files with pgTAP or pytest tests; without one, all run. The databases are made on the
    server of --dsn, or on a server that is started for the tests.
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


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Example:
      pgkit completion bash > ~/.local/share/bash-completion/completions/pgkit
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:
        raise click.BadParameter(f"{shell} is not supported", param_hint="shell")
    root = click.get_current_context().find_root().command
    click.echo(complete(root, {}, "pgkit", "_PGKIT_COMPLETE").source())

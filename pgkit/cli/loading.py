"""Load files of calls and of jobs."""

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from pgkit import load, reports
from pgkit.cli.options import json_option, takes_dsn
from pgkit.database import connect
from pgkit.output import plural, print_json, tell
from pgkit.times import span

T = TypeVar("T")


@click.command("load")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option("--jobs", "are_jobs", is_flag=True, help="The files hold jobs that are over.")
@click.option(
    "--map",
    "mappings",
    multiple=True,
    metavar="COLUMN[*N|/N]=FIELD",
    help="Take a field from this column, its number multiplied with or divided by N.",
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Give a field the same value in every line.",
)
@json_option
@takes_dsn
def load_files(
    dsn: str,
    files: tuple[Path, ...],
    are_jobs: bool,
    mappings: tuple[str, ...],
    constants: tuple[str, ...],
    as_json: bool,
) -> None:
    """Load calls, or jobs, from CSV or JSON Lines files.

    Files may be gzipped. The file - is standard input. Either all lines of all files are loaded or
    none: the first bad line ends the command, with its number and the reason.

    A field comes from the column of its name, or of another usual name. Upper and lower case are
    equal. An empty value means that there is none. Times without an offset are UTC.

    A call has these fields: model_name, tool_name, response_time_ms, success, provider, parameters
    (JSON), input_tokens, output_tokens, error_type, first_token_ms, call_timestamp and call_id.
    Other names are model, tool, latency_ms, ttft_ms, prompt_tokens, completion_tokens, timestamp. A
    call whose call_id is recorded already is skipped. A call without a call_id counts again each
    time that it is loaded.

    A job has these fields: workflow_name, worker_name, started_at, completed_at,
    total_wall_time_ms, total_gpu_time_ms, time_per_frame_ms, vram_peak_mb, frame_count,
    resolution_tier, model_type, status (completed or failed), success, error_type, project_name,
    character_name, scene_name, external_id, and as JSON quality_scores, pipeline_stages and
    parameters. quality.NAME, stage.NAME and parameters.NAME are one score, the ms of one stage, one
    parameter; quality.{COLUMN} takes the name from a column. Other names are workflow, worker,
    runtime_s, gpu_time_s, vram_gb, frames, tier, error, job_id. Without completed_at a job ended
    its wall time after started_at. Its external_id has the effect of a call_id.

    \b
    Examples:
      pgkit load calls.csv --set tool_name=chat \\
        --map latency_s*1000=response_time_ms
      pgkit load --jobs jobs.csv.gz --map value=quality.{unit}
    """
    layout = load.JOBS if are_jobs else load.CALLS
    mapping = dict(parsed("--map", partial(load.parse_mapping, layout=layout), mappings))
    given = dict(parsed("--set", partial(load.parse_constant, layout=layout), constants))
    sizes = [path.stat().st_size for path in files if path != load.STANDARD_INPUT]
    total = sum(sizes) if len(sizes) == len(files) else None
    with connect(dsn) as connection, progress_bar() as bar:
        task = bar.add_task("loading", total=total)
        loaded = (load.load_jobs if are_jobs else load.load_calls)(
            connection,
            files,
            mapping=mapping,
            constants=given,
            report=lambda bytes_read: bar.advance(task, bytes_read),
        )
        old = ""
        if loaded.loaded and loaded.first:
            old = reports.outlived(connection, "jobs" if are_jobs else "calls", loaded.first)
    if loaded.unused_columns:
        tell(f"Not loaded: columns {', '.join(loaded.unused_columns)}")
    if isinstance(loaded, load.LoadedJobs) and loaded.left_out:
        states = ", ".join(f"{count:,} {state}" for state, count in loaded.left_out.items())
        tell(f"Not loaded: jobs that are not over ({states})")
    if as_json:
        print_json(loaded._asdict())
    else:
        click.echo(summary(loaded))
    if old:
        tell(old)
    if as_json:
        return
    if loaded.first:
        since = f"--from {loaded.first.astimezone(UTC):%Y-%m-%d}"
        command = f"pgkit jobs overview {since}" if are_jobs else f"pgkit trends MODEL TOOL {since}"
        tell(
            f"Next: `{command}` shows them at once. The schedule rolls them up; `pgkit aggregate`"
            " does it without waiting."
        )


def summary(loaded: load.Loaded | load.LoadedJobs) -> str:
    """Return what became of the lines, and which time they span."""
    skipped = f", skipped {loaded.skipped:,} recorded before" if loaded.skipped else ""
    noun, outcomes = "call", ""
    if isinstance(loaded, load.LoadedJobs):
        # Of skipped ones too, because only the database knows which of the lines are new.
        noun, outcomes = "job", f" ({loaded.completed:,} completed, {loaded.failed:,} failed)"
    when = f", from {span(loaded.first, loaded.last)}" if loaded.first and loaded.last else ""
    return f"Loaded {plural(loaded.loaded, noun)}{skipped}{outcomes}{when}."


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

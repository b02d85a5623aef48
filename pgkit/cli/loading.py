"""Load files of calls and of jobs."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
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
from pgkit.load.formats import get_format
from pgkit.load.sources import parse_condition, parse_constant, parse_mapping
from pgkit.output import escaped, plural, print_json, tell
from pgkit.times import read_zone, span

T = TypeVar("T")
MOST_ERROR_TYPES = 5
LONGEST_SHOWN = 60


@click.command("load")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option("--jobs", "are_jobs", is_flag=True, help="The files hold jobs that are over.")
@click.option("--format", "format_name", metavar="NAME", help="The format, instead of its content.")
@click.option("--explain", is_flag=True, help="Show mapping and first calls, and load nothing.")
@click.option(
    "--map",
    "mappings",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="Take a field from this column, or from what is calculated of some.",
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Give a field the same value in every line.",
)
@click.option(
    "--failed",
    "failed",
    multiple=True,
    metavar="COLUMN[=VALUE]",
    help="A line has failed if the column has one of these values, or is set.",
)
@click.option(
    "--only",
    "only",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="Leave out lines whose column has none of these values.",
)
@click.option("--null", "nulls", multiple=True, metavar="TEXT", help="A text that means nothing.")
@click.option(
    "--zone",
    metavar="AREA/CITY",
    default="UTC",
    show_default=True,
    help="Time zone of times in the files that name none.",
)
@click.option("--skip-bad", is_flag=True, help="Load the rest, and write bad lines to FILE.bad.")
@click.option(
    "--bad-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where --skip-bad writes bad lines instead.",
)
@json_option
@takes_dsn
def load_files(
    dsn: str,
    files: tuple[Path, ...],
    are_jobs: bool,
    format_name: str | None,
    explain: bool,
    mappings: tuple[str, ...],
    constants: tuple[str, ...],
    failed: tuple[str, ...],
    only: tuple[str, ...],
    nulls: tuple[str, ...],
    zone: str,
    skip_bad: bool,
    bad_file: Path | None,
    as_json: bool,
) -> None:
    """Load calls, or jobs, from the files that people have.

    CSV, JSON in lines or arrays, and Parquet; gzipped, zipped or plain. The file - is standard
    input. Either all lines of all files are loaded or none: the first bad line ends the command,
    with its number and the reason. --skip-bad loads the rest.

    Formats known by their content: aiperf, bedrock, jmeter, langfuse, litellm, llmperf, openrouter,
    otlp, phoenix and vllm. In other files a field comes from the column of its name, or of another
    usual name, or from where --map says. Upper and lower case are equal. An empty value means that
    there is none. Times without a zone are UTC. Times that are numbers count since 1970 in the unit
    that their size tells.

    A call has these fields: model_name, tool_name, response_time_ms, success, provider, parameters
    (JSON), input_tokens, output_tokens, error_type, first_token_ms, call_timestamp, call_id,
    cached_input_tokens, cache_write_tokens, reasoning_tokens and cost. Other names are model, tool,
    latency_ms, ttft_ms, prompt_tokens, completion_tokens, timestamp, request_id. A call whose
    call_id, any text, is recorded already is skipped. A call without a call_id counts again each
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
    A COLUMN may be:
      latency_s*1000       a number multiplied, or divided by /
      usage.input          a key inside of JSON
      end-start            the milliseconds between two times
      ttfts+itls           a sum, of arrays too
      {provider}/{model}   a text of several columns
      a|b|'text'           the first that has a value

    \b
    Examples:
      pgkit load spend-logs.jsonl
      pgkit load calls.csv --map end-start=response_time_ms --set tool_name=chat \\
        --failed status=failure
      pgkit load --jobs jobs.csv.gz --map value=quality.{unit}
    """
    layout = load.JOBS if are_jobs else load.CALLS
    if are_jobs and format_name:
        raise click.UsageError("--format is for files of calls.")
    if bad_file and not skip_bad:
        raise click.UsageError("--bad-file is for --skip-bad.")
    try:
        time_zone = read_zone(zone)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--zone") from None
    options = load.Options(
        mapping=dict(parsed("--map", partial(parse_mapping, layout=layout), mappings)),
        constants=dict(parsed("--set", partial(parse_constant, layout=layout), constants)),
        failed=list(parsed("--failed", parse_condition, failed)),
        only=list(parsed("--only", parse_condition, only)),
        nulls=frozenset(nulls),
        zone=time_zone,
    )
    format = get_format(format_name) if format_name else None
    if explain:
        for path in files:
            print_explained(load.explain_file(path, layout, options, format), as_json=as_json)
        return
    sizes = [path.stat().st_size for path in files if path != load.STANDARD_INPUT]
    total = sum(sizes) if len(sizes) == len(files) else None
    with closing(load.BadLines(bad_file)) as collected, connect(dsn) as connection:
        bad = collected if skip_bad else None
        with progress_bar() as bar:
            task = bar.add_task("loading", total=total)

            def report(bytes_read: int) -> None:
                bar.advance(task, bytes_read)

            loaded = (
                load.load_jobs(connection, files, options, bad=bad, report=report)
                if are_jobs
                else load.load_calls(
                    connection, files, options, format=format, bad=bad, report=report
                )
            )
        old = ""
        if loaded.loaded and loaded.first:
            old = reports.outlived(connection, "jobs" if are_jobs else "calls", loaded.first)
    tell_details(loaded, collected)
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


def tell_details(loaded: load.Loaded | load.LoadedJobs, bad: load.BadLines) -> None:
    """Say on stderr what was taken for what, what was changed, and what was left out."""
    if isinstance(loaded, load.Loaded):
        for name in loaded.formats:
            tell(f"Format: {name} ({get_format(name).title})")
    for note in loaded.notes:
        tell(f"Note: {note}")
    if loaded.unused_columns:
        noun = "column" if len(loaded.unused_columns) == 1 else "columns"
        tell(f"Not loaded: {noun} {', '.join(loaded.unused_columns)}")
    if loaded.left_out:
        if isinstance(loaded, load.LoadedJobs):
            states = ", ".join(f"{count:,} {state}" for state, count in loaded.left_out.items())
            tell(f"Not loaded: jobs that are not over ({states})")
        else:
            reasons = ", ".join(f"{why} ({count:,})" for why, count in loaded.left_out.items())
            tell(f"Left out: {reasons}")
    if bad.count:
        tell(
            f"Skipped {plural(bad.count, 'bad line')}, written to {', '.join(map(str, bad.files))}"
        )
        for place, reason in bad.shown:
            tell(f"  {place}: {reason}")
        if bad.count > len(bad.shown):
            tell(f"  and {bad.count - len(bad.shown):,} more")


def print_explained(explained: load.Explained, *, as_json: bool) -> None:
    """Print where each field comes from, and the first calls."""
    if as_json:
        print_json(explained._asdict())
        return
    known = f"{explained.format} ({explained.title})" if explained.format else "none that is known"
    click.echo(f"Format: {known}")
    for note in explained.notes:
        click.echo(f"Note: {note}")
    width = max(map(len, explained.mapping), default=0)
    for field, source in explained.mapping.items():
        click.echo(f"  {field:{width}}  {escaped(source)}")
    for place, reason in explained.bad_lines:
        click.echo(f"Bad line {escaped(place)}: {escaped(reason)}")
    for number, call in enumerate(explained.calls, 1):
        click.echo(f"\n{number}.")
        for field, value in call.items():
            click.echo(f"  {field:{width}}  {escaped(value)}")
    tell("Nothing was loaded.")


def summary(loaded: load.Loaded | load.LoadedJobs) -> str:
    """Return what became of the lines, and which time they span."""
    skipped = f", skipped {loaded.skipped:,} recorded before" if loaded.skipped else ""
    both = f"of all {loaded.loaded + loaded.skipped:,}: " if loaded.skipped else ""
    # Outcomes are of skipped ones too, because only the database knows which of the lines are new.
    if isinstance(loaded, load.LoadedJobs):
        noun = "job"
        outcomes = f" ({both}{loaded.completed:,} completed, {loaded.failed:,} failed)"
    else:
        noun, outcomes = "call", describe_outcomes(loaded, both)
    when = f", from {span(loaded.first, loaded.last)}" if loaded.first and loaded.last else ""
    return f"Loaded {plural(loaded.loaded, noun)}{skipped}{outcomes}{when}."


def describe_outcomes(loaded: load.Loaded, both: str) -> str:
    """Return how many calls succeeded and failed, by error type: the most frequent ones."""
    if not loaded.succeeded and not loaded.failed:
        return ""
    failed = sum(loaded.failed.values())
    most = list(loaded.failed.items())[:MOST_ERROR_TYPES]
    kinds = [f"{count:,} {shorten(error)}" for error, count in most]
    if len(loaded.failed) > len(most):
        kinds.append(f"{len(loaded.failed) - len(most):,} other error types")
    reasons = f": {', '.join(kinds)}" if kinds else ""
    return f" ({both}{loaded.succeeded:,} succeeded, {failed:,} failed{reasons})"


def shorten(error: str) -> str:
    return escaped(error if len(error) <= LONGEST_SHOWN else f"{error[: LONGEST_SHOWN - 1]}…")


def parsed(option: str, parse: Callable[[str], T], texts: Iterable[str]) -> Iterator[T]:
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

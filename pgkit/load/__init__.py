"""Load files of calls or of jobs: the usual formats, and any table or JSON with a mapping."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pgkit import calls, jobs
from pgkit.calls import BadLine, Value, as_text
from pgkit.database import Connection, Failure, query
from pgkit.load.bad_lines import BadLines, Shown
from pgkit.load.files import STANDARD_INPUT, name_of, naming, open_parts
from pgkit.load.formats import Format
from pgkit.load.inputs import Input
from pgkit.load.layouts import CALLS, JOBS, Layout
from pgkit.load.mapper import Options

__all__ = [
    "CALLS",
    "JOBS",
    "STANDARD_INPUT",
    "BadLines",
    "Explained",
    "Loaded",
    "LoadedJobs",
    "Options",
    "explain_file",
    "load_calls",
    "load_jobs",
]

LINES_PER_REPORT = 2000
MOST_EXPLAINED = 5
NO_OPTIONS = Options()

Report = Callable[[int], None]


class Loaded(NamedTuple):
    """What became of the calls in the files, the time they span, and columns not asked for.

    `succeeded` and `failed`, by error type, count loaded and skipped ones, `left_out` lines that
    are no calls, by the reason.
    """

    loaded: int
    skipped: int
    succeeded: int
    failed: dict[str, int]
    left_out: dict[str, int]
    bad_lines: int
    first: datetime | None
    last: datetime | None
    formats: list[str]
    notes: list[str]
    unused_columns: list[str]


class LoadedJobs(NamedTuple):
    """What became of the jobs in the files, when they ended, and columns not asked for.

    `completed` and `failed` count loaded and skipped ones, `left_out` those that are not over.
    """

    loaded: int
    skipped: int
    completed: int
    failed: int
    left_out: dict[str, int]
    bad_lines: int
    first: datetime | None
    last: datetime | None
    notes: list[str]
    unused_columns: list[str]


class Explained(NamedTuple):
    """How a file would be loaded: where each field comes from, and the first calls."""

    format: str | None
    title: str | None
    mapping: dict[str, str]
    calls: list[dict[str, str]]
    bad_lines: list[Shown]
    notes: list[str]


class Told:
    """What is to be told of the files: formats, units, what was changed or left out."""

    def __init__(self) -> None:
        self.formats: dict[str, None] = {}
        self.notes: Counter[str] = Counter()
        self.remarks: dict[str, None] = {}
        self.left_out: Counter[str] = Counter()
        self.unused: set[str] = set()

    def add(self, lines: Input) -> None:
        """Take what there is to tell of a file that was read."""
        mapper = lines.mapper
        if lines.format is None:
            self.unused |= mapper.unused
        else:
            self.formats[lines.format.name] = None
            options = mapper.options
            for field, hint in options.missing.items():
                if field in options.filled:
                    self.remarks[f'{field}: "{options.constants[field]}" is {hint}'] = None
                elif field not in options.constants and field not in options.mapping:
                    self.remarks[f"{field}: {hint}"] = None
        for name, unit in mapper.clock.units.items():
            self.remarks[f"{name}: {unit} since 1970"] = None
        self.notes += mapper.notes
        self.left_out += mapper.left_out

    def list_notes(self) -> list[str]:
        counted = (f"{note} ({count:,})" for note, count in self.notes.items())
        return [*self.remarks, *counted]


def load_calls(
    connection: Connection,
    paths: Sequence[Path],
    options: Options = NO_OPTIONS,
    *,
    format: Format | None = None,
    bad: BadLines | None = None,
    report: Report = lambda bytes_read: None,
) -> Loaded:
    """Load the calls in these files (`-` is standard input), all or none of them.

    A file of no known `format` has its fields in columns of their name or of an alias, in any case,
    or where `options` says. `report` is told from time to time how many bytes were read since it
    was last told. With `bad` lines that cannot be loaded go there.

    Raises Failure naming file and line of the first bad call. The transaction is the caller's.
    """
    require_rights(connection)
    told = Told()
    with calls.Writer(connection, keeps_going=bad is not None) as writer:
        for lines in read_inputs(paths, CALLS, options, format, bad, told):
            for values in reported(lines, report):
                try:
                    writer.write(values[:-1])
                except BadLine as problem:
                    lines.refuse(problem)
        written = writer.finish()
    outcomes = writer.outcomes
    failed = {error: count for error, count in outcomes.most_common() if error is not None}
    return Loaded(
        loaded=written.loaded,
        skipped=written.skipped,
        succeeded=outcomes[None],
        failed=failed,
        left_out=dict(told.left_out),
        bad_lines=bad.count if bad else 0,
        first=written.first,
        last=written.last,
        formats=list(told.formats),
        notes=told.list_notes(),
        unused_columns=sorted(told.unused),
    )


def load_jobs(
    connection: Connection,
    paths: Sequence[Path],
    options: Options = NO_OPTIONS,
    *,
    bad: BadLines | None = None,
    report: Report = lambda bytes_read: None,
) -> LoadedJobs:
    """Load the jobs in these files, all or none of them, in the way of `load_calls`."""
    told = Told()
    writer = jobs.Writer(connection, keeps_going=bad is not None)
    for lines in read_inputs(paths, JOBS, options, None, bad, told):
        for values in reported(lines, report):
            try:
                writer.write(lines.fields, list(map(as_text, values)), lines.reader.line)
            except BadLine as problem:
                lines.refuse(problem)
            refuse_jobs(lines, writer)
        try:
            writer.send()
        except BadLine as problem:
            lines.refuse(problem)
        refuse_jobs(lines, writer)
    written = writer.finish()
    return LoadedJobs(
        **written._asdict(),
        bad_lines=bad.count if bad else 0,
        notes=told.list_notes(),
        unused_columns=sorted(told.unused),
    )


def refuse_jobs(lines: Input, writer: jobs.Writer) -> None:
    """Take the bad jobs that the database found in a batch."""
    for problem, element in writer.refused:
        lines.reader.kept = []
        lines.record = element
        lines.refuse(problem)
    writer.refused.clear()


def explain_file(
    path: Path, layout: Layout, options: Options, format: Format | None = None
) -> Explained:
    """Say how a file would be loaded, by its first calls. Nothing is asked of a database."""
    told, bad = Told(), BadLines(writes=False)
    found: list[dict[str, str]] = []
    with closing(read_inputs([path], layout, options, format, bad, told)) as inputs:
        for lines in inputs:
            for values in islice(lines.read(), MOST_EXPLAINED):
                named = zip(lines.fields, values, strict=True)
                texts = ((field, as_text(value)) for field, value in named)
                found.append({field: text for field, text in texts if text})
            told.add(lines)
            format = lines.format
            return Explained(
                format=format and format.name,
                title=format and format.title,
                mapping=lines.mapper.describe(),
                calls=found,
                bad_lines=bad.shown,
                notes=told.list_notes(),
            )
    return Explained(None, None, {}, [], [], [])


def read_inputs(
    paths: Sequence[Path],
    layout: Layout,
    options: Options,
    format: Format | None,
    bad: BadLines | None,
    told: Told,
) -> Generator[Input, None, None]:
    """Yield the parts of all files, each to be read before the next is asked for."""
    for path in paths:
        with naming(name_of(path)):
            for part in open_parts(path):
                lines = Input(path, part, layout, options, format, bad)
                yield lines
                told.add(lines)


def require_rights(connection: Connection) -> None:
    """Refuse a user who may not write the raw table, before any file is read."""
    row = connection.execute(query("may_load")).fetchone()
    if row is None or not row[0]:
        raise Failure(
            f"user {connection.info.user} may not write perf.performance_metrics_raw",
            "Load as the user who ran `pgkit migrate`; others record with perf.record_calls().",
        )


def reported(lines: Input, report: Report) -> Iterator[Sequence[Value]]:
    """Yield the fields of each line, and report from time to time how many bytes were read."""
    told = 0
    for count, values in enumerate(lines.read(), 1):
        yield values
        if count % LINES_PER_REPORT == 0:
            report(lines.part.position() - told)
            told = lines.part.position()
    report(lines.part.position() - told)

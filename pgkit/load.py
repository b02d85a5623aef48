"""Load files of calls or of jobs: CSV and JSON Lines, plain or gzipped."""

import csv
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from pgkit import calls, jobs
from pgkit.calls import NOTHING_WRITTEN, BadLine
from pgkit.database import Connection, Failure, query
from pgkit.output import quoted

STANDARD_INPUT = Path("-")
GZIP_MAGIC = b"\x1f\x8b"
DELIMITERS = ",;\t|"
LINES_PER_REPORT = 2000
# Lines of JSON may each have other keys; so many sets of keys are remembered.
MOST_PLANS = 1000

encode_json = json.JSONEncoder(ensure_ascii=False).encode


class Source(NamedTuple):
    """The column a field comes from, and what its numbers are multiplied with or divided by."""

    column: str
    sign: str = ""
    factor: float = 1.0


class Layout(NamedTuple):
    """What a line is made of.

    `aliases` are names that others give to fields; `factors` is what the numbers of some of them
    are multiplied with. Of each of `required` one field must be there. The first `names` fields are
    texts also in JSON. A field may also be `family.NAME` for any name.
    """

    noun: str
    fields: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    names: int
    factors: Mapping[str, float] = {}
    families: tuple[str, ...] = ()

    def has(self, field: str) -> bool:
        return field in self.fields or self.is_named(field)

    def is_named(self, field: str) -> bool:
        family, _, name = field.partition(".")
        return family in self.families and bool(name.strip())


CALLS = Layout(
    noun="call",
    fields=calls.FIELDS,
    aliases={
        "model_name": ("model",),
        "tool_name": ("tool",),
        "response_time_ms": ("latency_ms", "duration_ms", "elapsed_ms"),
        "success": ("ok",),
        "parameters": ("params",),
        "input_tokens": ("prompt_tokens",),
        "output_tokens": ("completion_tokens",),
        "error_type": ("error",),
        "first_token_ms": ("ttft_ms", "time_to_first_token_ms"),
        "call_timestamp": ("timestamp", "time", "ts"),
    },
    numbers=(
        *("response_time_ms", "first_token_ms", "input_tokens", "output_tokens"),
        "call_timestamp",
    ),
    required=(
        ("model_name",),
        ("tool_name",),
        ("response_time_ms",),
        ("call_timestamp", "call_id"),
    ),
    names=2,
)
JOBS = Layout(
    noun="job",
    fields=jobs.FIELDS,
    aliases={
        "workflow_name": ("workflow", "benchmark"),
        "worker_name": ("worker", "machine"),
        "external_id": ("job_id",),
        "status": ("state",),
        "success": ("ok",),
        "error_type": ("error",),
        "started_at": ("start_time", "start"),
        "completed_at": ("finished_at", "ended_at", "end_time", "end"),
        "total_wall_time_ms": ("wall_time_ms", "wall_time_s", "runtime_ms", "runtime_s"),
        "total_gpu_time_ms": ("gpu_time_ms", "gpu_time_s"),
        "time_per_frame_ms": ("time_per_frame_s",),
        "vram_peak_mb": ("vram_mb", "vram_peak_gb", "vram_gb"),
        "frame_count": ("frames",),
        "resolution_tier": ("tier", "resolution"),
        "project_name": ("project",),
        "character_name": ("character",),
        "scene_name": ("scene",),
        "parameters": ("params",),
        "quality_scores": ("quality_scores_json",),
        "pipeline_stages": ("pipeline_stages_json",),
    },
    numbers=(*jobs.NUMBERS, *jobs.TIMES),
    required=(("workflow_name",), ("started_at", "completed_at")),
    names=2,
    factors={
        "wall_time_s": 1000,
        "runtime_s": 1000,
        "gpu_time_s": 1000,
        "time_per_frame_s": 1000,
        "vram_peak_gb": 1024,
        "vram_gb": 1024,
    },
    families=tuple(jobs.FAMILIES),
)


class Plan(NamedTuple):
    """How to get fields from the values of certain columns with the constants behind them."""

    fields: tuple[str, ...]
    pick: Callable[[Sequence[Any]], tuple[Any, ...]]
    calculated: list[tuple[int, Source]]


class Loaded(NamedTuple):
    """What became of the calls in the files, the time they span, and columns not asked for."""

    loaded: int
    skipped: int
    first: datetime | None
    last: datetime | None
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
    first: datetime | None
    last: datetime | None
    unused_columns: list[str]


def parse_mapping(text: str, layout: Layout = CALLS) -> tuple[str, Source]:
    """Read `COLUMN=FIELD`, `COLUMN*1000=FIELD` or `COLUMN/1000=FIELD`; ValueError says what is off.

    Returns the field and its source.
    """
    column, _, field = text.rpartition("=")
    check_field(field, text, layout)
    if match := re.fullmatch(r"(.+)([*/])(\d+(?:\.\d*)?(?:e[+-]?\d+)?)", column, re.I):
        column, sign, digits = match.groups()
        if field not in layout.numbers and not layout.is_named(field):
            raise ValueError(f"{field} is not a number, so {quoted(text)} cannot be calculated")
        if float(digits) == 0:
            raise ValueError(f"{quoted(text)} would lose the value")
        return field, Source(column, sign, float(digits))
    if not column:
        raise ValueError(f"{quoted(text)} names no column")
    return field, Source(column)


def parse_constant(text: str, layout: Layout = CALLS) -> tuple[str, str]:
    """Read `FIELD=VALUE`; ValueError says what is off."""
    field, _, value = text.partition("=")
    check_field(field, text, layout)
    return field, value


def check_field(field: str, text: str, layout: Layout) -> None:
    if not layout.has(field):
        known = ", ".join([*layout.fields, *(f"{family}.NAME" for family in layout.families)])
        raise ValueError(f"{quoted(field)} in {quoted(text)} is none of {known}")


def load_calls(
    connection: Connection,
    paths: Sequence[Path],
    *,
    mapping: Mapping[str, Source] | None = None,
    constants: Mapping[str, str] | None = None,
    report: Callable[[int], None] = lambda bytes_read: None,
) -> Loaded:
    """Load the calls in these files (`-` is standard input), all or none of them.

    `mapping` says for a field which column it comes from, `constants` its value in every call;
    other fields come from the column of that name or of an alias, in any case. `report` is told
    from time to time how many bytes were read since it was last told.

    Raises Failure naming file and line of the first bad call. The transaction is the caller's.
    """
    require_rights(connection)
    unused: set[str] = set()
    with calls.Writer(connection) as writer:
        for path in paths:
            with open_input(path) as (raw, text):
                lines = Lines(text, CALLS, mapping or {}, constants or {})
                with naming(path, lines):
                    for call in reported(lines, raw, report):
                        writer.write(call)
                unused |= lines.unused
        written = writer.finish()
    return Loaded(*written, unused_columns=sorted(unused))


def load_jobs(
    connection: Connection,
    paths: Sequence[Path],
    *,
    mapping: Mapping[str, Source] | None = None,
    constants: Mapping[str, str] | None = None,
    report: Callable[[int], None] = lambda bytes_read: None,
) -> LoadedJobs:
    """Load the jobs in these files, all or none of them, in the way of `load_calls`."""
    unused: set[str] = set()
    writer = jobs.Writer(connection)
    for path in paths:
        with open_input(path) as (raw, text):
            lines = Lines(text, JOBS, mapping or {}, constants or {})
            with naming(path, lines):
                for values in reported(lines, raw, report):
                    writer.write(lines.fields, values, lines.line)
                writer.send()
            unused |= lines.unused
    return LoadedJobs(*writer.finish(), unused_columns=sorted(unused))


def require_rights(connection: Connection) -> None:
    """Refuse a user who may not write the raw table, before any file is read."""
    row = connection.execute(query("may_load")).fetchone()
    if row is None or not row[0]:
        raise Failure(
            f"user {connection.info.user} may not write perf.performance_metrics_raw",
            "Load as the user who ran `pgkit migrate`; others record with perf.record_calls().",
        )


def reported(
    lines: "Lines", raw: "Counted", report: Callable[[int], None]
) -> Iterator[Sequence[str | None]]:
    """Yield the fields of each line, and report from time to time how many bytes were read."""
    told = 0
    for count, values in enumerate(lines.read(), 1):
        yield values
        if count % LINES_PER_REPORT == 0:
            report(raw.count - told)
            told = raw.count
    report(raw.count - told)


@contextmanager
def naming(path: Path, lines: "Lines") -> Iterator[None]:
    """Name file and line where the file cannot be read or a line is bad."""
    name = "stdin" if path == STANDARD_INPUT else str(path)
    try:
        yield
    except BadLine as problem:
        place = f"{name}:{problem.line or lines.line}"
        raise Failure(f"{place}: {problem}", problem.hint) from None
    except csv.Error as error:
        raise Failure(f"{name}:{lines.line}: {error}", NOTHING_WRITTEN) from None
    except (EOFError, OSError, zlib.error) as error:
        raise Failure(f"{name}: {error}", NOTHING_WRITTEN) from None


class Counted(io.RawIOBase):
    """A binary file that counts the bytes read from it."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self.raw = raw
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        size = cast(int | None, self.raw.readinto(buffer))
        self.count += size or 0
        return size


@contextmanager
def open_input(path: Path) -> Iterator[tuple[Counted, IO[str]]]:
    """Yield a file's bytes as they are stored, and its text unpacked.

    What is not UTF-8 stays in the text as surrogates: it matters only in a column that is loaded.
    """
    with ExitStack() as stack:
        if path == STANDARD_INPUT:
            raw = Counted(cast(Any, sys.stdin.buffer).raw)
        else:
            raw = Counted(stack.enter_context(path.open("rb", buffering=0)))
        binary: Any = io.BufferedReader(raw, buffer_size=1 << 18)
        if binary.peek(2)[:2] == GZIP_MAGIC:
            binary = gzip.GzipFile(fileobj=binary)
        yield raw, io.TextIOWrapper(binary, "utf-8-sig", errors="surrogateescape", newline="")


class Lines:
    """The lines of a text: `fields` are those of the line read last, which begins at `line`."""

    def __init__(
        self,
        text: IO[str],
        layout: Layout,
        mapping: Mapping[str, Source],
        constants: Mapping[str, str],
    ) -> None:
        self.text = text
        self.layout = layout
        self.mapping = mapping
        self.constants = constants
        self.fields = layout.fields
        self.line = 1
        self.unused: set[str] = set()

    def read(self) -> Iterator[Sequence[str | None]]:
        """Yield the fields of each line, or raise BadLine or csv.Error."""
        for first in self.text:
            if first.strip():
                break
            self.line += 1
        else:
            return
        lines = chain([first], self.text)
        if first.lstrip()[0] == "[":
            raise BadLine("a JSON array", "JSON Lines has one object a line: jq -c '.[]' FILE")
        yield from self.read_json(lines) if first.lstrip()[0] == "{" else self.read_csv(lines)

    def read_csv(self, lines: Iterator[str]) -> Iterator[Sequence[str | None]]:
        header = next(lines)
        delimiter = max(DELIMITERS, key=header.count)
        before = self.line
        reader = csv.reader(chain([header], lines), delimiter=delimiter, strict=True)
        columns = next(reader)
        plan = self.make_plan(tuple(columns))
        self.fields = plan.fields
        constants = [*self.constants.values(), None]
        self.line = before + reader.line_num
        for row in reader:
            if len(row) == len(columns):
                values = plan.pick(row + constants)
                yield calculate(values, plan) if plan.calculated else values
            elif row:
                raise BadLine(f"{len(row)} fields, but the first line has {len(columns)}")
            self.line = before + reader.line_num

    def read_json(self, lines: Iterator[str]) -> Iterator[Sequence[str | None]]:
        plans: dict[tuple[str, ...], Plan] = {}
        constants = [*self.constants.values(), None]
        seen: set[str] = set()
        for line in lines:
            if line.strip():
                found = parse_object(line)
                columns = tuple(found)
                plan = plans.get(columns)
                if plan is None:
                    plan = self.make_plan(columns, may_lack=True)
                    seen.update(map(normal, columns))
                    if len(plans) > MOST_PLANS:
                        plans.clear()
                    plans[columns] = plan
                self.fields = plan.fields
                values = self.as_texts(plan.pick([*found.values(), *constants]))
                yield calculate(values, plan) if plan.calculated else values
            self.line += 1
        for source in self.mapping.values():
            if normal(source.column) not in seen:
                raise BadLine(f"no line has the key {quoted(source.column)}")

    def as_texts(self, values: Sequence[Any]) -> Sequence[str | None]:
        """Return values of JSON as texts; BadLine where a name is something else than a text."""
        for field, value in zip(self.fields[: self.layout.names], values, strict=False):
            if value is not None and not isinstance(value, str):
                raise BadLine(f"{field} must be a string, got {quoted(encode_json(value)[:60])}")
        return [value if type(value) is str else as_text(value) for value in values]

    def make_plan(self, columns: tuple[str, ...], *, may_lack: bool = False) -> Plan:
        """Find where each field is; BadLine if that is not clear."""
        layout = self.layout
        there_are = f"There are: {', '.join(columns)}."
        fields = (*layout.fields, *self.find_named_fields(columns))
        places: dict[str, int] = {}
        calculated = []
        for field in fields:
            if field in self.constants:
                places[field] = len(columns) + list(self.constants).index(field)
                continue
            mapped = self.mapping.get(field)
            if mapped is None and field[0] == "{":
                mapped = Source(field[1:-1])
            names = (mapped.column,) if mapped else (field, *layout.aliases.get(field, ()))
            found = find_columns(columns, names)
            if len(found) > 1:
                several = " or ".join(quoted(columns[place]) for place in found)
                raise BadLine(f"{field} may be {several}", f"Choose with --map COLUMN={field}.")
            if found:
                places[field] = found[0]
                column = columns[found[0]]
                factor = 1.0 if mapped else layout.factors.get(normal(column), 1.0)
                source = mapped if factor == 1 else Source(column, "*", factor)
                if source and source.sign:
                    calculated.append((fields.index(field), source))
            elif mapped and not may_lack:
                raise BadLine(f"no column {quoted(mapped.column)}", there_are)
        for needed in layout.required:
            if not any(field in places for field in needed):
                is_of_jobs = layout.noun == "call" and {"workflow", "workflow_name"} & {
                    normal(column) for column in columns
                }
                if is_of_jobs:
                    hint = "Are these jobs? `pgkit load --jobs` loads them."
                else:
                    hint = (
                        f"Name it with --map COLUMN={needed[0]}, or give all {layout.noun}s the"
                        f" same with --set {needed[0]}=VALUE. {there_are}"
                    )
                raise BadLine(f"no column for {' or '.join(needed)}", hint)
        nothing = len(columns) + len(self.constants)
        order = [places.get(field, nothing) for field in fields]
        self.unused |= {name for i, name in enumerate(columns) if name and i not in order}
        return Plan(fields, itemgetter(*order), calculated)

    def find_named_fields(self, columns: Sequence[str]) -> list[str]:
        """Return the fields of families, and the columns that names of fields are taken from."""
        given = (*(column.strip() for column in columns), *self.mapping, *self.constants)
        named = list(dict.fromkeys(field for field in given if self.layout.is_named(field)))
        return [*named, *dict.fromkeys(jobs.COLUMN_IN_NAME.findall(" ".join(named)))]


def find_columns(columns: Sequence[str], names: Sequence[str]) -> list[int]:
    """Return where the columns of these names are: as written first, then in any case.

    The first name goes before the others, which are equal.
    """
    exact = [place for place, column in enumerate(columns) if column == names[0]]
    first = [place for place, column in enumerate(columns) if normal(column) == normal(names[0])]
    return exact or first or [p for p, column in enumerate(columns) if normal(column) in names]


def normal(column: str) -> str:
    return column.strip().casefold()


def parse_object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except RecursionError:
        raise BadLine("not JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise BadLine(f"must be an object, got {quoted(line.strip()[:60])}")
    return found


def as_text(value: Any) -> str | None:
    if value is None:
        return None
    if type(value) in (int, float):
        return repr(value)
    return encode_json(value)


def calculate(given: Sequence[str | None], plan: Plan) -> Sequence[str | None]:
    """Multiply and divide as the plan says; what is no number stays, and is refused later."""
    values = list(given)
    for place, source in plan.calculated:
        with suppress(ValueError):
            number = float(values[place] or "")
            if source.sign == "*":
                values[place] = repr(number * source.factor)
            else:
                values[place] = repr(number / source.factor)
    return values

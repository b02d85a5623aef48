"""Load files of calls: CSV and JSON Lines, plain or gzipped."""

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

from pgkit.calls import FIELDS, NOTHING_WRITTEN, BadCall, Call, Writer
from pgkit.database import Connection, Failure, query
from pgkit.output import quoted

# Names that others give to our fields.
ALIASES = {
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
}
NUMBERS = ("response_time_ms", "first_token_ms", "input_tokens", "output_tokens", "call_timestamp")
REQUIRED = ("model_name", "tool_name", "response_time_ms", "call_timestamp")

STANDARD_INPUT = Path("-")
GZIP_MAGIC = b"\x1f\x8b"
DELIMITERS = ",;\t|"
CALLS_PER_REPORT = 2000
# Lines of JSON may each have other keys; so many sets of keys are remembered.
MOST_PLANS = 1000

encode_json = json.JSONEncoder(ensure_ascii=False).encode


class Source(NamedTuple):
    """The column a field comes from, and what its numbers are multiplied with or divided by."""

    column: str
    sign: str = ""
    factor: float = 1.0


class Plan(NamedTuple):
    """How to get a call from the values of certain columns with the constants behind them."""

    pick: Callable[[Sequence[Any]], tuple[Any, ...]]
    calculated: list[tuple[int, Source]]


class Loaded(NamedTuple):
    """What became of the calls in the files, the time they span, and columns not asked for."""

    loaded: int
    skipped: int
    first: datetime | None
    last: datetime | None
    unused_columns: list[str]


def parse_mapping(text: str) -> tuple[str, Source]:
    """Read `COLUMN=FIELD`, `COLUMN*1000=FIELD` or `COLUMN/1000=FIELD`; ValueError says what is off.

    Returns the field and its source.
    """
    column, _, field = text.rpartition("=")
    check_field(field, text)
    if match := re.fullmatch(r"(.+)([*/])(\d+(?:\.\d*)?(?:e[+-]?\d+)?)", column, re.I):
        column, sign, digits = match.groups()
        if field not in NUMBERS:
            raise ValueError(f"{field} is not a number, so {quoted(text)} cannot be calculated")
        if float(digits) == 0:
            raise ValueError(f"{quoted(text)} would lose the value")
        return field, Source(column, sign, float(digits))
    if not column:
        raise ValueError(f"{quoted(text)} names no column")
    return field, Source(column)


def parse_constant(text: str) -> tuple[str, str]:
    """Read `FIELD=VALUE`; ValueError says what is off."""
    field, _, value = text.partition("=")
    check_field(field, text)
    return field, value


def check_field(field: str, text: str) -> None:
    if field not in FIELDS:
        raise ValueError(f"{quoted(field)} in {quoted(text)} is none of {', '.join(FIELDS)}")


def load(
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
    with Writer(connection) as writer:
        for path in paths:
            with open_input(path) as (raw, text):
                calls = Calls(text, mapping or {}, constants or {})
                load_file(writer, path, calls, raw, report)
                unused |= calls.unused
        written = writer.finish()
    return Loaded(*written, unused_columns=sorted(unused))


def require_rights(connection: Connection) -> None:
    """Refuse a user who may not write the raw table, before any file is read."""
    row = connection.execute(query("may_load")).fetchone()
    if row is None or not row[0]:
        raise Failure(
            f"user {connection.info.user} may not write perf.performance_metrics_raw",
            "Load as the user who ran `pgkit migrate`; others record with perf.record_calls().",
        )


def load_file(
    writer: Writer, path: Path, calls: "Calls", raw: "Counted", report: Callable[[int], None]
) -> None:
    """Write the calls of one file, and name it and the line if one is bad."""
    name = "stdin" if path == STANDARD_INPUT else str(path)
    told = 0
    try:
        for count, call in enumerate(calls.read(), 1):
            writer.write(call)
            if count % CALLS_PER_REPORT == 0:
                report(raw.count - told)
                told = raw.count
    except BadCall as problem:
        raise Failure(f"{name}:{calls.line}: {problem}", problem.hint) from None
    except csv.Error as error:
        raise Failure(f"{name}:{calls.line}: {error}", NOTHING_WRITTEN) from None
    except (EOFError, OSError, zlib.error) as error:
        raise Failure(f"{name}: {error}", NOTHING_WRITTEN) from None
    report(raw.count - told)


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


class Calls:
    """The calls in a text; `line` is where the one that was read last begins."""

    def __init__(
        self, text: IO[str], mapping: Mapping[str, Source], constants: Mapping[str, str]
    ) -> None:
        self.text = text
        self.mapping = mapping
        self.constants = constants
        self.line = 1
        self.unused: set[str] = set()

    def read(self) -> Iterator[Call]:
        """Yield each call, or raise BadCall or csv.Error."""
        for first in self.text:
            if first.strip():
                break
            self.line += 1
        else:
            return
        lines = chain([first], self.text)
        if first.lstrip()[0] == "[":
            raise BadCall("a JSON array", "JSON Lines has one object a line: jq -c '.[]' FILE")
        yield from self.read_json(lines) if first.lstrip()[0] == "{" else self.read_csv(lines)

    def read_csv(self, lines: Iterator[str]) -> Iterator[Call]:
        header = next(lines)
        delimiter = max(DELIMITERS, key=header.count)
        before = self.line
        reader = csv.reader(chain([header], lines), delimiter=delimiter, strict=True)
        columns = next(reader)
        plan = self.make_plan(tuple(columns))
        constants = [*self.constants.values(), None]
        self.line = before + reader.line_num
        for row in reader:
            if len(row) == len(columns):
                call = plan.pick(row + constants)
                yield calculate(call, plan) if plan.calculated else call
            elif row:
                raise BadCall(f"{len(row)} fields, but the first line has {len(columns)}")
            self.line = before + reader.line_num

    def read_json(self, lines: Iterator[str]) -> Iterator[Call]:
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
                call = as_texts(plan.pick([*found.values(), *constants]))
                yield calculate(call, plan) if plan.calculated else call
            self.line += 1
        for source in self.mapping.values():
            if normal(source.column) not in seen:
                raise BadCall(f"no line has the key {quoted(source.column)}")

    def make_plan(self, columns: tuple[str, ...], *, may_lack: bool = False) -> Plan:
        """Find where each field is; BadCall if that is not clear."""
        there_are = f"There are: {', '.join(columns)}."
        places: dict[str, int] = {}
        for field in FIELDS:
            if field in self.constants:
                places[field] = len(columns) + list(self.constants).index(field)
                continue
            mapped = self.mapping.get(field)
            names = (mapped.column,) if mapped else (field, *ALIASES.get(field, ()))
            found = find_columns(columns, names)
            if len(found) > 1:
                several = " or ".join(quoted(columns[place]) for place in found)
                raise BadCall(f"{field} may be {several}", f"Choose with --map COLUMN={field}.")
            if found:
                places[field] = found[0]
            elif mapped and not may_lack:
                raise BadCall(f"no column {quoted(mapped.column)}", there_are)
        for field in REQUIRED:
            if field not in places and not (field == "call_timestamp" and "call_id" in places):
                raise BadCall(
                    f"no column for {field}",
                    f"Name it with --map COLUMN={field}, or give all calls the same with"
                    f" --set {field}=VALUE. {there_are}",
                )
        nothing = len(columns) + len(self.constants)
        order = [places.get(field, nothing) for field in FIELDS]
        self.unused |= {name for i, name in enumerate(columns) if name and i not in order}
        calculated = [
            (FIELDS.index(field), source) for field, source in self.mapping.items() if source.sign
        ]
        return Plan(itemgetter(*order), calculated)


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
        raise BadCall("not JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise BadCall(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise BadCall(f"must be an object, got {quoted(line.strip()[:60])}")
    return found


def as_texts(values: Sequence[Any]) -> Call:
    """Return values of JSON as texts; BadCall where a name is something else than a text."""
    for field, value in zip(FIELDS[:2], values, strict=False):
        if value is not None and not isinstance(value, str):
            raise BadCall(f"{field} must be a string, got {quoted(encode_json(value)[:60])}")
    return [value if type(value) is str else as_text(value) for value in values]


def as_text(value: Any) -> str | None:
    if value is None:
        return None
    if type(value) in (int, float):
        return repr(value)
    return encode_json(value)


def calculate(call: Call, plan: Plan) -> Call:
    """Multiply and divide as the mapping says; what is no number stays, and is refused later."""
    values = list(call)
    for place, source in plan.calculated:
        with suppress(ValueError):
            number = float(values[place] or "")
            if source.sign == "*":
                values[place] = repr(number * source.factor)
            else:
                values[place] = repr(number / source.factor)
    return values

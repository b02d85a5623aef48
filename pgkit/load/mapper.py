"""Turn records into the fields of calls or jobs, as the options and the format say."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, timedelta, tzinfo
from operator import itemgetter
from typing import Any, NamedTuple

from pgkit import jobs
from pgkit.calls import SUCCESS, BadLine, Value
from pgkit.load.clock import Clock, as_number
from pgkit.load.formats import Format
from pgkit.load.layouts import OFFSET, Layout
from pgkit.load.paths import Getter
from pgkit.load.sources import (
    Columns,
    Condition,
    Source,
    Term,
    as_getter,
    is_set,
    normal,
    parse_condition,
    parse_constant,
    parse_mapping,
    scale,
)
from pgkit.output import quoted

# Lines of JSON may each have other keys; so many sets of keys are remembered.
MOST_PLANS = 1000
NO_RESPONSE_TIME = "response_time_ms must be given for a call that succeeded, got null"
LONGEST_ERROR = 200
# Above it an integer may have been read as a float.
LARGEST = 2.0**63
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

encode_json = json.JSONEncoder(ensure_ascii=False).encode


class Options(NamedTuple):
    """What the options of `pgkit load` say, or a format and the options over it.

    Without `uses_names` a field comes only from where the mapping says.
    """

    mapping: Mapping[str, Source] = {}
    constants: Mapping[str, str] = {}
    failed: Sequence[Condition] = ()
    only: Sequence[Condition] = ()
    nulls: frozenset[str] = frozenset()
    zone: tzinfo = UTC
    uses_names: bool = True
    unless: Mapping[str, Condition] = {}
    missing: Mapping[str, str] = {}
    # Fields that the file does not have, and that the format gives a value.
    filled: Sequence[str] = ()


class Plan(NamedTuple):
    """How to get the fields from the values of certain columns, with the constants behind them."""

    fields: tuple[str, ...]
    pick: Callable[[Sequence[Any]], tuple[Any, ...]]
    calculated: list[tuple[int, Getter]]
    times: list[tuple[int, str]]
    texts: list[int]
    numbers: list[int]
    only: list[tuple[str, Getter | None]]
    failed: list[Getter]
    unless: list[tuple[int, Getter]]
    # Where conditions say what has failed, the error of other lines is not asked for.
    error: Getter | None


def add_format(options: Options, format: Format, layout: Layout) -> Options:
    """Return the options of a format with the given options over them."""
    given = {*options.mapping, *options.constants}
    mapping = dict(parse_mapping(text, layout) for text in format.map)
    constants = dict(parse_constant(text, layout) for text in format.set)
    return options._replace(
        mapping={f: s for f, s in mapping.items() if f not in given} | dict(options.mapping),
        constants={f: v for f, v in constants.items() if f not in given} | dict(options.constants),
        failed=options.failed or [parse_condition(text) for text in format.failed],
        only=[*map(parse_condition, format.only), *options.only],
        nulls=options.nulls | set(format.null),
        uses_names=not format.map,
        unless={field: parse_condition(text) for field, text in format.unless.items()},
        missing=format.missing,
        filled=[field for field in constants if field not in given and field in format.missing],
    )


class Inexact(Exception):
    """An integer may have been read as a float, which has not all of its digits."""


class Mapper:
    """Maps records to fields: `fields` names those of the record mapped last."""

    def __init__(self, layout: Layout, options: Options) -> None:
        self.layout = layout
        self.options = options
        self.clock = Clock(options.zone)
        self.fields = layout.fields
        self.plans: dict[tuple[str, ...], Plan] = {}
        # Of the object mapped last: most lines have the same keys.
        self.columns: tuple[str, ...] = ()
        self.plan: Plan | None = None
        self.constants = [*options.constants.values(), None]
        self.origins: dict[str, str] = {}
        self.unused: set[str] = set()
        self.notes: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.first_offset: float | None = None
        self.places = {field: place for place, field in enumerate(layout.fields)}
        self.success = self.places["success"]
        self.error_type = self.places["error_type"]

    def map_object(
        self, record: Mapping[str, Any], *, is_exact: bool = False
    ) -> Sequence[Value] | None:
        """Return the fields of an object of JSON, nothing if it is left out; BadLine.

        Raises Inexact for a number that may have lost digits, unless it `is_exact`.
        """
        columns = tuple(record)
        if self.plan is None or columns != self.columns:
            self.plan = self.find_plan(columns)
            self.columns = columns
        plan = self.plan
        values = self.map_values(plan, record.values())
        if values is None:
            return None
        if type(values[0]) is not str or type(values[1]) is not str:
            self.check_names(values)
        return plain(plan, values, is_exact=is_exact)

    def find_plan(self, columns: tuple[str, ...]) -> Plan:
        """Return how to map objects of these keys, which is made once."""
        if columns not in self.plans:
            plan = self.make_plan(columns, may_lack=True)
            if len(self.plans) > MOST_PLANS:
                self.plans.clear()
            self.plans[columns] = plan
        return self.plans[columns]

    def check_names(self, values: Sequence[Any]) -> None:
        """Raise BadLine for a name that is no text in JSON."""
        for field, value in zip(self.fields[: self.layout.names], values, strict=False):
            if type(value) is not str and value is not None:
                raise BadLine(f"{field} must be a string, got {quoted(encode_json(value)[:60])}")

    def map_row(self, plan: Plan, row: Sequence[Any]) -> Sequence[Value] | None:
        """Return the fields of a row of a table, nothing if it is left out; BadLine."""
        values = self.map_values(plan, row)
        return None if values is None else plain(plan, values, is_exact=True)

    def map_values(self, plan: Plan, values: Iterable[Any]) -> list[Any] | None:
        self.fields = plan.fields
        nulls = self.options.nulls
        if nulls:
            values = [None if type(v) is str and v.strip() in nulls else v for v in values]
        row = [*values, *self.constants]
        for text, test in plan.only:
            if test is None or test(row) is None:
                self.left_out[text] += 1
                return None
        found = list(plan.pick(row))
        for place, get in plan.calculated:
            found[place] = get(row)
        for place, test in plan.unless:
            if found[place] is not None and test(row) is not None:
                found[place] = None
        if nulls:
            found = [None if type(v) is str and v.strip() in nulls else v for v in found]
        for place, name in plan.times:
            value = found[place]
            # Most times are ISO times, which the writers read themselves.
            if type(value) is not str or value[4:5] != "-" or self.options.zone is not UTC:
                found[place] = self.clock.read(name, value)
        if plan.failed:
            self.judge(plan, row, found)
        if error := found[self.error_type]:
            found[self.error_type] = self.clean_error(error)
        if self.layout.noun == "call":
            self.complete(found)
        return found

    def judge(self, plan: Plan, row: Sequence[Any], found: list[Any]) -> None:
        """Say whether a line failed; the error type is that of the line, or what shows it."""
        success, error_type = self.success, self.error_type
        for test in plan.failed:
            if (reason := test(row)) is not None:
                break
        else:
            found[success], found[error_type] = "true", None
            return
        found[success] = "false"
        if plan.error is not None:
            found[error_type] = plan.error(row)
        if not is_set(found[error_type]):
            found[error_type] = reason

    def clean_error(self, error: Any) -> Any:
        """Cut an error that is a long text, and leave out what is no letter of it."""
        if not isinstance(error, str):
            error = as_text(error) or ""
        if CONTROLS.search(error):
            error = CONTROLS.sub(" ", error)
            self.notes["error_type: control characters became spaces"] += 1
        error = error.strip()
        if len(error) > LONGEST_ERROR:
            error = f"{error[: LONGEST_ERROR - 1].rstrip()}…"
            self.notes[f"error_type: cut to {LONGEST_ERROR} characters"] += 1
        return error

    def complete(self, found: list[Any]) -> None:
        """Give a failed call that has no response time one of 0 ms, and place it in its run."""
        response_time = self.places["response_time_ms"]
        if found[response_time] is None or found[response_time] == "":
            success, error = found[self.success], found[self.error_type]
            known = SUCCESS.get(str(success).lower()) if success not in (None, "") else None
            if known is False or (known is None and is_set(error)):
                found[response_time] = "0"
                self.notes["response_time_ms: 0 ms for failed calls that have none"] += 1
            else:
                source = self.options.mapping.get("response_time_ms")
                if "response_time_ms" in self.options.missing:
                    raise BadLine(NO_RESPONSE_TIME, self.options.missing["response_time_ms"])
                if source and any(term.text.count("-") == 1 for term in source.terms):
                    raise BadLine(
                        f"the call is not over: there is no {source}",
                        "--skip-bad leaves such lines out.",
                    )
                raise BadLine(NO_RESPONSE_TIME)
        given = found[self.places[OFFSET]]
        if given is not None and (offset := as_number(given)) is not None:
            if self.first_offset is None:
                self.first_offset = offset
            called_at = self.places["call_timestamp"]
            begin = self.clock.find("call_timestamp", found[called_at])
            if begin is not None:
                since = timedelta(seconds=offset - self.first_offset)
                found[called_at] = (begin + since).isoformat()

    def make_plan(self, names: Sequence[str], *, may_lack: bool) -> Plan:
        """Find where each field is; BadLine if that is not clear."""
        layout, options = self.layout, self.options
        columns = Columns(names, self.clock, may_lack=may_lack)
        there_are = f"There are: {', '.join(names)}."
        fields = (*layout.fields, *self.find_named_fields(names))
        places: dict[str, int] = {}
        calculated: list[tuple[int, Getter]] = []
        times: list[tuple[int, str]] = []
        for number, field in enumerate(fields):
            name = field
            get: int | Getter | None
            if field in options.constants:
                get = len(names) + list(options.constants).index(field)
                name = repr(options.constants[field])
            elif source := self.find_source(field):
                name = str(source)
                get = columns.make_getter(source)
                if get is None and not may_lack:
                    raise BadLine(f"no column {quoted(name)}", there_are)
            else:
                get = self.find_by_name(columns, field) if options.uses_names else None
                name = names[get] if isinstance(get, int) else field
            if get is None:
                continue
            self.origins[field] = (
                repr(options.constants[field]) if field in options.constants else name
            )
            places[field] = get if isinstance(get, int) else -1
            if not isinstance(get, int):
                calculated.append((number, get))
            if field in layout.times:
                times.append((number, name))
        self.require({*places, *(options.mapping if may_lack else ())}, names, may_lack=may_lack)
        only = [
            (f"lines other than {c}", as_getter(test) if (test := columns.make_test(c)) else None)
            for c in options.only
            if test_is_needed(c, columns)
        ]
        failed = [test for c in options.failed if (test := columns.make_test(c))]
        if not may_lack and len(failed) < len(options.failed):
            absent = [str(c.source) for c in options.failed if columns.make_test(c) is None]
            raise BadLine(f"no column {quoted(absent[0])}", there_are)
        unless = [
            (fields.index(field), test)
            for field, c in options.unless.items()
            if (test := columns.make_test(c)) is not None
        ]
        nothing = len(names) + len(options.constants)
        order = [max(places.get(field, nothing), -1) for field in fields]
        used = columns.used | set(order)
        self.unused |= {name for place, name in enumerate(names) if name and place not in used}
        place = self.places["error_type"]
        errors = [get for number, get in calculated if number == place and failed]
        if errors:
            calculated = [(number, get) for number, get in calculated if number != place]
        given = [number for number, field in enumerate(fields) if field in places]
        numbers = [number for number in given if fields[number] in layout.numbers]
        texts = [number for number in given if number not in numbers]
        return Plan(
            fields,
            itemgetter(*order),
            calculated,
            times,
            texts,
            numbers,
            only,
            failed,
            unless,
            error=errors[0] if errors else None,
        )

    def find_source(self, field: str) -> Source | None:
        # quality.{unit} takes its name from a column.
        return self.options.mapping.get(field) or (
            Source((Term(field[1:-1]),)) if field[0] == "{" else None
        )

    def find_by_name(self, columns: Columns, field: str) -> int | Getter | None:
        found = columns.find_all((field, *self.layout.aliases.get(field, ())))
        if len(found) > 1:
            several = " or ".join(quoted(columns.names[place]) for place in found)
            raise BadLine(f"{field} may be {several}", f"Choose with --map COLUMN={field}.")
        if not found:
            return None
        columns.used.update(found)
        column = columns.names[found[0]]
        factor = self.layout.factors.get(normal(column))
        return scale(itemgetter(found[0]), Term(column, "*", str(factor))) if factor else found[0]

    def require(self, there: set[str], names: Sequence[str], *, may_lack: bool) -> None:
        """Raise BadLine where a field that each line needs comes from nowhere."""
        noun = self.layout.noun
        for needed in self.layout.required:
            if not there.isdisjoint(needed):
                continue
            # A failed call may have no response time.
            if may_lack and needed == ("response_time_ms",) and there & {"error_type", "success"}:
                continue
            if needed[0] in self.options.missing:
                hint = self.options.missing[needed[0]]
            elif noun == "call" and {"workflow", "workflow_name"} & set(map(normal, names)):
                hint = "Are these jobs? `pgkit load --jobs` loads them."
            else:
                hint = (
                    f"Name it with --map COLUMN={needed[0]}, or give all {noun}s the same with"
                    f" --set {needed[0]}=VALUE. There are: {', '.join(names)}."
                )
            raise BadLine(f"no column for {' or '.join(needed)}", hint)

    def find_named_fields(self, names: Sequence[str]) -> list[str]:
        """Return the fields of families, and the columns that names of fields are taken from."""
        given = (*map(str.strip, names), *self.options.mapping, *self.options.constants)
        named = list(dict.fromkeys(field for field in given if self.layout.is_named(field)))
        return [*named, *dict.fromkeys(jobs.COLUMN_IN_NAME.findall(" ".join(named)))]

    def describe(self) -> dict[str, str]:
        """Return where each field comes from that comes from somewhere."""
        known = {field: str(source) for field, source in self.options.mapping.items()}
        places = {field: place for place, field in enumerate(self.fields)}
        found = {**known, **self.origins}
        return {field: found[field] for field in sorted(found, key=lambda f: places.get(f, 99))}

    def check_seen(self) -> None:
        """Raise BadLine for a mapping whose column no object had."""
        for field, source in self.options.mapping.items():
            if field not in self.origins:
                raise BadLine(f"no line has the key {quoted(str(source))}")


def test_is_needed(condition: Condition, columns: Columns) -> bool:
    """Say whether a condition can fail: a line without the column has none of the values."""
    return condition.sign != "!=" or columns.make_getter(condition.source) is not None


def plain(plan: Plan, values: list[Any], *, is_exact: bool) -> Sequence[Value]:
    """Make texts of values that are no numbers; Inexact for a number that may have lost digits."""
    for place in plan.texts:
        if type(values[place]) is not str:
            values[place] = as_text(values[place], is_exact=is_exact)
    for place in plan.numbers:
        value = values[place]
        kind = type(value)
        if kind is float:
            if value > LARGEST and not is_exact:
                raise Inexact
        elif kind is not int and kind is not str:
            values[place] = as_text(value, is_exact=is_exact)
    return values


def as_text(value: Any, *, is_exact: bool = True) -> str | None:
    if value is None or type(value) is str:
        return value
    text = repr(value) if type(value) in (int, float) else encode_json(value)
    # So a float of more digits than it has is written.
    if not is_exact and "e+" in text:
        raise Inexact
    return text

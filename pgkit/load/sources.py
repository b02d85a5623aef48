"""The language of `--map`, `--set`, `--failed` and `--only`: where a field comes from."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from pgkit.calls import BadLine
from pgkit.load.clock import MILLISECOND, Clock, as_number, read_iso
from pgkit.load.layouts import CALLS, Layout
from pgkit.load.paths import Getter, Row, follow
from pgkit.output import quoted

FACTOR = re.compile(r"(.+)([*/])(\d+(?:\.\d*)?(?:e[+-]?\d+)?)", re.I)
PLACE = re.compile(r"\{([^{}]+)\}")
# A step on the way into JSON: a key, or the number of an element.
STEP = re.compile(r"\[(-?\d+)\]|([^.\[\]]+)")
# What a flag or an error that is none looks like, in lower case.
NOTHING = ("", "none", "null", "nan", "false", "f", "no", "0", "{}", "[]")

MOST_KNOWN = 1000


class Term(NamedTuple):
    """A column or what is calculated of some, and what its number is multiplied or divided by."""

    text: str
    sign: str = ""
    digits: str = ""

    def __str__(self) -> str:
        return f"{self.text}{self.sign}{self.digits}"


class Source(NamedTuple):
    """Where a field comes from: the first of the terms that has a value."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return "|".join(map(str, self.terms))


class Condition(NamedTuple):
    """What a line must have: a value, one of these values, or none of them."""

    source: Source
    sign: str = ""
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.source}{self.sign}{'|'.join(self.values)}"


def parse_source(text: str) -> Source:
    """Read what stands before the last `=` of a mapping."""
    if not text.strip():
        raise ValueError("it names no column")
    terms = []
    for part in text.split("|"):
        found = FACTOR.fullmatch(part)
        terms.append(Term(*found.groups()) if found else Term(part))
        if found and float(found[3]) == 0:
            raise ValueError("it would lose the value")
    return Source(tuple(terms))


def parse_mapping(text: str, layout: Layout = CALLS) -> tuple[str, Source]:
    """Read `COLUMN=FIELD`, its column in the language of this module; ValueError says what is off.

    Returns the field and its source.
    """
    column, _, field = text.rpartition("=")
    layout.check_field(field, text)
    try:
        source = parse_source(column)
    except ValueError as problem:
        raise ValueError(f"{quoted(text)} cannot be read: {problem}") from None
    if any(term.sign for term in source.terms):
        layout.check_number(field, text)
    return field, source


def parse_constant(text: str, layout: Layout = CALLS) -> tuple[str, str]:
    """Read `FIELD=VALUE`; ValueError says what is off."""
    field, _, value = text.partition("=")
    layout.check_field(field, text)
    return field, value


def parse_condition(text: str) -> Condition:
    """Read `COLUMN`, `COLUMN=VALUE|VALUE` or `COLUMN!=VALUE|VALUE`; ValueError if it is none."""
    column, equals, values = text.partition("=")
    sign = "!=" if equals and column.endswith("!") else equals
    try:
        source = parse_source(column.removesuffix("!") if sign == "!=" else column)
    except ValueError as problem:
        raise ValueError(f"{quoted(text)} cannot be read: {problem}") from None
    return Condition(source, sign, tuple(v.strip() for v in values.split("|")) if sign else ())


class Columns:
    """The columns of a line, and which of them are used."""

    def __init__(self, names: Sequence[str], clock: Clock, *, may_lack: bool) -> None:
        self.names = names
        self.clock = clock
        self.may_lack = may_lack
        self.used: set[int] = set()

    def find_all(self, names: Sequence[str]) -> list[int]:
        """Return where the columns of these names are: as written first, then in any case.

        The first name goes before the others, which are equal.
        """
        exact = [place for place, column in enumerate(self.names) if column == names[0]]
        first = [p for p, column in enumerate(self.names) if normal(column) == normal(names[0])]
        others = [place for place, column in enumerate(self.names) if normal(column) in names]
        return exact or first or others

    def find(self, name: str) -> int | None:
        """Return where the column of this name is; BadLine if several may be it."""
        found = self.find_all((name,))
        if len(found) > 1:
            raise BadLine(f"there are {len(found)} columns {quoted(name)}")
        self.used.update(found)
        return found[0] if found else None

    def make_getter(self, source: Source) -> int | Getter | None:
        """Return the place of a column, or what gets the value; nothing if no column is there."""
        found = [get for term in source.terms if (get := self.get_term(term)) is not None]
        if len(found) > 1:
            return first_of([as_getter(get) for get in found])
        return found[0] if found else None

    def get_term(self, term: Term) -> int | Getter | None:
        if not term.sign:
            return self.get(term.text)
        if (place := self.find(str(term))) is not None:
            return place
        get = self.get(term.text, is_plain=True)
        return None if get is None else scale(as_getter(get), term)

    def get(self, text: str, *, is_plain: bool = False) -> int | Getter | None:
        if (place := self.find(text.strip())) is not None:
            return place
        if text[:1] == text[-1:] == "'" and len(text) > 1:
            return always(text[1:-1])
        if "{" in text:
            return self.get_template(text)
        get = None
        if "-" in text:
            get = self.get_difference(text, is_plain=is_plain)
        if get is None and "+" in text:
            get = self.get_sum(text)
        return get or self.get_nested(text)

    def get_nested(self, text: str) -> Getter | None:
        """Find `usage.input`: the longest beginning that is a column, and the way from there."""
        ends = [found.start() for found in re.finditer(r"[.\[]", text)]
        for end in reversed(ends):
            if end and (place := self.find(text[:end])) is not None:
                steps = tuple(index or key for index, key in STEP.findall(text[end:]))
                return follow(place, steps)
        return None

    def get_template(self, text: str) -> Getter | None:
        getters = []
        for name in PLACE.findall(text):
            if (get := self.get(name)) is None:
                return None
            getters.append(as_getter(get))
        form = PLACE.sub("{}", text)

        def fill(row: Row) -> str | None:
            parts = [get(row) for get in getters]
            return None if any(is_nothing(part) for part in parts) else form.format(*parts)

        return fill

    def get_difference(self, text: str, *, is_plain: bool) -> Getter | None:
        """Find `end-start`: its milliseconds, or of plain numbers what is between them."""
        for found in re.finditer("-", text):
            end_name, start_name = text[: found.start()], text[found.end() :]
            if not end_name or not start_name:
                continue
            start, end = self.get(start_name), self.get(end_name)
            if start is None or end is None:
                continue
            return subtract(
                as_getter(end),
                as_getter(start),
                end_name,
                start_name,
                self.clock,
                is_plain=is_plain,
            )
        return None

    def get_sum(self, text: str) -> Getter | None:
        names = text.split("+")
        found = {name: get for name in names if (get := self.get(name)) is not None}
        if not found or (len(found) < len(names) and not self.may_lack):
            return None
        return add({name: as_getter(get) for name, get in found.items()})

    def make_test(self, condition: Condition) -> Callable[[Row], str | None] | None:
        """Return what gives the reason if the condition holds; nothing if no column is there."""
        found = self.make_getter(condition.source)
        if found is None:
            return None
        get = as_getter(found)
        if not condition.sign:
            last = STEP.findall(str(condition.source))[-1][1]
            return lambda row: last if is_set(get(row)) else None
        if other := PLACE.fullmatch(condition.values[0]):
            compare = self.get(other[1])
            same = as_getter(compare) if compare is not None else always("")
            return lambda row: shorten(get(row)) if get(row) == same(row) else None
        values = {value.casefold() for value in condition.values}
        return compare_with(get, values, is_equal=condition.sign == "=")


def compare_with(get: Getter, values: set[str], *, is_equal: bool) -> Getter:
    # A column of states has few values, so what they mean is remembered.
    known: dict[str, str | None] = {}

    def test(row: Row) -> str | None:
        value = get(row)
        if type(value) is str and value in known:
            return known[value]
        text = shorten(value)
        result = text if (text.casefold() in values) is is_equal else None
        if type(value) is str and len(known) < MOST_KNOWN:
            known[value] = result
        return result

    return test


def normal(column: str) -> str:
    return column.strip().casefold()


def as_getter(get: int | Getter) -> Getter:
    return itemgetter(get) if isinstance(get, int) else get


def always(value: str) -> Getter:
    return lambda row: value


def is_nothing(value: Any) -> bool:
    return value is None or value == ""


def is_set(value: Any) -> bool:
    """Say whether a flag is set, or a value is there."""
    if isinstance(value, str):
        return value.strip().lower() not in NOTHING
    return bool(value)


def shorten(value: Any) -> str:
    """Return a value as the text that it is compared as."""
    if isinstance(value, str):
        return value.strip()
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def first_of(getters: list[Getter]) -> Getter:
    def get(row: Row) -> Any:
        for getter in getters:
            value = getter(row)
            if value is not None and value != "":
                return value
        return None

    return get


def scale(get: Getter, term: Term) -> Getter:
    """Multiply or divide; what is no number stays, and is refused later."""
    factor = float(term.digits)

    def calculate(row: Row) -> Any:
        value = get(row)
        number = as_number(value)
        if number is None:
            return value
        return number * factor if term.sign == "*" else number / factor

    return calculate


def subtract(
    end: Getter, start: Getter, end_name: str, start_name: str, clock: Clock, *, is_plain: bool
) -> Getter:
    def calculate(row: Row) -> float | None:
        last, first = end(row), start(row)
        try:
            # Most are ISO times, both with an offset or both without one.
            if last[4] == "-" == first[4]:
                return (read_iso(last) - read_iso(first)) / MILLISECOND
        except (LookupError, TypeError, ValueError):
            pass
        if is_plain:
            numbers = as_number(last), as_number(first)
            if numbers[0] is not None and numbers[1] is not None:
                return numbers[0] - numbers[1]
        return clock.subtract(end_name, last, start_name, first)

    return calculate


def add(getters: Mapping[str, Getter]) -> Getter:
    def calculate(row: Row) -> float | None:
        total: float | None = None
        for name, get in getters.items():
            value = get(row)
            if is_nothing(value):
                continue
            for part in value if isinstance(value, list) else (value,):
                number = as_number(part)
                if number is None:
                    raise BadLine(f"{name} must be a number, got {quoted(str(part)[:60])}")
                total = (total or 0) + number
        return total

    return calculate

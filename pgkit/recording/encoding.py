"""Write calls as the JSON that perf.record_calls() takes, one line each.

A call costs the process two microseconds here, because what calls have in common is written
once: there is a template for each model, tool, provider and parameters with the types of the other
values. What fits no template goes through the json module.
"""

import json
import marshal
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from numbers import Integral, Real
from typing import Any
from uuid import UUID

# The numbers of a call, in the order of a template.
NUMBERS = (
    "response_time_ms",
    "first_token_ms",
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost",
)
# Templates are forgotten when there are more: somebody has a new name or parameter in each call.
MOST_TEMPLATES = 5_000
# How a number is written. What is missing is taken and not written.
FORMATS: dict[type, str] = {type(None): "%.0s", int: "%d"}


class Unencodable(Exception):
    """A call that is no JSON; the message says why."""


class Ids:
    """The version 7 ids of one process: the time, and a number that starts anywhere.

    The 74 bits that are not the time start at random and count up. Two processes that start at
    random among 2^74 do not meet.
    """

    def __init__(self) -> None:
        self.head = f"7{secrets.randbits(12):03x}-{0x8000 | secrets.randbits(14):04x}-"
        # Leaves room to count for a thousand years.
        self.next: Callable[[], int] = count(secrets.randbits(47)).__next__

    def write(self, started_ns: int, number: int) -> str:
        """Return the id of a call as text."""
        ms = started_ns // 1_000_000
        return f"{ms >> 16:08x}-{ms & 0xFFFF:04x}-{self.head}{number:012x}"


def freeze(parameters: Any) -> bytes | None:
    """Return the parameters as they are now: the application may change them afterwards.

    Version 2 writes equal parameters equally, and True, 1 and 1.0 differently.
    """
    if not parameters:
        return None
    try:
        return marshal.dumps(parameters, 2)
    except ValueError:
        # Something that has to be made JSON first, as an enum or a number of numpy.
        return marshal.dumps(json.loads(json.dumps(parameters, default=make_plain)), 2)


class Encoder:
    """Encodes the calls of one process."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.templates: dict[tuple[object, ...], str] = {}

    def encode(self, item: tuple[Any, ...]) -> str:
        """Return a call as one line of JSON; raise Unencodable."""
        # In one go, because a star would make a list.
        (
            kind,
            started_ns,
            number,
            success,
            error_type,
            more,
            response_time_ms,
            first_token_ms,
            input_tokens,
            output_tokens,
            cached,
            written,
            reasoning,
            cost,
        ) = item
        key = (
            kind,
            success,
            error_type,
            type(response_time_ms),
            type(first_token_ms),
            type(input_tokens),
            type(output_tokens),
            type(cached),
            type(written),
            type(reasoning),
            type(cost),
        )
        if more is None:
            try:
                template = self.templates.get(key) or self.make_template(key)
                ms = started_ns // 1_000_000
                line = template % (
                    ms >> 16,
                    ms & 0xFFFF,
                    number,
                    response_time_ms,
                    first_token_ms,
                    input_tokens,
                    output_tokens,
                    cached,
                    written,
                    reasoning,
                    cost,
                )
                # JSON has no infinity, and what is none minus itself is no zero.
                if (
                    response_time_ms - response_time_ms == 0
                    and (first_token_ms is None or first_token_ms - first_token_ms == 0)
                    and (cost is None or cost - cost == 0)
                ):
                    return line
            except (TypeError, ValueError, LookupError, ArithmeticError, RecursionError):
                pass
        return self.encode_slowly(item)

    def make_template(self, key: tuple[Any, ...]) -> str:
        """Write what all calls of a key have in common; raise where it fits no template."""
        kind, success, error_type, *types = key
        fields = read_kind(kind)
        if success is not None:
            fields["success"] = read_success(success)
        if error_type is not None:
            fields["error_type"] = error_type
        constant = dump(fields)[:-1].replace("%", "%%")
        numbers = ""
        for name, kind_of_number in zip(NUMBERS, types, strict=True):
            if kind_of_number is float:
                # All digits of a cost, and nanoseconds of a time.
                form = "%r" if name == "cost" else "%.6f"
            else:
                form = FORMATS[kind_of_number]
            numbers += form if form == "%.0s" else f',"{name}":{form}'
        template = f'{constant},"call_id":"%08x-%04x-{self.ids.head}%012x"{numbers}}}'
        if len(self.templates) >= MOST_TEMPLATES:
            self.templates.clear()
        self.templates[key] = template
        return template

    def encode_slowly(self, item: tuple[Any, ...]) -> str:
        kind, started_ns, number, success, error_type, more, *numbers = item
        try:
            fields = read_kind(kind)
            if success is not None:
                fields["success"] = read_success(success)
            if error_type is not None:
                fields["error_type"] = error_type
            fields["call_id"] = self.ids.write(started_ns, number)
            for name, value in zip(NUMBERS, numbers, strict=True):
                if value is not None:
                    fields[name] = value
            for name, value in (more or {}).items():
                fields[name] = value
            return dump(fields)
        except (TypeError, ValueError, ArithmeticError, RecursionError, UnicodeError) as error:
            raise Unencodable(f"{type(error).__name__}: {error}") from None


def read_kind(kind: tuple[Any, ...]) -> dict[str, Any]:
    """Return the fields that many calls have in common."""
    model_name, tool_name, provider, parameters = kind
    fields: dict[str, Any] = {"model_name": model_name, "tool_name": tool_name}
    if provider is not None:
        fields["provider"] = provider
    if isinstance(parameters, str):
        # What safe_freeze() says of those that it could not freeze.
        raise TypeError(parameters)
    if parameters is not None:
        fields["parameters"] = marshal.loads(parameters)
    return fields


def read_success(value: object) -> object:
    """Return a truth value; a text as it is, because the database knows what "false" means."""
    return value if isinstance(value, str) else bool(value)


def dump(value: object) -> str:
    """Return JSON in ASCII, so that no encoding on the way can change it."""
    return json.dumps(value, default=make_plain, allow_nan=False, separators=(",", ":"))


def make_plain(value: object) -> object:
    """Return what JSON has for a value that it does not know."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return write_time(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Decimal | Real):
        return float(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    for name in ("model_dump", "item", "tolist"):
        method = getattr(value, name, None)
        if callable(method):
            return method()
    return str(value)


def write_time(value: datetime) -> str:
    """Return a time in UTC; one without an offset is of the local zone, as Python has it."""
    return value.astimezone(UTC).isoformat()

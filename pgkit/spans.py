"""Read spans as calls of models, by the conventions that `formats/gen_ai.toml` lists."""

import json
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from pgkit.tokens import include_parts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ERROR = 2
LARGEST_INTEGER = 2**31 - 1
LARGEST_COST = 1e9
NO_ID = {"", "0" * 16, "0" * 32}
KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
STATUS_CODES = ("UNSET", "OK", "ERROR")

Attributes = Mapping[str, Any]


class BadSpan(ValueError):
    """What is wrong with a span that is a call; the message names the field and its value."""


class Event(NamedTuple):
    """Something that happened in a span, in nanoseconds since 1970."""

    name: str
    time_ns: int
    attributes: Attributes = MappingProxyType({})


class Span(NamedTuple):
    """A span as OpenTelemetry has it: numbers for kind and status, nanoseconds since 1970."""

    trace_id: str
    span_id: str
    start_ns: int
    end_ns: int
    attributes: Attributes
    kind: int = 0
    status: int = 0
    events: Sequence[Event] = ()
    parent_id: str = ""
    name: str = ""


class Conventions(NamedTuple):
    """The lists of `gen_ai.toml`."""

    kinds: frozenset[int]
    tool_name: str
    markers: tuple[tuple[str, Mapping[str, str]], ...]
    texts: Mapping[str, tuple[str, ...]]
    counts: Mapping[str, tuple[str, ...]]
    amounts: Mapping[str, tuple[str, ...]]
    first_token: tuple[tuple[str, float], ...]
    first_token_events: frozenset[str]
    parameters: Mapping[str, tuple[str, tuple[str, ...]]]
    objects: tuple[str, ...]


@cache
def conventions() -> Conventions:
    """Return the lists of `gen_ai.toml`."""
    with (Path(__file__).parent / "formats" / "gen_ai.toml").open("rb") as file:
        data = tomllib.load(file)

    def read_names(section: str) -> dict[str, tuple[str, ...]]:
        return {field: tuple(names) for field, names in data[section].items()}

    texts = read_names("texts")
    parameters = {
        name: (given["type"], tuple(given["attributes"]))
        for name, given in data["parameters"].items()
    }
    named = [*texts.values(), *(names for _, names in parameters.values())]
    return Conventions(
        kinds=frozenset(data["spans"]["kinds"]),
        tool_name=data["spans"]["tool_name"],
        markers=tuple((marker["attribute"], marker["tool_names"]) for marker in data["markers"]),
        texts=texts,
        counts=read_names("counts"),
        amounts=read_names("amounts"),
        first_token=tuple((name, factor) for name, factor in data["first_token"]["attributes"]),
        first_token_events=frozenset(data["first_token"]["events"]),
        parameters=parameters,
        objects=tuple(
            {name.partition("#")[0]: None for names in named for name in names if "#" in name}
        ),
    )


def read_call(span: Span) -> dict[str, Any] | None:
    """Return the arguments of perf.record_call() for a span, or nothing if it is not a call.

    `call_id` is the text TRACE/SPAN, of which perf.get_call_id() makes the id. Raises BadSpan.
    """
    lists = conventions()
    attributes = unpack_objects(span.attributes)
    tool_name = find_tool_name(span)
    if tool_name is None:
        return None
    model_name = find_text(attributes, lists.texts["model_name"])
    if model_name is None:
        return None
    if span.trace_id in NO_ID or span.span_id in NO_ID:
        raise BadSpan("traceId and spanId must be given")
    if span.start_ns <= 0:
        raise BadSpan(f"startTimeUnixNano must be after 1970, got {span.start_ns}")
    if span.end_ns < span.start_ns:
        raise BadSpan(
            f"endTimeUnixNano must not be before startTimeUnixNano, got {span.end_ns}"
            f" and {span.start_ns}"
        )
    call: dict[str, Any] = {
        "model_name": model_name,
        "tool_name": tool_name,
        "response_time_ms": (span.end_ns - span.start_ns) / 1e6,
        "call_timestamp": EPOCH + timedelta(microseconds=span.start_ns // 1000),
        "call_id": f"{span.trace_id}/{span.span_id}",
    }
    provider = find_text(attributes, lists.texts["provider"])
    if provider is not None:
        call["provider"] = provider.lower()
    error_type = find_text(attributes, lists.texts["error_type"])
    if error_type is None and span.status == ERROR:
        error_type = find_exception(span.events) or "error"
    call["success"] = error_type is None
    if error_type is not None:
        call["error_type"] = error_type
    call.update(read_counts(attributes))
    for field, names in lists.amounts.items():
        amount = find_number(attributes, names)
        if amount is not None:
            if not 0 <= amount <= LARGEST_COST:
                raise BadSpan(f"{field} must be between 0 and 1e9, got {amount}")
            call[field] = amount
    first_token_ms = find_first_token(span)
    if first_token_ms is not None:
        call["first_token_ms"] = first_token_ms
    parameters = read_parameters(attributes)
    if parameters:
        call["parameters"] = parameters
    return call


def read_calls(spans: Sequence[Span]) -> Iterator[dict[str, Any] | BadSpan | None]:
    """Return for each span its call, what is wrong with it, or nothing if it is not a call.

    A call that is the parent of another call is the same call, seen by a framework that uses the
    client. The parent is left out.
    """
    results: list[dict[str, Any] | BadSpan | None] = []
    for span in spans:
        try:
            results.append(read_call(span))
        except BadSpan as problem:
            results.append(problem)
    parents = {
        (span.trace_id, span.parent_id)
        for span, result in zip(spans, results, strict=True)
        if result is not None and span.parent_id
    }
    for span, result in zip(spans, results, strict=True):
        yield None if (span.trace_id, span.span_id) in parents else result


def find_tool_name(span: Span) -> str | None:
    """Return what a span would be as a call, or nothing if it says that it is none."""
    lists = conventions()
    if span.kind not in lists.kinds:
        return None
    found = None
    for attribute, tool_names in lists.markers:
        marker = read_text(span.attributes.get(attribute))
        if marker is not None:
            tool_name = tool_names.get(marker.lower())
            if tool_name is None:
                return None
            found = found or tool_name
    return found or lists.tool_name


def read_text(value: object) -> str | None:
    """Return a text without the spaces around it, or nothing for what is not one or empty."""
    return (value.strip() or None) if isinstance(value, str) else None


def find_text(attributes: Attributes, names: Iterable[str]) -> str | None:
    for name in names:
        text = read_text(attributes.get(name))
        if text is not None:
            return text
    return None


def read_number(value: object) -> int | float | None:
    """Return a finite number, also one that is written as a text; nothing for anything else."""
    if isinstance(value, str):
        try:
            value = float(value) if "_" not in value else None
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def find_number(attributes: Attributes, names: Iterable[str]) -> int | float | None:
    for name in names:
        number = read_number(attributes.get(name))
        if number is not None:
            return number
    return None


def read_counts(attributes: Attributes) -> dict[str, int]:
    """Return the token counts, of which input and output include all others."""
    counts: dict[str, int] = {}
    for field, names in conventions().counts.items():
        number = find_number(attributes, names)
        if number is None:
            continue
        if number != int(number) or not 0 <= number <= LARGEST_INTEGER:
            raise BadSpan(
                f"{field} must be a whole number from 0 to {LARGEST_INTEGER}, got {number}"
            )
        counts[field] = int(number)
    include_parts(counts)
    return counts


def find_exception(events: Sequence[Event]) -> str | None:
    """Return the type of the last exception."""
    for event in reversed(events):
        if event.name == "exception":
            return read_text(event.attributes.get("exception.type"))
    return None


def find_first_token(span: Span) -> float | None:
    """Return the milliseconds to the first token."""
    lists = conventions()
    for name, factor in lists.first_token:
        number = read_number(span.attributes.get(name))
        if number is not None and number >= 0:
            return number * factor
    times = [event.time_ns for event in span.events if event.name in lists.first_token_events]
    if times and min(times) >= span.start_ns:
        return (min(times) - span.start_ns) / 1e6
    return None


def read_parameters(attributes: Attributes) -> dict[str, Any]:
    """Return the parameters that affect performance."""
    parameters: dict[str, Any] = {}
    for parameter, (kind, names) in conventions().parameters.items():
        for name in names:
            value = read_parameter(kind, attributes.get(name))
            if value is not None:
                parameters[parameter] = value
                break
    return parameters


def unpack_objects(attributes: Attributes) -> Attributes:
    """Add the members of JSON objects in texts, as NAME#KEY."""
    for name in conventions().objects:
        text = attributes.get(name)
        if isinstance(text, str):
            try:
                members = json.loads(text, parse_constant=refuse_constant)
            except (ValueError, RecursionError):
                continue
            if isinstance(members, dict):
                unpacked = {f"{name}#{key}": value for key, value in members.items()}
                attributes = {**attributes, **unpacked}
    return attributes


def read_parameter(kind: str, value: object) -> object:
    """Return a parameter of a kind, or nothing for what is not of it."""
    if kind == "number":
        return read_number(value)
    if kind == "text":
        return read_text(value)
    return True if value is True or (isinstance(value, str) and value.lower() == "true") else None


def read_otlp_span(given: Mapping[str, Any]) -> Span:
    """Return a span of OTLP/JSON; raise BadSpan for what is not one."""
    try:
        return Span(
            trace_id=str(given.get("traceId") or "").lower(),
            span_id=str(given.get("spanId") or "").lower(),
            start_ns=int(given.get("startTimeUnixNano") or 0),
            end_ns=int(given.get("endTimeUnixNano") or 0),
            attributes=read_attributes(given.get("attributes") or ()),
            kind=read_enum(given.get("kind"), "SPAN_KIND_", KINDS),
            status=read_enum((given.get("status") or {}).get("code"), "STATUS_CODE_", STATUS_CODES),
            events=[
                Event(
                    str(event.get("name") or ""),
                    int(event.get("timeUnixNano") or 0),
                    read_attributes(event.get("attributes") or ()),
                )
                for event in given.get("events") or ()
            ],
            parent_id=str(given.get("parentSpanId") or "").lower(),
            name=str(given.get("name") or ""),
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise BadSpan(f"not a span of OTLP/JSON: {error}") from None


def read_otlp(body: Mapping[str, Any]) -> Iterator[Span]:
    """Return the spans of an ExportTraceServiceRequest in OTLP/JSON; raise BadSpan."""
    try:
        for resource in body.get("resourceSpans") or ():
            # Until 2022 these were called instrumentationLibrarySpans.
            for scope in resource.get("scopeSpans") or ():
                for span in scope.get("spans") or ():
                    yield read_otlp_span(span)
    except (AttributeError, TypeError) as error:
        raise BadSpan(f"not OTLP/JSON: {error}") from None


def read_enum(value: object, prefix: str, names: Sequence[str]) -> int:
    """Return the number of an enumeration, also where its name is given."""
    if isinstance(value, str) and value.startswith(prefix):
        return names.index(value.removeprefix(prefix))
    return int(value or 0) if isinstance(value, int | str) else 0


def read_attributes(given: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return attributes of OTLP/JSON: texts, numbers and truth values; others are left out."""
    attributes: dict[str, Any] = {}
    for attribute in given:
        for kind, value in (attribute.get("value") or {}).items():
            if kind == "intValue":
                attributes[attribute["key"]] = int(value)
            elif kind == "doubleValue":
                attributes[attribute["key"]] = float(value)
            elif kind in ("stringValue", "boolValue"):
                attributes[attribute["key"]] = value
    return attributes


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is not JSON")

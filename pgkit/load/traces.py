"""Read files of spans, in OTLP/JSON or as Phoenix exports them, as records of calls."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pgkit.calls import BadLine
from pgkit.load.clock import as_number
from pgkit.load.records import Reader
from pgkit.spans import BadSpan, Event, Span, read_call, read_otlp

STATUSES = {"OK": 1, "ERROR": 2}


def read_calls(
    records: Iterable[Mapping[str, Any]],
    read_spans: Callable[[Mapping[str, Any]], Iterator[Span]],
    reader: Reader,
    refuse: Callable[[BadLine], None],
    leave_out: Callable[[], None],
) -> Iterator[dict[str, Any]]:
    """Yield the calls among the spans, each with the names of its fields.

    A call that is the parent of another is the same call, so the whole file is read first.
    """
    calls: list[tuple[int, tuple[str, str], dict[str, Any]]] = []
    parents = set()
    for record in records:
        try:
            for span in read_spans(record):
                call = read_call(span)
                if call is None:
                    leave_out()
                    continue
                call["call_timestamp"] = call["call_timestamp"].isoformat()
                calls.append((reader.line, (span.trace_id, span.span_id), call))
                parents.add((span.trace_id, span.parent_id))
        except BadSpan as problem:
            refuse(BadLine(str(problem)))
    reader.kept = []
    for line, key, call in calls:
        if key in parents:
            leave_out()
        else:
            reader.line = line
            yield call


def read_phoenix(record: Mapping[str, Any]) -> Iterator[Span]:
    """Return the span of a row of Phoenix, or of an object of its API."""
    given = dict(flatten(record))
    attributes = {
        key.removeprefix("attributes."): value
        for key, value in given.items()
        if key.startswith("attributes.") and value not in (None, "")
    }
    attributes.setdefault("openinference.span.kind", given.get("span_kind"))
    events = record.get("events")
    yield Span(
        trace_id=str(given.get("context.trace_id") or ""),
        span_id=str(given.get("context.span_id") or ""),
        start_ns=as_nanoseconds("start_time", given.get("start_time")),
        end_ns=as_nanoseconds("end_time", given.get("end_time")),
        attributes=attributes,
        status=STATUSES.get(str(given.get("status_code")), 0),
        events=[
            Event(
                str(event.get("name")),
                as_nanoseconds("timestamp", event.get("timestamp")),
                event.get("attributes") or {},
            )
            for event in (events if isinstance(events, list) else ())
        ],
        parent_id=str(given.get("parent_id") or ""),
    )


def flatten(value: Mapping[str, Any], begin: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what is inside of objects under names with dots."""
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from flatten(inner, f"{begin}{key}.")
        else:
            yield f"{begin}{key}", inner


def as_nanoseconds(name: str, value: Any) -> int:
    """Return an ISO time, or a number of nanoseconds, as nanoseconds since 1970."""
    number = as_number(value)
    if number is not None:
        return int(number)
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        raise BadSpan(f"{name} must be a time, got {value}") from None
    spent = (time if time.tzinfo else time.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return (spent.days * 86_400 + spent.seconds) * 10**9 + spent.microseconds * 1000


READERS: dict[str, Callable[[Mapping[str, Any]], Iterator[Span]]] = {
    "otlp": read_otlp,
    "phoenix": read_phoenix,
}

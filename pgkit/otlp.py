"""Read requests of OTLP/HTTP and write the answers to them.

What is read becomes OTLP/JSON for perf.record_otlp(). Of spans only what the list of conventions
names is kept: prompts and answers, which may be long and are never stored, do not go to the
database, and neither do spans that name no model.
"""

import json
import math
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from pgkit import spans
from pgkit.output import quoted

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
# The key of the body in OTLP/JSON, and of the count of what was not recorded.
ROOTS = {"traces": "resourceSpans", "metrics": "resourceMetrics"}
REJECTED = {"traces": "rejectedSpans", "metrics": "rejectedDataPoints"}
# Reading more would take longer than clients wait.
MOST_SPANS = 100_000
# No exporter sends more messages, objects and arrays than this and than one in ten of the bytes.
# Packed, such a body may have a few kilobytes, and reading it takes minutes and gigabytes.
MOST_PARTS = 100_000
BYTES_PER_PART = 10
MOST_BUCKETS = 2_000_000
# Bits of zlib's window: with 16 more it is gzip.
WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class Refused(Exception):
    """A request that is refused, with the HTTP status that says why."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


class Body(NamedTuple):
    """OTLP/JSON to record, empty if there is nothing; and how many spans were left out."""

    text: str
    ignored: int = 0


class Parts:
    """Counts the messages of a protobuf request while it is read, and refuses too many of them."""

    def __init__(self, size: int) -> None:
        self.left = max(MOST_PARTS, size // BYTES_PER_PART)
        self.buckets_left = MOST_BUCKETS

    def take(self, *lists: Any) -> None:
        self.left -= sum(map(len, lists))
        if self.left < 0:
            raise Refused(413, "the body has too many parts for its size")

    def take_buckets(self, counts: Any) -> None:
        self.buckets_left -= len(counts)
        if self.buckets_left < 0:
            raise Refused(413, f"a request must have at most {MOST_BUCKETS} buckets")


class Names(NamedTuple):
    """What is kept of a span."""

    models: frozenset[str]
    attributes: frozenset[str]
    events: frozenset[str]


@cache
def kept_names() -> Names:
    """Return the names of `gen_ai.toml`; of NAME#KEY that is NAME."""
    lists = spans.conventions()
    models = {name.partition("#")[0] for name in lists.texts["model_name"]}
    listed: list[Iterable[str]] = [
        (attribute for attribute, _ in lists.markers),
        *lists.texts.values(),
        *lists.counts.values(),
        *lists.amounts.values(),
        (name for name, _ in lists.first_token),
        *(names for _, names in lists.parameters.values()),
    ]
    attributes = {name.partition("#")[0] for names in listed for name in names}
    return Names(frozenset(models), frozenset(attributes), lists.first_token_events | {"exception"})


def unpack(data: bytes, encoding: str, most: int) -> bytes:
    """Return a body without its Content-Encoding; refuse one of more than `most` bytes."""
    if encoding in ("", "identity"):
        return data
    window = WINDOWS.get(encoding)
    if window is None:
        raise Refused(
            415, f"Content-Encoding must be gzip, deflate or identity, got {quoted(encoding[:100])}"
        )
    reader = zlib.decompressobj(window)
    try:
        unpacked = reader.decompress(data, most + 1)
    except zlib.error as error:
        raise Refused(400, f"the body is not {encoding}: {error}") from None
    if len(unpacked) > most:
        raise Refused(413, f"the body must have at most {most} bytes when it is unpacked")
    if not reader.eof or reader.unused_data:
        raise Refused(400, f"the body is not one whole piece of {encoding} data")
    return unpacked


def read_body(signal: str, content_type: str, data: bytes) -> Body:
    """Return the body of a request of a signal, `traces` or `metrics`, as OTLP/JSON."""
    try:
        if content_type == JSON:
            return read_json(signal, data)
        if signal == "traces":
            return read_spans(ExportTraceServiceRequest.FromString(data), Parts(len(data)))
        return read_metrics(ExportMetricsServiceRequest.FromString(data), Parts(len(data)))
    except DecodeError:
        raise Refused(400, f"the body is not a protobuf request of {signal}") from None


def read_spans(request: ExportTraceServiceRequest, parts: Parts) -> Body:
    """Return the spans that name a model.

    By hand: MessageToDict would take twice as long, keep everything, and write ids in base64.
    """
    names = kept_names()
    kept: list[dict[str, Any]] = []
    count = 0
    parts.take(request.resource_spans)
    for resource in request.resource_spans:
        parts.take(resource.scope_spans)
        for scope in resource.scope_spans:
            count += len(scope.spans)
            if count > MOST_SPANS:
                raise Refused(413, f"a request must have at most {MOST_SPANS} spans")
            for span in scope.spans:
                parts.take(span.attributes, span.events)
                attributes = [
                    {"key": given.key, "value": value}
                    for given in span.attributes
                    if given.key in names.attributes
                    and (value := read_value(given.value)) is not None
                ]
                if not any(given["key"] in names.models for given in attributes):
                    continue
                read: dict[str, Any] = {
                    "traceId": span.trace_id.hex(),
                    "spanId": span.span_id.hex(),
                    "kind": span.kind,
                    "startTimeUnixNano": str(span.start_time_unix_nano),
                    "endTimeUnixNano": str(span.end_time_unix_nano),
                    "attributes": attributes,
                    "status": {"code": span.status.code},
                }
                if span.parent_span_id:
                    read["parentSpanId"] = span.parent_span_id.hex()
                events = [
                    {
                        "name": event.name,
                        "timeUnixNano": str(event.time_unix_nano),
                        "attributes": [
                            {"key": given.key, "value": {"stringValue": given.value.string_value}}
                            for given in event.attributes
                            if given.key == "exception.type"
                        ],
                    }
                    for event in span.events
                    if event.name in names.events
                ]
                if events:
                    read["events"] = events
                kept.append(read)
    return make_traces(kept, count)


def read_value(value: Any) -> dict[str, Any] | None:
    """Return a text, number or truth value as OTLP/JSON writes it; nothing for others."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return {"stringValue": value.string_value}
    if kind == "int_value":
        return {"intValue": str(value.int_value)}
    if kind == "double_value":
        number = value.double_value
        return {"doubleValue": number if math.isfinite(number) else "NaN"}
    if kind == "bool_value":
        return {"boolValue": value.bool_value}
    return None


def make_traces(kept: list[dict[str, Any]], count: int) -> Body:
    if not kept:
        return Body("", count)
    text = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": kept}]}]}, ensure_ascii=False)
    return Body(text, count - len(kept))


def read_metrics(request: ExportMetricsServiceRequest, parts: Parts) -> Body:
    """Return the metrics, without their exemplars."""
    count_metrics(request, parts)
    given = MessageToDict(request, use_integers_for_enums=True)
    drop_exemplars(given)
    if not given.get("resourceMetrics"):
        return Body("")
    return Body(json.dumps(given, ensure_ascii=False, allow_nan=False))


def count_metrics(request: ExportMetricsServiceRequest, parts: Parts) -> None:
    """Refuse metrics of too many parts, before they become objects that are much larger."""
    parts.take(request.resource_metrics)
    for resource in request.resource_metrics:
        parts.take(resource.scope_metrics, resource.resource.attributes)
        for scope in resource.scope_metrics:
            parts.take(scope.metrics)
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                points = getattr(metric, kind).data_points if kind else ()
                parts.take(points)
                for point in points:
                    parts.take(point.attributes)
                    if kind != "summary":
                        parts.take(point.exemplars)
                    if kind == "exponential_histogram":
                        parts.take_buckets(point.positive.bucket_counts)
                        parts.take_buckets(point.negative.bucket_counts)


def drop_exemplars(given: Any) -> None:
    """Remove exemplars: they are not used, and their ids would be in base64."""
    if isinstance(given, dict):
        given.pop("exemplars", None)
        for value in given.values():
            drop_exemplars(value)
    elif isinstance(given, list):
        for value in given:
            drop_exemplars(value)


def read_json(signal: str, data: bytes) -> Body:
    """Return OTLP/JSON, of traces what is needed."""
    # In texts they are counted too, which have fewer than one in ten.
    if data.count(b"{") + data.count(b"[") > max(MOST_PARTS, len(data) // BYTES_PER_PART):
        raise Refused(413, "the body has too many parts for its size")
    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        message = error if isinstance(error, json.JSONDecodeError) else "not UTF-8, or too deep"
        raise Refused(400, f"the body is not JSON: {message}") from None
    root = ROOTS[signal]
    if not isinstance(given, dict) or (given and root not in given):
        raise Refused(400, f"the body must be a JSON object with {root}")
    if not given.get(root):
        return Body("")
    if signal == "traces":
        try:
            return reduce_traces(given)
        except (AttributeError, KeyError, TypeError):
            # perf.record_otlp() says what is wrong with it.
            pass
    return Body(json.dumps(given, ensure_ascii=False))


def reduce_traces(given: Mapping[str, Any]) -> Body:
    """Return what is kept of spans in OTLP/JSON; raises TypeError and its like for what is none."""
    names = kept_names()
    kept: list[dict[str, Any]] = []
    count = 0
    for resource in given["resourceSpans"]:
        for scope in resource.get("scopeSpans") or ():
            for span in scope.get("spans") or ():
                count += 1
                attributes = [
                    attribute
                    for attribute in span.get("attributes") or ()
                    if attribute["key"] in names.attributes
                ]
                if not any(attribute["key"] in names.models for attribute in attributes):
                    continue
                events = [
                    event for event in span.get("events") or () if event["name"] in names.events
                ]
                for event in events:
                    event["attributes"] = [
                        attribute
                        for attribute in event.get("attributes") or ()
                        if attribute["key"] == "exception.type"
                    ]
                kept.append({**span, "attributes": attributes, "events": events, "links": []})
    return make_traces(kept, count)


def write_answer(signal: str, content_type: str, answer: Mapping[str, Any]) -> bytes:
    """Return what perf.record_otlp() answered, in the encoding of the request."""
    partial = answer.get("partialSuccess") or {}
    if content_type == JSON:
        return json.dumps({"partialSuccess": partial}).encode()
    response: Any
    if signal == "traces":
        response = ExportTraceServiceResponse()
        if partial:
            response.partial_success.rejected_spans = int(partial.get("rejectedSpans") or 0)
    else:
        response = ExportMetricsServiceResponse()
        if partial:
            response.partial_success.rejected_data_points = int(
                partial.get("rejectedDataPoints") or 0
            )
    if partial:
        response.partial_success.error_message = str(partial.get("errorMessage") or "")
    return bytes(response.SerializeToString())


def write_status(content_type: str, code: int, message: str) -> bytes:
    """Return a google.rpc.Status, as OTLP wants errors."""
    if content_type == PROTOBUF:
        return bytes(Status(code=code, message=message).SerializeToString())
    return json.dumps({"code": code, "message": message}, ensure_ascii=False).encode()

"""Bodies of OTLP/JSON as the real SDK of OpenTelemetry makes them."""

import base64
from collections.abc import Iterable
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
from opentelemetry.sdk.metrics.view import Aggregation
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan

IDS = {"traceId", "spanId", "parentSpanId"}


def to_json(message: Message) -> dict[str, Any]:
    """Return a message as OTLP/JSON: as protobuf's JSON, but ids in hex and enums as numbers."""
    return _with_hex_ids(json_format.MessageToDict(message, use_integers_for_enums=True))


def _with_hex_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: base64.b64decode(inner).hex() if key in IDS else _with_hex_ids(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_with_hex_ids(inner) for inner in value]
    return value


def trace_body(spans: Iterable[ReadableSpan]) -> dict[str, Any]:
    """Return what an exporter sends of finished spans."""
    return to_json(encode_spans(list(spans)))


class Meter:
    """A process that measures: a real MeterProvider, and what it exports when asked."""

    def __init__(
        self,
        aggregation: Aggregation | None = None,
        *,
        cumulative: bool = False,
        **resource: str,
    ) -> None:
        temporality = (
            AggregationTemporality.CUMULATIVE if cumulative else AggregationTemporality.DELTA
        )
        self.reader = InMemoryMetricReader(
            preferred_temporality={Histogram: temporality, Counter: temporality},
            preferred_aggregation={Histogram: aggregation} if aggregation else None,
        )
        self.meter = MeterProvider(
            [self.reader], resource=Resource({"service.name": "shop", **resource})
        ).get_meter("test")

    def record(
        self,
        values: Iterable[float],
        name: str = "gen_ai.client.operation.duration",
        unit: str = "s",
        bounds: list[float] | None = None,
        **attributes: str,
    ) -> None:
        """Record values of a histogram; attributes are written with _ for the dots."""
        histogram = self.meter.create_histogram(
            name, unit, explicit_bucket_boundaries_advisory=bounds
        )
        given = {key.replace("__", "."): value for key, value in attributes.items()}
        for value in values:
            histogram.record(value, given)

    def export(self) -> dict[str, Any]:
        """Return what an exporter would send now."""
        data = self.reader.get_metrics_data()
        assert data is not None
        return to_json(encode_metrics(data))

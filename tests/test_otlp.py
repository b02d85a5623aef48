"""What the SDK of OpenTelemetry sends is recorded once, and percentiles are as near as said."""

import copy
import json
import math
import random
import re
import subprocess
import threading
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics.view import (
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from otlp import Meter, trace_body
from pipeline import wait_until_blocked
from test_recording import PATIENCE

from pgkit import binaries

DURATION = "gen_ai.client.operation.duration"
SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
LABELS = {"gen_ai__request__model": "gpt-4o", "gen_ai__operation__name": "chat"}
PERCENTILES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
QUERY = """
select q.count, q.total, q.minimum, q.maximum, q.percentile_values
from perf.query_metrics(
    %s, now() - interval '3 hours', now() + interval '1 hour', %s, percentiles => %s
) as q
"""


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """As everywhere, but a wait that does not end fails the test."""
    with psycopg.connect(database, autocommit=True, options=PATIENCE) as opened:
        yield opened


def send(connection: psycopg.Connection, body: Any) -> dict[str, Any]:
    """Post a body; return the answer."""
    text = body if isinstance(body, str) else json.dumps(body)
    return connection.execute("select perf.record_otlp(%s::json)", [text]).fetchone()[0]


def answer(recorded: int = 0, skipped: int = 0, ignored: int = 0) -> dict[str, Any]:
    return {"partialSuccess": {}, "recorded": recorded, "skipped": skipped, "ignored": ignored}


def query(
    connection: psycopg.Connection, metric: str = DURATION, labels: str = "{}"
) -> tuple[int, float, float, float, list[float]]:
    rows = connection.execute(QUERY, [metric, labels, PERCENTILES]).fetchall()
    assert len(rows) == 1
    return rows[0]


def roll_up(connection: psycopg.Connection) -> None:
    """Run the aggregation, and check what it made against the raw rows."""
    connection.execute("select perf.aggregate_performance_metrics('otlp')")
    assert not connection.execute(
        "select * from perf.verify_performance_metrics("
        "'1970-01-01', now() + interval '2 days', 'otlp')"
    ).fetchall()


def lognormal(count: int, seed: int = 1) -> list[float]:
    return [float(value) for value in np.random.default_rng(seed).lognormal(0, 1, count)]


def points_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the data points of a body, to read or change."""
    return [
        point
        for resource in body["resourceMetrics"]
        for scope in resource["scopeMetrics"]
        for metric in scope["metrics"]
        for kind in ("histogram", "exponentialHistogram", "sum", "gauge")
        if kind in metric
        for point in metric[kind]["dataPoints"]
    ]


# Spans


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exporter: InMemorySpanExporter) -> trace.Tracer:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("test")


def test_spans_of_the_sdk_are_calls(connection, tracer, exporter) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    start = int(now.timestamp()) * 10**9 + 123_456_000
    agent = {"gen_ai.operation.name": "invoke_agent"}
    with tracer.start_as_current_span("agent", attributes=agent):
        tracer.start_span(
            "chat gpt-4o",
            kind=trace.SpanKind.CLIENT,
            start_time=start,
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "OpenAI",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.request.max_tokens": 256,
                "gen_ai.request.temperature": 0.5,
                "gen_ai.usage.input_tokens": 420,
                "gen_ai.usage.output_tokens": 17,
                "gen_ai.usage.cache_read.input_tokens": 20,
                "gen_ai.response.time_to_first_chunk": 0.25,
                "gen_ai.input.messages": 'a "prompt" with \\ and a zero \x00 in it',
            },
        ).end(start + 1_840_500_000)
        failed = tracer.start_span(
            "embeddings",
            start_time=start + 1000,
            attributes={
                "openinference.span.kind": "EMBEDDING",
                "embedding.model_name": "ada",
                "llm.invocation_parameters": '{"max_tokens": 5, "temperature": "0.1"}',
                "llm.token_count.prompt": 3,
            },
        )
        failed.record_exception(ValueError("no"))
        failed.set_status(trace.StatusCode.ERROR)
        failed.end(start + 2000)
    body = trace_body(exporter.get_finished_spans())
    assert send(connection, body) == answer(recorded=2, ignored=1)
    assert send(connection, body) == answer(skipped=2, ignored=1)
    rows = connection.execute(
        "select m.name, t.name, s.labels ->> 'provider', c.parameters, r.call_timestamp,"
        " r.response_time_ms, r.first_token_ms, r.input_tokens, r.output_tokens,"
        " r.cached_input_tokens, r.success, r.error_type"
        " from perf.performance_metrics_raw as r"
        " join perf.model_tool_configs as c on c.id = r.model_tool_config_id"
        " join perf.models as m on m.id = c.model_id"
        " join perf.tools as t on t.id = c.tool_id"
        " join perf_internal.call_series as s on s.series_id = c.id"
        " order by r.call_timestamp"
    ).fetchall()
    at = now + timedelta(microseconds=123_456)
    assert rows == [
        (
            *("gpt-4o", "chat", "openai", {"max_tokens": 256, "temperature": 0.5}, at),
            *(1840.5, 250, 420, 17, 20, True, None),
        ),
        (
            *("ada", "embeddings", "unknown", {"max_tokens": 5, "temperature": 0.1}),
            *(at + timedelta(microseconds=1), 0.001, None, 3, None, None, False, "ValueError"),
        ),
    ]
    ids = connection.execute(
        "select count(*) from perf.performance_metrics_raw as r, unnest(%s::text[]) as i"
        " where r.id = perf.get_call_id(i)",
        [
            [
                f"{span.context.trace_id:032x}/{span.context.span_id:016x}"
                for span in exporter.get_finished_spans()
            ]
        ],
    )
    assert ids.fetchone() == (2,)


def make_span(number: int, **fields: Any) -> dict[str, Any]:
    start = int(datetime.now(UTC).timestamp()) * 10**9 + number * 1000
    return {
        "traceId": f"{7:032x}",
        "spanId": f"{number + 1:016x}",
        "kind": 3,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 10**9),
        "attributes": [
            {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": str(number)}},
        ],
        **fields,
    }


def wrap(*spans: Any) -> dict[str, Any]:
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": spans}]}]}


def attribute(key: str, **value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


def test_bad_spans_are_rejected_and_the_others_recorded(connection) -> None:
    tomorrow = str(int(datetime.now(UTC).timestamp() + 2 * 86400) * 10**9)
    model = attribute("gen_ai.request.model", stringValue="gpt-4o")
    found = send(
        connection,
        wrap(
            make_span(0),
            make_span(1, endTimeUnixNano="0"),
            make_span(2, startTimeUnixNano=tomorrow, endTimeUnixNano=tomorrow),
            make_span(3, attributes=[attribute("gen_ai.request.model", stringValue="x" * 201)]),
            make_span(4, attributes=[model, attribute("gen_ai.usage.input_tokens", intValue="-1")]),
            make_span(5, attributes=[]),
            make_span(6, traceId=""),
            make_span(7, kind="SPAN_KIND_SERVER"),
            make_span(8),
        ),
    )
    assert (found["recorded"], found["skipped"], found["ignored"]) == (2, 0, 2)
    partial = found["partialSuccess"]
    assert partial["rejectedSpans"] == 5
    reasons = partial["errorMessage"].split("; ")
    assert [reason.split(": ", 1)[0] for reason in reasons] == [
        f"resourceSpans[0].scopeSpans[0].spans[{number}]" for number in (1, 2, 3, 4, 6)
    ]
    assert "endTimeUnixNano must not be before startTimeUnixNano" in reasons[0]
    assert "call_timestamp must be between 1970 and tomorrow" in reasons[1]
    assert "model_name must have 1 to 200 characters" in reasons[2]
    assert "input_tokens must be a whole number from 0" in reasons[3]
    assert "traceId and spanId must be given" in reasons[4]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[]", "the body must be a JSON object"),
        ('{"resourceLogs": []}', "got the keys"),
        ('{"resourceSpans": [], "resourceMetrics": []}', "got both"),
        ('{"resourceSpans": 1}', "resourceSpans must be an array"),
        ('{"resourceSpans": [1]}', r"resourceSpans\[0\]: it must be an object"),
        (
            '{"resourceSpans": [{"scopeSpans": [{}, {"spans": {}}]}]}',
            r"resourceSpans\[0\].scopeSpans\[1\]: spans must be an array",
        ),
        (wrap(make_span(0), 5), r"resourceSpans\[0\].scopeSpans\[0\].spans\[1\]: it must be"),
        (wrap(make_span(0, attributes={})), r"spans\[0\]: attributes must be an array"),
        (wrap(make_span(0, attributes=[1])), r"attributes\[0\]: it must be an object"),
        (wrap(make_span(0, startTimeUnixNano="noon")), "whole number of nanoseconds"),
        (wrap(make_span(0, traceId="W47/95gDgQPSabYzgT/GDA==")), "traceId must be 32 digits"),
        (
            '{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": 1}]}]}]}',
            r"metrics\[0\]: name must be a string",
        ),
        (
            '{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "gen_ai.x",'
            ' "histogram": {"dataPoints": [{"count": "two"}]}}]}]}]}',
            r"metrics\[0\].histogram.dataPoints\[0\]: not a data point of OTLP/JSON",
        ),
    ],
)
def test_malformed_bodies_are_refused_by_place(connection, body, message) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=message):
        send(connection, body)
    recorded = connection.execute("select count(*) from perf.performance_metrics_raw")
    assert recorded.fetchone() == (0,)


def test_the_parent_of_a_call_that_is_a_call_is_the_same_one(connection) -> None:
    parent, child = make_span(0), make_span(1, parentSpanId=f"{1:016x}")
    assert send(connection, wrap(parent, child)) == answer(recorded=1, ignored=1)


def test_sql_and_file_list_the_same_names(connection) -> None:
    file = Path(__file__).parents[1] / "pgkit" / "formats" / "gen_ai.toml"
    lists = tomllib.loads(file.read_text())
    wanted: list[tuple[str, str, str, Any]] = [
        ("kind", "kind", str(kind), None) for kind in lists["spans"]["kinds"]
    ]
    wanted.append(("default", "tool_name", lists["spans"]["tool_name"], None))
    wanted += [
        ("marker", "tool_name", marker["attribute"], marker["tool_names"])
        for marker in lists["markers"]
    ]
    for part, section in (("text", "texts"), ("count", "counts"), ("amount", "amounts")):
        for field, names in lists[section].items():
            wanted += [(part, field, name, None) for name in names]
    first = lists["first_token"]
    wanted += [("first_token", "first_token_ms", name, by) for name, by in first["attributes"]]
    wanted += [("event", "first_token_ms", name, None) for name in first["events"]]
    for field, given in lists["parameters"].items():
        wanted += [("parameter", field, name, given["type"]) for name in given["attributes"]]
    found = connection.execute(
        "select n.part, n.field, n.name, n.detail from perf_internal.get_gen_ai_names() as n"
        " order by n.rank"
    ).fetchall()

    def grouped(rows: list[tuple[str, str, str, Any]]) -> dict[tuple[str, str], list[Any]]:
        groups: dict[tuple[str, str], list[Any]] = {}
        for part, field, name, detail in rows:
            groups.setdefault((part, field), []).append((name, detail))
        return groups

    assert grouped(found) == grouped(wanted)


# Histograms


def find_ends(percentile: float, values: list[float], bounds: list[float]) -> tuple[float, float]:
    """Return the ends of the buckets that hold the values of a rank and the one after."""
    ordered = sorted(values)
    rank = percentile * (len(values) - 1)
    low, high = ordered[math.floor(rank)], ordered[math.ceil(rank)]
    edges = [0.0, *bounds, math.inf]
    below = max(edge for edge in edges if edge < low)
    above = min(edge for edge in edges if edge >= high)
    return max(below, ordered[0]), min(above, ordered[-1])


@pytest.mark.parametrize("seed", range(4))
def test_explicit_buckets_say_percentiles_within_their_width(connection, seed) -> None:
    values = lognormal(3000, seed)
    meter = Meter(ExplicitBucketHistogramAggregation(SECONDS))
    meter.record(values, **LABELS)
    body = meter.export()
    assert send(connection, body) == answer(recorded=1)
    assert send(connection, body) == answer(skipped=1)
    for _ in range(2):
        count, total, smallest, largest, percentiles = query(connection)
        assert (count, smallest, largest) == (3000, 1000 * min(values), 1000 * max(values))
        assert total == pytest.approx(1000 * sum(values))
        for percentile, found in zip(PERCENTILES, percentiles, strict=True):
            low, high = find_ends(percentile, values, SECONDS)
            assert 995 * low <= found <= 1005 * high
            # Lognormal values are spread evenly enough for much less.
            assert found == pytest.approx(1000 * np.quantile(values, percentile), rel=0.15)
        roll_up(connection)


@pytest.mark.parametrize("max_size", [160, 40, 10])
def test_exponential_buckets_say_percentiles_within_half_their_width(connection, max_size) -> None:
    values = lognormal(3000)
    meter = Meter(ExponentialBucketHistogramAggregation(max_size=max_size))
    meter.record(values, **LABELS)
    body = meter.export()
    (point,) = points_of(body)
    base = 2 ** (2 ** -point["scale"])
    error = (1 + (base - 1) / (base + 1)) * (1 + 0.01 / 2.01) - 1
    assert send(connection, body) == answer(recorded=1)
    for _ in range(2):
        count, total, smallest, largest, percentiles = query(connection)
        assert (count, smallest, largest) == (3000, 1000 * min(values), 1000 * max(values))
        assert total == pytest.approx(1000 * sum(values))
        for percentile, found in zip(PERCENTILES, percentiles, strict=True):
            exact = 1000 * float(np.quantile(values, percentile))
            assert found == pytest.approx(exact, rel=error)
        roll_up(connection)


def place(value: float) -> int:
    """Return the bin of a sketch, as its comment says."""
    if value > 0:
        return math.ceil(math.log(value) / math.log(1.01))
    return -200_000 - math.ceil(math.log(-value) / math.log(1.01))


def expand(point: dict[str, Any]) -> list[float]:
    """Return the values that a point of OTLP/JSON stands for, one by one."""
    low_limit = point.get("min", -math.inf)
    high_limit = point.get("max", math.inf)
    values: list[float] = []

    def add(low: float, high: float, count: int, is_spread: bool) -> None:
        if low == -math.inf and low_limit == -math.inf:
            low = 0 if high > 0 else high
        low = max(low, low_limit)
        high = low if high == math.inf == high_limit else min(high, high_limit)
        low = min(low, high)
        for step in range(count):
            if is_spread:
                values.append(low + (high - low) * (step + 0.5) / count)
            else:
                values.append(2 * low * high / (low + high) if low < high else low)

    if "scale" in point:
        base = 2.0 ** (2.0 ** -point["scale"])
        for side, sign in (("positive", 1), ("negative", -1)):
            given = point.get(side, {})
            for at, count in enumerate(map(int, given.get("bucketCounts", []))):
                ends = sorted(
                    sign * base ** (given.get("offset", 0) + at + after) for after in (0, 1)
                )
                add(*ends, count, False)
        values += [0.0] * int(point.get("zeroCount", 0))
    else:
        edges = [-math.inf, *point["explicitBounds"], math.inf]
        for at, count in enumerate(map(int, point["bucketCounts"])):
            add(edges[at], edges[at + 1], count, True)
    return values


def random_point(source: random.Random) -> dict[str, Any]:
    """Return a point with gaps, few or many values, with and without extremes."""

    def counts(length: int) -> list[str]:
        return [str(source.choice([0, 0, 1, 2, 7, 300])) for _ in range(length)]

    point: dict[str, Any] = {}
    if source.random() < 0.5:
        start = source.choice([0.0, 0.001, 5.0])
        bounds = [start]
        while len(bounds) < source.randint(1, 8):
            bounds.append(bounds[-1] + source.choice([0.001, 0.5, 10, 3000]))
        point = {"explicitBounds": bounds, "bucketCounts": counts(len(bounds) + 1)}
        total = sum(map(int, point["bucketCounts"]))
    else:
        point = {
            "scale": source.randint(-2, 12),
            "zeroCount": source.choice(["0", "3"]),
            "positive": {"offset": source.randint(-50, 50), "bucketCounts": counts(20)},
            "negative": {
                "offset": source.randint(-50, 50),
                "bucketCounts": counts(source.choice([0, 4])),
            },
        }
        if point["scale"] < 2:
            point["positive"]["offset"] = point["negative"]["offset"] = -9
        total = int(point["zeroCount"])
        for side in ("positive", "negative"):
            total += sum(map(int, point[side]["bucketCounts"]))
    return point | {"count": str(total)}


def test_merging_is_as_placing_the_values_one_by_one(connection) -> None:
    source = random.Random(7)
    for _ in range(150):
        point = random_point(source)
        values = expand(point)
        assert len(values) == int(point["count"])
        row = connection.execute(
            "select s.* from perf_internal.read_otlp_histogram(%s::jsonb, %s) as h"
            " cross join lateral perf_internal.summarize_otlp_histogram(h.histogram) as s",
            [json.dumps(point), "exponentialHistogram" if "scale" in point else "histogram"],
        ).fetchone()
        if not values:
            assert row[0] is None
            continue
        count, total, squares, smallest, largest, sketch = row
        assert count == len(values)
        wanted = Counter(place(value) for value in values if abs(value) > 1e-100)
        bins = connection.execute(
            "select perf_internal.make_sketch(%s::integer[])", [list(wanted.elements())]
        ).fetchone()[0]
        if sketch != bins:
            # A value on the edge of two bins may fall on either side of it.
            found = connection.execute(
                "select b.bin_value, b.value_count from perf_internal.get_sketch_bins(%s, %s) as b"
                " where b.bin_value <> 0",
                [sketch, count],
            ).fetchall()
            placed = np.repeat([value for value, _ in found], [number for _, number in found])
            exact = sorted(value for value in values if abs(value) > 1e-100)
            assert len(placed) == len(exact)
            assert placed == pytest.approx(np.array(exact), rel=0.0051)
        assert smallest == pytest.approx(min(values), rel=0.005, abs=1e-99)
        assert largest == pytest.approx(max(values), rel=0.005, abs=1e-99)
        assert total == pytest.approx(sum(values), rel=0.005, abs=0.005 * sum(map(abs, values)))
        deviation = float(np.std(values))
        assert math.sqrt(squares / count) == pytest.approx(
            deviation, rel=0.02, abs=0.006 * max(map(abs, values))
        )


def histogram_quantile(percentile: float, bounds: list[float], counts: list[int]) -> float:
    """Return what the function of Prometheus does for classic buckets of positive bounds."""
    rank = percentile * sum(counts)
    below = 0
    for at, count in enumerate(counts):
        if below + count >= rank and count > 0:
            if at == len(bounds):
                return bounds[-1]
            start = bounds[at - 1] if at else 0.0
            return start + (bounds[at] - start) * (rank - below) / count
        below += count
    raise AssertionError


def test_percentiles_of_explicit_buckets_are_those_of_prometheus(connection) -> None:
    values = lognormal(20_000, 9)
    meter = Meter(ExplicitBucketHistogramAggregation(SECONDS, record_min_max=False))
    meter.record(values, **LABELS)
    body = meter.export()
    (point,) = points_of(body)
    for name in ("min", "max"):
        point.pop(name, None)
    send(connection, body)
    for percentile, found in zip(PERCENTILES, query(connection)[4], strict=True):
        wanted = histogram_quantile(percentile, SECONDS, [int(n) for n in point["bucketCounts"]])
        assert found == pytest.approx(1000 * wanted, rel=0.006)


def test_labels_and_units_come_from_attributes(connection) -> None:
    meter = Meter()
    tokens = ("gen_ai.client.token.usage", "{token}")
    meter.record([100, 20], *tokens, gen_ai__token__type="input", **LABELS)
    meter.record([5], *tokens, gen_ai__token__type="output", **LABELS)
    meter.record([1], error__type="timeout", gen_ai__provider__name="OpenAI", **LABELS)
    meter.record([3], "http.server.request.duration", "s")
    meter.meter.create_counter("gen_ai.money", "USD").add(1.5)
    meter.meter.create_counter("requests").add(1)
    assert send(connection, meter.export()) == answer(recorded=5, ignored=1)
    found = connection.execute(
        "select q.group_labels ->> 'token_type', q.count, q.total from perf.query_metrics("
        "'gen_ai.client.token.usage', now() - interval '2 hours', now() + interval '1 hour',"
        " %s, '{token_type}') as q",
        ['{"model": "gpt-4o", "tool": "chat", "service": "shop"}'],
    ).fetchall()
    assert found == [("input", 2, 120), ("output", 1, 5)]
    failed = query(connection, DURATION, '{"error_type": "timeout", "provider": "openai"}')
    assert failed[:2] == (1, 1000)
    assert query(connection, "otel.http.server.request.duration")[:2] == (1, 3000)
    assert query(connection, "gen_ai.money")[:2] == (1, 1.5)
    metrics = connection.execute(
        "select m.metric, m.unit, m.better from perf.metrics as m"
        " where m.pipeline = 'otlp' order by 1"
    ).fetchall()
    assert metrics == [
        (DURATION, "ms", "lower"),
        ("gen_ai.client.token.usage", "tokens", None),
        ("gen_ai.money", "USD", None),
        ("otel.http.server.request.duration", "ms", None),
    ]
    other = Meter()
    other.record([1], unit="By")
    partial = send(connection, other.export())["partialSuccess"]
    assert partial["rejectedDataPoints"] == 1
    assert 'unit of "gen_ai.client.operation.duration" is "ms", got "By"' in partial["errorMessage"]


# Temporality


@pytest.mark.parametrize(
    "aggregation",
    [
        ExplicitBucketHistogramAggregation([0.01 * 2**number for number in range(20)]),
        ExponentialBucketHistogramAggregation(max_size=20),
    ],
)
def test_cumulative_points_add_up_over_exports_and_restarts(connection, aggregation) -> None:
    values: list[float] = []
    largest = 0.0
    for start in range(3):
        meter = Meter(aggregation, cumulative=True)
        bodies = []
        for export in range(4):
            # The scale of exponential buckets gets coarser with the range.
            some = [value * 2 ** (2 * export) for value in lognormal(200, 10 * start + export)]
            meter.record(some, **LABELS)
            values += some
            largest = max(largest, *some)
            bodies.append(meter.export())
            if export != 1:
                # The second export is lost; the third has what was in it.
                assert send(connection, bodies[-1]) == answer(recorded=1)
        for body in bodies:
            assert send(connection, body) == answer(skipped=1)
        roll_up(connection)
    count, total, smallest, found_largest, percentiles = query(connection)
    assert count == len(values)
    assert total == pytest.approx(1000 * sum(values))
    assert smallest == pytest.approx(1000 * min(values))
    assert found_largest == pytest.approx(1000 * largest)
    for percentile, found in zip(PERCENTILES, percentiles, strict=True):
        exact = 1000 * float(np.quantile(values, percentile))
        assert exact / 2.02 <= found <= exact * 2.02
    assert connection.execute("select count(*) from perf_internal.otlp_streams").fetchone() == (3,)


def test_two_processes_that_say_the_same_of_themselves_are_two_streams(connection) -> None:
    meters = [Meter(cumulative=True), Meter(cumulative=True)]
    for _ in range(3):
        for meter in meters:
            meter.record([1, 2], **LABELS)
            send(connection, meter.export())
    assert query(connection)[:2] == (12, 18_000)


def test_counters_add_up(connection) -> None:
    meter = Meter(cumulative=True)
    counter = meter.meter.create_counter("gen_ai.money", "USD")
    for amount in (1, 2, 0, 4):
        counter.add(amount)
        send(connection, meter.export())
    count, total, *_ = query(connection, "gen_ai.money")
    assert (count, total) == (4, 7)


def cumulative_body(count: int, seconds: int, start: int = 0) -> dict[str, Any]:
    """Return a body of one stream, whose point has a time after now - 1 hour."""
    epoch = int(datetime.now(UTC).timestamp()) // 3600 * 3600 - 3600
    meter = Meter(ExplicitBucketHistogramAggregation([1]), cumulative=True)
    meter.record([0.5] * count, **LABELS)
    body = meter.export()
    (point,) = points_of(body)
    point["startTimeUnixNano"] = str((epoch + start) * 10**9)
    point["timeUnixNano"] = str((epoch + seconds) * 10**9)
    return body


def test_counts_that_fall_are_a_new_beginning(connection) -> None:
    for count, seconds in ((10, 1), (15, 2), (4, 3), (6, 4)):
        assert send(connection, cumulative_body(count, seconds)) == answer(recorded=1)
    assert query(connection)[0] == 15 + 6


def test_points_of_one_body_are_taken_in_the_order_of_time(connection) -> None:
    bodies = [cumulative_body(count, count) for count in (7, 3, 5, 5)]
    joined = {"resourceMetrics": [b for body in bodies for b in body["resourceMetrics"]]}
    assert send(connection, joined) == answer(recorded=3, skipped=1)
    assert query(connection)[0] == 7
    assert connection.execute(
        "select s.count from perf_internal.otlp_summaries as s order by s.observed_at"
    ).fetchall() == [(3,), (2,), (2,)]
    assert send(connection, cumulative_body(4, 4)) == answer(skipped=1)


def test_a_stream_that_may_have_been_deleted_counts_from_its_first_point_on(connection) -> None:
    old = -8 * 86400
    found = send(connection, cumulative_body(100, 1, old))
    assert found["recorded"] == 1
    assert found["partialSuccess"]["rejectedDataPoints"] == 0
    assert "began more than 7 days ago" in found["partialSuccess"]["errorMessage"]
    assert send(connection, cumulative_body(103, 2, old)) == answer(recorded=1)
    assert query(connection)[0] == 3
    connection.execute(
        "update perf_internal.otlp_streams set received_at = now() - interval '8 days 1 second'"
    )
    assert send(connection, cumulative_body(5, 3)) == answer(recorded=1)
    assert connection.execute("select count(*) from perf_internal.otlp_streams").fetchone() == (1,)
    assert query(connection)[0] == 8


def test_sessions_with_the_same_stream_wait_for_each_other(database, connection) -> None:
    send(connection, cumulative_body(10, 1))
    with closing(psycopg.connect(database, options=PATIENCE)) as first:
        send(first, cumulative_body(30, 3))
        answers: list[dict[str, Any]] = []
        later = threading.Thread(
            target=lambda: answers.append(send(connection, cumulative_body(20, 2)))
        )
        later.start()
        wait_until_blocked(first)
        first.commit()
        later.join()
    assert answers == [answer(skipped=1)]
    assert query(connection)[0] == 30


def test_a_session_that_dies_has_changed_nothing(database, connection) -> None:
    send(connection, cumulative_body(10, 1))
    with closing(psycopg.connect(database, options=PATIENCE)) as dying:
        send(dying, cumulative_body(30, 3))
        answers: list[dict[str, Any]] = []
        later = threading.Thread(
            target=lambda: answers.append(send(connection, cumulative_body(20, 2)))
        )
        later.start()
        wait_until_blocked(dying)
        dying.rollback()
        later.join()
    assert answers == [answer(recorded=1)]
    assert send(connection, cumulative_body(30, 3)) == answer(recorded=1)
    assert query(connection)[0] == 30


def test_many_sessions_send_the_same_points_once(database) -> None:
    """Delta and cumulative, new series, new metrics and new streams at once, each sent twice."""
    bodies = []
    for number in range(12):
        meter = Meter(cumulative=number % 2 == 0)
        for name in random.Random(number).sample([DURATION, "gen_ai.a", "gen_ai.b", "x"], 4):
            meter.record([1, 2, 3], name, gen_ai__request__model=f"m{number % 3}")
        bodies.append(meter.export())
    problems: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            order = bodies.copy()
            random.Random(seed).shuffle(order)
            with psycopg.connect(database, autocommit=True, options=PATIENCE) as opened:
                for body in order:
                    send(opened, body)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    with psycopg.connect(database, autocommit=True) as opened:
        roll_up(opened)
        for name in (DURATION, "gen_ai.a", "gen_ai.b", "otel.x"):
            assert query(opened, name)[:2] == (36, 12 * 6 * 1000)


# The engine


def test_named_summaries_are_rebuilt_and_forgotten(connection) -> None:
    meter = Meter()
    meter.record([1, 2, 3], "gen_ai.mine")
    body = meter.export()
    send(connection, body)
    roll_up(connection)
    before = query(connection, "gen_ai.mine")
    connection.execute("delete from perf_internal.rollups")
    connection.execute(
        "select perf.rebuild_performance_metrics(now() - interval '1 day',"
        " now() + interval '1 day', 'otlp')"
    )
    assert query(connection, "gen_ai.mine") == before
    connection.execute("select perf.forget_metric('gen_ai.mine')")
    with pytest.raises(psycopg.Error, match="there is no metric"):
        query(connection, "gen_ai.mine")
    roll_up(connection)
    # A retry of what was forgotten adds nothing, and what comes later counts.
    assert send(connection, body) == answer(skipped=1)
    meter.record([5], "gen_ai.mine")
    assert send(connection, meter.export()) == answer(recorded=1)
    assert query(connection, "gen_ai.mine")[:2] == (1, 5000)
    roll_up(connection)
    assert query(connection, "gen_ai.mine")[:2] == (1, 5000)


def test_what_is_not_rolled_up_is_visible_beside_what_is(connection) -> None:
    meter = Meter()
    meter.record([1], "gen_ai.mine", "ms")
    meter.record([7])
    send(connection, meter.export())
    roll_up(connection)
    meter.record([3], "gen_ai.mine", "ms")
    send(connection, meter.export())
    assert query(connection, "gen_ai.mine")[:4] == (2, 4, 1, 3)
    assert query(connection)[:2] == (1, 7000)


def test_a_name_too_many_is_rejected_and_the_rest_counts(connection) -> None:
    meter = Meter()
    meter.record([1], "gen_ai.first")
    body = meter.export()
    send(connection, body)
    connection.execute(
        "select perf_internal.add_named_metrics('otlp',"
        " array(select 'otel.' || i from generate_series(1, 999) as i))"
    )
    meter.record([1], "gen_ai.first")
    meter.record([1], "gen_ai.second")
    found = send(connection, meter.export())
    assert (found["recorded"], found["partialSuccess"]["rejectedDataPoints"]) == (1, 1)
    assert "there are 1000 metrics" in found["partialSuccess"]["errorMessage"]


def test_points_that_are_not_good_are_rejected(connection) -> None:
    good = cumulative_body(3, 1)
    changes: list[dict[str, Any]] = [
        {"timeUnixNano": "0"},
        {"timeUnixNano": str(2 * 10**18)},
        {"startTimeUnixNano": str(int(points_of(good)[0]["timeUnixNano"]) + 1)},
        {"count": "4"},
        {"bucketCounts": ["3"]},
        {"sum": "NaN"},
        {"min": 2e15},
    ]
    for change in changes:
        bad = copy.deepcopy(good)
        points_of(bad)[0].update(change)
        found = send(connection, bad)
        assert found["partialSuccess"]["rejectedDataPoints"] == 1, change
        assert (found["recorded"], found["skipped"]) == (0, 0)
    assert connection.execute("select count(*) from perf_internal.otlp_streams").fetchone() == (0,)
    assert send(connection, good) == answer(recorded=1)


def test_a_threshold_watches_a_metric_by_its_labels(connection) -> None:
    meter = Meter()
    meter.record([0.1] * 50, **LABELS)
    meter.record([9] * 50, gen_ai__request__model="slow")
    send(connection, meter.export())
    connection.execute(
        "select perf.create_alert_threshold(%s, 1000, 5000, statistic => 'p95',"
        " direction => 'above', group_by => '{model}')",
        [DURATION],
    )
    connection.execute("select perf.check_alert_thresholds()")
    assert connection.execute(
        "select a.labels ->> 'model', a.severity from perf.v_unresolved_model_alerts as a"
    ).fetchall() == [("slow", "critical")]


def test_the_guide_shows_what_psql_prints(database: str) -> None:
    text = (Path(__file__).parents[1] / "docs" / "opentelemetry.md").read_text(encoding="utf-8")
    sessions = re.findall(r"^```sql\n(postgres=# .*?)^```", text, re.M | re.S)
    pieces = [piece for session in sessions for piece in session.split("postgres=# ")[1:]]
    assert len(pieces) == 3
    for piece in pieces:
        statement, output = piece.split(";\n", maxsplit=1)
        done = subprocess.run(
            [binaries.find_program("psql"), "--no-psqlrc", f"--command={statement}", database],
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stdout.strip("\n") == output.strip("\n")

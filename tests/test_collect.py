"""`pgkit collect` with the real exporters of OpenTelemetry, with bad requests, and with kills."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
from gen_ai_spans import (
    CASES,
    CHAT,
    PROBLEM,
    Case,
    expected_call,
    make_body,
    make_span,
    read_recorded,
    write_body,
)
from google.protobuf.json_format import ParseDict
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.metrics.view import (
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from pipeline import wait_for
from test_crash import data_directory, kill_server, start_server

from pgkit import migrations, otlp, runner
from pgkit.calls import make_call_id

pytestmark = pytest.mark.once

JSON = {"content-type": "application/json"}
PROTOBUF = {"content-type": "application/x-protobuf"}
LISTENING = re.compile(r"listening on (http://\S+)$", re.M)
# Of this database: other tests run on the same server.
BLOCKED = """
select true
from pg_locks as l
join pg_database as d on d.oid = l.database
where d.datname = current_database()
    and l.relation = 'perf.models'::regclass
    and not l.granted
"""
LOCK = "lock perf.models in access exclusive mode"


class Running(NamedTuple):
    """A collector: where it listens, its process and its log."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def post(self, signal_name: str, content: bytes | str, headers: Any = JSON) -> httpx.Response:
        return httpx.post(
            f"{self.address}/v1/{signal_name}", content=content, headers=headers, timeout=30
        )

    def said(self, text: str) -> bool:
        return text in self.log.read_text()


Start = Callable[..., Running]


@contextmanager
def collecting(dsn: str, folder: Path, *options: str, **environment: str) -> Iterator[Running]:
    log = folder / f"collect-{time.monotonic_ns()}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "pgkit", "collect", "--port", "0", *options],
            stderr=stream,
            env={**os.environ, "DATABASE_URL": dsn, **environment},
        )
    try:
        wait_for(lambda: LISTENING.search(log.read_text()) or process.poll() is not None)
        address = LISTENING.search(log.read_text())
        assert address is not None, log.read_text()
        yield Running(address[1], process, log)
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture
def collector(database: str, tmp_path: Path) -> Iterator[Running]:
    with collecting(database, tmp_path) as running:
        yield running


def make_protobuf(body: dict[str, Any]) -> bytes:
    """Return OTLP/JSON as protobuf; its parser wants ids in base64, so they are put in after."""
    spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
    ids = [(span.pop("traceId", ""), span.pop("spanId", "")) for span in spans]
    request = ParseDict(body, ExportTraceServiceRequest())
    for span, (trace_id, span_id) in zip(
        request.resource_spans[0].scope_spans[0].spans, ids, strict=True
    ):
        span.trace_id, span.span_id = bytes.fromhex(trace_id), bytes.fromhex(span_id)
    return request.SerializeToString()


def test_the_real_exporter_records_its_spans(
    collector: Running, connection: psycopg.Connection
) -> None:
    exporter = OTLPSpanExporter(f"{collector.address}/v1/traces", compression=Compression.Gzip)
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    ids = []
    for number in range(30):
        with tracer.start_as_current_span("POST", kind=SpanKind.SERVER):
            attributes = {**CHAT, "gen_ai.usage.input_tokens": number}
            with tracer.start_as_current_span("chat", kind=SpanKind.CLIENT) as span:
                span.set_attributes({**attributes, "gen_ai.input.messages": "x\0" * 10_000})
            context = span.get_span_context()
            ids.append(make_call_id(f"{context.trace_id:032x}/{context.span_id:016x}"))
    provider.shutdown()
    recorded = read_recorded(connection)
    assert [call["id"] for call in recorded] == ids
    assert [call["input_tokens"] for call in recorded] == list(range(30))
    collector.process.terminate()
    assert collector.process.wait(timeout=60) == 0
    assert collector.said("30 recorded, 30 no model calls")


def test_json_and_protobuf_make_the_same_calls(
    collector: Running, connection: psycopg.Connection
) -> None:
    """For the table of spans: protobuf first, then all of JSON was recorded before."""
    spans = [make_span(case, number) for number, case in enumerate(CASES)]
    for span in spans:
        # Protobuf has no texts for these, and its parser wants the names of the enumerations.
        for name in ("kind", "status"):
            if name in span:
                span[name] = json.loads(json.dumps(span[name]))
    body = make_body(*spans)
    answer = collector.post("traces", make_protobuf(json.loads(json.dumps(body))), PROTOBUF)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-protobuf"
    response = ExportTraceServiceResponse.FromString(answer.content)
    rejected = sum(case.expected == PROBLEM for case in CASES)
    assert response.partial_success.rejected_spans == rejected
    assert "input_tokens must be a whole number" in response.partial_success.error_message
    expected = {
        make_call_id(call["call_id"]): call
        for number, case in enumerate(CASES)
        if isinstance(call := expected_call(case, number), dict)
    }
    recorded = read_recorded(connection)
    assert {call["id"] for call in recorded} == expected.keys()
    for call in recorded:
        for field, value in expected[call["id"]].items():
            if field not in ("call_id", "call_timestamp"):
                assert call[field] == value, (call["id"], field)
    again = collector.post("traces", json.dumps(body))
    assert again.status_code == 200
    assert again.json()["partialSuccess"]["rejectedSpans"] == rejected
    assert read_recorded(connection) == recorded


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("identity", bytes), ("gzip", gzip.compress), ("deflate", zlib.compress)],
)
def test_json_is_taken_in_every_encoding(
    collector: Running, connection: psycopg.Connection, encoding: str, compress: Any
) -> None:
    body = compress(write_body(make_span(Case("chat", CHAT, None), 0)).encode())
    headers = {"content-type": "application/json; charset=utf-8", "content-encoding": encoding}
    answer = collector.post("traces", body, headers)
    assert (answer.status_code, answer.json()) == (200, {"partialSuccess": {}})
    assert len(read_recorded(connection)) == 1


def test_curl_can_send(collector: Running, connection: psycopg.Connection, tmp_path: Path) -> None:
    body = tmp_path / "spans.json"
    body.write_text(write_body(make_span(Case("chat", CHAT, None), 0)))
    done = subprocess.run(
        [
            *("curl", "--silent", "--fail-with-body", "--json", f"@{body}"),
            f"{collector.address}/v1/traces",
        ],
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == {"partialSuccess": {}}
    assert len(read_recorded(connection)) == 1


GOOD = write_body(make_span(Case("chat", CHAT, None), 0)).encode()
BAD = [
    ("not JSON", "traces", b"{", JSON, 400, "not JSON"),
    ("not UTF-8", "traces", b'{"resourceSpans": "\xff"}', JSON, 400, "not UTF-8"),
    ("too deep", "traces", b"[" * 100_000, JSON, 400, "too deep"),
    ("an array", "traces", b"[]", JSON, 400, "JSON object with resourceSpans"),
    ("another signal", "traces", b'{"resourceMetrics": []}', JSON, 400, "resourceSpans"),
    ("snake case", "metrics", b'{"resource_metrics": []}', JSON, 400, "resourceMetrics"),
    ("a number of spans", "traces", b'{"resourceSpans": 7}', JSON, 400, "resourceSpans"),
    ("no spans", "traces", b'{"resourceSpans": [{"scopeSpans": [{"spans": [7]}]}]}', JSON,
     400, "7"),
    ("an id in base64", "traces", GOOD.replace(b"5b8efff7", b"W47/95=="), JSON, 400, "traceId"),
    ("not protobuf", "traces", b"garbage", PROTOBUF, 400, "not a protobuf request of traces"),
    ("not protobuf either", "metrics", b"\xff\xff", PROTOBUF, 400, "request of metrics"),
    ("half of gzip", "traces", gzip.compress(GOOD)[:-9], {**JSON, "content-encoding": "gzip"},
     400, "one whole piece of gzip"),
    ("more than gzip", "traces", gzip.compress(GOOD) + b"x", {**JSON, "content-encoding": "gzip"},
     400, "one whole piece of gzip"),
    ("not gzip", "traces", GOOD, {**JSON, "content-encoding": "gzip"}, 400, "the body is not gzip"),
    ("zstd", "traces", GOOD, {**JSON, "content-encoding": "zstd"}, 415, "zstd"),
    ("a form", "traces", GOOD, {"content-type": "text/plain"}, 415, "text/plain"),
    ("no type", "traces", GOOD, {}, 415, "Content-Type"),
    ("logs", "logs", b"{}", JSON, 404, "/v1/logs"),
    ("a bomb", "traces", gzip.compress(bytes(50_000_000)), {**JSON, "content-encoding": "gzip"},
     413, "20971520 bytes when it is unpacked"),
    ("a huge body", "traces", bytes(21_000_000), JSON, 413, "at most 20971520 bytes"),
    ("many spans", "traces", None, PROTOBUF, 413, "at most 100000 spans"),
]  # fmt: skip


@pytest.fixture(scope="module")
def lasting_collector(
    server_dsn: str, template_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """One collector for all bad requests: it goes on after each."""
    folder = tmp_path_factory.mktemp("collect")
    with (
        runner.copied_database(server_dsn, template_dsn) as dsn,
        collecting(dsn, folder) as running,
    ):
        yield running


@pytest.mark.parametrize(
    ("signal_name", "content", "headers", "status", "message"),
    [pytest.param(*case[1:], id=case[0]) for case in BAD],
)
def test_a_bad_request_is_told_what_is_wrong(
    lasting_collector: Running,
    signal_name: str,
    content: bytes | None,
    headers: dict[str, str],
    status: int,
    message: str,
) -> None:
    if content is None:
        request = ExportTraceServiceRequest()
        spans = request.resource_spans.add().scope_spans.add().spans
        for _ in range(otlp.MOST_SPANS + 1):
            spans.add()
        content = request.SerializeToString()
    answer = lasting_collector.post(signal_name, content, headers)
    assert answer.status_code == status, answer.text
    if headers == PROTOBUF:
        assert answer.headers["content-type"] == "application/x-protobuf"
        assert message in Status.FromString(answer.content).message
    else:
        assert message in answer.json()["message"]
    assert "retry-after" not in answer.headers
    assert httpx.get(f"{lasting_collector.address}/health").status_code == 200
    assert not lasting_collector.said("Traceback")


def nest(*numbers: int, count: int = 4_000_000) -> bytes:
    """Return a message of that many empty ones, inside of others by the numbers of fields."""
    *outer, last = numbers
    body = bytes([last << 3 | 2, 0]) * count
    for number in reversed(outer):
        size, length = len(body), bytearray()
        while size >= 0x80:
            length.append(size & 0x7F | 0x80)
            size >>= 7
        body = bytes([number << 3 | 2, *length, size]) + body
    return body


EMPTY_PARTS = {
    "resources": ("traces", PROTOBUF, lambda: nest(1)),
    "scopes": ("traces", PROTOBUF, lambda: nest(1, 2)),
    "attributes": ("traces", PROTOBUF, lambda: nest(1, 2, 2, 9)),
    "events": ("traces", PROTOBUF, lambda: nest(1, 2, 2, 11)),
    "resources of metrics": ("metrics", PROTOBUF, lambda: nest(1)),
    "attributes of a resource": ("metrics", PROTOBUF, lambda: nest(1, 1, 1)),
    "scopes of metrics": ("metrics", PROTOBUF, lambda: nest(1, 2)),
    "metrics": ("metrics", PROTOBUF, lambda: nest(1, 2, 2)),
    "points": ("metrics", PROTOBUF, lambda: nest(1, 2, 2, 5, 1)),
    "attributes of a point": ("metrics", PROTOBUF, lambda: nest(1, 2, 2, 5, 1, 7)),
    "exemplars": ("metrics", PROTOBUF, lambda: nest(1, 2, 2, 9, 1, 8)),
    "objects": ("traces", JSON, lambda: b'{"resourceSpans":[' + b"{}," * 4_000_000 + b"{}]}"),
    "arrays": ("metrics", JSON, lambda: b'{"resourceMetrics":[' + b"[]," * 4_000_000 + b"[]]}"),
}


@pytest.mark.parametrize("parts", EMPTY_PARTS)
def test_a_small_request_that_would_become_very_large_is_refused(
    lasting_collector: Running, parts: str
) -> None:
    signal_name, headers, make = EMPTY_PARTS[parts]
    content = gzip.compress(make())
    assert len(content) < 20_000
    answer = lasting_collector.post(signal_name, content, {**headers, "content-encoding": "gzip"})
    assert answer.status_code == 413, answer.text
    assert b"too many parts" in answer.content


def test_a_histogram_of_millions_of_buckets_is_refused(lasting_collector: Running) -> None:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    point = metric.exponential_histogram.data_points.add()
    point.positive.bucket_counts.extend([0] * (otlp.MOST_BUCKETS + 1))
    answer = lasting_collector.post("metrics", request.SerializeToString(), PROTOBUF)
    assert answer.status_code == 413, answer.text
    assert b"buckets" in answer.content


def test_a_body_without_a_length_is_limited(lasting_collector: Running) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(30):
            yield bytes(1_000_000)

    answer = httpx.post(
        f"{lasting_collector.address}/v1/traces", content=parts(), headers=JSON, timeout=30
    )
    assert answer.status_code == 413


def test_other_methods_are_refused(lasting_collector: Running) -> None:
    answer = httpx.get(f"{lasting_collector.address}/v1/traces")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert httpx.delete(f"{lasting_collector.address}/health").status_code == 405


def test_pages_of_other_origins_cannot_send(lasting_collector: Running) -> None:
    url = f"{lasting_collector.address}/v1/traces"
    answer = httpx.options(url, headers={"origin": "https://app.example.org"})
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


def test_pages_of_an_allowed_origin_can_send(database: str, tmp_path: Path) -> None:
    with collecting(database, tmp_path, "--allow-origin", "https://app.example.org") as collector:
        for origin, allowed in (
            ("https://app.example.org", "https://app.example.org"),
            ("https://evil.example.org", None),
        ):
            headers = {**JSON, "origin": origin}
            url = f"{collector.address}/v1/traces"
            assert httpx.options(url, headers=headers).status_code == 204
            answer = httpx.post(url, content=b"{}", headers=headers)
            assert answer.headers.get("access-control-allow-origin") == allowed


def test_a_token_is_asked_for(database: str, tmp_path: Path) -> None:
    with collecting(database, tmp_path, PGKIT_COLLECT_TOKEN="first second") as collector:
        for token, status in (
            (None, 401),
            ("Bearer", 401),
            ("Bearer wrong", 401),
            ("Bearer first second", 401),
            ("Basic first", 401),
            ("Bearer first", 200),
            ("bearer second", 200),
        ):
            headers = {**JSON, **({} if token is None else {"authorization": token})}
            answer = collector.post("traces", GOOD, headers)
            assert answer.status_code == status, token
            assert ("www-authenticate" in answer.headers) == (status == 401)
        assert httpx.get(f"{collector.address}/health").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /v1/traces HT",
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nX: ",
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{",
    ],
    ids=["nothing", "half a line", "half a head", "half a body"],
)
def test_a_client_that_takes_too_long_is_cut_off(
    database: str, tmp_path: Path, sent: bytes
) -> None:
    """Also where it sends a byte now and then."""
    with (
        collecting(database, tmp_path, "--timeout", "0.5") as collector,
        socket.create_connection(("127.0.0.1", collector.port), timeout=30) as client,
    ):
        started = time.monotonic()
        client.sendall(sent)
        client.settimeout(0.1)
        answer = b""
        while time.monotonic() - started < 20:
            try:
                part = client.recv(4096)
                answer += part
                if not part:
                    break
            except TimeoutError:
                if sent:
                    client.sendall(b"x")
            except ConnectionError:
                break
        spent = time.monotonic() - started
        assert 0.4 < spent < 10
        if sent.endswith(b"{"):
            assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_second_request_of_a_connection_has_its_own_time(database: str, tmp_path: Path) -> None:
    with collecting(database, tmp_path, "--timeout", "1") as collector, httpx.Client() as client:
        for _ in range(4):
            time.sleep(0.5)
            answer = client.post(f"{collector.address}/v1/traces", content=b"{}", headers=JSON)
            assert answer.status_code == 200


def test_too_many_requests_at_once_are_sent_away(
    lasting_collector: Running,
) -> None:
    head = (
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    with ExitStack() as stack:
        for _ in range(64):
            client = stack.enter_context(
                socket.create_connection(("127.0.0.1", lasting_collector.port), timeout=30)
            )
            client.sendall(head)
        wait_for(lambda: lasting_collector.post("traces", b"{}").status_code == 503)
        answer = lasting_collector.post("traces", b"{}")
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["code"] == 14
        assert httpx.get(f"{lasting_collector.address}/health").status_code == 200
    wait_for(lambda: lasting_collector.post("traces", b"{}").status_code == 200)


def test_while_the_database_is_busy_clients_are_told_to_come_again(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    with collecting(database, tmp_path, "--timeout", "2", "--connections", "1") as collector:
        with psycopg.connect(database) as blocker:
            blocker.execute(LOCK)
            with ThreadPoolExecutor() as pool:
                answers = list(pool.map(lambda _: collector.post("traces", GOOD), range(3)))
            assert [answer.status_code for answer in answers] == [503] * 3
            assert {answer.headers["retry-after"] for answer in answers} == {"2"}
            assert httpx.get(f"{collector.address}/health").status_code == 200
        assert collector.post("traces", GOOD).status_code == 200
        assert len(read_recorded(connection)) == 1


def test_what_is_under_way_is_finished_at_the_end(
    database: str, connection: psycopg.Connection, collector: Running
) -> None:
    with psycopg.connect(database) as blocker, ThreadPoolExecutor() as pool:
        blocker.execute(LOCK)
        answer = pool.submit(collector.post, "traces", GOOD)
        wait_for(lambda: connection.execute(BLOCKED).fetchone())
        collector.process.send_signal(signal.SIGTERM)
        wait_for(lambda: collector.said("stopping after the requests"))
        blocker.rollback()
        assert answer.result().status_code == 200
    assert collector.process.wait(timeout=60) == 0
    assert len(read_recorded(connection)) == 1


def test_a_second_signal_ends_it_at_once(
    database: str, connection: psycopg.Connection, collector: Running
) -> None:
    with psycopg.connect(database) as blocker, ThreadPoolExecutor() as pool:
        blocker.execute(LOCK)
        answer = pool.submit(collector.post, "traces", GOOD)
        wait_for(lambda: connection.execute(BLOCKED).fetchone())
        collector.process.send_signal(signal.SIGINT)
        wait_for(lambda: collector.said("stopping after the requests"))
        started = time.monotonic()
        collector.process.send_signal(signal.SIGINT)
        collector.process.wait(timeout=60)
        assert time.monotonic() - started < 5
        assert answer.result().status_code == 503


def test_a_server_that_is_killed_loses_and_doubles_no_span(
    crashing_database: str, tmp_path: Path
) -> None:
    """The exporter sends again what was answered with 503, also while the server is away."""
    data = data_directory(crashing_database)
    with collecting(crashing_database, tmp_path) as collector:
        exporter = OTLPSpanExporter(f"{collector.address}/v1/traces", timeout=60)
        provider = TracerProvider()
        provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=20, max_export_batch_size=20)
        )
        tracer = provider.get_tracer("test")
        ids = set()
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                with tracer.start_as_current_span("chat", attributes=CHAT) as span:
                    pass
                context = span.get_span_context()
                ids.add(make_call_id(f"{context.trace_id:032x}/{context.span_id:016x}"))
                time.sleep(0.002)

        worker = threading.Thread(target=work)
        worker.start()
        try:
            for _ in range(2):
                before = len(ids)
                wait_for(lambda before=before: len(ids) > before + 200)
                kill_server(data)
                wait_for(lambda: httpx.get(f"{collector.address}/health").status_code == 503)
                start_server(data)
                wait_for(lambda: httpx.get(f"{collector.address}/health").status_code == 200)
        finally:
            stop.set()
            worker.join()
        provider.shutdown()
        assert collector.said("503: ")
        with psycopg.connect(crashing_database) as connection:
            recorded = [call["id"] for call in read_recorded(connection)]
    assert len(recorded) == len(set(recorded))
    assert set(recorded) == ids


def test_it_works_behind_a_pooler(
    database: str, connection: psycopg.Connection, pooled: Callable[[str, int], str], tmp_path: Path
) -> None:
    with collecting(pooled(database, 2), tmp_path) as collector, ThreadPoolExecutor(8) as pool:
        bodies = [write_body(make_span(Case("chat", CHAT, None), number)) for number in range(40)]
        answers = list(pool.map(lambda body: collector.post("traces", body), bodies))
        assert {answer.status_code for answer in answers} == {200}
    assert len(read_recorded(connection)) == 40


def fail_to_collect(dsn: str, *options: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pgkit", "collect", *options],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "DATABASE_URL": dsn, **environment},
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_what_keeps_it_from_starting_is_said(
    database: str, empty_database: str, collector: Running
) -> None:
    port = str(collector.port)
    assert "Give another --port" in fail_to_collect(database, "--port", port)
    assert "Run `pgkit migrate`" in fail_to_collect(empty_database, "--port", "0")
    assert "Check --dsn" in fail_to_collect("host=/nowhere", "--port", "0")
    assert "must be ASCII" in fail_to_collect(database, PGKIT_COLLECT_TOKEN="schlüssel")


def test_a_login_that_may_not_record_is_told_so(private_server: str, tmp_path: Path) -> None:
    with runner.temporary_database(private_server) as dsn:
        migrations.migrate(dsn)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("create role nobody_here login")
            try:
                other = psycopg.conninfo.make_conninfo(dsn, user="nobody_here")
                assert "grant perf_recorder" in fail_to_collect(other, "--port", "0")
            finally:
                connection.execute("drop role nobody_here")


def test_packages_that_are_missing_are_named() -> None:
    """In a Python that finds neither."""
    code = (
        "import sys; sys.modules['uvicorn'] = sys.modules['h11'] = None;"
        " from pgkit.cli import cli; cli(['collect'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "Error: pgkit collect needs packages that are not installed: h11, uvicorn\n"
        "Hint: Run `pip install 'pgkit[collect]'`.\n"
    )


def test_a_warning_is_given_where_all_may_write(database: str, tmp_path: Path) -> None:
    with collecting(database, tmp_path, "--host", "0.0.0.0") as collector:
        assert collector.said("warning: all who reach 0.0.0.0 may record")


def test_metrics_of_protobuf_become_json() -> None:
    """Exemplars are left out, and counts and times are texts, as OTLP/JSON has them."""
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add()
    metric.name = "gen_ai.client.operation.duration"
    metric.histogram.aggregation_temporality = 1
    point = metric.histogram.data_points.add(
        time_unix_nano=2, count=3, sum=1.5, bucket_counts=[1, 2], explicit_bounds=[0.5]
    )
    point.exemplars.add(trace_id=bytes(16))
    body = otlp.read_body("metrics", otlp.PROTOBUF, request.SerializeToString())
    assert json.loads(body.text)["resourceMetrics"][0]["scopeMetrics"][0]["metrics"] == [
        {
            "name": "gen_ai.client.operation.duration",
            "histogram": {
                "dataPoints": [
                    {
                        "timeUnixNano": "2",
                        "count": "3",
                        "sum": 1.5,
                        "bucketCounts": ["1", "2"],
                        "explicitBounds": [0.5],
                    }
                ],
                "aggregationTemporality": 1,
            },
        }
    ]


COUNTED = """
select sum(q.count)::float8, sum(q.total)::float8
from perf.query_metrics(
    metric => %s, start_time => now() - interval '1 hour', end_time => now() + interval '1 hour'
) as q
"""


@pytest.mark.parametrize(
    "temporality", [AggregationTemporality.DELTA, AggregationTemporality.CUMULATIVE]
)
@pytest.mark.parametrize("is_exponential", [False, True], ids=["explicit", "exponential"])
def test_metrics_of_the_real_exporter_are_counted_once(
    collector: Running,
    connection: psycopg.Connection,
    temporality: AggregationTemporality,
    is_exponential: bool,
) -> None:
    """Durations over several exports; cumulative ones repeat what was sent before."""
    aggregation = (
        ExponentialBucketHistogramAggregation()
        if is_exponential
        else ExplicitBucketHistogramAggregation([0.5, 1, 2, 4, 8])
    )
    exporter = OTLPMetricExporter(
        f"{collector.address}/v1/metrics",
        compression=Compression.Gzip,
        preferred_temporality={Histogram: temporality},
        preferred_aggregation={Histogram: aggregation},
    )
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
    provider = MeterProvider([reader])
    histogram = provider.get_meter("test").create_histogram(
        "gen_ai.client.operation.duration", unit="s"
    )
    attributes = {"gen_ai.request.model": "gpt-4o", "gen_ai.operation.name": "chat"}
    values = [0.25, 0.75, 1.5, 3.0, 6.0, 3.0]
    for value in values:
        histogram.record(value, attributes)
        assert provider.force_flush()
    provider.shutdown()
    [(count, total)] = connection.execute(COUNTED, ["gen_ai.client.operation.duration"]).fetchall()
    assert count == len(values)
    assert total == pytest.approx(1000 * sum(values))
    assert collector.process.poll() is None
    assert not collector.said("rejected")

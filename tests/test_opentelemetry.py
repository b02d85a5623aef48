"""The span exporter records the calls of real instrumentations, traced by the real SDK."""

import json
import logging
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import openai_server
import psycopg
import pytest
import yaml
from gen_ai_spans import read_recorded
from openinference.instrumentation.openai import OpenAIInstrumentor as OpenInference
from opentelemetry.instrumentation.openai import OpenAIInstrumentor as Traceloop
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from test_collect import collecting

from pgkit import Recorder
from pgkit.integrations.opentelemetry import PgkitSpanExporter

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
MESSAGES: Any = [{"role": "user", "content": "hi"}]


@pytest.fixture
def provider(database: str) -> Iterator[TracerProvider]:
    """A provider that exports to `database`; shutting it down writes all."""
    made = TracerProvider()
    made.add_span_processor(BatchSpanProcessor(PgkitSpanExporter(target=database)))
    yield made
    made.shutdown()


def ask_everything(address: str) -> None:
    """A chat, a stream, embeddings and a call that fails."""
    with openai.OpenAI(base_url=address, api_key="none", max_retries=0) as client:
        chat = client.chat.completions
        chat.create(model="gpt-4o", messages=MESSAGES, max_tokens=50, temperature=0.5)
        options: Any = {"include_usage": True}
        list(chat.create(model="gpt-4o", messages=MESSAGES, stream=True, stream_options=options))
        client.embeddings.create(model="ada", input="hi", encoding_format="float")
        with pytest.raises(openai.RateLimitError):
            chat.create(model="broken", messages=MESSAGES, reasoning_effort="high")


@pytest.mark.parametrize(
    "instrumentor", [OpenInference, Traceloop], ids=["openinference", "traceloop"]
)
def test_calls_of_a_real_instrumentation_are_recorded(
    provider: TracerProvider, connection: psycopg.Connection, instrumentor: Any
) -> None:
    instrumentor().instrument(tracer_provider=provider)
    try:
        with openai_server.running() as address:
            ask_everything(address)
    finally:
        instrumentor().uninstrument()
    provider.shutdown()
    chat, stream, embedding, failed = read_recorded(connection)
    for call in (chat, stream):
        assert call["model_name"] == "gpt-4o"
        assert call["tool_name"] == "chat"
        assert call["success"] is True
        assert call["input_tokens"] == 420
        assert call["output_tokens"] == 96
        assert call["cached_input_tokens"] == 100
    assert chat["reasoning_tokens"] == 30
    assert chat["parameters"] == {"max_tokens": 50, "temperature": 0.5}
    assert chat["first_token_ms"] is None
    assert stream["parameters"] == {"streaming": True}
    assert stream["first_token_ms"] >= 1000 * openai_server.FIRST_CHUNK
    assert stream["first_token_ms"] <= stream["response_time_ms"]
    assert (embedding["model_name"], embedding["tool_name"]) == ("ada", "embeddings")
    assert embedding["input_tokens"] == 7
    assert failed["model_name"] == "broken"
    assert failed["success"] is False
    assert failed["error_type"].endswith("RateLimitError")
    assert failed["parameters"] == {"thinking_mode": "high"}
    assert {call["provider"] for call in (chat, stream, embedding, failed)} == {"openai"}


def test_a_wrapper_that_ends_in_a_later_batch_is_left_out(
    database: str, connection: psycopg.Connection
) -> None:
    provider = TracerProvider()
    exporter = PgkitSpanExporter(target=database)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    with (
        tracer.start_as_current_span("framework", attributes=attributes),
        tracer.start_as_current_span("client", kind=SpanKind.CLIENT, attributes=attributes),
    ):
        pass
    with tracer.start_as_current_span("server", kind=SpanKind.SERVER, attributes=attributes):
        pass
    assert exporter.force_flush()
    assert len(read_recorded(connection)) == 1
    provider.shutdown()


def test_a_recorder_of_the_application_stays_open(
    database: str, connection: psycopg.Connection
) -> None:
    with Recorder(database) as recorder:
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(PgkitSpanExporter(recorder)))
        tracer = provider.get_tracer("test")
        with tracer.start_as_current_span("chat", attributes={"gen_ai.request.model": "m"}) as span:
            span.set_status(StatusCode.ERROR)
        provider.shutdown()
        [call] = read_recorded(connection)
        assert (call["success"], call["error_type"]) == (False, "error")
        recorder.record("m", "chat", 1.0)
        assert recorder.flush()
        assert len(read_recorded(connection)) == 2
    with pytest.raises(ValueError, match="target and key"):
        PgkitSpanExporter(recorder, target=database)


def test_a_span_that_cannot_be_a_call_is_warned_of_once(
    database: str, connection: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = PgkitSpanExporter(target=database)
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    attributes = {"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": -1}
    with caplog.at_level(logging.WARNING, logger="pgkit.opentelemetry"):
        for _ in range(3):
            with tracer.start_as_current_span("chat", attributes=attributes):
                pass
    provider.shutdown()
    [warning] = caplog.records
    assert "input_tokens must be a whole number" in warning.getMessage()
    assert read_recorded(connection) == []


def test_a_database_that_is_away_does_not_disturb(tmp_path: Any) -> None:
    recorder = Recorder(f"host={tmp_path} dbname=none", exit_timeout=0.1)
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(PgkitSpanExporter(recorder)))
    with provider.get_tracer("test").start_as_current_span(
        "chat", attributes={"gen_ai.request.model": "m"}
    ):
        pass
    assert recorder.stats.pending == 1
    recorder.close()


def run_example(text: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", text],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_guide_works_as_written(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    guide = (ROOT / "docs/opentelemetry.md").read_text(encoding="utf-8")
    application, sender = re.findall(r"^```python\n(.*?)^```", guide, re.M | re.S)
    config, direct = re.findall(r"^```yaml\n(.*?)^```", guide, re.M | re.S)
    [curl] = re.findall(r"^(curl .*)$", guide, re.M)
    with openai_server.running() as address:
        run_example(
            application,
            {"DATABASE_URL": database, "OPENAI_BASE_URL": address, "OPENAI_API_KEY": "none"},
        )
    with collecting(database, tmp_path) as collector:
        run_example(sender, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address})
        command = shlex.split(curl.replace("http://127.0.0.1:4318", collector.address))
        done = subprocess.run(command, capture_output=True, check=True)
        assert json.loads(done.stdout) == {"partialSuccess": {}}
    calls = read_recorded(connection)
    assert [call["model_name"] for call in calls] == ["gpt-4o", "gpt-4o"]
    assert [call["input_tokens"] for call in calls] == [420, 420]
    pipelines = yaml.safe_load(config)["service"]["pipelines"]
    assert pipelines["traces"]["exporters"] == ["otlphttp/pgkit"]
    assert yaml.safe_load(direct)["exporters"]["otlphttp"]["encoding"] == "json"

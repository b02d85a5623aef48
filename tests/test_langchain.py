"""The handler of LangChain records the calls of real models."""

import asyncio
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import openai
import openai_server
import psycopg
import pytest
from gen_ai_spans import read_recorded
from langchain_core.caches import InMemoryCache
from langchain_core.language_models.fake import FakeListLLM
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

from pgkit import Recorder
from pgkit.integrations.langchain import MOST_RUNS, PgkitCallbackHandler

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent


@pytest.fixture
def recorder(database: str) -> Iterator[Recorder]:
    with Recorder(database) as made:
        yield made


def make_model(address: str, model: str = "gpt-4o", **more: Any) -> ChatOpenAI:
    server: Any = {"base_url": address, "api_key": "none", "max_retries": 0}
    return ChatOpenAI(model=model, **server, **more)


def test_calls_of_openai_are_recorded(recorder: Recorder, connection: psycopg.Connection) -> None:
    handler = PgkitCallbackHandler(recorder)
    config: Any = {"callbacks": [handler]}

    async def ask_asynchronously(model: ChatOpenAI) -> None:
        await model.ainvoke("hi", config)
        async for _ in model.astream("hi", config):
            pass

    with openai_server.running() as address:
        model = make_model(address, temperature=0.5, max_tokens=50, stream_usage=True)
        model.invoke("hi", config)
        list(model.stream("hi", config))
        asyncio.run(ask_asynchronously(model))
        with pytest.raises(openai.RateLimitError):
            make_model(address, "broken", reasoning_effort="high").invoke("hi", config)
        (ChatPromptTemplate.from_template("{x}") | model).batch([{"x": "a"}, {"x": "b"}], config)
    assert recorder.flush(30)
    calls = read_recorded(connection)
    assert len(calls) == 7
    chat, stream, achat, astream, failed, first, second = calls
    for call in (chat, stream, achat, astream, first, second):
        assert (call["model_name"], call["tool_name"]) == ("gpt-4o", "chat")
        assert (call["provider"], call["success"]) == ("openai", True)
        assert (call["input_tokens"], call["output_tokens"]) == (420, 96)
        assert (call["cached_input_tokens"], call["reasoning_tokens"]) == (100, 30)
    for call in (chat, achat, first, second):
        assert call["parameters"] == {"max_tokens": 50, "temperature": 0.5}
        assert call["first_token_ms"] is None
    for call in (stream, astream):
        assert call["parameters"] == {"max_tokens": 50, "temperature": 0.5, "streaming": True}
        assert call["first_token_ms"] >= 1000 * openai_server.FIRST_CHUNK
        assert call["first_token_ms"] <= call["response_time_ms"]
    assert (failed["model_name"], failed["success"]) == ("broken", False)
    assert failed["error_type"].endswith("RateLimitError")
    assert failed["parameters"] == {"thinking_mode": "high"}
    assert failed["input_tokens"] is None
    assert not handler.runs


def test_other_models_are_recorded(recorder: Recorder, connection: psycopg.Connection) -> None:
    config: Any = {"callbacks": [PgkitCallbackHandler(recorder)]}
    usage = UsageMetadata(
        input_tokens=5,
        output_tokens=2,
        total_tokens=7,
        input_token_details={"cache_read": 1, "cache_creation": 3},
        output_token_details={"reasoning": 1},
    )
    answers = [AIMessage("hello world", usage_metadata=usage), AIMessage("hello world")]
    model = GenericFakeChatModel(messages=iter(answers))
    run_id = uuid4()
    model.invoke("hi", {**config, "run_id": run_id})
    # Nobody reads the rest of it.
    stream = model.stream("hi", config)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    FakeListLLM(responses=["a"]).generate(["x", "y"], callbacks=config["callbacks"])
    assert recorder.flush(30)
    whole, broken_off, *completions = read_recorded(connection)
    assert whole["id"] == run_id
    assert whole["model_name"] == "GenericFakeChatModel"
    assert (whole["cached_input_tokens"], whole["cache_write_tokens"]) == (1, 3)
    assert (whole["input_tokens"], whole["reasoning_tokens"]) == (5, 1)
    assert (broken_off["success"], broken_off["error_type"]) == (True, None)
    assert broken_off["parameters"] == {"streaming": True}
    assert [call["tool_name"] for call in completions] == ["text_completion"] * 2


def test_an_answer_from_the_cache_is_no_call(
    recorder: Recorder, connection: psycopg.Connection
) -> None:
    config: Any = {"callbacks": [PgkitCallbackHandler(recorder)]}
    with openai_server.running() as address:
        model = make_model(address, cache=InMemoryCache())
        for _ in range(3):
            model.invoke("hi", config)
    assert recorder.flush(30)
    assert len(read_recorded(connection)) == 1


def test_nothing_is_raised_and_nothing_piles_up(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    handler = PgkitCallbackHandler(recorder)
    for _ in range(MOST_RUNS + 5):
        handler.on_llm_start({}, [], run_id=uuid4())
    assert len(handler.runs) == MOST_RUNS
    handler.on_llm_end(None, run_id=uuid4())
    with caplog.at_level(logging.ERROR, logger="pgkit.langchain"):
        for _ in range(2):
            handler.on_chat_model_start({}, [], run_id=uuid4(), metadata="no labels")
    assert len(caplog.records) == 1
    with pytest.raises(ValueError, match="target and key"):
        PgkitCallbackHandler(recorder, key="x")


def test_a_cancelled_call_is_recorded_as_such(
    recorder: Recorder, connection: psycopg.Connection
) -> None:
    handler = PgkitCallbackHandler(recorder)

    async def cancel(address: str) -> None:
        config: Any = {"callbacks": [handler]}
        task = asyncio.create_task(anext(make_model(address).astream("hi", config)))  # type: ignore[arg-type]
        while not handler.runs:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with openai_server.running() as address:
        asyncio.run(cancel(address))
    assert recorder.flush(30)
    [call] = read_recorded(connection)
    assert (call["success"], call["error_type"]) == (False, "cancelled")


def test_the_guide_works_as_written(database: str, connection: psycopg.Connection) -> None:
    guide = (ROOT / "docs/langchain.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```python\n(.*?)^```", guide, re.M | re.S)
    with openai_server.running() as address:
        server = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "none", "DATABASE_URL": database}
        done = subprocess.run(
            [sys.executable, "-c", example],
            env={**os.environ, **server},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert (done.returncode, done.stderr) == (0, "")
    [call] = read_recorded(connection)
    assert (call["model_name"], call["provider"], call["input_tokens"]) == ("gpt-4o", "openai", 420)

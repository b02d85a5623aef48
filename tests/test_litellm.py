"""The logger of LiteLLM records the calls of the real library."""

import os
import re
import subprocess
import sys
from pathlib import Path

import openai_server
import psycopg
import pytest
from gen_ai_spans import read_recorded

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
# It asks the network for prices otherwise.
OFFLINE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}


def run(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **OFFLINE, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_calls_are_recorded(database: str, connection: psycopg.Connection) -> None:
    with openai_server.running() as address:
        script = str(ROOT / "tests/litellm_calls.py")
        output = run([script, address], {"DATABASE_URL": database})
    assert output.count("pgkit could not read a call of LiteLLM") == 1
    calls = read_recorded(connection)
    chat, stream, embedding, failed, mock, timeout, routed, bad, instead, afailed, last = calls
    assert [call["model_name"] for call in calls] == [
        "gpt-4o",
        "gpt-4o-mini",
        "text-embedding-3-small",
        "broken",
        "claude-sonnet-4-5",
        "slow",
        "fast",
        "bad",
        "fast",
        "broken",
        "last",
    ]
    assert {call["tool_name"] for call in calls if call is not embedding} == {"chat"}
    for call in (chat, stream, instead, last):
        assert call["success"] is True
        assert call["input_tokens"] == 420
        assert call["output_tokens"] == 96
        assert call["cached_input_tokens"] == 100
        assert call["reasoning_tokens"] == 30
        assert call["provider"] == "openai"
    assert chat["parameters"] == {"max_tokens": 50, "temperature": 0.5}
    assert chat["first_token_ms"] is None
    assert chat["cost"] > stream["cost"] > 0
    for call in (stream, routed):
        assert call["parameters"] == {"streaming": True}
        assert call["first_token_ms"] >= 1000 * openai_server.FIRST_CHUNK
        assert call["first_token_ms"] <= call["response_time_ms"]
    assert (embedding["tool_name"], embedding["input_tokens"]) == ("embeddings", 7)
    assert embedding["cost"] > 0
    for call in (failed, bad, afailed):
        assert (call["success"], call["error_type"]) == (False, "RateLimitError")
        assert (call["provider"], call["cost"]) == ("openai", None)
    assert (mock["provider"], mock["success"]) == ("anthropic", True)
    assert (timeout["provider"], timeout["error_type"]) == ("groq", "Timeout")
    assert len({call["id"] for call in calls}) == 11


def test_the_guide_works_as_written(database: str, connection: psycopg.Connection) -> None:
    guide = (ROOT / "docs/litellm.md").read_text(encoding="utf-8")
    example, of_proxy = re.findall(r"^```python\n(.*?)^```", guide, re.M | re.S)
    # The proxy puts the logger of its configuration there.
    proxy = f"{of_proxy}\nimport litellm\nlitellm.callbacks = [pgkit_logger]\n"
    asked = example[example.index("litellm.completion(") :]
    with openai_server.running() as address:
        server = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "none"}
        assert run(["-c", example], {"DATABASE_URL": database, **server}) == ""
        assert run(["-c", proxy + asked], {"PGKIT_DSN": database, **server}) == ""
    for call in read_recorded(connection):
        assert (call["model_name"], call["provider"]) == ("gpt-4o", "openai")
        assert call["input_tokens"] == 420
    assert len(read_recorded(connection)) == 2

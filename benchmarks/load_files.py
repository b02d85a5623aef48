"""Load LiteLLM spend logs through the command: `python -m benchmarks.load_files DSN [LINES]`.

DSN is a migrated database without calls. Prints lines a second, and the time of the client alone.
"""

import json
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

START = datetime(2026, 11, 20, tzinfo=UTC)
MODELS = ("gpt-4o", "claude-sonnet", "test-model")
SHARE_OF_FAILURES = 0.02


def write_lines(path: Path, count: int) -> None:
    """Write spend logs as the proxy has them, of 1.2 kB each, the same at every run."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(make_line(chance, number)) + "\n")


def make_line(chance: random.Random, number: int) -> dict[str, object]:
    start = START + timedelta(milliseconds=80 * number)
    spent = chance.lognormvariate(7, 0.5)
    has_failed = chance.random() < SHARE_OF_FAILURES
    status = "failure" if has_failed else "success"
    model = chance.choice(MODELS)
    error = {"error_information": {"error_class": "RateLimitError", "error_code": "429"}}
    usage = {
        "prompt_tokens": 420,
        "completion_tokens": 100,
        "total_tokens": 520,
        "prompt_tokens_details": {"cached_tokens": 128, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    return {
        "request_id": f"chatcmpl-{chance.getrandbits(128):032x}",
        "call_type": "acompletion",
        "api_key": f"{chance.getrandbits(256):064x}",
        "spend": 0 if has_failed else round(chance.random() / 100, 8),
        "total_tokens": 520,
        "prompt_tokens": 420,
        "completion_tokens": 100,
        "startTime": start.isoformat(),
        "endTime": (start + timedelta(milliseconds=spent)).isoformat(),
        "completionStartTime": (start + timedelta(milliseconds=spent * 0.3)).isoformat(),
        "model": f"{model}-2024",
        "model_id": "a" * 64,
        "model_group": model,
        "custom_llm_provider": "openai",
        "api_base": "https://api.openai.com/v1",
        "user": "default_user_id",
        "cache_hit": "False",
        "cache_key": "Cache OFF",
        "request_tags": ["User-Agent: OpenAI"],
        "team_id": None,
        "end_user": "",
        "requester_ip_address": None,
        "messages": {},
        "response": {},
        "session_id": f"{chance.getrandbits(128):032x}",
        "status": status,
        "metadata": {
            "user_api_key_alias": None,
            "user_api_key_user_id": "default_user_id",
            "applied_guardrails": None,
            "status": status,
            "usage_object": usage,
            **(error if has_failed else {}),
        },
    }


def main(dsn: str, count: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "spend-logs.jsonl"
        write_lines(path, count)
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "pgkit", "--dsn", dsn, "load", str(path)], check=True)
        wall = time.perf_counter() - begin
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        client = used.ru_utime + used.ru_stime
    print(f"{count:,} lines in {wall:.1f} s: {count / wall:,.0f} lines/s")
    print(f"client {client:.1f} s: {count / client:,.0f} lines/s of one core")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)

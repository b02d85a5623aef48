"""Make calls with LiteLLM, for tests/test_litellm.py: argv[1] is the address of a server.

It ends without waiting, as a script does.
"""

import asyncio
import contextlib
import sys
from types import SimpleNamespace
from typing import Any

import litellm

from pgkit.integrations.litellm import PgkitLogger

MESSAGES: Any = [{"role": "user", "content": "hi"}]
SERVER: Any = {"api_base": sys.argv[1], "api_key": "none", "max_retries": 0}


def ask() -> None:
    litellm.completion("openai/gpt-4o", MESSAGES, max_tokens=50, temperature=0.5, **SERVER)
    options = {"include_usage": True}
    stream = litellm.completion(
        "openai/gpt-4o-mini", MESSAGES, stream=True, stream_options=options, **SERVER
    )
    list(stream)
    litellm.embedding("openai/text-embedding-3-small", ["hi"], **SERVER)
    with contextlib.suppress(litellm.RateLimitError):
        litellm.completion("openai/broken", MESSAGES, **SERVER)
    # LiteLLM refuses it, so no model is asked.
    with contextlib.suppress(litellm.BadRequestError):
        litellm.completion("nobody/knows", MESSAGES)
    litellm.completion("anthropic/claude-sonnet-4-5", MESSAGES, mock_response="Hello")
    with contextlib.suppress(litellm.Timeout):
        litellm.completion("groq/slow", MESSAGES, mock_response=litellm.Timeout("", "slow", "groq"))


async def ask_a_router() -> None:
    models = {"fast": "openai/gpt-4o", "bad": "openai/broken"}
    router = litellm.Router(
        model_list=[
            {"model_name": name, "litellm_params": {"model": model, **SERVER}}
            for name, model in models.items()
        ],
        num_retries=0,
        fallbacks=[{"bad": ["fast"]}],
    )
    answer = await router.acompletion("fast", MESSAGES, stream=True)
    async for _ in answer:
        pass
    await router.acompletion("bad", MESSAGES)
    with contextlib.suppress(litellm.RateLimitError):
        await litellm.acompletion("openai/broken", MESSAGES, **SERVER)
    await litellm.acompletion("openai/last", MESSAGES, **SERVER)


pgkit_logger = PgkitLogger()
litellm.callbacks = [pgkit_logger]
litellm.suppress_debug_info = True
# What cannot be read is warned of once, and nothing is raised.
for _ in range(2):
    pgkit_logger.log_success_event({"call_type": "completion"}, SimpleNamespace(), None, None)
ask()
# Nobody closes this loop, so the last calls wait in the queue of LiteLLM at the end.
asyncio.new_event_loop().run_until_complete(ask_a_router())

"""Record the calls that an application makes with LiteLLM.

litellm.callbacks = [PgkitLogger()]
"""

import atexit
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pgkit.integrations.fields import (
    choose_recorder,
    complete_tokens,
    read_count,
    read_parameters,
)
from pgkit.recorder import Recorder

try:
    from litellm.integrations.custom_logger import CustomLogger
except ImportError as error:
    raise ImportError("litellm is not installed; run pip install 'pgkit[litellm]'") from error

# What LiteLLM calls the call of a model, without the "a" of the asynchronous ones, and its tool.
# Other types, such as files, batches and threads, are no calls of a model.
TOOLS = {
    "completion": "chat",
    "responses": "chat",
    "anthropic_messages": "chat",
    "text_completion": "text_completion",
    "generate_content": "generate_content",
    "generate_content_stream": "generate_content",
    "embedding": "embeddings",
    "image_generation": "image_generation",
    "image_edit": "image_edit",
    "moderation": "moderation",
    "ocr": "ocr",
    "rerank": "rerank",
    "speech": "speech",
    "transcription": "transcription",
}
logger = logging.getLogger("pgkit.litellm")


class PgkitLogger(CustomLogger):  # type: ignore[misc, unused-ignore]
    """Gives each attempt of a call to a Recorder; retries and fallbacks are calls of their own.

    Without a `recorder` it makes one of `target` and `key`.
    """

    def __init__(
        self,
        recorder: Recorder | None = None,
        *,
        target: str | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__()
        self.recorder = choose_recorder(recorder, target, key)
        self.has_warned = False
        flush_before_the_recorder_closes()

    def log_success_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        self.record(kwargs, response_obj, start_time, end_time, True)

    def log_failure_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        self.record(kwargs, response_obj, start_time, end_time, False)

    async def async_log_success_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        self.record(kwargs, response_obj, start_time, end_time, True)

    async def async_log_failure_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        self.record(kwargs, response_obj, start_time, end_time, False)

    def record(
        self, details: Any, response: Any, started: datetime, ended: datetime, success: bool
    ) -> None:
        """Record a call. Nothing is raised into the application."""
        try:
            call = read_call(details, response, started, ended, success)
            if call is not None:
                self.recorder.record(**call)
        except Exception:
            # Once: what goes wrong with one call goes wrong with each.
            if not self.has_warned:
                self.has_warned = True
                logger.exception("pgkit could not read a call of LiteLLM")


def flush_before_the_recorder_closes() -> None:
    """Let LiteLLM tell of what waits in its queue before the recorder closes at the end.

    It does so by itself, but what was registered first runs last.
    """
    try:
        from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

        atexit.register(GLOBAL_LOGGING_WORKER._flush_on_exit)
    except (ImportError, AttributeError):
        logger.debug("this version of LiteLLM has no queue of its own")


def read_call(
    details: Mapping[str, Any], response: Any, started: datetime, ended: datetime, success: bool
) -> dict[str, Any] | None:
    """Return the fields of a call, or nothing for what is no call of a model.

    An answer from the cache of LiteLLM is none, and neither is what LiteLLM refused itself, for
    example for a wrong key or an unknown name: no model was asked.
    """
    call_type = getattr(details.get("call_type"), "value", details.get("call_type")) or ""
    tool_name = TOOLS.get(call_type) or TOOLS.get(call_type.removeprefix("a"))
    if tool_name is None or details.get("cache_hit") is True:
        return None
    if not success and not details.get("custom_llm_provider"):
        return None
    standard: Mapping[str, Any] = details.get("standard_logging_object") or {}
    parameters = read_parameters(details.get("optional_params") or {})
    if details.get("stream") is True:
        parameters["streaming"] = True
    call: dict[str, Any] = {
        "model_name": read_model_name(details, standard),
        "tool_name": tool_name,
        "response_time_ms": max(0.0, (ended - started).total_seconds() * 1000),
        "success": success,
        "provider": details.get("custom_llm_provider") or None,
        "parameters": parameters or None,
        "call_timestamp": started,
    }
    call_id = details.get("litellm_call_id")
    if call_id:
        # The attempts of a proxy have one id between them; at most one of them succeeds.
        call["call_id"] = str(call_id) if success else f"{call_id}/{started.isoformat()}"
    first = details.get("completion_start_time")
    if parameters.get("streaming") and isinstance(first, datetime) and started <= first <= ended:
        call["first_token_ms"] = (first - started).total_seconds() * 1000
    if success:
        call.update(read_tokens(read_usage(standard, response)))
        call["cost"] = details.get("response_cost")
    else:
        call["error_type"] = read_error_type(details, standard)
    return call


def read_model_name(details: Mapping[str, Any], standard: Mapping[str, Any]) -> str:
    """Return the name that the application uses: of a Router it is that of a group."""
    metadata = (details.get("litellm_params") or {}).get("metadata") or {}
    name = standard.get("model_group") or metadata.get("model_group") or details.get("model")
    return name or "unknown"


def read_error_type(details: Mapping[str, Any], standard: Mapping[str, Any]) -> str:
    error = details.get("exception")
    if isinstance(error, BaseException):
        return type(error).__name__
    information = standard.get("error_information") or {}
    return information.get("error_class") or "error"


def read_usage(standard: Mapping[str, Any], response: Any) -> Mapping[str, Any]:
    """Return the tokens as the provider counted them, or LiteLLM where it did not."""
    usage: Any = (standard.get("metadata") or {}).get("usage_object")
    if not usage:
        usage = getattr(response, "usage", None)
    if hasattr(usage, "model_dump"):
        usage = usage.model_dump()
    return usage if isinstance(usage, Mapping) else {}


def read_tokens(usage: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of a usage, named as those of a chat or as those of a response."""
    inputs = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    outputs = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    return complete_tokens(
        input_tokens=read_count(usage, "prompt_tokens", "input_tokens"),
        output_tokens=read_count(usage, "completion_tokens", "output_tokens"),
        cached_input_tokens=read_count(inputs, "cached_tokens")
        or read_count(usage, "cache_read_input_tokens"),
        cache_write_tokens=read_count(usage, "cache_creation_input_tokens")
        or read_count(inputs, "cache_creation_tokens", "cache_write_tokens"),
        reasoning_tokens=read_count(outputs, "reasoning_tokens"),
    )

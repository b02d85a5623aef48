"""Record the calls of models that an application makes with LangChain or LangGraph.

chain.invoke(question, config={"callbacks": [PgkitCallbackHandler()]})
"""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter, time
from typing import Any
from uuid import UUID

from pgkit.integrations.fields import (
    choose_recorder,
    complete_tokens,
    read_count,
    read_parameters,
)
from pgkit.recorder import Recorder
from pgkit.recording.measuring import CANCELLATIONS, CANCELLED

try:
    from langchain_core.callbacks import BaseCallbackHandler
except ImportError as error:
    raise ImportError(
        "langchain-core is not installed; run pip install 'pgkit[langchain]'"
    ) from error

# Calls that began and of whose end nobody tells.
MOST_RUNS = 10_000
logger = logging.getLogger("pgkit.langchain")


@dataclass
class Run:
    """A call that is going on. `since` counts from anywhere, `started` from 1970, in seconds."""

    model_name: str
    tool_name: str
    provider: str | None
    parameters: dict[str, Any]
    started: float = field(default_factory=time)
    since: float = field(default_factory=perf_counter)
    first_token_ms: float | None = None

    def measure_ms(self) -> float:
        return (perf_counter() - self.since) * 1000


class PgkitCallbackHandler(BaseCallbackHandler):  # type: ignore[misc, unused-ignore]
    """Gives the calls of chat models and LLMs to a Recorder. One is enough for a process.

    Without a `recorder` it makes one of `target` and `key`.
    """

    # In the thread and at the time of the event. It does not wait for the database.
    run_inline = True

    def __init__(
        self,
        recorder: Recorder | None = None,
        *,
        target: str | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__()
        self.recorder = choose_recorder(recorder, target, key)
        self.runs: OrderedDict[UUID, Run] = OrderedDict()
        self.has_warned = False

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, metadata: Any = None, **kwargs: Any
    ) -> None:
        self.start(run_id, "chat", serialized, metadata, kwargs.get("invocation_params"))

    def on_llm_start(
        self, serialized: Any, prompts: Any, *, run_id: UUID, metadata: Any = None, **kwargs: Any
    ) -> None:
        self.start(run_id, "text_completion", serialized, metadata, kwargs.get("invocation_params"))

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **kwargs: Any) -> None:
        run = self.runs.get(run_id)
        if run is not None and run.first_token_ms is None:
            run.first_token_ms = run.measure_ms()
            run.parameters["streaming"] = True

    def on_llm_end(self, response: Any, *, run_id: UUID, **kwargs: Any) -> None:
        self.end(run_id, response, None)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        self.end(run_id, kwargs.get("response"), error)

    def start(
        self, run_id: UUID, tool_name: str, serialized: Any, metadata: Any, parameters: Any
    ) -> None:
        """Remember a call. Nothing is raised into the application."""
        try:
            given = parameters or {}
            labels = metadata or {}
            self.runs[run_id] = Run(
                read_model_name(labels, given, serialized),
                tool_name,
                labels.get("ls_provider") or None,
                read_parameters(
                    {
                        "max_tokens": labels.get("ls_max_tokens"),
                        "temperature": labels.get("ls_temperature"),
                        **given,
                    }
                ),
            )
            while len(self.runs) > MOST_RUNS:
                self.runs.popitem(last=False)
        except Exception:
            self.warn()

    def end(self, run_id: UUID, response: Any, error: BaseException | None) -> None:
        """Record a call. Nothing is raised into the application."""
        run = self.runs.pop(run_id, None)
        if run is None:
            return
        try:
            response_time_ms = run.measure_ms()
            # The application has read enough of a stream.
            success = error is None or isinstance(error, GeneratorExit)
            tokens = read_tokens(response)
            if tokens is None:
                return
            self.recorder.record(
                run.model_name,
                run.tool_name,
                response_time_ms,
                success=success,
                provider=run.provider,
                parameters=run.parameters or None,
                error_type=None if success else read_error_type(error),
                first_token_ms=run.first_token_ms,
                call_timestamp=run.started,
                call_id=run_id,
                **tokens,
            )
        except Exception:
            self.warn()

    def warn(self) -> None:
        """Say once what is wrong: what goes wrong with one call goes wrong with each."""
        if not self.has_warned:
            self.has_warned = True
            logger.exception("pgkit could not read a call of LangChain")


def read_model_name(labels: Mapping[str, Any], given: Mapping[str, Any], serialized: Any) -> str:
    """Return the name that was asked for; a model without one is named by its class."""
    names = [given.get(name) for name in ("model", "model_name", "model_id")]
    for name in (labels.get("ls_model_name"), *names, (serialized or {}).get("name")):
        if isinstance(name, str) and name.strip():
            return name
    return "unknown"


def read_error_type(error: BaseException | None) -> str:
    name = type(error).__name__
    return CANCELLED if name in CANCELLATIONS else name


def read_tokens(response: Any) -> dict[str, Any] | None:
    """Return the counts of an answer, or nothing if it came from the cache of LangChain."""
    generations = getattr(response, "generations", None) or [[]]
    for generation in generations[0]:
        usage = getattr(getattr(generation, "message", None), "usage_metadata", None)
        if not usage:
            continue
        if usage.get("total_cost") == 0:
            return None
        inputs = usage.get("input_token_details") or {}
        return complete_tokens(
            input_tokens=read_count(usage, "input_tokens"),
            output_tokens=read_count(usage, "output_tokens"),
            cached_input_tokens=read_count(inputs, "cache_read"),
            cache_write_tokens=read_count(inputs, "cache_creation"),
            reasoning_tokens=read_count(usage.get("output_token_details") or {}, "reasoning"),
        )
    # An LLM that is no chat model.
    usage = (getattr(response, "llm_output", None) or {}).get("token_usage") or {}
    return complete_tokens(
        input_tokens=read_count(usage, "prompt_tokens"),
        output_tokens=read_count(usage, "completion_tokens"),
    )

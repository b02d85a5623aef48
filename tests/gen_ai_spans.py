"""Spans of all conventions, each with the call that it is.

The same table is read by `pgkit.spans` and by perf.record_otlp(), so that both agree.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import psycopg

TRACE = "5b8efff798038103d269b633813fc60c"
START = 1_795_168_801_000_000_000
END = START + 1_840_000_000

# What is left out of an expected call is not there; these are the same in all.
SAME = {
    "response_time_ms": 1840.0,
    "call_timestamp": "2026-11-20T10:00:01+00:00",
    "success": True,
    "tool_name": "chat",
}

PROBLEM = "problem"


CALLS = """
select
    m.name as model_name,
    t.name as tool_name,
    coalesce(c.provider, m.provider) as provider,
    c.parameters,
    r.*
from perf.performance_metrics_raw as r
join perf.model_tool_configs as c on c.id = r.model_tool_config_id
join perf.models as m on m.id = c.model_id
join perf.tools as t on t.id = c.tool_id
order by r.call_timestamp, r.id
"""


class Case(NamedTuple):
    """A span, and what it is: a call, PROBLEM, or None if it is no call."""

    name: str
    attributes: dict[str, Any]
    expected: dict[str, Any] | str | None
    changes: Mapping[str, Any] = MappingProxyType({})


def encode_value(value: Any) -> dict[str, Any]:
    """Return a value as OTLP/JSON writes it: 64-bit integers and NaN as texts."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            text = {"nan": "NaN", "inf": "Infinity"}.get(str(value))
            return {"doubleValue": text or value}
        case list():
            return {"arrayValue": {"values": [encode_value(item) for item in value]}}
        case dict():
            return {"kvlistValue": {"values": encode(value)}}
    return {"stringValue": value}


def encode(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": encode_value(value)} for key, value in attributes.items()]


def exception(kind: str | None, at: int = START) -> dict[str, Any]:
    attributes = {} if kind is None else {"exception.type": kind}
    return {"name": "exception", "timeUnixNano": str(at), "attributes": encode(attributes)}


CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
GPT = {"model_name": "gpt-4o"}
OI = {"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-2024-08-06"}

CASES = [
    Case("only a model", {"gen_ai.request.model": "gpt-4o"}, GPT),
    Case("no model", {"gen_ai.operation.name": "chat"}, None),
    Case("an empty model", {"gen_ai.request.model": "  "}, None),
    Case("a model that is a number", {"gen_ai.request.model": 4}, None),
    Case("nothing", {}, None),
    Case("any other span", {"http.request.method": "GET"}, None),
    Case(
        "the current convention",
        {
            **CHAT,
            "gen_ai.provider.name": "openai",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.request.max_tokens": 100,
            "gen_ai.request.temperature": 0.5,
            "gen_ai.request.stream": True,
            "gen_ai.request.reasoning.level": "high",
            "gen_ai.response.time_to_first_chunk": 0.25,
            "gen_ai.usage.input_tokens": 420,
            "gen_ai.usage.output_tokens": 96,
            "gen_ai.usage.cache_read.input_tokens": 100,
            "gen_ai.usage.cache_creation.input_tokens": 20,
            "gen_ai.usage.reasoning.output_tokens": 30,
        },
        {
            **GPT,
            "provider": "openai",
            "parameters": {
                "max_tokens": 100,
                "temperature": 0.5,
                "streaming": True,
                "thinking_mode": "high",
            },
            "first_token_ms": 250.0,
            "input_tokens": 420,
            "output_tokens": 96,
            "cached_input_tokens": 100,
            "cache_write_tokens": 20,
            "reasoning_tokens": 30,
        },
    ),
    Case(
        "the older convention",
        {
            "gen_ai.system": "OpenAI",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.prompt_tokens": 420,
            "gen_ai.usage.completion_tokens": 96,
            "llm.request.type": "chat",
            "llm.is_streaming": False,
        },
        {**GPT, "provider": "openai", "input_tokens": 420, "output_tokens": 96},
    ),
    Case(
        "the newer name before the older",
        {**CHAT, "gen_ai.usage.input_tokens": 1, "gen_ai.usage.prompt_tokens": 2},
        {**GPT, "input_tokens": 1},
    ),
    Case(
        "an embedding",
        {**CHAT, "gen_ai.operation.name": "embeddings"},
        {**GPT, "tool_name": "embeddings"},
    ),
    Case(
        "a completion of another name",
        {**CHAT, "gen_ai.operation.name": "Completion"},
        {**GPT, "tool_name": "text_completion"},
    ),
    Case("an agent", {**CHAT, "gen_ai.operation.name": "invoke_agent"}, None),
    Case("a tool", {**CHAT, "gen_ai.operation.name": "execute_tool"}, None),
    Case("an operation that nobody knows", {**CHAT, "gen_ai.operation.name": "dream"}, None),
    Case("a server", CHAT, None, {"kind": 2}),
    Case("a consumer", CHAT, None, {"kind": 5}),
    Case("an internal span", CHAT, GPT, {"kind": 1}),
    Case("a kind by its name", CHAT, GPT, {"kind": "SPAN_KIND_CLIENT"}),
    Case("a server by its name", CHAT, None, {"kind": "SPAN_KIND_SERVER"}),
    Case("without a kind", CHAT, GPT, {"kind": None}),
    Case("a workflow of Traceloop", {**CHAT, "traceloop.span.kind": "workflow"}, None),
    Case("the log of a stream of Logfire", {**CHAT, "logfire.span_type": "log"}, None),
    Case("a span of Logfire", {**CHAT, "logfire.span_type": "span"}, GPT),
    Case(
        "OpenInference",
        {
            **OI,
            "llm.token_count.prompt": 420,
            "llm.token_count.completion": 96,
            "llm.provider": "azure",
            "llm.system": "openai",
            "llm.token_count.prompt_details.cache_read": 7,
            "llm.token_count.prompt_details.cache_write": 8,
            "llm.token_count.completion_details.reasoning": 9,
            "llm.cost.total": 0.0123,
        },
        {
            "model_name": "gpt-4o-2024-08-06",
            "provider": "azure",
            "input_tokens": 420,
            "output_tokens": 96,
            "cached_input_tokens": 7,
            "cache_write_tokens": 8,
            "reasoning_tokens": 9,
            "cost": 0.0123,
        },
    ),
    Case(
        "OpenInference with what was asked for",
        {
            **OI,
            "llm.invocation_parameters": json.dumps(
                {
                    "model": "gpt-4o",
                    "max_completion_tokens": 50,
                    "temperature": 1.0,
                    "stream": True,
                    "reasoning_effort": "low",
                    "tools": [{"a": 1}],
                }
            ),
        },
        {
            **GPT,
            "parameters": {
                "max_tokens": 50,
                "temperature": 1,
                "streaming": True,
                "thinking_mode": "low",
            },
        },
    ),
    Case(
        "an attribute before what was asked for",
        {
            **CHAT,
            "gen_ai.request.max_tokens": 9,
            "llm.invocation_parameters": '{"max_tokens": 50, "stream": false}',
        },
        {**GPT, "parameters": {"max_tokens": 9}},
    ),
    Case(
        "bad JSON in the parameters",
        {**OI, "llm.invocation_parameters": '{"model": "gpt'},
        {"model_name": "gpt-4o-2024-08-06"},
    ),
    Case(
        "NaN in the parameters",
        {**OI, "llm.invocation_parameters": '{"model": NaN}'},
        {"model_name": "gpt-4o-2024-08-06"},
    ),
    Case(
        "an array as parameters",
        {**OI, "llm.invocation_parameters": '["model"]'},
        {"model_name": "gpt-4o-2024-08-06"},
    ),
    Case(
        "an embedding of OpenInference",
        {"openinference.span.kind": "EMBEDDING", "embedding.model_name": "ada"},
        {"model_name": "ada", "tool_name": "embeddings"},
    ),
    Case("a chain", {**OI, "openinference.span.kind": "CHAIN"}, None),
    Case("an agent of OpenInference", {**OI, "openinference.span.kind": "AGENT"}, None),
    Case(
        "a kind in lower case",
        {**OI, "openinference.span.kind": "llm"},
        {"model_name": "gpt-4o-2024-08-06"},
    ),
    Case("two markers, one of which says no", {**CHAT, "openinference.span.kind": "CHAIN"}, None),
    Case(
        "the whole of a call of the AI SDK",
        {"ai.operationId": "ai.generateText", "ai.model.id": "gpt-4o", "ai.usage.promptTokens": 1},
        None,
    ),
    Case(
        "a call of the AI SDK",
        {
            "ai.operationId": "ai.streamText.doStream",
            "ai.model.id": "gpt-4o",
            "ai.model.provider": "openai.chat",
            "ai.usage.promptTokens": 420,
            "ai.usage.completionTokens": 96,
            "ai.response.msToFirstChunk": 123.5,
            "ai.settings.maxTokens": 64,
            "ai.usage.cachedInputTokens": 5,
            "ai.usage.reasoningTokens": 6,
        },
        {
            **GPT,
            "provider": "openai.chat",
            "input_tokens": 420,
            "output_tokens": 96,
            "first_token_ms": 123.5,
            "parameters": {"max_tokens": 64},
            "cached_input_tokens": 5,
            "reasoning_tokens": 6,
        },
    ),
    Case(
        "an embedding of the AI SDK",
        {"ai.operationId": "ai.embed.doEmbed", "ai.model.id": "ada", "ai.usage.tokens": 3},
        {"model_name": "ada", "tool_name": "embeddings", "input_tokens": 3},
    ),
    Case(
        "tokens that are not a number",
        {
            **CHAT,
            "gen_ai.usage.input_tokens": float("nan"),
            "gen_ai.usage.output_tokens": float("inf"),
        },
        GPT,
    ),
    Case(
        "tokens as a fraction that is whole",
        {**CHAT, "gen_ai.usage.input_tokens": 420.0},
        {**GPT, "input_tokens": 420},
    ),
    Case(
        "tokens as a text",
        {**CHAT, "gen_ai.usage.input_tokens": "420"},
        {**GPT, "input_tokens": 420},
    ),
    Case(
        "tokens as another text",
        {**CHAT, "gen_ai.usage.input_tokens": "many", "gen_ai.usage.prompt_tokens": 3},
        {**GPT, "input_tokens": 3},
    ),
    Case("tokens as an empty text", {**CHAT, "gen_ai.usage.input_tokens": ""}, GPT),
    Case("tokens as a truth value", {**CHAT, "gen_ai.usage.input_tokens": True}, GPT),
    Case("half a token", {**CHAT, "gen_ai.usage.input_tokens": 1.5}, PROBLEM),
    Case("fewer than no tokens", {**CHAT, "gen_ai.usage.output_tokens": -1}, PROBLEM),
    Case("too many tokens", {**CHAT, "gen_ai.usage.output_tokens": 2**31}, PROBLEM),
    Case(
        "the most tokens",
        {**CHAT, "gen_ai.usage.output_tokens": 2**31 - 1},
        {**GPT, "output_tokens": 2**31 - 1},
    ),
    Case(
        "cached tokens counted apart",
        {
            **CHAT,
            "gen_ai.usage.input_tokens": 10,
            "gen_ai.usage.cache_read_input_tokens": 100,
            "gen_ai.usage.cache_creation_input_tokens": 20,
        },
        {**GPT, "input_tokens": 130, "cached_input_tokens": 100, "cache_write_tokens": 20},
    ),
    Case(
        "reasoning counted apart",
        {**CHAT, "gen_ai.usage.output_tokens": 10, "gen_ai.usage.reasoning_tokens": 100},
        {**GPT, "output_tokens": 110, "reasoning_tokens": 100},
    ),
    Case("a negative cost", {**CHAT, "gen_ai.usage.cost": -0.1}, PROBLEM),
    Case("a cost", {**CHAT, "gen_ai.usage.cost": 0.25}, {**GPT, "cost": 0.25}),
    Case(
        "an error",
        {**CHAT, "error.type": "RateLimitError"},
        {**GPT, "success": False, "error_type": "RateLimitError"},
        {"status": {"code": 2}},
    ),
    Case(
        "an error without a status",
        {**CHAT, "error.type": "timeout"},
        {**GPT, "success": False, "error_type": "timeout"},
    ),
    Case(
        "a status without an error",
        CHAT,
        {**GPT, "success": False, "error_type": "error"},
        {"status": {"code": 2, "message": "slow down"}},
    ),
    Case(
        "a status by its name",
        CHAT,
        {**GPT, "success": False, "error_type": "error"},
        {"status": {"code": "STATUS_CODE_ERROR"}},
    ),
    Case("a good status", CHAT, GPT, {"status": {"code": 1}}),
    Case(
        "an exception",
        CHAT,
        {**GPT, "success": False, "error_type": "openai.RateLimitError"},
        {
            "status": {"code": 2},
            "events": [exception("ValueError"), exception("openai.RateLimitError", START + 1)],
        },
    ),
    Case("an exception that was caught", CHAT, GPT, {"events": [exception("ValueError")]}),
    Case(
        "an exception without a type",
        CHAT,
        {**GPT, "success": False, "error_type": "error"},
        {"status": {"code": 2}, "events": [exception(None)]},
    ),
    Case(
        "a first token by an event",
        CHAT,
        {**GPT, "first_token_ms": 90.5},
        {
            "events": [
                {
                    "name": "gen_ai.content.completion.chunk",
                    "timeUnixNano": str(START + 120_000_000),
                },
                {"name": "First Token Stream Event", "timeUnixNano": str(START + 90_500_000)},
            ]
        },
    ),
    Case(
        "a first token before the start",
        CHAT,
        GPT,
        {"events": [{"name": "ai.stream.firstChunk", "timeUnixNano": str(START - 5)}]},
    ),
    Case("streaming that is off", {**CHAT, "gen_ai.request.stream": False}, GPT),
    Case(
        "streaming as a text",
        {**CHAT, "gen_ai.is_streaming": "True"},
        {**GPT, "parameters": {"streaming": True}},
    ),
    Case(
        "spaces around",
        {**CHAT, "gen_ai.request.model": " gpt-4o ", "gen_ai.system": " OpenAI "},
        {**GPT, "provider": "openai"},
    ),
    Case(
        "attributes of other types",
        {**CHAT, "gen_ai.response.finish_reasons": ["stop"], "gen_ai.tool.definitions": {"a": 1}},
        GPT,
    ),
    Case("times as numbers", CHAT, GPT, {"startTimeUnixNano": START, "endTimeUnixNano": END}),
    Case("an id in upper case", CHAT, GPT, {"traceId": TRACE.upper()}),
    Case("no trace", CHAT, PROBLEM, {"traceId": ""}),
    Case("a trace of zeros", CHAT, PROBLEM, {"traceId": "0" * 32}),
    Case("no span", CHAT, PROBLEM, {"spanId": None}),
    Case("no start", CHAT, PROBLEM, {"startTimeUnixNano": None}),
    Case("no end", CHAT, PROBLEM, {"endTimeUnixNano": "0"}),
    Case("an end before the start", CHAT, PROBLEM, {"endTimeUnixNano": str(START - 1)}),
    Case("nothing wrong with a span that is no call", {}, None, {"traceId": ""}),
]


def make_span(case: Case, number: int) -> dict[str, Any]:
    """Return the span of a case in OTLP/JSON, with its number as id."""
    span = {
        "traceId": TRACE,
        "spanId": f"{number + 1:016x}",
        "name": case.name,
        "kind": 3,
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(END),
        "attributes": encode(case.attributes),
        **case.changes,
    }
    return {key: value for key, value in span.items() if value is not None}


def make_body(*spans: dict[str, Any]) -> dict[str, Any]:
    """Return an ExportTraceServiceRequest in OTLP/JSON."""
    resource = {"attributes": encode({"service.name": "app"})}
    return {
        "resourceSpans": [
            {
                "resource": resource,
                "scopeSpans": [{"scope": {"name": "openai"}, "spans": list(spans)}],
            }
        ]
    }


def expected_call(case: Case, number: int) -> dict[str, Any] | str | None:
    """Return what a case is, with all that is the same everywhere."""
    if not isinstance(case.expected, dict):
        return case.expected
    return {**SAME, "call_id": f"{TRACE}/{number + 1:016x}", **case.expected}


def write_body(*spans: dict[str, Any]) -> str:
    return json.dumps(make_body(*spans))


def read_recorded(connection: psycopg.Connection) -> list[dict[str, Any]]:
    """Return the calls in the database, by their time."""
    cursor = connection.execute(CALLS)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]

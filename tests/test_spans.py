"""Spans become calls as the list of conventions says, in Python and in SQL alike."""

import json
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
from gen_ai_spans import (
    CASES,
    CHAT,
    END,
    PROBLEM,
    START,
    Case,
    expected_call,
    make_body,
    make_span,
    read_recorded,
)

from pgkit import spans
from pgkit.calls import make_call_id

ROOT = Path(__file__).parent.parent
NUMBERED = [pytest.param(case, number, id=case.name) for number, case in enumerate(CASES)]


def simplify(result: Any) -> Any:
    if isinstance(result, spans.BadSpan):
        return PROBLEM
    if isinstance(result, dict):
        return {**result, "call_timestamp": result["call_timestamp"].isoformat()}
    return result


@pytest.mark.parametrize(("case", "number"), NUMBERED)
def test_a_span_is_the_call_that_the_table_says(case: Case, number: int) -> None:
    body = json.loads(json.dumps(make_body(make_span(case, number))))
    [result] = spans.read_calls(list(spans.read_otlp(body)))
    assert simplify(result) == expected_call(case, number)


def test_every_name_in_the_list_is_read() -> None:
    """Each name alone gives its field, so a name that is misspelt in the list shows."""
    data = tomllib.loads((ROOT / "pgkit/formats/gen_ai.toml").read_text(encoding="utf-8"))
    values = {"model_name": "m", "provider": "p", "error_type": "e"}
    fields = {**data["texts"], **data["counts"], **data["amounts"]}
    for field, names in fields.items():
        for name in names:
            value = values.get(field, 7)
            attribute, _, key = name.partition("#")
            given = {attribute: json.dumps({key: value}) if key else value}
            others = {} if field == "model_name" else {"gen_ai.request.model": "m"}
            call = spans.read_call(spans.Span("t", "s", START, END, {**others, **given}))
            assert call is not None, name
            assert call[field] == value, name


def test_a_call_that_is_the_parent_of_another_is_left_out() -> None:
    case = Case("inner", CHAT, None)
    inner = {**make_span(case, 1), "parentSpanId": f"{1:016x}"}
    outer = make_span(Case("outer", CHAT, None), 0)
    other = {**make_span(case, 2), "traceId": "1" * 32, "parentSpanId": f"{2:016x}"}
    results = list(spans.read_calls(list(spans.read_otlp(make_body(inner, outer, other)))))
    assert [result and result["call_id"][-1] for result in results] == ["2", None, "3"]


@pytest.mark.parametrize(
    "body",
    [
        {"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "soon"}]}]}]},
        {"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": [{"value": 1}]}]}]}]},
        {"resourceSpans": [{"scopeSpans": [{"spans": [7]}]}]},
        {"resourceSpans": [7]},
        {"resourceSpans": 7},
    ],
)
def test_what_is_not_otlp_is_said(body: dict[str, Any]) -> None:
    with pytest.raises(spans.BadSpan, match="OTLP/JSON"):
        list(spans.read_otlp(body))


def one_value(cursor: psycopg.Cursor[Any]) -> Any:
    [[value]] = cursor.fetchall()
    return value


def test_record_otlp_makes_the_same_calls(connection: psycopg.Connection) -> None:
    bodies = [make_span(case, number) for number, case in enumerate(CASES)]
    answer = one_value(
        connection.execute("select perf.record_otlp(%s::json)", [json.dumps(make_body(*bodies))])
    )
    expected = {
        make_call_id(call["call_id"]): call
        for number, case in enumerate(CASES)
        if isinstance(call := expected_call(case, number), dict)
    }
    rejected = sum(case.expected == PROBLEM for case in CASES)
    assert answer["recorded"] == len(expected)
    assert answer["partialSuccess"]["rejectedSpans"] == rejected
    assert answer["ignored"] == len(CASES) - len(expected) - rejected
    recorded = {row["id"]: row for row in read_recorded(connection)}
    for call_id, call in expected.items():
        row = recorded.pop(call_id)
        for field in (
            "error_type",
            "cost",
            "first_token_ms",
            *spans.conventions().counts,
        ):
            assert row[field] == call.get(field), (call, field)
        for field in ("model_name", "tool_name", "response_time_ms", "success"):
            assert row[field] == call[field], (call, field)
        if "provider" in call:
            # Without one the provider of the model counts, which another call may have named.
            assert row["provider"] == call["provider"], call
        assert row["parameters"] == call.get("parameters", {}), call
        assert row["call_timestamp"].isoformat() == call["call_timestamp"]
    assert recorded == {}

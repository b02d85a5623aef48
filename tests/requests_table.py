"""Requests to PostgREST as data, and what PostgREST does with one, done in SQL.

`REQUESTS` are asked in their order, in one database whose only user is `ADMIN`. Where a real
PostgREST is there, test_postgrest.py sends the same requests to it, so that the way in SQL is known
to be the same.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg
from matrix import ADMIN, ANALYST, RECORDER, STRANGER
from psycopg import sql

from pgkit.migrations import sql_folder

SECOND_ADMIN = "a1000000-0000-4000-8000-000000000000"
# What their tokens claim.
ACTORS: dict[str, dict[str, Any] | None] = {
    "anon": None,
    "none": {"role": "authenticated", "sub": STRANGER},
    "recorder": {"role": "authenticated", "sub": RECORDER},
    "analyst": {"role": "authenticated", "sub": ANALYST},
    "admin": {"role": "authenticated", "sub": ADMIN},
    "second admin": {"role": "authenticated", "sub": SECOND_ADMIN},
    "service_role": {"role": "service_role"},
    # Ids as Auth0 and Firebase have them.
    "auth0": {"role": "authenticated", "sub": "auth0|1"},
    "claimed": {
        "role": "authenticated",
        "sub": "Xa9f-firebase-7",
        "app_metadata": {"perf_role": "analyst"},
    },
    "boastful": {
        "role": "authenticated",
        "sub": STRANGER,
        "user_metadata": {"perf_role": "admin"},
        "perf_role": "admin",
    },
    "nameless": {"role": "authenticated"},
    "numbered": {"role": "authenticated", "sub": 7},
}


class Request(NamedTuple):
    """A request, and what comes back.

    `<name>` in a path or in JSON stands for what an earlier request kept by that name. In `body`
    an ellipsis is anything, a pattern is searched in a text, and of an object only the given keys
    are compared.
    """

    actor: str
    method: str
    path: str
    json: Any
    status: int
    body: Any
    keep: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {json.dumps(self.json)[:200]} by {self.actor}"


def post(actor: str, function: str, arguments: Any, status: int, body: Any, **more: Any) -> Request:
    return Request(actor, "POST", f"/rpc/{function}", arguments, status, body, **more)


def get(actor: str, path: str, status: int, body: Any, **more: Any) -> Request:
    return Request(actor, "GET", path, None, status, body, **more)


def refused(code: str, message: str = "", hint: str = "") -> dict[str, Any]:
    return {"code": code, "message": re.compile(message), "hint": re.compile(hint) if hint else ...}


CALL = {
    "model_name": "openai/gpt-4o",
    "tool_name": "chat",
    "response_time_ms": 731,
    "parameters": {"temperature": 0.5},
    "input_tokens": 10,
    "output_tokens": 20,
    "call_timestamp": "2020-01-06T10:00:00Z",
    "call_id": "01a1fdfa-4600-7000-8000-000000000001",
}
FAST = {
    "model_name": "acme/små",
    "tool_name": "chat",
    "response_time_ms": 100,
    "call_timestamp": "2020-01-06T11:00:00Z",
}
SLOW = {**FAST, "response_time_ms": 30000, "error_type": "timeout"}
JOB = {
    "workflow_name": "portrait",
    "worker_name": "gpu-1",
    "external_id": "order-1",
    "total_gpu_time_ms": 4000,
    "total_wall_time_ms": 5000,
    "frame_count": 50,
    "quality_scores": {"likeness": 0.9},
    "pipeline_stages": [{"name": "sampling", "duration_ms": 900}],
    "parameters": {"steps": 20},
    "model_type": "sdxl",
    "resolution_tier": "1080p",
    "completed_at": "2020-01-06T12:00:00Z",
}
OTLP = {
    "resourceMetrics": [
        {
            "scopeMetrics": [
                {
                    "metrics": [
                        {
                            "name": "gen_ai.queue",
                            "gauge": {"dataPoints": [{"timeUnixNano": str(10**18), "asInt": 3}]},
                        }
                    ]
                }
            ]
        }
    ]
}
OTLP_ANSWER = {"partialSuccess": {}, "skipped": 0, "ignored": 0}
NO_ROLE = refused("42501", "this needs the role", "perf.grant_role")
NO_TOKEN = refused("42501", "permission denied for function")

RECORDING = [
    post("admin", "grant_role", {"user_id": ANALYST, "role": "analyst"}, 200, True),
    post("admin", "grant_role", {"user_id": ANALYST, "role": "analyst"}, 200, False),
    post("admin", "grant_role", {"user_id": RECORDER, "role": "recorder"}, 200, True),
    post("admin", "grant_role", {"user_id": SECOND_ADMIN, "role": "admin"}, 200, True),
    post("admin", "grant_role", {"subject": "auth0|1", "role": "recorder"}, 200, True),
    post("recorder", "record_call", CALL, 200, True),
    post("recorder", "record_call", CALL, 200, False),
    post("auth0", "record_call", FAST, 200, True),
    post("recorder", "record_calls", [FAST, {**FAST, "tool_name": "draw"}], 200, 2),
    # PostgREST refuses an array of objects that have different keys. Within an object it does not.
    post("recorder", "record_calls", [FAST, SLOW], 400, refused("PGRST102", "keys must match")),
    post(
        "recorder",
        "record_calls",
        {"calls": [FAST, SLOW, {**SLOW, "tool_name": "draw"}]},
        200,
        3,
    ),
    post("recorder", "record_calls", [CALL], 200, 0),
    post("recorder", "record_calls", [], 200, 0),
    # PostgREST takes the first of them.
    post("recorder", "record_call", [{**FAST, "tool_name": "first"}, FAST, FAST], 200, True),
    post("recorder", "record_job_metrics", JOB, 200, True),
    post("recorder", "record_job_metrics", JOB, 200, False),
    post(
        "recorder",
        "record_job_metrics_batch",
        [{**JOB, "external_id": "order-2"}, {**JOB, "external_id": "order-1"}],
        200,
        1,
    ),
    post("recorder", "create_job", {"workflow_name": "portrait"}, 200, ..., keep="job"),
    post("recorder", "start_job", {"job_id": "<job>", "worker_name": "gpu-1"}, 200, True),
    *(
        post(
            "recorder",
            "complete_job",
            {"job_id": "<job>", "result": {"total_gpu_time_ms": 81500, "vram_peak_mb": 9120}},
            200,
            is_new,
        )
        for is_new in (True, False)
    ),
    post("recorder", "create_job", {"workflow_name": "sketch"}, 200, ..., keep="other"),
    post("recorder", "fail_job", {"job_id": "<other>", "error": "out of memory"}, 200, True),
    post("recorder", "complete_job", {"job_id": "<other>"}, 409, refused("PT409")),
    post(
        "recorder",
        "record_model_metrics",
        {"model_type": "sdxl", "rmse": 0.5, "evaluation_date": "2020-01-06T10:00:00Z"},
        200,
        True,
    ),
    post(
        "recorder",
        "record_model_metrics_batch",
        [{"model_type": "sdxl", "rmse": 0.25, "evaluation_date": "2020-01-07T10:00:00Z"}],
        200,
        1,
    ),
    post(
        "recorder",
        "record_feature_values",
        {
            "model_type": "sdxl",
            "machine_id": None,
            "feature": "width",
            "values": [1, 2, 4],
            "observed_at": "2020-01-06T10:00:00Z",
        },
        200,
        True,
    ),
    post("recorder", "record_otlp", OTLP, 200, {"recorded": 1, **OTLP_ANSWER}),
    post("recorder", "record_otlp", OTLP, 200, {"recorded": 0, **OTLP_ANSWER, "skipped": 1}),
    post("recorder", "record_otlp", {"resourceSpans": 1}, 400, refused("22023", "resourceSpans")),
    post("analyst", "record_otlp", OTLP, 403, NO_ROLE),
    post("service_role", "record_call", {**FAST, "tool_name": "first"}, 200, True),
    post("service_role", "aggregate_performance_metrics", {"pipeline": "calls"}, 200, ...),
    post("service_role", "aggregate_performance_metrics", {"pipeline": "calls"}, 200, 0),
    post("admin", "set_metric", {"metric": "quality.likeness", "unit": "points"}, 204, None),
]

SAVED = {"model_type": "sdxl", "config_name": "first", "config_data": {"width": 512}}
CONFIGS = [
    post(
        "admin",
        "save_model_config",
        {**SAVED, "activate": True},
        200,
        [{"version": 1, "is_new": True, "is_active": True}],
        keep="config",
    ),
    post(
        "admin",
        "save_model_config",
        {**SAVED, "config_name": "second", "config_data": {"width": 768}},
        200,
        [{"version": 2, "is_new": True, "is_active": False}],
        keep="second",
    ),
    post("admin", "save_model_config", SAVED, 200, [{"version": 1, "is_new": False}]),
    post("admin", "set_config_approval", {"model_type": "sdxl", "needs_approval": True}, 200, True),
    post("admin", "activate_model_config", {"id": "<second>"}, 409, refused("PT409", "approval")),
    post("admin", "request_activation", {"id": "<second>"}, 200, {"status": "open"}, keep="one"),
    post("admin", "approve_activation", {"request_id": "<one>"}, 403, refused("42501", "somebody")),
    post(
        "second admin",
        "approve_activation",
        {"request_id": "<one>"},
        200,
        {"config_id": "<second>", "kind": "activate", "activated_by": SECOND_ADMIN},
    ),
    post("second admin", "approve_activation", {"request_id": "<one>"}, 409, refused("PT409")),
    # A program asks with the service key, a person decides.
    post("service_role", "request_activation", {"id": "<config>"}, 200, ..., keep="two"),
    post("admin", "approve_activation", {"request_id": "<two>"}, 200, {"config_id": "<config>"}),
    post("service_role", "request_activation", {"id": "<second>"}, 200, ..., keep="three"),
    post("admin", "reject_activation", {"request_id": "<three>"}, 200, {"status": "rejected"}),
]

# The codes of docs/postgrest.md that a call can have whose arguments are known.
DOCUMENTED = {"22023", "42501", "PT404", "PT409"}
DAY = {"start_time": "2020-01-06T00:00:00Z", "end_time": "2020-01-07T00:00:00Z"}
# Asked by POST, and by GET with the arguments in the address.
READS: list[tuple[str, dict[str, Any], Any]] = [
    (
        "get_performance_trends",
        {"model_name": "acme/små", "tool_name": "chat", **DAY, "granularity": "daily"},
        [{"call_count": 4, "error_count": 1, "time_bucket": "2020-01-06T00:00:00+00:00"}],
    ),
    (
        "get_performance_trends",
        {
            "model_name": "openai/gpt-4o",
            "tool_name": "chat",
            **DAY,
            "parameters": {"temperature": 0.5},
            "outcome": "success",
            "time_zone": "Europe/Berlin",
            "max_rows": 24,
        },
        [{"call_count": 1, "time_bucket": "2020-01-06T10:00:00+00:00"}],
    ),
    (
        "get_latency_percentiles",
        {**DAY, "percentiles": [0.5, 0.9], "group_by": ["model", "tool"]},
        ...,
    ),
    (
        "get_latency_percentiles",
        {**DAY, "group_by": ["parameters"], "parameters": {"temperature": 0.5}},
        ...,
    ),
    (
        "query_metrics",
        {
            "metric": "response_time_ms",
            **DAY,
            "labels": {"model": "acme/små"},
            "group_by": ["tool"],
            "granularity": "daily",
            "percentiles": [0.5],
        },
        ...,
    ),
    (
        "query_metrics",
        {"metric": "response_time_ms", **DAY, "confidence": 0.9},
        ...,
    ),
    (
        "compare_periods",
        {
            "metrics": ["response_time_ms", "error_rate"],
            **DAY,
            "labels": {"model": "acme/små"},
            "min_count": 1,
            "as_of": "2020-01-07T00:00:00Z",
        },
        ...,
    ),
    (
        "get_label_values",
        {"label": "tool", "pipeline": "calls"},
        [{"value": "chat"}, {"value": "draw"}, {"value": "first"}],
    ),
    ("get_metrics", {"pipeline": "calls", "with_values": True}, ...),
    ("get_recorded_range", {"pipeline": "calls"}, [{"pipeline_name": "calls"}]),
    (
        "get_error_breakdown",
        {**DAY, "model_name": "acme/små"},
        [
            {"tool": "chat", "error_type": "timeout", "error_count": 1},
            {"tool": "draw", "error_type": "timeout", "error_count": 1},
        ],
    ),
    ("get_model_comparison", {**DAY, "tool_name": "chat"}, ...),
    ("get_model_comparison", {**DAY, "outcome": "error"}, ...),
    (
        "get_workflows",
        DAY,
        [{"workflow": "portrait", "job_count": 2}, {"workflow": "sketch", "job_count": 0}],
    ),
    ("get_job_parameters", {**DAY, "workflow_id": 1, "max_jobs": 10}, ...),
    ("get_workers", {**DAY, "as_of": "2020-01-07T00:00:00Z"}, [{"worker": "gpu-1"}]),
    ("compare_workflows", {"workflow_ids": [1, 2], **DAY, "min_jobs": 2}, ...),
    ("get_job_throughput", {**DAY, "granularity": "daily", "workflow_id": 1}, ...),
    ("estimate_job", {"workflow_id": 1, "frame_count": 50, "history": "30 days"}, [...]),
    ("get_config_at", {"model_type": "sdxl", "at": "2020-01-06T00:00:00Z"}, []),
    ("get_active_configs", {}, [{"model_type": "sdxl", "version": 1}]),
    ("get_config_history", {"model_type": "sdxl"}, [{"version": 2}, {"version": 1}]),
    (
        "get_config_settings",
        {"settings": ["$.width", '$."guidance, scale"']},
        [..., ...],
    ),
    ("get_activation_history", {"model_type": "sdxl", "max_rows": 2}, [..., ...]),
    ("get_activation_requests", {"model_type": "sdxl"}, ...),
    ("get_audit_log", {"table_name": "model_config_history", "max_rows": 1}, [...]),
    ("get_rollback_candidates", {"model_type": "sdxl", "days": 30}, ...),
    ("find_model_config", {"reference": "sdxl@1"}, "<config>"),
    (
        "compare_model_configs",
        {"id_a": "<config>", "id_b": "<second>"},
        [{"path": ["width"], "old_value": 512, "new_value": 768}],
    ),
    ("get_config_impact", {"model_type": "sdxl", "time_window": "1 day"}, ...),
    (
        "get_model_metric_trend",
        {"model_type": "sdxl", "machine_id": None, "metric": "rmse", **DAY},
        ...,
    ),
    (
        "get_feature_distribution",
        {"model_type": "sdxl", "machine_id": None, "feature": "width", **DAY},
        ...,
    ),
    ("get_active_alerts", {"labels": {"model": "acme/små"}, "is_muted": False}, []),
    ("get_ab_tests", {"is_running": True}, []),
    ("get_health", {}, ...),
    ("verify_audit_log", {}, []),
    ("has_role", {"user_id": ANALYST, "role": "analyst"}, True),
    ("get_subject_id", {"subject": "auth0|1"}, ...),
    (
        "get_performance_affecting_parameters",
        {"parameters": {"temperature": 1, "user": "ada"}},
        {"temperature": 1},
    ),
    ("get_normal_quantile", {"p": 0.5}, 0),
    ("get_holm_adjusted", {"p_values": [0.25, 0.5]}, [0.5, 0.5]),
    ("get_chi_square_test", {"a": [10, 20], "b": [20, 10]}, {"degrees_of_freedom": 1}),
    (
        "get_wilson_interval",
        {"successes": 0, "trials": 0, "confidence": 0.95},
        {"low": None, "high": None},
    ),
]

# By kind: what anon, a user without a role, a recorder, an analyst, an admin and the service key
# get. A status of 400 or 404 is a call that was let in.
KINDS = {
    "records": ("record_call", {"model_name": "", "tool_name": "", "response_time_ms": 1}),
    "names": ("register_model", {"model_name": ""}),
    "decides": ("approve_activation", {"request_id": 0}),
    "reports": ("get_error_breakdown", DAY),
    "upkeep": ("ensure_partitions", {"days_ahead": -1}),
    "health": ("get_health", {}),
    "verifies": ("verify_audit_log", {}),
    "computes": ("get_normal_quantile", {"p": 0.5}),
    "own calls": ("get_own_calls", {"max_rows": 0}),
    "tests": ("assign_ab_variant", {"test_id": STRANGER, "unit_key": "u"}),
}
STATUS = {
    #            anon none rec. anal. admin service
    "records": (401, 403, 400, 403, 400, 400),
    "names": (401, 403, 403, 403, 400, 400),
    "decides": (401, 403, 403, 403, 404, 404),
    "reports": (401, 403, 403, 200, 200, 200),
    "upkeep": (401, 403, 403, 403, 400, 400),
    "health": (401, 403, 403, 200, 200, 200),
    "verifies": (401, 403, 403, 200, 200, 200),
    "computes": (401, 200, 200, 200, 200, 200),
    "own calls": (401, 403, 403, 403, 403, 403),
    "tests": (401, 403, 404, 404, 404, 404),
}
CALLERS = ("anon", "none", "recorder", "analyst", "admin", "service_role")

ERRORS = [
    post(
        "recorder", "record_call", {**CALL, "model_name": ""}, 400, refused("22023", "model_name")
    ),
    post("recorder", "record_call", {**CALL, "latency": 1}, 404, refused("PGRST202")),
    post("recorder", "record_call", {"model_name": "x"}, 404, refused("PGRST202")),
    post("recorder", "record_call", {**CALL, "response_time_ms": "x"}, 400, refused("22P02")),
    post(
        "recorder",
        "record_calls",
        {"calls": [FAST, {**FAST, "latency": 1}]},
        400,
        refused("22023", r'calls\[1\].*"latency"'),
    ),
    post("recorder", "record_calls", {"latency": 1}, 400, refused("22023")),
    post("anon", "record_call", CALL, 401, NO_TOKEN),
    post("nameless", "record_call", CALL, 403, refused("42501", "role", "names no user")),
    post("numbered", "record_call", CALL, 403, refused("42501", "role", "names no user")),
    post("none", "record_call", CALL, 403, NO_ROLE),
    post("analyst", "find_model_config", {"reference": "x@1"}, 404, refused("PT404", "x@1")),
    post("analyst", "nonesuch", {}, 404, refused("PGRST202")),
    get("analyst", "/nonesuch", 404, refused("PGRST205")),
    post("recorder", "record_call", {**CALL, "call_timestamp": "soon"}, 400, refused("22007")),
    post("recorder", "record_call", {**CALL, "call_timestamp": 1e12}, 400, refused("22008")),
    Request("admin", "POST", "/profiles", {"id": STRANGER}, 400, refused("23502")),
    Request("admin", "PATCH", f"/profiles?id=eq.{ADMIN}", {"username": ""}, 400, refused("23514")),
    Request(
        "admin",
        "POST",
        "/user_roles",
        {"user_id": STRANGER, "role": "analyst"},
        409,
        refused("23503"),
    ),
    Request("admin", "DELETE", "/workflows?name=eq.portrait", None, 400, refused("23001")),
    post("admin", "trigger_retraining", {"model_type": ""}, 400, refused("22023", "model_type")),
    # It writes, and a GET only reads.
    get(
        "recorder",
        "/rpc/record_call?model_name=x&tool_name=x&response_time_ms=1",
        405,
        refused("25006"),
    ),
    get("anon", "/models", 401, refused("42501", "permission denied")),
]

TABLES = [
    get("none", "/models", 200, []),
    get("recorder", "/performance_metrics_raw", 200, []),
    get(
        "analyst",
        "/models?select=name,provider&order=name.desc",
        200,
        [{"name": "openai/gpt-4o", "provider": "openai"}, {"name": "acme/små"}],
    ),
    get(
        "analyst",
        "/performance_metrics_raw?select=response_time_ms,error_type,call_timestamp"
        "&success=is.false&order=call_timestamp.desc&limit=1",
        200,
        [{"response_time_ms": 30000, "call_timestamp": "2020-01-06T11:00:00+00:00"}],
    ),
    get(
        "analyst",
        "/model_tool_configs?select=parameters,models(name),tools(name)&limit=1"
        '&parameters=eq.{"temperature": 0.5}',
        200,
        [
            {
                "parameters": {"temperature": 0.5},
                "models": {"name": "openai/gpt-4o"},
                "tools": {"name": "chat"},
            }
        ],
    ),
    get(
        "analyst",
        "/model_config_activations?select=kind,model_config_history(config_name),profiles(id)"
        "&order=id.asc&limit=1",
        200,
        [{"model_config_history": {"config_name": "first"}, "profiles": {"id": ADMIN}}],
    ),
    get(
        "analyst",
        "/jobs?select=external_id,status,workflows(name),workers(name)&external_id=in.(order-1,x)",
        200,
        [{"status": "completed", "workflows": {"name": "portrait"}, "workers": {"name": "gpu-1"}}],
    ),
    *(
        get(
            "analyst",
            f"/performance_metrics_{level}?select=time_bucket,call_count,error_count"
            "&order=call_count.desc&limit=1",
            200,
            [{"call_count": 4, "error_count": 1, "time_bucket": "2020-01-06T00:00:00+00:00"}],
        )
        for level in ("daily", "weekly")
    ),
    get(
        "service_role",
        "/performance_metrics_hourly?select=time_bucket,p50_response_time"
        "&call_count=eq.4&time_bucket=gte.2020-01-06T00:00:00Z",
        200,
        [{"time_bucket": "2020-01-06T11:00:00+00:00"}],
    ),
    get("none", "/performance_metrics_hourly", 200, []),
    get("analyst", "/v_latest_model_performance?select=model_type,rmse", 200, [{"rmse": 0.25}]),
    *(
        Request(actor, "POST", "/models", {"name": "x", "provider": "x"}, status, refused("42501"))
        for actor, status in (("anon", 401), ("recorder", 403), ("admin", 403))
    ),
    Request("none", "PATCH", f"/profiles?id=eq.{ADMIN}", {"username": "me"}, 204, None),
    Request("none", "POST", "/user_roles", {"user_id": STRANGER, "role": "admin"}, 403, ...),
    Request("admin", "PATCH", f"/profiles?id=eq.{ADMIN}", {"username": "ada"}, 204, None),
    get("admin", f"/profiles?select=username&id=eq.{ADMIN}", 200, [{"username": "ada"}]),
    Request("admin", "POST", "/profiles", {"id": STRANGER, "username": "x"}, 201, None),
    Request("admin", "POST", "/profiles", {"id": STRANGER, "username": "y"}, 409, refused("23505")),
    Request("admin", "DELETE", f"/profiles?id=eq.{STRANGER}", None, 204, None),
    Request("analyst", "DELETE", "/models?name=eq.x", None, 403, refused("42501")),
]

WHO = [
    post("claimed", "get_error_breakdown", DAY, 403, NO_ROLE),
    post("recorder", "set_role_claim", {"claim": "sub"}, 403, NO_ROLE),
    post("admin", "set_role_claim", {"claim": "app_metadata.perf_role"}, 200, True),
    post("claimed", "get_error_breakdown", DAY, 200, [..., ...]),
    get("claimed", "/models?select=name&name=eq.openai/gpt-4o", 200, [...]),
    post("claimed", "record_call", CALL, 403, NO_ROLE),
    post("boastful", "get_error_breakdown", DAY, 403, NO_ROLE),
    post("admin", "set_role_claim", {"claim": "user_metadata.x"}, 400, refused("22023")),
    post("admin", "set_role_claim", {"claim": None}, 200, True),
    post("claimed", "get_error_breakdown", DAY, 403, NO_ROLE),
    post("recorder", "get_own_calls", DAY, 403, refused("42501")),
    post("admin", "set_own_calls_readable", {"is_readable": True}, 200, True),
    post(
        "auth0",
        "get_own_calls",
        DAY,
        200,
        [{"model_name": "acme/små", "response_time_ms": 100, "call_id": None}],
    ),
    get(
        "recorder",
        "/rpc/get_own_calls?start_time=2020-01-06T00:00:00Z&max_rows=1"
        "&select=model_name,response_time_ms,error_type",
        200,
        [{"model_name": "acme/små"}],
    ),
    post("analyst", "get_own_calls", DAY, 403, NO_ROLE),
    post("admin", "revoke_role", {"subject": "auth0|1", "role": "recorder"}, 200, True),
    post("auth0", "record_call", FAST, 403, NO_ROLE),
]


def read_twice() -> Iterator[Request]:
    for function, arguments, body in READS:
        yield post("analyst", function, arguments, 200, body)
        if None in arguments.values():
            # An address has no null.
            continue
        pairs = "&".join(f"{name}={address_form(value)}" for name, value in arguments.items())
        yield get("analyst", f"/rpc/{function}?{pairs}".rstrip("?"), 200, body)


def address_form(value: Any) -> str:
    if isinstance(value, list):
        return "{" + ",".join(map(quote_element, value)) + "}"
    return value if isinstance(value, str) else json.dumps(value)


def quote_element(value: Any) -> str:
    text = str(value)
    if not re.search('[ ,"{}]', text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# Tables that are joined by a function, because no foreign key can be there.
JOINED = [
    get(
        "analyst",
        "/performance_metrics_raw?select=response_time_ms,models(name),tools(name)"
        "&order=response_time_ms.desc,call_timestamp.asc&limit=2",
        200,
        [
            {
                "response_time_ms": 30000,
                "models": {"name": "acme/små"},
                "tools": {"name": re.compile("chat|draw")},
            }
        ]
        * 2,
    ),
    get(
        "analyst",
        "/performance_metrics_hourly?select=call_count,models(name,provider)&call_count=eq.4",
        200,
        [{"models": {"name": "acme/små", "provider": "acme"}}],
    ),
    get(
        "analyst",
        "/performance_metrics?select=total_gpu_time_ms,workflows(name),workers(name)"
        "&total_gpu_time_ms=eq.81500",
        200,
        [{"workflows": {"name": "portrait"}, "workers": {"name": "gpu-1"}}],
    ),
]

REQUESTS = [
    *RECORDING,
    *CONFIGS,
    *read_twice(),
    *(
        post(actor, *KINDS[kind], status, ...)
        for kind, row in STATUS.items()
        for actor, status in zip(CALLERS, row, strict=True)
    ),
    *ERRORS,
    *TABLES,
    *(JOINED if (sql_folder() / "relationships").exists() else ()),
    *WHO,
]


def fill_in(value: Any, kept: dict[str, Any]) -> Any:
    """Replace what stands for something kept."""
    if isinstance(value, dict):
        return {name: fill_in(part, kept) for name, part in value.items()}
    if isinstance(value, list):
        return [fill_in(part, kept) for part in value]
    if isinstance(value, str) and (named := re.fullmatch("<(.*)>", value)):
        return kept[named[1]]
    if isinstance(value, str):
        return re.sub("<(.*?)>", lambda match: str(kept[match[1]]), value)
    return value


def keep(body: Any) -> Any:
    """Return the id that a body is or has."""
    first = body[0] if isinstance(body, list) else body
    return first["id"] if isinstance(first, dict) else first


def is_as(expected: Any, found: Any) -> bool:
    if expected is ...:
        return True
    if isinstance(expected, re.Pattern):
        return isinstance(found, str) and bool(expected.search(found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(name in found and is_as(part, found[name]) for name, part in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(is_as, expected, found))
    return (type(expected) is type(found) and expected == found) or (
        is_number(expected) and is_number(found) and expected == found
    )


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def encode_path(path: str) -> str:
    """Quote the values of an address that is written as people read it."""
    place, _, query = path.partition("?")
    pairs = [pair.split("=", 1) for pair in query.split("&") if pair]
    return place + "?" * bool(pairs) + "&".join(f"{name}={quote(v, safe='')}" for name, v in pairs)


FUNCTION = """
select
    coalesce(p.proargnames, '{}'),
    array(
        select format_type(a.type, null)
        from unnest(p.proargtypes) with ordinality as a (type, position)
        order by a.position
    ),
    p.pronargs - p.pronargdefaults,
    p.proretset,
    p.prorettype = 'void'::regtype
from pg_proc as p
where p.pronamespace = 'perf'::regnamespace and p.prokind = 'f' and p.proname = %s
"""
TABLE = "select 1 from pg_class as c where c.relnamespace = 'perf'::regnamespace and c.relname = %s"
# A column of a table that names a row of another, or a function that does.
REFERENCE = """
select format('e.%%I = t.%%I', k.attname, a.attname)
from pg_constraint as c
join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
join pg_attribute as k on k.attrelid = c.confrelid and k.attnum = c.confkey[1]
where c.contype = 'f' and c.conrelid = %s::regclass and c.confrelid = %s::regclass
"""
COMPUTED = """
select p.oid::regproc::text
from pg_proc as p
join pg_class as c on c.reltype = p.proargtypes[0]
where p.pronamespace = 'perf'::regnamespace and p.proname = %s and c.oid = %s::regclass
"""
OPERATORS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "neq": "<>"}
RESERVED = ("select", "order", "limit", "offset")


class PostgrestError(Exception):
    """What PostgREST answers without asking PostgreSQL."""


def ask_in_sql(
    connection: psycopg.Connection, request: Request, path: str, given: Any
) -> tuple[int, Any]:
    """Do in a transaction what PostgREST does for a request; return its status and body."""
    claims = ACTORS[request.actor] or {"role": "anon"}
    try:
        with connection.transaction():
            if request.method == "GET":
                connection.execute("set transaction read only")
            connection.execute(f"set local role {claims['role']}".encode())
            connection.execute(
                "select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)]
            )
            return answer(connection, request.method, path, given)
    except PostgrestError as error:
        status, code, message = error.args
        return status, {"code": code, "message": message, "hint": None, "details": None}
    except psycopg.Error as error:
        said = error.diag
        body = {
            "code": error.sqlstate,
            "message": said.message_primary,
            "hint": said.message_hint,
            "details": said.message_detail,
        }
        return status_of(error.sqlstate or "", claims["role"] == "anon"), body


def status_of(code: str, is_anon: bool) -> int:
    """Return the status that PostgREST gives a SQLSTATE."""
    if code.startswith("PT"):
        return int(code[2:])
    if code == "42501":
        return 401 if is_anon else 403
    whole = {"23503": 409, "23505": 409, "25006": 405, "42883": 404, "42P01": 404}
    if code in whole:
        return whole[code]
    classes = {"53": 503, "08": 503, **dict.fromkeys(("40", "54", "55", "57", "58", "XX"), 500)}
    return classes.get(code[:2], 400)


def answer(connection: psycopg.Connection, method: str, path: str, given: Any) -> tuple[int, Any]:
    place, _, text = path.partition("?")
    query = dict(pair.split("=", 1) for pair in text.split("&") if pair)
    if place.startswith("/rpc/"):
        return call(connection, method, place.removeprefix("/rpc/"), query, given)
    table = place.removeprefix("/")
    if not connection.execute(TABLE, [table]).fetchone():
        raise PostgrestError(404, "PGRST205", "Could not find the table")
    name = sql.Identifier("perf", table)
    where, values = conditions(query)
    if method == "GET":
        source = sql.SQL("select {} from {} as t where {} {}").format(
            columns(connection, f"perf.{table}", query.get("select", "*")), name, where, tail(query)
        )
        return 200, aggregate(connection, source, values)
    if method == "POST":
        keys = sql.SQL(", ").join(map(sql.Identifier, given))
        connection.execute(
            sql.SQL(
                "insert into {0} ({1}) select {1} from json_populate_record(null::{0}, %s)"
            ).format(name, keys),
            [json.dumps(given)],
        )
        return 201, None
    if method == "PATCH":
        connection.execute(
            sql.SQL("update {0} as t set {1} where {2}").format(
                name,
                sql.SQL(", ").join(
                    sql.SQL("{0} = (json_populate_record(null::{1}, {2})).{0}").format(
                        sql.Identifier(key), name, sql.Literal(json.dumps(given))
                    )
                    for key in given
                ),
                where,
            ),
            values,
        )
        return 204, None
    connection.execute(sql.SQL("delete from {} as t where {}").format(name, where), values)
    return 204, None


def call(
    connection: psycopg.Connection, method: str, function: str, query: dict[str, str], given: Any
) -> tuple[int, Any]:
    if isinstance(given, list) and len({frozenset(element) for element in given}) > 1:
        # With `columns` in the address PostgREST would not look, but nobody writes that by chance.
        raise PostgrestError(400, "PGRST102", "All object keys must match")
    found = connection.execute(FUNCTION, [function]).fetchone()
    if found is None:
        raise PostgrestError(404, "PGRST202", "Could not find the function")
    names, types, required, is_set, is_void = found
    if method == "GET":
        given = {name: value for name, value in query.items() if name not in RESERVED}
        query = {name: value for name, value in query.items() if name in RESERVED}
    source = sql.SQL("")
    if types in (["json"], ["jsonb"]) and not any(names):
        arguments = sql.SQL("%s::{}").format(sql.SQL(types[0]))
        values = [json.dumps(given)]
    else:
        known = dict(zip(names, types, strict=False))
        first = given[0] if isinstance(given, list) else given
        if not set(names[:required]) <= set(first) <= set(known):
            raise PostgrestError(404, "PGRST202", "Could not find the function")
        if method == "GET":
            form, values = "{0} => %s::{1}", list(given.values())
        else:
            form, values = "{0} => b.{0}", [json.dumps(first)] if first else []
            if first:
                source = sql.SQL("json_to_record(%s) as b ({}), lateral").format(
                    sql.SQL(", ").join(
                        sql.SQL("{} " + known[key]).format(sql.Identifier(key)) for key in first
                    )
                )
        arguments = sql.SQL(", ").join(
            sql.SQL(form).format(sql.Identifier(key), sql.SQL(known[key])) for key in first
        )
    called = sql.SQL("{} perf.{}({}) as t").format(source, sql.Identifier(function), arguments)
    if is_void:
        connection.execute(sql.SQL("select from {}").format(called), values)
        return 204, None
    if not is_set:
        row = connection.execute(sql.SQL("select to_json(t) from {}").format(called), values)
        return 200, row.fetchone()[0]
    where, more = conditions({name: v for name, v in query.items() if name not in RESERVED})
    selected = sql.SQL("select {} from {} where {} {}").format(
        columns(connection, "", query.get("select", "*")), called, where, tail(query)
    )
    return 200, aggregate(connection, selected, [*values, *more])


def aggregate(connection: psycopg.Connection, source: sql.Composable, values: list[Any]) -> Any:
    whole = sql.SQL("select coalesce(json_agg(r), '[]') from ({}) as r").format(source)
    return connection.execute(whole, values).fetchone()[0]


def conditions(query: dict[str, str]) -> tuple[sql.Composable, list[Any]]:
    parts: list[sql.Composable] = [sql.SQL("true")]
    values: list[Any] = []
    for name, condition in query.items():
        if name in RESERVED:
            continue
        operator, value = condition.split(".", 1)
        column = sql.Identifier("t", name)
        if operator == "is":
            parts.append(sql.SQL("{} is " + value).format(column))
        elif operator == "in":
            parts.append(sql.SQL("{} = any(%s)").format(column))
            values.append(value.strip("()").split(","))
        else:
            literal = sql.Literal(value)
            parts.append(sql.SQL("{} " + OPERATORS[operator] + " {}").format(column, literal))
    return sql.SQL(" and ").join(parts), values


def tail(query: dict[str, str]) -> sql.Composable:
    parts = []
    if "order" in query:
        terms = [term.split(".") for term in query["order"].split(",")]
        parts.append(
            sql.SQL("order by ")
            + sql.SQL(", ").join(
                sql.Identifier("t", column) + sql.SQL(" " + (words[0] if words else "asc"))
                for column, *words in terms
            )
        )
    if "limit" in query:
        parts.append(sql.SQL("limit {}").format(sql.Literal(int(query["limit"]))))
    return sql.SQL(" ").join(parts)


def columns(connection: psycopg.Connection, table: str, text: str) -> sql.Composable:
    """Return the columns of `select`, where `other(column)` is the row that a row refers to."""
    parts: list[sql.Composable] = []
    for name, inner in re.findall(r"([^,()]+)(?:\(((?:[^()]|\([^()]*\))*)\))?", text):
        if name == "*":
            parts.append(sql.SQL("t.*"))
        elif not inner:
            parts.append(sql.Identifier("t", name))
        else:
            parts.append(embed(connection, table, name, inner))
    return sql.SQL(", ").join(parts)


def embed(connection: psycopg.Connection, table: str, name: str, inner: str) -> sql.Composable:
    other = f"perf.{name}"
    computed = connection.execute(COMPUTED, [name, table]).fetchone()
    if computed:
        source = sql.SQL("{}(t)").format(sql.SQL(computed[0]))
        condition = "true"
    else:
        source = sql.SQL(other)
        found = connection.execute(REFERENCE, [table, other]).fetchone()
        if found is None:
            raise PostgrestError(400, "PGRST200", "Could not find a relationship")
        condition = found[0]
    return sql.SQL(
        "(select row_to_json(i) from (select {} from"
        " (select e.* from {} as e where {}) as t) as i) as {}"
    ).format(columns(connection, other, inner), source, sql.SQL(condition), sql.Identifier(name))

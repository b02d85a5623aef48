"""No message, hint or detail holds a control character, whatever callers give or tables hold.

PostgREST copies the message of a PT404 or PT409 error into the status line of its response, where
the end of a line would begin a header. The functions, their arguments and the columns come from
the catalog, so that a new one is tested without a change here.
"""

import re
import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import psycopg
import pytest
from pipeline import MONDAY
from psycopg import sql
from psycopg.types.json import Json, Jsonb

CONTROL = re.compile("[\x01-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
# The last is short enough for a model type.
HOSTILE = [
    "x\r\nSet-Cookie: a=b",
    "\x85",
    "x\u2028\u202ey",
    "y" * 59 + "\r\n\x1b[31m",
    "n\r\nX-Inj: 1",
]
STRANGER = '{"sub": "5d0fa0a4-0000-4000-8000-000000000000", "role": "authenticated"}'
# Bad argument, constraint, not allowed, no such thing, wrong state.
EXPECTED = {"22023", "23502", "23503", "23514", "42501", "PT404", "PT409"}
KEYS = ["calls", "model", "tool", "temperature", "metric", "worse_than", "within", "min_calls"]
MANY = 200_000
NESTED = "[" * 6000 + "]" * 6000
# A number of 12 bytes whose text has 131072 characters: together more than a text can hold.
LONG_NUMBERS = "[" + ", ".join(["1e131071"] * 9000) + "]"
# By type, what is at or beyond the end of what it can hold, or more than anybody needs.
EXTREMES: dict[str, list[Any]] = {
    "integer": [-(2**31), -1, 0, 2**31 - 1],
    "bigint": [-(2**63), -1, 0, 2**63 - 1],
    "numeric": ["NaN", "-1", "1e100000", "1e-16000"],
    "double precision": ["NaN", "Infinity", "-Infinity", -1, 1e308, 5e-324, 0.9999999999999999],
    "interval": ["178000000 years", "-178000000 years", "-1 day", "0", "1 microsecond"],
    "timestamp with time zone": [
        "infinity",
        "-infinity",
        "4713-01-01 00:00+00 BC",
        "0044-03-15 00:00+00 BC",
        "294276-12-31 00:00+00",
    ],
    "text": ["", "y" * MANY],
    "text[]": [[], list(map(str, range(MANY))), [["model", "tool"]], [None], ["y" * MANY]],
    "integer[]": [[], [1] * MANY, [[1, 2]], [None], [2**31 - 1, -(2**31)]],
    "bigint[]": [[], [1] * MANY, [[1, 2]], [None], [2**63 - 1, -(2**63)]],
    "double precision[]": [
        *([], [0.5] * MANY, [[0.1, 0.2]], [None], ["NaN"]),
        *([5e-324, 1e-308, 0], [1e-200, 2e-200], [1e90, -1e90]),
    ],
    "jsonb": [
        *("5", "null", '"x"', "[]", NESTED, '{"temperature": 1e10000, "x": ' + NESTED + "}"),
        *(LONG_NUMBERS, '{"temperature": ' + LONG_NUMBERS + "}"),
        *(
            f'[{{"model_name": "m", "tool_name": "t", "response_time_ms": 1, "{field}": '
            + f"{LONG_NUMBERS}}}]"
            for field in ("response_time_ms", "error_type", "call_id", "parameters", "x")
        ),
        # Results of jobs, and batches of them.
        *(
            f'{{"{field}": {number}}}'
            for field in ("total_gpu_time_ms", "frame_count", "quality_scores", "pipeline_stages")
            for number in ("1e131071", "-1", LONG_NUMBERS, '{"x": 1e400}', '[{"name": 1}]')
        ),
        *(
            f'[{{"workflow_name": "w", "{field}": {LONG_NUMBERS}}}]'
            for field in ("total_gpu_time_ms", "quality_scores", "external_id", "parameters", "x")
        ),
        # Changes of a threshold.
        *(
            f'{{"{column}": {value}}}'
            for column in ("warning_threshold", "scope_labels", "group_by", "scope_id", "statistic")
            for value in ("1e131071", LONG_NUMBERS, f'{{"model": {{"x": {LONG_NUMBERS}}}}}', NESTED)
        ),
        # Batches of evaluations.
        *(
            f'[{{"model_type": "m", "{field}": {number}}}]'
            for field in ("rmse", "sample_count", "machine_id", "evaluation_date", "metrics", "x")
            for number in ("1e131071", "1e-16000", LONG_NUMBERS, '{"x": 1e400}')
        ),
    ],
    "json": [
        *("5", "null", '"x"', "[]", NESTED, '{"resourceSpans": ' + NESTED + "}"),
        *(
            f'{{"resourceSpans": [{{"scopeSpans": [{{"spans": [{{"{field}": {value}}}]}}]}}]}}'
            for field in ("startTimeUnixNano", "traceId", "kind", "status", "attributes", "events")
            for value in ("1e131071", "-1", LONG_NUMBERS, '[{"key": "x", "value": 1}]')
        ),
        *(
            '{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "gen_ai.x", "histogram":'
            f' {{"aggregationTemporality": 1, "dataPoints": [{{"timeUnixNano": 1,'
            f' "{field}": {value}}}]}}}}]}}]}}]}}'
            for field in ("timeUnixNano", "count", "sum", "min", "bucketCounts", "explicitBounds")
            for value in ("1e131071", "-1", "1e-16000", LONG_NUMBERS, "[1e308, 1e309]")
        ),
    ],
}


FUNCTIONS = """
select p.proname, coalesce(p.proargnames, '{}'),
    array(
        select format_type(a.type, null)
        from unnest(p.proargtypes) with ordinality as a (type, position)
        order by a.position
    )
from pg_proc as p
where p.pronamespace = 'perf'::regnamespace
    and not exists (select from pg_class as o where o.reltype = p.proargtypes[0])
    -- PostgREST calls no procedures.
    and p.prokind = 'f'
order by 1
"""
COLUMNS = """
select c.oid::regclass::text, a.attname, a.atttypid = 'jsonb'::regtype
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid
where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
    and c.relkind in ('r', 'p')
    and not c.relispartition
    and a.attnum > 0
    and a.attgenerated = ''
    and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype)
    -- SQL, which only the files of sql/metrics write.
    and c.oid not in (
        'perf.metrics'::regclass, 'perf_internal.pipelines'::regclass
    )
order by 1, 2
"""

# What each function, view and table mentions: a table its triggers, pipelines what they
# name.
MENTIONED = """
select format('%s.%s', p.pronamespace::regnamespace, p.proname), p.prosrc
from pg_proc as p
where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
union all
select c.oid::regclass::text, pg_get_viewdef(c.oid)
from pg_class as c
where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
    and c.relkind in ('v', 'm')
union all
select t.tgrelid::regclass::text, t.tgfoid::regproc::text
from pg_trigger as t
where not t.tgisinternal
union all
select 'perf_internal.pipelines', concat_ws(' ', p.raw_table, p.series_view)
from perf_internal.pipelines as p
"""
MENTION = re.compile(r"\b(?:perf|perf_internal)\.\w+")


class Function(NamedTuple):
    name: str
    arguments: list[str]
    types: list[str]


@pytest.fixture
def filled(connection: psycopg.Connection) -> dict[str, Any]:
    """A database with something of everything, and arguments that name what is there."""
    for statement in (
        "select perf.set_own_calls_readable(true)",
        "select perf.record_call('acme/one', 'chat', 5, error_type => 'timeout',"
        " call_timestamp => '2020-01-06 10:00+00')",
        "select perf.register_model('acme/one', model_type => 'sdxl')",
        "select perf.trigger_retraining('wan')",
        "select perf.claim_training('trainer')",
        "select perf.trigger_retraining('flux')",
        "select perf_internal.raise_alert('drift', 'info', 'wan', null, 'It drifts.')",
        "select perf.create_alert_silence('{\"model\": \"a\"}', now() + interval '1 hour', 'x')",
        "select perf.ensure_partitions('2020-01-06', 0)",
        "select perf.aggregate_performance_metrics()",
        "select perf.save_model_config('sdxl', 'first', '{\"width\": 1}', activate => true)",
        "select perf.save_model_config('sdxl', 'second', '{\"width\": 2}', activate => true)",
        "select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada')",
        *(
            "select perf.record_job_metrics('portrait', 'gpu-1', time_per_frame_ms => 20,"
            f" total_gpu_time_ms => {number * 1000}, total_wall_time_ms => 2000,"
            " vram_peak_mb => 9000, frame_count => 50,"
            f" quality_scores => '{{\"likeness\": 0.{number}}}',"
            ' pipeline_stages => \'[{"name": "sampling", "duration_ms": 900}]\','
            f" parameters => '{{\"steps\": {number}}}', model_type => 'sdxl',"
            " resolution_tier => '1080p', project_name => 'film', character_name => 'mia',"
            " scene_name => 'opening', completed_at => '2020-01-06 10:00+00')"
            for number in range(1, 9)
        ),
        "select perf.record_job_metrics('sketch', 'gpu-2', error_type => 'out of memory',"
        " model_type => 'sdxl', completed_at => '2020-01-06 11:00+00')",
        "select perf.register_worker('gpu-1', 'RTX 4090', 24000)",
        "select perf.record_worker_availability('gpu-1', '2020-01-06', '2020-01-07')",
        "select perf.create_job('portrait', external_id => 'waiting')",
        "select perf.record_model_metrics('sdxl', '2020-01-06 10:00+00', rmse => 1)",
        "select perf.start_ab_test('tone', 'sdxl', 'v1', 'v2',"
        ' \'[{"metric": "x", "role": "primary", "better": "higher", "minimum_effect": 1}]\','
        " test_start => '2020-01-06')",
        "select perf.create_alert_threshold('response_time_ms', 1, 2)",
        "select perf.set_slo_objective('works', 'success_rate', 0.9)",
        "select perf.set_model_price('acme/one', 1, 2)",
        "select perf.set_budget('all', 100)",
        "insert into perf_internal.worker_runs (job_name, error_message)"
        " values ('pgkit-aggregate', 'failed')",
    ):
        connection.execute(statement.encode())
    (config,) = connection.execute(
        "select min(id::text)::uuid from perf.model_config_history"
    ).fetchone()
    connection.execute("select perf.request_activation(%s)", [config])
    (test,) = connection.execute("select t.id from perf.model_ab_tests as t").fetchone()
    waiting, workflows, workers = connection.execute(
        "select (select j.id from perf.jobs as j where j.external_id = 'waiting'),"
        " array(select f.id from perf.workflows as f order by f.id),"
        " array(select w.id from perf.workers as w order by w.id)"
    ).fetchone()
    connection.execute("select perf.set_config_approval('sdxl', true)")
    connection.execute(
        "select perf.set_alert_receiver('ops', 'webhook', 'https://h.example/x',"
        " minimum_severity => 'info')"
    )
    (delivery,) = connection.execute(
        "select c.delivery_id from perf.claim_alert_deliveries('worker') as c"
    ).fetchone()
    (threshold,) = connection.execute(
        "select t.id from perf.performance_alert_thresholds as t"
    ).fetchone()
    training, lease, alert = connection.execute(
        "select h.id, h.lease_id, a.id from perf.model_training_history as h"
        " cross join perf.model_alerts as a where h.training_status = 'running'"
    ).fetchone()
    return {
        "training_id": training,
        "lease_id": lease,
        "lease": "5 minutes",
        "trigger_type": "manual",
        "metrics jsonb": Jsonb({"rmse": 1}),
        "improvement_metric": "rmse",
        "alert_id": alert,
        "receiver_name": "ops",
        "kind": "webhook",
        "address": "https://h.example/y",
        "minimum_severity": "info",
        "group_wait": "0",
        "repeat_interval": "1 hour",
        "timeout": "10 seconds",
        "delivery_id": delivery,
        "attempt_count": 1,
        "severity": "info",
        "objective_name": "works",
        "budget_name": "all",
        "amount": 100,
        "currency": "USD",
        "period": "monthly",
        "book": "standard",
        "as_model": "acme/one",
        "is_free": False,
        "set_model_price provider": "acme",
        "delete_model_price provider": None,
        "set_model_price valid_from": MONDAY,
        "set_model_prices valid_from": MONDAY,
        "delete_model_price valid_from": None,
        "prices": Jsonb([{"model_name": "acme/two", "input_price": 1, "output_price": 2}]),
        "set_budget labels": Jsonb({"model": "acme/one"}),
        "set_budget time_zone": "Asia/Kolkata",
        "get_costs time_zone": "UTC",
        "set_slo_objective metric_name": "response_time_ms",
        "max_rows": 1000,
        "model_name": "acme/one",
        "tool_name": "chat",
        "model_type": "sdxl",
        "metric": "response_time_ms",
        "start_time": MONDAY,
        "granularity": "daily",
        "outcome": "all",
        "measure": "response_time",
        "pipeline": "calls",
        # One day of each pipeline is missing. Each takes its time to make.
        "ensure_partitions as_of": MONDAY.replace(day=7),
        "ensure_partitions days_ahead": 0,
        "suggest_alert_threshold metric_name": "response_time_ms",
        "suggest_alert_threshold statistic": "p95",
        "suggest_alert_threshold time_window": "1 hour",
        "suggest_alert_threshold group_by": ["model"],
        "step interval": "1 hour",
        "settings": ["$.width"],
        "group_by": [],
        "workflow_name": "portrait",
        "worker_name": "gpu-1",
        "external_id": "waiting",
        "job_id": waiting,
        "test_id": test,
        "unit_key": "user-1",
        "outcomes": Jsonb({"x": 1}),
        "model_b_version": "v2",
        "start_ab_test metrics": Jsonb(
            [{"metric": "x", "role": "primary", "better": "higher", "minimum_effect": 1}]
        ),
        "workflow_id": workflows[0],
        "workflow_ids": workflows,
        "worker_id": workers[0],
        "worker_ids": workers,
        "resolution_tier": "1080p",
        "score_name": "likeness",
        "parameter": "steps",
        "min_jobs": 2,
        "before_start": MONDAY,
        "before_end": MONDAY.replace(hour=12),
        "after_start": MONDAY.replace(hour=12),
        "metrics": ["total_gpu_time_ms"],
        "percentiles": [0.5],
        "config_name": "first",
        "threshold_id": threshold,
        "create_alert_threshold metric_name": "response_time_ms",
        "warning_threshold": 2,
        "critical_threshold": 3,
        "recovery_threshold": 1,
        "scope_type": "global",
        "scope_id": None,
        "scope_labels": Jsonb({}),
        "create_alert_threshold statistic": "p95",
        "direction": "above",
        "create_alert_threshold time_window": "1 hour",
        "no_data": "keep",
        "baseline": None,
        "runbook_url": "https://wiki.example/x",
        "changes": Jsonb({"warning_threshold": 1.5, "for_duration": "5 minutes"}),
        "role": "analyst",
        "text": "sdxl",
        "uuid": config,
        "timestamp with time zone": MONDAY.replace(day=8),
        "jsonb": Jsonb({}),
        "json": Json({}),
        "boolean": True,
        "interval": "1 day",
        "double precision": 0.5,
        "numeric": 1,
        "bigint": 1,
        "integer": 1,
        "integer[]": [1],
        "bigint[]": [1],
        "double precision[]": [0.5],
        "text[]": ["model"],
    }


@pytest.fixture
def other_strings(connection: psycopg.Connection) -> psycopg.Connection:
    """A session in which a backslash in a plain literal is an escape, as some databases have it."""
    connection.execute("set standard_conforming_strings = off")
    connection.execute("set escape_string_warning = off")
    return connection


def functions(connection: psycopg.Connection) -> list[Function]:
    return [Function(*row) for row in connection.execute(FUNCTIONS)]


def good_arguments(function: Function, known: dict[str, Any]) -> list[Any]:
    """Return an argument for each parameter: by the function and its name, and less."""
    names = [*function.arguments, *[""] * len(function.types)]
    return [
        known.get(
            f"{function.name} {name}",
            known.get(f"{name} {type}", known.get(name, known.get(type))),
        )
        for name, type in zip(names, function.types, strict=False)
    ]


def find_reached(connection: psycopg.Connection) -> dict[str, set[str]]:
    """Return what each function of `perf` comes by, itself or through what it uses."""
    mentioned: dict[str, set[str]] = {}
    for name, text in connection.execute(MENTIONED):
        mentioned.setdefault(name, set()).update(MENTION.findall(text))
    reached = {}
    for function in functions(connection):
        name = f"perf.{function.name}"
        found = {name}
        ahead = [name]
        while ahead:
            new = mentioned.get(ahead.pop(), set()) - found
            found |= new
            ahead += new
        reached[function.name] = found
    return reached


def hostile_forms(type: str, value: str) -> list[Any]:
    """Return what a value looks like in an argument of a type; nothing if it cannot hold a text."""
    if type in ("text", "character varying"):
        return [value]
    if type == "text[]":
        return [[value], ["model", value]]
    if type == "jsonb":
        call = {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 1}
        fields = [*call, "provider", "parameters", "error_type", "call_timestamp", "call_id"]
        fields += ["success", "input_tokens"]
        guard = {"metric": "error_rate", "worse_than": 0.5, "within": "1 hour"}
        forms: list[Any] = [value, [value], {value: value}, *({key: value} for key in KEYS)]
        forms += [[{**call, field: value}] for field in fields]
        forms += [[{**call, field: {value: value}}] for field in fields]
        forms += [[{**call, value: 1}], {"calls": [], value: 1}]
        forms += [{**guard, key: value} for key in (*guard, "min_calls", value)]
        forms += [{"severity": value}, {value: []}]
        outcome = {"test_id": str(uuid.UUID(int=1)), "unit_key": "u", "outcomes": {"x": 1}}
        forms += [[{**outcome, key: value}] for key in (*outcome, "outcome_id", "observed_at")]
        forms += [[{**outcome, "outcomes": {value: 1}}], [{**outcome, value: 1}]]
        metric = {"metric": "x", "role": "primary", "better": "higher", "minimum_effect": 1}
        forms += [[{**metric, key: value}] for key in (*metric, "source_metric", "above", value)]
        report = {"workflow_name": "portrait", "worker_name": "gpu-1"}
        fields = ["workflow_name", "worker_name", "external_id", "resolution_tier", "model_type"]
        fields += ["total_gpu_time_ms", "frame_count", "completed_at", "success", "error_type"]
        fields += ["project_name", "character_name", "scene_name", value]
        forms += [[{**report, field: value}] for field in fields]
        for result in (
            {"quality_scores": {value: 1}},
            {"quality_scores": {value: value}},
            {"quality_scores": value},
            {"pipeline_stages": [{"name": value, "duration_ms": 1}]},
            {"pipeline_stages": [{"name": "x", "duration_ms": value}]},
            {"pipeline_stages": [{value: 1}]},
            {"total_gpu_time_ms": value},
            {"vram_peak_mb": {value: 1}},
        ):
            forms += [result, [{**report, **result}], *result.values()]
        evaluation = {"model_type": "sdxl", "mae": 1}
        fields = ["model_type", "model_version", "machine_id", "evaluation_date", "rmse", value]
        forms += [[{**evaluation, field: value}] for field in fields]
        threshold = ["metric_name", "scope_type", "statistic", "direction", "time_window"]
        threshold += ["no_data", "baseline", "description", "runbook_url", "warning_threshold"]
        forms += [{key: value} for key in threshold]
        forms += [{"group_by": [value]}, {"scope_labels": {value: value}}]
        forms += [[{**evaluation, "metrics": form}] for form in ({value: 1}, {"x": value}, [value])]
        return [Jsonb(form) for form in forms]
    if type == "json":
        model = {"key": "gen_ai.request.model", "value": {"stringValue": value}}
        span = {"traceId": "1" * 32, "spanId": "1" * 16, "attributes": [model]}
        time = "1795168801000000000"
        span |= {"startTimeUnixNano": time, "endTimeUnixNano": time}
        point = {"count": 1, "sum": 1, "timeUnixNano": time}
        metric = {"name": "gen_ai.x", "unit": "s"}
        data = {"dataPoints": [point], "aggregationTemporality": 1}
        fields = [*span, "kind", "status", "events", value]
        spans = [span, *({**span, field: value} for field in fields)]
        spans += [{**span, "attributes": [form]} for form in (value, {value: 1}, {"key": value})]
        spans += [{**span, "attributes": [{**model, "value": form}]} for form in (value, [value])]
        metrics = [{**metric, key: value, "histogram": data} for key in metric]
        metrics += [{**metric, "histogram": form} for form in (value, {"dataPoints": value})]
        metrics += [
            {**metric, "histogram": {**data, "dataPoints": [{**point, key: form}]}}
            for key in (*point, "min", "explicitBounds", "bucketCounts", "attributes", value)
            for form in (value, [value], {value: value})
        ]
        body: list[Any] = [value, [value], {value: value}, {"resourceSpans": value}]
        body += [{"resourceSpans": [{"scopeSpans": [{"spans": [each]}]}]} for each in spans]
        body += [{"resourceMetrics": [{"scopeMetrics": [{"metrics": [each]}]}]} for each in metrics]
        return [Json(form) for form in body]
    return []


def hostile_calls(function: Function, known: dict[str, Any]) -> Iterator[list[Any]]:
    """Yield arguments with one hostile value each, and with all of them at once."""
    good = good_arguments(function, known)
    for value in HOSTILE:
        forms = [hostile_forms(type, value) for type in function.types]
        for position, own in enumerate(forms):
            for form in own:
                yield [*good[:position], form, *good[position + 1 :]]
        if sum(map(bool, forms)) > 1:
            yield [own[0] if own else there for own, there in zip(forms, good, strict=True)]


def extreme_calls(function: Function, known: dict[str, Any]) -> Iterator[list[Any]]:
    """Yield arguments of which one is extreme, or null."""
    good = good_arguments(function, known)
    for position, type in enumerate(function.types):
        for value in [None, *EXTREMES.get(type, [])]:
            yield [*good[:position], value, *good[position + 1 :]]


@cache
def write_call(name: str, types: tuple[str, ...]) -> bytes:
    arguments = ", ".join(f"%s::{type}" for type in types)
    return f"select * from perf.{name}({arguments})".encode()


def call(connection: psycopg.Connection, function: Function, arguments: list[Any]) -> set[str]:
    """Call a function, undo what it did, and return the texts of its error after its SQLSTATE."""
    statement = write_call(function.name, tuple(function.types))
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, arguments)
    except psycopg.Error as error:
        found = error.diag
        texts = (found.message_primary, found.message_hint, found.message_detail)
        return {f"{error.sqlstate} {function.name}: {text}" for text in texts if text}
    return set()


@pytest.mark.once
@pytest.mark.parametrize("is_stranger", [False, True], ids=["superuser", "a caller without role"])
def test_no_argument_brings_a_control_character_into_a_message(
    connection, filled, is_stranger
) -> None:
    if is_stranger:
        connection.execute("select set_config('request.jwt.claims', %s, false)", [STRANGER])
        connection.execute("set role authenticated")
    said = set()
    for function in functions(connection):
        for arguments in hostile_calls(function, filled):
            said |= call(connection, function, arguments)
    leaked = sorted(text for text in said if CONTROL.search(text))
    assert not leaked, "\n".join(leaked)
    states = {text[:5] for text in said}
    assert "42501" in states if is_stranger else {"22023", "PT404", "PT409"} <= states


@pytest.mark.once
def test_no_stored_text_comes_out_in_a_message(connection, filled) -> None:
    """Whatever a column takes that has no constraint against it."""
    value = HOSTILE[0]
    known = functions(connection)
    reached = find_reached(connection)
    hostile = {**filled, **dict.fromkeys(("model_type", "text", "model_name"), value)}
    said = set()
    planted = set()
    for table, column, is_json in connection.execute(COLUMNS).fetchall():
        with connection.transaction(force_rollback=True):
            # What no constraint refuses can be there, however it came.
            name = sql.SQL(table)
            connection.execute(sql.SQL("alter table {} disable trigger user").format(name))
            try:
                with connection.transaction():
                    connection.execute(
                        sql.SQL("update {} set {} = %s").format(name, sql.Identifier(column)),
                        [Jsonb({value: value}) if is_json else value],
                    )
                    # Also where a foreign key is deferred.
                    connection.execute("set constraints all immediate")
            except psycopg.Error:
                continue
            connection.execute(sql.SQL("alter table {} enable trigger user").format(name))
            planted.add(f"{table}.{column}")
            for function in known:
                if table not in reached[function.name]:
                    continue
                good, bad = (good_arguments(function, each) for each in (filled, hostile))
                said |= call(connection, function, good)
                if bad != good:
                    said |= call(connection, function, bad)
    leaked = sorted(text for text in said if CONTROL.search(text))
    assert not leaked, "\n".join(leaked)
    assert {"perf.audit_log.row_id", "perf.model_config_activations.notes"} <= planted


def test_functions_work_where_backslashes_in_literals_are_escapes(other_strings) -> None:
    names = ["gpt-4o", "s", "S S", r"d\model\n", r"a\'b"]
    for name in names:
        other_strings.execute(
            "select perf.record_call(%(n)s, %(n)s, 1, provider => %(n)s, error_type => %(n)s,"
            " parameters => '{\"temperature\": 1.50}', call_timestamp => %(t)s)",
            {"n": name, "t": MONDAY},
        )
        call = {"model_name": name, "tool_name": name, "response_time_ms": 2, "error_type": name}
        other_strings.execute(
            "select perf.record_calls(%s)", [Jsonb([{**call, "call_timestamp": str(MONDAY)}])]
        )
    for name in ("x\ny", "{}", " "):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="model_name must"):
            other_strings.execute("select perf.record_call(%s, 'chat', 1)", [name])
    other_strings.execute("select perf.aggregate_performance_metrics()")
    for name in names:
        assert other_strings.execute(
            "select call_count, error_count from perf.get_performance_trends(%s, %s, %s, %s)",
            [name, name, MONDAY, MONDAY.replace(day=8)],
        ).fetchall() == [(2, 2)]
    other_strings.execute("select perf.save_model_config('sdxl', 's', '{\"width\": 1.0}')")
    assert other_strings.execute("select perf.find_model_config('sdxl@1')").fetchone() != (None,)
    guard = {"metric": "error_rate", "worse_than": "20%", "within": "1 hour"}
    assert other_strings.execute(
        "select perf_internal.get_guard_problem(%s)", [Jsonb(guard)]
    ).fetchone() == (None,)


@pytest.mark.once
def test_no_extreme_argument_makes_long_work_or_an_error_of_another_kind(
    connection, filled
) -> None:
    connection.execute("set statement_timeout = '10s'")
    said = set()
    for function in functions(connection):
        for arguments in extreme_calls(function, filled):
            for text in call(connection, function, arguments):
                if text[:5] not in EXPECTED:
                    said.add(f"{text} {str(arguments)[:200]}")
    assert not said, "\n".join(sorted(said))


NAMES = [
    "perf.models.name",
    "perf.models.provider",
    "perf.models.model_type",
    "perf.tools.name",
    "perf.performance_metrics_raw.error_type",
    "perf.profiles.username",
    "perf.model_config_history.config_name",
    "perf.workflows.name",
    "perf.workers.name",
    "perf.workers.hardware",
    "perf.projects.name",
    "perf.characters.name",
    "perf.scenes.name",
    "perf.jobs.external_id",
    "perf.jobs.model_type",
    "perf.jobs.resolution_tier",
    "perf.jobs.error_type",
    "perf.model_ab_tests.test_name",
    "perf.model_ab_tests.model_type",
    "perf.model_ab_tests.model_a_version",
    "perf.model_ab_tests.model_b_version",
    "perf.ab_test_metrics.metric",
]


def test_a_name_is_clean_however_it_is_stored(connection, filled) -> None:
    for place in NAMES:
        table, column = place.rsplit(".", 1)
        connection.execute(f"alter table {table} disable trigger user".encode())
        statement = sql.SQL("update {} set {} = %s").format(sql.SQL(table), sql.Identifier(column))
        for name in (" x", "x ", "", " ", "a\nb", "\x85", "x\t"):
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute(statement, [name])
                pytest.fail(f"{place} takes {name!r}")

"""What PostgREST needs of every function, table and view of `perf`, asked of the catalog.

Requests are made as PostgREST makes them: it begins a transaction, which reads only for a GET,
switches the role, sets the claims and calls a function with named arguments.
"""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from test_messages import Function, filled, functions, good_arguments  # noqa: F401

ADA = "a0000000-0000-4000-8000-000000000000"
CLAIMS = json.dumps({"role": "authenticated", "sub": ADA})

# What changes something, or takes locks that a transaction which only reads cannot take.
WRITERS = {
    *("acknowledge_alert", "activate_model_config", "aggregate_model_performance_logs"),
    *("aggregate_performance_metrics", "approve_activation", "cancel_job", "cancel_training"),
    *("check_alert_thresholds", "check_config_guards", "check_model_drift"),
    *("claim_alert_deliveries", "claim_training", "cleanup_old_performance_data"),
    *("complete_alert_delivery", "complete_job", "complete_training", "create_alert_silence"),
    *("create_alert_threshold", "create_job", "delete_alert_receiver", "delete_alert_threshold"),
    *("delete_budget", "delete_model_price", "set_budget", "set_model_price", "set_model_prices"),
    *("delete_slo_objective", "end_alert_silence", "ensure_partitions", "fail_alert_delivery"),
    *("fail_job", "fail_training", "forget_metric", "grant_role", "heartbeat_training"),
    *("rebuild_performance_metrics", "record_ab_outcome", "record_ab_outcomes", "record_call"),
    *("record_calls", "record_feature_batches", "record_feature_values", "record_job_metrics"),
    *("record_job_metrics_batch", "record_model_metrics", "record_model_metrics_batch"),
    *("record_otlp", "record_worker_availability", "register_model", "register_worker"),
    "register_workflow",
    *("reject_activation", "request_activation", "resolve_alert", "retire_worker"),
    *("retire_workflow", "revoke_role", "rollback_model_config", "save_feature_profile"),
    *("save_model_config", "schedule_jobs", "send_test_alert", "set_alert_receiver"),
    *("set_alert_threshold_enabled", "set_config_approval", "set_own_calls_readable"),
    "set_role_claim",
    *("set_drift_reference", "set_metric", "set_slo_objective", "set_worker_available"),
    *("start_ab_test", "start_job", "stop_ab_test", "trigger_retraining", "trim_job_history"),
    *("unschedule_jobs", "update_alert_threshold"),
}

# Reads without max_rows: why each has few rows.
BOUNDED = {
    "assign_ab_variant": "one row",
    "compare_periods": "up to five rows for each metric of the argument",
    "compare_workers": "at most one row for each worker that is named",
    "compare_workflow_periods": "one row for each metric of jobs",
    "compare_workflows": "one row for each workflow that is named and metric of jobs",
    "estimate_job": "one row",
    "get_ab_test_results": "one row for each metric of a test",
    "get_backtest_summary": "one row",
    "get_config_at": "one row",
    "get_config_impact": "one row for each metric of calls and jobs",
    "get_gpu_time_breakdown": "one row for each part of the time",
    "get_health": "one row for each check",
    "get_parameter_correlation": "one row",
    "get_recorded_range": "one row for each pipeline",
    "get_worker_performance": "one row",
    "suggest_alert_threshold": "three candidates",
    "verify_audit_log": "one row",
}
# These end at max_rows, newest or worst first, and say so. All others end with an error.
LISTS = {
    "get_ab_tests",
    "get_activation_history",
    "get_activation_requests",
    "get_active_alerts",
    "get_alert_deliveries",
    "get_alert_history",
    "get_alert_silences",
    "get_alert_statistics",
    "get_alert_thresholds",
    "get_audit_log",
    "get_budget_status",
    "get_config_history",
    "get_drift_checks",
    "get_job_parameters",
    "get_own_calls",
    "get_slo_objectives",
    "get_slo_status",
    "get_trainings",
}

# What PostgREST makes plain JSON of. An interval is text, in the style that its session has.
PLAIN = {
    *("boolean", "integer", "bigint", "real", "double precision", "text", "name", "uuid"),
    *("character varying", "jsonb", "date", "timestamp with time zone", "interval", "void"),
    *("text[]", "double precision[]", "bigint[]", "integer[]", "perf.app_role"),
}
# Columns that together are different in every row, where the table has no primary key of plain
# columns: an order for pages. PostgREST orders by ctid too, where a row is in its table.
ORDERS = {
    "ab_outcomes": "id",
    "model_performance_metrics": "id",
    "performance_metrics": "id",
    "performance_metrics_daily": "time_bucket, model_tool_config_id",
    "performance_metrics_hourly": "time_bucket, model_tool_config_id",
    "performance_metrics_raw": "call_timestamp, ctid",
    "performance_metrics_weekly": "time_bucket, model_tool_config_id",
    "v_active_ab_tests": "id",
    "v_latest_model_performance": "id",
    "v_unresolved_model_alerts": "id",
}

TYPES = """
select c.oid::regclass || '.' || a.attname, format_type(a.atttypid, null)
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'perf'::regnamespace
    and c.relkind in ('r', 'p', 'v', 'm')
union all
select p.oid::regproc::text, format_type(t.id, null)
from pg_proc as p
cross join lateral (
    select x.type
    from unnest(p.proallargtypes, p.proargmodes) as x (type, mode)
    where x.mode in ('o', 't', 'b')
    union all
    select p.prorettype
    where p.proallargtypes is null
) as t (id)
-- The columns of a row type are those of its table.
left join pg_type as y on y.oid = t.id
where p.pronamespace = 'perf'::regnamespace
    and not exists (select from pg_class as o where o.reltype = p.proargtypes[0])
    and p.prokind = 'f'
    and y.typtype <> 'c'
"""
RELATIONSHIPS = """
select c.relname, p.proname
from pg_proc as p
join pg_class as c on c.reltype = p.proargtypes[0]
where p.pronamespace = 'perf'::regnamespace
    and p.pronargs = 1
    and p.proretset
order by 1, 2
"""


@pytest.fixture
def reader(connection: psycopg.Connection, filled: dict[str, Any]) -> Iterator[psycopg.Connection]:  # noqa: F811
    """A transaction of a GET request by an admin, who may read everything."""
    with connection.transaction(force_rollback=True):
        connection.execute("set transaction read only")
        connection.execute("set local role authenticated")
        connection.execute("select set_config('request.jwt.claims', %s, true)", [CLAIMS])
        yield connection


def columns(connection: psycopg.Connection, query: str) -> dict[str, Any]:
    return dict(connection.execute(query.encode()).fetchall())


def volatilities(connection: psycopg.Connection) -> dict[str, str]:
    return columns(
        connection,
        "select p.proname, p.provolatile from pg_proc as p"
        " where not exists (select from pg_class as o where o.reltype = p.proargtypes[0])"
        " and p.pronamespace = 'perf'::regnamespace and p.prokind = 'f'",
    )


def get(connection: psycopg.Connection, function: Function, arguments: list[Any]) -> None:
    """Call a function as a GET does: each argument is a text, cast to the type of the parameter."""
    casts = [sql.SQL("%s::{}::text").format(sql.SQL(type)) for type in function.types]
    texts = (
        connection.execute(sql.SQL("select {}").format(sql.SQL(", ").join(casts)), arguments)
        if casts
        else None
    )
    values = (texts.fetchone() or ()) if texts else ()
    named = [
        sql.SQL("{} => %s::{}").format(sql.Identifier(name), sql.SQL(type))
        for name, type in zip(function.arguments, function.types, strict=False)
    ]
    connection.execute(
        sql.SQL("select * from perf.{}({})").format(
            sql.Identifier(function.name), sql.SQL(", ").join(named)
        ),
        values,
    ).fetchall()


def test_whatever_is_volatile_writes(connection) -> None:
    """PostgREST answers a GET of functions that are stable or immutable only."""
    found = {name for name, volatility in volatilities(connection).items() if volatility == "v"}
    assert found == WRITERS


def test_every_read_works_in_a_transaction_that_reads_only(reader, filled) -> None:  # noqa: F811
    stable = {name for name, kind in volatilities(reader).items() if kind != "v"}
    problems = []
    for function in functions(reader):
        if function.name not in stable:
            continue
        try:
            with reader.transaction():
                get(reader, function, good_arguments(function, filled))
        except psycopg.Error as error:
            if error.sqlstate not in EXPECTED_STATES:
                problems.append(f"{function.name}: {error.sqlstate} {error.diag.message_primary}")
    assert problems == []


# Arguments of one function may not suit another: then it says so.
EXPECTED_STATES = {"22023", "PT404"}


def test_columns_and_results_are_plain_json(connection) -> None:
    """No range, bytea, numeric that a reader would round, number of a transaction, or row."""
    wrong = {
        (name, kind)
        for name, kind in connection.execute(TYPES.encode()).fetchall()
        if kind not in PLAIN
    }
    assert wrong == set()


def test_every_table_and_view_has_an_order_for_pages(connection, filled) -> None:  # noqa: F811
    keys = columns(
        connection,
        "select c.relname, exists (select from pg_index as i"
        " where i.indrelid = c.oid and i.indisprimary and c.relkind = 'r')"
        " from pg_class as c where c.relnamespace = 'perf'::regnamespace"
        " and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition",
    )
    assert {name for name, has_key in keys.items() if not has_key} == set(ORDERS)
    # Calls at one time that nothing else tells apart.
    connection.execute(
        "select perf.record_call('acme/one', 'chat', 5, call_timestamp => '2020-01-06 10:00+00')"
        " from generate_series(1, 3)"
    )
    for name, order in ORDERS.items():
        (doubled,) = connection.execute(
            f"select count(*) - count(distinct ({order})) from perf.{name}".encode()
        ).fetchone()
        assert (name, doubled) == (name, 0)


def test_pages_by_key_show_every_call_once(connection) -> None:
    connection.execute(
        "select perf.record_call('acme/one', 'chat', n, call_timestamp => '2020-01-06 10:00+00')"
        " from generate_series(1, 25) as n"
    )
    seen: list[float] = []
    last = ("-infinity", "(0,0)")
    while page := connection.execute(
        "select r.call_timestamp::text, r.ctid::text, r.response_time_ms"
        " from perf.performance_metrics_raw as r"
        " where r.call_timestamp > %s or (r.call_timestamp = %s and r.ctid > %s::tid)"
        " order by r.call_timestamp, r.ctid limit 4",
        [last[0], last[0], last[1]],
    ).fetchall():
        seen += [row[2] for row in page]
        last = page[-1][:2]
    assert sorted(seen) == list(range(1, 26))


def test_every_read_has_max_rows_or_few_rows(connection) -> None:
    rows = connection.execute(
        "select p.proname, 'max_rows' = any(p.proargnames), p.prosrc from pg_proc as p"
        " where not exists (select from pg_class as o where o.reltype = p.proargtypes[0])"
        " and p.pronamespace = 'perf'::regnamespace and p.proretset and p.provolatile <> 'v'"
    ).fetchall()
    assert {name for name, is_limited, _ in rows if not is_limited} == set(BOUNDED)
    # Where there would be more, the number of rows goes to perf_internal.check_max_rows() too.
    checked = {
        name
        for name, is_limited, body in rows
        if is_limited and ("row_count" in body or "count(*)\n" in body)
    }
    # Its one row holds a list of buckets, of which perf.get_job_throughput() checks the number.
    checked.add("get_performance_overview")
    assert {name for name, is_limited, _ in rows if is_limited} - checked == LISTS


def test_a_report_with_more_rows_than_max_rows_ends_with_an_error(connection, filled) -> None:  # noqa: F811
    """Each that has two rows or more here is asked for one."""
    for model, error in (("acme/one", "refused"), ("acme/one", "overloaded"), ("acme/two", "x")):
        connection.execute(
            "select perf.record_call(%s, 'chat', 7, error_type => %s,"
            " call_timestamp => '2020-01-06 11:00+00')",
            [model, error],
        )
    connection.execute("select perf.save_model_config('wan', 'n', '{}', activate => true)")
    connection.execute("select perf.aggregate_model_performance_logs('2020-01-06', '2020-01-08')")
    known = {**filled, "percentiles": [0.5, 0.9], "setting": "$.width", "model_name": None}
    known |= {"tool_name": None, "provider": None, "get_active_configs model_type": None}
    known |= {"start_date": "2020-01-01", "end_date": "2020-02-01"}
    refused = []
    for function in functions(connection):
        if "max_rows" not in function.arguments or function.name in LISTS:
            continue
        arguments = good_arguments(function, known)
        place = function.arguments.index("max_rows")
        arguments[place] = 1000
        cast = sql.SQL("select count(*) from perf.{}({})").format(
            sql.Identifier(function.name),
            sql.SQL(", ").join(sql.SQL("%s::{}").format(sql.SQL(type)) for type in function.types),
        )
        try:
            (count,) = connection.execute(cast, arguments).fetchone()
        except psycopg.Error:
            continue
        if count < 2:
            continue
        arguments[place] = 1
        with pytest.raises(psycopg.Error) as caught:
            connection.execute(cast, arguments)
        assert caught.value.sqlstate == "22023"
        assert "more rows than max_rows allows, which is 1" in str(caught.value)
        refused.append(function.name)
    assert {"get_error_breakdown", "get_model_comparison", "get_latency_percentiles"} <= {*refused}
    assert len(refused) > 7, refused


def test_every_relationship_is_joined_not_called(reader) -> None:
    relationships = reader.execute(RELATIONSHIPS.encode()).fetchall()
    assert ("performance_metrics_raw", "models") in relationships
    for table, name in relationships:
        embed = (
            f'select t.*, row_to_json(e.*)::jsonb from perf."{table}" as t'
            f" left join lateral (select x.* from perf.{name}(t) as x) as e on true"
        )
        rows = reader.execute(f"explain (format json) {embed}".encode()).fetchone()[0]
        assert "Function Scan" not in json.dumps(rows), (table, name)


def test_names_come_with_a_thousand_calls_in_milliseconds(connection) -> None:
    """A hash join: each small table is read once, not once a call."""
    connection.execute(
        "select perf.record_calls(jsonb_agg(jsonb_build_object('model_name', 'acme/m' || n % 20,"
        " 'tool_name', 'chat', 'response_time_ms', n))) from generate_series(1, 1000) as n"
    )
    connection.execute("analyze")
    ((plan,),) = connection.execute(
        "explain (analyze, format json)"
        " select t.response_time_ms, row_to_json(m.*)::jsonb, row_to_json(o.*)::jsonb"
        " from perf.performance_metrics_raw as t"
        " left join lateral (select x.name from perf.models(t) as x) as m on true"
        " left join lateral (select x.name from perf.tools(t) as x) as o on true"
    ).fetchall()
    loops = [node["Actual Loops"] for node in nodes(plan[0]["Plan"]) if "Relation Name" in node]
    assert max(loops) == 1


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def test_no_function_raises_what_becomes_an_error_of_the_server(connection) -> None:
    """PostgREST answers 500 to classes 40, 53 to 55, 57 and 58. docs/postgrest.md has the rest."""
    raised = connection.execute(
        "select p.oid::regproc::text, c.code[1] from pg_proc as p"
        " cross join regexp_matches(p.prosrc, $$errcode = '([[:alnum:]_]+)'$$, 'g') as c (code)"
        " where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)"
    ).fetchall()
    known = {"invalid_parameter_value", "insufficient_privilege", "PT404", "PT409"}
    known |= {"restrict_violation", "foreign_key_violation", "unique_violation"}
    assert {(name, code) for name, code in raised if code not in known} == set()
    assert len(raised) > 200

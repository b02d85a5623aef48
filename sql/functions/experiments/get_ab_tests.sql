create or replace function perf.get_ab_tests(
    is_running boolean default null,
    model_type text default null,
    machine_id uuid default null,
    max_rows integer default 100
)
returns table (
    id uuid,
    test_name text,
    test_status text,
    model_type text,
    machine_id uuid,
    model_a_id uuid,
    model_a_version text,
    model_b_id uuid,
    model_b_version text,
    primary_metric text,
    better text,
    minimum_effect double precision,
    metrics jsonb,
    traffic_split double precision,
    planned_units bigint,
    test_start timestamptz,
    test_end timestamptz,
    winner_model text,
    created_by text,
    stopped_by text,
    stop_reason text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(get_ab_tests.max_rows);
    select
        t.id,
        t.test_name,
        t.test_status,
        t.model_type,
        t.machine_id,
        t.model_a_id,
        t.model_a_version,
        t.model_b_id,
        t.model_b_version,
        m.metric,
        m.better,
        m.minimum_effect,
        (
            select jsonb_agg(
                jsonb_strip_nulls(
                    jsonb_build_object(
                        'metric', o.metric,
                        'role', o.role,
                        'better', o.better,
                        'minimum_effect', o.minimum_effect,
                        'source_metric', o.source_metric,
                        'above', o.above
                    )
                )
                order by array_position(array['primary', 'guardrail', 'other'], o.role), o.metric
            )
            from perf.ab_test_metrics as o
            where o.test_id = t.id
        ),
        t.traffic_split,
        t.planned_units,
        t.test_start,
        t.test_end,
        t.winner_model,
        t.created_by,
        t.stopped_by,
        t.stop_reason
    from perf.model_ab_tests as t
    left join perf.ab_test_metrics as m
        on m.test_id = t.id
        and m.role = 'primary'
    where (
            get_ab_tests.is_running is null
            or get_ab_tests.is_running = (t.test_status = 'running')
        )
        and (get_ab_tests.model_type is null or t.model_type = get_ab_tests.model_type)
        and (get_ab_tests.machine_id is null or t.machine_id = get_ab_tests.machine_id)
    order by t.test_status = 'completed', t.test_start desc, t.test_name
    limit get_ab_tests.max_rows;
$$;

comment on function perf.get_ab_tests is
    'A/B tests with their models and metrics: those that run, then those that are completed, each the latest start first; the first max_rows of them; all, or of a model type or machine, or only those that run or that do not. metrics is as perf.start_ab_test() takes it. perf.get_ab_test_results() says how a test stands. Errors: 22023 bad argument, 42501 not an analyst.';

revoke execute on function perf.get_ab_tests from public;
grant execute on function perf.get_ab_tests
    to authenticated, service_role, perf_admin, perf_analyst;

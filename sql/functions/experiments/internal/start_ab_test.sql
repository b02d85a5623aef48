-- security definer: no API role may write tests; the caller is checked first. Of two sessions that
-- take one name at once the second waits at the unique key, and is refused.
create or replace function perf_internal.start_ab_test(
    test_name text,
    model_type text,
    model_a_version text,
    model_b_version text,
    metrics jsonb,
    traffic_split double precision,
    machine_id uuid,
    model_a_id uuid,
    model_b_id uuid,
    planned_units bigint,
    test_start timestamptz
)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problem text;
    v_id uuid;
begin
    perform perf_internal.require_role('admin');
    v_problem := coalesce(
        perf_internal.get_name_problem('test_name', start_ab_test.test_name, 200),
        perf_internal.get_name_problem('model_type', start_ab_test.model_type, 200),
        perf_internal.get_name_problem('model_a_version', start_ab_test.model_a_version, 200),
        perf_internal.get_name_problem('model_b_version', start_ab_test.model_b_version, 200),
        case
            when (start_ab_test.traffic_split > 0 and start_ab_test.traffic_split < 1) is not true
                then 'traffic_split must be between 0 and 1, and neither of them, got '
                    || coalesce(start_ab_test.traffic_split::text, 'null')
            when start_ab_test.planned_units <= 0
                then 'planned_units must be above 0, got ' || start_ab_test.planned_units
            when start_ab_test.test_start is null
                or start_ab_test.test_start not between '1970-01-01 00:00+00'
                and '9999-12-31 00:00+00'
                then 'test_start must be a point in time since 1970, got '
                    || coalesce(start_ab_test.test_start::text, 'null')
            when btrim(start_ab_test.model_a_version) = btrim(start_ab_test.model_b_version)
                and start_ab_test.model_a_id is not distinct from start_ab_test.model_b_id
                then 'model_b_version must not be that of model A, got '
                    || perf_internal.quote_value(start_ab_test.model_b_version)
        end
    );
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    perform perf_internal.check_ab_metrics(start_ab_test.metrics);
    insert into perf.model_ab_tests as t (
        test_name,
        model_type,
        machine_id,
        model_a_id,
        model_a_version,
        model_b_id,
        model_b_version,
        test_start,
        traffic_split,
        planned_units,
        created_by
    )
    values (
        btrim(start_ab_test.test_name),
        btrim(start_ab_test.model_type),
        start_ab_test.machine_id,
        start_ab_test.model_a_id,
        btrim(start_ab_test.model_a_version),
        start_ab_test.model_b_id,
        btrim(start_ab_test.model_b_version),
        start_ab_test.test_start,
        start_ab_test.traffic_split,
        start_ab_test.planned_units,
        perf_internal.get_actor_name(
            (
                select p.username
                from perf.profiles as p
                where p.id = perf_internal.get_user_id()
            ),
            perf_internal.get_caller(),
            session_user
        )
    )
    on conflict do nothing
    returning t.id into v_id;
    if v_id is null then
        raise exception using
            errcode = 'PT409',
            message = format(
                'there is an A/B test %s already',
                perf_internal.quote_value(start_ab_test.test_name)
            ),
            hint = 'Choose another name. Names of completed tests stay taken.';
    end if;
    insert into perf.ab_test_metrics (
        test_id, metric, role, better, minimum_effect, source_metric, above
    )
    select
        v_id,
        btrim(e.value ->> 'metric'),
        coalesce(e.value ->> 'role', 'other'),
        e.value ->> 'better',
        (e.value ->> 'minimum_effect')::float8,
        btrim(e.value ->> 'source_metric'),
        (e.value ->> 'above')::float8
    from jsonb_array_elements(start_ab_test.metrics) as e;
    insert into perf_internal.ab_series (test_id, metric, variant)
    select m.test_id, m.metric, v.variant
    from perf.ab_test_metrics as m
    cross join (values ('a'), ('b')) as v (variant)
    where m.test_id = v_id;
    return v_id;
end
$$;

comment on function perf_internal.start_ab_test is
    'Does the work of perf.start_ab_test().';

revoke execute on function perf_internal.start_ab_test from public;
grant execute on function perf_internal.start_ab_test to authenticated, service_role, perf_admin;

create or replace function perf.get_ab_test_history(
    test_id uuid,
    granularity text default 'daily',
    confidence double precision default 0.95,
    max_rows integer default 1000
)
returns table (
    metric text,
    role text,
    better text,
    minimum_effect double precision,
    time_bucket timestamptz,
    units_a bigint,
    units_b bigint,
    mean_a double precision,
    mean_b double precision,
    difference double precision,
    always_valid_low double precision,
    always_valid_high double precision,
    always_valid_p_value double precision,
    chance_to_win double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_test perf.model_ab_tests;
    v_kept_from timestamptz;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_ab_test_history.max_rows);
    v_test := perf_internal.get_ab_test(get_ab_test_history.test_id);
    if not coalesce(get_ab_test_history.confidence between 0.5 and 0.999999, false) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'confidence must be between 0.5 and 0.999999, got '
                || coalesce(get_ab_test_history.confidence::text, 'null');
    end if;
    perform perf_internal.check_given('granularity', get_ab_test_history.granularity);
    v_kept_from := (
        select t.deleted_before
        from perf.retention as t
        where t.pipeline = 'experiments'
            and t.level = get_ab_test_history.granularity
    );
    if v_test.test_start < v_kept_from then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'granularity %s is kept from %s, and the test began at %s',
                perf_internal.quote_value(get_ab_test_history.granularity),
                v_kept_from,
                v_test.test_start
            ),
            hint = 'Take a longer one: hourly, daily, weekly.';
    end if;
    return query
    select
        c.metric,
        c.role,
        c.better,
        c.minimum_effect,
        c.time_bucket,
        c.units_a,
        c.units_b,
        c.mean_a,
        c.mean_b,
        c.difference,
        c.always_valid_low,
        c.always_valid_high,
        c.always_valid_p_value,
        c.chance_to_win
    from perf_internal.compare_ab_test(
        v_test.id, get_ab_test_history.confidence, get_ab_test_history.granularity
    ) as c;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_ab_test_history.max_rows, v_row_count, 'weekly');
end
$$;

comment on function perf.get_ab_test_history is
    'What an A/B test had found at the end of each hour, day or week (hourly, daily, weekly; UTC) that has outcomes: by metric, the primary one first, oldest bucket first, with all outcomes from the start to the end of time_bucket. An outcome counts at its own time, also if it came late. A unit counts in the bucket of its first outcome that was recorded: where an earlier one is recorded later, units and intervals of the buckets between them are off. The last row is right. Columns as in perf.get_ab_test_results(). Errors: 22023 bad argument, or more than max_rows rows, or a granularity that is no longer kept from the start on; 42501 not an analyst; PT404 no such test.';

revoke execute on function perf.get_ab_test_history from public;
grant execute on function perf.get_ab_test_history
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf_internal.get_backtest(
    threshold_id bigint,
    start_time timestamptz,
    end_time timestamptz,
    step interval default null
)
returns table (
    threshold perf.performance_alert_thresholds,
    groups jsonb[],
    series_ids uuid[],
    group_numbers integer[],
    used_step interval,
    is_raw boolean,
    first_at timestamptz,
    step_count bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_threshold perf.performance_alert_thresholds;
    v_scope jsonb;
    v_own_labels jsonb;
    v_groups jsonb[];
    v_series_ids uuid[];
    v_group_numbers integer[];
begin
    select t.*
    into v_threshold
    from perf.performance_alert_thresholds as t
    where t.id = get_backtest.threshold_id;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'there is no threshold ' || coalesce(get_backtest.threshold_id::text, 'null'),
            hint = 'perf.get_alert_thresholds() lists them.';
    end if;
    v_scope := perf_internal.get_threshold_scope(v_threshold);
    v_own_labels := jsonb_build_object(
        'metric', v_threshold.metric_name,
        'statistic', v_threshold.statistic,
        'threshold_id', v_threshold.id
    );
    select
        coalesce(array_agg(g.series_id), '{}'),
        coalesce(array_agg(g.group_number), '{}'),
        coalesce(array_agg(distinct g.labels order by g.labels), '{}')
    into v_series_ids, v_group_numbers, v_groups
    from (
        select l.series_id, l.labels, dense_rank() over (order by l.labels)::integer as group_number
        from (
            select
                s.series_id,
                v_scope || s.group_labels || v_own_labels as labels
            from perf.metrics as m
            cross join lateral perf_internal.get_threshold_series(
                m.pipeline, array[v_threshold.id]
            ) as s
            where m.metric = v_threshold.metric_name
        ) as l
    ) as g;
    -- It is evaluated also while no series belongs to it.
    if v_threshold.group_by = '{}' and v_groups = '{}' then
        v_groups := array[v_scope || v_own_labels];
        v_series_ids := '{null}';
        v_group_numbers := '{1}';
    end if;
    return query
    select
        v_threshold,
        v_groups,
        v_series_ids,
        v_group_numbers,
        p.step,
        p.is_raw,
        p.first_at,
        p.step_count
    from perf_internal.get_backtest_plan(
        v_threshold,
        cardinality(v_groups),
        get_backtest.start_time,
        get_backtest.end_time,
        get_backtest.step
    ) as p;
end
$$;

comment on function perf_internal.get_backtest is
    'What a backtest of a threshold needs: the threshold, the labels of the alert of each group, the series with the number of their groups, and what perf_internal.get_backtest_plan() says. Errors: PT404 no such threshold, 22023 as there.';

revoke execute on function perf_internal.get_backtest from public;
grant execute on function perf_internal.get_backtest
    to authenticated, service_role, perf_admin, perf_analyst;

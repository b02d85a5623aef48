-- Series and their groups are found once for each pipeline. Values are read once for each pipeline
-- and window, together for all thresholds. Where that raises an error, each threshold is read by
-- itself, so that one that cannot be read stops no other.
--
-- A threshold without group_by of which narrower ones have taken all series judges nothing, which is
-- not the same as no data. Dynamic SQL, because each pipeline has its own view of series.
create or replace function perf_internal.read_threshold_samples(
    as_of timestamptz,
    threshold_ids bigint[] default null
)
returns table (
    alert_type text,
    rule_id bigint,
    labels jsonb,
    value double precision,
    sample_count bigint,
    level integer,
    is_recovered boolean,
    problem text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
as $$
declare
    v_pipeline record;
    v_read record;
    v_series record;
    v_id bigint;
    v_is_taken boolean;
begin
    perform perf_internal.check_as_of(read_threshold_samples.as_of);
    for v_pipeline in
        select m.pipeline, array_agg(t.id) as ids
        from perf.performance_alert_thresholds as t
        join perf.metrics as m on m.metric = t.metric_name
        where case
            when read_threshold_samples.threshold_ids is null then t.enabled
            else t.id = any(read_threshold_samples.threshold_ids)
        end
        group by m.pipeline
        order by m.pipeline
    loop
        select
            array_agg(s.threshold_id) as threshold_ids,
            array_agg(s.series_id) as series_ids,
            array_agg(s.group_labels) as group_labels
        into v_series
        from perf_internal.get_threshold_series(v_pipeline.pipeline, v_pipeline.ids) as s;
        for v_id in
            select t.id
            from perf.performance_alert_thresholds as t
            where t.id = any(v_pipeline.ids)
                and t.group_by = '{}'
                and t.id <> all(coalesce(v_series.threshold_ids, '{}'))
        loop
            execute format(
                'select exists (
                    select
                    from %s as s
                    join perf.performance_alert_thresholds as t on t.id = $1
                    where s.labels @> perf_internal.get_threshold_scope(t.*)
                )',
                (perf_internal.get_pipeline(v_pipeline.pipeline)).series_view
            )
            into v_is_taken
            using v_id;
            if v_is_taken then
                v_pipeline.ids := array_remove(v_pipeline.ids, v_id);
            end if;
        end loop;
        for v_read in
            select t.time_window, t.baseline is not null as is_anomaly, array_agg(t.id) as ids
            from perf.performance_alert_thresholds as t
            where t.id = any(v_pipeline.ids)
            group by 1, 2
            order by 1, 2
        loop
            begin
                return query
                select s.*
                from perf_internal.read_window_samples(
                    v_pipeline.pipeline,
                    v_read.ids,
                    v_series.threshold_ids,
                    v_series.series_ids,
                    v_series.group_labels,
                    v_read.time_window,
                    v_read.is_anomaly,
                    read_threshold_samples.as_of
                ) as s;
                v_read.ids := '{}';
            exception
                when data_exception or undefined_table or undefined_column or undefined_function
                    or sqlstate 'PT404' or sqlstate 'PT409'
                then
                    null;
            end;
            foreach v_id in array v_read.ids loop
                begin
                    return query
                    select s.*
                    from perf_internal.read_window_samples(
                        v_pipeline.pipeline,
                        array[v_id],
                        v_series.threshold_ids,
                        v_series.series_ids,
                        v_series.group_labels,
                        v_read.time_window,
                        v_read.is_anomaly,
                        read_threshold_samples.as_of
                    ) as s;
                exception
                    when data_exception or undefined_table or undefined_column or undefined_function
                        or sqlstate 'PT404' or sqlstate 'PT409'
                    then
                        return query
                        select
                            case when v_read.is_anomaly then 'anomaly' else 'threshold' end,
                            v_id,
                            null::jsonb,
                            null::float8,
                            null::bigint,
                            null::integer,
                            null::boolean,
                            sqlerrm;
                end;
            end loop;
        end loop;
    end loop;
end
$$;

comment on function perf_internal.read_threshold_samples is
    'The values of all enabled thresholds, or of these, before as_of, and how bad they are: one row for each group of each threshold. level: 0 ok, 1 warning, 2 critical, null where there is no data and nothing changes. is_recovered: whether the value is on the good side of the recovery threshold. A threshold that cannot be read has one row, without labels and level, whose problem says why: nothing is known of its series. Error 22023: no time.';

revoke execute on function perf_internal.read_threshold_samples from public;
grant execute on function perf_internal.read_threshold_samples
    to authenticated, service_role, perf_admin, perf_analyst;

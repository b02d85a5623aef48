create or replace function perf_internal.measure_guard(
    model_type text,
    metric text,
    start_time timestamptz,
    end_time timestamptz,
    out value double precision,
    out call_count bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select m.value, m.call_count
    from perf_internal.measure_calls(array(
        select s.metrics
        from perf_internal.summarize_type_calls(
            measure_guard.model_type, measure_guard.start_time, measure_guard.end_time
        ) as s
        where (s.metrics).call_count > 0
    )) as m
    where m.metric = measure_guard.metric;
$$;

comment on function perf_internal.measure_guard is
    'One metric of a model type over a range, and the calls that it is of.';

revoke execute on function perf_internal.measure_guard from public;

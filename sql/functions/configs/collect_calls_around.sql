create or replace function perf_internal.collect_calls_around(
    activation perf.model_config_activations,
    time_window interval,
    is_before boolean,
    as_of timestamptz,
    out buckets perf_internal.performance_metrics[],
    out covered_from timestamptz,
    out covered_until timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_from timestamptz := (collect_calls_around.activation).active_from;
    v_until timestamptz;
begin
    if collect_calls_around.time_window is null
        or collect_calls_around.time_window not between '1 minute' and '10 years'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'time_window must be between 1 minute and 10 years, got %s',
                coalesce(collect_calls_around.time_window::text, 'null')
            );
    end if;
    if collect_calls_around.is_before then
        v_until := v_from;
        v_from := greatest(
            v_until - collect_calls_around.time_window,
            (
                select max(a.active_from)
                from perf.model_config_activations as a
                where a.model_type = (collect_calls_around.activation).model_type
                    and a.active_from < v_until
            )
        );
    else
        v_until := least(
            v_from + collect_calls_around.time_window,
            (collect_calls_around.activation).active_until,
            collect_calls_around.as_of
        );
    end if;
    select
        array_agg(s.metrics) filter (where (s.metrics).call_count > 0),
        min(s.covered_from),
        max(s.covered_until)
    into buckets, covered_from, covered_until
    from perf_internal.summarize_type_calls(
        (collect_calls_around.activation).model_type, v_from, v_until
    ) as s;
end
$$;

comment on function perf_internal.collect_calls_around is
    'The calls of the type of an activation under the one before it, or under itself, no longer than time_window; and the time that they cover.';

revoke execute on function perf_internal.collect_calls_around from public;
grant execute on function perf_internal.collect_calls_around
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf_internal.measure_calls(
    buckets perf_internal.performance_metrics[],
    confidence double precision default 0.95
)
returns table (
    metric text,
    value double precision,
    low double precision,
    high double precision,
    call_count bigint
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_sum perf_internal.performance_metrics := (
        select perf_internal.sum_metrics(b) from unnest(measure_calls.buckets) as b
    );
    v_metric record;
    v_sketch bigint[];
    v_totals double precision[];
    v_counts bigint[];
begin
    for v_metric in select m.* from perf_internal.get_config_metrics() as m loop
        metric := v_metric.metric;
        value := null;
        low := null;
        high := null;
        if metric = 'error_rate' then
            call_count := coalesce(v_sum.call_count, 0);
            value := v_sum.error_count / nullif(call_count, 0)::float8;
            select w.low, w.high
            into low, high
            from perf.get_wilson_interval(
                v_sum.error_count, v_sum.call_count, measure_calls.confidence
            ) as w;
        elsif v_metric.percentile is not null then
            v_sketch := case
                when metric like '%first_token%' then v_sum.success_first_token_sketch
                else v_sum.success_response_time_sketch
            end;
            call_count := coalesce(v_sketch[array_upper(v_sketch, 1)], 0);
            value := (perf.get_sketch_percentiles(v_sketch, array[v_metric.percentile]))[1];
            if metric like '%response_time' then
                value := least(
                    greatest(value, v_sum.min_response_time), v_sum.max_response_time
                );
            end if;
            select i.low, i.high
            into low, high
            from perf.get_sketch_interval(
                v_sketch, v_metric.percentile, measure_calls.confidence
            ) as i;
        else
            select
                array_agg(case metric
                    when 'avg_input_tokens' then b.total_input_tokens
                    else b.total_output_tokens
                end),
                array_agg(case metric
                    when 'avg_input_tokens' then b.input_token_calls
                    else b.output_token_calls
                end)
            into v_totals, v_counts
            from unnest(measure_calls.buckets) as b;
            select coalesce(sum(c), 0) into call_count from unnest(v_counts) as c;
            select sum(t) / nullif(call_count, 0) into value from unnest(v_totals) as t;
            select i.low, i.high
            into low, high
            from perf.get_mean_interval(v_totals, v_counts, measure_calls.confidence) as i;
        end if;
        return next;
    end loop;
end
$$;

comment on function perf_internal.measure_calls is
    'Every metric of get_config_metrics() over buckets of calls, with its confidence interval and the calls that it is of; null where there are too few.';

revoke execute on function perf_internal.measure_calls from public;
grant execute on function perf_internal.measure_calls
    to authenticated, service_role, perf_admin, perf_analyst;

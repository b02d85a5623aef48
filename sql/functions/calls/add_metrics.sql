create or replace function perf_internal.add_metrics(
    a perf_internal.performance_metrics,
    b perf_internal.performance_metrics
)
returns perf_internal.performance_metrics
language plpgsql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
begin
    a.call_count := a.call_count + b.call_count;
    a.success_count := a.success_count + b.success_count;
    a.error_count := a.error_count + b.error_count;
    a.min_response_time := least(a.min_response_time, b.min_response_time);
    a.max_response_time := greatest(a.max_response_time, b.max_response_time);
    a.total_input_tokens := coalesce(
        a.total_input_tokens + b.total_input_tokens, a.total_input_tokens, b.total_input_tokens
    );
    a.total_output_tokens := coalesce(
        a.total_output_tokens + b.total_output_tokens, a.total_output_tokens, b.total_output_tokens
    );
    a.sum_response_time := a.sum_response_time + b.sum_response_time;
    a.input_token_calls := a.input_token_calls + b.input_token_calls;
    a.output_token_calls := a.output_token_calls + b.output_token_calls;
    if b.success_count > 0 then
        a.success_response_time_sketch := perf.add_sketches(
            a.success_response_time_sketch, b.success_response_time_sketch
        );
    end if;
    if b.success_first_token_sketch is not null then
        a.success_first_token_sketch := perf.add_sketches(
            a.success_first_token_sketch, b.success_first_token_sketch
        );
    end if;
    if b.error_count > 0 then
        a.error_sum_response_time :=
            coalesce(a.error_sum_response_time, 0) + b.error_sum_response_time;
        a.error_min_response_time :=
            least(a.error_min_response_time, b.error_min_response_time);
        a.error_max_response_time :=
            greatest(a.error_max_response_time, b.error_max_response_time);
        a.error_total_input_tokens := coalesce(
            a.error_total_input_tokens + b.error_total_input_tokens,
            a.error_total_input_tokens,
            b.error_total_input_tokens
        );
        a.error_total_output_tokens := coalesce(
            a.error_total_output_tokens + b.error_total_output_tokens,
            a.error_total_output_tokens,
            b.error_total_output_tokens
        );
        a.error_response_time_sketch := perf.add_sketches(
            a.error_response_time_sketch, b.error_response_time_sketch
        );
    end if;
    if b.error_first_token_sketch is not null then
        a.error_first_token_sketch := perf.add_sketches(
            a.error_first_token_sketch, b.error_first_token_sketch
        );
    end if;
    return a;
end
$$;

comment on function perf_internal.add_metrics is
    'What two rollup rows measure together; granularity, time_bucket, averages and percentiles stay those of a.';

revoke execute on function perf_internal.add_metrics from public;
grant execute on function perf_internal.add_metrics
    to authenticated, service_role, perf_admin, perf_analyst;

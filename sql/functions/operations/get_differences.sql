create or replace function perf_internal.get_differences(
    a perf_internal.performance_metrics,
    b perf_internal.performance_metrics
)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(d.measure order by d.measure), '{}')
    from (
        values
            ('calls', a.call_count is distinct from b.call_count),
            ('successes', a.success_count is distinct from b.success_count),
            ('errors', a.error_count is distinct from b.error_count),
            (
                'response times',
                -- The order of a sum changes its last digits.
                abs(a.sum_response_time - b.sum_response_time)
                    > 1e-9 * greatest(a.sum_response_time, b.sum_response_time)
                or coalesce(
                    abs(a.error_sum_response_time - b.error_sum_response_time)
                        > 1e-9 * greatest(a.error_sum_response_time, b.error_sum_response_time),
                    num_nulls(a.error_sum_response_time, b.error_sum_response_time) = 1
                )
                or a.min_response_time is distinct from b.min_response_time
                or a.max_response_time is distinct from b.max_response_time
                or a.error_min_response_time is distinct from b.error_min_response_time
                or a.error_max_response_time is distinct from b.error_max_response_time
                or a.success_response_time_sketch is distinct from b.success_response_time_sketch
                or a.error_response_time_sketch is distinct from b.error_response_time_sketch
            ),
            (
                'first tokens',
                a.success_first_token_sketch is distinct from b.success_first_token_sketch
                or a.error_first_token_sketch is distinct from b.error_first_token_sketch
            ),
            (
                'tokens',
                a.total_input_tokens is distinct from b.total_input_tokens
                or a.total_output_tokens is distinct from b.total_output_tokens
                or a.error_total_input_tokens is distinct from b.error_total_input_tokens
                or a.error_total_output_tokens is distinct from b.error_total_output_tokens
                or a.input_token_calls is distinct from b.input_token_calls
                or a.output_token_calls is distinct from b.output_token_calls
            )
    ) as d (measure, differs)
    where d.differs;
$$;

comment on function perf_internal.get_differences is
    'Which measures of two rollup rows differ; percentiles, which follow from the sketches, are not compared.';

revoke execute on function perf_internal.get_differences from public;
grant execute on function perf_internal.get_differences
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf_internal.filter_outcome(
    m perf_internal.performance_metrics,
    outcome text
)
returns perf_internal.performance_metrics
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ends double precision[];
begin
    if filter_outcome.outcome = 'all' then
        return m;
    elsif filter_outcome.outcome = 'error' then
        m.call_count := m.error_count;
        m.success_count := 0;
        m.sum_response_time := m.error_sum_response_time;
        m.min_response_time := m.error_min_response_time;
        m.max_response_time := m.error_max_response_time;
        m.total_input_tokens := m.error_total_input_tokens;
        m.total_output_tokens := m.error_total_output_tokens;
        m.success_response_time_sketch := null;
        m.success_first_token_sketch := null;
    else
        -- Which extreme a failed call has is known, what the next one was is in the sketch.
        if m.success_count = 0 then
            m.min_response_time := null;
            m.max_response_time := null;
        elsif m.error_count > 0 then
            v_ends := perf.get_sketch_percentiles(m.success_response_time_sketch, '{0,1}');
            if m.min_response_time = m.error_min_response_time then
                m.min_response_time := greatest(v_ends[1], m.min_response_time);
            end if;
            if m.max_response_time = m.error_max_response_time then
                m.max_response_time := least(v_ends[2], m.max_response_time);
            end if;
        end if;
        m.call_count := m.success_count;
        m.error_count := 0;
        m.sum_response_time := m.sum_response_time - coalesce(m.error_sum_response_time, 0);
        -- Nothing left over means that only failed calls reported tokens.
        m.total_input_tokens := case
            when m.error_total_input_tokens is null then m.total_input_tokens
            else nullif(m.total_input_tokens - m.error_total_input_tokens, 0)
        end;
        m.total_output_tokens := case
            when m.error_total_output_tokens is null then m.total_output_tokens
            else nullif(m.total_output_tokens - m.error_total_output_tokens, 0)
        end;
        m.error_sum_response_time := null;
        m.error_min_response_time := null;
        m.error_max_response_time := null;
        m.error_total_input_tokens := null;
        m.error_total_output_tokens := null;
        m.error_response_time_sketch := null;
        m.error_first_token_sketch := null;
    end if;
    return m;
end
$$;

comment on function perf_internal.filter_outcome is
    'A rollup row as if only its successful or only its failed calls had been made (outcome: all, success, error).';

revoke execute on function perf_internal.filter_outcome from public;
grant execute on function perf_internal.filter_outcome
    to authenticated, service_role, perf_admin, perf_analyst;

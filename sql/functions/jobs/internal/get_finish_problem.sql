create or replace function perf_internal.get_finish_problem(
    started_at timestamptz,
    completed_at timestamptz,
    result jsonb
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    f_started_at alias for started_at;
    f_completed_at alias for completed_at;
begin
    return case
        when f_completed_at < '1970-01-01 00:00+00'
            or f_completed_at > now() + interval '1 day'
            then 'completed_at must be between 1970 and tomorrow, got ' || f_completed_at
        when f_started_at < '1970-01-01 00:00+00'
            or f_started_at > f_completed_at
            then format(
                'started_at must be between 1970 and completed_at, got %s', f_started_at
            )
        when get_finish_problem.result is not null
            then perf_internal.get_result_problem(get_finish_problem.result)
    end;
end
$$;

comment on function perf_internal.get_finish_problem is
    'What is wrong with the times and the result of a job that is over, naming what and its value; null if nothing is.';

revoke execute on function perf_internal.get_finish_problem from public;

-- The last days come from rollups and pending rows, because the log is as old as its last run. The
-- day before the last day of the log too: the log may have been written before that day was over.
create or replace function perf_internal.read_model_log(
    start_date date,
    end_date date,
    model_type text default null
)
returns setof perf.model_performance_logs
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_fresh_from date := greatest(
        read_model_log.start_date,
        perf_internal.get_daily_from(),
        (select max(l.date) - 1 from perf.model_performance_logs as l)
    );
begin
    perform perf_internal.check_date_range(read_model_log.start_date, read_model_log.end_date);
    return query
    select l.*
    from perf.model_performance_logs as l
    where l.date >= read_model_log.start_date
        and l.date < least(read_model_log.end_date, v_fresh_from)
        and (read_model_log.model_type is null or l.model_type = read_model_log.model_type);
    if v_fresh_from < read_model_log.end_date then
        return query
        select r.*
        from perf_internal.read_generations(
            v_fresh_from, read_model_log.end_date, model_type => read_model_log.model_type
        ) as r;
    end if;
end
$$;

comment on function perf_internal.read_model_log is
    'The daily log of a range of days, of one model type or all. Its last two days and what follows are computed from rollups and from rows that no run has read yet, so they are as they are now, also when the schedule is dead; these have no id, created_at or updated_at. Error 22023: bad range.';

revoke execute on function perf_internal.read_model_log from public;
grant execute on function perf_internal.read_model_log
    to authenticated, service_role, perf_admin, perf_analyst;

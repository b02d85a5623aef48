-- security definer: no API role may write the log; the caller is checked first.
--
-- Without dates it compares the number of jobs and of calls by week, because a week is one rollup
-- row where seven days are seven. It computes the days of the weeks that differ. So it finds late
-- jobs of any day, and a run without them reads the weeks and the last days only.
create or replace function perf_internal.aggregate_model_performance_logs(
    start_date date,
    end_date date,
    as_of timestamptz
)
returns table (new_rows bigint, changed_rows bigint, removed_rows bigint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_start date := coalesce(aggregate_model_performance_logs.start_date, '0001-01-01');
    v_end date;
    v_days datemultirange;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(aggregate_model_performance_logs.as_of);
    v_end := coalesce(
        aggregate_model_performance_logs.end_date,
        greatest(
            v_start, (aggregate_model_performance_logs.as_of at time zone 'UTC')::date + 1
        )
    );
    perform perf_internal.check_date_range(v_start, v_end);
    -- One run at a time; readers do not wait. The statements below see what was committed before.
    lock table perf.model_performance_logs in share row exclusive mode;
    if aggregate_model_performance_logs.start_date is not null
        or aggregate_model_performance_logs.end_date is not null
    then
        v_days := datemultirange(daterange(v_start, v_end));
    else
        v_days := (
            select range_agg(daterange(week, week + 7))
            from (
                select r.model_type::text as model_type, r.date as week, r.job_count, r.call_count
                from perf_internal.read_generations(
                    v_start, v_end, 'weekly', has_only_counts => true
                ) as r
            ) as r
            full join (
                select
                    l.model_type::text as model_type,
                    date_trunc('week', l.date::timestamp)::date as week,
                    sum(l.job_count) as job_count,
                    sum(l.call_count) as call_count
                from perf.model_performance_logs as l
                group by 1, 2
            ) as l using (model_type, week)
            where r.job_count is distinct from l.job_count
                or r.call_count is distinct from l.call_count
        );
    end if;
    v_days := coalesce(v_days, '{}')
        * datemultirange(
            daterange(least(greatest(v_start, perf_internal.get_daily_from()), v_end), v_end)
        );
    return query
    with computed as (
        select r.*
        from unnest(v_days) as d (days)
        cross join lateral perf_internal.read_generations(lower(d.days), upper(d.days)) as r
    ),
    removed as (
        delete from perf.model_performance_logs as l
        where l.date <@ v_days
            and not exists (
                select 1
                from computed as c
                where c.model_type = l.model_type
                    and c.date = l.date
            )
        returning l.id
    ),
    written as (
        insert into perf.model_performance_logs as l (
            model_type, date, total_generations, successful_generations, failed_generations,
            avg_generation_time_ms, avg_quality_rating, total_processing_time_ms,
            created_at, updated_at, job_count, call_count, timed_generations, rated_generations
        )
        select
            c.model_type,
            c.date,
            c.total_generations,
            c.successful_generations,
            c.failed_generations,
            c.avg_generation_time_ms,
            c.avg_quality_rating,
            c.total_processing_time_ms,
            aggregate_model_performance_logs.as_of,
            aggregate_model_performance_logs.as_of,
            c.job_count,
            c.call_count,
            c.timed_generations,
            c.rated_generations
        from computed as c
        on conflict (model_type, date) do update
        set total_generations = excluded.total_generations,
            successful_generations = excluded.successful_generations,
            failed_generations = excluded.failed_generations,
            avg_generation_time_ms = excluded.avg_generation_time_ms,
            avg_quality_rating = excluded.avg_quality_rating,
            total_processing_time_ms = excluded.total_processing_time_ms,
            job_count = excluded.job_count,
            call_count = excluded.call_count,
            timed_generations = excluded.timed_generations,
            rated_generations = excluded.rated_generations,
            updated_at = excluded.updated_at
        where (
            l.total_generations, l.successful_generations, l.avg_generation_time_ms,
            l.avg_quality_rating, l.total_processing_time_ms, l.job_count, l.timed_generations,
            l.rated_generations
        ) is distinct from (
            excluded.total_generations, excluded.successful_generations,
            excluded.avg_generation_time_ms, excluded.avg_quality_rating,
            excluded.total_processing_time_ms, excluded.job_count, excluded.timed_generations,
            excluded.rated_generations
        )
        -- A row that was there has a deleted version, whose xmax is not 0.
        returning l.xmax = 0 as is_new
    )
    select
        count(*) filter (where w.is_new),
        count(*) filter (where not w.is_new),
        (select count(*) from removed)
    from written as w;
end
$$;

comment on function perf_internal.aggregate_model_performance_logs is 'Does the work of perf.aggregate_model_performance_logs().';

revoke execute on function perf_internal.aggregate_model_performance_logs from public;
grant execute on function perf_internal.aggregate_model_performance_logs
    to authenticated, service_role, perf_admin;

-- Buckets before the range are read too, so that the first moving averages are as wide as the others.
create or replace function perf.get_quality_trends(
    score_name text,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    granularity text default 'daily',
    workflow_id bigint default null,
    moving_average integer default 7,
    max_rows integer default 1000,
    time_zone text default 'UTC'
)
returns table (
    time_bucket timestamptz,
    job_count bigint,
    average double precision,
    average_low double precision,
    average_high double precision,
    deviation double precision,
    moving_average_value double precision,
    moving_job_count bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_granularity text;
    v_metric text;
    v_before interval;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    v_granularity := perf_internal.get_granularity(get_quality_trends.granularity);
    perform perf_internal.check_time_range(
        get_quality_trends.start_time, get_quality_trends.end_time
    );
    perform perf_internal.check_max_rows(get_quality_trends.max_rows);
    perform perf_internal.check_time_zone(get_quality_trends.time_zone);
    if get_quality_trends.moving_average between 1 and 1000 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'moving_average must be between 1 and 1000 buckets, got '
                || coalesce(get_quality_trends.moving_average::text, 'null');
    end if;
    if get_quality_trends.workflow_id is not null then
        perform perf_internal.get_workflow_name(get_quality_trends.workflow_id);
    end if;
    v_metric := perf_internal.get_score_metric(get_quality_trends.score_name);
    v_before := (get_quality_trends.moving_average - 1) * case v_granularity
        when 'hourly' then interval '1 hour'
        when 'daily' then interval '1 day'
        when 'weekly' then interval '7 days'
        else interval '1 month'
    end;
    return query
    select
        w.time_bucket,
        w.count,
        w.sum / w.count,
        i.low,
        i.high,
        sqrt(w.m2 / nullif(w.count - 1, 0)),
        w.moving_sum / w.moving_count,
        w.moving_count
    from (
        select
            q.*,
            sum(q.sum) over moving as moving_sum,
            (sum(q.count) over moving)::bigint as moving_count
        from (
            select
                r.*,
                -- By the clock of the zone all days are as long, and hours by that of UTC.
                case
                    when v_granularity = 'hourly' then timezone('UTC', r.time_bucket)
                    else date_trunc(
                        'day', timezone(get_quality_trends.time_zone, r.time_bucket)
                    )
                end as bucket_time
            from perf_internal.read_job_metrics(
                array[v_metric],
                array(
                    select k.id
                    from perf_internal.get_job_kinds(
                        nullif(array[get_quality_trends.workflow_id], array[null::bigint])
                    ) as k
                ),
                timezone(
                    get_quality_trends.time_zone,
                    timezone(get_quality_trends.time_zone, get_quality_trends.start_time)
                        - v_before
                ),
                get_quality_trends.end_time,
                granularity => v_granularity,
                sketched_metrics => '{}',
                time_zone => get_quality_trends.time_zone
            ) as r
        ) as q
        window moving as (order by q.bucket_time range between v_before preceding and current row)
    ) as w
    cross join lateral perf.get_mean_interval(w.count, w.sum / w.count, w.m2) as i
    where w.time_bucket >= get_quality_trends.start_time
    order by 1
    limit get_quality_trends.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(
        get_quality_trends.max_rows, v_row_count, v_granularity
    );
end
$$;

comment on function perf.get_quality_trends is
    'A quality score of successful jobs by hour, day, week (from Monday) or calendar month (granularity: hourly, daily, weekly, monthly), for the buckets that start in the range and have the score; of all jobs or of a workflow. score_name is the key of the score, for example likeness, or quality_rating. average_low and average_high are the 95 % interval of the average, null for fewer than 5 jobs. moving_average_value is the average of all jobs of the bucket and of the moving_average - 1 buckets of time before it, so a gap does not move it and a bucket with few jobs weighs little; moving_job_count is their number. It counts jobs before the range too. A day, week or month of time_zone (UTC, or a name such as Asia/Kolkata) is the hours of UTC that start in it, and time_bucket is the first of them. Errors: 22023 bad argument, or more than max_rows (at most 100000) buckets, 42501 not an analyst, PT404 no such score, which names those that exist, or no such workflow.';

revoke execute on function perf.get_quality_trends from public;
grant execute on function perf.get_quality_trends
    to authenticated, service_role, perf_admin, perf_analyst;

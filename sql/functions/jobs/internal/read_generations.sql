-- Jobs and calls are on one floor, so calls are known here by their label only.
create or replace function perf_internal.read_generations(
    start_date date,
    end_date date,
    granularity text default 'daily',
    model_type text default null,
    has_only_counts boolean default false
)
returns setof perf.model_performance_logs
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select
        null::uuid,
        g.model_type::varchar(20),
        g.date,
        g.job_count + g.call_count,
        g.job_count + g.call_count - g.failed_count,
        g.failed_count,
        round((g.successful_time / nullif(g.timed_count, 0))::numeric)::bigint,
        -- A sum of floating point numbers depends on their order in its last digits.
        round((g.rating_sum / nullif(g.rated_count, 0))::numeric, 6)::float8,
        round(g.total_time::numeric)::bigint,
        null::timestamptz,
        null::timestamptz,
        g.job_count,
        g.call_count,
        g.timed_count,
        g.rated_count
    from (
        select
            s.model_types[r.group_number] as model_type,
            (r.time_bucket at time zone 'UTC')::date as date,
            coalesce(sum(r.count) filter (where r.metric = 'jobs'), 0)::bigint as job_count,
            coalesce(sum(r.count) filter (where r.metric = 'response_time_ms'), 0)::bigint
                as call_count,
            coalesce(
                sum(r.count) filter (
                    where r.metric in ('failed_jobs', 'failed_response_time_ms')
                ),
                0
            )::bigint as failed_count,
            coalesce(
                sum(r.count) filter (
                    where r.metric in (
                        'successful_total_wall_time_ms', 'successful_response_time_ms'
                    )
                ),
                0
            )::bigint as timed_count,
            sum(r.sum) filter (
                where r.metric in ('successful_total_wall_time_ms', 'successful_response_time_ms')
            ) as successful_time,
            sum(r.sum) filter (where r.metric in ('total_wall_time_ms', 'response_time_ms'))
                as total_time,
            coalesce(sum(r.count) filter (where r.metric = 'successful_quality_rating'), 0)::bigint
                as rated_count,
            sum(r.sum) filter (where r.metric = 'successful_quality_rating') as rating_sum
        from (
            values
                (
                    'jobs',
                    'jobs',
                    '{jobs,failed_jobs,total_wall_time_ms,successful_total_wall_time_ms,
                        successful_quality_rating}'::text[]
                ),
                (
                    'calls',
                    'response_time_ms',
                    '{response_time_ms,failed_response_time_ms,successful_response_time_ms}'
                )
        ) as p (pipeline, counted_metric, metrics)
        cross join lateral (
            select
                coalesce(array_agg(k.series_id), '{}') as series_ids,
                coalesce(array_agg(k.group_number), '{}') as group_numbers,
                array_agg(distinct k.model_type order by k.model_type) as model_types
            from (
                select
                    l.series_id,
                    l.group_labels ->> 'model_type' as model_type,
                    dense_rank() over (order by l.group_labels ->> 'model_type')::integer
                        as group_number
                from perf_internal.get_series(
                    p.pipeline,
                    jsonb_strip_nulls(
                        jsonb_build_object('model_type', read_generations.model_type)
                    ),
                    '{model_type}'
                ) as l
                where l.group_labels ->> 'model_type' is not null
            ) as k
        ) as s
        cross join lateral perf_internal.read_metrics(
            p.pipeline,
            case
                when read_generations.has_only_counts then array[p.counted_metric] else p.metrics
            end,
            s.series_ids,
            read_generations.start_date::timestamp at time zone 'UTC',
            read_generations.end_date::timestamp at time zone 'UTC',
            granularity => read_generations.granularity,
            group_numbers => s.group_numbers,
            sketched_metrics => '{}'
        ) as r
        group by 1, 2
    ) as g
    where g.job_count + g.call_count > 0;
end
$$;

comment on function perf_internal.read_generations is
    'Generations (jobs and calls) of each model type by day or week that starts in a range: a row of the daily log as it is now, of rollups and of rows that no run has read yet. Times and ratings are of successful generations, total_processing_time_ms is of all. With has_only_counts just job_count and call_count are right, which takes less time.';

revoke execute on function perf_internal.read_generations from public;
grant execute on function perf_internal.read_generations
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.get_quality_distribution(
    score_name text,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    workflow_id bigint default null,
    bucket_count integer default 20,
    max_rows integer default 1000
)
returns table (
    workflow text,
    bucket_start double precision,
    bucket_end double precision,
    job_count bigint,
    share double precision,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_metric text;
    v_series_ids uuid[];
    v_workflow_ids bigint[];
    v_group_numbers integer[];
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_quality_distribution.max_rows);
    perform perf_internal.check_time_range(
        get_quality_distribution.start_time, get_quality_distribution.end_time
    );
    perform perf_internal.check_bucket_count(get_quality_distribution.bucket_count);
    if get_quality_distribution.workflow_id is not null then
        perform perf_internal.get_workflow_name(get_quality_distribution.workflow_id);
    end if;
    v_metric := perf_internal.get_score_metric(get_quality_distribution.score_name);
    select
        array_agg(k.id),
        array_agg(k.group_number),
        array_agg(distinct k.workflow_id order by k.workflow_id)
    into v_series_ids, v_group_numbers, v_workflow_ids
    from (
        select
            k.id,
            k.workflow_id,
            dense_rank() over (order by k.workflow_id)::integer as group_number
        from perf_internal.get_job_kinds(
            nullif(array[get_quality_distribution.workflow_id], array[null::bigint])
        ) as k
    ) as k;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', get_quality_distribution.start_time, get_quality_distribution.end_time
    ) as c;
    return query
    select
        f.name,
        h.bucket_from,
        h.bucket_until,
        h.value_count,
        h.value_count / x.count::float8,
        v_cover.range_start,
        v_cover.range_end
    from (
        select r.*, min(r.min) over () as lowest, max(r.max) over () as highest
        from perf_internal.read_metrics(
            'jobs',
            array[v_metric],
            v_series_ids,
            get_quality_distribution.start_time,
            get_quality_distribution.end_time,
            group_numbers => v_group_numbers
        ) as r
    ) as x
    join perf.workflows as f on f.id = v_workflow_ids[x.group_number]
    -- The same buckets for all, so that workflows can be laid over each other.
    cross join lateral perf_internal.get_sketch_histogram(
        x.sketch, x.count, x.lowest, x.highest, get_quality_distribution.bucket_count
    ) as h
    order by f.name, h.bucket_from;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_quality_distribution.max_rows, v_row_count);
end
$$;

comment on function perf.get_quality_distribution is
    'Histogram of a quality score of successful jobs of each workflow, or of one, over the hours that start in a range: bucket_count buckets of equal width from the lowest to the highest score, the same for all workflows, also the empty ones. There are fewer where they would be narrower than 1 % of the score farthest from 0, for scores are known by 1 %, and one where all scores are equal. score_name is the key of the score, for example likeness, or quality_rating. share is of the jobs of the workflow that have the score. A job near the edge of a bucket may count in the next one, because scores are known within 0.5 %; so are the lowest and the highest where a failed job is as low or as high. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 no such score, which names those that exist, or no such workflow.';

revoke execute on function perf.get_quality_distribution from public;
grant execute on function perf.get_quality_distribution
    to authenticated, service_role, perf_admin, perf_analyst;

-- Rollups do not know which job had which parameter, so this reads raw rows. The sample is drawn by
-- a hash of the job's id: as good as at random, and the same each time.
create or replace function perf.get_parameter_correlation(
    parameter text,
    score_name text,
    start_time timestamptz default now() - interval '30 days',
    end_time timestamptz default now(),
    workflow_id bigint default null,
    max_points integer default 1000,
    confidence double precision default 0.95
)
returns table (
    job_count bigint,
    not_numeric bigint,
    pearson double precision,
    pearson_low double precision,
    pearson_high double precision,
    spearman double precision,
    spearman_low double precision,
    spearman_high double precision,
    note text,
    points jsonb,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_path text[] := string_to_array(get_parameter_correlation.parameter, '.');
    v_start timestamptz;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_given('parameter', get_parameter_correlation.parameter);
    perform perf_internal.check_given('confidence', get_parameter_correlation.confidence::text);
    perform perf_internal.check_time_range(
        get_parameter_correlation.start_time, get_parameter_correlation.end_time
    );
    if get_parameter_correlation.max_points between 0 and 10000 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'max_points must be between 0 and 10000, got '
                || coalesce(get_parameter_correlation.max_points::text, 'null');
    end if;
    if get_parameter_correlation.workflow_id is not null then
        perform perf_internal.get_workflow_name(get_parameter_correlation.workflow_id);
    end if;
    perform perf_internal.get_score_metric(get_parameter_correlation.score_name);
    -- Refuses a confidence that is none.
    perform perf_internal.get_correlation_interval(
        4, 0, confidence => get_parameter_correlation.confidence
    );
    select greatest(get_parameter_correlation.start_time, max(x.range_end))
    into v_start
    from perf_internal.dropped_ranges as x
    where x.pipeline = 'jobs'
        and x.range_start < get_parameter_correlation.end_time;
    v_start := least(v_start, get_parameter_correlation.end_time);
    return query
    -- First, because raw rows may be on other machines than the jobs.
    with scored as materialized (
        select r.job_id, r.quality_scores_json as scores
        from perf.performance_metrics as r
        where r.created_at >= v_start
            and r.created_at < get_parameter_correlation.end_time
            and not r.failed
            and (
                get_parameter_correlation.workflow_id is null
                or r.workflow_id = get_parameter_correlation.workflow_id
            )
            and r.quality_scores_json is not null
    ),
    measured as (
        select r.job_id, p.value, perf_internal.get_float(p.value) as x, s.y
        from scored as r
        join perf.jobs as j on j.id = r.job_id
        cross join lateral (
            select coalesce(
                j.parameters -> get_parameter_correlation.parameter, j.parameters #> v_path
            ) as value
        ) as p
        cross join lateral (
            select case
                when get_parameter_correlation.score_name = 'quality_rating'
                then (
                    select m.value
                    from unnest(perf_internal.get_job_measures(r.scores, null)) as m
                    where m.name = 'quality_rating'
                )
                else perf_internal.get_float(r.scores -> get_parameter_correlation.score_name)
            end as y
        ) as s
        where jsonb_typeof(p.value) <> 'null'
            and s.y is not null
    ),
    -- Equal values share the mean of their ranks.
    ranked as (
        select
            m.*,
            rank() over (order by m.x) + (count(*) over (partition by m.x) - 1) / 2.0::float8
                as x_rank,
            rank() over (order by m.y) + (count(*) over (partition by m.y) - 1) / 2.0::float8
                as y_rank,
            row_number() over (order by hashint8extended(m.job_id, 0), m.job_id) as draw
        from measured as m
        where m.x is not null
    ),
    correlated as (
        select
            count(*) as pair_count,
            count(*) < 4 as is_small,
            min(r.x) = max(r.x) as has_one_x,
            min(r.y) = max(r.y) as has_one_y,
            greatest(least(corr(r.y, r.x), 1), -1) as pearson,
            greatest(least(corr(r.y_rank, r.x_rank), 1), -1) as spearman,
            jsonb_agg(jsonb_build_array(r.x, r.y) order by r.x, r.y, r.draw)
                filter (where r.draw <= get_parameter_correlation.max_points) as points
        from ranked as r
    )
    select
        c.pair_count,
        (select count(*) from measured as m where m.x is null),
        k.pearson,
        p.low,
        p.high,
        k.spearman,
        s.low,
        s.high,
        case
            when c.is_small then 'Fewer than 4 jobs have both the parameter and the score.'
            when c.has_one_x then 'All jobs have the same value of the parameter.'
            when c.has_one_y then 'All jobs have the same score.'
        end,
        coalesce(c.points, '[]'),
        v_start,
        get_parameter_correlation.end_time
    from correlated as c
    -- The correlation of a constant is none, but rounding may make it look like one.
    cross join lateral (
        select
            case when not (c.is_small or c.has_one_x or c.has_one_y) then c.pearson end as pearson,
            case when not (c.is_small or c.has_one_x or c.has_one_y) then c.spearman end as spearman
    ) as k
    cross join lateral perf_internal.get_correlation_interval(
        c.pair_count, k.pearson, confidence => get_parameter_correlation.confidence
    ) as p
    cross join lateral perf_internal.get_correlation_interval(
        c.pair_count,
        k.spearman,
        is_of_ranks => true,
        confidence => get_parameter_correlation.confidence
    ) as s;
end
$$;

comment on function perf.get_parameter_correlation is
    'Whether a numeric parameter of jobs goes with a quality score: Pearson''s correlation (of values) and Spearman''s (of ranks, equal values share their mean rank), each with its interval (Fisher; Bonett and Wright for ranks), and points [parameter, score] for a scatter plot. parameter is a key of perf.jobs.parameters, or a path such as sampler.steps; score_name is the key of a score, or quality_rating. Of single successful jobs that ended in the range, of all or of a workflow, that have both. not_numeric counts jobs with the score whose parameter is not a number, or one beyond 1e100; they are left out. Of more than max_points jobs the points are those with the lowest hash of their id: each job has the same chance, and the same jobs are drawn each time; the correlations are of all. They are null with a note for fewer than 4 jobs or where one side is constant. A correlation over several workflows may only show that the workflows differ. range_start is later than start_time where retention has removed single jobs (90 days unless perf.retention says otherwise). Errors: 22023 bad argument, 42501 not an analyst, PT404 no such score, which names those that exist, or no such workflow.';

revoke execute on function perf.get_parameter_correlation from public;
grant execute on function perf.get_parameter_correlation
    to authenticated, service_role, perf_admin, perf_analyst;

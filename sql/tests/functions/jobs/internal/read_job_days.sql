begin;
select plan(8);

set local timezone = 'UTC';

insert into perf.workflows (name) values ('first'), ('second'), ('idle');
insert into perf.workers (name, hardware) values ('w1', 'RTX 4090'), ('w2', null), ('w3', null);

create function pg_temp.id(text) returns bigint language sql as
    'select x.id
    from (
        select f.id, f.name from perf.workflows as f
        union all
        select w.id, w.name from perf.workers as w
    ) as x
    where x.name = $1';

-- Jobs of these wall times (ms), all on one day unless said otherwise.
create function pg_temp.add_jobs(
    workflow text,
    worker text,
    times bigint[],
    day timestamptz default '2020-01-06 10:00+00',
    has_failed boolean default false,
    scores float8[] default null,
    tier text default '1080p'
)
returns void
language sql
as $$
    insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier, model_type)
    values (pg_temp.id(workflow), pg_temp.id(worker), tier, 'wan')
    on conflict do nothing;
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, worker_id, total_wall_time_ms, failed,
        resolution_tier, model_type, quality_scores_json
    )
    select k.id, day, 1, k.workflow_id, k.worker_id, u.ms, has_failed, k.resolution_tier,
        k.model_type, jsonb_build_object('likeness', u.score)
    from perf_internal.job_kinds as k
    cross join unnest(times, scores) as u (ms, score)
    where k.workflow_id = pg_temp.id(workflow)
        and k.worker_id = pg_temp.id(worker)
        and k.resolution_tier = tier;
$$;

create function pg_temp.series()
returns uuid[]
language sql
as $$
    select array_agg(k.id order by w.name)
    from perf_internal.job_kinds as k
    join perf.workers as w on w.id = k.worker_id
$$;

-- 2020-01-06 is a Monday, so the whole week from 2020-01-13 is one bucket where it can be.
do $$
begin
    perform pg_temp.add_jobs('first', 'w1', '{10,30}', day => '2020-01-12 05:00+00');
    perform pg_temp.add_jobs('first', 'w1', '{50}', day => '2020-01-12 06:00+00');
    perform pg_temp.add_jobs('first', 'w1', '{70}', day => '2020-01-14 06:00+00');
    perform pg_temp.add_jobs('first', 'w2', '{90}', day => '2020-01-20 23:00+00');
    perform pg_temp.add_jobs('first', 'w2', '{90}', day => '2020-01-20 23:00+00', has_failed => true);
end
$$;

-- Of 10, 30, 50 the mean is 30, and the squared differences are 400 + 0 + 400.
select results_eq(
    $$ select series_number, day, count, mean, round(m2::numeric, 6)
       from perf_internal.read_job_days(
           pg_temp.series(), '{successful_total_wall_time_ms}', '2020-01-12 05:00',
           '2020-01-20 23:30')
       order by 1, 2 $$,
    $$ values (1, '2020-01-12'::timestamptz, 3::bigint, 30::float8, 800.000000),
        (1, '2020-01-14', 1, 70, 0.000000), (2, '2020-01-20', 1, 90, 0.000000) $$,
    'hours at both ends belong to their days, and days of a week are apart'
);
select results_eq(
    $$ select series_number, day, count, mean
       from perf_internal.read_job_days(
           pg_temp.series(), '{successful_total_wall_time_ms}', '2020-01-12 05:30',
           '2020-01-20 23:00')
       order by 2 $$,
    $$ values (1, '2020-01-12'::timestamptz, 1::bigint, 50::float8),
        (1, '2020-01-14', 1, 70) $$,
    'an hour counts when it starts in the range'
);
select results_eq(
    $$ select series_number, count, mean, m2
       from perf_internal.read_job_days(
           pg_temp.series(), '{failure_rate}', '2020-01-20', '2020-01-21') $$,
    $$ values (2, 2::bigint, 0.5::float8, 0.5::float8) $$,
    'the mean of a share is the share'
);
select is_empty(
    $$ select from perf_internal.read_job_days(
           '{}', '{failure_rate}', '2020-01-20', '2020-01-21') $$,
    'no series have no days'
);
select is_empty(
    $$ select from perf_internal.read_job_days(
           pg_temp.series(), '{failure_rate}', '2020-01-20', '2020-01-20') $$,
    'an empty range has no days'
);
-- The failed job and the job of 23:00 are in the hour that both parts are of.
select results_eq(
    $$ select d.series_number, d.day, d.count, d.mean
       from perf_internal.read_job_days(
           pg_temp.series(), '{successful_total_wall_time_ms}', '2020-01-12 05:30',
           '2020-01-20 23:00:01', true) as d
       order by 1, 2 $$,
    $$ values (1, '2020-01-12'::timestamptz, 1::bigint, 50::float8),
        (1, '2020-01-14', 1, 70), (2, '2020-01-20', 1, 90) $$,
    'an exact range has the parts of hours at both ends'
);
select results_eq(
    $$ select d.series_number, d.day, d.count
       from perf_internal.read_job_days(
           pg_temp.series(), '{successful_total_wall_time_ms}', '2020-01-12 04:50',
           '2020-01-12 05:00:01', true) as d
       union all
       select d.series_number, d.day, d.count
       from perf_internal.read_job_days(
           pg_temp.series(), '{successful_total_wall_time_ms}', '2020-01-12 05:00:01',
           '2020-01-12 05:30', true) as d $$,
    $$ values (1, '2020-01-12'::timestamptz, 2::bigint) $$,
    'and no more than these'
);
update perf.retention set deleted_before = '2020-01-15'
where pipeline = 'jobs' and level in ('hourly', 'daily');
select results_eq(
    $$ select series_number, day, count
       from perf_internal.read_job_days(
           pg_temp.series(), '{successful_total_wall_time_ms}', '2020-01-12', '2020-01-21')
       order by 1, 2 $$,
    $$ values (1, '2020-01-13'::timestamptz, 1::bigint), (2, '2020-01-20', 1) $$,
    'where days are gone, a week stands for them'
);

select * from finish();
rollback;

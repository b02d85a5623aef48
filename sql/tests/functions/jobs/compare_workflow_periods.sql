begin;
select plan(13);

-- Messages show times as the session does.
set local datestyle = 'ISO';

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

-- Twice as long from noon of the 8th: see compare_workflows for the limits.
do $$
begin
    perform pg_temp.add_jobs('first', 'w1', '{90,110,90,110}');
    perform pg_temp.add_jobs('first', 'w1', '{180,220,180,220}', day => '2020-01-08 12:00+00');
end
$$;

select results_eq(
    $$ select metric, before_value, after_value, compared_before_jobs, compared_after_jobs,
           round(difference::numeric, 2), round(difference_low::numeric, 2),
           round(difference_high::numeric, 2), verdict, trade_off
       from perf.compare_workflow_periods(
           pg_temp.id('first'), '2020-01-06', '2020-01-08 12:00', '2020-01-08 12:00', '2020-01-09',
           '{total_wall_time_ms}', 4) $$,
    $$ values ('total_wall_time_ms', 100::float8, 200::float8, 4::bigint, 4::bigint, 100.00, 63.78,
        144.23, 'worse', 'Compared with before, first is 100 % slower (64 to 144 %).') $$,
    'compares a workflow with itself, in percent of before'
);
select results_eq(
    $$ select distinct before_range_start, before_range_end, after_range_start, after_range_end
       from perf.compare_workflow_periods(
           pg_temp.id('first'), '2020-01-06 08:30', '2020-01-08 11:30', '2020-01-08 11:30',
           '2020-01-09') $$,
    $$ values ('2020-01-06 08:30'::timestamptz, '2020-01-08 11:30'::timestamptz,
        '2020-01-08 11:30'::timestamptz, '2020-01-09'::timestamptz) $$,
    'it says which ranges these are'
);
do $$
begin
    perform pg_temp.add_jobs('second', 'w1', '{90,110}', day => '2020-01-08 12:20+00');
    perform pg_temp.add_jobs('second', 'w1', '{180}', day => '2020-01-08 12:40+00');
    perform pg_temp.add_jobs('second', 'w1', '{180,200}', day => '2020-01-16 12:40+00');
end
$$;
select results_eq(
    $$ select before_jobs, after_jobs, before_value, note
       from perf.compare_workflow_periods(
           pg_temp.id('second'), '2020-01-06', '2020-01-08 12:30', '2020-01-08 12:30',
           '2020-01-17', '{total_wall_time_ms}', 2) $$,
    $$ values (2::bigint, 3::bigint, 100::float8,
        'Only 1 worker has jobs of both: the difference may be another on others.') $$,
    'a change within an hour divides its jobs'
);
savepoint kept;
insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes)
values ('jobs', '2020-01-01', '2020-02-01', 9, 9);
select results_eq(
    $$ select before_jobs, after_jobs, before_range_end, after_range_start, note
       from perf.compare_workflow_periods(
           pg_temp.id('second'), '2020-01-06', '2020-01-08 12:30', '2020-01-08 12:30',
           '2020-01-17', '{total_wall_time_ms}') $$,
    $$ values (0::bigint, 2::bigint, '2020-01-08 12:00'::timestamptz,
        '2020-01-08 13:00'::timestamptz,
        'Jobs with this metric: 0 and 2.'
        || ' Only 2020-01-06 00:00 to 2020-01-08 12:00 UTC counts as before: raw jobs or rollups'
        || ' of the rest are gone.'
        || ' Only 2020-01-08 13:00 to 2020-01-17 00:00 UTC counts as after: raw jobs or rollups'
        || ' of the rest are gone.') $$,
    'where raw jobs are gone the hour of the change is left out'
);
update perf.retention set deleted_before = '2020-02-01'
where pipeline = 'jobs' and level in ('hourly', 'daily');
-- 2020-01-06 and 2020-01-13 are Mondays.
select results_eq(
    $$ select before_jobs, after_jobs, before_range_start, before_range_end, after_range_start,
           after_range_end
       from perf.compare_workflow_periods(
           pg_temp.id('second'), '2019-12-28', '2020-01-08', '2020-01-08', '2020-01-20',
           '{total_wall_time_ms}') $$,
    $$ values (0::bigint, 2::bigint, '2019-12-30'::timestamptz, '2020-01-06'::timestamptz,
        '2020-01-13'::timestamptz, '2020-01-20'::timestamptz) $$,
    'where only weeks are kept no week counts on both sides'
);
select results_eq(
    $$ select verdict, before_range_start, before_range_end, note
       from perf.compare_workflow_periods(
           pg_temp.id('second'), '2020-01-07', '2020-01-08', '2020-01-08', '2020-01-20',
           '{total_wall_time_ms}') $$,
    $$ values ('insufficient_data', '2020-01-07'::timestamptz,
        '2020-01-07'::timestamptz,
        'Jobs with this metric: 0 and 2. Nothing is kept of the time before.'
        || ' Only 2020-01-13 00:00 to 2020-01-20 00:00 UTC counts as after: raw jobs or rollups'
        || ' of the rest are gone.') $$,
    'and where none of these is in a range, nothing is'
);
rollback to kept;
select results_eq(
    $$ select metric, before_jobs, after_jobs, verdict
       from perf.compare_workflow_periods(
           pg_temp.id('first'), '2020-01-06', '2020-01-07', '2020-01-07', '2020-01-08') $$,
    $$ values ('total_wall_time_ms', 4::bigint, 0::bigint, 'insufficient_data'),
        ('failure_rate', 4, 0, 'insufficient_data') $$,
    'without jobs after, data are insufficient'
);
select results_eq(
    $$ select difference, verdict, note
       from perf.compare_workflow_periods(
           pg_temp.id('first'), '2020-01-06', '2020-01-08', '2020-01-08', '2020-01-09',
           '{total_wall_time_ms}', 4, resolution_tier => '4k') $$,
    $$ values (null::float8, 'insufficient_data',
        'No job of the time has resolution_tier "4k". Jobs with this metric: 0 and 0.') $$,
    'a resolution tier chooses its jobs, and one that no job has is named'
);

select throws_ok(
    $$ select from perf.compare_workflow_periods(
        1, '2020-01-06', '2020-01-08', '2020-01-07', '2020-01-09') $$,
    '22023',
    'after_start must not be before before_end, got 2020-01-07 00:00:00+00 and 2020-01-08 00:00:00+00',
    'refuses ranges that overlap'
);
select throws_ok(
    $$ select from perf.compare_workflow_periods(
        -1, '2020-01-06', '2020-01-07', '2020-01-07', '2020-01-09') $$,
    'PT404',
    'there is no workflow -1',
    'does not find an unknown workflow'
);
select throws_ok(
    $$ select from perf.compare_workflow_periods(
        1, '2020-01-06', null, '2020-01-07', '2020-01-09') $$,
    '22023',
    'start_time and end_time must be points in time, got 2020-01-06 00:00:00+00 and null',
    'refuses a null end'
);

set local role perf_recorder;
select throws_ok(
    $$ select from perf.compare_workflow_periods(
        1, '2020-01-06', '2020-01-07', '2020-01-07', '2020-01-09') $$,
    '42501',
    null,
    'a recorder may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.compare_workflow_periods(
        1, '2020-01-06', '2020-01-07', '2020-01-07', '2020-01-09') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;

begin;
select plan(4);

set local timezone = 'UTC';

-- Times are in ms. Each job of a list is an hour after the one before.
create function pg_temp.add_jobs(
    workflow text,
    worker text,
    resolution_tier text,
    first_at timestamptz,
    times bigint[],
    failed boolean default false,
    frames integer default null,
    vram integer default null
)
returns void
language sql
as $$
    insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier)
    select f.id, w.id, $3
    from perf.workflows as f
    join perf.workers as w on w.name = $2
    where f.name = $1
    on conflict do nothing;
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, worker_id, resolution_tier, failed,
        total_wall_time_ms, frame_count, vram_peak_mb
    )
    select
        k.id, $4 + (t.position - 1) * interval '1 hour', t.position, k.workflow_id, k.worker_id,
        $3, $6, t.ms, $7, $8 + t.position
    from unnest($5) with ordinality as t (ms, position)
    join perf.workflows as f on f.name = $1
    join perf.workers as w on w.name = $2
    join perf_internal.job_kinds as k
        on k.workflow_id = f.id
        and k.worker_id = w.id
        and k.resolution_tier is not distinct from $3;
$$;

create function pg_temp.get_workflow(text) returns bigint language sql as
    'select f.id from perf.workflows as f where f.name = $1';
create function pg_temp.get_worker(text) returns bigint language sql as
    'select w.id from perf.workers as w where w.name = $1';

insert into perf.workflows (name) values ('steady'), ('idle');
insert into perf.workers (name) values ('gpu-1'), ('gpu-2');

select pg_temp.add_jobs('steady', 'gpu-1', null, '2020-01-06', array_fill(1000::bigint, '{19}'));
select pg_temp.add_jobs('steady', 'gpu-1', null, '2020-01-07', '{1000,1001}');
select pg_temp.add_jobs('steady', 'gpu-2', null, '2020-01-07', '{999}');
select pg_temp.add_jobs('steady', 'gpu-2', '4k', '2020-01-07', '{1000}');
select pg_temp.add_jobs('steady', 'gpu-2', '4k', '2020-01-07', '{5}', failed => true);

select results_eq(
    $$ select w.name, k.resolution_tier, d.day, d.job_count, d.low, d.high, d.covered_count,
           d.based_on
       from perf_internal.get_estimated_days(
           pg_temp.get_workflow('steady'), 'successful_total_wall_time_ms',
           '2020-01-06', '2020-01-08', 0.9, '30 days'
       ) as d
       join perf_internal.job_kinds as k on k.id = d.series_id
       join perf.workers as w on w.id = d.worker_id
       order by 1, 2 nulls first, 3 $$,
    $$ values
        ('gpu-1', null, timestamptz '2020-01-06', 19::bigint, null::float8, null::float8,
            0::bigint, null),
        ('gpu-1', null, '2020-01-07', 2, 1000, 1000, 1, 'worker'),
        ('gpu-2', null, '2020-01-07', 1, 1000, 1000, 0, 'all workers'),
        ('gpu-2', '4k', '2020-01-07', 1, 1000, 1000, 1, 'workflow') $$,
    'a row for each series and day, from the narrowest history that is long enough'
);
select results_eq(
    $$ select w.name, d.low, d.high, d.based_on
       from perf_internal.get_estimated_days(
           pg_temp.get_workflow('steady'), 'successful_total_wall_time_ms',
           '2020-01-07', '2020-01-08', 0.9, '30 days'
       ) as d
       join perf_internal.job_kinds as k on k.id = d.series_id
       join perf.workers as w on w.id = d.worker_id
       order by 1, k.resolution_tier nulls first $$,
    $$ select w.name, e.wall_time_low_ms, e.wall_time_high_ms, e.based_on
       from perf_internal.job_kinds as k
       join perf.workers as w on w.id = k.worker_id
       cross join lateral perf.estimate_job(
           k.workflow_id, null, k.resolution_tier, k.worker_id, as_of => '2020-01-07'
       ) as e
       order by 1, k.resolution_tier nulls first $$,
    'as an estimate at the start of the day would say'
);
-- 999, 1000, 1000, 1001: the 5th percentile is between the first two, the 95th between the last.
select results_eq(
    $$ select distinct round(d.workflow_range::numeric, 6)
       from perf_internal.get_estimated_days(
           pg_temp.get_workflow('steady'), 'successful_total_wall_time_ms',
           '2020-01-07', '2020-01-08', 0.9, '30 days'
       ) as d $$,
    'values (1.700000)',
    'with the range of the workflow from p5 to p95'
);
select is_empty(
    $$ select *
       from perf_internal.get_estimated_days(
           pg_temp.get_workflow('idle'), 'successful_total_wall_time_ms',
           '2020-01-06', '2020-01-08', 0.9, '30 days'
       ) $$,
    'nothing without jobs'
);

select * from finish();
rollback;

begin;
select plan(8);

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

insert into perf.workflows (name) values ('upscale');
insert into perf.workers (name) values ('gpu-1'), ('gpu-2'), ('gpu-3');

select pg_temp.add_jobs(
    'upscale', 'gpu-1', '1080p', '2020-01-06', array(select 1000 * n from generate_series(1, 19) as n)
);
select pg_temp.add_jobs('upscale', 'gpu-1', '1080p', '2020-01-06', '{1}', failed => true);
select pg_temp.add_jobs('upscale', 'gpu-2', '1080p', '2020-01-06', '{20000}');

create function pg_temp.choose(resolution_tier text, worker text, min_jobs bigint)
returns text
language sql
as $$
    select string_agg(
        c.metric || ' ' || coalesce(c.based_on, 'null') || ' ' || c.job_count || ' of '
            || cardinality(c.series_ids),
        ', ' order by c.metric
    )
    from perf_internal.choose_job_history(
        pg_temp.get_workflow('upscale'), $1, pg_temp.get_worker($2), null,
        '{successful_total_wall_time_ms}', $3, '2020-01-06', '2020-01-07'
    ) as c;
$$;

select is(
    pg_temp.choose('1080p', 'gpu-1', 19), 'successful_total_wall_time_ms worker 19 of 1',
    'the worker, if it has enough jobs'
);
select is(
    pg_temp.choose('1080p', 'gpu-1', 20), 'successful_total_wall_time_ms all workers 20 of 2',
    'else all workers'
);
select is(
    pg_temp.choose('1080p', 'gpu-2', 19), 'successful_total_wall_time_ms all workers 20 of 2',
    'also for a worker with few'
);
select is(
    pg_temp.choose('1080p', null, 1), 'successful_total_wall_time_ms all workers 20 of 2',
    'without a worker all of them'
);
select is(
    pg_temp.choose('4k', 'gpu-1', 19), 'successful_total_wall_time_ms workflow 20 of 2',
    'else the workflow'
);
select is(
    pg_temp.choose('1080p', 'gpu-1', 99), 'successful_total_wall_time_ms all workers 20 of 2',
    'if none has enough, the narrowest of those with the most'
);
select results_eq(
    $$ select c.metric, c.based_on, c.job_count
       from perf_internal.choose_job_history(
           pg_temp.get_workflow('upscale'), null, null, null,
           '{successful_total_wall_time_ms,successful_vram_peak_mb}', 1, '2020-01-06', '2020-01-07'
       ) as c $$,
    $$ values
        ('successful_total_wall_time_ms', 'all workers', 20::bigint),
        ('successful_vram_peak_mb', null, 0) $$,
    'each metric for itself'
);
select results_eq(
    $$ select c.metric, c.based_on, c.job_count
       from perf_internal.choose_job_history(
           -1, null, null, null, '{successful_vram_peak_mb}', 1, '2020-01-06', '2020-01-07'
       ) as c $$,
    $$ values ('successful_vram_peak_mb', null, 0::bigint) $$,
    'nothing without jobs'
);

select * from finish();
rollback;

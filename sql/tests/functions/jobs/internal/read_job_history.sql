begin;
select plan(5);

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

create function pg_temp.read(metric text, start_time timestamptz, end_time timestamptz)
returns record
language sql
as $$
    select perf_internal.read_job_history($1, array_agg(k.id), $2, $3, 0.9)
    from perf_internal.job_kinds as k;
$$;

select is(
    pg_temp.read('successful_total_wall_time_ms', '2020-01-06', '2020-01-07')::text,
    '(20,10500,10500,1000,20000)',
    'count, mean, median and interval of series together, without failed jobs'
);
select is(
    pg_temp.read('successful_total_wall_time_ms', '2020-01-06 01:00', '2020-01-06 03:00')::text,
    '(2,2500,2500,,)',
    'of exactly the range; without an interval if there are few'
);
select is(
    pg_temp.read('successful_total_wall_time_ms', '2020-01-06 01:00:01', '2020-01-06 02:00:01')::text,
    '(1,3000,3000,,)',
    'also within hours'
);
select is(
    pg_temp.read('successful_vram_peak_mb', '2020-01-06', '2020-01-07')::text,
    '(0,,,,)',
    'nothing of what no job has'
);
select is(
    perf_internal.read_job_history(
        'successful_total_wall_time_ms', '{}', '2020-01-06', '2020-01-07', 0.9
    )::text,
    '(0,,,,)',
    'nothing of no series'
);

select * from finish();
rollback;

begin;
select plan(39);

set local timezone = 'UTC';
set local intervalstyle = 'postgres';

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

insert into perf.workflows (name) values ('upscale'), ('constant'), ('solo'), ('broken'), ('idle');
insert into perf.workers (name, vram_mb, retired_at) values
    ('gpu-1', 10019, null),
    ('gpu-2', null, null),
    ('gpu-3', 48000, '2020-01-15');

-- From 2020-01-06 00:00 to 18:00, 1000 to 19000 ms, 10 frames, 10001 to 10019 MB.
select pg_temp.add_jobs(
    'upscale', 'gpu-1', '1080p', '2020-01-06',
    array(select 1000 * n from generate_series(1, 19) as n),
    frames => 10,
    vram => 10000
);
select pg_temp.add_jobs('upscale', 'gpu-1', '1080p', '2020-01-06', '{1,1,1}', failed => true);
select pg_temp.add_jobs('solo', 'gpu-1', null, '2020-01-06', '{5}');
select pg_temp.add_jobs('broken', 'gpu-1', null, '2020-01-06', '{5,6}', failed => true);
-- All within an hour, which does not tell each value.
select pg_temp.add_jobs('constant', 'gpu-2', null, '2020-01-06', '{90010}')
from generate_series(1, 19);

select results_eq(
    $$ select expected_wall_time_ms, median_wall_time_ms, wall_time_low_ms, wall_time_high_ms,
           job_count, based_on, is_scaled_by_frames, note
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), null, '1080p', pg_temp.get_worker('gpu-1'),
           as_of => '2020-01-10'
       ) $$,
    $$ values (
        10000::float8, 10000::float8, 1000::float8, 19000::float8, 19::bigint, 'worker', false,
        null
    ) $$,
    '19 jobs give their mean, their median and an interval from the smallest to the largest'
);
select results_eq(
    $$ select expected_vram_mb, vram_low_mb, vram_high_mb, vram_job_count, vram_based_on, fits,
           fitting_workers
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), null, '1080p', pg_temp.get_worker('gpu-1'),
           as_of => '2020-01-10'
       ) $$,
    $$ values (
        10010::float8, 10001::float8, 10019::float8, 19::bigint, 'worker', true, null::jsonb
    ) $$,
    'a worker fits if it has as much memory as the upper end'
);
select results_eq(
    $$ select range_start, range_end
       from perf.estimate_job(pg_temp.get_workflow('upscale'), as_of => '2020-01-10') $$,
    $$ values ('2019-12-11'::timestamptz, '2020-01-10'::timestamptz) $$,
    'the range is the history'
);
-- 100 to 1900 ms a frame.
select results_eq(
    $$ select expected_wall_time_ms, median_wall_time_ms, wall_time_low_ms, wall_time_high_ms,
           job_count, is_scaled_by_frames, note
       from perf.estimate_job(pg_temp.get_workflow('upscale'), 20, as_of => '2020-01-10') $$,
    $$ values (
        20000::float8, 20000::float8, 2000::float8, 38000::float8, 19::bigint, true,
        'frame_count is outside of 10 to 10, which jobs of the history have'
    ) $$,
    'frame_count scales the time per frame, and says how far it scales'
);
-- Failed jobs of 80 and 178 frames too, so the extremes of successful ones are not known exactly.
insert into perf.workflows (name) values ('long');
select pg_temp.add_jobs('long', 'gpu-1', null, '2020-01-06', array_fill(1000, array[19]),
    failed => f.failed, frames => f.frames)
from (values (true, 80), (true, 178), (false, 80), (false, 178)) as f (failed, frames);
select results_eq(
    $$ select f.count, e.note
       from unnest('{79,80,178,180}'::integer[]) as f (count)
       cross join perf.estimate_job(
           pg_temp.get_workflow('long'), f.count, as_of => '2020-01-10'
       ) as e $$,
    $$ values
        (79, 'frame_count is outside of 80 to 178, which jobs of the history have'),
        (80, null),
        (178, null),
        (180, 'frame_count is outside of 80 to 178, which jobs of the history have') $$,
    'as many frames as jobs of the history have need no note'
);
select results_eq(
    $$ select wall_time_high_ms, note
       from perf.estimate_job(pg_temp.get_workflow('upscale'), 10, as_of => '2020-01-10') $$,
    $$ values (19000::float8, null) $$,
    'nothing is said about a number of frames that the history has'
);
select results_eq(
    $$ select wall_time_high_ms
       from perf.estimate_job(pg_temp.get_workflow('upscale'), 2147483647, as_of => '2020-01-10') $$,
    $$ values (1900 * 2147483647::float8) $$,
    'also the largest number of frames'
);
select results_eq(
    $$ select expected_wall_time_ms, wall_time_high_ms, job_count, based_on, note
       from perf.estimate_job(pg_temp.get_workflow('upscale'), as_of => '2020-01-06 18:00') $$,
    $$ values (
        9500::float8, null::float8, 18::bigint, 'all workers',
        'an interval needs 19 jobs, the history has 18;'
        || ' an interval of VRAM needs 19 jobs, the history has 18'
    ) $$,
    'a job at as_of is not before it; 18 jobs have no interval, and note says so'
);
select results_eq(
    $$ select wall_time_low_ms, wall_time_high_ms
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), as_of => '2020-01-06 18:00:00.000001'
       ) $$,
    $$ values (1000::float8, 19000::float8) $$,
    'right after it, it is'
);
select results_eq(
    $$ select job_count
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), as_of => '2020-01-07', history => '1 day'
       ) $$,
    'values (19::bigint)',
    'a job at the start of the history is in it'
);
select results_eq(
    $$ select job_count
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), as_of => '2020-01-07 00:00:01', history => '1 day'
       ) $$,
    'values (18::bigint)',
    'and one before is not'
);
-- The 2nd of 19 from either end at 80 %.
select results_eq(
    $$ select wall_time_low_ms, wall_time_high_ms
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), as_of => '2020-01-10', confidence => 0.8
       ) $$,
    $$ values (2000::float8, 18000::float8) $$,
    'less confidence makes it narrower'
);
select results_eq(
    $$ select based_on, job_count, wall_time_high_ms, fits, note
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), null, '1080p', pg_temp.get_worker('gpu-2'),
           as_of => '2020-01-10'
       ) $$,
    $$ values (
        'all workers', 19::bigint, 19000::float8, null::boolean, 'vram_mb of the worker is unknown'
    ) $$,
    'a new worker gets the history of all; without its memory nobody knows whether it fits'
);
select results_eq(
    $$ select based_on, job_count, wall_time_high_ms, vram_based_on, note
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), null, '4k', pg_temp.get_worker('gpu-1'),
           as_of => '2020-01-10'
       ) $$,
    $$ values ('workflow', 19::bigint, 19000::float8, 'workflow',
        'no job of the history has resolution_tier "4k"') $$,
    'a new resolution tier gets the history of the workflow, and note says so'
);
select results_eq(
    $$ select based_on, job_count, note
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), model_type => 'wan', as_of => '2020-01-10'
       ) $$,
    $$ values ('workflow', 19::bigint, 'no job of the history has model_type "wan"') $$,
    'and so does a new model type'
);
select results_eq(
    $$ select fits, note
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), null, '1080p', pg_temp.get_worker('gpu-3'),
           as_of => '2020-01-16'
       ) $$,
    $$ values (true, 'the worker is retired') $$,
    'a retired worker is named'
);
select results_eq(
    $$ select note
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), null, '1080p', pg_temp.get_worker('gpu-3'),
           as_of => '2020-01-14'
       ) $$,
    $$ values (null::text) $$,
    'not before it retires'
);
select results_eq(
    $$ select e.fits, w.worker ->> 'name'
       from perf.estimate_job(pg_temp.get_workflow('upscale'), as_of => '2020-01-10') as e
       cross join lateral jsonb_array_elements(e.fitting_workers) as w (worker) $$,
    $$ values (null::boolean, 'gpu-1'), (null, 'gpu-3') $$,
    'without a worker it lists those it fits'
);
savepoint small;
update perf.workers set vram_mb = 10018 where name = 'gpu-1';
select results_eq(
    $$ select e.fits
       from perf.estimate_job(
           pg_temp.get_workflow('upscale'), worker_id => pg_temp.get_worker('gpu-1'),
           as_of => '2020-01-10'
       ) as e $$,
    'values (false)',
    'a worker with less memory than the upper end does not fit'
);
rollback to small;
select results_eq(
    $$ select expected_wall_time_ms, median_wall_time_ms, wall_time_low_ms, job_count, based_on,
           expected_vram_mb, vram_job_count, vram_based_on, fitting_workers, note
       from perf.estimate_job(
           pg_temp.get_workflow('solo'), worker_id => pg_temp.get_worker('gpu-1'),
           as_of => '2020-01-10'
       ) $$,
    $$ values (
        5::float8, 5::float8, null::float8, 1::bigint, 'worker', null::float8, 0::bigint, null,
        null::jsonb, 'an interval needs 19 jobs, the history has 1'
    ) $$,
    'one job has a mean and no interval'
);
select results_eq(
    $$ select expected_wall_time_ms, median_wall_time_ms, wall_time_low_ms, job_count, based_on,
           expected_vram_mb, note
       from perf.estimate_job(pg_temp.get_workflow('idle'), as_of => '2020-01-10') $$,
    $$ values (
        null::float8, null::float8, null::float8, 0::bigint, null, null::float8,
        'an interval needs 19 jobs, the history has 0'
    ) $$,
    'no job has nothing'
);
select results_eq(
    $$ select expected_wall_time_ms, job_count, based_on
       from perf.estimate_job(pg_temp.get_workflow('broken'), 10, as_of => '2020-01-10') $$,
    $$ values (null::float8, 0::bigint, null) $$,
    'failed jobs tell nothing'
);
select results_eq(
    $$ select job_count
       from perf.estimate_job(pg_temp.get_workflow('upscale'), as_of => '2020-02-07') $$,
    $$ values (0::bigint) $$,
    'jobs before the history tell nothing'
);
select results_eq(
    $$ select expected_wall_time_ms, median_wall_time_ms, wall_time_low_ms, wall_time_high_ms,
           based_on
       from perf.estimate_job(
           pg_temp.get_workflow('constant'), worker_id => pg_temp.get_worker('gpu-2'),
           as_of => '2020-01-10'
       ) $$,
    $$ values (90010::float8, 90010::float8, 90010::float8, 90010::float8, 'worker') $$,
    'what always takes as long has an interval of that value'
);
select results_eq(
    $$ select wall_time_high_ms, is_scaled_by_frames, note
       from perf.estimate_job(pg_temp.get_workflow('constant'), 5, as_of => '2020-01-10') $$,
    $$ values (
        90010::float8, false, 'not scaled by frame_count, which 0 jobs of the history have'
    ) $$,
    'without frames in the history the wall time is not scaled'
);
select is(
    (select count(*) from perf.estimate_job(pg_temp.get_workflow('constant'))),
    1::bigint,
    'without as_of it is now'
);

select throws_ok(
    $$ select * from perf.estimate_job(pg_temp.get_workflow('solo'), 0) $$,
    '22023',
    'frame_count must be at least 1, got 0',
    'refuses no frames'
);
select throws_ok(
    $$ select * from perf.estimate_job(pg_temp.get_workflow('solo'), -1) $$,
    '22023',
    'frame_count must be at least 1, got -1',
    'refuses a negative number of frames'
);
select throws_ok(
    $$ select * from perf.estimate_job(pg_temp.get_workflow('solo'), confidence => 1) $$,
    '22023',
    'confidence must be above 0 and at most 0.9999, got 1',
    'refuses certainty'
);
select throws_ok(
    $$ select * from perf.estimate_job(pg_temp.get_workflow('solo'), as_of => null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses a null as_of'
);
select throws_ok(
    $$ select * from perf.estimate_job(pg_temp.get_workflow('solo'), history => '1 hour') $$,
    '22023',
    'history must be between 1 day and 100 years, got 01:00:00',
    'refuses a history that is too short'
);
select throws_ok(
    'select * from perf.estimate_job(-1)', 'PT404', 'there is no workflow -1',
    'does not find an unknown workflow'
);
select throws_ok(
    'select * from perf.estimate_job(null)', 'PT404', 'there is no workflow null',
    'nor null'
);
select throws_ok(
    $$ select * from perf.estimate_job(pg_temp.get_workflow('solo'), worker_id => -1) $$,
    'PT404',
    'there is no worker -1',
    'does not find an unknown worker'
);

-- New York has summer time from 2020-03-08 on, so 30 of its days are an hour less.
set local timezone = 'America/New_York';
select results_eq(
    $$ select range_start, range_end
       from perf.estimate_job(pg_temp.get_workflow('upscale'), as_of => '2020-03-10 00:00+00') $$,
    $$ values ('2020-02-09 00:00+00'::timestamptz, '2020-03-10 00:00+00'::timestamptz) $$,
    'the history has days of UTC, whatever the time zone of the session'
);
set local timezone = 'UTC';

set local role perf_analyst;
select lives_ok(
    'select e.* from perf.workflows as f cross join lateral perf.estimate_job(f.id) as e',
    'an analyst may ask'
);
set local role perf_recorder;
select throws_ok('select * from perf.estimate_job(1)', '42501', null, 'a recorder may not');
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf.estimate_job(1)', '42501', 'this needs the role analyst',
    'a stranger with a token may not'
);
set local role anon;
select throws_ok('select * from perf.estimate_job(1)', '42501', null, 'nor anybody without one');

select * from finish();
rollback;

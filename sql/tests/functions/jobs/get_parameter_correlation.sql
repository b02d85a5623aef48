begin;
select plan(24);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

insert into perf.workflows (name) values ('upscale'), ('interpolate');
insert into perf.workers (name, hardware, vram_mb)
values ('gpu-1', 'RTX 4090', 24000), ('gpu-2', null, null);

create function pg_temp.id(text) returns bigint language sql as
    'select x.id
    from (
        select f.id, f.name from perf.workflows as f
        union all
        select w.id, w.name from perf.workers as w
    ) as x
    where x.name = $1';

create function pg_temp.add_job(
    workflow text,
    worker text,
    ended_at timestamptz,
    frame_ms real default null,
    wall_ms bigint default null,
    gpu_ms bigint default null,
    vram integer default null,
    frames integer default null,
    has_failed boolean default false,
    scores jsonb default null,
    stages jsonb default null,
    tier text default '1080p'
)
returns void
language sql
as $$
    insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier, model_type)
    values (pg_temp.id(workflow), pg_temp.id(worker), tier, 'wan')
    on conflict do nothing;
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, worker_id, total_gpu_time_ms,
        total_wall_time_ms, time_per_frame_ms, vram_peak_mb, frame_count, failed,
        resolution_tier, model_type, quality_scores_json, pipeline_stages_json
    )
    select k.id, ended_at, 1, k.workflow_id, k.worker_id, gpu_ms, wall_ms, frame_ms, vram, frames,
        has_failed, k.resolution_tier, k.model_type, scores, stages
    from perf_internal.job_kinds as k
    where k.workflow_id = pg_temp.id(workflow)
        and k.worker_id is not distinct from pg_temp.id(worker)
        and k.resolution_tier is not distinct from tier;
$$;

insert into perf.jobs (workflow_id, worker_id, parameters, external_id)
select pg_temp.id(j.workflow), pg_temp.id('gpu-1'), j.parameters::jsonb, j.external_id
from (
    values
        ('upscale', '1', '{"steps": 10, "cfg": 7, "sampler": {"steps": 1}, "a.b": 4}'),
        ('upscale', '2', '{"steps": 20, "cfg": 7, "sampler": {"steps": 2}, "a.b": 3}'),
        ('upscale', '3', '{"steps": 30, "cfg": 7, "sampler": {"steps": 3}, "a.b": 2}'),
        ('upscale', '4', '{"steps": 30, "cfg": 7, "sampler": {"steps": 3}, "a.b": 1}'),
        ('upscale', '5', '{"steps": "many", "cfg": 7}'),
        ('upscale', '6', '{"steps": 1e200}'),
        ('upscale', '7', '{"cfg": 7}'),
        ('upscale', '8', '{"steps": null}'),
        ('interpolate', '9', '{"steps": 50}'),
        ('upscale', '10', '{"steps": 40}'),
        ('upscale', '11', '{"steps": 40}')
) as j (workflow, external_id, parameters);
do $$
begin
    for i in 1 .. 11 loop
        perform pg_temp.add_job(
            case i when 9 then 'interpolate' else 'upscale' end, 'gpu-1',
            timestamptz '2020-01-06 10:00' + i * interval '1 minute',
            scores => case i
                when 10 then '{"rating": 5}'
                else jsonb_build_object(
                    'likeness', (array[1, 2, 3, 3, 9, 9, 9, 9, 0, null, 9])[i],
                    'constant', 0.1
                )
            end,
            has_failed => i = 11
        );
        update perf.performance_metrics as r
        set job_id = (select j.id from perf.jobs as j where j.external_id = i::text)
        where r.created_at = timestamptz '2020-01-06 10:00' + i * interval '1 minute';
    end loop;
    perform perf_internal.add_named_metrics('jobs', '{quality.likeness,quality.constant}');
end
$$;
create function pg_temp.correlate(parameter text, score text, workflow text default 'upscale')
returns table (job_count bigint, not_numeric bigint, pearson numeric, spearman numeric, note text)
language sql
as
    'select c.job_count, c.not_numeric, round(c.pearson::numeric, 10),
        round(c.spearman::numeric, 10), c.note
    from perf.get_parameter_correlation(
        $1, $2, ''2020-01-06'', ''2020-01-07'', workflow_id => pg_temp.id($3)
    ) as c';

select results_eq(
    $$ select * from pg_temp.correlate('steps', 'likeness') $$,
    $$ values (4::bigint, 2::bigint, 1.0000000000, 1.0000000000, null) $$,
    'jobs that have both; a text and a huge number are counted apart, failed jobs left out'
);
-- Of (10, 1), (20, 2), (30, 3), (30, 3), (50, 0): products -22, squares 880 and 6.8.
-- Ranks (1, 2), (2, 3), (3.5, 4.5), (3.5, 4.5), (5, 1): products -0.5, squares 9.5 and 9.5.
select results_eq(
    $$ select * from pg_temp.correlate('steps', 'likeness', null) $$,
    $$ values (5::bigint, 2::bigint, round(-22 / sqrt(880 * 6.8)::numeric, 10), round(-0.5 / 9.5, 10),
        null) $$,
    'of all workflows; equal values share their mean rank'
);
select results_eq(
    $$ select * from pg_temp.correlate('sampler.steps', 'likeness') $$,
    $$ values (4::bigint, 0::bigint, 1.0000000000, 1.0000000000, null) $$,
    'a path of keys'
);
select results_eq(
    $$ select job_count, pearson from pg_temp.correlate('a.b', 'likeness') $$,
    $$ values (4::bigint, -0.9438798074) $$,
    'a key with a dot goes before a path'
);
select results_eq(
    $$ select * from pg_temp.correlate('cfg', 'likeness') $$,
    $$ values (6::bigint, 0::bigint, null::numeric, null::numeric,
        'All jobs have the same value of the parameter.') $$,
    'null with a note for a constant parameter'
);
select results_eq(
    $$ select * from pg_temp.correlate('steps', 'constant') $$,
    $$ values (4::bigint, 2::bigint, null::numeric, null::numeric,
        'All jobs have the same score.') $$,
    'and for a constant score'
);
select results_eq(
    $$ select * from pg_temp.correlate('steps', 'likeness', 'interpolate') $$,
    $$ values (1::bigint, 0::bigint, null::numeric, null::numeric,
        'Fewer than 4 jobs have both the parameter and the score.') $$,
    'and for few jobs'
);
select results_eq(
    $$ select * from pg_temp.correlate('nothing', 'likeness') $$,
    $$ values (0::bigint, 0::bigint, null::numeric, null::numeric,
        'Fewer than 4 jobs have both the parameter and the score.') $$,
    'also for a parameter that no job has'
);
select is(
    (select job_count from pg_temp.correlate('steps', 'quality_rating')),
    5::bigint,
    'the rating of jobs is a score'
);
select results_eq(
    $$ select points, pearson_low, pearson_high, range_start, range_end
       from perf.get_parameter_correlation(
           'steps', 'likeness', '2020-01-06', '2020-01-07', pg_temp.id('upscale')
       ) $$,
    $$ values ('[[10, 1], [20, 2], [30, 3], [30, 3]]'::jsonb, 1::float8, 1::float8,
        timestamptz '2020-01-06', timestamptz '2020-01-07') $$,
    'points are all jobs, where they are few'
);
select results_eq(
    $$ select jsonb_array_length(a.points), a.points = b.points, a.job_count
       from perf.get_parameter_correlation(
           'steps', 'likeness', '2020-01-06', '2020-01-07', max_points => 2
       ) as a
       cross join perf.get_parameter_correlation(
           'steps', 'likeness', '2020-01-06', '2020-01-07', max_points => 2
       ) as b $$,
    $$ values (2, true, 5::bigint) $$,
    'else a sample, which is the same each time'
);
select results_eq(
    $$ select round(c.pearson_low::numeric, 10), round(c.spearman_high::numeric, 10)
       from perf.get_parameter_correlation(
           'steps', 'likeness', '2020-01-06', '2020-01-07', confidence => 0.9
       ) as c $$,
    $$ select round(p.low::numeric, 10), round(s.high::numeric, 10)
       from perf_internal.get_correlation_interval(5, -22 / sqrt(880 * 6.8), confidence => 0.9) as p
       cross join perf_internal.get_correlation_interval(
           5, -0.5 / 9.5, is_of_ranks => true, confidence => 0.9
       ) as s $$,
    'with intervals of the given confidence'
);
insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes)
values ('jobs', '2019-12-01', '2020-01-06 10:03', 1, 1);
select results_eq(
    $$ select job_count, range_start, range_end
       from perf.get_parameter_correlation('steps', 'likeness', '2020-01-06', '2020-01-07') $$,
    $$ values (3::bigint, timestamptz '2020-01-06 10:03', timestamptz '2020-01-07') $$,
    'from when single jobs are kept'
);
select throws_ok(
    $$ select from perf.get_parameter_correlation('steps', 'fun', '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no quality score "fun"',
    'an unknown score is an error'
);
select throws_ok(
    $$ select from perf.get_parameter_correlation(
           'steps', 'likeness', '2020-01-06', '2020-01-07', -1
       ) $$,
    'PT404',
    'there is no workflow -1',
    'an unknown workflow is an error'
);
select throws_ok(
    $$ select from perf.get_parameter_correlation(null, 'likeness', '2020-01-06', '2020-01-07') $$,
    '22023',
    'parameter must not be null',
    'refuses a null parameter'
);
select throws_ok(
    $$ select from perf.get_parameter_correlation(
           'steps', 'likeness', '2020-01-06', '2020-01-07', confidence => 1
       ) $$,
    '22023',
    null,
    'refuses a confidence of 1'
);
select throws_ok(
    $$ select from perf.get_parameter_correlation(
           'steps', 'likeness', '2020-01-06', '2020-01-07', max_points => -1
       ) $$,
    '22023',
    'max_points must be between 0 and 10000, got -1',
    'refuses fewer than no points'
);
select throws_ok(
    $$ select from perf.get_parameter_correlation('steps', 'likeness', '2020-01-06', null) $$,
    '22023',
    null,
    'refuses a null end'
);

set local role perf_analyst;
select lives_ok(
    $$ select from perf.get_parameter_correlation('steps', 'likeness', '2020-01-06', '2020-01-07') $$,
    'an analyst may ask'
);
set local role perf_admin;
select lives_ok(
    $$ select from perf.get_parameter_correlation('steps', 'likeness', '2020-01-06', '2020-01-07') $$,
    'an admin may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.get_parameter_correlation('steps', 'likeness', '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);
set local role anon;
select throws_ok(
    $$ select from perf.get_parameter_correlation('steps', 'likeness', '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'anon may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.get_parameter_correlation('steps', 'likeness', '2020-01-06', '2020-01-07') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;

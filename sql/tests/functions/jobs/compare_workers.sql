begin;
select plan(13);

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

-- w2 takes twice as long as w1 on the first workflow, but has many easy jobs that w1 has not.
do $$
begin
    perform pg_temp.add_jobs('first', 'w1', '{90,110,90,110}');
    perform pg_temp.add_jobs('first', 'w2', '{180,220,180,220}');
    perform pg_temp.add_jobs('second', 'w2', '{1,1,1,1}');
    perform pg_temp.add_jobs('idle', 'w3', '{10,10,10,10}');
end
$$;

create function pg_temp.compare(workers text[], min_jobs integer default 4)
returns setof record
language sql
as $$
    select c.rank, c.worker, c.jobs, c.compared_jobs, c.compared_share,
        round(c.difference::numeric, 2), round(c.difference_low::numeric, 2), c.verdict
    from perf.compare_workers(
        array(
            select pg_temp.id(u.name) from unnest(workers) with ordinality as u (name, position)
            order by u.position
        ),
        '2020-01-06', '2020-01-08', min_jobs => min_jobs
    ) as c;
$$;

select results_eq(
    $$ select * from pg_temp.compare('{w1,w2,w3}') as c (
        rank bigint, worker text, jobs bigint, compared bigint, share float8, difference numeric,
        low numeric, verdict text) $$,
    $$ values
        (1::bigint, 'w1', 4::bigint, null::bigint, null::float8, 0.00, null::numeric, 'baseline'),
        (2, 'w2', 8, 4, 0.5, 100.00, 63.78, 'worse'),
        (null, 'w3', 4, 0, 0, null, null, 'insufficient_data') $$,
    'a worker with easy jobs does not win'
);
select results_eq(
    $$ select * from pg_temp.compare('{w2,w1}') as c (
        rank bigint, worker text, jobs bigint, compared bigint, share float8, difference numeric,
        low numeric, verdict text) $$,
    $$ values
        (1::bigint, 'w1', 4::bigint, 4::bigint, 1::float8, -50.00, -59.05, 'better'),
        (2, 'w2', 8, null, null, 0.00, null, 'baseline') $$,
    'the best comes first, and the first of the ids is what others are compared with'
);
select results_eq(
    $$ select worker, hardware, compared_metric, unit, value, baseline, compared_workflows, note
       from perf.compare_workers(
           array[pg_temp.id('w1'), pg_temp.id('w2'), pg_temp.id('w3')], '2020-01-06', '2020-01-08',
           min_jobs => 4) $$,
    $$ values
        ('w1', 'RTX 4090', 'total_wall_time_ms', 'ms', 100::float8, 'w1', null::bigint, null),
        (
            'w2', null, 'total_wall_time_ms', 'ms', 100.5, 'w1', 1,
            'Only 1 workflow has jobs of both: the difference may be another on others.'
                || ' The means of all jobs differ by 0.5 %, because their kinds of jobs differ.'
        ),
        (
            'w3', null, 'total_wall_time_ms', 'ms', 10, 'w1', 0,
            'No kind of job (workflow, resolution tier and model type) is of both.'
        ) $$,
    'says when workers share no kind of job'
);
select results_eq(
    $$ select worker, verdict, note
       from perf.compare_workers(
           array[pg_temp.id('w1'), pg_temp.id('w2')], '2020-01-06', '2020-01-08',
           model_type => 'flux') $$,
    $$ values ('w1', 'baseline', null),
        ('w2', 'insufficient_data',
            'No job of the time has model_type "flux". Jobs with this metric: 0 and 0.') $$,
    'a model type that no job has is named'
);
select results_eq(
    $$ select rank, worker, difference, verdict
       from perf.compare_workers(
           array[pg_temp.id('w1'), pg_temp.id('w2')], '2020-01-06', '2020-01-08') $$,
    $$ values (1::bigint, 'w1', 0::float8, 'baseline'),
        (null, 'w2', null, 'insufficient_data') $$,
    'below min_jobs a worker has no rank'
);
select results_eq(
    $$ select compared_metric, difference_unit, verdict
       from perf.compare_workers(
           array[pg_temp.id('w1'), pg_temp.id('w2')], '2020-01-06', '2020-01-08', 'failure_rate',
           4) $$,
    $$ values ('failure_rate', 'points', 'baseline'),
        ('failure_rate', 'points', 'no_clear_difference') $$,
    'takes another metric'
);
do $$
begin
    update perf.performance_metrics set time_per_frame_ms = 2 where total_wall_time_ms < 200;
end
$$;
select is(
    (
        select min(compared_metric) from perf.compare_workers(
            array[pg_temp.id('w1'), pg_temp.id('w2')], '2020-01-06', '2020-01-08')
    ),
    'time_per_frame_ms',
    'time per frame is the speed where it is measured'
);
select is_empty(
    $$ select from perf.compare_workers(
           array[pg_temp.id('w1'), pg_temp.id('w2')], '2019-01-06', '2019-01-06')
       where difference <> 0 $$,
    'an empty range compares nothing'
);

select throws_ok(
    $$ select from perf.compare_workers('{1}') $$,
    '22023',
    'worker_ids must hold 2 to 100 ids, each once, got "{1}"',
    'refuses a single worker'
);
select throws_ok(
    $$ select from perf.compare_workers('{-1,-2}') $$,
    'PT404',
    'there is no worker -1',
    'does not find an unknown worker'
);
select throws_ok(
    $$ select from perf.compare_workers('{-1,-2}', metric => 'failed_total_wall_time_ms') $$,
    '22023',
    'metric "failed_total_wall_time_ms" cannot be compared',
    'refuses a metric of failed jobs'
);

set local role perf_recorder;
select throws_ok(
    $$ select from perf.compare_workers('{1,2}') $$, '42501', null, 'a recorder may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.compare_workers('{1,2}') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;

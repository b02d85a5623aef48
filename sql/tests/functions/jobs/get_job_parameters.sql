begin;
select plan(11);

select is_empty('select * from perf.get_job_parameters()', 'without jobs there are no parameters');

select perf.record_job_metrics(
    workflow_name => j.workflow,
    worker_name => 'gpu-1',
    completed_at => j.completed_at,
    total_wall_time_ms => 1000,
    parameters => j.parameters
)
from (
    values
        ('portrait', timestamptz '2020-01-06 10:00+00',
            '{"steps": 20, "sampler": {"cfg": 7.5, "name": "euler", "x": {"y": 1}}, "seed": null}'::jsonb),
        ('portrait', '2020-01-06 11:00+00', '{"steps": 30, "tags": ["a"], "a.b": true}'),
        ('portrait', '2020-01-06 12:00+00', '{"steps": "many"}'),
        ('sketch', '2020-01-06 12:00+00', '{"lines": 1e300, "steps": -1}')
) as j (workflow, completed_at, parameters);

create function pg_temp.list(
    start_time timestamptz, end_time timestamptz, workflow text default null, max_jobs integer default 200
)
returns setof text
language sql
as $$
    select concat_ws(' ', p.parameter, p.job_count, p.numeric_count, p.minimum, p.maximum)
    from perf.get_job_parameters(
        list.start_time,
        list.end_time,
        (select f.id from perf.workflows as f where f.name = list.workflow),
        list.max_jobs
    ) as p
$$;

select results_eq(
    $$ select pg_temp.list('2020-01-06', '2020-01-07', 'portrait') $$,
    $$ values ('sampler.cfg 1 1 7.5 7.5'), ('sampler.x.y 1 1 1 1'), ('steps 3 2 20 30'), ('a.b 1 0'),
        ('sampler.name 1 0'), ('tags 1 0') $$,
    'those with numbers first, with paths; null is none'
);
select results_eq(
    $$ select pg_temp.list('2020-01-06', '2020-01-07') limit 4 $$,
    $$ values ('sampler.cfg 1 1 7.5 7.5'), ('sampler.x.y 1 1 1 1'), ('steps 4 3 -1 30'), ('a.b 1 0') $$,
    'of all workflows; a number that is too large is none'
);
select results_eq(
    $$ select pg_temp.list('2020-01-06 10:00+00', '2020-01-06 11:00+00', 'portrait') limit 1 offset 2 $$,
    $$ values ('steps 1 1 20 20') $$,
    'of a range, whose end is not in it'
);
select results_eq(
    $$ select pg_temp.list('2020-01-06', '2020-01-07', max_jobs => 1) $$,
    $$ values ('steps 2 1 -1 -1'), ('lines 1 0') $$,
    'the latest job of each workflow'
);
select is(
    (select count(*) from perf.get_job_parameters('2020-01-06', '2020-01-07', max_rows => 2)),
    2::bigint,
    'no more than asked for'
);

select throws_ok(
    'select perf.get_job_parameters(max_jobs => 0)',
    '22023',
    'max_jobs must be between 1 and 10000, got 0',
    'refuses no jobs'
);
select throws_ok(
    'select perf.get_job_parameters(workflow_id => -1)', 'PT404', null, 'refuses an unknown workflow'
);
set local role perf_analyst;
select is(
    (select count(*) from pg_temp.list('2020-01-06', '2020-01-07', 'sketch')),
    2::bigint,
    'perf_analyst may ask'
);
set local role perf_recorder;
select throws_ok('select perf.get_job_parameters()', '42501', null, 'a recorder reads nothing');
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select perf.get_job_parameters()', '42501', 'this needs the role analyst', 'a stranger may not'
);

select * from finish();
rollback;

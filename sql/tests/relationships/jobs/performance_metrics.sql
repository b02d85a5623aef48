begin;
select plan(7);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
create temporary table recorded as
select perf.record_job_metrics(
    'portrait', 'gpu-1', total_wall_time_ms => 2000, external_id => 'one', project_name => 'film',
    character_name => 'mia', scene_name => 'opening', completed_at => '2020-01-06 10:00+00'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select e.name
       from perf.performance_metrics as x
       left join lateral perf.workflows(x) as e on true $$,
    $$ values ('portrait'::text) $$,
    'a job has a workflow'
);

select results_eq(
    $$ select e.name
       from perf.performance_metrics as x
       left join lateral perf.workers(x) as e on true $$,
    $$ values ('gpu-1'::text) $$,
    'a worker'
);

select results_eq(
    $$ select e.name
       from perf.performance_metrics as x
       left join lateral perf.projects(x) as e on true $$,
    $$ values ('film'::text) $$,
    'a project'
);

select results_eq(
    $$ select e.name
       from perf.performance_metrics as x
       left join lateral perf.characters(x) as e on true $$,
    $$ values ('mia'::text) $$,
    'a character'
);

select results_eq(
    $$ select e.name
       from perf.performance_metrics as x
       left join lateral perf.scenes(x) as e on true $$,
    $$ values ('opening'::text) $$,
    'a scene'
);

select results_eq(
    $$ select e.external_id
       from perf.performance_metrics as x
       left join lateral perf.jobs(x) as e on true $$,
    $$ values ('one'::text) $$,
    'and a row of perf.jobs'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select is_empty(
    $$ select e.* from perf.performance_metrics as x cross join lateral perf.workers(x) as e $$,
    'a recorder reads none'
);

select * from finish();
rollback;

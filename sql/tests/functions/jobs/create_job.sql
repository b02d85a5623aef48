begin;
select plan(17);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

create temporary table made as
select perf.create_job(
    ' upscale ', 'wan', '1080p', '{"steps": 20}', 'film', 'Ada', 'opening', 'a-1'
) as id;

select results_eq(
    'select m.id from made as m',
    'select j.id from perf.jobs as j',
    'adds a job and returns its id'
);
select results_eq(
    $$ select f.name, j.worker_id, j.model_type::text, j.resolution_tier, j.status, j.parameters,
           p.name, c.name, s.name, j.external_id, j.completed_at
       from perf.jobs as j
       join perf.workflows as f on f.id = j.workflow_id
       join perf.projects as p on p.id = j.project_id
       join perf.characters as c on c.id = j.character_id and c.project_id = p.id
       join perf.scenes as s on s.id = j.scene_id and s.project_id = p.id $$,
    $$ values (
        'upscale', null::bigint, 'wan', '1080p', 'queued', '{"steps": 20}'::jsonb, 'film', 'Ada',
        'opening', 'a-1', null::timestamptz
    ) $$,
    'with what it names, which is added'
);
select is(
    perf.create_job('other', external_id => 'a-1'),
    (select j.id from perf.jobs as j where j.external_id = 'a-1'),
    'a retry returns the same id'
);
select is((select count(*) from perf.jobs), 1::bigint, 'and adds nothing');
select isnt(perf.create_job('upscale'), perf.create_job('upscale'), 'a name is enough');
select is_empty('select from perf.performance_metrics', 'nothing is measured yet');
select throws_ok(
    'select perf.create_job(null)',
    '22023',
    'workflow_name must have 1 to 200 characters, got null',
    'refuses null'
);
select throws_ok(
    $$ select perf.create_job('upscale', scene_name => E'a\nb') $$,
    '22023',
    E'scene_name must have no control characters, got "a\\nb"',
    'refuses a bad name'
);
select throws_ok(
    $$ select perf.create_job('upscale', parameters => '[]') $$,
    '22023',
    'parameters must be a JSON object, got "[]"',
    'refuses parameters that are no object'
);
update perf.workflows set retired_at = '2020-01-06' where name = 'other';
select throws_ok(
    $$ select perf.create_job('other') $$,
    'PT409',
    'workflow "other" is retired',
    'refuses a retired workflow'
);
update perf.workflows set retired_at = null where name = 'other';
select lives_ok($$ select perf.create_job('other') $$, 'takes it when it is back');

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select lives_ok($$ select perf.create_job('upscale') $$, 'a recorder by token may');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.create_job('upscale') $$, '42501', 'this needs the role recorder', 'an analyst may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.create_job('upscale') $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select lives_ok($$ select perf.create_job('upscale') $$, 'perf_recorder may');

set local role perf_analyst;

select throws_ok($$ select perf.create_job('upscale') $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.create_job('upscale') $$, '42501', null, 'anon may not');

select * from finish();
rollback;

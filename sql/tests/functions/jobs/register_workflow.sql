begin;
select plan(11);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

create temporary table made as
select perf.register_workflow(' upscale ', 'Twice the size') as id;

select results_eq(
    'select f.id, f.name, f.description from perf.workflows as f',
    $$ select m.id, 'upscale', 'Twice the size' from made as m $$,
    'adds a workflow'
);
select is(perf.register_workflow('upscale'), (select m.id from made as m), 'finds it again');
select is(
    (select f.description from perf.workflows as f), 'Twice the size', 'and null leaves it'
);
select throws_ok(
    'select perf.register_workflow(null)',
    '22023',
    'workflow_name must have 1 to 200 characters, got null',
    'refuses no name'
);
select throws_ok(
    $$ select perf.register_workflow('upscale', repeat('x', 10001)) $$,
    '22023',
    'description must have at most 10000 characters, got 10001',
    'refuses a book'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select lives_ok($$ select perf.register_workflow('upscale') $$, 'a caller with the role admin by token may');

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.register_workflow('upscale') $$, '42501', 'this needs the role admin', 'one with another may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.register_workflow('upscale') $$, '42501', null, 'a stranger may not');

set local role perf_admin;

select lives_ok($$ select perf.register_workflow('upscale') $$, 'perf_admin may');

set local role perf_recorder;

select throws_ok($$ select perf.register_workflow('upscale') $$, '42501', null, 'perf_recorder may not');

set local role anon;

select throws_ok($$ select perf.register_workflow('upscale') $$, '42501', null, 'anon may not');

select * from finish();
rollback;

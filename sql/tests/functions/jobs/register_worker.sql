begin;
select plan(12);

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
select perf.register_worker(' gpu ', ' RTX 4090 ', 24576) as id;

select results_eq(
    'select w.id, w.name, w.hardware, w.vram_mb from perf.workers as w',
    $$ select m.id, 'gpu', 'RTX 4090', 24576 from made as m $$,
    'adds a worker'
);
select is(
    perf.register_worker('gpu', vram_mb => 24564), (select m.id from made as m), 'finds it again'
);
select results_eq(
    'select w.hardware, w.vram_mb from perf.workers as w',
    $$ values ('RTX 4090', 24564) $$,
    'takes what is new, and what is null stays'
);
select throws_ok(
    'select perf.register_worker(null)',
    '22023',
    'worker_name must have 1 to 200 characters, got null',
    'refuses no name'
);
select throws_ok(
    $$ select perf.register_worker('gpu', '') $$,
    '22023',
    'hardware must have 1 to 200 characters, got ""',
    'refuses empty hardware'
);
select throws_ok(
    $$ select perf.register_worker('gpu', null, 0) $$,
    '22023',
    'vram_mb must be more than 0, got 0',
    'refuses no memory'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select lives_ok($$ select perf.register_worker('gpu') $$, 'a caller with the role admin by token may');

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.register_worker('gpu') $$, '42501', 'this needs the role admin', 'one with another may not');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.register_worker('gpu') $$, '42501', null, 'a stranger may not');

set local role perf_admin;

select lives_ok($$ select perf.register_worker('gpu') $$, 'perf_admin may');

set local role perf_recorder;

select throws_ok($$ select perf.register_worker('gpu') $$, '42501', null, 'perf_recorder may not');

set local role anon;

select throws_ok($$ select perf.register_worker('gpu') $$, '42501', null, 'anon may not');

select * from finish();
rollback;

begin;
select plan(9);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

-- The tests of perf.record_ab_outcomes() have the rest.
select is(perf_internal.record_ab_outcomes('{"outcomes": []}'), 0::bigint, 'takes an object too');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf_internal.record_ab_outcomes('[]') $$, 'an admin by token may'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf_internal.record_ab_outcomes('[]') $$,
    '42501',
    null,
    'an analyst by token does not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf_internal.record_ab_outcomes('[]') $$, 'a recorder by token may'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf_internal.record_ab_outcomes('[]') $$,
    '42501',
    null,
    'nor does a stranger with a token'
);
set local request.jwt.claims = '';
set local role perf_admin;
select lives_ok(
    $$ select perf_internal.record_ab_outcomes('[]') $$, 'perf_admin may'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.record_ab_outcomes('[]') $$, '42501', null, 'perf_analyst does not'
);
set local role perf_recorder;
select lives_ok(
    $$ select perf_internal.record_ab_outcomes('[]') $$, 'perf_recorder may'
);
set local role anon;
select throws_ok(
    $$ select perf_internal.record_ab_outcomes('[]') $$, '42501', null, 'nor does anon'
);

select * from finish();
rollback;

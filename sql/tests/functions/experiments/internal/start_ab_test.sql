begin;
select plan(2);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

-- The tests of perf.start_ab_test() have the rest.
set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.start_ab_test(
           'x', 'llm', 'v1', 'v2', '[]', 0.5, null, null, null, null, now()
       ) $$,
    '42501',
    null,
    'a caller who is no admin is refused here too'
);
set local role perf_admin;
select throws_ok(
    $$ select perf_internal.start_ab_test(
           'x', 'llm', 'v1', 'v2', '[]', 0.5, null, null, null, null, now()
       ) $$,
    '22023',
    null,
    'arguments of an admin are looked at'
);

select * from finish();
rollback;

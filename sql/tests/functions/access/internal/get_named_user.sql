begin;
select plan(7);

select is(
    perf_internal.get_named_user('a0000000-0000-4000-8000-000000000000', null),
    'a0000000-0000-4000-8000-000000000000',
    'a user has an id'
);
select is(
    perf_internal.get_named_user(null, 'auth0|1'), perf.get_subject_id('auth0|1'), 'or a sub'
);
select throws_ok(
    $$ select perf_internal.get_named_user('a0000000-0000-4000-8000-000000000000', 'auth0|1') $$,
    '22023',
    'give either user_id or subject',
    'not both'
);
select throws_ok(
    'select perf_internal.get_named_user(null, null)',
    '22023',
    'give either user_id or subject',
    'and not neither'
);
select throws_ok(
    $$ select perf_internal.get_named_user(null, '') $$,
    '22023',
    'subject must have 1 to 200 characters, got ""',
    'a sub is not empty'
);
select throws_ok(
    $$ select perf_internal.get_named_user(null, repeat('x', 201)) $$,
    '22023',
    null,
    'nor longer than 200 characters'
);

select throws_ok(
    $$ select perf_internal.get_named_user(null, ' x') $$,
    '22023',
    'subject must have no spaces around it, got " x"',
    'nor with spaces around it'
);

select * from finish();
rollback;

begin;
select plan(5);

select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select lives_ok($$ select perf_internal.record_otlp('{}') $$, 'a recorder records');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf_internal.record_otlp('{}') $$, '42501', null, 'an analyst does not'
);
set local role anon;
select throws_ok($$ select perf_internal.record_otlp('{}') $$, '42501', null, 'nor does anon');
reset role;
select is(
    perf_internal.record_otlp(replace(
        '{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "?u0000 ??u0000"}]}]}]}',
        '?',
        E'\\'
    )::json) ->> 'ignored',
    '1',
    'a character 0, which no jsonb holds, is taken out'
);
select throws_ok(
    $$ select perf_internal.record_otlp(
           ('{"resourceSpans": "' || repeat('x', 67108864) || '"}')::json
       ) $$,
    '22023',
    'a body must have at most 64 MB, got 64 MB',
    'refuses a body that is too large'
);

select * from finish();
rollback;

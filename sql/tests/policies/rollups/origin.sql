begin;
select plan(7);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.origin),
    1::bigint,
    'any token reads it, for it says nothing about anybody'
);
select throws_ok(
    'refresh materialized view perf_internal.origin', '42501', null, 'but does not refresh it'
);

set local role perf_analyst;
select is((select count(*) from perf_internal.origin), 1::bigint, 'perf_analyst reads it');

set local role perf_admin;
select is((select count(*) from perf_internal.origin), 1::bigint, 'perf_admin reads it');
select throws_ok(
    'refresh materialized view perf_internal.origin', '42501', null, 'but does not refresh it'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.origin', '42501', null, 'perf_recorder does not read it'
);

set local role anon;
select throws_ok('select * from perf_internal.origin', '42501', null, 'nor does anon');

select * from finish();
rollback;

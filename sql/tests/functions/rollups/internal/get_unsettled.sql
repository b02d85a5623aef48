begin;
select plan(2);

select is(
    perf_internal.get_unsettled(),
    '{}'::bigint[],
    'on a single server every commit is over at once'
);

set local role perf_admin;
select throws_ok(
    'select perf_internal.get_unsettled()', '42501', null, 'only the owner may call it'
);

select * from finish();
rollback;

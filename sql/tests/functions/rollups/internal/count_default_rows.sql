begin;
select plan(5);

select is(perf_internal.count_default_rows('calls'), 0::bigint, 'at first there are none');

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (values (timestamptz '2020-01-06 10:00+00'), ('2020-01-07 10:00+00')) as c (d);

select is(perf_internal.count_default_rows('calls'), 2::bigint, 'counts rows without a partition');

select perf.ensure_partitions('2020-01-07 12:00+00', 0);

select is(perf_internal.count_default_rows('calls'), 0::bigint, 'rows with one do not count');

select throws_ok(
    $$ select perf_internal.count_default_rows('other') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.count_default_rows('calls') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;

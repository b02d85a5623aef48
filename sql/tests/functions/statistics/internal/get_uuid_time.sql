begin;
select plan(5);

-- 016f7a67-7c40 is 1578306600000, the milliseconds from 1970 to 2020-01-06 10:30 UTC.
select is(
    perf_internal.get_uuid_time('016f7a67-7c40-7000-8000-000000000000'),
    '2020-01-06 10:30:00+00'::timestamptz,
    'a version 7 id carries its time'
);

select is(
    perf_internal.get_uuid_time('016f7a67-7c41-7fff-bfff-ffffffffffff'),
    '2020-01-06 10:30:00.001+00'::timestamptz,
    'to the millisecond'
);

select is(
    perf_internal.get_uuid_time('00000000-0000-7000-8000-000000000000'),
    '1970-01-01 00:00:00+00'::timestamptz,
    'the earliest is 1970'
);

select is(
    perf_internal.get_uuid_time('016f7a67-7c40-4000-8000-000000000000'),
    null,
    'a version 4 id carries none'
);

select is(perf_internal.get_uuid_time(null), null, 'null carries none');

select * from finish();
rollback;

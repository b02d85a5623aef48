begin;
select plan(4);

set local timezone = 'UTC';

select is(
    perf_internal.get_daily_from(), date '0001-01-01', 'all days, before retention has removed any'
);

update perf.retention set deleted_before = '2020-01-07' where pipeline = 'jobs' and level = 'daily';
update perf.retention set deleted_before = '2020-03-01' where pipeline = 'jobs' and level = 'hourly';

select is(
    perf_internal.get_daily_from(), date '2020-01-07', 'the first day that is whole'
);

update perf.retention
set deleted_before = '2020-01-08 01:00'
where pipeline = 'calls' and level = 'daily';

select is(
    perf_internal.get_daily_from(),
    date '2020-01-09',
    'the later of jobs and calls, and never a part of a day'
);

set local role perf_recorder;
select throws_ok(
    'select perf_internal.get_daily_from()', '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;

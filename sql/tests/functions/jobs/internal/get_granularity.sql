begin;
select plan(4);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

select results_eq(
    $$ select g, perf_internal.get_granularity(g)
       from unnest('{hour,hourly,day,daily,week,weekly,month,monthly}'::text[]) as g $$,
    $$ values
        ('hour', 'hourly'), ('hourly', 'hourly'), ('day', 'daily'), ('daily', 'daily'),
        ('week', 'weekly'), ('weekly', 'weekly'), ('month', 'monthly'), ('monthly', 'monthly') $$,
    'both words of each are understood'
);
select throws_ok(
    $$ select perf_internal.get_granularity('year') $$,
    '22023',
    'granularity must be hourly, daily, weekly or monthly, got "year"',
    'refuses another'
);
select throws_ok(
    $$ select perf_internal.get_granularity(null) $$,
    '22023',
    'granularity must be hourly, daily, weekly or monthly, got null',
    'refuses null'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_granularity('day') $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;

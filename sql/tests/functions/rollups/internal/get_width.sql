begin;
select plan(7);

select is(perf_internal.get_width('hourly'), interval '1 hour', 'hourly is an hour');
select is(perf_internal.get_width('daily'), interval '1 day', 'daily is a day');
select is(perf_internal.get_width('weekly'), interval '7 days', 'weekly is seven days');

select throws_ok(
    $$ select perf_internal.get_width('monthly') $$,
    '22023',
    'granularity must be hourly, daily or weekly, got "monthly"',
    'refuses any other'
);

select throws_ok(
    $$ select perf_internal.get_width('Hourly') $$,
    '22023',
    'granularity must be hourly, daily or weekly, got "Hourly"',
    'refuses capitals'
);

select throws_ok(
    $$ select perf_internal.get_width('') $$,
    '22023',
    'granularity must be hourly, daily or weekly, got ""',
    'refuses an empty one'
);

select throws_ok(
    'select perf_internal.get_width(null)',
    '22023',
    'granularity must be hourly, daily or weekly, got null',
    'refuses null'
);

select * from finish();
rollback;

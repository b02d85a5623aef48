begin;
select plan(8);

set local datestyle = 'ISO';

set local timezone = 'UTC';

select is(
    perf_internal.get_finish_problem('1970-01-01', '1970-01-01', '{}'), null, '1970 is fine'
);
select is(
    perf_internal.get_finish_problem(null, now() + interval '1 day', null),
    null,
    'so is a day from now'
);
select is(
    perf_internal.get_finish_problem(null, '1969-12-31 23:59:59.999999+00', null),
    'completed_at must be between 1970 and tomorrow, got 1969-12-31 23:59:59.999999+00',
    'a moment earlier is not'
);
select is(
    perf_internal.get_finish_problem(null, now() + interval '1 day 1 microsecond', null),
    'completed_at must be between 1970 and tomorrow, got '
        || (now() + interval '1 day 1 microsecond'),
    'nor a moment later'
);
select is(
    perf_internal.get_finish_problem('-infinity', '2020-01-06', null),
    'started_at must be between 1970 and completed_at, got -infinity',
    'a start before 1970 is not'
);
select is(
    perf_internal.get_finish_problem('2020-01-06 00:00:01', '2020-01-06', null),
    'started_at must be between 1970 and completed_at, got 2020-01-06 00:00:01+00',
    'nor one after the end'
);
select is(
    perf_internal.get_finish_problem('2020-01-06', '2020-01-06', '{"frame_count": -1}'),
    'frame_count must be a number between 0 and 2147483647, got "-1"',
    'then the result is looked at'
);
select is(
    perf_internal.get_finish_problem(null, 'infinity', null),
    'completed_at must be between 1970 and tomorrow, got infinity',
    'infinity is no time'
);

select * from finish();
rollback;

begin;
select plan(15);
set local datestyle = 'ISO';
set local timezone = 'UTC';
set local intervalstyle = 'postgres';

create function pg_temp.make_plan(
    changes jsonb,
    start_time timestamptz,
    end_time timestamptz,
    step interval default null,
    group_count bigint default 1
)
returns text
language sql
as $$
    select concat_ws(' ', p.step, p.is_raw, to_char(p.first_at, 'MM-DD HH24:MI'), p.step_count)
    from perf_internal.get_backtest_plan(
        jsonb_populate_record(
            null::perf.performance_alert_thresholds,
            '{"metric_name": "response_time_ms", "time_window": "15 minutes"}'::jsonb || changes
        ),
        group_count,
        start_time,
        end_time,
        step
    ) as p;
$$;

select is(
    pg_temp.make_plan('{}', '2020-01-06', '2020-01-07'),
    '00:01:00 t 01-06 00:00 1440',
    'each minute by default'
);
select is(
    pg_temp.make_plan('{}', '2020-01-06 00:00:01', '2020-01-06 00:02'),
    '00:01:00 t 01-06 00:01 1',
    'the first step is in the range and the end is not'
);
select is(
    pg_temp.make_plan('{}', '2020-01-06 00:00:01', '2020-01-06 00:00:02'),
    '00:01:00 t 01-06 00:01 0',
    'a range may have no step'
);
select is(
    pg_temp.make_plan('{}', '2020-01-06 10:30', '2020-01-07', '6 hours'),
    '06:00:00 t 01-06 12:00 2',
    'a step is counted from midnight'
);
select is(
    pg_temp.make_plan('{"baseline": "hour_of_week"}', '2020-01-06', '2020-01-07'),
    '01:00:00 f 01-06 00:00 24',
    'each hour with a baseline'
);
select throws_ok(
    $$ select pg_temp.make_plan(
        '{"baseline": "hour_of_week"}', '2020-01-06', '2020-01-07', '1 minute'
    ) $$,
    '22023',
    'step must be whole hours for a threshold with a baseline, got 00:01:00',
    'refuses steps of a minute with a baseline'
);
select throws_ok(
    $$ select pg_temp.make_plan('{"baseline": "hour_of_week"}', '2020-01-01', '2021-01-01') $$,
    '22023',
    'the range must have at most 3000 steps for a threshold with a baseline, got 8784',
    'refuses years with a baseline'
);
select throws_ok(
    $$ select pg_temp.make_plan('{}', '2020-01-06', '2020-01-07', '30 seconds') $$,
    '22023',
    'step must be whole minutes, 1 minute to 1 day, got 00:00:30',
    'refuses a step of seconds'
);
select throws_ok(
    $$ select pg_temp.make_plan('{}', '2020-01-06', '2020-01-07', '90.5 minutes') $$,
    '22023',
    null,
    'refuses parts of minutes'
);
select throws_ok(
    $$ select pg_temp.make_plan('{}', '2020-01-07', '2020-01-06') $$,
    '22023',
    null,
    'refuses an end before the start'
);
select throws_ok(
    $$ select pg_temp.make_plan('{}', '2020-01-01', '2020-01-31', group_count => 1000) $$,
    '22023',
    'the range must have at most 10000000 steps of all groups, got 1000 groups with 43200 steps each',
    'refuses too much'
);

insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes)
values ('calls', '2020-01-05', '2020-01-06', 0, 0);
select is(
    pg_temp.make_plan('{}', '2020-01-06', '2020-01-07'),
    '01:00:00 f 01-06 00:00 24',
    'each hour where the first window had raw rows that are no longer kept'
);
select is(
    pg_temp.make_plan('{}', '2020-01-06 00:15', '2020-01-07'),
    '00:01:00 t 01-06 00:15 1425',
    'each minute after that'
);
select throws_ok(
    $$ select pg_temp.make_plan('{}', '2020-01-06', '2020-01-07', '1 minute') $$,
    '22023',
    'step must be whole hours where raw rows are no longer kept, got 00:01:00',
    'refuses a step that only raw rows could tell'
);
update perf.retention set deleted_before = '2020-01-06' where pipeline = 'calls' and level = 'hourly';
select throws_ok(
    $$ select pg_temp.make_plan('{}', '2020-01-06', '2020-01-07') $$,
    '22023',
    'start_time must not be before 2020-01-06 00:15:00+00, from when hours are kept, got 2020-01-06 00:00:00+00',
    'refuses a range whose hours are no longer kept'
);

select * from finish();
rollback;

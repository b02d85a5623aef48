begin;
select plan(42);

-- Messages show times as the session does.
set local datestyle = 'ISO';

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 10
        + (select count(distinct r.transaction_id) from perf.performance_metrics_raw as r);
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

set local timezone = 'UTC';

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

create temporary table recorded as
select perf.record_call(
    c.model_name, c.tool_name, c.ms, error_type => c.error_type, parameters => c.parameters,
    input_tokens => c.input_tokens, output_tokens => c.output_tokens,
    first_token_ms => c.first_token_ms, call_timestamp => c.called_at
)
from (
    values
        ('acme/one', 'chat', 100, null, '{}'::jsonb, 10, 20, 50, timestamptz '2020-01-06 10:00'),
        ('acme/one', 'chat', 300, null, '{"temperature": 1}', 30, 40, null,
            '2020-01-06 10:59:59.999999'),
        ('acme/one', 'chat', 200, 'timeout', '{}', 5, null, null, '2020-01-06 10:30'),
        ('acme/one', 'chat', 400, null, '{}', null, null, null, '2020-01-06 11:00'),
        ('acme/one', 'chat', 500, null, '{}', null, null, null, '2020-01-12 23:59:59.999999'),
        ('acme/one', 'chat', 600, null, '{}', null, null, null, '2020-01-13 00:00'),
        ('acme/one', 'search', 9, null, '{}', null, null, null, '2020-01-06 10:00'),
        ('acme/two', 'chat', 10, null, '{}', null, null, null, '2020-01-06 10:00'),
        ('acme/two', 'chat', 30, null, '{}', null, null, null, '2020-01-06 10:00')
) as c (
    model_name, tool_name, ms, error_type, parameters, input_tokens, output_tokens,
    first_token_ms, called_at
);

create function pg_temp.trends(
    start_time timestamptz,
    end_time timestamptz,
    granularity text default 'hourly',
    parameters jsonb default null,
    outcome text default 'all'
)
returns table (
    bucket text, calls bigint, average float8, lowest float8, highest float8,
    percentiles numeric(20, 6)[]
)
language sql
as $$
    select to_char(t.time_bucket, 'MM-DD HH24'), t.call_count, t.avg_response_time,
        t.min_response_time, t.max_response_time,
        array[
            t.p50_response_time, t.p95_response_time, t.p99_response_time,
            t.p50_first_token_ms, t.p95_first_token_ms, t.p99_first_token_ms
        ]
    from perf.get_performance_trends(
        'acme/one', 'chat', start_time, end_time, granularity, parameters, outcome
    ) as t
$$;

-- Every question is asked twice: before any run and after one.
create temporary table pending as
select 'hourly' as asked, t.* from pg_temp.trends('2020-01-06', '2020-01-20') as t
union all
select 'daily', t.* from pg_temp.trends('2020-01-06', '2020-01-20', 'daily') as t
union all
select 'weekly', t.* from pg_temp.trends('2020-01-06', '2020-01-20', 'weekly') as t
union all
select 'parameters', t.*
from pg_temp.trends('2020-01-06', '2020-01-20', 'hourly', '{"temperature": 1.0}') as t
union all
select 'success', t.* from pg_temp.trends('2020-01-06', '2020-01-20', outcome => 'success') as t
union all
select 'error', t.* from pg_temp.trends('2020-01-06', '2020-01-20', outcome => 'error') as t;

select pg_temp.end_recording();
select is(perf.aggregate_performance_metrics(), 9::bigint, 'nine calls are rolled up');

create temporary table rolled_up as
select 'hourly' as asked, t.* from pg_temp.trends('2020-01-06', '2020-01-20') as t
union all
select 'daily', t.* from pg_temp.trends('2020-01-06', '2020-01-20', 'daily') as t
union all
select 'weekly', t.* from pg_temp.trends('2020-01-06', '2020-01-20', 'weekly') as t
union all
select 'parameters', t.*
from pg_temp.trends('2020-01-06', '2020-01-20', 'hourly', '{"temperature": 1.0}') as t
union all
select 'success', t.* from pg_temp.trends('2020-01-06', '2020-01-20', outcome => 'success') as t
union all
select 'error', t.* from pg_temp.trends('2020-01-06', '2020-01-20', outcome => 'error') as t;

select results_eq(
    'select * from pending order by 1, 2',
    'select * from rolled_up order by 1, 2',
    'a call shows before it is rolled up as it does after'
);

select results_eq(
    $$ select bucket, calls, average, lowest, highest from rolled_up where asked = 'hourly' $$,
    $$ values
        ('01-06 10', 3::bigint, 200::float8, 100::float8, 300::float8),
        ('01-06 11', 1, 400, 400, 400),
        ('01-12 23', 1, 500, 500, 500),
        ('01-13 00', 1, 600, 600, 600) $$,
    'by hour, oldest first, all parameter sets together'
);

select results_eq(
    $$ select bucket, calls, average, lowest, highest from rolled_up where asked = 'daily' $$,
    $$ values
        ('01-06 00', 4::bigint, 250::float8, 100::float8, 400::float8),
        ('01-12 00', 1, 500, 500, 500),
        ('01-13 00', 1, 600, 600, 600) $$,
    'by day'
);

select results_eq(
    $$ select bucket, calls, average, lowest, highest from rolled_up where asked = 'weekly' $$,
    $$ values
        ('01-06 00', 5::bigint, 300::float8, 100::float8, 500::float8),
        ('01-13 00', 1, 600, 600, 600) $$,
    'by week, from Monday'
);

select results_eq(
    $$ select bucket, calls, average from rolled_up where asked = 'parameters' $$,
    $$ values ('01-06 10', 1::bigint, 300::float8) $$,
    'parameters choose the calls that had them'
);

select results_eq(
    $$ select bucket, calls, average, lowest, highest from rolled_up where asked = 'success' $$,
    $$ values
        ('01-06 10', 2::bigint, 200::float8, 100::float8, 300::float8),
        ('01-06 11', 1, 400, 400, 400),
        ('01-12 23', 1, 500, 500, 500),
        ('01-13 00', 1, 600, 600, 600) $$,
    'success leaves the failed calls out'
);

select results_eq(
    $$ select t.call_count, t.success_rate, t.error_count, t.avg_response_time
       from unnest(array['all', 'success', 'error']) with ordinality as o (outcome, number)
       cross join lateral perf.get_performance_trends(
           'acme/one', 'chat', '2020-01-06 10:00', '2020-01-06 11:00', outcome => o.outcome
       ) as t
       order by o.number $$,
    $$ values
        (3::bigint, 2 / 3::float8, 1::bigint, 200::float8),
        (2, 2 / 3::float8, 1, 200),
        (1, 2 / 3::float8, 1, 200) $$,
    'calls and times are of the outcome, success rate and errors of all calls'
);

select results_eq(
    $$ select bucket, calls, average, lowest, highest from rolled_up where asked = 'error' $$,
    $$ values ('01-06 10', 1::bigint, 200::float8, 200::float8, 200::float8) $$,
    'error leaves only those'
);

create temporary table ten as
select *
from perf.get_performance_trends('acme/one', 'chat', '2020-01-06 10:00', '2020-01-06 11:00');

select results_eq(
    $$ select success_rate, error_count, total_input_tokens, total_output_tokens from ten $$,
    $$ values (2 / 3::float8, 1::bigint, 45::bigint, 60::bigint) $$,
    'success rate, errors and tokens'
);

-- Of 100, 200, 300 the median is 200, the 95th percentile 290, the 99th 298.
select results_eq(
    $$ select
           abs(p50_response_time / 200 - 1) <= 0.005,
           abs(p95_response_time / 290 - 1) <= 0.005,
           abs(p99_response_time / 298 - 1) <= 0.005
       from ten $$,
    'values (true, true, true)',
    'percentiles of all calls of the hour are within 0.5 %'
);

select results_eq(
    $$ select
           abs(p50_first_token_ms / 50 - 1) <= 0.005,
           abs(p95_first_token_ms / 50 - 1) <= 0.005,
           abs(p99_first_token_ms / 50 - 1) <= 0.005
       from ten $$,
    'values (true, true, true)',
    'so are those of the first token'
);

select results_eq(
    $$ select p50_response_time, p95_response_time, p99_response_time, p50_first_token_ms,
           total_input_tokens
       from perf.get_performance_trends(
           'acme/one', 'chat', '2020-01-06 11:00', '2020-01-06 12:00'
       ) $$,
    'values (400::float8, 400::float8, 400::float8, null::float8, null::bigint)',
    'a single call is exact, what it did not report is null'
);

-- Of 10 and 30 the median is 20, the 95th percentile 29, the 99th 29.8.
select results_eq(
    $$ select
           abs(t.p50_response_time / 20 - 1) <= 0.005,
           abs(t.p95_response_time / 29 - 1) <= 0.005,
           abs(t.p99_response_time / 29.8 - 1) <= 0.005
       from perf.get_performance_trends('acme/two', 'chat', '2020-01-06', '2020-01-07') as t $$,
    'values (true, true, true)',
    'so they are where one parameter set is all there is'
);

select results_eq(
    $$ select a.attname
       from pg_attribute as a
       where a.attrelid = 'ten'::regclass and a.attnum > 0
       order by a.attnum
       limit 6 $$,
    array[
        'time_bucket', 'avg_response_time', 'p95_response_time', 'p99_response_time',
        'call_count', 'success_rate'
    ]::name[],
    'six columns come first, in this order'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 800, call_timestamp => '2020-01-06 11:30');

select results_eq(
    $$ select calls, average, lowest, highest
       from pg_temp.trends('2020-01-06 11:00', '2020-01-06 12:00') $$,
    'values (2::bigint, 600::float8, 400::float8, 800::float8)',
    'a pending call is added to its rolled-up bucket'
);

-- Of 400 and 800 the median is 600, the 95th percentile 780.
select results_eq(
    $$ select
           abs(p50_response_time / 600 - 1) <= 0.005,
           abs(p95_response_time / 780 - 1) <= 0.005
       from perf.get_performance_trends(
           'acme/one', 'chat', '2020-01-06 11:00', '2020-01-06 12:00'
       ) $$,
    'values (true, true)',
    'and to its percentiles'
);

select results_eq(
    $$ select bucket, calls from pg_temp.trends('2020-01-06', '2020-01-20', 'weekly') $$,
    $$ values ('01-06 00', 6::bigint), ('01-13 00', 1) $$,
    'and to its week'
);

select results_eq(
    $$ select bucket from pg_temp.trends('2020-01-06 10:00:00.000001', '2020-01-12 23:00') $$,
    $$ values ('01-06 11') $$,
    'a bucket that starts before the range is not in it, nor one that starts with its end'
);

select results_eq(
    $$ select bucket, calls
       from pg_temp.trends('2020-01-07', '2020-01-13 00:00:00.000001', 'weekly') $$,
    $$ values ('01-13 00', 1::bigint) $$,
    'a week counts where it starts'
);

select is_empty(
    $$ select * from pg_temp.trends('2020-01-06 10:00', '2020-01-06 10:00') $$,
    'an empty range has no buckets'
);

select is_empty(
    $$ select * from pg_temp.trends('2020-02-03', '2020-02-10') $$,
    'hours without calls have no buckets'
);

select is_empty(
    $$ select *
       from perf.get_performance_trends('acme/two', 'search', '2020-01-06', '2020-01-07') $$,
    'a model and tool that never met have none'
);

-- In the hour that is not over. Of 10 and 30 the median is 20, the 95th percentile 29.
create temporary table current as
select perf.record_call('acme/two', 'chat', c.ms)
from (values (10), (30)) as c (ms);
select pg_temp.end_recording();
create temporary table current_run as select perf.aggregate_performance_metrics();
select results_eq(
    $$ select
           t.call_count,
           abs(t.p50_response_time / 20 - 1) <= 0.005,
           abs(t.p95_response_time / 29 - 1) <= 0.005
       from perf.get_performance_trends(
           'acme/two', 'chat', date_trunc('hour', now()), now() + interval '1 minute'
       ) as t $$,
    'values (2::bigint, true, true)',
    'those of an hour that is not over are right after a run too'
);

-- On Sunday 2020-10-25 the clocks of Berlin go back.
create temporary table autumn as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-10-25 12:00');
set local timezone = 'Europe/Berlin';
select is(
    (
        select t.time_bucket
        from perf.get_performance_trends(
            'acme/one', 'chat', '2020-10-25 00:00+00', '2020-10-26 00:00+00', 'daily'
        ) as t
    ),
    '2020-10-25 00:00+00',
    'days are those of UTC, also where the clocks of the session change'
);
set local timezone = 'UTC';

select throws_ok(
    $$ select * from pg_temp.trends('2020-01-06', '2020-01-07', 'monthly') $$,
    '22023',
    'granularity must be hourly, daily or weekly, got "monthly"',
    'refuses an unknown granularity'
);
select throws_ok(
    $$ select * from pg_temp.trends('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-07 00:00:00+00 and 2020-01-06 00:00:00+00',
    'refuses an end before the start'
);
select throws_ok(
    $$ select * from pg_temp.trends('2020-01-06', '2020-01-07', outcome => 'failed') $$,
    '22023',
    'outcome must be all, success or error, got "failed"',
    'refuses an unknown outcome'
);
select throws_ok(
    $$ select * from pg_temp.trends('2020-01-06', '2020-01-07', parameters => '{"seed": 7}') $$,
    '22023',
    'parameters can be filtered by what affects performance, got "seed"',
    'refuses a parameter that is not kept apart'
);
select throws_ok(
    $$ select * from perf.get_performance_trends(null, 'chat', '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no model ""',
    'does not find a null model'
);
select throws_ok(
    $$ select * from perf.get_performance_trends('acme/one', 'walk', '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no tool "walk"',
    'does not find an unknown tool'
);

-- Every hour of 1001.
create temporary table busy as
select perf.record_call('acme/busy', 'chat', 1, call_timestamp => h)
from generate_series(
    timestamptz '2021-01-04 00:00', timestamptz '2021-01-04 00:00' + interval '1000 hours', '1 hour'
) as h;

create function pg_temp.count_rows(hours integer, granularity text, max_rows integer)
returns bigint
language sql
as $$
    select count(*)
    from perf.get_performance_trends(
        'acme/busy',
        'chat',
        '2021-01-04',
        timestamptz '2021-01-04 00:00' + make_interval(hours => count_rows.hours),
        count_rows.granularity,
        max_rows => count_rows.max_rows
    )
$$;

select is(pg_temp.count_rows(999, 'hourly', 1000), 999::bigint, 'one row fewer than max_rows');
select is(pg_temp.count_rows(1000, 'hourly', 1000), 1000::bigint, 'as many');
select throws_ok(
    $$ select count(*)
       from perf.get_performance_trends('acme/busy', 'chat', '2021-01-04', '2021-03-05') $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 1000',
    'one more is refused, never cut'
);
select is(pg_temp.count_rows(1440, 'hourly', 1001), 1001::bigint, 'a larger limit lets it pass');
select is(pg_temp.count_rows(1440, 'daily', 1000), 42::bigint, 'so does a coarser granularity');
select throws_ok(
    $$ select pg_temp.count_rows(1, 'hourly', 0) $$,
    '22023',
    'max_rows must be between 1 and 100000, got 0',
    'refuses a limit of 0'
);

-- Calls of 18:15 and 18:45 on two days, at quarter to and quarter past midnight in India.
create temporary table indian as
select perf.record_call('acme/indian', 'chat', c.ms, call_timestamp => c.called_at)
from (
    values
        (100, timestamptz '2026-11-19 23:45+05:30'),
        (200, '2026-11-20 00:15+05:30'),
        (300, '2026-11-20 23:45+05:30'),
        (400, '2026-11-21 00:15+05:30')
) as c (ms, called_at);
select results_eq(
    $$ select time_bucket, call_count
       from perf.get_performance_trends(
           'acme/indian', 'chat', '2026-11-19 00:00+05:30', '2026-11-22 00:00+05:30', 'daily',
           time_zone => 'Asia/Kolkata'
       ) $$,
    $$ values
        ('2026-11-18 19:00'::timestamptz, 2::bigint),
        ('2026-11-19 19:00', 2) $$,
    'a day of a time zone is the hours of UTC that start in it, shown by the first'
);
select results_eq(
    $$ select time_bucket, call_count
       from perf.get_performance_trends(
           'acme/indian', 'chat', '2026-11-19', '2026-11-21', 'hourly', time_zone => 'Asia/Kolkata'
       ) $$,
    $$ values ('2026-11-19 18:00'::timestamptz, 2::bigint), ('2026-11-20 18:00', 2) $$,
    'hours are the same in every zone'
);
select throws_ok(
    $$ select *
       from perf.get_performance_trends(
           'acme/indian', 'chat', '2026-11-19', '2026-11-21', time_zone => 'IST'
       ) $$,
    '22023',
    'time_zone must be UTC or the name of an area and a city, got "IST"',
    'refuses an abbreviation'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (
        select sum(t.call_count)
        from perf.get_performance_trends('acme/one', 'chat', '2020-01-06', '2020-01-20') as t
    ),
    7::numeric,
    'an analyst by token sees all calls, pending ones too'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_performance_trends('acme/one', 'chat', '2020-01-06', '2020-01-20') $$,
    '42501',
    'this needs the role analyst',
    'a recorder by token may not ask, nor learns which models there are'
);

select * from finish();
rollback;

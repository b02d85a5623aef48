begin;
select plan(36);

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 11 + coalesce(
        (
            select max(r.transaction_id)
            from perf.performance_metrics_raw as r
            where r.transaction_id < txid_current()
        ),
        0
    );
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

set local timezone = 'Asia/Kolkata';

select is(perf.aggregate_performance_metrics(), 0::bigint, 'without calls a run adds none');

-- Two weeks meet between Sunday 2020-01-12 and Monday 2020-01-13.
create temporary table recorded as
select perf.record_call(
    c.model_name, 'chat', c.ms, error_type => c.error_type, input_tokens => c.input_tokens,
    output_tokens => c.output_tokens, first_token_ms => c.first_token_ms,
    call_timestamp => c.called_at
)
from (
    values
        ('acme/one', 100, null, 10, 20, 50, timestamptz '2020-01-06 10:00:00+00'),
        ('acme/one', 300, null, null, 40, null, '2020-01-06 10:59:59.999999+00'),
        ('acme/one', 200, 'timeout', null, null, null, '2020-01-06 11:00:00+00'),
        ('acme/one', 400, null, null, null, null, '2020-01-12 23:59:59.999999+00'),
        ('acme/one', 500, null, null, null, null, '2020-01-13 00:00:00+00'),
        ('acme/two', 0, null, null, null, null, '2020-01-06 10:30:00+00')
) as c (model_name, ms, error_type, input_tokens, output_tokens, first_token_ms, called_at);

create view pg_temp.rollups as
select
    o.name as model,
    m.*
from perf_internal.call_metrics as m
join perf.model_tool_configs as c on c.id = m.model_tool_config_id
join perf.models as o on o.id = c.model_id;

select is(
    perf.aggregate_performance_metrics(),
    0::bigint,
    'rows of its own transaction wait for the next run'
);

select pg_temp.end_recording();
select is(perf.aggregate_performance_metrics(), 6::bigint, 'a run returns how many rows it added');

select results_eq(
    $$ select time_bucket, call_count, success_count, error_count, avg_response_time,
           min_response_time, max_response_time
       from pg_temp.rollups
       where granularity = 'hourly' and model = 'acme/one'
       order by 1 $$,
    $$ values
        ('2020-01-06 10:00+00'::timestamptz, 2::bigint, 2::bigint, 0::bigint,
            200::float8, 100::float8, 300::float8),
        ('2020-01-06 11:00+00', 1, 0, 1, 200, 200, 200),
        ('2020-01-12 23:00+00', 1, 1, 0, 400, 400, 400),
        ('2020-01-13 00:00+00', 1, 1, 0, 500, 500, 500) $$,
    'an hour holds the calls from its start to before the next, failed ones too'
);

select results_eq(
    $$ select time_bucket, call_count, success_count, error_count, avg_response_time,
           min_response_time, max_response_time
       from pg_temp.rollups
       where granularity = 'daily' and model = 'acme/one'
       order by 1 $$,
    $$ values
        ('2020-01-06 00:00+00'::timestamptz, 3::bigint, 2::bigint, 1::bigint,
            200::float8, 100::float8, 300::float8),
        ('2020-01-12 00:00+00', 1, 1, 0, 400, 400, 400),
        ('2020-01-13 00:00+00', 1, 1, 0, 500, 500, 500) $$,
    'a day is one of UTC'
);

select results_eq(
    $$ select time_bucket, call_count, success_count, error_count, avg_response_time,
           min_response_time, max_response_time
       from pg_temp.rollups
       where granularity = 'weekly' and model = 'acme/one'
       order by 1 $$,
    $$ values
        ('2020-01-06 00:00+00'::timestamptz, 4::bigint, 3::bigint, 1::bigint,
            250::float8, 100::float8, 400::float8),
        ('2020-01-13 00:00+00', 1, 1, 0, 500, 500, 500) $$,
    'a week goes from Monday to Sunday'
);

select results_eq(
    $$ select total_input_tokens, total_output_tokens, avg_input_tokens, avg_output_tokens
       from pg_temp.rollups
       where granularity = 'hourly'
           and model = 'acme/one'
           and time_bucket = '2020-01-06 10:00+00' $$,
    $$ values (10::bigint, 60::bigint, 10::float8, 30::float8) $$,
    'tokens are averaged over the calls that reported them'
);

select results_eq(
    $$ select total_input_tokens, total_output_tokens, avg_input_tokens, p50_first_token_ms
       from pg_temp.rollups
       where granularity = 'hourly'
           and model = 'acme/one'
           and time_bucket = '2020-01-06 11:00+00' $$,
    $$ values (null::bigint, null::bigint, null::float8, null::float8) $$,
    'what no call reported is null'
);

select results_eq(
    $$ select p50_response_time, p95_response_time, p99_response_time
       from pg_temp.rollups
       where granularity = 'hourly'
           and model = 'acme/one'
           and time_bucket = '2020-01-06 11:00+00' $$,
    $$ values (200::float8, 200::float8, 200::float8) $$,
    'the percentiles of a single call are its time exactly'
);

-- Of 100 and 300 the median is 200, the 95th percentile 290, the 99th 298.
select results_eq(
    $$ select
           abs(p50_response_time / 200 - 1) <= 0.005,
           abs(p95_response_time / 290 - 1) <= 0.005,
           abs(p99_response_time / 298 - 1) <= 0.005
       from pg_temp.rollups
       where granularity = 'hourly'
           and model = 'acme/one'
           and time_bucket = '2020-01-06 10:00+00' $$,
    'values (true, true, true)',
    'percentiles of an hour are within 0.5 %'
);

-- Of 100, 200, 300, 400 the median is 250, the 95th percentile 385, the 99th 397.
select results_eq(
    $$ select
           abs(p50_response_time / 250 - 1) <= 0.005,
           abs(p95_response_time / 385 - 1) <= 0.005,
           abs(p99_response_time / 397 - 1) <= 0.005
       from pg_temp.rollups
       where granularity = 'weekly'
           and model = 'acme/one'
           and time_bucket = '2020-01-06 00:00+00' $$,
    'values (true, true, true)',
    'percentiles of a week too'
);

select is(
    (
        select bool_and(abs(p50_first_token_ms / 50 - 1) <= 0.005)
        from pg_temp.rollups
        where p50_first_token_ms is not null
    ),
    true,
    'so are those of the first token'
);

select results_eq(
    $$ select granularity, time_bucket, call_count, avg_response_time, p50_response_time
       from pg_temp.rollups
       where model = 'acme/two'
       order by 1 $$,
    $$ values
        ('daily', '2020-01-06 00:00+00'::timestamptz, 1::bigint, 0::float8, 0::float8),
        ('hourly', '2020-01-06 10:00+00', 1, 0, 0),
        ('weekly', '2020-01-06 00:00+00', 1, 0, 0) $$,
    'each model has rows of its own, a time of 0 is a time'
);

create temporary table before as select * from perf_internal.rollups;

select is(perf.aggregate_performance_metrics(), 0::bigint, 'a second run adds none');

select set_eq(
    'select * from perf_internal.rollups', 'select * from before', 'and changes nothing'
);

select results_eq(
    $$ select last_run_rows, total_rows, last_run_at is not null
       from perf_internal.rollup_state
       where pipeline = 'calls' $$,
    'values (0::bigint, 6::bigint, true)',
    'the state tells of the last run and of all'
);

create temporary table late as
select perf.record_call(
    'acme/one', 'chat', 600, error_type => 'refused', input_tokens => 5, first_token_ms => 150,
    call_timestamp => '2020-01-06 10:15:00+00'
);
select pg_temp.end_recording();

select is(perf.aggregate_performance_metrics(), 1::bigint, 'a late call is new once');

select results_eq(
    $$ select granularity, call_count, success_count, error_count, max_response_time,
           round(avg_response_time::numeric, 2), total_input_tokens, avg_input_tokens
       from pg_temp.rollups
       where model = 'acme/one'
           and time_bucket in ('2020-01-06 10:00+00', '2020-01-06 00:00+00')
       order by 1 $$,
    $$ values
        ('daily', 4::bigint, 2::bigint, 2::bigint, 600::float8, 300.00, 15::bigint, 7.5::float8),
        ('hourly', 3, 2, 1, 600, 333.33, 15, 7.5),
        ('weekly', 5, 3, 2, 600, 320.00, 15, 7.5) $$,
    'and is added to its hour, day and week'
);

-- Of 100, 300, 600 the median is 300, the 95th percentile 570, the 99th 594; of first tokens after
-- 50 and 150 ms they are 100, 145 and 149.
select results_eq(
    $$ select
           abs(p50_response_time / 300 - 1) <= 0.005,
           abs(p95_response_time / 570 - 1) <= 0.005,
           abs(p99_response_time / 594 - 1) <= 0.005,
           abs(p50_first_token_ms / 100 - 1) <= 0.005,
           abs(p95_first_token_ms / 145 - 1) <= 0.005,
           abs(p99_first_token_ms / 149 - 1) <= 0.005
       from pg_temp.rollups
       where granularity = 'hourly'
           and model = 'acme/one'
           and time_bucket = '2020-01-06 10:00+00' $$,
    'values (true, true, true, true, true, true)',
    'and to their percentiles'
);

select is(
    (select count(*) from perf.performance_metrics_hourly where time_bucket = '2020-01-06 10:00+00'),
    2::bigint,
    'which stay one row each'
);
select is(
    (
        select count(*)
        from perf_internal.rollups
        where time_bucket = '2020-01-06 10:00+00'
            and granularity = 'hourly'
            and metric = 'response_time_ms'
    ),
    2::bigint,
    'of each metric'
);

create function pg_temp.get_measures()
returns table (measures jsonb)
language sql
as $$
    select to_jsonb(r) - '{created_at,m2}'::text[]
        || jsonb_build_object('m2', round(r.m2::numeric, 6))
    from perf_internal.rollups as r
$$;
create temporary table added as select * from pg_temp.get_measures();
create temporary table rebuilt as
select perf.rebuild_performance_metrics('2020-01-06 00:00+00', '2020-01-20 00:00+00');
select set_eq(
    'select * from pg_temp.get_measures()',
    'select * from added',
    'every measure is what computing all at once gives'
);

select is_empty(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-20') $$,
    'every bucket says what its calls say'
);

savepoint before_call;
create temporary table undone as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06');
rollback to savepoint before_call;
select pg_temp.end_recording();

select is(perf.aggregate_performance_metrics(), 0::bigint, 'a call that was rolled back is none');

-- 1970-01-05 is a Monday.
create temporary table oldest as
select perf.record_call('acme/old', 'chat', 1, call_timestamp => '1970-01-05 00:00+00');

select pg_temp.end_recording();
select is(perf.aggregate_performance_metrics(), 1::bigint, 'a call of 1970 is added');

select results_eq(
    $$ select granularity, time_bucket from pg_temp.rollups where model = 'acme/old' order by 1 $$,
    $$ values
        ('daily', '1970-01-05 00:00+00'::timestamptz),
        ('hourly', '1970-01-05 00:00+00'),
        ('weekly', '1970-01-05 00:00+00') $$,
    'to the buckets that start with it'
);

select is(
    (select sum(call_count) from perf.performance_metrics_hourly),
    (select count(*)::numeric from perf.performance_metrics_raw),
    'no call is lost or counted twice by hour'
);

select is(
    (select sum(call_count) from perf.performance_metrics_weekly),
    (select count(*)::numeric from perf.performance_metrics_raw),
    'nor by week'
);

select is(perf.aggregate_performance_metrics('calls'), 0::bigint, 'it may be of one pipeline');
select throws_ok(
    $$ select perf.aggregate_performance_metrics('other') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown one'
);

set local role service_role;
select is(perf.aggregate_performance_metrics(), 0::bigint, 'service_role may run it');

set local role perf_recorder;
select throws_ok(
    'select perf.aggregate_performance_metrics()', '42501', null, 'perf_recorder may not'
);

set local role authenticated;
select throws_ok(
    'select perf.aggregate_performance_metrics()', '42501', null, 'authenticated may not'
);

set local role anon;
select throws_ok('select perf.aggregate_performance_metrics()', '42501', null, 'anon may not');

reset role;
insert into perf.profiles (id, username) values ('a0000000-0000-4000-8000-000000000000', 'ada');
insert into perf.user_roles (user_id, role)
values ('a0000000-0000-4000-8000-000000000000', 'admin');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.aggregate_performance_metrics() $$,
    'an admin by token may'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.aggregate_performance_metrics('nothing') $$,
    '42501',
    'this needs the role admin',
    'a stranger with a token may not'
);

select * from finish();
rollback;

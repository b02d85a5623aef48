begin;
select plan(19);

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

create temporary table recorded as
select perf.record_call(
    c.model_name, c.tool_name, c.ms, error_type => c.error_type,
    input_tokens => c.input_tokens, output_tokens => c.output_tokens,
    first_token_ms => c.first_token_ms, call_timestamp => c.called_at
)
from (
    values
        ('acme/slow', 'chat', 1000, null, 10, 100, 50, timestamptz '2020-01-06 10:00'),
        ('acme/slow', 'chat', 3000, null, null, 300, null, '2020-01-07 10:00'),
        ('acme/slow', 'search', 2000, 'timeout', 7, null, null, '2020-01-07 11:00'),
        ('acme/fast', 'chat', 100, null, null, null, null, '2020-01-07 10:00'),
        ('acme/zero', 'walk', 0, 'refused', null, 5, null, '2020-01-07 10:00')
) as c (
    model_name, tool_name, ms, error_type, input_tokens, output_tokens, first_token_ms, called_at
);
create temporary table types as select perf.register_model('acme/fast', model_type => 'sdxl');
select pg_temp.end_recording();
create temporary table run as select perf.aggregate_performance_metrics();

select results_eq(
    $$ select model, provider, model_type, call_count, success_rate, avg_response_time, error_count,
           total_input_tokens, total_output_tokens
       from perf.get_model_comparison('2020-01-06', '2020-01-08') $$,
    $$ values
        ('acme/zero', 'acme', null, 1::bigint, 0::float8, 0::float8, 1::bigint, null::bigint,
            5::bigint),
        ('acme/fast', 'acme', 'sdxl', 1, 1, 100, 0, null, null),
        ('acme/slow', 'acme', null, 3, 2 / 3::float8, 2000, 1, 17, 400) $$,
    'one row a model of all its calls, the fastest median first'
);

-- Of 1000, 2000, 3000 the median is 2000, the 95th percentile 2900, the 99th 2980.
select results_eq(
    $$ select
           abs(p50_response_time / 2000 - 1) <= 0.005,
           abs(p95_response_time / 2900 - 1) <= 0.005,
           abs(p99_response_time / 2980 - 1) <= 0.005,
           abs(p50_first_token_ms / 50 - 1) <= 0.005
       from perf.get_model_comparison('2020-01-06', '2020-01-08')
       where model = 'acme/slow' $$,
    'values (true, true, true, true)',
    'percentiles over days and tools are within 0.5 %'
);

select results_eq(
    $$ select p50_response_time, p95_response_time, p99_response_time, p50_first_token_ms
       from perf.get_model_comparison('2020-01-06', '2020-01-08')
       where model = 'acme/fast' $$,
    'values (100::float8, 100::float8, 100::float8, null::float8)',
    'a single call is exact, what it did not report is null'
);

-- 400 tokens in the 4 seconds of the two calls that succeeded.
select is(
    (
        select round(output_tokens_per_second::numeric, 3)
        from perf.get_model_comparison('2020-01-06', '2020-01-08')
        where model = 'acme/slow'
    ),
    100.000,
    'output tokens are divided by the response time of successful calls'
);

select is(
    (
        select output_tokens_per_second
        from perf.get_model_comparison('2020-01-06', '2020-01-08')
        where model = 'acme/zero'
    ),
    null,
    'without a success there is no rate'
);

select results_eq(
    $$ select model, call_count
       from perf.get_model_comparison('2020-01-06', '2020-01-08', 'chat') $$,
    $$ values ('acme/fast', 1::bigint), ('acme/slow', 2) $$,
    'a tool chooses its calls'
);

select results_eq(
    $$ select model, call_count, success_rate, error_count, avg_response_time, total_input_tokens,
           total_output_tokens
       from perf.get_model_comparison('2020-01-06', '2020-01-08', outcome => 'success') $$,
    $$ values
        ('acme/fast', 1::bigint, 1::float8, 0::bigint, 100::float8, null::bigint, null::bigint),
        ('acme/slow', 2, 2 / 3::float8, 1, 2000, 10, 400),
        ('acme/zero', 0, 0, 1, null, null, null) $$,
    'success counts and measures what succeeded, and puts what never did last'
);

select results_eq(
    $$ select model, call_count, success_rate, avg_response_time, p50_response_time
       from perf.get_model_comparison('2020-01-06', '2020-01-08', outcome => 'error') $$,
    $$ values ('acme/zero', 1::bigint, 0::float8, 0::float8, 0::float8),
        ('acme/slow', 1, 2 / 3::float8, 2000, 2000),
        ('acme/fast', 0, 1, null, null) $$,
    'error counts and measures what failed'
);

select results_eq(
    $$ select model, call_count
       from perf.get_model_comparison('2020-01-06 10:00', '2020-01-07 10:00') $$,
    $$ values ('acme/slow', 1::bigint) $$,
    'start_time is in the range, end_time is not'
);

select set_eq(
    $$ select range_start, range_end
       from perf.get_model_comparison('2020-01-05 20:00', '2020-01-08 09:59:59.999999') $$,
    $$ values ('2020-01-05 20:00'::timestamptz, '2020-01-08 10:00'::timestamptz) $$,
    'says which hours start in the range'
);
select set_eq(
    $$ select range_start, range_end
       from perf.get_model_comparison('2020-01-05 20:00:01', '2020-01-08') $$,
    $$ values ('2020-01-05 21:00'::timestamptz, '2020-01-08 00:00'::timestamptz) $$,
    'an hour that starts before is not among them'
);
savepoint whole;
update perf.retention set deleted_before = '2020-01-10' where pipeline = 'calls' and level = 'hourly';
select set_eq(
    $$ select range_start, range_end
       from perf.get_model_comparison('2020-01-05 20:00', '2020-01-07 10:00') $$,
    $$ values ('2020-01-06 00:00'::timestamptz, '2020-01-08 00:00'::timestamptz) $$,
    'where hours are gone, it says which days it shows'
);
rollback to whole;

select is_empty(
    $$ select * from perf.get_model_comparison('2020-02-03', '2020-02-10') $$,
    'a range without calls has no rows'
);

-- Of 1000 and 3000 the median is 2000, the 95th percentile 2900.
select results_eq(
    $$ select
           abs(p50_response_time / 2000 - 1) <= 0.005,
           abs(p95_response_time / 2900 - 1) <= 0.005
       from perf.get_model_comparison('2020-01-06', '2020-01-08', outcome => 'success')
       where model = 'acme/slow' $$,
    'values (true, true)',
    'so they are of successful calls alone'
);

create temporary table late as
select perf.record_call('acme/fast', 'chat', 300, call_timestamp => '2020-01-06 10:00');

select is(
    (
        select call_count from perf.get_model_comparison('2020-01-06', '2020-01-08')
        where model = 'acme/fast'
    ),
    2::bigint,
    'a pending call counts'
);

select throws_ok(
    $$ select * from perf.get_model_comparison('2020-01-06', null) $$,
    '22023',
    'start_time and end_time must be points in time, got 2020-01-06 00:00:00+00 and null',
    'refuses a null end'
);
select throws_ok(
    $$ select * from perf.get_model_comparison('2020-01-06', '2020-01-07', 'fly') $$,
    'PT404',
    'there is no tool "fly"',
    'does not find an unknown tool'
);
select throws_ok(
    $$ select * from perf.get_model_comparison('2020-01-06', '2020-01-07', outcome => '') $$,
    '22023',
    'outcome must be all, success or error, got ""',
    'refuses an unknown outcome'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_model_comparison('2020-01-06', '2020-01-08') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;

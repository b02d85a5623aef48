begin;
select plan(19);

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
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
create temporary table recorded as
select perf.record_call(
    c.model_name, 'chat', c.ms, error_type => c.error_type, input_tokens => c.input_tokens,
    output_tokens => c.output_tokens, first_token_ms => c.first_token_ms,
    call_timestamp => c.called_at
)
from (
    values
        ('acme/one', 100, null, 10, 20, 50, timestamptz '2020-01-06 10:00'),
        ('acme/one', 300, null, 30, 40, null, '2020-01-06 10:59:59.999999'),
        ('acme/one', 200, 'timeout', 5, null, null, '2020-01-06 10:30'),
        ('acme/one', 400, null, null, null, null, '2020-01-06 11:00'),
        ('acme/one', 500, null, null, null, null, '2020-01-12 23:59:59.999999'),
        ('acme/one', 600, null, null, null, null, '2020-01-13 00:00'),
        ('acme/two', 7, 'refused', null, null, null, '2020-01-06 10:00')
) as c (model_name, ms, error_type, input_tokens, output_tokens, first_token_ms, called_at);

select is_empty('select * from perf.performance_metrics_hourly', 'before a run there are no hours');

select pg_temp.end_recording();
create temporary table run as select perf.aggregate_performance_metrics();

select results_eq(
    $$ select o.name, m.time_bucket, m.call_count, m.success_count, m.error_count,
           m.avg_response_time, m.min_response_time, m.max_response_time, m.avg_input_tokens,
           m.avg_output_tokens, m.total_input_tokens, m.total_output_tokens
       from perf.performance_metrics_hourly as m
       join perf.model_tool_configs as c on c.id = m.model_tool_config_id
       join perf.models as o on o.id = c.model_id
       order by 1, 2 $$,
    $$ values
        ('acme/one', '2020-01-06 10:00'::timestamptz, 3::bigint, 2::bigint, 1::bigint, 200::float8,
            100::float8, 300::float8, 15::float8, 30::float8, 45::bigint, 60::bigint),
        ('acme/one', '2020-01-06 11:00', 1, 1, 0, 400, 400, 400, null, null, null, null),
        ('acme/one', '2020-01-12 23:00', 1, 1, 0, 500, 500, 500, null, null, null, null),
        ('acme/one', '2020-01-13 00:00', 1, 1, 0, 600, 600, 600, null, null, null, null),
        ('acme/two', '2020-01-06 10:00', 1, 0, 1, 7, 7, 7, null, null, null, null) $$,
    'one row a configuration and hour: calls, times and the tokens that were reported'
);

-- Of 100, 200, 300 the median is 200, the 95th percentile 290, the 99th 298.
select results_eq(
    $$ select
           abs(m.p50_response_time / 200 - 1) <= 0.005,
           abs(m.p95_response_time / 290 - 1) <= 0.005,
           abs(m.p99_response_time / 298 - 1) <= 0.005,
           m.p50_first_token_ms,
           m.p95_first_token_ms,
           m.p99_first_token_ms
       from perf.performance_metrics_hourly as m
       where m.time_bucket = '2020-01-06 10:00' and m.call_count > 1 $$,
    'values (true, true, true, 50::float8, 50::float8, 50::float8)',
    'percentiles of response times and first tokens'
);

select results_eq(
    $$ select m.p50_response_time, m.p99_response_time, m.p50_first_token_ms
       from perf.performance_metrics_hourly as m
       where m.time_bucket = '2020-01-06 11:00' $$,
    'values (400::float8, 400::float8, null::float8)',
    'a single call is exact, what it did not report is null'
);

select results_eq(
    $$ select a.attname::text collate "default", format_type(a.atttypid, a.atttypmod)
       from pg_attribute as a
       where a.attrelid = 'perf.performance_metrics_hourly'::regclass and a.attnum > 0
       order by a.attnum $$,
    $$ values
        ('id', 'uuid'),
        ('model_tool_config_id', 'uuid'),
        ('time_bucket', 'timestamp with time zone'),
        ('call_count', 'bigint'),
        ('success_count', 'bigint'),
        ('error_count', 'bigint'),
        ('avg_response_time', 'double precision'),
        ('min_response_time', 'double precision'),
        ('max_response_time', 'double precision'),
        ('p50_response_time', 'double precision'),
        ('p95_response_time', 'double precision'),
        ('p99_response_time', 'double precision'),
        ('avg_input_tokens', 'double precision'),
        ('avg_output_tokens', 'double precision'),
        ('total_input_tokens', 'bigint'),
        ('total_output_tokens', 'bigint'),
        ('p50_first_token_ms', 'double precision'),
        ('p95_first_token_ms', 'double precision'),
        ('p99_first_token_ms', 'double precision'),
        ('created_at', 'timestamp with time zone') $$,
    'has the columns of the seed, and times to the first token'
);

create temporary table before as
select m.id, m.call_count from perf.performance_metrics_hourly as m;
select is(
    (select count(distinct b.id) from before as b), 5::bigint, 'every row has an id of its own'
);
select is_empty(
    'select b.id from before as b join perf.performance_metrics_daily as o on o.id = b.id',
    'which no day has'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 800, call_timestamp => '2020-01-06 10:20');
select is_empty(
    $$ select b.id, b.call_count from before as b
       except
       select m.id, m.call_count from perf.performance_metrics_hourly as m $$,
    'a pending call does not show'
);
select pg_temp.end_recording();
create temporary table second_run as select perf.aggregate_performance_metrics();
-- Of 100, 200, 300, 800 the median is 250.
select results_eq(
    $$ select b.call_count + 1, m.call_count, abs(m.p50_response_time / 250 - 1) <= 0.005
       from before as b
       join perf.performance_metrics_hourly as m on m.id = b.id
       where m.call_count <> b.call_count $$,
    'values (4::bigint, 4::bigint, true)',
    'after a run it does, in a row that keeps its id'
);

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.performance_metrics_hourly),
    5::bigint,
    'an admin by token reads the hours'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.performance_metrics_hourly),
    5::bigint,
    'an analyst by token reads the hours'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.performance_metrics_hourly),
    0::bigint,
    'a recorder by token reads nothing back'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf.performance_metrics_hourly),
    0::bigint,
    'a stranger with a token reads nothing'
);
set local request.jwt.claims = '';
select is(
    (select count(*) from perf.performance_metrics_hourly),
    0::bigint,
    'authenticated without a token reads nothing'
);

set local role perf_admin;
select is(
    (select count(*) from perf.performance_metrics_hourly), 5::bigint, 'perf_admin reads the hours'
);
set local role perf_analyst;
select is(
    (select count(*) from perf.performance_metrics_hourly),
    5::bigint,
    'perf_analyst reads the hours'
);
set local role service_role;
select is(
    (select count(*) from perf.performance_metrics_hourly),
    5::bigint,
    'service_role reads the hours'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf.performance_metrics_hourly', '42501', null, 'perf_recorder reads nothing'
);
set local role anon;
select throws_ok(
    'select * from perf.performance_metrics_hourly', '42501', null, 'anon reads nothing'
);

select * from finish();
rollback;

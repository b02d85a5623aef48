begin;
select plan(16);

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

select pg_temp.end_recording();
create temporary table run as select perf.aggregate_performance_metrics();

select results_eq(
    $$ select m.granularity, m.time_bucket, m.call_count, m.success_count, m.error_count,
           m.avg_response_time, m.total_input_tokens
       from perf_internal.call_metrics as m
       join perf.model_tool_configs as c on c.id = m.model_tool_config_id
       join perf.models as o on o.id = c.model_id
       where o.name = 'acme/one'
       order by 1, 2 $$,
    $$ values
        ('daily', '2020-01-06'::timestamptz, 4::bigint, 3::bigint, 1::bigint, 250::float8,
            45::bigint),
        ('daily', '2020-01-12', 1, 1, 0, 500, null),
        ('daily', '2020-01-13', 1, 1, 0, 600, null),
        ('hourly', '2020-01-06 10:00', 3, 2, 1, 200, 45),
        ('hourly', '2020-01-06 11:00', 1, 1, 0, 400, null),
        ('hourly', '2020-01-12 23:00', 1, 1, 0, 500, null),
        ('hourly', '2020-01-13 00:00', 1, 1, 0, 600, null),
        ('weekly', '2020-01-06', 5, 4, 1, 300, 45),
        ('weekly', '2020-01-13', 1, 1, 0, 600, null) $$,
    'one row a configuration and hour, day or week'
);

select results_eq(
    $$ select m.granularity, m.call_count, m.success_count, m.error_count, m.min_response_time,
           m.max_response_time, m.p50_response_time
       from perf_internal.call_metrics as m
       join perf.model_tool_configs as c on c.id = m.model_tool_config_id
       join perf.models as o on o.id = c.model_id
       where o.name = 'acme/two'
       order by 1 $$,
    $$ values
        ('daily', 1::bigint, 0::bigint, 1::bigint, 7::float8, 7::float8, 7::float8),
        ('hourly', 1, 0, 1, 7, 7, 7),
        ('weekly', 1, 0, 1, 7, 7, 7) $$,
    'where all calls failed they are measured all the same'
);

select is(
    (select count(distinct m.id) from perf_internal.call_metrics as m),
    12::bigint,
    'every row has an id of its own'
);

-- As another pipeline would leave them.
insert into perf_internal.rollups (
    series_id, granularity, time_bucket, metric, count, sum, m2, min, max, p50, p95, p99
)
values (
    'f0000000-0000-4000-8000-000000000000', 'hourly', '2020-01-06 10:00', 'vram_peak_mb',
    1, 1, 0, 1, 1, 1, 1, 1
);
select is(
    (select count(*) from perf_internal.call_metrics),
    12::bigint,
    'rows of other pipelines do not show'
);

-- The view is a group by: only a condition that goes below it lets an index be used.
create function pg_temp.get_plan(query text)
returns setof text
language plpgsql
as $$
begin
    return query execute 'explain (costs off) ' || get_plan.query;
end
$$;
select results_eq(
    $$ select
           string_agg(p.line, ' ' order by p.number) ~ 'Aggregate.* on rollups .*series_id = ',
           string_agg(p.line, ' ' order by p.number) ~ 'Aggregate.* on rollups .*granularity = ',
           string_agg(p.line, ' ' order by p.number) ~ 'Aggregate.* on rollups .*time_bucket >= ',
           string_agg(p.line, ' ' order by p.number) ~ '(Filter|Cond).*Aggregate'
       from pg_temp.get_plan(
           'select * from perf.performance_metrics_hourly as m
           where m.model_tool_config_id = ''f0000000-0000-4000-8000-000000000000''
               and m.time_bucket >= ''2020-01-06'''
       ) with ordinality as p (line, number) $$,
    'values (true, true, true, false)',
    'conditions on configuration and time choose rollup rows before they are put side by side'
);

-- Of 100 and 200 the median is 150, the 95th percentile 195.
create temporary table recorded_now as
select perf.record_call('acme/one', 'chat', c.ms)
from (values (100), (200)) as c (ms);
select pg_temp.end_recording();
create temporary table run_now as select perf.aggregate_performance_metrics();
select results_eq(
    $$ select m.granularity, m.call_count, abs(m.p50_response_time / 150 - 1) <= 0.005,
           abs(m.p95_response_time / 195 - 1) <= 0.005
       from perf_internal.call_metrics as m
       where m.time_bucket >= now() - interval '7 days'
       order by 1 $$,
    $$ values
        ('daily', 2::bigint, true, true),
        ('hourly', 2, true, true),
        ('weekly', 2, true, true) $$,
    'a bucket that is not over has percentiles too'
);

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.call_metrics),
    15::bigint,
    'an admin by token reads the rollups of calls'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.call_metrics),
    15::bigint,
    'an analyst by token reads the rollups of calls'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.call_metrics),
    0::bigint,
    'a recorder by token reads nothing back'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.call_metrics),
    0::bigint,
    'a stranger with a token reads nothing'
);
set local request.jwt.claims = '';
select is(
    (select count(*) from perf_internal.call_metrics),
    0::bigint,
    'authenticated without a token reads nothing'
);

set local role perf_admin;
select is(
    (select count(*) from perf_internal.call_metrics),
    15::bigint,
    'perf_admin reads the rollups of calls'
);
set local role perf_analyst;
select is(
    (select count(*) from perf_internal.call_metrics),
    15::bigint,
    'perf_analyst reads the rollups of calls'
);
set local role service_role;
select is(
    (select count(*) from perf_internal.call_metrics),
    15::bigint,
    'service_role reads the rollups of calls'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.call_metrics', '42501', null, 'perf_recorder reads nothing'
);
set local role anon;
select throws_ok('select * from perf_internal.call_metrics', '42501', null, 'anon reads nothing');

select * from finish();
rollback;

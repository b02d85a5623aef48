begin;
select plan(31);

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
    c.model_name, c.tool_name, c.ms, error_type => c.error_type, parameters => c.parameters,
    first_token_ms => c.first_token_ms, call_timestamp => c.called_at
)
from (
    values
        ('acme/one', 'chat', 100, null, '{}'::jsonb, 50, timestamptz '2020-01-06 10:00'),
        ('acme/one', 'chat', 200, null, '{}', null, '2020-01-07 10:00'),
        ('acme/one', 'search', 300, null, '{"temperature": 1}', null, '2020-01-07 10:00'),
        ('acme/one', 'chat', 400, 'timeout', '{}', null, '2020-01-07 11:30'),
        ('acme/two', 'chat', 1000, null, '{}', 500, '2020-01-07 10:00'),
        ('other/one', 'chat', 0, 'refused', '{}', null, '2020-01-07 10:00')
) as c (model_name, tool_name, ms, error_type, parameters, first_token_ms, called_at);

select pg_temp.end_recording();
create temporary table run as select perf.aggregate_performance_metrics();

select results_eq(
    $$ select model, tool, model_provider, parameter_set, percentile, call_count
       from perf.get_latency_percentiles('2020-01-06', '2020-01-08') $$,
    $$ values
        ('acme/one', null::text, 'acme', null::jsonb, 0.5::float8, 4::bigint),
        ('acme/one', null, 'acme', null, 0.95, 4),
        ('acme/one', null, 'acme', null, 0.99, 4),
        ('acme/two', null, 'acme', null, 0.5, 1),
        ('acme/two', null, 'acme', null, 0.95, 1),
        ('acme/two', null, 'acme', null, 0.99, 1),
        ('other/one', null, 'other', null, 0.5, 1),
        ('other/one', null, 'other', null, 0.95, 1),
        ('other/one', null, 'other', null, 0.99, 1) $$,
    'by default three percentiles a model'
);

-- Of 100, 200, 300, 400 the median is 250, the 95th percentile 385, the 99th 397.
select results_eq(
    $$ select percentile, abs(value_ms / exact - 1) <= 0.005
       from perf.get_latency_percentiles('2020-01-06', '2020-01-08', model_name => 'acme/one')
       join (values (0.5, 250), (0.95, 385), (0.99, 397)) as e (percentile, exact)
           using (percentile)
       order by 1 $$,
    'values (0.5::float8, true), (0.95, true), (0.99, true)',
    'within 0.5 % of percentile_cont, over days and tools'
);

select is(
    (
        select value_ms
        from perf.get_latency_percentiles('2020-01-06', '2020-01-08', '{1}')
        where model = 'other/one'
    ),
    0::float8,
    'a time of 0 is 0'
);

create function pg_temp.groups(group_by text[])
returns table (label text, calls bigint)
language sql
as $$
    select concat_ws(' ', p.model, p.tool, p.model_provider, p.parameter_set), p.call_count
    from perf.get_latency_percentiles(
        '2020-01-06', '2020-01-08', '{0.5}', group_by => group_by
    ) as p
$$;

select results_eq(
    $$ select * from pg_temp.groups('{tool}') $$,
    $$ values ('chat', 5::bigint), ('search', 1) $$,
    'by tool'
);
select results_eq(
    $$ select * from pg_temp.groups('{provider}') $$,
    $$ values ('acme', 5::bigint), ('other', 1) $$,
    'by provider'
);
select results_eq(
    $$ select * from pg_temp.groups('{parameters}') $$,
    $$ values ('{}', 5::bigint), ('{"temperature": 1}', 1) $$,
    'by the parameters that affect performance'
);
select results_eq(
    $$ select * from pg_temp.groups('{tool,model}') $$,
    $$ values ('acme/one chat acme', 3::bigint), ('acme/one search acme', 1),
        ('acme/two chat acme', 1), ('other/one chat other', 1) $$,
    'by several'
);
select results_eq(
    $$ select * from pg_temp.groups('{}') $$,
    $$ values ('', 6::bigint) $$,
    'by none: all calls are one group'
);

create function pg_temp.calls(
    model_name text default null,
    tool_name text default null,
    provider text default null,
    parameters jsonb default null,
    outcome text default 'all',
    measure text default 'response_time',
    exact boolean default false
)
returns bigint
language sql
as $$
    select p.call_count
    from perf.get_latency_percentiles(
        '2020-01-06', '2020-01-08', '{0.5}', '{}', model_name, tool_name, provider, parameters,
        outcome, measure, exact
    ) as p
$$;

select results_eq(
    $$ select pg_temp.calls('acme/one'), pg_temp.calls(tool_name => 'search'),
           pg_temp.calls(provider => 'acme'), pg_temp.calls(parameters => '{"temperature": 1.0}'),
           pg_temp.calls(outcome => 'success'), pg_temp.calls(outcome => 'error'),
           pg_temp.calls(measure => 'first_token') $$,
    'values (4::bigint, 1::bigint, 5::bigint, 1::bigint, 4::bigint, 2::bigint, 2::bigint)',
    'model, tool, provider, parameters, outcome and measure choose calls'
);

select results_eq(
    $$ select pg_temp.calls('acme/one', exact => true),
           pg_temp.calls(tool_name => 'search', exact => true),
           pg_temp.calls(provider => 'acme', exact => true),
           pg_temp.calls(parameters => '{"temperature": 1.0}', exact => true),
           pg_temp.calls(outcome => 'success', exact => true),
           pg_temp.calls(outcome => 'error', exact => true),
           pg_temp.calls(measure => 'first_token', exact => true) $$,
    'values (4::bigint, 1::bigint, 5::bigint, 1::bigint, 4::bigint, 2::bigint, 2::bigint)',
    'exact chooses the same'
);

-- Of first tokens after 50 and 500 ms the median is 275.
select is(
    (
        select abs(value_ms / 275 - 1) <= 0.005
        from perf.get_latency_percentiles(
            '2020-01-06', '2020-01-08', '{0.5}', '{}', measure => 'first_token'
        )
    ),
    true,
    'first tokens have percentiles of their own'
);

select results_eq(
    $$ select percentile, value_ms, call_count
       from perf.get_latency_percentiles(
           '2020-01-06', '2020-01-08', model_name => 'acme/one', exact => true
       ) $$,
    'values (0.5::float8, 250::float8, 4::bigint), (0.95, 385, 4), (0.99, 397, 4)',
    'exact is percentile_cont of the raw calls'
);

select is(
    (
        select call_count
        from perf.get_latency_percentiles('2020-01-07 11:00', '2020-01-07 12:00', '{0.5}')
    ),
    1::bigint,
    'hours that start in the range count whole'
);
select is_empty(
    $$ select *
       from perf.get_latency_percentiles('2020-01-07 11:00:00.000001', '2020-01-07 12:00') $$,
    'an hour that starts before does not'
);
select is_empty(
    $$ select * from perf.get_latency_percentiles(
           '2020-01-07 11:00', '2020-01-07 11:30', exact => true
       ) $$,
    'exact takes the times as they are'
);
select set_eq(
    $$ select e.exact, range_start, range_end
       from unnest('{true,false}'::boolean[]) as e (exact)
       cross join lateral perf.get_latency_percentiles(
           '2020-01-06 09:30', '2020-01-07 11:31', exact => e.exact
       ) $$,
    $$ values
        (true, '2020-01-06 09:30'::timestamptz, '2020-01-07 11:31'::timestamptz),
        (false, '2020-01-06 10:00', '2020-01-07 12:00') $$,
    'says which hours start in the range, or with exact the range itself'
);
select is_empty(
    $$ select * from perf.get_latency_percentiles('2020-02-03', '2020-02-10') $$,
    'a range without calls has no percentiles'
);
select is_empty(
    $$ select *
       from perf.get_latency_percentiles('2020-01-06', '2020-01-08', provider => 'nobody') $$,
    'an unknown provider has none'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 500, call_timestamp => '2020-01-06 10:00');

select is(pg_temp.calls('acme/one'), 5::bigint, 'a pending call counts');

select throws_ok(
    $$ select * from perf.get_latency_percentiles('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-07 00:00:00+00 and 2020-01-06 00:00:00+00',
    'refuses an end before the start'
);
select throws_ok(
    $$ select * from perf.get_latency_percentiles('2020-01-06', '2020-01-07', '{95}') $$,
    '22023',
    'percentiles must be between 0 and 1, got 95',
    'refuses a percentile above 1'
);
select throws_ok(
    $$ select *
       from perf.get_latency_percentiles(
           '2020-01-06', '2020-01-07', group_by => '{model,tool,model,tool,model}'
       ) $$,
    '22023',
    'group_by must have at most 4 names, got 5',
    'refuses more names than there are'
);
select throws_ok(
    $$ select * from perf.get_latency_percentiles(
           '2020-01-06', '2020-01-07', group_by => '{model,day}'
       ) $$,
    '22023',
    'group_by must hold model, tool, provider or parameters, got "day"',
    'refuses an unknown group'
);
select throws_ok(
    $$ select * from perf.get_latency_percentiles(
           '2020-01-06', '2020-01-07', group_by => '{model,null}'
       ) $$,
    '22023',
    'group_by must hold model, tool, provider or parameters, got null',
    'refuses a null group'
);
select throws_ok(
    $$ select * from perf.get_latency_percentiles(
           '2020-01-06', '2020-01-07', group_by => null
       ) $$,
    '22023',
    'group_by must hold model, tool, provider or parameters, got null',
    'refuses null for the groups'
);
select throws_ok(
    $$ select * from perf.get_latency_percentiles(
           '2020-01-06', '2020-01-07', measure => 'tokens'
       ) $$,
    '22023',
    'measure must be response_time or first_token, got "tokens"',
    'refuses an unknown measure'
);
select throws_ok(
    $$ select * from perf.get_latency_percentiles(
           '2020-01-06', '2020-01-07', measure => null
       ) $$,
    '22023',
    'measure must be response_time or first_token, got null',
    'refuses a null measure'
);
select throws_ok(
    $$ select * from perf.get_latency_percentiles(
           '2020-01-06', '2020-01-07', outcome => 'failed'
       ) $$,
    '22023',
    'outcome must be all, success or error, got "failed"',
    'refuses an unknown outcome'
);
select throws_ok(
    $$ select * from perf.get_latency_percentiles(
           '2020-01-06', '2020-01-07', model_name => 'acme/three'
       ) $$,
    'PT404',
    'there is no model "acme/three"',
    'does not find an unknown model'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_latency_percentiles('2020-01-06', '2020-01-08') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf.get_latency_percentiles('2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;

begin;
select plan(19);

create temporary table recorded as
select perf.record_call(
    c.model_name, 'chat', c.ms, error_type => c.error_type, input_tokens => c.input_tokens,
    output_tokens => c.output_tokens, first_token_ms => c.first_token_ms,
    call_timestamp => c.called_at
)
from (
    values
        ('acme/one', 100, null, 10, 20, 50, timestamptz '2020-01-06 10:00:00+00'),
        ('acme/one', 300, null, 30, null, null, '2020-01-06 10:59:59.999999+00'),
        ('acme/one', 200, 'timeout', 5, null, 50, '2020-01-06 10:30:00+00'),
        ('acme/one', 200, 'timeout', null, null, null, '2020-01-06 11:00:00+00'),
        ('acme/two', 0, null, null, null, 0, '2020-01-06 10:30:00+00'),
        ('acme/two', 0.0000001, null, null, null, null, '2020-01-06 10:30:00+00'),
        ('acme/two', 1, null, null, null, null, '2020-01-06 10:30:00+00')
) as c (model_name, ms, error_type, input_tokens, output_tokens, first_token_ms, called_at);

create temporary table configs as
select c.id, m.name from perf.model_tool_configs as c join perf.models as m on m.id = c.model_id;

select results_eq(
    $$ select n.name, c.granularity, c.time_bucket, c.call_count, c.success_count, c.error_count,
           c.min_response_time, c.max_response_time, c.sum_response_time
       from perf_internal.summarize_calls(is_pending => true) as c
       join configs as n on n.id = c.model_tool_config_id
       order by 1, 3 $$,
    $$ values
        ('acme/one', 'hourly', '2020-01-06 10:00+00'::timestamptz, 3::bigint, 2::bigint, 1::bigint,
            100::float8, 300::float8, 600::float8),
        ('acme/one', 'hourly', '2020-01-06 11:00+00', 1, 0, 1, 200, 200, 200),
        ('acme/two', 'hourly', '2020-01-06 10:00+00', 3, 3, 0, 0, 1, 1.0000001) $$,
    'gives one row a configuration and hour'
);

create temporary table ten as
select c.*
from perf_internal.summarize_calls(is_pending => true) as c
join configs as n on n.id = c.model_tool_config_id
where n.name = 'acme/one' and c.time_bucket = '2020-01-06 10:00+00';

select results_eq(
    $$ select total_input_tokens, total_output_tokens, input_token_calls, output_token_calls
       from ten $$,
    'values (45::bigint, 20::bigint, 3::bigint, 1::bigint)',
    'tokens are summed, and the calls that reported them counted'
);

-- ln(100) / ln(1.01) is 462.8, ln(200) / ln(1.01) 532.5, of 300 it is 573.2, of 50 393.2.
select is(
    (select success_response_time_sketch from ten),
    perf.make_sketch('{463,574}'),
    'the times of successful calls make one sketch'
);

select is(
    (select error_response_time_sketch from ten),
    perf.make_sketch('{533}'),
    'those of failed calls another'
);

select results_eq(
    'select success_first_token_sketch, error_first_token_sketch from ten',
    $$ values (perf.make_sketch('{394}'), perf.make_sketch('{394}')) $$,
    'so do first tokens'
);

select results_eq(
    $$ select error_sum_response_time, error_min_response_time, error_max_response_time,
           error_total_input_tokens, error_total_output_tokens
       from ten $$,
    'values (200::float8, 200::float8, 200::float8, 5::bigint, null::bigint)',
    'what failed calls share in is known apart'
);

select results_eq(
    $$ select c.success_response_time_sketch, c.success_first_token_sketch
       from perf_internal.summarize_calls(is_pending => true) as c
       join configs as n on n.id = c.model_tool_config_id
       where n.name = 'acme/two' $$,
    $$ values (perf.make_sketch('{-1390,-1389,0}'), perf.make_sketch('{-1390}')) $$,
    '0 has the lowest bin, everything up to a millionth the next, 1 bin 0'
);

select results_eq(
    $$ select c.error_response_time_sketch, c.error_sum_response_time, c.total_input_tokens
       from perf_internal.summarize_calls(is_pending => true) as c
       join configs as n on n.id = c.model_tool_config_id
       where n.name = 'acme/two' $$,
    'values (null::bigint[], null::float8, null::bigint)',
    'what no call has is null'
);

select is(
    (
        select sum(c.call_count)
        from perf_internal.summarize_calls(
            true, array(select id from configs where name = 'acme/two')
        ) as c
    ),
    3::numeric,
    'only the given configurations are read'
);

select is_empty(
    $$ select * from perf_internal.summarize_calls(true, '{}') $$,
    'of no configurations there are no calls'
);

select is(
    (
        select sum(c.call_count)
        from perf_internal.summarize_calls(
            true, null, '2020-01-06 10:00:00+00', '2020-01-06 10:59:59.999999+00'
        ) as c
    ),
    5::numeric,
    'start_time is in the range, end_time is not'
);

select is_empty(
    'select * from perf_internal.summarize_calls(is_pending => false)',
    'before a run no call is rolled up'
);

create temporary table run as select perf.aggregate_performance_metrics();

select is_empty(
    'select * from perf_internal.summarize_calls(is_pending => true)',
    'after a run no call is pending'
);

select is(
    (select sum(c.call_count) from perf_internal.summarize_calls(is_pending => false) as c),
    7::numeric,
    'and all are rolled up'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:30+00');

select is(
    (select sum(c.call_count) from perf_internal.summarize_calls(is_pending => true) as c),
    1::numeric,
    'a late call is pending alone'
);

select is(
    (select sum(c.call_count) from perf_internal.summarize_calls(is_pending => false) as c),
    7::numeric,
    'and not among those rolled up'
);

-- The last run saw everything before transaction 700 but 690, which was not over.
update perf_internal.rollup_state set snapshot_xmax = 700, in_progress = '{690}';
update perf.performance_metrics_raw
set transaction_id = case response_time_ms when 100 then 690 when 300 then 700 else 699 end;

select is(
    (select sum(c.sum_response_time) from perf_internal.summarize_calls(is_pending => true) as c),
    400::float8,
    'calls of later transactions, and of those that were not over, are pending'
);

select is(
    (select sum(c.call_count) from perf_internal.summarize_calls(is_pending => false) as c),
    6::numeric,
    'calls of the others are not'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select is_empty(
    'select * from perf_internal.summarize_calls(is_pending => false)',
    'a stranger sees no calls'
);

select * from finish();
rollback;

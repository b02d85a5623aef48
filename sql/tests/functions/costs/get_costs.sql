begin;
select plan(21);
set local timezone = 'UTC';

select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select is_empty(
    $$ select * from perf.get_costs('2020-01-06', '2020-01-07') $$, 'nothing of no calls'
);
-- A thousand tokens each, so that a price is thousandths.
select perf.record_call(
    m, t, 1, input_tokens => 1000, output_tokens => 1000, cached_input_tokens => c,
    cache_write_tokens => w, reasoning_tokens => 400, cost => b, call_timestamp => at
)
from (
    values
        ('a', 'chat', 400, 100, 0.5, timestamptz '2020-01-06 10:00+00'),
        ('a', 'chat', null, null, null, '2020-01-06 11:59+00'),
        ('a', 'search', null, null, null, '2020-01-06 12:00+00'),
        ('b', 'chat', null, null, 0.25, '2020-01-06 12:00+00')
) as c (m, t, c, w, b, at);
select perf.set_model_price('a', 1, 2, 0.1, 1.25);
select perf.set_model_price('a', 10, 20, valid_from => '2020-01-06 12:00+00');

select results_eq(
    $$ select c.group_labels, c.time_bucket, c.currency, c.list_cost, c.call_count, c.unpriced_models
       from perf.get_costs('2020-01-06', '2020-01-07') as c $$,
    -- 0.5 + 0.04 + 0.125 + 2 thousandths, then 3, then 30.
    $$ values
        ('{"model": "a"}'::jsonb, null::timestamptz, 'USD', 0.035665::float8, 3::bigint, '{}'::text[]),
        ('{"model": "b"}', null, null, null, 1, '{b}') $$,
    'each call at the price of its time, and calls without a price by themselves'
);
select results_eq(
    $$ select c.input_cost, c.cached_input_cost, c.cache_write_cost, c.output_cost
       from perf.get_costs('2020-01-06', '2020-01-06 11:00+00') as c $$,
    $$ values (0.0005::float8, 0.00004::float8, 0.000125::float8, 0.002::float8) $$,
    'tokens of the cache are not paid twice, those of reasoning are output'
);
select results_eq(
    $$ select c.input_tokens, c.cached_input_tokens, c.cache_write_tokens, c.output_tokens,
           c.reasoning_tokens
       from perf.get_costs('2020-01-06', '2020-01-06 11:00+00') as c $$,
    $$ values (1000::bigint, 400::bigint, 100::bigint, 1000::bigint, 400::bigint) $$,
    'with the tokens'
);
select results_eq(
    $$ select c.billed_cost, c.billed_calls, c.compared_calls, c.billed_difference
       from perf.get_costs('2020-01-06', '2020-01-06 11:00+00') as c $$,
    $$ values (0.5::float8, 1::bigint, 1::bigint, 0.497335::float8) $$,
    'what was billed is compared'
);
select results_eq(
    $$ select c.billed_cost, c.billed_calls, c.compared_calls, c.billed_difference
       from perf.get_costs('2020-01-06', '2020-01-07', '{}') as c $$,
    $$ values (0.5::float8, 1::bigint, 0::bigint, null::float8), (0.25, 1, 0, null) $$,
    'but not with the costs of calls that were not billed'
);
select results_eq(
    $$ select c.group_labels, c.list_cost
       from perf.get_costs('2020-01-06', '2020-01-07', '{tool}', labels => '{"model": "a"}') as c $$,
    $$ values ('{"tool": "search"}'::jsonb, 0.03::float8), ('{"tool": "chat"}', 0.005665) $$,
    'by other labels, the dearest first'
);
select results_eq(
    $$ select c.time_bucket, c.list_cost, c.range_end
       from perf.get_costs(
           '2020-01-06', '2020-01-07', '{}', 'daily', '{"model": "a"}'
       ) as c $$,
    $$ values (
        timestamptz '2020-01-06 00:00+00', 0.035665::float8, timestamptz '2020-01-07 00:00+00'
    ) $$,
    'a day in which a price changes is read by parts'
);
select results_eq(
    $$ select c.time_bucket, c.list_cost, c.range_start, c.range_end
       from perf.get_costs('2020-01-01', '2020-01-07', '{}', 'monthly', '{"model": "a"}') as c $$,
    $$ values (
        timestamptz '2020-01-01 00:00+00', 0.035665::float8, timestamptz '2020-01-01 00:00+00',
        timestamptz '2020-02-01 00:00+00'
    ) $$,
    'and a month'
);
select results_eq(
    $$ select c.list_cost, c.unpriced_models
       from perf.get_costs('2020-01-06', '2020-01-07', '{}', as_model => 'a') as c $$,
    -- That of b is 30 more.
    $$ values (0.065665::float8, '{}'::text[]) $$,
    'the same tokens of another model'
);
select perf.set_model_price('b', 1, 1, book => 'other', currency => 'EUR');
select results_eq(
    $$ select c.currency, c.list_cost
       from perf.get_costs('2020-01-06', '2020-01-07', '{}', book => 'other') as c $$,
    $$ values ('EUR', 0.002::float8), (null, null) $$,
    'by another book'
);
select perf.record_call('a', 'chat', 1, success => false, call_timestamp => '2020-01-08 10:00+00');
select results_eq(
    $$ select c.list_cost, c.call_count, c.calls_without_input_tokens, c.calls_without_output_tokens
       from perf.get_costs('2020-01-08', '2020-01-09') as c $$,
    $$ values (null::float8, 1::bigint, 1::bigint, 1::bigint) $$,
    'a cost of no tokens is not known'
);
select throws_ok(
    $$ select * from perf.get_costs('2020-01-06', '2020-01-07', max_rows => 1) $$,
    '22023', null, 'refuses too many rows'
);
select throws_ok(
    $$ select * from perf.get_costs('2020-01-06', '2020-01-07', '{color}') $$,
    '22023', 'group_by must name labels of calls, each once, got "{color}"',
    'or a label that calls do not have'
);
select throws_ok(
    $$ select * from perf.get_costs('2020-01-06', '2020-01-07', granularity => 'yearly') $$,
    '22023', 'granularity must be hourly, daily, weekly or monthly, got "yearly"',
    'or another granularity'
);
select throws_ok(
    $$ select * from perf.get_costs('2020-01-07', '2020-01-06') $$,
    '22023', null, 'or an end before the start'
);
select throws_ok(
    $$ select * from perf.get_costs('2020-01-06', '2020-01-07', book => 'none') $$,
    'PT404', 'there is no price book "none"', 'or a book that is not there'
);
select throws_ok(
    $$ select * from perf.get_costs('2020-01-06', '2020-01-07', as_model => 'b') $$,
    'PT404', 'there is no price of "b" for any provider in the book "standard"',
    'or another model without a price'
);
select throws_ok(
    $$ select * from perf.get_costs('2020-01-06', '2020-01-07', time_zone => 'IST') $$,
    '22023', null, 'or a time zone that is none'
);
select perf.record_calls(jsonb_agg(jsonb_build_object(
    'model_name', 'a', 'tool_name', 'chat', 'response_time_ms', 1, 'cost', 0.1,
    'input_tokens', 1000, 'call_timestamp', timestamptz '2020-03-02' + n * interval '1 minute'
)))
from generate_series(0, 999) as n;
select results_eq(
    $$ select c.billed_cost, c.list_cost, c.billed_difference
       from perf.get_costs('2020-03-02', '2020-03-03') as c $$,
    $$ values (100::float8, 10::float8, 90::float8) $$,
    'a sum of many fractions has no noise of theirs'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_costs('2020-01-06', '2020-01-07') $$,
    '42501', null, 'a recorder reads no costs'
);

select * from finish();
rollback;

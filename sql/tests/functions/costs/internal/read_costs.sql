begin;
select plan(4);
set local timezone = 'UTC';

select is_empty(
    $$ select * from perf_internal.read_costs('2020-01-06', '2020-01-07') $$, 'nothing of no calls'
);
select perf.record_call(
    'm', t, 1, input_tokens => 1000, output_tokens => 1000, provider => p, call_timestamp => at
)
from (
    values
        ('chat', 'x', timestamptz '2020-01-06 10:00+00'),
        ('search', 'x', '2020-01-06 10:00+00'),
        ('chat', 'y', '2020-01-06 10:00+00'),
        ('chat', 'x', '2020-01-06 12:00+00')
) as c (t, p, at);
select perf.set_model_price('m', 1, 2, provider => 'x');
select perf.set_model_price('m', 3, 4, provider => 'x', valid_from => '2020-01-06 12:00+00');
select results_eq(
    $$ select c.model, c.provider, c.currency, c.call_count, c.input_calls, c.input_tokens,
           c.input_cost, c.output_cost, c.cached_input_cost
       from perf_internal.read_costs('2020-01-06', '2020-01-07') as c
       order by 2, 4 desc $$,
    $$ values
        ('m', 'x', 'USD', 2::bigint, 2::bigint, 2000::float8, 0.002, 0.004, null::numeric),
        ('m', 'x', 'USD', 1, 1, 1000, 0.003, 0.004, null),
        ('m', 'y', null, 1, 1, 1000, null, null, null) $$,
    'by model, provider and price'
);
select results_eq(
    $$ select c.group_labels, c.call_count
       from perf_internal.read_costs(
           '2020-01-06 12:00+00', '2020-01-07', '{"provider": "x"}', '{tool}'
       ) as c $$,
    $$ values ('{"tool": "chat"}'::jsonb, 1::bigint) $$,
    'of calls with labels, by group'
);
select perf.aggregate_performance_metrics();
select results_eq(
    $$ select c.time_bucket, c.call_count, c.input_cost
       from perf_internal.read_costs(
           '2020-01-06', '2020-01-07', '{"provider": "x"}', granularity => 'daily'
       ) as c order by 2 desc $$,
    $$ values
        (timestamptz '2020-01-06 00:00+00', 2::bigint, 0.002),
        ('2020-01-06 00:00+00', 1, 0.003) $$,
    'by bucket, after a run too'
);

select * from finish();
rollback;

begin;
select plan(5);
set local timezone = 'UTC';

select perf.set_model_price('m', 1, 1);
select perf.set_model_price('e', 1, 1, currency => 'EUR');
select perf.record_call(
    m, 'chat', 1, input_tokens => i * 1000000, output_tokens => 0, call_timestamp => t
)
from (
    values
        ('m', 1, timestamptz '2020-01-31 23:00+00'),
        ('m', 2, '2020-02-01 00:00+00'),
        ('m', 3, '2020-02-05 10:00+00'),
        ('e', 5, '2020-02-05 10:00+00'),
        ('x', 7, '2020-02-05 10:00+00')
) as c (m, i, t);
create temp table made as
select
    perf.set_budget('month', 5) as month_id,
    perf.set_budget('day', 4, period => 'daily') as day_id,
    perf.set_budget('off', 1, enabled => false) as off_id;
create function pg_temp.measure(as_of timestamptz, id bigint)
returns setof text
language sql as $$
    select concat_ws(
        ' ', m.period_name, m.spent, m.call_count, m.unpriced_calls, m.other_currency_calls,
        m.history_days, m.level
    )
    from perf_internal.measure_budgets(as_of, array[id]) as m
$$;

select results_eq(
    $$ select pg_temp.measure('2020-02-05 12:00+00', m.month_id) from made as m $$,
    $$ values ('2020-02 5 2 1 1 5 2') $$,
    'a month'
);
select results_eq(
    $$ select pg_temp.measure('2020-02-05 12:00+00', m.day_id) from made as m $$,
    $$ values ('2020-02-05 3 1 1 1 5 0') $$,
    'a day'
);
select results_eq(
    $$ select pg_temp.measure('2020-02-05 10:00+00', m.day_id) from made as m $$,
    $$ values ('2020-02-05 0 0 0 0 5 0') $$,
    'until as_of'
);
select results_eq(
    $$ select pg_temp.measure('2020-02-05 12:00+00', m.off_id) from made as m $$,
    $$ values ('2020-02 5 2 1 1 5 2') $$,
    'also one that is disabled'
);
select is_empty(
    $$ select * from perf_internal.measure_budgets('2020-02-05 12:00+00', '{}') $$, 'none of none'
);

select * from finish();
rollback;

begin;
select plan(7);
set local timezone = 'UTC';

select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select is_empty('select * from perf.get_budget_status()', 'nothing without a budget');
select perf.set_model_price('m', 1, 1);
select perf.record_call(
    'm', 'chat', 1, input_tokens => 4000000, output_tokens => 0, cost => 4.5,
    call_timestamp => '2020-02-03 10:00+00'
);
select perf.set_budget('all', 5);
select perf.set_budget('much', 100);
select perf.set_budget('off', 1, enabled => false);

select results_eq(
    $$ select s.budget, s.severity, s.spent, s.share, s.billed_cost, s.call_count, s.billed_calls,
           s.projected, s.history_days, s.period_start, s.period_end
       from perf.get_budget_status(as_of => '2020-02-05 12:00+00') as s $$,
    $$ values
        (
            'all', 'warning', 4::float8, 0.8::float8, 4.5::float8, 1::bigint, 1::bigint,
            null::float8, 2, timestamptz '2020-02-01 00:00+00', timestamptz '2020-03-01 00:00+00'
        ),
        ('much', null, 4, 0.04, 4.5, 1, 1, null, 2, '2020-02-01', '2020-03-01') $$,
    'those that are enabled, the nearest to their amount first'
);
select results_eq(
    $$ select s.severity from perf.get_budget_status('off', '2020-02-05 12:00+00') as s $$,
    $$ values ('critical') $$,
    'another one when it is named'
);
select is(
    (
        select count(*)
        from perf.get_budget_status(as_of => '2020-02-05 12:00+00', max_rows => 1) as s
    ),
    1::bigint,
    'at most max_rows'
);
select throws_ok(
    $$ select * from perf.get_budget_status('none') $$,
    'PT404', 'there is no budget "none"', 'refuses a name that is not there'
);
select throws_ok(
    $$ select * from perf.get_budget_status(as_of => 'infinity') $$, '22023', null, 'or no time'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf.get_budget_status()', '42501', null, 'a recorder reads no budgets'
);

select * from finish();
rollback;

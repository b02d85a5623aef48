begin;
select plan(3);
set local timezone = 'UTC';

select is_empty(
    $$ select * from perf_internal.read_budget_samples('2020-02-05 12:00+00') $$,
    'nothing without a budget'
);
select perf.set_model_price('m', 1, 1);
select perf.record_call(
    'm', 'chat', 1, input_tokens => 4000000, output_tokens => 0,
    call_timestamp => '2020-02-05 10:00+00'
);
select perf.set_budget('chats', 5, labels => '{"tool": "chat"}', description => 'Why.');
select perf.set_budget('off', 1, enabled => false);
select results_eq(
    $$ select s.alert_type, s.labels, s.value, s.sample_count, s.level, s.is_recovered,
           s.details ->> 'description', s.details ->> 'spent'
       from perf_internal.read_budget_samples('2020-02-05 12:00+00') as s $$,
    $$ values (
        'budget', '{"tool": "chat", "budget": "chats", "period": "2020-02"}'::jsonb, 4::float8,
        1::bigint, 1, false, 'Why.', '4'
    ) $$,
    'a sample of each budget that is enabled'
);
select results_eq(
    $$ select s.labels ->> 'period', s.level, s.is_recovered
       from perf_internal.read_budget_samples('2020-03-01 00:00+00') as s $$,
    $$ values ('2020-03', 0, true) $$,
    'the next period begins with nothing'
);

select * from finish();
rollback;

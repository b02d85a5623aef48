begin;
select plan(9);
set local timezone = 'UTC';

select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.record_call(
    m, 'chat', 1, input_tokens => 10, output_tokens => 5, cost => 0.5,
    call_timestamp => '2020-01-06 10:00+00'
)
from unnest('{priced,openai/gpt-4o-2024-08-06,openai/gpt-4o-2024-08-06,late}'::text[]) as m;
select perf.set_model_price('priced', 1, 2);
select perf.set_model_price('gpt-4o', 1, 2);
select perf.set_model_price('gpt-4', 1, 2);
select perf.set_model_price('late', 1, 2, valid_from => '2020-01-07');

select results_eq(
    $$ select u.model, u.provider, u.call_count, u.input_tokens, u.output_tokens, u.billed_cost,
           u.priced_from, u.closest_models
       from perf.get_unpriced_models('2020-01-06', '2020-01-07') as u $$,
    $$ values
        (
            'openai/gpt-4o-2024-08-06', 'openai', 2::bigint, 20::bigint, 10::bigint, 1::float8,
            null::timestamptz, '{gpt-4o}'::text[]
        ),
        ('late', 'unknown', 1, 10, 5, 0.5, '2020-01-07', '{}') $$,
    'models without a price at that time, most calls first, with names that are like theirs'
);
select perf.set_model_price('openai/gpt-4o-2024-08-06', 1, 2);
select results_eq(
    $$ select u.model from perf.get_unpriced_models('2020-01-06', '2020-01-07') as u $$,
    $$ values ('late') $$,
    'one that gets a price is gone'
);
select is_empty(
    $$ select * from perf.get_unpriced_models('2020-01-07', '2020-01-08') $$, 'nothing of no calls'
);
select perf.record_call(
    'often', 'chat', 1, input_tokens => 1, cost => 0.1,
    call_timestamp => timestamptz '2020-03-02' + n * interval '1 minute'
)
from generate_series(0, 999) as n;
select results_eq(
    $$ select u.billed_cost from perf.get_unpriced_models('2020-03-02', '2020-03-03') as u $$,
    $$ values (100::float8) $$,
    'a sum of many fractions has no noise of theirs'
);
select is(
    (
        select count(*)
        from perf.get_unpriced_models('2020-01-06', '2020-01-07', max_rows => 1) as u
    ),
    1::bigint,
    'as many as max_rows'
);
select perf.delete_model_price('priced');
select throws_ok(
    $$ select * from perf.get_unpriced_models('2020-01-06', '2020-01-07', max_rows => 1) $$,
    '22023', null, 'refuses more'
);
select throws_ok(
    $$ select * from perf.get_unpriced_models('2020-01-06', '2020-01-07', 'none') $$,
    'PT404', null, 'refuses a book that is not there'
);
select throws_ok(
    $$ select * from perf.get_unpriced_models('2020-01-07', '2020-01-06') $$,
    '22023', null, 'refuses an end before the start'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_unpriced_models('2020-01-06', '2020-01-07') $$,
    '42501', null, 'a recorder reads nothing'
);

select * from finish();
rollback;

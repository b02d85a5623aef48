begin;
select plan(8);

select perf.register_model('x/m', model_type => 'sdxl');
select perf.save_model_config('sdxl', 'one', '{}', activate => true);

select is(
    (
        select perf_internal.complete_guard(
            '{"metric": "error_rate", "worse_than": 0.05, "within": "1 h"}', a
        )
        from perf.model_config_activations as a
    ),
    '{"metric": "error_rate", "worse_than": 0.05, "within": "01:00:00", "min_calls": 50, "limit": 0.05}',
    'a number is the limit'
);

select is(
    (
        select perf_internal.complete_guard(
            '{"metric": "error_rate", "worse_than": 1e-400, "within": "1 h", "min_calls": 5.0}', a
        )
        from perf.model_config_activations as a
    ) - '{metric,within,worse_than}'::text[],
    '{"min_calls": 5, "limit": 0}',
    'a whole number with a fraction of 0 counts, and so does a limit too small for a float'
);

select throws_ok(
    $$ select perf_internal.complete_guard('{"metric": "error_rate", "worse_than": "20%", "within": "1 h"}', a)
       from perf.model_config_activations as a $$,
    'PT409',
    'a guard relative to the value before needs min_calls (50) calls under the active configuration in the last 7 days, there are 0',
    'refuses a percentage without calls to compare with'
);

-- A moment before the activation, so that the calls are under it at now() as well.
alter table perf.model_config_activations disable trigger user;
update perf.model_config_activations
set active_during = tstzrange(now() - interval '1 hour', null);
select perf.record_call('x/m', 'chat', 100, n > 5, call_timestamp => now() - interval '1 minute')
from generate_series(1, 50) as n;

select is(
    (
        select perf_internal.complete_guard(
            '{"metric": "error_rate", "worse_than": "20%", "within": "1 h"}', a
        )
            ->> 'limit'
        from perf.model_config_activations as a
    ),
    '0.12',
    'a percentage is worked out from the calls under the active version: 5 of 50 and a fifth'
);

select throws_ok(
    $$ select perf_internal.complete_guard(
           '{"metric": "avg_output_tokens", "worse_than": "20%", "within": "1 h", "min_calls": 1}', a
       )
       from perf.model_config_activations as a $$,
    'PT409',
    null,
    'counts only calls that report what is watched'
);

select perf.record_call('x/n', 'chat', 100, call_timestamp => now() - interval '1 minute');
select perf.register_model('x/n', model_type => 'wan');

select throws_ok(
    $$ select perf_internal.complete_guard(
           '{"metric": "error_rate", "worse_than": "20%", "within": "1 h", "min_calls": 1}',
           jsonb_populate_record(a, '{"model_type": "wan"}')
       )
       from perf.model_config_activations as a $$,
    'PT409',
    'error_rate was 0 under the active configuration: no percentage is worse',
    'refuses a percentage of nothing'
);

select throws_ok(
    $$ select perf_internal.complete_guard('{"metric": "error_rate", "worse_than": 0.05, "within": "1 h"}', null) $$,
    'PT409',
    'a first activation cannot be guarded: there is nothing to roll back to',
    'refuses a first activation'
);

select throws_ok(
    $$ select perf_internal.complete_guard('{}', a) from perf.model_config_activations as a $$,
    '22023',
    null,
    'refuses a bad guard'
);

select * from finish();
rollback;

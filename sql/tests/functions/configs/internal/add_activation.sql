begin;
select plan(3);

select perf.save_model_config('sdxl', 'one', '{"n": 1}');

select results_eq(
    $$ select kind, guard_status
       from perf_internal.add_activation(perf.find_model_config('sdxl@1'), 'why', null) $$,
    $$ values ('activate', null::text) $$,
    'activates a version, without a guard unless there is one'
);

select is(
    (select notes
    from perf_internal.add_activation(perf.find_model_config('sdxl@1'), 'again', null)),
    'why',
    'returns the activation there is where the version is active'
);

select throws_ok(
    $$ select perf_internal.add_activation('c0000000-0000-4000-8000-000000000000', null, null) $$,
    'PT404',
    null,
    'refuses an unknown version'
);

select * from finish();
rollback;

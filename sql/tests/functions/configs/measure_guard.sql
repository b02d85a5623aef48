begin;
select plan(2);

select perf.register_model('x/m', model_type => 'sdxl');
select perf.record_call('x/m', 'chat', 100, n > 1, call_timestamp => '2020-01-06 10:30+00')
from generate_series(1, 4) as n;
select perf.record_call('x/m', 'chat', 100, false, call_timestamp => '2020-01-06 11:30+00');

select results_eq(
    $$ select value, call_count
       from perf_internal.measure_guard(
           'sdxl', 'error_rate', '2020-01-06 10:00+00', '2020-01-06 11:30+00'
       ) $$,
    $$ values (0.25::float8, 4::bigint) $$,
    'measures calls up to the end, which is not in it'
);

select results_eq(
    $$ select value, call_count
       from perf_internal.measure_guard(
           'wan', 'error_rate', '2020-01-06 10:00+00', '2020-01-06 12:00+00'
       ) $$,
    $$ values (null::float8, 0::bigint) $$,
    'measures nothing for a type without models'
);

select * from finish();
rollback;

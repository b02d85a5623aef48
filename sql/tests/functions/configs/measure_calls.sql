begin;
select plan(4);

select perf.register_model('x/m', model_type => 'sdxl');
select perf.record_call(
    'x/m', 'chat', 10 * n, n <= 8, input_tokens => n, call_timestamp => '2020-01-06 10:00+00'
)
from generate_series(1, 10) as n;

select results_eq(
    $$ select m.metric, round(m.value::numeric, 1), m.call_count
       from perf_internal.measure_calls(array(
           select s.metrics
           from perf_internal.summarize_type_calls(
               'sdxl', '2020-01-06 10:00+00', '2020-01-06 11:00+00'
           ) as s
       )) as m
       where m.metric in ('error_rate', 'avg_input_tokens', 'avg_output_tokens', 'p50_first_token_ms') $$,
    $$ values ('p50_first_token_ms', null, 0::bigint), ('error_rate', 0.2, 10), ('avg_input_tokens', 5.5, 10),
        ('avg_output_tokens', null, 0) $$,
    'measures calls, and says of how many'
);

select ok(
    (
        select m.value between 45 * 0.995 and 45 * 1.005 and m.call_count = 8
        from perf_internal.measure_calls(array(
            select s.metrics
            from perf_internal.summarize_type_calls(
                'sdxl', '2020-01-06 10:00+00', '2020-01-06 11:00+00'
            ) as s
        )) as m
        where m.metric = 'p50_response_time'
    ),
    'times are of successful calls: the median of 10 to 80 is 45'
);

select results_eq(
    $$ select count(*), count(value), sum(call_count) from perf_internal.measure_calls('{}') $$,
    $$ values (9::bigint, 0::bigint, 0::numeric) $$,
    'without calls has every metric and no value'
);

select results_eq(
    'select count(*), count(value) from perf_internal.measure_calls(null)',
    $$ values (9::bigint, 0::bigint) $$,
    'null counts as none'
);

select * from finish();
rollback;

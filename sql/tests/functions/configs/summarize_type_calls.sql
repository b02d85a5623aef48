begin;
select plan(6);

select perf.register_model('x/m', model_type => 'sdxl');
select perf.record_call('x/m', 'chat', 100, call_timestamp => t)
from unnest('{2020-01-06 10:10+00,2020-01-06 10:50+00,2020-01-06 11:30+00,2020-01-06 12:20+00,2020-01-06 12:40+00}'::timestamptz[]) as t;
select perf.record_call('x/other', 'chat', 100, call_timestamp => '2020-01-06 11:30+00');

select results_eq(
    $$ select (metrics).call_count, covered_from, covered_until
       from perf_internal.summarize_type_calls('sdxl', '2020-01-06 10:30+00', '2020-01-06 12:40+00')
       order by (metrics).time_bucket $$,
    $$ values (1::bigint, '2020-01-06 10:30+00'::timestamptz, '2020-01-06 12:40+00'::timestamptz),
        (1, '2020-01-06 10:30+00', '2020-01-06 12:40+00'),
        (1, '2020-01-06 10:30+00', '2020-01-06 12:40+00') $$,
    'counts the calls of the type by hour, exact at both ends, before they are rolled up'
);

select perf.aggregate_performance_metrics();

select is(
    (
        select sum((metrics).call_count)
        from perf_internal.summarize_type_calls(
            'sdxl', '2020-01-06 10:30+00', '2020-01-06 12:40+00'
        )
    ),
    3::numeric,
    'the same after they are'
);

select is(
    (
        select sum((metrics).call_count)
        from perf_internal.summarize_type_calls(
            'sdxl', '2020-01-06 12:10+00', '2020-01-06 12:30+00'
        )
    ),
    1::numeric,
    'also within one hour'
);

insert into perf_internal.dropped_days (day, calls, bytes) values ('2020-01-06', 5, 0);

select results_eq(
    $$ select (metrics).call_count, covered_from, covered_until
       from perf_internal.summarize_type_calls(
           'sdxl', '2020-01-06 10:30+00', '2020-01-06 12:40+00'
       ) $$,
    $$ values (1::bigint, '2020-01-06 11:00+00'::timestamptz, '2020-01-06 12:00+00'::timestamptz) $$,
    'whole hours only where raw calls are gone'
);

delete from perf_internal.performance_metrics where granularity = 'hourly';
update perf.retention set deleted_before = '2020-02-01' where level = 'hourly';

select results_eq(
    $$ select (metrics).granularity, (metrics).call_count, covered_from, covered_until
       from perf_internal.summarize_type_calls(
           'sdxl', '2020-01-05 10:30+00', '2020-01-07 12:40+00'
       ) $$,
    $$ values ('daily', 5::bigint, '2020-01-06 00:00+00'::timestamptz, '2020-01-07 00:00+00'::timestamptz) $$,
    'whole days only where hours are gone'
);

select results_eq(
    $$ select metrics is null, covered_from, covered_until
       from perf_internal.summarize_type_calls(
           'wan', '2020-03-05 00:00+00', '2020-03-07 00:00+00'
       ) $$,
    $$ values (true, '2020-03-05 00:00+00'::timestamptz, '2020-03-07 00:00+00'::timestamptz) $$,
    'says what it covers also without calls'
);

select * from finish();
rollback;

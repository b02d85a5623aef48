begin;
select plan(4);

create temporary table recorded as
select perf.record_call(
    'acme/one', 'chat', c.ms, error_type => c.error_type, input_tokens => c.ms,
    first_token_ms => c.ms / 2, call_timestamp => c.called_at
)
from (
    values
        (100, null, timestamptz '2020-01-06 10:00+00'),
        (200, 'timeout', '2020-01-06 11:00+00'),
        (400, null, '2020-01-07 12:00+00')
) as c (ms, error_type, called_at);

create temporary table hours as
select c as m from perf_internal.summarize_calls(is_pending => true) as c;

select results_eq(
    $$ select (s.m).call_count, (s.m).success_count, (s.m).error_count, (s.m).sum_response_time,
           (s.m).min_response_time, (s.m).max_response_time, (s.m).total_input_tokens,
           (s.m).success_response_time_sketch, (s.m).error_response_time_sketch
       from (select perf_internal.sum_metrics(h.m) as m from hours as h) as s $$,
    $$ values (
        3::bigint, 2::bigint, 1::bigint, 700::float8, 100::float8, 400::float8, 700::bigint,
        perf.make_sketch('{463,603}'), perf.make_sketch('{533}')
    ) $$,
    'three rows measure together what their calls do'
);

select is_empty(
    $$ select h.m
       from hours as h
       group by h.m
       having perf_internal.sum_metrics(h.m) is distinct from h.m $$,
    'a row alone stays what it is'
);

select is(
    (select perf_internal.sum_metrics(h.m) is null from hours as h where false),
    true,
    'no rows measure nothing'
);

select results_eq(
    $$ select (s.m).call_count, (s.m).sum_response_time
       from (
           select perf_internal.sum_metrics(h.m) as m
           from (select h.m from hours as h union all select null) as h
       ) as s $$,
    'values (3::bigint, 700::float8)',
    'null adds nothing'
);

select * from finish();
rollback;

begin;
select plan(10);

-- Metric, stored metric, and how often its count enters the count, its sum the sum, its count the sum.
select results_eq(
    $$ select * from perf_internal.get_metric_parts('calls', '{response_time_ms}') $$,
    $$ values ('response_time_ms', 'response_time_ms', 1, 1, 0) $$,
    'a measured metric is stored as it is'
);

select results_eq(
    $$ select * from perf_internal.get_metric_parts('calls', '{failed_response_time_ms}') $$,
    $$ values ('failed_response_time_ms', 'failed_response_time_ms', 1, 1, 0) $$,
    'so is that of failed rows'
);

select results_eq(
    $$ select *
       from perf_internal.get_metric_parts('calls', '{successful_response_time_ms}')
       order by 2 $$,
    $$ values
        ('successful_response_time_ms', 'failed_response_time_ms', -1, -1, 0),
        ('successful_response_time_ms', 'response_time_ms', 1, 1, 0) $$,
    'that of successful rows is all but the failed'
);

select results_eq(
    $$ select * from perf_internal.get_metric_parts('calls', '{error_rate}') order by 2 $$,
    $$ values
        ('error_rate', 'failed_response_time_ms', 0, 0, 1),
        ('error_rate', 'response_time_ms', 1, 0, 0) $$,
    'a share sums the count of the one and counts the other'
);

select results_eq(
    $$ select * from perf_internal.get_metric_parts('calls', '{success_rate}') order by 2 $$,
    $$ values
        ('success_rate', 'failed_response_time_ms', 0, 0, -1),
        ('success_rate', 'response_time_ms', 1, 0, 1) $$,
    'a share may be of a difference'
);

select results_eq(
    $$ select *
       from perf_internal.get_metric_parts(
           'calls', '{error_rate,input_tokens,response_time_ms,input_tokens}'
       )
       order by 1, 2 $$,
    $$ values
        ('error_rate', 'failed_response_time_ms', 0, 0, 1),
        ('error_rate', 'response_time_ms', 1, 0, 0),
        ('input_tokens', 'input_tokens', 1, 1, 0),
        ('response_time_ms', 'response_time_ms', 1, 1, 0) $$,
    'several have parts of their own each, one named twice has them once'
);

select is_empty(
    $$ select * from perf_internal.get_metric_parts('calls', '{}') $$, 'no metrics have no parts'
);
select is_empty(
    $$ select * from perf_internal.get_metric_parts('calls', '{unknown}') $$,
    'nor has one that is not known'
);
select is_empty(
    $$ select * from perf_internal.get_metric_parts('other', '{response_time_ms}') $$,
    'nor one of another pipeline'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf_internal.get_metric_parts('calls', '{response_time_ms}') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;

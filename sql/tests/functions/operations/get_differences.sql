begin;
select plan(15);

create temporary table recorded as
select perf.record_call(
    'acme/one', 'chat', c.ms, error_type => c.error_type, input_tokens => 1,
    output_tokens => 2, first_token_ms => 50, call_timestamp => '2020-01-06 10:00+00'
)
from (values (100, null), (400, 'timeout')) as c (ms, error_type);

create temporary table a as
select c.* from perf_internal.summarize_calls(is_pending => true) as c;
create temporary table b as select * from a;

create function pg_temp.differences()
returns text[]
language sql
as $$
    select perf_internal.get_differences(
        jsonb_populate_record(null::perf_internal.performance_metrics, to_jsonb(a) - 'x'),
        jsonb_populate_record(null::perf_internal.performance_metrics, to_jsonb(b) - 'x')
    )
    from a
    cross join b
$$;

select is(pg_temp.differences(), '{}', 'equal rows differ in nothing');

update b set call_count = 3;
select is(pg_temp.differences(), '{calls}', 'calls');
update b set success_count = 2;
select is(pg_temp.differences(), '{calls,successes}', 'successes');
update b set error_count = 2;
select is(pg_temp.differences(), '{calls,errors,successes}', 'errors');

truncate b;
insert into b select * from a;
update b set sum_response_time = sum_response_time * (1 + 1e-10);
select is(pg_temp.differences(), '{}', 'the last digits of a sum do not count');
update b set sum_response_time = sum_response_time * (1 + 1e-8);
select is(pg_temp.differences(), '{response times}', 'the eighth does');

truncate b;
insert into b select * from a;
update b set max_response_time = 401;
select is(pg_temp.differences(), '{response times}', 'extremes');

truncate b;
insert into b select * from a;
update b set error_response_time_sketch = null;
select is(pg_temp.differences(), '{response times}', 'sketches');

truncate b;
insert into b select * from a;
update b set error_max_response_time = 401;
select is(pg_temp.differences(), '{response times}', 'extremes of failed calls');
update b set error_max_response_time = 400, error_sum_response_time = null;
select is(pg_temp.differences(), '{response times}', 'sums of failed calls');

truncate b;
insert into b select * from a;
update b set error_total_output_tokens = 3;
select is(pg_temp.differences(), '{tokens}', 'tokens of failed calls');

truncate b;
insert into b select * from a;
update b set success_first_token_sketch = '{7}';
select is(pg_temp.differences(), '{first tokens}', 'first tokens');

truncate b;
insert into b select * from a;
update b set output_token_calls = 1;
select is(pg_temp.differences(), '{tokens}', 'calls that reported tokens');
update b set output_token_calls = 2, total_input_tokens = null;
select is(pg_temp.differences(), '{tokens}', 'tokens');

select is(
    (
        select perf_internal.get_differences(c, null)
        from perf_internal.summarize_calls(is_pending => true) as c
    ),
    '{calls,errors,"first tokens","response times",successes,tokens}',
    'a row that is missing differs in all'
);

select * from finish();
rollback;

begin;
select plan(18);

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 10
        + (select count(distinct r.transaction_id) from perf.performance_metrics_raw as r);
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

set local timezone = 'UTC';

-- At 10:00 failed calls have both extremes, at 11:00 neither, at 12:00 none failed, at 13:00 all.
create temporary table recorded as
select perf.record_call(
    c.model_name, 'chat', c.ms, error_type => c.error_type, input_tokens => c.input_tokens,
    output_tokens => c.output_tokens, first_token_ms => c.ms / 2, call_timestamp => c.called_at
)
from (
    values
        ('acme/one', 100, null, 10, 20, timestamptz '2020-01-06 10:00'),
        ('acme/one', 200, null, 20, 40, '2020-01-06 10:59:59.999999'),
        ('acme/one', 50, 'timeout', 3, 1, '2020-01-06 10:00'),
        ('acme/one', 400, 'timeout', null, null, '2020-01-06 10:00'),
        ('acme/one', 100, null, null, null, '2020-01-06 11:00'),
        ('acme/one', 300, null, null, null, '2020-01-06 11:00'),
        ('acme/one', 200, 'timeout', null, null, '2020-01-06 11:00'),
        ('acme/one', 100, null, null, null, '2020-01-06 12:00'),
        ('acme/one', 400, 'timeout', 5, null, '2020-01-06 13:00'),
        ('acme/two', 700, null, null, 7, '2020-01-06 10:00'),
        ('acme/three', 900, null, null, null, '2020-01-06 10:00')
) as c (model_name, ms, error_type, input_tokens, output_tokens, called_at);

create function pg_temp.configs(variadic model_names text[])
returns uuid[]
language sql
as $$
    select array_agg(c.id order by array_position(model_names, m.name))
    from perf.model_tool_configs as c
    join perf.models as m on m.id = c.model_id
    where m.name = any(model_names)
$$;

-- All of acme/one by hour, asked before a run, after it and where a run has read only a part.
create view pg_temp.hours as
select o.outcome, extract(hour from c.time_bucket at time zone 'UTC')::integer as hour, c.*
from unnest('{all,success,error}'::text[]) as o (outcome)
cross join lateral perf_internal.read_calls(
    pg_temp.configs('acme/one'), '2020-01-06', '2020-01-07', o.outcome, granularity => 'hourly'
) as c;

create temporary table pending as select * from pg_temp.hours;
select pg_temp.end_recording();
create temporary table run as select perf.aggregate_performance_metrics();
create temporary table rolled_up as select * from pg_temp.hours;
-- The hour of 12:00 once more, now without a run.
delete from perf_internal.rollups where time_bucket = '2020-01-06 12:00';
create temporary table repeated as
select perf.record_call(
    'acme/one', 'chat', 100, first_token_ms => 50, call_timestamp => '2020-01-06 12:00'
);
create temporary table mixed as select * from pg_temp.hours;

select results_eq(
    $$ select hour, all_count, error_count, call_count, avg_response_time, min_response_time,
           max_response_time, total_input_tokens, total_output_tokens
       from rolled_up
       where outcome = 'all'
       order by hour $$,
    $$ values
        (10, 4::bigint, 2::bigint, 4::bigint, 187.5::float8, 50::float8, 400::float8, 33::bigint,
            61::bigint),
        (11, 3, 1, 3, 200, 100, 300, null, null),
        (12, 1, 0, 1, 100, 100, 100, null, null),
        (13, 1, 1, 1, 400, 400, 400, 5, null) $$,
    'all measures all calls'
);

select results_eq(
    $$ select hour, all_count, error_count, call_count, avg_response_time, min_response_time,
           max_response_time, total_input_tokens, total_output_tokens
       from rolled_up
       where outcome = 'error'
       order by hour $$,
    $$ values
        (10, 4::bigint, 2::bigint, 2::bigint, 225::float8, 50::float8, 400::float8, 3::bigint,
            1::bigint),
        (11, 3, 1, 1, 200, 200, 200, null, null),
        (12, 1, 0, 0, null, null, null, null, null),
        (13, 1, 1, 1, 400, 400, 400, 5, null) $$,
    'error measures failed calls, and counts all'
);

select results_eq(
    $$ select hour, all_count, error_count, call_count, avg_response_time, total_input_tokens,
           total_output_tokens
       from rolled_up
       where outcome = 'success'
       order by hour $$,
    $$ values
        (10, 4::bigint, 2::bigint, 2::bigint, 150::float8, 30::bigint, 60::bigint),
        (11, 3, 1, 2, 200, null, null),
        (12, 1, 0, 1, 100, null, null),
        (13, 1, 1, 0, null, null, null) $$,
    'success measures successful calls, and counts all'
);

select results_eq(
    $$ select min_response_time, max_response_time from rolled_up
       where outcome = 'success' and hour = 11 $$,
    'values (100::float8, 300::float8)',
    'extremes that successful calls have are exact'
);

select results_eq(
    $$ select
           abs(min_response_time / 100 - 1) <= 0.005,
           abs(max_response_time / 200 - 1) <= 0.005
       from rolled_up
       where outcome = 'success' and hour = 10 $$,
    'values (true, true)',
    'where failed calls have them, those of successful calls are within 0.5 %'
);

select results_eq(
    $$ select min_response_time, max_response_time from rolled_up
       where outcome = 'success' and hour = 12 $$,
    'values (100::float8, 100::float8)',
    'where none failed they are those of all calls'
);

-- Of 50, 100, 200, 400 the median is 150, of 100 and 200 too, of 50 and 400 it is 225; the 99th
-- percentiles are 394, 199 and 396.5.
select results_eq(
    $$ select
           r.outcome,
           abs(r.response_times[1] / e.p50 - 1) <= 0.005,
           abs(r.response_times[3] / e.p99 - 1) <= 0.005,
           cardinality(r.response_times)
       from rolled_up as r
       join (values ('all', 150, 394), ('success', 150, 199), ('error', 225, 396.5))
           as e (outcome, p50, p99) on e.outcome = r.outcome
       where r.hour = 10
       order by 1 $$,
    $$ values ('all', true, true, 3), ('error', true, true, 3), ('success', true, true, 3) $$,
    'has the percentiles 50, 95 and 99 of the calls it measures, within 0.5 %'
);

-- Of 25, 50, 100, 200 the median is 75, of 50 and 100 too, of 25 and 200 it is 112.5.
select results_eq(
    $$ select r.outcome, abs(r.first_tokens[1] / e.p50 - 1) <= 0.005
       from rolled_up as r
       join (values ('all', 75), ('success', 75), ('error', 112.5)) as e (outcome, p50)
           on e.outcome = r.outcome
       where r.hour = 10
       order by 1 $$,
    $$ values ('all', true), ('error', true), ('success', true) $$,
    'and those of first tokens'
);

select results_eq(
    $$ select outcome, response_times, first_tokens from rolled_up where hour = 13 order by 1 $$,
    $$ values
        ('all', '{400,400,400}'::float8[], '{200,200,200}'::float8[]),
        ('error', '{400,400,400}', '{200,200,200}'),
        ('success', null, null) $$,
    'a single call is exact, no call has none'
);

-- To 9 digits, because the order of a sum changes its last ones.
create function pg_temp.differ(one text, other text)
returns setof text
language plpgsql
as $$
begin
    return query execute format(
        'select o.hour::text
        from %I as o
        full join %I as a on a.outcome = o.outcome and a.hour = o.hour
        where (o.all_count, o.error_count, o.call_count) is distinct from
                (a.all_count, a.error_count, a.call_count)
            or (o.total_input_tokens, o.total_output_tokens) is distinct from
                (a.total_input_tokens, a.total_output_tokens)
            or (o.avg_response_time::numeric(20, 6), o.min_response_time::numeric(20, 6),
                o.max_response_time::numeric(20, 6), o.response_times::numeric(20, 6)[],
                o.first_tokens::numeric(20, 6)[])
                is distinct from
                (a.avg_response_time::numeric(20, 6), a.min_response_time::numeric(20, 6),
                a.max_response_time::numeric(20, 6), a.response_times::numeric(20, 6)[],
                a.first_tokens::numeric(20, 6)[])',
        one,
        other
    );
end
$$;

select is_empty(
    $$ select * from pg_temp.differ('pending', 'rolled_up') $$,
    'calls that are not rolled up yet measure the same'
);
select is_empty(
    $$ select * from pg_temp.differ('mixed', 'rolled_up') $$,
    'and so they do beside hours that are'
);

-- 60 tokens in the 0.1 + 0.2 + 0.1 + 0.3 + 0.1 + 0.1 seconds of successful calls.
select results_eq(
    $$ select o.outcome, c.time_bucket, c.all_count, c.call_count,
           round(c.output_tokens_per_second::numeric, 6)
       from unnest('{all,success,error}'::text[]) as o (outcome)
       cross join lateral perf_internal.read_calls(
           pg_temp.configs('acme/one'), '2020-01-06', '2020-01-07', o.outcome
       ) as c
       order by 1 $$,
    $$ values
        ('all', null::timestamptz, 10::bigint, 10::bigint, 66.666667),
        ('error', null, 10, 4, 66.666667),
        ('success', null, 10, 6, 66.666667) $$,
    'without a granularity the range is one row, and successful calls have a token rate'
);

select is_empty(
    'select * from rolled_up where output_tokens_per_second is not null',
    'with one there is no token rate'
);

select results_eq(
    $$ select c.group_number, c.all_count, c.avg_response_time
       from perf_internal.read_calls(
           pg_temp.configs('acme/one', 'acme/two', 'acme/three'),
           '2020-01-06 10:00', '2020-01-06 11:00', 'all', group_numbers => '{2,1,1}'
       ) as c
       order by 1 $$,
    'values (1, 2::bigint, 800::float8), (2, 4, 187.5)',
    'group numbers say which configurations are counted together'
);

select results_eq(
    $$ select c.time_bucket, c.all_count
       from perf_internal.read_calls(
           pg_temp.configs('acme/one'), '2020-01-06 10:00:00.000001', '2020-01-06 13:00', 'all',
           'hourly'
       ) as c
       order by 1 $$,
    $$ values ('2020-01-06 11:00'::timestamptz, 3::bigint), ('2020-01-06 12:00', 1) $$,
    'a bucket that starts before the range is not in it, nor one that starts with its end'
);

select is_empty(
    $$ select * from perf_internal.read_calls(
           pg_temp.configs('acme/one'), '2020-02-03', '2020-02-10', 'all'
       ) $$,
    'a range without calls has no row'
);
select is_empty(
    $$ select * from perf_internal.read_calls('{}', '2020-01-06', '2020-01-07', 'all') $$,
    'nor have no configurations'
);

select throws_ok(
    $$ select * from perf_internal.read_calls('{}', '2020-01-06', '2020-01-07', 'failed') $$,
    '22023',
    'outcome must be all, success or error, got "failed"',
    'refuses an unknown outcome'
);

select * from finish();
rollback;

begin;
select plan(20);

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 11 + coalesce(
        (
            select max(r.transaction_id)
            from perf.performance_metrics_raw as r
            where r.transaction_id < txid_current()
        ),
        0
    );
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

-- Two series: 100 and 300 ms at 10, 200 ms failed at 11; 1000 ms at 10. And 500 ms at 11 that no
-- run has read.
select perf.record_call(
    c.model, 'chat', c.ms, error_type => c.error_type, call_timestamp => c.called_at
)
from (
    values
        ('acme/one', 100, null, timestamptz '2020-02-03 10:10+00'),
        ('acme/one', 300, null, '2020-02-03 10:20+00'),
        ('acme/one', 200, 'timeout', '2020-02-03 11:30+00'),
        ('acme/two', 1000, null, '2020-02-03 10:30+00')
) as c (model, ms, error_type, called_at);
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();
select perf.record_call('acme/one', 'chat', 500, call_timestamp => '2020-02-03 11:40+00');

create temporary table series as
select c.id, m.name
from perf.model_tool_configs as c
join perf.models as m on m.id = c.model_id;
grant select on series to authenticated;

-- Dynamic because the query is a text. It may be made with other rights than it is run with.
create function pg_temp.run(query text, percentiles float8[] default '{0.5,0.95,0.99}')
returns table (
    group_number integer,
    metric text,
    time_bucket timestamptz,
    count bigint,
    sum float8,
    m2 float8,
    min float8,
    max float8,
    percentile_values float8[],
    sketch numeric
)
language plpgsql
as $$
begin
    return query execute format('select * from (%s) as q order by 1, 2, 3', run.query)
    using
        array(select s.id from series as s order by s.name),
        '{1,2}'::integer[],
        run.percentiles;
end
$$;

create function pg_temp.get_query(
    metrics text[],
    granularity text default null,
    sketched_metrics text[] default null,
    is_exact boolean default false,
    is_direct boolean default false,
    pending_from timestamptz default '-infinity',
    start_time timestamptz default '2020-02-03 10:00+00',
    end_time timestamptz default '2020-02-03 12:00+00'
)
returns text
language sql
as $$
    select perf_internal.get_read_query(
        'calls', metrics, start_time, end_time, granularity, sketched_metrics, is_exact, is_direct,
        pending_from
    )
$$;

-- Of 100, 300, 200, 500 the mean is 275, the squared differences are 30625 + 625 + 5625 + 50625.
select results_eq(
    $$ select group_number, metric, count, sum, round(m2::numeric, 4), min, max
       from pg_temp.run(pg_temp.get_query('{response_time_ms}')) $$,
    $$ values
        (1, 'response_time_ms', 4::bigint, 1100::float8, 87500.0, 100::float8, 500::float8),
        (2, 'response_time_ms', 1, 1000, 0, 1000, 1000) $$,
    'adds up rollup rows and rows that no run has read, by group and metric'
);
select results_eq(
    $$ select group_number, metric, count, sum
       from pg_temp.run(
           pg_temp.get_query('{failed_response_time_ms,successful_response_time_ms,error_rate}')
       ) $$,
    $$ values
        (1, 'error_rate', 4::bigint, 1::float8),
        (1, 'failed_response_time_ms', 1, 200),
        (1, 'successful_response_time_ms', 3, 900),
        (2, 'error_rate', 1, 0),
        (2, 'successful_response_time_ms', 1, 1000) $$,
    'of derived metrics too'
);
select results_eq(
    $$ select group_number, to_char(time_bucket at time zone 'UTC', 'HH24'), count
       from pg_temp.run(pg_temp.get_query('{response_time_ms}', 'hourly')) $$,
    $$ values (1, '10', 2::bigint), (1, '11', 2), (2, '10', 1) $$,
    'and with a granularity by bucket'
);
select is_empty(
    $$ select * from pg_temp.run(pg_temp.get_query('{}')) $$, 'of no metric there is nothing'
);
select is_empty(
    $$ select *
       from pg_temp.run(pg_temp.get_query('{response_time_ms}', end_time => '2020-02-03 10:00+00')) $$,
    'nor of an empty range'
);
select results_eq(
    $$ select group_number, count, sum
       from pg_temp.run(pg_temp.get_query(
           '{response_time_ms}', is_exact => true, start_time => '2020-02-03 10:15+00',
           end_time => '2020-02-03 10:25+00'
       )) $$,
    $$ values (1, 1::bigint, 300::float8) $$,
    'exact, parts of hours come from raw rows'
);

select is(
    (
        select sketch
        from pg_temp.run(pg_temp.get_query('{successful_response_time_ms}'))
        where group_number = 1
    ),
    perf_internal.make_sketch('{463,574,625}'),
    'adds up sketches, and takes away those of what failed'
);
select results_eq(
    $$ select metric, percentile_values is not null, sketch is not null
       from pg_temp.run(pg_temp.get_query(
           '{response_time_ms,failed_response_time_ms}', null, '{failed_response_time_ms}'
       ))
       where group_number = 1 $$,
    $$ values ('failed_response_time_ms', true, true), ('response_time_ms', false, false) $$,
    'of sketched metrics'
);
select is(
    (
        select percentile_values
        from pg_temp.run(pg_temp.get_query('{response_time_ms}'), '{0,1}')
        where group_number = 2
    ),
    '{1000,1000}'::float8[],
    'the percentiles are those of the third parameter, and never outside of what was measured'
);

-- What read_metrics() knows of pending rows and groups.
select results_eq(
    $$ select group_number, count
       from pg_temp.run(pg_temp.get_query('{response_time_ms}', pending_from => 'infinity')) $$,
    $$ values (1, 3::bigint), (2, 1) $$,
    'pending rows are read from the time that is given'
);
select results_eq(
    $$ select group_number, count
       from pg_temp.run(
           pg_temp.get_query('{response_time_ms}', pending_from => '2020-02-03 11:40+00')
       ) $$,
    $$ values (1, 4::bigint), (2, 1) $$,
    'which may be that of the first'
);
select results_eq(
    $$ select group_number, metric, time_bucket, count, sum, round(m2::numeric, 4), min, max,
           percentile_values
       from pg_temp.run(pg_temp.get_query(
           '{response_time_ms,failed_response_time_ms}', 'hourly', is_direct => true,
           pending_from => '2020-02-03 11:40+00'
       )) $$,
    $$ select group_number, metric, time_bucket, count, sum, round(m2::numeric, 4), min, max,
           percentile_values
       from pg_temp.run(pg_temp.get_query(
           '{response_time_ms,failed_response_time_ms}', 'hourly'
       )) $$,
    'rows that are taken directly say the same as those that are added up'
);
select is(
    position(
        'performance_metrics_raw' in
        pg_temp.get_query(
            '{response_time_ms}', 'hourly', is_direct => true, pending_from => 'infinity'
        )
    ),
    0,
    'where nothing is pending raw rows are not looked at then'
);

-- 1e8 and 1e8 + 1 deviate by less than 3e-7 of their size. Equal ones deviate by nothing: three
-- times 0.1 are more than 0.3.
select perf.record_call(
    c.model, 'chat', c.ms, call_timestamp => '2020-02-03 14:10+00'
)
from (
    values ('acme/one', 1e8), ('acme/one', 1e8 + 1), ('acme/two', 0.1), ('acme/two', 0.1),
        ('acme/two', 0.1)
) as c (model, ms);
prepare far as
select q.m2
from unnest('{false,true}'::boolean[]) as d (is_direct)
cross join lateral pg_temp.run(pg_temp.get_query(
    '{response_time_ms}', 'hourly', is_direct => d.is_direct,
    pending_from => case when d.is_direct then timestamptz 'infinity' else '-infinity' end,
    start_time => '2020-02-03 14:00+00', end_time => '2020-02-03 15:00+00'
)) as q
order by d.is_direct, q.group_number;
select results_eq(
    'far',
    $$ values (null::float8), (0) $$,
    'm2 is null where only rounding errors are left, and 0 where all values are equal'
);
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();
select results_eq(
    'far',
    $$ values (null::float8), (0), (null), (0) $$,
    'and so it is after a run, also of rows that are taken directly'
);

update perf_internal.rollups as r set p50 = null, p95 = null, p99 = null;
select results_eq(
    $$ select group_number, count, round(percentile_values[1])
       from pg_temp.run(pg_temp.get_query(
           '{response_time_ms}', 'hourly', is_direct => true, pending_from => 'infinity'
       )) $$,
    $$ select group_number, count, round(percentile_values[1])
       from pg_temp.run(pg_temp.get_query(
           '{response_time_ms}', 'hourly', pending_from => 'infinity'
       )) $$,
    'percentiles that no run has stored yet are computed'
);

select throws_ok(
    $$ select perf_internal.get_read_query('other', '{size}', '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);
select throws_ok(
    $$ select pg_temp.get_query('{response_time_ms}', 'monthly') $$,
    '22023',
    'granularity must be hourly, daily or weekly, got "monthly"',
    'refuses an unknown granularity'
);

-- Made by the owner, run by a stranger.
create temporary table query as
select pg_temp.get_query('{response_time_ms}') as query;
grant select on query to authenticated;
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is_empty(
    $$ select * from pg_temp.run((select query from query)) $$, 'a stranger sees nothing'
);

set local role perf_recorder;
select throws_ok(
    $$ select pg_temp.get_query('{response_time_ms}') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;

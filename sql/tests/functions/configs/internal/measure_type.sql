begin;
select plan(20);

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

select perf.register_model('x/m', model_type => 'sdxl');
select perf.record_call(
    'x/m', 'chat', 10 * n, n <= 8, input_tokens => n, call_timestamp => '2020-01-06 10:00'
)
from generate_series(1, 10) as n;

create function pg_temp.measured(
    start_time timestamptz,
    end_time timestamptz,
    outcome text default 'all'
)
returns table (metric text, value numeric, call_count bigint)
language sql
as $$
    select m.metric, round(m.value::numeric, 6), m.call_count
    from perf_internal.measure_type('sdxl', start_time, end_time, outcome => outcome) as m
$$;

select results_eq(
    $$ select *
       from pg_temp.measured('2020-01-06 10:00', '2020-01-06 11:00')
       where metric like 'avg%' or metric in ('error_rate', 'p50_first_token_ms') $$,
    $$ values
        ('p50_first_token_ms', null, 0::bigint),
        ('error_rate', 0.2, 10),
        ('avg_input_tokens', 5.5, 10),
        ('avg_output_tokens', null, 0) $$,
    'measures calls, and says of how many'
);

select results_eq(
    $$ select o.outcome, abs(m.value / o.median - 1) <= 0.005, m.call_count
       from (values ('all', 55), ('success', 45), ('error', 95)) as o (outcome, median)
       cross join lateral pg_temp.measured(
           '2020-01-06 10:00', '2020-01-06 11:00', o.outcome
       ) as m
       where m.metric = 'p50_response_time' $$,
    $$ values ('all', true, 10::bigint), ('success', true, 8), ('error', true, 2) $$,
    'times are of all calls, or of those of an outcome'
);

select results_eq(
    $$ select o.outcome, m.metric, m.value, m.call_count
       from unnest('{success,error}'::text[]) as o (outcome)
       cross join lateral pg_temp.measured(
           '2020-01-06 10:00', '2020-01-06 11:00', o.outcome
       ) as m
       where m.metric in ('error_rate', 'avg_input_tokens')
       order by 1 desc, 2 desc $$,
    $$ values ('success', 'error_rate', 0.2, 10::bigint), ('success', 'avg_input_tokens', 4.5, 8),
        ('error', 'error_rate', 0.2, 10), ('error', 'avg_input_tokens', 9.5, 2) $$,
    'so are tokens; the error rate is of all calls whatever the outcome'
);

-- 2 of 10 by Wilson's method: 0.0567 and 0.5098. 1 to 10 have the mean 5.5 and, with 9 degrees of
-- freedom, the interval 5.5 -/+ 2.2622 * 3.0277 / sqrt(10).
select results_eq(
    $$ select metric, round(low::numeric, 3), round(high::numeric, 3)
       from perf_internal.measure_type('sdxl', '2020-01-06 10:00', '2020-01-06 11:00')
       where metric in ('error_rate', 'avg_input_tokens', 'avg_output_tokens') $$,
    $$ values
        ('error_rate', 0.057, 0.510),
        ('avg_input_tokens', 3.334, 7.666),
        ('avg_output_tokens', null, null) $$,
    'intervals are those of the statistics room'
);

-- With 95 % the median of 10 values lies between the 2nd and the 9th, with 50 % between the 4th and
-- the 7th.
select results_eq(
    $$ select c.confidence, abs(m.low / (c.low / 1.005) - 1) <= 0.005,
           abs(m.high / (c.high * 1.005) - 1) <= 0.005
       from (values (0.95, 20, 90), (0.5, 40, 70)) as c (confidence, low, high)
       cross join lateral perf_internal.measure_type(
           'sdxl', '2020-01-06 10:00', '2020-01-06 11:00', c.confidence
       ) as m
       where m.metric = 'p50_response_time' $$,
    'values (0.95, true, true), (0.5, true, true)',
    'the interval of a percentile is as wide as the confidence asks'
);

select results_eq(
    $$ select low, high from perf_internal.measure_type(
           'sdxl', '2020-01-06 10:00', '2020-01-06 11:00'
       ) where metric = 'p99_response_time' and low is not null and high is null $$,
    $$ select low, null::float8 from perf_internal.measure_type(
           'sdxl', '2020-01-06 10:00', '2020-01-06 11:00'
       ) where metric = 'p99_response_time' $$,
    'ten calls cannot tell how high a 99th percentile is'
);

select results_eq(
    $$ select count(*), count(value), sum(call_count)
       from perf_internal.measure_type('wan', '2020-01-06 10:00', '2020-01-06 11:00') $$,
    $$ values (9::bigint, 0::bigint, 0::numeric) $$,
    'a type without models has every metric and no value'
);

select results_eq(
    $$ select count(*), count(value), sum(call_count)
       from pg_temp.measured('2020-02-03', '2020-02-10') $$,
    $$ values (9::bigint, 0::bigint, 0::numeric) $$,
    'so has a range without calls'
);

select results_eq(
    $$ select count(*), count(value), sum(call_count)
       from pg_temp.measured('2020-01-06 11:00', '2020-01-06 10:00') $$,
    $$ values (9::bigint, 0::bigint, 0::numeric) $$,
    'and a range that ends before it starts, as that of a guard of a moment to come'
);

-- Of the other day 10:10, 10:50, 11:30, 12:20 and 12:40.
select perf.record_call('x/m', 'chat', 100, call_timestamp => t)
from (
    values
        (timestamptz '2020-03-02 10:10'),
        ('2020-03-02 10:50'),
        ('2020-03-02 11:30'),
        ('2020-03-02 12:20'),
        ('2020-03-02 12:40')
) as c (t);
select perf.record_call('x/other', 'chat', 100, call_timestamp => '2020-03-02 11:30');

create view pg_temp.counted as
select r.range_start, r.range_end, m.call_count
from (
    values
        (timestamptz '2020-03-02 10:30', timestamptz '2020-03-02 12:40'),
        ('2020-03-02 10:50', '2020-03-02 12:40:00.000001'),
        ('2020-03-02 12:10', '2020-03-02 12:30'),
        ('2020-03-02 10:30', '2020-03-02 11:00')
) as r (range_start, range_end)
cross join lateral perf_internal.measure_type('sdxl', r.range_start, r.range_end) as m
where m.metric = 'error_rate';

select results_eq(
    'select call_count from pg_temp.counted',
    'values (3::bigint), (4), (1), (1)',
    'counts the calls of the type, exact at both ends, before they are rolled up'
);

select pg_temp.end_recording();
select perf.aggregate_performance_metrics();

select results_eq(
    'select call_count from pg_temp.counted',
    'values (3::bigint), (4), (1), (1)',
    'the same after they are'
);

insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes) values
    ('calls', '2020-03-02', '2020-03-03', 6, 0);

select results_eq(
    'select call_count from pg_temp.counted',
    'values (1::bigint), (1), (0), (0)',
    'whole hours only where raw calls are gone'
);

delete from perf_internal.rollups where granularity = 'hourly';
update perf.retention
set deleted_before = '2020-04-01'
where pipeline = 'calls' and level = 'hourly';

select results_eq(
    $$ select call_count
       from pg_temp.measured('2020-03-01 10:30', '2020-03-03 12:40')
       where metric = 'error_rate' $$,
    'values (5::bigint)',
    'whole days only where hours are gone'
);

select results_eq(
    'select call_count from pg_temp.counted',
    'values (0::bigint), (0), (0), (0)',
    'nothing where the range has none'
);

insert into perf.workflows (name) values ('upscale');
insert into perf_internal.job_kinds (workflow_id, model_type)
select f.id, t.model_type
from perf.workflows as f
cross join (values ('wan'), ('flux')) as t (model_type);
select perf_internal.add_named_metrics('jobs', '{quality.likeness,quality.noise}');

create function pg_temp.add_job(
    ended_at timestamptz,
    wall_ms bigint default null,
    frame_ms real default null,
    has_failed boolean default false,
    scores jsonb default null,
    model_type text default 'wan'
)
returns void
language sql
as $$
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, total_wall_time_ms, total_gpu_time_ms,
        time_per_frame_ms, vram_peak_mb, failed, model_type, quality_scores_json
    )
    select k.id, ended_at, 1, k.workflow_id, wall_ms, wall_ms / 2, frame_ms, 100, has_failed,
        k.model_type, scores
    from perf_internal.job_kinds as k
    where k.model_type = add_job.model_type;
$$;

-- Of wan 8 jobs of 100 ms to 800 ms and 2 that failed early; of flux another.
select pg_temp.add_job(
    '2020-01-06 10:00', case when n <= 8 then 100 * n else 5 end, n, n > 8,
    jsonb_build_object('likeness', case when n <= 8 then 0.1 * n else 0 end)
)
from generate_series(1, 10) as n;
select pg_temp.add_job('2020-01-06 10:00', 100000, 100000, model_type => 'flux');

create view pg_temp.measured_jobs as
select o.outcome, m.metric, round(m.value::numeric, 2) as value, m.call_count
from (values (1, 'all'), (2, 'error')) as o (number, outcome)
cross join lateral perf_internal.measure_type(
    'wan', '2020-01-06 10:00', '2020-01-06 11:00', outcome => o.outcome, source => 'jobs'
) with ordinality as m
order by o.number, m.ordinality;

select results_eq(
    $$ select metric, value, call_count
       from pg_temp.measured_jobs
       where outcome = 'all' and metric not like 'p%' $$,
    $$ values
        ('failure_rate', 0.20, 10::bigint),
        ('avg_gpu_time_ms', 225.00, 8),
        ('avg_vram_peak_mb', 100.00, 8),
        ('quality_rating', 0.45, 8),
        ('quality.likeness', 0.45, 8),
        ('quality.noise', null, 0) $$,
    'jobs are measured too: rates of all, the rest of those that succeeded'
);

select results_eq(
    $$ select metric, abs(value / expected - 1) <= 0.005, call_count
       from pg_temp.measured_jobs
       join (
           values ('p50_time_per_frame_ms', 4.5), ('p50_wall_time_ms', 450)
       ) as e (name, expected) on e.name = metric
       where outcome = 'all' $$,
    $$ values ('p50_time_per_frame_ms', true, 8::bigint), ('p50_wall_time_ms', true, 8) $$,
    'percentiles of their times'
);

select set_eq(
    $$ select metric, value, call_count from pg_temp.measured_jobs where outcome = 'error' $$,
    $$ select metric, value, call_count from pg_temp.measured_jobs where outcome = 'all' $$,
    'an outcome is of calls and changes nothing'
);

select throws_ok(
    $$ select * from perf_internal.measure_type(
           'sdxl', '2020-01-06', '2020-01-07', outcome => 'failed'
       ) $$,
    '22023',
    'outcome must be all, success or error, got "failed"',
    'refuses an unknown outcome'
);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst');

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (
        select m.call_count
        from perf_internal.measure_type('sdxl', '2020-03-02', '2020-03-03') as m
        where m.metric = 'error_rate'
    ),
    5::bigint,
    'an analyst by token measures'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf_internal.measure_type('sdxl', '2020-03-02', '2020-03-03') $$,
    '42501',
    null,
    'perf_recorder may not'
);

select * from finish();
rollback;

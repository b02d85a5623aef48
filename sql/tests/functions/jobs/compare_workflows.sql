begin;
select plan(27);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

insert into perf.workflows (name) values ('first'), ('second'), ('idle');
insert into perf.workers (name, hardware) values ('w1', 'RTX 4090'), ('w2', null), ('w3', null);

create function pg_temp.id(text) returns bigint language sql as
    'select x.id
    from (
        select f.id, f.name from perf.workflows as f
        union all
        select w.id, w.name from perf.workers as w
    ) as x
    where x.name = $1';

-- Jobs of these wall times (ms), all on one day unless said otherwise.
create function pg_temp.add_jobs(
    workflow text,
    worker text,
    times bigint[],
    day timestamptz default '2020-01-06 10:00+00',
    has_failed boolean default false,
    scores float8[] default null,
    tier text default '1080p'
)
returns void
language sql
as $$
    insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier, model_type)
    values (pg_temp.id(workflow), pg_temp.id(worker), tier, 'wan')
    on conflict do nothing;
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, worker_id, total_wall_time_ms, failed,
        resolution_tier, model_type, quality_scores_json
    )
    select k.id, day, 1, k.workflow_id, k.worker_id, u.ms, has_failed, k.resolution_tier,
        k.model_type, jsonb_build_object('likeness', u.score)
    from perf_internal.job_kinds as k
    cross join unnest(times, scores) as u (ms, score)
    where k.workflow_id = pg_temp.id(workflow)
        and k.worker_id = pg_temp.id(worker)
        and k.resolution_tier = tier;
$$;

-- On w1 the second takes twice as long. The variance of a logarithm of a mean of 90, 110, 90, 110
-- is 400 / 3 / 4 / 100^2 = 1/300 on each side; with 6 degrees of freedom t is 2.4469, so the limits
-- are 2 e^(-+ 2.4469 sqrt(2/300)).
do $$
begin
    perform perf_internal.add_named_metrics('jobs', '{quality.likeness}');
    perform pg_temp.add_jobs('first', 'w1', '{90,110,90,110}', scores => '{0.4,0.6,0.4,0.6}');
    perform pg_temp.add_jobs('second', 'w1', '{180,220,180,220}', scores => '{0.8,0.9,0.9,0.8}');
    -- A failed job has no part in the times.
    perform pg_temp.add_jobs('second', 'w1', '{99999}', has_failed => true);
    -- Nobody can compare these.
    perform pg_temp.add_jobs('second', 'w2', '{1,1,1,1,1,1}');
    perform pg_temp.add_jobs('first', 'w1', '{7}', tier => '4k');
    perform pg_temp.add_jobs('first', 'w3', '{1000}', day => '2020-02-10 10:00+00');
end
$$;

create function pg_temp.compare(
    metrics text[] default null, min_jobs integer default 4, confidence float8 default 0.95
)
returns table (
    workflow text, metric text, baseline_jobs bigint, jobs bigint, compared_baseline_jobs bigint,
    compared_jobs bigint, difference numeric, low numeric, high numeric, verdict text, note text,
    trade_off text, adjusted_p_value numeric
)
language sql
as $$
    select c.workflow, c.metric, c.baseline_jobs, c.jobs, c.compared_baseline_jobs,
        c.compared_jobs, round(c.difference::numeric, 2), round(c.difference_low::numeric, 2),
        round(c.difference_high::numeric, 2), c.verdict, c.note, c.trade_off,
        round(c.adjusted_p_value::numeric, 5)
    from perf.compare_workflows(
        array[pg_temp.id('first'), pg_temp.id('second')], '2020-01-06', '2020-01-08', metrics,
        min_jobs => min_jobs, confidence => confidence
    ) as c;
$$;

select results_eq(
    $$ select workflow, baseline_jobs, jobs, compared_baseline_jobs, compared_jobs, difference, low,
           high, verdict
       from pg_temp.compare('{total_wall_time_ms}') $$,
    $$ values ('second', 5::bigint, 10::bigint, 4::bigint, 4::bigint, 100.00, 63.78, 144.23,
        'worse') $$,
    'compares jobs of one worker and resolution tier, in percent of the first'
);
-- Beyond ln 2 / sqrt(2/300) = 8.4893 of 6 degrees of freedom lies 0.000146 on both sides.
select is(
    (select adjusted_p_value from pg_temp.compare('{total_wall_time_ms}')),
    0.00015,
    'one comparison needs no correction'
);
select is(
    (select note from pg_temp.compare('{total_wall_time_ms}')),
    'Only 1 worker has jobs of both: the difference may be another on others.'
        || ' The means of all jobs differ by -1.0 %, because their kinds of jobs differ.',
    'says when one worker carries the comparison, and what the plain means hide'
);
select is(
    (select trade_off from pg_temp.compare('{total_wall_time_ms}')),
    'Compared with first, second is 100 % slower (64 to 144 %).',
    'says it in one sentence'
);
select results_eq(
    $$ select baseline_value, value, unit
       from perf.compare_workflows(
           array[pg_temp.id('first'), pg_temp.id('second')], '2020-01-06', '2020-01-08',
           '{total_wall_time_ms}', 4) $$,
    $$ values (407 / 5::float8, 806 / 10::float8, 'ms') $$,
    'values are the means of all successful jobs'
);

-- Scores are compared by their difference, 0.85 - 0.5, in percent of 0.5. Its variance is
-- (1/75 + 1/300) / 4 = 1/240 with 75/17 degrees of freedom, of which t is 2.678: 0.173 more or less.
select results_eq(
    $$ select metric, difference, verdict from pg_temp.compare('{quality.likeness}') $$,
    $$ values ('quality.likeness', 70.00, 'better') $$,
    'a higher score is better'
);
select results_eq(
    $$ select metric, verdict from pg_temp.compare() $$,
    $$ values ('total_wall_time_ms', 'worse'), ('failure_rate', 'no_clear_difference'),
        ('quality.likeness', 'better') $$,
    'without metrics it takes what both have, times first'
);
select is(
    (select distinct trade_off from pg_temp.compare()),
    'Compared with first, second is 100 % slower (64 to 144 %) and 70 % better in likeness'
        || ' (35 to 105 %).',
    'names the trade-off, and nothing that is not clear'
);
-- The second smallest p value of three is doubled.
select is(
    (select adjusted_p_value from pg_temp.compare() where metric = 'total_wall_time_ms'),
    0.00044,
    'p values are corrected over the metrics'
);
-- A rate of 1 in 5 against 0 in 4.
select results_eq(
    $$ select baseline_jobs, jobs, compared_jobs, difference, verdict
       from pg_temp.compare('{failure_rate}') $$,
    $$ values (5::bigint, 11::bigint, 5::bigint, 20.00, 'no_clear_difference') $$,
    'the failure rate is of all jobs, its difference in points'
);

select results_eq(
    $$ select difference, low, adjusted_p_value, verdict, note, trade_off
       from pg_temp.compare('{total_wall_time_ms}', 5) $$,
    $$ values (null::numeric, null::numeric, null::numeric, 'insufficient_data',
        'Jobs that can be compared: 4 and 4. min_jobs is 5.',
        'Compared with first, second has too few jobs that can be compared.') $$,
    'below min_jobs it says nothing'
);
select results_eq(
    $$ select metric, verdict, note from pg_temp.compare('{vram_peak_mb}') $$,
    $$ values ('vram_peak_mb', 'insufficient_data', 'Jobs with this metric: 0 and 0.') $$,
    'a metric that was asked for and never measured is named'
);
select results_eq(
    $$ select workflow, metric, verdict, note
       from perf.compare_workflows(
           array[pg_temp.id('first'), pg_temp.id('idle')], '2020-01-06', '2020-01-08') $$,
    $$ values
        ('idle', 'total_wall_time_ms', 'insufficient_data', 'Jobs with this metric: 5 and 0.'),
        ('idle', 'failure_rate', 'insufficient_data', 'Jobs with this metric: 5 and 0.') $$,
    'a workflow without jobs has insufficient data'
);
select results_eq(
    $$ select verdict, note
       from perf.compare_workflows(
           array[pg_temp.id('first'), pg_temp.id('second')], '2020-01-06', '2020-01-08',
           '{total_wall_time_ms}', 2, resolution_tier => '4k') $$,
    $$ values ('insufficient_data', 'Jobs with this metric: 1 and 0.') $$,
    'a resolution tier chooses its jobs'
);
select results_eq(
    $$ select verdict, note
       from perf.compare_workflows(
           array[pg_temp.id('first'), pg_temp.id('second')], '2020-01-06', '2020-01-08',
           '{total_wall_time_ms}', 2, resolution_tier => '8K') $$,
    $$ values ('insufficient_data',
        'No job of the time has resolution_tier "8K". Jobs with this metric: 0 and 0.') $$,
    'one that no job has is named'
);

-- A job of the range that ends is not in it; an hour counts whole.
select is(
    (select jobs from perf.compare_workflows(
        array[pg_temp.id('second'), pg_temp.id('first')], '2020-01-06', '2020-02-10 10:00',
        '{total_wall_time_ms}')),
    5::bigint,
    'the end is not in the range'
);
select results_eq(
    $$ select jobs, range_start, range_end
       from perf.compare_workflows(
           array[pg_temp.id('second'), pg_temp.id('first')], '2020-01-06 09:30',
           '2020-02-10 10:30', '{total_wall_time_ms}') $$,
    $$ values (6::bigint, '2020-01-06 10:00'::timestamptz, '2020-02-10 11:00'::timestamptz) $$,
    'hours at both ends count, and it says which'
);

-- Constant times differ for certain, or not at all.
do $$
begin
    perform pg_temp.add_jobs('first', 'w2', '{100,100,100}', tier => 'sd');
    perform pg_temp.add_jobs('second', 'w2', '{90,90,90}', tier => 'sd');
    perform pg_temp.add_jobs('idle', 'w2', '{100,100,100}', tier => 'sd');
end
$$;
select results_eq(
    $$ select workflow, round(difference::numeric, 3), round(difference_low::numeric, 2), verdict
       from perf.compare_workflows(
           array[pg_temp.id('first'), pg_temp.id('second'), pg_temp.id('idle')], '2020-01-06',
           '2020-01-08', '{total_wall_time_ms}', 3, resolution_tier => 'sd') $$,
    $$ values ('second', -10.000, -10.00, 'better'), ('idle', 0.000, 0.00, 'no_clear_difference') $$,
    'constant times have a defined result'
);

select throws_ok(
    format('select from perf.compare_workflows(%s)', v.arguments), v.state, v.message, v.message
)
from (
    values
        ('null', '22023', 'workflow_ids must hold 2 to 100 ids, each once, got null'),
        ('array[1, 1]', '22023', 'workflow_ids must hold 2 to 100 ids, each once, got "{1,1}"'),
        ('array[-1, -2]', 'PT404', 'there is no workflow -1'),
        (
            'array[pg_temp.id(''first''), pg_temp.id(''idle'')], metrics => ''{speed}''',
            'PT404', 'jobs have no metric "speed"'
        ),
        (
            'array[pg_temp.id(''first''), pg_temp.id(''idle'')], min_jobs => 1',
            '22023', 'min_jobs must be at least 2 and confidence between 0.5 and 0.9999, got 1 and 0.95'
        ),
        (
            'array[1, 2], ''2020-01-08'', ''2020-01-06''',
            '22023',
            'end_time must not be before start_time, got 2020-01-08 00:00:00+00 and 2020-01-06 00:00:00+00'
        )
) as v (arguments, state, message);

set local role perf_analyst;
select is(
    (
        select count(*) from perf.compare_workflows(
            (select array_agg(f.id order by f.id) from perf.workflows as f), '2020-01-06',
            '2020-01-08', '{total_wall_time_ms}')
    ),
    2::bigint,
    'an analyst may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select from perf.compare_workflows('{1,2}') $$, '42501', null, 'a recorder may not ask'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select from perf.compare_workflows('{1,2}') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;

begin;
select plan(9);

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

do $$
begin
    perform perf_internal.add_named_metrics('jobs', '{quality.likeness}');
end
$$;

-- The first workflow is side 1, the second side 2; the worker is the stratum.
create function pg_temp.compare(metrics text[], min_jobs integer default 4)
returns table (metric text, difference numeric, difference_unit text, verdict text, note text)
language sql
as $$
    select c.metric, round(c.difference::numeric, 2), c.difference_unit, c.verdict, c.note
    from (
        select
            coalesce(array_agg(k.id), '{}') as ids,
            array_agg(case f.name when 'first' then 1 else 2 end) as sides,
            array_agg(k.worker_id) as workers,
            array_agg(null::bigint) as levels
        from perf_internal.job_kinds as k
        join perf.workflows as f on f.id = k.workflow_id
    ) as s
    cross join lateral perf_internal.compare_job_series(
        s.ids, 2, s.sides, s.workers, s.workers, s.levels, metrics, '2020-01-06', '2020-01-20',
        '2020-01-06', '2020-01-20', min_jobs, 0.95
    ) as c
$$;

select results_eq(
    $$ select * from pg_temp.compare('{frame_count}') $$,
    $$ values ('frame_count', null::numeric, '%', 'insufficient_data',
        'Jobs with this metric: 0 and 0.') $$,
    'without series there is nothing to compare'
);

do $$
begin
    perform pg_temp.add_jobs('first', 'w1', '{100,100,100,100}', scores => '{-3,-2,-2,-1}');
    perform pg_temp.add_jobs('second', 'w1', '{100,100,100,100}', scores => '{1,2,2,3}');
end
$$;
update perf.performance_metrics set frame_count = 8 where workflow_id = pg_temp.id('first');
update perf.performance_metrics set frame_count = 6 where workflow_id = pg_temp.id('second');

select results_eq(
    $$ select metric, difference, verdict from pg_temp.compare('{quality.likeness,frame_count}') $$,
    $$ values ('quality.likeness', 200.00, 'better'), ('frame_count', -25.00, 'lower') $$,
    'a negative mean is the base by its size; a metric without a better direction is lower'
);
select results_eq(
    $$ select difference, verdict
       from pg_temp.compare('{total_wall_time_ms,failure_rate}') $$,
    $$ values (0.00, 'no_clear_difference'), (0.00, 'no_clear_difference') $$,
    'what is equal has no clear difference'
);
select results_eq(
    $$ select verdict, note from pg_temp.compare('{frame_count}', 5) $$,
    $$ values ('insufficient_data',
        'Jobs that can be compared: 4 and 4. min_jobs is 5.') $$,
    'min_jobs is the least of both sides'
);

savepoint enough;
delete from perf.performance_metrics as m
where m.id > (select min(o.id) from perf.performance_metrics as o where o.workflow_id = m.workflow_id);
select results_eq(
    $$ select verdict, note from pg_temp.compare('{frame_count}') $$,
    $$ values ('insufficient_data', 'Jobs that can be compared: 0 and 0. min_jobs is 4.') $$,
    'single jobs on the same worker have a worker in common, and no variance'
);
rollback to enough;

update perf.performance_metrics
set quality_scores_json = jsonb_build_object('likeness', case when id % 2 = 0 then 1 else -1 end)
where workflow_id = pg_temp.id('first');
update perf.performance_metrics
set quality_scores_json = jsonb_build_object('likeness', case when id % 2 = 0 then 8 else 9 end)
where workflow_id = pg_temp.id('second');
select results_eq(
    $$ select difference, verdict, note from pg_temp.compare('{quality.likeness}') $$,
    $$ values (null::numeric, 'better',
        'Only 1 worker has jobs of both: the difference may be another on others.'
            || ' The mean of the first is 0, so there is no percentage.') $$,
    'a mean of 0 has no percentage, but a verdict'
);

select throws_ok(
    $$ select * from pg_temp.compare('{frame_count}', null) $$,
    '22023',
    'min_jobs must be at least 2 and confidence between 0.5 and 0.9999, got null and 0.95',
    'refuses no min_jobs'
);

-- Means 1010 and 1042.5, relative variances 400 / 4 / 1010^2 and 25 / 4 / 1042.5^2: t is 3.104 of
-- 3.35 degrees of freedom, beyond which lies 0.0458 on both sides.
update perf.performance_metrics as m
set total_wall_time_ms = u.times[u.position]
from (
    select
        r.id,
        row_number() over (partition by r.workflow_id order by r.id) as position,
        case r.workflow_id
            when pg_temp.id('first') then '{1000,1000,1000,1040}'
            else '{1040,1040,1040,1050}'
        end::bigint[] as times
    from perf.performance_metrics as r
) as u
where m.id = u.id;
select results_eq(
    $$ select difference, verdict from pg_temp.compare('{total_wall_time_ms}') $$,
    $$ values (3.21, 'worse') $$,
    'one comparison is clear alone'
);
select results_eq(
    $$ select verdict, note from pg_temp.compare('{total_wall_time_ms,failure_rate}') $$,
    $$ values
        ('no_clear_difference',
            'Only 1 worker has jobs of both: the difference may be another on others.'
                || ' Clear alone, but not after the correction for 2 comparisons.'),
        ('no_clear_difference',
            'Only 1 worker has jobs of both: the difference may be another on others.') $$,
    'and not among two'
);

select * from finish();
rollback;

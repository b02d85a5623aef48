begin;
select plan(7);

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
insert into perf.workers (name) values ('w4'), ('w5'), ('w6'), ('w7'), ('w8');

-- The first workflow is side 1; a worker is a stratum and a group, and workers have one level.
create function pg_temp.differ(metric text default 'successful_total_wall_time_ms')
returns table (
    is_ratio boolean, is_paired boolean, jobs text, standard numeric, estimate numeric,
    low numeric, high numeric, group_count bigint
)
language sql
as $$
    select d.is_ratio, d.is_paired,
        format('%s/%s %s/%s', d.compared_baseline_jobs, d.baseline_jobs, d.compared_jobs, d.jobs),
        round(d.standard::numeric, 4), round(d.estimate::numeric, 4), round(d.low::numeric, 4),
        round(d.high::numeric, 4), d.group_count
    from (
        select
            array_agg(k.id) as ids,
            array_agg(case f.name when 'first' then 1 else 2 end) as sides,
            array_agg(k.worker_id) as workers,
            array_agg(1::bigint) as levels
        from perf_internal.job_kinds as k
        join perf.workflows as f on f.id = k.workflow_id
    ) as s
    cross join lateral perf_internal.get_job_differences(
        s.ids, 2, s.sides, s.workers, s.workers, s.levels, array[metric], '2020-01-06',
        '2020-01-20', '2020-01-06', '2020-01-20', 0.95
    ) as d
$$;

select results_eq(
    'select * from pg_temp.differ()',
    $$ values (false, false, '0/0 0/0', null::numeric, null::numeric, null::numeric, null::numeric,
        0::bigint) $$,
    'without jobs there is no difference'
);

-- Two equal jobs a day. As independent jobs the relative variance of the first is
-- 1200 / 11 / 12 / 100^2 = 1/1100, and half of it is the bias of its logarithm. By day it is
-- (6 * 2^2 * 10^2 / 12^2) * 6 / 5 / 100^2 = 0.002 with 5 degrees of freedom, t 2.5706.
savepoint empty;
do $$
begin
    for i in 0 .. 5 loop
        perform pg_temp.add_jobs(
            'first', 'w1', array_fill(90 + i % 2 * 20, array[2]),
            day => timestamptz '2020-01-07 10:00+00' + i * interval '1 day'
        );
        perform pg_temp.add_jobs(
            'second', 'w1', '{100,100}',
            day => timestamptz '2020-01-07 10:00+00' + i * interval '1 day'
        );
    end loop;
end
$$;
select results_eq(
    'select * from pg_temp.differ()',
    $$ values (true, true, '12/12 12/12', 100.0000, -0.0005, -0.1154, 0.1145, 1::bigint) $$,
    'jobs that resemble those of their day count as days'
);
rollback to empty;

-- Both have the same good and bad days, so nothing but the variance of independent jobs remains:
-- 2/1100 with 22 degrees of freedom, t 2.0739.
do $$
begin
    for i in 0 .. 5 loop
        perform pg_temp.add_jobs(
            w.workflow, 'w1', array_fill(90 + i % 2 * 20, array[2]),
            day => timestamptz '2020-01-07 10:00+00' + i * interval '1 day'
        )
        from unnest('{first,second}'::text[]) as w (workflow);
    end loop;
end
$$;
select results_eq(
    'select * from pg_temp.differ()',
    $$ values (true, true, '12/12 12/12', 100.0000, 0.0000, -0.0884, 0.0884, 1::bigint) $$,
    'a day that is slow for both says nothing'
);
rollback to empty;

-- Other workers for each: logarithms of means differ by 0.2231, 0, 0, -0.2231 from theirs, which is
-- a variance of 0.0331953 / 4 on each side; 6 degrees of freedom, t 2.4469: 0.3152 around ln 2.
do $$
begin
    perform pg_temp.add_jobs(w.workflow, w.worker, w.times)
    from (
        values
            ('first', 'w1', '{80,80}'::bigint[]), ('first', 'w2', '{100,100}'),
            ('first', 'w3', '{100,100}'), ('first', 'w4', '{125,125}'),
            ('second', 'w5', '{160,160}'), ('second', 'w6', '{200,200}'),
            ('second', 'w7', '{200,200}'), ('second', 'w8', '{250,250}')
    ) as w (workflow, worker, times);
end
$$;
select results_eq(
    'select * from pg_temp.differ()',
    $$ values (true, false, '8/8 8/8', 101.2500, 0.6931, 0.3779, 1.0084, 0::bigint) $$,
    'without a common worker, workers are the units'
);
delete from perf.performance_metrics where worker_id = pg_temp.id('w8');
select results_eq(
    'select * from pg_temp.differ()',
    $$ values (true, false, '0/8 0/6', null::numeric, null::numeric, null::numeric, null::numeric,
        0::bigint) $$,
    'three workers are too few units'
);
rollback to empty;

-- 1 of 10 and 5 of 10 failed. One more job with the rate of all (1.5 of 11, 5.5 of 11) makes the
-- rates 0.1033 and 0.5, and the variance 0.1033 * 0.8967 / 10 + 0.5 * 0.5 / 10 = 0.0343; with 14.86
-- degrees of freedom t is 2.1331: 0.3949 around 0.4.
do $$
begin
    perform pg_temp.add_jobs('first', 'w1', array_fill(100, array[9]));
    perform pg_temp.add_jobs('first', 'w1', '{100}', has_failed => true);
    perform pg_temp.add_jobs('second', 'w1', array_fill(100, array[5]));
    perform pg_temp.add_jobs('second', 'w1', array_fill(100, array[5]), has_failed => true);
end
$$;
select results_eq(
    $$ select * from pg_temp.differ('failure_rate') $$,
    $$ values (false, true, '10/10 10/10', 0.1000, 0.4000, 0.0051, 0.7949, 1::bigint) $$,
    'shares are compared by their difference'
);

-- 0 of 1 failed beside 1 of 10.
delete from perf.performance_metrics where workflow_id = pg_temp.id('second');
select pg_temp.add_jobs('second', 'w1', '{100}');
select is(
    (select d.jobs || ' ' || d.estimate from pg_temp.differ('failure_rate') as d),
    '10/10 1/1 -0.1000',
    'one job on a side is no error'
);

select * from finish();
rollback;

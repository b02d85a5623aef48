begin;
select plan(11);

set local timezone = 'UTC';

insert into perf.workflows (name) values ('upscale'), ('idle');
insert into perf.workers (name) values ('gpu-1'), ('gpu-2');
insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier, model_type)
select f.id, w.id, x.tier, x.type
from perf.workflows as f
cross join perf.workers as w
cross join (values ('1080p', 'wan'), ('4K', 'sdxl'), ('720p', null), ('8K', 'wan')) as x (tier, type)
where f.name = 'upscale'
    and w.name = 'gpu-1';
-- Jobs of all kinds but the last; that of the third failed.
insert into perf.performance_metrics (
    series_id, created_at, job_id, workflow_id, worker_id, resolution_tier, model_type, failed
)
select k.id, '2020-01-06 10:20+00', 1, k.workflow_id, k.worker_id, k.resolution_tier,
    k.model_type, k.resolution_tier = '720p'
from perf_internal.job_kinds as k
where k.resolution_tier <> '8K';

create function pg_temp.missing(
    tier text,
    type text,
    workflow text default 'upscale',
    worker text default 'gpu-1',
    metric text default 'jobs',
    until timestamptz default '2020-01-07',
    is_exact boolean default false
)
returns text
language sql
as $$
    select perf_internal.get_missing_kind(
        array(select f.id from perf.workflows as f where f.name = missing.workflow),
        array(select w.id from perf.workers as w where w.name = missing.worker),
        missing.tier,
        missing.type,
        missing.metric,
        '2020-01-06',
        missing.until,
        missing.is_exact
    )
$$;

select is(pg_temp.missing(null, null), null, 'without tier and type nothing is missing');
select is(pg_temp.missing('4K', 'sdxl'), null, 'nor is what a job has');
select is(pg_temp.missing('8K', null), 'resolution_tier "8K"', 'a tier without jobs is');
select is(pg_temp.missing('4K', 'flux'), 'model_type "flux"', 'so is a model type');
select is(
    pg_temp.missing('4k', 'flux'), 'resolution_tier "4k" or model_type "flux"', 'so are both'
);
select is(
    pg_temp.missing('4K', 'wan'),
    'resolution_tier "4K" and model_type "wan"',
    'and both together where each has jobs'
);
select results_eq(
    $$ select pg_temp.missing('720p', null),
           pg_temp.missing('720p', null, metric => 'successful_jobs') $$,
    $$ values (null::text, 'resolution_tier "720p"') $$,
    'jobs are those that a metric counts'
);
select is(
    pg_temp.missing('4K', null, workflow => 'idle'), 'resolution_tier "4K"', 'of the workflow'
);
select is(
    pg_temp.missing('4K', null, worker => 'gpu-2'), 'resolution_tier "4K"', 'and the worker'
);
select results_eq(
    $$ select pg_temp.missing('4K', null, until => t.until, is_exact => t.is_exact)
       from (
           values
               (timestamptz '2020-01-06 10:10', false),
               ('2020-01-06 10:10', true),
               ('2020-01-06 10:21', true)
       ) as t (until, is_exact) $$,
    $$ values (null), ('resolution_tier "4K"'), (null) $$,
    'within the range, by whole hours or exactly'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.get_missing_kind(
        null, null, '4K', null, 'jobs', '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'anon may not call it'
);

select * from finish();
rollback;

begin;
select plan(6);

insert into perf.workflows (name) values ('upscale'), ('interpolate');
insert into perf.workers (name) values ('gpu-1'), ('gpu-2');
insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier, model_type)
select f.id, w.id, k.resolution_tier, k.model_type
from (
    values
        ('upscale', 'gpu-1', '1080p', 'wan'),
        ('upscale', 'gpu-2', null, 'wan'),
        ('interpolate', 'gpu-1', '1080p', null),
        ('interpolate', null, '720p', null)
) as k (workflow, worker, resolution_tier, model_type)
join perf.workflows as f on f.name = k.workflow
left join perf.workers as w on w.name = k.worker;

create function pg_temp.ids(text) returns bigint[] language sql as
    'select array_agg(x.id) from (
        select f.id, f.name from perf.workflows as f
        union all
        select w.id, w.name from perf.workers as w
    ) as x
    where x.name = $1';

select is(
    (select count(*) from perf_internal.get_job_kinds()), 4::bigint, 'without a condition all'
);
select is(
    (select count(*) from perf_internal.get_job_kinds(pg_temp.ids('upscale'))),
    2::bigint,
    'those of a workflow'
);
select is(
    (select count(*) from perf_internal.get_job_kinds(worker_ids => pg_temp.ids('gpu-1'))),
    2::bigint,
    'those of a worker'
);
select is(
    (select count(*) from perf_internal.get_job_kinds(resolution_tier => '1080p')),
    2::bigint,
    'those of a resolution tier'
);
select is(
    (
        select count(*)
        from perf_internal.get_job_kinds(
            pg_temp.ids('upscale'), pg_temp.ids('gpu-1'), '1080p', 'wan'
        )
    ),
    1::bigint,
    'those that meet all conditions'
);
select is_empty(
    $$ select from perf_internal.get_job_kinds('{}') $$, 'none for no workflows'
);

select * from finish();
rollback;

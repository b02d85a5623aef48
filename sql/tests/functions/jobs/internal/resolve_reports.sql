begin;
select plan(4);

insert into perf.workflows (name) values ('known');

create temporary table resolved as
select r.*
from unnest(
    perf_internal.resolve_reports(
        array(
            select jsonb_populate_record(null::perf_internal.job_report, e)
            from jsonb_array_elements(
                '[{"workflow_name": " new ", "worker_name": " gpu-1", "error_type": " none "},
                  {"workflow_name": "known", "error_type": " timeout ", "success": true,
                   "project_name": "film", "character_name": "Ada", "scene_name": "one",
                   "completed_at": "2020-01-06", "parameters": {"a": 1}},
                  {"workflow_name": "known", "character_name": "Ada", "scene_name": "one"}]'
            ) as e
        )
    )
) as r;

select results_eq(
    $$ select f.name, w.name, p.name, c.name, c.project_id is null, s.name, s.project_id is null
       from resolved as r
       left join perf.workflows as f on f.id = r.workflow_id
       left join perf.workers as w on w.id = r.worker_id
       left join perf.projects as p on p.id = r.project_id
       left join perf.characters as c on c.id = r.character_id
       left join perf.scenes as s on s.id = r.scene_id
       order by f.name desc, p.name $$,
    $$ values
        ('new', 'gpu-1', null, null, true, null, true),
        ('known', null, 'film', 'Ada', false, 'one', false),
        ('known', null, null, 'Ada', true, 'one', true) $$,
    'finds or adds what reports name; characters and scenes of a project are its own'
);
select results_eq(
    $$ select r.error_type, r.success, r.completed_at, r.parameters
       from resolved as r
       order by r.completed_at, r.character_name nulls first, r.worker_id $$,
    $$ values
        ('timeout', true, '2020-01-06'::timestamptz, '{"a": 1}'::jsonb),
        (null, true, now(), '{}'),
        (null, true, now(), '{}') $$,
    'fills in defaults'
);
select is((select count(*) from perf.workflows), 2::bigint, 'adds only what is missing');
select is(
    perf_internal.resolve_reports('{}'), '{}'::perf_internal.job_report[], 'none for none'
);

select * from finish();
rollback;

begin;
select plan(4);

insert into perf.workflows (name) values ('upscale');
insert into perf.workers (name) values ('gpu-1');

create function pg_temp.get_scope(threshold jsonb)
returns jsonb
language sql
as $$
    select perf_internal.get_threshold_scope(
        jsonb_populate_record(null::perf.performance_alert_thresholds, threshold)
    );
$$;

select is(
    pg_temp.get_scope('{"scope_type": "global", "scope_labels": {}}'), '{}', 'global: all series'
);
select is(
    pg_temp.get_scope(
        jsonb_build_object('scope_type', 'workflow', 'scope_id', f.id, 'scope_labels', '{}'::jsonb)
    ),
    '{"workflow": "upscale"}',
    'a workflow by its name'
)
from perf.workflows as f;
select is(
    pg_temp.get_scope(
        jsonb_build_object('scope_type', 'worker', 'scope_id', w.id, 'scope_labels', '{}'::jsonb)
    ),
    '{"worker": "gpu-1"}',
    'a worker by its name'
)
from perf.workers as w;
select is(
    pg_temp.get_scope('{"scope_type": "labels", "scope_labels": {"model": "a", "tool": "x"}}'),
    '{"model": "a", "tool": "x"}',
    'labels as they are'
);

select * from finish();
rollback;

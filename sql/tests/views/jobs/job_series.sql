begin;
select plan(14);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

insert into perf.workflows (name) values ('portrait');
insert into perf.workers (name) values ('gpu-1');
insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier, model_type)
select f.id, case when k.has_worker then w.id end, k.tier, k.model_type
from perf.workflows as f
cross join perf.workers as w
cross join (
    values (true, '1080p', 'sdxl'), (true, null, 'sdxl'), (false, null, null)
) as k (has_worker, tier, model_type);

select results_eq(
    'select s.labels from perf_internal.job_series as s order by s.labels::text',
    $$ values
        ('{"worker": "gpu-1", "workflow": "portrait", "model_type": "sdxl",
            "resolution_tier": "1080p"}'::jsonb),
        ('{"worker": "gpu-1", "workflow": "portrait", "model_type": "sdxl",
            "resolution_tier": null}'),
        ('{"worker": null, "workflow": "portrait", "model_type": null,
            "resolution_tier": null}') $$,
    'one row a kind of jobs: workflow, worker, tier and type, null where it has none'
);

select set_eq(
    'select s.series_id from perf_internal.job_series as s',
    'select k.id from perf_internal.job_kinds as k',
    'series are kinds of jobs'
);

select is(
    (
        select count(*) from perf_internal.job_series as s
        where s.labels @> '{"worker": "gpu-1", "resolution_tier": "1080p"}'
    ),
    1::bigint,
    'labels can be asked for with @>'
);

update perf.workflows set name = 'headshot';
update perf.workers set name = 'gpu-2', retired_at = '2020-01-06 00:00+00';
select is(
    (
        select count(*) from perf_internal.job_series as s
        where s.labels @> '{"workflow": "headshot", "worker": "gpu-2"}'
    ),
    2::bigint,
    'what was renamed has its new name, in old series too, and so has what is retired'
);

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.job_series), 3::bigint, 'an admin by token reads the series'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.job_series),
    3::bigint,
    'an analyst by token reads the series'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.job_series),
    0::bigint,
    'a recorder by token reads nothing back'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.job_series),
    0::bigint,
    'a stranger with a token reads nothing'
);
set local request.jwt.claims = '';
select is(
    (select count(*) from perf_internal.job_series),
    0::bigint,
    'authenticated without a token reads nothing'
);

set local role perf_admin;
select is(
    (select count(*) from perf_internal.job_series), 3::bigint, 'perf_admin reads the series'
);
set local role perf_analyst;
select is(
    (select count(*) from perf_internal.job_series), 3::bigint, 'perf_analyst reads the series'
);
set local role service_role;
select is(
    (select count(*) from perf_internal.job_series), 3::bigint, 'service_role reads the series'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.job_series', '42501', null, 'perf_recorder reads nothing'
);
set local role anon;
select throws_ok('select * from perf_internal.job_series', '42501', null, 'anon reads nothing');

select * from finish();
rollback;

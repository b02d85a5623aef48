begin;
select plan(24);

insert into perf.workflows (name) values ('upscale'), ('denoise');
insert into perf.workers (name) values ('gpu-1');
insert into perf.jobs (external_id, workflow_id, worker_id, status, completed_at)
select j.external_id, f.id, w.id, j.status, j.completed_at
from (
    values
        ('queued', 'queued', null::timestamptz),
        ('running', 'running', null),
        ('completed', 'completed', '2020-01-06 10:00+00'),
        ('failed', 'failed', '2020-01-06 10:00+00'),
        ('cancelled', 'cancelled', '2020-01-06 10:00+00'),
        ('late', 'completed', null)
) as j (external_id, status, completed_at)
join perf.workflows as f on f.name = 'upscale'
cross join perf.workers as w;

select throws_ok(
    format(
        'insert into perf.jobs (workflow_id, %s) select f.id, %s from perf.workflows as f limit 1',
        c.columns,
        c.given
    ),
    '23514',
    null,
    c.description
)
from (
    values
        (
            'created_at, status', $$ 'infinity', 'queued' $$,
            'refuses a queued job of the end of time'
        ),
        (
            'started_at, status', $$ '-infinity', 'running' $$,
            'refuses a job that runs since ever'
        ),
        (
            'completed_at, status', $$ 'infinity', 'cancelled' $$,
            'refuses a job that is cancelled at the end of time'
        )
) as c (columns, given, description);

create function pg_temp.change(external_id text, changes text) returns void language plpgsql as $$
begin
    execute format('update perf.jobs set %s where external_id = %L', changes, external_id);
end
$$;

select is(
    (select j.started_at from perf.jobs as j where j.external_id = 'running'),
    now(),
    'a job that is inserted as running starts now'
);
select is(
    (select j.completed_at from perf.jobs as j where j.external_id = 'late'),
    now(),
    'one that is inserted as completed is completed now'
);
select lives_ok($$ select pg_temp.change('queued', 'status = ''running''') $$, 'a queued job starts');
select is(
    (select j.started_at from perf.jobs as j where j.external_id = 'queued'), now(), 'now'
);
select lives_ok(
    $$ select pg_temp.change('queued', 'status = ''completed''') $$, 'a running job completes'
);
select is(
    (select j.completed_at from perf.jobs as j where j.external_id = 'queued'), now(), 'now'
);
select throws_ok(
    $$ select pg_temp.change('running', 'status = ''queued''') $$,
    'PT409',
    null,
    'a running job does not go back to the queue'
);
select throws_ok(
    $$ select pg_temp.change('completed', 'status = ''failed''') $$,
    'PT409',
    format(
        'job %s is completed and cannot become failed',
        (select j.id from perf.jobs as j where j.external_id = 'completed')
    ),
    'a completed job does not fail'
);
select throws_ok(
    $$ select pg_temp.change('failed', 'status = ''completed''') $$,
    'PT409',
    null,
    'a failed job does not complete'
);
select throws_ok(
    $$ select pg_temp.change('cancelled', 'status = ''completed''') $$,
    'PT409',
    null,
    'nor does a cancelled one'
);
select throws_ok(
    format('select pg_temp.change(%L, %L)', 'completed', c.changes),
    'PT409',
    null,
    'a completed job keeps what was measured: ' || c.changes
)
from (
    values
        ('workflow_id = (select f.id from perf.workflows as f where f.name = ''denoise'')'),
        ('worker_id = null'),
        ('started_at = ''2020-01-06 09:00+00'''),
        ('completed_at = ''2020-01-06 10:01+00'''),
        ('result = ''{}'''),
        ('model_type = ''wan'''),
        ('resolution_tier = ''1080p'''),
        ('error_type = ''none''')
) as c (changes);
select lives_ok(
    $$ select pg_temp.change(
           'completed', 'parameters = ''{"steps": 1}'', external_id = ''new'', scene_id = null'
       ) $$,
    'its parameters, external_id and scene may change'
);
select is_empty(
    $$ select m.job_id from perf.performance_metrics as m group by 1 having count(*) > 1 $$,
    'nothing of this is measured twice'
);
select throws_ok(
    $$ select pg_temp.change('running', 'id = default') $$, 'PT409', null, 'a job keeps its id'
);

select * from finish();
rollback;

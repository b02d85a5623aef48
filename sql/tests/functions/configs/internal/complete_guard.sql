begin;
select plan(14);

select perf.register_model('x/m', model_type => 'sdxl');
select perf.save_model_config('sdxl', 'one', '{}', activate => true);

select is(
    (
        select perf_internal.complete_guard(
            '{"metric": "error_rate", "worse_than": 0.05, "within": "1 h"}', a
        )
        from perf.model_config_activations as a
    ),
    '{"metric": "error_rate", "worse_than": 0.05, "within": "01:00:00", "min_calls": 50, "limit": 0.05}',
    'a number is the limit'
);

select is(
    (
        select perf_internal.complete_guard(
            '{"metric": "error_rate", "worse_than": 1e-400, "within": "1 h", "min_calls": 5.0}', a
        )
        from perf.model_config_activations as a
    ) - '{metric,within,worse_than}'::text[],
    '{"min_calls": 5, "limit": 0}',
    'a whole number with a fraction of 0 counts, and so does a limit too small for a float'
);

select throws_ok(
    $$ select perf_internal.complete_guard('{"metric": "error_rate", "worse_than": "20%", "within": "1 h"}', a)
       from perf.model_config_activations as a $$,
    'PT409',
    'a guard relative to the value before needs min_calls (50) calls under the active configuration in the last 7 days, there are 0',
    'refuses a percentage without calls to compare with'
);

-- A moment before the activation, so that the calls are under it at now() as well.
alter table perf.model_config_activations disable trigger user;
update perf.model_config_activations
set active_from = now() - interval '1 hour';
select perf.record_call('x/m', 'chat', 100, n > 5, call_timestamp => now() - interval '1 minute')
from generate_series(1, 50) as n;

select is(
    (
        select perf_internal.complete_guard(
            '{"metric": "error_rate", "worse_than": "20%", "within": "1 h"}', a
        )
            ->> 'limit'
        from perf.model_config_activations as a
    ),
    '0.12',
    'a percentage is worked out from the calls under the active version: 5 of 50 and a fifth'
);

select throws_ok(
    $$ select perf_internal.complete_guard(
           '{"metric": "avg_output_tokens", "worse_than": "20%", "within": "1 h", "min_calls": 1}', a
       )
       from perf.model_config_activations as a $$,
    'PT409',
    null,
    'counts only calls that report what is watched'
);

select perf.record_call('x/n', 'chat', 100, call_timestamp => now() - interval '1 minute');
select perf.register_model('x/n', model_type => 'wan');

select throws_ok(
    $$ select perf_internal.complete_guard(
           '{"metric": "error_rate", "worse_than": "20%", "within": "1 h", "min_calls": 1}',
           jsonb_populate_record(a, '{"model_type": "wan"}')
       )
       from perf.model_config_activations as a $$,
    'PT409',
    'error_rate was 0 under the active configuration: no percentage is worse',
    'refuses a percentage of nothing'
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

create function pg_temp.completed(guard jsonb)
returns jsonb
language sql
as $$
    select perf_internal.complete_guard(
        completed.guard || '{"within": "1 h", "min_calls": 4}', jsonb_populate_record(a, '{"model_type": "wan"}')
    ) - '{within,min_calls}'::text[]
    from perf.model_config_activations as a
$$;

select throws_ok(
    $$ select pg_temp.completed('{"metric": "failure_rate", "worse_than": "20%"}') $$,
    'PT409',
    'a guard relative to the value before needs min_calls (4) jobs under the active configuration in the last 7 days, there are 0',
    'of jobs it needs jobs to compare with'
);

select pg_temp.add_job(
    now() - interval '1 minute', 100, 10, n = 5,
    jsonb_build_object('likeness', case when n = 5 then 0 else 0.8 end, 'noise', -4)
)
from generate_series(1, 5) as n;

select is(
    pg_temp.completed('{"metric": "failure_rate", "worse_than": "25%"}'),
    '{"metric": "failure_rate", "worse_than": "25%", "limit": 0.25, "source": "jobs"}',
    'a percentage of jobs is worked out from jobs: 1 of 5 and a quarter'
);

select is(
    round((pg_temp.completed('{"metric": "quality.likeness", "worse_than": "10%"}') ->> 'limit')::numeric, 9),
    0.72,
    'where higher is better, worse is below: a tenth of 0.8 less'
);

select is(
    pg_temp.completed('{"metric": "quality.likeness", "worse_than": 0.7}'),
    '{"metric": "quality.likeness", "worse_than": 0.7, "limit": 0.7, "source": "jobs",
        "worse_is": "lower"}',
    'and the guard says so'
);

select is(
    pg_temp.completed('{"metric": "quality.noise", "worse_than": "50%"}') ->> 'limit',
    '-6',
    'a value below 0 becomes worse away from 0'
);

select perf.set_metric('quality.noise', 'lower', 'score', 'Noise.');

select is(
    pg_temp.completed('{"metric": "quality.noise", "worse_than": "50%"}') - 'worse_than',
    '{"metric": "quality.noise", "limit": -2, "source": "jobs"}',
    'where lower is better, worse is above'
);

select throws_ok(
    $$ select perf_internal.complete_guard('{"metric": "error_rate", "worse_than": 0.05, "within": "1 h"}', null) $$,
    'PT409',
    'a first activation cannot be guarded: there is nothing to roll back to',
    'refuses a first activation'
);

select throws_ok(
    $$ select perf_internal.complete_guard('{}', a) from perf.model_config_activations as a $$,
    '22023',
    null,
    'refuses a bad guard'
);

select * from finish();
rollback;

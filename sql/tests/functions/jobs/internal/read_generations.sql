begin;
select plan(9);

-- Bounds without a zone.
set local timezone = 'UTC';

insert into perf.workflows (name) values ('upscale');
insert into perf_internal.job_kinds (workflow_id, model_type)
select f.id, t.model_type
from perf.workflows as f
cross join (values ('sdxl'), ('wan'), (null)) as t (model_type);

create function pg_temp.add_job(
    model_type text,
    ended_at timestamptz,
    wall_ms bigint default null,
    has_failed boolean default false,
    scores jsonb default null
)
returns void
language sql
as $$
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, total_wall_time_ms, failed, model_type,
        quality_scores_json
    )
    select k.id, ended_at, 1, k.workflow_id, wall_ms, has_failed, k.model_type, scores
    from perf_internal.job_kinds as k
    where k.model_type is not distinct from add_job.model_type;
$$;

select perf.register_model('x/m', model_type => 'sdxl');
select perf.register_model('x/none');

-- On Monday, 2020-01-06, sdxl has four jobs and two calls, one of each failed. A job has no time.
do $$
begin
    perform pg_temp.add_job('sdxl', '2020-01-06 00:00', 1000, scores => '{"rating": 4, "x": 9}');
    perform pg_temp.add_job('sdxl', '2020-01-06 12:00', 3000, scores => '{"a": 0, "b": 2}');
    perform pg_temp.add_job('sdxl', '2020-01-06 13:00');
    perform pg_temp.add_job('sdxl', '2020-01-06 23:59:59.999', 500, true, '{"rating": 0}');
    perform perf.record_call('x/m', 'chat', 200, call_timestamp => '2020-01-06 10:00');
    perform perf.record_call('x/m', 'chat', 100, false, call_timestamp => '2020-01-06 10:00');
    perform perf.record_call('x/none', 'chat', 100, call_timestamp => '2020-01-06 10:00');
    perform pg_temp.add_job(null, '2020-01-06 10:00', 1000);
    perform pg_temp.add_job('wan', '2020-01-07 00:00', 1000, true);
end
$$;

create view pg_temp.days as
select r.model_type::text, r.date, r.total_generations, r.successful_generations,
    r.failed_generations, r.avg_generation_time_ms, r.avg_quality_rating,
    r.total_processing_time_ms, r.job_count, r.call_count, r.timed_generations,
    r.rated_generations
from perf_internal.read_generations('2020-01-06', '2020-01-08') as r
order by 2, 1;

-- (1000 + 3000 + 200) / 3 ms, ratings 4 and (0 + 2) / 2, 4000 + 500 + 200 + 100 ms.
create view pg_temp.expected (
    model_type, date, total, successful, failed, time, rating, total_time, jobs, calls, timed, rated
) as
values
    ('sdxl', date '2020-01-06', 6::bigint, 4::bigint, 2::bigint, 1400::bigint, 2.5::float8,
        4800::bigint, 4::bigint, 2::bigint, 3::bigint, 2::bigint),
    ('wan', '2020-01-07', 1, 0, 1, null, null, 1000, 1, 0, 0, 0);

select results_eq(
    'select * from pg_temp.days',
    'select * from pg_temp.expected',
    'adds jobs and calls of a model type, means are of what succeeded, before they are rolled up'
);

select results_eq(
    $$ select r.model_type::text, r.date, r.total_generations, r.avg_generation_time_ms
       from perf_internal.read_generations('2020-01-06', '2020-01-08', 'weekly') as r
       order by 1 $$,
    $$ values ('sdxl', date '2020-01-06', 6::bigint, 1400::bigint), ('wan', '2020-01-06', 1, null) $$,
    'by week too'
);

select results_eq(
    $$ select r.model_type::text, r.job_count, r.call_count
       from perf_internal.read_generations(
           '2020-01-06', '2020-01-13', 'weekly', has_only_counts => true
       ) as r
       order by 1 $$,
    $$ values ('sdxl', 4::bigint, 2::bigint), ('wan', 1, 0) $$,
    'jobs and calls may be all that is counted'
);

select results_eq(
    $$ select r.model_type::text, r.date
       from perf_internal.read_generations('2020-01-06', '2020-01-08', model_type => 'wan') as r $$,
    $$ values ('wan', date '2020-01-07') $$,
    'of one model type'
);

select is_empty(
    $$ select * from perf_internal.read_generations('2020-01-08', '2020-01-09') $$,
    'a day without generations has no row'
);

select is_empty(
    $$ select * from perf_internal.read_generations('2020-01-06', '2020-01-06') $$,
    'nor have no days'
);

select is_empty(
    $$ select * from perf_internal.read_generations(
           '2020-01-06', '2020-01-08', model_type => 'nothing'
       ) $$,
    'nor has a model type that nothing is of'
);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst');

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.read_generations('2020-01-06', '2020-01-08')),
    2::bigint,
    'an analyst by token reads them'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf_internal.read_generations('2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'perf_recorder may not'
);

select * from finish();
rollback;

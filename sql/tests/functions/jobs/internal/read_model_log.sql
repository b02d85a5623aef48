begin;
select plan(10);

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

create view pg_temp.found as
select l.date, l.model_type::text, l.total_generations, l.id is null as is_computed
from perf_internal.read_model_log('2020-01-01', '2020-02-01') as l
order by 1, 2;

select results_eq(
    'select * from pg_temp.found',
    $$ values (date '2020-01-06', 'sdxl', 6::bigint, true), ('2020-01-07', 'wan', 1, true) $$,
    'without a log everything is computed'
);

insert into perf.model_performance_logs (
    model_type, date, total_generations, successful_generations, job_count
)
values
    ('old', '2020-01-01', 2, 2, 2),
    ('wan', '2020-01-05', 8, 8, 8),
    ('wan', '2020-01-06', 9, 9, 9),
    ('wan', '2020-01-07', 9, 9, 9);

select results_eq(
    'select * from pg_temp.found',
    $$ values
        (date '2020-01-01', 'old', 2::bigint, false),
        ('2020-01-05', 'wan', 8, false),
        ('2020-01-06', 'sdxl', 6, true),
        ('2020-01-07', 'wan', 1, true) $$,
    'the last two days of the log are computed, days before come from it'
);

select results_eq(
    $$ select l.date, l.total_generations
       from perf_internal.read_model_log('2020-01-05', '2020-02-01', 'wan') as l
       order by 1 $$,
    $$ values (date '2020-01-05', 8::bigint), ('2020-01-07', 1) $$,
    'of one model type'
);

select results_eq(
    $$ select l.date from perf_internal.read_model_log('2020-01-01', '2020-01-05') as l $$,
    $$ values (date '2020-01-01') $$,
    'start_date is in the range, end_date is not'
);

insert into perf.model_performance_logs (model_type, date) values ('wan', '2020-01-20');

select results_eq(
    $$ select l.date, l.model_type::text, l.total_generations
       from perf_internal.read_model_log('2020-01-06', '2020-01-08') as l
       order by 1 $$,
    $$ values (date '2020-01-06', 'wan', 9::bigint), ('2020-01-07', 'wan', 9) $$,
    'long after a day the log alone counts'
);

delete from perf.model_performance_logs where date = '2020-01-20';
update perf.retention set deleted_before = '2020-01-07' where pipeline = 'jobs' and level = 'daily';

select results_eq(
    $$ select l.date, l.model_type::text, l.total_generations
       from perf_internal.read_model_log('2020-01-06', '2020-01-08') as l
       order by 1 $$,
    $$ values (date '2020-01-06', 'wan', 9::bigint), ('2020-01-07', 'wan', 1) $$,
    'days whose rollups are gone come from the log'
);

select is_empty(
    $$ select * from perf_internal.read_model_log('2020-03-01', '2020-03-02') $$,
    'a day without generations has no row'
);

select throws_ok(
    $$ select * from perf_internal.read_model_log('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_date must not be before start_date, got 2020-01-07 and 2020-01-06',
    'refuses a range that ends before it starts'
);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst');

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.read_model_log('2020-01-01', '2020-01-08')),
    4::bigint,
    'an analyst by token reads the log and what is computed'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf_internal.read_model_log('2020-01-06', '2020-01-08') $$,
    '42501',
    null,
    'perf_recorder may not'
);

select * from finish();
rollback;

begin;
select plan(31);

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

create view pg_temp.log as
select l.model_type::text, l.date, l.total_generations, l.job_count, l.call_count
from perf.model_performance_logs as l
order by 2, 1;

create function pg_temp.ran(as_of timestamptz)
returns text
language sql
as $$
    select format('%s new, %s changed, %s removed', a.new_rows, a.changed_rows, a.removed_rows)
    from perf.aggregate_model_performance_logs(as_of => ran.as_of) as a
$$;

select is(
    pg_temp.ran('2020-01-05 23:59'), '0 new, 0 changed, 0 removed', 'later days wait for their day'
);

select is(pg_temp.ran('2020-01-06 12:00'), '1 new, 0 changed, 0 removed', 'logs the day of as_of');

select is(pg_temp.ran('2020-01-07 00:00'), '1 new, 0 changed, 0 removed', 'logs the next day');

select results_eq(
    $$ select model_type::text, date, total_generations, successful_generations, failed_generations,
           avg_generation_time_ms, avg_quality_rating, total_processing_time_ms, job_count,
           call_count, timed_generations, rated_generations, created_at, updated_at
       from perf.model_performance_logs
       order by date $$,
    $$ values
        ('sdxl', date '2020-01-06', 6::bigint, 4::bigint, 2::bigint, 1400::bigint, 2.5::float8,
            4800::bigint, 4::bigint, 2::bigint, 3::bigint, 2::bigint,
            timestamptz '2020-01-06 12:00', timestamptz '2020-01-06 12:00'),
        ('wan', '2020-01-07', 1, 0, 1, null, null, 1000, 1, 0, 0, 0, '2020-01-07 00:00',
            '2020-01-07 00:00') $$,
    'a row is the sum of jobs and calls; what has no model type is not logged'
);

select is(
    pg_temp.ran('2020-01-08 00:00'), '0 new, 0 changed, 0 removed', 'a second run changes nothing'
);

select is(
    (select max(l.updated_at) from perf.model_performance_logs as l),
    timestamptz '2020-01-07 00:00',
    'and leaves updated_at as it is'
);

select pg_temp.add_job('sdxl', '2020-01-06 15:00', 800);
select pg_temp.add_job('wan', '2019-06-03 15:00', 100);

select is(
    pg_temp.ran('2020-01-20 00:00'), '1 new, 1 changed, 0 removed', 'finds late jobs of any day'
);

select results_eq(
    'select * from pg_temp.log',
    $$ values
        ('wan', date '2019-06-03', 1::bigint, 1::bigint, 0::bigint),
        ('sdxl', '2020-01-06', 7, 5, 2),
        ('wan', '2020-01-07', 1, 1, 0) $$,
    'and adds them to their days'
);

select results_eq(
    $$ select l.date, l.created_at, l.updated_at
       from perf.model_performance_logs as l
       order by 1 $$,
    $$ values
        (date '2019-06-03', timestamptz '2020-01-20', timestamptz '2020-01-20'),
        ('2020-01-06', '2020-01-06 12:00', '2020-01-20'),
        ('2020-01-07', '2020-01-07', '2020-01-07') $$,
    'updated_at says which row changed, created_at stays'
);

select is(
    (select l.avg_generation_time_ms from perf.model_performance_logs as l where l.date = '2020-01-06'),
    1250::bigint,
    'the mean is of the late job too: (1000 + 3000 + 200 + 800) / 4'
);

-- A mistake that counts do not show.
update perf.model_performance_logs as l
set avg_quality_rating = 1, updated_at = '2019-01-01'
where l.date = '2020-01-06';

select is(
    pg_temp.ran('2020-01-20 00:00'), '0 new, 0 changed, 0 removed',
    'days whose numbers of jobs and calls are right are not computed again'
);

select results_eq(
    $$ select * from perf.aggregate_model_performance_logs('2020-01-07', '2020-01-08') $$,
    'values (0::bigint, 0::bigint, 0::bigint)',
    'nor are days that a range leaves out'
);

select results_eq(
    $$ select * from perf.aggregate_model_performance_logs('2020-01-06', '2020-01-07') $$,
    'values (0::bigint, 1::bigint, 0::bigint)',
    'days that are named are'
);

select is(
    (select l.avg_quality_rating from perf.model_performance_logs as l where l.date = '2020-01-06'),
    2.5::float8,
    'and are right then'
);

-- The calls of a model go with its type.
select perf.register_model('x/m', model_type => 'wan');

select is(
    pg_temp.ran('2020-01-20 00:00'), '1 new, 1 changed, 0 removed',
    'calls of a model that has another type now count there'
);

select results_eq(
    $$ select * from pg_temp.log where date = '2020-01-06' $$,
    $$ values ('sdxl', date '2020-01-06', 5::bigint, 5::bigint, 0::bigint), ('wan', '2020-01-06', 2, 0, 2) $$,
    'and no longer where they were'
);

select perf.register_model('x/m', model_type => 'flux');

select is(
    pg_temp.ran('2020-01-20 00:00'), '1 new, 0 changed, 1 removed',
    'a row goes when its model type has nothing on that day any more'
);

update perf.retention set deleted_before = '2020-01-07' where pipeline = 'calls' and level = 'daily';
select pg_temp.add_job('wan', '2020-01-06 15:00', 100);
select pg_temp.add_job('wan', '2020-01-07 15:00', 100);

select is(
    pg_temp.ran('2020-01-20 00:00'), '0 new, 1 changed, 0 removed',
    'days whose rollups retention has removed keep their rows'
);

select results_eq(
    'select * from pg_temp.log',
    $$ values
        ('wan', date '2019-06-03', 1::bigint, 1::bigint, 0::bigint),
        ('flux', '2020-01-06', 2, 0, 2),
        ('sdxl', '2020-01-06', 5, 5, 0),
        ('wan', '2020-01-07', 2, 2, 0) $$,
    'for ever'
);

select results_eq(
    $$ select * from perf.aggregate_model_performance_logs('2020-01-01', '2020-01-07') $$,
    'values (0::bigint, 0::bigint, 0::bigint)',
    'also when they are named'
);

select results_eq(
    $$ select * from perf.aggregate_model_performance_logs('2020-01-01', '2020-01-06') $$,
    'values (0::bigint, 0::bigint, 0::bigint)',
    'also when the named days end before what is left'
);

select results_eq(
    $$ select * from perf.aggregate_model_performance_logs('2020-01-07', '2020-01-07') $$,
    'values (0::bigint, 0::bigint, 0::bigint)',
    'a range of no days changes nothing'
);

select results_eq(
    $$ select * from perf.aggregate_model_performance_logs(end_date => '2020-01-08') $$,
    'values (0::bigint, 0::bigint, 0::bigint)',
    'an end_date alone is enough'
);

select results_eq(
    $$ select * from perf.aggregate_model_performance_logs('2020-01-07', as_of => '2020-01-08') $$,
    'values (0::bigint, 0::bigint, 0::bigint)',
    'so is a start_date'
);

select throws_ok(
    $$ select * from perf.aggregate_model_performance_logs('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_date must not be before start_date, got 2020-01-07 and 2020-01-06',
    'refuses a range that ends before it starts'
);

select throws_ok(
    $$ select * from perf.aggregate_model_performance_logs('-infinity', '2020-01-06') $$,
    '22023',
    null,
    'refuses a day without end'
);

select throws_ok(
    $$ select * from perf.aggregate_model_performance_logs(as_of => null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses a null as_of'
);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    'select * from perf.aggregate_model_performance_logs()', 'an admin by token may run it'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf.aggregate_model_performance_logs()',
    '42501',
    'this needs the role admin',
    'an analyst may not'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf.aggregate_model_performance_logs()', '42501', null, 'nor perf_recorder'
);

set local role anon;
select throws_ok(
    'select * from perf.aggregate_model_performance_logs()', '42501', null, 'nor anon'
);

select * from finish();
rollback;

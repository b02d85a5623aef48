begin;
select plan(20);

select perf.register_model('x/m', model_type => 'sdxl');
select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 3) as n;
select perf.activate_model_config(perf.find_model_config('sdxl@1'));
select perf.activate_model_config(
    perf.find_model_config('sdxl@2'),
    guard => '{"metric": "error_rate", "worse_than": 0.25, "within": "1 hour", "min_calls": 4}'
);

select is_empty('select * from perf.check_config_guards()', 'a guard without calls holds on');

select perf.record_call('x/m', 'chat', 100, n > 1, call_timestamp => now() + interval '1 minute')
from generate_series(1, 4) as n;

select is_empty(
    $$ select * from perf.check_config_guards(now() + interval '2 minutes') $$,
    'a value at the limit is not worse'
);

select perf.record_call('x/m', 'chat', 100, false, call_timestamp => now() + interval '2 minutes');

select is_empty(
    $$ select * from perf.check_config_guards(now() + interval '2 minutes') $$,
    'a call at as_of does not count yet'
);

select results_eq(
    $$ select model_type, guard_status, value, call_count
       from perf.check_config_guards(now() + interval '3 minutes') $$,
    $$ values ('sdxl', 'broken', 0.4::float8, 5::bigint) $$,
    'a value above the limit breaks the guard'
);

select results_eq(
    $$ select c.version, a.kind, a.notes, a.guard_status
       from perf.model_config_activations as a
       join perf.model_config_history as c on c.id = a.config_id
       order by a.id $$,
    $$ values (1, 'activate', null, null),
        (2, 'activate', null, 'broken'),
        (1, 'guard', 'error_rate was 0.4000 over 5 calls, limit 0.2500', null) $$,
    'rolls back and says why'
);

select is_empty(
    $$ select * from perf.check_config_guards(now() + interval '4 minutes') $$,
    'a second check finds nothing to do'
);

select perf.activate_model_config(
    perf.find_model_config('sdxl@3'),
    guard => '{"metric": "p50_response_time", "worse_than": 200, "within": "1 hour", "min_calls": 1}'
);

select results_eq(
    $$ select guard_status from perf.check_config_guards(now() + interval '2 hours') $$,
    $$ values ('held') $$,
    'a guard whose time is over ends'
);

select is(
    (select version from perf.get_active_configs('sdxl')),
    3,
    'and leaves its version in force'
);

select perf.activate_model_config(
    perf.find_model_config('sdxl@2'),
    guard => '{"metric": "error_rate", "worse_than": 0.1, "within": "1 hour", "min_calls": 1}'
);
select perf.activate_model_config(perf.find_model_config('sdxl@1'));

select is_empty(
    $$ select * from perf.check_config_guards(now() + interval '3 minutes') $$,
    'a guard goes with its activation'
);

select is(
    (select guard_status from perf.model_config_activations order by id desc offset 1 limit 1),
    'superseded',
    'and says so'
);

select perf.activate_model_config(
    perf.find_model_config('sdxl@3'),
    guard =>
        '{"metric": "p50_response_time", "worse_than": 150, "within": "1 hour", "min_calls": 1}'
);

select is_empty(
    $$ select * from perf.check_config_guards(now() + interval '3 minutes') $$,
    'five calls of 100 ms are not worse than 150'
);

select perf.record_call('x/m', 'chat', 200, false, call_timestamp => now() + interval '1 minute')
from generate_series(1, 6);

select results_eq(
    $$ select guard_status, abs(value / 200 - 1) <= 0.005, call_count
       from perf.check_config_guards(now() + interval '3 minutes') $$,
    $$ values ('broken', true, 11::bigint) $$,
    'calls that fail count in times too'
);

insert into perf.workflows (name) values ('upscale');
insert into perf_internal.job_kinds (workflow_id, model_type)
select f.id, 'sdxl'
from perf.workflows as f;
select perf_internal.add_named_metrics('jobs', '{quality.likeness}');

create function pg_temp.add_job(
    ended_at timestamptz,
    likeness double precision,
    frame_ms real default null,
    has_failed boolean default false
)
returns void
language sql
as $$
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, time_per_frame_ms, failed, model_type,
        quality_scores_json
    )
    select k.id, ended_at, 1, k.workflow_id, frame_ms, has_failed, k.model_type,
        jsonb_build_object('likeness', likeness)
    from perf_internal.job_kinds as k;
$$;

select perf.activate_model_config(
    perf.find_model_config('sdxl@2'),
    guard =>
        '{"metric": "quality.likeness", "worse_than": 0.5, "within": "1 hour", "min_calls": 2}'
);
select pg_temp.add_job(now() + interval '1 minute', 0.25);

select is_empty(
    $$ select * from perf.check_config_guards(now() + interval '3 minutes') $$,
    'min_calls counts jobs where jobs are watched'
);

select pg_temp.add_job(now() + interval '1 minute', 0.75);

select is_empty(
    $$ select * from perf.check_config_guards(now() + interval '3 minutes') $$,
    'a score at the limit is not worse'
);

select pg_temp.add_job(now() + interval '1 minute', 0.2);

select results_eq(
    $$ select guard_status, round(value::numeric, 6), call_count
       from perf.check_config_guards(now() + interval '3 minutes') $$,
    $$ values ('broken', 0.4, 3::bigint) $$,
    'a score below the limit breaks the guard'
);

select is(
    (select a.notes from perf.model_config_activations as a order by a.id desc limit 1),
    'quality.likeness was 0.4000 over 3 jobs, limit 0.5000',
    'and the note names jobs'
);

select throws_ok(
    $$ select perf.check_config_guards(null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses a null as_of'
);

set local role authenticated;

select throws_ok('select perf.check_config_guards()', '42501', null, 'an API role does not run it');

reset role;
insert into perf.profiles (id, username) values ('a0000000-0000-4000-8000-000000000000', 'ada');
insert into perf.user_roles (user_id, role)
values ('a0000000-0000-4000-8000-000000000000', 'admin');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select * from perf.check_config_guards() $$,
    'an admin by token may'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.check_config_guards() $$,
    '42501',
    'this needs the role admin',
    'a stranger with a token may not'
);

select * from finish();
rollback;

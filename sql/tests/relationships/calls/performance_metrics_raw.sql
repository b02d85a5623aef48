begin;
select plan(5);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00+00');
reset request.jwt.claims;

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select e.name
       from perf.performance_metrics_raw as x
       left join lateral perf.models(x) as e on true $$,
    $$ values ('acme/one'::text) $$,
    'a call has a model'
);

select results_eq(
    $$ select e.name
       from perf.performance_metrics_raw as x
       left join lateral perf.tools(x) as e on true $$,
    $$ values ('chat'::text) $$,
    'a tool'
);

select results_eq(
    $$ select e.parameters
       from perf.performance_metrics_raw as x
       left join lateral perf.model_tool_configs(x) as e on true $$,
    $$ values ('{}'::jsonb) $$,
    'parameters'
);

select results_eq(
    $$ select e.user_id
       from perf.performance_metrics_raw as x
       left join lateral perf.recorders(x) as e on true $$,
    $$ values ('c0000000-0000-4000-8000-000000000000'::uuid) $$,
    'and somebody who recorded it'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select is_empty(
    $$ select e.* from perf.recorders as x cross join lateral perf.profiles(x) as e $$,
    'a recorder reads none'
);

select * from finish();
rollback;

begin;
select plan(4);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00+00');
-- As if another transaction, which the last run saw in progress, had recorded it.
update perf_internal.rollup_state set in_progress = in_progress || 10::bigint;
update perf.performance_metrics_raw set transaction_id = 10;
create temporary table counted as select perf.aggregate_performance_metrics();

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select x.call_count, e.name
       from perf.performance_metrics_daily as x
       left join lateral perf.models(x) as e on true $$,
    $$ values (1::bigint, 'acme/one'::text) $$,
    'a bucket has a model'
);

select results_eq(
    $$ select e.name
       from perf.performance_metrics_daily as x
       left join lateral perf.tools(x) as e on true $$,
    $$ values ('chat'::text) $$,
    'a tool'
);

select results_eq(
    $$ select e.parameters
       from perf.performance_metrics_daily as x
       left join lateral perf.model_tool_configs(x) as e on true $$,
    $$ values ('{}'::jsonb) $$,
    'and parameters'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select is_empty(
    $$ select e.* from perf.performance_metrics_daily as x cross join lateral perf.models(x) as e $$,
    'a recorder reads none'
);

select * from finish();
rollback;
